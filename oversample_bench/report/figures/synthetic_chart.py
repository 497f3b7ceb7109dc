"""Coverage against precision of the synthetic minority rows, a mark a method, a panel a ratio."""

from __future__ import annotations

import pandas as pd

from oversample_bench.analysis.results import Results
from oversample_bench.report.figures.charts import Absent, Drawn, base, colour, drawn, paneled, shape
from oversample_bench.report.number_texts import extent

MOST_RATIOS = 12
SHARES = {"precision": "fidelity_precision", "coverage": "fidelity_coverage"}


def points(results: Results) -> pd.DataFrame:
    """Return the points of the figure.

    Returns
    -------
    DataFrame of shape (n_points, 6)
        ratio, method; means of ``precision`` and ``coverage`` over the ``n_resamples`` measured resamples of
        ``n_sets`` data sets; ratios in numerical order.
    """
    good = results.resamples[results.resamples["status"] == "ok"].dropna(subset=list(SHARES.values()))
    grouped = good.groupby(["ratio", "method"], sort=False)
    told = grouped.agg(
        n_resamples=("dataset", "size"),
        n_sets=("dataset", "nunique"),
        **{name: (column, "mean") for name, column in SHARES.items()},
    ).reset_index()
    order = pd.to_numeric(told["ratio"], errors="coerce").fillna(float("inf"))
    return (
        told.assign(order=order).sort_values("order", kind="stable", ignore_index=True).drop(columns="order")
    )


def figure(results: Results) -> Drawn | Absent:
    """Return the figure, or why there is none."""
    import altair as alt

    told = points(results)
    if told.empty:
        return Absent(
            "No resample was compared with withheld rows: that takes a ratio which withholds minority "
            "rows, and a method that makes new ones."
        )
    ratios = list(told["ratio"].unique())[:MOST_RATIOS]
    frame = told[told["ratio"].isin(ratios)].assign(panel=lambda own: "ratio " + own["ratio"])
    x = alt.X("precision:Q", title="precision", scale=alt.Scale(domain=[0, 1]))
    y = alt.Y("coverage:Q", title="coverage", scale=alt.Scale(domain=[0, 1]))
    chart = base(frame, "panel", "ratio", "method", "precision", "coverage", "n_resamples", "n_sets")
    tips = ["method:N", "precision:Q", "coverage:Q", "n_resamples:Q", "n_sets:Q"]
    marks = chart.mark_point(filled=True, size=80, opacity=0.85).encode(
        x=x, y=y, color=colour(results), shape=shape(results), tooltip=tips
    )
    panels = paneled(marks.properties(width=200, height=200), frame, "panel", list(frame["panel"].unique()))
    caption = (
        "Synthetic minority rows against the minority rows that thinning withheld. Precision: the share of "
        "synthetic rows that lie where real ones are; coverage: the share of real rows that have a "
        "synthetic one near. The best corner is the upper right."
    )
    title = f"Coverage against precision of synthetic rows, {extent(frame['n_resamples'])} resamples a method"
    return drawn(title, caption, panels, frame)

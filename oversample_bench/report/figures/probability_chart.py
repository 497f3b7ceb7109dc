"""Calibration curves: how often the minority came, against how probable it was said to be."""

from __future__ import annotations

from oversample_bench.analysis.reliability import FEW, curves
from oversample_bench.analysis.results import Results
from oversample_bench.core.errors import counted
from oversample_bench.report.figures.charts import Absent, Drawn, base, colour, dash, drawn, paneled

MOST_PANELS = 9


def figure(results: Results) -> Drawn | Absent:
    """Return the curves, or why there are none."""
    import altair as alt

    points = curves(results)
    if points.empty:
        return Absent(
            "No trial has left probabilities: that takes a metric that needs them, such as brier, and a "
            "classifier that predicts them."
        )
    names = list(points["classifier"].unique())[:MOST_PANELS]
    frame = points[points["classifier"].isin(names)]
    x = alt.X("predicted:Q", title="predicted probability", scale=alt.Scale(domain=[0, 1]))
    y = alt.Y("seen:Q", title="share of the minority", scale=alt.Scale(domain=[0, 1]))
    chart = base(frame, "classifier", "method", "bin", "predicted", "seen", "n")
    once = chart.transform_aggregate(n="count()", groupby=["classifier"])
    diagonal = once.mark_rule(color="#999999").encode(
        x=alt.datum(0), x2=alt.datum(1), y=alt.datum(0), y2=alt.datum(1)
    )
    looks = {"color": colour(results, lines=True), "strokeDash": dash(results)}
    line = chart.mark_line().encode(x=x, y=y, order="bin:Q", **looks)
    tips = ["method:N", "predicted:Q", "seen:Q", "n:Q"]
    size = alt.Size("n:Q", legend=None, scale=alt.Scale(range=[15, 120]))
    point = chart.mark_point(filled=True).encode(
        x=x, y=y, color=colour(results, lines=True), size=size, tooltip=tips
    )
    panels = paneled(
        alt.layer(diagonal, line, point).properties(width=210, height=210),
        frame,
        "classifier",
        names,
    )
    caption = (
        "On the diagonal predictions can be believed; below it the minority comes less often than "
        f"predicted. Test rows of all data sets and ratios in ten bins; bins of fewer than {FEW} rows are "
        "left out, larger marks stand for more rows."
    )
    sets = counted(len(results.names("dataset")), "data set")
    title = f"How often the minority came, by its predicted probability, {sets}"
    return drawn(title, caption, panels, frame)

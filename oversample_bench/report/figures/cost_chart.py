"""Quality against cost: the mean score of each method against the seconds and the memory of its fits."""

from __future__ import annotations

from typing import Any

import pandas as pd

from oversample_bench.analysis.evidence import Evidence
from oversample_bench.analysis.results import Results
from oversample_bench.report.figures.charts import Absent, Drawn, base, colour, drawn, paneled, shape
from oversample_bench.report.number_texts import metric_name

LEAST_MIB = 16.0
"""Where no method takes more memory than this, memory decides nothing and is not drawn."""
LEAST_SECONDS = 0.001  # below, the axis is linear: a cost can be 0
MOST_PANELS = 6
HEIGHT = 170  # pixels of a panel


def seconds(results: Results, told: Evidence) -> Drawn | Absent:
    """Return quality against the seconds of a fit."""
    return _figure(results, told, "fit_seconds", "seconds a fit", LEAST_SECONDS)


def memory(results: Results, told: Evidence) -> Drawn | Absent:
    """Return quality against the peak memory of a fit, where some method takes enough to speak of."""
    own = told.weighed
    if not own["peak_mib"].max() >= LEAST_MIB:
        return Absent(f"No method takes {LEAST_MIB:g} MiB on average: memory decides nothing here.")
    return _figure(results, told, "peak_mib", "MiB that a fit adds at most", 1.0)


def _figure(results: Results, told: Evidence, cost: str, what: str, linear: float) -> Drawn | Absent:
    if len(results.names("method")) < 2:
        return Absent("There is one method only: nothing to weigh.")
    own = told.weighed
    if own.empty:
        return Absent("In no row has every method all its scores: no two could be weighed on the same data.")
    names = results.names("classifier")[:MOST_PANELS]
    frame = own[own["classifier"].isin(names)].dropna(subset=[cost])
    front = "best_for_seconds" if cost == "fit_seconds" else "best_for_mib"
    chart = _points(results, frame, cost, front, (what, metric_name(told.metric), linear))
    panels = paneled(chart, frame, "classifier", names)
    more = len(results.names("classifier")) - len(names)
    lower = "" if results.metrics[told.metric] else " Lower scores are better."
    caption = (
        "Means over the data sets and ratios in which every method is whole; the classifiers' own time is "
        "not counted. The stepped line joins methods than which no other is as good and "
        f"cheaper.{lower}{f' {more} more classifiers are in the tables.' if more > 0 else ''}"
    )
    return drawn(f"{metric_name(told.metric)} against {what}", caption, panels, frame)


def _points(
    results: Results, frame: pd.DataFrame, cost: str, front: str, words: tuple[str, str, float]
) -> Any:
    import altair as alt

    what, name, linear = words
    x = alt.X(
        f"{cost}:Q",
        title=what,
        scale=alt.Scale(type="symlog", constant=linear),
        axis=alt.Axis(tickCount=5, format="~g", labelOverlap="greedy"),
    )
    y = alt.Y(
        "mean:Q", title=f"mean {name}", scale=alt.Scale(zero=False), axis=alt.Axis(titleLimit=HEIGHT - 20)
    )
    chart = base(frame, "classifier", "method", cost, "mean", front, "n_rows")
    line = (
        chart.transform_filter(f"datum.{front}")
        .mark_line(interpolate="step-after", color="#888888")
        .encode(x=x, y=y, order=f"{cost}:Q")
    )
    tips = ["method:N", f"{cost}:Q", "mean:Q", "n_rows:Q"]
    point = chart.mark_point(filled=True, size=70, opacity=0.85).encode(
        x=x, y=y, color=colour(results), shape=shape(results), tooltip=tips
    )
    return alt.layer(line, point).properties(width=210, height=HEIGHT)

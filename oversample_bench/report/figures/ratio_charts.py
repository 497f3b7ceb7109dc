"""A metric against the ratio of the training rows: levels within data sets, and gains over the control."""

from __future__ import annotations

from typing import Any

import pandas as pd

from oversample_bench.analysis.data_set_blocks import ALL
from oversample_bench.analysis.evidence import Evidence
from oversample_bench.analysis.results import Results
from oversample_bench.report.figures.charts import (
    Absent,
    Drawn,
    base,
    colour,
    dash,
    drawn,
    panel_names,
    paneled,
    shape,
)
from oversample_bench.report.number_texts import extent, metric_name, one_line

NONE = Absent("A curve takes two ratios that are numbers; no data set has them.")
MOST_PANELS = 24
HEIGHT = 170  # pixels of a panel
AXIS = "minority : majority in the training rows"


def levels(results: Results, told: Evidence) -> Drawn | Absent:
    """Return the mean scores, a panel a data set and classifier."""
    points = told.levels.dropna(subset=["mean"])
    if points.empty:
        return NONE
    kinds = [kind for kind in ("dataset", "classifier") if points[kind].nunique() > 1] or ["dataset"]
    frame = points.assign(panel=points[kinds].agg(", ".join, axis=1))
    shown = list(frame["panel"].unique())[:MOST_PANELS]
    cut = (
        f" The first {MOST_PANELS} panels of {frame['panel'].nunique()}."
        if len(shown) < frame["panel"].nunique()
        else ""
    )
    frame = frame[frame["panel"].isin(shown)]
    where = f" on {points['dataset'].iloc[0]}" if points["dataset"].nunique() == 1 else ""
    name = metric_name(told.metric)
    lower = "" if results.metrics[told.metric] else " Lower is better."
    caption = (
        f"Mean {name} over {extent(frame['n_planned'])} trials a point, with 95 % intervals over splits "
        f"(over seeds where there is one split).{lower}{cut}"
    )
    chart = _lines(results, frame, "mean", name)
    panels = paneled(chart, frame, "panel", shown)
    return drawn(f"{name} against the ratio{where}", caption, panels, frame)


def differences(results: Results, told: Evidence) -> Drawn | Absent:
    """Return the mean gains over the control at each ratio, a panel a classifier and one for all."""
    points = told.differences.dropna(subset=["estimate"])
    if points.empty:
        return NONE
    names = list(points["classifier"].unique())
    names = [name for name in [*results.names("classifier"), ALL] if name in names]
    frame = points.assign(panel=points["classifier"].map(panel_names(names)))
    control, unit, name = points["control"].iloc[0], points["unit"].iloc[0], metric_name(told.metric)
    caption = (
        f"Mean gain over {control} at each ratio, over {extent(points['n'])} {unit}, with 95 % intervals; "
        "above 0 a method is better. Over data sets a line is about those that have every ratio."
    )
    chart = _lines(results, frame, "estimate", f"gain in {name} over {one_line(control)}")
    panels = paneled(chart, frame, "panel", list(panel_names(names).values()))
    return drawn(f"{name}: gain over {control} against the ratio", caption, panels, frame)


def _lines(results: Results, frame: pd.DataFrame, value: str, title: str) -> Any:
    import altair as alt

    ratios = sorted(frame["ratio"].unique())
    x = alt.X("ratio:Q", title=AXIS, scale=alt.Scale(type="log", nice=False, padding=12),
              axis=alt.Axis(values=ratios, format="~g", grid=False, labelOverlap=True))  # fmt: skip
    axis = alt.Axis(titleLimit=HEIGHT - 20)  # a longer one would reach into the panel below
    y = alt.Y(f"{value}:Q", title=title, scale=alt.Scale(zero=False), axis=axis)
    chart = base(frame, "panel", "classifier", "method", "ratio", value, "low", "high", "n")
    ends = chart.mark_rule(opacity=0.5).encode(
        x=x, y=alt.Y("low:Q", title=title), y2="high:Q", color=colour(results)
    )
    line = chart.mark_line().encode(x=x, y=y, color=colour(results), strokeDash=dash(results, lines=False))
    tips = ["method:N", "ratio:Q", f"{value}:Q", "low:Q", "high:Q", "n:Q"]
    point = chart.mark_point(filled=True, size=45).encode(
        x=x, y=y, color=colour(results), shape=shape(results), tooltip=tips
    )
    return alt.layer(ends, line, point).properties(width=210, height=HEIGHT)

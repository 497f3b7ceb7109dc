"""By how much each method differs from the control in each data set, a panel a classifier."""

from __future__ import annotations

from typing import Any

import pandas as pd

from oversample_bench.analysis import comparisons
from oversample_bench.analysis.evidence import Evidence
from oversample_bench.analysis.results import Results
from oversample_bench.report.figures.charts import Absent, Drawn, base, drawn, paneled
from oversample_bench.report.number_texts import metric_name

MOST_PANELS, MOST_ROWS = 4, 120
MOST_NUMBERED = 600  # cells: in more, numbers would be too small to read
STEP = 17  # pixels a row
WIDE = 6  # methods: with more, two panels side by side fill a page


def figure(results: Results, told: Evidence) -> Drawn | Absent:
    """Return the differences from the control."""
    if told.compared.empty:
        return Absent("There is one method only: the tables say all.")
    own = told.compared[told.compared["scope"] == comparisons.EACH].dropna(subset=["estimate"])
    several = len(results.names("ratio")) > 1
    own = own.assign(place=own["dataset"] + (" (" + own["ratio"] + ")" if several else ""))
    if own["place"].nunique() < 2:
        return Absent("There is one data set only: the tables say all.")
    places = list(own["place"].unique())[:MOST_ROWS]
    frame = _panels(results, own[own["place"].isin(places)])
    control, name = own["control"].iloc[0], metric_name(told.metric)
    methods = [one for one in results.names("method") if one != control]
    sized = _cells(frame, methods, places, f"gain in {name}")
    panels = paneled(
        sized, frame, "panel", list(frame["panel"].unique()), most=3 if len(methods) <= WIDE else 2
    )
    cut = (
        f" The first {MOST_ROWS} of {own['place'].nunique()} rows."
        if own["place"].nunique() > MOST_ROWS
        else ""
    )
    caption = f"Mean paired difference from {control}; blue is better, orange worse.{cut}"
    return drawn(f"{name}: gain over {control} in each data set", caption, panels, frame)


def _cells(frame: pd.DataFrame, methods: list[str], places: list[str], title: str) -> Any:
    import altair as alt

    most = float(frame["estimate"].abs().max()) or 1.0
    scale = alt.Scale(scheme="blueorange", reverse=True, domain=[-most, most], domainMid=0)
    x = alt.X("method:N", sort=methods, title=None, axis=alt.Axis(labelAngle=-40, grid=False))
    y = alt.Y("place:N", sort=places, title=None, axis=alt.Axis(grid=False))
    chart = base(frame, "panel", "classifier", "method", "place", "ratio", "estimate", "low", "high", "n")
    legend = alt.Legend(title=title, orient="right", gradientLength=120)
    colour = alt.Color("estimate:Q", scale=scale, legend=legend)
    tips = ["place:N", "method:N", "estimate:Q", "low:Q", "high:Q", "n:Q"]
    layers = [chart.mark_rect().encode(x=x, y=y, color=colour, tooltip=tips)]
    if len(frame) <= MOST_NUMBERED:
        dark = alt.condition(f"abs(datum.estimate) > {0.75 * most}", alt.value("white"), alt.value("black"))
        text = alt.Text("estimate:Q", format="+.2f")
        layers.append(chart.mark_text(fontSize=9).encode(x=x, y=y, text=text, color=dark))
    return alt.layer(*layers).properties(width=alt.Step(38), height=alt.Step(STEP))


def _panels(results: Results, own: pd.DataFrame) -> pd.DataFrame:
    """Return a panel a classifier or, where there are many, one for their mean."""
    if len(results.names("classifier")) <= MOST_PANELS:
        return own.assign(panel=own["classifier"])
    keys = ["place", "ratio", "method"]
    means = own.groupby(keys, sort=False).agg(estimate=("estimate", "mean"), n=("n", "sum")).reset_index()
    return means.assign(panel="mean of all classifiers", classifier="", low=float("nan"), high=float("nan"))

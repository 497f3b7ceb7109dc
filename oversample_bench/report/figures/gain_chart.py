"""By how much each method is better than the control, with its interval: a panel a classifier."""

from __future__ import annotations

from typing import Any

import pandas as pd

from oversample_bench.analysis import comparisons
from oversample_bench.analysis.data_set_blocks import ALL
from oversample_bench.analysis.evidence import Evidence
from oversample_bench.analysis.paired_estimates import BETTER, WORSE
from oversample_bench.analysis.results import Results
from oversample_bench.report.comparison_tables import BASES
from oversample_bench.report.figures.charts import (
    Absent,
    Drawn,
    base,
    colour,
    drawn,
    fill,
    panel_names,
    paneled,
)
from oversample_bench.report.number_texts import extent, falling, metric_name, one_line

MOST_PANELS = 6
STEP = 18  # pixels a method
COLUMNS = (
    "panel", "classifier", "method", "estimate", "low", "high", "p_adjusted", "verdict", "n", "clear",
)  # fmt: skip


def figure(results: Results, told: Evidence) -> Drawn | Absent:
    """Return the gains over the control, those of the overall comparisons."""
    if told.compared.empty:
        return Absent("There is one method only: nothing to compare.")
    own = told.compared[told.compared["scope"] == comparisons.OVERALL]
    if own["estimate"].isna().all():
        return Absent("No method and the control are whole on the same data.")
    names = comparisons.classifiers(results)
    names = names if len(names) <= MOST_PANELS else [ALL]
    frame = _frame(own[own["classifier"].isin(names)])
    control, name = own["control"].iloc[0], metric_name(told.metric)
    marks = _marks(results, frame, f"gain in {name} over {one_line(control)}")
    panels = paneled(marks, frame, "panel", list(panel_names(names).values()))
    unit = str(own["unit"].iloc[0])
    words = f"{name}: gain over {control}, {extent(own.loc[own['n'] > 0, 'n'])} {unit}"
    return drawn(words, _caption(results, told, unit), panels, frame)


def _marks(results: Results, frame: pd.DataFrame, title: str) -> Any:
    import altair as alt

    y = alt.Y("method:N", sort=results.names("method"), title=None, axis=alt.Axis(grid=False))
    look = colour(results, legend=False)
    chart = base(frame, *COLUMNS)
    zero = chart.transform_aggregate(n="count()", groupby=["panel"]).mark_rule(color="#666666")
    ends = chart.mark_rule(strokeWidth=2).encode(y=y, x=alt.X("low:Q", title=title), x2="high:Q", color=look)
    point = chart.mark_point(size=60, strokeWidth=2).encode(
        y=y, x=alt.X("estimate:Q", title=title), color=look,
        fill=fill(results),
        fillOpacity=alt.condition("datum.clear", alt.value(1.0), alt.value(0.0)),
        tooltip=["method:N", "estimate:Q", "low:Q", "high:Q", "p_adjusted:Q", "verdict:N", "n:Q"],
    )  # fmt: skip
    return alt.layer(zero.encode(x=alt.datum(0)), ends, point).properties(width=200, height=alt.Step(STEP))


def _frame(own: pd.DataFrame) -> pd.DataFrame:
    """Return the estimates, and the control at 0."""
    held = own.drop_duplicates("classifier").assign(
        method=own["control"].iloc[0], estimate=0.0, low=float("nan"), high=float("nan"), verdict="control",
        p_adjusted=float("nan"),
    )  # fmt: skip
    both = pd.concat([held, own], ignore_index=True)
    panel = both["classifier"].map(panel_names(list(both["classifier"].unique())))
    return both.assign(panel=panel, clear=both["verdict"].isin([BETTER, WORSE, "control"]))


def _caption(results: Results, told: Evidence, unit: str) -> str:
    lower = falling(higher_is_better=results.metrics[told.metric])
    return (
        f"Right of 0 a method is better than the control{lower}. Lines are 95 % intervals by {BASES[unit]}; "
        "filled marks are clearly better or worse after adjusting by Holm."
    )

"""Critical-difference diagrams: mean ranks over data sets, and what Nemenyi's test does not tell apart.

After J. Demšar, "Statistical comparisons of classifiers over multiple data sets", JMLR 7, 2006, 1-30, section
3.2.2. The scale starts at 1; methods of equal rank meet in one point.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil
from typing import Any

import pandas as pd

from oversample_bench.analysis import rank_tests
from oversample_bench.analysis.evidence import Evidence
from oversample_bench.analysis.results import Results
from oversample_bench.analysis.statistics.nemenyi import groups
from oversample_bench.report.figures.charts import Absent, Drawn, base, colour, drawn, panel_names, paneled
from oversample_bench.report.number_texts import extent, metric_name, p_told

FEWEST_METHODS = 3  # two are compared by a test of two
FEWEST_SETS = 5  # with fewer, six methods had to differ by more than half of all ranks
MOST_PANELS = 4
STEP, BAR_STEP, TOP = 16, 0.45, 1.3  # pixels a line; lines a bar, and above the scale
COLUMNS = ["kind", "panel", "classifier", "method", "x", "x2", "y", "y2", "text"]
Line = dict[str, Any]


def figure(results: Results, told: Evidence) -> Drawn | Absent:
    """Return the diagrams of one metric, a panel a classifier and one for the mean of all."""
    import altair as alt

    n_methods = len(results.names("method"))
    if n_methods < FEWEST_METHODS:
        return Absent(f"Mean ranks are drawn from {FEWEST_METHODS} methods on, and there are {n_methods}.")
    some = told.ranked[told.ranked["n_sets"] >= FEWEST_SETS] if len(told.ranked) else told.ranked
    if some.empty:
        return Absent(f"Mean ranks are drawn from {FEWEST_SETS} data sets on in which every method is whole.")
    names = list(some["classifier"].unique())
    names = names if len(names) <= MOST_PANELS else names[-1:]
    frame = pd.DataFrame(
        [line for name in names for line in _panel(rank_tests.of(some, name))], columns=COLUMNS
    )
    bottom = float(frame[["y", "y2"]].max().max()) + 0.6
    x = alt.X("x:Q", title=None, axis=alt.Axis(orient="top", grid=False, tickMinStep=1, format="d"),
              scale=alt.Scale(domain=[1, n_methods], nice=False))  # fmt: skip
    y = alt.Y("y:Q", axis=None, scale=alt.Scale(domain=[-TOP, bottom], reverse=True, nice=False))
    chart = base(frame, *COLUMNS)

    def kind(name: str) -> Any:
        return chart.transform_filter(f"datum.kind == '{name}'")

    layers = alt.layer(
        kind("lead")
        .mark_rule(clip=False)
        .encode(x=x, x2="x2:Q", y=y, y2="y2:Q", color=colour(results, legend=False)),
        kind("bar").mark_rule(strokeWidth=5, color="#444444", strokeCap="butt").encode(x=x, x2="x2:Q", y=y),
        kind("critical").mark_rule(strokeWidth=1.5).encode(x=x, x2="x2:Q", y=y),
        kind("critical").mark_text(align="left", dx=4, fontSize=10).encode(x="x2:Q", y=y, text="text:N"),
        kind("left").mark_text(align="right", dx=-4, fontSize=10).encode(x=x, y=y, text="text:N"),
        kind("right").mark_text(align="left", dx=4, fontSize=10).encode(x=x, y=y, text="text:N"),
    ).properties(width=420, height=STEP * (bottom + TOP))
    panels = paneled(layers, frame, "panel", list(panel_names(names).values()), most=1).resolve_axis(
        x="independent"
    )
    words = f"{metric_name(told.metric)}: mean ranks over {extent(some['n_sets'])} data sets"
    return drawn(words, _caption(some, names), panels, frame)


def _panel(ranked: pd.DataFrame) -> Iterator[Line]:
    """Yield the lines and words of one diagram; the unit of y is a line of names, downwards."""
    own = ranked.dropna(subset=["mean_rank"]).sort_values("mean_rank", kind="stable")
    first = own.iloc[0]
    panel = {
        "panel": panel_names([first["classifier"]])[first["classifier"]],
        "classifier": first["classifier"],
    }
    ranks = dict(zip(own["method"], own["mean_rank"], strict=True))
    bars = groups(ranks, first["critical_difference"])
    for at, bar in enumerate(bars, 1):
        ends = ranks[bar[0]] - 0.04, ranks[bar[-1]] + 0.04
        yield {**panel, "kind": "bar", "x": ends[0], "x2": ends[1], "y": BAR_STEP * at}
    critical = first["critical_difference"]
    yield {**panel, "kind": "critical", "x": 1.0, "x2": min(1 + critical, float(len(own))), "y": -0.8,
           "text": f"CD = {critical:.2f}"}  # fmt: skip
    yield from _names(ranks, panel, BAR_STEP * (len(bars) + 1))


def _names(ranks: dict[str, float], panel: Line, start: float) -> Iterator[Line]:
    """Lead a line from each rank to its name: the better half to the left, the others to the right."""
    names, half, last = list(ranks), ceil(len(ranks) / 2), float(len(ranks))
    for at, name in enumerate(names):
        is_left = at < half
        y = start + (at if is_left else len(names) - 1 - at) + 0.4
        own = {**panel, "method": name}
        end = 1.0 if is_left else last
        yield {**own, "kind": "lead", "x": ranks[name], "x2": ranks[name], "y": 0.0, "y2": y}
        yield {**own, "kind": "lead", "x": ranks[name], "x2": end, "y": y, "y2": y}
        yield {
            **own,
            "kind": "left" if is_left else "right",
            "x": end,
            "y": y,
            "text": f"{name} ({ranks[name]:.2f})",
        }


def _caption(some: pd.DataFrame, names: list[str]) -> str:
    shown = some[some["classifier"].isin(names)].drop_duplicates("classifier")
    firsts: list[Any] = list(shown.itertuples())
    called = panel_names(names)
    p = "; ".join(f"{called[row.classifier]} {p_told(row.p_iman_davenport)}" for row in firsts)
    return (
        "Mean ranks, 1 is best. A bar joins methods that Nemenyi's test does not tell apart at 5 %; CD is "
        "the least difference that it does (Demšar 2006). Whether methods differ at all (Iman and "
        f"Davenport): {p}; above 0.05 take all as joined."
    )

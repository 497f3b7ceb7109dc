"""Quality against cost: the mean score of each method against the seconds and the memory of its fits.

Both are taken over the same rows, those in which every method has all its scores. The classifiers' own time
is not counted: it depends on how many rows a method returns, and on the classifier far more than on that.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from functools import partial
from math import ceil, floor, log10
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from oversample_bench.analysis.blocks import Panel, complete_rows, panels
from oversample_bench.analysis.results import Results
from oversample_bench.analysis.score_cells import PLACE, compared
from oversample_bench.report.figures import naming, style
from oversample_bench.report.figures.drawing import Absent, Drawing, Made
from oversample_bench.report.figures.palette import Look, looks

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLUMNS = [
    "panel", "method", "n_rows", "mean", "n_resamples", "fit_seconds", "peak_mib", "best_for_seconds",
    "best_for_mib",
]  # fmt: skip
COSTS = {
    "fit_seconds": ("best_for_seconds", "mean seconds a fit", 1e-4),
    "peak_mib": ("best_for_mib", "mean peak memory of a fit, MiB", 1.0),
}
"""Column of the front, label, and below what the axis is linear: a cost can be 0."""
PANEL_HEIGHT = 2.1  # inches
FEW_DECADES = 3
SMALL = 5.0  # times the end of the linear part: where no cost is above it, the whole axis is linear
AXIS_LETTERS = 34  # in a line of a label beside a panel


def frame(results: Results, metric: str, found: pd.DataFrame) -> pd.DataFrame:
    """Return the points of the figure.

    Parameters
    ----------
    results : Results
        For the resamples, and the order of methods and classifiers.
    metric : str
        What the cells are of.
    found : DataFrame of shape (n_cells, 11)
        The cells, from `oversample_bench.analysis.score_cells.cells`.

    Returns
    -------
    DataFrame of shape (n_panels * n_methods, 9)
        panel, method, the ``mean`` score over ``n_rows`` data sets, ratios and classifiers; ``fit_seconds``
        (for a resample of a batch its share) and ``peak_mib`` (added while fitting), means over the
        ``n_resamples`` good resamples of these rows; ``best_for_seconds`` and ``best_for_mib``: no other
        method is as good and cheaper, or better and as cheap. Panels without a complete row are left out.
    """
    parts = [
        _points(results, panel, rows)
        for panel in panels(results)
        if not (rows := complete_rows(results, found, panel)).empty
    ]
    if not parts:
        return pd.DataFrame(columns=COLUMNS)
    told = pd.concat(parts, ignore_index=True)
    told["value"] = compared(told, higher_is_better=results.metrics[metric])
    for cost, (front, *_) in COSTS.items():
        told[front] = _fronts(told, cost)
    return told[COLUMNS]


def _points(results: Results, panel: Panel, rows: pd.DataFrame) -> pd.DataFrame:
    own = pd.MultiIndex.from_frame(results.resamples[PLACE])
    good = (results.resamples["status"] == "ok") & own.isin(rows.reset_index("classifier").index)
    costs = results.resamples[good].groupby("method", sort=False)
    told = costs.agg(
        n_resamples=("method", "size"), fit_seconds=("fit_seconds", "mean"), peak_mib=("peak_mib", "mean")
    )
    told = rows.mean().rename("mean").to_frame().join(told).rename_axis("method").reset_index()
    return told.assign(panel=panel.title, n_rows=len(rows))


def _fronts(told: pd.DataFrame, cost: str) -> pd.Series[bool]:
    parts = [
        pd.Series(undominated(part["value"].to_numpy(), part[cost].to_numpy()), index=part.index)
        for _, part in told.groupby("panel", sort=False)
    ]
    return pd.concat(parts)


def undominated(value: np.ndarray, cost: np.ndarray) -> np.ndarray:
    """Tell of each point whether it is on the Pareto front: no other is as good in both and better in one.

    Parameters
    ----------
    value : ndarray of shape (n_points,)
        Higher is better.
    cost : ndarray of shape (n_points,)
        Lower is better; a point of unknown cost (NaN) is not on the front.

    Returns
    -------
    ndarray of shape (n_points,)
        True for the points of the front; equal points are on it together.
    """
    as_good = (value[:, None] >= value) & (cost[:, None] <= cost)
    better = (value[:, None] > value) | (cost[:, None] < cost)
    return np.asarray(~(as_good & better).any(axis=0) & ~np.isnan(cost))


def drawings(results: Results, metric: str, found: pd.DataFrame) -> Made:
    """Return quality against cost for one metric, a row of panels a classifier, or why there is none."""
    methods = results.names("method")
    if len(methods) < 2:
        return Absent("There is one method only: nothing to weigh.")
    told = frame(results, metric, found)
    if told.empty:
        return Absent("In no row has every method all its scores: no two could be weighed on the same data.")
    higher = results.metrics[metric]
    axis = f"mean {naming.label(metric)}{'' if higher else ' (lower is better)'}"
    axis = textwrap.fill(axis, AXIS_LETTERS, break_long_words=False, break_on_hyphens=False)
    shown = [cost for cost in COSTS if told[cost].notna().any()]
    paint = partial(_paint, told=told, all_looks=looks(methods), axis=axis, shown=shown, higher=higher)
    title = f"{naming.label(metric)} against the cost of a fit, means over {_over(results, told)}"
    height = PANEL_HEIGHT * told["panel"].nunique() + style.legend_height(methods)
    return (Drawing(title, _caption(metric), told, height, paint),)


def _over(results: Results, told: pd.DataFrame) -> str:
    """Say how many rows of the tables a mean is over, and what a row is; of one row, how many fits."""
    sets = results.names("dataset")
    pooled = any(len(panel.classifiers) > 1 for panel in panels(results))
    several = {"data sets": len(sets) > 1, "ratios": len(results.names("ratio")) > 1, "classifiers": pooled}
    *first, last = [kind for kind, is_so in several.items() if is_so] or ["fits"]
    count = style.extent(told["n_resamples" if last == "fits" else "n_rows"])
    kinds = f"{', '.join(first)} and {last}" if first else last
    kinds = kinds.removesuffix("s") if count == "1" and not first else kinds
    return f"{count} {kinds}" if len(sets) > 1 else f"{count} {kinds} on {naming.label(sets[0])}"


def _caption(metric: str) -> str:
    return (
        f"Mean {metric} against the mean seconds and the mean peak memory of a fit (what the fit added), "
        "over the data sets and ratios in which every method has all its scores. Costs are on a logarithmic "
        "scale, below 0.0001 s and 1 MiB on a linear one; an axis of small costs is linear throughout. The "
        "stepped line is the Pareto front: of a method right of it and below it, another one is as good and "
        "cheaper by these means."
    )


def _paint(
    figure: Figure,
    told: pd.DataFrame,
    all_looks: dict[str, Look],
    axis: str,
    shown: list[str],
    *,
    higher: bool,
) -> None:
    parts = list(told.groupby("panel", sort=False))
    grid = figure.subplots(len(parts), len(shown), squeeze=False, sharex="col", sharey="row")
    differing = told["n_rows"].nunique() > 1  # the same n is told by the title
    for line, (panel, part) in zip(grid, parts, strict=True):
        style.title(line[0], f"{panel}, n = {part['n_rows'].iloc[0]}" if differing else panel)
        line[0].set_ylabel(axis)
        for axes, cost in zip(line, shown, strict=True):
            _panel(axes, part, cost, all_looks)
        if not higher:
            line[0].invert_yaxis()
    for axes, cost in zip(grid[-1], shown, strict=True):
        _, what, linear = COSTS[cost]
        axes.set_xlabel(what)
        _scale(axes, told[cost], linear)
    style.legend(figure, [style.handle(look, line=False) for look in all_looks.values()], list(all_looks))


def _panel(axes: Axes, part: pd.DataFrame, cost: str, all_looks: dict[str, Look]) -> None:
    best = part[part[COSTS[cost][0]]].sort_values(cost)
    if not best.empty:
        dear, last = part[cost].max(), best.iloc[[-1]]
        best = pd.concat([best, last.assign(**{cost: dear})])
        axes.step(best[cost], best["mean"], where="post", color=style.GREY, linewidth=0.8, zorder=1)
    points: Iterable[Any] = part.itertuples()
    for row in points:
        look = all_looks[str(row.method)]
        axes.plot(
            getattr(row, cost),
            row.mean,
            linestyle="none",
            markersize=6,
            clip_on=False,
            **style.seen_through(look),
        )
    axes.margins(y=0.12)
    style.gridded(axes, "both")


def _scale(axes: Axes, costs: pd.Series[float], linear: float) -> None:
    """Let a cost run over its decades, from 0 where some are too small for a logarithm or all are."""
    if costs.max() <= SMALL * linear:
        high = costs.max() or linear
        axes.set_xlim(-0.04 * high, 1.06 * high)
        return
    low, high = costs.min(), max(costs.max(), linear)
    zero = bool(low < linear)
    decades = range(floor(log10(max(low, linear))), ceil(log10(high)) + 1)
    parts = (1, 2, 5) if len(decades) <= FEW_DECADES else (1,)
    ends = (-0.3 * linear if zero else low / 1.5), 1.5 * high
    ticks = [0.0] * zero + [part * 10.0**decade for decade in decades for part in parts]
    kept = [tick for tick in ticks if ends[0] <= tick <= ends[1]]
    axes.set_xscale("symlog", linthresh=linear, linscale=0.5)
    axes.set_xticks(kept, [style.shown(tick) for tick in kept])
    axes.set_xlim(*ends)

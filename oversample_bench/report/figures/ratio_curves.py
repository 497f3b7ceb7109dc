"""A metric against the ratio of the training rows, a line a method: the curves of an ablation.

Shows numeric ratios only; `natural` is another one in every data set. Fits nothing to the points.
"""

from __future__ import annotations

from functools import partial
from math import ceil
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from oversample_bench.analysis.blocks import MOST_PANELS
from oversample_bench.analysis.results import Results
from oversample_bench.analysis.score_cells import CELL
from oversample_bench.analysis.statistics.resampled import half_width
from oversample_bench.report.figures import naming, repeats, style
from oversample_bench.report.figures.drawing import Absent, Drawing, Made
from oversample_bench.report.figures.palette import Look, looks

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLUMNS = [
    "dataset", "classifier", "method", "ratio", "n", "n_planned", "mean", "n_repeats", "low", "high",
]  # fmt: skip
MOST_ROWS = 5  # of panels on a page
COLUMNS_OF_ONE = 3  # panels side by side where there is one classifier
PANEL_HEIGHT = 1.65  # inches
MOST_TICKS = 7
DODGE, SPREAD = 0.05, 0.4  # of the least step between ratios: between two methods, and of all of them


def frame(results: Results, metric: str, found: pd.DataFrame) -> pd.DataFrame:
    """Return the points of the curves, those of a line one after the other.

    Parameters
    ----------
    results : Results
        For the order of everything but the ratios.
    metric : str
        What the cells are of.
    found : DataFrame of shape (n_cells, 11)
        The cells, from `oversample_bench.analysis.score_cells.cells`.

    Returns
    -------
    DataFrame of shape (n_points, 10)
        dataset, classifier, method, ``ratio`` as a number and ascending; ``n`` of ``n_planned`` trials have a
        score; ``mean`` over them; its 95 % interval ``low`` to ``high`` over ``n_repeats`` splits, seeds
        averaged first, by the corrected resampled t (`oversample_bench.analysis.statistics.resampled`). Data
        sets with fewer than two numeric ratios are left out.
    """
    if pd.to_numeric(pd.Series(results.names("ratio")), errors="coerce").count() < 2:
        return pd.DataFrame(columns=COLUMNS)
    points = found.merge(_spreads(results, metric), on=CELL)
    points["ratio"] = pd.to_numeric(points["ratio"], errors="coerce")
    points = points.dropna(subset="ratio")
    points = points[points.groupby("dataset")["ratio"].transform("nunique") > 1]
    reach = half_width(points["sd_repeats"], points["n_repeats"], points["share"])
    points = points.assign(low=points["mean"] - reach, high=points["mean"] + reach)
    orders = {name: results.names(name) for name in ("dataset", "classifier", "method")}
    keys = [points[name].map({one: at for at, one in enumerate(order)}) for name, order in orders.items()]
    order = np.lexsort([points["ratio"], *reversed(keys)])
    return points.iloc[order][COLUMNS].reset_index(drop=True)


def _spreads(results: Results, metric: str) -> pd.DataFrame:
    trials = results.plan[CELL].join(repeats.units(results)).assign(value=results.scores[metric])
    means = trials.groupby([*CELL, "unit"], sort=False).agg(value=("value", "mean"), share=("share", "first"))
    grouped = means.reset_index().groupby(CELL, sort=False)
    return grouped.agg(
        n_repeats=("value", "count"), sd_repeats=("value", "std"), share=("share", "first")
    ).reset_index()


def drawings(results: Results, metric: str, found: pd.DataFrame) -> Made:
    """Return the curves of one metric, a panel a data set and classifier, or why there are none."""
    points = frame(results, metric, found)
    if points.empty:
        return Absent("A curve takes two ratios that are numbers; no data set has them.")
    if points["mean"].isna().all():
        return Absent("No trial at a ratio that is a number has a score.")
    keys = list(points[["dataset", "classifier"]].drop_duplicates().itertuples(index=False, name=None))
    wide = _columns(len(results.names("classifier")))
    size = MOST_ROWS * wide
    pages = [keys[at : at + size] for at in range(0, len(keys), size)]
    return tuple(
        _page(results, metric, points, page, f" ({at} of {len(pages)})" if len(pages) > 1 else "")
        for at, page in enumerate(pages, 1)
    )


def _columns(n_classifiers: int) -> int:
    return n_classifiers if 1 < n_classifiers <= MOST_PANELS else COLUMNS_OF_ONE


def _page(
    results: Results, metric: str, points: pd.DataFrame, keys: list[tuple[str, str]], place: str
) -> Drawing:
    chosen = pd.MultiIndex.from_frame(points[["dataset", "classifier"]]).isin(keys)
    own = points[chosen]
    direction = "" if results.metrics[metric] else " (lower is better)"
    n = style.extent(own["n_planned"])
    title = (
        f"{naming.label(metric)}{direction}{_where(results)} against the ratio of the training rows, means "
        f"over n = {n} trials a point{place}"
    )
    columns = min(len(keys), _columns(len(results.names("classifier"))))
    paint = partial(
        _paint,
        points=own,
        all_looks=looks(results.names("method")),
        columns=columns,
        named=_named(results),
        what=metric,
    )
    height = PANEL_HEIGHT * ceil(len(keys) / columns) + style.legend_height(results.names("method")) + 0.25
    return Drawing(title, _caption(results, metric, own), own, height, paint)


def _named(results: Results) -> list[str]:
    """Return what tells the panels apart: data set, classifier or both."""
    return [kind for kind in ("dataset", "classifier") if len(results.names(kind)) > 1] or ["dataset"]


def _where(results: Results) -> str:
    """Say what all panels have in common."""
    common = {"dataset": "on", "classifier": "with"}
    return "".join(
        f" {word} {naming.label(results.names(kind)[0], 24)}"
        for kind, word in common.items()
        if kind not in _named(results)
    )


def _caption(results: Results, metric: str, own: pd.DataFrame) -> str:
    counts = results.plan[results.plan["dataset"].isin(own["dataset"])].groupby("dataset")["split"].nunique()
    repeats = "splits (corrected resampled t, Nadeau and Bengio 2003)"
    if (counts == 1).all():
        repeats = "seeds: there is one split, and they tell nothing of other rows"
    elif (counts == 1).any():
        repeats += ", or over seeds where a data set has one split"
    text = (
        f"Mean {metric} against minority : majority in the training rows (logarithmic), a panel a data set "
        "and a classifier; lines of one panel are moved a little apart. Upright lines are 95 % intervals "
        f"over {repeats}; they may leave the panel."
    )
    if "natural" in results.names("ratio"):
        text += " The natural ratio is left out."
    if (own["n"] < own["n_planned"]).any():
        text += " Hollow marks lack some of their trials; where none has a score the line has a gap."
    return text


def _paint(
    figure: Figure,
    points: pd.DataFrame,
    all_looks: dict[str, Look],
    columns: int,
    *,
    named: list[str],
    what: str,
) -> None:
    parts = list(points.groupby(["dataset", "classifier"], sort=False))
    grid = figure.subplots(ceil(len(parts) / columns), columns, squeeze=False)
    for axes in style.last(grid, len(parts)):
        axes.set_xlabel("minority : majority in the training rows" if columns < 3 else "minority : majority")
    spans = {str(name): _span(part) for name, part in points.groupby("dataset", sort=False)}
    for axes, ((dataset, _), part) in zip(grid.flat, parts, strict=False):
        style.title(axes, ", ".join(str(name) for name in part[named].iloc[0]))
        axes.set_ylim(*spans[str(dataset)])
        _panel(axes, part, all_looks)
    for axes in grid[:, 0]:
        axes.set_ylabel(naming.label(what, 2 * naming.MOST_LETTERS))
    methods = list(points["method"].unique())
    style.legend(figure, [style.handle(all_looks[name]) for name in methods], methods)


def _span(part: pd.DataFrame) -> tuple[float, float]:
    """Return the limits of the panels of a data set: room for the means, and as much again for intervals."""
    low, high = part["mean"].min(), part["mean"].max()
    if np.isnan(low):
        return 0.0, 1.0
    room = max(high - low, 0.02)
    lowest, highest = (part[name].fillna(part["mean"]) for name in ("low", "high"))
    ends = max(lowest.min(), low - 0.5 * room), min(highest.max(), high + 0.5 * room)
    return ends[0] - 0.06 * room, ends[1] + 0.06 * room


def _panel(axes: Axes, part: pd.DataFrame, all_looks: dict[str, Look]) -> None:
    ratios = np.sort(part["ratio"].unique())
    step = float(np.diff(np.log(ratios)).min())
    methods = list(all_looks)
    dodge = step * min(DODGE, SPREAD / len(methods))
    for name, own in part.groupby("method", sort=False):
        at = methods.index(str(name)) - (len(methods) - 1) / 2
        _line(axes, own.assign(ratio=own["ratio"] * np.exp(dodge * at)), all_looks[str(name)])
    _ticks(axes, ratios)
    style.gridded(axes, "y")


def _line(axes: Axes, own: pd.DataFrame, look: Look) -> None:
    axes.plot(own["ratio"], own["mean"], color=look.colour, linestyle=style.dashed(look))
    axes.vlines(own["ratio"], own["low"], own["high"], color=look.colour, linewidth=0.8, alpha=0.8)
    for whole in (True, False):
        some: Any = own[(own["n"] == own["n_planned"]) == whole]
        axes.plot(some["ratio"], some["mean"], linestyle="none", **style.hollow(look, whole=whole))


def _ticks(axes: Axes, ratios: np.ndarray) -> None:
    axes.set_xscale("log")
    kept = ratios[:: ceil(len(ratios) / MOST_TICKS)]
    axes.set_xticks(kept, [style.shown(ratio) for ratio in kept])
    axes.set_xticks([], minor=True)

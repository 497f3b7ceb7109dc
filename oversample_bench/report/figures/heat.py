"""Heat maps: the mean score of each data set and method, a panel a classifier.

Shows what the tables show, at a glance; a cell without a score is a gap; one that lacks trials is hatched.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from oversample_bench.report.cells import CELL, PLACE
from oversample_bench.report.figures import style
from oversample_bench.report.figures.blocks import MOST_PANELS, places
from oversample_bench.report.figures.drawing import Absent, Drawing, Made
from oversample_bench.report.results import Results

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import QuadMesh
    from matplotlib.figure import Figure

COLUMNS = [*CELL, "n", "n_planned", "mean"]
MOST_ROWS = 120  # on a page
MOST_NUMBERED = 40  # rows: in more, the numbers would be too small to read
NUMBER_LETTERS = 4  # of 0.87, with a sign in front
LINE, FINE_LINE, HEAD = 0.19, 0.125, 1.7  # inches: a row, one of many, and the rest
NUMBER_SIZE, LETTER_WIDTH = 6.0, 0.055  # points, and inches of a digit of that size
CELLS_WIDTH = 5.4  # inches that the labels of the rows leave


def frame(found: pd.DataFrame) -> pd.DataFrame:
    """Return the cells that the maps show: dataset, ratio, classifier, method, n, n_planned, mean."""
    return found[COLUMNS]


def drawings(results: Results, metric: str, found: pd.DataFrame) -> Made:
    """Return the heat maps of one metric, on as many pages as its rows and classifiers take, or why none."""
    if len(results.names("method")) < 2:
        return Absent("There is one method only: the tables say all.")
    if len(places(results)) < 2:
        return Absent("There is one data set only: the tables say all.")
    if found["mean"].isna().all():
        return Absent("No trial has a score.")
    rows, classifiers = list(places(results).index), results.names("classifier")
    cuts = [
        (rows[at : at + MOST_ROWS], classifiers[by : by + MOST_PANELS])
        for at in range(0, len(rows), MOST_ROWS)
        for by in range(0, len(classifiers), MOST_PANELS)
    ]
    pages = [_page(results, metric, found, cut) for cut in cuts]
    return tuple(page for page in pages if page is not None)


def _page(
    results: Results, metric: str, found: pd.DataFrame, cut: tuple[list[tuple[str, str]], list[str]]
) -> Drawing | None:
    rows, classifiers = cut
    own = found[found["classifier"].isin(classifiers) & pd.MultiIndex.from_frame(found[PLACE]).isin(rows)]
    if own["mean"].isna().all():
        return None
    higher = results.metrics[metric]
    what = f"{style.label(metric)}{'' if higher else ' (lower is better)'}"
    sizes = sorted(own["n_planned"].unique())
    n = f"n = {sizes[0]}" if len(sizes) == 1 else f"n = {sizes[0]} to {sizes[-1]}"
    kind = "data sets and ratios" if len(results.names("ratio")) > 1 else "data sets"
    size = f"{len(rows)} {kind} by {own['method'].nunique()} methods"
    title = f"{what}: means over {n} trials a cell, {size}"
    names = places(results).loc[rows]
    paint = partial(_paint, own=own, names=names, methods=results.names("method"), what=what, higher=higher)
    line = LINE if len(rows) <= MOST_NUMBERED else FINE_LINE
    return Drawing(title, _caption(metric, own, higher=higher), frame(own), line * len(rows) + HEAD, paint)


def _caption(metric: str, own: pd.DataFrame, *, higher: bool) -> str:
    text = (
        f"Mean {metric} of each data set and method, a panel a classifier; light is "
        f"{'high' if higher else 'low'}, which is better."
    )
    if own["mean"].isna().any():
        text += " A dash stands where no trial has a score."
    if ((own["n"] < own["n_planned"]) & (own["n"] > 0)).any():
        text += " Hatched cells lack some of their trials."
    return text


def _paint(
    figure: Figure, own: pd.DataFrame, names: pd.Series[str], methods: list[str], what: str, *, higher: bool
) -> None:
    parts = list(own.groupby("classifier", sort=False))
    grid = figure.subplots(1, len(parts), squeeze=False, sharey=True)[0]
    ends = own["mean"].min(), own["mean"].max()
    meshes = []
    for axes, (classifier, part) in zip(grid, parts, strict=True):
        axes.set_title(style.label(classifier, 30 // len(parts) + 8), loc="center", pad=4)
        mean, n, n_planned = (_wide(part, value, names, methods) for value in ("mean", "n", "n_planned"))
        meshes.append(_map(axes, mean, ends, higher=higher))
        _gaps(axes, mean, n < n_planned)
        _axes(axes, methods)
        if (
            len(names) <= MOST_NUMBERED
            and CELLS_WIDTH / (len(parts) * len(methods)) > NUMBER_LETTERS * LETTER_WIDTH
        ):
            _numbers(axes, mean, meshes[-1])
    _rows(grid, names)
    bar = figure.colorbar(meshes[-1], ax=list(grid), location="bottom", shrink=0.5, aspect=40, pad=0.02)
    bar.set_label(what)
    bar.outline.set_visible(False)


def _wide(part: pd.DataFrame, value: str, names: pd.Series[str], methods: list[str]) -> np.ndarray:
    wide = part.pivot(index=PLACE, columns="method", values=value)
    return wide.reindex(index=names.index, columns=methods).to_numpy(dtype="float64")


def _map(axes: Axes, mean: np.ndarray, ends: tuple[float, float], *, higher: bool) -> QuadMesh:
    return axes.pcolormesh(
        np.ma.masked_invalid(mean), cmap="cividis" if higher else "cividis_r", vmin=ends[0], vmax=ends[1],
        edgecolors="white", linewidth=0.4, rasterized=len(mean) > MOST_NUMBERED,
    )  # fmt: skip


def _gaps(axes: Axes, mean: np.ndarray, short: np.ndarray) -> None:
    """Put a dash into cells without a score and hatch those that lack trials, all of a panel in one go."""
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    y, x = np.nonzero(np.isnan(mean))
    axes.plot(
        x + 0.5, y + 0.5, linestyle="none", marker="_", color=style.GREY, markersize=3, markeredgewidth=0.5
    )
    corners = np.argwhere(~np.isnan(mean) & short)[:, ::-1]
    if len(corners):
        square = Path.unit_rectangle()
        cells = [Path(square.vertices + corner, square.codes) for corner in corners]
        axes.add_artist(
            PathPatch(
                Path.make_compound_path(*cells), fill=False, hatch="////", edgecolor="white", linewidth=0
            )
        )


def _rows(grid: np.ndarray, names: pd.Series[str]) -> None:
    """Name the rows at the first panel; the others share its axis, and drawing it costs most of a figure."""
    for axes in grid[1:]:
        axes.yaxis.set_visible(False)
    first = grid[0]
    first.set_ylim(len(names), 0)
    first.tick_params(axis="y", length=0, labelsize=5.5 if len(names) > MOST_NUMBERED else 7)
    first.set_yticks(np.arange(len(names)) + 0.5, [style.label(name, 30) for name in names])
    style.lay_out_by_largest(first.yaxis)


def _axes(axes: Axes, methods: list[str]) -> None:
    axes.xaxis.tick_top()
    axes.tick_params(axis="x", rotation=90, length=0)
    axes.set_xticks(np.arange(len(methods)) + 0.5, [style.label(name, 24) for name in methods])
    style.lay_out_by_largest(axes.xaxis)
    axes.spines[:].set_visible(False)


def _numbers(axes: Axes, mean: np.ndarray, mesh: QuadMesh) -> None:
    """Write the means into their cells, light on dark and dark on light."""
    for (y, x), value in np.ndenumerate(mean):
        if np.isnan(value):
            continue
        red, green, blue, _ = mesh.to_rgba(np.array(value))
        dark = 0.299 * red + 0.587 * green + 0.114 * blue < 0.5  # luma, ITU-R BT.601
        number = axes.text(
            x + 0.5, y + 0.5, f"{value:z.2f}".replace("-", "\N{MINUS SIGN}"), ha="center", va="center",
            fontsize=NUMBER_SIZE, color="white" if dark else "black",
        )  # fmt: skip
        number.set_in_layout(False)  # it lies within its cell

"""Heat maps: the mean score of each data set and method, a panel a classifier.

Shows what the tables show, at a glance; a cell without a score is a gap; one that lacks trials is hatched.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from oversample_bench.analysis.blocks import MOST_PANELS, places
from oversample_bench.analysis.results import Results
from oversample_bench.analysis.score_cells import CELL, PLACE
from oversample_bench.core.errors import counted
from oversample_bench.report.figures import naming, style
from oversample_bench.report.figures.drawing import Absent, Drawing, Made

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import QuadMesh
    from matplotlib.figure import Figure
    from matplotlib.text import Text

COLUMNS = [*CELL, "n", "n_planned", "mean"]
MOST_ROWS, MOST_COLUMNS = 120, 48  # of cells on a page, its panels together
MOST_NUMBERED = 40  # rows: in more, the numbers would be too small to read
LINE, FINE_LINE = 0.19, 0.125  # inches: a row, and one of many
HEAD, LETTER = 0.95, 0.062  # inches: what stands around the rows, and a letter of a label
NUMBER_SIZES = (6.0, 5.0)  # points: the larger one where it fits
ROOM = 0.95  # of a cell, for its number
CELLS_WIDTH = 5.4  # inches that the labels of the rows leave
ROW_LETTERS, METHOD_LETTERS = 30, 24
NARROWEST = 0.02  # of the scale of the colours


@dataclass(frozen=True, eq=False)
class Map:
    """One panel as it is painted: its means, which of them lack trials, and the coloured cells."""

    axes: Axes
    mean: np.ndarray
    short: np.ndarray
    mesh: QuadMesh


@dataclass(frozen=True)
class Cut:
    """What one page shows.

    Parameters
    ----------
    rows : tuple of tuple of str
        Data set and ratio of each row.
    classifiers : tuple of str
        Those of the panels.
    methods : tuple of str
        The columns of each panel.
    """

    rows: tuple[tuple[str, str], ...]
    classifiers: tuple[str, ...]
    methods: tuple[str, ...]

    @property
    def upright(self) -> bool:
        """Whether the names of the columns are wider than these."""
        width = CELLS_WIDTH / (len(self.classifiers) * len(self.methods))
        return LETTER * (self.longest + 1) > width

    @property
    def longest(self) -> int:
        """The letters of the longest name of a column."""
        return max(map(len, naming.labels(self.methods, METHOD_LETTERS)))

    @property
    def height(self) -> float:
        """Inches of the page, without its title."""
        line = LINE if len(self.rows) <= MOST_NUMBERED else FINE_LINE
        return HEAD + line * len(self.rows) + (LETTER * self.longest if self.upright else 0.15)


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
    pages = [(cut, own) for cut in _cuts(results) if (own := _cells(found, cut))["mean"].notna().any()]
    return tuple(
        _page(results, metric, own, cut, f" ({at} of {len(pages)})" if len(pages) > 1 else "")
        for at, (cut, own) in enumerate(pages, 1)
    )


def _cuts(results: Results) -> list[Cut]:
    """Return what the pages show, such that no column is narrower than its name is high."""
    methods = tuple(results.names("method"))
    wide = max(1, min(MOST_PANELS, MOST_COLUMNS // len(methods)))
    rows, classifiers = tuple(places(results).index), tuple(results.names("classifier"))
    starts = product(
        range(0, len(rows), MOST_ROWS), range(0, len(classifiers), wide), range(0, len(methods), MOST_COLUMNS)
    )
    return [
        Cut(rows[row : row + MOST_ROWS], classifiers[at : at + wide], methods[by : by + MOST_COLUMNS])
        for row, at, by in starts
    ]


def _cells(found: pd.DataFrame, cut: Cut) -> pd.DataFrame:
    in_rows = pd.MultiIndex.from_frame(found[PLACE]).isin(cut.rows)
    return found[in_rows & found["classifier"].isin(cut.classifiers) & found["method"].isin(cut.methods)]


def _page(results: Results, metric: str, own: pd.DataFrame, cut: Cut, place: str) -> Drawing:
    higher = results.metrics[metric]
    what = f"{naming.label(metric)}{'' if higher else ' (lower is better)'}"
    size = f"{_counted_rows(results, cut)} by {len(cut.methods)} methods"
    title = f"{what}: means over n = {style.extent(own['n_planned'])} trials a cell, {size}{place}"
    names = places(results).loc[list(cut.rows)]
    paint = partial(_paint, own=own, names=names, cut=cut, what=metric, higher=higher)
    return Drawing(title, _caption(metric, own, higher=higher), frame(own), cut.height, paint)


def _counted_rows(results: Results, cut: Cut) -> str:
    sets, n = results.names("dataset"), len(cut.rows)
    if len(sets) == 1:
        return f"{n} ratios of {naming.label(sets[0])}"
    return f"{n} data sets and ratios" if len(results.names("ratio")) > 1 else counted(n, "data set")


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
    figure: Figure, own: pd.DataFrame, names: pd.Series[str], cut: Cut, what: str, *, higher: bool
) -> None:
    parts = list(own.groupby("classifier", sort=False))
    grid = figure.subplots(1, len(parts), squeeze=False, sharey=True)[0]
    ends = _ends(own["mean"])
    maps = []
    for axes, (classifier, part) in zip(grid, parts, strict=True):
        style.title(axes, classifier, above_ticks=True)
        mean, n, n_planned = (_wide(part, value, cut) for value in ("mean", "n", "n_planned"))
        maps.append(Map(axes, mean, n < n_planned, _map(axes, mean, ends, higher=higher)))
        _gaps(maps[-1])
        _axes(axes, cut)
    _rows(grid, names)
    bar = figure.colorbar(maps[-1].mesh, ax=list(grid), location="bottom", shrink=0.5, aspect=40, pad=0.02)
    bar.set_label(f"{naming.label(what, 24)}{'' if higher else ' (lower is better)'}")
    bar.outline.set_visible(False)
    style.lay_out(figure)
    if len(names) <= MOST_NUMBERED:
        _numbers(maps)


def _ends(means: pd.Series[float]) -> tuple[float, float]:
    """Return between which scores the colours run: not so narrow that noise looks like night and day."""
    low, high = means.min(), means.max()
    room = max(0.0, NARROWEST - (high - low)) / 2
    return low - room, high + room


def _wide(part: pd.DataFrame, value: str, cut: Cut) -> np.ndarray:
    wide = part.pivot(index=PLACE, columns="method", values=value)
    rows = pd.MultiIndex.from_tuples(cut.rows, names=PLACE)
    return wide.reindex(index=rows, columns=list(cut.methods)).to_numpy(dtype="float64")


def _map(axes: Axes, mean: np.ndarray, ends: tuple[float, float], *, higher: bool) -> QuadMesh:
    return axes.pcolormesh(
        np.ma.masked_invalid(mean), cmap="cividis" if higher else "cividis_r", vmin=ends[0], vmax=ends[1],
        edgecolors="white", linewidth=0.4, rasterized=len(mean) > MOST_NUMBERED,
    )  # fmt: skip


def _gaps(own: Map) -> None:
    """Put a dash into cells without a score and hatch those that lack trials, all of a panel in one go."""
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    y, x = np.nonzero(np.isnan(own.mean))
    own.axes.plot(
        x + 0.5, y + 0.5, linestyle="none", marker="_", color=style.GREY, markersize=3, markeredgewidth=0.5
    )
    corners = np.argwhere(~np.isnan(own.mean) & own.short)[:, ::-1]
    if len(corners):
        square = Path.unit_rectangle()
        cells = [Path(square.vertices + corner, square.codes) for corner in corners]
        own.axes.add_artist(
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
    first.set_yticks(np.arange(len(names)) + 0.5, _row_names(names))
    style.lay_out_by_largest(first.yaxis)


def _row_names(names: pd.Series[str]) -> list[str]:
    """Return the names of rows, of which the set may be cut and the ratio never is."""
    sets = names.index.get_level_values("dataset")
    ends = [name.removeprefix(own) for own, name in zip(sets, names, strict=True)]
    each = list(dict.fromkeys(sets))
    short = dict(zip(each, naming.labels(each, ROW_LETTERS - max(map(len, ends))), strict=True))
    return [f"{short[own]}{end}" for own, end in zip(sets, ends, strict=True)]


def _axes(axes: Axes, cut: Cut) -> None:
    axes.xaxis.tick_top()
    axes.tick_params(axis="x", rotation=90 if cut.upright else 0, length=0)
    names = naming.labels(cut.methods, METHOD_LETTERS)
    axes.set_xticks(np.arange(len(names)) + 0.5, names)
    style.lay_out_by_largest(axes.xaxis)
    axes.spines[:].set_visible(False)


def _numbers(maps: list[Map]) -> None:
    """Write the means into their cells: in all panels or, where the longest is wider than a cell, in none."""
    told = [
        _number(own, place, value)
        for own in maps
        for place, value in np.ndenumerate(own.mean)
        if not np.isnan(value)
    ]
    longest = max(told, key=lambda text: len(text.get_text()))
    room = ROOM * min(own.axes.bbox.width / own.mean.shape[1] for own in maps)
    sizes = [size for size in NUMBER_SIZES if _width(longest, size) <= room]
    for number in told:
        number.set_fontsize(sizes[0] if sizes else NUMBER_SIZES[-1])
        number.set_visible(bool(sizes))


def _width(text: Text, size: float) -> float:
    text.set_fontsize(size)
    return text.get_window_extent().width


def _number(own: Map, place: tuple[int, ...], value: float) -> Text:
    """Write one mean, light on dark or dark on light; hatching leaves room for it."""
    y, x = place
    colour = own.mesh.to_rgba(np.array(value))
    dark = np.dot(colour[:3], (0.299, 0.587, 0.114)) < 0.5  # luma, ITU-R BT.601
    text = f"{value:z.2f}".replace("-", "\N{MINUS SIGN}")
    behind = {"facecolor": colour, "edgecolor": "none", "pad": 0.6} if own.short[place] else None
    return own.axes.text(
        x + 0.5, y + 0.5, text, ha="center", va="center", color="white" if dark else "black", bbox=behind
    )

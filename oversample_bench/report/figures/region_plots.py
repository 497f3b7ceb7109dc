"""Region plots of resamples: rows in a plane, and a classifier's regions there, before and after a method.

Shows what the store has: one split of each data set and ratio, where the suite asked for region plots. A
plane is an illustration; no score is taken from it.
"""

from __future__ import annotations

import json
from functools import partial
from math import ceil
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from oversample_bench.analysis.results import Results
from oversample_bench.analysis.score_cells import PLACE
from oversample_bench.report.figures import naming, style
from oversample_bench.report.figures.drawing import Absent, Drawing, Made

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLUMNS = 3
PANEL_HEIGHT = 2.2  # inches
TINTS = ["#ffffff", "#dcecf7"]
KINDS: dict[str, tuple[str, dict[str, Any]]] = {
    "majority": ("majority", {"marker": ".", "s": 14, "color": "#8a8a8a", "linewidths": 0}),
    "new": ("made by the method", {"marker": "x", "s": 9, "color": "#D55E00", "linewidths": 0.6}),
    "minority": ("minority", {"marker": "o", "s": 17, "color": "#0072B2", "ec": "white", "linewidths": 0.5}),
}  # fmt: skip
"""What is drawn, the last on top: its words and its marks."""


def drawings(results: Results) -> Made:
    """Return a page for each data set and ratio, a panel a method, or why there is none."""
    if results.decision_regions.empty:
        return Absent(
            "The suite asks for no region plots; they are drawn where it says "
            "report: {decision_regions: true}."
        )
    labels = results.plan.loc[results.decision_regions.index]
    views = labels.assign(view=[json.loads(text) for text in results.decision_regions])
    return tuple(_page(results, part) for _, part in views.groupby(PLACE, sort=False))


def _page(results: Results, part: pd.DataFrame) -> Drawing:
    dataset, ratio, classifier = (str(part[name].iloc[0]) for name in (*PLACE, "classifier"))
    at = f" at ratio {ratio}" if len(results.names("ratio")) > 1 or ratio != "natural" else ""
    first = next((view for view in part["view"] if "axes" in view), None)
    plane = "" if first is None else f" Across: {first['axes'][0]}; upwards: {first['axes'][1]}."
    who = naming.label(classifier)
    title = f"{naming.label(dataset)}{at}: training rows of one split, and the regions of {who}"
    caption = (
        "The tinted region is where the classifier, fitted anew in this plane, predicts the minority."
        f"{plane} Below a panel: rows of the minority + those that the method made, and of the majority. At "
        "most 400 of a kind are shown; rows may lie on one another, and the outermost ones beyond the frame."
    )
    rows = ceil(len(part) / min(len(part), COLUMNS))
    counts = pd.DataFrame([view.get("counts", {}) for view in part["view"]], index=part.index)
    numbers = part[[*PLACE, "method", "classifier"]].join(counts)
    return Drawing(title, caption, numbers, PANEL_HEIGHT * rows + 0.4, partial(_paint, part=part))


def _paint(figure: Figure, part: pd.DataFrame) -> None:
    columns = min(len(part), COLUMNS)
    grid = figure.subplots(ceil(len(part) / columns), columns, squeeze=False)
    style.last(grid, len(part))
    for axes, (method, view) in zip(grid.flat, part[["method", "view"]].to_numpy(), strict=False):
        style.title(axes, method)
        axes.set_xticks([])
        axes.set_yticks([])
        if "failed" in view:
            axes.text(
                0.5, 0.5, naming.label(view["failed"], 40), ha="center", transform=axes.transAxes, fontsize=6
            )
        else:
            _panel(axes, view)
    handles = [figure.axes[0].scatter([], [], **marks) for _, marks in KINDS.values()]
    style.legend(figure, handles, [words for words, _ in KINDS.values()])


def _panel(axes: Axes, view: dict[str, Any]) -> None:
    from matplotlib.colors import ListedColormap

    left, right, bottom, top = view["extent"]
    regions = np.array([[int(label) for label in row] for row in view["regions"]])
    axes.imshow(
        regions,
        origin="lower",
        extent=(left, right, bottom, top),
        aspect="auto",
        cmap=ListedColormap(TINTS),
        vmin=0,
        vmax=1,
    )
    for name, (_, marks) in KINDS.items():
        points = np.reshape(view[name], (-1, 2))
        axes.scatter(points[:, 0], points[:, 1], **marks)
    axes.set_xlim(left, right)
    axes.set_ylim(bottom, top)
    counts = view["counts"]
    rows = f"{counts['minority']} + {counts['new']} new, {counts['majority']} majority"
    axes.set_xlabel(rows, fontsize=7)

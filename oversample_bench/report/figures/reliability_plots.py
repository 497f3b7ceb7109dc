"""Calibration curves: how often the minority came, against how probable it was said to be, a line a method.

Only for classifiers that predict probabilities, in suites with a metric that needs them. All data sets and
ratios are added up; the terms of the Brier score, data set by data set, are in the report's tables.
"""

from __future__ import annotations

from functools import partial
from math import ceil
from typing import TYPE_CHECKING, Any

import pandas as pd

from oversample_bench.analysis.blocks import MOST_PANELS
from oversample_bench.analysis.reliability import FEW, curves, frame
from oversample_bench.analysis.results import Results
from oversample_bench.core.errors import counted
from oversample_bench.report.figures import style
from oversample_bench.report.figures.drawing import Absent, Drawing, Made
from oversample_bench.report.figures.palette import Look, looks

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PANEL_HEIGHT = 2.5  # inches
PANELS = 2 * MOST_PANELS  # on a page


def drawings(results: Results) -> Made:
    """Return the curves, a panel a classifier, or why there are none."""
    points = curves(results)
    if points.empty:
        return Absent(
            "No trial has left probabilities: that takes a metric that needs them, such as brier, and a "
            "classifier that predicts them."
        )
    names = list(points["classifier"].unique())
    pages = [names[at : at + PANELS] for at in range(0, len(names), PANELS)]
    return tuple(_page(results, points[points["classifier"].isin(page)]) for page in pages)


def _page(results: Results, points: pd.DataFrame) -> Drawing:
    counts = frame(results).set_index("classifier").loc[points["classifier"].unique(), "n_trials"]
    title = (
        "How often the minority came against its predicted probability, "
        f"{style.extent(counts)} trials a line on {counted(len(results.names('dataset')), 'data set')}"
    )
    caption = (
        "On the diagonal predictions can be believed; below it the minority comes less often than predicted. "
        f"Test rows of all data sets and ratios in ten bins; bins of fewer than {FEW} rows are left out, and "
        "larger marks stand for more rows."
    )
    columns = style.wrapped(points["classifier"].nunique())
    height = PANEL_HEIGHT * ceil(points["classifier"].nunique() / columns) + (columns == 1)
    height += style.legend_height(list(points["method"].unique())) + 0.1
    paint = partial(_paint, points=points, all_looks=looks(results.names("method")), columns=columns)
    return Drawing(title, caption, points, height, paint)


def _paint(figure: Figure, points: pd.DataFrame, all_looks: dict[str, Look], columns: int) -> None:
    parts = list(points.groupby("classifier", sort=False))
    grid = figure.subplots(ceil(len(parts) / columns), columns, squeeze=False, sharey=True)
    for axes, (classifier, part) in zip(grid.flat, parts, strict=False):
        style.title(axes, classifier)
        _panel(axes, part, all_looks)
    for axes in style.last(grid, len(parts)):
        axes.set_xlabel("predicted probability")
    for line in grid:
        line[0].set_ylabel("share of the minority")
    methods = [name for name in all_looks if name in set(points["method"])]
    style.legend(figure, [style.handle(all_looks[name]) for name in methods], methods)


def _panel(axes: Axes, part: pd.DataFrame, all_looks: dict[str, Look]) -> None:
    axes.plot([0, 1], [0, 1], color=style.GREY, linewidth=0.8)
    for name, own in part.groupby("method", sort=False):
        look = all_looks[str(name)]
        axes.plot(own["predicted"], own["seen"], color=look.colour, linestyle=style.dashed(look))
        share = own["n"] / own["n"].sum()
        sizes: Any = 8 + 60 * share
        axes.scatter(own["predicted"], own["seen"], s=sizes, color=look.colour, marker=look.marker)
    axes.set_xlim(-0.02, 1.02)
    axes.set_ylim(-0.02, 1.02)
    style.gridded(axes, "both")

"""Fidelity: coverage against precision of the synthetic minority rows, a mark a method.

Both are measured against the minority rows that thinning hid (`oversample_bench.evaluation.fidelity` has the
definitions), so there is nothing to show for methods that make no rows and for sets at their natural ratio.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from math import ceil, isnan
from typing import TYPE_CHECKING, Any

import pandas as pd

from oversample_bench.analysis.results import Results
from oversample_bench.core.errors import counted
from oversample_bench.report.figures import naming, style
from oversample_bench.report.figures.drawing import Absent, Drawing, Made
from oversample_bench.report.figures.palette import Look, looks

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PANEL_HEIGHT = 2.5  # inches
MOST_RATIOS = 12
SHARES = {"precision": "fidelity_precision", "coverage": "fidelity_coverage"}


def frame(results: Results) -> pd.DataFrame:
    """Return the points of the figure.

    Returns
    -------
    DataFrame of shape (n_points, 8)
        ratio, method; means of ``precision`` and ``coverage`` over the ``n_resamples`` measured resamples of
        ``n_sets`` data sets, with their standard deviations (ddof=1) ``precision_sd`` and ``coverage_sd``.
    """
    good = results.resamples[results.resamples["status"] == "ok"].dropna(subset=list(SHARES.values()))
    grouped = good.groupby(["ratio", "method"], sort=False)
    told = grouped.agg(
        n_resamples=("dataset", "size"),
        n_sets=("dataset", "nunique"),
        **{name: (column, "mean") for name, column in SHARES.items()},
        **{f"{name}_sd": (column, "std") for name, column in SHARES.items()},
    )
    return told.reset_index()


def drawings(results: Results) -> Made:
    """Return the figure, a panel a ratio, or why there is none."""
    told = frame(results)
    if told.empty:
        return Absent(
            "No resample was compared with withheld rows: that takes a ratio which withholds minority rows, "
            "and a method that makes new ones."
        )
    ratios = list(told["ratio"].unique())[:MOST_RATIOS]
    own = told[told["ratio"].isin(ratios)]
    names, n_sets = results.names("dataset"), int(own["n_sets"].max())
    sets = naming.label(names[0]) if len(names) == 1 else counted(n_sets, "data set")
    over = f"{style.extent(own['n_resamples'])} resamples a method on {sets}"
    title = f"Coverage against precision of synthetic rows, means of {over}"
    paint = partial(_paint, told=own, all_looks=looks(results.names("method")))
    columns = style.wrapped(len(ratios))
    height = PANEL_HEIGHT * ceil(len(ratios) / columns) + style.legend_height(list(own["method"].unique()))
    height += 0.7 if columns == 1 else 0.1
    return (Drawing(title, _caption(own), told, height, paint),)


def _caption(own: pd.DataFrame) -> str:
    text = (
        "Synthetic minority rows against the minority rows that thinning hid, a panel a ratio (minority : "
        "majority in the training rows). Precision: the share of synthetic rows that lie where real ones "
        "are; coverage: the share of real rows that have a synthetic one near. The best corner is the upper "
        "right. Bars are one standard deviation over resamples"
    )
    text += f"{' and data sets' if own['n_sets'].max() > 1 else ''}, and end at 0 and 1, as shares do."
    if own["n_resamples"].nunique() > 1:
        text += (
            " Methods with fewer resamples failed or made no rows in the others, and may look better for it."
        )
    return text


def _paint(figure: Figure, told: pd.DataFrame, all_looks: dict[str, Look]) -> None:
    parts = list(told.groupby("ratio", sort=False))
    columns = style.wrapped(len(parts))
    grid = figure.subplots(ceil(len(parts) / columns), columns, squeeze=False)
    for axes, (ratio, part) in zip(grid.flat, parts, strict=False):
        style.title(axes, f"ratio {ratio}")
        _panel(axes, part, all_looks)
    for axes in style.last(grid, len(parts)):
        axes.set_xlabel("precision")
    for axes in grid[:, 0]:
        axes.set_ylabel("coverage")
    methods = [name for name in all_looks if name in set(told["method"])]
    style.legend(figure, [style.handle(all_looks[name], line=False) for name in methods], methods)


def _panel(axes: Axes, part: pd.DataFrame, all_looks: dict[str, Look]) -> None:
    points: Iterable[Any] = part.itertuples()
    for row in points:
        look = all_looks[str(row.method)]
        axes.hlines(row.coverage, *_bar(row.precision, row.precision_sd), color=look.colour, linewidth=0.7)
        axes.vlines(row.precision, *_bar(row.coverage, row.coverage_sd), color=look.colour, linewidth=0.7)
        axes.plot(
            row.precision,
            row.coverage,
            linestyle="none",
            markersize=6,
            clip_on=False,
            **style.seen_through(look),
        )
    axes.set(xlim=(-0.03, 1.03), ylim=(-0.03, 1.03))
    style.gridded(axes, "both")


def _bar(mean: float, sd: float) -> tuple[float, float]:
    """Return the ends of a bar of one deviation: shares stay within 0 and 1, and one resample has none."""
    reach = 0.0 if isnan(sd) else sd
    return max(mean - reach, 0.0), min(mean + reach, 1.0)

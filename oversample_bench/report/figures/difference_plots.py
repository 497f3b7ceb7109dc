"""Forest plots: by how much each method is better than a reference on the same splits, with its interval.

References are `none`, `smote` and the method in focus, where the plan has them under these labels. A pair is
two trials on the same data set, ratio, split and seed with the same classifier; it counts where both have a
score. Nothing is adjusted for the number of comparisons.
"""

from __future__ import annotations

from functools import partial
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from oversample_bench.analysis.blocks import panels
from oversample_bench.analysis.paired_differences import focused
from oversample_bench.analysis.results import Results
from oversample_bench.analysis.score_cells import ROW
from oversample_bench.analysis.statistics.resampled import half_width
from oversample_bench.core.errors import counted
from oversample_bench.report.figures import naming, repeats, style
from oversample_bench.report.figures.drawing import Absent, Drawing, Made
from oversample_bench.report.figures.palette import Look, looks

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

REFERENCES = ("none", "smote")
PAIR = [*ROW, "split", "seed"]
COLUMNS = ["panel", "reference", "method", "n", "n_planned", "mean", "low", "high"]
PARTS = ["value", "planned"]
LINE, MARGIN = 0.18, 0.65  # inches: a method, and what is around a panel
TEXT_WIDTH, PANELS_WIDTH = 0.6, 5.4  # inches: a note in a panel, and what names leave for the panels


def references(results: Results) -> list[str]:
    """Return what methods are compared with: `none`, `smote` and the focus, as far as there are such."""
    methods = results.names("method")
    asked = dict.fromkeys([*REFERENCES, focused(results)])
    return [name for name in asked if name and name in methods] if len(methods) > 1 else []


def frame(results: Results, metric: str) -> pd.DataFrame:
    """Return the mean gain of each method over each reference.

    Parameters
    ----------
    results : Results
        With a method that is one of `references`.
    metric : str
        What is subtracted.

    Returns
    -------
    DataFrame of shape (n_panels * n_references * (n_methods - 1), 8)
        panel, reference, method; the ``mean`` gain, positive where the method is better, whichever way the
        metric points; ``low`` to ``high``, its 95 % interval; over ``n`` of ``n_planned`` data sets, each of
        which counts as one value, the mean of its pairs. With one data set n counts splits, and the interval
        is that of the corrected resampled t (`oversample_bench.analysis.statistics.resampled`).
    """
    wide, keys = _wide(results, metric)
    parts = [_gains(wide, keys, reference) for reference in references(results)]
    told = [part[part["panel"] == panel.title] for panel in panels(results) for part in parts]
    return pd.concat(told, ignore_index=True)[COLUMNS] if told else pd.DataFrame(columns=COLUMNS)


def _pointed(results: Results, metric: str) -> pd.Series[float]:
    return results.scores[metric] if results.metrics[metric] else -results.scores[metric]


def _wide(results: Results, metric: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return scores and plan with a row a pair and a column a method, and what each row belongs to.

    The latter is its ``panel``, its ``ratio``, what counts as one value (``key``: the data set or, of a
    single one, the repetition) and the ``share`` of rows that such values have in common.
    """
    trials = results.plan[[*PAIR, "method"]].assign(value=_pointed(results, metric), planned=1.0)
    wide = trials.pivot(index=PAIR, columns="method", values=PARTS)
    keys = wide.index.to_frame(index=False).assign(key=lambda pairs: pairs["dataset"], share=0.0)
    if len(results.names("dataset")) == 1:
        units = results.plan[PAIR].join(repeats.units(results)).drop_duplicates(PAIR).set_index(PAIR)
        keys[["key", "share"]] = units.loc[wide.index].to_numpy()
    titles = {name: panel.title for panel in panels(results) for name in panel.classifiers}
    order = list(product(PARTS, results.names("method")))
    return wide[order], keys.assign(panel=keys["classifier"].map(titles))


def _gains(wide: pd.DataFrame, keys: pd.DataFrame, reference: str) -> pd.DataFrame:
    by = pd.MultiIndex.from_frame(keys[["panel", "ratio", "key"]])
    gain, planned = (_less(wide[[what]].droplevel(0, axis=1).set_axis(by), reference) for what in PARTS)
    values = _over_ratios(gain).groupby(level="panel")
    share = _over_ratios(keys[["share"]].astype("float64").set_axis(by)).groupby(level="panel").mean()
    told = pd.DataFrame(
        {
            "n": values.count().stack(),
            "n_planned": _over_ratios(planned).groupby(level="panel").count().stack(),
            "mean": values.mean().stack(),
            "sd": values.std().stack(),
        }
    )
    told = told[told["n_planned"] > 0].join(share).reset_index()
    reach = half_width(told["sd"], told["n"], told["share"])
    return told.assign(reference=reference, low=told["mean"] - reach, high=told["mean"] + reach)


def _less(wide: pd.DataFrame, reference: str) -> pd.DataFrame:
    return wide.drop(columns=reference).sub(wide[reference], axis=0)


def _over_ratios(pairs: pd.DataFrame) -> pd.DataFrame:
    """Average the pairs of each ratio first: a ratio in which more trials succeeded weighs no more."""
    means = pairs.groupby(level=["panel", "ratio", "key"]).mean()
    return means.groupby(level=["panel", "key"]).mean()


def drawings(results: Results, metric: str, found: pd.DataFrame) -> Made:  # noqa: ARG001 - one signature for all figures
    """Return the forest plot of one metric, or why there is none."""
    methods = results.names("method")
    if len(methods) < 2:
        return Absent("There is one method only: nothing to compare.")
    if not references(results):
        return Absent("No method is labelled none or smote, and none is in focus: nothing to compare with.")
    told = frame(results, metric)
    if told["mean"].isna().all():
        return Absent("No method and reference have a score on the same split.")
    n_panels = told["panel"].nunique()
    paint = partial(_paint, told=told, all_looks=looks(methods))
    over = f"{_listed(references(results))}, {_basis(results, told)}"
    title = f"{naming.label(metric)}: gain of each method over {over}"
    height = n_panels * (LINE * len(methods) + MARGIN) + 0.2
    return (Drawing(title, _caption(results, metric, told), told, height, paint),)


def _listed(names: list[str]) -> str:
    *first, last = map(naming.label, names)
    return f"{', '.join(first)} and {last}" if first else last


def _basis(results: Results, told: pd.DataFrame) -> str:
    """Say of how many values the means are, and of what."""
    what = "mean and 95 % interval" if told["low"].notna().any() else "mean"
    sets, n_planned = results.names("dataset"), int(told["n_planned"].max())
    least = style.extent(told["n"])
    some = "" if (told["n"] == told["n_planned"]).all() else f"{least} of "
    if len(sets) > 1:
        return f"{what} over {some}{counted(n_planned, 'data set')}"
    if len(results.names("split")) > 1:
        return f"{what} over {some}{counted(n_planned, 'split')} of {naming.label(sets[0])}"
    return f"{what} over {some}{counted(n_planned, 'seed')} of one split of {naming.label(sets[0])}"


def _caption(results: Results, metric: str, told: pd.DataFrame) -> str:
    lower = "" if results.metrics[metric] else " (lower values are better, and a gain is a fall)"
    text = (
        f"Gain in {metric} over the reference on the same splits: right of 0 the method is better{lower}. "
        "The line is the 95 % interval of the mean, "
    )
    if len(results.names("dataset")) > 1:
        text += "by Student's t over data sets, each of which counts as one value"
    elif len(results.names("split")) > 1:
        text += "by the corrected resampled t over splits (Nadeau and Bengio 2003)"
    else:
        text += "by Student's t over seeds: there is one split, and it tells nothing of other rows"
    text += "; it is not adjusted for the number of comparisons."
    if (told["n"] < told["n_planned"]).any():
        text += (
            " Hollow marks lack some of the pairs; where their n is not that of most, it stands beside them."
        )
    return text


def _paint(figure: Figure, told: pd.DataFrame, all_looks: dict[str, Look]) -> None:
    rows, columns = list(told["panel"].unique()), list(told["reference"].unique())
    grid = figure.subplots(len(rows), len(columns), squeeze=False, sharex="row", sharey=True)
    told = told.assign(odd=told["n"] != told["n"].mode().max())
    for axes, (panel, reference) in zip(grid.flat, product(rows, columns), strict=True):
        own = told[(told["panel"] == panel) & (told["reference"] == reference)]
        axes.set_xlabel(f"gain over {naming.label(reference, 2 * naming.MOST_LETTERS)}")
        _panel(axes, own.set_index("method"), all_looks)
        _reference(axes, list(all_looks).index(reference))
    for line, (_, own) in zip(grid, told.groupby("panel", sort=False), strict=True):
        _scale(line[0], own, TEXT_WIDTH * len(columns) / PANELS_WIDTH)
    for axes in grid[:, 1:].flat:
        axes.yaxis.set_visible(False)  # it is that of the first column, and would be drawn once more
    for axes, panel in zip(grid[:, 0], rows, strict=True):
        style.title(axes, panel)


def _scale(axes: Axes, own: pd.DataFrame, share: float) -> None:
    """Leave room for the texts right of 0 and of the lines; ``share`` of the panel is as wide as a text."""
    left, right = axes.get_xlim()
    end = np.nanmax([0.0, *own.loc[own["odd"], ["high", "mean"]].to_numpy().flat])
    axes.set_xlim(left, max(right, left + (end - left) / (1 - share)))


def _panel(axes: Axes, own: pd.DataFrame, all_looks: dict[str, Look]) -> None:
    methods = list(all_looks)
    axes.axvline(0, color=style.GREY, linewidth=0.8)
    axes.set_yticks(range(len(methods)), naming.labels(methods, 24))
    axes.set_ylim(len(methods) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    for name, line in own.iterrows():
        _mark(axes, methods.index(str(name)), line, all_looks[str(name)])
    style.gridded(axes, "x")


def _mark(axes: Axes, y: int, line: Any, look: Look) -> None:
    whole = line["n"] == line["n_planned"]
    if not np.isnan(line["low"]):
        axes.plot([line["low"], line["high"]], [y, y], color=look.colour, linewidth=1.4)
    axes.plot(line["mean"], y, linestyle="none", **style.hollow(look, whole=whole))
    if not whole and line["odd"]:
        end = np.nanmax([line["high"], line["mean"], 0.0])
        axes.annotate(
            f"n = {line['n']:.0f} of {line['n_planned']:.0f}", (end, y), (4, 0), textcoords="offset points",
            va="center", fontsize=6, color=style.GREY,
        )  # fmt: skip


def _reference(axes: Axes, y: int) -> None:
    axes.annotate(
        "reference", (0, y), (3, 0), textcoords="offset points", va="center", fontsize=6.5, color=style.GREY
    )

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

from oversample_bench.report.cells import PLACE, ROW
from oversample_bench.report.differences import focused
from oversample_bench.report.figures import intervals, style
from oversample_bench.report.figures.blocks import Panel, panels
from oversample_bench.report.figures.drawing import Absent, Drawing, Made
from oversample_bench.report.figures.palette import Look, looks
from oversample_bench.report.results import Results

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

REFERENCES = ("none", "smote")
PAIR = [*ROW, "split", "seed"]
COLUMNS = ["panel", "reference", "method", "n", "n_planned", "mean", "low", "high"]
LINE, MARGIN = 0.18, 0.65  # inches: a method, and what is around a panel


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
        is that of the corrected resampled t (`oversample_bench.report.figures.intervals`).
    """
    trials = results.plan[[*PAIR, "method"]].assign(value=_pointed(results, metric))
    trials = trials.join(intervals.units(results))
    parts = [
        _gains(trials[trials["classifier"].isin(panel.classifiers)], panel, reference)
        for panel in panels(results)
        for reference in references(results)
    ]
    return pd.concat(parts, ignore_index=True)[COLUMNS] if parts else pd.DataFrame(columns=COLUMNS)


def _pointed(results: Results, metric: str) -> pd.Series[float]:
    return results.scores[metric] if results.metrics[metric] else -results.scores[metric]


def _gains(trials: pd.DataFrame, panel: Panel, reference: str) -> pd.DataFrame:
    chosen = trials["method"] == reference
    own = trials.loc[chosen, [*PAIR, "value"]].rename(columns={"value": "own"})
    pairs = trials[~chosen].merge(own, on=PAIR)
    pairs["gain"] = pairs["value"] - pairs["own"]
    one_set = trials["dataset"].nunique() == 1
    key = ["unit"] if one_set else ["dataset"]
    values = _means(pairs, ["method", *PLACE[1:], *key]).groupby(["method", *key], sort=False)
    grouped = values.agg(gain=("gain", "mean"), share=("share", "mean")).groupby("method", sort=False)
    told = grouped.agg(
        n=("gain", "count"), n_planned=("gain", "size"), mean=("gain", "mean"), sd=("gain", "std"),
        share=("share", "mean"),
    ).reset_index()  # fmt: skip
    reach = intervals.reach(told["sd"], told["n"], told["share"] if one_set else 0.0)
    return told.assign(
        panel=panel.title, reference=reference, low=told["mean"] - reach, high=told["mean"] + reach
    )


def _means(pairs: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Average the pairs of each ratio first: a ratio in which more trials succeeded weighs no more."""
    return pairs.groupby(keys, sort=False).agg(gain=("gain", "mean"), share=("share", "mean")).reset_index()


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
    title = (
        f"{style.label(metric)}: gain of each method over {_listed(references(results))}, {_basis(results)}"
    )
    height = n_panels * (LINE * len(methods) + MARGIN) + 0.2
    return (Drawing(title, _caption(results, metric, told), told, height, paint),)


def _listed(names: list[str]) -> str:
    *first, last = map(style.label, names)
    return f"{', '.join(first)} and {last}" if first else last


def _basis(results: Results) -> str:
    n_sets = len(results.names("dataset"))
    if n_sets > 1:
        return f"mean over {n_sets} data sets"
    n_splits, n_seeds = len(results.names("split")), len(results.names("seed"))
    count = (
        f"{n_splits} splits" if n_splits > 1 else f"{n_seeds} seed{'s' if n_seeds > 1 else ''} of one split"
    )
    return f"mean over {count} of {style.label(results.names('dataset')[0])}"


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
        text += " Hollow marks lack some of the pairs, and say how many there are."
    return text


def _paint(figure: Figure, told: pd.DataFrame, all_looks: dict[str, Look]) -> None:
    rows, columns = list(told["panel"].unique()), list(told["reference"].unique())
    grid = figure.subplots(len(rows), len(columns), squeeze=False, sharex="row", sharey=True)
    for axes, (panel, reference) in zip(grid.flat, product(rows, columns), strict=True):
        own = told[(told["panel"] == panel) & (told["reference"] == reference)]
        axes.set_xlabel(f"gain over {style.label(reference, 22)}")
        _panel(axes, own.set_index("method"), all_looks)
        _reference(axes, list(all_looks).index(reference))
    for axes, panel in zip(grid[:, 0], rows, strict=True):
        axes.set_title(style.label(panel))


def _panel(axes: Axes, own: pd.DataFrame, all_looks: dict[str, Look]) -> None:
    methods = list(all_looks)
    axes.axvline(0, color=style.GREY, linewidth=0.8)
    axes.set_yticks(range(len(methods)), [style.label(name, 24) for name in methods])
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
    if not whole:
        end = np.nanmax([line["high"], line["mean"], 0.0])
        axes.annotate(
            f"n = {line['n']:.0f} of {line['n_planned']:.0f}", (end, y), (4, 0), textcoords="offset points",
            va="center", fontsize=6, color=style.GREY,
        )  # fmt: skip


def _reference(axes: Axes, y: int) -> None:
    axes.annotate(
        "reference", (0, y), (3, 0), textcoords="offset points", va="center", fontsize=6.5, color=style.GREY
    )

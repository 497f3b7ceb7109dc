"""The score tables: one section a metric, one table a ratio, methods as columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

from oversample_bench.analysis import significance
from oversample_bench.analysis.results import Results
from oversample_bench.analysis.score_cells import (
    CELL,
    NEAR,
    glossary,
    interval,
    legend,
    marks,
    rest,
    spread,
    whole,
)
from oversample_bench.report.markdown import bullets, escaped, table

COLUMNS = [*CELL, "n", "n_planned", "mean", "sd", "best", "flags"]
NAMES = ["data set", "classifier"]


def section(results: Results, metric: str, found: pd.DataFrame) -> str:
    """Return the tables of one metric, a legend under each.

    Parameters
    ----------
    results : Results
        For labels, flags and options; ``report: {spread: interval}`` shows intervals of the means in place of
        standard deviations.
    metric : str
        What the cells are of.
    found : DataFrame of shape (n_cells, 11 or 17)
        The cells, judged by `oversample_bench.analysis.significance.frame` or not yet.
    """
    found = significance.frame(results, metric, found)
    parts = [f"## {escaped(metric)}", rules(results, metric, found)]
    ratios = results.names("ratio")
    for ratio in ratios:
        if len(ratios) > 1:
            parts.append(f"### {escaped(metric)} at ratio {escaped(ratio)}")
        parts += _table(results, found[found["ratio"] == ratio], ratio)
    return "\n\n".join(parts)


def rules(results: Results, metric: str, found: pd.DataFrame) -> str:
    """Return in plain words how a table of judged cells is to be read."""
    better = "Higher" if results.metrics[metric] else "Lower"
    beside = (
        "with its 95 % interval over splits (corrected resampled t, Nadeau and Bengio, 2003)"
        if with_intervals(results)
        else "± standard deviation over splits and seeds"
    )
    text = (
        f"{better} is better. Mean {beside}. The best mean of a row is in "
        "bold; cells with fewer trials than the fullest of their row do not compete."
    )
    return f"{text} {_tested(results, found)}".rstrip()


def _tested(results: Results, found: pd.DataFrame) -> str:
    if found["method"].nunique() < 2:
        return ""
    if found["p"].notna().any():
        return (
            f"{NEAR} is not significantly worse than the best of the row: a t test over pairs of splits, "
            "corrected for the rows that splits share (Nadeau and Bengio, 2003), two-sided at 5 %, adjusted "
            "by Holm for the methods of the row. It does not say that methods are equal."
        )
    n_splits = len(results.names("split"))
    return (
        f"Which methods are significantly worse than the best is not told: the test takes "
        f"{significance.FEWEST} splits with scores of both, and there {_are(n_splits)}."
    )


def _are(n_splits: int) -> str:
    if n_splits >= significance.FEWEST:
        return "are fewer in each row"
    return "is one" if n_splits == 1 else f"are {n_splits}"


def with_intervals(results: Results) -> bool:
    """Tell whether the suite asks for intervals of the means in place of standard deviations."""
    return str(results.run["options"].get("spread")) == "interval"


def grid(
    found: pd.DataFrame, texts: Iterable[str], methods: Sequence[str]
) -> dict[tuple[str, str, str], list[str]]:
    """Return the texts of the cells of each data set, ratio and classifier, one a method."""
    at = {method: place for place, method in enumerate(methods)}
    rows: dict[tuple[str, str, str], list[str]] = {}
    for (*row, method), text in zip(zip(*map(found.get, CELL), strict=True), texts, strict=True):
        rows.setdefault(tuple(row), ["not planned"] * len(methods))[at[method]] = text
    return rows


def _table(results: Results, found: pd.DataFrame, ratio: str) -> list[str]:
    methods = [name for name in results.names("method") if name in set(found["method"])]
    wide = grid(found, [_cell(cell, results) for cell in found.itertuples()], methods)
    rows = [[escaped(dataset), escaped(classifier), *line] for (dataset, _, classifier), line in wide.items()]
    told = [escaped(line) for line in glossary(found)]
    told += [f"{mark} {escaped(text)}" for mark, text in legend(results, ratio)]
    shown = table([*NAMES, *map(escaped, methods)], rows, left=2)
    return [whole(found), shown, *([bullets(told)] if told else [])]


def _cell(cell: Any, results: Results) -> str:
    if cell.n == 0:
        return f"–{rest(cell)}"
    if with_intervals(results):
        text = interval(cell.mean, cell.low, cell.high, results.digits)
    else:
        text = spread(cell.mean, cell.sd, results.digits)
    mark = (NEAR if cell.near else "") + marks(cell.flags)
    return (f"**{text}**" if cell.best else text) + (f" {mark}" if mark else "") + rest(cell)


def csv(found: pd.DataFrame) -> pd.DataFrame:
    """Return the cells of one metric in full precision, with what was judged where they are judged."""
    judged = [name for name in significance.JUDGED if name in found]
    return found[[*COLUMNS, *judged]]

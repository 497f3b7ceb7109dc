"""The score tables of the page: a row for each data set, ratio and classifier, a column for each method."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from oversample_bench.analysis import significance
from oversample_bench.analysis.results import Results
from oversample_bench.analysis.score_cells import (
    NEAR,
    ROW,
    glossary,
    interval,
    legend,
    marks,
    rest,
    spread,
    whole,
)
from oversample_bench.report import score_tables


@dataclass(frozen=True)
class PageCell:
    """What stands in one place of a score table.

    Parameters
    ----------
    text : str
        Mean and spread, or a dash.
    best : bool
        Whether it is shown in bold.
    marks : str
        That of a cell near the best, and those of its flags.
    rest : str
        How many of how many, and why; empty where the cell is whole.
    """

    text: str
    best: bool = False
    marks: str = ""
    rest: str = ""


@dataclass(frozen=True)
class ScoreTable:
    """The table of one metric, ready for the template.

    Parameters
    ----------
    metric : str
        Its label.
    higher_is_better : bool
        Which way it points.
    rules : str
        How it is to be read, and what is said of ``n`` once.
    rows : tuple of (tuple of str, tuple of PageCell)
        Data set, ratio and classifier; then a cell for each method.
    legend : tuple of str
        What the words and marks of the cells mean.
    """

    metric: str
    higher_is_better: bool
    rules: str
    rows: tuple[tuple[tuple[str, ...], tuple[PageCell, ...]], ...]
    legend: tuple[str, ...]


def table(results: Results, metric: str, found: pd.DataFrame) -> ScoreTable:
    """Return the table of one metric; its rows and columns are those of `places` and the plan."""
    judged = significance.frame(results, metric, found)
    told = [*glossary(found), *(f"{mark} {text}" for mark, text in legend(results))]
    return ScoreTable(
        metric=metric,
        higher_is_better=results.metrics[metric],
        rules=f"{score_tables.rules(results, metric, judged)} {whole(found)}",
        rows=tuple(_rows(results, judged)),
        legend=tuple(told),
    )


def places(found: pd.DataFrame) -> list[tuple[str, ...]]:
    """Return data set, ratio and classifier of each row, in plan order; the same for every metric."""
    return list(found[ROW].astype(str).drop_duplicates().itertuples(index=False, name=None))


def _rows(results: Results, found: pd.DataFrame) -> Iterator[tuple[tuple[str, ...], tuple[PageCell, ...]]]:
    methods, absent = results.names("method"), PageCell("not planned")
    keys = found[[*ROW, "method"]].astype(str).itertuples(index=False, name=None)
    cells = {key: _cell(cell, results) for key, cell in zip(keys, found.itertuples(), strict=True)}
    for place in places(found):
        yield place, tuple(cells.get((*place, method), absent) for method in methods)


def _cell(cell: Any, results: Results) -> PageCell:
    if cell.n == 0:
        return PageCell(f"–{rest(cell)}")
    if score_tables.with_intervals(results):
        text = interval(cell.mean, cell.low, cell.high, results.digits)
    else:
        text = spread(cell.mean, cell.sd, results.digits)
    mark = (NEAR if cell.near else "") + marks(cell.flags)
    return PageCell(text, bool(cell.best), mark, rest(cell).lstrip(", "))

"""The scores: a line a data set with the mean of each method, and every cell of the run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from oversample_bench.analysis import rank_tests
from oversample_bench.analysis.data_set_blocks import ALL, twins, unfinished
from oversample_bench.analysis.evidence import Evidence
from oversample_bench.analysis.results import Results
from oversample_bench.analysis.score_cells import ROW
from oversample_bench.analysis.significance import FEWEST
from oversample_bench.core.errors import counted, listed
from oversample_bench.report import cell_notes
from oversample_bench.report.number_texts import extent, interval, metric_name, score, spread
from oversample_bench.report.table import NOTHING, Cell, Column, Row, Table, number, words


def by_data_set(results: Results, told: Evidence) -> Table:
    """Return one line a data set with the mean of each method, and below them their mean and mean rank.

    The line of a data set is the mean of its ratios and classifiers. What is not whole has a dash.
    """
    names = results.names("classifier")
    own = told.sets[told.sets["classifier"] == (ALL if len(names) > 1 else names[0])]
    methods = results.names("method")
    wide = own.pivot(index="dataset", columns="method", values="mean").reindex(
        index=own["dataset"].unique(), columns=methods
    )
    rows = [_set_row(results, told, str(name), line) for name, line in wide.iterrows()]
    if len(rows) > 1:
        rows += _totals(results, told, wide, own)
    columns = [Column("data set", is_text=True), *(Column(name, method=name) for name in methods)]
    return Table(
        f"sets_{told.metric}", f"{metric_name(told.metric)} by data set", columns, rows,
        tuple(_set_notes(results, told)),
    )  # fmt: skip


def _set_row(results: Results, told: Evidence, name: str, line: pd.Series[float]) -> Row:
    best = line.max() if results.metrics[told.metric] else line.min()
    several = len(line) > 1
    cells = [
        number(value, score(value, results.digits), best=several and round(value - best, 12) == 0)
        for value in line
    ]
    return Row([*words(name), *cells], {"dataset": name})


def _totals(results: Results, told: Evidence, wide: pd.DataFrame, own: pd.DataFrame) -> Iterator[Row]:
    complete = own.loc[own["complete"].astype(bool), "dataset"].unique()
    means = wide.loc[wide.index.isin(complete)].mean()
    yield Row([Cell("mean"), *(number(one, score(one, results.digits)) for one in means)], is_total=True)
    ranked = rank_tests.of(told.ranked)
    if len(ranked):
        ranks = ranked.set_index("method")["mean_rank"].reindex(wide.columns)
        yield Row([Cell("mean rank"), *(number(one, f"{one:.2f}") for one in ranks)], is_total=True)


def _set_notes(results: Results, told: Evidence) -> Iterator[str]:
    better = "Higher" if results.metrics[told.metric] else "Lower"
    averaged = ["splits"] + [f"{name}s" for name in ("ratio", "classifier") if len(results.names(name)) > 1]
    yield f"{better} is better. Each line is the mean over {' and '.join(averaged)}; the best is in bold."
    own = told.sets.groupby("dataset")["complete"].first()
    if not own.all() and len(own) > 1:
        n = counted(int(own.sum()), "data set")
        yield f"Mean and mean rank are over the {n} in which every method is whole."
    if late := unfinished(results, told.found):
        yield f"Not yet run to the end, and left out: {listed(late, most=8)}."
    if same := twins(results):
        shown = listed([" = ".join(labels) for labels in same], most=6)
        yield f"The same rows under several labels are one data set: {shown}."


def by_cell(results: Results, told: Evidence) -> Table:
    """Return every cell: a line a data set, ratio and classifier, a column a method."""
    methods = results.names("method")
    absent = Cell("not planned")
    lines: dict[tuple[str, ...], dict[str, Cell]] = {}
    for cell in told.found.itertuples():
        place = (str(cell.dataset), str(cell.ratio), str(cell.classifier))
        lines.setdefault(place, {})[str(cell.method)] = _cell(results, cell)
    shown = [at for at, name in enumerate(ROW) if name != "ratio" or len(results.names("ratio")) > 1]
    rows = [
        Row(
            [*words(*(place[at] for at in shown)), *(own.get(name, absent) for name in methods)],
            dict(zip(ROW, place, strict=True)),
        )
        for place, own in lines.items()
    ]
    titles = [["data set", "ratio", "classifier"][at] for at in shown]
    columns = [
        *(Column(title, is_text=True) for title in titles),
        *(Column(name, method=name) for name in methods),
    ]
    title = f"{metric_name(told.metric)} of every data set, ratio and classifier"
    return Table(f"scores_{told.metric}", title, columns, rows, tuple(_cell_notes(results, told)))


def _cell(results: Results, cell: Any) -> Cell:
    missing = cell_notes.missing(cell)
    if cell.n == 0:
        return Cell(NOTHING, note=missing)
    if with_intervals(results):
        text = interval(cell.mean, cell.low, cell.high, results.digits)
    else:
        text = spread(cell.mean, cell.sd, results.digits)
    marks = (cell_notes.WORSE_MARK if cell.worse else "") + cell_notes.marks(cell.flags)
    return Cell(text, float(cell.mean), best=bool(cell.best), marks=marks, note=missing)


def with_intervals(results: Results) -> bool:
    """Tell whether the suite asks for intervals of the means in place of standard deviations."""
    return str(results.run["options"].get("spread")) == "interval"


def _cell_notes(results: Results, told: Evidence) -> Iterator[str]:
    found = told.found
    beside = (
        "with its 95 % interval over splits (corrected resampled t, Nadeau and Bengio 2003)"
        if with_intervals(results)
        else "± standard deviation over splits and seeds"
    )
    better = "Higher" if results.metrics[told.metric] else "Lower"
    yield (
        f"{better} is better. Mean {beside}; {extent(found['n_planned'])} trials a cell where it says "
        "nothing else. The best mean of a row is in bold; cells with fewer trials than the fullest of "
        "their row do not compete."
    )
    yield from _tested(results, found)
    yield from cell_notes.glossary(found)
    yield from cell_notes.legend(results)


def _tested(results: Results, found: pd.DataFrame) -> Iterator[str]:
    if found["method"].nunique() < 2:
        return
    if found["tested"].any():
        yield (
            f"{cell_notes.WORSE_MARK} significantly worse than the best of its row at 5 %: corrected "
            "resampled t over pairs of splits, adjusted by Holm for the methods of the row. No mark does "
            "not say that methods are equal."
        )
    row = found.groupby(ROW, sort=False)["tested"].transform("any")
    untested = int((~row).groupby([found[name] for name in ROW]).first().sum())
    if untested:
        n_splits = counted(len(results.names("split")), "split")
        where = "" if not found["tested"].any() else f" in {counted(untested, 'row')}"
        yield f"Not tested{where}: {n_splits}; the test against the best of a row takes {FEWEST}."
    alone = int((row & ~found["tested"]).sum())
    if alone:
        yield f"{counted(alone, 'cell')} have too few trials to be tested."

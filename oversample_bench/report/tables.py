"""The score tables: one section a metric, one table a ratio, methods as columns."""

from __future__ import annotations

from typing import Any

import pandas as pd

from oversample_bench.report.cells import (
    CELL,
    ROW,
    flag_counts,
    glossary,
    legend,
    marks,
    rest,
    spread,
    whole,
)
from oversample_bench.report.markdown import bullets, escaped, table
from oversample_bench.report.results import Results

COLUMNS = [*CELL, "n", "n_planned", "mean", "sd", "best", "flags"]


def section(results: Results, metric: str, found: pd.DataFrame) -> str:
    """Return the tables of one metric, a legend under each."""
    better = "Higher" if results.metrics[metric] else "Lower"
    rules = (
        f"{better} is better. Mean ± standard deviation over splits and seeds. The best mean of a row is in "
        "bold; cells with fewer trials than the fullest of their row do not compete."
    )
    parts = [f"## {escaped(metric)}", rules]
    counts, ratios = flag_counts(results), results.names("ratio")
    for ratio in ratios:
        if len(ratios) > 1:
            parts.append(f"### {escaped(metric)} at ratio {escaped(ratio)}")
        parts += _table(results, found[found["ratio"] == ratio], counts[counts["ratio"] == ratio])
    return "\n\n".join(parts)


def _table(results: Results, found: pd.DataFrame, counts: pd.DataFrame) -> list[str]:
    methods = [name for name in results.names("method") if name in set(found["method"])]
    texts = found.assign(text=[_cell(cell, results.digits) for cell in found.itertuples()])
    wide = texts.pivot_table(index=ROW, columns="method", values="text", aggfunc="first", sort=False)
    wide = wide.reindex(columns=methods).fillna("not planned")
    rows = [
        [escaped(dataset), escaped(classifier), *line]
        for (dataset, _, classifier), line in zip(wide.index, wide.to_numpy().tolist(), strict=True)
    ]
    header = ["data set", "classifier", *map(escaped, methods)]
    told = [escaped(line) for line in glossary(found)]
    told += [f"{mark} {escaped(text)}" for mark, text in legend(counts)]
    return [whole(found), table(header, rows, left=2), *([bullets(told)] if told else [])]


def _cell(cell: Any, digits: int) -> str:
    if cell.n == 0:
        return f"–{rest(cell)}"
    text = spread(cell.mean, cell.sd, digits)
    mark = marks(cell.flags)
    return (f"**{text}**" if cell.best else text) + (f" {mark}" if mark else "") + rest(cell)


def csv(found: pd.DataFrame) -> pd.DataFrame:
    """Return the cells of one metric in full precision."""
    return found[COLUMNS]

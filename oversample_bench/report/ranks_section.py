"""The section of a report that is made of `oversample_bench.analysis.mean_ranks`."""

from __future__ import annotations

from functools import partial
from typing import Any

import pandas as pd

from oversample_bench.analysis.mean_ranks import ALL
from oversample_bench.analysis.results import Results
from oversample_bench.analysis.score_cells import PLACE, ROW
from oversample_bench.core.errors import counted
from oversample_bench.report.markdown import bullets, escaped, table


def section(results: Results, metric: str, found: pd.DataFrame, ranked: pd.DataFrame) -> str:
    """Return the ranks of one metric as Markdown, and what was left out.

    Parameters
    ----------
    results : Results
        For the order of methods and the number of rows.
    metric : str
        What the cells are of.
    found : DataFrame of shape (n_cells, 11)
        The cells, from `oversample_bench.analysis.score_cells.cells`.
    ranked : DataFrame of shape (n_classifiers + 1) * n_methods rows
        Their ranks, from `frame`.
    """
    title = f"### Mean ranks by {escaped(metric)}"
    if len(results.names("method")) < 2:
        return f"{title}\n\nThere is one method only: nothing to rank."
    left_out = _left_out(found)
    n_rows = len(results.plan[ROW].drop_duplicates())
    parts = [title, _introduction(n_rows, int(ranked["n_rows"].max()))]
    if ranked[["n_rows", "n_rows_imputed"]].to_numpy().any():
        parts.append(_table(results, ranked))
    if left_out:
        parts += ["Left out:", bullets(left_out, rest="more; the CSV tables hold n of each")]
    return "\n\n".join(parts)


def _introduction(n_rows: int, n_ranked: int) -> str:
    text = (
        "1 is best; ties share their average. A row is a data set, ratio and classifier; it counts where "
        "every method has all its trials scored"
    )
    if n_ranked == n_rows:
        return f"{text}: {'the one row' if n_rows == 1 else f'all {n_rows} rows'}."
    return (
        f"{text}: {n_ranked} of {counted(n_rows, 'row')}. The columns marked “imputed” add the rows "
        "that were run to their end but are not whole, and give their incomplete methods the worst ranks."
    )


def _table(results: Results, ranked: pd.DataFrame) -> str:
    header, columns = ["method"], []
    for classifier, part in ranked.groupby("classifier", sort=False):
        n, n_imputed = int(part["n_rows"].iloc[0]), int(part["n_rows_imputed"].iloc[0])
        if n_imputed == 0:
            continue
        name = "all" if classifier == ALL else escaped(classifier)
        header.append(f"{name} ({counted(n, 'row')})")
        columns.append(_shown(part["mean_rank"]))
        if n_imputed > n:
            header.append(f"{name}, imputed ({counted(n_imputed, 'row')})")
            columns.append(_shown(part["mean_rank_imputed"]))
    names = [escaped(name) for name in results.names("method")]
    return table(header, list(zip(names, *columns, strict=True)))


def _shown(ranks: pd.Series[float]) -> list[str]:
    return ["–" if pd.isna(rank) else f"{rank:.2f}" for rank in ranks]


def _left_out(found: pd.DataFrame) -> list[str]:
    """Name the rows that are not whole and say why, those of the same story together."""
    short = found[found["n"] < found["n_planned"]]
    if short.empty:
        return []
    short = short.assign(text=[_story(cell) for cell in short.itertuples()])
    same = short.groupby([*ROW, "text"], sort=False)["method"].agg(list).reset_index()
    who = same["method"].map(partial(_who, n_methods=found["method"].nunique()))
    rows = same.assign(text=who + " " + same["text"]).groupby(ROW, sort=False)["text"].agg("; ".join)
    key = [*PLACE, "text"]
    told = rows.reset_index().groupby(key, sort=False)["classifier"].agg(", ".join).reset_index()
    return [
        escaped(f"{line.dataset} ({line.ratio}) with {line.classifier}: {line.text}")
        for line in told.itertuples()
    ]


def _story(cell: Any) -> str:
    return f"{cell.n} of {cell.n_planned} ({cell.missing})"


def _who(methods: list[str], n_methods: int) -> str:
    return "every method" if len(methods) == n_methods else ", ".join(methods)

"""How often each method beats each other one: wins, ties and losses over data sets, ratios and classifiers.

Counts and nothing else: rows of one data set are not independent, so that no p-value is computed from them.
A row counts for a pair of methods where both are whole, whatever became of the others.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from oversample_bench.errors import counted
from oversample_bench.report.cells import ROW, compared
from oversample_bench.report.markdown import escaped, table
from oversample_bench.report.results import Results

COUNTS = ["wins", "ties", "losses"]


def frame(results: Results, metric: str, found: pd.DataFrame) -> pd.DataFrame:
    """Count, for each ordered pair of methods, the rows in which the first is better, equal or worse.

    Parameters
    ----------
    results : Results
        For the order of methods.
    metric : str
        What the cells are of.
    found : DataFrame of shape (n_cells, ...)
        The cells, from `oversample_bench.report.cells.cells`.

    Returns
    -------
    DataFrame of shape (n_methods * (n_methods - 1), 6)
        method, other, ``n_rows`` in which both have all their trials scored, and of these ``wins``, ``ties``
        and ``losses`` of the method; means that differ by rounding only are a tie.
    """
    methods = results.names("method")
    value = compared(found, higher_is_better=results.metrics[metric]).where(found["n"] == found["n_planned"])
    wide = found.assign(value=value).pivot(index=ROW, columns="method", values="value")
    scores = wide.reindex(columns=methods).to_numpy()
    rows = [
        (method, other, *_counted(scores[:, i], scores[:, j]))
        for i, method in enumerate(methods)
        for j, other in enumerate(methods)
        if i != j
    ]
    return pd.DataFrame(rows, columns=["method", "other", "n_rows", *COUNTS])


def _counted(own: np.ndarray, other: np.ndarray) -> tuple[int, int, int, int]:
    wins, ties, losses = (int(hits.sum()) for hits in (own > other, own == other, own < other))
    return wins + ties + losses, wins, ties, losses


def matrix(told: pd.DataFrame) -> pd.DataFrame:
    """Return ``12 / 1 / 3`` for each method (rows) against each other one (columns).

    Parameters
    ----------
    told : DataFrame of shape (n_methods * (n_methods - 1), 6)
        From `frame`.

    Returns
    -------
    DataFrame of shape (n_methods, n_methods + 1)
        "–" on the diagonal and where no row counts; the last column, ``all``, sums up the others.
    """
    methods = list(told["method"].unique())
    wide = told.assign(text=_text(told)).pivot(index="method", columns="other", values="text")
    sums = told.groupby("method", sort=False)[["n_rows", *COUNTS]].sum()
    wide = wide.reindex(index=methods, columns=methods).fillna("–")
    return pd.concat([wide, _text(sums).rename("all")], axis=1)


def _text(counts: pd.DataFrame) -> pd.Series[str]:
    wins, ties, losses = (counts[name].astype(str) for name in COUNTS)
    return (wins + " / " + ties + " / " + losses).where(counts["n_rows"] > 0, "–")


def section(results: Results, metric: str, told: pd.DataFrame) -> str:
    """Return the matrix of one metric as Markdown, from `frame`; empty where there is one method only."""
    if told.empty:
        return ""
    shown = matrix(told)
    rows = [[escaped(name), *line] for name, line in zip(shown.index, shown.to_numpy().tolist(), strict=True)]
    header = ["method", *map(escaped, shown.columns[:-1]), "*all*"]
    return "\n\n".join(
        [f"### Wins, ties and losses by {escaped(metric)}", rules(results, told), table(header, rows)]
    )


def rules(results: Results, told: pd.DataFrame) -> str:
    """Return in plain words what the counts are over."""
    return (
        "In how many rows the method on the left is better / equal / worse than the one above, by the means "
        "of the score tables. A row is a data set, ratio and classifier; it counts where both have all their "
        f"trials scored: {_over(told, len(results.plan[ROW].drop_duplicates()))}."
    )


def _over(told: pd.DataFrame, n_rows: int) -> str:
    fewest, most = int(told["n_rows"].min()), int(told["n_rows"].max())
    if fewest == n_rows:
        return "the one row" if n_rows == 1 else f"all {n_rows} rows"
    share = f"{fewest} to {most}" if fewest < most else str(fewest or "none")
    return f"{share} of {counted(n_rows, 'row')}"

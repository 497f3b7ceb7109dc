"""How often each method beats each other one: wins, ties and losses over data sets, ratios and classifiers.

Counts and nothing else: rows of one data set are not independent, so that no p-value is computed from them.
A row counts for a pair of methods where both are whole, whatever became of the others.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from oversample_bench.analysis.results import Results
from oversample_bench.analysis.score_cells import ROW, compared

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
        The cells, from `oversample_bench.analysis.score_cells.cells`.

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

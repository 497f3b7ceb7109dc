"""Critical-difference diagrams for the page: mean ranks over data sets, and what Nemenyi's test tells apart.

Takes ranks and tests from `oversample_bench.analysis.comparisons`, whose tables stand below the figures, and
from the drawn diagrams how many methods and data sets there must be. Ranks nothing itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from oversample_bench.analysis.results import Results
from oversample_bench.analysis.statistics.nemenyi import groups
from oversample_bench.report.figures.critical import FEWEST_METHODS, FEWEST_SETS
from oversample_bench.report.html.numbers import number, shown

RANK_DECIMALS = 2  # as the tables show them
CLASSIFIERS = -1  # stands for the mean of all classifiers where a diagram names one


def diagrams(results: Results, compared: pd.DataFrame) -> list[list[Any]]:
    """Return a diagram a classifier, and one for the mean of all where there are several.

    Parameters
    ----------
    results : Results
        For the order of methods and classifiers.
    compared : DataFrame of shape (n_comparisons * n_methods, 28)
        From `oversample_bench.analysis.comparisons.frame`.

    Returns
    -------
    list of [classifier, number of data sets, critical difference, p, methods, mean ranks, bars]
        Names as places in the plan, `CLASSIFIERS` for all classifiers; ``p`` of Iman and Davenport. Methods
        are sorted by their rank, best first, and a bar is the places of its first and last in that order.
        Comparisons of too few methods or data sets are left out.
    """
    if len(results.names("method")) < FEWEST_METHODS:
        return []
    return list(_diagrams(results, compared))


def _diagrams(results: Results, compared: pd.DataFrame) -> Iterator[list[Any]]:
    classifiers = {name: place for place, name in enumerate(results.names("classifier"))}
    methods = {name: place for place, name in enumerate(results.names("method"))}
    for classifier, part in compared.groupby("classifier", sort=False):
        first = part.iloc[0]
        if first["n_sets"] < FEWEST_SETS:
            continue
        ranks = part.set_index("method")["mean_rank"].sort_values(kind="stable")
        order = [str(name) for name in ranks.index]
        bars = groups(dict(zip(order, ranks, strict=True)), first["critical_difference"])
        yield [
            classifiers.get(str(classifier), CLASSIFIERS),
            int(first["n_sets"]),
            shown(first["critical_difference"], RANK_DECIMALS),
            number(first["p_iman_davenport"]),
            [methods[name] for name in order],
            [shown(rank, RANK_DECIMALS) for rank in ranks],
            [[order.index(bar[0]), order.index(bar[-1])] for bar in bars],
        ]

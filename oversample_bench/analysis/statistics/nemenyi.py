"""Which methods differ by their mean ranks, each compared with each other one: Nemenyi's test.

P. B. Nemenyi, "Distribution-free multiple comparisons", thesis, Princeton 1963; as in J. Demšar, "Statistical
comparisons of classifiers over multiple data sets", JMLR 7, 2006, 1-30, section 3.2. It takes no account of
ties, with which it finds less than it might. Draws no diagram.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from math import inf, sqrt

import pandas as pd


def critical_difference(n_methods: int, n_rows: int, alpha: float = 0.05) -> float:
    """Return from which difference of mean ranks on two methods are called different.

    It is q / √2 · √(k (k + 1) / (6 n)), with q the upper quantile of the studentized range of k values at
    infinite degrees of freedom.

    Parameters
    ----------
    n_methods : int
        All that were ranked together, k.
    n_rows : int
        Over how many rows, n; of none the difference is infinite.
    alpha : float, default 0.05
        The chance that any two of equal methods are called different.

    Returns
    -------
    float
        In ranks. It may be more than n_methods - 1, the most that mean ranks can differ.
    """
    if n_rows < 1:
        return inf
    return _quantile(alpha, n_methods) / sqrt(2) * _error(n_methods, n_rows)


@lru_cache(maxsize=64)  # it is the same for every comparison of so many methods
def _quantile(alpha: float, n_methods: int) -> float:
    from scipy.stats import studentized_range  # half a second, which only reports with statistics pay

    return float(studentized_range.isf(alpha, n_methods, inf))


def groups(mean_ranks: Mapping[str, float], critical: float) -> tuple[tuple[str, ...], ...]:
    """Return the largest groups of methods in which no two differ, as bars of a diagram join them.

    Parameters
    ----------
    mean_ranks : mapping of str to float
        Of all methods.
    critical : float
        From `critical_difference`.

    Returns
    -------
    tuple of tuple of str
        Best first, between groups and within them. Groups overlap and none is part of another; a method that
        differs from all others is in none.
    """
    names = sorted(mean_ranks, key=mean_ranks.__getitem__)
    found: list[tuple[str, ...]] = []
    reached = 0
    for start, first in enumerate(names):
        near = [name for name in names[start:] if mean_ranks[name] - mean_ranks[first] < critical]
        if len(near) > 1 and start + len(near) > reached:
            found.append(tuple(near))
            reached = start + len(near)
    return tuple(found)


def p_values(mean_ranks: Mapping[str, float], n_rows: int) -> pd.DataFrame:
    """Return the p-value of each pair of methods, adjusted for all of them as Nemenyi's test is.

    Parameters
    ----------
    mean_ranks : mapping of str to float
        Of all methods.
    n_rows : int
        Over how many rows, one at least.

    Returns
    -------
    DataFrame of shape (n_methods, n_methods)
        Symmetric; 1 on the diagonal.
    """
    from scipy.stats import studentized_range

    ranks = pd.Series(mean_ranks, dtype="float64")
    apart = abs(ranks.to_numpy()[:, None] - ranks.to_numpy()) * sqrt(2) / _error(len(ranks), n_rows)
    return pd.DataFrame(studentized_range.sf(apart, len(ranks), inf), index=ranks.index, columns=ranks.index)


def _error(n_methods: int, n_rows: int) -> float:
    """Return the standard error of the difference of two mean ranks, of methods that are equal."""
    return sqrt(n_methods * (n_methods + 1) / (6 * n_rows))

"""Whether methods differ at all, by their ranks within each row: Friedman, and Iman and Davenport.

Says nothing about which of them differ; see `oversample_bench.analysis.statistics.nemenyi`.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass

import numpy as np
import pandas as pd

from oversample_bench.analysis.statistics.rank_cases import checked


@dataclass(frozen=True)
class Friedman:
    """The answer of `friedman`.

    Parameters
    ----------
    mean_ranks : dict of str to float
        Of each method, in the order of the columns; 1 is best, ties share their average.
    n_rows : int
        How many rows they are over.
    concordance : float
        Kendall's W, corrected for ties: 0 where the mean ranks are equal, 1 where all rows agree.
    chi2, chi2_p : float
        Friedman's statistic, with n_methods - 1 degrees of freedom, and its p-value.
    f, f_p : float
        That of Iman and Davenport, with n_methods - 1 and (n_methods - 1) (n_rows - 1) degrees of freedom,
        and its p-value.
    """

    mean_ranks: dict[str, float]
    n_rows: int
    concordance: float
    chi2: float
    chi2_p: float
    f: float
    f_p: float


def ranked(scores: pd.DataFrame) -> pd.DataFrame:
    """Return the rank of each method in each row: 1 is best, ties share their average.

    Raises
    ------
    ValueError
        For what `oversample_bench.analysis.statistics.rank_cases.checked` refuses.
    """
    return checked(scores).rank(axis=1, ascending=False)


def friedman(scores: pd.DataFrame) -> Friedman:
    """Test whether methods differ by their mean ranks.

    Both statistics are in the forms for average ranks of W. J. Conover ("Practical Nonparametric Statistics",
    3rd ed., Wiley 1999, section 5.8, T1 and T2), in which W is the share of the ranks' sum of squares that
    lies between methods: chi2 = n (k - 1) W, which without ties is the statistic of M. Friedman ("The use of
    ranks to avoid the assumption of normality implicit in the analysis of variance", JASA 32, 1937, 675-701)
    and with ties is that divided by 1 - sum(t³ - t) / (n k (k² - 1)); and F = (n - 1) chi2 / (n (k - 1) -
    chi2), of R. L. Iman and J. M. Davenport ("Approximations of the critical region of the Friedman
    statistic", Communications in Statistics A 9, 1980, 571-595), which is the F of a two-way analysis of
    variance of the ranks. J. Demšar ("Statistical comparisons of classifiers over multiple data sets", JMLR
    7, 2006, 1-30) has the same F, from a chi2 without correction.

    Parameters
    ----------
    scores : DataFrame of shape (n_rows, n_methods)
        Higher is better; no NaN; minus infinity is worst.

    Returns
    -------
    Friedman
        Where all rows agree, F is infinite and its p-value is the chance that the other rows fall into the
        order of the first (Conover, same section). Where every row is one tie, statistics are 0 and p-values
        1. Of fewer than two rows, they are NaN.

    Raises
    ------
    ValueError
        For fewer than two methods, two of one name, and missing scores.
    """
    ranks = ranked(scores)
    means = {str(name): float(mean) for name, mean in ranks.mean().items()}
    if len(ranks) < 2:
        return Friedman(means, len(ranks), *[math.nan] * 5)
    return Friedman(means, len(ranks), *_tested(ranks.to_numpy()))


def _tested(ranks: np.ndarray) -> tuple[float, float, float, float, float]:
    from scipy.stats import chi2, f  # half a second, which only reports with statistics pay

    n, k = ranks.shape
    w = _concordance(ranks)
    statistic = n * (k - 1) * w
    chi2_p = float(chi2.sf(statistic, k - 1))
    if w == 1:
        return w, statistic, chi2_p, math.inf, _orders(ranks[0]) ** float(1 - n)
    ratio = (n - 1) * w / (1 - w)
    return w, statistic, chi2_p, ratio, float(f.sf(ratio, k - 1, (k - 1) * (n - 1)))


def _concordance(ranks: np.ndarray) -> float:
    """Return Kendall's W; ranks are halves of whole numbers, so that full agreement is 1 to the last bit."""
    n, k = ranks.shape
    total = float(((ranks - (k + 1) / 2) ** 2).sum())
    between = float(((ranks.sum(axis=0) - n * (k + 1) / 2) ** 2).sum())  # n times the sum of squares
    return between / (n * total) if total else 0.0


def _orders(row: np.ndarray) -> int:
    """Return in how many different orders the ranks of a row can stand."""
    ties = Counter(row.tolist()).values()
    return math.factorial(len(row)) // math.prod(map(math.factorial, ties))

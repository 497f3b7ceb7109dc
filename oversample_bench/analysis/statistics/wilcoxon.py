"""Which methods differ from a control: Wilcoxon's signed-rank test over rows, adjusted by Holm.

Compares no two methods other than the control with each other, and says nothing about how large a gain is.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from oversample_bench.analysis.statistics.holm import holm
from oversample_bench.analysis.statistics.rank_cases import gains

EXACT_ROWS = 200  # up to here the exact distribution takes milliseconds


@dataclass(frozen=True)
class SignedRanks:
    """The answer of `signed_ranks` for one method.

    Parameters
    ----------
    n_rows : int
        How many rows it is over.
    n_equal : int
        In how many of them the method and the control have the same score.
    plus, minus : float
        The sums of the ranks of the rows in which the method is better, and worse, than the control.
    p : float
        Two-sided.
    p_holm : float
        The same, adjusted for the number of methods.
    """

    n_rows: int
    n_equal: int
    plus: float
    minus: float
    p: float
    p_holm: float


def signed_ranks(scores: pd.DataFrame, control: str) -> dict[str, SignedRanks]:
    """Test each method against the control by the signed ranks of its gains.

    F. Wilcoxon ("Individual comparisons by ranking methods", Biometrics Bull. 1, 1945, 80-83). Rows with
    equal scores are ranked with the others and then counted on neither side (J. W. Pratt, "Remarks on zeros
    and ties in the Wilcoxon signed rank procedures", JASA 54, 1959, 655-667); J. Demšar (JMLR 7, 2006, 1-30)
    adds half of their ranks to both sums, which leaves the p-value as it is. It is the share of all changes
    of signs that are as uneven, exact with ties too; `scipy.stats.wilcoxon` has the same without ties up to
    50 rows, and with them up to 13. Past 200 rows it is that of scipy, from the normal distribution with
    correction for ties. Adjusted by `oversample_bench.analysis.statistics.holm.holm`.

    Parameters
    ----------
    scores : DataFrame of shape (n_rows, n_methods)
        Higher is better; no NaN. With the imputed matrix a row that one side lacks counts as the largest
        gain or loss, and one that both lack as equal.
    control : str
        One of the methods.

    Returns
    -------
    dict of str to SignedRanks
        Of each method but the control, in the order of the columns. Where no row differs, or there is none,
        p is 1.

    Raises
    ------
    ValueError
        For an unknown control, fewer than two methods, two of one name, and missing scores.
    """
    found = gains(scores, control)
    ranks = found.abs().rank().to_numpy() * np.sign(found.to_numpy())
    signed = dict(zip(map(str, found.columns), ranks.T, strict=True))
    p = {name: _p_value(column) for name, column in signed.items()}
    adjusted = holm(p)
    return {
        name: SignedRanks(
            n_rows=len(column),
            n_equal=int((column == 0).sum()),
            plus=float(column[column > 0].sum()),
            minus=float(-column[column < 0].sum()),
            p=p[name],
            p_holm=adjusted[name],
        )
        for name, column in signed.items()
    }


def _p_value(signed: np.ndarray) -> float:
    from scipy.stats import wilcoxon  # half a second, which only reports with statistics pay

    if len(signed) <= EXACT_ROWS or not signed.any():
        return _exact(signed)
    return float(wilcoxon(signed, zero_method="pratt").pvalue)


def _exact(signed: np.ndarray) -> float:
    """Return the chance that sums are as uneven where each sign is a toss; ranks are whole or half."""
    doubled = np.rint(2 * signed).astype(int)
    chance = np.ones(1)  # of each sum of doubled positive ranks
    for rank in abs(doubled[doubled != 0]).tolist():
        longer = np.zeros(len(chance) + rank)
        longer[: len(chance)], halves = chance / 2, chance / 2
        longer[rank:] += halves
        chance = longer
    smaller = min(doubled[doubled > 0].sum(), -doubled[doubled < 0].sum())
    return min(1.0, 2 * float(chance[: smaller + 1].sum()))

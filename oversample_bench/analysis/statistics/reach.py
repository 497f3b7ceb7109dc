"""What a comparison could have found with so many data sets and splits, and a warning where it is little.

Looks at how widely gains are spread, never at how large they are: this is no power of what was found.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import pandas as pd

from oversample_bench.analysis.score_cells import TIE_DECIMALS
from oversample_bench.analysis.statistics.nemenyi import critical_difference
from oversample_bench.analysis.statistics.rank_cases import finite_gains
from oversample_bench.core.errors import counted

ENOUGH_SETS = 11  # "N > 10" for the distributions of Friedman's test: Demšar, JMLR 7, 2006, section 3.2
ENOUGH_SPLITS = 5  # ours: Student's t reaches 2.8 standard errors there, and 4.3 with three


@dataclass(frozen=True)
class Reach:
    """The smallest differences that a comparison could have seen.

    Parameters
    ----------
    control : str
        What methods are compared with.
    n_methods, n_sets : int
        How many methods over how many data sets.
    alpha, power : float
        The level of the tests, and the chance at which a true mean gain is seen.
    ranks : float
        The least difference of two mean ranks that Nemenyi's test calls one.
    means : dict of str to float
        Of each method but the control, the least true mean gain or loss that the paired t test sees with
        this power; NaN with fewer than two data sets.
    """

    control: str
    n_methods: int
    n_sets: int
    alpha: float
    power: float
    ranks: float
    means: dict[str, float]


def reach(scores: pd.DataFrame, control: str, alpha: float = 0.05, power: float = 0.8) -> Reach:
    """Return the smallest differences that could have been seen in this matrix.

    Parameters
    ----------
    scores : DataFrame of shape (n_sets, n_methods)
        Higher is better; no NaN and no infinity. One row a data set: rows of one set are not independent of
        each other, so take their mean first.
    control : str
        One of the methods.
    alpha : float, default 0.05
        The level of the tests, two-sided.
    power : float, default 0.8
        The usual one (J. Cohen, "Statistical Power Analysis for the Behavioral Sciences", 2nd ed., 1988).

    Returns
    -------
    Reach
        By `oversample_bench.analysis.statistics.nemenyi.critical_difference` and `least_mean`.

    Raises
    ------
    ValueError
        For an unknown control, fewer than two methods, two of one name, and missing or infinite scores.
    """
    found = finite_gains(scores, control)
    n_sets, n_methods = scores.shape
    spread = found.std().round(TIE_DECIMALS)
    means = {str(name): least_mean(float(sd), n_sets, alpha, power) for name, sd in spread.items()}
    ranks = critical_difference(n_methods, n_sets, alpha)
    return Reach(control, n_methods, n_sets, alpha, power, ranks, means)


def least_mean(sd: float, n: int, alpha: float = 0.05, power: float = 0.8, share: float = 0.0) -> float:
    """Return the smallest true mean difference that a paired t test sees.

    By the noncentral t distribution, both tails counted (J. Cohen, as in `reach`, chapter 2).

    Parameters
    ----------
    sd : float
        Of the differences, ddof=1.
    n : int
        How many differences.
    alpha : float, default 0.05
        The level of the test, two-sided.
    power : float, default 0.8
        The chance to find a difference of that size; more than ``alpha``.
    share : float, default 0.0
        n_test / n_train where the differences are splits of one data set, for the corrected resampled t of
        Nadeau and Bengio (Machine Learning 52, 2003, 239-281): the variance of the mean is
        s² (1 / n + share).

    Returns
    -------
    float
        In the unit of ``sd``; NaN of fewer than two differences.
    """
    return shift(n, alpha, power) * sd * math.sqrt(1 / n + share) if n > 1 else math.nan


@lru_cache(maxsize=64)  # it is the same for every method of a comparison
def shift(n: int, alpha: float, power: float) -> float:
    """Return how many standard errors the mean must be off for a t test over n values to see it."""
    from scipy.optimize import brentq
    from scipy.stats import nct, t  # half a second, which only reports with statistics pay

    critical = t.isf(alpha / 2, n - 1)

    def surplus(shift: float) -> float:
        wrong_side = nct.sf(
            critical, n - 1, -shift
        )  # equals cdf(-critical, shift), which scipy finds NaN far out
        return float(nct.sf(critical, n - 1, shift) + wrong_side) - power

    far = critical
    while surplus(far) < 0:
        far *= 2
    return float(brentq(surplus, 0.0, far))


def warning(found: Reach, n_splits: int) -> str:
    """Say in plain sentences that there are too few data sets or splits, and what could have been seen.

    Parameters
    ----------
    found : Reach
        From `reach`.
    n_splits : int
        The fewest splits of a data set.

    Returns
    -------
    str
        Empty where there are `ENOUGH_SETS` data sets and `ENOUGH_SPLITS` splits.
    """
    few_sets, few_splits = found.n_sets < ENOUGH_SETS, n_splits < ENOUGH_SPLITS
    said = []
    if few_sets:
        said.append(_sets(found.n_sets))
    if few_splits:
        said.append(_splits(n_splits))
    if few_sets or few_splits:
        said += [_ranks(found), *_signed_ranks(found), _means(found)]
    return " ".join(said)


def _sets(n_sets: int) -> str:
    return f"{_are(n_sets, 'data set')} too few: the p-values of Friedman's test need {ENOUGH_SETS} or more."


def _splits(n_splits: int) -> str:
    from scipy.stats import t

    text = f"{_are(n_splits, 'split')} too few for an interval within a data set, which needs {ENOUGH_SPLITS}"
    if n_splits < 2:
        return f"{text}: of one split there is none."
    return f"{text}: it reaches {t.isf(0.025, n_splits - 1):.1f} standard errors to either side."


def _are(n: int, what: str) -> str:
    return f"{counted(n, what)} {'is' if n == 1 else 'are'}"


def _ranks(found: Reach) -> str:
    most = found.n_methods - 1
    level = f"at {100 * found.alpha:g} %"
    if found.n_sets < 1 or found.ranks > most:
        return f"Nemenyi's test could not have found any difference of mean ranks {level}."
    return (
        f"Mean ranks of {found.n_methods} methods had to differ by {found.ranks:.2f}, of at most {most}, for "
        f"Nemenyi's test to find a difference {level}."
    )


def _signed_ranks(found: Reach) -> list[str]:
    """Say so where not even gains on every data set would have been found: each sign is one of two."""
    n_others = found.n_methods - 1
    least = min(1.0, n_others * 2.0 ** (1 - found.n_sets))
    if least <= found.alpha:
        return []
    methods = counted(n_others, "method")
    return [f"The signed-rank test gives no p-value below {least:.2g}, adjusted for {methods}."]


def _means(found: Reach) -> str:
    if found.n_sets < 2:
        return "Of fewer than two data sets there is no interval of a mean gain."
    if not any(found.means.values()):
        return f"Gains over {found.control} are the same on every data set: no other size could be told."
    names = sorted(found.means, key=found.means.__getitem__)
    ends = list(dict.fromkeys([names[0], names[-1]]))
    sizes = " and ".join(f"{found.means[name]:.2g} ({name})" for name in ends)
    between = "between " if len(ends) > 1 else ""
    return (
        f"The smallest true mean difference from {found.control} that a paired t test sees with "
        f"{100 * found.power:g} % power is {between}{sizes}."
    )

"""How much better a method is than a control, with an interval that resamples whole data sets.

Assumes nothing of how gains are spread. Plain percentiles are too narrow with few data sets, so that they are
expanded as far as Student's t is wider than the normal distribution. In 2,000 simulated comparisons with a
nominal level of 0.95, plain and expanded intervals held the true mean of normal gains with these shares (of
exponential ones in brackets):

======= ============= =============
n_sets  plain         expanded
======= ============= =============
3       0.76 (0.70)   0.76 (0.70)
4       0.80 (0.72)   0.88 (0.80)
5       0.84 (0.78)   0.93 (0.86)
6       0.85 (0.81)   0.93 (0.89)
11      0.91 (0.88)   0.95 (0.92)
20      0.93 (0.91)   0.95 (0.93)
======= ============= =============

No mean of drawn gains is beyond their extremes, so that below `ENOUGH` sets it still is too narrow, which a
report says beside it; two sets, whose interval would hold the mean in half of all cases, have none. Adjusts
nothing for the number of methods.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from oversample_bench.analysis.statistics.rank_cases import finite_gains

FEWEST = 3
"""Data sets under which there is no interval."""
ENOUGH = 5
"""Data sets from which on an interval holds about as much as it says."""


@dataclass(frozen=True)
class MeanGain:
    """The answer of `mean_gains` for one method.

    Parameters
    ----------
    n_rows, n_sets : int
        How many rows it is over, and of how many data sets.
    mean : float
        The mean over data sets of their mean gains.
    low, high : float
        The ends of its interval.
    """

    n_rows: int
    n_sets: int
    mean: float
    low: float
    high: float


def mean_gains(
    scores: pd.DataFrame,
    control: str,
    sets: Sequence[str],
    generator: np.random.Generator,
    n_draws: int = 10_000,
    level: float = 0.95,
) -> dict[str, MeanGain]:
    """Estimate each method's mean gain over the control, with a bootstrap interval over data sets.

    Rows of one data set (classifiers, ratios, splits) are alike, so that data sets are drawn whole, with
    replacement (A. C. Davison and D. V. Hinkley, "Bootstrap Methods and their Application", Cambridge 1997,
    section 3.8; C. A. Field and A. H. Welsh, "Bootstrapping clustered data", JRSS B 69, 2007, 369-390), and
    each counts as one value, however many rows it has. The interval is between percentiles of the means (B.
    Efron and R. J. Tibshirani, "An Introduction to the Bootstrap", Chapman & Hall 1993, chapter 13),
    expanded for few data sets (T. C. Hesterberg, "What Teachers Should Know About the Bootstrap", The
    American Statistician 69, 2015, 371-386).

    Parameters
    ----------
    scores : DataFrame of shape (n_rows, n_methods)
        Higher is better; no NaN and no infinity.
    control : str
        One of the methods.
    sets : sequence of str, of length n_rows
        The data set of each row.
    generator : numpy.random.Generator
        Draws the data sets; all methods share the draws, and sets take them in the order of their names, so
        that neither the order of rows nor that of methods changes the answer.
    n_draws : int, default 10000
        Of all data sets (Davison and Hinkley ask for 1,000 and more).
    level : float, default 0.95
        Of the interval.

    Returns
    -------
    dict of str to MeanGain
        Of each method but the control, in the order of the columns. Fewer than `FEWEST` data sets have no
        interval (NaN), none has no mean either.

    Raises
    ------
    ValueError
        When ``sets`` is of another length, for an unknown control, fewer than two methods, two of one name,
        and missing or infinite scores.
    """
    found = finite_gains(scores, control)
    if len(sets) != len(found):
        raise ValueError(
            f"Each row has a data set: there are {len(found)} rows and {len(sets)} names of sets."
        )
    means = found.groupby(np.asarray(sets)).mean() if len(found) else found
    low, high = _interval(means.to_numpy(), generator, n_draws, level)
    return {
        str(name): MeanGain(
            len(found), len(means), float(means[name].mean()), float(low[at]), float(high[at])
        )
        for at, name in enumerate(means)
    }


def _interval(means: np.ndarray, generator: np.random.Generator, n_draws: int, level: float) -> np.ndarray:
    n_sets, n_methods = means.shape
    if n_sets < FEWEST:
        return np.full((2, n_methods), math.nan)
    counts = generator.multinomial(n_sets, [1 / n_sets] * n_sets, size=n_draws)
    tail = expanded_tail(n_sets, level)
    ends: np.ndarray = np.quantile(counts @ means / n_sets, [tail, 1 - tail], axis=0)
    return ends


def expanded_tail(n: int, level: float = 0.95) -> float:
    """Return the share of bootstrap means beyond either end of an expanded percentile interval.

    Parameters
    ----------
    n : int
        How many values are drawn; 2 or more.
    level : float, default 0.95
        Of the interval.

    Returns
    -------
    float
        Φ(-sqrt(n / (n - 1)) t), with t the quantile of Student's t with n - 1 degrees of freedom (Hesterberg
        2015, as in `mean_gains`); near (1 - level) / 2 for many values.
    """
    from scipy.stats import norm, t  # half a second, which only reports with statistics pay

    return float(norm.sf(math.sqrt(n / (n - 1)) * t.isf((1 - level) / 2, n - 1)))

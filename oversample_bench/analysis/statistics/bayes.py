"""How probable it is that a method is better, as good as, or worse than a control in practice.

The Bayesian signed-rank test: A. Benavoli, F. Mangili, G. Corani, M. Zaffalon and F. Ruggeri, "A Bayesian
Wilcoxon signed-rank test based on the Dirichlet process", ICML 2014; with a region of practical equivalence,
A. Benavoli, G. Corani, J. Demšar and M. Zaffalon, "Time for a change: a tutorial for comparing multiple
classifiers through Bayesian analysis", JMLR 18 (77), 2017, 1-36. Adjusts nothing for the number of methods,
and makes no decision.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from oversample_bench.analysis.score_cells import TIE_DECIMALS
from oversample_bench.analysis.statistics.rank_cases import finite_gains

PRIOR = 0.5  # weight of the pseudo-row without a gain, against 1 of a row; as in baycomp, by the same authors
CHUNK = 1_000  # draws that are held at a time


@dataclass(frozen=True)
class Posterior:
    """The answer of `posteriors` for one method; the three probabilities add up to 1.

    Parameters
    ----------
    n_rows : int
        How many rows it is over.
    better, equivalent, worse : float
        The probability that this is the most probable of the three on a further row.
    """

    n_rows: int
    better: float
    equivalent: float
    worse: float


def posteriors(
    scores: pd.DataFrame, control: str, rope: float, generator: np.random.Generator, n_draws: int = 50_000
) -> dict[str, Posterior]:
    """Compare each method with the control by the Bayesian signed-rank test.

    Parameters
    ----------
    scores : DataFrame of shape (n_rows, n_methods)
        Higher is better; no NaN and no infinity. One row a data set: rows count as independent.
    control : str
        One of the methods.
    rope : float
        Gains from -rope to rope, both included, are no difference in practice (the tutorial takes 0.01
        for accuracies). What is compared with it is half of the sum of two rows' gains.
    generator : numpy.random.Generator
        Draws the weights of the rows; all methods share them, and rows take them in the order of their
        names, so that neither the order of rows nor that of methods changes the answer.
    n_draws : int, default 50000
        Of the posterior, as in baycomp.

    Returns
    -------
    dict of str to Posterior
        Of each method but the control, in the order of the columns; without rows, NaN.

    Raises
    ------
    ValueError
        For a negative rope, an unknown control, fewer than two methods, two of one name, and missing or
        infinite scores.
    """
    if not rope >= 0:
        raise ValueError(f"A region of practical equivalence reaches from -rope to rope; {rope} is no reach.")
    found = finite_gains(scores, control).sort_index()
    if found.empty:
        return {str(name): Posterior(0, *[math.nan] * 3) for name in found}
    regions = {str(name): _regions(column.to_numpy(), rope) for name, column in found.items()}
    wins = {name: np.zeros(3) for name in regions}
    for weights in _weights(len(found), n_draws, generator):
        for name, region in regions.items():
            wins[name] += _wins(_shares(weights, region))
    return {name: Posterior(len(found), *(won / n_draws).tolist()) for name, won in wins.items()}


def points(gains: np.ndarray, rope: float, generator: np.random.Generator, n_draws: int) -> np.ndarray:
    """Draw from the posterior of one method: the shares of better, equivalent and worse.

    Parameters
    ----------
    gains : ndarray of shape (n_rows,)
        By how much the method is better than the control, row by row.
    rope : float
        See `posteriors`.
    generator : numpy.random.Generator
        Draws the weights of the rows.
    n_draws : int
        How many points.

    Returns
    -------
    ndarray of shape (n_draws, 3)
        Points of the simplex that the tutorial draws.
    """
    region = _regions(gains, rope)
    parts = [_shares(weights, region) for weights in _weights(len(gains), n_draws, generator)]
    return np.concatenate(parts) if parts else np.empty((0, 3))


def _weights(n_rows: int, n_draws: int, generator: np.random.Generator) -> Iterator[np.ndarray]:
    alpha = [PRIOR, *[1.0] * n_rows]
    for start in range(0, n_draws, CHUNK):
        yield generator.dirichlet(alpha, min(CHUNK, n_draws - start))


def _regions(gains: np.ndarray, rope: float) -> np.ndarray:
    """Tell, for each two rows and the pseudo-row, whether they speak for better, and whether for worse."""
    with_prior = np.concatenate(([0.0], gains))
    sums = np.round(with_prior[:, None] + with_prior, TIE_DECIMALS)
    edge = round(2 * rope, TIE_DECIMALS)
    return np.stack([sums > edge, sums < -edge]).astype("float64")


def _shares(weights: np.ndarray, regions: np.ndarray) -> np.ndarray:
    """Return what better, equivalent and worse weigh in each draw: sums over pairs of products of weights."""
    better, worse = (((weights @ region) * weights).sum(axis=1) for region in regions)
    return np.stack([better, 1 - (better + worse), worse], axis=1)


def _wins(shares: np.ndarray) -> np.ndarray:
    """Count in how many draws each region weighs most; regions that weigh the same share the draw."""
    most = shares == shares.max(axis=1, keepdims=True)
    count: np.ndarray = (most / most.sum(axis=1, keepdims=True)).sum(axis=0)
    return count

"""How far a mean difference goes astray by chance: standard errors and their degrees of freedom.

Each function takes groups, one a data set, whose means are averaged; a group of its own is a cell.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, nan, sqrt
from typing import Any

import numpy.typing as npt

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Error:
    """The standard error of a mean difference.

    Attributes
    ----------
    size : float
        In units of the metric; NaN where nothing is known of it.
    freedom : float
        Its degrees of freedom.
    """

    size: float
    freedom: float

    def reach(self, chance: float) -> float:
        """Return how far from 0 the difference lies with this chance, on both sides together, or further."""
        from scipy.stats import t

        return float(t.isf(chance / 2, self.freedom) * self.size) if self.size else 0.0


def of_seeds(groups: Sequence[Array]) -> Error:
    """Return the error of a difference between two runs that differ in the seeds of their fits alone.

    Parameters
    ----------
    groups : sequence of ndarray of shape (splits, seeds)
        Scores of one run, with two seeds or more.
    """
    variances = [2 * rows.var(axis=1, ddof=1).mean() / rows.size for rows in groups]
    return _averaged(variances, [_freedom(rows) for rows in groups])


def _freedom(rows: Array) -> float:
    """Return the degrees of freedom of the variance within splits, averaged over them.

    They are splits * (seeds - 1) where seeds differ as much in each split, and fewer where few splits make
    most of the noise. Satterthwaite's, with an unbiased estimate of each squared variance under it: that of
    k seeds has the expectation (k + 1) / (k - 1) times what it estimates.
    """
    splits, seeds = rows.shape
    variances = rows.var(axis=1, ddof=1)
    most = float(splits * (seeds - 1))
    squares = float((variances**2).sum())
    total = float(variances.sum())
    return min(most, total**2 * (seeds + 1) / squares) if squares else most


def of_splits(groups: Sequence[Array]) -> Error:
    """Return the error of a mean difference that splits differ in, by the differences themselves.

    Parameters
    ----------
    groups : sequence of ndarray of shape (splits, seeds)
        Differences; those of one split are averaged first.
    """
    means = [rows.mean(axis=1) for rows in groups]
    if any(len(rows) < 2 for rows in means):
        return Error(nan, nan)
    return _averaged([rows.var(ddof=1) / len(rows) for rows in means], [len(rows) - 1 for rows in means])


def _averaged(variances: Sequence[float], freedoms: Sequence[float]) -> Error:
    """Return the error of the average of independent means.

    Degrees of freedom after F. E. Satterthwaite, "An approximate distribution of estimates of variance
    components", Biometrics Bull. 2, 1946.
    """
    total = sum(variances)
    parts = sum(variance**2 / freedom for variance, freedom in zip(variances, freedoms, strict=True))
    return Error(sqrt(total) / len(variances), total**2 / parts if parts else inf)

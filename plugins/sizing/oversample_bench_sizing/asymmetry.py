"""Whether synthetic rows can help, how good they are, and how many there should be: TG-VTSS's algebra.

Everything follows from the scores (gradients of the loss) of a pilot at each row. Where both classes have the
same mean score, imbalance is not the bottleneck (local symmetry). Elsewhere the best number depends on the
error of the generator, and on whether that error points along the difference of the classes. Formulas are
those of the authors' code (Z. Ma, A. Zhang, "Synthetic Augmentation in Imbalanced Learning", arXiv
2601.16120).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import chi2

Array = npt.NDArray[Any]

RIDGE = 1e-8


@dataclass(frozen=True, eq=False)
class Moments:
    """What the rows of one class say at a pilot.

    Attributes
    ----------
    n_rows : int
        How many they are.
    score : ndarray of shape (p,)
        The mean of their scores.
    covariance : ndarray of shape (p, p)
        Of their scores, with n - 1; zero for a single row.
    hessian : ndarray of shape (p, p)
        The mean of their Hessians.
    """

    n_rows: int
    score: Array
    covariance: Array
    hessian: Array

    @classmethod
    def of(cls, scores: Array, features: Array, curvature: Array) -> Moments:
        """Return the moments of rows.

        Parameters
        ----------
        scores : ndarray of shape (n_rows, p)
            A gradient a row.
        features : ndarray of shape (n_rows, p)
            What the loss is linear in.
        curvature : ndarray of shape (n_rows,)
            The second derivative of the loss by the linear part.
        """
        n_rows, p = scores.shape
        covariance = np.atleast_2d(np.cov(scores, rowvar=False)) if n_rows > 1 else np.zeros((p, p))
        hessian = (features * curvature[:, None]).T @ features / n_rows
        return cls(n_rows, scores.mean(axis=0), covariance, hessian)


@dataclass(frozen=True)
class SymmetryTest:
    """A Wald test of whether both classes have the same mean score."""

    statistic: float
    cutoff: float

    @property
    def is_symmetric(self) -> bool:
        """Whether the classes cannot be told apart by their scores."""
        return self.statistic <= self.cutoff


def inverse(matrix: Array) -> Array:
    """Return the pseudo-inverse of a matrix with 1e-8 of its mean eigenvalue (at least 1e-8) added."""
    p = len(matrix)
    ridge = RIDGE * max(1.0, float(np.trace(matrix)) / p)
    inverted: Array = np.linalg.pinv(matrix + ridge * np.eye(p))
    return inverted


def symmetry_test(majority: Moments, minority: Moments, alpha: float = 0.05) -> SymmetryTest:
    """Return the statistic ``T = g' V^-1 g`` with g the difference of mean scores, and its cut-off.

    ``V = A0 S0 A0' / n0 + A1 S1 A1' / n1`` with ``A0 = I - G H^-1 / 2``, ``A1 = -I - G H^-1 / 2``,
    ``H = (H0 + H1) / 2`` and ``G = H0 - H1``; the cut-off is the quantile of chi squared.
    """
    p = len(majority.score)
    difference = majority.score - minority.score
    turned = (majority.hessian - minority.hessian) @ inverse(_mean_hessian(majority, minority)) / 2
    to_majority, to_minority = np.eye(p) - turned, -np.eye(p) - turned
    variance = (
        to_majority @ majority.covariance @ to_majority.T / majority.n_rows
        + to_minority @ minority.covariance @ to_minority.T / minority.n_rows
    )
    statistic = float(difference @ inverse(variance) @ difference)
    return SymmetryTest(statistic, float(chi2.ppf(1 - alpha, p)))


def _mean_hessian(majority: Moments, minority: Moments) -> Array:
    return (majority.hessian + minority.hessian) / 2


def generator_quality(counts: tuple[int, int], hessian: Array, delta: Array, covariances: Any) -> float:
    """Return GQS, the bias of a generator against its noise: above 10 it counts as biased.

    ``GQS = n_bal^2 / (2 n0) * delta' H^-1 delta / tr(H^-1 S_aug)`` with
    ``S_aug = S0 / 2 + n1 / (2 n0) S1 + (n0 - n1) / (2 n0) S_syn``.

    Parameters
    ----------
    counts : (int, int)
        Rows of the majority and of the minority.
    hessian : ndarray of shape (p, p)
        The mean of both classes.
    delta : ndarray of shape (p,)
        Mean score of synthetic rows less that of minority rows that were held out.
    covariances : (ndarray, ndarray, ndarray), each of shape (p, p)
        Of the scores of majority, minority and synthetic rows.
    """
    n0, n1 = counts
    of_majority, of_minority, of_synthetic = covariances
    augmented = of_majority / 2 + n1 / (2 * n0) * of_minority + (n0 - n1) / (2 * n0) * of_synthetic
    inverted = inverse(hessian)
    noise = float(np.trace(inverted @ augmented))
    bias = float(delta @ inverted @ delta)
    return max(0, n0 - n1) ** 2 / (2 * n0) * bias / noise if noise > 0 else float("inf")


def target_size(difference: Array, delta: Array, n_balance: int) -> float | None:
    """Return the number of rows at which the generator's error cancels to first order, or None.

    ``n_bal / (1 - 2 rho cos)``, with rho the length of ``delta`` over that of ``difference`` and cos that of
    the angle between them; None where the denominator is not positive.

    Parameters
    ----------
    difference : ndarray of shape (p,)
        Mean score of the majority less that of the minority.
    delta : ndarray of shape (p,)
        Mean score of synthetic rows less that of the minority.
    n_balance : int
        Rows that are missing to balance.
    """
    squared = float(difference @ difference)
    denominator = 1 - 2 * float(delta @ difference) / squared if squared > 0 else 1.0
    return n_balance / denominator if denominator > 0 else None

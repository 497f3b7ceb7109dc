"""Omega: how far unseen minority rows lie back from seen ones, and what that says of GL-GAN's second phase.

Ours; no paper has it. A classifier is optimistic about the rows that it was trained on. The second phase of
GL-GAN moves new rows towards the majority, which is right exactly as far as *unseen* minority rows lie nearer
to the majority than the seen ones do. How far they do is measured on training rows alone, by leaving each
minority row out of a linear classifier:

    omega = mean(seen - unseen) / mean(seen - majority)

The classifier is ridge regression of +1 (minority) and -1 (majority), each class half of the weight, because
it can be left out of in closed form: one decomposition stands for all refits. A refit drops a row's weight
and leaves the other weights and the penalty as they are. Knows no nets and draws nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

# n rows, d features, r principal axes

PENALTIES = tuple(10 ** (half / 2) for half in range(-6, 5))
"""What the penalty is chosen from, in mean variances of a principal axis: 10^-3 to 10^2 by half decades."""
LEAST_GAP = 1e-9
"""The least that 1 - leverage counts: small, since at 1e-3 a table of more features than rows seems met."""
LEAST_SHARE = 0.01
"""Up to this share the second phase is left out."""


@dataclass(frozen=True)
class Optimism:
    """What a classifier answers, from about -1 (majority) to 1 (minority), on average over minority rows.

    Attributes
    ----------
    seen : float
        For the minority rows that it was trained on.
    unseen : float
        For the minority row that was left out.
    majority : float
        For the majority rows, by the same classifiers.
    """

    seen: float
    unseen: float
    majority: float

    @property
    def omega(self) -> float:
        """How far unseen rows lie back, in parts of the way to the majority; 1 where nothing was learnt."""
        way = self.seen - self.majority
        return (self.seen - self.unseen) / way if way > 0 else 1.0

    @property
    def share(self) -> float:
        """The share of the second phase, 4 omega (1 - omega).

        It is 0 where unseen rows are met as well as seen ones, and 0 again where nothing is learnt that a
        row could be moved along.
        """
        omega = min(max(self.omega, 0.0), 1.0)
        return float(kept(4 * omega * (1 - omega)))


def kept(share: float) -> float:
    """Return a share, or 0 where it is too small to be worth a second phase."""
    return share if share > LEAST_SHARE else 0.0


@dataclass(frozen=True, eq=False)
class Weighted:
    """Rows on their principal axes, with the weights and the labels of the regression.

    Attributes
    ----------
    scores : ndarray of shape (n, r)
        The centred rows on the axes.
    variance : ndarray of shape (r,)
        The weighted variance along each.
    mean_variance : float
        That of a feature: the mean eigenvalue of the covariance, zeros included.
    weight, y : ndarray of shape (n,)
        Weights, which sum to one, and +1 or -1.
    """

    scores: Array
    variance: Array
    mean_variance: float
    weight: Array
    y: Array


@dataclass(frozen=True, eq=False)
class Ridge:
    """A fit with one penalty: what it answers, and what leaving each row out changes.

    Attributes
    ----------
    slack : ndarray of shape (r,)
        1 / (variance + penalty).
    answer : ndarray of shape (n,)
        f(x_i).
    kernel : ndarray of shape (n,)
        1 + x_i (A + penalty)^-1 x_i.
    pull : ndarray of shape (n,)
        w_i e_i / (1 - h_i): f_-i(x) = f(x) - pull_i (1 + x (A + penalty)^-1 x_i).
    error : float
        The weighted mean of the squared errors at rows left out.
    """

    slack: Array
    answer: Array
    kernel: Array
    pull: Array
    error: float


def optimism(X: Array, n_majority: int) -> Optimism:
    """Return what a classifier answers for minority rows seen and unseen, and for the majority.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_features)
        Rows on a common scale, the majority first.
    n_majority : int
        How many rows are of the majority; at least 1, and at least 2 are not.

    Raises
    ------
    ValueError
        With fewer rows of a class: an only row cannot be left out.
    """
    n_minority = len(X) - n_majority
    if n_majority < 1 or n_minority < 2:
        raise ValueError(
            f"omega needs 1 row of the majority and 2 of the minority; there are {n_majority} and "
            f"{n_minority}"
        )
    rows = weighted(X.astype(np.float64), n_majority)
    mean = rows.mean_variance or 1.0  # equal rows: any penalty will do
    best = min((ridge(rows, penalty * mean) for penalty in PENALTIES), key=lambda fit: fit.error)
    return left_out(rows, best, n_majority)


def weighted(X: Array, n_majority: int) -> Weighted:
    """Return rows on their principal axes, each class with half of the weight."""
    n, d = X.shape
    minority = np.arange(n) >= n_majority
    weight = np.where(minority, 0.5 / (n - n_majority), 0.5 / n_majority)
    root = np.sqrt(weight)
    spread = root[:, None] * (X - weight @ X)
    variance, scores = _principal(spread)
    y = np.where(minority, 1.0, -1.0)
    return Weighted(scores / root[:, None], variance, float(variance.sum()) / d, weight, y)


def _principal(spread: Array) -> tuple[Array, Array]:
    """Return the eigenvalues, (r,), of ``spread.T @ spread``, and ``spread`` on its eigenvectors, (n, r).

    Where there are more features than rows, both follow from the smaller product, ``spread @ spread.T``.
    """
    n, d = spread.shape
    if d > n:
        variance, vectors = np.linalg.eigh(spread @ spread.T)
        variance = variance.clip(min=0)
        return variance, vectors * np.sqrt(variance)
    variance, vectors = np.linalg.eigh(spread.T @ spread)
    return variance.clip(min=0), spread @ vectors


def ridge(rows: Weighted, penalty: float) -> Ridge:
    """Return the ridge regression with a penalty, and what each of its rows pulls."""
    slack = 1 / (rows.variance + penalty)
    answer = (rows.scores * slack) @ (rows.scores.T @ (rows.weight * rows.y))
    kernel = 1 + rows.scores**2 @ slack
    left = (rows.y - answer) / np.maximum(1 - rows.weight * kernel, LEAST_GAP)
    return Ridge(slack, answer, kernel, rows.weight * left, float(rows.weight @ left**2))


def left_out(rows: Weighted, fit: Ridge, n_majority: int) -> Optimism:
    """Return the means over the minority rows of what the classifiers without each of them answer."""
    minority = slice(n_majority, None)
    scores, answer, kernel, pull = (
        part[minority] for part in (rows.scores, fit.answer, fit.kernel, fit.pull)
    )
    n = len(answer)
    towards = scores * fit.slack  # (n_minority, r)
    kernel_minority = n + towards @ scores.sum(0)  # summed over all minority rows
    kernel_majority = 1 + towards @ rows.scores[:n_majority].mean(0)
    seen = (answer.sum() - answer - pull * (kernel_minority - kernel)) / (n - 1)
    unseen = answer - pull * kernel
    majority = fit.answer[:n_majority].mean() - pull * kernel_majority
    return Optimism(float(seen.mean()), float(unseen.mean()), float(majority.mean()))

"""Logistic regression with a loss from which the bias of synthetic rows is taken off.

With n0 majority, n1 minority and m synthetic rows and ``w = m / (m + n1)``, the loss is half the mean loss of
the majority, half of ``(1 - w)`` times the mean of the minority plus ``w`` times that of the synthetic rows,
less ``w / 2`` times the estimated bias: the mean loss of ``made`` less that of ``held``, both with the label
of the minority. So it is a weighted sum of losses in which some weights are negative: it need not be convex,
and on separable rows it has no minimum. A penalty and bounds keep the weights within reach.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import expit
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.validation import check_is_fitted

Array = npt.NDArray[Any]

LARGEST = 20.0
"""The bound of each weight, on either side."""


class CorrectedLogistic(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # untyped
    """Logistic regression for rows of which those after the first ``n_real`` are synthetic.

    Parameters
    ----------
    made, held : ndarray of shape (n, n_features)
        Rows whose losses differ as those of synthetic and real minority rows do; empty for no correction.
    n_real : int
        How many of the rows that are fitted are real. They come first.
    penalty : float, default=1e-3
        Half of the squared weights is added to the loss that many times; the intercept is free.
    minority : int or str, default=1
        The label of the minority, which synthetic rows carry.

    Attributes
    ----------
    coef_ : ndarray of shape (1, n_features)
    intercept_ : ndarray of shape (1,)
    classes_ : ndarray of shape (2,)
        Sorted; coefficients are those of the log odds of the second.
    """

    def __init__(
        self, *, made: Array, held: Array, n_real: int, penalty: float = 1e-3, minority: Any = 1
    ) -> None:
        self.made = made
        self.held = held
        self.n_real = n_real
        self.penalty = penalty
        self.minority = minority

    def fit(self, X: Array, y: Array) -> CorrectedLogistic:
        """Minimise the corrected loss by L-BFGS-B within the bounds.

        Parameters
        ----------
        X : ndarray of shape (n_samples, n_features)
            Real rows, then synthetic ones.
        y : ndarray of shape (n_samples,)
            Two labels, one of them ``minority``; synthetic rows carry it.

        Raises
        ------
        ValueError
            When there are not two labels, or none of them is that of the minority.
        """
        self.classes_ = np.unique(y)
        if len(self.classes_) != 2 or self.minority not in self.classes_:
            raise ValueError(
                f"two labels are needed, one of them {self.minority!r} of the minority; there are "
                f"{self.classes_.tolist()}"
            )
        rows, labels, weights = self._weighted(
            np.asarray(X, dtype=np.float64), np.asarray(y) == self.minority
        )
        start = np.zeros(rows.shape[1] + 1)
        bounds = [(-LARGEST, LARGEST)] * len(start)
        found = minimize(
            corrected_loss, start, (rows, labels, weights, self.penalty), "L-BFGS-B", jac=True, bounds=bounds
        )
        theta = found.x if self.classes_[1] == self.minority else -found.x
        self.coef_, self.intercept_ = theta[None, :-1], theta[-1:]
        return self

    def _weighted(self, X: Array, is_minority: Array) -> tuple[Array, Array, Array]:
        """Return all rows of the loss, whether they carry the minority's label, and their weights."""
        is_synthetic = np.arange(len(X)) >= self.n_real
        n_new = int(is_synthetic.sum())
        n_minority = int((is_minority & ~is_synthetic).sum())
        share = n_new / (n_new + n_minority)
        weights = np.empty(len(X))
        for group, weight in (
            (~is_minority, 0.5),
            (is_minority & ~is_synthetic, 0.5 * (1 - share)),
            (is_synthetic, 0.5 * share),
        ):
            weights[group] = weight / max(1, int(group.sum()))
        parts = [(X, is_minority, weights)]
        if len(self.made) and len(self.held):
            for rows, weight in ((self.made, -0.5 * share), (self.held, 0.5 * share)):
                parts.append((rows, np.ones(len(rows), dtype=bool), np.full(len(rows), weight / len(rows))))
        return tuple(np.concatenate(part) for part in zip(*parts, strict=True))  # type: ignore[return-value]

    def decision_function(self, X: Array) -> Array:
        """Return the log odds of the second class in balanced classes, of shape (n_samples,)."""
        check_is_fitted(self, "coef_")
        scores: Array = np.asarray(X) @ self.coef_[0] + self.intercept_[0]
        return scores

    def predict_proba(self, X: Array) -> Array:
        """Return the probabilities in balanced classes, of shape (n_samples, 2)."""
        second = expit(self.decision_function(X))
        return np.column_stack([1 - second, second])

    def predict(self, X: Array) -> Array:
        """Return the label with the larger probability, of shape (n_samples,)."""
        return np.asarray(self.classes_[(self.decision_function(X) > 0).astype(int)])


def corrected_loss(
    theta: Array, rows: Array, is_minority: Array, weights: Array, penalty: float
) -> tuple[float, Array]:
    """Return a weighted logistic loss with its penalty, and its gradient.

    Parameters
    ----------
    theta : ndarray of shape (n_features + 1,)
        Weights, then the intercept.
    rows : ndarray of shape (n_rows, n_features)
    is_minority : ndarray of shape (n_rows,)
    weights : ndarray of shape (n_rows,)
        Of any sign.
    penalty : float
        Half of the squared weights is added that many times.
    """
    scores = rows @ theta[:-1] + theta[-1]
    signed = np.where(is_minority, -scores, scores)
    loss = float(weights @ np.logaddexp(0, signed)) + penalty / 2 * float(theta[:-1] @ theta[:-1])
    slope = weights * (expit(scores) - is_minority)
    return loss, np.append(rows.T @ slope + penalty * theta[:-1], slope.sum())

"""KOTARO: a kernel machine whose kernels are as wide as the rows around them are sparse.

K. J. Nishimura, Y. Sakumura, K. Ikeda, "Adaptive kernel-density approach for imbalanced binary
classification", arXiv 2510.04046 (2025). Known by its abstract and by a summary with the formulas:
``d_i`` is the distance of training row i to its n-th neighbour, ``gamma_i = 1 / d_i``,
``k(x, x_i) = exp(-gamma_i |x - x_i|^2)``, ``f(x) = sum_i w_i k(x, x_i)`` with ``K w = y``, y = 1 for the
minority and -1 for the majority; the class is the sign of f.

The literal inverse (``ridge=0``) is useless with few features, where K is all but singular; a ridge of 1e-2
is the default here. The exponent of the distance makes the method depend on the scale of the features, so
they are standardised.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.linalg import LinAlgError, solve
from scipy.spatial.distance import cdist
from scipy.special import expit
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.neighbors import NearestNeighbors
from sklearn.preprocessing import StandardScaler
from sklearn.utils import Tags
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

Array = npt.NDArray[Any]

MOST_ROWS = 20_000
CLOSEST = 1e-6
"""The least distance to the n-th neighbour, in medians of it."""
ABOUT_ZERO = 1e-6
"""Up to here f, which is about 1 or -1 at training rows, says that no kernel reaches the row."""


class KOTARO(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # untyped
    r"""Kernel classifier with a width a row: narrow where rows are dense, wide where they are sparse.

    Parameters
    ----------
    n_neighbors : int, default=5
        Which neighbour's distance, over all rows, gives a row its width; fewer where there are fewer rows.
    ridge : float, default=1e-2
        Added to the diagonal of the kernel matrix; 0 is the method to the letter.
    gamma_power : float, default=1
        ``gamma = d ** -gamma_power``; 2 makes the method independent of the scale of the features.
    standardize : bool, default=True
        Bring each feature to mean 0 and variance 1 first.
    far : {"majority", "sign"}, default="majority"
        What a row is that no kernel reaches, f within 1e-6 of 0: of the majority, or what the sign of f
        says (majority where f is 0 to the last bit). Scores are the same.

    Attributes
    ----------
    classes_ : ndarray of shape (2,)
        Sorted labels.
    rows_ : ndarray of shape (n_kept, n_features)
        Training rows as the kernels see them, equal ones once.
    gamma_ : ndarray of shape (n_kept,)
        Of each row's kernel.
    weights_ : ndarray of shape (n_kept,)
        w, solving ``(K + ridge I) w = y``.

    Raises
    ------
    ValueError
        When there are not two classes, when a parameter is out of range, or with more than 20,000 different
        rows, whose kernel matrix would not fit.

    Notes
    -----
    Not stated by the sources, and ours: neighbours over all rows, threshold 0, a logistic function of f as
    the probability, equal rows kept once with the mean of their labels, far rows in the majority.
    """

    def __init__(
        self,
        *,
        n_neighbors: int = 5,
        ridge: float = 1e-2,
        gamma_power: float = 1.0,
        standardize: bool = True,
        far: str = "majority",
    ) -> None:
        self.n_neighbors = n_neighbors
        self.ridge = ridge
        self.gamma_power = gamma_power
        self.standardize = standardize
        self.far = far

    def __sklearn_tags__(self) -> Tags:
        tags: Tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        return tags

    def fit(self, X: Array, y: Array) -> KOTARO:
        """Solve for the weights.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
        y : array-like of shape (n_samples,)
            Of two classes; the rarer is the minority, and of two as frequent the second.
        """
        self._check_parameters()
        X, y = validate_data(self, X, y, dtype=np.float64)
        check_classification_targets(y)
        self.classes_, codes, counts = np.unique(y, return_inverse=True, return_counts=True)
        _check_two(self.classes_)
        self._minority = int(counts[1] <= counts[0])
        self._scaler = StandardScaler(with_mean=self.standardize, with_std=self.standardize).fit(X)
        signs = np.where(codes == self._minority, 1.0, -1.0)
        self.rows_, targets = distinct(self._scaler.transform(X), signs)
        if len(self.rows_) > MOST_ROWS:
            raise ValueError(
                f"{len(self.rows_):,} different rows make a kernel matrix of {len(self.rows_) ** 2:,} "
                f"numbers; KOTARO takes {MOST_ROWS:,} rows at most"
            )
        self.gamma_ = widths(self.rows_, self.n_neighbors) ** -self.gamma_power
        matrix = kernels(self.rows_, self.rows_, self.gamma_)
        matrix[np.diag_indices_from(matrix)] += self.ridge
        self.weights_ = solved(matrix, targets)
        return self

    def _check_parameters(self) -> None:
        if self.n_neighbors < 1:
            raise ValueError(f"n_neighbors is {self.n_neighbors}; a width needs 1 neighbour or more")
        if self.ridge < 0:
            raise ValueError(f"ridge is {self.ridge}; it is 0 or more")
        if self.far not in ("majority", "sign"):
            raise ValueError(f"far is {self.far!r}; expected 'majority' or 'sign'")

    def _f(self, X: Array) -> Array:
        check_is_fitted(self, "weights_")
        rows = self._scaler.transform(validate_data(self, X, dtype=np.float64, reset=False))
        found: Array = kernels(rows, self.rows_, self.gamma_) @ self.weights_
        return found

    def decision_function(self, X: Array) -> Array:
        """Return f, of shape (n_samples,), above 0 for the second of ``classes_``."""
        scores: Array = self._f(X) * (1 if self._minority else -1)
        return scores

    def predict_proba(self, X: Array) -> Array:
        """Return a logistic function of f, of shape (n_samples, 2); it is not calibrated."""
        second = expit(self.decision_function(X))
        return np.column_stack([1 - second, second])

    def predict(self, X: Array) -> Array:
        """Return the minority where f is above 0 (above 1e-6 with ``far="majority"``), else the majority."""
        least = ABOUT_ZERO if self.far == "majority" else 0.0
        chosen = np.where(self._f(X) > least, self._minority, 1 - self._minority)
        return np.asarray(self.classes_[chosen])


def _check_two(classes: Array) -> None:
    if len(classes) == 1:
        raise ValueError("KOTARO tells two classes apart; there is 1 class")
    if len(classes) > 2:
        raise ValueError(
            "Only binary classification is supported: "
            f"KOTARO tells two classes apart; there are {len(classes)}"
        )


def distinct(X: Array, signs: Array) -> tuple[Array, Array]:
    """Return each different row once, in the order of their values, with the mean of its labels."""
    rows, place = np.unique(X, axis=0, return_inverse=True)
    place = place.ravel()
    return rows, np.bincount(place, signs) / np.bincount(place)


def widths(rows: Array, n_neighbors: int) -> Array:
    """Return the distance of each row to its n-th neighbour, at least 1e-6 of their median."""
    n_near = min(n_neighbors, len(rows) - 1)
    if n_near < 1:
        return np.ones(len(rows))
    found = NearestNeighbors(n_neighbors=n_near).fit(rows).kneighbors()[0][:, -1]
    middle = float(np.median(found)) or 1.0
    floored: Array = np.maximum(found, CLOSEST * middle)
    return floored


def kernels(rows: Array, centres: Array, gamma: Array) -> Array:
    """Return k(x, x_i), of shape (n_rows, n_centres); the width is that of the centre."""
    found: Array = np.exp(-gamma[None, :] * cdist(rows, centres, "sqeuclidean"))
    return found


def solved(matrix: Array, targets: Array) -> Array:
    """Return the weights; by least squares where the matrix has no inverse."""
    try:
        found: Array = solve(matrix, targets)
    except LinAlgError:
        found = np.linalg.lstsq(matrix, targets, rcond=None)[0]
    return found

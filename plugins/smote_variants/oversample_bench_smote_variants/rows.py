"""Which rows of a resampled table are real: matched by value, since a sampler returns rows without saying so.

Several samplers of smote-variants scale the features, work on them and scale back, which moves real rows in
their last digits; one projects all rows on fewer dimensions. Such a row is taken for the real one here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

ROUNDING = 1e-9
"""Shares of a feature's largest value up to which two values count as one after scaling there and back."""

FEW = 0.5
"""The share of the real rows below which rows that all kept their labels count as moved."""


@dataclass(frozen=True, eq=False)
class Traced:
    """A resampled table as real rows and new ones.

    Attributes
    ----------
    kept : ndarray of shape (n_kept,)
        Positions of the real rows that came back with their label, ascending.
    X_new : ndarray of shape (n_new, n_features)
        All other rows. A copy of a real row equals it to the last bit.
    y_new : ndarray of shape (n_new,)
        Their labels.
    """

    kept: Array
    X_new: Array
    y_new: Array


def traced(X: Array, y: Array, X_out: Array, y_out: Array) -> Traced:
    """Tell the real rows of ``X_out`` from the new ones; each real row comes back at most once.

    Where few real rows are found but all labels stand where they stood, all were moved: the first rows are
    taken for the real ones then.
    """
    n = len(X)
    in_place = Traced(np.arange(n), X_out[n:], y_out[n:])
    same_labels = len(X_out) >= n and np.array_equal(y_out[:n], y)
    if same_labels and np.array_equal(X_out[:n], X):
        return in_place
    twins = _twins(X, y, X_out, y_out)
    is_kept = np.zeros(n, dtype=bool)
    is_new = np.ones(len(X_out), dtype=bool)
    X_out = X_out.copy()
    for row, real in enumerate(twins):
        free = [one for one in real if not is_kept[one]]
        if free:
            is_kept[free[0]], is_new[row] = True, False
        elif real:
            X_out[row] = X[real[0]]
    if same_labels and is_kept.sum() < FEW * n:
        return in_place
    return Traced(np.flatnonzero(is_kept), X_out[is_new], y_out[is_new])


def _twins(X: Array, y: Array, X_out: Array, y_out: Array) -> list[list[int]]:
    """Return for each row of ``X_out`` the rows of ``X`` that it equals but for rounding, label included.

    Rows are compared only where a weighted sum of their features is about the same.
    """
    largest = np.abs(X).max(axis=0)
    scale = np.where(largest > 0, largest, 1.0)
    real, out = X / scale, X_out / scale
    weights = np.cos(1 + np.arange(X.shape[1]))  # any that no two features share
    sums, near = real @ weights, 2 * ROUNDING * np.abs(weights).sum()
    order = np.argsort(sums, kind="stable")
    first = np.searchsorted(sums[order], out @ weights - near, side="left")
    last = np.searchsorted(sums[order], out @ weights + near, side="right")
    found = []
    for row, label in enumerate(y_out):
        candidates = np.sort(order[first[row] : last[row]])
        candidates = candidates[y[candidates] == label]
        alike = (np.abs(real[candidates] - out[row]) <= ROUNDING).all(axis=1)
        found.append(candidates[alike].tolist())
    return found


def cast(rows: Array, dtype: np.dtype[Any]) -> Array:
    """Return ``rows`` in ``dtype``, whole numbers rounded and kept within what it can hold."""
    if dtype.kind not in "biu":
        return rows.astype(dtype)
    least, most = (0, 1) if dtype.kind == "b" else (np.iinfo(dtype).min, np.iinfo(dtype).max)
    below = np.nextafter(float(most) + 1, 0)  # as a float, the most of int64 is one too many
    return np.clip(np.rint(rows), least, below).astype(dtype)

"""Who the neighbours of a row are: local entropies, rows in danger, rows of the majority that are safe."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.neighbors import NearestNeighbors

Array = npt.NDArray[Any]

SAFE_QUANTILE = 0.75


def entropies(X: Array, y: Array, k: int) -> Array:
    """Return the entropy in bits of the classes among the ``k`` nearest other rows of each row.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_features)
    y : ndarray of shape (n_samples,)
        Class codes 0, 1, ...
    k : int
        Neighbours; fewer where there are fewer rows.
    """
    near = _neighbours(X, k)
    shares = np.stack([(y[near] == label).mean(axis=1) for label in np.unique(y)], axis=1)
    logs = np.log2(shares, where=shares > 0, out=np.zeros_like(shares))
    found: Array = np.abs((shares * logs).sum(axis=1))
    return found


def in_danger(X: Array, is_minority: Array, k: int) -> Array:
    """Tell which minority rows have more than ``k // 2``, but not all, majority rows among the ``k`` nearest.

    Returns
    -------
    ndarray of shape (n_samples,)
        False for the majority.
    """
    near = _neighbours(X, k)
    strangers = (~is_minority[near]).sum(axis=1)
    found: Array = is_minority & (strangers > k // 2) & (strangers < near.shape[1])
    return found


def safe_majority(X: Array, is_minority: Array) -> Array:
    """Tell which majority rows are further from the minority than three quarters of the majority are."""
    tree = NearestNeighbors(n_neighbors=1).fit(X[is_minority])
    distances = tree.kneighbors(X[~is_minority])[0][:, 0]
    found = np.zeros(len(X), dtype=bool)
    found[~is_minority] = distances > np.quantile(distances, SAFE_QUANTILE)
    return found


def _neighbours(X: Array, k: int) -> Array:
    n_near = min(k, len(X) - 1)
    found: Array = NearestNeighbors(n_neighbors=n_near).fit(X).kneighbors(return_distance=False)
    return found

"""SMOTE among the latent points of the minority: Z_syn of Algorithm 1, step 2.

Both functions ask imbalanced-learn's SMOTE. Where it has to be known of which points a new one is made, each
point carries a unit vector along, which SMOTE mixes as it mixes the points.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from imblearn.over_sampling import SMOTE
from sklearn.neighbors import NearestNeighbors

Array = npt.NDArray[Any]


class Leading(NearestNeighbors):  # type: ignore[misc]  # scikit-learn ships no types
    """Nearest neighbours by the first ``width`` columns."""

    def __init__(self, *, n_neighbors: int = 5, width: int = 1) -> None:
        super().__init__(n_neighbors=n_neighbors)
        self.width = width

    def fit(self, X: Array, y: Any = None) -> Leading:
        """Keep the rows to look among."""
        fitted: Leading = super().fit(X[:, : self.width], y)
        return fitted

    def kneighbors(self, X: Array, n_neighbors: int | None = None, *, return_distance: bool = True) -> Any:
        """Return the neighbours of ``X``, nearest first."""
        return super().kneighbors(X[:, : self.width], n_neighbors, return_distance=return_distance)


def mixtures(latents: Array, n_new: int, k_neighbors: int, random_state: int) -> tuple[Array, Array, str]:
    """Return what `interpolated` does, and of which points each new one is made.

    Returns
    -------
    points : ndarray of shape (n_new, width)
        The same as without the mixtures, to the last bit.
    mixture : ndarray of shape (n_new, n_minority)
        1 - eta and eta in the places of the two parents: ``points`` is ``mixture @ latents``.
    told : str
        What was done differently from what was asked.
    """
    n, width = latents.shape
    carried = np.concatenate([latents, np.eye(n)], 1)
    new, told = interpolated(carried, n_new, k_neighbors, random_state, width)
    return new[:, :width], new[:, width:], told


def interpolated(
    latents: Array, n_new: int, k_neighbors: int, random_state: int, width: int | None = None
) -> tuple[Array, str]:
    """Return new points on segments between neighbours, and what was done differently from what was asked.

    Parameters
    ----------
    latents : ndarray of shape (n_minority, width)
        The minority's latent points; where one is not finite, as after training that diverged, no new one is.
    n_new : int
        How many points are wanted.
    k_neighbors : int
        Neighbours of each point; lowered to n_minority - 1 where there are fewer.
    random_state : int
        SMOTE's seed: with the same rows and seed, imbalanced-learn's SMOTE draws the same points.
    width : int or None, default=None
        How many coordinates neighbours are found by; None is all.
    """
    n, told = len(latents), ""
    if not np.isfinite(latents).all():
        return np.full((n_new, latents.shape[1]), np.nan), told  # for the verdict; SMOTE would raise for all
    if n == 1:
        return np.repeat(
            latents, n_new, 0
        ), "copies of one latent point: the minority has 1 row, interpolation needs 2"
    k = min(k_neighbors, n - 1)
    if k < k_neighbors:
        told = f"k_neighbors lowered from {k_neighbors} to {k}: the minority has {n} rows"
    y = np.repeat([1, 0], [n, n + n_new])  # SMOTE wants a second class to grow up to
    X = np.concatenate([latents, np.zeros((n + n_new, latents.shape[1]), latents.dtype)])
    neighbours = k if width is None else Leading(n_neighbors=k + 1, width=width)  # the point is its own first
    grown, _ = SMOTE(k_neighbors=neighbours, random_state=random_state).fit_resample(X, y)
    return grown[len(X) :], told

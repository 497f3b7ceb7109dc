"""SMOTE among the latent points of the minority: Z_syn of Algorithm 1, step 2."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from imblearn.over_sampling import SMOTE

Array = npt.NDArray[Any]


def interpolated(latents: Array, n_new: int, k_neighbors: int, random_state: int) -> tuple[Array, str]:
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
    grown, _ = SMOTE(k_neighbors=k, random_state=random_state).fit_resample(X, y)
    return grown[len(X) :], told

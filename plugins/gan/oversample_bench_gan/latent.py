"""SMOTE among the latent points of the minority: Z_syn of Algorithm 1, step 2.

`interpolated` asks imbalanced-learn, which does not say between which points a new one lies. Where that has
to be known, `between` draws as imbalanced-learn does; a test holds the two to the same points, bit for bit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from imblearn.over_sampling import SMOTE
from sklearn.neighbors import NearestNeighbors

Array = npt.NDArray[Any]

LONE = "copies of one latent point: the minority has 1 row, interpolation needs 2"


@dataclass(frozen=True, eq=False)
class Between:
    """New points, each of them a + eta (b - a).

    Attributes
    ----------
    points : ndarray of shape (n_new, width)
        Not a number where a latent point is none.
    first, second : ndarray of shape (n_new,)
        Which points a and b are.
    eta : ndarray of shape (n_new,)
        From 0 to 1.
    told : str
        What was done differently from what was asked.
    """

    points: Array
    first: Array
    second: Array
    eta: Array
    told: str


def between(latents: Array, n_new: int, k_neighbors: int, random_state: int) -> Between:
    """Return the points that `interpolated` returns for the same arguments, and how each was made."""
    n, none = len(latents), np.zeros(n_new, int)
    if not np.isfinite(latents).all():
        nowhere = np.full((n_new, latents.shape[1]), np.nan)  # for the verdict, as in `interpolated`
        return Between(nowhere, none, none, np.zeros(n_new), "")
    if n == 1:
        return Between(np.repeat(latents, n_new, 0), none, none, np.zeros(n_new), LONE)
    k, told = lowered(k_neighbors, n)
    near = NearestNeighbors(n_neighbors=k + 1).fit(latents).kneighbors(latents, return_distance=False)
    rng = np.random.RandomState(random_state)  # SMOTE's: first the pair of each point, then its eta
    pair, eta = rng.randint(n * k, size=n_new), rng.uniform(size=n_new)
    first, second = pair // k, near[pair // k, pair % k + 1]
    points = latents[first] + eta[:, None] * (latents[second] - latents[first])
    return Between(points, first, second, eta, told)


def lowered(k_neighbors: int, n: int) -> tuple[int, str]:
    """Return how many neighbours n points have at most, and a sentence where these are fewer than asked."""
    k = min(k_neighbors, n - 1)
    if k == k_neighbors:
        return k, ""
    return k, f"k_neighbors lowered from {k_neighbors} to {k}: the minority has {n} rows"


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
    n = len(latents)
    if not np.isfinite(latents).all():
        return np.full((n_new, latents.shape[1]), np.nan), ""  # for the verdict; SMOTE would raise for all
    if n == 1:
        return np.repeat(latents, n_new, 0), LONE
    k, told = lowered(k_neighbors, n)
    y = np.repeat([1, 0], [n, n + n_new])  # SMOTE wants a second class to grow up to
    X = np.concatenate([latents, np.zeros((n + n_new, latents.shape[1]), latents.dtype)])
    grown, _ = SMOTE(k_neighbors=k, random_state=random_state).fit_resample(X, y)
    return grown[len(X) :], told

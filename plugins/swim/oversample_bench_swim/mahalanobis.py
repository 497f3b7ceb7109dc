"""SWIM: new rows near a minority row, at its own Mahalanobis distance from the majority.

S. Sharma, C. Bellinger, B. Krawczyk, O. Zaiane, N. Japkowicz, "Synthetic Oversampling with the Majority
Class: A New Perspective on Handling Extreme Imbalance", IEEE ICDM 2018, 447-456. Steps are numbered as in the
README of this plugin. Never asks for an invertible covariance: rows move in the directions that it has.
"""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Real
from typing import Any, ClassVar

import numpy as np
from imblearn.over_sampling.base import BaseOverSampler
from scipy.linalg import eigh, svd
from sklearn.covariance import ledoit_wolf_shrinkage
from sklearn.utils._param_validation import Interval

from oversample_bench_swim.sampler import Array, Generator, Moves, MovingSampler

# n majority rows, m minority rows, N new rows, d features, k directions in which the majority has spread

LEAST = 1e-10
"""Share of the largest eigenvalue of S up to which a direction counts as one without spread; ours."""
ROUNDING = 1e-24
"""Variance, in that of all rows, which equal values show after rounding."""
OUTSIDE = 1e-6
"""Share of a row's length above which it lies outside of the majority's directions."""


@dataclass(frozen=True, eq=False)
class Axes:
    """The majority's mean mu and covariance S, as the directions in which it has spread.

    Attributes
    ----------
    mean : ndarray of shape (d,)
        mu.
    deviations : ndarray of shape (k,)
        Standard deviations along the directions: roots of the eigenvalues of S.
    directions : ndarray of shape (d, k)
        Orthonormal eigenvectors of S.
    """

    mean: Array
    deviations: Array
    directions: Array

    def whitened(self, X: Array) -> Array:
        """Return coordinates whose norm is the Mahalanobis distance from mu (step 2)."""
        coordinates: Array = (X - self.mean) @ self.directions / self.deviations  # (m, d) -> (m, k)
        return coordinates

    def coloured(self, moves: Array) -> Array:
        """Return whitened moves as moves of rows, the way back of ``whitened`` (step 5)."""
        unwhitened: Array = (moves * self.deviations) @ self.directions.T  # (N, k) -> (N, d)
        return unwhitened

    def outside(self, X: Array) -> bool:
        """Tell whether a row leaves the majority's directions, where the distance knows nothing of it."""
        centred = X - self.mean
        missed = centred - centred @ self.directions @ self.directions.T
        lengths = np.linalg.norm(centred, axis=1)
        return bool((np.linalg.norm(missed, axis=1) > OUTSIDE * lengths).any())


def majority_axes(majority: Array, *, shrinkage: bool = False) -> Axes:
    """Return mu, and the eigenvectors of S with more than rounding for an eigenvalue (step 1).

    Without shrinkage and with no more rows than features the eigenvectors come from the rows themselves, so
    that S need not be formed. A single row has no directions.
    """
    n, d = majority.shape
    mean = majority.mean(axis=0)
    centred = majority - mean
    if n < 2:
        return Axes(mean, np.empty(0), np.empty((d, 0)))
    if shrinkage:
        values, vectors = eigh(shrunk(centred))
    elif n > d:
        values, vectors = eigh(centred.T @ centred / (n - 1))
    else:
        _, singular, transposed = svd(centred, full_matrices=False)
        values, vectors = singular**2 / (n - 1), transposed.T
    kept = values > max(LEAST * values.max(), ROUNDING)
    return Axes(mean, np.sqrt(values[kept]), vectors[:, kept])


def shrunk(centred: Array) -> Array:
    """Return S drawn towards the identity as far as Ledoit and Wolf advise (JMVA 88, 2004, 365-411); ours."""
    n, d = centred.shape
    share = ledoit_wolf_shrinkage(centred, assume_centered=True)
    S = centred.T @ centred / (n - 1)
    towards: Array = (1 - share) * S + share * np.trace(S) / d * np.eye(d)  # (d, d)
    return towards


def box(whitened: Array, directions: Array, sd: float) -> Array:
    """Return half the sides of the box to draw in: ``sd`` standard deviations of the minority (step 3).

    The symmetric root S^(-1/2) of the paper whitens along the features: turning the coordinates along the
    directions back to those of the features gives its z.
    """
    half: Array = sd * (whitened @ directions.T).std(axis=0)  # (m, k) -> (d,)
    return half


def rescaled(drawn: Array, whitened: Array) -> Array:
    """Return what was drawn at the length of its seed, u ||z|| / ||u||: the same distance from mu (step 4).

    What was drawn at mu itself has no direction, and stays with its seed.
    """
    length, drawn_length = (np.linalg.norm(z, axis=1, keepdims=True) for z in (whitened, drawn))
    at_mean = drawn_length == 0
    return np.where(at_mean, whitened, drawn * (length / np.where(at_mean, 1, drawn_length)))  # (N, k)


class SWIM(MovingSampler):
    """Move minority rows at random along the majority's ellipsoid that they lie on.

    A new row has the Mahalanobis distance from the majority's mean that its seed has, so that it does not
    get into denser regions of the majority.

    Parameters
    ----------
    sampling_strategy : float, str, dict or callable, default="auto"
        Which classes grow, and to which size, as everywhere in imbalanced-learn. Of several classes each is
        grown against all other rows.
    random_state : int, RandomState or None, default=None
        Seed of the rows that are moved and of where to.
    sd : float, default=0.25
        How far: half the side of the box around a seed, in standard deviations of the whitened minority.
        0.25 is the constructor's default in the authors' code; its read-me recommends 0.5, and to tune it.
    shrinkage : bool, default=False
        Shrink the covariance as Ledoit and Wolf do, which leaves no direction without spread; ours.

    Attributes
    ----------
    fallback_ : str
        What was done differently from what was asked; empty when nothing was.
    seed_indices_ : ndarray of shape (n_new,)
        For each new row the position in ``X`` of the row that it was moved from.

    Notes
    -----
    Features are divided by their standard deviation over all rows first, and multiplied afterwards, so that
    the unit of a feature does not matter; ours. For features that are standardised already, nothing changes.
    Whole numbers are rounded at the end, which alters distances.
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **BaseOverSampler._parameter_constraints,  # noqa: SLF001 - scikit-learn's way to inherit constraints
        "sd": [Interval(Real, 0, None, closed="left")],
        "shrinkage": ["boolean"],
    }

    def __init__(
        self,
        *,
        sampling_strategy: Any = "auto",
        random_state: Any = None,
        sd: float = 0.25,
        shrinkage: bool = False,
    ) -> None:
        super().__init__(sampling_strategy=sampling_strategy)
        self.random_state = random_state
        self.sd = sd
        self.shrinkage = shrinkage

    def _moved(self, minority: Array, majority: Array, n_new: int, rng: Generator) -> Moves:
        axes = majority_axes(majority, shrinkage=self.shrinkage)
        d, k = axes.directions.shape
        if k == 0:
            return Moves.none(
                minority, n_new, rng, "copies: the majority has no spread to measure distances in"
            )
        whitened = axes.whitened(minority)
        half = box(whitened, axes.directions, self.sd)
        seeds = rng.randint(len(minority), size=n_new)
        seed = whitened[seeds]
        drawn = seed + rng.uniform(-half, half, size=(n_new, d)) @ axes.directions  # (N, k)
        moves = axes.coloured(rescaled(drawn, seed) - seed)
        said = f"the majority has spread in {k} of {d} directions: in the others new rows are as their seeds"
        return Moves(seeds, moves, said if k < d and axes.outside(minority) else "")

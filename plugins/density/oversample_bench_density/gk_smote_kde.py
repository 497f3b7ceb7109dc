"""GK-SMOTE as we read the paper: seeds by kernel density, candidates checked by it again.

The paper (see `gk_smote`) was known by its abstract, one formula and a review. Stated there: the density of
each minority row, three kinds of rows by it, new rows in dense regions, and a filter by density at the end.
Bandwidths, limits and shares are ours: Scott's rule for each feature, equal priors for both classes, noise
where the majority is denser and the minority among its sparsest tenth.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logsumexp
from sklearn.neighbors import NearestNeighbors
from sklearn.preprocessing import StandardScaler

from oversample_bench_density.growing import Generator, GrowingSampler, between, copies

Array = npt.NDArray[Any]

SPARSEST = 0.1
"""The quantile of the minority's own density under which a row may be noise."""
MOST_TRIES = 20
"""Candidates for a row before one is taken as it is."""
NARROWEST = 1e-3
"""The least spread of a feature within the minority, in standard deviations over all rows."""
ROWS_AT_ONCE = 2048


@dataclass(frozen=True, eq=False)
class Densities:
    """Both classes' densities, up to the same factor, with one bandwidth a feature.

    Parameters
    ----------
    minority, majority : ndarray of shape (n, n_features)
        In units of the bandwidths.
    """

    minority: Array
    majority: Array

    def of_minority(self, rows: Array, *, among_themselves: bool = False) -> Array:
        """Return log densities of the minority; ``among_themselves`` leaves each row itself out."""
        kernels = _log_kernels(rows, self.minority)
        if among_themselves:
            np.fill_diagonal(kernels, -np.inf)
        return _log_mean(kernels, len(self.minority) - among_themselves)

    def of_majority(self, rows: Array) -> Array:
        """Return log densities of the majority."""
        parts = [
            _log_mean(_log_kernels(rows[start : start + ROWS_AT_ONCE], self.majority), len(self.majority))
            for start in range(0, len(rows), ROWS_AT_ONCE)
        ]
        return np.concatenate([np.empty(0), *parts])

    def share(self, rows: Array, *, among_themselves: bool = False) -> Array:
        """Return q = f_min / (f_min + f_maj), the minority's share where both classes are as frequent."""
        log_ratio = self.of_minority(rows, among_themselves=among_themselves) - self.of_majority(rows)
        return np.asarray(expit(np.nan_to_num(log_ratio, nan=0.0)))


def _log_kernels(rows: Array, centres: Array) -> Array:
    squared = (rows**2).sum(axis=1)[:, None] + (centres**2).sum(axis=1)[None, :] - 2 * rows @ centres.T
    kernels: Array = -np.maximum(squared, 0.0) / 2
    return kernels


def _log_mean(kernels: Array, count: int) -> Array:
    means: Array = np.asarray(logsumexp(kernels, axis=1)) - np.log(max(1, count))
    return means


class GKSMOTEKDE(GrowingSampler):
    """Interpolate from minority rows where the minority is dense, and keep what does not fall among others.

    Parameters
    ----------
    k_neighbors : int, default=5
        Among how many of the nearest minority rows that are no noise a partner is drawn.
    sampling_strategy : float, dict or str, default="auto"
        As in imbalanced-learn.
    random_state : int, RandomState or None, default=None
        Seeds seeds, partners and places.

    Attributes
    ----------
    fallback_ : str
        What was done differently; empty when nothing was.
    kind_ : ndarray of shape (n_minority,)
        "safe", "borderline" or "noisy", of the class that grew last.
    """

    def _made(self, minority: Array, majority: Array, n_new: int, rng: Generator) -> tuple[Array, str]:
        if len(minority) < 2:
            self.kind_ = np.full(len(minority), "borderline")
            return copies(minority, n_new, rng), "copies: the minority has 1 row, and a density needs 2"
        everything = np.vstack([minority, majority])
        scaler = StandardScaler().fit(everything)
        n_varying = int(np.count_nonzero(np.ptp(everything, axis=0)))
        units = bandwidths(scaler.transform(minority), n_varying)
        known = Densities(scaler.transform(minority) / units, scaler.transform(majority) / units)
        density = known.of_minority(known.minority, among_themselves=True)
        self.kind_ = kinds(density, known.share(known.minority, among_themselves=True))
        told = ""
        if (self.kind_ == "noisy").all():
            self.kind_ = np.full(len(minority), "borderline")
            told = "all minority rows are noisy: taken for borderline"
        usable = np.flatnonzero(self.kind_ != "noisy")
        if len(usable) < 2:
            return copies(minority, n_new, rng), "copies: 1 row is no noise, and interpolation needs 2"
        scaled = self._drawn(known, density, usable, n_new, rng)
        return scaler.inverse_transform(scaled * units), told

    def _drawn(self, known: Densities, density: Array, usable: Array, n_new: int, rng: Generator) -> Array:
        """Return new rows in units of the bandwidths."""
        own = known.minority[usable]
        near = NearestNeighbors(n_neighbors=min(self.k_neighbors, len(own) - 1)).fit(own)
        partners = near.kneighbors(return_distance=False)
        weights = np.exp(density[usable] - logsumexp(density[usable]))
        made = np.empty((n_new, own.shape[1]))
        waiting = np.arange(n_new)
        for attempt in range(MOST_TRIES):
            start = rng.choice(len(own), size=len(waiting), p=weights / weights.sum())
            other = partners[start, rng.randint(partners.shape[1], size=len(waiting))]
            candidates = between(own[start], own[other], rng)
            at_border = self.kind_[usable][start] == "borderline"
            taken = at_border | (known.share(candidates) >= 0.5) | (attempt == MOST_TRIES - 1)
            made[waiting[taken]] = candidates[taken]
            waiting = waiting[~taken]
        return made


def bandwidths(minority: Array, n_varying: int) -> Array:
    """Return Scott's bandwidth of each feature, s n^(-1 / (d + 4)), s the standard deviation, floored.

    d is ``n_varying``, the number of features that vary over all rows. One that does not has no part in any
    distance, whatever its bandwidth, and none in d.
    """
    spread = np.maximum(minority.std(axis=0, ddof=1), NARROWEST)
    found: Array = spread * len(minority) ** (-1 / (n_varying + 4))
    return found


def kinds(density: Array, share: Array) -> Array:
    """Return what each minority row is.

    Parameters
    ----------
    density : ndarray of shape (n_minority,)
        Log density of the minority, each row left out.
    share : ndarray of shape (n_minority,)
        q of `Densities.share`.
    """
    finite = np.where(np.isfinite(density), density, np.finfo(float).min)
    sparse = finite < np.quantile(finite, SPARSEST)
    return np.where(share >= 0.5, "safe", np.where(sparse, "noisy", "borderline"))

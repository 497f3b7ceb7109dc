"""MDO with the property that it is named for: new rows at exactly the Mahalanobis distance of their seeds.

L. Abdi, S. Hashemi, "To Combat Multi-Class Imbalanced Problems by Means of Over-Sampling Techniques", IEEE
TKDE 28(1), 2016, 238-251. smote-variants and multi-imbalance draw one coordinate after the other and run out
of distance: with ten features most of their rows are three times as far from the mean as their seeds. Here a
point of the ellipsoid is drawn as such. Needs neither of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Integral
from typing import Any, ClassVar

import numpy as np
from imblearn.over_sampling.base import BaseOverSampler
from sklearn.neighbors import NearestNeighbors
from sklearn.utils import check_random_state
from sklearn.utils._param_validation import Interval

from oversample_bench_smote_variants.rows import Array, cast

# m minority rows, k of them kept, N new rows, d features, c directions in which the kept rows have spread

LEAST = 1e-10
"""Share of the largest variance up to which a direction counts as one without spread."""


@dataclass(frozen=True, eq=False)
class Ellipsoids:
    """The kept rows' mean and covariance, as the directions in which they have spread.

    Attributes
    ----------
    mean : ndarray of shape (d,)
        mu.
    whitened : ndarray of shape (k, c)
        The kept rows in these directions, in standard deviations: the squared norm of a row is its squared
        Mahalanobis distance alpha from mu.
    back : ndarray of shape (c, d)
        What leads from there to features.
    """

    mean: Array
    whitened: Array
    back: Array

    def drawn(self, seeds: Array, rng: np.random.RandomState) -> Array:
        """Return for each seed a row in a uniform direction (after whitening) at the seed's distance."""
        directions = rng.normal(size=(len(seeds), self.back.shape[0]))  # (N, c)
        directions /= np.linalg.norm(directions, axis=1, keepdims=True)
        distances = np.linalg.norm(self.whitened[seeds], axis=1, keepdims=True)
        rows: Array = self.mean + distances * directions @ self.back  # (N, c) -> (N, d)
        return rows


def ellipsoids(kept: Array) -> Ellipsoids:
    """Return mean and covariance of the kept rows (population variances, from their singular values).

    Features are divided by their spread first, which leaves Mahalanobis distances alone and keeps a small
    unit from being taken for no spread.
    """
    mean, spread = kept.mean(axis=0), kept.std(axis=0)
    rounding = 1e-12 * np.abs(kept).max(axis=0)  # what equal values show
    unit = np.where(spread > rounding, spread, np.inf)
    left, singular, right = np.linalg.svd((kept - mean) / unit, full_matrices=False)
    deviations = singular / np.sqrt(len(kept))
    has_spread = deviations**2 > LEAST * max(deviations[0] ** 2, np.finfo(float).tiny)
    whitened = left[:, has_spread] * np.sqrt(len(kept))
    scale = np.where(np.isfinite(unit), unit, 0.0)
    return Ellipsoids(mean, whitened, deviations[has_spread, None] * right[has_spread] * scale)


def minority_neighbours(rows: Array, is_minority: Array, n_neighbors: int) -> Array:
    """Return for each minority row how many of its nearest other rows are of the minority; shape (m,)."""
    own = np.flatnonzero(is_minority)
    n_asked = min(n_neighbors + 1, len(rows))
    near = NearestNeighbors(n_neighbors=n_asked).fit(rows).kneighbors(rows[own], return_distance=False)
    is_self = near == own[:, None]
    is_self[~is_self.any(axis=1), -1] = True  # among many equal rows a row may not find itself
    others = near[~is_self].reshape(len(own), n_asked - 1)
    counts: Array = is_minority[others].sum(axis=1)
    return counts


class MDOExact(BaseOverSampler):  # type: ignore[misc]  # imbalanced-learn ships no types
    """Draw rows on the ellipsoid around the minority's mean that a minority row lies on.

    Parameters
    ----------
    sampling_strategy : float, str, dict or callable, default="auto"
        Which classes grow, and to which size, as everywhere in imbalanced-learn. Of several classes each is
        grown by itself.
    random_state : int, RandomState or None, default=None
        Seed of the rows that are taken as seeds and of the directions.
    n_neighbors : int, default=5
        K2: how many nearest rows of any class a minority row is judged by.
    n_minority : int, default=2
        K1: how many of them have to be of the minority; other rows are noise, and neither seeds nor part of
        mean and covariance. A row is a seed as often as it has minority neighbours.

    Attributes
    ----------
    fallback_ : str
        What was done differently from what was asked; empty when nothing was.
    seed_indices_ : ndarray of shape (n_new,)
        For each new row the position in ``X`` of the row whose distance it has.

    Notes
    -----
    With at most as many kept rows as features all of them are equally far from their mean, so that one
    ellipsoid is sampled whichever the seeds are. Rows stay in the span of the kept rows. Whole numbers are
    rounded at the end, which alters distances.
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **BaseOverSampler._parameter_constraints,  # noqa: SLF001 - scikit-learn's way to inherit constraints
        "random_state": ["random_state"],
        "n_neighbors": [Interval(Integral, 1, None, closed="left")],
        "n_minority": [Interval(Integral, 0, None, closed="left")],
    }

    sampling_strategy_: dict[Any, int]

    def __init__(
        self,
        *,
        sampling_strategy: Any = "auto",
        random_state: Any = None,
        n_neighbors: int = 5,
        n_minority: int = 2,
    ) -> None:
        super().__init__(sampling_strategy=sampling_strategy)
        self.random_state = random_state
        self.n_neighbors = n_neighbors
        self.n_minority = n_minority

    def _fit_resample(self, X: Any, y: Array) -> tuple[Any, Array]:
        rng = check_random_state(self.random_state)
        is_sparse = hasattr(X, "toarray")
        dense = X.toarray() if is_sparse else X
        rows = dense.astype(np.float64, order="C")  # sums round the same in every order
        self.fallback_ = ""
        growing = {label: n_new for label, n_new in self.sampling_strategy_.items() if n_new > 0}
        grown = [self._grown(rows, y, label, rng) for label in growing]
        self.seed_indices_ = np.concatenate([np.empty(0, np.intp), *(seeds for seeds, _ in grown)])
        X_out = np.concatenate([dense, *(cast(new, dense.dtype) for _, new in grown)])
        y_new = [np.full(n_new, label, dtype=y.dtype) for label, n_new in growing.items()]
        return (type(X)(X_out) if is_sparse else X_out), np.concatenate([y, *y_new])

    def _grown(self, rows: Array, y: Array, label: Any, rng: np.random.RandomState) -> tuple[Array, Array]:
        """Return the seeds of one class, as positions among all rows, and its new rows."""
        own = np.flatnonzero(y == label)
        n_new = self.sampling_strategy_[label]
        counts = minority_neighbours(rows, y == label, self.n_neighbors)
        is_kept = counts >= self.n_minority
        if not is_kept.any():
            self._tell(
                label, f"all {len(own)} minority rows are noise by their neighbours, and all were kept"
            )
            is_kept[:] = True
        kept, weights = own[is_kept], counts[is_kept].astype(float)
        found = ellipsoids(rows[kept])
        shares = weights / weights.sum() if weights.any() else None
        seeds = rng.choice(len(kept), size=n_new, p=shares)
        if not found.back.size:
            equal = "1 row" if len(kept) == 1 else f"{len(kept)} equal rows"
            self._tell(label, f"copies: {equal} of the minority left to make rows from, hence no spread")
            return kept[seeds], rows[kept[seeds]]
        return kept[seeds], found.drawn(seeds, rng)

    def _tell(self, label: Any, said: str) -> None:
        """Add a sentence, with the class where several grow."""
        several = sum(n_new > 0 for n_new in self.sampling_strategy_.values()) > 1
        said = f"class {label}: {said}" if several else said
        self.fallback_ = f"{self.fallback_}; {said}" if self.fallback_ else said

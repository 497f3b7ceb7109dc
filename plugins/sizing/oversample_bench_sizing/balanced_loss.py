"""Which of several sizes has the least balanced loss on rows that neither sampler nor scaler has seen.

The scheme of the authors' real-data code: repeated stratified folds; in each fold a size is scaled by what is
missing to balance there over what is missing in all, rounded, and is the beginning of one pool. The balanced
loss is the mean log loss of the majority and that of the minority, half of each.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.model_selection import RepeatedStratifiedKFold
from sklearn.preprocessing import StandardScaler

from oversample_bench_sizing.pools import synthetic
from oversample_bench_sizing.seeds import seeded

Array = npt.NDArray[Any]

CLIPPED = 1e-15


@dataclass(frozen=True)
class Folds:
    """How sizes are validated.

    Parameters
    ----------
    n_splits : int
        Folds; fewer where a class has fewer rows.
    n_repeats : int
        How often they are cut anew.
    """

    n_splits: int
    n_repeats: int

    def cut(self, X: Array, y: Array, random_state: int) -> Iterator[tuple[Array, Array]]:
        """Yield training and validation rows of each fold."""
        n_splits = min(self.n_splits, int(np.bincount(y).min()))
        folds = RepeatedStratifiedKFold(
            n_splits=n_splits, n_repeats=self.n_repeats, random_state=random_state
        )
        yield from folds.split(X, y)


def balanced_log_loss(y: Array, probability: Array) -> float:
    """Return the mean of the two classes' log losses.

    Parameters
    ----------
    y : ndarray of shape (n_samples,)
        1 for the minority, 0 for the majority; both occur.
    probability : ndarray of shape (n_samples,)
        Of the minority; clipped to [1e-15, 1 - 1e-15].
    """
    p = np.clip(probability, CLIPPED, 1 - CLIPPED)
    losses = np.where(y == 1, -np.log(p), -np.log1p(-p))
    return float((losses[y == 1].mean() + losses[y == 0].mean()) / 2)


def losses(
    candidates: Sequence[int], parts: tuple[Any, Any], rows: tuple[Array, Array], folds: Folds, seed: int
) -> Array:
    """Return the mean balanced validation loss of each size.

    Parameters
    ----------
    candidates : sequence of int
        Numbers of synthetic rows for all training rows.
    parts : (sampler, estimator)
        What makes rows, and what is fitted; the latter with ``predict_proba``.
    rows : (ndarray, ndarray)
        Training rows, and 1 for the minority, 0 for the majority.
    folds : Folds
        The scheme.
    seed : int
        Seeds folds, sampler and estimator.
    """
    X, y = rows
    found = [
        _of_fold(candidates, parts, (X[train], y[train]), (X[test], y[test]), (gap(y), seed + fold))
        for fold, (train, test) in enumerate(folds.cut(X, y, seed))
    ]
    means: Array = np.mean(found, axis=0)
    return means


def gap(y: Array) -> int:
    """Return how many minority rows are missing to balance."""
    return max(0, int((y == 0).sum()) - int((y == 1).sum()))


def _of_fold(
    candidates: Sequence[int],
    parts: tuple[Any, Any],
    train: tuple[Array, Array],
    test: tuple[Array, Array],
    whole: tuple[int, int],
) -> list[float]:
    sampler, estimator = parts
    full_gap, seed = whole
    scaler = StandardScaler().fit(train[0])
    X, y = scaler.transform(train[0]), train[1]
    sizes = [round(size * gap(y) / full_gap) if full_gap else size for size in candidates]
    pool = synthetic(sampler, X, y, max(sizes, default=0), seed)
    X_test = scaler.transform(test[0])
    known: dict[int, float] = {}
    for size in sizes:
        if size not in known:
            known[size] = _loss(estimator, (X, y, pool[:size]), (X_test, test[1]), seed)
    return [known[size] for size in sizes]


def _loss(
    estimator: Any, training: tuple[Array, Array, Array], test: tuple[Array, Array], seed: int
) -> float:
    X, y, new = training
    model = seeded(estimator, seed)
    model.fit(np.concatenate([X, new]), np.concatenate([y, np.ones(len(new), dtype=y.dtype)]))
    return balanced_log_loss(test[1], minority_probability(model, test[0]))


def minority_probability(model: Any, X: Array) -> Array:
    """Return what a fitted classifier gives the label 1, of shape (n_samples,)."""
    probability: Array = np.asarray(model.predict_proba(X))[:, list(model.classes_).index(1)]
    return probability

"""What both variants of GK-SMOTE share: rows in, new rows of each class that grows, rows out as they came."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from imblearn.over_sampling.base import BaseOverSampler
from sklearn.utils import check_random_state

Array = npt.NDArray[Any]
Generator = np.random.RandomState


class GrowingSampler(BaseOverSampler):  # type: ignore[misc]  # imbalanced-learn ships no types
    """A sampler whose subclass makes the new rows of one class; of several, each grows against all others."""

    sampling_strategy_: dict[Any, int]
    fallback_: str

    def __init__(
        self, *, k_neighbors: int = 5, sampling_strategy: Any = "auto", random_state: Any = None
    ) -> None:
        super().__init__(sampling_strategy=sampling_strategy)
        self.k_neighbors = k_neighbors
        self.random_state = random_state

    def _made(self, minority: Array, majority: Array, n_new: int, rng: Generator) -> tuple[Array, str]:
        """Return ``n_new`` rows, and what was done differently in a sentence or nothing."""
        raise NotImplementedError

    def _fit_resample(self, X: Any, y: Array) -> tuple[Any, Array]:
        rng = check_random_state(self.random_state)
        is_sparse = hasattr(X, "toarray")
        dense = X.toarray() if is_sparse else X
        rows = np.asarray(dense, dtype=np.float64)
        features, labels, told = [dense], [y], []
        for label, n_new in self.sampling_strategy_.items():
            if n_new <= 0:
                continue
            new, said = self._made(rows[y == label], rows[y != label], n_new, rng)
            features.append(_cast(new, dense.dtype))
            labels.append(np.full(len(new), label, dtype=y.dtype))
            told += [said] if said else []
        self.fallback_ = "; ".join(dict.fromkeys(told))
        X_out = np.concatenate(features)
        return (type(X)(X_out) if is_sparse else X_out), np.concatenate(labels)


def copies(minority: Array, n_new: int, rng: Generator) -> Array:
    """Return rows of the minority, drawn with replacement."""
    return minority[rng.randint(len(minority), size=n_new)]


def between(one: Array, other: Array, rng: Generator) -> Array:
    """Return a row at a random place on each segment."""
    placed: Array = one + rng.random_sample((len(one), 1)) * (other - one)
    return placed


def _cast(new: Array, dtype: np.dtype[Any]) -> Array:
    return np.rint(new).astype(dtype) if dtype.kind in "iu" else new.astype(dtype)

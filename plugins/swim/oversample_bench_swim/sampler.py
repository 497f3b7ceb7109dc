"""What both variants of SWIM share: rows in, seeds and moves from a variant, rows out in the data's form.

Knows nothing of how a move is found, and makes the one generator that a variant draws from.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from imblearn.over_sampling.base import BaseOverSampler
from sklearn.preprocessing import StandardScaler
from sklearn.utils import check_random_state

Array = npt.NDArray[Any]
Generator = np.random.RandomState


@dataclass(frozen=True, eq=False)
class Moves:
    """New rows as what they are made of: row ``seeds[i]`` of the minority, moved by ``moves[i]``.

    Attributes
    ----------
    seeds : ndarray of shape (n_new,)
        Positions among the minority rows.
    moves : ndarray of shape (n_new, n_features)
        In standard deviations of each feature. A move of zero is a copy to the last bit.
    told : str, default=""
        What was done differently from what was asked.
    """

    seeds: Array
    moves: Array
    told: str = ""

    @classmethod
    def none(cls, minority: Array, n_new: int, rng: Generator, told: str = "") -> Moves:
        """Draw seeds uniformly with replacement and leave them in their places: random oversampling."""
        return cls(rng.randint(len(minority), size=n_new), np.zeros((n_new, minority.shape[1])), told)


class MovingSampler(BaseOverSampler):  # type: ignore[misc]  # imbalanced-learn ships no types
    """A sampler whose new rows are minority rows, moved by what it knows of the majority.

    A subclass writes ``_moved``. Of several classes each is grown against all other rows.
    """

    sampling_strategy_: dict[Any, int]
    random_state: Any
    fallback_: str
    seed_indices_: Array

    def _moved(self, minority: Array, majority: Array, n_new: int, rng: Generator) -> Moves:
        """Return seeds and moves of ``n_new`` rows; features have standard deviation 1 over both classes."""
        raise NotImplementedError

    def _fit_resample(self, X: Any, y: Array) -> tuple[Any, Array]:
        rng = check_random_state(self.random_state)
        is_sparse = hasattr(X, "toarray")
        dense = X.toarray() if is_sparse else X
        rows = dense.astype(np.float64, order="C")  # sums round the same in every order
        scaler = StandardScaler().fit(rows)
        scaled = scaler.transform(rows)
        growing = {label: n_new for label, n_new in self.sampling_strategy_.items() if n_new > 0}
        grown = {label: self._grown(scaled, y == label, n_new, rng) for label, n_new in growing.items()}
        self.fallback_ = _told(grown)
        self.seed_indices_ = np.concatenate([np.empty(0, np.intp), *(one.seeds for one in grown.values())])
        X_new = [cast(rows[one.seeds] + one.moves * scaler.scale_, dense.dtype) for one in grown.values()]
        y_new = [np.full(n_new, label, dtype=y.dtype) for label, n_new in growing.items()]
        X_out = np.concatenate([dense, *X_new])
        return (type(X)(X_out) if is_sparse else X_out), np.concatenate([y, *y_new])

    def _grown(self, scaled: Array, is_minority: Array, n_new: int, rng: Generator) -> Moves:
        """Return the moves of one class, with seeds as positions among all rows."""
        minority, majority = scaled[is_minority], scaled[~is_minority]
        if (minority == minority[0]).all():
            rows = "has 1 row" if len(minority) == 1 else f"has {len(minority)} equal rows"
            told = f"copies: the minority {rows}, hence no spread to draw in"
            found = Moves.none(minority, n_new, rng, told)
        else:
            found = self._moved(minority, majority, n_new, rng)
        return Moves(np.flatnonzero(is_minority)[found.seeds], found.moves, found.told)


def _told(grown: dict[Any, Moves]) -> str:
    """Return what there is to say, with the class where several grew."""
    told = {label: one.told for label, one in grown.items() if one.told}
    return "; ".join(f"class {label}: {said}" if len(grown) > 1 else said for label, said in told.items())


def cast(new: Array, dtype: np.dtype[Any]) -> Array:
    """Return ``new`` in ``dtype``, whole numbers rounded and kept within what it can hold."""
    if dtype.kind not in "biu":
        return new.astype(dtype)
    least, most = (0, 1) if dtype.kind == "b" else (np.iinfo(dtype).min, np.iinfo(dtype).max)
    below = np.nextafter(float(most) + 1, 0)  # as a float, the most of int64 is one too many
    return np.clip(np.rint(new), least, below).astype(dtype)

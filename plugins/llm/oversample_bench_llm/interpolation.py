"""More rows to learn from: interpolated ones, of which only numbers are read.

A minority of thirty rows is too little for a language model. ImbLLM adds what SMOTE-NC makes of it, and
trains on the numeric columns of that.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from imblearn.over_sampling import SMOTE, SMOTENC

Array = npt.NDArray[Any]

NEIGHBOURS = 5


@dataclass(frozen=True, eq=False)
class Interpolated:
    """Rows of shape (n, n_features), whose categories are not to be read, and what is to be said of them."""

    X: Array
    told: str = ""


def interpolated(X: Array, is_minority: Array, numeric: list[int], n: int, seed: int) -> Interpolated:
    """Return ``n`` rows between minority rows, or copies where there are five or fewer.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_features)
        All rows.
    is_minority : ndarray of shape (n_samples,)
        Which of them are to be interpolated.
    numeric : list of int
        Positions of the columns of numbers; without any there is nothing to interpolate.
    n : int
        How many.
    seed : int
        Seeds the choice of neighbours and the places between them.
    """
    minority = X[is_minority]
    if n < 1 or not numeric:
        return Interpolated(X[:0])
    if len(minority) <= NEIGHBOURS:
        chosen = np.random.RandomState(seed).randint(len(minority), size=n)
        rows = "1 row" if len(minority) == 1 else f"{len(minority)} rows"
        return Interpolated(
            minority[chosen], f"copies to learn from, not interpolated rows: there are {rows}"
        )
    return Interpolated(_smote(X, is_minority, numeric, n, seed))


def _smote(X: Array, is_minority: Array, numeric: list[int], n: int, seed: int) -> Array:
    """Return what SMOTE, or SMOTE-NC where there are categories, adds to the minority."""
    y = is_minority.astype(int)
    wanted = {"sampling_strategy": {1: n + int(y.sum())}, "random_state": seed, "k_neighbors": NEIGHBOURS}
    categories = [place for place in range(X.shape[1]) if place not in numeric]
    if not categories:
        return np.asarray(SMOTE(**wanted).fit_resample(X.astype(np.float64), y)[0][len(X) :])
    coded = np.empty(X.shape)
    for place in range(X.shape[1]):
        column = X[:, place]
        coded[:, place] = column.astype(np.float64) if place in numeric else _codes(column)
    new = SMOTENC(categories, **wanted).fit_resample(coded, y)[0][len(X) :]
    return np.asarray(new)


def _codes(column: Array) -> Array:
    """Return a column of categories as 0, 1, ..., in the order of their first rows."""
    known = {value: code for code, value in enumerate(dict.fromkeys(column))}
    return np.array([known[value] for value in column], dtype=np.float64)

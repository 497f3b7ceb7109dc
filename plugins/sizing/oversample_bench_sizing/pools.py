"""Rows from a sampler in whatever number they are needed: pools, whose beginnings are the candidates.

A sampler of imbalanced-learn is asked for a class count, and some return fewer rows than asked for (ADASYN,
Borderline-SMOTE). Here it is asked again, for more each time, and what is beyond the number is left out, so
that candidate sizes are nested: the smaller is the beginning of the larger. Pools are shuffled, because some
samplers return rows in the order of the rows that they are made of (ADASYN): the beginning would be rows of
the first few.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import numpy.typing as npt
from imblearn.over_sampling import SMOTE, RandomOverSampler

from oversample_bench_sizing.seeds import seeded

Array = npt.NDArray[Any]

MOST_TRIES = 20
"""How often a sampler that returns too few rows is asked again, for twice as many each time."""


def synthetic(sampler: Any, X: Array, y: Array, n_rows: int, random_state: int) -> Array:
    """Return new minority rows.

    Parameters
    ----------
    sampler : sampler or None
        With ``fit_resample`` and ``sampling_strategy``; None is SMOTE, with its neighbours lowered to the
        minority rows that there are, and copies of a single one.
    X : ndarray of shape (n_samples, n_features)
        Training rows.
    y : ndarray of shape (n_samples,)
        1 for the minority, 0 for the majority.
    n_rows : int
        How many.
    random_state : int
        Seeds the sampler, each of its parts that takes a seed, and the order of rows.

    Returns
    -------
    ndarray of shape (n_rows, n_features)

    Raises
    ------
    ValueError
        When the sampler returns fewer however often it is asked, or removes rows.
    """
    if n_rows == 0:
        return X[:0]
    wanted, why = n_rows, ""
    for _ in range(MOST_TRIES):
        try:
            made = _asked(sampler, X, y, wanted, random_state)
        except ValueError as error:  # ADASYN refuses where its shares round to nothing
            made, why = X[:0], f": {error}"
        if len(made) >= n_rows:
            return _shuffled(made, random_state)[:n_rows]
        wanted *= 2
    raise ValueError(
        f"{_name(sampler)} made {len(made)} rows where {wanted // 2} were asked for; {n_rows} are needed{why}"
    )


def joined(X: Array, y: Array, new: Array, label: Any) -> tuple[Array, Array]:
    """Return real rows and, after them, new ones of one label, in the dtypes of the real ones."""
    made = np.rint(new) if X.dtype.kind in "iu" else new
    labels = np.full(len(new), label, dtype=y.dtype)
    return np.concatenate([X, made.astype(X.dtype)]), np.concatenate([y, labels])


def _shuffled(made: Array, random_state: int) -> Array:
    return made[np.random.default_rng(random_state).permutation(len(made))]


def _asked(sampler: Any, X: Array, y: Array, n_rows: int, random_state: int) -> Array:
    n_minority = int((y == 1).sum())
    one = seeded(_default(n_minority) if sampler is None else sampler, random_state)
    if "sampling_strategy" in one.get_params(deep=False):
        one.set_params(sampling_strategy={1: n_minority + n_rows})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # more minority rows than majority ones are meant here
        X_out, y_out = one.fit_resample(X, y)
    if len(X_out) < len(X) or not np.array_equal(np.asarray(X_out)[: len(X)], X):
        raise ValueError(f"{_name(sampler)} does not return the rows that it was given before the new ones")
    new = np.asarray(y_out)[len(X) :] == 1
    made: Array = np.asarray(X_out)[len(X) :][new]
    return made


def _default(n_minority: int) -> Any:
    return RandomOverSampler() if n_minority < 2 else SMOTE(k_neighbors=min(5, n_minority - 1))


def _name(sampler: Any) -> str:
    return "SMOTE" if sampler is None else type(sampler).__name__

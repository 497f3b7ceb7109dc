"""The rows that the contract tries a plugin on: small, seeded, of two classes.

Made here with a generator of its own, so that a contract needs no file, no network and no global seed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


@dataclass(frozen=True, eq=False)
class Problem:
    """Training rows as the host hands them over.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_features)
        Features.
    y : ndarray of shape (n_samples,)
        Labels: 1 for the minority and 0 for the majority, unless the case says otherwise.
    """

    X: Array
    y: Array

    def copies(self) -> tuple[Array, Array]:
        """Return arrays that a plugin may spoil without spoiling the problem."""
        return self.X.copy(), self.y.copy()

    def locked(self) -> tuple[Array, Array]:
        """Return read-only arrays, which is what the host and Ray hand over."""
        X, y = self.copies()
        X.flags.writeable = y.flags.writeable = False
        return X, y


def drawn(n_minority: int = 20, n_majority: int = 60, n_features: int = 4, seed: int = 0) -> Problem:
    """Return two majority clouds with a minority cloud at the edge of one of them, rows shuffled.

    The minority overlaps the majority enough to have a border and stands apart enough to be a cluster, so
    that methods which look for either find it.
    """
    rng = np.random.default_rng(seed)
    centres = np.zeros((3, n_features))
    centres[1, 0], centres[2, -1] = 6.0, 2.5
    half = n_majority // 2
    sizes = (half, n_majority - half, n_minority)
    X = np.vstack(
        [rng.normal(centre, 1.0, (n, n_features)) for centre, n in zip(centres, sizes, strict=True)]
    )
    y = np.repeat([0, 0, 1], sizes).astype(np.int64)
    order = rng.permutation(len(y))
    return Problem(X[order], y[order])


def categorical() -> tuple[Problem, list[list[int]]]:
    """Return rows with two categorical columns, one-hot as the host encodes them, and their groups."""
    problem, rng = drawn(), np.random.default_rng(1)
    encoded = [np.eye(size)[rng.integers(size, size=len(problem.y))] for size in (3, 2)]
    return replace(problem, X=np.hstack([problem.X, *encoded])), [[4, 5, 6], [7, 8]]


def _constant_column() -> Problem:
    problem = drawn()
    X = problem.X.copy()
    X[:, 1] = 3.0
    return replace(problem, X=X)


def _duplicated_rows() -> Problem:
    """Repeat each row, and the first minority row six times more."""
    problem = drawn(n_minority=8)
    first = np.flatnonzero(problem.y == 1)[0]
    rows = np.concatenate([np.repeat(np.arange(len(problem.y)), 2), np.repeat(first, 6)])
    return Problem(problem.X[rows], problem.y[rows])


def _uneven_scales() -> Problem:
    problem = drawn()
    return replace(problem, X=problem.X * np.array([1e6, 1.0, 1.0, 1e-6]))


def _integer_matrix() -> Problem:
    problem = drawn()
    return replace(problem, X=np.rint(problem.X * 10).astype(np.int64))


def _string_labels() -> Problem:
    """Name the minority so that it sorts first: no method may take the larger label for it."""
    problem = drawn()
    return replace(problem, y=np.where(problem.y == 1, "fraud", "usual"))


def _of_minority(n_minority: int) -> Callable[[], Problem]:
    return lambda: drawn(n_minority=n_minority)


HARD_CASES: Mapping[str, Callable[[], Problem]] = MappingProxyType(
    {f"n_min = {n}": _of_minority(n) for n in (1, 2, 3, 5, 6)}
    | {
        "constant column": _constant_column,
        "duplicated rows": _duplicated_rows,
        "features of 1e6 beside 1e-6": _uneven_scales,
        "integer matrix": _integer_matrix,
        "fewer majority rows than features": lambda: drawn(n_minority=8, n_majority=16, n_features=24),
        "string labels": _string_labels,
    }
)
"""Data that real tables contain and papers leave out, by name."""

"""How hard the minority of a table is to learn: where its rows lie among those of the majority.

After K. Napierała, J. Stefanowski, "Types of minority class examples and their influence on learning
classifiers from imbalanced data", Journal of Intelligent Information Systems 46, 2016, 563-597, section 3.2,
with five neighbours. They measure by HVDM; here distances are Euclidean, on the encoded and scaled rows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

NEIGHBOURS = 5
SAFE, BORDERLINE = 4, 2
"""Minority rows among the neighbours of a safe row and of one on the border, at least."""


@dataclass(frozen=True)
class Difficulty:
    """Shares of the minority rows, which sum to 1.

    Parameters
    ----------
    safe, borderline, rare, outlier : float
        Rows with four or five minority rows among their five neighbours; with two or three; with one, which
        has no other near it; with none.
    """

    safe: float
    borderline: float
    rare: float
    outlier: float


def difficulty(X: npt.NDArray[np.float64], y: npt.NDArray[np.int64]) -> Difficulty | None:
    """Return which shares of the minority rows are safe, on the border, rare and outliers.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_features)
        Encoded, imputed and scaled.
    y : ndarray of shape (n_samples,)
        1 for the minority, 0 for the majority.

    Returns
    -------
    Difficulty or None
        None of a table with fewer than six rows.
    """
    from sklearn.neighbors import NearestNeighbors

    minority = np.flatnonzero(y == 1)
    if len(X) <= NEIGHBOURS or not len(minority):
        return None
    model = NearestNeighbors(n_neighbors=NEIGHBOURS).fit(X)
    own = _without_itself(model, X, minority)
    kin = (y[own] == 1).sum(axis=1)
    lonely = kin == 1
    lonely[lonely] = [
        _apart(model, X, y, int(row), int(own[at][y[own[at]] == 1][0]))
        for at, row in zip(np.flatnonzero(lonely), minority[lonely], strict=True)
    ]
    kinds = np.select([kin >= SAFE, kin == 0, lonely], [0, 3, 2], default=1)
    return Difficulty(*(np.bincount(kinds, minlength=4) / len(minority)).tolist())


def _without_itself(
    model: object, X: npt.NDArray[np.float64], rows: npt.NDArray[np.intp]
) -> npt.NDArray[np.intp]:
    """Return the neighbours of rows, of which none is its own, in spite of copies."""
    found = model.kneighbors(X[rows], NEIGHBOURS + 1, return_distance=False)  # type: ignore[attr-defined]  # untyped
    own = found == rows[:, None]
    own[~own.any(axis=1), -1] = True  # hidden behind copies of itself
    return np.asarray(found[~own].reshape(len(rows), NEIGHBOURS))


def _apart(
    model: object, X: npt.NDArray[np.float64], y: npt.NDArray[np.int64], row: int, neighbour: int
) -> bool:
    """Tell whether the one minority neighbour of a row has none of its class near it but perhaps that row."""
    around = _without_itself(model, X, np.array([neighbour]))[0]
    return set(around[y[around] == 1].tolist()) <= {row}

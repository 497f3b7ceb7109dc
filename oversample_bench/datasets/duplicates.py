"""Counts rows that stand in a table more than once: within a class, and with both labels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

OVERSAMPLED = 0.5
"""The share of copies among minority rows from which on they were probably made."""
ORDINARY = 0.1
"""The share among majority rows up to which copies are none of the data's nature."""


@dataclass(frozen=True)
class Duplicates:
    """Copies in a table of two classes.

    Parameters
    ----------
    majority, minority : int
        Rows that repeat another row of their class, whatever it is that is kept.
    both : int
        Rows that stand with the other label as well.
    share_majority, share_minority : float
        Of the rows of a class, those that repeat another.
    """

    majority: int
    minority: int
    both: int
    share_majority: float
    share_minority: float

    @property
    def look_oversampled(self) -> bool:
        """Whether minority rows repeat one another as they would after random oversampling."""
        return self.share_minority >= OVERSAMPLED and self.share_majority <= ORDINARY


def duplicates(X: npt.NDArray[Any], y: npt.NDArray[np.int64]) -> Duplicates:
    """Return how many rows repeat others.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_features)
        The rows before they are encoded; a missing value equals a missing value.
    y : ndarray of shape (n_samples,)
        1 for the minority, 0 for the majority.
    """
    plain = np.ascontiguousarray(np.asarray(X, dtype=np.float64) + 0.0)  # no -0
    plain = np.where(np.isnan(plain), np.nan, plain)  # one NaN
    as_bytes = plain.view(f"V{plain.shape[1] * plain.itemsize}").reshape(-1)
    codes = np.unique(as_bytes, return_inverse=True)[1].reshape(-1)
    repeats, rows = {}, {}
    for label in (0, 1):
        own = codes[y == label]
        rows[label] = len(own)
        repeats[label] = len(own) - len(np.unique(own))
    shared = np.intersect1d(codes[y == 0], codes[y == 1])
    return Duplicates(
        repeats[0],
        repeats[1],
        int(np.isin(codes, shared).sum()),
        repeats[0] / max(rows[0], 1),
        repeats[1] / max(rows[1], 1),
    )

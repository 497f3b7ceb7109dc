"""What a sampler made of one split with one seed: the rows to train on.

Kept as places in the training rows plus what is new, so that a file of it stays small and no row is doubted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

NEW = -1
"""The place of a row that is none of the training rows."""


@dataclass(frozen=True, eq=False)
class Resample:
    """The rows to train on, told by what they are.

    Parameters
    ----------
    origin : ndarray of shape (n_returned,)
        The training row that a returned row is, or ``NEW`` for the next row of ``X_new``.
    X_new : ndarray of shape (n_new, n_features)
        The rows that are not in the training data.
    y_new : ndarray of shape (n_new,)
        Their labels, 1 for the minority.
    sample_weight : ndarray of shape (n_returned,) or None, default=None
        What the classifier is to weigh the returned rows with.
    wrapping : mapping of str to ndarray, or None, default=None
        What the method has to know to wrap a classifier; None where it wraps none.
    """

    origin: npt.NDArray[np.int64]
    X_new: npt.NDArray[np.float64]
    y_new: npt.NDArray[np.int64]
    sample_weight: npt.NDArray[np.float64] | None = None
    wrapping: Mapping[str, Array] | None = None

    def rows(self, X: Array, y: Array) -> tuple[Array, Array]:
        """Return the training rows in the order in which the sampler returned them."""
        real = self.origin >= 0
        X_out = np.empty((len(self.origin), X.shape[1]), dtype=np.float64)
        y_out = np.empty(len(self.origin), dtype=np.int64)
        X_out[real], y_out[real] = X[self.origin[real]], y[self.origin[real]]
        X_out[~real], y_out[~real] = self.X_new, self.y_new
        return X_out, y_out

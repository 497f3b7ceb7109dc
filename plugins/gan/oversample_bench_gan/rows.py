"""Rows as the nets see them: features in [-1, 1], the majority first, many problems of one shape together.

The scale is the range of each feature over the training rows of a problem, so that no unit dominates (3.1),
and is undone on what comes out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from oversample_bench_gan.nets import Generators

Array = npt.NDArray[Any]


@dataclass(frozen=True, eq=False)
class Range:
    """The least and the greatest value of each feature."""

    low: Array
    high: Array

    @classmethod
    def of(cls, X: Array) -> Range:
        """Return the range of the columns of ``X``."""
        return cls(X.min(0), X.max(0))

    def scaled(self, X: Array) -> Array:
        """Return ``X`` with each feature in [-1, 1]; a constant one is 0."""
        return (X - self._centre) / np.where(self._half > 0, self._half, 1)

    def restored(self, X: Array) -> Array:
        """Return ``X`` in the units of the data, a constant feature at its value."""
        return X * self._half + self._centre

    @property
    def _half(self) -> Array:
        """Half the span of each feature; halves first, since the span of floats can overflow."""
        return self.high / 2 - self.low / 2

    @property
    def _centre(self) -> Array:
        """The middle of each feature, of a constant one its value: the least float has no half."""
        return np.where(self.low == self.high, self.low, self.low / 2 + self.high / 2)


@dataclass(frozen=True, eq=False)
class Rows:
    """Rows of all members, (members, rows, features), the majority of each first."""

    X: Tensor
    n_majority: int

    @property
    def n_minority(self) -> int:
        """Return how many rows are not of the majority."""
        return int(self.X.shape[1]) - self.n_majority


@dataclass(frozen=True, eq=False)
class Batches:
    """Which rows each step works on.

    Attributes
    ----------
    index : Tensor of shape (steps, members, batch)
        Row numbers; those of a block stand together.
    share : Tensor of shape (batch,)
        What each row counts in a mean over all rows; sums to one.
    """

    index: Tensor
    share: Tensor


def batches(counts: Sequence[int], size: int, steps: int, generators: Generators) -> Batches:
    """Draw at most ``size`` rows of each block for each step; a smaller block is taken whole.

    Every batch holds rows of every block, however rare, and each row stands for as many as its block has rows
    for each one drawn. So means over a batch are unbiased estimates of means over all rows.
    """
    index, share, start = [], [], 0
    for count in counts:
        drawn = min(count, size)
        if count > size:
            block = torch.stack([torch.randint(count, (steps, size), generator=g) for g in generators], 1)
        else:
            block = torch.arange(count).expand(steps, len(generators), count)
        index.append(block + start)
        share.append(torch.full((drawn,), count / sum(counts) / max(drawn, 1)))
        start += count
    return Batches(torch.cat(index, 2), torch.cat(share))


def picked(rows: Tensor, index: Tensor) -> Tensor:
    """Return the rows of each member that ``index`` names."""
    members, n, width = rows.shape
    offset = torch.arange(members, device=rows.device).mul(n).unsqueeze(1)
    return rows.reshape(-1, width).index_select(0, (index + offset).reshape(-1)).view(members, -1, width)


def nearest_observed(new: Array, X: Array, most: int) -> Array:
    """Return ``new`` with each discrete feature moved to its nearest value in ``X``.

    Parameters
    ----------
    new : ndarray of shape (n_new, n_features)
        Decoded rows.
    X : ndarray of shape (n_samples, n_features)
        Real rows.
    most : int
        How many different values in ``X`` make a feature a discrete one, at most.
    """
    moved = new.copy()
    for column in range(X.shape[1]) if most else ():
        values = np.unique(X[:, column]).astype(np.float64)
        if len(values) <= most:
            above = np.searchsorted((values[1:] + values[:-1]) / 2, new[:, column])
            moved[:, column] = values[above]
    return moved

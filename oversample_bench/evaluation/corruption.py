"""Spoils a split on purpose, to see what a method bears: wrong labels in training, missing values.

Label noise is symmetric and meets the training rows alone: the same share of each class, rounded down to
whole rows, carries the other label. Missing values are missing completely at random, in training and in test
rows alike; withheld rows, by which synthetic ones are judged, stay whole. Either depends on the split alone,
so that all methods see the same; what is spoilt at 0.1 is among what is spoilt at 0.2.
"""

from __future__ import annotations

from math import floor
from typing import Any

import numpy as np
import numpy.typing as npt

from oversample_bench.core.seeds import child
from oversample_bench.core.specs import SplitSpec, exact

Labels = npt.NDArray[np.int64]
Array = npt.NDArray[np.float64]


def n_flipped(counts: tuple[int, int], rate: float) -> tuple[int, int]:
    """Return how many rows of each class get the label of the other.

    Parameters
    ----------
    counts : (int, int)
        Rows of the majority and of the minority.
    rate : float
        The share, in [0, 0.5).
    """
    majority, minority = (floor(exact(rate) * count) for count in counts)
    return majority, minority


def labelled(counts: tuple[int, int], rate: float) -> tuple[int, int]:
    """Return how many rows carry the label of the majority and of the minority, of so many of each class."""
    from_majority, from_minority = n_flipped(counts, rate)
    moved = from_majority - from_minority
    return counts[0] - moved, counts[1] + moved


def mislabelled(y: npt.NDArray[Any], spec: SplitSpec) -> Labels:
    """Return labels of training rows, some of them wrong.

    Parameters
    ----------
    y : ndarray of shape (n_samples,)
        1 for the minority, 0 for the majority.
    spec : SplitSpec
        Its protocol has the rate, its number seeds the choice.
    """
    spoilt = np.array(y, dtype=np.int64)
    rate = spec.protocol.label_noise
    if not rate:
        return spoilt
    n_minority = int((spoilt == 1).sum())
    for label, count in enumerate(n_flipped((len(spoilt) - n_minority, n_minority), rate)):
        generator = np.random.default_rng(child(spec.index, "label noise", str(label)))
        spoilt[generator.permutation(np.flatnonzero(y == label))[:count]] = 1 - label
    return spoilt


def with_gaps(rows: Array, part: str, spec: SplitSpec) -> Array:
    """Return rows in which some values are missing.

    Parameters
    ----------
    rows : ndarray of shape (n_samples, n_features)
        Before anything was imputed.
    part : {"train", "test"}
        Which rows they are.
    spec : SplitSpec
        Its protocol has the rate, its number seeds the choice.
    """
    rate = spec.protocol.missing_rate
    if not rate:
        return rows
    generator = np.random.default_rng(child(spec.index, "missing", part))
    return np.where(generator.random(rows.shape) < rate, np.nan, rows)

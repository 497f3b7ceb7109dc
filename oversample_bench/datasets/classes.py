"""Picks the two classes of a set and says which is the minority.

Labels of a suite are text, labels of a file are numbers or text: `oversample_bench.core.labels.class_name`
brings both into one form, in which ``2`` finds ``2``, ``2.0``, ``"2"`` and ``"2.0"``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from oversample_bench.api import Dataset
from oversample_bench.core.errors import UsageError, counted, listed, nearest
from oversample_bench.core.specs import DataSpec
from oversample_bench.datasets.raw_tables import coded


@dataclass(frozen=True, eq=False)
class TwoClasses:
    """The rows of a set that belong to its two classes.

    Attributes
    ----------
    rows : ndarray of shape (n,)
        Row numbers in the set.
    y : ndarray of shape (n,)
        1 for the minority, 0 for the majority.
    majority, minority : str
        Their labels.
    """

    rows: npt.NDArray[np.intp]
    y: npt.NDArray[np.int64]
    majority: str
    minority: str


def class_counts(dataset: Dataset) -> dict[str, int]:
    """Return the number of rows of each class, by its name."""
    names, codes = coded(dataset.y)
    return dict(zip(names, np.bincount(codes, minlength=len(names)).tolist(), strict=True))


def two_classes(dataset: Dataset, spec: DataSpec) -> TwoClasses:
    """Return the rows of the majority and the minority that ``spec`` names.

    Raises
    ------
    UsageError
        When a class is not there, when there is one class only, or when there are more than two and
        ``spec`` does not say which.
    """
    names, codes = coded(dataset.y)
    counts = np.bincount(codes, minlength=len(names)).tolist()
    majority, minority = named(dict(zip(names, counts, strict=True)), spec)
    labels = np.array(names)[codes]
    rows = np.flatnonzero((labels == majority) | (labels == minority))
    return TwoClasses(rows, (labels[rows] == minority).astype(np.int64), majority, minority)


def named(counts: Mapping[str, int], spec: DataSpec) -> tuple[str, str]:
    """Return the names of the majority and the minority, of classes that are given with their sizes.

    Raises
    ------
    UsageError
        As `two_classes` does.
    """
    if len(counts) < 2:
        raise UsageError(f"there is one class only ({listed(counts)}); two are needed")
    for asked in (spec.majority, spec.minority):
        if asked and asked not in counts:
            raise UsageError(
                f"there is no class '{asked}'.{nearest(asked, counts)} There are: {_counted(counts)}"
            )
    minority = spec.minority or min(counts, key=lambda label: (counts[label], label))
    others = [label for label in counts if label != minority]
    if spec.majority:
        return spec.majority, minority
    if len(others) > 1:
        raise UsageError(
            f"there are {len(counts)} classes ({_counted(counts)}); say which is `majority:` and which "
            "`minority:`"
        )
    return others[0], minority


def _counted(counts: Mapping[str, int]) -> str:
    return listed(f"{label} ({counted(n, 'row')})" for label, n in counts.items())

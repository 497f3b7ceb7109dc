"""Picks the two classes of a set and says which is the minority.

Labels of a suite are text, labels of a file are numbers or text: ``2`` in YAML finds ``2``, ``2.0`` and
``"2"``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from oversample_bench.api import Dataset
from oversample_bench.errors import UsageError, counted, listed, nearest
from oversample_bench.specs import DataSpec


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


def as_text(label: Any) -> str:
    """Return a label as a suite writes it: whole numbers without a decimal point."""
    if isinstance(label, (bool, np.bool_)):
        return "true" if label else "false"
    if isinstance(label, bytes):
        return label.decode(errors="backslashreplace")
    if isinstance(label, (float, np.floating)) and float(label).is_integer():
        return str(int(label))
    return str(label)


def class_counts(dataset: Dataset) -> dict[str, int]:
    """Return the number of rows of each class, by its label as text."""
    labels, counts = np.unique(dataset.y, return_counts=True)
    return {as_text(label): int(n) for label, n in zip(labels, counts, strict=True)}


def two_classes(dataset: Dataset, spec: DataSpec) -> TwoClasses:
    """Return the rows of the majority and the minority that ``spec`` names.

    Raises
    ------
    UsageError
        When a class is not there, when there is one class only, or when there are more than two and
        ``spec`` does not say which.
    """
    counts = class_counts(dataset)
    majority, minority = named(counts, spec)
    text = np.array([as_text(label) for label in np.unique(dataset.y)])
    codes = np.unique(dataset.y, return_inverse=True)[1].reshape(-1)
    labels = text[codes]
    rows = np.flatnonzero((labels == majority) | (labels == minority))
    return TwoClasses(rows, (labels[rows] == minority).astype(np.int64), majority, minority)


def named(counts: dict[str, int], spec: DataSpec) -> tuple[str, str]:
    """Return the labels of majority and minority that ``spec`` names; raises as `two_classes` does."""
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


def _counted(counts: dict[str, int]) -> str:
    return listed(f"{label} ({counted(n, 'row')})" for label, n in counts.items())

"""Finds columns that say the target over again, and columns that stand in a table twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from oversample_bench.api import Dataset
from oversample_bench.core.specs import Reading
from oversample_bench.datasets.columns import JudgedColumn, RawColumn, Role, Why
from oversample_bench.datasets.identifiers import LEAST_ROWS

MOST_CLASSES = 100
"""A target with more is no target; nothing is compared with it."""


def copies(
    found: Sequence[JudgedColumn], labels: npt.NDArray[np.intp], reading: Reading
) -> list[JudgedColumn]:
    """Return the columns with those marked that repeat the target, or another column that they are named for.

    Parameters
    ----------
    found : sequence of JudgedColumn
        All columns but the target.
    labels : ndarray of shape (n,)
        The class of each row as a number.
    reading : Reading
        A column that is listed there as categorical or numeric is meant.
    """
    meant = {*reading.categorical, *reading.numeric}
    by_name = {one.name: one for one in found}
    marked = []
    for one in found:
        features = one.role in (Role.NUMBER, Role.CATEGORY) and one.name not in meant
        if features and tells_class(one.column.values(), labels):
            one = replace(one, role=Role.DOUBTFUL, why=Why.DISGUISED)  # noqa: PLW2901 - the marked one
        elif features and _repeats(one, by_name.get(one.name.rpartition(".")[0])):
            one = replace(one, role=Role.DOUBTFUL, why=Why.TWICE)  # noqa: PLW2901 - the marked one
        marked.append(one)
    return marked


def disguised(
    dataset: Dataset, rows: npt.NDArray[np.intp], y: npt.NDArray[Any], reading: Reading
) -> list[JudgedColumn]:
    """Return the columns of some rows that are their classes under other names.

    Parameters
    ----------
    dataset : Dataset
        The whole set.
    rows : ndarray of shape (n,)
        The numbers of the rows of two of its classes.
    y : ndarray of shape (n,)
        Their classes.
    reading : Reading
        A column that is listed there as categorical or numeric is meant.
    """
    names = dataset.feature_names or tuple(map(str, range(dataset.X.shape[1])))
    meant = {*reading.categorical, *reading.numeric}
    return [
        JudgedColumn(RawColumn(name), Role.DOUBTFUL, Why.DISGUISED)
        for position, name in enumerate(names)
        if name not in meant and tells_class(dataset.X[rows, position], y)
    ]


def tells_class(values: npt.NDArray[Any], labels: npt.NDArray[np.intp]) -> bool:
    """Tell whether a column is the class under other names: one value a class, and another in each.

    A missing value counts as one. Fewer than twenty rows may look so by chance.
    """
    classes, first = np.unique(labels, return_index=True)
    if len(labels) < LEAST_ROWS or len(classes) < 2 or len(classes) > MOST_CLASSES:
        return False
    marks = values[first]
    if len(np.unique(marks)) < len(classes):
        return False
    gaps = values.dtype.kind == "f"
    return all(  # the first rows tell most columns from the target
        np.array_equal(values[part], marks[np.searchsorted(classes, labels[part])], equal_nan=gaps)
        for part in (slice(64), slice(None))
    )


def _repeats(one: JudgedColumn, other: JudgedColumn | None) -> bool:
    """Tell whether a column, such as pandas' ``age.1`` for a second ``age``, has the other's values."""
    if other is None or not one.name.rpartition(".")[2].isdecimal():
        return False
    if one.column.texts != other.column.texts:
        return False
    mine, theirs = one.column.values(), other.column.values()
    gaps = mine.dtype.kind == theirs.dtype.kind == "f"
    return bool(np.array_equal(mine, theirs, equal_nan=gaps))

"""A table as it was read, whoever read it, and what is to be said of all of its columns at once."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from oversample_bench.core.errors import counted
from oversample_bench.core.labels import NUMBER, class_name
from oversample_bench.core.specs import Reading
from oversample_bench.datasets import column_remarks, leaks
from oversample_bench.datasets.cell_values import is_plain
from oversample_bench.datasets.column_roles import judged
from oversample_bench.datasets.columns import JudgedColumn, RawColumn, Role, Why
from oversample_bench.datasets.headers import Header, wrong_names

WHOLE = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")
"""A whole number that 64 bits hold."""


class Labels(NamedTuple):
    """The labels of a table.

    Attributes
    ----------
    values : ndarray of shape (n,) or None
        None where there is no column of labels, or more than one.
    n_absent : int
        Rows without a label.
    respelled : tuple of str
        Labels that are one with another label although they are written otherwise.
    """

    values: npt.NDArray[Any] | None = None
    n_absent: int = 0
    respelled: tuple[str, ...] = ()

    @classmethod
    def of_numbers(cls, values: npt.NDArray[Any], missing: Collection[str]) -> Labels:
        """Return labels that the file holds as numbers or truth values."""
        marks = [float(mark) for mark in missing if is_plain(mark)]
        absent = np.isin(values, marks) if marks else np.zeros(len(values), dtype=bool)
        if values.dtype.kind == "f":
            absent |= np.isnan(values)
        return cls(values, int(absent.sum()))

    @classmethod
    def of_texts(
        cls, raw: Sequence[str], codes: npt.NDArray[np.intp], missing: Collection[str], *, typed: bool
    ) -> Labels:
        """Return labels that are written as text; in a file without types, numbers become numbers.

        Parameters
        ----------
        raw : sequence of str
            The different labels as they were read.
        codes : ndarray of shape (n,)
            The position in ``raw`` for each row, -1 where there is none.
        missing : collection of str
            What stands for a missing value.
        typed : bool
            Whether the file says that these are texts.
        """
        marks = {"", *(class_name(mark) for mark in missing)}
        names = [class_name(text) for text in raw]
        absent = np.array([*(name in marks for name in names), True])
        twice = {name for name in names if names.count(name) > 1}
        respelled = [text for text, name in zip(raw, names, strict=True) if name in twice and text != name]
        values = np.array(names if typed else _plain(raw, names))
        if not len(values):
            return cls(np.empty(len(codes)), len(codes))
        return cls(values[codes], int(absent[codes].sum()), tuple(respelled))


def _plain(raw: Sequence[str], names: Sequence[str]) -> list[Any]:
    """Return labels as whole numbers, numbers or truth values where all of them are."""
    if all(WHOLE.fullmatch(name) for name in names):
        if all(WHOLE.fullmatch(text.strip("+ ")) for text in raw):
            return [int(name) for name in names]
        return [float(name) for name in names]
    if all(NUMBER.fullmatch(name) for name in names):
        return [float(name) for name in names]
    return [name == "true" for name in names] if set(names) <= {"true", "false"} else list(names)


@dataclass(frozen=True, eq=False)
class RawTable:
    """Columns and labels of a file, or of its first rows.

    Parameters
    ----------
    header : Header
        The names of all columns.
    columns : tuple of RawColumn
        All but the target, and but those of a name that stands more than once.
    labels : Labels
        Of each row.
    index : tuple of str, default=()
        Columns that the file keeps as the index of a frame.
    whole : bool, default=True
        Whether these are all rows.
    """

    header: Header
    columns: tuple[RawColumn, ...]
    labels: Labels
    index: tuple[str, ...] = ()
    whole: bool = True

    def counts(self) -> dict[str, int] | None:
        """Return the rows of each class; None where a label is missing, or all are."""
        labels = self.labels
        if labels.values is None or labels.n_absent or not len(labels.values):
            return None
        names, codes = coded(labels.values)
        return dict(zip(names, np.bincount(codes, minlength=len(names)).tolist(), strict=True))


@dataclass(frozen=True, eq=False)
class TableVerdict:
    """What becomes of each column of a table, what speaks against using it, and how it was read.

    ``mistakes`` are of the names, which a few rows show as well as all; ``doubts`` are of the values.
    """

    columns: tuple[JudgedColumn, ...]
    mistakes: tuple[str, ...]
    doubts: tuple[str, ...]
    notes: tuple[str, ...]

    def features(self) -> list[JudgedColumn]:
        """Return the columns to learn from, in their order."""
        return [one for one in self.columns if one.role in (Role.NUMBER, Role.CATEGORY)]


def verdict(table: RawTable, target: str, reading: Reading) -> TableVerdict:
    """Judge a table: all that is wrong with it, and all that is to be told of it.

    Parameters
    ----------
    table : RawTable
        As it was read.
    target : str
        The column of labels.
    reading : Reading
        What the suite says of it.
    """
    found = [judged(column, reading, reading.decimal) for column in table.columns]
    labels = table.labels
    if labels.values is not None and not labels.n_absent:
        found = leaks.copies(found, coded(labels.values)[1], reading)
    mistakes = wrong_names(table.header, target, reading)
    doubts = [f"{sentence}." for sentence in column_remarks.doubts(found)]
    if labels.n_absent:
        rows = counted(labels.n_absent, "row")
        doubts.append(f"has {rows} without a value of '{target}'; remove them or label them")
    gone = [JudgedColumn(RawColumn(name), Role.LEFT_OUT, Why.INDEX) for name in table.index]
    twice = [name for name in table.header.twice() if name in reading.ignore]
    gone += [JudgedColumn(RawColumn(name), Role.LEFT_OUT, Why.ASKED) for name in twice]
    if not (mistakes or doubts):
        doubts += _nothing(table, [*found, *gone], reading)
    told = _notes(table, [*found, *gone], reading)
    return TableVerdict(tuple(found), tuple(mistakes), tuple(doubts), tuple(told))


def _nothing(table: RawTable, found: Sequence[JudgedColumn], reading: Reading) -> list[str]:
    """Return what is wrong with a table without a row, or without a column to learn from."""
    told = []
    if table.labels.values is not None and not len(table.labels.values):
        told.append("has no row below its names")
    if not any(one.role in (Role.NUMBER, Role.CATEGORY) for one in found):
        why = "; ".join(column_remarks.notes(found, reading)[1:])
        told.append(f"has no column to learn from{f': {why}' if why else ''}")
    return told


def _notes(table: RawTable, found: Sequence[JudgedColumn], reading: Reading) -> list[str]:
    told = [table.header.told] if table.header.told else []
    told += column_remarks.notes(found, reading)
    if table.labels.respelled:
        same = f"classes: {column_remarks.quoted(table.labels.respelled)} are taken for"
        told.append(f"{same} {column_remarks.quoted(dict.fromkeys(map(class_name, table.labels.respelled)))}")
    return told


def coded(labels: npt.NDArray[Any]) -> tuple[list[str], npt.NDArray[np.intp]]:
    """Return the names of the classes, and the position among them of each row's."""
    found, codes = np.unique(labels, return_inverse=True)
    named = [class_name(label) for label in found]
    names = sorted(set(named))
    place = {name: number for number, name in enumerate(names)}
    return names, np.array([place[name] for name in named], dtype=np.intp)[codes.reshape(-1)]

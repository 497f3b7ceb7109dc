"""A column of a table as it was read, and what becomes of it. Decides nothing.

The columns are the same whoever read them: `bench run` with pandas, `bench plan` without.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import numpy.typing as npt

from oversample_bench.core.labels import class_name, normal
from oversample_bench.datasets import cell_values

EXACT = 2**53
"""Up to here 64-bit floats hold every whole number."""

NAMELESS = re.compile(r"(?:Unnamed: [0-9]+(?:_level_[0-9]+)?|__index_level_[0-9]+__)?")
"""How pandas calls a column, or an index, without a name."""


class Role(StrEnum):
    """What becomes of a column."""

    NUMBER = "number"
    CATEGORY = "category"
    LEFT_OUT = "left out"
    DOUBTFUL = "doubtful"


class Why(StrEnum):
    """What is told of a column."""

    NOTHING = ""
    ASKED = "left out as the suite says"
    EMPTY = "no name and no value"
    INDEX = "the index of a frame"
    TIMES = "dates"
    MANY = "texts that differ from row to row"
    COMMAS = "decimal commas"
    GROUPS = "grouped thousands"
    BLANKS = "texts that differ in blanks"
    NAMELESS = "no name"
    NESTED = "lists or records"
    IDENTIFIER = "identifiers that are numbers"
    LOSSY = "whole numbers that floats round"
    PADDED = "codes with zeros in front"
    DAYS = "dates as whole numbers"
    CLOCK = "seconds or milliseconds since 1970"
    TYPED = "numbers that are kept as text"
    MIXED = "numbers and something else"
    SIGNS = "numbers written in several ways"
    UNCLEAR = "commas of unclear meaning"
    DRESSED = "numbers with units"
    NO_NUMBERS = "listed as numeric, and is not"
    NO_TIMES = "listed as numeric, and holds dates"
    DISGUISED = "the target under another name"
    TWICE = "a copy of another column"


@dataclass(frozen=True, eq=False)
class RawColumn:
    """A column as it was read; either ``numbers`` or ``texts`` and ``codes`` are given.

    Parameters
    ----------
    name : str
        In its normal form.
    numbers : ndarray of shape (n,), optional
        NaN where a value is missing.
    texts : tuple of str, default=()
        The different texts of a column that is not of numbers.
    codes : ndarray of shape (n,), optional
        The position in ``texts`` for each row, -1 where a value is missing.
    times : bool, default=False
        Whether the file itself says that these are dates or times.
    typed : bool, default=False
        Whether the file itself says that these are texts.
    declared : bool, default=False
        Whether the file itself says that these are categories.
    padded : bool, default=False
        Whether the file has zeros in front of whole numbers here, as codes have.
    respelled : bool, default=False
        Whether texts that differ in blanks at their ends, or in Unicode's form, have become one.
    nested : bool, default=False
        Whether the file has lists or records here, where a table has one value.
    lossy : bool, default=False
        Whether the file has whole numbers here that 64-bit floats round.
    """

    name: str
    numbers: npt.NDArray[Any] | None = None
    texts: tuple[str, ...] = ()
    codes: npt.NDArray[np.intp] | None = None
    times: bool = False
    typed: bool = False
    declared: bool = False
    nested: bool = False
    lossy: bool = False
    padded: bool = False
    respelled: bool = False

    @classmethod
    def of_texts(
        cls, name: str, raw: Sequence[str], codes: npt.NDArray[np.intp], missing: Collection[str]
    ) -> RawColumn:
        """Return a column of texts, each in its normal form.

        Parameters
        ----------
        name : str
            Of the column.
        raw : sequence of str
            The different texts as they were read.
        codes : ndarray of shape (n,)
            The position in ``raw`` for each row, -1 where a value is missing.
        missing : collection of str
            What stands for a missing value, beside the empty text.
        """
        marks = {class_name(mark) for mark in missing}
        named = [normal(text) for text in raw]
        present = [bool(text) and class_name(text) not in marks for text in named]
        texts = tuple(sorted({text for text, there in zip(named, present, strict=True) if there}))
        place = {text: position for position, text in enumerate(texts)}
        moved = np.array([*(place.get(text, -1) for text in named), -1], dtype=np.intp)
        return cls(name, texts=texts, codes=moved[codes], respelled=sum(present) > len(texts))

    @classmethod
    def of_numbers(cls, name: str, numbers: npt.NDArray[Any], missing: Collection[str] = ()) -> RawColumn:
        """Return a column of numbers, those that stand for a missing value left out."""
        lossy = (
            numbers.dtype.kind in "iu"
            and len(numbers) > 0
            and max(abs(int(numbers.min())), int(numbers.max())) > EXACT
        )
        marks = [float(mark) for mark in missing if cell_values.is_plain(mark)]
        found = np.isin(numbers, marks) if marks else np.zeros(0, dtype=bool)
        if found.any():
            numbers = np.where(found, np.nan, numbers.astype(np.float64))
        return cls(name, numbers, lossy=lossy)

    def __len__(self) -> int:
        return len(self.numbers if self.numbers is not None else self.codes if self.codes is not None else ())

    def counts(self) -> npt.NDArray[np.intp]:
        """Return how often each text stands in the column."""
        found = self.codes if self.codes is not None else np.empty(0, dtype=np.intp)
        return np.bincount(found[found >= 0], minlength=len(self.texts))

    def values(self) -> npt.NDArray[Any]:
        """Return the column as a feature: its numbers, or its codes, with NaN where a value is missing."""
        if self.numbers is not None:
            return self.numbers
        codes = self.codes if self.codes is not None else np.empty(0)
        return np.where(codes < 0, np.nan, codes)

    def n_missing(self) -> int:
        """Return how many rows have no value."""
        if self.numbers is not None:
            return int(np.isnan(self.numbers).sum()) if self.numbers.dtype.kind == "f" else 0
        return 0 if self.codes is None else int((self.codes < 0).sum())

    def as_numbers(self, decimal: str) -> RawColumn:
        """Return the column with the numbers that its texts stand for."""
        found = np.array([*cell_values.values(self.texts, decimal), np.nan])
        return RawColumn(self.name, found[self.codes])  # -1 is the last: NaN

    def as_categories(self) -> RawColumn:
        """Return the column as texts, one for each class of equal values: 1 and 1.0 are one."""
        values, codes = (self.texts, self.codes) if self.numbers is None else _factorised(self.numbers)
        named = [class_name(value) for value in values]
        texts = tuple(dict.fromkeys(named))
        place = {text: number for number, text in enumerate(texts)}
        return RawColumn(self.name, texts=texts, codes=np.array([*map(place.__getitem__, named), -1])[codes])


@dataclass(frozen=True, eq=False)
class JudgedColumn:
    """A column, what becomes of it, why, and some of its texts to show."""

    column: RawColumn
    role: Role
    why: Why = Why.NOTHING
    shown: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The name of the column."""
        return self.column.name


def is_nameless(name: str) -> bool:
    """Tell whether a column has no name but the one that pandas gives it."""
    return NAMELESS.fullmatch(name) is not None


def _factorised(numbers: npt.NDArray[Any]) -> tuple[list[Any], npt.NDArray[np.intp]]:
    """Return the different values, and the position of each row's among them; -1 where there is none."""
    values, codes = np.unique(numbers, return_inverse=True)
    n_known = len(values) - (int(np.isnan(values).sum()) if values.dtype.kind == "f" else 0)
    codes = codes.reshape(-1)
    return values[:n_known].tolist(), np.where(codes < n_known, codes, -1)

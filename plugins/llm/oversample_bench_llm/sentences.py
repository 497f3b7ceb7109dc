"""Rows as sentences, "target is 1, age is 0.52, job is clerk", and sentences as rows.

A number is written in a unit of its column, a power of ten near the column's spread, with two decimals: for
standardised columns that is the paper's own form, and columns of 1e-6 keep their digits, which two decimals
alone would destroy. Names and categories in which the marks of a sentence occur are written otherwise, so
that a sentence can be read in one way only. Knows no language model.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

DECIMALS = 2
LARGEST_WHOLE = 10**6
"""Whole numbers below it are written as they are."""
NUMBER = re.compile(r"-?\d+(\.\d+)?")


@dataclass(frozen=True)
class Number:
    """How the numbers of a column are written.

    Attributes
    ----------
    unit : float
        What a written 1 stands for.
    decimals : int
        How many are written.
    whole : bool
        All real values are whole, so new ones are rounded.
    """

    unit: float
    decimals: int
    whole: bool

    @classmethod
    def of(cls, values: Array) -> Number:
        """Return the form for a column with these values."""
        whole = bool((values == np.rint(values)).all())
        largest = float(np.abs(values).max())
        if whole and largest < LARGEST_WHOLE:
            return cls(1.0, 0, whole=True)
        spread = float(values.std()) or largest
        return cls(10.0 ** round(math.log10(spread)), DECIMALS, whole)

    def text(self, value: Any) -> str:
        """Return what stands for a value; a zero has no sign."""
        written = f"{float(value) / self.unit:.{self.decimals}f}"
        return written.lstrip("-") if float(written) == 0 else written

    def value(self, text: str) -> float | None:
        """Return what a text stands for, or None where it is no number."""
        found = float(text) * self.unit if NUMBER.fullmatch(text) else math.nan
        if not math.isfinite(found):
            return None
        return float(round(found)) if self.whole else found


@dataclass(frozen=True)
class Category:
    """How the categories of a column are written."""

    texts: dict[Any, str]
    values: dict[str, Any]

    @classmethod
    def of(cls, values: Iterable[Any]) -> Category:
        """Return the form for a column with these values."""
        known = list(dict.fromkeys(values))
        texts = dict(zip(known, distinct(map(str, known)), strict=True))
        return cls(texts, {text: value for value, text in texts.items()})

    def text(self, value: Any) -> str:
        """Return what stands for a category."""
        return self.texts[value]

    def value(self, text: str) -> Any:
        """Return the category that a text stands for, or None where it is not one of the training rows."""
        return self.values.get(text)


@dataclass(frozen=True, eq=False)
class Form:
    """How the rows of a table are written.

    Attributes
    ----------
    target : str
        What the label is called.
    names : list of str
        What the columns are called.
    columns : list of Number or Category
        How their values are written.
    labels : Category
        How the classes are written.
    """

    target: str
    names: list[str]
    columns: list[Number | Category]
    labels: Category
    places: dict[str, int] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "places", {name: place for place, name in enumerate(self.names)})

    @classmethod
    def of(cls, X: Array, y: Array, names: Sequence[Any], is_number: Sequence[bool]) -> Form:
        """Return the form for a table of shape (n_samples, n_features)."""
        told = distinct(["target", *map(str, names)])
        columns = [
            Number.of(column.astype(np.float64)) if number else Category.of(column)
            for column, number in zip(X.T, is_number, strict=True)
        ]
        return cls(told[0], told[1:], columns, Category.of(y))

    @property
    def numeric(self) -> list[int]:
        """Positions of the columns of numbers."""
        return [place for place, column in enumerate(self.columns) if isinstance(column, Number)]

    def labelled(self, label: Any) -> str:
        """Return the piece that names the class."""
        return f"{self.target} is {self.labels.text(label)}"

    def piece(self, place: int, value: Any) -> str:
        """Return the piece of one column."""
        return f"{self.names[place]} is {self.columns[place].text(value)}"

    def sentence(self, row: Array, label: Any, order: Iterable[int]) -> str:
        """Return a row with its target first and the columns of ``order`` after it, in that order."""
        return ", ".join([self.labelled(label), *(self.piece(place, row[place]) for place in order)])

    def read(self, sentence: str) -> dict[int, Any] | None:
        """Return the values by position that a sentence holds, or None where it cannot be used.

        The first piece of a column counts. A column that is absent, or whose category is unknown, is absent
        from the answer. A sentence with a number that is none, with the word "placeholder" or without any
        column cannot be used.
        """
        if "placeholder" in sentence:
            return None
        found: dict[int, Any] = {}
        for piece in sentence.split(","):
            name, is_said, text = piece.strip().partition(" is ")
            place = self.places.get(name)
            if place is None or not is_said or place in found:
                continue
            found[place] = self.columns[place].value(text.strip())
            if found[place] is None and isinstance(self.columns[place], Number):
                return None
        return {place: value for place, value in found.items() if value is not None} or None


def distinct(texts: Iterable[str]) -> list[str]:
    """Return texts without the marks of a sentence, no two alike, as near to the given ones as can be."""
    found: list[str] = []
    taken: set[str] = set()
    for text in map(_plain, texts):
        own, count = text, 2
        while own in taken:
            own, count = f"{text} ({count})", count + 1
        taken.add(own)
        found.append(own)
    return found


def _plain(text: str) -> str:
    """Return a text that holds no comma, no " is ", no line's end and no "placeholder"."""
    spaced = " ".join(text.replace(",", ";").replace("placeholder", "place holder").split())
    words = ["=" if word == "is" else word for word in spaced.split(" ")]
    return " ".join(words) or "(empty)"

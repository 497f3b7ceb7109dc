"""Decides what each column of a table is: numbers, categories, left out, or in doubt.

What no method could use, whatever it means (dates, texts that differ in nearly every row), is left out and
told; where a column may mean two things, the person who knows is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from oversample_bench.core.specs import Reading
from oversample_bench.datasets import cell_values
from oversample_bench.datasets.columns import EXACT, JudgedColumn, RawColumn, Role, Why, is_nameless
from oversample_bench.datasets.identifiers import LEAST_ROWS, are_clock_times, are_days, is_identifier

NEARLY_ALL = 0.8
"""The share of cells, or of different texts, from which on a column is taken for what they look like."""

LEAST_KINDS = 5
"""Different texts by which a column may be judged, where its cells do not suffice."""

MOST_TEXTS = 100
"""A text column with more different texts, and more than half of them different, is no category."""

MOST_LOOKED_AT = 5_000
"""Different texts of a column by whose look it is judged."""


def judged(column: RawColumn, reading: Reading, decimal: str = "") -> JudgedColumn:
    """Return what becomes of a column.

    Parameters
    ----------
    column : RawColumn
        As it was read.
    reading : Reading
        What the suite says of columns.
    decimal : str, default=""
        The decimal sign, where the suite says it.
    """
    if column.name in reading.ignore:
        return JudgedColumn(column, Role.LEFT_OUT, Why.ASKED)
    if column.nested:
        return JudgedColumn(column, Role.DOUBTFUL, Why.NESTED)
    if column.name in reading.categorical:
        return JudgedColumn(column.as_categories(), Role.CATEGORY)
    return _undeclared(column, decimal, meant=column.name in reading.numeric)


def _undeclared(column: RawColumn, decimal: str, *, meant: bool) -> JudgedColumn:
    """Judge a column by its name and its values; ``meant`` says whether the suite wants numbers."""
    if is_nameless(column.name) and not meant:
        empty = column.n_missing() == len(column) and not column.times
        return JudgedColumn(column, *((Role.LEFT_OUT, Why.EMPTY) if empty else (Role.DOUBTFUL, Why.NAMELESS)))
    if column.times:
        return JudgedColumn(column, *((Role.DOUBTFUL, Why.NO_TIMES) if meant else (Role.LEFT_OUT, Why.TIMES)))
    if column.numbers is not None:
        return _number(column, meant=meant)
    return _text(column, decimal, meant=meant)


def _number(column: RawColumn, *, meant: bool, why: Why = Why.NOTHING) -> JudgedColumn:
    doubt = Why.NOTHING if meant else _doubt(column)
    if doubt:
        return JudgedColumn(column, Role.DOUBTFUL, doubt)
    return JudgedColumn(column, Role.NUMBER, why)


def _doubt(column: RawColumn) -> Why:
    """Return why a column of numbers may be something else, or nothing."""
    if column.lossy or column.numbers is None:
        return Why.LOSSY
    if column.padded:
        return Why.PADDED
    if are_days(column.numbers):
        return Why.DAYS
    if are_clock_times(column.numbers):
        return Why.CLOCK
    return Why.IDENTIFIER if is_identifier(column.name, column.numbers) else Why.NOTHING


def _text(column: RawColumn, decimal: str, *, meant: bool) -> JudgedColumn:
    if not column.texts:
        return JudgedColumn(column.as_numbers("."), Role.NUMBER)
    signs = cell_values.decimal_signs(column.texts)
    if signs:
        return _all_numbers(column, [decimal] if decimal in signs else signs, meant=meant)
    if meant:
        others = _seen(column, cell_values.is_number)[1]
        times = _seen(column, cell_values.is_time)[0]
        why = Why.NO_TIMES if times else Why.NO_NUMBERS if others else Why.SIGNS
        return JudgedColumn(column, Role.DOUBTFUL, why, others or _apart(column))
    return _nearly_numbers(column) or _words(column)


def _all_numbers(column: RawColumn, signs: Sequence[str], *, meant: bool) -> JudgedColumn:
    """Judge a column in which every text is a number, with one of the decimal signs or either."""
    if column.declared:
        return _words(column)
    shown = next((text for text in column.texts if not cell_values.is_plain(text)), column.texts[0])
    if not meant and any(
        cell_values.is_whole(text) and abs(int(text)) > EXACT for text in _looked_at(column.texts)
    ):
        return JudgedColumn(column, Role.DOUBTFUL, Why.LOSSY)
    if column.typed and not meant:
        return JudgedColumn(column, Role.DOUBTFUL, Why.TYPED, (shown,))
    if len(signs) > 1:
        return JudgedColumn(column, Role.DOUBTFUL, Why.UNCLEAR, (shown,))
    plain = all(map(cell_values.is_plain, column.texts))
    why = Why.NOTHING if plain else Why.COMMAS if signs[0] == "," else Why.GROUPS
    return _number(column.as_numbers(signs[0]), meant=meant, why=why)


def _nearly_numbers(column: RawColumn) -> JudgedColumn | None:
    """Judge a column most of whose texts are numbers, dressed or not; None where they are not."""
    share, others = _seen(column, cell_values.is_number)
    if share:
        why = Why.MIXED if others else Why.SIGNS
        return JudgedColumn(column, Role.DOUBTFUL, why, others or _apart(column))
    units = [cell_values.unit(text) for text in _looked_at(column.texts)]
    known = [unit for unit in units if unit]
    most = max(set(known), key=known.count) if known else ""
    if not most or (most.isalpha() and known.count(most) < LEAST_KINDS):
        return None
    share, others = _seen(column, lambda text: cell_values.unit(text) == most or cell_values.is_number(text))
    if not share:
        return None
    first = next(text for text in column.texts if cell_values.unit(text) == most)
    return JudgedColumn(column, Role.DOUBTFUL, Why.DRESSED, (first, *others[:2]))


def _words(column: RawColumn) -> JudgedColumn:
    """Judge a column of texts that are no numbers."""
    if _seen(column, cell_values.is_time)[0]:
        return JudgedColumn(column, Role.LEFT_OUT, Why.TIMES)
    n_rows, n_texts = len(column) - column.n_missing(), len(column.texts)
    nearly_all = n_rows >= LEAST_ROWS and n_texts > (1 - (1 - NEARLY_ALL) / 2) * n_rows
    if nearly_all or n_texts > max(MOST_TEXTS, len(column) / 2):
        return JudgedColumn(column, Role.LEFT_OUT, Why.MANY, (f"{n_texts:,}", f"{len(column):,}"))
    return JudgedColumn(column, Role.CATEGORY, Why.BLANKS if column.respelled else Why.NOTHING)


def _seen(column: RawColumn, looks: Callable[[str], bool]) -> tuple[bool, tuple[str, ...]]:
    """Tell whether nearly all cells, or different texts, look so; and return the most frequent others."""
    counts = column.counts()
    looked = _looked_at(range(len(column.texts)))
    fits = np.array([looks(column.texts[position]) for position in looked], dtype=bool)
    cells_fitting = float(counts[looked][fits].sum()) >= NEARLY_ALL * float(counts[looked].sum())
    texts_fitting = int(fits.sum()) >= max(LEAST_KINDS, NEARLY_ALL * len(fits))
    others = np.array(looked)[~fits]
    order = others[np.argsort(-counts[others], kind="stable")]
    return cells_fitting or texts_fitting, tuple(column.texts[position] for position in order[:5])


def _apart(column: RawColumn) -> tuple[str, ...]:
    """Return two texts that cannot be numbers of one way of writing."""
    found = [[text for text in column.texts if cell_values.decimal_signs([text]) == [sign]] for sign in ",."]
    return tuple(texts[0] for texts in found if texts)


def _looked_at(texts: Sequence[Any]) -> list[Any]:
    return list(texts[:: max(1, len(texts) // MOST_LOOKED_AT)])

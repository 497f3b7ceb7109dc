"""Says how to read a table about which there are doubts, for somebody who wants an answer and no questions.

What may mean two things is read in the way that can do least harm, and said. A column that may name rows or
repeat the target, or whose numbers cannot be made out, is left out: without it an answer may be less good,
with it an answer may be wrong. `bench run` asks instead.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from oversample_bench.core.errors import UsageError
from oversample_bench.core.specs import Reading, table_kind
from oversample_bench.datasets.column_remarks import ABSENT, quoted
from oversample_bench.datasets.column_roles import MOST_TEXTS
from oversample_bench.datasets.columns import JudgedColumn, Role, Why
from oversample_bench.datasets.raw_tables import TableVerdict, verdict
from oversample_bench.datasets.table_files import read_table

REASONS = {
    Why.NAMELESS: "no name",
    Why.IDENTIFIER: "like an identifier or a count of the rows",
    Why.LOSSY: "whole numbers of more than 15 digits, like an identifier",
    Why.PADDED: "codes with zeros in front, more than can be told apart",
    Why.DAYS: "dates written as whole numbers",
    Why.CLOCK: "times in seconds or milliseconds since 1970",
    Why.NESTED: "lists or records",
    Why.MIXED: "numbers in nearly all rows and something else in others",
    Why.SIGNS: "numbers written in several ways",
    Why.UNCLEAR: "numbers whose comma or point may mark decimals or thousands",
    Why.DRESSED: "numbers with a sign or a unit",
    Why.NO_NUMBERS: "should be numeric, and has texts",
    Why.NO_TIMES: "should be numeric, and has dates",
    Why.DISGUISED: "the target under another name",
    Why.TWICE: "a copy of another column",
}
"""Why a column is left out."""

ROUNDS = 4
"""A column that is read in another way may be in doubt again: a copy that is one only then, for example."""


@dataclass(frozen=True)
class Suggestion:
    """How to read a table.

    Parameters
    ----------
    reading : Reading
        What a suite would say.
    told : tuple of str
        What was decided, a sentence a reason.
    """

    reading: Reading
    told: tuple[str, ...]


def is_file(name: str) -> bool:
    """Tell whether a name is that of a file, and not of a registered set."""
    return bool(table_kind(name)) or Path(name).exists()


def check_named(file: str, target: str) -> None:
    """Make sure that a file is there, and that the column of its classes is named.

    Raises
    ------
    UsageError
        With what to type.
    """
    if not Path(file).exists():
        raise UsageError(f"there is no file '{file}'")
    if not target:
        raise UsageError(f"which column of '{file}' holds the classes? Say so with --target COLUMN.")


def suggested(path: Path, target: str, reading: Reading) -> Suggestion:
    """Return how to read a table so that no column of it is in doubt.

    Parameters
    ----------
    path : Path
        A CSV, Parquet or npz file, or a folder of Parquet files.
    target : str
        The column of labels.
    reading : Reading
        What is known already, which stays.

    Raises
    ------
    UsageError
        When the file cannot be read as what its name says.
    """
    told: list[str] = []
    for _ in range(ROUNDS):
        doubtful = _doubtful(verdict(read_table(path, target, reading), target, reading))
        if not doubtful:
            break
        reading, said = _settled(doubtful, reading)
        told += said
    return Suggestion(reading, tuple(told))


def _doubtful(found: TableVerdict) -> list[JudgedColumn]:
    return [one for one in found.columns if one.role == Role.DOUBTFUL]


def _settled(doubtful: list[JudgedColumn], reading: Reading) -> tuple[Reading, list[str]]:
    """Return the reading that settles some doubts, and what was decided."""
    absent = [one for one in doubtful if one.why == Why.MIXED and _only_absent(one.shown)]
    if absent:
        marks = list(dict.fromkeys(text for one in absent for text in one.shown))
        as_missing = f"taken for missing values: {quoted(marks)} in {_names(absent)}"
        return replace(reading, missing=_with(reading.missing, marks)), [as_missing]
    numbers = [one for one in doubtful if one.why == Why.TYPED]
    codes = [one for one in doubtful if one.why == Why.PADDED and _n_values(one) <= MOST_TEXTS]
    out = [one for one in doubtful if one not in numbers and one not in codes]
    said = [f"left out: {_names(some)} ({REASONS[why]})" for why, some in _by_reason(out)]
    if numbers:
        said.append(f"read as numbers, which the file keeps as text: {_names(numbers)}")
    if codes:
        said.append(f"read as categories, codes with zeros in front: {_names(codes)}")
    settled = replace(
        reading,
        ignore=_with(reading.ignore, (one.name for one in out)),
        numeric=_with(reading.numeric, (one.name for one in numbers)),
        categorical=_with(reading.categorical, (one.name for one in codes)),
    )
    return settled, said


def _only_absent(shown: tuple[str, ...]) -> bool:
    return bool(shown) and all(text.strip().lower() in ABSENT for text in shown)


def _n_values(one: JudgedColumn) -> int:
    return len({*one.column.values().tolist()})


def _by_reason(columns: list[JudgedColumn]) -> list[tuple[Why, list[JudgedColumn]]]:
    reasons = dict.fromkeys(one.why for one in columns)
    return [(why, [one for one in columns if one.why == why]) for why in reasons]


def _names(columns: Iterable[JudgedColumn]) -> str:
    return quoted(one.name for one in columns)


def _with(names: tuple[str, ...], more: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*names, *more]))

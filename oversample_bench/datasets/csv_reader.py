"""Reads CSV files: whole and fast with pandas, or their first rows without it, for `bench plan`.

Both give the same columns: what the one takes for a number, a truth value or a text, the other does as well.
Only the empty cell, and what the suite names, is a missing value: NA, None and null are words.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from oversample_bench.core.errors import counted
from oversample_bench.core.specs import Reading
from oversample_bench.datasets.cell_values import is_whole
from oversample_bench.datasets.columns import EXACT, RawColumn
from oversample_bench.datasets.csv_dialect import (
    Dialect,
    content,
    plain,
    recognised,
    records,
    text_of,
    without_hint,
)
from oversample_bench.datasets.headers import Header
from oversample_bench.datasets.raw_tables import Labels, RawTable

if TYPE_CHECKING:
    import pandas as pd

HEADER_BYTES = 2**22
"""The first line is looked for so far."""

WHOLE_BYTES = 2**21
"""A file of up to so many bytes is read whole where a sample is asked for."""

SAMPLE_BYTES = 2**18
FIRST_BYTES = 2**18
"""Where the first cells of each column are looked at as they are written."""

NO_COLUMNS = "No columns to parse from file"
FLOAT = r"[ \t]*[+-]?(?:[0-9]+(?:{0}[0-9]*)?|{0}[0-9]+)(?:[eE][+-]?[0-9]+)?[ \t]*|[+-]?(?i:inf|infinity)"
FLOATS = {decimal: re.compile(FLOAT.format(re.escape(decimal))) for decimal in ".,"}
"""What pandas takes for a number."""

TRUTH = {word: word.lower() == "true" for word in ("True", "TRUE", "true", "False", "FALSE", "false")}
"""What pandas takes for a truth value."""


@dataclass(frozen=True)
class _File:
    """The bytes of a file below its hint, if it has one, and how they are to be read."""

    raw: bytes
    encoding: str
    dialect: Dialect
    header: Header
    target: str
    reading: Reading

    @property
    def width(self) -> int:
        return len(self.header.names)

    @property
    def decimal(self) -> str:
        """The decimal sign of whole columns; where commas separate, a column in quotes may have another."""
        return "." if self.dialect.separator == "," else self.dialect.decimal

    def is_text(self, position: int) -> bool:
        """Tell whether the cells of a column are kept as they are written: 007 is no 7 where it is a name."""
        return self.header.names[position] in (self.target, *self.reading.categorical)

    def features(self) -> list[int]:
        """Return the positions of the columns but the target, and but names that stand more than once."""
        left = {self.target, *self.header.twice()}
        return [position for position, name in enumerate(self.header.names) if name not in left]


def read_csv(path: Path, target: str, reading: Reading, *, sample: bool = False) -> RawTable:
    """Return a table, or where a sample is asked for, and it is large, its first rows.

    Raises
    ------
    UsageError
        When the bytes are not in the encoding that the suite names.
    Exception
        Of pandas' or the system's, where it is none.
    """
    raw = content(path, WHOLE_BYTES + 1 if sample else -1)
    whole = not sample or len(raw) <= WHOLE_BYTES
    dialect = recognised(raw, reading, target)
    raw, encoding = plain(raw, dialect.encoding)
    raw, _ = without_hint(raw)
    first = next(records(text_of(raw[:HEADER_BYTES], encoding), dialect.separator), None)
    if first is None:
        raise ValueError(NO_COLUMNS)
    file = _File(raw, encoding, dialect, Header.of(first, dialect.told()), target, reading)
    _check_first_line(file, first)
    return _sampled(file, whole=whole) if sample else _read(file)


def _check_first_line(file: _File, first: Sequence[str]) -> None:
    """Refuse a first line that has fewer fields than most lines below it: a title, a remark, a date.

    Raises
    ------
    ValueError
        With the line and with what most others have.
    """
    text = text_of(file.raw[:FIRST_BYTES], file.encoding)
    widths = [len(_filled(row)) for row in islice(records(text, file.dialect.separator), 1, 50)]
    longer = [width for width in widths if width > file.width]
    if 2 * len(longer) > len(widths):
        shown = file.dialect.separator.join(first)[:60]
        raise ValueError(
            f"the first line has {counted(file.width, 'field')} and most others have {max(longer)}: "
            f"'{shown}'; the first line must be the names of the columns"
        )


def _check_rows(file: _File, rows: Iterable[Sequence[str]]) -> None:
    """Refuse rows that have other numbers of fields than the first line.

    Raises
    ------
    ValueError
        With the first of them.
    """
    for number, row in enumerate(rows, start=1):
        if len(row) < file.width or len(_filled(row)) > file.width:
            raise ValueError(
                f"row {number} has {counted(len(row), 'field')} and the first line {file.width}; each row "
                "needs as many, empty ones where there is no value"
            )


def _rows(file: _File) -> Iterable[Sequence[str]]:
    """Return all rows below the first line as they are written."""
    return islice(records(text_of(file.raw, file.encoding), file.dialect.separator), 1, None)


def _filled(row: Sequence[str]) -> Sequence[str]:
    """Return a row without the empty fields at its end."""
    last = max((place for place, cell in enumerate(row, start=1) if cell.strip()), default=0)
    return row[:last]


def _read(file: _File) -> RawTable:
    """Return all rows, read by pandas."""
    from pandas.errors import ParserError, ParserWarning

    texts = {position: "str" for position in range(file.width) if file.is_text(position)}
    try:
        frame = _frame(file, dtype=texts)
    except (ParserError, ParserWarning):
        _check_rows(file, _rows(file))  # says it in the same words as a sample does
        frame = _frame(file, dtype=texts, usecols=list(range(file.width)))  # only empty fields are too many
    if frame[file.width - 1].isna().any():  # pandas fills rows that are too short
        _check_rows(file, _rows(file))
    columns = [_column(file, position, frame[position]) for position in file.features()]
    found = file.header.positions(file.target)
    labels = _labels(frame[found[0]], file.reading.missing) if len(found) == 1 else Labels()
    return RawTable(file.header, tuple(_recalled(file, columns)), labels)


def _frame(file: _File, **given: Any) -> pd.DataFrame:
    import pandas as pd

    with warnings.catch_warnings():
        warnings.simplefilter("error", pd.errors.ParserWarning)  # rows that are longer than the first line
        frame: pd.DataFrame = pd.read_csv(
            BytesIO(file.raw),
            sep=file.dialect.separator,
            decimal=file.decimal,
            encoding=file.encoding,
            header=0,
            names=list(range(file.width)),
            index_col=False,
            skipinitialspace=True,
            low_memory=False,  # reads in chunks, so that one column may hold both 0.5 and "0.50"
            keep_default_na=False,
            na_values=["", *file.reading.missing],
            **given,
        )
    return frame


def _column(file: _File, position: int, cells: pd.Series[Any]) -> RawColumn:
    name, missing = file.header.names[position], file.reading.missing
    if not file.is_text(position) and cells.dtype.kind in "biuf":
        return RawColumn.of_numbers(name, cells.to_numpy(), missing)
    codes, different = cells.factorize()
    return RawColumn.of_texts(name, [*map(str, different)], codes, missing)


def _labels(cells: pd.Series[Any], missing: Collection[str]) -> Labels:
    codes, different = cells.factorize()
    return Labels.of_texts([*map(str, different)], codes, missing, typed=False)


def _recalled(file: _File, columns: Sequence[RawColumn]) -> list[RawColumn]:
    """Mark the columns of numbers that say more as they are written: many digits, or zeros in front."""
    rows = list(
        islice(records(text_of(file.raw[:FIRST_BYTES], file.encoding), file.dialect.separator), 1, 50)
    )
    suspects = {
        file.header.names[position]: position
        for position, column in zip(file.features(), columns, strict=True)
        if column.numbers is not None
        and (_may_be_rounded(column.numbers) or _may_be_padded(column.numbers, _cells(rows, position)))
    }
    if not suspects:
        return list(columns)
    frame = _frame(file, usecols=list(suspects.values()), dtype="str")
    texts = {name: list(frame[position].dropna().unique()) for name, position in suspects.items()}
    return [_as_written(one, texts[one.name]) if one.name in texts else one for one in columns]


def _may_be_padded(numbers: Any, first: Sequence[str]) -> bool:
    """Tell whether numbers are written with more digits than some of them need, by the first of them."""
    cells = [cell.strip() for cell in first if cell.strip()]
    if not cells or not _are_codes([*cells, "0" * len(cells[0])]) or not all(map(is_whole, cells)):
        return False
    known = numbers[~np.isnan(numbers)] if numbers.dtype.kind == "f" else numbers
    return bool(len(known)) and bool(known.min() < 10 ** (len(cells[0]) - 1))


def _as_written(column: RawColumn, texts: Sequence[str]) -> RawColumn:
    """Return a column of numbers with what its texts say of it."""
    whole = [text for text in map(str.strip, texts) if is_whole(text)]
    return replace(
        column,
        lossy=column.lossy or any(len(text) > 15 and abs(int(text)) > EXACT for text in whole),
        padded=len(whole) == len(texts) and _are_codes(whole),
    )


def _are_codes(whole: Sequence[str]) -> bool:
    """Tell whether whole numbers have four digits or more, all equally many, some with zeros in front."""
    return (
        len({len(text) for text in whole}) == 1
        and len(whole[0]) > 3
        and any(text[0] == "0" for text in whole)
    )


def _may_be_rounded(numbers: Any) -> bool:
    if numbers.dtype.kind != "f":
        return False
    large = np.abs(numbers) >= EXACT
    return bool((large & np.isfinite(numbers)).any())


def _sampled(file: _File, *, whole: bool) -> RawTable:
    """Return the first rows, read without pandas.

    Raises
    ------
    ValueError
        When a row has more or fewer fields than the first line.
    """
    raw = file.raw if whole else file.raw[:SAMPLE_BYTES]
    rows = list(islice(records(text_of(raw, file.encoding), file.dialect.separator), 1, None))
    rows = rows if whole else rows[:-1]  # the last may be cut
    _check_rows(file, rows)
    columns = tuple(_sampled_column(file, position, _cells(rows, position)) for position in file.features())
    found = file.header.positions(file.target)
    labels = Labels()
    if len(found) == 1:
        labels = Labels.of_texts(
            *_factorised(_cells(rows, found[0]), file.reading.missing), file.reading.missing, typed=False
        )
    return RawTable(file.header, columns, labels, whole=whole)


def _cells(rows: Sequence[Sequence[str]], position: int) -> list[str]:
    return [row[position] if position < len(row) else "" for row in rows]


def _sampled_column(file: _File, position: int, cells: Sequence[str]) -> RawColumn:
    """Return a column as pandas would: numbers, truth values, or texts."""
    name, missing = file.header.names[position], file.reading.missing
    different, codes = _factorised(cells, missing)
    if file.is_text(position):
        return RawColumn.of_texts(name, different, codes, missing)
    if different and set(different) <= set(TRUTH):
        if (codes < 0).any():
            return RawColumn.of_texts(name, [str(TRUTH[word]) for word in different], codes, missing)
        return RawColumn.of_numbers(name, np.array([TRUTH[word] for word in different])[codes], missing)
    if all(map(FLOATS[file.decimal].fullmatch, different)) and not _beyond_64_bits(different):
        numbers = [float(text.replace(file.decimal, ".")) for text in different]
        column = RawColumn.of_numbers(name, np.array([*numbers, np.nan])[codes], missing)
        return _as_written(column, different)
    return RawColumn.of_texts(name, different, codes, missing)


def _factorised(cells: Sequence[str], missing: Collection[str]) -> tuple[list[str], Any]:
    """Return the different cells, and the position of each row's; -1 where it is missing."""
    marks = {"", *missing}
    place: dict[str, int] = {}
    codes = [-1 if cell in marks else place.setdefault(cell, len(place)) for cell in cells]
    return list(place), np.array(codes, dtype=np.intp)


def _beyond_64_bits(texts: Sequence[str]) -> bool:
    """Tell whether a whole number is too large for pandas, which then keeps the column as it is written."""
    return any(is_whole(text.strip()) and abs(int(text)) >= 2**64 for text in texts if len(text) > 18)

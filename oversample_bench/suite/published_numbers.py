"""Published numbers that a suite wants its own compared with: a plugin's table, or a CSV file of the user.

A file is read when the suite is, so that what is wrong with it is told before the first fit; its rows travel
with the options of the run, because a report reads the store and no file of the user. A plugin's table is
held to the same rules when its name is looked up.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo
from pydantic_core import PydanticCustomError

from oversample_bench.core.errors import listed, nearest
from oversample_bench.suite.fields import complaint, existing, expected

NEEDED = ("dataset", "classifier", "metric", "method", "value")
OPTIONAL = ("ratio", "note")
COLUMNS = (*NEEDED, *OPTIONAL)
NAME = re.compile(r"[\w-]+")
"""A text without a dot or a slash is the name of a plugin's table."""
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
MOST_BYTES = 2**20
"""A table of 1 MiB is some other file: it is copied into the store with every run."""


def _published(value: str, info: ValidationInfo) -> str:
    """Return a name as it is, or the rows of the file as CSV text with the columns `COLUMNS`."""
    if NAME.fullmatch(value):
        return value
    if not value.endswith(".csv"):
        raise expected("the name of a published table or a file that ends in .csv", "")
    text = checked(_text(Path(existing(value, info, (".csv",))), value), value)
    if info.context is not None:
        info.context.written[text] = value
    return text


def is_named(published: str) -> bool:
    """Tell whether what a suite compares with is a plugin's table, and not rows."""
    return bool(NAME.fullmatch(published))


def checked(text: str, name: str) -> str:
    """Return the rows of a table as CSV with the columns `COLUMNS`.

    Raises
    ------
    PydanticCustomError
        With a sentence on the first wrong line.
    """
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows([COLUMNS, *_rows(text, name)])
    return buffer.getvalue()


def _rows(text: str, name: str) -> Iterator[list[str]]:
    """Yield the cells of each row in the order of `COLUMNS`, or complain of the first wrong line."""
    reader = csv.DictReader(io.StringIO(text), restkey="", strict=True)
    seen: dict[tuple[str, ...], int] = {}
    try:
        _check_header(list(reader.fieldnames or ()), name)
        for row in reader:
            cells = [str(row.get(column) or "").strip() for column in COLUMNS]
            what = f"it has more than {len(reader.fieldnames or ())} cells" if "" in row else _wrong(cells)
            first = seen.setdefault((*map(str.casefold, cells[:4]), cells[5]), reader.line_num)
            if not what and first < reader.line_num:
                what = f"it gives the value of line {first} again"
            if what:
                raise _refusal(name, f"line {reader.line_num}: {what}")
            yield cells
    except csv.Error as error:
        raise _refusal(name, f"line {reader.reader.line_num}: {error}") from None
    if not seen:
        raise _refusal(name, "it has no rows")


def _text(path: Path, name: str) -> str:
    try:
        with path.open("rb") as handle:
            content = handle.read(MOST_BYTES + 1)
    except OSError as error:
        raise _refusal(name, f"it cannot be read ({error.strerror})") from None
    if len(content) > MOST_BYTES:
        raise _refusal(name, f"it has more than {MOST_BYTES:,} bytes")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _refusal(name, "it is no UTF-8 text") from None


def _check_header(found: list[str], name: str) -> None:
    if not found:
        raise _refusal(name, "it is empty")
    for column in NEEDED:
        if column not in found:
            hint = nearest(column, found)
            raise _refusal(name, f"it has no column '{column}'; its first line is {listed(found)}.{hint}")
    for column in found:
        if column not in COLUMNS or found.count(column) > 1:
            raise _refusal(
                name, f"its column '{column}' is unknown or there twice.{nearest(column, COLUMNS)}"
            )


def _wrong(cells: list[str]) -> str:
    """Return what is wrong with a row, or an empty string."""
    for column, cell in zip(NEEDED, cells, strict=False):
        if not cell:
            return f"its '{column}' is empty"
    for column, cell in (("value", cells[4]), ("ratio", cells[5] or "1")):
        if cell != "natural" and not _is_finite(cell):
            return f"its '{column}' is '{cell}', which is no finite number"
    if cells[5] not in {"", "natural"} and not 0 < float(cells[5]) <= 1:
        return f"its 'ratio' is '{cells[5]}'; expected 'natural' or a number above 0 and at most 1"
    return "its 'value' is 'natural', which is no finite number" if cells[4] == "natural" else ""


def _is_finite(text: str) -> bool:
    return bool(NUMBER.fullmatch(text)) and math.isfinite(float(text))


def _refusal(name: str, what: str) -> PydanticCustomError:
    return complaint(
        f"The table '{name}' cannot be compared with: {what.rstrip('.')}. Expected CSV with the columns "
        f"{', '.join(NEEDED)} and perhaps {' and '.join(OPTIONAL)}."
    )


Published = Annotated[str, Field(min_length=1), AfterValidator(_published)]
"""The name of a plugin's table, or a CSV file; after validation its rows as text."""

"""Recognises how a CSV file is written: its encoding, what stands between columns, its decimal sign.

Looks at bytes and knows no pandas, so that `bench plan` may ask. What a suite says goes before what is seen.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from oversample_bench.core.errors import UsageError
from oversample_bench.core.labels import normal
from oversample_bench.core.specs import Reading

SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
"""What is looked for, the likeliest first, and what it is called."""

MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
"""The first bytes by which an encoding is known; of two that fit the longer stands first."""

HINT = re.compile(rb"(?:\xef\xbb\xbf)?\"?sep=([,;|\t])\"?\r?\n")
HEAD_BYTES = 2**18
"""How much of a file is looked at for its separator and its decimal sign."""

MOST_RECORDS = 200
"""Records of the head that are cut at each separator."""

WITH_POINT, WITH_COMMA = re.compile(r"[+-]?[0-9]*\.[0-9]+"), re.compile(r"[+-]?[0-9]*,[0-9]+")
GROUPED = re.compile(r"[+-]?[1-9][0-9]{0,2},[0-9]{3}")
"""A number whose comma may as well group thousands."""


@dataclass(frozen=True)
class Dialect:
    """How a CSV file is written."""

    encoding: str = "utf-8"
    separator: str = ","
    decimal: str = "."

    def told(self) -> str:
        """Return it in words."""
        signs = {".": "points", ",": "commas"}
        separated = SEPARATORS.get(self.separator, f"'{self.separator}'")
        return f"{self.encoding}, separated by {separated}, decimal {signs[self.decimal]}"


def content(path: Path, most: int = -1) -> bytes:
    """Return the bytes of a file, unpacked, or the first ``most`` of them."""
    if path.name.lower().endswith(".gz"):
        with gzip.open(path) as packed:
            return packed.read(most)
    with path.open("rb") as file:
        return file.read(most)


def recognised(raw: bytes, reading: Reading, target: str) -> Dialect:
    """Return how a file is written.

    Parameters
    ----------
    raw : bytes
        The file, or its beginning.
    reading : Reading
        What the suite says of it.
    target : str
        The column of labels: a separator that gives a column of that name is the right one.

    Raises
    ------
    UsageError
        When the bytes are not in the encoding that the suite names.
    """
    encoding = reading.encoding or _encoding(raw)
    head = text_of(raw[:HEAD_BYTES], encoding)
    rest, hinted = without_hint(head.encode())
    head = rest.decode()
    separator = reading.separator or hinted or _separator(head, target)
    return Dialect(encoding, separator, reading.decimal or _decimal(head, separator))


def plain(raw: bytes, encoding: str) -> tuple[bytes, str]:
    """Return a file in an encoding in which a comma is a comma: its own, or else UTF-8.

    Raises
    ------
    UsageError
        When the bytes are in another encoding.
    """
    try:
        if b",\n".decode(encoding) == ",\n":
            return raw, encoding
    except UnicodeError:
        pass
    return text_of(raw, encoding).encode(), "utf-8"


def without_hint(raw: bytes) -> tuple[bytes, str]:
    """Return a file without the line ``sep=;`` that spreadsheets put first, and what it says."""
    hint = HINT.match(raw)
    return (raw[hint.end() :], hint[1].decode()) if hint else (raw, "")


def text_of(raw: bytes, encoding: str) -> str:
    """Return the text of the beginning of a file; a character that is cut in two at its end is left out.

    Raises
    ------
    UsageError
        When the bytes are in another encoding.
    """
    try:
        return codecs.getincrementaldecoder(encoding)().decode(raw)
    except (UnicodeError, ValueError) as error:
        raise UsageError(
            f"cannot be read as {encoding} ({error}); leave `encoding` out or change it"
        ) from error


def records(text: str, separator: str) -> Iterator[list[str]]:
    """Yield the records of a text that are not blank.

    Raises
    ------
    csv.Error
        When it cannot be cut into records.
    """
    for record in csv.reader(io.StringIO(text, newline=""), delimiter=separator, skipinitialspace=True):
        if len(record) > 1 or (record and record[0].strip()):
            yield record


def _encoding(raw: bytes) -> str:
    """Return the encoding by its mark, else UTF-8 where the bytes are valid, else one of Windows."""
    for mark, encoding in MARKS.items():
        if raw.startswith(mark):
            return encoding
    head = raw[:HEAD_BYTES]
    zeros = [head[start::2].count(0) for start in (0, 1)]
    if max(zeros) > len(head) / 4:  # Latin letters in two bytes each
        return "utf-16-be" if zeros[0] > zeros[1] else "utf-16-le"
    for encoding in ("utf-8", "cp1252"):
        try:
            codecs.getincrementaldecoder(encoding)().decode(raw)
        except UnicodeDecodeError:
            continue
        return encoding
    return "latin-1"


def _separator(head: str, target: str) -> str:
    """Return what cuts the head into the most regular table, if possible one with the column of labels."""
    scores = {separator: _regularity(head, separator, target) for separator in SEPARATORS}
    best = max(scores, key=lambda separator: scores[separator])
    return best if scores[best] > (False, 0, 0) else ","


def _regularity(head: str, separator: str, target: str) -> tuple[bool, float, int]:
    """Return whether a column has the target's name, the share of records of one length, and that length."""
    rows = _first_records(head, separator)
    if not rows or len(rows[0]) < 2:
        return False, 0, 0
    width = len(rows[0])
    regular = sum(len(row) == width or (len(row) == width + 1 and not row[-1].strip()) for row in rows)
    return target in map(normal, rows[0]), regular / len(rows), width


def _first_records(head: str, separator: str) -> list[list[str]]:
    rows: list[list[str]] = []
    try:
        for row in records(head, separator):
            rows.append(row)
            if len(rows) > MOST_RECORDS:
                return rows
    except csv.Error:
        return []
    return rows[:-1] if len(rows) > 2 else rows  # the head may end within a record


def _decimal(head: str, separator: str) -> str:
    """Return a comma where numbers have one, none has a point and some cannot be thousands."""
    if separator == ",":
        return "."  # a comma in quotes is looked at column by column
    found = _signs(_first_records(head, separator)[1:])
    return "," if found["clear comma"] and not found["point"] else "."


def _signs(rows: Sequence[Sequence[str]]) -> Counter[str]:
    """Count the cells that are numbers with a point, and those with a comma that groups no thousands."""
    found: Counter[str] = Counter()
    for cell in (cell.strip() for row in rows for cell in row):
        found["point"] += bool(WITH_POINT.fullmatch(cell))
        found["clear comma"] += bool(WITH_COMMA.fullmatch(cell)) and not GROUPED.fullmatch(cell)
    return found

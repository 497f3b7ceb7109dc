"""The kinds of value that a suite is made of: what each accepts, and what a wrong one is told.

A wrong value raises one of two errors of pydantic's: `expected` says what should stand there, `complaint`
is a sentence of its own. `oversample_bench.suite.complaints` prints both.
"""

from __future__ import annotations

import codecs
import math
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo
from pydantic_core import PydanticCustomError

from oversample_bench.core.errors import nearest
from oversample_bench.core.labels import class_name, normal
from oversample_bench.core.specs import TABLES, table_kind
from oversample_bench.suite.source import Steps

Number = Annotated[float, Field(gt=0, le=1)]


def complaint(sentence: str, at: Steps = (), also: Steps | None = None) -> PydanticCustomError:
    """Return an error that is told in a sentence.

    Parameters
    ----------
    sentence : str
        What is wrong and what to do; ``{also}`` in it becomes the place of ``also``.
    at : Steps, default=()
        The culprit, from the value that is being checked.
    also : Steps, optional
        A second value that has to do with it, likewise.
    """
    return PydanticCustomError("complaint", "{sentence}", {"sentence": sentence, "at": at, "also": also})


def expected(what: str, hint: str = "") -> PydanticCustomError:
    """Return an error that says what should stand in the place of the value, and perhaps more."""
    return PydanticCustomError("expected", "expected {what}.{hint}", {"what": what, "hint": hint})


def shorthand(key: str, known: type | None = None) -> BeforeValidator:
    """Return a validator that reads a plain string as a mapping with nothing but ``key``."""

    def mapping(value: Any) -> Any:
        if isinstance(value, str):
            return {key: value}
        if isinstance(value, dict) or (known is not None and isinstance(value, known)):
            return value
        raise expected(f"a name or a mapping with '{key}'")

    return BeforeValidator(mapping, json_schema_input_type=str | known if known else Any)


def refuse_repeats(values: Sequence[object], what: str, cure: str, key: str = "") -> None:
    """Raise a complaint when a value stands twice in a list; ``key`` names where it stands in an item."""
    tail = (key,) if key else ()
    places: dict[object, int] = {}
    for position, value in enumerate(values):
        first = places.setdefault(value, position)
        if first < position:
            sentence = f"The {what} '{value}' is given twice, here and at {{also}}; {cure}."
            raise complaint(sentence, at=(position, *tail), also=(first, *tail))


def _one_line(value: str) -> str:
    if not value.isprintable() or value != value.strip():
        raise expected("text of one line, without spaces at its ends")
    return value


def _ratio(value: Any, info: ValidationInfo) -> float | None:
    what = "'natural' or a number above 0 and at most 1 (minority : majority)"
    if value == "natural" or (value is None and info.context is None):
        return None
    if isinstance(value, str):
        raise expected(what, nearest(value, ["natural"]) or meant(value))
    if isinstance(value, bool) or not isinstance(value, int | float) or not value > 0:
        raise expected(what)
    if value > 1:
        raise expected(what, f" Did you mean {1 / value:.2g}, one in {value:g}?" if value < 1e6 else "")
    return float(value)


def meant(text: str) -> str:
    """Return a hint at the number that ``text`` stands for elsewhere: 1:100, 20 %, 1,000, 10 min."""
    found = WRITTEN.fullmatch(text.strip())
    if not found:
        return ""
    number, other, unit = float(found["number"].replace(",", "")), found["other"], found["unit"]
    if other:
        parts = sorted((number, float(other)))
        return f" Write {parts[0] / parts[1]:.3g}." if parts[0] else ""
    return f" Write {number * UNITS[unit] if unit else number:.15g}."


UNITS = {"%": 0.01, "s": 1, "sec": 1, "m": 60, "min": 60, "h": 3600}
WRITTEN = re.compile(
    r"(?P<number>\d{1,3}(?:,\d{3})+|\d+(?:\.\d+)?)\s*"
    rf"(?::\s*(?P<other>\d+(?:\.\d+)?)|(?P<unit>{'|'.join(UNITS)}))?"
)
"""A number with commas between thousands, a proportion of two, a percentage, a time with its unit."""


def _class_label(value: Any) -> str:
    """Return a label as `oversample_bench.datasets` writes it: ``2`` for 2 and 2.0, ``true`` for true."""
    plain = isinstance(value, bool | int | str) or (isinstance(value, float) and math.isfinite(value))
    if plain and class_name(value):
        return class_name(value)
    raise expected("the label of a class: text, a number, true or false")


def _column(value: Any) -> str:
    """Return the name of a column: text without blanks at its ends, or a whole number."""
    if isinstance(value, str | int) and not isinstance(value, bool):
        name = normal(str(value))
        if name and name.isprintable():
            return name
    raise expected("the name of a column: text of one line, or a whole number")


def _cell(value: Any) -> str:
    """Return what stands in a cell that has no value."""
    if isinstance(value, str):
        return normal(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return class_name(value)
    raise expected("text or a number, such as '?' or -999; quote words such as 'null'")


SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t", "\\t": "\t", "pipe": "|"}
"""Separators by what people write for them."""


def _separator(value: Any) -> str:
    found = SEPARATORS.get(value, value) if isinstance(value, str) else ""
    if len(found) != 1 or found.isalnum() or found in "\"'\r\n.+-_":
        raise expected("one character, such as ';', or 'comma', 'semicolon', 'tab' or 'pipe'")
    return found


def _decimal(value: Any) -> str:
    if value not in (".", ","):
        raise expected("'.' or ','")
    return str(value)


def _encoding(value: str) -> str:
    try:
        "".encode(value)
        return codecs.lookup(value).name
    except (LookupError, ValueError):
        names = ["utf-8", "utf-16", "cp1252", "latin-1"]
        raise expected(f"an encoding of text, such as {', '.join(names)}", nearest(value, names)) from None


def existing(value: str, info: ValidationInfo, endings: tuple[str, ...]) -> str:
    """Return the absolute path of a file that the suite names from its own folder."""
    if not value.endswith(endings):
        raise expected(f"a file that ends in {' or '.join(endings)}")
    return _found(value, info)


def _found(value: str, info: ValidationInfo) -> str:
    path = Path.cwd() / value if info.context is None else info.context.absolute(value)
    if not _can_be_named(str(path)):
        raise complaint(
            f"The path of '{_shown(value)}' has characters that are not {sys.getfilesystemencoding()}, by "
            "which this system names files. Set LC_ALL=C.UTF-8, or rename the folder or file."
        )
    if not _is_file(path):
        raise complaint(f"There is no file '{value}' in {path.parent}.{_neighbour(path)}")
    return str(path)


def _can_be_named(path: str) -> bool:
    """Tell whether a path is text that the system knows as a name, and no bytes in disguise."""
    try:
        path.encode()
        os.fsencode(path)
    except UnicodeEncodeError:
        return False
    return True


def _shown(name: str) -> str:
    """Return a name as text, whatever bytes it is made of."""
    return name.encode(errors="backslashreplace").decode()


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name longer than the system takes, a folder that may not be read
        return False


def _neighbour(path: Path) -> str:
    """Return a hint at the file of the nearest name in the same folder."""
    try:
        return _shown(nearest(path.name, [other.name for other in path.parent.iterdir()]))
    except OSError:
        return ""


def _table_file(value: str, info: ValidationInfo) -> str:
    path = Path.cwd() / value if info.context is None else info.context.absolute(value)
    if _is_parquet_folder(path):
        return str(path)
    if not table_kind(value):
        endings = [ending for known in TABLES.values() for ending in known]
        raise expected(f"a file that ends in {', '.join(endings)}, or a folder of Parquet files")
    return _found(value, info)


def _is_parquet_folder(path: Path) -> bool:
    """Tell whether a path is a folder with Parquet files in it, as engines for large tables write them."""
    try:
        return path.is_dir() and any(table_kind(file.name) == "parquet" for file in path.rglob("*.p*"))
    except OSError:
        return False


def _python_file(value: str, info: ValidationInfo) -> str:
    return existing(value, info, (".py",))


Text = Annotated[str, AfterValidator(_one_line)]
"""One line, possibly empty."""

Name = Annotated[str, Field(min_length=1), AfterValidator(_one_line)]
"""One line that is not empty."""

SuiteName = Annotated[str, Field(pattern="^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=100)]
"""What may name a folder on every system."""

Ratio = Annotated[float | None, BeforeValidator(_ratio, json_schema_input_type=Literal["natural"] | Number)]
"""Minority : majority; None is ``natural``."""

ClassLabel = Annotated[
    str,
    BeforeValidator(_class_label, json_schema_input_type=Annotated[str, Field(min_length=1)] | float | bool),
]
"""A class, as text."""

ColumnName = Annotated[
    str, BeforeValidator(_column, json_schema_input_type=Annotated[str, Field(min_length=1)] | int)
]
"""A column of a table: text in its normal form."""

Cell = Annotated[str, BeforeValidator(_cell, json_schema_input_type=str | float)]
"""What a cell without a value holds, as text."""

Separator = Annotated[str, BeforeValidator(_separator, json_schema_input_type=str)]
"""One character that stands between two columns."""

DecimalSign = Annotated[str, BeforeValidator(_decimal, json_schema_input_type=Literal[".", ","])]
"""What stands before the decimals of a number."""

Encoding = Annotated[str, AfterValidator(_encoding)]
"""The name of an encoding that Python knows."""

TableFile = Annotated[str, AfterValidator(_table_file)]
"""A CSV, Parquet or npz file that exists, or a folder of Parquet files; absolute after validation."""

PythonFile = Annotated[str, AfterValidator(_python_file)]
"""A file of Python that exists; absolute after validation."""

"""A plugin's published table as a run keeps it: looked up by name, and held to the rules of a user's file."""

from __future__ import annotations

import csv
import io
from dataclasses import asdict

from pydantic_core import PydanticCustomError

from oversample_bench.api import PublishedTable
from oversample_bench.core.errors import UsageError, listed
from oversample_bench.plugins.registry import Registry
from oversample_bench.suite.published_numbers import NEEDED, checked

NAMES, CLAIMS = ("kind", "published", "label"), ("better", "worse", "source")
KINDS = NEEDED[:-1]
"""What a name may stand for."""


def published_table(registry: Registry, name: str) -> dict[str, str]:
    """Return the texts of a table, its rows checked.

    Parameters
    ----------
    registry : Registry
        Where the name is looked up.
    name : str
        Of a published table.

    Returns
    -------
    dict of str to str
        ``name``, and the fields of `oversample_bench.api.PublishedTable`.

    Raises
    ------
    UsageError
        When no plugin offers it, it cannot be made, or a row of it is wrong.
    """
    entry = registry.entry("published", name)
    who = f"the published table '{name}' (plugin '{entry.plugin}')"
    try:
        found = entry.resolve()()
    except UsageError:
        raise
    except Exception as error:
        raise UsageError(f"{who} cannot be made: {error}") from error
    if not isinstance(found, PublishedTable):
        raise UsageError(f"{who} is a {type(found).__name__}, not a PublishedTable")
    if wrong := _wrong(found):
        raise UsageError(f"{who} cannot be used: {wrong}")
    try:
        values = checked(found.values, name)
    except PydanticCustomError as error:
        raise UsageError(f"plugin '{entry.plugin}': {error.message()}") from None
    return {"name": name, **asdict(found), "values": values}


def _wrong(table: PublishedTable) -> str:
    """Return what is wrong with the fields of a table beside its values, or an empty string."""
    for field, text in asdict(table).items():
        if not isinstance(text, str):
            return f"its '{field}' is of type {type(text).__name__}; expected text"
    for field, columns in (("names", NAMES), ("claims", CLAIMS)):
        if text := getattr(table, field):
            try:
                rows = list(csv.reader(io.StringIO(text), strict=True))
            except csv.Error as error:
                return f"its '{field}' are no CSV: {error}"
            if said := _wrong_rows(rows, columns, field):
                return said
    return ""


def _wrong_rows(rows: list[list[str]], columns: tuple[str, ...], field: str) -> str:
    if not rows or set(rows[0]) != set(columns) or len(rows[0]) != len(columns):
        there = listed(rows[0]) if rows else "none"
        return f"its '{field}' need the columns {', '.join(columns)}; there are {there}"
    for number, row in enumerate(rows[1:], start=2):
        if row and (len(row) != len(columns) or not all(cell.strip() for cell in row)):
            return f"line {number} of its '{field}' has an empty cell, or too many or too few"
        kind = dict(zip(rows[0], row, strict=False)).get("kind", KINDS[0])
        if kind not in KINDS:
            return f"line {number} of its '{field}' has the kind '{kind}'; there are {', '.join(KINDS)}"
    return ""

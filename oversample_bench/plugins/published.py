"""A plugin's published table as a run keeps it: looked up by name, and held to the rules of a user's file."""

from __future__ import annotations

from dataclasses import asdict

from pydantic_core import PydanticCustomError

from oversample_bench.api import PublishedTable
from oversample_bench.core.errors import UsageError
from oversample_bench.plugins.registry import Registry
from oversample_bench.suite.published_numbers import checked


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
    try:
        values = checked(found.values, name)
    except PydanticCustomError as error:
        raise UsageError(f"plugin '{entry.plugin}': {error.message()}") from None
    return {"name": name, **asdict(found), "values": values}

"""Brings stores of earlier versions up to this one.

A store that is opened for writing is migrated in the file, in one transaction. One that is only read is left
as it is, down to the byte, since its folder may be an archive: the tables that it lacks are made empty in the
reader's memory, and those that lack columns are shown through views that have them, so that every question
finds what it asks for. So far each version has only added tables and columns.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict

from oversample_bench.store.schema import ADDED_COLUMNS, ADDED_TABLES, SCHEMA_VERSION


def migrate(connection: sqlite3.Connection, version: int, before: str = "") -> None:
    """Bring a file from ``version`` up to this one, wholly or not at all; ``before`` is carried out first."""
    if version < SCHEMA_VERSION:
        added = "".join(
            f"ALTER TABLE {table} ADD COLUMN {name} {kind} DEFAULT {default}; "
            for table, name, kind, default in _columns(version)
        )
        connection.executescript(
            f"BEGIN IMMEDIATE; {before} {_tables(version)} {added}"
            f"PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;"
        )


def supplement(connection: sqlite3.Connection, version: int) -> None:
    """Give a reader of a store of ``version`` the tables and columns that it lacks, empty and in memory."""
    if version < SCHEMA_VERSION:
        tables = _tables(version).replace("CREATE TABLE IF NOT EXISTS", "CREATE TEMP TABLE")
        connection.executescript(f"PRAGMA temp_store = MEMORY; {tables} {_views(connection, version)}")


def _tables(version: int) -> str:
    return "".join(table for added, table in sorted(ADDED_TABLES.items()) if added > version)


def _columns(version: int) -> list[tuple[str, str, str, str]]:
    return [
        column for added, columns in sorted(ADDED_COLUMNS.items()) if added > version for column in columns
    ]


def _views(connection: sqlite3.Connection, version: int) -> str:
    """Return statements that hide each table that lacks columns behind one that has them."""
    lacking: dict[str, list[str]] = defaultdict(list)
    for table, name, _, default in _columns(version):
        lacking[table].append(f"{default} AS {name}")
    return "".join(
        f"CREATE TEMP VIEW {table} AS "  # noqa: S608 - the names are ours
        f"SELECT {_order(connection, table)} *, {', '.join(names)} FROM main.{table}; "
        for table, names in lacking.items()
    )


def _order(connection: sqlite3.Connection, table: str) -> str:
    """Return the column that tells in which order the rows of a table were written, where it has one."""
    made = connection.execute("SELECT sql FROM sqlite_master WHERE name = ?", (table,)).fetchone()
    return "" if made is None or "WITHOUT ROWID" in made[0] else "rowid,"

"""Brings stores of earlier versions up to this one.

A store that is opened for writing is migrated in the file, in one transaction. One that is only read is left
as it is, down to the byte, since its folder may be an archive: the tables that it lacks are made empty in the
reader's memory, so that every question finds them. So far each version has only added tables.
"""

from __future__ import annotations

import sqlite3

from oversample_bench.store.schema import CALIBRATION, PORTRAITS, SCHEMA_VERSION

ADDED = {2: CALIBRATION + PORTRAITS}
"""The tables that came with each version."""


def migrate(connection: sqlite3.Connection, version: int) -> None:
    """Bring a file from ``version`` up to this one: wholly or, when killed, not at all."""
    if version < SCHEMA_VERSION:
        connection.executescript(
            f"BEGIN IMMEDIATE; {_tables(version)} PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;"
        )


def supplement(connection: sqlite3.Connection, version: int) -> None:
    """Give a reader of a store of ``version`` the tables that it lacks, empty and in memory."""
    if version < SCHEMA_VERSION:
        tables = _tables(version).replace("CREATE TABLE IF NOT EXISTS", "CREATE TEMP TABLE")
        connection.executescript(f"PRAGMA temp_store = MEMORY; {tables}")


def _tables(version: int) -> str:
    return "".join(table for added, table in sorted(ADDED.items()) if added > version)

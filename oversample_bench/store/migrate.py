"""Brings stores of earlier versions up to this one.

A store that is opened for writing is migrated in the file, in one transaction. One that is only read is left
as it is, down to the byte, since its folder may be an archive: its reader gets a copy in memory that is
migrated.
"""

from __future__ import annotations

import sqlite3

from oversample_bench.store.schema import SCHEMA_VERSION, STEPS


def migrate(connection: sqlite3.Connection, version: int, before: str = "") -> None:
    """Bring a store from ``version`` up to this one, wholly or not at all, after ``before``."""
    if version < SCHEMA_VERSION:
        steps = "".join(step for number, step in sorted(STEPS.items()) if number > version)
        connection.executescript(
            f"BEGIN IMMEDIATE; {before} {steps} PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;"
        )


def migrated_copy(connection: sqlite3.Connection) -> sqlite3.Connection:
    """Return a store as one of this version, in memory; the file stays as it is."""
    copy = sqlite3.connect(":memory:", isolation_level=None)
    connection.backup(copy)
    migrate(copy, copy.execute("PRAGMA user_version").fetchone()[0])
    return copy

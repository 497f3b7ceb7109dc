"""Takes over what earlier versions left in a folder: rows and files of resamples get the digests of today.

Whatever ends this process on the way, nothing is lost: files are renamed before their rows, all rows at once,
and a file that has its name of today already is left alone the next time.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from oversample_bench.plugins.registry import Registry
from oversample_bench.store import Ledger
from oversample_bench.store.renaming import rename, renamed_copy, renaming
from oversample_bench.store.resample_files import ResampleFiles


def adopt(folder: Path, ledger: Ledger, registry: Registry) -> int:
    """Give the rows of a folder their digests of today; return how many trials got new ones."""
    files = ResampleFiles(folder)
    files.move()
    found = renaming(ledger.connection, registry.renewed)
    if not found:
        return 0
    for today, before in found.files.items():
        files.rename(before, today)
    with ledger.transaction() as connection:
        rename(connection, found)
    return len(found.trials)


def as_of_today(
    connection: sqlite3.Connection, registry: Registry
) -> tuple[sqlite3.Connection, dict[str, str]]:
    """Return a store as `adopt` would leave it, and what the files of resamples are still called there.

    The store itself stays as it is, down to the byte; where there is nothing to adopt it is returned.
    """
    found = renaming(connection, registry.renewed)
    return (renamed_copy(connection, found), found.files) if found else (connection, {})

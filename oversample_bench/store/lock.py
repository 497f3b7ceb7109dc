"""Takes an output folder for one run, so that its store has one writer.

A mark lies in the folder while it is taken. The next one finds it only if this process was killed: a file can
be taken away even where nothing can be written any more, as on a full disk. It stays until a run that knew of
it has begun.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from oversample_bench.core.errors import UsageError
from oversample_bench.core.refusals import in_words, reason
from oversample_bench.store import FILE_NAME, Ledger

LOCK_NAME = ".lock"
MARK_NAME = ".running"


@contextmanager
def occupied(folder: Path) -> Iterator[Ledger]:
    """Yield the ledger of ``folder`` and keep other runs out; a process that dies gives the folder free.

    Raises
    ------
    UsageError
        When another run holds the folder, when it cannot be written to, or its store cannot be used.
    """
    mark = folder / MARK_NAME
    with _locked(folder):
        abandoned, ledger = mark.exists(), None
        with suppress(OSError):
            mark.touch()
        try:
            ledger = Ledger(folder, abandoned=abandoned)
            with closing(ledger), in_words(folder / FILE_NAME, (sqlite3.Error,)):
                yield ledger
        finally:
            if not (ledger.abandoned if ledger else abandoned):
                with suppress(OSError):
                    mark.unlink(missing_ok=True)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    import filelock

    lock = filelock.FileLock(folder / LOCK_NAME)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=0)
    except filelock.Timeout as error:
        raise UsageError(
            f"another run is writing to '{folder}'. Wait for it, or choose another folder with --out."
        ) from error
    except OSError as error:
        raise UsageError(f"'{folder}' cannot be written to: {reason(error)}.") from error
    try:
        yield
    finally:
        lock.release()

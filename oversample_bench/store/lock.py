"""Takes an output folder for one run, so that its store has one writer.

A lock of the system keeps others out at once, on machines where it works. The lease in the store names who
writes, and keeps out whoever the folder was taken over from.

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
from oversample_bench.store import FILE_NAME, Ledger, connect
from oversample_bench.store.lease import Lease, held, is_held

LOCK_NAME = ".lock"
MARK_NAME = ".running"


@contextmanager
def occupied(folder: Path, *, take_over: bool = False) -> Iterator[Ledger]:
    """Yield the ledger of ``folder`` and keep other runs out; a process that dies gives the folder free.

    With ``take_over`` it is taken from whoever holds it, who then writes nothing any more.

    Raises
    ------
    UsageError
        When another run holds the folder, when it cannot be written to, or its store cannot be used.
    """
    mark = folder / MARK_NAME
    with _locked(folder, take_over=take_over):
        abandoned, ledger, lost = mark.exists(), None, False
        with suppress(OSError):
            mark.touch()
        try:
            ledger = Ledger(folder, abandoned=abandoned)
            with closing(ledger), in_words(folder / FILE_NAME, (sqlite3.Error,)):
                ledger.take(take_over=take_over)
                try:
                    yield ledger
                finally:
                    lost = _is_lost(ledger)
        finally:
            if not (lost or (ledger.abandoned if ledger else abandoned)):
                with suppress(OSError):
                    mark.unlink(missing_ok=True)


def _is_lost(ledger: Ledger) -> bool:
    """Give the lease back, and tell whether somebody has taken it over.

    Where that cannot be written, the next one finds that this process is gone.
    """
    with suppress(sqlite3.Error):
        lost = not ledger.is_ours()
        ledger.give_back()
        return lost
    return False


def _holder(folder: Path) -> Lease | None:
    """Return who holds a folder, where its store can tell."""
    with suppress(UsageError, sqlite3.Error), closing(connect(folder)) as connection:
        return held(connection)
    return None


@contextmanager
def _locked(folder: Path, *, take_over: bool) -> Iterator[None]:
    import filelock

    lock = filelock.FileLock(folder / LOCK_NAME)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=0)
    except filelock.Timeout as error:
        if not take_over:
            raise UsageError(is_held(str(folder), _holder(folder))) from error
    except OSError as error:
        raise UsageError(f"'{folder}' cannot be written to: {reason(error)}.") from error
    try:
        yield
    finally:
        lock.release()

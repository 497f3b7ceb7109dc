"""Takes an output folder for one run, so that its store has one writer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from oversample_bench.errors import UsageError
from oversample_bench.store import Ledger

LOCK_NAME = ".lock"


@contextmanager
def occupied(folder: Path) -> Iterator[Ledger]:
    """Yield the ledger of ``folder`` and keep other runs out; a process that dies gives the folder free.

    Raises
    ------
    UsageError
        When another run holds the folder, when it cannot be written to, or its store cannot be used.
    """
    with _locked(folder):
        ledger = Ledger(folder)
        try:
            yield ledger
        finally:
            ledger.close()


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
        raise UsageError(f"'{folder}' cannot be written to: {error.strerror or error}") from error
    try:
        yield
    finally:
        lock.release()

"""What the system or SQLite refused, in words: why, and what helps.

The one place that knows that ``[Errno 28] No space left on device``, ``database or disk is full`` and some of
``disk I/O error`` are one thing to a person, whose results are not at fault.
"""

from __future__ import annotations

import errno
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

from oversample_bench.core.errors import UsageError

FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
ROOM = 2**16
"""Bytes: with less than that SQLite cannot even make the files that it works with."""

REASONS = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk is full, as far as your quota goes",
    errno.EFBIG: "the file would be larger than the system allows (see `ulimit -f`)",
    errno.EROFS: "the disk is for reading only",
    errno.EACCES: "permission is denied",
    errno.EPERM: "permission is denied",
    errno.ENAMETOOLONG: "the name is too long",
    errno.EMFILE: "too many files are open (see `ulimit -n`)",
    errno.ENOTDIR: "a part of the path is no folder",
    errno.EISDIR: "there is a folder of that name",
    errno.EIO: "the disk does not work (an input/output error)",
}
DAMAGED = frozenset({sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
"""Codes for a file with other tables than it should have, or none."""

BUSY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
STORE_REASONS = {
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_READONLY: "it is for reading only, or was moved away meanwhile",
    sqlite3.SQLITE_PERM: "permission is denied",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened, or no file be made beside it",
    sqlite3.SQLITE_IOERR: "the disk does not work (an input/output error), or a file is too large for it",
    sqlite3.SQLITE_NOMEM: "there is not enough memory",
}
KEPT = "What was done before is kept. Make room and do the same again."

Refused: TypeAlias = OSError | sqlite3.Error


@contextmanager
def in_words(path: Path, kinds: tuple[type[Refused], ...] = (OSError, sqlite3.Error)) -> Iterator[None]:
    """Raise a `UsageError` in the place of what is refused within, about the file at ``path``."""
    try:
        yield
    except kinds as error:
        raise UsageError(sentence(error, path)) from error


def reason(error: Refused, path: Path | None = None) -> str:
    """Return why something was refused, as the part of a sentence.

    Parameters
    ----------
    error : OSError or sqlite3.Error
        What was raised.
    path : Path, optional
        What was to be written or read: on its disk SQLite may have been out of room, which it does not say.
    """
    if is_full(error, path):
        return REASONS[errno.EDQUOT if getattr(error, "errno", None) == errno.EDQUOT else errno.ENOSPC]
    if isinstance(error, OSError):
        return REASONS.get(error.errno or 0, error.strerror or str(error))
    return STORE_REASONS.get(_code(error), str(error))


def is_full(error: Refused, path: Path | None = None) -> bool:
    """Tell whether there was no room for what was to be written."""
    if isinstance(error, OSError):
        return error.errno in FULL
    if _code(error) == sqlite3.SQLITE_FULL:
        return True
    return _code(error) in (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN) and _is_out_of_room(path)


def _is_out_of_room(path: Path | None) -> bool:
    if path is None:
        return False
    try:
        folder = next(folder for folder in path.absolute().parents if folder.is_dir())
        return shutil.disk_usage(folder).free < ROOM
    except OSError:
        return False


def _code(error: sqlite3.Error) -> int:
    """Return SQLite's own code without its details; 0 for what Python itself says."""
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF


def sentence(error: Refused, path: Path | None = None) -> str:
    """Return what was refused, why, and what to do.

    Parameters
    ----------
    error : OSError or sqlite3.Error
        What was raised.
    path : Path, optional
        What was to be written or read, where the error does not name it.
    """
    if isinstance(error.__cause__, sqlite3.Error):  # pandas wraps it, and calls it an OSError
        error = error.__cause__
    why = reason(error, path)
    if isinstance(error, OSError):
        named = f"'{error.filename or path}'" if error.filename or path else ""
        if is_full(error):
            return f"{why}{f': {named} could not be written' if named else ''}. {KEPT}"
        return f"{named} could not be used: {why}." if named else f"the system refused: {why}."
    return _of_store(error, why, f"the store '{path}'" if path else "the store of the results", path)


def _of_store(error: sqlite3.Error, why: str, store: str, path: Path | None) -> str:
    if is_full(error, path):
        return f"{why}: {store} could not be written. {KEPT}"
    if _code(error) in DAMAGED:
        return f"{store} cannot be read as a store of results ({error}). Move it away and run again."
    if _code(error) in BUSY:
        return f"{store} is held by another program. Wait for it, and do the same again."
    return f"{store} could not be used: {why}."

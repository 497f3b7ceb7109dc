"""A file that is written whole or not at all: under another name beside it, and then renamed.

Whoever reads meets the earlier file or the new one, never half of one, also when the writer is killed. What a
kill leaves behind has a name that begins with a dot and ends in ``.partial``.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

SUFFIX = ".partial"
MOST_BYTES = 200
"""Of a name; systems take 255."""


@contextmanager
def replacement(path: Path) -> Iterator[Path]:
    """Yield a name beside ``path``, whose folder is made; what was written to it takes the place of ``path``.

    A link stays a link: what it leads to is replaced. What is no file, such as a device, is written to.

    Parameters
    ----------
    path : Path
        Where the file is to be.

    Yields
    ------
    Path
        Where to write it. An error on the way leaves ``path`` as it was, and nothing beside it.

    Raises
    ------
    OSError
        When the folder cannot be made or the file cannot be written or renamed; it names ``path``.
    """
    place = Path(os.path.realpath(path)) if path.is_symlink() else path
    beside = place.with_name(f".{_cut(place.name)}.{os.getpid()}{SUFFIX}")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        if place.exists() and not place.is_file():
            yield place
            return
        try:
            yield beside
            beside.replace(place)
        finally:
            with suppress(OSError):  # the cause is on its way up
                beside.unlink(missing_ok=True)
    except OSError as error:
        if error.filename in (None, str(beside)):
            error.filename = str(path)
        raise


def _cut(name: str) -> str:
    """Return the beginning of a name, so that with what is put around it, it is none too long."""
    return os.fsdecode(os.fsencode(name)[:MOST_BYTES])


def sweep(folder: Path, names: str = "*") -> None:
    """Remove what writers that were killed have left in ``folder`` of files with these names."""
    for beside in folder.glob(f".{names}{SUFFIX}"):
        beside.unlink(missing_ok=True)

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


@contextmanager
def replacement(path: Path) -> Iterator[Path]:
    """Yield a name beside ``path``, whose folder is made; what was written to it takes the place of ``path``.

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
        When the folder cannot be made or the file cannot be renamed.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}{SUFFIX}")
    try:
        yield beside
        beside.replace(path)
    finally:
        with suppress(OSError):  # the cause is on its way up
            beside.unlink(missing_ok=True)


def sweep(folder: Path, names: str = "*") -> None:
    """Remove what writers that were killed have left in ``folder`` of files with these names."""
    for beside in folder.glob(f".{names}{SUFFIX}"):
        beside.unlink(missing_ok=True)

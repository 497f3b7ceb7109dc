"""Which state of the store the report in a folder shows, so that one that was cut short is written again.

The note is taken away before the first file of a report is written and put back after the last: without it,
or where one of the files that it names is gone, the report is not whole, whatever ended its writer.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from oversample_bench import __version__
from oversample_bench.core.atomic_write import replacement

NOTE = ".report.json"


def forget(folder: Path) -> None:
    """Note that the report of ``folder`` is being written."""
    (folder / NOTE).unlink(missing_ok=True)


def remember(folder: Path, state: str, files: Iterable[Path], *, figures: bool) -> None:
    """Note that the report of ``folder`` is whole.

    Parameters
    ----------
    folder : Path
        The output folder.
    state : str
        Of the store, as `oversample_bench.store.state` tells it.
    files : iterable of Path
        What the report consists of.
    figures : bool
        Whether its figures were asked for.
    """
    names = sorted(path.relative_to(folder).as_posix() for path in files)
    told = {"state": state, "version": __version__, "figures": figures, "files": names}
    with replacement(folder / NOTE) as beside:
        beside.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8", newline="\n")


def is_shown(folder: Path, state: str, *, figures: bool) -> bool:
    """Tell whether the report of ``folder`` is whole, of this state, by this version, and has what is asked.

    A report with figures will do where none are asked for: leaving them out only saves time.
    """
    try:
        told = json.loads((folder / NOTE).read_text(encoding="utf-8"))
        same = (told["state"], told["version"]) == (state, __version__)
        return (
            same
            and (told["figures"] or not figures)
            and all((folder / name).is_file() for name in told["files"])
        )
    except (OSError, ValueError, LookupError, TypeError):  # there is none, or it is damaged
        return False

"""`bench datasets fetch`: the sets of the paper into the cache, with a bar a file."""

from __future__ import annotations

import signal
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from oversample_bench.cli.console import echo
from oversample_bench.core.errors import UsageError, listed, nearest

if TYPE_CHECKING:
    from types import FrameType

    from rich.console import Console
    from rich.progress import Progress

    from oversample_bench.datasets.paper_downloads import Downloads


@click.command("fetch", short_help="Download data sets of the paper into the cache.")
@click.argument("names", metavar="[NAME]...", nargs=-1)
def fetch_datasets(names: Sequence[str]) -> int:
    """Download data sets of the paper into the cache: the ones named, or all of them.

    They come from their official sources, are checked, and are kept in $OVERSAMPLE_BENCH_CACHE or the user's
    cache folder. Data sets that are already there are left alone. Those that cannot be had are listed at the
    end, and the exit code is 2. If $OVERSAMPLE_BENCH_OFFLINE is 1, nothing is downloaded.
    """
    from rich.console import Console

    from oversample_bench.datasets.official_sources import OFFICIAL

    wanted = list(dict.fromkeys(names)) or list(OFFICIAL)
    for name in wanted:
        if name not in OFFICIAL:
            raise UsageError(
                f"there is no data set '{name}' to download.{nearest(name, OFFICIAL)} There are: "
                f"{listed(OFFICIAL)}. `bench datasets list` shows those that need no download, too."
            )
    signal.signal(signal.SIGTERM, _interrupt)
    failures = _fetch(wanted, Console(highlight=False, markup=False, emoji=False))
    if failures:
        echo(f"{len(failures)} of {len(wanted)} could not be fetched; nothing of them was kept:", err=True)
    for name, reason in failures.items():
        echo(f"  {name}: {reason}.", err=True)
    return 2 if failures else 0


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    """Treat SIGTERM like Ctrl-C."""
    raise KeyboardInterrupt


def _fetch(names: Sequence[str], console: Console) -> dict[str, str]:
    """Fetch one set after the other; return the reasons of those that could not be had."""
    from rich.filesize import decimal

    from oversample_bench.datasets.file_download import DownloadError
    from oversample_bench.datasets.official_sources import OFFICIAL

    failures = {}
    with _progress(console) as progress:
        downloads = _downloads(progress)
        for name in names:
            try:
                path = downloads(OFFICIAL[name])
            except DownloadError as error:
                failures[name] = str(error)
                console.print(f"{name}: failed", soft_wrap=True)
            except KeyboardInterrupt:
                echo(f"interrupted: nothing of '{name}' was kept", err=True)
                raise
            else:
                console.print(f"{name}: {decimal(path.stat().st_size)} in {path}", soft_wrap=True)
    return failures


def _progress(console: Console) -> Progress:
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)


def _downloads(progress: Progress) -> Downloads:
    from oversample_bench.datasets.paper_downloads import Downloads

    return Downloads(
        lambda sentence: progress.console.print(sentence, soft_wrap=True), lambda name: _Bar(progress, name)
    )


class _Bar:
    """Shows one file, in the place of the one before; what pooch moves."""

    def __init__(self, progress: Progress, name: str) -> None:
        for old in progress.task_ids:
            progress.remove_task(old)
        self._progress = progress
        self._task = progress.add_task(name, total=None)
        self._total = 0

    @property
    def total(self) -> int:
        """The size of the file in bytes; 0 where the server does not say."""
        return self._total

    @total.setter
    def total(self, n_bytes: int) -> None:
        self._total = n_bytes
        self._progress.update(self._task, total=n_bytes or None)

    def update(self, n: int) -> None:
        """Move on by ``n`` bytes."""
        self._progress.advance(self._task, n)

    def reset(self) -> None:
        """Begin anew."""
        self._progress.reset(self._task, total=self._total or None)

    def close(self) -> None:
        """Be done; the next file takes its place."""

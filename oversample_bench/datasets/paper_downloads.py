"""Downloads whole sets from their official sources into the cache: one npz a set (arrays ``X`` and ``y``).

Nothing is on disk before a set is whole, checked and read: downloads are held in memory (the largest is 65
MB), and the npz is written under another name and renamed. So an interrupted or altered download leaves
nothing behind, and what lies in the cache can be trusted as far as its own checks go. Two processes that want
the same set take turns, and the second finds it there.

A place that fails is told in a sentence, and the next one is tried; nothing is tried twice, and a host that
did not answer is not asked again by the same `Downloads`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from oversample_bench.api import Dataset
from oversample_bench.core.atomic_write import replacement, sweep
from oversample_bench.core.cache_folder import CACHE_VARIABLE, cache_folder
from oversample_bench.core.errors import UsageError, first_line
from oversample_bench.core.refusals import reason
from oversample_bench.datasets.file_download import Bar, DownloadError, SilentHostError, contents
from oversample_bench.datasets.official_sources import Official, Remote, SetOrigin, unlike
from oversample_bench.datasets.table_files import read_arrays

OFFLINE_VARIABLE = "OVERSAMPLE_BENCH_OFFLINE"


def cached(name: str) -> Path:
    """Return where a set lies in the cache, whether it is there or not."""
    return cache_folder() / f"{name}.npz"


def offline() -> bool:
    """Tell whether ``OVERSAMPLE_BENCH_OFFLINE`` forbids downloads."""
    return os.environ.get(OFFLINE_VARIABLE, "").lower() not in {"", "0", "false", "no"}


class Downloads:
    """Brings sets into the cache; called with an `Official`, it returns the path of its npz.

    Parameters
    ----------
    tell : callable, optional
        Is told in a sentence what is being done, the terms of use among it.
    bar : callable, optional
        Returns a `Bar` for a file of the given name.
    """

    def __init__(
        self, tell: Callable[[str], None] | None = None, bar: Callable[[str], Bar] | None = None
    ) -> None:
        self._tell = tell or (lambda _: None)
        self._bar = bar
        self._silent: dict[str, str] = {}

    def __call__(self, official: Official) -> Path:
        """Return the npz of a set, downloaded unless a sound one is in the cache.

        Raises
        ------
        DownloadError
            When no place gave the whole set, when downloads are forbidden, or when the cache cannot be
            written to.
        """
        path = cached(official.name)
        if _sound(path, official):
            return path
        if offline():
            raise DownloadError(f"downloads are switched off by {OFFLINE_VARIABLE}")
        try:
            with self._turn(path):
                if not _sound(path, official):  # another process may have brought it meanwhile
                    dataset = self._from_anywhere(official)
                    with replacement(path) as beside, beside.open("wb") as file:
                        np.savez_compressed(file, X=dataset.X, y=dataset.y)
        except OSError as error:
            raise DownloadError(
                f"the cache folder '{path.parent}' cannot be written to ({reason(error)}); name "
                f"another one with {CACHE_VARIABLE}"
            ) from error
        return path

    @contextmanager
    def _turn(self, path: Path) -> Iterator[None]:
        """Wait until no other process downloads the same set; clear away what one that died has left."""
        import filelock

        path.parent.mkdir(parents=True, exist_ok=True)
        lock = filelock.FileLock(path.with_name(f".{path.stem}.lock"))
        try:
            lock.acquire(timeout=0)
        except filelock.Timeout:
            self._tell(f"{path.stem}: another process is downloading it; waiting")
            lock.acquire()
        try:
            sweep(path.parent, f"{path.name}.*")
            yield
        finally:
            lock.release()

    def _from_anywhere(self, official: Official) -> Dataset:
        """Return a set from the first place that has it whole."""
        self._tell(
            f"{official.name}: {official.published.source}. Terms of use: {official.published.licence}"
        )
        failures = []
        for origin in official.origins:
            try:
                return self._from(origin, official)
            except DownloadError as error:
                failures.append(str(error))
        raise DownloadError("it could not be downloaded: " + "; ".join(dict.fromkeys(failures)))

    def _from(self, origin: SetOrigin, official: Official) -> Dataset:
        parts = [content for remote in origin.files for content in self._contents(remote)]
        where = f"{origin.files[0].host} gives another '{official.name}' than the published one"
        try:
            X, y = origin.parse(parts)
            labels = y.astype(np.int64) + origin.shift
            kind = "int8" if labels.min() < 0 else "uint8"
            dataset = Dataset(_narrow(X, official.dtype), _narrow(labels, kind))
        except Exception as error:  # parsers of damaged files raise much: KeyError, EOFError, MatReadError
            reason = f"{where}, or a damaged one: it cannot be read ({first_line(error)})"
            raise DownloadError(reason) from error
        wrong = unlike(dataset, official)
        if wrong:
            raise DownloadError(f"{where}: {wrong}")
        return dataset

    def _contents(self, remote: Remote) -> list[bytes]:
        """Return the files at an address, unless its host is known not to answer."""
        if remote.host in self._silent:
            raise DownloadError(self._silent[remote.host])
        try:
            return contents(remote, self._bar)
        except SilentHostError as error:
            self._silent[remote.host] = str(error)
            raise


def _narrow(values: Any, dtype: str) -> Any:
    """Return numbers in the type that they are kept in.

    Raises
    ------
    ValueError
        When whole numbers do not fit into it.
    """
    cast = values.astype(dtype)
    if cast.dtype.kind in "iu" and not np.array_equal(cast, values):
        raise ValueError(f"its numbers do not fit into {dtype}")
    return cast


def _sound(path: Path, official: Official) -> bool:
    """Tell whether a set lies in the cache and is what it was when it was put there."""
    if not path.is_file():
        return False
    try:
        return not unlike(read_arrays(path, "y"), official)
    except UsageError:
        return False

"""Finds the rows that a suite names, and says in short what they are.

Resolution: a ``path:`` of the suite, else the loader that is registered under the name, which may look into
the data folder (``--data-dir``, ``OVERSAMPLE_BENCH_DATA``) and then the cache, and may download what it
finds in neither where the caller gives leave.
"""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from oversample_bench.api import Dataset, Unavailable
from oversample_bench.core.errors import UsageError
from oversample_bench.core.specs import DataSpec, canonical
from oversample_bench.datasets.classes import class_counts
from oversample_bench.datasets.official_sources import OFFICIAL, Official
from oversample_bench.datasets.paper_downloads import cached
from oversample_bench.datasets.parquet_reader import table_files
from oversample_bench.datasets.table_files import checked, read_file

READER = 2
"""Raised when a file may be read as other rows than before: what was remembered of it no longer counts."""


@dataclass(frozen=True)
class Source:
    """Where the rows of one data spec come from.

    Parameters
    ----------
    spec : DataSpec
        What the suite names.
    version : str, default=""
        Who offers the set, by which code, and the packages that it comes from; empty for a file.
    loader : callable, optional
        Returns the set; given only when it is a registered one.
    data_dir : Path, optional
        Handed to loaders that take a ``data_dir``.
    download : callable, optional
        Handed to loaders that take a ``download``; None keeps them off the network.
    """

    spec: DataSpec
    version: str = ""
    loader: Callable[[], Callable[..., Dataset]] | None = None
    data_dir: Path | None = None
    download: Callable[[Official], Path] | None = None

    def stamp(self) -> str:
        """Return what tells this source from a changed one without reading it."""
        if self.spec.path:
            return canonical(
                [self.spec.path, self.spec.target, READER, asdict(self.spec.reading), self._files()]
            )
        files = sorted(self.data_dir.glob(f"{self.spec.name}*")) if self.data_dir else []
        told = [[file.name, *_size_and_time(file)] for file in files]
        kept = _size_and_time(cached(self.spec.name)) if self.spec.name in OFFICIAL else []
        return canonical([self.spec.name, self.version, told, *([kept] if kept else [])])

    def _files(self) -> list[list[Any]]:
        path = Path(self.spec.path)
        return [[str(file.relative_to(path)), *_size_and_time(file)] for file in table_files(path)]

    def load(self) -> Dataset:
        """Read the rows.

        Raises
        ------
        UsageError
            When a file of the user cannot be used.
        Unavailable
            When a registered set is not on this machine.
        """
        if self.loader is None:
            return read_file(Path(self.spec.path), self.spec.target, self.spec.reading)
        load = self.loader()
        given = {"data_dir": self.data_dir, "download": self.download}
        taken = inspect.signature(load).parameters
        dataset = load(**{name: value for name, value in given.items() if name in taken})
        if not isinstance(dataset, Dataset):
            raise Unavailable(
                f"the loader of '{self.spec.name}' returned {type(dataset).__name__}, not a Dataset"
            )
        try:
            return checked(dataset, self.spec.name)
        except UsageError as error:
            raise Unavailable(str(error)) from error


def _size_and_time(path: Path) -> list[int]:
    if not path.is_file():
        return []
    status = path.stat()
    return [status.st_size, status.st_mtime_ns]


def fingerprint(dataset: Dataset) -> str:
    """Return a hash of the rows, the labels and the categories (BLAKE2b, 32 digits)."""
    text = hashlib.blake2b(digest_size=16)
    for array in (dataset.X, dataset.y):
        plain = np.ascontiguousarray(array.astype(str) if array.dtype == object else array)
        text.update(canonical([plain.dtype.str, plain.shape]).encode())
        text.update(plain.tobytes())
    categories = sorted((int(column), list(names)) for column, names in dataset.categories.items())
    text.update(canonical(categories).encode())
    return text.hexdigest()


def card(dataset: Dataset) -> dict[str, Any]:
    """Return what the store and `bench datasets show` tell of a set."""
    counts = class_counts(dataset)
    return {
        "n_rows": len(dataset.X),
        "n_features": dataset.X.shape[1],
        "n_categorical": len(dataset.categories),
        "n_missing": int(np.isnan(dataset.X).sum()) if dataset.X.dtype.kind == "f" else 0,
        "classes": counts,
        "ratio": min(counts.values()) / max(counts.values()),
        "source": dataset.source,
        "licence": dataset.licence,
        "notes": list(dataset.notes),
    }

"""Looks at a file without reading all of it: what `bench plan` can tell of it before anything is computed.

A small file is read whole, so that all that `bench run` would refuse is found. Of a larger one the names are
known for certain, and what its first rows look like is a caution.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from oversample_bench.core.specs import Reading, table_kind
from oversample_bench.datasets.raw_tables import RawTable, verdict
from oversample_bench.datasets.table_files import array_names, read_table

MOST_BYTES = 2**21
"""An npz of more bytes is asked for the names of its arrays alone."""


@dataclass(frozen=True)
class Survey:
    """What is known of a file.

    Parameters
    ----------
    problems : tuple of str, default=()
        Why it cannot be used as it is.
    cautions : tuple of str, default=()
        Why it could not, if all rows look like the first.
    notes : tuple of str, default=()
        How it is read.
    counts : mapping of str to int or None
        The rows of each class, where they are known.
    """

    problems: tuple[str, ...] = ()
    cautions: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    counts: Mapping[str, int] | None = field(default=None, hash=False)


def surveyed(path: Path, target: str, reading: Reading) -> Survey:
    """Return what can be told of a file at once.

    Raises
    ------
    UsageError
        When it cannot be read as what its name says.
    """
    if table_kind(path.name) == "npz" and path.is_file() and path.stat().st_size > MOST_BYTES:
        array_names(path, target)
        return Survey()
    table = read_table(path, target, reading, sample=True)
    found = verdict(table, target, reading)
    if table.whole:
        return Survey((*found.mistakes, *found.doubts), (), found.notes, table.counts())
    rows = f"in the first {_n_rows(table):,} rows"
    cautions = tuple(f"{sentence[:-1]} ({rows})." for sentence in found.doubts)
    return Survey(found.mistakes, cautions, tuple(f"{note} ({rows})" for note in found.notes))


def _n_rows(table: RawTable) -> int:
    return max(map(len, table.columns), default=0)

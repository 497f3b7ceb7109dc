"""Gives rows of earlier versions the digests of today: the same resamples and trials, by code of no record.

Up to version 0.1.0 a digest was made from the version of a plugin's distribution alone. A row that has such a
digest is told by it: a row of today never has one. It is taken for what is installed now, where that is still
of the version that the row names.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from oversample_bench.core.digests import resample_digest, trial_digest
from oversample_bench.core.specs import Component, canonical
from oversample_bench.store.migrate import migrated_copy
from oversample_bench.store.restoring import resample_spec

Renewed: TypeAlias = Callable[[str, str, str], str]
"""Returns today's source for a kind, a name and the source of an earlier version; empty for any other."""

Row: TypeAlias = tuple[str, str, str]
"""A digest of before, the one of today, and today's source."""


EARLIER_RUN = "SELECT 1 FROM runs WHERE json_extract(environment, '$.numbers_version') IS NULL LIMIT 1"
BAD_ONES = """
DELETE FROM {table} WHERE status != 'ok' AND digest IN (
    SELECT r.today FROM renamed r JOIN {table} t ON t.digest = r.before WHERE t.status = 'ok'
)
"""
SOURCES = """
UPDATE {table} SET source = (SELECT r.source FROM renamed r WHERE r.before = digest)
WHERE digest IN (SELECT before FROM renamed)
"""
NAMES = """
UPDATE OR IGNORE {table} SET {column} = (SELECT r.today FROM renamed r WHERE r.before = {column})
WHERE {column} IN (SELECT before FROM renamed)
"""
TWINS = "DELETE FROM {table} WHERE {column} IN (SELECT before FROM renamed)"


@dataclass(frozen=True)
class Renaming:
    """What is called otherwise today.

    Attributes
    ----------
    resamples, trials : tuple of Row
        Rows of the two tables.
    scores : tuple of (str, str, str)
        A metric, its source of before, and that of today.
    stamps : tuple of (str, str)
        Stamps of data sets, of before and of today.
    """

    resamples: tuple[Row, ...] = ()
    trials: tuple[Row, ...] = ()
    scores: tuple[tuple[str, str, str], ...] = ()
    stamps: tuple[tuple[str, str], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.resamples or self.trials or self.scores or self.stamps)

    @property
    def files(self) -> dict[str, str]:
        """The digests of resamples of before, by those of today: what their files are called."""
        return {today: before for before, today, _ in self.resamples}


def renaming(connection: sqlite3.Connection, renewed: Renewed) -> Renaming:
    """Find the rows of earlier versions that stand for what is installed today; change nothing."""
    if connection.execute(EARLIER_RUN).fetchone() is None:
        return Renaming()
    resamples = tuple(_resamples(connection, renewed))
    names = {before: today for before, today, _ in resamples}
    return Renaming(
        resamples=resamples,
        trials=tuple(_trials(connection, renewed, names)),
        scores=tuple(_known(connection, renewed, ("metric", "scores", "metric"))),
        stamps=tuple(_stamps(connection, renewed)),
    )


def _known(
    connection: sqlite3.Connection, renewed: Renewed, place: tuple[str, str, str]
) -> Iterator[tuple[str, str, str]]:
    """Yield the names, sources and sources of today that stand in a table and can be renewed."""
    kind, table, column = place
    query = f"SELECT DISTINCT {column}, source FROM {table} ORDER BY 1, 2"  # noqa: S608 - names are ours
    for name, source in connection.execute(query).fetchall():
        if today := renewed(kind, name, source):
            yield name, source, today


def _resamples(connection: sqlite3.Connection, renewed: Renewed) -> Iterator[Row]:
    query = "SELECT digest, split, spec FROM resamples WHERE method = ? AND source = ?"
    for name, source, today in _known(connection, renewed, ("oversampler", "resamples", "method")):
        for digest, split, text in connection.execute(query, (name, source)):
            spec = resample_spec(text)
            if resample_digest(spec, split, source) == digest:
                yield digest, resample_digest(spec, split, today), today


def _trials(connection: sqlite3.Connection, renewed: Renewed, resamples: dict[str, str]) -> Iterator[Row]:
    query = "SELECT digest, resample, params FROM trials WHERE classifier = ? AND source = ?"
    for name, source, today in _known(connection, renewed, ("classifier", "trials", "classifier")):
        for digest, resample, params in connection.execute(query, (name, source)):
            classifier = Component(name, params)
            if resample in resamples and trial_digest(classifier, resample, source) == digest:
                yield digest, trial_digest(classifier, resamples[resample], today), today


def _stamps(connection: sqlite3.Connection, renewed: Renewed) -> Iterator[tuple[str, str]]:
    for (stamp,) in connection.execute("SELECT stamp FROM datasets").fetchall():
        name, version, *rest = json.loads(stamp)
        if isinstance(version, str) and (today := renewed("dataset", name, version)):
            yield stamp, canonical([name, today, *rest])


def rename(connection: sqlite3.Connection, found: Renaming) -> None:
    """Rename rows and all that refers to them, in a transaction of the caller's.

    Where a row of today's digest is there already, as after a merge, the good one of the two stays, and that
    of today where both are.
    """
    for table, rows in (("resamples", found.resamples), ("trials", found.trials)):
        connection.execute("CREATE TEMP TABLE renamed (before TEXT PRIMARY KEY, today TEXT, source TEXT)")
        connection.executemany("INSERT INTO renamed VALUES (?, ?, ?)", rows)
        _rename(connection, table)
        connection.execute("DROP TABLE renamed")
    connection.executemany(
        "UPDATE scores SET source = ? WHERE metric = ? AND source = ?",
        [(today, metric, before) for metric, before, today in found.scores],
    )
    for before, today in found.stamps:
        connection.execute("UPDATE OR IGNORE datasets SET stamp = ? WHERE stamp = ?", (today, before))


def _rename(connection: sqlite3.Connection, table: str) -> None:
    """Rename the rows of one table, their sources, and whatever column of another table refers to them."""
    for statement in (BAD_ONES, SOURCES):
        connection.execute(statement.format(table=table))
    for other, column in [*_references(connection, table.removesuffix("s")), (table, "digest")]:
        for statement in (NAMES, TWINS):
            connection.execute(statement.format(table=other, column=column))


def _references(connection: sqlite3.Connection, column: str) -> list[tuple[str, str]]:
    """Return the tables that have a column of this name, with it: what is of a resample, or of a trial."""
    query = (
        "SELECT m.name FROM main.sqlite_master m JOIN pragma_table_info(m.name) c"
        " WHERE m.type = 'table' AND c.name = ? ORDER BY 1"
    )
    return [(name, column) for (name,) in connection.execute(query, (column,))]


def renamed_copy(connection: sqlite3.Connection, found: Renaming) -> sqlite3.Connection:
    """Return a copy of a store in memory in which all is called as today; the file stays as it is."""
    copy = migrated_copy(connection)
    copy.row_factory = sqlite3.Row
    rename(copy, found)
    return copy

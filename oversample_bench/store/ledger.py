"""The SQLite ledger: one writer (the driver), readers at any time.

Rows that `Ledger.add` has returned from are committed: they survive the death of the driver by any signal. (A
power cut can cost the last rows, which are computed again; it cannot damage the file.)
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import astuple
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from oversample_bench.core.errors import UsageError
from oversample_bench.core.refusals import in_words
from oversample_bench.store import lease as leases
from oversample_bench.store.migrate import migrate, migrated_copy
from oversample_bench.store.records import PlannedRecord, ResampleRecord, RunRecord, SplitRecord, TrialRecord
from oversample_bench.store.schema import (
    FIRST_VERSION,
    RESAMPLE_COLUMNS,
    SCHEMA_VERSION,
    TABLES,
    TRIAL_COLUMNS,
)

FILE_NAME = "results.sqlite"

SCORE = """
INSERT INTO scores (trial, metric, source, value, reason) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (trial, metric) DO UPDATE
SET source = excluded.source, value = excluded.value, reason = excluded.reason
WHERE excluded.reason = '' OR scores.reason != '' OR scores.source != excluded.source
"""
SPLIT = "INSERT OR REPLACE INTO splits VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"


def now() -> str:
    """Return the time as the store writes it: UTC, ISO 8601, whole seconds."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def connect(folder: Path, *, create: bool = False) -> sqlite3.Connection:
    """Open the store of ``folder``; only with ``create`` may it be made or written to.

    Raises
    ------
    UsageError
        When the folder holds no store, a damaged one or one of a newer version, or when the system refuses.
    """
    path = folder / FILE_NAME
    if not create and not path.is_file():
        raise UsageError(
            f"'{folder}' is not the folder of a run: it has no {FILE_NAME}. "
            f"Make one with `bench run SUITE --out {folder}`."
        )
    with in_words(path):
        return _opened(path, create=create)


def _opened(path: Path, *, create: bool) -> sqlite3.Connection:
    try:
        return _connection(path, "mode=rwc" if create else "mode=ro", create=create)
    except sqlite3.OperationalError as error:
        refused = error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN)
        if create or not refused or path.with_name(f"{path.name}-wal").exists():
            raise
    # A folder that is for reading only: SQLite wants a log beside the file, unless told that nobody writes.
    return _connection(path, "mode=ro&immutable=1", create=False)


def _connection(path: Path, access: str, *, create: bool) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?{access}", uri=True, isolation_level=None, timeout=60
    )
    try:
        opened = _of_this_version(connection, path, create=create)
    except BaseException:
        connection.close()
        raise
    opened.row_factory = sqlite3.Row
    return opened


def _of_this_version(connection: sqlite3.Connection, path: Path, *, create: bool) -> sqlite3.Connection:
    """Return the store brought up to this version: the file itself, or for a reader a copy."""
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > SCHEMA_VERSION:
        raise UsageError(
            f"{path} was written by a newer oversample-bench (store version {version}, this one "
            f"reads up to {SCHEMA_VERSION}). Upgrade with `pip install -U oversample-bench`."
        )
    tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
    if tables and "planned" not in tables:
        raise UsageError(f"{path} is an SQLite file of something else. Choose another --out.")
    if not tables and not create:
        raise UsageError(f"{path} is empty. Start a run with `bench run SUITE`.")
    if create:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        if not tables:
            migrate(connection, FIRST_VERSION, before=TABLES)
        else:
            migrate(connection, version)
    elif version < SCHEMA_VERSION:
        with closing(connection):
            copy = migrated_copy(connection)
        copy.execute("PRAGMA query_only = ON")
        return copy
    return connection


class Ledger:
    """The writing side of a store; one at a time for each folder.

    Parameters
    ----------
    folder : Path
        The output folder; it is made when it does not exist.
    abandoned : bool, default=False
        Whether the last one who wrote to it died without a word, as long as no run has begun since.
    """

    def __init__(self, folder: Path, *, abandoned: bool = False) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.connection = connect(folder, create=True)
        self.abandoned = abandoned
        self._path = folder.absolute() / FILE_NAME
        self._file = self._path.stat().st_ino
        self._lease: leases.Lease | None = None

    def take(self, *, take_over: bool = False) -> None:
        """Become the one who writes: whoever did before is refused from now on.

        Raises
        ------
        UsageError
            When somebody writes who may be alive, unless it is to be taken over from.
        """
        with self.transaction() as connection:
            lease = leases.take(connection, str(self._path.parent), take_over=take_over)
        self._lease = lease

    def give_back(self) -> None:
        """Let the next one write without a question."""
        if self._lease and self.is_ours():
            leases.give_back(self.connection, self._lease)
            self._lease = None

    def is_ours(self) -> bool:
        """Tell whether nobody has taken the store over."""
        return self._lease is None or leases.is_current(self.connection, self._lease)

    def close(self) -> None:
        """Close the file; one that nobody reads is left without a write-ahead log beside it."""
        with suppress(sqlite3.OperationalError):  # somebody reads: the log stays
            self.connection.execute("PRAGMA journal_mode = DELETE")
        self.connection.close()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Yield the connection; all that is written to it counts at the end, or nothing of it."""
        self._check_place()
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            if self._lease:
                leases.check(self.connection, self._lease)
            yield self.connection
            self.connection.execute("COMMIT")
        except BaseException:
            if self.connection.in_transaction:  # SQLite may have ended it itself, where the disk is full
                self.connection.execute("ROLLBACK")
            raise

    def _check_place(self) -> None:
        """Notice that the file is gone: SQLite goes on writing to it where nobody will ever find it."""
        with suppress(OSError):
            if self._path.stat().st_ino == self._file:
                return
        raise UsageError(
            f"the store '{self._path}' was moved or deleted while it was written to. Leave the folder of "
            "a run alone until the run is over, and run again."
        )

    def begin(self, record: RunRecord) -> int:
        """Note that a run has begun, and return its number."""
        values = (
            now(), "running", record.suite, record.suite_digest, record.suite_text,
            json.dumps(dict(record.options)), json.dumps(dict(record.metrics)),
            record.runner, record.workers, json.dumps(dict(record.environment)),
        )  # fmt: skip
        with self.transaction() as connection:
            cursor = connection.execute(
                "INSERT INTO runs (started, status, suite, suite_digest, suite_text, options, metrics,"
                " runner, workers, environment) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                values,
            )
        self.abandoned = False
        return int(cursor.lastrowid or 0)

    def amend(self, run: int, record: RunRecord) -> None:
        """Note that a run has moved to another runner."""
        values = (record.runner, record.workers, json.dumps(dict(record.environment)), run)
        self._write("UPDATE runs SET runner = ?, workers = ?, environment = ? WHERE id = ?", values)

    def finish(self, run: int, status: str) -> None:
        """Note that a run has ended, ``finished`` or ``interrupted``."""
        self._write("UPDATE runs SET finished = ?, status = ? WHERE id = ?", (now(), status, run))

    def _write(self, statement: str, values: tuple[object, ...]) -> None:
        with self.transaction() as connection:
            connection.execute(statement, values)

    def set_plan(self, rows: Sequence[PlannedRecord]) -> None:
        """Replace what the suite of this folder asks for."""
        with self.transaction() as connection:
            connection.execute("DELETE FROM planned")
            connection.executemany(
                "INSERT INTO planned VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [(position, *astuple(row)) for position, row in enumerate(rows)],
            )

    def remember_dataset(self, stamp: str, fingerprint: str, card: Mapping[str, Any]) -> None:
        """Keep a set's fingerprint, so that it need not be loaded to know that nothing changed."""
        values = (stamp, fingerprint, json.dumps(dict(card)))
        self._write("INSERT OR REPLACE INTO datasets VALUES (?, ?, ?)", values)

    def add(self, rows: Sequence[SplitRecord | ResampleRecord | TrialRecord]) -> None:
        """Write rows, good or bad, in one transaction: all of them, or none where it fails.

        A good trial or resample is not replaced by a bad one: what was finished stays, whatever a later run
        comes to. A trial keeps its scores of other metrics, and no score is replaced by the failure of its
        metric.
        """
        with self.transaction() as connection:
            for row in rows:
                if isinstance(row, SplitRecord):
                    connection.execute(SPLIT, astuple(row))
                elif isinstance(row, ResampleRecord):
                    _put(connection, "resamples", RESAMPLE_COLUMNS, row)
                else:
                    _put_trial(connection, row)

    def add_resample(self, record: ResampleRecord, split: SplitRecord | None) -> None:
        """Write a resample, good or bad, and the sizes of its split."""
        self.add([record] if split is None else [split, record])

    def add_trial(self, record: TrialRecord) -> None:
        """Write a trial, good or bad, with its scores."""
        self.add([record])

    def add_scores(
        self,
        trial: str,
        values: Mapping[str, float | None],
        sources: Mapping[str, str],
        reasons: Mapping[str, str],
        calibration: str = "",
    ) -> None:
        """Write scores of a trial that is there already; those by other metrics stay."""
        with self.transaction() as connection:
            connection.executemany(SCORE, _scores(trial, values, sources, reasons))
            if calibration:
                connection.execute("INSERT OR REPLACE INTO calibration VALUES (?, ?)", (trial, calibration))

    def with_regions(self, *, retry: bool) -> set[str]:
        """Return the digests of trials that have a region plot; to ``retry``, not those where it failed."""
        which = "WHERE json_extract(view, '$.failed') IS NULL" if retry else ""
        return {row[0] for row in self.connection.execute(f"SELECT trial FROM decision_regions {which}")}  # noqa: S608 - constants

    def add_regions(self, trial: str, view: str) -> None:
        """Write the region plot of a trial's resample, as JSON."""
        self._write("INSERT OR REPLACE INTO decision_regions VALUES (?, ?)", (trial, view))


def _scores(
    trial: str,
    values: Mapping[str, float | None],
    sources: Mapping[str, str],
    reasons: Mapping[str, str],
) -> list[tuple[str, str, str, float | None, str]]:
    return [
        (trial, metric, sources[metric], value, reasons.get(metric, "")) for metric, value in values.items()
    ]


def _put(
    connection: sqlite3.Connection, table: str, names: Sequence[str], record: ResampleRecord | TrialRecord
) -> None:
    """Write a row, unless it is a bad one in the place of a good one."""
    good = f"SELECT 1 FROM {table} WHERE digest = ? AND status = 'ok'"  # noqa: S608 - the name is ours
    if record.columns["status"] != "ok" and connection.execute(good, (record.digest,)).fetchone():
        return
    values = {**record.columns, "digest": record.digest}
    connection.execute(
        f"INSERT OR REPLACE INTO {table} ({', '.join(names)}) VALUES ({_marks(len(names))})",  # noqa: S608 - names are ours
        tuple(values.get(name) for name in names),
    )


def _put_trial(connection: sqlite3.Connection, record: TrialRecord) -> None:
    _put(connection, "trials", TRIAL_COLUMNS, record)
    connection.executemany(SCORE, _scores(record.digest, record.scores, record.sources, record.reasons))
    if record.calibration:
        values = (record.digest, record.calibration)
        connection.execute("INSERT OR REPLACE INTO calibration VALUES (?, ?)", values)


def _marks(count: int) -> str:
    return ", ".join("?" * count)

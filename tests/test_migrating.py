"""Stores of earlier versions: read as they are, brought up to date when they are written to."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import pytest

from oversample_bench import store
from oversample_bench.core.errors import UsageError
from oversample_bench.report import trials, write_report
from oversample_bench.store import FILE_NAME, Ledger, TrialRecord, connect
from oversample_bench.store.schema import SCHEMA_VERSION
from tests.stores import set_back

VERSION_1 = """
CREATE TABLE runs (
    id INTEGER PRIMARY KEY, started TEXT NOT NULL, finished TEXT, status TEXT NOT NULL, suite TEXT NOT NULL,
    suite_digest TEXT NOT NULL, suite_text TEXT NOT NULL, options TEXT NOT NULL, metrics TEXT NOT NULL,
    runner TEXT NOT NULL, workers INTEGER NOT NULL, environment TEXT NOT NULL
);
CREATE TABLE datasets (stamp TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, card TEXT NOT NULL);
CREATE TABLE planned (
    position INTEGER PRIMARY KEY, trial TEXT NOT NULL, draw TEXT NOT NULL, dataset TEXT NOT NULL,
    ratio TEXT NOT NULL, method TEXT NOT NULL, classifier TEXT NOT NULL, split INTEGER NOT NULL,
    seed INTEGER NOT NULL
);
CREATE TABLE splits (
    digest TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, n_features INTEGER NOT NULL,
    n_majority INTEGER NOT NULL, n_minority INTEGER NOT NULL, n_hidden INTEGER NOT NULL,
    n_test_majority INTEGER NOT NULL, n_test_minority INTEGER NOT NULL, realised_ratio REAL NOT NULL,
    n_encoded INTEGER NOT NULL, n_imputed INTEGER NOT NULL
);
CREATE TABLE draws (
    digest TEXT PRIMARY KEY, split TEXT NOT NULL, method TEXT NOT NULL, params TEXT NOT NULL,
    source TEXT NOT NULL, spec TEXT NOT NULL, random_state INTEGER, status TEXT NOT NULL,
    stage TEXT NOT NULL, kind TEXT NOT NULL, reason TEXT NOT NULL, traceback TEXT NOT NULL,
    n_real INTEGER, n_dropped INTEGER, n_new INTEGER, n_new_majority INTEGER, n_owed INTEGER,
    n_copies INTEGER, realised_ratio REAL, fallback TEXT NOT NULL, flags TEXT NOT NULL,
    fidelity_precision REAL, fidelity_recall REAL, fidelity_density REAL, fidelity_coverage REAL,
    fit_seconds REAL NOT NULL, peak_mib REAL, run INTEGER NOT NULL REFERENCES runs (id)
);
CREATE TABLE trials (
    digest TEXT PRIMARY KEY, draw TEXT NOT NULL, classifier TEXT NOT NULL, params TEXT NOT NULL,
    source TEXT NOT NULL, random_state INTEGER, status TEXT NOT NULL, stage TEXT NOT NULL,
    kind TEXT NOT NULL, reason TEXT NOT NULL, traceback TEXT NOT NULL, trial_seconds REAL NOT NULL,
    run INTEGER NOT NULL REFERENCES runs (id)
);
CREATE TABLE scores (
    trial TEXT NOT NULL, metric TEXT NOT NULL, source TEXT NOT NULL, value REAL,
    PRIMARY KEY (trial, metric)
) WITHOUT ROWID;
CREATE INDEX planned_trial ON planned (trial);
CREATE INDEX trials_draw ON trials (draw);
PRAGMA user_version = 1;
INSERT INTO runs VALUES (1, '2026-01-01T00:00:00+00:00', '2026-01-01T00:01:00+00:00', 'finished', 's', 'd',
    'name: s', '{"digits": 3}', '{"mcc": true}', 'serial', 1, '{"python": "3.11"}');
INSERT INTO planned VALUES (0, 't', 'd', 'ecoli1', 'natural', 'none', 'knn', 0, 0);
INSERT INTO splits VALUES ('s', 'rows', 7, 80, 8, 0, 20, 2, 0.1, 0, 0);
INSERT INTO draws (digest, split, method, params, source, spec, status, stage, kind, reason, traceback,
    fallback, flags, fit_seconds, run)
    VALUES ('d', 's', 'none', '{}', 'host 1', '{}', 'ok', '', '', '', '', '', '', 0.1, 1);
INSERT INTO trials VALUES ('t', 'd', 'knn', '{}', 'host 1', 7, 'ok', '', '', '', '', 0.2, 1);
INSERT INTO scores VALUES ('t', 'mcc', 'host 1', 0.625);
"""
"""The tables of the first version as its code made them, and a run of one trial."""

VERSION_2 = f"""{VERSION_1}
CREATE TABLE calibration (trial TEXT PRIMARY KEY, bins TEXT NOT NULL);
CREATE TABLE portraits (trial TEXT PRIMARY KEY, view TEXT NOT NULL);
PRAGMA user_version = 2;
"""

VERSION_3 = f"""{VERSION_2}
ALTER TABLE draws ADD COLUMN n_mixed INTEGER DEFAULT NULL;
ALTER TABLE trials ADD COLUMN notes TEXT NOT NULL DEFAULT '';
ALTER TABLE scores ADD COLUMN reason TEXT NOT NULL DEFAULT '';
UPDATE trials SET stage = 'draw', kind = 'BadDraw', status = 'upstream';
UPDATE runs SET options = '{{"digits": 3, "portraits": true}}';
PRAGMA user_version = 3;
"""

OLD = {1: VERSION_1, 2: VERSION_2, 3: VERSION_3}
NEW_COLUMNS = {"resamples": (None,), "trials": ("",), "scores": ("",)}
"""What stands in the columns that version 3 added, at the end of a row."""

CALLED = {"draws": "resamples", "portraits": "decision_regions"}
"""What tables are called since version 4."""

BINS = [[3, 0.25, 0], *[[0, 0.0, 0]] * 8, [2, 1.9, 2]]


@pytest.fixture(params=OLD)
def old(request: pytest.FixtureRequest) -> int:
    """Return the version of the store."""
    return request.param


@pytest.fixture
def folder(tmp_path: Path, old: int) -> Path:
    """Return a folder with a store of an earlier version."""
    with closing(sqlite3.connect(tmp_path / FILE_NAME)) as connection:
        connection.executescript(OLD[old])
    return tmp_path


def shape(connection: sqlite3.Connection) -> dict[str, list[tuple]]:
    """Return the columns of each table of the file: name, type, not null, default, key."""
    query = "SELECT name FROM sqlite_master WHERE type = 'table'"
    names = [row[0] for row in connection.execute(query)]
    return {name: [tuple(row) for row in connection.execute(f"PRAGMA table_info({name})")] for name in names}


def content(connection: sqlite3.Connection, names: Iterable[str] = ()) -> dict[str, list[tuple]]:
    return {
        name: [tuple(row) for row in connection.execute(f"SELECT * FROM {name}")]
        for name in names or shape(connection)
    }


def grown(before: dict[str, list[tuple]], old: int) -> dict[str, list[tuple]]:
    """Return rows with what stands in the columns that were added since, under the names of today."""
    named = {CALLED.get(name, name): rows for name, rows in before.items()}
    added = NEW_COLUMNS if old < 3 else {}
    detected = {"resamples": (None,) * 4}
    return {
        name: [row + added.get(name, ()) + detected.get(name, ()) for row in rows]
        for name, rows in named.items()
    }


def version(folder: Path) -> int:
    with closing(sqlite3.connect(folder / FILE_NAME)) as connection:
        return connection.execute("PRAGMA user_version").fetchone()[0]


def trial(bins: str) -> TrialRecord:
    columns = {
        "resample": "d", "classifier": "knn", "params": "{}", "source": "host 1", "status": "ok", "stage": "",
        "kind": "", "reason": "", "traceback": "", "trial_seconds": 0.2, "run": 1,
    }  # fmt: skip
    return TrialRecord("t", columns, {"mcc": 0.5}, {"mcc": "host 1"}, bins)


def bins(connection: sqlite3.Connection) -> dict[str, list[list[float]]]:
    """Return the bins of each trial that has some."""
    rows = connection.execute("SELECT trial, bins FROM calibration")
    return {trial: json.loads(text) for trial, text in rows}


@pytest.mark.parametrize("old", [1, 2], indirect=True)
def test_a_store_that_is_written_to_becomes_one_of_this_version(folder, old, tmp_path_factory):
    """After the migration the tables are those of a new store, and every row is what it was."""
    with closing(sqlite3.connect(folder / FILE_NAME)) as connection:
        before = content(connection)
    Ledger(folder).close()
    new = tmp_path_factory.mktemp("new")
    Ledger(new).close()
    with closing(connect(folder)) as now, closing(connect(new)) as fresh:
        assert shape(now) == shape(fresh)
        assert content(now) == {**grown(before, old), "calibration": [], "decision_regions": [], "lease": []}
    assert version(folder) == version(new) == SCHEMA_VERSION


@pytest.mark.parametrize("old", [3], indirect=True)
def test_values_that_hold_words_of_before_hold_those_of_today(folder):
    """A stage, the kind of a failure and an option of a run are called as the program calls them now."""
    Ledger(folder).close()
    with closing(connect(folder)) as now:
        failed = now.execute("SELECT stage, kind FROM trials").fetchone()
        options = now.execute("SELECT options FROM runs").fetchone()[0]

    assert tuple(failed) == ("resample", "BadResample")
    assert json.loads(options) == {"digits": 3, "decision_regions": True}


def test_a_store_that_is_only_read_stays_as_it_is(folder, old):
    """Reports and questions find what it lacks empty, tables and columns; not a byte of the file changes."""
    before = (folder / FILE_NAME).read_bytes()
    with closing(connect(folder)) as reader:
        found = bins(reader)
        last = {name: [row[-1:] for row in content(reader, NEW_COLUMNS)[name]] for name in NEW_COLUMNS}
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            reader.execute("DELETE FROM runs")
    frame = trials(folder)
    write_report(folder, figures=False)

    assert found == {}
    assert last == {name: [told] for name, told in NEW_COLUMNS.items()}
    assert old == 3 or frame["mcc"].tolist() == [0.625]
    assert before == (folder / FILE_NAME).read_bytes()
    assert version(folder) == old


@pytest.mark.parametrize("old", [max(OLD)], indirect=True)
@pytest.mark.skipif(not hasattr(os, "seteuid"), reason="rights of POSIX")
def test_an_archived_store_of_an_earlier_version_is_read(folder):
    """Reading needs no right to write, neither to the file nor to its folder."""
    archive = Path(shutil.copytree(folder, Path(tempfile.mkdtemp()) / "archive"))
    for path, mode in [(archive / FILE_NAME, 0o444), (archive, 0o555), (archive.parent, 0o755)]:
        path.chmod(mode)
    root = os.geteuid() == 0
    if root:  # who may write everywhere
        os.seteuid(65534)
    try:
        with closing(connect(archive)) as reader:
            found = (bins(reader), store.settled(reader, []))
    finally:
        if root:
            os.seteuid(0)
        archive.chmod(0o755)
        shutil.rmtree(archive.parent)

    assert found[0] == {}


@pytest.mark.parametrize(
    "broken",
    ["CREATE TABLE broken (;", "ALTER TABLE no_such_table ADD COLUMN bad TEXT;"],
    ids=["table", "column"],
)
def test_a_migration_that_is_cut_off_leaves_the_store_as_it_was(folder, old, broken, monkeypatch):
    """When a later step cannot be done, the earlier ones are not done either, nor is it the later version."""
    steps = {number: f"CREATE TABLE fine_{number} (a TEXT);" for number in (2, 3)}
    monkeypatch.setattr("oversample_bench.store.migrate.STEPS", {**steps, 4: broken})
    with pytest.raises(UsageError, match="cannot be read as a store of results"):
        Ledger(folder)
    with closing(sqlite3.connect(folder / FILE_NAME)) as connection:
        found = shape(connection)

    assert not [name for name in found if name.startswith("fine")]
    assert version(folder) == old


@pytest.mark.parametrize("old", OLD, indirect=True)
def test_a_run_into_a_store_of_an_earlier_version_goes_on(runs, old, tmp_path):
    """Nothing is computed twice: what an earlier version left is there, and a further metric is added."""
    text = "name: old\ndata: [ecoli1]\nmethods: [none, random]\nclassifiers: [knn]\nsplits: 2\nmetrics: [mcc"
    first = runs(text + "]\n")
    with closing(sqlite3.connect(first.folder / FILE_NAME)) as connection:
        set_back(connection, old)
        connection.commit()
    read = trials(first.folder)
    again, more = runs(text + "]\n"), runs(text + ", brier]\n")

    assert read["mcc"].tolist() == more.trials()["mcc"].tolist()
    assert (again.computed, more.computed, more.scored_again) == (0, 0, 4)
    assert (again.exit_code, more.exit_code) == (0, 0)
    assert version(first.folder) == SCHEMA_VERSION


def test_bins_come_back_as_they_were_written(folder):
    """A trial that was written with bins has them; writing it without any keeps them."""
    with closing(Ledger(folder)) as ledger:
        ledger.add_trial(trial(""))
        without = bins(ledger.connection)
        ledger.add_trial(trial(json.dumps(BINS)))
        ledger.add_trial(trial(""))
        with_bins = bins(ledger.connection)

    assert (without, with_bins) == ({}, {"t": BINS})


def test_a_store_of_a_later_version_is_refused(folder, tmp_path):
    """What a newer program wrote is neither read nor written to."""
    with closing(sqlite3.connect(folder / FILE_NAME)) as connection:
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
        connection.commit()
    copy = shutil.copy(folder / FILE_NAME, tmp_path / "before")
    for create in (False, True):
        with pytest.raises(UsageError, match="newer oversample-bench"):
            connect(folder, create=create)

    assert Path(copy).read_bytes() == (folder / FILE_NAME).read_bytes()

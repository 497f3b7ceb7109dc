"""The tables of ``results.sqlite`` and the number of their version.

``planned`` says what the suite of this folder asks for, with its labels; ``draws`` and ``trials`` hold what
became of it, by digest, also of suites that asked for more before. A report joins the two. A new store is
made as one of the first version and brought up to this one, so that each column is described once.
"""

from __future__ import annotations

FIRST_VERSION = 1
SCHEMA_VERSION = 3
"""1: the first. 2: the tables ``calibration`` and ``portraits``. 3: the columns of ``ADDED_COLUMNS``."""

TABLES = """
CREATE TABLE runs (
    id INTEGER PRIMARY KEY,
    started TEXT NOT NULL,          -- UTC, ISO 8601
    finished TEXT,                  -- NULL while it runs, and for ever when the driver was killed
    status TEXT NOT NULL,           -- running, finished, interrupted
    suite TEXT NOT NULL,            -- its name
    suite_digest TEXT NOT NULL,
    suite_text TEXT NOT NULL,       -- the YAML, as it was
    options TEXT NOT NULL,          -- JSON: title, digits and further report options
    metrics TEXT NOT NULL,          -- JSON: {name: higher_is_better}, in the suite's order
    runner TEXT NOT NULL,           -- serial, ray
    workers INTEGER NOT NULL,
    environment TEXT NOT NULL       -- JSON: versions, platform, cores, memory, threads
);
CREATE TABLE datasets (
    stamp TEXT PRIMARY KEY,         -- where it came from, and the size and time or the package's version
    fingerprint TEXT NOT NULL,      -- a hash of the rows and labels
    card TEXT NOT NULL              -- JSON: n_rows, n_features, classes, source, licence
);
CREATE TABLE planned (
    position INTEGER PRIMARY KEY,
    trial TEXT NOT NULL,
    draw TEXT NOT NULL,
    dataset TEXT NOT NULL,          -- labels, as the tables show them
    ratio TEXT NOT NULL,
    method TEXT NOT NULL,
    classifier TEXT NOT NULL,
    split INTEGER NOT NULL,
    seed INTEGER NOT NULL
);
CREATE TABLE splits (
    digest TEXT PRIMARY KEY,
    fingerprint TEXT NOT NULL,
    n_features INTEGER NOT NULL,    -- after encoding
    n_majority INTEGER NOT NULL,    -- training rows
    n_minority INTEGER NOT NULL,
    n_hidden INTEGER NOT NULL,
    n_test_majority INTEGER NOT NULL,
    n_test_minority INTEGER NOT NULL,
    realised_ratio REAL NOT NULL,
    n_encoded INTEGER NOT NULL,     -- categorical columns, encoded one-hot on training rows
    n_imputed INTEGER NOT NULL      -- cells that were missing in training, test and hidden rows
);
CREATE TABLE draws (
    digest TEXT PRIMARY KEY,
    split TEXT NOT NULL,
    method TEXT NOT NULL,           -- the registered name
    params TEXT NOT NULL,
    source TEXT NOT NULL,           -- distribution and version that offered it
    spec TEXT NOT NULL,             -- JSON
    random_state INTEGER,           -- the seed that it was given (a failed one: was to be); NULL for none
    status TEXT NOT NULL,
    stage TEXT NOT NULL,
    kind TEXT NOT NULL,
    reason TEXT NOT NULL,
    traceback TEXT NOT NULL,
    n_real INTEGER, n_dropped INTEGER, n_new INTEGER, n_new_majority INTEGER, n_owed INTEGER,
    n_copies INTEGER, realised_ratio REAL, fallback TEXT NOT NULL, flags TEXT NOT NULL,
    fidelity_precision REAL, fidelity_recall REAL, fidelity_density REAL, fidelity_coverage REAL,
    fit_seconds REAL NOT NULL,
    peak_mib REAL,
    run INTEGER NOT NULL REFERENCES runs (id)
);
CREATE TABLE trials (
    digest TEXT PRIMARY KEY,
    draw TEXT NOT NULL,
    classifier TEXT NOT NULL,       -- the registered name
    params TEXT NOT NULL,
    source TEXT NOT NULL,
    random_state INTEGER,           -- as in draws
    status TEXT NOT NULL,
    stage TEXT NOT NULL,
    kind TEXT NOT NULL,
    reason TEXT NOT NULL,
    traceback TEXT NOT NULL,
    trial_seconds REAL NOT NULL,
    run INTEGER NOT NULL REFERENCES runs (id)
);
CREATE TABLE scores (
    trial TEXT NOT NULL,
    metric TEXT NOT NULL,
    source TEXT NOT NULL,
    value REAL,                     -- NULL where the classifier has no such output
    PRIMARY KEY (trial, metric)
) WITHOUT ROWID;
CREATE INDEX planned_trial ON planned (trial);
CREATE INDEX trials_draw ON trials (draw);
"""

CALIBRATION = """
CREATE TABLE IF NOT EXISTS calibration (
    trial TEXT PRIMARY KEY,
    bins TEXT NOT NULL              -- JSON: [rows, sum of minority probabilities, minority rows] a bin
);
"""

PORTRAITS = """
CREATE TABLE IF NOT EXISTS portraits (
    trial TEXT PRIMARY KEY,
    view TEXT NOT NULL              -- JSON: rows in a plane, and the regions of a classifier
);
"""

ADDED_TABLES = {2: CALIBRATION + PORTRAITS}
"""What came with each version since the first."""

ADDED_COLUMNS = {
    3: (
        # new rows with a category that is none: a fraction in a one-hot column, no or two categories
        ("draws", "n_mixed", "INTEGER", "NULL"),
        # what is to be known of the numbers, as flags: not converged, unseeded
        ("trials", "notes", "TEXT NOT NULL", "''"),
        # why the metric gave no number; empty where it gave one or the classifier has no such output
        ("scores", "reason", "TEXT NOT NULL", "''"),
    ),
}
"""Table, name, type and default of the columns that came with each version: the last ones of their table."""

DRAW_COLUMNS = (
    "digest", "split", "method", "params", "source", "spec", "random_state", "status", "stage", "kind",
    "reason", "traceback", "n_real", "n_dropped", "n_new", "n_new_majority", "n_owed", "n_copies",
    "realised_ratio", "fallback", "flags", "fidelity_precision", "fidelity_recall", "fidelity_density",
    "fidelity_coverage", "fit_seconds", "peak_mib", "run", "n_mixed",
)  # fmt: skip
TRIAL_COLUMNS = (
    "digest", "draw", "classifier", "params", "source", "random_state", "status", "stage", "kind",
    "reason", "traceback", "trial_seconds", "run", "notes",
)  # fmt: skip

"""The tables of ``results.sqlite`` and the number of their version.

``planned`` says what the suite of this folder asks for, with its labels; ``resamples`` and ``trials`` hold
what became of it, by digest, also of suites that asked for more before. A report joins the two. A new store
is made as one of the first version and brought up to this one, step by step, so that each column is explained
once; what a table or column was called before stands in the steps before ``RENAMED``.
"""

from __future__ import annotations

FIRST_VERSION = 1
SCHEMA_VERSION = 6
"""1: the first. 2: two tables more. 3: three columns more. 4: the words of today. 5: four columns more.
6: who writes."""

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
    random_state INTEGER,           -- as in resamples
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
CREATE TABLE calibration (
    trial TEXT PRIMARY KEY,
    bins TEXT NOT NULL              -- JSON: [rows, sum of minority probabilities, minority rows] a bin
);
"""

PORTRAITS = """
CREATE TABLE portraits (
    trial TEXT PRIMARY KEY,
    view TEXT NOT NULL              -- JSON: rows in a plane, and the regions of a classifier
);
"""

ADDED = """
-- new rows with a category that is none: a fraction in a one-hot column, no or two categories
ALTER TABLE draws ADD COLUMN n_mixed INTEGER DEFAULT NULL;
-- what is to be known of the numbers, as flags: not converged, unseeded
ALTER TABLE trials ADD COLUMN notes TEXT NOT NULL DEFAULT '';
-- why the metric gave no number; empty where it gave one or the classifier has no such output
ALTER TABLE scores ADD COLUMN reason TEXT NOT NULL DEFAULT '';
"""

RENAMED = """
ALTER TABLE draws RENAME TO resamples;
ALTER TABLE resamples RENAME COLUMN n_owed TO n_requested;
ALTER TABLE trials RENAME COLUMN draw TO resample;
ALTER TABLE planned RENAME COLUMN draw TO resample;
ALTER TABLE splits RENAME COLUMN n_hidden TO n_withheld;
ALTER TABLE portraits RENAME TO decision_regions;
DROP INDEX trials_draw;
CREATE INDEX trials_resample ON trials (resample);
UPDATE resamples SET stage = 'resample' WHERE stage = 'draw';
UPDATE trials SET stage = 'resample' WHERE stage = 'draw';
UPDATE trials SET reason = replace(reason, ' in draw: ', ' in resample: ') WHERE stage = 'resample';
UPDATE resamples SET kind = 'BadResample' WHERE kind = 'BadDraw';
UPDATE trials SET kind = 'BadResample' WHERE kind = 'BadDraw';
UPDATE runs SET options = replace(options, '"portraits":', '"decision_regions":');
"""

DETECTED = """
-- how well a stump and a small forest tell new rows from withheld ones, and real rows from withheld ones
ALTER TABLE resamples ADD COLUMN detect_stump REAL DEFAULT NULL;
ALTER TABLE resamples ADD COLUMN detect_stump_null REAL DEFAULT NULL;
ALTER TABLE resamples ADD COLUMN detect_forest REAL DEFAULT NULL;
ALTER TABLE resamples ADD COLUMN detect_forest_null REAL DEFAULT NULL;
"""

LEASE = """
CREATE TABLE lease (
    token INTEGER PRIMARY KEY,      -- grows with each writer; who has a smaller one writes nothing any more
    host TEXT NOT NULL,
    pid INTEGER NOT NULL,
    born REAL NOT NULL,             -- when that process began
    since TEXT NOT NULL,            -- UTC, ISO 8601
    released TEXT                   -- NULL while it is held, and for ever when its holder was killed
);
"""

STEPS = {2: CALIBRATION + PORTRAITS, 3: ADDED, 4: RENAMED, 5: DETECTED, 6: LEASE}
"""What has to be done to a store of the version before."""

RESAMPLE_COLUMNS = (
    "digest", "split", "method", "params", "source", "spec", "random_state", "status", "stage", "kind",
    "reason", "traceback", "n_real", "n_dropped", "n_new", "n_new_majority", "n_requested", "n_copies",
    "realised_ratio", "fallback", "flags", "fidelity_precision", "fidelity_recall", "fidelity_density",
    "fidelity_coverage", "fit_seconds", "peak_mib", "run", "n_mixed", "detect_stump", "detect_stump_null",
    "detect_forest", "detect_forest_null",
)  # fmt: skip
TRIAL_COLUMNS = (
    "digest", "resample", "classifier", "params", "source", "random_state", "status", "stage", "kind",
    "reason", "traceback", "trial_seconds", "run", "notes",
)  # fmt: skip

"""Everything that a report is made from, read in one transaction as pandas frames in plan order.

Knows SQL and the tables of the store; counts nothing and writes nothing. Rows that an earlier, larger suite
left in the store are not planned any more and therefore not read.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from oversample_bench.core.errors import UsageError
from oversample_bench.core.refusals import in_words
from oversample_bench.store import FILE_NAME, connect, last_run, state

PENDING = "pending"
COUNTS = ["n_real", "n_dropped", "n_new", "n_new_majority", "n_requested", "n_copies", "n_mixed"]
FIDELITY = ["fidelity_precision", "fidelity_recall", "fidelity_density", "fidelity_coverage"]
DETECTED = ["detect_stump", "detect_stump_null", "detect_forest", "detect_forest_null"]
TEXTS = ["stage", "kind", "reason", "fallback", "flags", "notes", "source", "registered"]

PLAN = """
SELECT p.position, p.trial, p.resample, p.dataset, p.ratio, p.method, p.classifier, p.split, p.seed,
    t.status, t.stage, t.kind, t.reason, t.notes, t.trial_seconds, d.status AS resample_status,
    d.n_real, d.n_dropped, d.n_new, d.n_copies, d.n_mixed, d.fallback, d.flags, d.realised_ratio,
    d.fidelity_precision, d.fidelity_recall, d.fidelity_density, d.fidelity_coverage,
    d.fit_seconds, d.peak_mib
FROM planned p LEFT JOIN trials t ON t.digest = p.trial LEFT JOIN resamples d ON d.digest = p.resample
ORDER BY p.position
"""
RESAMPLES = """
SELECT min(p.position) AS position, p.resample, p.dataset, p.ratio, p.method, p.split, p.seed,
    d.method AS registered, d.status, d.stage, d.kind, d.reason, d.n_real, d.n_dropped, d.n_new,
    d.n_new_majority, d.n_requested,
    d.n_copies, d.n_mixed, d.realised_ratio, d.fallback, d.flags, d.fidelity_precision, d.fidelity_recall,
    d.fidelity_density, d.fidelity_coverage, d.detect_stump, d.detect_stump_null, d.detect_forest,
    d.detect_forest_null, d.fit_seconds, d.peak_mib, d.source
FROM planned p LEFT JOIN resamples d ON d.digest = p.resample
GROUP BY p.resample, p.dataset, p.ratio, p.method ORDER BY position
"""
SPLITS = """
SELECT min(p.position) AS position, p.dataset, p.ratio, p.split AS split_index, s.*, c.cards
FROM planned p JOIN resamples d ON d.digest = p.resample JOIN splits s ON s.digest = d.split
LEFT JOIN (SELECT fingerprint, json_group_array(json(card)) AS cards
    FROM (SELECT * FROM datasets ORDER BY rowid) GROUP BY fingerprint) c
    ON c.fingerprint = s.fingerprint
GROUP BY p.dataset, p.ratio, p.split ORDER BY position
"""
SCORES = """
SELECT p.position, s.metric, s.value FROM planned p
JOIN trials t ON t.digest = p.trial AND t.status = 'ok' JOIN scores s ON s.trial = t.digest
"""
UNCOMPUTED = """
SELECT p.position, s.metric, s.reason FROM planned p
JOIN trials t ON t.digest = p.trial AND t.status = 'ok'
JOIN scores s ON s.trial = t.digest AND s.reason != '' ORDER BY p.position
"""
TRACEBACKS = """
SELECT min(p.position), d.traceback FROM planned p JOIN resamples d ON d.digest = p.resample
WHERE d.status != 'ok' GROUP BY d.stage, d.status, p.method, d.reason
UNION ALL
SELECT min(p.position), t.traceback FROM planned p JOIN trials t ON t.digest = p.trial
LEFT JOIN resamples d ON d.digest = p.resample
WHERE t.status != 'ok' AND (d.status IS NULL OR d.status = 'ok')
GROUP BY t.stage, t.status, p.classifier, t.reason
"""
CALIBRATION = """
SELECT p.position, c.bins FROM planned p JOIN calibration c ON c.trial = p.trial
JOIN trials t ON t.digest = p.trial AND t.status = 'ok' ORDER BY p.position
"""
DECISION_REGIONS = """
SELECT p.position, v.view FROM planned p JOIN decision_regions v ON v.trial = p.trial ORDER BY p.position
"""
MADE_BY = """
SELECT t.run, d.run, count(DISTINCT t.digest) FROM planned p JOIN trials t ON t.digest = p.trial AND t.status
= 'ok' JOIN resamples d ON d.digest = t.resample GROUP BY 1, 2
"""
RUNS = "SELECT id, started, finished, status, suite_digest, runner, workers FROM runs ORDER BY id"


@dataclass(frozen=True, eq=False)
class Results:
    """The store, as far as the plan of its folder reaches.

    Attributes
    ----------
    plan : DataFrame of shape (n_planned, ...)
        One row a planned trial with what became of it; ``status`` is ``pending`` where there is no outcome.
    scores : DataFrame of shape (n_planned, n_metrics)
        NaN where there is no value; never a value for a trial that is not ``ok``.
    scored : DataFrame of shape (n_planned, n_metrics)
        Whether the store has an entry, be it an empty one.
    uncomputed : DataFrame of shape (n_uncomputed, 2)
        By position: metric and reason of each score that is empty since its metric failed.
    resamples : DataFrame of shape (n_resamples, ...)
        One row a planned resample with its audit; ``status`` is ``pending`` where there is none.
    splits : DataFrame of shape (n_splits, ...)
        The sizes of each split that was made, and the JSON card of its data set.
    runs : DataFrame of shape (n_runs, ...)
        When and where.
    made_by : tuple of (mapping, mapping, int)
        The versions of libraries by which trials that succeeded were carried out, those by which their
        resamples were made, and how many trials these are.
    run : dict
        The last run: title, digits, metrics and environment.
    earlier_metrics : tuple of str
        The metrics of all runs into this folder.
    tracebacks : dict of int to str
        An example for each group of failures, by the position of its first trial.
    calibration : Series of str
        JSON, by position: for each of ten bins of the minority's predicted probability the rows, the sum of
        their probabilities and the minority rows. Trials of classifiers without probabilities have none.
    decision_regions : Series of str
        JSON, by position: the rows of a resample in a plane, and the regions of a classifier there.
    state : str, default=""
        Of the store that all this was read from.
    """

    plan: pd.DataFrame
    scores: pd.DataFrame
    scored: pd.DataFrame
    uncomputed: pd.DataFrame
    resamples: pd.DataFrame
    splits: pd.DataFrame
    runs: pd.DataFrame
    made_by: tuple[tuple[Mapping[str, str], Mapping[str, str], int], ...]
    run: dict[str, Any]
    earlier_metrics: tuple[str, ...]
    tracebacks: dict[int, str]
    calibration: pd.Series[str]
    decision_regions: pd.Series[str]
    state: str = ""

    @property
    def metrics(self) -> dict[str, bool]:
        """Whether higher is better, for each metric in the suite's order."""
        return dict(self.run["metrics"])

    @property
    def digits(self) -> int:
        """How many decimals the tables show."""
        return int(self.run["options"].get("digits", 3))

    @property
    def title(self) -> str:
        """The title that the suite gives, or its name."""
        return str(self.run["options"].get("title") or self.run["suite"])

    def names(self, column: str) -> list[str]:
        """Return the labels of a column of the plan, in the order in which the plan has them first."""
        return [str(name) for name in self.plan[column].unique()]


def read(folder: Path, metrics: Mapping[str, bool] | None = None) -> Results:
    """Read the store of ``folder`` as it is at this moment; a run may go on writing.

    Parameters
    ----------
    folder : Path
        The output folder of a run.
    metrics : mapping of str to bool, optional
        What is read, and whether higher is better; by default the metrics of the last run.

    Raises
    ------
    UsageError
        When there is no store, or one of a newer version, a damaged or an empty one.
    """
    connection = connect(folder)
    with closing(connection), in_words(folder / FILE_NAME):
        connection.execute("BEGIN")
        return _results(connection, folder, metrics)


def _results(connection: sqlite3.Connection, folder: Path, metrics: Mapping[str, bool] | None) -> Results:
    run = last_run(connection)
    if run is not None and metrics is not None:
        run["metrics"] = dict(metrics)
    plan = _typed(pd.read_sql_query(PLAN, connection, index_col="position"))
    if run is None or plan.empty:
        raise UsageError(
            f"The store of '{folder}' is empty: no run has planned a trial there yet. "
            f"Start one with `bench run SUITE --out {folder}`."
        )
    scores, scored = _pivoted(pd.read_sql_query(SCORES, connection), plan.index, list(run["metrics"]))
    return Results(
        plan=plan,
        scores=scores,
        scored=scored,
        uncomputed=_uncomputed(connection, list(run["metrics"])),
        resamples=_typed(pd.read_sql_query(RESAMPLES, connection, index_col="position")),
        splits=pd.read_sql_query(SPLITS, connection, index_col="position"),
        runs=pd.read_sql_query(RUNS, connection),
        made_by=_made_by(connection),
        run=run,
        earlier_metrics=_metrics_of_runs(connection),
        tracebacks=dict(tuple(row) for row in connection.execute(TRACEBACKS)),
        calibration=pd.read_sql_query(CALIBRATION, connection, index_col="position")["bins"],
        decision_regions=pd.read_sql_query(DECISION_REGIONS, connection, index_col="position")["view"],
        state=state(connection),
    )


def _uncomputed(connection: sqlite3.Connection, metrics: list[str]) -> pd.DataFrame:
    found = pd.read_sql_query(UNCOMPUTED, connection, index_col="position")
    return found[found["metric"].isin(metrics)]


def _made_by(connection: sqlite3.Connection) -> tuple[tuple[Mapping[str, str], Mapping[str, str], int], ...]:
    texts = dict(connection.execute("SELECT id, environment FROM runs").fetchall())
    libraries = {run: json.loads(text).get("libraries", {}) for run, text in texts.items()}
    rows = connection.execute(MADE_BY).fetchall()
    return tuple((libraries.get(tried, {}), libraries.get(drawn, {}), n) for tried, drawn, n in rows)


def _metrics_of_runs(connection: sqlite3.Connection) -> tuple[str, ...]:
    texts = [row[0] for row in connection.execute("SELECT metrics FROM runs ORDER BY id")]
    return tuple(dict.fromkeys(name for text in texts for name in json.loads(text)))


def _typed(frame: pd.DataFrame) -> pd.DataFrame:
    """Give each column one type whatever rows there are: an empty column of SQLite has none."""
    kinds: dict[str, str] = dict.fromkeys(COUNTS, "Int64")
    kinds |= dict.fromkeys(
        [*FIDELITY, *DETECTED, "realised_ratio", "fit_seconds", "trial_seconds", "peak_mib"], "float64"
    )
    blanks = dict.fromkeys(TEXTS, "") | {"status": PENDING, "resample_status": PENDING}
    frame = frame.assign(
        **{name: frame[name].fillna(blank) for name, blank in blanks.items() if name in frame}
    )
    return frame.astype({name: kind for name, kind in kinds.items() if name in frame})


def _pivoted(
    long: pd.DataFrame, positions: pd.Index, metrics: list[str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the values, one column a metric, and whether there is an entry at all."""
    long = long[long["metric"].isin(metrics)].astype({"value": "float64"}).assign(entry=True)
    values, entries = (
        long.pivot(index="position", columns="metric", values=name).reindex(index=positions, columns=metrics)
        for name in ("value", "entry")
    )
    return values.astype("float64"), entries.notna()

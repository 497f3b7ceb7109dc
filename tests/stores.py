"""Stores that a test writes by hand: which score each method had on each split, and what is missing."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from oversample_bench.analysis import results
from oversample_bench.analysis.results import Results
from oversample_bench.store import Ledger, PlannedRecord, ResampleRecord, RunRecord, SplitRecord, TrialRecord
from oversample_bench.store.schema import SCHEMA_VERSION

SIZES = (80, 20, 5, 20, 5)  # training rows by class, hidden, test rows by class
SHARE = 25 / 100
"""n_test / n_train of every split."""
FAILED, SKIPPED, WAITS, SILENT = "failed", "skipped", "waits", "silent"
"""A trial that failed, one that was skipped, one that has not been run, one whose classifier has no
such output."""

Score = float | str


@dataclass(frozen=True)
class Cell:
    """The outcomes of one method, one a split or, in an inner list, one a split and seed."""

    scores: Sequence[Score | Sequence[Score]]
    method: str = "none"
    dataset: str = "ecoli1"
    ratio: str = "natural"
    classifier: str = "tree"
    flags: str = ""
    reason: str = ""  # of those that failed

    def trials(self) -> Iterator[tuple[int, int, Score]]:
        """Yield split, seed and outcome."""
        for split, inner in enumerate(self.scores):
            for seed, score in enumerate([inner] if isinstance(inner, float | int | str) else inner):
                yield split, seed, score


def store(
    folder: Path, cells: Iterable[Cell], metrics: Mapping[str, bool] | None = None, **options: object
) -> Path:
    """Write a store with these outcomes under every metric, and return its folder."""
    metrics = metrics or {"mcc": True}
    ledger, planned = Ledger(folder), []
    ledger.begin(RunRecord("toy", "d1g3st", "", options, metrics, "serial", 1, {}))
    for cell in cells:
        for split, seed, score in cell.trials():
            planned.append(_write(ledger, cell, (split, seed), dict.fromkeys(metrics, score)))
    ledger.set_plan(planned)
    ledger.connection.execute("UPDATE runs SET started = 'then', finished = 'later', status = 'finished'")
    ledger.close()
    return folder


def stored(folder: Path, cells: Iterable[Cell], **options: object) -> Results:
    """Write a store with one metric, mcc, and read it."""
    return results.read(store(folder, cells, None, **options))


def _write(ledger: Ledger, cell: Cell, at: tuple[int, int], scores: Mapping[str, Score]) -> PlannedRecord:
    place = f"{cell.dataset}/{cell.ratio}/{at[0]}"
    resample = f"{place}/{cell.method}/{at[1]}"
    trial = f"{resample}/{cell.classifier}"
    common = {"params": "{}", "source": "", "stage": "", "kind": "", "reason": "", "traceback": "", "run": 1}
    drawn = {"split": place, "method": cell.method, "spec": "{}", "status": "ok", "fallback": ""}
    split = SplitRecord(place, cell.dataset, 7, *SIZES, 0.25, 0, 0)
    ledger.add_resample(
        ResampleRecord(resample, {**common, **drawn, "flags": cell.flags, "fit_seconds": 0.1}), split
    )
    outcome = next(iter(scores.values()))
    if outcome != WAITS:
        columns = {"resample": resample, "classifier": cell.classifier, "trial_seconds": 0.1}
        undone = outcome in (FAILED, SKIPPED)
        columns |= {"status": outcome, "reason": cell.reason} if undone else {"status": "ok"}
        values = {name: None if isinstance(one, str) else one for name, one in scores.items()}
        told = {} if undone else values
        ledger.add_trial(TrialRecord(trial, {**common, **columns}, told, dict.fromkeys(scores, "builtin")))
    return PlannedRecord(trial, resample, cell.dataset, cell.ratio, cell.method, cell.classifier, *at)


BACK = {
    6: "DROP TABLE lease;",
    5: """
    ALTER TABLE resamples DROP COLUMN detect_stump;
    ALTER TABLE resamples DROP COLUMN detect_stump_null;
    ALTER TABLE resamples DROP COLUMN detect_forest;
    ALTER TABLE resamples DROP COLUMN detect_forest_null;
    """,
    4: """
    ALTER TABLE decision_regions RENAME TO portraits;
    ALTER TABLE splits RENAME COLUMN n_withheld TO n_hidden;
    ALTER TABLE planned RENAME COLUMN resample TO draw;
    ALTER TABLE trials RENAME COLUMN resample TO draw;
    ALTER TABLE resamples RENAME COLUMN n_requested TO n_owed;
    ALTER TABLE resamples RENAME TO draws;
    DROP INDEX trials_resample;
    CREATE INDEX trials_draw ON trials (draw);
    """,
    3: """
    ALTER TABLE draws DROP COLUMN n_mixed;
    ALTER TABLE trials DROP COLUMN notes;
    ALTER TABLE scores DROP COLUMN reason;
    """,
    2: "DROP TABLE calibration; DROP TABLE portraits;",
}
"""How a store of this version becomes one of an earlier version."""


def set_back(connection: sqlite3.Connection, version: int) -> None:
    """Make a store of this version one of an earlier version."""
    for number in range(SCHEMA_VERSION, version, -1):
        connection.executescript(BACK[number])
    connection.execute(f"PRAGMA user_version = {version}")

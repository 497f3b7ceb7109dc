"""Stores that a test writes by hand: which score each method had on each split, and what is missing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from oversample_bench.analysis import results
from oversample_bench.analysis.results import Results
from oversample_bench.store import DrawRecord, Ledger, PlannedRecord, RunRecord, SplitRecord, TrialRecord

SIZES = (80, 20, 5, 20, 5)  # training rows by class, hidden, test rows by class
SHARE = 25 / 100
"""n_test / n_train of every split."""
FAILED, WAITS, SILENT = "failed", "waits", "silent"
"""A trial that failed, one that has not been run, and one whose classifier has no such output."""

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
    draw = f"{place}/{cell.method}/{at[1]}"
    trial = f"{draw}/{cell.classifier}"
    common = {"params": "{}", "source": "", "stage": "", "kind": "", "reason": "", "traceback": "", "run": 1}
    drawn = {"split": place, "method": cell.method, "spec": "{}", "status": "ok", "fallback": ""}
    split = SplitRecord(place, cell.dataset, 7, *SIZES, 0.25, 0, 0)
    ledger.add_draw(DrawRecord(draw, {**common, **drawn, "flags": cell.flags, "fit_seconds": 0.1}), split)
    outcome = next(iter(scores.values()))
    if outcome != WAITS:
        columns = {"draw": draw, "classifier": cell.classifier, "trial_seconds": 0.1}
        columns |= {"status": FAILED, "reason": cell.reason} if outcome == FAILED else {"status": "ok"}
        values = {name: None if isinstance(one, str) else one for name, one in scores.items()}
        told = {} if outcome == FAILED else values
        ledger.add_trial(TrialRecord(trial, {**common, **columns}, told, dict.fromkeys(scores, "builtin")))
    return PlannedRecord(trial, draw, cell.dataset, cell.ratio, cell.method, cell.classifier, *at)

"""What a trial costs the driver where hundreds of workers answer to it: stand-ins on a clock of their own.

Nothing here passes or fails by a clock. The columns of the table are those of ``reports/performance.md``.
"""

from __future__ import annotations

from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from oversample_bench.execution.driver import run
from oversample_bench.execution.progress import Lines
from oversample_bench.execution.run_result import Options
from oversample_bench.execution.runners.events import Event, TrialDone
from oversample_bench.execution.runners.slots import Node
from oversample_bench.suite import Suite, parse_suite
from tests.benchmarks.stand_ins import StandIns, answered, in_place

METHODS = "none, random, smote, borderline_smote, adasyn"
CLASSIFIERS = """knn, decision_tree, logistic_regression, linear_svc, mlp, adaboost, random_forest,
  hist_gradient_boosting, decision_tree_balanced, adaboost_samme_r"""
TRIALS_A_SPLIT = 50
TRIALS_A_WORKER = 20


@dataclass(frozen=True)
class Found:
    """What a run came to: how busy the workers were, trials a second, seconds of the driver a trial."""

    busy: float
    rate: float
    seconds: float


class Timed(Lines):
    """Shows lines as in a log, and notes the clock and the driver's own time at each trial."""

    def __init__(self, ray: StandIns) -> None:
        super().__init__(Console(file=StringIO()))
        self.ray = ray
        self.marks: list[tuple[float, float]] = []

    def told(self, event: Event) -> None:
        super().told(event)
        if isinstance(event, TrialDone):
            self.marks.append((self.ray.now(), self.ray.cpu()))


def suite(splits: int) -> Suite:
    """Return a suite of fifty trials a split, ten on each resample."""
    return parse_suite(
        f"name: many\ndata: [ecoli1]\nmethods: [{METHODS}]\nclassifiers: [{CLASSIFIERS}]\nsplits: {splits}\n"
    )


def dispatched(workers: int, trials: int, folder: Path) -> Found:
    """Carry out so many trials of a second each on stand-ins."""
    ray = answered(suite(1))
    watcher = Timed(ray)
    options = Options(runner="ray", workers=workers, report=False)
    with in_place(ray, [Node(workers)]):
        summary = run(suite(-(-trials // TRIALS_A_SPLIT)), folder, options, watcher)
    assert {"ok"} == set(summary.counts)
    (begun, cpu_before), (ended, cpu_after) = watcher.marks[0], watcher.marks[-1]
    done = len(watcher.marks) - 1
    busy = ray.busy / workers / (ended - (ray.begun_at or 0.0))
    return Found(busy, done / (ended - begun), (cpu_after - cpu_before) / done)


@pytest.mark.parametrize("workers", [100, 200, 500, 1000])
def test_dispatch(benchmark: Any, tmp_path: Path, tell: Any, workers: int) -> None:
    """Twenty trials of a second for each worker, from the first one's end to the last one's."""
    trials = workers * TRIALS_A_WORKER
    found = benchmark.pedantic(dispatched, args=(workers, trials, tmp_path / "out"), rounds=1)

    tell(
        f"{workers:,} stand-in workers, {trials:,} trials of 1 s",
        f"{found.busy:.0%} busy, {found.rate:.0f} trials/s, {found.seconds * 1e3:.2f} ms a trial",
        ">= 90 %, <= 1 ms" if workers == 1000 else "-",
    )

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
from tests.benchmarks.memory import forget_peak, peak_mib
from tests.benchmarks.stand_ins import StandIns, answered, in_place

METHODS = "none, random, smote, borderline_smote"
CLASSIFIERS = """knn, decision_tree, logistic_regression, linear_svc, mlp, adaboost, random_forest,
  hist_gradient_boosting, decision_tree_balanced, adaboost_samme_r"""
TRIALS_A_SPLIT = 50
TRIALS_A_WORKER = 20


@dataclass(frozen=True)
class Found:
    """What a run came to: how busy the workers were, trials a second, seconds of the driver a trial.

    ``second`` and ``last`` are the seconds in the second and in the last tenth of the trials; in the first
    one, workers start.
    """

    busy: float
    rate: float
    seconds: float
    second: float
    last: float


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


def suite(splits: int, gpus: float = 0) -> Suite:
    """Return a suite of fifty trials a split, ten on each resample; one method in five may ask for GPUs."""
    return parse_suite(
        f"name: many\ndata: [ecoli1]\nmethods: [{METHODS}, {{name: adasyn, resources: {{gpus: {gpus}}}}}]\n"
        f"classifiers: [{CLASSIFIERS}]\nsplits: {splits}\n"
    )


def dispatched(nodes: list[Node], trials: int, folder: Path) -> Found:
    """Carry out so many trials of a second each on stand-ins."""
    ray = answered(suite(1))
    watcher = Timed(ray)
    workers = round(sum(node.cpus for node in nodes))
    asked = suite(-(-trials // TRIALS_A_SPLIT), gpus=float(any(node.gpus for node in nodes)))
    with in_place(ray, nodes):
        summary = run(asked, folder, Options(runner="ray", workers=workers, report=False), watcher)
    assert {"ok"} == set(summary.counts)
    done = len(watcher.marks) - 1
    (begun, cpu_before), (ended, cpu_after) = watcher.marks[0], watcher.marks[-1]
    busy = ray.busy / workers / (ended - (ray.begun_at or 0.0))
    tenth = done // 10
    before, second, last = (watcher.marks[place][1] for place in (tenth, 2 * tenth, done - tenth))
    growth = (second - before) / tenth, (cpu_after - last) / tenth
    return Found(busy, done / (ended - begun), (cpu_after - cpu_before) / done, *growth)


def said(found: Found) -> str:
    """Return a result as the table has it."""
    return f"{found.busy:.0%} busy, {found.rate:.0f} trials/s, {found.seconds * 1e3:.2f} ms a trial"


@pytest.mark.parametrize("workers", [100, 200, 500, 1000])
def test_dispatch(benchmark: Any, tmp_path: Path, tell: Any, workers: int) -> None:
    """Twenty trials of a second for each worker, from the first one's end to the last one's."""
    trials = workers * TRIALS_A_WORKER
    found = benchmark.pedantic(dispatched, args=([Node(workers)], trials, tmp_path / "out"), rounds=1)

    tell(
        f"{workers:,} stand-in workers, {trials:,} trials of 1 s",
        said(found),
        ">= 90 %, <= 1 ms" if workers == 1000 else "-",
    )


def test_dispatch_mixed(benchmark: Any, tmp_path: Path, tell: Any) -> None:
    """Fits that need a GPU beside such that do not, on 200 workers without a GPU and 8 with one each."""
    nodes = [Node(200, 0, "cpus"), Node(8, 8, "gpus")]
    found = benchmark.pedantic(dispatched, args=(nodes, 4000, tmp_path / "out"), rounds=1)

    tell(
        "200 CPU and 8 GPU stand-in workers, a fifth of 4,000 trials on resamples that need a GPU",
        said(found),
        "-",
    )


def test_dispatch_long(benchmark: Any, tmp_path: Path, tell: Any) -> None:
    """A long queue: what a trial costs at the end of 100,000 of them, and at their beginning."""
    forget_peak()
    before = peak_mib()
    found = benchmark.pedantic(dispatched, args=([Node(1000)], 100_000, tmp_path / "out"), rounds=1)

    tenths = f"second tenth {found.second * 1e3:.2f}, last {found.last * 1e3:.2f}"
    tell(
        "1,000 stand-in workers, 10,000 jobs of 10 trials of 1 s",
        f"{said(found)} ({tenths}); peak {peak_mib():,.0f} MiB ({before:,.0f} MiB before it)",
        "no growth, <= 1 GiB",
    )

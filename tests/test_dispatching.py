"""A cluster of stand-ins: what is dispatched, committed and told, and what that takes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from oversample_bench.execution.driver import run
from oversample_bench.execution.run_result import Options
from oversample_bench.execution.runners.events import Event, JobDone, TrialDone
from oversample_bench.execution.runners.slots import Node
from oversample_bench.execution.watcher import Watcher
from oversample_bench.store import Ledger, connect
from oversample_bench.suite import parse_suite
from tests.benchmarks.stand_ins import Charges, StandIns, answered, in_place

FREE = Charges(0, 0, 0, 0)
SUITE = """
name: many
data: [ecoli1]
methods: [none, random, smote, {{name: borderline_smote, resources: {{gpus: {gpus}}}}}]
classifiers: [knn, decision_tree, linear_svc, mlp, random_forest]
splits: {splits}
"""


@pytest.fixture(scope="module")
def ray() -> StandIns:
    """Return stand-ins that answer as a real fit and a real trial did."""
    return replace(answered(parse_suite(SUITE.format(gpus=0, splits=1))), charges=FREE, counts_driver=False)


class Counting(Watcher):
    """Counts what is told, and looks each time how much of it is in the store."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.told_so_far, self.stored = folder, 0, []

    def told(self, event: Event) -> None:
        if isinstance(event, TrialDone):
            self.told_so_far += 1
            (count,) = connect(self.folder).execute("SELECT count(*) FROM trials").fetchone()
            self.stored.append(count)


class Holding(Watcher):
    """Notes how many resamples the driver holds when a job is done."""

    def __init__(self, ray: StandIns) -> None:
        self.ray, self.most = ray, 0

    def told(self, event: Event) -> None:
        if isinstance(event, JobDone):
            self.most = max(self.most, len(self.ray.resamples_held))


def carried_out(ray: StandIns, folder: Path, splits: int, nodes: list[Node], watcher: Any = None) -> Any:
    """Run the suite on stand-ins; a fit asks for a GPU where a node has one."""
    gpus = int(any(node.gpus for node in nodes))
    with in_place(ray, nodes):
        options = Options(runner="ray", report=False)
        return run(parse_suite(SUITE.format(gpus=gpus, splits=splits)), folder, options, watcher)


def test_the_cost_of_an_end_does_not_grow_with_the_workers(ray: StandIns, tmp_path: Path) -> None:
    """Ray looks at every call that it is asked about: asked about all for a share of them, not for each."""
    looked_at = {}
    for workers in (20, 320):
        fresh = replace(ray)
        carried_out(fresh, tmp_path / str(workers), workers // 4, [Node(workers)])
        looked_at[workers] = fresh.looked_at / fresh.calls

    assert looked_at[320] < 100
    assert looked_at[320] < 3 * looked_at[20]


def test_all_is_done_once_and_busy(ray: StandIns, tmp_path: Path) -> None:
    """Each trial has its row, and no worker stands idle long while there is work."""
    fresh = replace(ray)
    found = carried_out(fresh, tmp_path, 40, [Node(10)])

    assert {"ok": 800} == dict(found.counts)
    assert 800 == found.computed == fresh.count["trial"]
    assert 160 == fresh.count["fit"]
    assert fresh.busy / 10 / fresh.skipped() > 0.8


def test_a_resample_is_let_go_of_when_its_trials_are_done(ray: StandIns, tmp_path: Path) -> None:
    """The store of the cluster holds a few resamples a worker, however many a run makes."""
    fresh = replace(ray)
    watcher = Holding(fresh)
    carried_out(fresh, tmp_path, 40, [Node(5)], watcher)

    assert 160 == fresh.count["drawing"]
    assert watcher.most <= 3 * 5


def test_gpus_are_for_what_needs_them(ray: StandIns, tmp_path: Path) -> None:
    """While fits wait for a GPU it does nothing else, and the whole takes little longer than it must."""
    fresh = replace(ray)
    carried_out(fresh, tmp_path, 100, [Node(20, 0, "cpus"), Node(2, 2, "gpus")])
    last = sorted(fresh.moments["fit", "gpus"])[100 - 2]  # the very last one is the other GPU's

    assert [] == [moment for moment in fresh.moments["trial", "gpus"] if moment < last]
    assert fresh.busy / 22 / fresh.skipped() > 0.8


def test_nobody_is_told_of_a_trial_before_its_row_is_committed(ray: StandIns, tmp_path: Path) -> None:
    """Rows are committed in groups, and each is there when it is told of."""
    watcher = Counting(tmp_path)
    carried_out(replace(ray), tmp_path, 10, [Node(50)], watcher)

    assert 200 == watcher.told_so_far
    assert all(number <= stored for number, stored in enumerate(watcher.stored, start=1))


def test_a_group_is_committed_by_200_rows_or_half_a_second(
    ray: StandIns, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One transaction for many rows where many workers answer, and none waits for longer than it may."""
    groups: list[int] = []
    add = Ledger.add

    def counted(ledger: Ledger, rows: Any) -> None:
        groups.append(len(rows))
        add(ledger, rows)

    monkeypatch.setattr(Ledger, "add", counted)
    fresh = replace(ray)
    carried_out(fresh, tmp_path, 20, [Node(80)])

    assert 20 * 4 * (5 + 2) == sum(groups)
    assert max(groups) <= 200 + 2
    assert len(groups) <= 2 * fresh.skipped() + sum(groups) / 200 + 2


def test_a_row_in_this_process_is_committed_before_the_next_call(tmp_path: Path) -> None:
    """A method may take the run along: in one process no finished row waits for others."""
    watcher = Counting(tmp_path)
    text = SUITE.format(gpus=0, splits=1).replace(", mlp, random_forest", "")
    run(parse_suite(text), tmp_path, Options(runner="serial", report=False), watcher)

    assert list(range(1, watcher.told_so_far + 1)) == watcher.stored

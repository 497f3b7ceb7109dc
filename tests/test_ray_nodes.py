"""A cluster of several machines, played by processes: what it lacks is said, what it loses not waited for."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from oversample_bench.core.errors import UsageError
from oversample_bench.execution import recorder
from oversample_bench.execution.driver import run
from oversample_bench.execution.run_result import Options
from oversample_bench.execution.runners import arrivals, ray_runner, ray_start
from oversample_bench.execution.runners.cluster import Cluster, connected
from oversample_bench.execution.runners.events import Event, Notice, ResampleDone
from oversample_bench.execution.runners.pool import Pool
from oversample_bench.execution.watcher import Watcher
from oversample_bench.store import connect
from oversample_bench.suite import parse_suite

pytestmark = [pytest.mark.ray, pytest.mark.slow]

SIZE = {"object_store_memory": 100 * 2**20}
MEASURED = ["fit_seconds", "trial_seconds", "peak_mib"]


class Machines:
    """A cluster whose nodes are processes of this machine."""

    def __init__(self, head_cpus: int = 2) -> None:
        from ray.cluster_utils import Cluster

        with ray_start.more_patience():
            self.cluster = Cluster(
                initialize_head=True,
                head_node_args={"num_cpus": head_cpus, "include_dashboard": False, **SIZE},
            )

    def add(self, cpus: int, gpus: int = 0, **variables: str) -> Any:
        """Start a node more, whose processes have these variables."""
        with ray_start.more_patience():
            return self.cluster.add_node(num_cpus=cpus, num_gpus=gpus, env_vars=variables, **SIZE)


@pytest.fixture(scope="module")
def machines() -> Iterator[Machines]:
    """Start two machines of two CPUs each."""
    made = Machines()
    made.add(2)
    yield made
    made.cluster.shutdown()


DYING = "workers die while they start: ModuleNotFoundError:"


def suite(cpus: int, splits: int = 2) -> str:
    """Return a suite in which a method asks for so many CPUs, one method and set for several splits."""
    return f"""
name: nodes
data: [ecoli1]
methods: [none, {{name: smote, resources: {{cpus: {cpus}}}}}]
classifiers: [decision_tree]
splits: {splits}
"""


def visible_gpus() -> str | None:
    """Return what a worker sees of the GPUs of its machine."""
    return os.environ.get("CUDA_VISIBLE_DEVICES")


def numbers(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table of trials without what a clock measured."""
    return frame.drop(columns=MEASURED)


def test_a_method_that_no_node_can_hold_is_refused(machines: Machines, tmp_path: Path) -> None:
    """Three CPUs on two nodes of two are refused before anything is begun; two CPUs change no number."""
    address = machines.cluster.address
    sentence = "'smote' asks for 3 CPUs; the largest node of the cluster has 2 CPUs."
    with pytest.raises(UsageError, match=sentence):
        run(parse_suite(suite(3)), tmp_path / "out", Options(address=address))
    summary = run(parse_suite(suite(2)), tmp_path / "out", Options(address=address))
    alone = run(parse_suite(suite(3)), tmp_path / "alone", Options(runner="serial"))

    assert {"ok": 4} == dict(summary.counts)
    assert 4 == summary.computed
    pd.testing.assert_frame_equal(numbers(alone.trials()), numbers(summary.trials()), check_exact=True)


def test_bad_nodes_are_named_and_compute_nothing(machines: Machines, tmp_path: Path) -> None:
    """One has another release of a library, on one the workers cannot be imported: the others do it all."""
    skewed, bare = tmp_path / "skewed", tmp_path / "bare"
    (skewed / "scipy-0.9.dist-info").mkdir(parents=True)
    (skewed / "scipy-0.9.dist-info" / "METADATA").write_text("Name: scipy\nVersion: 0.9\n")
    (bare / "sklearn").mkdir(parents=True)
    (bare / "sklearn" / "__init__.py").write_text("raise ModuleNotFoundError('nothing is installed here')")
    nodes = [machines.add(1, PYTHONPATH=str(folder)) for folder in (skewed, bare)]
    address, phrases = (
        machines.cluster.address,
        ("scipy is 0.9 there and ", f"{DYING} nothing is installed here"),
    )
    try:
        for splits in (2, 20, 200, 800):  # the others may have done it all before a node has begun
            out = tmp_path / str(splits)
            summary = run(parse_suite(suite(1, splits)), out, Options(address=address))
            if all(phrase in " ".join(summary.notices) for phrase in phrases):
                break
    finally:
        for node in nodes:
            machines.cluster.remove_node(node)
    alone = run(parse_suite(suite(1, splits)), tmp_path / "alone", Options(runner="serial"))

    assert 2 == len(summary.notices)
    assert all(phrase in " ".join(summary.notices) for phrase in phrases)
    pd.testing.assert_frame_equal(numbers(alone.trials()), numbers(summary.trials()), check_exact=True)


class Unplugs(Watcher):
    """Takes a machine away as soon as a method has been fitted on it, and shortens the patience with it."""

    def __init__(self, machines: Machines, node: Any, patience: Callable[[float], None]) -> None:
        self.machines = machines
        self.node = node
        self.patience = patience

    def told(self, event: Event) -> None:
        if isinstance(event, ResampleDone) and event.task.spec.method.name == "smote" and self.node:
            self.machines.cluster.remove_node(self.node)
            self.node = None
            self.patience(10.0)


@pytest.mark.usefixtures("reports")
def test_a_node_that_is_lost_is_not_waited_for_without_end(
    machines: Machines, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the only large node goes the run ends with a sentence; the next one goes on with what is left."""
    address = machines.cluster.address
    unplugs = Unplugs(machines, machines.add(3), partial(monkeypatch.setattr, ray_runner, "PATIENCE_SECONDS"))
    monkeypatch.setattr(recorder, "GROUP_SECONDS", 0.0)  # the watcher hears of the first fit at once
    with pytest.raises(UsageError, match="has no room any more for a worker with 3 CPUs"):
        run(parse_suite(suite(3, 8)), tmp_path / "out", Options(address=address), unplugs)
    monkeypatch.undo()
    status, done = (
        connect(tmp_path / "out").execute(f"SELECT {what}").fetchone()[0]
        for what in ("status FROM runs", "count(*) FROM trials")
    )
    first = (tmp_path / "out" / "report.md").read_text()
    again = run(parse_suite(suite(2, 8)), tmp_path / "out", Options(address=address))

    assert "interrupted" == status
    assert "not yet run" in first
    assert 16 == done + again.computed
    assert {"ok": 16} == dict(again.counts)
    assert () == again.notices


class Adds(Watcher):
    """Adds a machine as soon as the run tells something, or something of a kind."""

    def __init__(self, add: Callable[[], object], kind: type) -> None:
        self.add: Callable[[], object] | None = add
        self.kind = kind

    def told(self, event: Event) -> None:
        if isinstance(event, self.kind) and self.add:
            self.add()
            self.add = None


def test_a_cluster_without_cpus_is_waited_for(tmp_path: Path) -> None:
    """A head without CPUs, and a machine that comes when it is asked for: demand is shown, all is done."""
    made = Machines(head_cpus=0)
    try:
        adds = Adds(partial(made.add, 2), Notice)
        summary = run(parse_suite(suite(1)), tmp_path / "out", Options(address=made.cluster.address), adds)
    finally:
        made.cluster.shutdown()
    alone = run(parse_suite(suite(1)), tmp_path / "alone", Options(runner="serial"))

    assert ["Asked for 4 CPUs, the cluster has 0: the run waits for machines."] == [
        notice.split(" It begins")[0] for notice in summary.notices
    ]
    pd.testing.assert_frame_equal(numbers(alone.trials()), numbers(summary.trials()), check_exact=True)


class Counts(Adds):
    """Adds a machine at the first fit, and goes on slowly until the run has told that it joined."""

    joined = False

    def told(self, event: Event) -> None:
        super().told(event)
        self.joined |= isinstance(event, Notice) and "has joined with 2 CPUs" in event.sentence


def test_a_machine_that_joins_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that is added while a run goes on is noticed, has workers that answer, and changes no number."""
    monkeypatch.setattr(arrivals, "NEWS_SECONDS", 0.2)
    monkeypatch.setattr(recorder, "GROUP_SECONDS", 0.0)
    welcomed: list[str] = []
    welcome = Pool._welcome
    monkeypatch.setattr(
        Pool, "_welcome", lambda pool, slot, at: (welcomed.append(slot.node), welcome(pool, slot, at))
    )
    made = Machines(head_cpus=1)
    added: list[Any] = []
    try:
        for splits in (100, 400, 1600):  # the first machine may have done it all before
            counts = Counts(lambda: added.append(made.add(2)), ResampleDone)
            out, address = tmp_path / str(splits), made.cluster.address
            summary = run(parse_suite(suite(1, splits)), out, Options(address=address), counts)
            if counts.joined and added[-1].node_id in welcomed:
                break
            made.cluster.remove_node(added[-1])
    finally:
        made.cluster.shutdown()
    alone = run(parse_suite(suite(1, splits)), tmp_path / "alone", Options(runner="serial"))

    assert counts.joined
    assert added[-1].node_id in welcomed
    pd.testing.assert_frame_equal(numbers(alone.trials()), numbers(summary.trials()), check_exact=True)


def test_workers_without_a_gpu_see_none(machines: Machines) -> None:
    """Also on a node that was started without our settings; who asks for a GPU sees that one."""
    import ray
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    node = machines.add(1, gpus=1, RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO="0", CUDA_VISIBLE_DEVICES="0")
    try:
        with connected(Cluster(machines.cluster.address)):
            on = NodeAffinitySchedulingStrategy(node.node_id, soft=False)
            seen = ray.remote(num_cpus=1, scheduling_strategy=on)(visible_gpus)
            without, having = ray.get(seen.remote()), ray.get(seen.options(num_gpus=1).remote())
    finally:
        machines.cluster.remove_node(node)

    assert (without, having) == ("", "0")

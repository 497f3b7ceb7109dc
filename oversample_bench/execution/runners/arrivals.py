"""Machines that come while a run waits or goes on: an autoscaler starts them, or somebody does by hand."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import replace
from typing import Any

from oversample_bench.core.errors import counted
from oversample_bench.evaluation.tasks import Job
from oversample_bench.execution.runners.cluster import Connection, able, chosen
from oversample_bench.execution.runners.events import Event, Lull, Notice
from oversample_bench.execution.runners.slots import Node

NEWS_SECONDS = 5.0
"""How often a cluster is asked who has joined."""
LOOK_SECONDS = 0.5


def awaited(
    jobs: Sequence[Job], cluster: Connection, is_over: Callable[[], bool]
) -> Generator[Event, None, Connection]:
    """Wait until a cluster has a node with room for a worker, and say so once; ask its autoscaler for some.

    What is asked for is a CPU for each fit, up to ``--workers``, and what methods need beyond that.
    """
    import ray
    from ray.autoscaler.sdk import request_resources

    wanted = min(len(jobs), cluster.workers or len(jobs))
    yield Notice(
        f"Asked for {counted(wanted, 'CPU')}, the cluster has 0: the run waits for machines. It begins with "
        "the first that joins; Ctrl-C ends the wait."
    )
    yield Lull(pressing=True)
    request_resources(bundles=_bundles(jobs, wanted))
    try:
        while not able(found := ray.nodes()) and not is_over():
            time.sleep(LOOK_SECONDS)
    finally:
        request_resources(bundles=[])  # workers hold their machines themselves
    return replace(cluster, nodes=chosen(found, cluster.workers), bounds=tuple(able(found)))


def _bundles(jobs: Sequence[Job], wanted: int) -> list[dict[str, float]]:
    """Return what is asked of an autoscaler: one place for each need, then one CPU each."""
    needs = dict.fromkeys((job.resources.cpus, job.resources.gpus) for job in jobs)
    large = [
        {"CPU": cpus, "GPU": gpus} if gpus else {"CPU": cpus} for cpus, gpus in needs if gpus or cpus > 1
    ]
    return [*large, *[{"CPU": 1.0}] * max(0, wanted - len(large))]


class Newcomers:
    """The nodes that have joined a cluster since it was asked last.

    Parameters
    ----------
    cluster : Connection
        What there is at the beginning. On a Ray that this process has started nobody joins.
    """

    def __init__(self, cluster: Connection) -> None:
        self._known = {node.name for node in cluster.bounds}
        self._joins = bool(cluster.bounds)
        self._left = (cluster.workers or float("inf")) - sum(node.cpus for node in cluster.nodes)
        self._next = time.monotonic() + NEWS_SECONDS

    def __call__(self) -> list[Node]:
        """Return them, as far as ``--workers`` goes."""
        if not self._joins or time.monotonic() < self._next:
            return []
        self._next = time.monotonic() + NEWS_SECONDS
        return self._taken(_nodes())

    def _taken(self, nodes: Sequence[Node]) -> list[Node]:
        found = []
        for node in nodes:
            if node.name not in self._known and self._left >= 1:
                self._known.add(node.name)
                found.append(replace(node, cpus=min(node.cpus, self._left)))
                self._left -= found[-1].cpus
        return found


def _nodes() -> list[Node]:
    import ray

    found: list[dict[str, Any]] = ray.nodes()
    return able(found)


def nobody() -> list[Node]:
    """Tell that nobody has joined, for who is on one machine."""
    return []

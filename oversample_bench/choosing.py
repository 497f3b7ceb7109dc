"""Chooses the runner: Ray only when the work that it can take over outweighs its start.

``auto`` begins in this process and hands the rest over once it has seen that this pays: both runners give
the same numbers. It begins with Ray at once where earlier runs have shown how long the work takes, and where
a process is at risk: a suite with loose plugin files, or one whose last run died without a word.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from oversample_bench.runners.cluster import Cluster, cores
from oversample_bench.summary import RunnerName

if TYPE_CHECKING:
    from oversample_bench.runners.events import Blueprint, Event, Supply
    from oversample_bench.tasks import Job

PROBE_SECONDS = 3.0
RAY_START_SECONDS = 10.0
"""Ray's own start and the imports of its workers, on two busy cores."""


@dataclass(frozen=True)
class Choice:
    """Where the work is to run, and what speaks for it.

    Parameters
    ----------
    runner : {"auto", "serial", "ray"}
        What the user asked for.
    cluster : Cluster
        What Ray is to run on.
    expected_seconds : float or None
        Of all the work in one process, by earlier runs.
    at_risk : str
        Why work should not run in this process; empty where it may.
    """

    runner: RunnerName
    cluster: Cluster = field(default_factory=Cluster)
    expected_seconds: float | None = None
    at_risk: str = ""

    def first(self) -> Literal["serial", "ray"]:
        """Return the runner to begin with."""
        if self.runner == "auto":
            known = self.expected_seconds is not None and self.pays(self.expected_seconds)
            return "ray" if self.at_risk or known or self.cluster.address else "serial"
        return self.runner

    def workers(self) -> int:
        """Return how many workers Ray would start on this machine."""
        return self.cluster.workers or cores()

    def pays(self, seconds: float) -> bool:
        """Tell whether Ray would save more of ``seconds`` than its start costs."""
        return seconds * (1 - 1 / self.workers()) > RAY_START_SECONDS


def events(
    choice: Choice,
    jobs: Sequence[Job],
    blueprint: Blueprint,
    supply: Supply,
    moved: Callable[[], None],
) -> Generator[Event, None, None]:
    """Run ``jobs`` where ``choice`` says; ``moved`` is called when the rest is handed over to Ray."""
    if choice.first() == "ray":
        from oversample_bench.runners.ray import run_ray

        yield from run_ray(jobs, blueprint, supply, choice.cluster)
        return
    left = yield from _serial(choice, jobs, blueprint, supply)
    if left:
        from oversample_bench.runners.ray import run_ray

        moved()
        yield from run_ray(left, blueprint, supply, choice.cluster)


def _serial(
    choice: Choice, jobs: Sequence[Job], blueprint: Blueprint, supply: Supply
) -> Generator[Event, None, Sequence[Job]]:
    """Run here, and return the jobs that are better handed over."""
    from oversample_bench.runners.events import JobDone
    from oversample_bench.runners.serial import run_serial

    start = time.monotonic()
    finished = 0
    running = run_serial(jobs, blueprint, supply)
    for event in running:
        yield event
        finished += isinstance(event, JobDone)
        if choice.runner == "auto" and isinstance(event, JobDone):
            seconds = time.monotonic() - start
            ahead = seconds / finished * (len(jobs) - finished)
            if seconds > PROBE_SECONDS and choice.pays(ahead):
                running.close()
                return jobs[finished:]
    return ()

"""Chooses the runner: Ray only when the work that it can take over outweighs its start.

``auto`` begins in this process and hands the rest over once it has seen that this pays: both runners give
the same numbers. It begins with Ray at once where earlier runs have shown how long the work takes, and where
a process is at risk: a suite with loose plugin files, or one whose last run died without a word. Where Ray
cannot start, ``auto`` goes on in this process, and says so.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from oversample_bench import store
from oversample_bench.evaluation.limits import can_interrupt
from oversample_bench.execution.run_result import RunnerName
from oversample_bench.execution.runners.cluster import Cluster, Connection, connected, cores
from oversample_bench.execution.runners.deadlines import never
from oversample_bench.execution.runners.ray_start import RayStartError

if TYPE_CHECKING:
    from oversample_bench.evaluation.tasks import Job
    from oversample_bench.execution.runners.events import DataProvider, Event, WorkerConfig
    from oversample_bench.store import Ledger
    from oversample_bench.suite import Suite

PROBE_SECONDS = 3.0
RAY_START_SECONDS = 10.0
"""Ray's own start and the imports of its workers, on two busy cores."""
UNINTERRUPTED = (
    "Outside the main thread nothing can interrupt a fit or a trial: one that comes back after its limit is "
    "a timeout, and one that never comes back holds up the run."
)


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


def risk(suite: Suite, left: Sequence[Job], ledger: Ledger) -> str:
    """Return why work should not be done in this process; empty where it may."""
    last = store.last_run(ledger.connection)
    if last is not None and last["status"] == "running" and ledger.abandoned:
        return "the last run here died without a word"
    if suite.plugins:
        return "the suite has loose plugin files"
    died = store.died(ledger.connection)
    again = {task.digest for job in left for task in job.members}
    again |= {task.digest for job in left for task in job.trials}
    if again & died:
        return "a process died of this work before"
    return "" if can_interrupt() else "a limit cannot interrupt work outside the main thread"


def events(
    choice: Choice,
    jobs: Sequence[Job],
    worker_config: WorkerConfig,
    provider: DataProvider,
    moved: Callable[[Choice], None],
    is_over: Callable[[], bool] = never,
) -> Generator[Event, None, None]:
    """Run ``jobs`` where ``choice`` says.

    Parameters
    ----------
    choice : Choice
        Where to begin, and whether to move.
    jobs : sequence of Job
        What is to be done.
    worker_config : WorkerConfig
        What each process sets up.
    provider : DataProvider
        Where data sets and stored resamples come from.
    moved : callable
        Told where the rest of the work is done from now on, where that is not where it was begun.
    is_over : callable, optional
        Tells when nothing is to be begun any more.

    Raises
    ------
    RayStartError
        When Ray cannot start and was asked for.
    """
    begun = choice.first()
    if begun == "serial":
        jobs = yield from _serial(choice, jobs, worker_config, provider, is_over)
    if not jobs:
        return
    with ExitStack() as stack:
        try:
            cluster = stack.enter_context(connected(choice.cluster))
        except RayStartError as error:
            if choice.runner != "auto":
                raise RayStartError(f"{error}. `--runner serial` does without Ray.") from error
            here = replace(choice, runner="serial")
            if begun == "ray":
                moved(here)
            yield from _notices([_stays(choice, error)])
            yield from _serial(here, jobs, worker_config, provider, is_over)
            return
        if begun == "serial":
            moved(replace(choice, runner="ray"))
        yield from _on_ray(jobs, worker_config, provider, cluster, is_over)


def _on_ray(
    jobs: Sequence[Job],
    worker_config: WorkerConfig,
    provider: DataProvider,
    cluster: Connection,
    is_over: Callable[[], bool],
) -> Iterator[Event]:
    from oversample_bench.execution.runners.arrivals import Newcomers, awaited
    from oversample_bench.execution.runners.ray_runner import run_ray
    from oversample_bench.execution.runners.slots import check_needs

    yield from _notices(cluster.notices)
    if cluster.waits:
        cluster = yield from awaited(jobs, cluster, is_over)
        if not cluster.bounds:  # time is up
            return
    if cluster.bounds:
        check_needs(jobs, cluster.bounds)
    yield from run_ray(jobs, worker_config, provider, cluster.nodes, is_over, Newcomers(cluster))


def _notices(sentences: Iterable[str]) -> Iterator[Event]:
    from oversample_bench.execution.runners.events import Notice

    return map(Notice, sentences)


def _stays(choice: Choice, error: RayStartError) -> str:
    """Return what is to be known where ``auto`` stays in this process because it must."""
    sentence = f"{error}. The work is done in this process, one trial after the other."
    if choice.at_risk:
        sentence += f" It is not isolated there, although {choice.at_risk}."
    return sentence


def _serial(
    choice: Choice,
    jobs: Sequence[Job],
    worker_config: WorkerConfig,
    provider: DataProvider,
    is_over: Callable[[], bool],
) -> Generator[Event, None, Sequence[Job]]:
    """Run here, and return the jobs that are better handed over."""
    from oversample_bench.execution.runners.events import JobDone, Lull
    from oversample_bench.execution.runners.serial_runner import run_serial

    if not can_interrupt() and (worker_config.limits.fit or worker_config.limits.trial):
        yield from _notices([UNINTERRUPTED])
    start = time.monotonic()
    finished = 0
    running = run_serial(jobs, worker_config, provider, is_over)
    for event in running:
        yield event
        finished += isinstance(event, JobDone)
        if choice.runner == "auto" and isinstance(event, JobDone):
            seconds = time.monotonic() - start
            ahead = seconds / finished * (len(jobs) - finished)
            if seconds > PROBE_SECONDS and choice.pays(ahead) and not is_over():
                running.close()
                yield Lull(pressing=True)  # Ray takes seconds to start
                return jobs[finished:]
    return ()

"""Runs fits and trials on the workers of a Ray cluster.

A worker does one thing at a time, and the driver knows since when; so a worker that outlives a limit in
silence is killed, and one that dies costs only the row that it was busy with. Which worker does what next is
the `backlog`'s to say. A worker whose call has ended is given the next one before anybody is told what it has
come to, so that it does not wait for the disk.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from oversample_bench.core.errors import UsageError, first_line
from oversample_bench.core.outcome import Failed
from oversample_bench.core.specs import DataSpec
from oversample_bench.evaluation.stages import upstream
from oversample_bench.evaluation.tasks import Job, Resources
from oversample_bench.execution.runners.arrivals import nobody
from oversample_bench.execution.runners.backlog import Assignment, Backlog, Fitting, LiveJob, Trying
from oversample_bench.execution.runners.deadlines import never
from oversample_bench.execution.runners.deaths import is_lost_node
from oversample_bench.execution.runners.events import (
    DataProvider,
    Event,
    JobDone,
    Lull,
    Notice,
    ResampleDone,
    TrialDone,
    WorkerConfig,
)
from oversample_bench.execution.runners.pending_calls import PendingCall, Slot
from oversample_bench.execution.runners.pool import CallResult, Pool
from oversample_bench.execution.runners.slots import Node, is_within, places, shortages, size_told, within
from oversample_bench.execution.runners.worker import Box, FitOutput

TICK_SECONDS = 0.5
"""How long the driver waits at most before it looks whether there is something to write down."""
PATIENCE_SECONDS = 600.0
"""How long nothing may move: no worker at work, and none that starts."""
MOST_TRIES = 3
"""How often a task is begun whose node was lost."""


def run_ray(
    jobs: Sequence[Job],
    worker_config: WorkerConfig,
    provider: DataProvider,
    nodes: Sequence[Node],
    is_over: Callable[[], bool] = never,
    newcomers: Callable[[], Sequence[Node]] = nobody,
) -> Iterator[Event]:
    """Yield the end of each resample, trial and job as it comes, on the nodes of a connected cluster.

    Once ``is_over`` says so, nothing is handed out any more, and what runs is brought to its end.
    The nodes that ``newcomers`` tells of from time to time are used as well.

    Raises
    ------
    UsageError
        When the cluster has no room for longer than anybody would wait, or when workers die as they start.
    """
    for sentence in shortages(jobs, nodes):
        yield Notice(sentence)
    schedule = _Schedule(jobs, worker_config, provider, nodes)
    schedule.is_over, schedule.newcomers = is_over, newcomers
    try:
        yield from schedule.events()
    finally:
        schedule.pool.close()


class _Schedule:
    """Which task goes to which worker next."""

    def __init__(
        self, jobs: Sequence[Job], worker_config: WorkerConfig, provider: DataProvider, nodes: Sequence[Node]
    ) -> None:
        import ray

        self._ray = ray
        self._provider = provider
        self._limits = worker_config.limits
        self._nodes = nodes
        self._left = len(jobs)
        self._jobs_of = Counter(job.data for job in jobs)
        self._data: dict[DataSpec, Box] = {}
        self._moved = time.monotonic()
        self.is_over: Callable[[], bool] = never
        self.newcomers: Callable[[], Sequence[Node]] = nobody
        self._shapes = list({job.resources: job for job in jobs}.values())
        self.pool = Pool(worker_config, places(jobs, nodes))
        self._backlog = Backlog(jobs, self._need_of, len(self.pool.slots))

    def _need_of(self, job: Job) -> Resources:
        return within(job.resources, self._nodes)

    def events(self) -> Iterator[Event]:
        """Hand out work and collect results until nothing is left."""
        self._employ_all()
        while self._left and not (self.is_over() and not self.pool.is_busy()):
            collected = self.pool.collected(TICK_SECONDS)
            for slot in collected:
                yield from self._followed(self.pool.collect(slot))
            for slot in self.pool.overdue():
                yield from self._followed(self.pool.kill(slot))
            yield from self._given_up()
            yield from self._grown()
            yield Lull()
            if collected:
                self._moved = time.monotonic()
            else:
                self._check_patience()

    def _followed(self, call_result: CallResult) -> list[Event]:
        """Return what follows from the end of a call, once who is free has been given work."""
        events = list(self._follow(call_result))
        self._employ_all()
        return events

    def _given_up(self) -> list[Event]:
        """Say which nodes are left out.

        Raises
        ------
        UsageError
            When something is left to do that the others cannot hold.
        """
        told = self.pool.told()
        if told and (unmet := self._backlog.unmet(self.pool.slots)):
            name, needed = unmet[0].members[0].spec.method.name, self._need_of(unmet[0])
            raise UsageError(
                f"{' '.join(told)} Of these none is left that can hold '{name}', which takes "
                f"{size_told(needed)}. What is done is kept; run again when the node is in order."
            )
        return [Notice(sentence) for sentence in told]

    def _grown(self) -> Iterator[Event]:
        """Put workers on the machines that have joined."""
        for node in self.newcomers():
            whole = Resources(node.cpus, node.gpus)
            held = [job for job in self._shapes if is_within(self._need_of(job), whole)]
            self.pool.grow(places(held, [node]))
            self._moved = time.monotonic()
            yield Notice(f"The machine {node.host or node.name} has joined with {size_told(whole)}.")

    def _check_patience(self) -> None:
        """Give up where nothing has moved for long; what is done is kept, and the next run goes on.

        Raises
        ------
        UsageError
            When no worker is at work and none has started for so long.
        """
        if self.pool.is_busy():
            self._moved = time.monotonic()
        if time.monotonic() - self._moved <= PATIENCE_SECONDS:
            return
        minutes = f"{PATIENCE_SECONDS / 60:g} minutes"
        if not self.pool.answered:
            raise UsageError(
                f"no worker has started within {minutes}: the cluster has no room for one, or a plugin does "
                "not come to the end of its import"
            )
        raise UsageError(
            f"nothing has moved for {minutes}: the cluster has no room any more for {self.pool.missing()}. "
            "What is done is kept; run again to go on with what there is."
        )

    def _employ_all(self) -> None:
        if self.is_over():
            return
        for slots in self.pool.free.queues(self.pool.depth()):
            for slot in slots:
                found = self._backlog.take(slot, slot.ahead())
                if found is None:
                    break
                self._begin(slot, found)

    def _begin(self, slot: Slot, found: Assignment | Job) -> None:
        if isinstance(found, Job):
            self._begin_job(slot, found)
        elif isinstance(found, Fitting):
            self._begin_fit(slot, found)
        else:
            self._begin_trial(slot, found)

    def _begin_job(self, slot: Slot, job: Job) -> None:
        stored = self._provider.stored(job)
        if stored is None and not slot.fits(self._need_of(job)):
            self._backlog.postpone(replace(job, stored=False))
            return
        live = LiveJob(job, self._boxed(job.data))
        if stored is None:
            self._begin_fit(slot, Fitting(live))
            return
        live.box = [self._put(stored)]
        live.waiting.extend(job.trials)
        self._backlog.opened(live, slot)

    def _begin_fit(self, slot: Slot, assignment: Fitting) -> None:
        """Send the calls of a fit: its splits, the method itself on the clock, the audit."""
        live, members = assignment.live, assignment.live.job.members
        if any(member.split != slot.split for member in members):
            gather = slot.actor.gather.remote(members, live.data)
            self.pool.send(slot, PendingCall(gather, assignment=None, limit=None))
        limit = None if self._limits.fit is None else self._limits.fit * len(members)
        fit = slot.actor.fit.remote(members, live.data)
        drawing = slot.actor.drawing.remote(members)
        live.box = [drawing]
        slot.split, slot.resample = members[-1].split, members[-1].digest
        self.pool.send(
            slot,
            PendingCall(fit, assignment, limit, last=False, alone=assignment.alone),
            PendingCall(drawing, assignment, limit=None, alone=assignment.alone),
        )

    def _begin_trial(self, slot: Slot, assignment: Trying) -> None:
        """Send the calls of a trial: its split and resample where it lacks them, itself on the clock."""
        live, task = assignment.live, assignment.task
        split = live.split_of[task.resample]
        if (split, task.resample) != (slot.split, slot.resample):
            ready = slot.actor.ready.remote(task, split, live.box, live.data)
            self.pool.send(slot, PendingCall(ready, assignment=None, limit=None))
        slot.split, slot.resample = split, task.resample
        trial = slot.actor.trial.remote(task, split, live.box, live.data)
        self.pool.send(slot, PendingCall(trial, assignment, self._limits.trial, alone=assignment.alone))

    def _boxed(self, spec: DataSpec) -> Box:
        """Return the reference of a data set, which is put into the cluster once."""
        if spec not in self._data:
            self._data[spec] = [self._put(self._provider.dataset(spec))]
        return self._data[spec]

    def _put(self, value: Any) -> Any:
        """Put a value into the cluster.

        Raises
        ------
        UsageError
            When there is no room for it.
        """
        try:
            return self._ray.put(value)
        except self._ray.exceptions.RayError as error:
            raise UsageError(
                f"Ray has no room for the rows of a data set ({first_line(error)}). What is done is kept; "
                "free some space, or name another folder with RAY_TMPDIR, and run again."
            ) from error

    def _follow(self, call_result: CallResult) -> Iterator[Event]:
        """Yield what follows from the end of a call, good or bad."""
        for assignment in call_result.requeued:
            self._backlog.put_back(assignment)
        for suspect in call_result.suspects:
            self._backlog.put_back(replace(suspect, alone=True))
        assignment, result = call_result.assignment, call_result.result
        if assignment is None:
            return
        if is_lost_node(result) and assignment.tries < MOST_TRIES:
            self._backlog.put_back(replace(assignment, tries=assignment.tries + 1))
            return
        live: LiveJob = assignment.live
        if isinstance(assignment, Fitting):
            yield from self._drawn(live, result, call_result.slot)
        else:
            live.left -= 1
            yield TrialDone(assignment.task, _staged(result, "trial"))
        if not live.left:
            live.box = []  # nobody needs the resamples any more, whoever still knows of the job
            self._left -= 1
            self._forget(live.job.data)
            yield JobDone(live.job)

    def _forget(self, spec: DataSpec) -> None:
        """Let go of a data set when its last job has ended; the jobs of a set follow each other."""
        self._jobs_of[spec] -= 1
        if not self._jobs_of[spec]:
            self._data.pop(spec, None)

    def _drawn(self, live: LiveJob, result: FitOutput | Failed, slot: Slot | None) -> Iterator[Event]:
        """Yield the resamples of a fit, and the trials that cannot be because theirs failed."""
        members = live.job.members
        if isinstance(result, Failed):
            failed = _staged(result, "resample")
            result = FitOutput({member.digest: failed for member in members}, {})
        for member in members:
            yield ResampleDone(member, result.outcomes[member.digest], result.splits.get(member.digest))
        for task in live.job.trials:
            outcome = result.outcomes[task.resample]
            if isinstance(outcome, Failed):
                live.left -= 1
                yield TrialDone(task, upstream(outcome))
            else:
                live.waiting.append(task)
        self._backlog.opened(live, slot)


def _staged(result: Any, stage: str) -> Any:
    """Return a worker's answer, or its death with the stage that it died in."""
    return replace(result, stage=stage) if isinstance(result, Failed) and not result.stage else result

"""Runs fits and trials on the workers of a Ray cluster.

A worker does one thing at a time, and the driver knows since when; so a worker that outlives a limit in
silence is killed, and one that dies costs only the row that it was busy with. A fit is begun only when no
trial waits, so that resamples do not pile up. A trial goes to the worker that made its resample where that
one is free.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from oversample_bench.core.errors import UsageError, first_line
from oversample_bench.core.outcome import Failed
from oversample_bench.core.specs import DataSpec
from oversample_bench.evaluation.stages import upstream
from oversample_bench.evaluation.tasks import Job, TrialTask
from oversample_bench.execution.runners.deaths import is_lost_node
from oversample_bench.execution.runners.events import (
    DataProvider,
    Event,
    JobDone,
    Notice,
    ResampleDone,
    TrialDone,
    WorkerConfig,
)
from oversample_bench.execution.runners.pending_calls import PendingCall, Slot
from oversample_bench.execution.runners.pool import CallResult, Pool
from oversample_bench.execution.runners.slots import Node, places, shortages, within
from oversample_bench.execution.runners.worker import Box, FitOutput

TICK_SECONDS = 1.0
PATIENCE_SECONDS = 600.0
"""How long nothing may move: no worker at work, and none that starts."""
MOST_TRIES = 3
"""How often a task is begun whose node was lost."""


@dataclass(eq=False)
class _Live:
    """A job that has begun: where its resamples are, and which of its trials wait."""

    job: Job
    box: Box = field(default_factory=list)
    waiting: deque[TrialTask] = field(default_factory=deque)
    again: deque[_Fitting | _Trying] = field(default_factory=deque)
    away: int = 0
    home: Slot | None = None


@dataclass(frozen=True, eq=False)
class _Fitting:
    """The assignment of a fit."""

    live: _Live
    tries: int = 1
    alone: bool = False


@dataclass(frozen=True, eq=False)
class _Trying:
    """The assignment of a trial."""

    live: _Live
    task: TrialTask
    tries: int = 1
    alone: bool = False


def run_ray(
    jobs: Sequence[Job], worker_config: WorkerConfig, provider: DataProvider, nodes: Sequence[Node]
) -> Iterator[Event]:
    """Yield the end of each resample, trial and job as it comes, on the nodes of a connected cluster.

    Raises
    ------
    UsageError
        When the cluster has no room for longer than anybody would wait, or when workers die as they start.
    """
    for sentence in shortages(jobs, nodes):
        yield Notice(sentence)
    schedule = _Schedule(jobs, worker_config, provider, nodes)
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
        self._bounds = worker_config.bounds
        self._nodes = nodes
        self._queue: deque[Job] = deque(jobs)
        self._live: list[_Live] = []
        self._data: dict[DataSpec, Box] = {}
        self._moved = time.monotonic()
        self.pool = Pool(worker_config, places(jobs, nodes))

    def events(self) -> Iterator[Event]:
        """Hand out work and collect results until nothing is left."""
        while self._queue or self._live:
            self._employ_all()
            for slot in self.pool.collected(TICK_SECONDS):
                yield from self._follow(self.pool.collect(slot))
                self._employ_all()
            for slot in self.pool.overdue():
                yield from self._follow(self.pool.kill(slot))
            self._check_patience()

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
        for slot in self.pool.idle():
            self._employ(slot)

    def _employ(self, slot: Slot) -> None:
        """Give a worker what was put back, or a trial (of its own resample if there is one), or a fit."""
        for live in self._live:
            if live.again and self._can_take(slot, live.again[0]):
                self._begin(slot, live.again.popleft())
                return
        ready = [live for live in self._live if live.waiting]
        ready.sort(key=lambda live: live.home is not slot)  # stable: the oldest first
        if ready:
            self._begin(slot, _Trying(ready[0], ready[0].waiting.popleft()))
            return
        for job in self._queue:
            if self._can_fit(slot, job):
                self._queue.remove(job)
                self._begin_job(slot, job)
                return

    def _can_take(self, slot: Slot, assignment: _Fitting | _Trying) -> bool:
        if assignment.alone and slot.ahead():
            return False
        return isinstance(assignment, _Trying) or self._can_fit(slot, assignment.live.job)

    def _can_fit(self, slot: Slot, job: Job) -> bool:
        return slot.fits(within(job.resources, self._nodes))

    def _begin(self, slot: Slot, assignment: _Fitting | _Trying) -> None:
        if isinstance(assignment, _Fitting):
            self._begin_fit(slot, assignment)
        else:
            self._begin_trial(slot, assignment)

    def _begin_job(self, slot: Slot, job: Job) -> None:
        live = _Live(job, home=slot)
        self._live.append(live)
        stored = self._provider.stored(job)
        if stored is None:
            self._begin_fit(slot, _Fitting(live))
            return
        live.box = [self._put(stored)]
        live.waiting.extend(job.trials)
        self._employ(slot)

    def _begin_fit(self, slot: Slot, assignment: _Fitting) -> None:
        """Send the calls of a fit: its splits, the method itself on the clock, the audit."""
        live, members, data = assignment.live, assignment.live.job.members, self._boxed(assignment.live.job)
        live.home, live.away = slot, live.away + 1
        if any(member.split != slot.split for member in members):
            slot.pending.append(
                PendingCall(slot.actor.gather.remote(members, data), assignment=None, limit=None)
            )
        limit = None if self._bounds.fit is None else self._bounds.fit * len(members)
        fit = slot.actor.fit.remote(members, data)
        drawing = slot.actor.drawing.remote(members)
        live.box = [drawing]
        slot.split, slot.resample = members[-1].split, members[-1].digest
        slot.pending.append(PendingCall(fit, assignment, limit, last=False, alone=assignment.alone))
        slot.pending.append(PendingCall(drawing, assignment, limit=None, alone=assignment.alone))

    def _begin_trial(self, slot: Slot, assignment: _Trying) -> None:
        """Send the calls of a trial: its split and resample where it lacks them, itself on the clock."""
        live, task, data = assignment.live, assignment.task, self._boxed(assignment.live.job)
        live.away += 1
        split = next(member.split for member in live.job.members if member.digest == task.resample)
        if (split, task.resample) != (slot.split, slot.resample):
            ready = slot.actor.ready.remote(task, split, live.box, data)
            slot.pending.append(PendingCall(ready, assignment=None, limit=None))
        slot.split, slot.resample = split, task.resample
        reference = slot.actor.trial.remote(task, split, live.box, data)
        slot.pending.append(PendingCall(reference, assignment, self._bounds.trial, alone=assignment.alone))

    def _boxed(self, job: Job) -> Box:
        """Return the reference of a job's data set, which is put into the cluster once."""
        spec = job.data
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
            self._again(assignment)
        for suspect in call_result.suspects:
            self._again(replace(suspect, alone=True))
        assignment, result = call_result.assignment, call_result.result
        if assignment is None:
            return
        if is_lost_node(result) and assignment.tries < MOST_TRIES:
            self._again(replace(assignment, tries=assignment.tries + 1))
            return
        live: _Live = assignment.live
        live.away -= 1
        if isinstance(assignment, _Fitting):
            yield from self._drawn(live, result)
        else:
            yield TrialDone(assignment.task, _staged(result, "trial"))
        if not (live.waiting or live.again or live.away):
            self._live.remove(live)
            self._forget(live.job)
            yield JobDone(live.job)

    def _forget(self, done: Job) -> None:
        """Let go of a data set when its last job has ended; the jobs of a set follow each other."""
        spec = done.data
        if all(job.data != spec for job in (*(live.job for live in self._live), *self._queue)):
            self._data.pop(spec, None)

    def _again(self, assignment: _Fitting | _Trying) -> None:
        """Put back a task that did not come to its end through no fault of its own."""
        assignment.live.away -= 1
        assignment.live.again.appendleft(assignment)

    def _drawn(self, live: _Live, result: FitOutput | Failed) -> Iterator[Event]:
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
                yield TrialDone(task, upstream(outcome))
            else:
                live.waiting.append(task)


def _staged(result: Any, stage: str) -> Any:
    """Return a worker's answer, or its death with the stage that it died in."""
    return replace(result, stage=stage) if isinstance(result, Failed) and not result.stage else result

"""What waits for a worker, and which of it a worker gets next.

There is one queue a need, so that what a worker is given is found without a walk over what it cannot take. A
worker with a GPU, or with several CPUs, takes the fits first that need them, since others cannot; their
trials are left to whoever is free. Every other worker goes on with the trials of the resamples that it has
made, for it has split and resample at hand, and begins a fit when it has none left. So at most a few
resamples a worker wait, and only at the end, when there is no fit left to begin, do workers take trials from
each other.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TypeAlias

from oversample_bench.evaluation.tasks import Job, Resources, TrialTask
from oversample_bench.execution.runners.pending_calls import Slot
from oversample_bench.execution.runners.slots import size
from oversample_bench.execution.runners.worker import Box

PLAIN = Resources()
"""What a trial needs, and most fits."""
WAITING_EACH = 2
"""So many resamples a worker may wait before those who make them with GPUs carry out trials themselves."""


@dataclass(eq=False)
class LiveJob:
    """A job that has begun: where its resamples and rows are, which trials wait, how many are not done."""

    job: Job
    data: Box
    box: Box = field(default_factory=list)
    waiting: deque[TrialTask] = field(default_factory=deque)
    left: int = field(init=False)
    split_of: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.left = len(self.job.trials)
        self.split_of = {member.digest: member.split for member in self.job.members}


@dataclass(frozen=True, eq=False)
class Fitting:
    """The assignment of a fit."""

    live: LiveJob
    tries: int = 1
    alone: bool = False


@dataclass(frozen=True, eq=False)
class Trying:
    """The assignment of a trial."""

    live: LiveJob
    task: TrialTask
    tries: int = 1
    alone: bool = False


Assignment: TypeAlias = Fitting | Trying


class Backlog:
    """All that is to be done and is not under way.

    Parameters
    ----------
    jobs : iterable of Job
        In the order in which they are to be begun.
    need_of : callable
        Tells what the fit of a job occupies.
    n_slots : int
        How many workers there are.
    """

    def __init__(self, jobs: Iterable[Job], need_of: Callable[[Job], Resources], n_slots: int) -> None:
        self._need_of = need_of
        self._most_waiting = WAITING_EACH * n_slots
        self._jobs: dict[Resources, deque[Job]] = {PLAIN: deque()}
        for job in jobs:
            self._jobs.setdefault(PLAIN if job.stored else need_of(job), deque()).append(job)
        self._special = sorted(set(self._jobs) - {PLAIN}, key=size, reverse=True)
        self._again: dict[tuple[Resources, bool], deque[Assignment]] = {}
        self._shared: deque[LiveJob] = deque()
        self._open: deque[LiveJob] = deque()

    def take(self, slot: Slot, ahead: int) -> Assignment | Job | None:
        """Return what a worker is to do next that has so many fits and trials, or None."""
        return (
            self._put_back(slot, ahead)
            or self._special_job(slot, self._most_waiting)
            or _oldest(slot.own)
            or _oldest(self._shared)
            or _first(self._jobs[PLAIN])
            or _oldest(self._open)
            or self._special_job(slot)
        )

    def put_back(self, assignment: Assignment) -> None:
        """Have something done before all else."""
        fits = isinstance(assignment, Fitting)
        need = self._need_of(assignment.live.job) if fits else PLAIN
        self._again.setdefault((need, assignment.alone), deque()).appendleft(assignment)

    def postpone(self, job: Job) -> None:
        """Have a job begun by a worker that can fit it, since its resample is not on disk after all."""
        need = self._need_of(job)
        self._jobs.setdefault(need, deque()).appendleft(job)
        self._special = sorted(set(self._jobs) - {PLAIN}, key=size, reverse=True)

    def opened(self, live: LiveJob, slot: Slot | None) -> None:
        """Take in the trials of a job, which the worker is to carry out that has made its resamples."""
        own = self._shared if slot is None or self._need_of(live.job) != PLAIN else slot.own
        while self._open and not self._open[0].waiting:
            self._open.popleft()
        for queue in (own, self._open):
            queue.append(live)

    def unmet(self, slots: Iterable[Slot]) -> list[Job]:
        """Return a job for each need that none of these workers meets."""
        there = list(slots)
        waiting = [queue[0] for need, queue in self._jobs.items() if queue and not _is_met(need, there)]
        again = [queue[0] for (need, _), queue in self._again.items() if queue and not _is_met(need, there)]
        return [*waiting, *(one.live.job for one in again)]

    def _put_back(self, slot: Slot, ahead: int) -> Assignment | None:
        for (need, alone), queue in self._again.items():
            if queue and slot.fits(need) and not (alone and ahead):
                return queue.popleft()
        return None

    def _special_job(self, slot: Slot, most_waiting: float = float("inf")) -> Job | None:
        if not self._special or len(self._shared) >= most_waiting:
            return None
        queues = (self._jobs[need] for need in self._special if slot.fits(need))
        return next((queue.popleft() for queue in queues if queue), None)


def _is_met(need: Resources, slots: Iterable[Slot]) -> bool:
    return any(slot.fits(need) for slot in slots)


def _first(jobs: deque[Job]) -> Job | None:
    return jobs.popleft() if jobs else None


def _oldest(lives: deque[LiveJob]) -> Trying | None:
    """Return a trial of the first job that has one; those without are left out for good."""
    while lives:
        if lives[0].waiting:
            return Trying(lives[0], lives[0].waiting.popleft())
        lives.popleft()
    return None

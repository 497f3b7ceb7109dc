"""Worker processes of a Ray cluster: started, given calls, killed and replaced.

Workers are used again and again, since importing scikit-learn or torch costs seconds; an actor is used
because it can be killed at once, also in the middle of C code, which a task cannot.

A worker carries out its calls one by one, in order. Where calls are short, a second one is sent before the
first has ended, so that the worker does not wait for the driver; the clock of a call starts when the one
before it lands. When a worker dies that had two calls, nobody can tell whose fault it was (the answer to the
first may have been lost with it): both are handed back, to be sent again with none behind them.

What takes too long is for the worker to say, who measures the foreign code alone. The driver kills only who
says nothing: a call that was found late, and had not ended a second later. So a driver that was away for a
while (it writes to a slow disk, it tells a slow watcher, its process was stopped) blames nobody for it.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from oversample_bench.core.errors import UsageError, counted
from oversample_bench.core.outcome import Failed, Status
from oversample_bench.evaluation.tasks import Resources
from oversample_bench.execution.runners.deaths import cause_of_death, is_lost_node
from oversample_bench.execution.runners.events import WorkerConfig
from oversample_bench.execution.runners.pending_calls import PendingCall, Slot
from oversample_bench.execution.runners.slots import Place
from oversample_bench.execution.runners.worker import Station, Worker

MOST_DEATHS_AT_START = 3
SHORT_SECONDS = 0.2
"""Calls that take less on average are sent two at a time."""


@dataclass(frozen=True)
class CallResult:
    """How a call ended: what it returned or how its worker died, and what has to be sent again.

    ``requeued`` were waiting behind a call that is to blame; of ``suspects`` one is, and each has to be
    sent alone.
    """

    assignment: Any
    result: Any
    requeued: tuple[Any, ...] = ()
    suspects: tuple[Any, ...] = ()


class Pool:
    """All slots of a run.

    Parameters
    ----------
    worker_config : WorkerConfig
        What each worker sets up.
    places : list of Place
        What each slot occupies, and where.
    """

    def __init__(self, worker_config: WorkerConfig, places: list[Place]) -> None:
        import ray

        self._ray = ray
        self._worker_config = worker_config
        self._deaths = 0
        self._pace = float("inf")
        self.answered = False
        self.slots = [Slot(place.resources, place.node) for place in places]
        for slot in self.slots:
            self.start(slot)

    def start(self, slot: Slot) -> None:
        """Put a new worker into a slot; it takes no work until it has answered."""
        actor = self._ray.remote(Worker).options(
            num_cpus=slot.resources.cpus,
            num_gpus=slot.resources.gpus,
            max_restarts=0,
            max_task_retries=0,
            scheduling_strategy=_on(slot.node),
        )
        slot.actor = actor.remote(self._worker_config, max(1, int(slot.resources.cpus)))
        slot.station, slot.split, slot.resample, slot.late = None, "", "", None
        slot.pending = deque([PendingCall(slot.actor.station.remote(), assignment=None, limit=None)])

    def idle(self) -> Iterator[Slot]:
        """Yield the slots that can be given a call, those with nothing to do first."""
        depth = 2 if self._pace < SHORT_SECONDS else 1
        for ahead in range(depth):
            yield from [slot for slot in self.slots if slot.takes_more(ahead)]

    def is_busy(self) -> bool:
        """Tell whether a worker that has answered is at work."""
        return any(slot.station is not None and slot.pending for slot in self.slots)

    def missing(self) -> str:
        """Say what the largest worker occupies that has not answered."""
        sizes = [slot.resources for slot in self.slots if slot.station is None]
        largest = max(sizes, key=lambda size: (size.gpus, size.cpus), default=Resources())
        gpus = f" and {largest.gpus:g} GPUs" if largest.gpus else ""
        return f"a worker with {counted(round(largest.cpus), 'CPU')}{gpus}"

    def collected(self, longest: float) -> list[Slot]:
        """Return the slots whose first call has ended, after a wait for one of them or for a limit."""
        under_way = [slot for slot in self.slots if slot.pending]
        patience = min([longest, *(slot.seconds_left() for slot in under_way)])
        return self._ended(under_way, max(0.0, patience)) and self._ended(under_way)

    def _ended(self, slots: list[Slot], patience: float | None = None) -> list[Slot]:
        """Return those whose first call has ended, the result perhaps still on another node.

        With ``patience`` it waits for the first of them, and names no other.
        """
        first = {slot.pending[0].reference: slot for slot in slots}
        count, timeout = (len(first), 0.0) if patience is None else (1, patience)
        ready, _ = self._ray.wait(list(first), num_returns=count, timeout=timeout, fetch_local=False)
        return [first[reference] for reference in ready]

    def overdue(self) -> list[Slot]:
        """Return the slots whose first call was found to be late and has not ended in the time since."""
        for slot in self.slots:
            if slot.pending and slot.late is None and slot.pending[0].left() <= 0:
                slot.late = time.monotonic()
        due = [slot for slot in self.slots if slot.late is not None and slot.seconds_left() <= 0]
        ended = self._ended(due) if due else []
        return [slot for slot in due if slot not in ended]

    def collect(self, slot: Slot) -> CallResult:
        """Return the end of a slot's first call; a dead worker has been replaced."""
        call = slot.end_first()
        try:
            value = self._ray.get(call.reference)
        except self._ray.exceptions.RayTaskError as error:
            failed = Failed(Status.FAILED, "", type(error.cause).__name__, str(error.cause), str(error))
            if call.assignment:
                slot.drop(call.assignment)
            return CallResult(call.assignment, failed)
        except self._ray.exceptions.RayError as error:
            return self._after_death(slot, call, cause_of_death(error, slot.station, call.seconds()))
        if isinstance(value, Station):
            slot.station, self.answered, self._deaths = value, True, 0
        elif call.assignment:
            before = self._pace if self._pace < float("inf") else call.seconds()
            self._pace = 0.8 * before + 0.2 * call.seconds()
        return CallResult(call.assignment, value) if call.last else CallResult(None, None)

    def _after_death(self, slot: Slot, call: PendingCall, failed: Failed) -> CallResult:
        if slot.station is None and not is_lost_node(failed):
            self._deaths += 1
            if self._deaths >= MOST_DEATHS_AT_START:
                raise UsageError(f"workers die while they start: {failed.message} {failed.traceback}".strip())
        assignments = tuple(
            dict.fromkeys([call.assignment, *slot.assignments()] if call.assignment else slot.assignments())
        )
        self._replace(slot)
        if len(assignments) == 1:
            return CallResult(assignments[0], failed)
        return CallResult(None, failed, suspects=assignments)

    def _replace(self, slot: Slot) -> None:
        self._ray.kill(slot.actor, no_restart=True)  # a dead worker may only be out of reach
        self.start(slot)

    def kill(self, slot: Slot) -> CallResult:
        """End a worker whose first call is overdue, put another in its place, and say so."""
        call = slot.end_first()
        failed = Failed(
            status=Status.TIMEOUT,
            stage="",
            kind="limit",
            message=f"took longer than its limit of {call.limit:g} s; its process was killed",
            seconds=call.seconds(),
        )
        requeued = tuple(assignment for assignment in slot.assignments() if assignment is not call.assignment)
        self._replace(slot)
        return CallResult(call.assignment, failed, requeued)

    def close(self) -> None:
        """End all workers."""
        for slot in self.slots:
            self._ray.kill(slot.actor, no_restart=True)


def _on(node: str) -> Any:
    """Return how Ray is to find a place: on a node while that lives, and elsewhere then."""
    if not node:
        return "DEFAULT"
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    return NodeAffinitySchedulingStrategy(node, soft=True)

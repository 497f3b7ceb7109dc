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

A node is given up that cannot do the work: where a worker computes with other versions than the driver, or
raises as it starts, or where workers die again and again before they answer. Those that have answered go on.

What the end of a call costs the driver does not grow with the number of workers: who is free and who is late
is kept in queues and a heap, and Ray, which looks at every call that it is asked about, is asked once for a
share of them, and not once for each.
"""

from __future__ import annotations

import platform
import time
from collections import deque
from dataclasses import dataclass
from typing import Any

from oversample_bench.core.errors import UsageError
from oversample_bench.core.outcome import Failed, Status
from oversample_bench.evaluation.tasks import Resources
from oversample_bench.execution.runners.deadlines import Deadlines
from oversample_bench.execution.runners.deaths import cause_of_death, is_lost_node, refusal
from oversample_bench.execution.runners.events import WorkerConfig
from oversample_bench.execution.runners.free_slots import FreeSlots
from oversample_bench.execution.runners.pending_calls import PendingCall, Slot
from oversample_bench.execution.runners.slots import Place, size, size_told
from oversample_bench.execution.runners.versions import differences
from oversample_bench.execution.runners.worker import Station, Worker

MOST_DEATHS_AT_START = 3
SHORT_SECONDS = 0.2
"""Calls that take less on average are sent two at a time."""
SHORT_SECONDS_EACH = 0.005
"""What that grows by for each worker, all of which a driver serves in turn."""
SHARE = 32
"""Where there are more workers, so many of them are waited for at a time: a 32nd part of all."""
HOLD_SECONDS = 0.02
"""How long the first of these may wait for the others."""


@dataclass(frozen=True)
class CallResult:
    """How a call ended: what it returned or how its worker died, and what has to be sent again.

    ``requeued`` were waiting behind a call that is to blame; of ``suspects`` one is, and each has to be
    sent alone. ``slot`` is where it ran.
    """

    assignment: Any
    result: Any
    slot: Slot | None = None
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
        self._bans: list[str] = []
        self._untold: list[str] = []
        self._pace = float("inf")
        self.answered = False
        self.free = FreeSlots()
        self._under_way: dict[Any, Slot] = {}
        self._deadlines = Deadlines()
        self.slots: list[Slot] = []
        self.grow(places)

    def grow(self, places: list[Place]) -> None:
        """Have a worker in each of these places, too."""
        for place in places:
            self.slots.append(Slot(place.resources, place.node, place.host))
            self.start(self.slots[-1])

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
        slot.station, slot.split, slot.resample = None, "", ""
        slot.pending.clear()
        self.send(slot, PendingCall(slot.actor.station.remote(), assignment=None, limit=None))

    def send(self, slot: Slot, *calls: PendingCall) -> None:
        """Note which calls a worker was given."""
        idle = not slot.pending
        slot.pending.extend(calls)
        if idle:
            self._turn(slot)
        else:
            self.free.note(slot)

    def _turn(self, slot: Slot) -> None:
        """Start the clock of what a worker turns to now."""
        slot.turn()
        if slot.pending:
            self._under_way[slot.pending[0].reference] = slot
            self._deadlines.watch(slot)
        self.free.note(slot)

    def depth(self) -> int:
        """Return how many fits and trials a worker is to have: two where calls are short."""
        return 2 if self._pace < max(SHORT_SECONDS, SHORT_SECONDS_EACH * len(self.slots)) else 1

    def is_busy(self) -> bool:
        """Tell whether a worker that has answered is at work."""
        return any(slot.station is not None and slot.pending for slot in self.slots)

    def missing(self) -> str:
        """Say what the largest worker occupies that has not answered."""
        waiting = [slot.resources for slot in self.slots if slot.station is None]
        return f"a worker with {size_told(max(waiting, key=size, default=Resources()))}"

    def collected(self, longest: float) -> list[Slot]:
        """Return slots whose first call has ended, after a wait for one of them or for a limit."""
        patience = max(0.0, min(longest, self._deadlines.soonest() - time.monotonic()))
        count = len(self._under_way)
        share, hold = (count // SHARE, HOLD_SECONDS) if count > SHARE else (count, 0.0)
        references = list(self._under_way)
        return self._ended(references, share, min(hold, patience)) or self._ended(references, 1, patience)

    def _ended(self, references: list[Any], count: int, patience: float) -> list[Slot]:
        """Return up to so many slots whose first call has ended, the result perhaps still on another node."""
        if not references:
            return []
        ready, _ = self._ray.wait(references, num_returns=count, timeout=patience, fetch_local=False)
        return [self._under_way[reference] for reference in ready]

    def overdue(self) -> list[Slot]:
        """Return the slots whose first call was found to be late and has not ended in the time since."""
        due = []
        for slot in self._deadlines.passed(now := time.monotonic()):
            if slot.late is None:
                slot.late = now
                self._deadlines.watch(slot)
            else:
                due.append(slot)
        references = [slot.pending[0].reference for slot in due]
        ended = set(self._ended(references, len(references), 0.0))
        return [slot for slot in due if slot not in ended]

    def collect(self, slot: Slot) -> CallResult:
        """Return the end of a slot's first call; a dead worker has been replaced."""
        if not slot.pending:  # its node was given up a moment ago
            return CallResult(None, None)
        call = self._end_first(slot)
        try:
            value = self._ray.get(call.reference)
        except self._ray.exceptions.RayTaskError as error:
            failed = Failed(Status.FAILED, "", type(error.cause).__name__, str(error.cause), str(error))
            if call.assignment:
                self._drop(slot, call.assignment)
            return CallResult(call.assignment, failed, slot)
        except self._ray.exceptions.RayError as error:
            failed = cause_of_death(error, slot.station, call.seconds())
            return self._after_death(slot, call, failed, refusal(error))
        if isinstance(value, Station):
            self._welcome(slot, value)
        elif call.assignment:
            before = self._pace if self._pace < float("inf") else call.seconds()
            self._pace = 0.8 * before + 0.2 * call.seconds()
        return CallResult(call.assignment, value, slot) if call.last else CallResult(None, None)

    def _welcome(self, slot: Slot, station: Station) -> None:
        """Take a worker on that is ready, unless it would compute something else than the driver."""
        apart = differences(station.versions, self._worker_config.versions)
        if apart:
            slot.host = slot.host or station.host
            self._give_up(slot, "; ".join(apart))
            return
        slot.station, slot.deaths, self.answered = station, 0, True
        self.free.note(slot)

    def _give_up(self, slot: Slot, reason: str) -> None:
        """Go on without a place, and without its whole node where no worker has answered yet.

        Raises
        ------
        UsageError
            When none is left; it has the reason of each node.
        """
        here = [one for one in self.slots if one.node == slot.node]
        is_up = any(one.station for one in here)
        what = "a worker of the node" if is_up else "the node"
        sentence = f"{what} {slot.host or slot.node or platform.node()} is left out: {reason}"
        for one in [slot] if is_up else here:
            self._ray.kill(one.actor, no_restart=True)
            self._forget_first(one)
            one.pending.clear()
            self.slots.remove(one)
        if sentence not in self._bans:
            self._bans.append(sentence)
            self._untold.append(f"{sentence[0].upper()}{sentence[1:]}.")
        if not self.slots:
            raise UsageError(
                f"no worker can do this work: {'; '.join(self._bans)}. Install the same on every machine, "
                "and leave plugins alone while a run goes on; what is done is kept."
            )

    def told(self) -> list[str]:
        """Return what is to be said of nodes that were given up since this was asked last."""
        told, self._untold = self._untold, []
        return told

    def _after_death(self, slot: Slot, call: PendingCall, failed: Failed, raised: str) -> CallResult:
        if slot.station is None and not is_lost_node(failed):
            slot.deaths += 1
            here = [one for one in self.slots if one.node == slot.node]
            deaths = slot.deaths if any(one.station for one in here) else sum(one.deaths for one in here)
            if raised or deaths >= MOST_DEATHS_AT_START:
                reason = raised or f"{failed.message} {failed.traceback}".strip()
                self._give_up(slot, f"workers die while they start: {reason}")
                return CallResult(None, None)
        assignments = tuple(
            dict.fromkeys([call.assignment, *slot.assignments()] if call.assignment else slot.assignments())
        )
        self._replace(slot)
        if len(assignments) == 1:
            return CallResult(assignments[0], failed, slot)
        return CallResult(None, failed, suspects=assignments)

    def _end_first(self, slot: Slot) -> PendingCall:
        """Take away the call that has ended; the clock of the next one starts."""
        ended = slot.pending.popleft()
        del self._under_way[ended.reference]
        self._turn(slot)
        return ended

    def _drop(self, slot: Slot, assignment: Any) -> None:
        """Forget the further calls of an assignment that has failed."""
        self._forget_first(slot)
        slot.pending = deque(call for call in slot.pending if call.assignment is not assignment)
        self._turn(slot)

    def _forget_first(self, slot: Slot) -> None:
        if slot.pending:
            self._under_way.pop(slot.pending[0].reference, None)

    def _replace(self, slot: Slot) -> None:
        self._ray.kill(slot.actor, no_restart=True)  # a dead worker may only be out of reach
        self._forget_first(slot)
        self.start(slot)

    def kill(self, slot: Slot) -> CallResult:
        """End a worker whose first call is overdue, put another in its place, and say so."""
        call = self._end_first(slot)
        failed = Failed(
            status=Status.TIMEOUT,
            stage="",
            kind="limit",
            message=f"took longer than its limit of {call.limit:g} s; its process was killed",
            seconds=call.seconds(),
        )
        requeued = tuple(assignment for assignment in slot.assignments() if assignment is not call.assignment)
        self._replace(slot)
        return CallResult(call.assignment, failed, slot, requeued)

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

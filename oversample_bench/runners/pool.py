"""Worker processes of a Ray cluster: started, given calls, killed and replaced.

Workers are used again and again, since importing scikit-learn or torch costs seconds; an actor is used
because it can be killed at once, also in the middle of C code, which a task cannot.

A worker carries out its calls one by one, in order. Where calls are short, a second one is sent before the
first has landed, so that the worker does not wait for the driver; the clock of a call starts when the one
before it lands. When a worker dies that had two calls, nobody can tell whose fault it was (the answer to the
first may have been lost with it): both are handed back, to be sent again with none behind them.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from oversample_bench.errors import UsageError
from oversample_bench.outcome import Failed, Status
from oversample_bench.runners.events import Blueprint
from oversample_bench.runners.worker import Station, Worker
from oversample_bench.tasks import Resources

MOST_DEATHS_AT_START = 3
LOG_LINES = 30
SLACK_SECONDS = 1.0
"""A worker keeps the limit itself where it can (see `limits`); only then is it killed."""
SHORT_SECONDS = 0.2
"""Calls that take less on average are sent two at a time."""


@dataclass(frozen=True, eq=False)
class Flight:
    """A call that a worker was given.

    Attributes
    ----------
    reference : ray.ObjectRef
        Of its result.
    errand : object
        What the schedule wants to know of it when it lands; None for a call that only makes ready.
    limit : float or None
        Seconds after which the worker is killed.
    alone : bool, default=False
        Whether no other call may be sent before it has landed.
    started : float
        When the worker turned to it, on the clock of `time.monotonic`.
    """

    reference: Any
    errand: Any
    limit: float | None
    alone: bool = False
    started: float = field(default_factory=time.monotonic)

    def seconds(self) -> float:
        """Return how long it has been in the air."""
        return time.monotonic() - self.started

    def left(self) -> float:
        """Return the seconds until the worker is killed."""
        return float("inf") if self.limit is None else self.limit + SLACK_SECONDS - self.seconds()


@dataclass(eq=False)
class Slot:
    """A place for a worker; a worker that dies is followed by another one in its place."""

    resources: Resources
    actor: Any = None
    station: Station | None = None
    flights: deque[Flight] = field(default_factory=deque)
    splits: set[str] = field(default_factory=set)

    def fits(self, needed: Resources) -> bool:
        """Tell whether a task of these needs may run here."""
        return needed.cpus <= self.resources.cpus and needed.gpus <= self.resources.gpus

    def takes_more(self, ahead: int) -> bool:
        """Tell whether the worker is ready, has so many fits and trials, and none that is to be alone."""
        return (
            self.station is not None
            and self.ahead() == ahead
            and not any(flight.alone for flight in self.flights)
        )

    def ahead(self) -> int:
        """Return how many fits and trials wait here or are under way."""
        return sum(flight.errand is not None for flight in self.flights)

    def end_first(self) -> Flight:
        """Take away the call that has ended; the clock of the next one starts."""
        ended = self.flights.popleft()
        if self.flights:
            self.flights[0] = replace(self.flights[0], started=time.monotonic())
        return ended


@dataclass(frozen=True)
class Landing:
    """How a call ended: what it returned or how its worker died, and what has to be sent again.

    ``orphans`` were waiting behind a call that is to blame; of ``suspects`` one is, and each has to be
    sent alone.
    """

    errand: Any
    result: Any
    orphans: tuple[Any, ...] = ()
    suspects: tuple[Any, ...] = ()


class Pool:
    """All slots of a run.

    Parameters
    ----------
    blueprint : Blueprint
        What each worker sets up.
    shapes : list of Resources
        What each slot occupies.
    """

    def __init__(self, blueprint: Blueprint, shapes: list[Resources]) -> None:
        import ray

        self._ray = ray
        self._blueprint = blueprint
        self._deaths = 0
        self._pace = float("inf")
        self.answered = False
        self.slots = [Slot(shape) for shape in shapes]
        for slot in self.slots:
            self.start(slot)

    def start(self, slot: Slot) -> None:
        """Put a new worker into a slot; it takes no work until it has answered."""
        actor = self._ray.remote(Worker).options(
            num_cpus=slot.resources.cpus, num_gpus=slot.resources.gpus, max_restarts=0, max_task_retries=0
        )
        slot.actor = actor.remote(self._blueprint, max(1, int(slot.resources.cpus)))
        slot.station, slot.splits = None, set()
        slot.flights = deque([Flight(slot.actor.station.remote(), errand=None, limit=None)])

    def idle(self) -> Iterator[Slot]:
        """Yield the slots that can be given a call, those with nothing to do first."""
        depth = 2 if self._pace < SHORT_SECONDS else 1
        for ahead in range(depth):
            yield from [slot for slot in self.slots if slot.takes_more(ahead)]

    def landed(self, longest: float) -> list[Slot]:
        """Return the slots whose first call has ended, after a wait for one of them or for a limit."""
        first = {slot.flights[0].reference: slot for slot in self.slots if slot.flights}
        patience = min([longest, *(slot.flights[0].left() for slot in first.values())])
        ready, _ = self._ray.wait(list(first), num_returns=1, timeout=max(0.0, patience))
        return [first[reference] for reference in ready]

    def overdue(self) -> list[Slot]:
        """Return the slots whose first call has outlived its limit."""
        return [slot for slot in self.slots if slot.flights and slot.flights[0].left() <= 0]

    def land(self, slot: Slot) -> Landing:
        """Return the end of a slot's first call; a dead worker has been replaced."""
        flight = slot.end_first()
        try:
            value = self._ray.get(flight.reference)
        except self._ray.exceptions.RayTaskError as error:
            failed = Failed(Status.FAILED, "", type(error.cause).__name__, str(error.cause), str(error))
            return Landing(flight.errand, failed)
        except self._ray.exceptions.RayError as error:
            return self._after_death(slot, flight, _told(error, slot.station, flight.seconds()))
        if isinstance(value, Station):
            slot.station, self.answered, self._deaths = value, True, 0
        else:
            before = self._pace if self._pace < float("inf") else flight.seconds()
            self._pace = 0.8 * before + 0.2 * flight.seconds()
        return Landing(flight.errand, value)

    def _after_death(self, slot: Slot, flight: Flight, failed: Failed) -> Landing:
        if slot.station is None:
            self._deaths += 1
            if self._deaths >= MOST_DEATHS_AT_START:
                raise UsageError(f"workers die while they start: {failed.message} {failed.traceback}".strip())
        errands = tuple(call.errand for call in (flight, *slot.flights) if call.errand)
        self._replace(slot)
        if len(errands) == 1:
            return Landing(errands[0], failed)
        return Landing(None, failed, suspects=errands)

    def _replace(self, slot: Slot) -> None:
        self._ray.kill(slot.actor, no_restart=True)  # a dead worker may only be out of reach
        self.start(slot)

    def kill(self, slot: Slot) -> Landing:
        """End a worker whose first call is overdue, put another in its place, and say so."""
        flight = slot.end_first()
        failed = Failed(
            status=Status.TIMEOUT,
            stage="",
            kind="limit",
            message=f"took longer than its limit of {flight.limit:g} s; its process was killed",
            seconds=flight.seconds(),
        )
        orphans = tuple(call.errand for call in slot.flights if call.errand)
        self._replace(slot)
        return Landing(flight.errand, failed, orphans)

    def close(self) -> None:
        """End all workers."""
        for slot in self.slots:
            self._ray.kill(slot.actor, no_restart=True)


def is_lost_node(failed: Any) -> bool:
    """Tell whether a worker died with its node: no fault of the method, so that it is tried again."""
    return isinstance(failed, Failed) and failed.kind == "lost node"


def _told(error: Exception, station: Station | None, seconds: float) -> Failed:
    """Say what is known of a worker's death: Ray passes on exit codes rarely, and signals never."""
    text = str(error)
    if type(error).__name__ == "ActorUnavailableError":
        return Failed(Status.CRASHED, "", "lost node", "the worker is out of reach", "", seconds)
    log = _tail(station)
    status, kind, message = Status.CRASHED, "died", "its process died: killed by a signal, or it ended itself"
    if "running low on memory" in text:
        status, kind, message = (
            Status.OOM,
            "memory",
            "its process was killed because the node ran out of memory",
        )
    elif "node has died" in text or "node was terminated" in text or "its node" in text:
        kind, message = "lost node", "the node that it ran on was lost"
    elif "exit code " in text:
        code = text.split("exit code ")[1].split(maxsplit=1)[0].rstrip(".,'\"")
        kind, message = f"exit code {code}", f"its process ended itself with exit code {code}"
    else:
        signals = [word for line in log.splitlines() for word in line.split() if word.startswith("SIG")]
        if signals:
            kind, message = signals[0], f"its process was killed by {signals[0]}"
    return Failed(status, "", kind, message, log, seconds)


def _tail(station: Station | None) -> str:
    """Return the last lines that a worker wrote to its error file, where that is on this machine."""
    path = Path(station.errors) if station and station.errors else None
    if path is None or not path.is_file():
        return ""
    return "\n".join(path.read_text(errors="replace").splitlines()[-LOG_LINES:])

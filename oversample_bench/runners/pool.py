"""Worker processes of a Ray cluster: started, given one call at a time, killed and replaced.

Workers are used again and again, since importing scikit-learn or torch costs seconds; an actor is used
because it can be killed at once, also in the middle of C code, which a task cannot.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from oversample_bench.errors import UsageError
from oversample_bench.outcome import Failed, Status
from oversample_bench.runners.events import Blueprint
from oversample_bench.runners.worker import Station, Worker
from oversample_bench.tasks import Resources

MOST_DEATHS_AT_START = 3
LOG_LINES = 30


@dataclass(frozen=True, eq=False)
class Flight:
    """A call that a worker is busy with.

    Attributes
    ----------
    reference : ray.ObjectRef
        Of its result.
    errand : object
        What the schedule wants to know of it when it lands.
    limit : float or None
        Seconds after which the worker is killed.
    started : float
        On the clock of `time.monotonic`.
    """

    reference: Any
    errand: Any
    limit: float | None
    started: float = field(default_factory=time.monotonic)

    def left(self) -> float:
        """Return the seconds until the limit."""
        return float("inf") if self.limit is None else self.started + self.limit - time.monotonic()


@dataclass(eq=False)
class Slot:
    """A place for a worker; a worker that dies is followed by another one in its place."""

    resources: Resources
    actor: Any = None
    station: Station | None = None
    flight: Flight | None = None

    def fits(self, needed: Resources) -> bool:
        """Tell whether a task of these needs may run here."""
        return needed.cpus <= self.resources.cpus and needed.gpus <= self.resources.gpus


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
        self.slots = [Slot(shape) for shape in shapes]
        for slot in self.slots:
            self.start(slot)

    def start(self, slot: Slot) -> None:
        """Put a new worker into a slot; it takes no work until it has answered."""
        actor = self._ray.remote(Worker).options(
            num_cpus=slot.resources.cpus, num_gpus=slot.resources.gpus, max_restarts=0, max_task_retries=0
        )
        slot.actor = actor.remote(self._blueprint, max(1, int(slot.resources.cpus)))
        slot.station = None
        slot.flight = Flight(slot.actor.station.remote(), errand=None, limit=None)

    def send(self, slot: Slot, flight: Flight) -> None:
        """Note that a worker is busy."""
        slot.flight = flight

    def idle(self) -> Iterator[Slot]:
        """Yield the slots whose workers wait for work."""
        return (slot for slot in self.slots if slot.flight is None)

    def landed(self, longest: float) -> list[Slot]:
        """Return the slots whose calls have ended, after a wait for the first or for a limit."""
        busy = {slot.flight.reference: slot for slot in self.slots if slot.flight}
        patience = min([longest, *(slot.flight.left() for slot in busy.values() if slot.flight)])
        ready, _ = self._ray.wait(list(busy), num_returns=1, timeout=max(0.0, patience))
        return [busy[reference] for reference in ready]

    def overdue(self) -> list[Slot]:
        """Return the slots whose calls have outlived their limit."""
        return [slot for slot in self.slots if slot.flight and slot.flight.left() <= 0]

    def result(self, slot: Slot) -> Any:
        """Return what a landed call returned, or a `Failed` when its worker died.

        The slot is free afterwards; a dead worker has been replaced.
        """
        flight, slot.flight = slot.flight, None
        assert flight is not None
        try:
            value = self._ray.get(flight.reference)
        except self._ray.exceptions.RayError as error:
            return self._after_death(slot, flight, error)
        if isinstance(value, Station):
            slot.station, self._deaths = value, 0
        return value

    def _after_death(self, slot: Slot, flight: Flight, error: Exception) -> Failed:
        if isinstance(error, self._ray.exceptions.RayTaskError):
            return Failed(Status.FAILED, "", type(error.cause).__name__, str(error.cause), str(error))
        failed = _told(error, slot.station, time.monotonic() - flight.started)
        if flight.errand is None:
            self._deaths += 1
            if self._deaths >= MOST_DEATHS_AT_START:
                raise UsageError(f"workers die while they start: {failed.message} {failed.traceback}".strip())
        self.start(slot)
        return failed

    def kill(self, slot: Slot) -> Failed:
        """End a worker that is overdue, put another in its place, and say so."""
        flight, slot.flight = slot.flight, None
        assert flight is not None
        self._ray.kill(slot.actor, no_restart=True)
        self.start(slot)
        return Failed(
            status=Status.TIMEOUT,
            stage="",
            kind="limit",
            message=f"took longer than its limit of {flight.limit:g} s; its process was killed",
            seconds=time.monotonic() - flight.started,
        )

    def close(self) -> None:
        """End all workers."""
        for slot in self.slots:
            self._ray.kill(slot.actor, no_restart=True)


def is_lost_node(failed: Any) -> bool:
    """Tell whether a worker died with its node: no fault of the method, so that it is tried again."""
    return isinstance(failed, Failed) and failed.kind == "lost node"


def _told(error: Exception, station: Station | None, seconds: float) -> Failed:
    """Say what is known of a worker's death. Ray passes on exit codes but not signals."""
    text = str(error)
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

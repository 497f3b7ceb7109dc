"""The calls that a worker was given, and the place that it runs in."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass, field, replace
from typing import Any

from oversample_bench.evaluation.tasks import Resources
from oversample_bench.execution.runners.worker import Station

SLACK_SECONDS = 1.0
"""A worker keeps the limit itself where it can (see `limits`); only when it does not, after so long, is it
killed."""


@dataclass(frozen=True, eq=False)
class Flight:
    """A call that a worker was given.

    Attributes
    ----------
    reference : ray.ObjectRef
        Of its result.
    errand : object
        What it is for, which the schedule is told when it lands; None for a call that only makes ready.
    limit : float or None
        Seconds after which the worker is killed.
    last : bool, default=True
        Whether it ends its errand; else another call of the same errand follows.
    alone : bool, default=False
        Whether no other errand may be sent before it has landed.
    started : float
        When the worker turned to it, on the clock of `time.monotonic`.
    """

    reference: Any
    errand: Any
    limit: float | None
    last: bool = True
    alone: bool = False
    started: float = field(default_factory=time.monotonic)

    def seconds(self) -> float:
        """Return how long it has been in the air."""
        return time.monotonic() - self.started

    def left(self) -> float:
        """Return the seconds until it is late."""
        return float("inf") if self.limit is None else self.limit - self.seconds()


@dataclass(eq=False)
class Slot:
    """A place for a worker; a worker that dies is followed by another one in its place.

    Attributes
    ----------
    resources : Resources
        What the worker occupies.
    node : str
        Where room was found for it; empty where there is one node only.
    actor : ray.ActorHandle
        The worker.
    station : Station or None
        Its first answer; None before that.
    flights : deque of Flight
        Its calls in their order.
    split, draw : str
        The digests of what its last fit or trial was about, which it has at hand.
    late : float or None
        When its first call was found to be late, on the clock of `time.monotonic`.
    """

    resources: Resources
    node: str = ""
    actor: Any = None
    station: Station | None = None
    flights: deque[Flight] = field(default_factory=deque)
    split: str = ""
    draw: str = ""
    late: float | None = None

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
        return sum(flight.last and flight.errand is not None for flight in self.flights)

    def errands(self) -> list[Any]:
        """Return the fits and trials that wait here or are under way, each once."""
        return list(dict.fromkeys(flight.errand for flight in self.flights if flight.errand))

    def seconds_left(self) -> float:
        """Return the seconds until the first call is late, or until it has been late for too long."""
        if self.late is not None:
            return self.late + SLACK_SECONDS - time.monotonic()
        return self.flights[0].left()

    def end_first(self) -> Flight:
        """Take away the call that has ended; the clock of the next one starts."""
        ended = self.flights.popleft()
        self._restart()
        return ended

    def drop(self, errand: Any) -> None:
        """Forget the further calls of an errand that has failed."""
        self.flights = deque(flight for flight in self.flights if flight.errand is not errand)
        self._restart()

    def _restart(self) -> None:
        self.late = None
        if self.flights:
            self.flights[0] = replace(self.flights[0], started=time.monotonic())

"""The calls that a worker was given, and the place that it runs in."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from oversample_bench.evaluation.tasks import Resources
from oversample_bench.execution.runners.worker import Station

SLACK_SECONDS = 1.0
"""A worker keeps the limit itself where it can (see `limits`); only when it does not, after so long, is it
killed."""


@dataclass(eq=False)
class PendingCall:
    """A call that a worker was given.

    Attributes
    ----------
    reference : ray.ObjectRef
        Of its result.
    assignment : object
        What it is for, which the schedule is told when it lands; None for a call that only makes ready.
    limit : float or None
        Seconds after which the worker is killed.
    last : bool, default=True
        Whether it ends its assignment; else another call of the same assignment follows.
    alone : bool, default=False
        Whether no other assignment may be sent before it has ended.
    started : float
        When the worker turned to it, as far as the driver knows, on the clock of `time.monotonic`.
    """

    reference: Any
    assignment: Any
    limit: float | None
    last: bool = True
    alone: bool = False
    started: float = field(default_factory=time.monotonic)

    def seconds(self) -> float:
        """Return how long it has been in the air."""
        return time.monotonic() - self.started


@dataclass(eq=False)
class Slot:
    """A place for a worker; a worker that dies is followed by another one in its place.

    Attributes
    ----------
    resources : Resources
        What the worker occupies.
    node, host : str
        Where room was found for it, by Ray's name and by that of the machine; empty where there is one node
        only, or where nobody knows.
    deaths : int
        How many workers have died here one after the other before they answered.
    actor : ray.ActorHandle
        The worker.
    station : Station or None
        Its first answer; None before that.
    pending : deque of PendingCall
        Its calls in their order.
    split, resample : str
        The digests of what its last fit or trial was about, which it has at hand.
    late : float or None
        When its first call was found to be late, on the clock of `time.monotonic`.
    own : deque of LiveJob
        The jobs that were begun here and have trials that wait.
    """

    resources: Resources
    node: str = ""
    host: str = ""
    deaths: int = 0
    actor: Any = None
    station: Station | None = None
    pending: deque[PendingCall] = field(default_factory=deque)
    split: str = ""
    resample: str = ""
    late: float | None = None
    own: deque[Any] = field(default_factory=deque)

    def fits(self, needed: Resources) -> bool:
        """Tell whether a task of these needs may run here."""
        return needed.cpus <= self.resources.cpus and needed.gpus <= self.resources.gpus

    def takes_more(self, ahead: int) -> bool:
        """Tell whether the worker is ready, has so many fits and trials, and none that is to be alone."""
        return (
            self.station is not None
            and self.ahead() == ahead
            and not any(call.alone for call in self.pending)
        )

    def ahead(self) -> int:
        """Return how many fits and trials wait here or are under way."""
        return sum(call.last and call.assignment is not None for call in self.pending)

    def assignments(self) -> list[Any]:
        """Return the fits and trials that wait here or are under way, each once."""
        return list(dict.fromkeys(call.assignment for call in self.pending if call.assignment))

    def deadline(self) -> float:
        """Return when the first call is late, or when it has been late for too long."""
        if self.late is not None:
            return self.late + SLACK_SECONDS
        if not self.pending or self.pending[0].limit is None:
            return float("inf")
        return self.pending[0].started + self.pending[0].limit

    def turn(self) -> None:
        """Have the clock of the first call start now."""
        self.late = None
        if self.pending:
            self.pending[0].started = time.monotonic()

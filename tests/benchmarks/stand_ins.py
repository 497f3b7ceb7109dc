"""A Ray without processes: workers that only take time, on a clock of their own.

The clock moves by what the driver's main thread computes, by what Ray's calls cost it, and by the time in
which the driver waits, which is skipped. So a thousand workers fit into one process, and how busy they are
depends on nothing but the driver. What Ray itself costs the main thread was measured on Ray 2.60 and is
charged: see `Charges`.
"""

from __future__ import annotations

import heapq
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from random import Random
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch
from weakref import WeakSet

from oversample_bench.evaluation.tasks import ResampleTask, TrialTask, jobs
from oversample_bench.execution import runner_choice
from oversample_bench.execution.inventory import Inventory
from oversample_bench.execution.runners import pool
from oversample_bench.execution.runners.cluster import Connection
from oversample_bench.execution.runners.events import WorkerConfig
from oversample_bench.execution.runners.slots import Node
from oversample_bench.execution.runners.workbench import Workbench, only_resample
from oversample_bench.execution.runners.worker import FitOutput, Station
from oversample_bench.plugins.validation import registry_of
from oversample_bench.suite import UNLIMITED, Suite
from oversample_bench.suite.plan import plan

SECONDS_OF = {"trial": 1.0, "fit": 1.0, "gather": 0.05}
"""What a call takes on average, from half to one and a half of it; the others take none."""


class LostError(Exception):
    """Stands for what Ray raises where a worker is gone."""


@dataclass(frozen=True)
class Charges:
    """Seconds of the main thread that calls of Ray 2.60 take, medians of 500 on two cores."""

    submit: float = 250e-6
    get: float = 25e-6
    wait: float = 27e-6
    wait_for_each: float = 0.25e-6


@dataclass(eq=False)
class Reference:
    """A result that is there at a moment of the clock."""

    end: float
    value: Any


@dataclass
class StandIns:
    """Takes the place of the module `ray`.

    Parameters
    ----------
    resample, trial : object
        What each fit and each trial comes to.
    charges : Charges
        What Ray's calls cost.
    counts_driver : bool, default=True
        Whether what the driver computes moves the clock; else a run is the same on any machine.

    Attributes
    ----------
    busy : float
        Seconds of all workers together.
    begun_at : float or None
        When the first of them turned to something that takes time.
    calls, looked_at : int
        How many calls were sent, and how many references `wait` was asked about in all.
    count : Counter
        Of calls by name.
    resamples_held : WeakSet of Reference
        Results of fits that the driver keeps alive.
    moments : dict
        When calls of a name began on workers with or without a GPU.
    """

    resample: Any
    trial: Any
    charges: Charges = field(default_factory=Charges)
    counts_driver: bool = True
    busy: float = field(default=0.0, init=False)
    begun_at: float | None = field(default=None, init=False)
    calls: int = field(default=0, init=False)
    looked_at: int = field(default=0, init=False)
    count: Counter[str] = field(default_factory=Counter, init=False)
    resamples_held: WeakSet[Reference] = field(default_factory=WeakSet, init=False)
    moments: dict[tuple[str, str], list[float]] = field(default_factory=dict, init=False)
    _chance: Random = field(default_factory=lambda: Random(1), init=False)
    _skipped: float = field(default=0.0, init=False)
    _charged: float = field(default=0.0, init=False)
    _own: float = field(default=0.0, init=False)
    exceptions = SimpleNamespace(RayError=LostError, RayTaskError=LostError)

    def cpu(self) -> float:
        """Return the seconds of the driver's main thread, Ray's part included and that of this class not."""
        return (time.thread_time() - self._own if self.counts_driver else 0.0) + self._charged

    def skipped(self) -> float:
        """Return the seconds in which the driver had nothing to do."""
        return self._skipped

    def now(self) -> float:
        """Return the time of the clock."""
        return self.cpu() + self._skipped

    @contextmanager
    def _apart(self, charge: float) -> Iterator[None]:
        begun = time.thread_time()
        yield
        self._own += time.thread_time() - begun
        self._charged += charge

    def remote(self, _worker: type) -> Any:
        """Return what makes workers."""

        def options(num_gpus: float = 0, **_: Any) -> Any:
            return SimpleNamespace(remote=lambda *_: _Actor(self, "gpus" if num_gpus else "cpus"))

        return SimpleNamespace(options=options)

    def put(self, value: Any) -> Reference:
        """Return a reference to what is there at once."""
        return Reference(0.0, value)

    def begun(self, actor: _Actor, name: str, *arguments: Any) -> Reference:
        """Return when a call ends that a worker turns to after those before it."""
        with self._apart(self.charges.submit):
            value, self.calls = self._answer(name, arguments), self.calls + 1
            seconds = SECONDS_OF.get(name, 0.0) * (0.5 + self._chance.random())
            self.busy += seconds
            if seconds and self.begun_at is None:
                self.begun_at = self.now()
            begun = max(actor.free, self.now())
            self.count[name] += 1
            self.moments.setdefault((name, actor.kind), []).append(begun)
            actor.free = begun + seconds
            reference = Reference(actor.free, value)
            if name == "drawing":
                self.resamples_held.add(reference)
            return reference

    def _answer(self, name: str, arguments: Sequence[Any]) -> Any:
        if name == "station":
            return Station("")
        if name == "drawing":
            tasks: tuple[ResampleTask, ...] = arguments[0]
            outcome, record = self.resample
            each = {task.digest: outcome for task in tasks}
            return FitOutput(each, dict.fromkeys(each, record))
        if name == "trial" and isinstance(arguments[0], TrialTask):
            return self.trial
        return None

    def wait(
        self, references: Sequence[Reference], *, num_returns: int, timeout: float, fetch_local: bool
    ) -> tuple[list[Reference], list[Reference]]:
        """Skip the time until so many have ended, or until the time-out."""
        with self._apart(self.charges.wait + len(references) * self.charges.wait_for_each):
            now, self.looked_at = self.now(), self.looked_at + len(references)
            soonest = heapq.nsmallest(num_returns, (one.end for one in references))
            until = min(soonest[-1], now + timeout) if soonest else now + timeout
            self._skipped += max(0.0, until - now)
            now = max(now, until)
            ended = [one for one in references if one.end <= now][:num_returns]
            there = set(map(id, ended))
            return ended, [one for one in references if id(one) not in there]

    def get(self, asked: Reference | Sequence[Reference]) -> Any:
        """Return one result or several."""
        several = isinstance(asked, list)
        with self._apart(self.charges.get * (len(asked) if several else 1)):  # type: ignore[arg-type]
            return [one.value for one in asked] if several else asked.value  # type: ignore[union-attr]

    def kill(self, _actor: _Actor, *, no_restart: bool) -> None:
        """End a worker."""


@dataclass(eq=False)
class _Actor:
    """A worker: each of its methods takes as long as `SECONDS_OF` says."""

    ray: StandIns
    kind: str
    free: float = 0.0

    def __getattr__(self, name: str) -> Any:
        return SimpleNamespace(remote=partial(self.ray.begun, self, name))


@contextmanager
def in_place(ray: StandIns, nodes: Sequence[Node]) -> Iterator[None]:
    """Have runs on Ray use the stand-ins, as a cluster of these nodes."""

    @contextmanager
    def connected(_cluster: Any) -> Iterator[Connection]:
        yield Connection(tuple(nodes))

    modules: Mapping[str, Any] = {"ray": ray}
    with (
        patch.dict("sys.modules", modules),
        patch.object(pool, "_on", lambda node: node),
        patch.object(runner_choice, "connected", connected),
        patch.object(time, "monotonic", ray.now),
    ):
        yield


def answered(suite: Suite) -> StandIns:
    """Return workers whose answers are those of the first fit and trial of a suite, carried out here."""
    registry, planned = registry_of(suite), plan(suite)
    inventory = Inventory(registry, None, {})
    identity = inventory.identity(planned, lambda *_: None)
    job = next(jobs(planned, identity, set(), lambda _: False, {}))
    bench = Workbench(WorkerConfig.of([job], registry, suite.metrics, UNLIMITED, keeps=True))
    fit = bench.gathered(job.members, inventory.dataset).answered(bench.tools)
    drawn = fit.resamples()[0]
    trial = bench.trial(job.trials[0], job.members[0].split, only_resample(drawn), inventory.dataset)
    return StandIns((drawn, fit.records()[0]), trial)

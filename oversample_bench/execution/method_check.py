"""Whether each installed oversampler does what it is for, found out on a few small real sets.

Goes the way of every resample: split, fit, audit, in worker processes that are killed when a call outlives
its limit. Judges no quality: a method that works may still be useless.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from oversample_bench.core.digests import Identity
from oversample_bench.core.outcome import Failed, Outcome, Status
from oversample_bench.core.specs import Component, DataSpec, Protocol, ResampleSpec, SplitSpec
from oversample_bench.evaluation.tasks import Job, Resources, resample_task
from oversample_bench.execution.inventory import Inventory
from oversample_bench.plugins.registry import Entry, Registry

if TYPE_CHECKING:
    from oversample_bench.evaluation.audit import Audit
    from oversample_bench.evaluation.stages import AuditedResample

SETS = ("glass2", "spectf", "yeast4")
"""Few minority rows (17 of 214), many features (44) and many rows (1,484, 51 of the minority)."""

MOST_COPIES = 0.5
"""The share of the new rows from which on copies are what a method makes."""


class Verdict(StrEnum):
    """What is to be said of a method, the worst first; of several sets the worst is said."""

    UNAVAILABLE = "unavailable"
    CRASHES = "crashes"
    FAILS = "fails"
    TOO_SLOW = "too slow"
    SILENT = "silent no-op"
    NO_ROWS = "no rows"
    COPIES = "copies"
    TOO_FEW = "too few"
    DROPS = "drops rows"
    WORKS = "works"


BY_STATUS = {
    Status.TIMEOUT: Verdict.TOO_SLOW,
    Status.CRASHED: Verdict.CRASHES,
    Status.OOM: Verdict.CRASHES,
}


@dataclass(frozen=True)
class CheckResult:
    """One method on one set.

    Attributes
    ----------
    method, plugin, dataset : str
        Who was looked at, and on what.
    verdict : Verdict
        What was found.
    reason : str
        Why it is not ``works``, or what is odd in spite of that.
    seconds : float or None
        Wall-clock seconds of the fit, or until it ended otherwise; None where nothing was run.
    n_requested, n_new, n_copies, n_dropped : int
        As in `oversample_bench.evaluation.audit.Audit`; 0 where there is no resample.
    """

    method: str
    plugin: str
    dataset: str
    verdict: Verdict
    reason: str = ""
    seconds: float | None = None
    n_requested: int = 0
    n_new: int = 0
    n_copies: int = 0
    n_dropped: int = 0


@dataclass(frozen=True)
class MethodCheck:
    """Who is looked at, and how.

    Parameters
    ----------
    registry : Registry
        Where the methods and sets come from.
    names : tuple of str
        Oversamplers.
    limit_seconds : float, default=20
        For each call.
    workers : int, default=0
        Processes side by side; 0 for one a core.
    sets : tuple of str, default=SETS
        Registered data sets, split once each and left at their natural ratio.
    """

    registry: Registry
    names: tuple[str, ...]
    limit_seconds: float = 20.0
    workers: int = 0
    sets: tuple[str, ...] = SETS

    def entries(self, *, usable: bool) -> list[Entry]:
        """Return those that can be used on this machine, or those that cannot."""
        entries = (self.registry.entry("oversampler", name) for name in self.names)
        return [entry for entry in entries if (entry.state == "ok") == usable]

    def __len__(self) -> int:
        """Return the number of calls."""
        return len(self.entries(usable=True)) * len(self.sets)


def chosen(registry: Registry, names: Iterable[str]) -> tuple[str, ...]:
    """Return the oversamplers to look at, each once: those named, or all.

    Raises
    ------
    UsageError
        When no plugin offers one of the names.
    """
    known = [registry.entry("oversampler", name).name for name in dict.fromkeys(names)]
    return tuple(known or (entry.name for entry in registry.entries("oversampler")))


def check_methods(check: MethodCheck) -> Iterator[CheckResult]:
    """Yield what is found of each method on each set, as it comes."""
    for entry in check.entries(usable=False):
        for name in check.sets:
            yield CheckResult(entry.name, entry.plugin, name, Verdict.UNAVAILABLE, entry.reason)
    if not len(check):
        return
    from oversample_bench.execution.runners.cluster import Cluster, connected
    from oversample_bench.execution.runners.events import DataProvider, ResampleDone, WorkerConfig
    from oversample_bench.execution.runners.ray_runner import run_ray
    from oversample_bench.suite import Limits

    inventory = Inventory(check.registry, None, {})
    provider = DataProvider(inventory.dataset, lambda _: None)
    with connected(Cluster(workers=check.workers)) as cluster:
        jobs = _jobs(check, inventory)
        config = WorkerConfig.of(jobs, check.registry, (), Limits(fit=check.limit_seconds, trial=None))
        for event in run_ray(jobs, config, provider, cluster.nodes):
            if isinstance(event, ResampleDone):
                spec = event.task.spec
                entry = check.registry.entry("oversampler", spec.method.name)
                yield _result(entry, spec.split.data.name, event.outcome)


def _jobs(check: MethodCheck, inventory: Inventory) -> list[Job]:
    """Return one fit a method and set, and no trials; the jobs of a set follow each other."""
    data = [DataSpec(name=name) for name in check.sets]
    identity = Identity(
        fingerprints={spec: inventory.fingerprint(spec, lambda *_: None) for spec in data},
        sources={("oversampler", entry.name): entry.source for entry in check.entries(usable=True)},
    )
    specs = [
        ResampleSpec(SplitSpec(spec, None, Protocol(), index=0), Component.of(entry.name), seed=0)
        for spec in data
        for entry in check.entries(usable=True)
    ]
    return [Job((resample_task(spec, identity),), (), stored=False, resources=Resources()) for spec in specs]


def _result(entry: Entry, dataset: str, outcome: Outcome[AuditedResample]) -> CheckResult:
    if isinstance(outcome, Failed):
        found = BY_STATUS.get(outcome.status, Verdict.FAILS)
        return CheckResult(entry.name, entry.plugin, dataset, found, outcome.message, outcome.seconds)
    audit = outcome.value.audit
    found, reason = judged(audit)
    return CheckResult(
        method=entry.name,
        plugin=entry.plugin,
        dataset=dataset,
        verdict=found,
        reason=reason,
        seconds=outcome.value.cost.seconds,
        n_requested=audit.n_requested,
        n_new=audit.n_new,
        n_copies=audit.n_copies,
        n_dropped=audit.n_dropped,
    )


def judged(audit: Audit) -> tuple[Verdict, str]:
    """Return the verdict on a resample by what its audit counted, and the reason for it."""
    flags = audit.flags()
    if "nothing new" in flags:
        found = Verdict.NO_ROWS if audit.fallback else Verdict.SILENT
    elif audit.n_copies and audit.n_copies >= MOST_COPIES * audit.n_new:
        found = Verdict.COPIES
    elif "short" in flags:
        found = Verdict.TOO_FEW
    else:
        found = Verdict.DROPS if audit.n_dropped else Verdict.WORKS
    return found, "; ".join(filter(None, [audit.fallback or _counted(audit), _dropped(audit)]))


def _counted(audit: Audit) -> str:
    """Return what the counts say of the new rows, where the method says nothing of itself."""
    made = audit.n_new - audit.n_new_majority
    short = f"{made} new rows where {audit.n_requested} were asked for" if "short" in audit.flags() else ""
    copies = f"{audit.n_copies} of {audit.n_new} new rows are copies" if audit.n_copies else ""
    return "; ".join(filter(None, [short, copies]))


def _dropped(audit: Audit) -> str:
    return f"{audit.n_dropped} of {audit.n_real} real rows did not come back" if audit.n_dropped else ""

"""The plan less what is settled: the one question behind `bench run`, its resume, and `bench plan`."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from oversample_bench import store
from oversample_bench.core.digests import Identity
from oversample_bench.evaluation.tasks import Job, Resources, jobs
from oversample_bench.plugins.registry import Registry
from oversample_bench.store.prediction_files import FOLDER as PREDICTIONS
from oversample_bench.store.resample_files import ResampleFiles
from oversample_bench.suite import Suite
from oversample_bench.suite.plan import Plan


@dataclass(frozen=True)
class Remaining:
    """What is left to do, and how much is not.

    Attributes
    ----------
    jobs : tuple of Job
        In the order of the plan.
    n_settled : int
        Planned trials that need not be carried out; one that is planned under two labels counts once, as in
        ``jobs``.
    n_scored_again : int, default=0
        How many of these are scored by added metrics, from the predictions that were kept.
    """

    jobs: tuple[Job, ...]
    n_settled: int
    n_scored_again: int = 0


def metric_sources(suite: Suite, registry: Registry) -> dict[str, str]:
    """Return who offers each metric of a suite, and by which code."""
    return {name: registry.entry("metric", name).source for name in suite.metrics}


@dataclass(frozen=True)
class Stock:
    """What a folder holds: its open store (None where there is none), and the resamples beside it.

    ``called`` has the digests by which files of resamples are called there, where they are others than
    today's.
    """

    folder: Path
    connection: sqlite3.Connection | None
    called: Mapping[str, str] = field(default_factory=dict)

    def remaining(
        self, suite: Suite, registry: Registry, planned: tuple[Plan, Identity], *, retry: bool = True
    ) -> Remaining:
        """Return what is left of a suite.

        Parameters
        ----------
        suite : Suite
            For its metrics and resources.
        registry : Registry
            Tells the versions of the metrics.
        planned : (Plan, Identity)
            The trials and their digests.
        retry : bool, default=True
            Whether trials that did not succeed are left to do.
        """
        plan, identity = planned
        metrics = metric_sources(suite, registry)
        done = store.settled(self.connection, metrics.items(), retry=retry) if self.connection else set()
        again = self._scored_again(registry, metrics, retry=retry)
        done |= again
        drawn = store.good_resamples(self.connection) if self.connection else set()
        files = ResampleFiles(self.folder)
        resources = {
            method.component(): Resources(method.resources.cpus, method.resources.gpus)
            for method in suite.methods
        }

        def stored(digest: str) -> bool:
            return digest in drawn and files.has(self.called.get(digest, digest))

        left = jobs(plan, identity, done, stored, resources)
        asked = {identity.trial(planned.spec) for planned in plan.trials}
        return Remaining(tuple(left), len(done & asked), len(again & asked))

    def _scored_again(self, registry: Registry, metrics: Mapping[str, str], *, retry: bool) -> set[str]:
        """Return the trials that lack nothing but scores, all of which can be had from kept predictions."""
        lacking = store.unscored(self.connection, metrics, retry=retry) if self.connection else {}
        if not lacking or not (self.folder / PREDICTIONS).is_dir():
            return set()
        from oversample_bench.execution.rescoring import Rescoring

        every = {trial: len(names) for trials in lacking.values() for trial, names in trials.items()}
        found = Rescoring.of(self.folder, registry, metrics).possible(lacking)
        return {trial for trial, _, wanted in found if len(wanted) == every[trial]}

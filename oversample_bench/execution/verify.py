"""Re-runs a sample of the trials of a run, their resamples refitted, and compares the numbers.

The specs come from the store, so that the suite's file need not be there; a resample of a batch is made again
in its batch. What stands for something else today (other rows, another version of a plugin) is not compared
but told. Limits of time and memory do not apply: what succeeded once is given what it needs. Nothing is
written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from oversample_bench import store
from oversample_bench.core.digests import UNAVAILABLE, Identity
from oversample_bench.core.errors import UsageError
from oversample_bench.core.outcome import Failed
from oversample_bench.core.references import named
from oversample_bench.core.specs import Component, DataSpec
from oversample_bench.evaluation.tasks import Job, jobs
from oversample_bench.execution.deviations import Comparison, Verification
from oversample_bench.execution.estimate import expected_seconds
from oversample_bench.execution.inventory import Inventory, data_folder
from oversample_bench.execution.rescoring import metrics_kept
from oversample_bench.execution.run_result import Options
from oversample_bench.execution.runner_choice import Choice
from oversample_bench.execution.verify_sample import Recorded, Sample, sampled
from oversample_bench.execution.watcher import Watcher
from oversample_bench.plugins.origins import replaced
from oversample_bench.plugins.plugin_files import LooseFile
from oversample_bench.plugins.registry import Registry, load_registry
from oversample_bench.suite import UNLIMITED, Suite
from oversample_bench.suite.plan import Plan, Planned

if TYPE_CHECKING:
    from oversample_bench.execution.runners.events import WorkerConfig


def verify_run(
    folder: str | Path,
    *,
    fraction: float = 0.1,
    random_state: int = 0,
    suite: Suite | None = None,
    options: Options | None = None,
    tolerance: float = 0.0,
) -> Verification:
    """Carry out a share of the trials of a folder again, and compare the numbers; nothing is written.

    Parameters
    ----------
    folder : str or Path
        The folder of a run.
    fraction : float, default=0.1
        The share of the trials that succeeded, above 0 and at most 1; one trial at least.
    random_state : int, default=0
        The seed by which they are chosen.
    suite : Suite, optional
        Whose plugin files are run; a run that used some cannot be verified without.
    options : Options, optional
        Where to run. Default: in this process.
    tolerance : float, default=0.0
        The absolute difference up to which two numbers count as equal.

    Returns
    -------
    Verification
        Counts, differences, and what could not be compared.

    Raises
    ------
    UsageError
        When the folder is no run's, or no trial succeeded there; when it used plugin files and no suite is
        given; for a fraction beyond its bounds.
    """
    sample = sampled(Path(folder), fraction, random_state, suite)
    return verify(sample, options or Options(runner="serial"), tolerance)


def verify(
    sample: Sample, options: Options | None = None, tolerance: float = 0.0, watcher: Watcher | None = None
) -> Verification:
    """Carry out the trials of a sample again and compare audits, fidelity and scores.

    Parameters
    ----------
    sample : Sample
        As `oversample_bench.execution.verify_sample.sampled` returns it.
    options : Options, optional
        Where to run, and where data sets lie as files.
    tolerance : float, default=0.0
        The absolute difference up to which two numbers count as equal.
    watcher : Watcher, optional
        Told of the progress.

    Returns
    -------
    Verification
        Counts, differences, and what could not be compared.

    Raises
    ------
    UsageError
        When a loose plugin of the suite or the folder of data is not there.
    """
    options = options or Options()
    loose = tuple(LooseFile.read(str(path)) for path in sample.plugins)
    registry = load_registry(loose, metrics_kept(sample.folder))
    sample = _as_of_today(sample, registry)
    bench = _Bench.of(sample, options, registry)
    metrics, lost = _metrics(sample, bench.registry)
    obstacles = {one.digest: bench.obstacle(one) for one in sample.trials}
    able = [one for one in sample.trials if not obstacles[one.digest]]
    unverified = [(one.label, obstacles[one.digest]) for one in sample.trials if obstacles[one.digest]] + lost
    comparison = Comparison({one.digest: one for one in able}, metrics)
    if able:
        bench.carry_out(able, metrics, comparison, watcher or Watcher())
    return comparison.concluded(sample, tolerance, unverified)


def _metrics(sample: Sample, registry: Registry) -> tuple[dict[str, str], list[tuple[str, str]]]:
    """Return the metrics that can be computed, with their versions, and why others cannot."""
    found, lost = {}, []
    for name in sorted({name for one in sample.trials for name in one.scores}):
        try:
            entry = registry.entry("metric", name)
            entry.resolve()
            found[name] = entry.source
        except UsageError as error:
            lost.append((f"metric {name}", str(error)))
    for name, source in found.items():
        others = {one.metric_sources[name] for one in sample.trials if name in one.scores} - {source}
        if others:
            lost.append((f"metric {name}", replaced(name, ", ".join(sorted(others)), source)))
    return found, lost


def _as_of_today(sample: Sample, registry: Registry) -> Sample:
    """Return a sample in which rows of earlier versions have the sources and digests of today."""
    renewed = [one.renewed(registry.renewed) for one in sample.trials]
    resamples = {
        now.resample: sample.resamples[then.resample]
        for then, now in zip(sample.trials, renewed, strict=True)
    }
    return replace(sample, trials=tuple(renewed), resamples=resamples)


def _offered(
    registry: Registry, parts: AbstractSet[tuple[str, Component]]
) -> Iterator[tuple[tuple[str, Component], str]]:
    """Yield who offers each part that is to be had here, with all that it refers to."""
    for kind, component in parts:
        with suppress(UsageError):
            yield (kind, component), registry.source(kind, component)


@dataclass(frozen=True)
class _Bench:
    """What names stand for today, and where the work is done."""

    sample: Sample
    options: Options
    registry: Registry
    inventory: Inventory
    fingerprints: dict[DataSpec, str]
    identity: Identity

    @classmethod
    def of(cls, sample: Sample, options: Options, registry: Registry) -> _Bench:
        sources = dict(_offered(registry, {part for one in sample.trials for part in one.parts()}))
        fingerprints: dict[DataSpec, str] = {}  # filled as data sets are met
        inventory = Inventory(registry, data_folder(options.data_dir), {})
        return cls(sample, options, registry, inventory, fingerprints, Identity(fingerprints, {}, sources))

    def obstacle(self, one: Recorded) -> str:
        """Return why a trial cannot be carried out as it was, or an empty string."""
        if one.unseeded:
            return f"the numbers of '{one.unseeded}' change from run to run: a part of it takes no seed"
        try:
            for (kind, component), source in one.parts().items():
                today = self.registry.source(kind, component)
                if today != source:
                    return replaced(component.name, source, today)
                for name in named(kind, component):
                    self.registry.entry(*name).resolve()
            found = self._fingerprint(one.spec.resample.split.data)
        except UsageError as error:
            return str(error)
        if found != one.fingerprint:
            data = one.spec.resample.split.data
            return (
                self._lacking(data) if found == UNAVAILABLE else f"'{data.name or data.path}' has other rows"
            )
        same = self.identity.trial(one.spec) == one.digest
        return "" if same else "another version of the protocol splits and seeds otherwise"

    def _fingerprint(self, data: DataSpec) -> str:
        """Return the hash of the rows as they are now, whatever a store remembers."""
        if data not in self.fingerprints:
            self.fingerprints[data] = self.inventory.fingerprint(data, lambda *_: None)
        return self.fingerprints[data]

    def _lacking(self, data: DataSpec) -> str:
        found = self.inventory.dataset(data)
        return found.message if isinstance(found, Failed) else f"the data set '{data.name}' is not here"

    def carry_out(
        self, able: Sequence[Recorded], metrics: Mapping[str, str], comparison: Comparison, watcher: Watcher
    ) -> None:
        """Run the trials, and hand each resample and score to the comparison."""
        from oversample_bench.execution.runner_choice import events
        from oversample_bench.execution.runners.events import DataProvider, ResampleDone, TrialDone

        trials = tuple(Planned(one.spec, *one.labels[:4]) for one in able)
        work = tuple(jobs(Plan(self.sample.name, trials), self.identity, set(), lambda _: False, {}))
        choice = self._choice(work)
        watcher.begin(len(able), 0, choice)

        provider = DataProvider(self.inventory.dataset, lambda _: None)
        running = events(choice, work, self._worker_config(work, metrics), provider, watcher.moved)
        try:
            for event in running:
                if isinstance(event, ResampleDone):
                    comparison.take_resample(event, self.sample.resamples.get(event.task.digest, {}))
                elif isinstance(event, TrialDone):
                    comparison.take_trial(event)
                watcher.told(event)
        finally:
            running.close()  # ends the workers
            watcher.end()

    def _choice(self, work: Sequence[Job]) -> Choice:
        from oversample_bench.execution.runners.cluster import Cluster

        with closing(store.connect(self.sample.folder)) as connection:
            expected = expected_seconds(connection, work)
        cluster = Cluster(self.options.address, self.options.workers)
        risk = "the suite has loose plugin files" if self.registry.loose else ""
        return Choice(self.options.runner, cluster, expected, risk)

    def _worker_config(self, work: Sequence[Job], metrics: Mapping[str, str]) -> WorkerConfig:
        from oversample_bench.execution.runners.events import WorkerConfig

        return WorkerConfig.of(work, self.registry, tuple(metrics), UNLIMITED)

"""What a runner tells, such as the end of a fit or a trial; and what it is told: where things come from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from oversample_bench.api import Dataset
from oversample_bench.core.outcome import Outcome
from oversample_bench.core.references import named
from oversample_bench.core.resample import Resample
from oversample_bench.core.specs import Component, DataSpec
from oversample_bench.evaluation.scoring import Scores
from oversample_bench.evaluation.stages import AuditedResample
from oversample_bench.evaluation.tasks import Job, ResampleTask, TrialTask
from oversample_bench.execution.runners.versions import versions
from oversample_bench.plugins.given_objects import Given
from oversample_bench.plugins.plugin_files import LooseFile
from oversample_bench.plugins.registry import Registry
from oversample_bench.store.records import SplitRecord
from oversample_bench.suite import Limits


@dataclass(frozen=True)
class ResampleDone:
    """A resample was made, or could not be made."""

    task: ResampleTask
    outcome: Outcome[AuditedResample]
    split: SplitRecord | None = None


@dataclass(frozen=True)
class TrialDone:
    """A trial was carried out, or could not be."""

    task: TrialTask
    outcome: Outcome[Scores]


@dataclass(frozen=True)
class JobDone:
    """All trials of a job have ended."""

    job: Job


@dataclass(frozen=True)
class Notice:
    """Something is done in another way than was asked for; the sentence says how, and why."""

    sentence: str


@dataclass(frozen=True)
class Lull:
    """Nothing else has ended so far: what was told may be written down.

    ``pressing`` says that it has to be, since what comes next takes long or may end this process.
    """

    pressing: bool = False


Event: TypeAlias = ResampleDone | TrialDone | JobDone | Notice | Lull


@dataclass(frozen=True)
class WorkerConfig:
    """All that a process needs to set up the stages; it can be sent to another machine.

    Attributes
    ----------
    loose : tuple of LooseFile
        Plugins named in the suite.
    metrics : tuple of str
        What is scored.
    components : tuple of (str, Component)
        Kind and name of what the suite uses, imported before the first task so that no limit pays for it.
    limits : Limits
        Of a fit and of a trial.
    sources : mapping of (str, str) to str, default={}
        Who offers what, and by which code, where the run began, by kind and name.
    given : tuple of Given, default=()
        Objects that the caller handed over.
    keeps : bool, default=False
        Whether trials return the answers of their classifiers, to be kept.
    versions : mapping of str to str, default={}
        What is computed with where the run began: libraries, and the code of what the suite uses.
    """

    loose: tuple[LooseFile, ...]
    metrics: tuple[str, ...]
    components: tuple[tuple[str, Component], ...]
    limits: Limits
    sources: Mapping[tuple[str, str], str] = field(default_factory=dict)
    given: tuple[Given, ...] = ()
    keeps: bool = False
    versions: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        jobs: Sequence[Job],
        registry: Registry,
        metrics: tuple[str, ...],
        limits: Limits,
        *,
        keeps: bool = False,
    ) -> WorkerConfig:
        """Return what it takes to carry out ``jobs`` by the plugins of ``registry``, as they were read."""
        drawn = {("oversampler", job.members[0].spec.method) for job in jobs}
        tried = {("classifier", task.spec.classifier) for job in jobs for task in job.trials}
        used = tuple(sorted(drawn | tried, key=repr))
        names = {name for kind, one in used for name in named(kind, one)}
        names |= {("metric", name) for name in metrics}
        sources, told = registry.sources(names), versions(registry, sorted(names))
        return cls(registry.loose, metrics, used, limits, sources, registry.given, keeps, told)


@dataclass(frozen=True)
class DataProvider:
    """Where a runner gets data sets and stored resamples from; both are the driver's."""

    dataset: Callable[[DataSpec], Outcome[Dataset]]
    resample: Callable[[str], Resample | None]

    def stored(self, job: Job) -> dict[str, Resample] | None:
        """Return the resamples that a job's trials need, by digest, or None unless all can be read."""
        if not job.stored:
            return None
        found = {member.digest: self.resample(member.digest) for member in job.needed()}
        resamples = {digest: resample for digest, resample in found.items() if resample is not None}
        return resamples if len(resamples) == len(found) else None

"""Carries out tasks in the process that it is made in, and keeps the last splits at hand."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from oversample_bench.api import Dataset
from oversample_bench.core.errors import UsageError
from oversample_bench.core.outcome import Failed, Ok, Outcome
from oversample_bench.core.references import named
from oversample_bench.core.resample import Resample
from oversample_bench.core.specs import DataSpec, SplitSpec
from oversample_bench.evaluation import stages
from oversample_bench.evaluation.preprocess import Split
from oversample_bench.evaluation.process_state import folder_kept
from oversample_bench.evaluation.scoring import Scores
from oversample_bench.evaluation.tasks import ResampleTask, TrialTask
from oversample_bench.execution.runners.events import WorkerConfig
from oversample_bench.execution.runners.versions import versions
from oversample_bench.plugins.registry import Entry, Registry, load_registry
from oversample_bench.store.records import SplitRecord

SPLITS_BYTES = 512 * 2**20

DatasetOf = Callable[[DataSpec], Outcome[Dataset]]


@dataclass(frozen=True, eq=False)
class Fit:
    """One fit on its way: the splits of its members, then what the method made of them."""

    tasks: Sequence[ResampleTask]
    splits: Sequence[Outcome[Split]]
    answers: stages.Answers = ()

    def answered(self, tools: stages.Toolbox) -> Fit:
        """Call the method, which is what a limit is for."""
        return replace(self, answers=stages.fit(self.tasks, self.splits, tools))

    def resamples(self) -> tuple[Outcome[stages.AuditedResample], ...]:
        """Return what there is to say of the answers, which may take longer than the fit."""
        return stages.drawn(self.tasks, self.splits, self.answers)

    def records(self) -> tuple[SplitRecord | None, ...]:
        """Return the sizes of the splits."""
        return tuple(_record(task, found) for task, found in zip(self.tasks, self.splits, strict=True))


class Workbench:
    """The stages with their tools.

    Parameters
    ----------
    worker_config : WorkerConfig
        What the suite uses.
    """

    def __init__(self, worker_config: WorkerConfig) -> None:
        self._splits: OrderedDict[str, Outcome[Split]] = OrderedDict()
        with folder_kept():
            installed = load_registry(worker_config.loose, worker_config.given)
            self.versions = versions(installed, worker_config.sources)
            registry = _agreeing(installed, worker_config.sources)
            entries = {name: _entry(registry, "metric", name) for name in worker_config.metrics}
            metrics = {name: entry.resolve() for name, entry in entries.items() if entry is not None}
            self.tools = stages.Toolbox(registry, metrics, worker_config.limits, worker_config.keeps)
            self._import(worker_config)

    def _import(self, worker_config: WorkerConfig) -> None:
        parts = [name for used in worker_config.components for name in named(*used)]
        for kind, name in dict.fromkeys(parts):
            try:
                self.tools.registry.entry(kind, name).resolve()
            except UsageError:  # told by the stage that needs it, as the failure of its row
                continue

    def split(self, spec: SplitSpec, digest: str, dataset: DatasetOf) -> Outcome[Split]:
        """Return a split, made now or kept from before."""
        if digest not in self._splits:
            self._splits[digest] = stages.split(spec, dataset(spec.data))
            while len(self._splits) > 1 and sum(map(_size, self._splits.values())) > SPLITS_BYTES:
                self._splits.popitem(last=False)
        self._splits.move_to_end(digest)
        return self._splits[digest]

    def gathered(self, tasks: Sequence[ResampleTask], dataset: DatasetOf) -> Fit:
        """Return a fit that has its splits and has not begun."""
        return Fit(tasks, [self.split(task.spec.split, task.split, dataset) for task in tasks])

    def trial(
        self, task: TrialTask, split_digest: str, resample: Outcome[Resample], dataset: DatasetOf
    ) -> Outcome[Scores]:
        """Return the scores of one trial."""
        found = self.split(task.spec.resample.split, split_digest, dataset)
        return stages.trial(task, found, resample, self.tools)


def _agreeing(registry: Registry, sources: Mapping[tuple[str, str], str]) -> Registry:
    """Return a registry without the names that stand for other code here than where the run began."""
    entries = {name: found for name in sources if (found := _entry(registry, *name)) is not None}
    apart = {name: _apart(one, sources[name]) for name, one in entries.items() if one.source != sources[name]}
    return replace(registry, known={**registry.known, **apart})


def _entry(registry: Registry, kind: str, name: str) -> Entry | None:
    """Return an entry, or None where it is missing here: whoever asks for it is told so."""
    try:
        return registry.entry(kind, name)
    except UsageError:
        return None


def _apart(entry: Entry, source: str) -> Entry:
    reason = (
        f"it comes from {entry.source} in this process, and from {source} where the run began. Install the "
        "same on every machine, and leave plugins alone while a run goes on"
    )
    return replace(entry, state="unavailable", reason=reason)


def _size(found: Outcome[Split]) -> int:
    if isinstance(found, Failed):
        return 0
    split = found.value
    return sum(array.nbytes for array in (split.X, split.X_test, split.X_withheld))


def _record(task: ResampleTask, found: Outcome[Split]) -> SplitRecord | None:
    if isinstance(found, Failed):
        return None
    split = found.value
    n_labelled, n_test_minority = int(split.y.sum()), int(split.y_test.sum())
    return SplitRecord(
        digest=task.split,
        fingerprint=task.fingerprint,
        n_features=split.X.shape[1],
        n_majority=split.n_of_class[0],
        n_minority=split.n_of_class[1],
        n_withheld=len(split.X_withheld),
        n_test_majority=len(split.y_test) - n_test_minority,
        n_test_minority=n_test_minority,
        realised_ratio=n_labelled / (len(split.y) - n_labelled),
        n_encoded=split.n_encoded,
        n_imputed=split.n_imputed,
    )


def only_resample(outcome: Outcome[stages.AuditedResample]) -> Outcome[Resample]:
    """Return the rows of a resample without what is told of them."""
    return outcome if isinstance(outcome, Failed) else Ok(outcome.value.resample, outcome.seconds)

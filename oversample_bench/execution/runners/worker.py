"""What runs in a worker process of a Ray cluster: a workbench, and the last resamples that were made on it.

The calls come in groups, so that the driver's clock runs for foreign code alone: splits and resamples are
fetched before a fit or a trial, and a fit is audited behind it.
"""

from __future__ import annotations

import platform
import sys
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from oversample_bench.api import Dataset
from oversample_bench.core.outcome import Ok, Outcome
from oversample_bench.core.resample import Resample
from oversample_bench.core.specs import DataSpec
from oversample_bench.evaluation.scoring import Scores
from oversample_bench.evaluation.stages import AuditedResample
from oversample_bench.evaluation.tasks import ResampleTask, TrialTask
from oversample_bench.evaluation.threads import limited
from oversample_bench.execution.runners.events import WorkerConfig
from oversample_bench.execution.runners.workbench import Fit, Workbench, only_resample
from oversample_bench.store.records import SplitRecord

Box: TypeAlias = list[Any]
"""A list around an object reference, so that Ray hands over the reference and not the object."""

RESAMPLES_KEPT = 4


@dataclass(frozen=True)
class Station:
    """The answer of a worker that is ready.

    Attributes
    ----------
    errors : str
        The file that its errors go to, where the system tells.
    host : str, default=""
        The name of its machine.
    versions : mapping of str to str, default={}
        What it computes with.
    """

    errors: str
    host: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class FitOutput:
    """The resamples of one fit on their way to the driver and to other workers."""

    outcomes: dict[str, Outcome[AuditedResample]]
    splits: dict[str, SplitRecord | None]


class Worker:
    """A process that carries out one task at a time.

    Parameters
    ----------
    worker_config : WorkerConfig
        What the suite uses; it is imported here, before any clock runs.
    threads : int
        How many threads the libraries may use.
    """

    def __init__(self, worker_config: WorkerConfig, threads: int) -> None:
        self._bench = Workbench(worker_config)
        self._resamples: OrderedDict[str, Outcome[Resample]] = OrderedDict()
        self._fit: Fit | None = None
        self._threads = limited(threads)
        self._threads.__enter__()  # for the life of the process

    def station(self) -> Station:
        """Return where this worker is, where its errors go and what it has; answering says it is ready."""
        errors = Path("/proc/self/fd/2")
        path = str(errors.readlink()) if errors.is_symlink() else ""
        return Station(path, platform.node(), self._bench.versions)

    def gather(self, tasks: tuple[ResampleTask, ...], data: Box) -> None:
        """Make ready the splits of a fit."""
        self._fit = None  # of a fit before whose end never came
        self._fit = self._bench.gathered(tasks, _opened(data))

    def fit(self, tasks: tuple[ResampleTask, ...], data: Box) -> None:
        """Call the method; `gather` may be left out where the last call was about the same split."""
        fit = self._fit or self._bench.gathered(tasks, _opened(data))
        self._fit = fit.answered(self._bench.tools)

    def drawing(self, tasks: tuple[ResampleTask, ...]) -> FitOutput:
        """Audit what the method made, keep it and return it."""
        fit, self._fit = self._fit, None
        if fit is None:
            raise RuntimeError("a fit was asked for that nobody began")
        digests = [task.digest for task in tasks]
        outcomes = dict(zip(digests, fit.resamples(), strict=True))
        for digest, outcome in outcomes.items():
            self._keep(digest, only_resample(outcome))
        _give_back_gpu_memory()
        return FitOutput(outcomes, dict(zip(digests, fit.records(), strict=True)))

    def ready(self, task: TrialTask, split: str, resample: Box, data: Box) -> None:
        """Make ready split and resample of a trial."""
        self._bench.split(task.spec.resample.split, split, _opened(data))
        self._drawn(task, resample)

    def trial(self, task: TrialTask, split: str, resample: Box, data: Box) -> Outcome[Scores]:
        """Carry out a trial; `ready` may be left out where the last call was about the same resample."""
        return self._bench.trial(task, split, self._drawn(task, resample), _opened(data))

    def _drawn(self, task: TrialTask, resample: Box) -> Outcome[Resample]:
        """Return the resample of a trial, fetched unless it was made or used here lately."""
        if task.resample not in self._resamples:
            self._keep(task.resample, _fetched(resample[0], task.resample))
        self._resamples.move_to_end(task.resample)
        return self._resamples[task.resample]

    def _keep(self, digest: str, outcome: Outcome[Resample]) -> None:
        self._resamples[digest] = outcome
        while len(self._resamples) > RESAMPLES_KEPT:
            self._resamples.popitem(last=False)


def _opened(data: Box) -> Any:
    """Return a function that fetches the data set, which costs nothing while the split is at hand."""
    import ray

    def dataset(_spec: DataSpec) -> Outcome[Dataset]:
        found: Outcome[Dataset] = ray.get(data[0])
        return found

    return dataset


def _fetched(reference: Any, digest: str) -> Outcome[Resample]:
    """Return a resample that another worker made, or that the driver has read from disk."""
    import ray

    found: FitOutput | dict[str, Resample] = ray.get(reference)
    return only_resample(found.outcomes[digest]) if isinstance(found, FitOutput) else Ok(found[digest])


def _give_back_gpu_memory() -> None:
    """Free what torch has cached, since a share of a GPU is a matter of book-keeping only."""
    torch = sys.modules.get("torch")
    if torch and torch.cuda.is_available() and torch.cuda.is_initialized():
        torch.cuda.empty_cache()

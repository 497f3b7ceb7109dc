"""Runs everything in this process, one after the other: the debugger's runner, and that of small suites.

A method that kills its process takes the run along (what is done stays done), and one that never returns
holds it up: a limit interrupts Python code only, and that in the main thread only. Use the Ray runner for
methods that are not trusted. Before each call of foreign code the driver is told to write down what there is.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence

from oversample_bench.core.outcome import Ok, Outcome
from oversample_bench.core.resample import Resample
from oversample_bench.evaluation.tasks import Job
from oversample_bench.evaluation.threads import limited
from oversample_bench.execution.runners.deadlines import never
from oversample_bench.execution.runners.events import (
    DataProvider,
    Event,
    JobDone,
    Lull,
    ResampleDone,
    TrialDone,
    WorkerConfig,
)
from oversample_bench.execution.runners.workbench import Workbench, only_resample


def run_serial(
    jobs: Sequence[Job],
    worker_config: WorkerConfig,
    provider: DataProvider,
    is_over: Callable[[], bool] = never,
) -> Generator[Event, None, None]:
    """Yield the end of each resample, trial and job as it comes, until ``is_over`` says so."""
    bench = Workbench(worker_config)
    with limited():
        for job in jobs:
            if is_over():
                return
            yield from _events(job, bench, provider, is_over)


def _events(
    job: Job, bench: Workbench, provider: DataProvider, is_over: Callable[[], bool]
) -> Iterator[Event]:
    stored = provider.stored(job)
    if stored is None:
        yield Lull(pressing=True)
        fit = bench.gathered(job.members, provider.dataset).answered(bench.tools)
        told = tuple(zip(job.members, fit.resamples(), fit.records(), strict=True))
        yield from (ResampleDone(*resample) for resample in told)
        resamples: dict[str, Outcome[Resample]] = {
            task.digest: only_resample(found) for task, found, _ in told
        }
    else:
        resamples = {digest: Ok(resample) for digest, resample in stored.items()}
    splits_of = {member.digest: member.split for member in job.members}
    for task in job.trials:
        yield Lull(pressing=True)
        if is_over():
            return
        found = bench.trial(task, splits_of[task.resample], resamples[task.resample], provider.dataset)
        yield TrialDone(task, found)
    yield JobDone(job)

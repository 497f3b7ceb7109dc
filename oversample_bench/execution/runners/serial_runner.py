"""Runs everything in this process, one after the other: the debugger's runner, and that of small suites.

A method that kills its process takes the run along (what is done stays done), and one that never returns
holds it up: a limit interrupts Python code only, and that in the main thread only. Use the Ray runner for
methods that are not trusted.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence

from oversample_bench.core.outcome import Ok, Outcome
from oversample_bench.evaluation.audit import Draw
from oversample_bench.evaluation.tasks import Job
from oversample_bench.evaluation.threads import limited
from oversample_bench.execution.runners.events import Blueprint, DrawDone, Event, JobDone, Supply, TrialDone
from oversample_bench.execution.runners.workbench import Workbench, only_draw


def run_serial(jobs: Sequence[Job], blueprint: Blueprint, supply: Supply) -> Generator[Event, None, None]:
    """Yield the end of each draw, trial and job as it comes."""
    bench = Workbench(blueprint)
    with limited():
        for job in jobs:
            yield from _events(job, bench, supply)


def _events(job: Job, bench: Workbench, supply: Supply) -> Iterator[Event]:
    stored = supply.stored(job)
    if stored is None:
        fit = bench.gathered(job.members, supply.dataset).answered(bench.tools)
        told = tuple(zip(job.members, fit.draws(), fit.records(), strict=True))
        yield from (DrawDone(*draw) for draw in told)
        draws: dict[str, Outcome[Draw]] = {task.digest: only_draw(found) for task, found, _ in told}
    else:
        draws = {digest: Ok(draw) for digest, draw in stored.items()}
    splits_of = {member.digest: member.split for member in job.members}
    for task in job.trials:
        found = bench.trial(task, splits_of[task.draw], draws[task.draw], supply.dataset)
        yield TrialDone(task, found)
    yield JobDone(job)

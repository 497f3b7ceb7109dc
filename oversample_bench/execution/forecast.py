"""What `bench plan` shows: how much a suite asks for, how much is done, how long the rest may take.

Reads the store where there is one, and frameworks never. A file is looked at, so that what a run would refuse
is said now. A data set that the store has not seen is not loaded, since none of its trials can be done; one
that it has seen in another file is, to tell if it changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing, nullcontext
from dataclasses import dataclass
from pathlib import Path

from oversample_bench import store
from oversample_bench.core.errors import counted
from oversample_bench.execution.adoption import as_of_today
from oversample_bench.execution.data_checks import survey_data
from oversample_bench.execution.estimate import expected_seconds
from oversample_bench.execution.expected_skips import Foreseen, foreseen, known_classes
from oversample_bench.execution.inventory import Inventory, data_folder
from oversample_bench.execution.jobs import Remaining, Stock
from oversample_bench.execution.progress import clock
from oversample_bench.plugins.validation import check_names, check_parameters, registry_of
from oversample_bench.suite import Suite
from oversample_bench.suite.plan import Plan, plan, ratio_label

MOST_SKIPS = 12
"""Lines on what will be skipped."""


@dataclass(frozen=True)
class Forecast:
    """Numbers of a plan and of what is left of it.

    Attributes
    ----------
    plan : Plan
        All that the suite asks for.
    left : Remaining
        What has not succeeded yet.
    seconds : float or None
        Of what is left and not to be skipped, in one process, by the means of earlier rows; None before any.
    told : tuple of str, default=()
        How the files of the suite are read.
    skips : tuple of str, default=()
        What will be skipped, a line each.
    n_skipped : int, default=0
        How many trials that are.
    """

    plan: Plan
    left: Remaining
    seconds: float | None
    told: tuple[str, ...] = ()
    skips: tuple[str, ...] = ()
    n_skipped: int = 0

    def lines(self) -> list[str]:
        """Return what people read."""
        jobs = self.left.jobs
        trials = sum(len(job.trials) for job in jobs)
        fits = sum(not job.stored for job in jobs)
        again = self.left.n_scored_again
        scored = f" ({again:,} to be scored by added metrics, from kept predictions)" if again else ""
        lines = [
            f"{self.plan}",
            f"  done: {counted(self.left.n_settled, 'trial')}{scored}",
            f"  left: {counted(trials, 'trial')}, {counted(fits, 'fit')}",
        ]
        if self.skips:
            more = len(self.skips) - MOST_SKIPS
            lines.append(f"  of these {counted(self.n_skipped, 'trial')} will be skipped:")
            lines += [f"    {told}" for told in self.skips[:MOST_SKIPS]]
            lines += [f"    and {counted(more, 'further reason')}"] if more > 0 else []
        if jobs and self.seconds is None:
            lines.append("  time: unknown before the first trial is done")
        elif jobs and self.seconds is not None:
            lines.append(f"  time: about {clock(self.seconds)} in one process, by the means of earlier rows")
        return [*lines, *(f"  {sentence}" for sentence in self.told)]


def forecast(
    suite: Suite, folder: Path, data_dir: Path | None = None, shard: tuple[int, int] | None = None
) -> Forecast:
    """Return what is left of ``suite``, or of one part of it, in ``folder``.

    Raises
    ------
    UsageError
        When a name or a parameter of the suite is wrong, a file cannot be used, or the store cannot be read.
    """
    registry = registry_of(suite)
    check_names(suite, registry)
    check_parameters(suite, registry, everything=False)
    data = survey_data(suite, registry)
    planned = plan(suite, shard)
    there = (folder / store.FILE_NAME).is_file()
    with closing(store.connect(folder)) if there else nullcontext() as opened:
        connection, called = as_of_today(opened, registry) if opened else (None, {})
        known = store.fingerprints(connection) if connection else {}
        inventory = Inventory(registry, data_folder(data_dir), known)
        identity = inventory.identity(planned, remember=None)
        left = Stock(folder, connection, called).remaining(suite, registry, (planned, identity))
        cards = store.cards(connection) if connection else {}
        skipped = foreseen(left.jobs, registry, known_classes(inventory, data.counts, cards))
        idle = {id(job) for one in skipped for job in one.jobs}
        work = [job for job in left.jobs if id(job) not in idle]
        seconds = expected_seconds(connection, work) if connection else None
        n_skipped = sum(one.n_trials for one in skipped)
        return Forecast(planned, left, seconds, data.told, tuple(_lines(suite, skipped)), n_skipped)


def _lines(suite: Suite, skipped: Iterable[Foreseen]) -> Iterator[str]:
    """Yield what will be skipped and why, by the labels of the suite."""
    labels = {item.spec(): item.label for item in reversed(suite.data)}
    for one in skipped:
        where = f"{labels[one.data]} at ratio {ratio_label(one.ratio)}"
        yield f"{where}: {one.reason} ({counted(one.n_trials, 'trial')})"

"""What `bench plan` shows: how much a suite asks for, how much is done, how long the rest may take.

Reads the store where there is one, and frameworks never. A file is looked at, so that what a run would refuse
is said now. A data set that the store has not seen is not loaded, since none of its trials can be done; one
that it has seen in another file is, to tell if it changed.
"""

from __future__ import annotations

from contextlib import closing, nullcontext
from dataclasses import dataclass
from pathlib import Path

from oversample_bench import store
from oversample_bench.adoption import as_of_today
from oversample_bench.checking import check_names, check_parameters, registry_of
from oversample_bench.design import survey_data
from oversample_bench.errors import counted
from oversample_bench.estimate import expected_seconds
from oversample_bench.inventory import Inventory, data_folder
from oversample_bench.plan import Plan, plan
from oversample_bench.progress import clock
from oversample_bench.remaining import Remaining, Stock
from oversample_bench.suite import Suite


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
        Of what is left, in one process, by the means of earlier rows; None before any.
    told : tuple of str, default=()
        How the files of the suite are read.
    """

    plan: Plan
    left: Remaining
    seconds: float | None
    told: tuple[str, ...] = ()

    def lines(self) -> list[str]:
        """Return what people read."""
        jobs = self.left.jobs
        trials = sum(len(job.trials) for job in jobs)
        fits = sum(not job.stored for job in jobs)
        lines = [
            f"{self.plan}",
            f"  done: {counted(self.left.n_settled, 'trial')}",
            f"  left: {counted(trials, 'trial')}, {counted(fits, 'fit')}",
        ]
        if jobs and self.seconds is None:
            lines.append("  time: unknown before the first trial is done")
        elif jobs and self.seconds is not None:
            lines.append(f"  time: about {clock(self.seconds)} in one process, by the means of earlier rows")
        return [*lines, *(f"  {sentence}" for sentence in self.told)]


def forecast(suite: Suite, folder: Path, data_dir: Path | None = None) -> Forecast:
    """Return what is left of ``suite`` in ``folder``.

    Raises
    ------
    UsageError
        When a name or a parameter of the suite is wrong, a file cannot be used, or the store cannot be read.
    """
    registry = registry_of(suite)
    check_names(suite, registry)
    check_parameters(suite, registry, everything=False)
    told = survey_data(suite, registry)
    planned = plan(suite)
    there = (folder / store.FILE_NAME).is_file()
    with closing(store.connect(folder)) if there else nullcontext() as opened:
        connection, called = as_of_today(opened, registry) if opened else (None, {})
        known = store.fingerprints(connection) if connection else {}
        inventory = Inventory(registry, data_folder(data_dir), known)
        identity = inventory.identity(planned, remember=None)
        left = Stock(folder, connection, called).remaining(suite, registry, (planned, identity))
        seconds = expected_seconds(connection, left.jobs) if connection else None
        return Forecast(planned, left, seconds, tuple(told))

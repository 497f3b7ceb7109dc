"""How long work will take, by what earlier rows of the store took."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from oversample_bench import store
from oversample_bench.evaluation.tasks import Job


def expected_seconds(connection: sqlite3.Connection, jobs: Iterable[Job]) -> float | None:
    """Return the seconds that ``jobs`` would take in one process, or None before any row.

    A method or classifier that the store has not seen is taken for an average one.
    """
    fits, trials = store.mean_seconds(connection)
    if not trials:
        return None
    usual_fit = sum(fits.values()) / max(1, len(fits))
    usual_trial = sum(trials.values()) / len(trials)
    seconds = 0.0
    for job in jobs:
        if not job.stored:
            seconds += sum(fits.get(member.spec.method.name, usual_fit) for member in job.members)
        seconds += sum(trials.get(task.spec.classifier.name, usual_trial) for task in job.trials)
    return seconds

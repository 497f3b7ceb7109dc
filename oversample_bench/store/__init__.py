"""One ``results.sqlite`` a folder: a ledger with one writer, and questions to it."""

from oversample_bench.store.ledger import FILE_NAME, Ledger, connect
from oversample_bench.store.merge import PLACE, Absorbed, Conflict, absorb
from oversample_bench.store.queries import (
    cards,
    died,
    fingerprints,
    good_resamples,
    last_run,
    mean_seconds,
    planned,
    settled,
    state,
    status_counts,
    unscored,
)
from oversample_bench.store.records import PlannedRecord, ResampleRecord, RunRecord, SplitRecord, TrialRecord

__all__ = [
    "FILE_NAME",
    "PLACE",
    "Absorbed",
    "Conflict",
    "Ledger",
    "PlannedRecord",
    "ResampleRecord",
    "RunRecord",
    "SplitRecord",
    "TrialRecord",
    "absorb",
    "cards",
    "connect",
    "died",
    "fingerprints",
    "good_resamples",
    "last_run",
    "mean_seconds",
    "planned",
    "settled",
    "state",
    "status_counts",
    "unscored",
]

"""One row a trial, for whoever computes on: the frame behind `bench export`."""

from __future__ import annotations

import pandas as pd

from oversample_bench.analysis.results import FIDELITY, PENDING, Results

COLUMNS = [
    "dataset", "ratio", "method", "classifier", "split", "seed", "status", "reason",
    "n_real", "n_dropped", "n_new", "n_copies", "n_mixed", "fallback", "flags", "notes", "realised_ratio",
    *FIDELITY,
    "fit_seconds", "trial_seconds", "peak_mib",
]  # fmt: skip


def trials(results: Results) -> pd.DataFrame:
    """Return the planned trials that have an outcome.

    A metric that is named like another column gets the prefix ``metric_``.
    """
    scores = results.scores.rename(columns={name: f"metric_{name}" for name in COLUMNS})
    frame = pd.concat([results.plan[COLUMNS], scores], axis="columns")
    return frame[frame["status"] != PENDING].reset_index(drop=True)

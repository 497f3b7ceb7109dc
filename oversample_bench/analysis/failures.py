"""What did not succeed and why: a resample that failed is told once, with the trials that it cost.

A metric that failed costs no trial: it is told with the scores that are missing.
"""

from __future__ import annotations

from functools import lru_cache

import pandas as pd

from oversample_bench.analysis.results import PENDING, Results

COLUMNS = [
    "dataset", "ratio", "method", "classifier", "split", "seed", "stage", "status", "kind", "reason",
    "trials_lost",
]  # fmt: skip

RESAMPLE = ["resample", "dataset", "ratio", "method"]

METRIC, EMPTY = "metric", "no number"


@lru_cache(maxsize=1)  # three sections of one report ask
def frame(results: Results) -> pd.DataFrame:
    """Return one row a failure, resamples before trials and these before metrics, each in plan order.

    Returns
    -------
    DataFrame of shape (n_failures, 11)
        Indexed by the position in the plan of its first trial. ``classifier`` is empty for a resample;
        ``trials_lost`` is 1 for a trial. Of a metric the stage is ``metric``, the kind its name, and no trial
        is lost.
    """
    return pd.concat([_resamples(results), _trials(results.plan), _metrics(results)])[COLUMNS]


def _resamples(results: Results) -> pd.DataFrame:
    bad = results.resamples[~results.resamples["status"].isin(["ok", PENDING])]
    lost = results.plan[~results.plan["status"].isin(["ok", PENDING])]
    counts = lost.groupby(RESAMPLE, sort=False).size().reset_index(name="trials_lost")
    told = bad.assign(classifier="").merge(counts, how="left", on=RESAMPLE).set_index(bad.index)
    return told.fillna({"trials_lost": 0}).astype({"trials_lost": int})


def _trials(plan: pd.DataFrame) -> pd.DataFrame:
    own = ~plan["status"].isin(["ok", PENDING]) & plan["resample_status"].isin(["ok", PENDING])
    return plan[own].assign(trials_lost=1)


def _metrics(results: Results) -> pd.DataFrame:
    told = results.uncomputed.rename(columns={"metric": "kind"}).assign(
        stage=METRIC, status=EMPTY, trials_lost=0
    )
    places = results.plan[["dataset", "ratio", "method", "classifier", "split", "seed"]]
    return told.join(places, how="inner")

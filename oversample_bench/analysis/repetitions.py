"""What repeats what within a data set, and how much of their rows repetitions share.

Intervals are over splits, which share rows; seeds of one split are averaged first. Where a set has one split
only, its repetitions are seeds, and an interval tells of other seeds and not of other rows.
"""

from __future__ import annotations

from functools import lru_cache

import pandas as pd

from oversample_bench.analysis.results import Results
from oversample_bench.analysis.score_cells import PLACE

SPLITS, SEEDS = "splits", "seeds"


@lru_cache(maxsize=1)  # several frames of one report ask
def repetitions(results: Results) -> pd.DataFrame:
    """Return which trials repeat each other, and how much of the rows they share.

    Returns
    -------
    DataFrame of shape (n_planned, 3)
        ``repeat``: the index of the split, or the seed where the data set has one split; ``unit``, ``splits``
        or ``seeds``; ``share``: n_test / n_train of the data set and ratio (training rows that thinning
        left), 0 for seeds, NaN where no split was made.
    """
    return of_trials(results.plan, shares(results))


def of_trials(trials: pd.DataFrame, known: pd.DataFrame) -> pd.DataFrame:
    """Return the same of any trials with labels, split and seed, given the ``known`` shares of `shares`."""
    alone = trials.groupby("dataset", sort=False)["split"].transform("nunique") == 1
    share = trials[PLACE].merge(known, how="left", on=PLACE)["share"].set_axis(trials.index)
    return pd.DataFrame(
        {
            "repeat": trials["split"].where(~alone, trials["seed"]),
            "unit": alone.map({True: SEEDS, False: SPLITS}),
            "share": share.mask(alone, 0.0),
        }
    )


def shares(results: Results) -> pd.DataFrame:
    """Return n_test / n_train of each data set and ratio; training rows are those that thinning left."""
    splits = results.splits
    test = splits["n_test_majority"] + splits["n_test_minority"]
    share = (test / (splits["n_majority"] + splits["n_minority"])).astype("float64")
    return splits[PLACE].assign(share=share).groupby(PLACE, sort=False)["share"].mean().reset_index()

"""What repeats what within a data set, and how much of their rows repetitions share.

Intervals are over splits, which share rows. Where a set has one split only, its repetitions are seeds, and an
interval tells of other seeds and not of other rows.
"""

from __future__ import annotations

from functools import lru_cache

import pandas as pd

from oversample_bench.analysis.results import Results
from oversample_bench.analysis.score_cells import PLACE
from oversample_bench.analysis.significance import shares


@lru_cache(maxsize=1)  # two figures a metric ask
def units(results: Results) -> pd.DataFrame:
    """Return which trials repeat each other, and how much of the rows they share.

    Returns
    -------
    DataFrame of shape (n_planned, 2)
        ``unit``: the index of the split, or the seed where the data set has one split; ``share``: n_test /
        n_train of the data set and ratio (training rows that thinning left), 0 for seeds, NaN where no split
        was made.
    """
    plan = results.plan
    alone = plan.groupby("dataset", sort=False)["split"].transform("nunique") == 1
    share = plan[PLACE].merge(shares(results), how="left", on=PLACE)["share"].set_axis(plan.index)
    return pd.DataFrame({"unit": plan["split"].where(~alone, plan["seed"]), "share": share.mask(alone, 0.0)})

"""Means over repeated splits, or over data sets, with the 95 % intervals that the figures draw.

Within a data set the intervals are those of the corrected resampled t, since splits share rows. Where a set
has one split only, its repetitions are seeds, and the interval tells of other seeds and not of other rows.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd

from oversample_bench.report.cells import PLACE
from oversample_bench.report.results import Results
from oversample_bench.report.significance import shares

LEVEL = 0.95


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


def reach(sd: pd.Series[float], n: pd.Series[int], share: pd.Series[float] | float = 0.0) -> pd.Series[float]:
    """Return how far the interval of a mean reaches to either side.

    By the corrected resampled t of C. Nadeau and Y. Bengio ("Inference for the generalization error", Machine
    Learning 52, 2003, 239-281): the variance of the mean is s² (1 / n + n_test / n_train).

    Parameters
    ----------
    sd : Series of float
        Of the values, ddof=1.
    n : Series of int
        How many there are.
    share : Series of float or float, default=0.0
        n_test / n_train; 0 makes it Student's interval.

    Returns
    -------
    Series of float
        NaN for fewer than two values.
    """
    from scipy.stats import t  # half a second, which only reports with figures pay

    quantile = pd.Series(t.ppf((1 + LEVEL) / 2, n - 1), index=n.index)
    return quantile * sd * np.sqrt(1 / n + share)

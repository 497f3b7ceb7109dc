"""The interval of a mean over splits that share rows, by the corrected resampled t.

Knows neither splits nor results: deviations, counts and shares in, the reach to either side out.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

LEVEL = 0.95


def half_width(
    sd: pd.Series[float], n: pd.Series[int], share: pd.Series[float] | float = 0.0
) -> pd.Series[float]:
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
    from scipy.stats import t  # half a second, which only reports pay

    quantile = pd.Series(t.ppf((1 + LEVEL) / 2, n - 1), index=n.index)
    return quantile * sd * np.sqrt(1 / n + share)

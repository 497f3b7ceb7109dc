"""How predicted probabilities stand to what came of them: counts in bins, from which a report makes curves.

Ten bins of equal width on [0, 1]. Kept as counts and sums, so that trials can be added up before they are
compared: with few minority rows a curve of one trial is noise. Resamples nothing and decides nothing.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

BINS = 10

Bins: TypeAlias = tuple[tuple[int, float, int], ...]
"""For each bin the number of rows, the sum of their probabilities, and how many of them are minority rows."""


def binned(y_true: npt.NDArray[Any], probabilities: npt.NDArray[Any]) -> Bins:
    """Count test rows by the minority's predicted probability.

    Parameters
    ----------
    y_true : ndarray of shape (n_samples,)
        1 for the minority, 0 for the majority.
    probabilities : ndarray of shape (n_samples,)
        Of the minority, in [0, 1].

    Returns
    -------
    tuple of 10 (int, float, int)
        Rows, sum of their probabilities and minority rows of the bins [0, 0.1), [0.1, 0.2) ... [0.9, 1].

    Raises
    ------
    ValueError
        When a probability is not in [0, 1].
    """
    values = np.asarray(probabilities, dtype=np.float64)
    if not ((values >= 0) & (values <= 1)).all():
        raise ValueError(f"probabilities from {values.min():g} to {values.max():g} were predicted")
    bins = np.minimum((values * BINS).astype(np.int64), BINS - 1)
    n, total, positive = (
        np.bincount(bins, weights=weights, minlength=BINS) for weights in (None, values, y_true == 1)
    )
    return tuple((int(a), round(float(b), 6), int(c)) for a, b, c in zip(n, total, positive, strict=True))

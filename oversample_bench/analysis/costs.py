"""What methods cost beside what they score: seconds and memory of their fits, and which are worth them.

Both are taken over the same rows, those in which every method has all its scores. The classifiers' own time
is not counted: it depends on how many rows a method returns, and on the classifier far more than on that.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd

from oversample_bench.analysis.results import Results
from oversample_bench.analysis.score_cells import PLACE, ROW, compared

COLUMNS = [
    "classifier", "method", "n_rows", "mean", "n_resamples", "fit_seconds", "peak_mib", "best_for_seconds",
    "best_for_mib",
]  # fmt: skip
FRONTS = {"fit_seconds": "best_for_seconds", "peak_mib": "best_for_mib"}


def frame(results: Results, metric: str, found: pd.DataFrame) -> pd.DataFrame:
    """Return score and costs of each method, by each classifier.

    Parameters
    ----------
    results : Results
        For the resamples, and the order of methods and classifiers.
    metric : str
        What the cells are of.
    found : DataFrame of shape (n_cells, ...)
        The cells, from `oversample_bench.analysis.score_cells.cells`.

    Returns
    -------
    DataFrame of shape (n_classifiers * n_methods, 9)
        classifier, method, the ``mean`` score over ``n_rows`` data sets and ratios in which every method is
        whole; ``fit_seconds`` (for a resample of a batch its share) and ``peak_mib`` (added while fitting),
        means over the ``n_resamples`` good resamples of these rows; ``best_for_seconds`` and
        ``best_for_mib``: no other method is as good and cheaper, or better and as cheap. Classifiers without
        a complete row are left out.
    """
    parts = [
        _points(results, name, rows, higher_is_better=results.metrics[metric])
        for name in results.names("classifier")
        if len(rows := _complete(results, found[found["classifier"] == name]))
    ]
    return pd.concat(parts, ignore_index=True)[COLUMNS] if parts else pd.DataFrame(columns=COLUMNS)


def _complete(results: Results, own: pd.DataFrame) -> pd.DataFrame:
    whole = own.assign(mean=own["mean"].where(own["n"] == own["n_planned"]))
    return (
        whole.pivot(index=ROW, columns="method", values="mean")
        .reindex(columns=results.names("method"))
        .dropna()
    )


def _points(results: Results, classifier: str, rows: pd.DataFrame, *, higher_is_better: bool) -> pd.DataFrame:
    sums = _sums(results)
    own = pd.MultiIndex.from_frame(sums[PLACE]).isin(rows.reset_index("classifier").index)
    totals = (
        sums[own].groupby("method", sort=False)[["n_resamples", "fit_seconds", "n_mib", "peak_mib"]].sum()
    )
    told = totals[["n_resamples"]].assign(
        fit_seconds=totals["fit_seconds"] / totals["n_resamples"],
        peak_mib=totals["peak_mib"] / totals["n_mib"].where(totals["n_mib"] > 0),
    )
    told = rows.mean().rename("mean").to_frame().join(told).rename_axis("method").reset_index()
    value = compared(told, higher_is_better=higher_is_better).to_numpy()
    fronts = {
        front: undominated(value, told[cost].to_numpy(dtype="float64")) for cost, front in FRONTS.items()
    }
    return told.assign(classifier=classifier, n_rows=len(rows), **fronts)


@lru_cache(maxsize=1)  # each metric and classifier asks
def _sums(results: Results) -> pd.DataFrame:
    """Return what the good resamples of each data set, ratio and method cost together."""
    good = results.resamples[results.resamples["status"] == "ok"]
    grouped = good.groupby([*PLACE, "method"], sort=False)
    return grouped.agg(
        n_resamples=("method", "size"), fit_seconds=("fit_seconds", "sum"), n_mib=("peak_mib", "count"),
        peak_mib=("peak_mib", "sum"),
    ).reset_index()  # fmt: skip


def undominated(value: np.ndarray, cost: np.ndarray) -> np.ndarray:
    """Tell of each point whether it is on the Pareto front: no other is as good in both and better in one.

    Parameters
    ----------
    value : ndarray of shape (n_points,)
        Higher is better.
    cost : ndarray of shape (n_points,)
        Lower is better; a point of unknown cost (NaN) is not on the front.

    Returns
    -------
    ndarray of shape (n_points,)
        True for the points of the front; equal points are on it together.
    """
    as_good = (value[:, None] >= value) & (cost[:, None] <= cost)
    better = (value[:, None] > value) | (cost[:, None] < cost)
    return np.asarray(~(as_good & better).any(axis=0) & ~np.isnan(cost))

"""How the method in focus compares with each other one: mean paired differences and their intervals.

A pair is two trials on the same data set, ratio, split and seed with the same classifier; it counts where
both have a score. Differences are the focus minus the other, whichever way the metric points. Gives no
p-values and adjusts nothing for the number of comparisons.
"""

from __future__ import annotations

import pandas as pd

from oversample_bench.analysis.results import Results
from oversample_bench.analysis.score_cells import PLACE, ROW, TIE_DECIMALS, compared
from oversample_bench.analysis.significance import shares
from oversample_bench.analysis.statistics.resampled import half_width

PAIR = [*ROW, "split", "seed"]

TABLE = ["ratio", "classifier"]

COLUMNS = [
    *ROW, "focus", "other", "n", "n_planned", "mean", "low", "high", "corrected_low", "corrected_high",
]  # fmt: skip


def focused(results: Results) -> str:
    """Return the label of the method in focus, or "" where the last run names none that can be compared."""
    name = str(results.run["options"].get("focus") or "")
    methods = results.names("method")
    return name if name in methods and len(methods) > 1 else ""


def frame(results: Results, metric: str) -> pd.DataFrame:
    """Return the mean difference between the focus and each other method, in plan order.

    Parameters
    ----------
    results : Results
        With a method in focus, see `focused`.
    metric : str
        What is subtracted.

    Returns
    -------
    DataFrame of shape (n_rows * n_others, 12)
        dataset, ratio, classifier, focus, other; ``n`` of ``n_planned`` pairs have both scores; ``mean`` of
        their differences, with its 95 % interval ``low`` to ``high`` by Student's t, and ``corrected_low`` to
        ``corrected_high`` by the corrected resampled t of Nadeau and Bengio ("Inference for the
        generalization error", Machine Learning 52, 2003, 239-281): splits of one set share rows, and the
        variance of the mean of J splits, seeds averaged first, is s² (1 / J + n_test / n_train) in place of
        s² / J. One pair has no interval, and one split no corrected one.
    """
    pairs = _pairs(results, metric)
    grouped = pairs.groupby([*ROW, "other"], sort=False)["difference"]
    found = grouped.agg(n="count", n_planned="size", mean="mean", sd="std").reset_index()
    found = found.merge(shares(results), how="left", on=PLACE).assign(focus=focused(results))
    found["low"], found["high"] = _interval(found)
    found["corrected_low"], found["corrected_high"] = _corrected(found, pairs)
    return found[COLUMNS]


def _corrected(found: pd.DataFrame, pairs: pd.DataFrame) -> tuple[pd.Series[float], pd.Series[float]]:
    """Return the ends of the corrected interval: a split is one value, however many seeds it has."""
    key = [*ROW, "other"]
    means = pairs.groupby([*key, "split"], sort=False)["difference"].mean()
    splits = means.groupby(key, sort=False).agg(n="count", sd="std").reset_index()
    both = found[[*key, "mean", "share"]].merge(splits, how="left", on=key)
    return _interval(both, both["share"])


def _pairs(results: Results, metric: str) -> pd.DataFrame:
    trials = results.plan[[*PAIR, "method"]].assign(value=results.scores[metric])
    chosen = trials["method"] == focused(results)
    own = trials[chosen].drop(columns="method").rename(columns={"value": "own"})
    pairs = trials[~chosen].rename(columns={"method": "other"}).merge(own, on=PAIR)
    return pairs.assign(difference=pairs["own"] - pairs["value"])


def _interval(
    found: pd.DataFrame, share: pd.Series[float] | float = 0.0
) -> tuple[pd.Series[float], pd.Series[float]]:
    """Return the ends of the t interval around ``mean``."""
    reach = half_width(found["sd"], found["n"], share)
    return found["mean"] - reach, found["mean"] + reach


def over_sets(found: pd.DataFrame, *, higher_is_better: bool) -> pd.DataFrame:
    """Return the differences over all data sets, each of which counts as one value.

    Parameters
    ----------
    found : DataFrame of shape (n_rows * n_others, 12)
        The differences, from `frame`.
    higher_is_better : bool
        Which way the metric points.

    Returns
    -------
    DataFrame of shape (n_ratios * n_classifiers * n_others, 11)
        ratio, classifier, other; ``n`` of ``n_planned`` data sets have a pair; the ``mean`` of their mean
        differences, ``sd`` (ddof=1), ``low`` and ``high``; in how many the focus is ``better``, ``equal`` or
        ``worse``.
    """
    gain = compared(found, higher_is_better=higher_is_better)
    signs = found.assign(better=gain > 0, equal=gain == 0, worse=gain < 0)
    grouped = signs.groupby([*TABLE, "other"], sort=False)
    means = grouped["mean"].agg(n="count", n_planned="size", mean="mean", sd="std")
    sets: pd.DataFrame = means.join(grouped[["better", "equal", "worse"]].sum()).reset_index()
    sets["low"], sets["high"] = _interval(sets)
    return sets


def excludes(low: float, high: float) -> bool:
    """Tell whether an interval lies on one side of 0, whatever rounding does to its last digits."""
    return round(low, TIE_DECIMALS) > 0 or round(high, TIE_DECIMALS) < 0

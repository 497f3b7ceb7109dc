"""By how much the methods of one store differ from those of another, estimated as any paired difference is.

A pair is a trial of each store on the same rows: the same split and seed of the same data set, by the same
classifier. Positive is better in B, whichever way the metric points. Of several data sets each is one value
(see `oversample_bench.analysis.data_set_blocks`); of a single one its splits are, or its seeds. A method
whose pairs are all equal bit for bit is not tested, and takes no part in Holm's adjustment.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from oversample_bench.analysis import paired_estimates as paired
from oversample_bench.analysis.comparisons import repeated
from oversample_bench.analysis.data_set_blocks import blocks
from oversample_bench.analysis.reasons import parts
from oversample_bench.analysis.repetitions import SEEDS, SPLITS, of_trials, shares
from oversample_bench.analysis.results import Results
from oversample_bench.analysis.score_cells import ROW

IDENTICAL = "no difference"
COLUMNS = [
    "method", "metric", "estimate", "low", "high", "p", "p_adjusted", "n", "unit", "verdict", "n_trials",
    "n_lost", "why",
]  # fmt: skip
OF_ROWS = ("fingerprint", "data", "ratio", "index")
"""The parts of a spec that say which rows are for training and testing, besides the test size."""


def same_rows(pair: Mapping[Any, Any]) -> bool:
    """Tell whether the two trials of a pair were trained and tested on the same rows.

    Parameters
    ----------
    pair : mapping of str to Any
        A row of two trials, the names of its entries ending in ``_a`` and ``_b``.
    """
    mine, theirs = pair["split_digest_a"], pair["split_digest_b"]
    if mine == theirs or not (isinstance(mine, str) and isinstance(theirs, str)):
        return bool(mine == theirs)
    a, b = parts(pair, "a"), parts(pair, "b")
    if any(a[name] != b[name] for name in OF_ROWS) or a["protocol"] == b["protocol"]:
        return False
    return bool(a["protocol"]["test_size"] == b["protocol"]["test_size"])


def frame(pairs: pd.DataFrame, metrics: Mapping[str, bool], results: Results) -> pd.DataFrame:
    """Estimate the difference of each method in each metric, the mean of all classifiers.

    Parameters
    ----------
    pairs : DataFrame of shape (n_pairs, ...)
        The trials on the same rows: labels, ``why`` digests differ, and ``<metric>_difference``, B minus A;
        NaN where one of the two has no value.
    metrics : mapping of str to bool
        Whether higher is better.
    results : Results
        The store A, for what its data sets are and how much of their rows splits share.

    Returns
    -------
    DataFrame of shape (n_methods * n_metrics, 13)
        method, metric; the ``estimate``, its 95 % interval ``low`` to ``high``, ``p`` and Holm's
        ``p_adjusted`` over the methods of a metric; the ``n`` values of a ``unit``; the ``verdict`` on B:
        better, worse, not clear, not tested, or no difference where all pairs are equal bit for bit; the
        ``n_trials`` compared, the ``n_lost`` without a value in A or B; ``why`` digests differ.
    """
    if pairs.empty or not metrics:
        return pd.DataFrame(columns=COLUMNS)
    own = pairs.assign(block=pairs["dataset"].map(blocks(results)))
    reasons = {str(name): _joined(why) for name, why in own.groupby("method", sort=False)["why"]}
    told = pd.concat(
        [_of_metric(own, metric, results, better) for metric, better in metrics.items()], ignore_index=True
    )
    told["p_adjusted"] = paired.adjusted(told["p"], [told["metric"]])
    told["verdict"] = paired.verdicts(told).mask(told["identical"], IDENTICAL)
    return told.assign(why=told["method"].map(reasons))[COLUMNS]


def _of_metric(pairs: pd.DataFrame, metric: str, results: Results, higher: bool) -> pd.DataFrame:  # noqa: FBT001 - as `Results.metrics` has it
    """Return the estimates of one metric, those of identical methods without a p-value."""
    sign = 1 if higher else -1
    gains = pairs.assign(gain=sign * pairs[f"{metric}_difference"])
    known = gains[gains["gain"].notna()]
    by = gains.groupby("method", sort=False)["gain"]
    counts = pd.DataFrame({"n_trials": by.count(), "n_lost": by.size() - by.count()})
    told = counts.join(_estimated(known, results)) if len(known) else counts.assign(**_nothing())
    told = told.assign(n=told["n"].fillna(0).astype(int), unit=told["unit"].fillna(_unit(known)))
    changed = known["gain"].ne(0).groupby(known["method"]).any().reindex(told.index, fill_value=False)
    identical = ~changed & (told["n_trials"] > 0) & (told["n_lost"] == 0)
    told = told.assign(metric=metric, identical=identical, p=told["p"].mask(identical))
    return told.rename_axis("method").reset_index()


def _nothing() -> dict[str, Any]:
    return {**dict.fromkeys(["estimate", "low", "high", "p", "n"], np.nan), "unit": None}


def _unit(known: pd.DataFrame) -> str:
    """Return what is one value: a data set where there are several, else a split or seed."""
    alone = known["split"].nunique() == 1
    return paired.SETS if known["block"].nunique() > 1 or known.empty else (SEEDS if alone else SPLITS)


def _estimated(known: pd.DataFrame, results: Results) -> pd.DataFrame:
    if known["block"].nunique() > 1:
        return paired.over_sets(_by_block(known)).assign(unit=paired.SETS)
    label = known["dataset"].iloc[0]  # a second label is a second design of the same rows
    own = known[known["dataset"] == label]
    trials = own.join(of_trials(own, shares(results)))
    units = repeated(trials, "method", "gain")
    told = paired.over_repetitions(units, float(trials["share"].mean()))
    return told.assign(unit=trials["unit"].iloc[0])


def _by_block(known: pd.DataFrame) -> pd.DataFrame:
    """Return the mean of each data set, a column a method: each ratio and classifier counts the same."""
    key = ["block", *dict.fromkeys([*ROW, "method"])]
    rows = known.groupby(key, sort=False)["gain"].mean()
    wide = rows.groupby(level=["block", "method"], sort=False).mean().unstack("method")
    return wide.reindex(columns=known["method"].unique())


def _joined(reasons: Iterable[str]) -> str:
    return "; ".join(dict.fromkeys(one for one in reasons if one))

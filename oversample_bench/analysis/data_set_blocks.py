"""Which values are independent witnesses: one a data set, whatever its ratios, labels and classifiers.

Rows of one data set (its ratios, the same rows under two labels) are averaged first, and count as one block:
nested ratios of one set tell nothing of other sets. A value is there where the method has all its trials in
every row of the block, less rows in which no method has.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import pandas as pd

from oversample_bench.analysis.results import Results
from oversample_bench.analysis.score_cells import ROW, compared, waiting

ALL = "(all)"
"""Stands for the mean of all classifiers."""
PAIR_NAMES = ["classifier", "method"]


@lru_cache(maxsize=1)  # every metric and classifier of one report asks
def blocks(results: Results) -> dict[str, str]:
    """Return the block of each data set: its label, or the first label of the same rows.

    Two labels are of one set where the same content was read for both and the classes have as many rows.
    A label of which no split was made yet is a block of its own.
    """
    firsts = results.splits.drop_duplicates("dataset").set_index("dataset")
    same = pd.DataFrame(
        {
            "content": firsts["fingerprint"],
            "majority": firsts["n_majority"] + firsts["n_test_majority"],
            "minority": firsts["n_minority"] + firsts["n_withheld"] + firsts["n_test_minority"],
        }
    )
    known: dict[object, str] = {}
    found = {}
    for label in results.names("dataset"):
        key = tuple(same.loc[label]) if label in same.index else label
        found[label] = known.setdefault(key, label)
    return found


def twins(results: Results) -> list[list[str]]:
    """Return the labels of each block that has several, in plan order."""
    groups: dict[str, list[str]] = {}
    for label, block in blocks(results).items():
        groups.setdefault(block, []).append(label)
    return [labels for labels in groups.values() if len(labels) > 1]


def by_method(
    results: Results, metric: str, found: pd.DataFrame, classifiers: Sequence[str] = ()
) -> pd.DataFrame:
    """Return the matrix of scores with one row a block and one column a method, as the statistics take it.

    Parameters
    ----------
    results : Results
        For the order of the methods.
    metric : str
        What the cells are of.
    found : DataFrame of shape (n_cells, ...)
        The cells, from `oversample_bench.analysis.score_cells.cells`.
    classifiers : sequence of str, default=()
        Over which the mean is taken; all.

    Returns
    -------
    DataFrame of shape (n_blocks, n_methods)
        Higher is better; NaN where a method is not whole. Blocks with trials that have not been run, and
        those in which no method is whole, are not in it.
    """
    own = found[found["classifier"].isin(classifiers)] if classifiers else found
    wide = _means(results, metric, own, "method").reindex(columns=results.names("method"))
    return wide[wide.notna().any(axis=1)]


def frame(results: Results, metric: str, found: pd.DataFrame) -> pd.DataFrame:
    """Return the mean scores of the data sets, by each classifier and by the mean of all where there are several.

    Returns
    -------
    DataFrame of shape (n_classifiers * n_blocks * n_methods, 5)
        classifier (``(all)`` for the mean of all), dataset (the name of the block), method, ``mean`` as the
        metric has it, NaN where the method is not whole, and whether the block is ``complete``: every method
        is whole that is whole in any block.
    """
    names = results.names("classifier")
    sign = 1 if results.metrics[metric] else -1
    parts = []
    for name in [*names, ALL] if len(names) > 1 else names:
        wide = sign * by_method(results, metric, found, () if name == ALL else (name,))
        complete = wide.loc[:, wide.notna().any()].notna().all(axis=1)
        long = wide.rename_axis("dataset").melt(ignore_index=False, var_name="method", value_name="mean")
        long = long.assign(complete=complete.reindex(long.index), classifier=name).reset_index()
        parts.append(long[["classifier", "dataset", "method", "mean", "complete"]])
    return pd.concat(parts, ignore_index=True)


def by_pair(results: Results, metric: str, found: pd.DataFrame) -> pd.DataFrame:
    """Return the same with one column a classifier and method."""
    wide = _means(results, metric, found, PAIR_NAMES)
    order = pd.MultiIndex.from_product([results.names(name) for name in PAIR_NAMES], names=PAIR_NAMES)
    wide = wide.reindex(columns=[pair for pair in order if pair in wide.columns])
    return wide[wide.notna().any(axis=1)]


def _means(results: Results, metric: str, found: pd.DataFrame, columns: str | list[str]) -> pd.DataFrame:
    known = blocks(results)
    own = found.assign(block=found["dataset"].map(known))
    own = own[~own["block"].isin(own.loc[waiting(own), "block"])]
    value = compared(own, higher_is_better=results.metrics[metric]).where(own["n"] == own["n_planned"])
    own = own.assign(value=value)[~_nowhere(own, value)]
    key = ["block", columns] if isinstance(columns, str) else ["block", *columns]
    means = own.groupby(key, sort=False)["value"].mean(skipna=False)
    order = [name for name in dict.fromkeys(known.values()) if name in set(own["block"])]
    return means.unstack(columns).reindex(index=order)


def _nowhere(own: pd.DataFrame, value: pd.Series[float]) -> pd.Series[bool]:
    """Tell which cells are of a row in which no method is whole."""
    return value.isna().groupby([own[name] for name in ROW], sort=False).transform("all")


def unfinished(results: Results, found: pd.DataFrame) -> list[str]:
    """Return the blocks with trials that have not been run or scored: they are in no matrix yet."""
    known = blocks(results)
    late = set(found.loc[waiting(found), "dataset"].map(known))
    return [name for name in dict.fromkeys(known.values()) if name in late]

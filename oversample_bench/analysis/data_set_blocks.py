"""Which values are independent witnesses: one a data set, whatever its ratios, labels and classifiers.

Rows of one data set (its ratios, the same rows under two labels) are averaged first, and count as one block:
nested ratios of one set tell nothing of other sets. A value is there where the method has all its trials in
every row of the block, less rows in which no method has.

The mean of all classifiers is over those that every method goes with, and a gain over those that both go
with: class weights skip a classifier that takes none, and some classifiers are planned with one method only.
"""

from __future__ import annotations

from functools import lru_cache

import pandas as pd

from oversample_bench.analysis.results import Results
from oversample_bench.analysis.score_cells import ROW, cells, compared, waiting
from oversample_bench.core.outcome import Status

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


@lru_cache(maxsize=64)  # gains, ranks and tables of a metric ask for the same
def by_method(
    results: Results, metric: str, classifiers: tuple[str, ...] = (), ratio: str = ""
) -> pd.DataFrame:
    """Return the matrix of scores with one row a block and one column a method, as the statistics take it.

    Parameters
    ----------
    results : Results
        The run.
    metric : str
        One of its metrics.
    classifiers : tuple of str, default=()
        Over which the mean is taken; by default those that every method goes with.
    ratio : str, default=""
        The only ratio to look at; all.

    Returns
    -------
    DataFrame of shape (n_blocks, n_methods)
        Higher is better; NaN where a method is not whole. Blocks with trials that have not been run, and
        those in which no method is whole, are not in it.
    """
    return _known(_averaged(results, _part(_rows(results, metric), classifiers or shared(results), ratio)))


def gains(
    results: Results, metric: str, control: str, classifiers: tuple[str, ...] = (), ratio: str = ""
) -> pd.DataFrame:
    """Return by how much each method is better than the control, with one row a block.

    Parameters
    ----------
    results, metric, classifiers, ratio
        As in `by_method`; the mean of all classifiers is over those that both go with.
    control : str
        A method.

    Returns
    -------
    DataFrame of shape (n_blocks, n_methods - 1)
        NaN where one of the two is not whole.
    """
    goes_with = companions(results)
    methods = [name for name in results.names("method") if name != control]
    together: dict[tuple[str, ...], list[str]] = {}
    for method in methods:
        both = tuple(name for name in goes_with[method] if name in goes_with[control])
        together.setdefault(classifiers or both, []).append(method)
    parts = []
    for names, own in together.items():
        wide = _averaged(results, _part(_rows(results, metric), names, ratio))
        parts.append(wide[own].sub(wide[control], axis=0))
    return _known(_in_order(results, pd.concat(parts, axis=1)[methods]))


@lru_cache(maxsize=1)
def companions(results: Results) -> dict[str, tuple[str, ...]]:
    """Return the classifiers that each method goes with: a trial of both was planned and not skipped."""
    own = results.plan[results.plan["status"] != Status.SKIPPED]
    pairs = set(zip(own["method"], own["classifier"], strict=True))
    return {
        method: tuple(name for name in results.names("classifier") if (method, name) in pairs)
        for method in results.names("method")
    }


def shared(results: Results) -> tuple[str, ...]:
    """Return the classifiers that every method goes with which goes with any; all where there is none."""
    known = [set(own) for own in companions(results).values() if own]
    names = results.names("classifier")
    return tuple(name for name in names if known and name in set.intersection(*known)) or tuple(names)


def _part(rows: pd.DataFrame, classifiers: tuple[str, ...], ratio: str) -> pd.DataFrame:
    own = rows[rows.index.get_level_values("classifier").isin(classifiers)]
    return own[own.index.get_level_values("ratio") == ratio] if ratio else own


def by_pair(results: Results, metric: str) -> pd.DataFrame:
    """Return the same with one column a classifier and method."""
    rows = _rows(results, metric)
    parts = {
        name: _averaged(results, rows[rows.index.get_level_values("classifier") == name])
        for name in results.names("classifier")
    }
    return _known(_in_order(results, pd.concat(parts, axis=1, names=PAIR_NAMES)))


def frame(results: Results, metric: str) -> pd.DataFrame:
    """Return the mean scores of the data sets, by each classifier and by the mean of all.

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
        wide = sign * by_method(results, metric, () if name == ALL else (name,))
        complete = wide.loc[:, wide.notna().any()].notna().all(axis=1)
        long = wide.rename_axis("dataset").melt(ignore_index=False, var_name="method", value_name="mean")
        long = long.assign(complete=complete.reindex(long.index), classifier=name).reset_index()
        parts.append(long[["classifier", "dataset", "method", "mean", "complete"]])
    return pd.concat(parts, ignore_index=True)


@lru_cache(maxsize=4)  # every comparison of a metric asks
def _rows(results: Results, metric: str) -> pd.DataFrame:
    """Return the scores with a row a block, data set, ratio and classifier; NaN where a method is not whole.

    Higher is better. Blocks with trials that have not been run are left out, and rows in which no method is
    whole.
    """
    found = cells(results, metric)
    known = blocks(results)
    own = found.assign(block=found["dataset"].map(known))
    own = own[~own["block"].isin(own.loc[waiting(own), "block"])]
    value = compared(own, higher_is_better=results.metrics[metric]).where(own["n"] == own["n_planned"])
    wide = own.assign(value=value).pivot(index=["block", *ROW], columns="method", values="value")
    order = pd.MultiIndex.from_frame(own[["block", *ROW]].drop_duplicates())
    wide = wide.reindex(index=order, columns=results.names("method"))
    return wide[wide.notna().any(axis=1)]


def _averaged(results: Results, rows: pd.DataFrame) -> pd.DataFrame:
    """Return the mean over the rows of each block, NaN where one of them is, in plan order."""
    means = rows.groupby(level="block", sort=False).mean()
    means = means.mask(rows.isna().groupby(rows.index.get_level_values("block"), sort=False).any())
    return _in_order(results, means)


def _in_order(results: Results, wide: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of blocks in plan order."""
    return wide.reindex(
        index=[name for name in dict.fromkeys(blocks(results).values()) if name in wide.index]
    )


def _known(wide: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with a value."""
    return wide[wide.notna().any(axis=1)]


def unfinished(results: Results, found: pd.DataFrame) -> list[str]:
    """Return the blocks with trials that have not been run or scored: they are in no matrix yet."""
    known = blocks(results)
    late = set(found.loc[waiting(found), "dataset"].map(known))
    return [name for name in dict.fromkeys(known.values()) if name in late]

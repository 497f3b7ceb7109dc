"""Scores against the ratio of the training rows: levels within a data set, and differences from the control.

Numeric ratios only; ``natural`` is another one in every data set. Over data sets differences are averaged and
not levels, over the sets that have all ratios, so that a line is about the same sets from end to end. Fits
nothing to the points.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from oversample_bench.analysis import paired_estimates as paired
from oversample_bench.analysis.comparisons import EACH, classifiers
from oversample_bench.analysis.data_set_blocks import ALL, blocks, gains
from oversample_bench.analysis.results import Results

LEVELS = [
    "dataset", "classifier", "method", "ratio", "n", "n_planned", "mean", "n_repeats", "low", "high",
]  # fmt: skip
DIFFERENCES = ["classifier", "control", "method", "ratio", "estimate", "low", "high", "n", "unit"]


def levels(results: Results, found: pd.DataFrame) -> pd.DataFrame:
    """Return the points of the curves of each data set, those of a line one after the other.

    Parameters
    ----------
    results : Results
        For the order of everything but the ratios.
    found : DataFrame of shape (n_cells, 19)
        The judged cells, from `oversample_bench.analysis.significance.frame`.

    Returns
    -------
    DataFrame of shape (n_points, 10)
        dataset, classifier, method, ``ratio`` as a number and ascending; ``n`` of ``n_planned`` trials have a
        score; ``mean`` over them, with its 95 % interval over ``n_repeats`` splits (or seeds). Data sets with
        fewer than two numeric ratios are left out.
    """
    points = found.assign(ratio=pd.to_numeric(found["ratio"], errors="coerce")).dropna(subset="ratio")
    points = points[points.groupby("dataset")["ratio"].transform("nunique") > 1]
    orders = {name: results.names(name) for name in ("dataset", "classifier", "method")}
    keys = [points[name].map({one: at for at, one in enumerate(order)}) for name, order in orders.items()]
    order = np.lexsort([points["ratio"], *reversed(keys)])
    return points.iloc[order][LEVELS].reset_index(drop=True)


def differences(results: Results, metric: str, compared: pd.DataFrame) -> pd.DataFrame:
    """Return the mean gain over the control at each ratio, over data sets or within the only one.

    Parameters
    ----------
    results : Results
        The run.
    metric : str
        One of its metrics.
    compared : DataFrame
        From `oversample_bench.analysis.comparisons.frame`.

    Returns
    -------
    DataFrame of shape (n_points, 9)
        classifier, control, method, ``ratio`` as a number and ascending; ``estimate`` of the gain with its
        95 % interval over ``n`` units. Empty of fewer than two ratios that are numbers, and of one method.
    """
    labels = _numeric(results)
    if len(labels) < 2 or compared.empty:
        return pd.DataFrame(columns=DIFFERENCES)
    if len(set(blocks(results).values())) == 1:
        own = compared[(compared["scope"] == EACH) & compared["ratio"].isin(list(labels))]
        own = own[own["dataset"] == results.names("dataset")[0]]
        told = own.assign(ratio=own["ratio"].map(labels))
    else:
        parts = list(_over_sets(results, metric, str(compared["control"].iloc[0])))
        told = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=DIFFERENCES)
    return told.sort_values(["classifier", "method", "ratio"], kind="stable")[DIFFERENCES].reset_index(
        drop=True
    )


def _numeric(results: Results) -> dict[str, float]:
    """Return the ratios that are numbers, ascending."""
    ratios = {name: pd.to_numeric(name, errors="coerce") for name in results.names("ratio")}
    return {
        name: float(one) for name, one in sorted(ratios.items(), key=lambda pair: pair[1]) if not pd.isna(one)
    }


def _over_sets(results: Results, metric: str, control: str) -> Iterator[pd.DataFrame]:
    labels = _numeric(results)
    for name in classifiers(results):
        own = () if name == ALL else (name,)
        wide = {one: gains(results, metric, control, own, one) for one in labels}
        same = set.intersection(*(set(one.index) for one in wide.values()))
        for label, rows in wide.items():
            told = paired.over_sets(rows[rows.index.isin(same)]).rename_axis("method").reset_index()
            yield told.assign(classifier=name, control=control, ratio=labels[label], unit=paired.SETS)

"""Whether predicted probabilities can be believed: their curves, and what the Brier score is made of.

Oversampling shows a classifier more minority rows than there are, and its probabilities follow. Here they are
compared with what came of them, from the counts in ten bins that each trial leaves. Trials of one data set,
ratio, classifier and method are added up before anything is computed; data sets count alike.
"""

from __future__ import annotations

import json
from functools import lru_cache

import numpy as np
import pandas as pd

from oversample_bench.analysis.results import Results
from oversample_bench.analysis.score_cells import CELL

KEY = ["classifier", "method"]

TERMS = ["prevalence", "mean_probability", "reliability", "resolution", "uncertainty", "brier"]

BIN = ["n", "probability", "minority"]

FEW = 10
"""A bin of fewer rows is no point of a curve: its share of the minority is a matter of one or two rows."""


@lru_cache(maxsize=1)  # the table, and the figure twice, ask
def pooled(results: Results) -> pd.DataFrame:
    """Return the counts of each cell, its trials added up.

    Returns
    -------
    DataFrame of shape (n_cells * 10, 9)
        dataset, ratio, classifier, method, ``bin`` (0 to 9), ``n`` test rows, the sum of their
        ``probability``, the ``minority`` rows among them, and the ``n_trials`` of the cell; cells without
        probabilities are left out.
    """
    if results.calibration.empty:
        return pd.DataFrame(columns=[*CELL, "bin", *BIN, "n_trials"])
    labels = results.plan.loc[results.calibration.index, CELL].reset_index(drop=True)
    counts = np.array([json.loads(text) for text in results.calibration], dtype=np.float64)
    codes, cells = pd.factorize(pd.MultiIndex.from_frame(labels))
    sums = np.zeros((len(cells), *counts.shape[1:]))
    np.add.at(sums, codes, counts)
    told = pd.DataFrame(sums.reshape(-1, len(BIN)), columns=BIN)
    keys = pd.DataFrame(list(cells), columns=CELL).assign(n_trials=np.bincount(codes, minlength=len(cells)))
    keys = keys.loc[keys.index.repeat(counts.shape[1])].reset_index(drop=True)
    return pd.concat([keys, told], axis=1).assign(bin=np.tile(np.arange(counts.shape[1]), len(cells)))


def frame(results: Results) -> pd.DataFrame:
    """Return the terms of the Brier score for each classifier and method.

    Returns
    -------
    DataFrame of shape (n_classifiers * n_methods, 10)
        classifier, method, ``n_cells`` (data sets and ratios) of ``n_trials`` in all; means over the cells of
        the minority's share of the test rows (``prevalence``), of its mean predicted probability, and of the
        three terms of A. H. Murphy ("A new vector partition of the probability score", Journal of Applied
        Meteorology 12, 1973, 595-600): ``reliability`` (lower is better), ``resolution`` (higher is better)
        and ``uncertainty``, with ``brier`` = reliability - resolution + uncertainty, the score of
        probabilities that are rounded to the mean of their bin.
    """
    counts = pooled(results)
    if counts.empty:
        return pd.DataFrame(columns=[*KEY, "n_cells", "n_trials", *TERMS])
    grouped = _terms(counts).groupby(KEY, sort=False)
    means = grouped[TERMS].mean().join(grouped.agg(n_cells=("dataset", "size"), n_trials=("n_trials", "sum")))
    wanted = pd.MultiIndex.from_product([results.names(name) for name in KEY], names=KEY)
    means = means.reindex([key for key in wanted if key in means.index]).reset_index()
    return means.astype({"n_cells": int, "n_trials": int})[[*KEY, "n_cells", "n_trials", *TERMS]]


def _terms(counts: pd.DataFrame) -> pd.DataFrame:
    """Return the terms of each cell; its bins stand together, and empty ones weigh nothing."""
    n_bins = int(counts["bin"].max()) + 1
    n, predicted, minority = (counts[name].to_numpy().reshape(-1, n_bins) for name in BIN)
    total = n.sum(axis=1)
    share, mean = minority.sum(axis=1) / total, predicted.sum(axis=1) / total
    filled, weight = np.maximum(n, 1), n / total[:, None]
    reliability = (weight * (predicted / filled - minority / filled) ** 2).sum(axis=1)
    resolution = (weight * (minority / filled - share[:, None]) ** 2).sum(axis=1)
    uncertainty = share * (1 - share)
    brier = reliability - resolution + uncertainty
    values = (share, mean, reliability, resolution, uncertainty, brier)
    cells = counts.iloc[::n_bins][[*CELL, "n_trials"]].reset_index(drop=True)
    return cells.assign(**dict(zip(TERMS, values, strict=True)))


def curves(results: Results) -> pd.DataFrame:
    """Return the points of the calibration curves, for each classifier and method.

    Returns
    -------
    DataFrame of shape (n_points, 6)
        classifier, method, bin, ``n`` test rows, their mean ``predicted`` probability and the ``seen`` share
        of the minority among them, over all data sets and ratios. Bins of fewer than `FEW` rows are left out.
    """
    sums = pooled(results).groupby([*KEY, "bin"], sort=False)[BIN].sum().reset_index()
    sums = sums[sums["n"] >= FEW]
    told = sums.assign(predicted=sums["probability"] / sums["n"], seen=sums["minority"] / sums["n"])
    return told[[*KEY, "bin", "n", "predicted", "seen"]].reset_index(drop=True)

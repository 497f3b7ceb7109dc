"""Mean ranks of the methods over data sets, and whether they differ at all.

The only ranks of a report. A data set is ranked once, by each classifier and by the mean of all: 1 is best,
ties share their average. A data set in which some method is not whole is left out by name; beside the ranks
stand those under the declared imputation, in which methods that are not whole share its worst ranks. One data
set is no basis of ranks.
"""

from __future__ import annotations

import pandas as pd

from oversample_bench.analysis.comparisons import classifiers
from oversample_bench.analysis.data_set_blocks import ALL, by_method
from oversample_bench.analysis.paired_estimates import ALPHA
from oversample_bench.analysis.results import Results
from oversample_bench.analysis.statistics.friedman import friedman
from oversample_bench.analysis.statistics.nemenyi import critical_difference
from oversample_bench.analysis.statistics.rank_cases import cases
from oversample_bench.core.errors import listed

FEWEST = 2  # data sets
COLUMNS = [
    "classifier", "method", "mean_rank", "n_sets", "mean_rank_imputed", "n_sets_imputed", "kendall_w", "chi2",
    "p_friedman", "f", "p_iman_davenport", "critical_difference", "left_out",
]  # fmt: skip


def frame(results: Results, metric: str) -> pd.DataFrame:
    """Return the mean rank of each method, by each classifier and by the mean of all.

    Parameters
    ----------
    results : Results
        For the order of methods and classifiers.
    metric : str
        One of the metrics.

    Returns
    -------
    DataFrame of shape (n_comparisons * n_methods, 13)
        classifier (``(all)`` for the mean of all), method, ``mean_rank`` over ``n_sets`` data sets and
        ``mean_rank_imputed`` over ``n_sets_imputed``; of all methods of a classifier Kendall's W, Friedman's
        chi2 and p, Iman and Davenport's F and p, Nemenyi's critical difference at 5 %; ``left_out`` names the
        data sets that only the imputed ranks have. A method that is whole nowhere has no rank. Empty of one
        method, and of fewer than two data sets.
    """
    if len(results.names("method")) < 2:
        return pd.DataFrame(columns=COLUMNS)
    parts = [
        _ranked(name, by_method(results, metric, () if name == ALL else (name,)))
        for name in classifiers(results)
    ]
    told = [part for part in parts if len(part)]
    return pd.concat(told, ignore_index=True)[COLUMNS] if told else pd.DataFrame(columns=COLUMNS)


def _ranked(classifier: str, scores: pd.DataFrame) -> pd.DataFrame:
    some = scores.loc[:, scores.notna().any()]
    both = cases(some)
    n_sets = len(both.complete)
    if len(both.imputed) < FEWEST or some.shape[1] < 2:
        return pd.DataFrame()
    exact, imputed = friedman(both.complete), friedman(both.imputed)
    told = pd.DataFrame({"mean_rank": exact.mean_ranks, "mean_rank_imputed": imputed.mean_ranks})
    told = told.reindex(scores.columns).rename_axis("method").reset_index()
    return told.assign(
        classifier=classifier,
        n_sets=n_sets,
        n_sets_imputed=len(both.imputed),
        kendall_w=exact.concordance,
        chi2=exact.chi2,
        p_friedman=exact.chi2_p,
        f=exact.f,
        p_iman_davenport=exact.f_p,
        critical_difference=critical_difference(some.shape[1], n_sets, ALPHA),
        left_out=listed(map(str, both.left_out), most=1000),
    )


def of(ranked: pd.DataFrame, classifier: str = "") -> pd.DataFrame:
    """Return the ranks of one classifier; by default those of the mean of all, or of the only one."""
    names = list(ranked["classifier"].unique())
    chosen = classifier or (ALL if ALL in names else next(iter(names), ""))
    return ranked[ranked["classifier"] == chosen]

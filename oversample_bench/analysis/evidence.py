"""All that is worked out of one metric, once, whatever it is written as afterwards.

Knows which frames there are; what they hold is the business of their modules. Writes no text.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from oversample_bench.analysis import comparisons, mean_ranks, method_pairs, paired_differences, significance
from oversample_bench.analysis.results import Results
from oversample_bench.analysis.score_cells import cells


@dataclass(frozen=True, eq=False)
class Evidence:
    """The frames of one metric.

    Parameters
    ----------
    found : DataFrame of shape (n_cells, 17)
        The judged cells, from `oversample_bench.analysis.significance.frame`.
    ranked : DataFrame
        From `oversample_bench.analysis.mean_ranks.frame`.
    counted : DataFrame
        From `oversample_bench.analysis.method_pairs.frame`; empty of one method.
    compared : DataFrame
        From `oversample_bench.analysis.comparisons.frame`; empty of one method.
    differing : DataFrame
        From `oversample_bench.analysis.paired_differences.frame`; empty where no method is in focus.
    """

    found: pd.DataFrame
    ranked: pd.DataFrame
    counted: pd.DataFrame
    compared: pd.DataFrame
    differing: pd.DataFrame


def evidence(results: Results, metric: str) -> Evidence:
    """Work out the frames of one metric."""
    found = significance.frame(results, metric, cells(results, metric))
    return Evidence(
        found=found,
        ranked=mean_ranks.frame(results, metric, found),
        counted=method_pairs.frame(results, metric, found),
        compared=comparisons.frame(results, metric, found),
        differing=paired_differences.frame(results, metric)
        if paired_differences.focused(results)
        else pd.DataFrame(),
    )

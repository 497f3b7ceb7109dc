"""All that is worked out of one metric, once, whatever it is written as afterwards.

Knows which frames there are; what they hold is the business of their modules. Writes no text.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from oversample_bench.report import comparisons, differences, duels, ranks, significance
from oversample_bench.report.cells import cells
from oversample_bench.report.results import Results


@dataclass(frozen=True, eq=False)
class Evidence:
    """The frames of one metric.

    Parameters
    ----------
    found : DataFrame of shape (n_cells, 17)
        The judged cells, from `oversample_bench.report.significance.frame`.
    ranked : DataFrame
        From `oversample_bench.report.ranks.frame`.
    counted : DataFrame
        From `oversample_bench.report.duels.frame`; empty of one method.
    compared : DataFrame
        From `oversample_bench.report.comparisons.frame`; empty of one method.
    differing : DataFrame
        From `oversample_bench.report.differences.frame`; empty where no method is in focus.
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
        ranked=ranks.frame(results, metric, found),
        counted=duels.frame(results, metric, found),
        compared=comparisons.frame(results, metric, found),
        differing=differences.frame(results, metric) if differences.focused(results) else pd.DataFrame(),
    )

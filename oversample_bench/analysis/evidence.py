"""All that is worked out of one metric, once, whatever it is written as afterwards.

Knows which frames there are; what they hold is the business of their modules. Writes no text.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from oversample_bench.analysis import (
    comparisons,
    costs,
    curves,
    data_set_blocks,
    method_pairs,
    pipelines,
    rank_tests,
    significance,
)
from oversample_bench.analysis.results import Results
from oversample_bench.analysis.score_cells import cells


@dataclass(frozen=True, eq=False)
class Evidence:
    """The frames of one metric.

    Parameters
    ----------
    metric : str
        Its name.
    found : DataFrame
        The judged cells, from `oversample_bench.analysis.significance.frame`.
    sets : DataFrame
        From `oversample_bench.analysis.data_set_blocks.frame`.
    compared : DataFrame
        From `oversample_bench.analysis.comparisons.frame`; empty of one method.
    ranked : DataFrame
        From `oversample_bench.analysis.rank_tests.frame`; empty of one method or data set.
    pairs : DataFrame
        From `oversample_bench.analysis.pipelines.frame`.
    counted : DataFrame
        From `oversample_bench.analysis.method_pairs.frame`; empty of one method.
    levels, differences : DataFrame
        From `oversample_bench.analysis.curves`; empty of fewer than two numeric ratios.
    weighed : DataFrame
        Scores and costs of fits, from `oversample_bench.analysis.costs.frame`.
    """

    metric: str
    found: pd.DataFrame
    sets: pd.DataFrame
    compared: pd.DataFrame
    ranked: pd.DataFrame
    pairs: pd.DataFrame
    counted: pd.DataFrame
    levels: pd.DataFrame
    differences: pd.DataFrame
    weighed: pd.DataFrame

    def frames(self) -> dict[str, pd.DataFrame]:
        """Return the frames by the names of their files; empty ones have none."""
        told = {
            "scores": self.found,
            "sets": self.sets,
            "comparisons": self.compared,
            "ranks": self.ranked,
            "pipelines": self.pairs,
            "pairs": self.counted,
            "curves": self.levels,
            "curve_differences": self.differences,
            "costs": self.weighed,
        }
        return {name: frame for name, frame in told.items() if len(frame)}


def evidence(results: Results, metric: str) -> Evidence:
    """Work out the frames of one metric."""
    found = significance.frame(results, metric, cells(results, metric))
    compared = comparisons.frame(results, metric)
    return Evidence(
        metric=metric,
        found=found,
        sets=data_set_blocks.frame(results, metric),
        compared=compared,
        ranked=rank_tests.frame(results, metric),
        pairs=pipelines.frame(results, metric),
        counted=method_pairs.frame(results, metric, found),
        levels=curves.levels(results, found),
        differences=curves.differences(results, metric, compared),
        weighed=costs.frame(results, metric, found),
    )

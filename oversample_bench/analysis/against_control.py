"""The paired differences of each method with a control: over data sets, and within each of them.

One row a unit. Over data sets the estimate and its interval are those of
`oversample_bench.analysis.comparisons`, within a data set those of
`oversample_bench.analysis.paired_differences`: nothing is worked out a second time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pandas as pd

from oversample_bench.analysis import comparisons, paired_differences, significance
from oversample_bench.analysis.results import Results
from oversample_bench.analysis.score_cells import cells
from oversample_bench.core.errors import UsageError, listed, nearest

ALL_SETS = "all data sets"
COLUMNS = ["unit", "classifier", "method", "control", "estimate", "low", "high", "p", "n"]


def against_control(results: Results, metric: str, control: str = "") -> pd.DataFrame:
    """Compare each method with a control.

    Parameters
    ----------
    results : Results
        A run of two methods or more.
    metric : str
        One of its metrics.
    control : str, default=""
        The label of a method; the suite's control, else ``none``, else the first method.

    Returns
    -------
    DataFrame of shape (n_comparisons, 9)
        unit (``all data sets``, or a data set and ratio), classifier, method, control; ``estimate``: the mean
        paired difference, positive where the method is better, whichever way the metric points; its 95 %
        interval ``low`` to ``high``; ``p``: over data sets Wilcoxon's with Holm's correction, else NaN; ``n``
        data sets, or pairs of trials.

    Raises
    ------
    UsageError
        When the run has no such metric or method, or one method only.
    """
    _check(results, metric, control)
    chosen = control or comparisons.control(results)
    options = {**results.run["options"], "focus": chosen}
    asked = replace(results, run={**results.run, "options": options})
    parts = [*_over_sets(asked, metric), _within(asked, metric)]
    found = pd.concat([part for part in parts if len(part)], ignore_index=True)
    return found[COLUMNS]


def _check(results: Results, metric: str, control: str) -> None:
    methods = results.names("method")
    if metric not in results.metrics:
        known = list(results.metrics)
        raise UsageError(
            f"this run has no metric '{metric}'.{nearest(metric, known)} It has: {listed(known)}."
        )
    if control and control not in methods:
        raise UsageError(
            f"this run has no method '{control}'.{nearest(control, methods)} It has: {listed(methods)}."
        )
    if len(methods) < 2:
        raise UsageError("this run has one method: there is nothing to compare it with")


def _over_sets(results: Results, metric: str) -> Iterator[pd.DataFrame]:
    found = significance.frame(results, metric, cells(results, metric))
    told = comparisons.frame(results, metric, found)
    if len(told):
        told = told[(told["method"] != told["control"]) & (told["n_sets"] > 1)]
        names = {"gain": "estimate", "gain_low": "low", "gain_high": "high", "p_holm": "p", "n_sets": "n"}
        yield told.rename(columns=names).assign(unit=ALL_SETS)


def _within(results: Results, metric: str) -> pd.DataFrame:
    """Return the differences within each data set, turned round: the frame has control minus other."""
    told = paired_differences.frame(results, metric)
    higher = results.metrics[metric]
    low, high = ("corrected_high", "corrected_low") if higher else ("corrected_low", "corrected_high")
    sign = -1 if higher else 1
    return pd.DataFrame(
        {
            "unit": told["dataset"].astype(str) + " at " + told["ratio"].astype(str),
            "classifier": told["classifier"],
            "method": told["other"],
            "control": told["focus"],
            "estimate": sign * told["mean"],
            "low": sign * told[low],
            "high": sign * told[high],
            "p": float("nan"),
            "n": told["n"],
        }
    )

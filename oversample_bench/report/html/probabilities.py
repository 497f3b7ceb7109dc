"""Calibration curves for the page: what was predicted, and how often it came, with what they rest on.

Takes both from `oversample_bench.analysis.reliability`, as the drawn curves and the tables have them: the
points are of all test rows together, the terms of the Brier score are means over data sets and ratios.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from oversample_bench.analysis.reliability import KEY, curves, frame
from oversample_bench.analysis.results import Results
from oversample_bench.report.html.numbers import number, shown

SCORE = ["brier", "reliability", "resolution", "uncertainty"]
SCORE_DECIMALS = 3


def calibrations(results: Results) -> list[list[Any]]:
    """Return a curve for each classifier that predicts probabilities and each method.

    Returns
    -------
    list of [classifier, method, number of trials, score, rows, predicted, seen]
        Names as places in the plan; the Brier score and its terms reliability, resolution and uncertainty;
        for each bin that holds enough rows their number, their mean predicted probability of the minority,
        and the minority's share. Empty where no trial has left probabilities.
    """
    return [] if results.calibration.empty else list(_curves(results))


def _curves(results: Results) -> Iterator[list[Any]]:
    at = [{name: place for place, name in enumerate(results.names(column))} for column in KEY]
    terms: dict[Any, Any] = frame(results).set_index(KEY).to_dict("index")
    for key, part in curves(results).groupby(KEY, sort=False):
        classifier, method = map(str, key)
        own = terms[classifier, method]
        values = [[number(value) for value in part[name]] for name in ("predicted", "seen")]
        yield [
            at[0][classifier],
            at[1][method],
            int(own["n_trials"]),
            [shown(own[name], SCORE_DECIMALS) for name in SCORE],
            part["n"].astype(int).tolist(),
            *values,
        ]

"""Classifiers and methods together: which pair is best, and what it gains over the best free one.

A pair is free where its method costs nothing to try (`oversample_bench.analysis.control.FREE`): no
resampling, class weights, a moved threshold, and dropped majority rows. The reference is the free pair with
the best mean; since it was chosen by these very scores, gains over it are cautious. Where no method is free,
or every one is, the reference is the best pair of the control.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from oversample_bench.analysis import comparisons, control
from oversample_bench.analysis import paired_estimates as paired
from oversample_bench.analysis.data_set_blocks import PAIR_NAMES, blocks, by_pair
from oversample_bench.analysis.repetitions import repetitions
from oversample_bench.analysis.results import Results

COLUMNS = [
    *PAIR_NAMES, "free", "reference", "mean", "paired_mean", "reference_mean", "on",
    "estimate", "low", "high", "p", "p_adjusted", "verdict", "n",
    "n_planned", "better", "equal", "worse", "least", "unit",
]  # fmt: skip


def frame(results: Results, metric: str) -> pd.DataFrame:
    """Return what each pair of classifier and method gains over the best free pair.

    Parameters
    ----------
    results : Results
        The run.
    metric : str
        One of its metrics.

    Returns
    -------
    DataFrame of shape (n_pairs, 20)
        classifier, method; whether it is ``free``, whether it is the ``reference``; its ``mean`` score, as
        the metric has it, over data sets, or over the splits of a single one; its ``paired_mean`` and the
        ``reference_mean`` over those of them that both have, whose difference is the gain, and the data sets
        that these are ``on``; and the gain over the reference
        as in `oversample_bench.analysis.comparisons.frame`, adjusted for all pairs. The best first, pairs
        that are not whole anywhere last.
    """
    units = _units(results, metric)
    own = units.columns.get_level_values("method").isin(control.free(results))
    idle = units.columns.get_level_values("method") == control.control(results)
    return _against(results, metric, units, idle if own.all() or not own.any() else own)


def against_control(results: Results, metric: str, *, free: bool) -> pd.DataFrame:
    """Return what each pair gains over the best pair of the control, as `frame` does.

    Parameters
    ----------
    results : Results
        The run.
    metric : str
        One of its metrics.
    free : bool
        Whether free pairs alone are compared, and adjusted for; else all are.
    """
    units = _units(results, metric)
    idle = control.control(results)
    known = [idle, *control.free(results)] if free else results.names("method")
    own = units.loc[:, units.columns.get_level_values("method").isin(known)]
    return _against(results, metric, own, own.columns.get_level_values("method") == idle)


def means(results: Results, metric: str) -> pd.Series:
    """Return the mean score of each pair, by classifier and method: the ``mean`` of `frame`."""
    return _means(results, metric, _units(results, metric))


def _means(results: Results, metric: str, units: pd.DataFrame) -> pd.Series:
    return units.mean() * (1 if results.metrics[metric] else -1)


def _against(
    results: Results, metric: str, units: pd.DataFrame, candidates: npt.NDArray[np.bool_]
) -> pd.DataFrame:
    """Compare pairs with the best of the ``candidates``, one truth value a pair."""
    names = units.columns.to_frame(index=False)
    told = names.assign(
        free=names["method"].isin(control.free(results)).to_numpy(),
        mean=_means(results, metric, units).to_numpy(),
        value=units.mean().to_numpy(),
        whole=units.notna().all().to_numpy(),
    )
    reference = _reference(told[candidates])
    told["reference"] = told.index == reference
    gains = units.sub(units.iloc[:, reference], axis=0) if reference >= 0 else units * np.nan
    estimates = _estimates(results, gains).reset_index(drop=True)
    told = told.join(estimates).assign(
        n_planned=_planned(results, units), **_sides(results, metric, units, reference)
    )
    told.loc[told["reference"], ["low", "high", "p", "least"]] = np.nan
    told = paired.judged(told, [pd.Series("pairs", index=told.index)])
    told = told.assign(unit=_unit(results)).sort_values(
        ["whole", "value"], ascending=False, kind="stable", na_position="last", ignore_index=True
    )
    return told[COLUMNS]


def _sides(results: Results, metric: str, units: pd.DataFrame, reference: int) -> dict[str, list[Any]]:
    """Return what each pair and the reference come to where both have a score, and on which data sets."""
    sign = 1 if results.metrics[metric] else -1
    both = [units.iloc[:, [at, reference]].dropna() for at in range(units.shape[1])] if reference >= 0 else []
    empty: list[Any] = [float("nan")] * units.shape[1]
    if not both:
        return {"paired_mean": empty, "reference_mean": empty, "on": [()] * units.shape[1]}
    several = _several(results)
    first = (results.names("dataset")[0],)
    return {
        "paired_mean": [sign * one.iloc[:, 0].mean() for one in both],
        "reference_mean": [sign * one.iloc[:, -1].mean() for one in both],
        "on": [tuple(map(str, one.index)) if several else first for one in both],
    }


def _several(results: Results) -> bool:
    return len(set(blocks(results).values())) > 1


def _unit(results: Results) -> str:
    return paired.SETS if _several(results) else str(repetitions(results)["unit"].iloc[0])


def _planned(results: Results, units: pd.DataFrame) -> int:
    return len(set(blocks(results).values())) if _several(results) else len(units)


def _units(results: Results, metric: str) -> pd.DataFrame:
    """Return the scores with a row a data set, or a split of the only one; higher is better."""
    if _several(results):
        return by_pair(results, metric)
    signed = results.scores[metric] if results.metrics[metric] else -results.scores[metric]
    trials = results.plan.join(repetitions(results)).assign(value=signed)
    trials = trials[trials["dataset"] == results.names("dataset")[0]]
    return comparisons.repeated(trials, PAIR_NAMES, "value")


def _reference(candidates: pd.DataFrame) -> int:
    """Return the place of the pair that the others are compared with; -1 where none has a mean."""
    some = candidates[candidates["value"].notna()]
    some = some.sort_values(["whole", "value"], ascending=False, kind="stable")
    return int(some.index[0]) if len(some) else -1


def _estimates(results: Results, gains: pd.DataFrame) -> pd.DataFrame:
    if _several(results):
        return paired.over_sets(gains)
    first = results.plan["dataset"] == results.names("dataset")[0]
    return paired.over_repetitions(gains, float(repetitions(results).loc[first, "share"].mean()))

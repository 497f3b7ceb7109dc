"""What each method gains over the one that does nothing: paired differences, turned the way people ask.

The reference is ``none``, or the first method of the plan where a suite has none of that name. A gain is the
method minus the reference, whichever way the metric points.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd

from oversample_bench.analysis import mean_ranks, paired_differences
from oversample_bench.analysis.results import Results
from oversample_bench.analysis.score_cells import ROW
from oversample_bench.analysis.statistics.resampled import half_width
from oversample_bench.report.figures.repeats import units

NOTHING = "none"
SETS = "data sets"
PAIR = [*ROW, "split", "seed"]
LINE = [*paired_differences.TABLE, "other"]
TURNED = {
    "low": "high",
    "high": "low",
    "corrected_low": "corrected_high",
    "corrected_high": "corrected_low",
}


@dataclass(frozen=True, eq=False)
class Gains:
    """The gains of all methods but the reference, by one metric.

    Parameters
    ----------
    reference : str
        What is subtracted.
    higher_is_better : bool
        Which way the metric points.
    unit : str
        What ``n`` counts and the intervals are over: `SETS`; of a single data set ``splits`` or
        ``seeds``.
    rows : DataFrame
        One row a data set, ratio, classifier and method, as in
        `oversample_bench.analysis.paired_differences.frame` with the method as ``other``.
    lines : DataFrame
        One row a ratio, classifier and method (``other``): ``n`` of ``n_planned``, ``mean``, ``low`` and
        ``high`` of the 95 % interval (NaN where n = 1), and on how many data sets the method is ``better``,
        ``equal`` and ``worse``.
    """

    reference: str
    higher_is_better: bool
    unit: str
    rows: pd.DataFrame
    lines: pd.DataFrame


def reference(results: Results) -> str:
    """Return the method that the others are compared with."""
    methods = results.names("method")
    return NOTHING if NOTHING in methods else methods[0]


def gains(results: Results, metric: str) -> Gains:
    """Return the gains by one metric; ``results`` has two methods or more.

    Intervals are Student's t over data sets. Of a single data set they are over its splits, by the corrected
    resampled t, which allows for the rows that they share, or over its seeds where there is one split.
    """
    own, better = reference(results), results.metrics[metric]
    asked = {**results.run, "options": {**results.run["options"], "focus": own}}
    rows = _turned(paired_differences.frame(replace(results, run=asked), metric))
    lines = paired_differences.over_sets(rows, higher_is_better=better)
    if len(results.names("dataset")) > 1:
        return Gains(own, better, SETS, rows, lines)
    unit = "splits" if len(results.names("split")) > 1 else "seeds"
    return Gains(own, better, unit, rows, _within(results, metric, own, lines))


def _within(results: Results, metric: str, own: str, lines: pd.DataFrame) -> pd.DataFrame:
    """Put into the lines the intervals over the repetitions of one data set, as its figures have them."""
    wide = results.plan[[*PAIR, "method"]].assign(value=results.scores[metric])
    wide = wide.pivot(index=PAIR, columns="method", values="value")
    gain = wide.drop(columns=own).sub(wide[own], axis=0).melt(ignore_index=False, value_name="gain")
    repeats = results.plan[PAIR].join(units(results)).drop_duplicates(PAIR).set_index(PAIR)
    by_unit = gain.join(repeats).rename(columns={"method": "other"}).groupby([*LINE, "unit"])
    means = by_unit.agg(gain=("gain", "mean"), share=("share", "first")).groupby(LINE)
    told = means.agg(n=("gain", "count"), mean=("gain", "mean"), sd=("gain", "std"), share=("share", "first"))
    planned = repeats.groupby(paired_differences.TABLE)["unit"].nunique().rename("n_planned")
    found = (
        lines[[*LINE, "better", "equal", "worse"]]
        .join(told, on=LINE)
        .join(planned, on=paired_differences.TABLE)
    )
    reach = half_width(found["sd"], found["n"], found["share"])
    return found.assign(n=found["n"].fillna(0), low=found["mean"] - reach, high=found["mean"] + reach)


def _turned(frame: pd.DataFrame) -> pd.DataFrame:
    """Turn reference minus method into method minus reference."""
    ends = {new: -frame[old] for new, old in TURNED.items()}
    return frame.assign(mean=-frame["mean"], **ends)


def over_all(found: Gains) -> pd.DataFrame:
    """Return one line a method over all ratios and classifiers, each data set's mean being one value.

    Returns
    -------
    DataFrame of shape (n_others, ...)
        Columns as in ``lines``; only data sets where every ratio and classifier has a pair, less those with
        which no method has one.
    """
    some = found.rows.groupby(ROW, sort=False)["n"].transform("max") > 0
    rows = found.rows[some].assign(whole=found.rows["n"] > 0)
    by_set = rows.groupby(["dataset", "other"], sort=False).agg(mean=("mean", "mean"), whole=("whole", "all"))
    means = by_set["mean"].where(by_set["whole"]).reset_index().assign(ratio="", classifier="")
    return paired_differences.over_sets(means, higher_is_better=found.higher_is_better)


def ranking(ranked: pd.DataFrame) -> tuple[pd.Series[float], int, bool]:
    """Return the mean ranks, best first, over how many rows, and whether all of these are complete.

    Parameters
    ----------
    ranked : DataFrame of shape (n_classifiers + 1) * n_methods rows
        From `oversample_bench.analysis.mean_ranks.frame`.
    """
    ranked = ranked[ranked["classifier"] == mean_ranks.ALL].set_index("method")
    n, n_imputed = (int(ranked[name].iloc[0]) for name in ("n_rows", "n_rows_imputed"))
    column = "mean_rank" if n else "mean_rank_imputed"
    return ranked[column].dropna().sort_values(kind="stable"), n or n_imputed, n > 0

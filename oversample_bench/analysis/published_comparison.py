"""How the cells of a run stand to published ones: value by value, and in words on top.

A published number is one number without a spread. So it is compared with the values that our own splits
give, each the mean over the seeds on that split; where a set has one split, against those of its seeds. Both
ends of their range, and two standard deviations around their mean, have the last printed digit to spare; one
value alone is no range. Says nothing of which method is better: that is `oversample_bench.analysis.claims`.
"""

from __future__ import annotations

import pandas as pd

from oversample_bench.analysis.published_tables import THEIRS, pairs, transcription
from oversample_bench.analysis.results import Results
from oversample_bench.analysis.score_cells import CELL, PLACE, cells

COLUMNS = [
    *CELL, "metric", "design", *THEIRS, "published", "n", "n_planned", "mean", "sd", "low", "high",
    "difference", "in_range", "in_two_sd", "note", "missing", "flags",
]  # fmt: skip


def designs(results: Results) -> pd.DataFrame:
    """Return in words how often each data set was split, and with how many seeds.

    Returns
    -------
    DataFrame of shape (n_places, 4)
        dataset, ratio, n_splits, ``design``, e.g. ``30 splits`` or ``one split, 10 seeds``.
    """
    counts = results.plan.groupby(PLACE, sort=False)[["split", "seed"]].nunique().reset_index()
    words = [_design(*pair) for pair in counts[["split", "seed"]].to_numpy().tolist()]
    return counts[PLACE].assign(n_splits=counts["split"], design=words)


def _design(n_splits: int, n_seeds: int) -> str:
    splits = "one split" if n_splits == 1 else f"{n_splits} splits"
    return splits if n_seeds == 1 else f"{splits}, {n_seeds} seeds"


def units(results: Results, metric: str) -> pd.DataFrame:
    """Return what a published value is compared with: the mean of each split, or on one split each seed.

    Returns
    -------
    DataFrame of shape (n_units, 6)
        dataset, ratio, classifier, method; ``unit``, the number of the split or the seed; ``value``, NaN
        where a trial of it has no score: the mean of the seeds that are left is another one.
    """
    trials = results.plan.assign(value=results.scores[metric])
    alone = trials.groupby(PLACE)["split"].transform("nunique") == 1
    trials["unit"] = trials["seed"].where(alone, trials["split"])
    return trials.groupby([*CELL, "unit"], sort=False)["value"].mean(skipna=False).reset_index()


def frame(results: Results) -> pd.DataFrame:
    """Return each published value beside the cell of the run that it is compared with.

    Parameters
    ----------
    results : Results
        Of a suite with ``report: {published: ...}``, see `asked`.

    Returns
    -------
    DataFrame of shape (n_pairs, 22)
        The labels of the cell, its ``design`` and the published names; the ``published`` value; ``n`` of
        ``n_planned`` splits (or seeds, see `units`) with a score, their ``mean``, ``sd`` (ddof=1), ``low``
        and ``high``; ``difference``: our mean minus the published value; ``in_range`` and ``in_two_sd``,
        empty where n is under two; ``note``: why the value cannot be what its source says; ``missing`` and
        ``flags`` as in the score tables. In plan order.
    """
    found = pairs(results).merge(designs(results), on=PLACE)
    own = pd.concat([_spreads(results, metric) for metric in results.metrics])
    found = found.merge(own, on=[*CELL, "metric"])
    step = transcription(results).tolerance
    found["difference"] = found["mean"] - found["published"]
    inside = found["published"].between(found["low"] - step, found["high"] + step)
    near = found["difference"].abs() <= 2 * found["sd"] + step
    known = found["n"] >= 2
    found["in_range"] = inside.astype("boolean").where(known)
    found["in_two_sd"] = near.astype("boolean").where(known)
    return found[COLUMNS]


def _spreads(results: Results, metric: str) -> pd.DataFrame:
    grouped = units(results, metric).groupby(CELL, sort=False)["value"]
    found = grouped.agg(n="count", n_planned="size", mean="mean", sd="std", low="min", high="max")
    told = cells(results, metric)[[*CELL, "missing", "flags"]]
    return found.reset_index().merge(told, on=CELL).assign(metric=metric)

"""Which cells of a row are significantly worse than its best, and the interval of each mean.

The unit is the split: seeds are averaged within it, since they tell of other seeds and not of other rows.
Says nothing about other data sets; see `oversample_bench.analysis.comparisons`. A cell that was not tested is
neither good nor bad, and is told so.
"""

from __future__ import annotations

import pandas as pd

from oversample_bench.analysis.paired_estimates import ALPHA, adjusted, from_moments
from oversample_bench.analysis.repetitions import repetitions, shares
from oversample_bench.analysis.results import Results
from oversample_bench.analysis.score_cells import CELL, PLACE, ROW, TIE_DECIMALS

FEWEST = 10  # splits: with fewer, hardly any cell is significantly worse, and a mark would be read as "equal"
PAIR = [*ROW, "split", "seed"]
JUDGED = ["low", "high", "n_repeats", "n_pairs", "p", "p_holm", "tested", "worse"]


def frame(results: Results, metric: str, found: pd.DataFrame) -> pd.DataFrame:
    """Add to the cells of one metric the intervals of their means, and their tests against the best.

    Parameters
    ----------
    results : Results
        For the scores behind the cells.
    metric : str
        What the cells are of.
    found : DataFrame of shape (n_cells, 11)
        The cells, from `oversample_bench.analysis.score_cells.cells`; judged ones are returned as they are.

    Returns
    -------
    DataFrame of shape (n_cells, 19)
        ``low`` and ``high``, the 95 % interval of the mean over ``n_repeats`` splits (seeds of a single one),
        by the corrected resampled t of `oversample_bench.analysis.paired_estimates`; NaN with fewer than two.
        ``p``, two-sided, of the same t for the differences to the best of the row, over the ``n_pairs``
        splits in which both have scores, and ``p_holm``, adjusted for the other methods of the row; NaN for
        the best, for cells with fewer trials than the fullest of their row, and with fewer than ten pairs.
        ``tested``: there is such a p, or it is the best of a row with one; ``worse``: p_holm < 0.05.
    """
    if set(JUDGED) <= set(found.columns):
        return found
    trials = results.plan[[*CELL, "split", "seed"]].assign(value=results.scores[metric])
    judged = found.merge(_intervals(results, trials), how="left", on=CELL)
    judged = judged.merge(_tests(results, trials, found), how="left", on=CELL)
    judged = judged.fillna({"n_pairs": 0, "n_repeats": 0}).astype({"n_pairs": int, "n_repeats": int})
    judged["p_holm"] = adjusted(judged["p"], [judged[name] for name in ROW])
    row = [judged[name] for name in ROW]
    judged["tested"] = judged["p"].notna() | (
        judged["best"] & judged["p"].notna().groupby(row).transform("any")
    )
    judged["worse"] = judged["p_holm"] < ALPHA
    return judged[[*found.columns, *JUDGED]]


def _intervals(results: Results, trials: pd.DataFrame) -> pd.DataFrame:
    own = trials.join(repetitions(results)[["repeat", "share"]])
    units = own.groupby([*CELL, "repeat"], sort=False).agg(value=("value", "mean"), share=("share", "first"))
    over = units.groupby(CELL, sort=False).agg(
        n_repeats=("value", "count"), mean=("value", "mean"), sd=("value", "std"), share=("share", "first")
    )
    ends = from_moments(over["n_repeats"], over["mean"], over["sd"], over["share"])[["low", "high"]]
    return over[["n_repeats"]].join(ends).reset_index()


def _tests(results: Results, trials: pd.DataFrame, found: pd.DataFrame) -> pd.DataFrame:
    """Return n_pairs and p of each cell that competes with the best of its row, whichever way is better."""
    pairs = _differences(trials, found)
    units = pairs.groupby([*CELL, "split"], sort=False)["value"].mean().round(TIE_DECIMALS)
    over = units.groupby(CELL, sort=False).agg(n_pairs="count", mean="mean", sd="std").reset_index()
    over = over.merge(shares(results), how="left", on=PLACE)
    told = from_moments(over["n_pairs"], over["mean"], over["sd"], over["share"])
    over["p"] = told["p"].where(over["n_pairs"] >= FEWEST)
    return over[[*CELL, "n_pairs", "p"]]


def _differences(trials: pd.DataFrame, found: pd.DataFrame) -> pd.DataFrame:
    """Return, for each trial of a cell that competes, the best's score less its own, where there are both."""
    most = found.groupby(ROW, sort=False)["n"].transform("max")
    competes = found.loc[(found["n"] == most) & ~found["best"], CELL]
    best = found.loc[found["best"], CELL].drop_duplicates(ROW)  # those that tie for it have the same mean
    top = trials.merge(best, on=CELL)[[*PAIR, "value"]].rename(columns={"value": "top"})
    pairs = trials.merge(competes, on=CELL).merge(top, on=PAIR)
    return pairs.assign(value=(pairs["top"] - pairs["value"]).round(TIE_DECIMALS))

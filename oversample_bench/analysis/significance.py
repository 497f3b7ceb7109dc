"""What the splits of one data set can say: the interval of a mean, and which methods are as good as the best.

The unit is the split: seeds are averaged within it, since they tell of other seeds and not of other rows.
Splits of one set share rows, which both the interval and the test allow for. Says nothing about other data
sets; see `oversample_bench.analysis.comparisons`.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from oversample_bench.analysis.results import Results
from oversample_bench.analysis.score_cells import CELL, PLACE, ROW, TIE_DECIMALS
from oversample_bench.analysis.statistics.holm import holm

LEVEL = 0.95
ALPHA = 0.05
FEWEST = 3  # of two pairs Student's t has one degree of freedom: nothing is significant that is not obvious
PAIR = [*ROW, "split", "seed"]
JUDGED = ["low", "high", "n_pairs", "p", "p_holm", "near"]


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
    DataFrame of shape (n_cells, 17)
        ``low`` and ``high``, the 95 % interval of the mean by the corrected resampled t over splits (C.
        Nadeau and Y. Bengio, "Inference for the generalization error", Machine Learning 52, 2003, 239-281):
        the variance of a mean of J splits is s² (1 / J + n_test / n_train); NaN with fewer than two splits.
        ``p``, two-sided, of the same t for the differences to the best of the row, over the ``n_pairs``
        splits in which both have scores, and ``p_holm``, adjusted for the other methods of the row by
        `oversample_bench.analysis.statistics.holm.holm`; NaN for the best, for cells with fewer trials than
        the fullest of their row, and with fewer than three pairs. ``near``: the test does not tell the cell
        from the best at 5 %.
    """
    if set(JUDGED) <= set(found.columns):
        return found
    sizes = shares(results)
    trials = results.plan[[*CELL, "split", "seed"]].assign(value=results.scores[metric])
    judged = found.merge(_intervals(trials, sizes), how="left", on=CELL)
    judged = judged.merge(_tests(trials, found, sizes), how="left", on=CELL).fillna({"n_pairs": 0})
    reach = judged.pop("reach")
    judged["low"], judged["high"] = judged["mean"] - reach, judged["mean"] + reach
    judged["p_holm"] = _adjusted(judged)
    judged["near"] = judged["p_holm"] >= ALPHA
    return judged.astype({"n_pairs": int})[[*found.columns, *JUDGED]]


def shares(results: Results) -> pd.DataFrame:
    """Return n_test / n_train of each data set and ratio; training rows are those that thinning left."""
    splits = results.splits
    test = splits["n_test_majority"] + splits["n_test_minority"]
    share = (test / (splits["n_majority"] + splits["n_minority"])).astype("float64")
    return splits[PLACE].assign(share=share).groupby(PLACE, sort=False)["share"].mean().reset_index()


def _intervals(trials: pd.DataFrame, sizes: pd.DataFrame) -> pd.DataFrame:
    from scipy.stats import t  # half a second, which only reports with statistics pay

    over = _over_splits(trials, sizes)
    over["reach"] = t.ppf((1 + LEVEL) / 2, over["n_pairs"] - 1) * over["error"]
    return over[[*CELL, "reach"]]


def _tests(trials: pd.DataFrame, found: pd.DataFrame, sizes: pd.DataFrame) -> pd.DataFrame:
    """Return n_pairs and p of each cell that competes with the best of its row, whichever way is better."""
    from scipy.stats import t

    over = _over_splits(_differences(trials, found), sizes)
    with np.errstate(invalid="ignore", divide="ignore"):  # without spread t is infinite, or 0 / 0
        statistic = (over["mean"].abs() / over["error"]).mask(over["mean"] == 0, 0.0)
    over["p"] = 2 * t.sf(statistic, over["n_pairs"] - 1)
    over["p"] = over["p"].where(over["n_pairs"] >= FEWEST)
    return over[[*CELL, "n_pairs", "p"]]


def _differences(trials: pd.DataFrame, found: pd.DataFrame) -> pd.DataFrame:
    """Return, for each trial of a cell that competes, the best's score less its own, where there are both."""
    most = found.groupby(ROW, sort=False)["n"].transform("max")
    competes = found.loc[(found["n"] == most) & ~found["best"], CELL]
    best = found.loc[found["best"], CELL].drop_duplicates(ROW)  # those that tie for it have the same mean
    top = trials.merge(best, on=CELL)[[*PAIR, "value"]].rename(columns={"value": "top"})
    pairs = trials.merge(competes, on=CELL).merge(top, on=PAIR)
    return pairs.assign(value=(pairs["top"] - pairs["value"]).round(TIE_DECIMALS))


def _over_splits(values: pd.DataFrame, sizes: pd.DataFrame) -> pd.DataFrame:
    """Return number, mean and standard error of the splits' means of each cell."""
    splits = values.groupby([*CELL, "split"], sort=False)["value"].mean().round(TIE_DECIMALS)
    over = splits.groupby(CELL, sort=False).agg(n_pairs="count", mean="mean", sd="std").reset_index()
    over = over.merge(sizes, how="left", on=PLACE)
    over["error"] = over["sd"] * np.sqrt(1 / over["n_pairs"].where(over["n_pairs"] > 0) + over["share"])
    return over


def _adjusted(judged: pd.DataFrame) -> pd.Series[float]:
    tested = judged[judged["p"].notna()]
    adjusted = {
        int(name): p
        for _, row in tested.groupby(ROW, sort=False)["p"]
        for name, p in holm({str(at): float(one) for at, one in row.items()}).items()
    }
    return pd.Series(adjusted, dtype="float64").reindex(judged.index)

"""Whether what a source claims holds here: which method is best, and which is above which.

Three claims are put to the test, each within one data set, ratio, classifier and metric: that the published
best method of a cell row is the best; that the method which the source has best most often stands to each
other one as the source prints it; and what the source claims without printing values (curves). Each is one
paired difference of our own trials, better minus worse as the source has it, with the interval of
`oversample_bench.analysis.comparisons`: over splits, or, on a single split, over its seeds.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from oversample_bench.analysis import comparisons
from oversample_bench.analysis.published_comparison import designs
from oversample_bench.analysis.published_tables import (
    CLAIM,
    KINDS,
    in_plan_order,
    met,
    pairs,
    transcription,
)
from oversample_bench.analysis.results import Results
from oversample_bench.analysis.score_cells import CELL, PLACE, ROW, TIE_DECIMALS, cells

BEST, ORDER, CURVE = "best of its row", "order of two", "curve"

YES, LEANS_YES, EVEN, LEANS_NO, NO = "yes", "leans yes", "even", "leans no", "no"

BLOCK = [*ROW, "metric"]

KEY = [*BLOCK, "better", "worse"]

CLAIMED = [*KEY, "claim", "source", "published"]

THEIR_ROW = ["published_dataset", "published_classifier", "published_metric", "published_ratio"]

THEIR_CELL = [*THEIR_ROW, "published_method"]

COLUMNS = [
    "claim", *ROW, "metric", "design", "better", "worse", "source", "published", "n", "n_planned", "mean",
    "low", "high", "holds", "n_splits",
]  # fmt: skip


def frame(results: Results) -> pd.DataFrame:
    """Return each claim that this run can be asked about, and its answer.

    Parameters
    ----------
    results : Results
        Of a suite with ``report: {published: ...}``, see `asked`.

    Returns
    -------
    DataFrame of shape (n_claims, 17)
        claim (``best of its row``, ``order of two`` or ``curve``), the labels of the row, its metric and
        ``design``; ``better`` and ``worse``, labels of methods as the source has them (of a best method the
        rival is our best other one); ``source`` of a curve; ``published`` gain of better over worse where it
        is printed; ``mean`` gain here over ``n`` of ``n_planned`` pairs, turned so that above 0 agrees with
        the source, with its 95 % interval ``low`` to ``high``; ``holds``: ``yes`` or ``no`` where the
        interval excludes 0, ``leans yes``, ``leans no`` or ``even`` where it does not, empty without a pair;
        ``n_splits`` of the design. In plan order.
    """
    ranked = _ranked(results)
    printed = _gains(results, ranked)
    claims = pd.concat([_best(printed), _orders(printed, _favourite(ranked)), _curves(results)])
    found = claims.merge(designs(results), on=PLACE).merge(_differences(results, claims), how="left", on=KEY)
    found = found.fillna({"n": 0, "n_planned": 0}).astype({"n": int, "n_planned": int})
    found = found.assign(holds=[_verdict(row) for row in found.itertuples()])
    return in_plan_order(results, found[COLUMNS])


def _gains(results: Results, ranked: pd.DataFrame) -> pd.DataFrame:
    """Return the printed values that meet a cell of the run, with what that cell came to: ``ours``."""
    signs = {metric: 1 if higher else -1 for metric, higher in results.metrics.items()}
    own = pd.concat([cells(results, metric).assign(metric=metric) for metric in results.metrics])
    found = pairs(results).merge(ranked[[*THEIR_CELL, "gain", "top"]], on=THEIR_CELL)
    found = found.merge(own[[*CELL, "metric", "mean", "n"]], on=[*CELL, "metric"])
    sign = found["metric"].map(signs).astype("float64")  # of no rows, too
    return found.assign(ours=(found["mean"] * sign).round(TIE_DECIMALS))


def _ranked(results: Results) -> pd.DataFrame:
    """Return the printed values of metrics that this run has, turned so that higher is better.

    ``gain`` is such a value and ``top`` the best of its row, also where that method is not in this run.
    """
    names = met(results)
    own = names[names["kind"] == "metric"]
    signs = {
        name: 1 if results.metrics[label] else -1 for name, label in own[["published", "label"]].to_numpy()
    }
    values = transcription(results).values.rename(
        columns={name: f"published_{name}" for name in [*KINDS, "ratio"]}
    )
    values = values[values["published_metric"].isin(list(signs))]
    gain = values["value"] * values["published_metric"].map(signs).astype("float64")
    values = values.assign(gain=gain)
    return values.assign(top=values.groupby(THEIR_ROW)["gain"].transform("max"))


def _favourite(ranked: pd.DataFrame) -> str:
    """Return the published name of the method that the source has best most often; "" where there is none."""
    best = ranked[ranked["gain"] == ranked["top"]].groupby("published_method", sort=False).size()
    return "" if best.empty else str(best.idxmax())


def _best(printed: pd.DataFrame) -> pd.DataFrame:
    """Return the claim that the published best is best, a line a row and metric.

    Of several published bests that one stands for all which did best here.
    """
    done = printed[printed["n"] > 0].sort_values("ours", ascending=False, kind="stable")
    best = done[done["gain"] == done["top"]].drop_duplicates(BLOCK)
    pairs_of = best.merge(done, on=BLOCK, suffixes=("", "_other"))
    rivals = pairs_of[pairs_of["method"] != pairs_of["method_other"]].drop_duplicates(BLOCK)
    found = rivals.assign(claim=BEST, source="", published=rivals["gain"] - rivals["gain_other"])
    return found.rename(columns={"method": "better", "method_other": "worse"})[CLAIMED]


def _orders(printed: pd.DataFrame, favourite: str) -> pd.DataFrame:
    """Return how the source has its favourite against each other method, a line a row, metric and method."""
    chosen = printed["published_method"] == favourite
    own = printed[chosen][[*BLOCK, "method", "gain"]].rename(columns={"method": "hero", "gain": "own"})
    found = printed[~chosen].merge(own, on=BLOCK)
    found = found.assign(published=(found["own"] - found["gain"]).round(TIE_DECIMALS))
    found = found[found["published"] != 0]
    above = found["published"] > 0
    return found.assign(
        claim=ORDER,
        source="",
        better=found["hero"].where(above, found["method"]),
        worse=found["method"].where(above, found["hero"]),
        published=found["published"].abs(),
    )[CLAIMED]


def _curves(results: Results) -> pd.DataFrame:
    """Return what is claimed without values: at every ratio of a data set that the table knows."""
    names = met(results)
    labels = {
        kind: names.loc[names["kind"] == kind] for kind in ("dataset", "classifier", "metric", "method")
    }
    rows = results.plan[ROW].drop_duplicates()
    for kind in ("dataset", "classifier"):
        rows = rows[rows[kind].isin(labels[kind]["label"])]
    rows = rows.merge(labels["metric"][["label"]].rename(columns={"label": "metric"}), how="cross")
    told = transcription(results).claims
    for side in ("better", "worse"):
        own = labels["method"].rename(columns={"label": "own", "published": side})[[side, "own"]]
        told = told.merge(own, on=side).drop(columns=side).rename(columns={"own": side})
    return rows.merge(told[CLAIM], how="cross").assign(claim=CURVE, published=float("nan"))[CLAIMED]


def _differences(results: Results, claims: pd.DataFrame) -> pd.DataFrame:
    """Return the paired differences that the claims are about, turned so that above 0 is better."""
    asked = claims[["worse", "metric"]].drop_duplicates().itertuples(index=False, name=None)
    parts = [
        comparisons.each(comparisons.gains(results, metric, worse))
        .drop(columns=["better", "worse"])
        .assign(worse=worse, metric=metric)
        for worse, metric in asked
    ]
    names = {"method": "better", "estimate": "mean"}
    if not parts:
        return pd.DataFrame(columns=[*KEY, "n", "n_planned", "mean", "low", "high"])
    return pd.concat(parts).rename(columns=names)[[*KEY, "n", "n_planned", "mean", "low", "high"]]


def _verdict(row: Any) -> str:
    if row.n == 0:
        return ""
    low, mean, high = (round(value, TIE_DECIMALS) for value in (row.low, row.mean, row.high))
    if low > 0:
        return YES
    if high < 0:
        return NO
    return EVEN if mean == 0 else LEANS_YES if mean > 0 else LEANS_NO

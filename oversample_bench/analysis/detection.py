"""How well synthetic rows are told from withheld real ones, beyond what real rows are: method by method.

The unit is the data set, or with one of them the split: resamples of the same rows are no witnesses of each
other. What is estimated is the difference between a share and its null, of which 0 says "not told apart".
"""

from __future__ import annotations

import pandas as pd

from oversample_bench.analysis import paired_estimates as paired
from oversample_bench.analysis.data_set_blocks import blocks
from oversample_bench.analysis.repetitions import SEEDS, SPLITS, shares
from oversample_bench.analysis.results import Results

MEASURES = ("stump", "forest")
COLUMNS = [
    "ratio", "method", "measure", "n_resamples", "copies", "mean", "null", "estimate", "low", "high", "n",
    "unit",
]  # fmt: skip


def frame(results: Results) -> pd.DataFrame:
    """Return what each method comes to at each ratio, ratios in numerical order.

    Parameters
    ----------
    results : Results
        The run.

    Returns
    -------
    DataFrame of shape (n_ratios * n_methods * 2, 12)
        ratio, method, ``measure`` (stump or forest); over ``n_resamples`` measured resamples the share of
        ``copies`` among new rows, the ``mean`` balanced accuracy and that of its ``null``; the ``estimate``
        of their difference with its 95 % interval over ``n`` data sets (or splits, or seeds of one split).
    """
    good = results.resamples[results.resamples["status"] == "ok"]
    told = good[good["detect_forest"].notna()]
    parts = [
        _estimated(results, own, str(ratio), measure)
        for ratio, own in told.groupby("ratio", sort=False)
        for measure in MEASURES
    ]
    if not parts:
        return pd.DataFrame(columns=COLUMNS)
    found = pd.concat(parts, ignore_index=True)
    order = pd.to_numeric(found["ratio"], errors="coerce").fillna(float("inf"))
    places = {name: at for at, name in enumerate(results.names("method"))}
    found = found.assign(order=order, place=found["method"].map(places))
    return found.sort_values(["order", "place"], kind="stable", ignore_index=True)[COLUMNS]


def _estimated(results: Results, own: pd.DataFrame, ratio: str, measure: str) -> pd.DataFrame:
    rows = own.assign(gap=own[f"detect_{measure}"] - own[f"detect_{measure}_null"])
    by = rows.groupby("method", sort=False)
    shown, null = f"detect_{measure}", f"detect_{measure}_null"
    means = by.agg(n_resamples=("gap", "size"), mean=(shown, "mean"), null=(null, "mean"))
    counts = by[["n_copies", "n_new"]].sum().astype("float64")
    told, unit = _over(results, rows)
    joined = means.join(told[["estimate", "low", "high", "n"]]).rename_axis("method").reset_index()
    copies = (counts["n_copies"] / counts["n_new"].where(counts["n_new"] > 0)).to_numpy()
    return joined.assign(ratio=ratio, measure=measure, copies=copies, unit=unit)


def _over(results: Results, rows: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """Return the estimates over data sets or, of one, over its splits (or the seeds of its split)."""
    sets = rows["dataset"].map(blocks(results))
    if sets.nunique() > 1:
        return paired.over_sets(_wide(rows, sets)), paired.SETS
    if rows["split"].nunique() == 1:
        return paired.over_repetitions(_wide(rows, rows["seed"]), 0.0), SEEDS
    known = shares(results)
    share = known[known["dataset"].isin(rows["dataset"]) & known["ratio"].isin(rows["ratio"])]["share"].mean()
    return paired.over_repetitions(_wide(rows, rows["split"]), float(share)), SPLITS


def _wide(rows: pd.DataFrame, unit: pd.Series[int] | pd.Series[str]) -> pd.DataFrame:
    """Return the mean gap of each unit, a column a method."""
    means = rows["gap"].groupby([unit.rename("unit"), rows["method"]], sort=False).mean()
    return means.unstack("method")

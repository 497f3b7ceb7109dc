"""The paired differences of each method with the control: over data sets, and within each of them.

One frame, which every table, figure and sentence takes its gains from. Positive is better, whichever way the
metric points. Over data sets a block (see `oversample_bench.analysis.data_set_blocks`) is one value, and a
method's gain is over the blocks in which it and the control are whole. Within a data set a split is one
value, the mean of its seeds where both have a score. A run of one data set has its overall gain within it.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from oversample_bench.analysis import control as controls
from oversample_bench.analysis import data_set_blocks
from oversample_bench.analysis import paired_estimates as paired
from oversample_bench.analysis.data_set_blocks import ALL, blocks, companions
from oversample_bench.analysis.repetitions import repetitions
from oversample_bench.analysis.results import Results
from oversample_bench.analysis.score_cells import ROW
from oversample_bench.analysis.statistics import bayes, wilcoxon
from oversample_bench.core.seeds import child

OVERALL, EACH = "overall", "each"
N_DRAWS = 10_000  # of the posterior: probabilities are within 0.01, and shown with two digits
CHANCES = ["p_better", "p_equivalent", "p_worse", "rank_biserial"]
COLUMNS = [
    "scope", "unit", *ROW, "control", "method", "estimate", "low", "high", "p", "p_adjusted", "verdict", "n",
    "n_planned", "better", "equal", "worse", "least", *CHANCES,
]  # fmt: skip


def frame(results: Results, metric: str, control: str = "") -> pd.DataFrame:
    """Compare each method with the control.

    Parameters
    ----------
    results : Results
        The run.
    metric : str
        One of its metrics.
    control : str, default=""
        A label; by default `oversample_bench.analysis.control.control`.

    Returns
    -------
    DataFrame of shape (n_comparisons, 22)
        ``scope``: ``overall``, with dataset and ratio empty (of a single data set its label) and classifier
        ``(all)`` for the mean of all, or ``each`` data set, ratio and classifier; ``unit``: ``data sets``,
        ``splits`` or ``seeds``; the ``estimate`` of the gain with its 95 % interval, ``p`` and Holm's
        ``p_adjusted`` for the methods of the same place; ``verdict``: better, worse, not clear or not tested;
        ``n`` of ``n_planned`` units, in how many the method is ``better``, ``equal`` and ``worse``; the
        ``least`` difference that could have been seen after adjusting; over data sets and all classifiers,
        the probabilities of the Bayesian signed-rank test and the rank-biserial correlation. Empty of one
        method, and where no method was planned on the same splits as the control.

    Raises
    ------
    UsageError
        When no method has the label of the control.
    """
    own = controls.control(results, control)
    if len(results.names("method")) < 2:
        return pd.DataFrame(columns=COLUMNS)
    pairs = gains(results, metric, own)
    overall = _over_sets(results, metric, own) if _several(results) else _within_one(results, pairs)
    parts = [part for part in [*overall, each(pairs)] if len(part)]
    if not parts:
        return pd.DataFrame(columns=COLUMNS)
    told = pd.concat(parts, ignore_index=True).assign(control=own)
    told = paired.judged(told, [told[name] for name in ("scope", *ROW)])
    counts = ["n", "n_planned", "better", "equal", "worse"]
    return told.reindex(columns=COLUMNS).fillna(dict.fromkeys(counts, 0)).astype(dict.fromkeys(counts, int))


def overall(told: pd.DataFrame, classifier: str = "") -> pd.DataFrame:
    """Return the overall comparisons; by default those of the mean of all classifiers, or of the only one."""
    own = told[told["scope"] == OVERALL]
    names = list(own["classifier"].unique())
    return own[own["classifier"] == (classifier or (ALL if ALL in names else names[0]))] if names else own


def classifiers(results: Results) -> list[str]:
    """Return the classifiers of overall comparisons: each, and all where there are several."""
    names = results.names("classifier")
    return [*names, ALL] if len(names) > 1 else names


def _several(results: Results) -> bool:
    return len(set(blocks(results).values())) > 1


def _over_sets(results: Results, metric: str, control: str) -> Iterator[pd.DataFrame]:
    n_blocks = len(set(blocks(results).values()))
    for name in classifiers(results):
        own = data_set_blocks.gains(results, metric, control, () if name == ALL else (name,))
        told = paired.over_sets(own)
        if name == classifiers(results)[-1]:
            told = told.join(_chances(own, controls.rope(results), metric))
        told = told.rename_axis("method").reset_index()
        yield told.assign(
            scope=OVERALL, unit=paired.SETS, dataset="", ratio="", classifier=name, n_planned=n_blocks
        )


def _chances(gains: pd.DataFrame, rope: float, metric: str) -> pd.DataFrame:
    """Return how probable it is that a method is better, as good and worse in practice on a further set."""
    rows = {}
    for name in gains:
        own = gains[name].dropna()
        pair = pd.DataFrame({"control": 0.0, "own": own})
        draws = np.random.default_rng(child(paired.SEED, "bayes", str(name), metric))
        chance = bayes.posteriors(pair, "control", rope, draws, N_DRAWS)["own"]
        signs = wilcoxon.signed_ranks(pair, "control")["own"]
        total = signs.plus + signs.minus
        effect = (signs.plus - signs.minus) / total if total else (0.0 if len(own) else np.nan)
        rows[name] = (chance.better, chance.equivalent, chance.worse, effect)
    return pd.DataFrame.from_dict(rows, orient="index", columns=CHANCES)


def gains(results: Results, metric: str, control: str) -> pd.DataFrame:
    """Return the gain of each trial over the control's on the same split and seed, by the same classifier."""
    key = [*ROW, "split", "seed"]
    signed = results.scores[metric] if results.metrics[metric] else -results.scores[metric]
    trials = results.plan[[*key, "method"]].join(repetitions(results)).assign(value=signed)
    chosen = trials["method"] == control
    own = trials.loc[chosen, [*key, "value"]].rename(columns={"value": "held"})
    pairs = trials[~chosen].merge(own, on=key)
    return pairs.assign(gain=pairs["value"] - pairs["held"])


def each(pairs: pd.DataFrame) -> pd.DataFrame:
    """Return the comparisons within each data set, ratio and classifier."""
    key = [*ROW, "method"]
    by = pairs.groupby([*key, "unit", "repeat"], sort=False)
    units = by.agg(gain=("gain", "mean"), share=("share", "first")).reset_index()
    sign = np.sign(units["gain"].round(12))
    units = units.assign(**{name: sign == one for name, one in paired.SIGNS.items()})
    grouped = units.groupby(key, sort=False)
    told = grouped.agg(
        unit=("unit", "first"), share=("share", "first"), n=("gain", "count"), n_planned=("gain", "size"),
        mean=("gain", "mean"), sd=("gain", "std"), better=("better", "sum"), equal=("equal", "sum"),
        worse=("worse", "sum"),
    )  # fmt: skip
    estimates = paired.from_moments(told["n"], told["mean"], told["sd"], told["share"])
    told = told.drop(columns=["n", "mean", "sd", "share"]).join(estimates)
    return told.reset_index().assign(scope=EACH)


def _within_one(results: Results, pairs: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """Return the overall comparisons of a single data set: over its splits, the rest averaged."""
    label = results.names("dataset")[0]  # a second label is a second design of the same rows
    own = pairs[pairs["dataset"] == label]
    ratios, known = results.names("ratio"), companions(results)
    together = [one in known[method] for one, method in zip(own["classifier"], own["method"], strict=True)]
    for name in classifiers(results):
        part = own[together] if name == ALL else own[own["classifier"] == name]
        if part.empty:  # the control was planned with other classifiers
            continue
        units = repeated(part, "method", "gain")
        told = paired.over_repetitions(units, float(part["share"].mean())).rename_axis("method").reset_index()
        yield told.assign(
            scope=OVERALL, unit=part["unit"].iloc[0], dataset=label, classifier=name,
            ratio=ratios[0] if len(ratios) == 1 else "", n_planned=len(units),
        )  # fmt: skip


def repeated(trials: pd.DataFrame, columns: str | list[str], value: str) -> pd.DataFrame:
    """Return the mean of each repetition, a column each; NaN where a ratio or classifier has no value.

    Seeds of one split are averaged first, then ratios and classifiers.
    """
    key = [columns] if isinstance(columns, str) else columns
    rows = trials.groupby([*dict.fromkeys([*ROW, *key]), "repeat"], sort=False)[value].mean().reset_index()
    means = rows.groupby(["repeat", *key], sort=False)[value].mean(skipna=False)
    return means.unstack(columns).reindex(columns=_ordered(trials, key))


def _ordered(trials: pd.DataFrame, key: list[str]) -> pd.Index:
    labels = trials[key].drop_duplicates()
    return pd.Index(labels[key[0]]) if len(key) == 1 else pd.MultiIndex.from_frame(labels)

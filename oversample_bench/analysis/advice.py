"""What to do about a rare class: oversample, drop rows, reweight, move the threshold, or nothing.

Three questions, one after the other, each answered by comparisons that are adjusted for all they compare. Is
the best pair of classifier and method that resamples clearly better than the best pair that costs nothing
(`oversample_bench.analysis.answer`)? If not, is a free pair clearly better than the best pair of the control,
which does nothing? If not, is one that resamples? The cheapest of what clearly helps is advised. A winner by
noise is none: where nothing is clear, it cannot be told, and doing nothing is the simplest.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

import pandas as pd

from oversample_bench.analysis import control, pipelines
from oversample_bench.analysis.answer import Answer, Decision, answer
from oversample_bench.analysis.evidence import evidence
from oversample_bench.analysis.paired_estimates import BETTER
from oversample_bench.analysis.results import Results


class Strategy(StrEnum):
    """What may be done about a rare class."""

    OVERSAMPLE = "oversample"
    UNDERSAMPLE = "drop majority rows"
    REWEIGHT = "reweight"
    THRESHOLD = "move the threshold"
    NOTHING = "do nothing"
    CANNOT_TELL = "cannot tell"


BY_NAME = {
    control.BASELINE: Strategy.NOTHING,
    "class_weight": Strategy.REWEIGHT,
    "threshold": Strategy.THRESHOLD,
    "random_under": Strategy.UNDERSAMPLE,
}
"""The strategies of registered methods; all others make rows."""


@dataclass(frozen=True, eq=False)
class Advice:
    """What to do, and what it rests on.

    Parameters
    ----------
    strategy : Strategy
        What came out.
    resampling : Answer
        What resampling comes to against the best free pair.
    chosen : Series or None
        The row of the pair to use, as `oversample_bench.analysis.pipelines.frame` has it. Where it cannot be
        told, or nothing is to be done, the best pair that does nothing; None where nothing was compared.
    nothing : Series or None
        The best pair that does nothing.
    free : Series or None
        The best free pair that does something, held against ``nothing``; None where there is none.
    n_compared : int
        The comparisons that the p-value of ``chosen`` is adjusted for.
    n_free : int
        Those that the p-value of ``free`` is adjusted for.
    details : mapping of str to tuple of float
        Mean recall and precision of ``chosen`` and of ``nothing``.
    """

    strategy: Strategy
    resampling: Answer
    chosen: pd.Series | None = None
    nothing: pd.Series | None = None
    free: pd.Series | None = None
    n_compared: int = 0
    n_free: int = 0
    details: dict[str, tuple[float, float]] = field(default_factory=dict)


def advice(results: Results, metric: str) -> Advice:
    """Decide by one metric of a run.

    Parameters
    ----------
    results : Results
        The run, with ``none`` and free methods in it.
    metric : str
        One of its metrics.
    """
    made = answer(evidence(results, metric))
    free = pipelines.against_control(results, metric, free=True)
    if made.best is None or not free["reference"].any():
        return Advice(Strategy.CANNOT_TELL, made)
    nothing = free[free["reference"]].iloc[0]
    if made.decision == Decision.USE_METHOD:
        chosen, n_compared = made.best, made.n_compared
    else:
        chosen, n_compared = (
            _clear(free) or _clear(pipelines.against_control(results, metric, free=False)) or (nothing, 0)
        )
    strategy = strategy_of(results, chosen)
    if strategy == Strategy.NOTHING and not _is_enough(results, made):
        strategy = Strategy.CANNOT_TELL
    acts = (free["method"] != nothing["method"]) & (free["n"] > 0)
    rivals = free[acts].sort_values("estimate", kind="stable")
    return Advice(
        strategy=strategy,
        resampling=made,
        chosen=chosen,
        nothing=nothing,
        free=rivals.iloc[-1] if len(rivals) else None,
        n_compared=n_compared,
        n_free=_n_compared(free),
        details=_details(results, (chosen, nothing)),
    )


def _clear(pairs: pd.DataFrame) -> tuple[pd.Series, int] | None:
    """Return the pair that gains most over the reference, of those that clearly gain, and its company."""
    better = pairs[pairs["verdict"] == BETTER].sort_values("estimate", ascending=False, kind="stable")
    return (better.iloc[0], _n_compared(pairs)) if len(better) else None


def _n_compared(pairs: pd.DataFrame) -> int:
    return int(pairs["p"].notna().sum())


def _is_enough(results: Results, made: Answer) -> bool:
    """Tell whether resampling is clearly worse than a pair that does nothing."""
    reference = made.reference
    return (
        made.decision == Decision.USE_FREE
        and reference is not None
        and strategy_of(results, reference) == Strategy.NOTHING
    )


def strategy_of(results: Results, pair: pd.Series) -> Strategy:
    """Return what the method of a pair does about the rare class."""
    name = control.registered_name(results, str(pair["method"]))
    return BY_NAME.get(name, Strategy.OVERSAMPLE)


def _details(results: Results, pairs: tuple[pd.Series, pd.Series]) -> dict[str, tuple[float, float]]:
    told: dict[str, tuple[float, float]] = {}
    for metric in ("recall", "precision"):
        if metric in results.metrics:
            means = pipelines.means(results, metric)
            first, second = (float(means[one["classifier"], one["method"]]) for one in pairs)
            told[metric] = (first, second)
    return told

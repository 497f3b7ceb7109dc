"""The advice in words: what to do about the rare class, in five lines at most.

What it says is decided by `oversample_bench.analysis.advice`.
"""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from oversample_bench.analysis.advice import Advice, Strategy, advice
from oversample_bench.analysis.answer import Decision
from oversample_bench.analysis.control import BASELINE
from oversample_bench.analysis.results import Results
from oversample_bench.report import coverage
from oversample_bench.report.answer_text import basis_of, pair_name, use
from oversample_bench.report.number_texts import gain, metric_name, score

HEADS = {
    Strategy.OVERSAMPLE: "Oversample: {pair}.",
    Strategy.UNDERSAMPLE: "Drop majority rows: {pair}.",
    Strategy.REWEIGHT: "Reweight: {pair}.",
    Strategy.THRESHOLD: "Move the threshold: {pair}.",
    Strategy.NOTHING: "Do nothing: {pair}, on the rows as they are.",
    Strategy.CANNOT_TELL: "Cannot tell whether anything helps; the simplest is to do nothing: {pair}.",
}
NOTHING_COMPARED = "Cannot tell: no two ways have trials on the same rows."


def lines(results: Results, metric: str) -> list[str]:
    """Return the advice by one metric: what to do, why, what resampling comes to, recall and precision.

    Parameters
    ----------
    results : Results
        The run.
    metric : str
        One of its metrics.
    """
    made = advice(results, metric)
    if made.chosen is None:
        return [NOTHING_COMPARED, coverage.line(results)]
    head = HEADS[made.strategy].format(pair=pair_name(results, made.chosen))
    resampling = use(results, made.resampling)
    return [head, *_gained(results, made), resampling, *_found(made), coverage.line(results)]


def _gained(results: Results, made: Advice) -> Iterator[str]:
    """Yield what is gained over doing nothing; where nothing is, what the best free pair comes to."""
    if made.chosen is None or made.nothing is None or made.resampling.decision == Decision.USE_METHOD:
        return
    idle = f"{_side(results, made.nothing, made.nothing['mean'])}, the best of doing nothing"
    if made.strategy not in (Strategy.NOTHING, Strategy.CANNOT_TELL):
        row, basis = made.chosen, basis_of(results, made.chosen, made.n_compared)
        yield f"By {_metric(made)} it gains {_gain(results, row)} over {idle} ({basis})."
    elif made.free is not None:
        row, basis = made.free, basis_of(results, made.free, made.n_free)
        best = _side(results, row, row["paired_mean"])
        yield (
            f"Of what costs nothing, {best} is the best. By {_metric(made)} it gains {_gain(results, row)} "
            f"over {idle} ({basis})."
        )


def _found(made: Advice) -> Iterator[str]:
    """Yield how many minority rows are found, and how many of those reported are some, at this threshold."""
    if set(made.details) != {"recall", "precision"} or made.nothing is None:
        return
    (recall, recall_before), (precision, precision_before) = (
        made.details[name] for name in ("recall", "precision")
    )
    same = made.strategy in (Strategy.NOTHING, Strategy.CANNOT_TELL)
    before = f"; {made.nothing['classifier']} with {BASELINE}: {recall_before:.0%} and {precision_before:.0%}"
    yield (
        f"It finds {recall:.0%} of the minority rows (recall), and {precision:.0%} of the rows that it "
        f"reports are some (precision){'' if same else before}."
    )


def _metric(made: Advice) -> str:
    return metric_name(made.resampling.metric)


def _side(results: Results, row: pd.Series, mean: float) -> str:
    return f"{pair_name(results, row)} ({score(mean, results.digits)})"


def _gain(results: Results, row: pd.Series) -> str:
    return gain(row["estimate"], row["low"], row["high"], results.digits)

"""What a run says about what to use: one decision, from the frames of one metric.

The best pair of classifier and method that resamples is held against the best pair without resampling, where
class weights and a moved threshold count as no resampling and cost nothing. One of the two is to be used
where their difference is clear after adjusting for all pairs, and else it cannot be told.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import pandas as pd

from oversample_bench.analysis.data_set_blocks import blocks
from oversample_bench.analysis.evidence import Evidence
from oversample_bench.analysis.paired_estimates import BETTER, WORSE
from oversample_bench.analysis.results import Results


class Decision(StrEnum):
    """What came out."""

    USE_METHOD = "use the best method"
    USE_FREE = "use the best pair without resampling"
    CANNOT_TELL = "cannot tell"
    NOTHING = "nothing to compare"


@dataclass(frozen=True, eq=False)
class Answer:
    """The decision by one metric, and what it rests on.

    Parameters
    ----------
    metric : str
        Its name.
    decision : Decision
        What came out.
    best, reference : Series, optional
        The rows of `oversample_bench.analysis.pipelines.frame`: the best pair that is no reference's rival
        in name only, and the pair that it is compared with; None where there is nothing to compare.
    n_compared : int
        How many pairs were compared with the reference; the p-value is adjusted for as many.
    """

    metric: str
    decision: Decision
    best: pd.Series | None
    reference: pd.Series | None
    n_compared: int


def answer(told: Evidence) -> Answer:
    """Decide by one metric."""
    pairs = told.pairs
    reference = pairs[pairs["reference"]]
    rivals = pairs[~pairs["reference"] & (pairs["n"] > 0)]
    if not pairs["free"].all():
        rivals = rivals[~rivals["free"]]
    rivals = rivals[rivals["n"] == rivals["n"].max()].sort_values("estimate", ascending=False, kind="stable")
    if reference.empty or rivals.empty:
        return Answer(told.metric, Decision.NOTHING, None, None, 0)
    best = rivals.iloc[0]
    decision = {BETTER: Decision.USE_METHOD, WORSE: Decision.USE_FREE}.get(
        best["verdict"], Decision.CANNOT_TELL
    )
    n_compared = int(pairs["p"].notna().sum())
    return Answer(told.metric, decision, best, reference.iloc[0], n_compared)


def n_splits(results: Results, on: tuple[str, ...]) -> tuple[int, int]:
    """Return the fewest and the most splits of the data sets of some blocks."""
    counts = results.plan.groupby("dataset", sort=False)["split"].nunique()
    known = blocks(results)
    own = counts[[known[str(label)] in on for label in counts.index]]
    return int(own.min()), int(own.max())

"""What to keep in mind about the summary: how its intervals are meant, and what was too little.

Computes no interval itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from oversample_bench.analysis import paired_differences, twins
from oversample_bench.analysis.blocks import Panel, matrix
from oversample_bench.analysis.evidence import Evidence
from oversample_bench.analysis.results import Results
from oversample_bench.analysis.statistics.reach import reach, warning
from oversample_bench.report.html.page_differences import reference


def cautions(results: Results, told: Mapping[str, Evidence]) -> Iterator[str]:
    """Yield the sentences that follow the verdicts; ``results`` has two methods or more.

    The warning about too few data sets or splits is by the first metric.
    """
    yield _intervals(results)
    if not paired_differences.focused(results):
        yield (
            "The suite puts no method in focus, so the best-ranked one besides the reference is told of. It "
            "was chosen by these very scores: its interval flatters it."
        )
    if said := twins.caution(results):
        yield said
    metric = next(iter(results.metrics))
    everything = Panel("", tuple(results.names("classifier")))
    scores = matrix(results, metric, told[metric].found, everything).dropna()
    n_splits = int(results.plan.groupby("dataset", sort=False)["split"].nunique().min())
    if scores.empty:
        yield "No data set is whole for every method yet: nothing is said of what could have been seen."
    elif said := warning(reach(scores, reference(results)), n_splits):
        yield f"By {metric}: {said}"


def _intervals(results: Results) -> str:
    if len(results.names("dataset")) > 1:
        over = "Student's t over data sets, each of which counts as one value"
    elif len(results.names("split")) > 1:
        over = "the corrected resampled t (Nadeau and Bengio, 2003) over splits: they tell of this set alone"
    else:
        over = "Student's t over seeds: there is one split of one data set, and they tell of no other rows"
    return (
        f"In brackets: 95 % intervals of the mean paired difference, by {over}. “Raises”, “lowers” and "
        "“clearly” mean that the interval leaves out 0. Nothing is adjusted for the number of comparisons."
    )

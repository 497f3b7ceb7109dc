"""Data sets that stand in a plan under several labels, as a set does that is run by two designs.

Comparisons over data sets count labels. This tells where that counts one set more than once; it changes no
number.
"""

from __future__ import annotations

from oversample_bench.analysis.results import Results
from oversample_bench.core.errors import listed


def twins(results: Results) -> list[list[str]]:
    """Return the labels of each data set that has several, in plan order.

    Two labels are of one set where the same content was read for both and the classes have as many rows.
    Labels of which no split was made yet are of none.
    """
    firsts = results.splits.drop_duplicates("dataset")
    same = [
        firsts["fingerprint"],
        firsts["n_majority"] + firsts["n_test_majority"],
        firsts["n_minority"] + firsts["n_withheld"] + firsts["n_test_minority"],
    ]
    groups = firsts.groupby(same, sort=False)["dataset"].agg(list)
    return [labels for labels in groups if len(labels) > 1]


def caution(results: Results) -> str:
    """Say which data sets count more than once in comparisons over data sets; empty where none does."""
    sets = [" = ".join(f"“{label}”" for label in labels) for labels in twins(results)]
    if not sets:
        return ""
    return (
        f"One data set under several labels counts as several, so that p-values and intervals over data "
        f"sets promise too much: {listed(sets, most=6)}."
    )

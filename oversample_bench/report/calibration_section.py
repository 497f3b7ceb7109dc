"""The section of a report that is made of `oversample_bench.analysis.reliability`."""

from __future__ import annotations

from typing import Any

import pandas as pd

from oversample_bench.analysis.reliability import TERMS
from oversample_bench.analysis.results import Results
from oversample_bench.report.markdown import escaped, table


def section(results: Results, found: pd.DataFrame) -> str:
    """Return the terms, from `frame`, as Markdown, or nothing where no classifier predicts probabilities."""
    if found.empty:
        return ""
    rules = (
        "Whether predicted probabilities can be believed: the mean predicted probability of the minority "
        "beside its share of the test rows, and the terms of the Brier score (Murphy 1973, ten bins): "
        "reliability is the squared distance of predictions from what came of them (lower is better), "
        "resolution how far they tell rows apart (higher is better); the score is reliability − resolution + "
        "uncertainty. Means over data sets and ratios, the trials of each added up first."
    )
    parts = ["## Probabilities", rules]
    for classifier, part in found.groupby("classifier", sort=False):
        parts += [f"With {escaped(classifier)}:", _table(part, results.digits)]
    return "\n\n".join(parts)


def _table(part: pd.DataFrame, digits: int) -> str:
    header = [
        "method", "trials", "minority share", "mean predicted", "reliability", "resolution", "uncertainty",
        "Brier score",
    ]  # fmt: skip
    lines: list[Any] = part.to_dict("records")
    rows = [
        [escaped(line["method"]), str(line["n_trials"]), *(f"{line[name]:z.{digits}f}" for name in TERMS)]
        for line in lines
    ]
    return table(header, rows)

"""What synthetic rows are worth, for the page: precision and coverage of each method in each data set.

Means and spreads are of the resamples that were compared with withheld rows, those of the drawn figure
(`oversample_bench.report.figures.fidelity_plots`); the page adds up the data sets that its filters leave.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from oversample_bench.analysis.results import Results
from oversample_bench.analysis.score_cells import PLACE
from oversample_bench.report.figures.fidelity_plots import SHARES
from oversample_bench.report.html.numbers import DIGITS


def fidelities(results: Results) -> list[list[Any]]:
    """Return the data sets and ratios in which some resample was compared with withheld rows.

    Returns
    -------
    list of [data set, ratio, marks]
        Names as places in the plan. A mark is the method, its number of measured resamples and the means of
        precision and coverage; of several resamples their standard deviations (ddof=1) too. Shares are in
        ten-thousandths.
    """
    good = results.resamples[results.resamples["status"] == "ok"].dropna(subset=list(SHARES.values()))
    columns = [*PLACE, "method"]
    at = {name: {own: place for place, own in enumerate(results.names(name))} for name in columns}
    grouped = good.groupby(columns, sort=False)[list(SHARES.values())]
    told = pd.concat([grouped.size(), grouped.mean(), grouped.std()], axis=1)
    found: dict[tuple[int, int], list[list[int]]] = {}
    for (dataset, ratio, method), (n, *shares) in zip(told.index, told.to_numpy().tolist(), strict=True):
        marks = found.setdefault((at["dataset"][dataset], at["ratio"][ratio]), [])
        kept = shares if n > 1 else shares[: len(SHARES)]
        marks.append([at["method"][method], int(n), *(round(share * 10**DIGITS) for share in kept)])
    return [[*place, marks] for place, marks in found.items()]

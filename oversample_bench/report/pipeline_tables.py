"""Classifiers and methods together, and how often each method beats each other one."""

from __future__ import annotations

from typing import Any

from oversample_bench.analysis import control, method_pairs
from oversample_bench.analysis.evidence import Evidence
from oversample_bench.analysis.paired_estimates import BETTER, WORSE
from oversample_bench.analysis.results import Results
from oversample_bench.core.errors import counted, listed
from oversample_bench.report.number_texts import gain, metric_name, p_value, score
from oversample_bench.report.table import Row, Table, number, titled, words


def pipelines(results: Results, told: Evidence) -> Table:
    """Return one line a classifier and method, the best first, with the gain over the best free pair."""
    pairs: list[Any] = list(told.pairs.itertuples())
    rows = []
    for row in pairs:
        note = "" if row.n == row.n_planned or row.reference else f"n = {row.n} of {row.n_planned}"
        clear = row.verdict in (BETTER, WORSE)
        against = (
            ["reference"] if row.reference else [f"clearly {row.verdict}" if clear else str(row.verdict)]
        )
        text = gain(row.estimate, row.low, row.high, results.digits)
        cells = [
            *words(row.classifier, f"{row.method}{' (free)' if row.free else ''}"),
            number(row.mean, score(row.mean, results.digits), note=note),
            number(row.estimate, text, best=row.verdict == BETTER),
            number(row.p_adjusted, p_value(row.p_adjusted)),
            *words(*against),
        ]
        rows.append(Row(cells, {"classifier": str(row.classifier), "method": str(row.method)}))
    name = metric_name(told.metric)
    titles = ["classifier", "method", f"mean {name}", "gain over the reference [95 %]", "p", "verdict"]
    title = f"Classifiers and methods together by {name}"
    return Table(f"pipelines_{told.metric}", title, titled(*titles, left=2), rows, (_note(results, told),))


def _note(results: Results, told: Evidence) -> str:
    free = control.free(results)
    kinds = f"the best of the free pairs ({listed(free, most=8)})" if free else "the best pair of the control"
    if len(free) == len(results.names("method")):
        kinds = f"the best pair of {control.control(results)}"
    n = counted(int(told.pairs["p"].notna().sum()), "comparison")
    return (
        f"The reference is {kinds}, by these scores: gains over it are cautious. Intervals as above; p is "
        f"adjusted by Holm for {n}."
    )


def wins(told: Evidence) -> Table:
    """Return how often the method on the left is better, equal and worse than the one above."""
    shown = method_pairs.matrix(told.counted)
    rows = [
        Row(words(name, *line), {"method": str(name)})
        for name, line in zip(shown.index, shown.to_numpy().tolist(), strict=True)
    ]
    note = (
        "In how many rows (data set, ratio and classifier) the method on the left is better / equal / "
        "worse than the one above, by the means; a row counts where both are whole. Rows of one data set "
        "are not independent: no p-value is made of them."
    )
    columns = titled("method", *map(str, shown.columns))
    title = f"Wins, ties and losses by {metric_name(told.metric)}"
    return Table(f"pairs_{told.metric}", title, columns, rows, (note,))

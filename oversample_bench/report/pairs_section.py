"""The section of a report that is made of `oversample_bench.analysis.method_pairs`."""

from __future__ import annotations

import pandas as pd

from oversample_bench.analysis.method_pairs import matrix
from oversample_bench.analysis.results import Results
from oversample_bench.analysis.score_cells import ROW
from oversample_bench.core.errors import counted
from oversample_bench.report.markdown import escaped, table


def section(results: Results, metric: str, told: pd.DataFrame) -> str:
    """Return the matrix of one metric as Markdown, from `frame`; empty where there is one method only."""
    if told.empty:
        return ""
    shown = matrix(told)
    rows = [[escaped(name), *line] for name, line in zip(shown.index, shown.to_numpy().tolist(), strict=True)]
    header = ["method", *map(escaped, shown.columns[:-1]), "*all*"]
    return "\n\n".join(
        [f"### Wins, ties and losses by {escaped(metric)}", rules(results, told), table(header, rows)]
    )


def rules(results: Results, told: pd.DataFrame) -> str:
    """Return in plain words what the counts are over."""
    return (
        "In how many rows the method on the left is better / equal / worse than the one above, by the means "
        "of the score tables. A row is a data set, ratio and classifier; it counts where both have all their "
        f"trials scored: {_over(told, len(results.plan[ROW].drop_duplicates()))}."
    )


def _over(told: pd.DataFrame, n_rows: int) -> str:
    fewest, most = int(told["n_rows"].min()), int(told["n_rows"].max())
    if fewest == n_rows:
        return "the one row" if n_rows == 1 else f"all {n_rows} rows"
    share = f"{fewest} to {most}" if fewest < most else str(fewest or "none")
    return f"{share} of {counted(n_rows, 'row')}"

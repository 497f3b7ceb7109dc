"""What closes a run in the terminal: the answer, and the table of the methods."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console, RenderableType
from rich.text import Text

from oversample_bench.analysis.evidence import evidence
from oversample_bench.analysis.results import Results
from oversample_bench.core.errors import UsageError, listed, nearest
from oversample_bench.report import answer_text, comparison_tables, score_tables
from oversample_bench.report.writers import terminal


def answer(results: Results, metric: str, console: Console) -> Iterator[RenderableType]:
    """Yield the table of the methods and the lines of the answer.

    Raises
    ------
    UsageError
        When the last run has no such metric.
    """
    if metric not in results.metrics:
        raise UsageError(
            f"The last run has no metric '{metric}'.{nearest(metric, results.metrics)} "
            f"It has: {listed(results.metrics)}."
        )
    told = evidence(results, metric)
    made = score_tables.by_data_set if told.compared.empty else comparison_tables.by_method
    yield terminal.fitting(made(results, told), console)
    first, *rest = answer_text.lines(results, told)
    yield Text(first, style="bold")
    yield from map(Text, rest)

"""The table that closes a run in the terminal: the same cells as in the report, in colour."""

from __future__ import annotations

from typing import Any

from rich.table import Table
from rich.text import Text

from oversample_bench.errors import UsageError, listed, nearest
from oversample_bench.report.cells import ROW, cells, flag_counts, legend, marks, spread, whole
from oversample_bench.report.results import Results


def table(results: Results, metric: str) -> Table:
    """Return the cells of one metric, one row a data set, ratio and classifier."""
    if metric not in results.metrics:
        raise UsageError(
            f"The last run has no metric '{metric}'.{nearest(metric, results.metrics)} "
            f"It has: {listed(results.metrics)}."
        )
    found = cells(results, metric)
    told = "\n".join(f"{mark} {text}" for mark, text in legend(flag_counts(results)))
    shown = Table(
        title=Text(f"{metric}, mean ± sd. {whole(found)}"),
        caption=Text(told) if told else None,
        caption_justify="left",
    )
    several = len(results.names("ratio")) > 1
    for name in ("data set", *(["ratio"] if several else []), "classifier"):
        shown.add_column(name)
    for method in results.names("method"):
        shown.add_column(Text(method), justify="right")
    _fill(shown, results, found, several=several)
    return shown


def _fill(shown: Table, results: Results, found: Any, *, several: bool) -> None:
    for (dataset, ratio, classifier), part in found.groupby(ROW, sort=False):
        by_method = {cell.method: _cell(cell, results.digits) for cell in part.itertuples()}
        names = [dataset, *([ratio] if several else []), classifier]
        texts = [by_method.get(method, Text("–")) for method in results.names("method")]
        shown.add_row(*map(Text, names), *texts)


def _cell(cell: Any, digits: int) -> Text:
    if cell.n == 0:
        return Text("–", style="red")
    text = Text(spread(cell.mean, cell.sd, digits), style="bold" if cell.best else "")
    share = "" if cell.n == cell.n_planned else f" {cell.n}/{cell.n_planned}"
    return Text.assemble(text, marks(cell.flags), (share, "yellow"))

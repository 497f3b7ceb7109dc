"""The table that closes a run in the terminal: the cells of the report, or ranks where those are too wide."""

from __future__ import annotations

from typing import Any

import pandas as pd
from rich.console import Console
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from oversample_bench.analysis import environments, mean_ranks
from oversample_bench.analysis.results import Results
from oversample_bench.analysis.score_cells import ROW, cells, legend, marks, spread, whole
from oversample_bench.core.errors import UsageError, counted, listed, nearest


def fitting(results: Results, metric: str, console: Console) -> Table:
    """Return the cells of one metric where ``console`` is wide enough for them, and else the ranks."""
    full = table(results, metric)
    unbroken = console.options.update(width=10_000)
    if Measurement.get(console, unbroken, full).maximum <= console.width:
        return full
    return ranking(results, metric)


def ranking(results: Results, metric: str) -> Table:
    """Return one row a method, the best first: mean rank, mean over the same rows, how whole it is."""
    found = cells(results, metric)
    ranked, title = _ranked(results, metric, found)
    shown = Table(title=Text(title), caption=_below(environments.caution(results)), caption_justify="left")
    shown.add_column("method")
    for name in ("mean rank", "mean", "trials"):
        shown.add_column(name, justify="right")
    shown.add_column("flags")
    for method, rank, mean in ranked.itertuples():
        own = found[found["method"] == method]
        flags = sorted({flag for text in own["flags"] for flag in text.split(", ") if flag})
        n, planned = int(own["n"].sum()), int(own["n_planned"].sum())
        share = Text(f"{n} of {planned}", style="" if n == planned else "yellow")
        numbers = (_number(rank, 2), _number(mean, results.digits))
        shown.add_row(Text(str(method)), *numbers, share, Text(", ".join(flags)))
    return shown


def _below(text: str) -> Text | None:
    return Text(text) if text else None


def _ranked(results: Results, metric: str, found: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """Return rank and mean of each method over the complete rows, or over all where there are none."""
    ranked = mean_ranks.frame(results, metric, found)
    ranked = ranked[ranked["classifier"] == mean_ranks.ALL].set_index("method")
    n = int(ranked["n_rows"].iloc[0])
    whole_cells = found["n"] == found["n_planned"]
    complete = whole_cells.groupby([found[name] for name in ROW]).transform("all")
    means = (found[complete] if n else found).groupby("method")["mean"].mean()
    n_imputed = int(ranked["n_rows_imputed"].iloc[0])
    last = f"{counted(n_imputed, 'row')}, methods that are not whole ranked last"
    over = counted(n, "complete row") if n else last
    both = pd.DataFrame({"rank": ranked["mean_rank" if n else "mean_rank_imputed"], "mean": means})
    both = both.reindex(results.names("method")).sort_values("rank", kind="stable", na_position="last")
    return both, f"{metric}: mean ranks over {over}; the cells are in the report"


def _number(value: Any, digits: int) -> str:
    return "–" if pd.isna(value) else f"{value:.{digits}f}"


def table(results: Results, metric: str) -> Table:
    """Return the cells of one metric, one row a data set, ratio and classifier."""
    if metric not in results.metrics:
        raise UsageError(
            f"The last run has no metric '{metric}'.{nearest(metric, results.metrics)} "
            f"It has: {listed(results.metrics)}."
        )
    found = cells(results, metric)
    told = "\n".join([*(f"{mark} {text}" for mark, text in legend(results)), environments.caution(results)])
    shown = Table(
        title=Text(f"{metric}, mean ± sd. {whole(found)}"),
        caption=_below(told.strip()),
        caption_justify="left",
    )
    several = len(results.names("ratio")) > 1
    for name in ("data set", *(["ratio"] if several else []), "classifier"):
        shown.add_column(name, no_wrap=True)
    for method in results.names("method"):
        shown.add_column(Text(method), justify="right", no_wrap=True)
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

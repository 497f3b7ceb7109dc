"""A table of a report in the terminal, with as many of its columns as there is room for."""

from __future__ import annotations

from rich.console import Console
from rich.measure import Measurement
from rich.table import Table as Shown
from rich.text import Text

from oversample_bench.report.table import Cell, Table

FEWEST = 2  # columns
WIDEST_TEXT = 40
"""Letters of a label; a longer one is cut, so that numbers find room."""


def fitting(made: Table, console: Console) -> Shown:
    """Return a table; where the console is too narrow, the last columns are left out and named."""
    n = len(made.columns)
    while n > FEWEST and _width(_shown(made, n), console) > console.width:
        n -= 1
    return _shown(made, n)


def _width(shown: Shown, console: Console) -> int:
    return Measurement.get(console, console.options.update(width=10_000), shown).maximum


def _shown(made: Table, n: int) -> Shown:
    absent = [column.title for column in made.columns[n:]]
    caption = f"No room for {', '.join(absent)}." if absent else None
    shown = Shown(title=Text(made.title), caption=Text(caption) if caption else None, caption_justify="left")
    for column in made.columns[:n]:
        shown.add_column(
            Text(column.title),
            justify="left" if column.is_text else "right",
            no_wrap=True,
            max_width=WIDEST_TEXT if column.is_text else None,
            overflow="ellipsis",
        )
    for row in made.rows:
        shown.add_row(*map(_cell, row.cells[:n]), style="italic" if row.is_total else None)
    return shown


def _cell(cell: Cell) -> Text:
    text = Text(cell.text, style="bold" if cell.best else "")
    return Text.assemble(
        text, f" {cell.marks}" if cell.marks else "", (f" {cell.note}" if cell.note else "", "yellow")
    )

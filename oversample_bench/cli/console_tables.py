"""Tables of the terminal; where the output is none, as wide as they need to be, so that no line breaks."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from oversample_bench.cli.console import echo

if TYPE_CHECKING:
    from rich.console import RenderableType

WIDEST = 10_000
"""Letters of a line, where nobody looks at it in a terminal."""


def print_table(
    head: Sequence[str], rows: Iterable[Sequence[Any]], title: str = "", right: Collection[str] = ()
) -> None:
    """Print rows under a head and a title; columns of numbers are flush right.

    Parameters
    ----------
    head : sequence of str
        The names of the columns.
    rows : iterable of sequences
        Their cells. Floats get six significant digits, None a dash.
    title : str, default=""
        A line above, after an empty one.
    right : collection of str, default=()
        Further columns to be flush right: such as have numbers as text, or not in every row.
    """
    from rich.table import Table
    from rich.text import Text

    body = [list(row) for row in rows]
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column, name in enumerate(head):
        numbers = bool(body) and all(isinstance(row[column], int | float) for row in body)
        numbers = numbers or name in right
        table.add_column(name, justify="right" if numbers else "left", overflow="fold")
    for row in body:
        table.add_row(*(Text(cell(value)) for value in row))
    if title:
        echo(f"\n{title}")
    _print(table)


def cell(value: Any) -> str:
    """Return a value as a table shows it."""
    if value is None:
        return "–"
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _print(table: RenderableType) -> None:
    from rich.console import Console

    console = Console(highlight=False)
    if console.is_terminal:
        console.print(table)
        return
    wide = Console(highlight=False, width=WIDEST)
    with wide.capture() as captured:
        wide.print(table)
    echo("\n".join(line.rstrip() for line in captured.get().splitlines()))

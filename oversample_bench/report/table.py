"""The one table that a report knows, and the blocks that stand beside it; writers turn them into documents.

Texts are plain: a writer escapes them for its format. A table is made once, from the frames of
`oversample_bench.analysis`, and no writer works anything out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import pandas as pd

NOTHING = "–"


@dataclass(frozen=True)
class Cell:
    """What stands in one place of a table.

    Parameters
    ----------
    text : str
        As people read it.
    value : float, optional
        The number behind the text, by which a column is sorted.
    best : bool, default=False
        Whether it is set in bold.
    marks : str, default=""
        Signs that the notes of the table explain.
    note : str, default=""
        What belongs to this cell alone, in small print, e.g. ``n = 27 of 30 (3 failed)``.
    """

    text: str
    value: float | None = None
    best: bool = False
    marks: str = ""
    note: str = ""


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Parameters
    ----------
    title : str
        What stands above it.
    is_text : bool, default=False
        Whether it is flushed left; numbers are flushed right.
    method : str, default=""
        The label of the method that the column is about, for filters.
    """

    title: str
    is_text: bool = False
    method: str = ""


@dataclass(frozen=True)
class Row:
    """A line of a table.

    Parameters
    ----------
    cells : sequence of Cell
        One a column.
    place : mapping of str to str, default={}
        Data set, ratio, classifier or method of the line, for filters.
    is_total : bool, default=False
        Whether it sums up the lines above it and stays below them.
    """

    cells: Sequence[Cell]
    place: Mapping[str, str] = field(default_factory=dict)
    is_total: bool = False


@dataclass(frozen=True, eq=False)
class Table:
    """A table, whatever it is written as.

    Parameters
    ----------
    name : str
        The stem of its files.
    title : str
        What it shows, in a line.
    columns : sequence of Column
        From left to right.
    rows : sequence of Row
        As wide as the columns.
    notes : tuple of str, default=()
        How it is to be read: sentences.
    """

    name: str
    title: str
    columns: Sequence[Column]
    rows: Sequence[Row]
    notes: tuple[str, ...] = ()

    def head(self, most: int) -> Table:
        """Return the first lines and all totals, saying how many there are where some are left out.

        A table with up to a quarter more stays whole: a few lines are no longer than what is said of them.
        """
        lines = [row for row in self.rows if not row.is_total]
        if len(lines) <= most * 1.25:
            return self
        rows = [*lines[:most], *(row for row in self.rows if row.is_total)]
        note = f"The first {most} of {len(lines)} lines; all are in report.html and in tables/."
        return replace(self, rows=rows, notes=(*self.notes, note))


@dataclass(frozen=True)
class Text:
    """A paragraph."""

    text: str


@dataclass(frozen=True)
class Bullets:
    """A list of lines, of which the first ``most`` are shown."""

    lines: Sequence[str]
    most: int = 30


@dataclass(frozen=True)
class Picture:
    """The place of a figure, by the stem of its files."""

    stem: str


@dataclass(frozen=True)
class Verbatim:
    """Text that is shown as it is, folded under a line."""

    summary: str
    text: str


@dataclass(frozen=True)
class Prose:
    """Markdown that an author wrote."""

    markdown: str


Block = Text | Bullets | Picture | Verbatim | Prose | Table


@dataclass(frozen=True, eq=False)
class ReportSection:
    """A part of a report.

    Parameters
    ----------
    title : str
        Its heading, a question where it answers one.
    blocks : sequence of Block
        From top to bottom; a section without any is left out.
    is_detail : bool, default=False
        Whether it is for those who look closer: folded on the page, absent from the Markdown, an appendix in
        LaTeX.
    """

    title: str
    blocks: Sequence[Block]
    is_detail: bool = False

    @property
    def tables(self) -> list[Table]:
        """The tables among the blocks."""
        return [block for block in self.blocks if isinstance(block, Table)]


def number(value: float | None, text: str, **more: object) -> Cell:
    """Return a cell that shows ``text`` for a value, and a dash where there is none."""
    if value is None or pd.isna(value):
        return Cell(NOTHING, None, **more)  # type: ignore[arg-type]
    return Cell(text, float(value), **more)  # type: ignore[arg-type]


def words(*texts: object) -> list[Cell]:
    """Return a cell for each text."""
    return [Cell(str(text)) for text in texts]


def titled(*titles: str, left: int = 1) -> list[Column]:
    """Return a column for each title, the first ``left`` of them text."""
    return [Column(title, is_text=at < left) for at, title in enumerate(titles)]

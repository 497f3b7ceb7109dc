"""HTML: the blocks of a report as elements whose text is escaped, whoever chose it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from markdown_it import MarkdownIt
from markupsafe import Markup

from oversample_bench.report.table import (
    Block,
    Bullets,
    Cell,
    Column,
    Picture,
    Prose,
    ReportSection,
    Row,
    Table,
    Text,
    Verbatim,
)

Pictures = Callable[[str], Markup]
PLAIN = re.compile(r"[+-]?\d+(\.\d+)?")
"""Texts that a script reads as the number that they are."""


def section(made: ReportSection, anchor: str, pictures: Pictures) -> Markup:
    """Return a section with its heading, folded where it is for those who look closer; "" of an empty one."""
    body = blocks(made.blocks, pictures)
    if not body:
        return Markup()
    if made.is_detail:
        return Markup('<details id="{}" class="part"><summary><h2>{}</h2></summary>{}</details>').format(
            anchor, made.title, body
        )
    return Markup('<section aria-labelledby="{0}"><h2 id="{0}">{1}</h2>{2}</section>').format(
        anchor, made.title, body
    )


def blocks(made: Iterable[Block], pictures: Pictures) -> Markup:
    """Return blocks one below the other."""
    return Markup("\n").join(filter(None, (_block(block, pictures) for block in made)))


def _block(block: Block, pictures: Pictures) -> Markup:
    match block:
        case Text(text):
            made = Markup("<p>{}</p>").format(_code(text))
        case Bullets(lines, most):
            rest = [f"and {len(lines) - most} more"] if len(lines) > most else []
            items = Markup("").join(Markup("<li>{}</li>").format(line) for line in [*lines[:most], *rest])
            made = Markup("<ul>{}</ul>").format(items)
        case Verbatim(summary, text):
            made = Markup("<details><summary>{}</summary><pre>{}</pre></details>").format(summary, text)
        case Prose(markdown):
            made = Markup(MarkdownIt("commonmark", {"html": False}).render(markdown))  # noqa: S704 - no raw HTML
        case Picture(stem):
            made = pictures(stem)
        case Table():
            made = table(block)
    return made


def _code(text: str) -> Markup:
    """Return a paragraph; what stands between backticks is code."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return Markup.escape(text)
    return Markup("").join(_piece(part, code=at % 2 == 1) for at, part in enumerate(parts))


def _piece(part: str, *, code: bool) -> Markup:
    return Markup("<code>{}</code>").format(part) if code else Markup.escape(part)


def table(made: Table) -> Markup:
    """Return a table in a box that scrolls, its notes below."""
    head = Markup("").join(_head(column) for column in made.columns)
    body = Markup("\n").join(_row(row, made.columns) for row in made.rows)
    hidden = Markup("") if any(column.title for column in made.columns) else Markup(" hidden")
    notes = Markup("").join(Markup('<p class="note">{}</p>').format(note) for note in made.notes)
    return Markup(
        '<h3>{0}</h3><div class="scroll" role="region" aria-label="Table: {0}" tabindex="0">'
        '<table class="sortable"><thead{1}><tr>{2}</tr></thead><tbody>{3}</tbody></table></div>{4}'
    ).format(made.title, hidden, head, body, notes)


def _head(column: Column) -> Markup:
    about = Markup(' data-method="{}"').format(column.method) if column.method else Markup("")
    return Markup('<th scope="col"{}{}>{}</th>').format(_kind(column), about, column.title)


def _kind(column: Column) -> Markup:
    return Markup("") if column.is_text else Markup(' class="n"')


def _row(row: Row, columns: Iterable[Column]) -> Markup:
    place = Markup("").join(Markup(' data-{}="{}"').format(name, value) for name, value in row.place.items())
    total = Markup(' class="total"') if row.is_total else Markup("")
    first, *rest = zip(row.cells, columns, strict=True)
    cells = Markup("").join(_cell(cell, column) for cell, column in rest)
    return Markup('<tr{}{}><th scope="row">{}</th>{}</tr>').format(place, total, _text(first[0]), cells)


def _cell(cell: Cell, column: Column) -> Markup:
    return Markup("<td{}{}>{}</td>").format(_kind(column), _value(cell), _text(cell))


def _value(cell: Cell) -> Markup:
    """Return what a column is sorted by, where it is not the text itself."""
    if cell.value is None or PLAIN.fullmatch(cell.text):
        return Markup("")
    return Markup(' data-value="{}"').format(f"{cell.value:.6g}")


def _text(cell: Cell) -> Markup:
    text = Markup("<b>{}</b>").format(cell.text) if cell.best else Markup.escape(cell.text)
    if cell.marks:
        text += Markup(' <span class="marks">{}</span>').format(cell.marks)
    if cell.note:
        text += Markup(" <small>{}</small>").format(cell.note)
    return text

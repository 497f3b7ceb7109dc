"""HTML: the blocks of a report as elements whose text is escaped, whoever chose it."""

from __future__ import annotations

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
    Row,
    Section,
    Table,
    Text,
    Verbatim,
)

Pictures = Callable[[str], Markup]


def section(made: Section, anchor: str, pictures: Pictures) -> Markup:
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
        case Text(text, warns):
            return Markup('<p class="caution"><b>Caution.</b> {}</p>' if warns else "<p>{}</p>").format(
                _code(text)
            )
        case Bullets(lines, most):
            rest = [f"and {len(lines) - most} more"] if len(lines) > most else []
            items = Markup("").join(Markup("<li>{}</li>").format(line) for line in [*lines[:most], *rest])
            return Markup("<ul>{}</ul>").format(items)
        case Verbatim(summary, text):
            return Markup("<details><summary>{}</summary><pre>{}</pre></details>").format(summary, text)
        case Prose(markdown):
            return Markup(MarkdownIt("commonmark", {"html": False}).render(markdown))  # noqa: S704 - no raw HTML
        case Picture(stem):
            return pictures(stem)
        case Table():
            return table(block)
    return Markup()


def _code(text: str) -> Markup:
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return Markup.escape(text)
    return Markup("").join(
        Markup("<code>{}</code>" if at % 2 else "{}").format(part) for at, part in enumerate(parts)
    )


def table(made: Table) -> Markup:
    """Return a table in a box that scrolls, its notes below."""
    head = Markup("").join(_head(column) for column in made.columns)
    body = Markup("\n").join(_row(row, made.columns) for row in made.rows)
    hidden = Markup("" if any(column.title for column in made.columns) else " hidden")
    notes = Markup("").join(Markup('<p class="note">{}</p>').format(note) for note in made.notes)
    return Markup(
        '<h3>{}</h3><div class="scroll" role="region" aria-label="Table: {}" tabindex="0"><table class="sortable">'
        "<thead{}><tr>{}</tr></thead><tbody>{}</tbody></table></div>{}"
    ).format(made.title, made.title, hidden, head, body, notes)


def _head(column: Column) -> Markup:
    kind = "" if column.is_text else ' class="number"'
    own = Markup(' data-method="{}"').format(column.method) if column.method else ""
    return Markup('<th scope="col"{}{}>{}</th>').format(Markup(kind), own, column.title)


def _row(row: Row, columns: Iterable[Column]) -> Markup:
    place = Markup("").join(Markup(' data-{}="{}"').format(name, value) for name, value in row.place.items())
    total = Markup(' class="total"') if row.is_total else Markup("")
    cells = Markup("").join(
        _cell(cell, column, first=at == 0)
        for at, (cell, column) in enumerate(zip(row.cells, columns, strict=True))
    )
    return Markup("<tr{}{}>{}</tr>").format(place, total, cells)


def _cell(cell: Cell, column: Column, *, first: bool) -> Markup:
    text = Markup("<b>{}</b>" if cell.best else "{}").format(cell.text)
    if cell.marks:
        text += Markup(' <span class="marks">{}</span>').format(cell.marks)
    if cell.note:
        text += Markup(" <small>{}</small>").format(cell.note)
    if first:
        return Markup('<th scope="row">{}</th>').format(text)
    kind = Markup("" if column.is_text else ' class="number"')
    value = Markup("" if cell.value is None else f' data-value="{cell.value!r}"')
    own = Markup(' data-method="{}"').format(column.method) if column.method else ""
    return Markup("<td{}{}{}>{}</td>").format(kind, value, own, text)

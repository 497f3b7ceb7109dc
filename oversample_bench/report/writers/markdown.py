"""Markdown that reads well raw and rendered, and that no name can break."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from rich.cells import cell_len

from oversample_bench.report.table import (
    Block,
    Bullets,
    Cell,
    Picture,
    Prose,
    ReportSection,
    Table,
    Text,
    Verbatim,
)

UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\s]+")
SPECIAL = re.compile(r"[\\`*|~$]")
LINK = re.compile(r"\]\s*[\[(:]")
LOOSE_UNDERSCORE = re.compile(r"(?<![^\W_])_+|_+(?![^\W_])")
LEADING = re.compile(r"^(?P<digits>\d*)(?P<mark>(?<=\d)[.)](?=\s|$)|(?<!\d)[#+-])")


def escaped(text: Any) -> str:
    """Return ``text`` as one line of Markdown that shows it as it is.

    Underscores between letters are left alone: Markdown reads no emphasis there, and people read
    ``borderline_smote`` more easily without backslashes.
    """
    # neither a heading nor a list
    return LEADING.sub(r"\g<digits>\\\g<mark>", within_a_line(text))


def within_a_line(text: Any) -> str:
    """Return ``text`` as Markdown that shows it as it is behind other text, as in a cell."""
    line = UNPRINTABLE.sub(" ", str(text)).strip()
    line = SPECIAL.sub(lambda match: "\\" + match.group(), line)
    if LINK.search(line):  # brackets of an interval are none
        line = line.replace("[", "\\[").replace("]", "\\]")
    line = LOOSE_UNDERSCORE.sub(lambda match: "\\_" * len(match.group()), line)
    return html.escape(line, quote=False)


def sections(made: Iterable[ReportSection], pictures: Callable[[str], tuple[str, str] | None]) -> str:
    """Return sections under headings of the second level, less those that are empty.

    Parameters
    ----------
    made : iterable of ReportSection
        In their order.
    pictures : callable
        Returns title and caption of the figure of a stem, or None where there is none.
    """
    parts = []
    for section in made:
        told = [text for block in section.blocks if (text := _block(block, pictures))]
        parts += [f"## {escaped(section.title)}", *told] if told else []
    return "\n\n".join(parts)


def _block(block: Block, pictures: Callable[[str], tuple[str, str] | None]) -> str:
    match block:
        case Text(text):
            made = _inline(text)
        case Bullets(lines, most):
            made = bullets([escaped(line) for line in lines], most)
        case Verbatim(summary, text):
            made = folded(summary, text)
        case Prose(markdown):
            made = markdown.strip()
        case Picture(stem):
            told = pictures(stem)
            made = f"![{escaped(told[0])}](figures/{stem}.png)\n\n*{escaped(told[1])}*" if told else ""
        case Table():
            made = written(block)
    return made


def _inline(text: str) -> str:
    """Return a paragraph; what stands between backticks stays code."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return escaped(text)
    return "".join(f"`{part}`" if at % 2 else _kept(part) for at, part in enumerate(parts))


def _kept(part: str) -> str:
    """Escape a piece of a line without losing the blanks at its ends."""
    inner = escaped(part)
    return f"{' ' * part.startswith(' ')}{inner}{' ' * (part.endswith(' ') and bool(inner))}"


def written(made: Table) -> str:
    """Return a table with its title and notes."""
    left = sum(column.is_text for column in made.columns)
    rows = [[_cell(cell, is_total=row.is_total) for cell in row.cells] for row in made.rows]
    parts = [f"**{escaped(made.title)}**", table([escaped(one.title) for one in made.columns], rows, left)]
    return "\n\n".join([*parts, *(escaped(note) for note in made.notes)])


def _cell(cell: Cell, *, is_total: bool) -> str:
    text = cell.text if cell.value is not None else within_a_line(cell.text)
    text = f"**{text}**" if cell.best else text
    text = f"*{text}*" if is_total and text else text
    note = f" ({escaped(cell.note)})" if cell.note else ""
    return f"{text}{f' {cell.marks}' if cell.marks else ''}{note}"


def table(header: Sequence[str], rows: Iterable[Sequence[str]], left: int = 1) -> str:
    """Return a pipe table with aligned columns.

    Parameters
    ----------
    header : sequence of str
        Markdown, as are the rows.
    rows : iterable of sequence of str
        As wide as the header.
    left : int, default=1
        How many of the first columns are text and flushed left; the rest is flushed right.
    """
    lines = [list(header), *map(list, rows)]
    widths = [max(3, *map(cell_len, column)) for column in zip(*lines, strict=True)]
    rule = [("-" * width if i < left else "-" * (width - 1) + ":") for i, width in enumerate(widths)]
    lines.insert(1, rule)
    return "\n".join(_line(line, widths, left) for line in lines)


def _line(cells: Sequence[str], widths: Sequence[int], left: int) -> str:
    pads = [" " * (width - cell_len(cell)) for cell, width in zip(cells, widths, strict=True)]
    padded = [
        (cell + pad if i < left else pad + cell)
        for i, (cell, pad) in enumerate(zip(cells, pads, strict=True))
    ]
    return f"| {' | '.join(padded)} |"


def folded(summary: str, text: str) -> str:
    """Return ``text`` verbatim under a line that opens it."""
    longest = max(map(len, re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    line = html.escape(UNPRINTABLE.sub(" ", summary).strip(), quote=False)
    return f"<details><summary>{line}</summary>\n\n{fence}text\n{text}\n{fence}\n\n</details>"


def bullets(lines: Sequence[str], most: int = 30, rest: str = "more") -> str:
    """Return a list, cut after ``most`` with a count of the rest."""
    shown = [f"- {line}" for line in lines[:most]]
    if len(lines) > most:
        shown.append(f"- and {len(lines) - most} {rest}")
    return "\n".join(shown)

"""Markdown that reads well raw and rendered, and that no name can break.

Knows nothing of trials: text in, text out.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence
from typing import Any

from rich.cells import cell_len

UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\s]+")
SPECIAL = re.compile(r"[\\`*\[\]|~$]")
LOOSE_UNDERSCORE = re.compile(r"(?<![^\W_])_+|_+(?![^\W_])")
LEADING = re.compile(r"^(?P<digits>\d*)(?P<mark>(?<=\d)[.)](?=\s|$)|(?<!\d)[#+-])")


def escaped(text: Any) -> str:
    """Return ``text`` as one line of Markdown that shows it as it is.

    Underscores between letters are left alone: Markdown reads no emphasis there, and people read
    ``borderline_smote`` more easily without backslashes.
    """
    line = UNPRINTABLE.sub(" ", str(text)).strip()
    line = SPECIAL.sub(lambda match: "\\" + match.group(), line)
    line = LOOSE_UNDERSCORE.sub(lambda match: "\\_" * len(match.group()), line)
    line = LEADING.sub(r"\g<digits>\\\g<mark>", line)  # neither a heading nor a list
    return html.escape(line, quote=False)


def cut(text: str, most: int = 300) -> str:
    """Return ``text``, shortened to ``most`` characters with an ellipsis."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


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

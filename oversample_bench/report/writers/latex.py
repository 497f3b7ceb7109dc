"""LaTeX: tables with rules of booktabs, to be put into a paper as they are.

``summary.tex`` is the one table of a paper; ``appendix.tex`` holds the others, long ones cut into floats that
fit on a page; ``tables.tex`` is a document that takes both in, so that ``pdflatex tables.tex`` shows what
there is. What pdflatex cannot print is written as its code point; no name breaks a file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from oversample_bench.report.number_texts import printed_name
from oversample_bench.report.table import Cell, Row, Table
from oversample_bench.report.writers.markdown import UNPRINTABLE

ROWS = 35  # of one float: more do not fit on a page
FLOATS = 10  # in a row: LaTeX holds back so many, and not many more, while they find no place
HEAD = r"% Made by `bench report`; takes \usepackage{booktabs} and \usepackage{graphicx}."
DOCUMENT = r"""\documentclass{article}
\usepackage[T1]{fontenc}
\usepackage[utf8]{inputenc}
\usepackage{textcomp}
\usepackage{booktabs}
\usepackage{graphicx}
\usepackage[margin=2cm]{geometry}
\begin{document}
\input{summary.tex}
\clearpage
\input{appendix.tex}
\end{document}
"""
FLOAT = r"""\begin{table}
\centering
\caption{%s}
\label{tab:%s}
\small
\resizebox{\ifdim\width>\linewidth\linewidth\else\width\fi}{!}{%%
\begin{tabular}{@{}%s@{}}
\toprule
%s \\
\midrule
%s
\bottomrule
\end{tabular}}
%s\end{table}
"""
NOTES = r"""\par\smallskip
\begin{minipage}{\linewidth}\footnotesize
%s
\end{minipage}
"""
ESCAPED = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "%": r"\%",
    "_": r"\_", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "<": r"\textless{}",
    ">": r"\textgreater{}", "|": r"\textbar{}", '"': r"{\char34}", "`": r"{\char96}",
    "[": "{[}", "]": "{]}", "*": "{*}",  # a row that began with one of these would be an argument of \\
    "±": r"$\pm$", "≤": r"$\leq$", "≥": r"$\geq$", "−": "$-$", "χ": r"$\chi$", "²": "$^2$",
    "↓": r"$\downarrow$", "↑": r"$\uparrow$", "–": "--", "—": "---", "…": r"\dots{}",
    "“": "``", "”": "''", "‘": "`",
    "’": "'", "†": r"\dag{}", "¹": "$^1$", "ⁿ": r"\textsuperscript{n}", "ˢ": r"\textsuperscript{s}",
    "ᶜ": r"\textsuperscript{c}", "ᵈ": r"\textsuperscript{d}", "ᶠ": r"\textsuperscript{f}",
    "ᵐ": r"\textsuperscript{m}", "ⁱ": r"\textsuperscript{i}", "ʳ": r"\textsuperscript{r}",
}  # fmt: skip
DASHES = re.compile(r"-(?=-)")
MINUS = re.compile(r"(?<![\w-])-(?=\d)")
PRINTED = re.compile(r"[\x20-\x7e\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u00ff]")  # ASCII, and letters of Latin-1


def documents(summary: Table, appendix: Iterable[Table]) -> dict[str, str]:
    """Return the files, by their stems."""
    return {
        "summary": "\n".join([HEAD, *_floats(summary, printed=True)]),
        "appendix": "\n".join([HEAD, *_appendix(appendix)]),
        "tables": DOCUMENT,
    }


def _appendix(tables: Iterable[Table]) -> Iterator[str]:
    for at, one in enumerate((part for table in tables for part in _floats(table)), 1):
        yield one
        if at % FLOATS == 0:
            yield "\\clearpage\n"


def tex(text: Any) -> str:
    """Return one line of LaTeX that prints ``text`` as it is; what pdflatex lacks becomes ``[U+4E2D]``."""
    line = UNPRINTABLE.sub(" ", str(text)).strip()
    return "".join(map(_letter, DASHES.sub("-\x00", line)))


def _letter(letter: str) -> str:
    if letter == "\x00":
        return "{}"  # keeps two hyphens from becoming a dash
    if letter in ESCAPED:
        return ESCAPED[letter]
    return letter if PRINTED.match(letter) else f"{{[}}U+{ord(letter):04X}{{]}}"


def _floats(table: Table, *, printed: bool = False) -> Iterator[str]:
    """Yield a table as floats that fit on a page each."""
    pieces = [table.rows[start : start + ROWS] for start in range(0, len(table.rows), ROWS)] or [table.rows]
    for at, rows in enumerate(pieces, 1):
        part = f" Part {at} of {len(pieces)}." if len(pieces) > 1 else ""
        yield _float(table, rows, part, f"{_ascii(table.name)}{f'-{at}' if part else ''}", printed=printed)


def _ascii(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9-]+", "-", name).strip("-") or "table"


def _float(table: Table, rows: Sequence[Row], part: str, label: str, *, printed: bool) -> str:
    kinds = "".join("l" if column.is_text else "r" for column in table.columns)
    named = printed_name if printed else str
    titles = [tex(named(column.title) if column.method else column.title) for column in table.columns]
    header = " & ".join(titles)
    notes = NOTES % "\\par\n".join(map(tex, table.notes)) if table.notes else ""
    return FLOAT % (tex(f"{table.title}.{part}"), label, kinds, header, "\n".join(_lines(rows)), notes)


def _lines(rows: Sequence[Row]) -> Iterator[str]:
    ruled = False
    for row in rows:
        if row.is_total and not ruled:
            yield r"\midrule"
            ruled = True
        yield " & ".join(map(_cell, row.cells)) + r" \\"


def _cell(cell: Cell) -> str:
    text = tex(MINUS.sub("−", cell.text))
    text = rf"\textbf{{{text}}}" if cell.best else text
    marks = rf"\,{tex(cell.marks)}" if cell.marks else ""
    note = rf" {{\scriptsize {tex(cell.note)}}}" if cell.note else ""
    return f"{text}{marks}{note}"

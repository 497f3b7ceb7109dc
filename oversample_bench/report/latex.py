"""The tables of a report as LaTeX, to be put into a paper as they are.

Each file holds floats with rules of booktabs, which graphicx shrinks where they are wider than the line; long
tables are cut into several floats. One file more, ``tables``, is a document that takes all of them in, so
that ``pdflatex tables.tex`` shows what there is. What pdflatex cannot print is written as its code point; no
name breaks a file. Computes nothing that the other tables do not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import pandas as pd

from oversample_bench.analysis import mean_ranks, method_pairs
from oversample_bench.analysis.evidence import Evidence
from oversample_bench.analysis.results import Results
from oversample_bench.analysis.score_cells import NEAR, legend, marks, whole
from oversample_bench.report import findings, pairs_section, score_tables
from oversample_bench.report.markdown import UNPRINTABLE

if TYPE_CHECKING:
    from jinja2 import Template

ROWS = 35  # of one float: more do not fit on a page
FLOATS = 10  # in a row: LaTeX holds back so many, and not many more, while they find no place
DOCUMENT = "tables"
PREAMBLE = r"""\documentclass{article}
\usepackage[T1]{fontenc}
\usepackage[utf8]{inputenc}
\usepackage{textcomp}
\usepackage{booktabs}
\usepackage{graphicx}
\usepackage[margin=2cm]{geometry}
\begin{document}
"""
FLOATS_OF = r"""% Made by `bench report`; takes \usepackage{booktabs} and \usepackage{graphicx}.
<% for float in floats %>
\begin{table}
\centering
\caption{<< float.caption >>}
\label{tab:<< label >>-<< loop.index >>}
\small
\resizebox{\ifdim\width>\linewidth\linewidth\else\width\fi}{!}{%
\begin{tabular}{@{}<< "l" * float.left >><< "r" * (float.header | length - float.left) >>@{}}
\toprule
<< float.header | join(" & ") >> \\
\midrule
<% for row in float.rows %>
<< row | join(" & ") >> \\
<% endfor %>
\bottomrule
\end{tabular}}
<% if float.notes %>
\par\smallskip
\begin{minipage}{\linewidth}\footnotesize
<< float.notes | join("\\par\n") >>
\end{minipage}
<% endif %>
\end{table}
<% if loop.index % most == 0 and not loop.last %>
\clearpage
<% endif %>
<% endfor %>
"""
ESCAPED = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "%": r"\%",
    "_": r"\_", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "<": r"\textless{}",
    ">": r"\textgreater{}", "|": r"\textbar{}", '"': r"{\char34}", "`": r"{\char96}",
    "[": "{[}", "]": "{]}", "*": "{*}",  # a row that began with one of these would be an argument of \\
    "±": r"$\pm$", "≈": r"$\approx$", "≤": r"$\leq$", "≥": r"$\geq$", "−": "$-$", "χ": r"$\chi$", "²": "$^2$",
    "–": "--", "—": "---", "…": r"\dots{}", "“": "``", "”": "''", "‘": "`", "’": "'", "†": r"\dag{}",
    "‡": r"\ddag{}", "ⁿ": r"\textsuperscript{n}", "ˢ": r"\textsuperscript{s}",
    "ᶜ": r"\textsuperscript{c}", "ᵈ": r"\textsuperscript{d}", "ᶠ": r"\textsuperscript{f}",
    "ᵐ": r"\textsuperscript{m}", "ⁱ": r"\textsuperscript{i}", "ʳ": r"\textsuperscript{r}",
}  # fmt: skip
DASHES = re.compile(r"-(?=-)")
PRINTED = re.compile(r"[\x20-\x7e\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u00ff]")  # ASCII, and letters of Latin-1


@dataclass(frozen=True)
class Float:
    """One table; all its texts are LaTeX.

    Parameters
    ----------
    caption : str
        What stands above it.
    header : sequence of str
        One a column.
    rows : sequence of sequence of str
        As wide as the header.
    notes : tuple of str
        What stands below.
    left : int, default 1
        How many of the first columns are flushed left.
    """

    caption: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    notes: tuple[str, ...] = ()
    left: int = 1

    def parts(self) -> list[Float]:
        """Return floats that fit on a page each."""
        pieces = [self.rows[start : start + ROWS] for start in range(0, len(self.rows), ROWS)]
        if len(pieces) < 2:
            return [self]
        return [
            replace(self, caption=f"{self.caption} Part {at} of {len(pieces)}.", rows=piece)
            for at, piece in enumerate(pieces, 1)
        ]


def documents(results: Results, told: Mapping[str, Evidence], files: Mapping[str, str]) -> dict[str, str]:
    """Return the LaTeX files of a report.

    Parameters
    ----------
    results : Results
        For labels, flags and options.
    told : mapping of str to Evidence
        What is worked out of each metric.
    files : mapping of str to str
        A name for each metric that a file can have; no two are the same.

    Returns
    -------
    dict of str to str
        The text by the stem of its file: ``scores_mcc``, ``ranks_mcc``, ``pairs_mcc``, ``comparisons_mcc``
        and so on, as far as there is anything to tell, and ``tables``.
    """
    made: dict[str, str] = {}
    for metric, file in files.items():
        made |= _files_of(results, metric, file, told[metric])
    inputs = "".join(f"\\input{{{name}.tex}}\n\\clearpage\n" for name in made)
    return made | {DOCUMENT: f"{PREAMBLE}{inputs}\\end{{document}}\n"}


def _files_of(results: Results, metric: str, file: str, own: Evidence) -> dict[str, str]:
    kinds = {"scores": list(_scores(results, metric, own.found))}
    if len(results.names("method")) > 1:
        kinds["ranks"] = [_ranks(results, metric, own.ranked)]
        kinds["pairs"] = [_pairs(results, metric, own.counted)]
        if len(results.names("dataset")) > 1:
            kinds["comparisons"] = list(_comparisons(results, metric, own.compared))
    label = file if file.isascii() else f"metric-{list(results.metrics).index(metric) + 1}"
    return {f"{kind}_{file}": _written(f"{kind}-{label}", floats) for kind, floats in kinds.items() if floats}


def _written(label: str, floats: Sequence[Float]) -> str:
    parts = [part for one in floats for part in one.parts()]
    return _template().render(floats=parts, label=label, most=FLOATS)


@lru_cache(maxsize=1)
def _template() -> Template:
    from jinja2 import Environment, StrictUndefined

    environment = Environment(  # noqa: S701 - HTML's escapes are wrong here; every text has gone through `tex`
        block_start_string="<%",
        block_end_string="%>",
        variable_start_string="<<",
        variable_end_string=">>",
        comment_start_string="<#",
        comment_end_string="#>",
        trim_blocks=True,
        keep_trailing_newline=True,
        undefined=StrictUndefined,
    )
    return environment.from_string(FLOATS_OF)


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


def _scores(results: Results, metric: str, found: pd.DataFrame) -> Iterator[Float]:
    ratios = results.names("ratio")
    for ratio in ratios:
        own = found[found["ratio"] == ratio]
        methods = [name for name in results.names("method") if name in set(own["method"])]
        wide = score_tables.grid(own, [_cell(cell, results) for cell in own.itertuples()], methods)
        rows = [[tex(dataset), tex(classifier), *line] for (dataset, _, classifier), line in wide.items()]
        at = f" at ratio {ratio}" if len(ratios) > 1 else ""
        flags = [f"{mark} {text}" for mark, text in legend(results, ratio)]
        yield Float(
            caption=tex(f"{metric}{at}. {whole(own)}"),
            header=[*score_tables.NAMES, *map(tex, methods)],
            rows=rows,
            notes=tuple(map(tex, [*_rules(results, metric, found), *flags])),
            left=2,
        )


def _rules(results: Results, metric: str, found: pd.DataFrame) -> list[str]:
    share = ["A fraction says how many trials of those planned have a score."]
    lost = bool((found["n"] < found["n_planned"]).any())
    return [score_tables.rules(results, metric, found), *(share if lost else [])]


def _cell(cell: Any, results: Results) -> str:
    share = "" if cell.n == cell.n_planned else rf" {{\scriptsize {cell.n}/{cell.n_planned}}}"
    if cell.n == 0:
        return f"--{share}"
    number = _number(cell, results)
    mark = (NEAR if cell.near else "") + marks(cell.flags)
    return (
        (rf"$\mathbf{{{number}}}$" if cell.best else f"${number}$")
        + (rf"\,{tex(mark)}" if mark else "")
        + share
    )


def _number(cell: Any, results: Results) -> str:
    digits = results.digits
    mean = f"{cell.mean:z.{digits}f}"
    if score_tables.with_intervals(results):
        return mean if pd.isna(cell.low) else rf"{mean}\;[{cell.low:z.{digits}f}, {cell.high:z.{digits}f}]"
    return mean if pd.isna(cell.sd) else rf"{mean} \pm {cell.sd:.{digits}f}"


def _ranks(results: Results, metric: str, ranked: pd.DataFrame) -> Float:
    header, columns = ["method"], []
    for classifier, part in ranked.groupby("classifier", sort=False):
        name = "all" if classifier == mean_ranks.ALL else str(classifier)
        header.append(tex(f"{name} ({part['n_rows'].iloc[0]})"))
        columns.append([tex("–" if pd.isna(rank) else f"{rank:.2f}") for rank in part["mean_rank"]])
    rows = [list(row) for row in zip(map(tex, results.names("method")), *columns, strict=True)]
    note = (
        "1 is best; ties share their average. In brackets: the rows (data set, ratio and classifier) in "
        "which every method has all its trials scored."
    )
    return Float(tex(f"Mean ranks by {metric}."), header, rows, (tex(note),))


def _pairs(results: Results, metric: str, told: pd.DataFrame) -> Float:
    shown = method_pairs.matrix(told)
    rows = [[tex(name), *line] for name, line in zip(shown.index, shown.map(tex).to_numpy(), strict=True)]
    header = ["method", *map(tex, shown.columns)]
    return Float(
        tex(f"Wins, ties and losses by {metric}."), header, rows, (tex(pairs_section.rules(results, told)),)
    )


def _comparisons(results: Results, metric: str, compared: pd.DataFrame) -> Iterator[Float]:
    below = [findings.rules(results), findings.caution(results, compared)]
    for part in findings.comparisons_of(compared):
        if not part[0].n_sets_imputed:
            continue
        header, rows = findings.grid(results, part)
        notes = [findings.sentence(part), *filter(None, below)]
        below = []  # said once, under the first
        who = part[0].classifier
        name = "the mean of all classifiers" if who == mean_ranks.ALL else who
        yield Float(
            tex(f"Comparison over data sets by {metric}, {name}."),
            [tex(cell) for cell in header],
            [[tex(row[0]), *(tex(number.replace("-", "−")) for number in row[1:])] for row in rows],
            tuple(map(tex, notes)),
        )

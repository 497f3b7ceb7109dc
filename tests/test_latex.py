"""The LaTeX tables, read as TeX reads them: groups, environments, columns, and nothing that it cannot print.

Where pdflatex is installed the document of all tables is compiled as well.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from oversample_bench.analysis import results as reading
from oversample_bench.analysis.results import Results
from oversample_bench.report.cell_notes import MARKS
from oversample_bench.report.contents import contents
from oversample_bench.report.writers import latex
from tests.stores import FAILED, WAITS, Cell, store, stored

NASTY = [
    "50 % & more", "a_b#c$d", "{x}~^\\y", '<script>"q"</script>', "[opt]*", "--- ?` '' ``", "x\ny\tz",
    "中文 Ж é", "\\end{tabular}", "a|b", "%", "*", "[", "ﬁ", "-",
]  # fmt: skip
BARE = set("#$%~_^")
TOKEN = re.compile(r"\\[A-Za-z]+|\\.|.", re.DOTALL)


def texts(results: Results) -> dict[str, str]:
    """Return all files of a report, by their stems."""
    made = contents(results)
    return latex.documents(made.summary, made.tables)


def scores(results: Results) -> list[str]:
    """Return the lines of the table of every score."""
    text = texts(results)["appendix"]
    part = text[text.index("of every data set, ratio and classifier") :]
    return part[: part.index("\\end{table}")].splitlines()


def problems(text: str) -> list[str]:
    """Return what TeX would stumble over; comments and the arguments of commands for files are left out."""
    body = "\n".join(line for line in text.splitlines() if not line.startswith("% "))
    body = re.sub(r"\\(input|label)\{.*?\}", "", body.replace("{!}{%\n", "{!}{\n"))
    return [*unmatched(body), *environments(body), *stray(body)]


def unmatched(body: str) -> list[str]:
    """Return groups and formulas that do not end, or end before they begin."""
    found, groups, math = [], 0, False
    for token in TOKEN.findall(body):
        groups += {"{": 1, "}": -1}.get(token, 0)
        math ^= token == "$"
        if groups < 0 or (math and token == "\n"):
            found.append(token)
    return found + (["a group"] if groups else []) + (["a formula"] if math else [])


def environments(body: str) -> list[str]:
    """Return environments that do not match, and column marks outside of a table."""
    found, stack = [], []
    for what, name in re.findall(r"(?<!\\)(?:\\(begin|end)\{(\w+)\}|&)", body):
        if what == "begin":
            stack.append(name)
        elif what == "end" and stack[-1:] == [name]:
            stack.pop()
        elif what == "end" or stack[-1:] != ["tabular"]:
            found.append(name or "&")
    return found + stack


def stray(body: str) -> list[str]:
    """Return special characters that are not escaped, and letters that pdflatex cannot print."""
    prose = re.sub(r"\$[^$]*\$", "", body)
    bare = [token for token in TOKEN.findall(prose) if token in BARE]
    return bare + [letter for letter in body if letter != "\n" and not latex.PRINTED.match(letter)]


def rows(text: str) -> list[tuple[int, list[int]]]:
    """Return, for each tabular, how many columns it declares and how many each of its lines has."""
    found = []
    for part in text.split("\\begin{tabular}{@{}")[1:]:
        columns, _, rest = part.partition("@{}}")
        lines = [line for line in rest.partition("\\end{tabular}")[0].splitlines() if line.endswith(" \\\\")]
        found.append((len(columns), [len(re.findall(r"(?<!\\)&", line)) + 1 for line in lines]))
    return found


def named(folder: Path, names: list[str], **options: object) -> Results:
    """Return a store in which sets, methods and classifiers are called by these names."""
    trials = [
        Cell([0.1 * i + 0.01 * j, 0.3, FAILED if j == 2 else 0.4], method, dataset, classifier=names[0])
        for i, dataset in enumerate(names)
        for j, method in enumerate(names)
    ]
    return stored(folder, trials, **options)


@given(st.text())
@example("-\x00-")
@example("a--b")
def test_any_text_is_safe(text: str) -> None:
    """Whatever a name holds: groups and math match, no special character stands bare, all is one line."""
    told = latex.tex(text)

    assert problems(told) == []
    assert "\n" not in told
    assert "--" not in latex.tex(re.sub("[–—]", "", text))


@given(st.text(alphabet=st.characters(min_codepoint=33, max_codepoint=126)))
def test_what_is_printed_is_the_text(text: str) -> None:
    """Undoing the escapes gives the text back: nothing is lost and nothing runs into a ligature."""
    undone = latex.tex(text)
    for letter, told in sorted(latex.ESCAPED.items(), key=lambda pair: -len(pair[1])):
        if letter.isascii():
            undone = undone.replace(told, f"\ue000{ord(letter):03}")
    undone = undone.replace("-{}", "-")

    assert re.sub("\ue000(\\d{3})", lambda match: chr(int(match[1])), undone) == text


@pytest.mark.parametrize("spread", ["sd", "interval"])
def test_no_name_breaks_a_file(tmp_path: Path, spread: str) -> None:
    """Every file matches its groups and environments, and each line is as wide as its table declares."""
    told = texts(named(tmp_path, NASTY, spread=spread))

    assert set(told) == {"summary", "appendix", "tables"}
    for name, text in told.items():
        assert problems(text) == [], name
        assert all(set(lines) == {columns} for columns, lines in rows(text)), name
    assert rows(told["summary"])[0][0] == 1 + len(NASTY)


def test_no_line_begins_with_what_the_line_before_takes_as_an_argument(tmp_path: Path) -> None:
    r"""After ``\\`` TeX looks for a star or a bracket, over the end of the line: none stands bare."""
    told = texts(named(tmp_path, ["[a]", "*b", "c"]))

    for text in told.values():
        assert re.search(r"\\\\\s*[*\[]", text) is None


def test_a_cell_says_what_the_report_says(tmp_path: Path) -> None:
    """The best is bold, flags are marked, and what is missing stands beside the number."""
    trials = [
        Cell([0.8, 0.9, 1.0], "best"), Cell([0.8, 0.7, 0.9], "near", flags="copies"),
        Cell([-0.1, -0.2, -0.3], "far"), Cell([0.9, FAILED, 0.9], "lost"), Cell([WAITS] * 3, "later"),
    ]  # fmt: skip

    lines = scores(stored(tmp_path, trials))

    line = next(line for line in lines if line.startswith("ecoli1"))
    assert line.split(" & ")[2:] == [
        r"\textbf{0.900 $\pm$ 0.100}",
        r"0.800 $\pm$ 0.100\,\textsuperscript{c}",
        r"$-$0.200 $\pm$ 0.100",
        r"0.900 $\pm$ 0.000 {\scriptsize n = 2 of 3 (1 failed)}",
        r"-- {\scriptsize not yet run} \\",
    ]
    assert any(r"\textsuperscript{c} copies: some new rows equal a real one" in one for one in lines)


def test_every_mark_can_be_printed(tmp_path: Path) -> None:
    """Each flag has a mark that LaTeX knows, in the cell and in the note below."""
    results = stored(tmp_path, [Cell([0.5], flags=", ".join(MARKS))])
    text = texts(results)["appendix"]
    raised = "".join(rf"\textsuperscript{{{letter}}}" for letter in "nscdmfir")

    assert rf"0.500\,{raised}" in text
    assert problems(text) == []
    assert "U+" not in text


def test_an_interval_takes_the_place_of_the_deviation(tmp_path: Path) -> None:
    """`report: {spread: interval}` holds in LaTeX too."""
    lines = scores(stored(tmp_path, [Cell([0.4, 0.5, 0.6])], spread="interval"))

    assert any("0.500 {[}0.171, 0.829{]}" in line for line in lines)


def test_the_summary_is_the_one_table_of_a_paper(tmp_path: Path) -> None:
    """A line a data set, below a rule means and mean ranks, methods as papers print them, the best bold."""
    trials = [
        Cell([score], method, name)
        for name, own in {"ecoli1": (0.5, 0.75), "yeast4": (0.25, 0.5)}.items()
        for method, score in zip(("none", "borderline_smote"), own, strict=True)
    ]

    text = texts(stored(tmp_path, trials))["summary"]

    head, body = text.split("\\midrule\n", 1)
    assert head.splitlines()[-1] == r"data set & none & Borderline-SMOTE \\"
    assert body.split("\\bottomrule")[0].splitlines() == [
        r"ecoli1 & 0.500 & \textbf{0.750} \\",
        r"yeast4 & 0.250 & \textbf{0.500} \\",
        r"\midrule",
        r"mean & 0.375 & 0.625 \\",
        r"mean rank & 2.00 & 1.00 \\",
    ]
    assert text.count("\\begin{table}") == 1
    assert "MCC by data set" in text


def test_labels_are_of_one_table_each(tmp_path: Path) -> None:
    """No two floats of all files have one label."""
    folder = store(
        tmp_path, [Cell([0.4], m, d) for d in "ab" for m in ("none", "smote")], {"f1 %": True, "é": False}
    )

    text = "".join(one for name, one in texts(reading.read(folder)).items() if name != "summary")

    labels = re.findall(r"\\label\{(.*?)\}", text)
    assert len(labels) == text.count("\\begin{table}") > 8
    assert len(labels) == len(set(labels))


def test_long_tables_are_cut(tmp_path: Path) -> None:
    """A table of more lines than a page holds becomes several floats that say so, and no line is lost."""
    trials = [
        Cell([0.5], method, f"set{i}") for i in range(2 * latex.ROWS + 1) for method in ("none", "smote")
    ]

    made = contents(stored(tmp_path, trials))
    table = next(one for one in made.tables if one.name == "scores_mcc")
    text = latex.documents(made.summary, [table])["appendix"]

    assert [len(lines) - 1 for _, lines in rows(text)] == [latex.ROWS, latex.ROWS, 1]
    assert "Part 3 of 3." in text
    assert problems(text) == []


def test_floats_do_not_pile_up(tmp_path: Path) -> None:
    """After ten floats without a place LaTeX is told to set them: it gives up with too many."""
    trials = [Cell([0.5], "none", f"set{i}") for i in range(11 * latex.ROWS)]

    text = texts(stored(tmp_path, trials))["appendix"]

    counts = [part.count("\\begin{table}") for part in text.split("\\clearpage")]
    assert max(counts) == latex.FLOATS
    assert sum(counts) > 11


def test_the_document_takes_all_files_in(tmp_path: Path) -> None:
    """Each file stands in the document by the name that it is written under."""
    told = texts(stored(tmp_path, [Cell([0.4]), Cell([0.5], "smote")]))

    assert re.findall(r"\\input\{(.*)\.tex\}", told["tables"]) == [name for name in told if name != "tables"]


def test_the_same_store_gives_the_same_text(tmp_path: Path) -> None:
    """There is no clock and no chance in the files."""
    results = named(tmp_path, ["a", "b", "c"])

    assert texts(results) == texts(results)


@pytest.fixture
def pdflatex() -> str:
    """Return where pdflatex is; skip the test where there is none."""
    return shutil.which("pdflatex") or pytest.skip("pdflatex is not installed: `make system-packages`")


def test_pdflatex_takes_it(tmp_path: Path, pdflatex: str) -> None:
    """The document of all tables compiles without an error, nasty names included."""
    for name, text in texts(named(tmp_path / "run", NASTY)).items():
        (tmp_path / f"{name}.tex").write_text(text, encoding="utf-8")

    line = [pdflatex, "-interaction=nonstopmode", "-halt-on-error", "tables.tex"]
    done = subprocess.run(line, cwd=tmp_path, capture_output=True, text=True, errors="replace")

    assert done.returncode == 0, done.stdout[-2000:]

"""`report.html`: what it says, what it lets in, and how it is built."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import subprocess
import sys
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from oversample_bench.analysis.results import read
from oversample_bench.report.contents import contents
from oversample_bench.report.figures import gallery
from oversample_bench.report.html.page import script
from oversample_bench.report.table import Bullets, Cell, Column, Prose, Row, Table, Text, Verbatim
from oversample_bench.report.writers import web
from tests.html_runs import HOSTILE, Made, html_of, paired, rich, store, varied

ROOT = Path(__file__).resolve().parents[1]
MIB = 2**20
CELLS = {"td", "th"}
IMPLIED = {"td": CELLS, "th": CELLS, "tr": {*CELLS, "tr"}}
"""What a start tag ends besides, as HTML has it."""
VOID = {"meta", "link", "br", "input", "img", "hr"}


class Reader(HTMLParser):
    """Collects the elements of a page as a browser without scripts would, texts of scripts apart."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        while self._open and self._open[-1] in IMPLIED.get(tag, ()):
            self._open.pop()
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open[-1] in IMPLIED["tr"] and self._open[-1] != tag:
            self._open.pop()
        assert self._open, f"</{tag}> closes nothing"
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append((self._open[-1] if self._open else "", data))

    def unclosed(self) -> list[str]:
        return self._open


def prose_of(text: str) -> str:
    """Return the words of the page without tags, scripts and styles."""
    parts = [data for tag, data in Reader(text).texts if tag not in ("script", "style")]
    return re.sub(r"\s+", " ", "".join(parts))


def specs_of(text: str) -> dict[str, Any]:
    """Return the specifications of the figures of a page, by their stems."""
    found = re.findall(r'<script type="application/json" data-spec="(.*?)">(.*?)</script>', text, re.DOTALL)
    return {stem: json.loads(spec) for stem, spec in found}


@pytest.mark.quick
def test_the_answer_stands_on_top_in_the_words_of_the_report(tmp_path: Path) -> None:
    """Before any table the page says what report.md and the terminal say, how many trials failed too."""
    folder = store(tmp_path, varied())
    made = contents(read(folder))

    text = prose_of(html_of(folder))

    top = text[: text.index("Which method is better")]
    assert all(line in top for line in made.answer)
    assert "128 of 144 trials done (88 %), 4 failed, 12 not yet run." in top
    assert "Marked by the audit: copies in" in top


@pytest.mark.parametrize(
    "made",
    [
        pytest.param([Made(("a", "natural"), "none", "tree", 0, {"mcc": 0.5})], id="one method"),
        pytest.param([Made(("a", "natural"), "none", "tree", 0, "boom")], id="all failed"),
        pytest.param(
            [Made(("a", "0.1"), name, "tree", 0, "", resample_fails=True) for name in ("x", "y")],
            id="nothing run",
        ),
        pytest.param(
            [Made(("a", "0.1"), name, "tree", 0, {"mcc": float("nan")}) for name in ("x", "y")], id="no score"
        ),
        pytest.param(
            [Made(("a", r), m, "tree", 0, {"mcc": 0.5}) for r in ("0.1", "0.2") for m in ("x", "y")],
            id="no none",
        ),
    ],
)
def test_whatever_there_is_makes_a_page(tmp_path: Path, made: list[Made]) -> None:
    """One method, nothing but failures, nothing run and no reference each give a whole page."""
    page = html_of(store(tmp_path, made, {"mcc": True}))

    reader = Reader(page)
    assert reader.unclosed() == []
    assert "nan" not in prose_of(page).lower().split()


@pytest.mark.quick
def test_names_are_text_wherever_they_stand(tmp_path: Path) -> None:
    """No name makes an element, ends a script or is read as a template; each is shown as it is."""
    names = iter(HOSTILE * 2)
    dataset, method, classifier, metric = (next(names) for _ in range(4))
    made = [
        Made((name, "natural"), one, classifier, split, {metric: 0.5 + 0.01 * len(one)}, flags=HOSTILE[5])
        for name in (dataset, *HOSTILE[4:9])
        for one in ("none", method, HOSTILE[9])
        for split in range(2)
    ]
    made.append(Made((dataset, "natural"), "none", classifier, 2, HOSTILE[0]))

    folder = store(tmp_path, made, {metric: True}, title=HOSTILE[6], control=method)
    page = html_of(folder)

    reader = Reader(page)
    tags = [tag for tag, _ in reader.elements]
    assert reader.unclosed() == []
    assert tags.count("script") == 2 + len(specs_of(page))
    assert "img" not in tags
    assert not {"onerror", "onload"} & {name for _, attrs in reader.elements for name in attrs}
    assert HOSTILE[6] in "".join(data for tag, data in reader.texts if tag == "h1")
    for name in (dataset, method, classifier, *HOSTILE[4:9]):
        assert " ".join(name.split()) in prose_of(page), name
    boxes = [
        attrs["value"] for tag, attrs in reader.elements if tag == "input" and attrs.get("name") == "method"
    ]
    assert boxes == ["none", method, HOSTILE[9]]


@given(st.text())
def test_numbers_in_a_script_cannot_end_it(text: str) -> None:
    """Any text comes back from the JSON of the page, which has no `<` and no line separator."""
    written = script({"name": text, "list": [text]})

    assert {"name": text, "list": [text]} == json.loads(written)
    assert not set("<\u2028\u2029") & set(written)


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"])))
def test_no_text_of_a_block_makes_an_element(text: str) -> None:
    """Whatever a name is, in a line, a list, a table, its notes and over a traceback it adds no tag."""
    row = Row([Cell(text, marks=text, note=text), Cell(text, 0.5, best=True)], {"dataset": text})
    table = Table(text, text, [Column(text), Column(text, method=text)], [row], (text,))
    blocks = [Text(text), Bullets([text]), Verbatim(text, text), table]

    tags = [tag for tag, _ in Reader(str(web.blocks(blocks, lambda _: Markup()))).elements]

    plain = web.blocks(
        [Text("x"), Bullets(["x"]), Verbatim("x", "x"),
         Table("x", "x", [Column("x"), Column("x", method="x")],
               [Row([Cell("x", marks="x", note="x"), Cell("x", 0.5, best=True)], {"dataset": "x"})], ("x",))],
        lambda _: Markup(),
    )  # fmt: skip
    wanted = [tag for tag, _ in Reader(str(plain)).elements]
    assert [tag for tag in tags if tag not in ("code", "span", "small")] == [
        tag for tag in wanted if tag not in ("code", "span", "small")
    ]


def test_raw_html_of_an_author_is_shown_and_not_obeyed() -> None:
    """Markdown that a suite or a plugin brings makes what Markdown makes, and no other element."""
    body = str(web.blocks([Prose("## T\n\n<img src=x>\n\na <i>b</i>")], lambda _: Markup()))

    assert [tag for tag, _ in Reader(body).elements] == ["h2", "p", "p"]
    assert "&lt;img src=x&gt;" in body


def test_only_the_scripts_of_the_page_may_run(tmp_path: Path) -> None:
    """The policy lets in nothing from elsewhere, and of scripts those whose hash it names."""
    page = html_of(store(tmp_path, varied()))

    policy = next(
        str(attrs["content"])
        for tag, attrs in Reader(page).elements
        if "http-equiv" in attrs and tag == "meta"
    )
    scripts = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    hashes = {
        f"'sha256-{base64.b64encode(hashlib.sha256(one.encode()).digest()).decode()}'" for one in scripts
    }
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["default-src"] == "'none'"
    assert set(rules["script-src"].split()) == hashes
    assert len(hashes) == 2
    assert "http" not in policy


def test_the_page_is_built_as_readers_of_screens_expect(tmp_path: Path) -> None:
    """Language, headings without a gap, ids of one element each, links and labels that lead somewhere."""
    reader = Reader(html_of(store(tmp_path, varied(), control="smote")))

    levels = [int(tag[1]) for tag, _ in reader.elements if re.fullmatch("h[1-6]", tag)]
    ids = [attrs["id"] for _, attrs in reader.elements if "id" in attrs]
    targets = [str(attrs["href"])[1:] for tag, attrs in reader.elements if tag == "a"]
    labels = [attrs["for"] for tag, attrs in reader.elements if tag == "label" and "for" in attrs]
    charts = [attrs for _, attrs in reader.elements if attrs.get("class") == "chart"]
    assert ("html", {"lang": "en"}) in reader.elements
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(below - above <= 1 for above, below in pairwise(levels))
    assert len(ids) == len(set(ids))
    assert {*targets, *labels} <= set(ids)
    assert all("scope" in attrs for tag, attrs in reader.elements if tag == "th")
    assert charts
    assert all(attrs["role"] == "img" and attrs["aria-label"] for attrs in charts)


@pytest.fixture(scope="module")
def rich_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a store that has something for every figure."""
    return store(tmp_path_factory.mktemp("rich"), rich(8))


def test_the_page_has_the_specifications_that_are_drawn(rich_folder: Path) -> None:
    """A figure of the page is the one of the files: each has its place and its specification."""
    results = read(rich_folder)
    made = contents(results)
    hung = gallery(results, made.told, made.files)

    page = html_of(rich_folder)

    places = [attrs["data-stem"] for tag, attrs in Reader(page).elements if tag == "figure"]
    assert sorted(map(str, places)) == sorted(hung.drawn)
    assert specs_of(page) == {stem: json.loads(json.dumps(one.spec)) for stem, one in hung.drawn.items()}
    for one in hung.drawn.values():
        assert one.title in prose_of(page)


def test_every_table_of_the_report_stands_on_the_page(rich_folder: Path) -> None:
    """Cells, notes and marks of all tables are there, those of the details too."""
    made = contents(read(rich_folder))

    shown = prose_of(html_of(rich_folder))

    for table in made.tables:
        assert " ".join(table.title.split()) in shown
        assert all(" ".join(note.split()) in shown for note in table.notes), table.name
    assert html_of(rich_folder).count("<table") >= len(made.tables)


def test_a_page_without_figures_needs_no_library(tmp_path: Path) -> None:
    """`bench report --no-figures` gives the tables alone, a tenth of the size."""
    page = html_of(store(tmp_path, varied()), figures=False)

    assert "<figure" not in page
    assert specs_of(page) == {}
    assert len(page.encode()) < MIB / 8


def test_the_same_store_gives_the_same_bytes(tmp_path: Path) -> None:
    """Another process, with another order of hashing, writes the same page."""
    folder = store(tmp_path, varied(), control="smote")
    program = (
        "import hashlib, sys; sys.path.insert(0, sys.argv[2]); from pathlib import Path; "
        "from tests.html_runs import html_of; "
        "print(hashlib.sha256(html_of(Path(sys.argv[1])).encode()).hexdigest())"
    )

    other = subprocess.run(
        [sys.executable, "-c", program, str(folder), str(ROOT)],
        capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": "1", "OMP_NUM_THREADS": "1"},
    ).stdout  # fmt: skip

    assert hashlib.sha256(html_of(folder).encode()).hexdigest() == other.strip()


def test_a_page_weighs_a_mebibyte_beside_its_data(tmp_path: Path, large_page: Path) -> None:
    """What every page brings, the library that draws included, has at most 1 MiB; 10,000 trials at most 6."""
    small = html_of(store(tmp_path, paired({"a": [0.1], "b": [0.2]}), {"mcc": True}))

    assert len(small.encode()) <= 1.05 * MIB
    assert large_page.stat().st_size <= 6 * MIB


def test_the_script_of_the_page_draws_nothing() -> None:
    """Fewer than 250 lines that sort, filter and change the theme; figures are specifications."""
    text = (ROOT / "oversample_bench/report/html/template/page.js").read_text(encoding="utf-8")

    assert len(text.splitlines()) < 250
    assert not re.search(r"createElementNS|getContext|\bmark:|\bencoding:|\bpath d=", text)

"""`report.html` in a real browser without a network: nothing asked for, nothing out of place."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from oversample_bench.analysis.results import read
from oversample_bench.execution.driver import run
from oversample_bench.execution.run_result import Options
from oversample_bench.report.contents import contents
from oversample_bench.report.figures import gallery, images
from oversample_bench.suite import load_suite
from tests import chromium
from tests.html_runs import HOSTILE, Made, html_of, rich, store, varied

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROOT = Path(__file__).resolve().parents[1]
NAMES = ("varied", "rich", "hostile", "quickstart")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium.started() as found:
        yield found


@pytest.fixture
def tab(browser: Browser) -> Iterator[chromium.Tab]:
    """Open a wide window of a system that wishes for a light page."""
    with chromium.opened(browser) as found:
        found.page.emulate_media(color_scheme="light")
        yield found


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory, large_page: Path) -> dict[str, Path]:
    """Make pages of varied runs, of hostile names, of 10,000 trials and of the quick start, really run."""
    folder = tmp_path_factory.mktemp("pages")
    hostile = [
        Made(
            (name, ratio),
            method,
            HOSTILE[1],
            split,
            {HOSTILE[1]: 0.5 + 0.01 * split + 0.02 * len(method) % 0.3},
        )
        for name in HOSTILE
        for ratio in ("0.1", "0.2")
        for method in ("none", HOSTILE[0], HOSTILE[5])
        for split in range(2)
    ]
    store(folder / "varied", varied(), control="smote")
    store(folder / "rich", rich())
    store(folder / "hostile", hostile, {HOSTILE[1]: True}, title=HOSTILE[0])
    run(load_suite(ROOT / "suites" / "quickstart.yaml"), folder / "quickstart", Options(runner="serial"))
    found = {"large": large_page}
    for name in NAMES:
        found[name] = folder / name / "page.html"
        found[name].write_text(html_of(folder / name), encoding="utf-8", newline="\n")
    return found


@pytest.fixture
def varied_tab(tab: chromium.Tab, pages: Mapping[str, Path]) -> chromium.Tab:
    """Open the varied page."""
    return opened(tab, pages["varied"])


@pytest.fixture
def rich_tab(tab: chromium.Tab, pages: Mapping[str, Path]) -> chromium.Tab:
    """Open the page that has every figure."""
    return opened(tab, pages["rich"])


def opened(tab: chromium.Tab, page: Path) -> chromium.Tab:
    """Open a page and wait until all of its figures are drawn."""
    tab.open(page)
    while tab.run("document.documentElement.dataset.drawn") != "all":  # its policy lets no script poll
        tab.settle()
    tab.settle()
    return tab


def table(title: str) -> str:
    """Return the table that stands below a heading, as JavaScript."""
    head = f"[...document.querySelectorAll('h3')].find(h => h.textContent === '{title}')"
    return f"{head}.nextElementSibling.firstChild"


def lines(title: str) -> str:
    """Return the rows of a table that are shown, as JavaScript."""
    return f"[...{table(title)}.tBodies[0].rows].filter(row => !row.hidden)"


def choose(tab: chromium.Tab, field: str, value: str) -> None:
    """Choose in a select as a user does."""
    tab.page.select_option(f"#{field}", value)
    tab.settle()


def marks(tab: chromium.Tab, stem: str) -> list[dict[str, str]]:
    """Return what the marks of a figure say of themselves, to readers of screens too, and their colours."""
    told = tab.run(
        f"[...document.querySelectorAll(\"figure[data-stem='{stem}'] svg .mark-symbol path[aria-label]\")]"
        ".map(p => [p.getAttribute('aria-label'), p.getAttribute('fill'), p.getAttribute('stroke')])"
    )
    return [
        {**dict(part.split(": ", 1) for part in label.split("; ")), "fill": fill, "stroke": stroke}
        for label, fill, stroke in told
    ]


def words(tab: chromium.Tab, stem: str) -> set[str]:
    """Return the texts of a figure."""
    return set(
        tab.run(
            f"[...document.querySelectorAll(\"figure[data-stem='{stem}'] svg text\")].map(t => t.textContent)"
        )
    )


@pytest.mark.parametrize("name", [*NAMES, "large"])
def test_a_page_opens_without_a_fault_and_asks_for_nothing(
    tab: chromium.Tab, pages: Mapping[str, Path], name: str
) -> None:
    """No error, no warning, no breach of the policy; no address but the file; every figure is drawn."""
    opened(tab, pages[name])

    outside = [url for url in tab.requests if not url.startswith(("data:", "blob:"))]
    places = tab.run("[...document.querySelectorAll('figure')].map(f => f.querySelector('svg') !== null)")
    assert tab.faults == []
    assert outside == [pages[name].resolve().as_uri()]
    assert len(places) >= 3
    assert all(places)
    assert tab.run('document.querySelectorAll("img, iframe, object").length') == 0


def test_what_a_page_does_wrong_is_noticed(tab: chromium.Tab, tmp_path: Path) -> None:
    """Warnings, errors and breaches of the policy are faults; what a page asks for is known by address."""
    (tmp_path / "page.html").write_text(
        """<meta http-equiv="Content-Security-Policy" content="img-src 'none'">
        <script>console.log("fine"); console.warn("warned"); setTimeout(() => { throw Error("thrown") });
        </script>
        <img src="picture.png"><script src="absent.js"></script>""",
        encoding="utf-8",
    )
    tab.open(tmp_path / "page.html")

    assert {url.rsplit("/", 1)[1] for url in tab.requests} == {"page.html", "picture.png", "absent.js"}
    for fault in ("warned", "thrown", "Content Security Policy", "ERR_FILE_NOT_FOUND"):
        assert [fault in told for told in tab.faults].count(True) == 1, (fault, tab.faults)
    assert len(tab.faults) == 4


def test_no_button_sends_a_figure_away(varied_tab: chromium.Tab) -> None:
    """The figures offer to be saved, and nothing that leaves the machine."""
    offered = set(varied_tab.run("[...document.querySelectorAll('.vega-actions a')].map(a => a.textContent)"))

    assert offered == {"Save as SVG", "Save as PNG"}


def test_a_press_on_a_header_sorts_and_a_third_one_undoes_it(varied_tab: chromium.Tab) -> None:
    """The first press puts the highest on top, the next the lowest, the third the order of the plan."""
    title = "MCC by data set"
    texts = f"{lines(title)}.filter(row => !row.matches('.total')).map(row => row.cells[3].textContent)"
    state = f'{table(title)}.tHead.rows[0].cells[3].getAttribute("aria-sort")'
    found = [(varied_tab.run(state), varied_tab.run(texts))]
    for _ in range(3):
        varied_tab.run(f'{table(title)}.tHead.rows[0].cells[3].querySelector("button").click()')
        found.append((varied_tab.run(state), varied_tab.run(texts)))

    numbers = [float(text) for text in found[0][1] if text != "–"]
    assert [one[0] for one in found] == [None, "descending", "ascending", None]
    assert [float(text) for text in found[1][1] if text != "–"] == sorted(numbers, reverse=True)
    assert [float(text) for text in found[2][1] if text != "–"] == sorted(numbers)
    assert "–" not in found[1][1][: len(numbers)]
    assert found[3] == found[0]


def test_headers_sort_by_key_and_totals_stay_below(varied_tab: chromium.Tab) -> None:
    """A header that has the focus sorts when Enter or the space bar is pressed; means are no data set."""
    title = "MCC by data set"
    head = f"{table(title)}.tHead.rows[0].cells[0]"
    varied_tab.run(f'{head}.querySelector("button").focus()')
    varied_tab.press("Enter")
    first = varied_tab.run(f'{head}.getAttribute("aria-sort")')
    names = varied_tab.run(f"{lines(title)}.map(row => row.cells[0].textContent)")
    varied_tab.press("Space")

    assert [first, varied_tab.run(f'{head}.getAttribute("aria-sort")')] == ["descending", "ascending"]
    assert names[:2] == ["set2", "set1"]
    assert names[-1].startswith("mean")
    assert varied_tab.run(f"{lines(title)}[0].cells[0].textContent") == "set0"


def test_filters_choose_lines(varied_tab: chromium.Tab) -> None:
    """Classifier, ratio and words of the text box are taken together, and the page says what it hides."""
    title = "MCC of every data set, ratio and classifier"
    counts = [varied_tab.run(f"{lines(title)}.length")]
    choose(varied_tab, "filter-classifier", "knn")
    counts.append(varied_tab.run(f"{lines(title)}.length"))
    choose(varied_tab, "filter-ratio", "0.01")
    counts.append(varied_tab.run(f"{lines(title)}.length"))
    varied_tab.run('document.getElementById("filter-text").focus()')
    varied_tab.type("SET2")

    rows = varied_tab.run(f"{lines(title)}.map(row => [...row.cells].slice(0, 3).map(c => c.textContent))")
    assert counts == [16, 8, 4]
    assert rows == [["set2", "0.01", "knn"]]
    assert re.fullmatch(
        r"\d+ of \d+ lines of tables are hidden\.",
        varied_tab.run('document.getElementById("shown").textContent'),
    )


def test_filters_drive_figures(rich_tab: chromium.Tab) -> None:
    """A figure shows the classifier, the ratio and the methods that are chosen, and no others."""
    before = marks(rich_tab, "gains_mcc"), marks(rich_tab, "cost_mcc"), marks(rich_tab, "synthetic")
    choose(rich_tab, "filter-classifier", "tree")
    choose(rich_tab, "filter-ratio", "0.02")
    rich_tab.run('document.querySelector("input[value=random]").click()')
    rich_tab.settle()
    after = marks(rich_tab, "gains_mcc"), marks(rich_tab, "cost_mcc"), marks(rich_tab, "synthetic")

    assert [len(one) for one in before] == [12, 8, 6]
    assert [len(one) for one in after] == [3, 3, 2]
    assert {one["method"] for part in after for one in part} == {"none", "smote", "adasyn"}
    column = rich_tab.run(
        f"[...{table('MCC by data set')}.tHead.rows[0].cells].filter(c => !c.hidden).map(c => c.textContent)"
    )
    assert column == ["data set", "none", "smote", "adasyn"]


def test_filters_change_no_number(rich_tab: chromium.Tab) -> None:
    """What is hidden is in the ranks and intervals all the same: a filter chooses what is seen."""
    before = {one["method"]: one["estimate"] for one in marks(rich_tab, "gains_mcc")[-4:]}
    ranks = {text for text in words(rich_tab, "ranks_mcc") if "(" in text}
    rich_tab.run('document.querySelector("input[value=random]").click()')
    rich_tab.settle()

    after = {one["method"]: one["estimate"] for one in marks(rich_tab, "gains_mcc")[-3:]}
    left = {text for text in words(rich_tab, "ranks_mcc") if "(" in text}
    assert after == {name: value for name, value in before.items() if name != "random"}
    assert left == {text for text in ranks if not text.startswith("random")}


def test_reset_shows_everything_again(rich_tab: chromium.Tab) -> None:
    """One button undoes all filters, in tables and figures."""
    before = rich_tab.run("[...document.querySelectorAll('tbody tr')].length"), marks(rich_tab, "gains_mcc")
    choose(rich_tab, "filter-classifier", "knn")
    rich_tab.run('document.getElementById("methods-none").click()')
    rich_tab.settle()
    none = marks(rich_tab, "gains_mcc")
    rich_tab.run('document.querySelector("#filters button[type=reset]").click()')
    rich_tab.settle()

    assert none == []
    assert rich_tab.run('document.getElementById("shown").textContent') == ""
    assert rich_tab.run("[...document.querySelectorAll('tbody tr:not([hidden])')].length") == before[0]
    assert marks(rich_tab, "gains_mcc") == before[1]


def test_a_metric_is_chosen_for_tables_and_figures(varied_tab: chromium.Tab) -> None:
    """Another metric brings its own tables, and hides tables and figures of the first."""
    choose(varied_tab, "filter-metric", "1")

    shown = varied_tab.run(
        "[...document.querySelectorAll('[data-metric]')].filter(p => p.offsetParent)"
        ".map(p => p.dataset.metric)"
    )
    titles = varied_tab.run(
        "[...document.querySelectorAll('[data-metric] h3')].filter(h => h.checkVisibility())"
        ".map(h => h.textContent)"
    )
    assert shown == ["1"]
    assert titles
    assert not any("MCC" in title for title in titles)


def test_a_method_has_one_colour_everywhere(rich_tab: chromium.Tab) -> None:
    """The marks of a method have one colour in every figure; the control's is black."""
    stems = ("gains_mcc", "cost_mcc", "synthetic", "curve_differences_mcc")
    found: dict[str, set[str]] = {}
    for one in (mark for stem in stems for mark in marks(rich_tab, stem)):
        found.setdefault(one["method"], set()).add(
            (one["fill"] if one["fill"] not in ("transparent", "none") else one["stroke"]).lower()
        )

    assert set(found) == {"none", "random", "smote", "adasyn"}
    assert all(len(own) == 1 for own in found.values())
    assert found["none"] == {"#000000"}
    assert len(set.union(*found.values())) == 4


def test_a_figure_tells_its_numbers_under_the_pointer(rich_tab: chromium.Tab) -> None:
    """The pointer on a mark brings its method, its numbers and what they rest on."""
    mark = rich_tab.page.locator("figure[data-stem='gains_mcc'] .mark-symbol path[aria-label*='smote']").first
    mark.scroll_into_view_if_needed()
    mark.hover(force=True)
    rich_tab.settle()

    told = rich_tab.run("document.querySelector('#vg-tooltip-element').textContent")
    assert all(word in told for word in ("smote", "estimate", "low", "high", "p_adjusted"))


def test_every_figure_is_there_where_it_has_something_to_show(rich_tab: chromium.Tab) -> None:
    """A run with ratios, probabilities, synthetic rows and enough data sets has all figures, captioned."""
    stems = rich_tab.run("[...document.querySelectorAll('figure')].map(f => f.dataset.stem)")
    captions = rich_tab.run("[...document.querySelectorAll('figcaption')].map(c => c.textContent)")

    assert set(stems) == {
        "gains_mcc", "heatmap_mcc", "curves_mcc", "curve_differences_mcc", "cost_mcc", "ranks_mcc",
        "calibration", "synthetic",
    }  # fmt: skip
    assert all(caption.endswith(".") for caption in captions)


def test_hostile_names_are_shown_as_they_are(tab: chromium.Tab, pages: Mapping[str, Path]) -> None:
    """Tables, fields and labels of figures hold the very characters of a name."""
    opened(tab, pages["hostile"])

    title = next(
        one
        for one in tab.run("[...document.querySelectorAll('h3')].map(h => h.textContent)")
        if "by data set" in one
    )
    names = tab.run(
        f"{lines(title.replace(chr(39), chr(92) + chr(39)))}.map(row => row.cells[0].textContent)"
    )
    boxes = tab.run("[...document.querySelectorAll('input[name=method]')].map(b => b.value)")
    assert [name for name in names if name not in ("mean", "mean rank")] == list(HOSTILE)
    assert boxes == ["none", HOSTILE[0], HOSTILE[5]]
    assert tab.run("document.title") == HOSTILE[0]
    assert {HOSTILE[0], HOSTILE[5]} <= {
        one.get("method") for one in marks(tab, tab.run("document.querySelector('figure').dataset.stem"))
    }


@pytest.mark.parametrize("width", [400, 320])
@pytest.mark.parametrize("name", NAMES)
def test_a_narrow_page_does_not_scroll_sideways(
    browser: Browser, pages: Mapping[str, Path], name: str, width: int
) -> None:
    """Wide tables and figures scroll inside their boxes; the page stays as wide as the screen."""
    with chromium.opened(browser, width, mobile=True) as tab:
        opened(tab, pages[name])

        assert tab.run("document.documentElement.scrollWidth") <= width


def test_a_method_and_its_number_fit_a_telephone(browser: Browser, pages: Mapping[str, Path]) -> None:
    """At 400 pixels the names of the methods and their means are seen without scrolling."""
    with chromium.opened(browser, 400, mobile=True) as tab:
        opened(tab, pages["quickstart"])

        ends = tab.run(f"{lines('Methods by MCC')}.map(row => row.cells[1].getBoundingClientRect().right)")
        assert max(ends) <= 400


def test_the_theme_follows_the_system_and_then_the_button(rich_tab: chromium.Tab) -> None:
    """Dark where the system asks for it; the button turns it, figures and all, without storage."""
    look = (
        "[getComputedStyle(document.body).backgroundColor, "
        "getComputedStyle(document.querySelector('.chart svg')).filter, "
        'document.getElementById("theme").textContent]'
    )
    light = rich_tab.run(look)
    rich_tab.prefer("dark")
    dark = rich_tab.run(look)
    rich_tab.run('document.getElementById("theme").click()')

    assert light == rich_tab.run(look)
    assert light == ["rgb(255, 255, 255)", "none", "Dark"]
    assert not set(light) & set(dark)
    assert rich_tab.run("document.cookie") == ""


def test_everything_is_reached_by_tab_and_seen(varied_tab: chromium.Tab) -> None:
    """From the top of the page the tabulator comes to the skip link first, then to every field and header."""
    fields = (
        '[...document.querySelectorAll("a, button, select, input, summary")].filter(e => e.checkVisibility())'
    )
    seen = []
    for _ in range(3 * varied_tab.run(f"{fields}.length")):
        varied_tab.press("Tab")
        seen.append(
            varied_tab.run(
                "(() => { const e = document.activeElement; e.dataset.seen = 1; "
                "return [e.className || e.tagName, getComputedStyle(e).outlineStyle]; })()"
            )
        )
        if seen[-1][0] == "BODY":
            break

    missed = varied_tab.run(f"{fields}.filter(e => !e.dataset.seen).map(e => e.outerHTML)")
    assert seen[0][0] == "skip"
    assert missed == []
    assert {style for name, style in seen if name != "BODY"} == {"solid"}


def test_paper_has_everything_unfolded_and_no_filters(varied_tab: chromium.Tab) -> None:
    """Printed, the page is light, everything is open and filters are gone; afterwards it is as before."""
    varied_tab.prefer("dark")
    varied_tab.run(
        "window.told = []; addEventListener('beforeprint', () => told.push("
        "document.querySelectorAll('details:not([open]):not(.chart details)').length))"
    )
    before = varied_tab.run("document.querySelectorAll('details:not([open]):not(.chart details)').length")

    paper = varied_tab.page.pdf(format="A4")

    assert before > 0
    assert paper.startswith(b"%PDF")
    assert varied_tab.run("told") == [0]
    assert (
        varied_tab.run("document.querySelectorAll('details:not([open]):not(.chart details)').length")
        == before
    )
    varied_tab.page.emulate_media(media="print")
    style = "getComputedStyle(document.querySelector('{}')).{}"
    assert varied_tab.run(style.format("#filters", "display")) == "none"
    assert varied_tab.run(style.format(".chart details", "display")) == "none"
    assert varied_tab.run(style.format(".scroll", "overflowX")) == "visible"
    assert varied_tab.run(style.format(".chart svg", "filter")) == "none"
    assert varied_tab.run(style.format("body", "backgroundColor")) == "rgb(255, 255, 255)"
    sides = varied_tab.run(
        "[...document.querySelectorAll('.chart svg')].filter(s => s.checkVisibility())"
        ".map(s => s.getBoundingClientRect().right <= document.documentElement.clientWidth + 1)"
    )
    assert sides
    assert all(sides)


def test_tables_are_there_without_scripts(browser: Browser, pages: Mapping[str, Path]) -> None:
    """With scripts switched off the tables are shown, and no field that would do nothing."""
    with chromium.opened(browser, scripts=False) as tab:
        tab.page.goto(pages["varied"].resolve().as_uri())
        boxes = [one.bounding_box() for one in tab.page.locator("section > .scroll > table").all()]

        assert len(boxes) >= 4
        assert all(box and box["height"] > 20 for box in boxes)
        assert tab.page.locator("#filters[hidden]").count() == 1


TEXTS = (
    "[...document.querySelectorAll('svg text')]"
    ".filter(t => t.textContent && t.getAttribute('opacity') !== '0')"
    ".map(t => { const b = t.getBoundingClientRect(); "
    "return [t.textContent, b.left, b.top, b.right, b.bottom, "
    "/rotate/.test(t.getAttribute('transform'))]; })"
)
SLACK = 1.5  # pixels: lines of text stand close


def overlapping(texts: list[list[Any]]) -> list[tuple[str, str]]:
    """Return the pairs of texts that lie over each other; boxes of slanted ones say nothing of it."""
    return [
        (a[0], b[0])
        for a, b in combinations(texts, 2)
        if not (a[5] and b[5])
        and min(a[3], b[3]) - max(a[1], b[1]) > SLACK
        and min(a[4], b[4]) - max(a[2], b[2]) > SLACK + 1
    ]


@pytest.mark.parametrize("name", ["rich", "quickstart", "hostile"])
def test_no_text_of_a_figure_lies_over_another_or_leaves_the_sheet(
    tab: chromium.Tab, pages: Mapping[str, Path], tmp_path: Path, name: str
) -> None:
    """Titles, labels, ticks and legends of the files keep apart, and end on the sheet."""
    results = read(pages[name].parent)
    made = contents(results)
    for stem, one in gallery(results, made.told, made.files).drawn.items():
        (tmp_path / "figure.svg").write_bytes(images(json.loads(json.dumps(one.spec)))["svg"])
        tab.page.goto((tmp_path / "figure.svg").as_uri())
        texts = tab.run(TEXTS)
        sheet = tab.run(
            "(() => { const b = document.documentElement.getBoundingClientRect(); "
            "return [b.width, b.height]; })()"
        )

        assert overlapping(texts) == [], stem
        assert [t for t in texts if min(t[1:3]) < -SLACK or t[3] > sheet[0] + SLACK] == [], (stem, sheet)


def test_without_a_browser_these_tests_are_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without Chromium, one of continuous integration too, is told how to install it."""
    monkeypatch.setenv("CI", "true")
    monkeypatch.setenv("PATH", "")

    with pytest.raises(pytest.skip.Exception, match="`make system-packages` as"):
        chromium.path()

"""`report.html` in a real browser without a network: nothing asked for, nothing out of place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from oversample_bench.execution.driver import run
from oversample_bench.execution.run_result import Options
from oversample_bench.suite import load_suite
from tests import chromium
from tests.html_runs import HOSTILE, Made, html_of, rich, store, varied

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROOT = Path(__file__).resolve().parents[1]


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
    store(folder / "varied", varied(), focus="smote")
    store(folder / "rich", rich())
    store(folder / "hostile", hostile, {HOSTILE[1]: True}, title=HOSTILE[0])
    run(load_suite(ROOT / "suites" / "quickstart.yaml"), folder / "quickstart", Options(runner="serial"))
    found = {"large": large_page}
    for name in ("varied", "rich", "hostile", "quickstart"):
        found[name] = folder / name / "page.html"
        found[name].write_text(html_of(folder / name), encoding="utf-8", newline="\n")
    return found


@pytest.fixture
def varied_tab(tab: chromium.Tab, pages: Mapping[str, Path]) -> chromium.Tab:
    """Open the varied page."""
    tab.open(pages["varied"])
    return tab


@pytest.fixture
def rich_tab(tab: chromium.Tab, pages: Mapping[str, Path]) -> chromium.Tab:
    """Open the page that has every figure."""
    tab.open(pages["rich"])
    return tab


EVERY_FIGURE = ["heat", "gains", "ranks", "curves", "cost", "calibration", "fidelity"]
PLOTS = '[...document.querySelectorAll("figure:not([hidden]) .plot")]'
SHOWN_ROWS = (
    '[...[...document.querySelectorAll("table.scores")].find(t => t.offsetParent !== null).tBodies[0].rows]'
    ".filter(row => !row.hidden)"
)
HEADERS = (
    '[...document.querySelectorAll("table.scores")].find(t => t.offsetParent !== null).tHead.rows[0].cells'
)


def choose(tab: chromium.Tab, field: str, value: str) -> None:
    """Choose in a select as a user does, with the event that follows."""
    tab.run(
        f'(() => {{ const field = document.getElementById("{field}"); field.value = "{value}"; '
        'field.dispatchEvent(new Event("change", {bubbles: true})); })()'
    )
    tab.settle()


def leading(texts: Iterable[str]) -> list[float]:
    return [float(found[0]) if (found := re.match(r"-?[\d.]+", text)) else np.inf for text in texts]


@pytest.mark.parametrize("name", ["varied", "rich", "hostile", "quickstart", "large"])
def test_a_page_opens_without_a_fault_and_asks_for_nothing(
    tab: chromium.Tab, pages: Mapping[str, Path], name: str
) -> None:
    """No error, no warning, no breach of the policy; no address but the file and the images that it draws."""
    tab.open(pages[name])

    drawn = tab.run('[...document.querySelectorAll("figure:not([hidden]) .plot svg.main-svg")].length')
    outside = [url for url in tab.requests if not url.startswith(("data:", "blob:"))]
    assert tab.faults == []
    assert outside == [pages[name].resolve().as_uri()]
    assert drawn >= 3
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
    """The figures offer to be saved and zoomed, and nothing that leaves the machine."""
    titles = varied_tab.run('[...document.querySelectorAll("[data-title]")].map(one => one.dataset.title)')

    assert any("Download" in title for title in titles)
    assert not [title for title in titles if re.search("cloud|share|edit|link", title, re.IGNORECASE)]


def test_a_press_on_a_header_sorts_and_a_third_one_undoes_it(varied_tab: chromium.Tab) -> None:
    """The first press puts the best on top, the next the worst, the third the order of the plan."""
    texts = f"{SHOWN_ROWS}.map(row => row.cells[5].textContent)"
    state = f'{HEADERS}[5].getAttribute("aria-sort")'
    found = [(varied_tab.run(state), varied_tab.run(texts))]
    for _ in range(3):
        varied_tab.run(f'{HEADERS}[5].querySelector("button").click()')
        found.append((varied_tab.run(state), varied_tab.run(texts)))

    numbers = leading(found[0][1])
    assert [one[0] for one in found] == [None, "descending", "ascending", None]
    assert leading(found[1][1]) == sorted(numbers, reverse=True)
    assert leading(found[2][1]) == sorted(numbers)
    assert found[3] == found[0]


def test_headers_sort_by_key(varied_tab: chromium.Tab) -> None:
    """A header that has the focus sorts when Enter or the space bar is pressed."""
    varied_tab.run(f'{HEADERS}[0].querySelector("button").focus()')
    varied_tab.press("Enter")
    first = varied_tab.run(f'{HEADERS}[0].getAttribute("aria-sort")')
    varied_tab.press("Space")

    assert [first, varied_tab.run(f'{HEADERS}[0].getAttribute("aria-sort")')] == ["ascending", "descending"]
    assert varied_tab.run(f"{SHOWN_ROWS}[0].cells[0].textContent") == "set3"


def test_totals_stay_below_the_rows_that_are_sorted(varied_tab: chromium.Tab) -> None:
    """The mean over data sets is no data set: it is not sorted among them."""
    table = 'document.querySelector("table:has(tbody em)")'
    varied_tab.run(f'{table}.tHead.querySelector("button").click()')
    varied_tab.run(f'{table}.tHead.querySelector("button").click()')

    names = varied_tab.run(f"[...{table}.tBodies[0].rows].map(row => row.cells[0].textContent)")
    assert names[:2] == ["set3", "set2"]
    assert names[-2:] == ["mean of the 4 sets", "better / equal / worse"]


def test_filters_choose_rows_and_figures_follow(varied_tab: chromium.Tab) -> None:
    """Classifier, ratio and words of the text box are taken together, in tables and heat map alike."""
    heat = 'document.querySelector("#heat .plot").data[0].z.length'
    counts = [varied_tab.run(f"{SHOWN_ROWS}.length")]
    choose(varied_tab, "filter-classifier", "1")
    counts.append(varied_tab.run(f"{SHOWN_ROWS}.length"))
    choose(varied_tab, "filter-ratio", "0")
    counts.append(varied_tab.run(f"{SHOWN_ROWS}.length"))
    varied_tab.run('document.getElementById("filter-text").focus()')
    varied_tab.type("SET2 kn")

    rows = varied_tab.run(f"{SHOWN_ROWS}.map(row => [...row.cells].slice(0, 3).map(c => c.textContent))")
    assert counts == [16, 8, 4]
    assert rows == [["set2", "0.01", "knn"]]
    assert varied_tab.run(heat) == 1
    assert varied_tab.run('document.getElementById("shown").textContent') == (
        "1 of 16 rows and 3 of 3 methods shown."
    )


def test_reset_shows_everything_again(varied_tab: chromium.Tab) -> None:
    """One button undoes all filters."""
    choose(varied_tab, "filter-classifier", "1")
    varied_tab.run('document.querySelectorAll("input[name=method]")[1].click()')
    varied_tab.run('document.querySelector("#filters button[type=reset]").click()')
    varied_tab.settle()

    assert varied_tab.run('document.getElementById("shown").textContent') == (
        "16 of 16 rows and 3 of 3 methods shown."
    )
    assert varied_tab.run(f"{SHOWN_ROWS}.length") == 16


def test_a_metric_is_chosen_for_tables_and_figures(varied_tab: chromium.Tab) -> None:
    """Another metric brings its own scores, ranks and figures, and hides those of the first."""
    choose(varied_tab, "filter-metric", "1")

    shown = varied_tab.run(
        '[...document.querySelectorAll(".metric")].filter(p => p.offsetParent).map(p => p.dataset.metric)'
    )
    captions = varied_tab.run(
        '[...document.querySelectorAll("figure:not([hidden]) figcaption")].map(one => one.textContent)'
    )
    assert shown == ["1", "1"]
    assert all("brier" in caption and "mcc" not in caption for caption in captions)


def test_methods_can_be_hidden(rich_tab: chromium.Tab) -> None:
    """A method that is unchecked leaves the table and every figure."""
    rich_tab.run('document.querySelectorAll("input[name=method]")[1].click()')
    rich_tab.settle()

    header = rich_tab.run(f"[...{HEADERS}].filter(c => !c.hidden).map(c => c.textContent)")
    traces = rich_tab.run(f"{PLOTS}.flatMap(p => p.data.map(t => t.name))")
    notes = rich_tab.run('document.querySelector("#ranks .plot").layout.annotations.map(a => a.text)')
    columns = rich_tab.run('document.querySelector("#heat .plot").data[0].z[0].length')
    assert header == ["data set", "ratio", "classifier", "none", "smote", "adasyn"]
    assert {"smote", "adasyn"} < set(traces)
    assert "random" not in traces
    assert not any("random" in note for note in notes)
    assert columns == 3


def test_a_method_has_one_colour_and_one_mark_everywhere(rich_tab: chromium.Tab) -> None:
    """The traces of a method look the same in every figure, and differ from those of the others."""
    looks = rich_tab.run(
        f"{PLOTS}.flatMap(p => p.data).filter(t => t.marker?.symbol)"
        ".map(t => [t.name, t.marker.color, t.marker.symbol])"
    )

    by_name = {name: {(colour, mark) for other, colour, mark in looks if other == name} for name, *_ in looks}
    assert set(by_name) == {"none", "random", "smote", "adasyn"}
    assert all(len(found) == 1 for found in by_name.values())
    assert len(set.union(*by_name.values())) == 4


def pointed(tab: chromium.Tab, figure: str, mark: str) -> str:
    """Return what a figure tells when the pointer is on an element of it."""
    found = f"document.querySelector('#{figure} .plot').querySelector('{mark}')"
    tab.run(f"{found}.scrollIntoView({{block: 'center', behavior: 'instant'}})")
    tab.settle()
    box = tab.run(
        f"(() => {{ const b = {found}.getBoundingClientRect(); "
        "return [b.x + b.width / 2, b.y + b.height / 2]; })()"
    )
    for shift in (3, 0):
        tab.page.mouse.move(box[0] + shift, box[1])
        tab.settle()
    return str(tab.run(f"document.querySelector('#{figure} .hoverlayer').textContent"))


DECIMALS = r"0\.\d{3}"
COUNTS = r"better on \d, equal on \d, worse on \d"
TERMS = rf"{DECIMALS} = reliability {DECIMALS} − resolution {DECIMALS} \+ uncertainty {DECIMALS}"
POINTED = {
    "gains": (
        ".scatterlayer .point",
        rf"random with knn at ratio 0\.01[+−]{DECIMALS} \[.*\], n = 6 data sets{COUNTS}",
    ),
    "ranks": (".scatterlayer .trace:last-child .point", r"nonemean rank \d\.\d\d over 6 data sets"),
    "calibration": (
        ".scatterlayer .trace:last-child .point:nth-child(5)",
        rf"adasyn: 756 rowspredicted {DECIMALS}, seen {DECIMALS}Brier score {TERMS},means over .*, 36 trials",
    ),
    "fidelity": (
        ".scatterlayer .trace:first-child .point",
        rf"random on set0precision {DECIMALS} ± {DECIMALS}coverage {DECIMALS} ± {DECIMALS}3 draws",
    ),
}


@pytest.mark.parametrize("figure", POINTED)
def test_a_figure_tells_its_numbers_under_the_pointer(rich_tab: chromium.Tab, figure: str) -> None:
    """The pointer on a mark brings its method, its numbers and what they rest on."""
    mark, pattern = POINTED[figure]

    assert re.fullmatch(pattern, pointed(rich_tab, figure, mark))


def test_every_figure_is_drawn_where_it_has_something_to_show(rich_tab: chromium.Tab) -> None:
    """A run with ratios, probabilities, synthetic rows and enough data sets has all figures, captioned."""
    drawn = rich_tab.run(
        f"{PLOTS}.filter(p => p.querySelector('svg.main-svg')).map(p => p.closest('figure').id)"
    )
    captions = rich_tab.run(f"{PLOTS}.map(p => p.closest('figure').querySelector('figcaption').textContent)")

    assert drawn == EVERY_FIGURE
    assert all(captions)


def test_a_figure_without_anything_to_show_is_hidden(varied_tab: chromium.Tab) -> None:
    """Four sets are too few for ranks; without probabilities and withheld rows two more are not there."""
    shown = varied_tab.run(f"{PLOTS}.map(p => p.closest('figure').id)")

    assert shown == ["heat", "gains", "curves", "cost"]


RANKS = (
    "Object.fromEntries(document.querySelector('#ranks .plot').data.filter(t => t.name)"
    ".map(t => [t.name, t.x[0].toFixed(2)]))"
)


def ranks_below(tab: chromium.Tab, metric: int, classifier: str) -> dict[str, str]:
    """Return the mean ranks that stand in the comparison's table of the page, by method."""
    rows = tab.run(
        "(() => {"
        f"const part = document.querySelectorAll('[data-metric=\"{metric}\"]')[1];"
        "const said = [...part.querySelectorAll('p')]"
        f".find(p => p.textContent.startsWith('{classifier}, over'));"
        "const table = said.nextElementSibling.querySelector('table');"
        "return [...table.rows].map(r => [...r.cells].map(c => c.textContent.trim())); })()"
    )
    column = next(at for at, name in enumerate(rows[0]) if name.startswith("mean rank"))
    return {row[0].split()[0]: row[column] for row in rows[1:]}


def test_ranks_follow_metric_and_classifier_as_the_table_below_has_them(rich_tab: chromium.Tab) -> None:
    """The diagram shows the ranks of the comparison that its filters choose; of none, those of the mean."""
    found = [(rich_tab.run(RANKS), ranks_below(rich_tab, 0, "As the mean of all classifiers"))]
    choose(rich_tab, "filter-classifier", "1")
    found.append((rich_tab.run(RANKS), ranks_below(rich_tab, 0, "With tree")))
    choose(rich_tab, "filter-metric", "1")
    found.append((rich_tab.run(RANKS), ranks_below(rich_tab, 1, "With tree")))
    caption = rich_tab.run('document.querySelector("#ranks figcaption").textContent')

    assert all(drawn == table for drawn, table in found)
    assert len({tuple(sorted(drawn.items())) for drawn, _ in found}) == 3
    assert caption.startswith("Mean ranks by brier of tree over 6 data sets")


def test_filters_hide_ranks_and_change_none(rich_tab: chromium.Tab) -> None:
    """Rows and methods that are not shown are ranked all the same, and the caption says how many."""
    before = rich_tab.run(RANKS)
    rich_tab.run('document.getElementById("filter-text").focus()')
    rich_tab.type("set2")
    rich_tab.run('document.querySelectorAll("input[name=method]")[1].click()')
    rich_tab.settle()

    caption = rich_tab.run('document.querySelector("#ranks figcaption").textContent')
    assert rich_tab.run(RANKS) == {name: rank for name, rank in before.items() if name != "random"}
    assert "over 6 data sets" in caption
    assert caption.endswith(
        "Ranks are among all 4 methods, whatever rows and ratios the filters show; "
        "1 of the methods is ranked but hidden."
    )


def test_bars_join_the_methods_that_are_not_told_apart(rich_tab: chromium.Tab) -> None:
    """A bar spans ranks less than the critical difference apart, and goes with the methods it joins."""
    bars = (
        "document.querySelector('#ranks .plot').data.map(t => t.text)"
        ".filter(text => text?.startsWith('not told'))"
    )
    critical = rich_tab.run("metricNow().ranks.at(-1)[2]")
    ranks = {name: float(rank) for name, rank in rich_tab.run(RANKS).items()}
    joined = [text.split("<br>")[1:] for text in rich_tab.run(bars)]
    rich_tab.run('document.getElementById("methods-none").click()')
    for name in joined[0][:1]:
        rich_tab.run(
            f"document.querySelector('input[name=method][value=\"{list(ranks).index(name)}\"]').click()"
        )
    rich_tab.settle()

    assert joined
    assert all(ranks[bar[-1]] - ranks[bar[0]] < critical for bar in joined)
    assert rich_tab.run(bars) == []


def test_calibration_is_of_the_classifier_that_is_chosen(rich_tab: chromium.Tab) -> None:
    """Curves are those of the model and stand by the diagonal; a classifier without probabilities says so."""
    drawn = rich_tab.run("document.querySelector('#calibration .plot').data.map(t => [t.x, t.y])")
    known = rich_tab.run("model.calibration.map(c => [c[5], c[6]])")
    choose(rich_tab, "filter-classifier", "0")

    assert drawn == [[[0, 1], [0, 1]], *known]
    assert rich_tab.run("document.querySelector('#calibration figcaption').textContent") == (
        "No trial of knn has left probabilities; choose another classifier above."
    )
    assert rich_tab.run("document.querySelector('#calibration .frame').hidden")


def test_fidelity_follows_ratio_and_rows(rich_tab: chromium.Tab) -> None:
    """Means are over the draws of the shown data sets at one ratio, each data set having a faint mark."""
    drawn = "document.querySelector('#fidelity .plot').data.map(t => [t.name, t.x.length])"
    first = rich_tab.run(drawn)
    means = rich_tab.run("document.querySelector('#fidelity .plot').data[1].x[0]")
    choose(rich_tab, "filter-ratio", "1")
    other = rich_tab.run("document.querySelector('#fidelity .plot').data[1].x[0]")
    rich_tab.run('document.getElementById("filter-text").focus()')
    rich_tab.type("set0")

    caption = rich_tab.run("document.querySelector('#fidelity figcaption').textContent")
    assert first == [["random", 6], ["random", 1], ["smote", 5], ["smote", 1], ["adasyn", 6], ["adasyn", 1]]
    assert means != other
    assert rich_tab.run(drawn) == [["random", 1], ["adasyn", 1]]
    assert "thinning to ratio 0.02 hid: means of 3 draws a method on one data set" in caption


def test_fidelity_is_of_the_rows_that_are_shown(rich_tab: chromium.Tab) -> None:
    """Where a search leaves rows of one ratio only, the figure is of that ratio; without rows it says so."""
    caption = "document.querySelector('#fidelity figcaption').textContent"
    rich_tab.run('document.getElementById("filter-text").focus()')
    rich_tab.type("0.02")
    other = rich_tab.run(caption)
    rich_tab.type("zzz")

    assert "thinning to ratio 0.02 hid" in other
    assert rich_tab.run(caption) == "No resample of a shown row was compared with withheld rows."


def test_without_methods_every_figure_says_so(rich_tab: chromium.Tab) -> None:
    """No figure gives another reason for being empty than that no methods are shown."""
    rich_tab.run('document.getElementById("methods-none").click()')
    rich_tab.settle()

    captions = rich_tab.run(
        "[...document.querySelectorAll('figure:not([hidden])')].map("
        "figure => [figure.id, figure.querySelector('figcaption').textContent])"
    )

    assert [figure for figure, _ in captions] == EVERY_FIGURE
    assert {text for _, text in captions[1:]} == {"No methods are shown."}
    assert captions[0] == ["heat", "No rows or no methods are shown."]


def test_the_toolbar_covers_no_legend(rich_tab: chromium.Tab) -> None:
    """However long the names, the toolbar of a figure stands above its legend and inside its frame."""
    boxes = rich_tab.run(
        f"{PLOTS}.filter(p => p.querySelector('.legend')).map(p => ['.modebar', '.legend .bg']"
        ".map(one => p.querySelector(one).getBoundingClientRect())"
        ".map(b => [b.top, b.bottom]).concat([[p.closest('.frame').getBoundingClientRect().top]]))"
    )
    assert len(boxes) == 5
    assert all(bar[1] <= legend[0] + 1 and bar[0] >= frame[0] - 1 for bar, legend, frame in boxes)


def test_hostile_names_are_shown_as_they_are(tab: chromium.Tab, pages: Mapping[str, Path]) -> None:
    """Tables, fields and labels of figures hold the very characters of a name."""
    tab.open(pages["hostile"])

    cells_ = tab.run(f"[...new Set({SHOWN_ROWS}.map(row => row.cells[0].textContent))]")
    legend = tab.run('[...document.querySelectorAll("#gains .legendtext")].map(one => one.textContent)')
    assert cells_ == list(HOSTILE)
    assert [HOSTILE[0], HOSTILE[5]] == legend
    assert tab.run("document.title") == HOSTILE[0]


@pytest.mark.parametrize("width", [400, 320])
@pytest.mark.parametrize("name", ["varied", "rich", "hostile", "quickstart"])
def test_a_narrow_page_does_not_scroll_sideways(
    browser: Browser, pages: Mapping[str, Path], name: str, width: int
) -> None:
    """Wide tables scroll inside their boxes; the page stays as wide as the screen."""
    with chromium.opened(browser, width, mobile=True) as tab:
        tab.open(pages[name])

        assert tab.run("document.documentElement.scrollWidth") <= width
        assert tab.run('[...document.querySelectorAll(".plot")].every(p => p.scrollWidth <= innerWidth)')


def test_the_theme_follows_the_system_and_then_the_button(rich_tab: chromium.Tab) -> None:
    """Dark where the system asks for it; the button turns it, figures and all, without storage."""
    look = (
        "[getComputedStyle(document.body).backgroundColor, "
        f"...{PLOTS}.map(p => p.layout.font.color), "
        "...['ranks', 'calibration'].map(key => [...document.querySelectorAll(`#${key} .plot`)]"
        ".flatMap(p => p.data).find(t => t.name === 'none').line.color), "
        'document.getElementById("theme").textContent]'
    )
    light = rich_tab.run(look)
    rich_tab.prefer("dark")
    dark = rich_tab.run(look)
    rich_tab.run('document.getElementById("theme").click()')

    assert light == rich_tab.run(look)
    assert light[0] == "rgb(255, 255, 255)"
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
    """Printed, the page is light, tracebacks are open and filters gone; afterwards it is as before."""
    varied_tab.prefer("dark")
    varied_tab.run(
        "window.folded = []; addEventListener('beforeprint', () => folded.push([document.querySelectorAll("
        "'details:not([open])').length, document.documentElement.dataset.theme]))"
    )
    before = varied_tab.run("document.querySelectorAll('details:not([open])').length")

    paper = varied_tab.page.pdf(format="A4")

    assert before > 0
    assert paper.startswith(b"%PDF")
    assert varied_tab.run("folded") == [[0, "light"]]
    assert varied_tab.run("document.querySelectorAll('details:not([open])').length") == before
    assert varied_tab.run("document.documentElement.dataset.theme ?? null") is None
    varied_tab.page.emulate_media(media="print")
    assert varied_tab.run("getComputedStyle(document.getElementById('filters')).display") == "none"
    assert varied_tab.run("getComputedStyle(document.querySelector('.scroll')).overflowX") == "visible"


def test_tables_are_there_without_scripts(browser: Browser, pages: Mapping[str, Path]) -> None:
    """With scripts switched off every table is shown, and no field that would do nothing."""
    with chromium.opened(browser, scripts=False) as tab:
        tab.page.goto(pages["varied"].resolve().as_uri())
        boxes = [table.bounding_box() for table in tab.page.locator("table.scores").all()]

        assert len(boxes) == 2
        assert min(box["height"] for box in boxes if box) > 100
        assert all(boxes)
        assert tab.page.locator("#filters[hidden]").count() == 1


def test_without_a_browser_these_tests_are_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without Chromium, one of continuous integration too, is told how to install it."""
    monkeypatch.setenv("CI", "true")
    monkeypatch.setenv("PATH", "")

    with pytest.raises(pytest.skip.Exception, match="`make system-packages` as"):
        chromium.path()

"""`report.html`: what it says, what it lets in, and how it is built."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import subprocess
import sys
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oversample_bench.report.html.numbers import script, steps
from oversample_bench.report.html.page_differences import gains, over_all
from oversample_bench.report.html.prose import prose
from oversample_bench.report.markdown import escaped, folded
from scipy.stats import t as t_distribution

from oversample_bench.analysis import comparisons, reliability
from oversample_bench.analysis.results import read
from oversample_bench.analysis.score_cells import cells
from oversample_bench.report.contents import contents
from oversample_bench.report.figures import critical, fidelity_plots
from tests.html_runs import HOSTILE, Made, html_of, paired, rich, store, varied
from tests.stores import FAILED, SHARE, Cell, stored

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


def model_of(text: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="model">(.*?)</script>', text, re.DOTALL)
    assert found
    return json.loads(found[1])


def test_the_summary_says_what_the_best_method_does_over_data_sets(tmp_path: Path) -> None:
    """Where the t interval over data sets leaves out 0, the metric is said to be raised, by how much."""
    gains = {"a": [0.1], "b": [0.12], "c": [0.14]}
    reach = t_distribution.ppf(0.975, 2) * 0.02 / np.sqrt(3)

    text = prose_of(html_of(store(tmp_path, paired(gains), {"mcc": True})))

    interval = f"0.120 [{0.12 - reach:.3f}, {0.12 + reach:.3f}]"
    assert (
        f"On 3 sets smote raises mcc of tree by {interval} over none; it is better on 3, worse on 0." in text
    )
    assert "Mean ranks over 3 rows (1 is best): smote 1.00, none 2.00." in text
    assert "3 data sets are too few" in text


def test_the_summary_does_not_call_a_difference_what_could_be_none(tmp_path: Path) -> None:
    """Where the interval holds 0, methods do not differ clearly, and the numbers are told all the same."""
    gains = {"a": [0.1], "b": [0.2], "c": [0.3]}
    reach = t_distribution.ppf(0.975, 2) * 0.1 / np.sqrt(3)

    text = prose_of(html_of(store(tmp_path, paired(gains), {"mcc": True})))

    numbers = f"+0.200 [{0.2 - reach:+.3f}, {0.2 + reach:+.3f}]"
    assert (
        f"On 3 sets smote and none do not differ clearly in mcc of tree: {numbers}; it is better on 3" in text
    )
    assert "raises mcc" not in text


def test_a_loss_that_falls_is_lowered_and_better(tmp_path: Path) -> None:
    """For a metric where lower is better, words follow the number and counts follow what is better."""
    gains = {"a": [-0.1], "b": [-0.12], "c": [-0.14]}

    text = prose_of(html_of(store(tmp_path, paired(gains, "brier"), {"brier": False})))

    assert (
        "On 3 sets smote lowers brier of tree by 0.120 [0.070, 0.170] against none; it is better on 3" in text
    )
    assert "brier lower is better" in text


def test_one_data_set_has_the_corrected_interval_over_its_splits(tmp_path: Path) -> None:
    """Of a single data set the interval is over splits, with the variance of Nadeau and Bengio."""
    values = [0.1, 0.14, 0.12, 0.16]
    sd, mean = np.std(values, ddof=1), np.mean(values)
    reach = t_distribution.ppf(0.975, 3) * sd * np.sqrt(1 / 4 + SHARE)

    text = prose_of(html_of(store(tmp_path, paired({"a": values}), {"mcc": True})))

    interval = f"{mean:.3f} [{mean - reach:.3f}, {mean + reach:.3f}]"
    assert f"On a (4 splits) smote raises mcc of tree by {interval} over none." in text


@pytest.mark.quick
def test_the_summary_counts_what_failed_and_what_waits(tmp_path: Path) -> None:
    """Failed resamples, lost trials and trials that have not been run stand on top of the page."""
    text = prose_of(html_of(store(tmp_path, varied())))

    top = text[text.index("Summary") : text.index("Coverage 128")]
    assert "128 of 144 trials done (88 %), 4 failed, 12 not yet run." in top
    assert "1 of 66 resamples failed (72 are planned)." in top
    assert "The audit marks" in top
    assert "copies in" in top


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

    page = html_of(store(tmp_path, made, {metric: True}, title=HOSTILE[6], focus=method))

    reader = Reader(page)
    tags = [tag for tag, _ in reader.elements]
    assert reader.unclosed() == []
    assert tags.count("script") == 3
    assert "img" not in tags
    assert not {"onerror", "onload"} & {name for _, attrs in reader.elements for name in attrs}
    assert HOSTILE[6] in "".join(data for tag, data in reader.texts if tag == "h1")
    for name in (dataset, method, classifier, metric, *HOSTILE[4:9]):
        assert " ".join(name.split()) in prose_of(page), name
    model = model_of(page)
    assert model["datasets"] == [dataset, *HOSTILE[4:9]]
    assert [one["name"] for one in model["methods"]] == ["none", method, HOSTILE[9]]


@given(st.text())
def test_numbers_in_a_script_cannot_end_it(text: str) -> None:
    """Any text comes back from the JSON of the page, which has no `<` and no line separator."""
    written = script({"name": text, "list": [text]})

    assert {"name": text, "list": [text]} == json.loads(written)
    assert not set("<\u2028\u2029") & set(written)


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"])))
def test_escaped_markdown_makes_no_element(text: str) -> None:
    """Whatever a name is, as a heading, in a table and over a traceback it adds no tag to the page."""
    name = escaped(text)
    body = prose(f"## x {name}\n\n| a |\n| --- |\n| {name} |\n\n{folded(text, text)}", "here").body

    tags = [tag for tag, _ in Reader(str(body)).elements]
    known = {"h2", "div", "table", "thead", "tbody", "tr", "th", "td", "details", "summary", "pre", "code"}
    assert set(tags) <= known
    assert tags.count("details") == 1


def test_raw_html_of_a_section_is_shown_and_not_obeyed() -> None:
    """Of raw HTML the folding of tracebacks passes and nothing else."""
    body = str(prose("## T\n\n<img src=x>\n\n<details><summary><b>x</b></summary>\n\na <i>b</i>", "a").body)

    assert [tag for tag, _ in Reader(body).elements] == ["h2", "p"]


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
    reader = Reader(html_of(store(tmp_path, varied(), focus="smote")))

    levels = [int(tag[1]) for tag, _ in reader.elements if re.fullmatch("h[1-6]", tag)]
    ids = [attrs["id"] for _, attrs in reader.elements if "id" in attrs]
    targets = [str(attrs["href"])[1:] for tag, attrs in reader.elements if tag == "a"]
    labels = [attrs["for"] for tag, attrs in reader.elements if tag == "label" and "for" in attrs]
    assert ("html", {"lang": "en"}) in reader.elements
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(below - above <= 1 for above, below in pairwise(levels))
    assert len(ids) == len(set(ids))
    assert {*targets, *labels} <= set(ids)
    assert all("scope" in attrs for tag, attrs in reader.elements if tag == "th")


def test_further_sections_stand_on_the_page(tmp_path: Path) -> None:
    """Markdown that is handed in is shown, with its metric or on its own and in the contents."""
    folder = store(tmp_path, paired({"a": [0.1]}), {"mcc": True})

    page = html_of(folder, {"mcc": ["### Friedman\n\np = 0.02"], "": ["## As published\n\nTable 2"]})

    assert re.search(r"<h3 id=\"[\w-]+\">Friedman</h3>\s*<p>p = 0.02</p>", page)
    anchor = re.search(r"<h2 id=\"([\w-]+)\">As published</h2>", page)
    assert anchor
    assert f'<a href="#{anchor[1]}">As published</a>' in page


def test_curves_over_data_sets_take_those_that_are_whole(tmp_path: Path) -> None:
    """A data set that lacks one trial at one ratio is in no point of the mean curve."""
    values = {("a", "0.1"): 0.2, ("a", "0.2"): 0.4, ("b", "0.1"): 0.4, ("b", "0.2"): 0.8, ("c", "0.1"): 0.9}
    made = [
        Made(place, name, "tree", 0, {"mcc": one}) for place, one in values.items() for name in ("none", "x")
    ]
    made += [Made(("c", "0.2"), name, "tree", 0, "boom") for name in ("none", "x")]

    model = model_of(html_of(store(tmp_path, made, {"mcc": True})))

    over = [curve for curve in model["metrics"][0]["curves"] if curve[0] == -1]
    assert [curve[1:6] for curve in over] == [[0, m, 2, [0.1, 0.2], [0.3, 0.6]] for m in (0, 1)]


def test_costs_are_summed_over_the_good_resamples_of_a_place(tmp_path: Path) -> None:
    """Seconds and memory are those of the resamples that succeeded, with their number."""
    made = [
        Made(("a", "0.1"), name, "tree", split, {"mcc": 0.5})
        for name in ("none", "smote")
        for split in (0, 1)
    ]

    model = model_of(html_of(store(tmp_path, made, {"mcc": True})))

    assert model["costs"] == [[0, 0, [[1.0, 24.0, 2.0], [1.5, 24.0, 2.0]]]]


@pytest.fixture(scope="module")
def rich_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a store that has something for every figure, and lacks one trial."""
    lost = ("set5", "adasyn", "knn", 2)
    made = [
        replace(one, scores="boom") if (one.place[0], one.method, one.classifier, one.split) == lost else one
        for one in rich(8)
    ]
    return store(tmp_path_factory.mktemp("rich"), made)


def test_diagrams_have_the_ranks_of_the_tables_and_of_the_drawn_figures(rich_folder: Path) -> None:
    """Ranks, data sets, critical difference, p and bars are those of the other reports."""
    made = contents(read(rich_folder))
    markdown, model = made.markdown(None), model_of(html_of(rich_folder))
    names = [one["name"] for one in model["methods"]]

    for metric in model["metrics"]:
        drawn = critical.frame(made.results, metric["name"], made.found[metric["name"]])
        text = markdown[markdown.index(f"Comparison over data sets by {metric['name']}") :]
        assert [diagram[0] for diagram in metric["ranks"]] == [0, 1, -1]
        for place, n, difference, p, methods, ranks, bars in metric["ranks"]:
            who = "As the mean of all" if place < 0 else f"With {model['classifiers'][place]}, over"
            table = text[text.index(who) :]
            for method, rank in zip(methods, ranks, strict=True):
                assert re.search(rf"\n\| {names[method]} *\| +{rank:.2f} \|", table)
            assert f"over {n} data sets" in table[: table.index("\n")]
            if place < 0:
                continue
            own = drawn[drawn["panel"] == model["classifiers"][place]].set_index("method")
            on = {names[m]: [str(b) for b, ends in enumerate(bars, 1) if ends[0] <= at <= ends[1]]
                  for at, m in enumerate(methods)}  # fmt: skip
            assert dict(zip([names[m] for m in methods], ranks, strict=True)) == pytest.approx(
                own["mean_rank"].to_dict(), abs=0.005
            )
            assert {name: ", ".join(found) for name, found in on.items()} == own["bars"].to_dict()
            assert (n, difference, p) == pytest.approx(
                own[["n_sets", "critical_difference", "p"]].iloc[0].tolist(), rel=3e-3
            )


@pytest.mark.parametrize(("n_sets", "n_methods", "there"), [(4, 4, False), (5, 2, False), (5, 3, True)])
def test_too_few_data_sets_or_methods_have_no_diagram(
    tmp_path: Path, n_sets: int, n_methods: int, there: bool
) -> None:
    """Ranks are drawn from three methods and five data sets on, as in the other figures."""
    kept = ("none", "random", "smote", "adasyn")[:n_methods]
    made = [one for one in rich(n_sets) if one.method in kept]

    model = model_of(html_of(store(tmp_path, made)))

    assert [bool(metric["ranks"]) for metric in model["metrics"]] == [there, there]


def test_calibration_curves_are_those_of_the_drawn_figure(rich_folder: Path) -> None:
    """Points, rows and the terms of the Brier score come from the frames of the report."""
    results = read(rich_folder)
    points, terms = reliability.curves(results), reliability.frame(results)

    model = model_of(html_of(rich_folder))

    told = model["calibration"]
    assert [[model["classifiers"][one[0]], model["methods"][one[1]]["name"], one[2]] for one in told] == (
        terms[["classifier", "method", "n_trials"]].to_numpy().tolist()
    )
    wanted = terms[["brier", "reliability", "resolution", "uncertainty"]].to_numpy()
    assert np.array([one[3] for one in told]) == pytest.approx(wanted, abs=5e-4)
    assert [n for one in told for n in one[4]] == points["n"].tolist()
    assert [value for one in told for value in one[5]] == pytest.approx(points["predicted"], rel=1e-3)
    assert [value for one in told for value in one[6]] == pytest.approx(points["seen"], rel=1e-3)


def test_fidelity_of_the_data_sets_adds_up_to_that_of_the_drawn_figure(rich_folder: Path) -> None:
    """Weighted by their resamples, the marks of one ratio have the mean and the spread that is drawn."""
    drawn = fidelity_plots.frame(read(rich_folder)).set_index(["ratio", "method"])

    model = model_of(html_of(rich_folder))

    marks: dict[tuple[str, str], list[list[float]]] = {}
    for _, ratio, own in model["fidelity"]:
        for method, *values in own:
            marks.setdefault((model["ratios"][ratio], model["methods"][method]["name"]), []).append(values)
    assert set(marks) == set(drawn.index)
    for key, own in marks.items():
        table = np.array(own)
        n, means, sds = table[:, :1], table[:, 1:3] / 1e4, table[:, 3:] / 1e4
        mean = (n * means).sum(axis=0) / n.sum()
        sd = np.sqrt(((n - 1) * sds**2 + n * (means - mean) ** 2).sum(axis=0) / (n.sum() - 1))
        line = drawn.loc[key]
        assert [n.sum(), len(n)] == line[["n_resamples", "n_sets"]].tolist()
        assert mean == pytest.approx(line[["precision", "coverage"]].astype(float), abs=1e-4)
        assert sd == pytest.approx(line[["precision_sd", "coverage_sd"]].astype(float), abs=1e-4)


def test_a_single_resample_has_no_spread(tmp_path: Path) -> None:
    """Of one draw the page has precision and coverage and no standard deviation."""
    made = [Made(("a", "0.1"), "smote", "tree", 0, {"mcc": 0.5}, fidelity=(0.25, 0.5))]

    model = model_of(html_of(store(tmp_path, made, {"mcc": True})))

    assert model["fidelity"] == [[0, 0, [[0, 1, 2500, 5000]]]]
    assert model["calibration"] == []


@given(
    st.lists(st.floats(-1e300, 1e300) | st.sampled_from([None, np.nan, np.inf, -np.inf, 5e-324]), max_size=9)
)
def test_steps_are_near_their_numbers(values: list[float | None]) -> None:
    """A number is at most half a step from its own, and what is none has none; JSON takes the steps."""
    told, decimals = steps(values)

    for value, step in zip(values, told, strict=True):
        assert (step is None) == (value is None or not np.isfinite(value))
        if step is not None and value is not None:
            assert step / 10.0**decimals == pytest.approx(value, rel=1e-12, abs=0.51 / 10.0**decimals)
    assert json.loads(script(told)) == told


def test_the_largest_number_has_four_digits_in_steps() -> None:
    """Numbers far below 1 take finer steps, so that they can be told apart."""
    assert steps([0.0004321, 0.0001, None]) == ([4321, 1000, None], 7)
    assert steps([0.5, 1.0, -2.25]) == ([5000, 10000, -22500], 4)
    assert steps([0.0, None]) == ([0, None], 4)
    assert steps([4.32e30, 1.0]) == ([4320, 0], -27)


def test_the_same_store_gives_the_same_bytes(tmp_path: Path) -> None:
    """Another process, with another order of hashing, writes the same page."""
    folder = store(tmp_path, varied(), focus="smote")
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


def test_ten_thousand_trials_fit_in_six_mebibytes(large_page: Path) -> None:
    """The page of 10,000 trials, the library that resamples included, has at most 6 MiB."""
    assert large_page.stat().st_size <= 6 * MIB


def test_the_summary_is_over_the_same_sets_as_the_comparisons(tmp_path: Path) -> None:
    """Where a classifier has no score of any method on a set, the set counts by its other classifiers."""
    lost = {"a": FAILED, "b": FAILED}
    results = stored(
        tmp_path,
        [
            Cell(
                [lost.get(name, score) if classifier == "svc" else score], method, name, classifier=classifier
            )
            for name in "abcd"
            for classifier in ("tree", "svc")
            for method, score in (("none", 0.4), ("smote", 0.5))
        ],
    )

    summed = over_all(gains(results, "mcc"))

    table = comparisons.frame(results, "mcc", cells(results, "mcc")).set_index(["classifier", "method"])
    assert summed["n"].tolist() == [table.loc[("(all)", "smote"), "n_sets"]] == [4]

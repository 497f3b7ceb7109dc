"""The claims of a source, asked of stores that are written by hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import ttest_rel

from oversample_bench.analysis import claims, results
from oversample_bench.analysis.results import Results
from oversample_bench.plugins.published import published_table
from oversample_bench.plugins.registry import load_registry
from oversample_bench.report import claims_section
from oversample_bench.report.writers import markdown
from tests import stores
from tests.stores import FAILED, SHARE, Score

T = 4.302653  # Student's t quantile of 2 degrees of freedom at 0.975


def shown(results: Results) -> str:
    """Return the section as Markdown."""
    return markdown.sections([claims_section.section(results)], lambda _: None)


def cell(
    scores: Sequence[Score | Sequence[Score]],
    method: str = "none",
    dataset: str = "toy",
    classifier: str = "tree",
    ratio: str = "0.01",
) -> stores.Cell:
    return stores.Cell(scores, method, dataset, ratio, classifier)


def store(
    folder: Path, cells: Iterable[stores.Cell], table: str, metrics: Mapping[str, bool] | None = None
) -> Results:
    """Write a store whose run is compared with ``table``, and return what a report reads of it."""
    published = published_table(load_registry(), table) if table == "paper" else table
    return results.read(stores.store(folder, cells, metrics, published=published))


def printed(values: Mapping[str, float], classifier: str = "tree", metric: str = "mcc") -> str:
    """Return a user's table of one row of methods as the options of a run hold it."""
    rows = [f"toy,{classifier},{metric},{method},{value},," for method, value in values.items()]
    return "\n".join(["dataset,classifier,metric,method,value,ratio,note", *rows]) + "\n"


THREE = [cell([0.6, 0.7, 0.8], "a"), cell([0.5, 0.5, 0.5], "b"), cell([0.1, 0.1, 0.1], "c")]


def test_the_claims_on_one_row_are_worked_by_hand(tmp_path: Path) -> None:
    """Differences 0.1, 0.2, 0.3: mean 0.2, sd 0.1, t times sd times the root of 1/3 + 25/100 around it."""
    found = claims.frame(store(tmp_path, THREE, printed({"a": 0.9, "b": 0.8, "c": 0.7})))

    told = found[["claim", "better", "worse", "n"]].to_numpy().tolist()
    assert told == [
        ["best of its row", "a", "b", 3],
        ["order of two", "a", "b", 3],
        ["order of two", "a", "c", 3],
    ]
    reach = T * 0.1 * (1 / 3 + SHARE) ** 0.5
    for row in found.iloc[:2].itertuples():
        assert (row.mean, row.low, row.high) == pytest.approx((0.2, 0.2 - reach, 0.2 + reach), abs=1e-7)
        assert (row.published, row.design) == (pytest.approx(0.1), "3 splits")
    assert found["published"].tolist()[2] == pytest.approx(0.2)
    assert found["holds"].tolist() == ["leans yes", "leans yes", "yes"]


def test_one_split_takes_students_t_over_its_seeds(tmp_path: Path) -> None:
    """Seeds on one split share all rows: the interval is the plain paired t, which tells of seeds alone."""
    own, other = [0.6, 0.7, 0.8], [0.5, 0.5, 0.6]
    found = claims.frame(
        store(tmp_path, [cell([own], "a"), cell([other], "b")], printed({"a": 0.9, "b": 0.8}))
    )

    expected = ttest_rel(own, other).confidence_interval(0.95)
    assert found["design"].unique().tolist() == ["one split, 3 seeds"]
    assert found[["low", "high"]].to_numpy().tolist() == [pytest.approx(list(expected), abs=1e-12)] * 2


@pytest.mark.parametrize(
    ("own", "holds"),
    [([0.9, 0.9, 0.91], "yes"), ([0.5, 0.9, 0.7], "leans yes"), ([0.5, 0.5, 0.5], "even"),
     ([0.5, 0.1, 0.3], "leans no"), ([0.1, 0.1, 0.11], "no"), ([FAILED] * 3, "")],
)  # fmt: skip
def test_the_answer_says_how_sure_it_is(tmp_path: Path, own: list[Score], holds: str) -> None:
    """Yes and no where the interval excludes 0, a lean where it does not, nothing without a pair."""
    cells = [cell(own, "a"), cell([0.5, 0.5, 0.5], "b")]

    found = claims.frame(store(tmp_path, cells, printed({"a": 0.9, "b": 0.8})))

    assert found.loc[found["claim"] == "order of two", "holds"].tolist() == [holds]


def test_where_lower_is_better_the_least_printed_value_is_best(tmp_path: Path) -> None:
    """For a loss everything turns: best is least, and a gain is how much lower it is."""
    table = printed({"a": 0.1, "b": 0.2}, metric="brier")
    cells = [cell([0.1, 0.2, 0.3], "a"), cell([0.4, 0.4, 0.4], "b")]

    found = claims.frame(store(tmp_path, cells, table, {"brier": False}))

    assert found["better"].tolist() == ["a", "a"]
    assert found["published"].tolist() == pytest.approx([0.1, 0.1])
    assert found["mean"].tolist() == pytest.approx([0.2, 0.2])
    assert (found["low"] < found["mean"]).all()
    assert (found["mean"] < found["high"]).all()


def test_the_order_is_the_sources_even_where_its_favourite_is_below(tmp_path: Path) -> None:
    """Where the source has its favourite below another one, that is the claim; its ties are none."""
    table = printed({"a": 0.9, "b": 0.8, "c": 0.7}) + "".join(
        f"toy,{classifier},mcc,{method},{value},,\n"
        for classifier, row in {
            "line": {"a": 0.5, "b": 0.4, "c": 0.4},
            "knn": {"a": 0.5, "b": 0.6, "c": 0.5},
        }.items()
        for method, value in row.items()
    )
    cells = [cell(one.scores, one.method, classifier="knn") for one in THREE]

    found = claims.frame(store(tmp_path, cells, table))

    orders = found[found["claim"] == "order of two"]
    assert orders[["better", "worse"]].to_numpy().tolist() == [["b", "a"]]
    assert orders["mean"].tolist() == pytest.approx([-0.2])


def test_several_published_bests_hold_where_one_does(tmp_path: Path) -> None:
    """Of methods that are printed equal and best, the one that did best here stands for them."""
    found = claims.frame(store(tmp_path, THREE, printed({"a": 0.9, "b": 0.2, "c": 0.9})))

    best = found[found["claim"] == "best of its row"]
    assert best[["better", "worse"]].to_numpy().tolist() == [["a", "b"]]


def test_a_best_method_that_is_not_here_is_no_claim(tmp_path: Path) -> None:
    """Where the published best has no score, no other one inherits its place, and the text counts the row."""
    cells = [*THREE, cell([FAILED] * 3, "d")]
    (tmp_path / "b").mkdir()
    values = {"a": 0.8, "b": 0.7, "c": 0.6}

    found = [
        store(tmp_path, THREE, printed({**values, "e": 0.9})),
        store(tmp_path / "b", cells, printed({**values, "d": 0.9})),
    ]

    assert all("best of its row" not in set(claims.frame(one)["claim"]) for one in found)
    assert "1 further rows have no score of their published best, or of a rival." in shown(found[1])


def test_the_curves_of_the_paper_are_asked_at_every_ratio(tmp_path: Path) -> None:
    """What Figures 3 and 4 claim needs no printed value: it is asked wherever the methods are."""
    scores = {"none": 0.1, "cgan": 0.2, "auto_only": 0.3, "ae_no_clu": 0.4, "glgan": 0.5}
    cells = [
        cell([score, score + 0.01, score], method, "usps 2/8", classifier, ratio)
        for ratio in ("0.01", "0.5")
        for classifier in ("adaboost", "knn")
        for method, score in scores.items()
    ]

    found = claims.frame(store(tmp_path, cells, "paper"))

    curves = found[found["claim"] == "curve"]
    assert curves["classifier"].unique().tolist() == ["adaboost"]
    assert curves[["ratio", "better", "worse"]].to_numpy().tolist() == [
        [ratio, better, worse]
        for ratio in ("0.01", "0.5")
        for better, worse in [
            ("glgan", "auto_only"), ("glgan", "cgan"), ("auto_only", "none"), ("glgan", "ae_no_clu"),
        ]
    ]  # fmt: skip
    assert np.allclose(curves["mean"][:4], [0.2, 0.3, 0.2, 0.1])
    assert set(found.loc[found["claim"] != "curve", "ratio"]) == {"0.01"}


def test_the_favourite_of_the_paper_is_its_own_method(tmp_path: Path) -> None:
    """GL-GAN, best in 34 of 45 rows and tied in one, is compared with each other method."""
    found = store(tmp_path, [cell([0.5], dataset="usps 2/8")], "paper", {"mcc": True, "f1_macro": True})

    assert claims._favourite(claims._ranked(found)) == "GL-GAN"


def test_the_section_counts_the_answers_and_shows_every_interval(tmp_path: Path) -> None:
    """Counts stand on top, by claim and design; below stands each difference with its interval and answer."""
    cells = [*THREE, *(cell([list(one.scores)], one.method, "toy, one split") for one in THREE)]
    text = shown(store(tmp_path, cells, printed({"a": 0.9, "b": 0.8, "c": 0.7})))

    assert (
        "The published best method is ahead of all others here in 2 of 2 rows, and beyond doubt in 0." in text
    )
    lines = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if "|" in line
    ]
    assert ["a above c", "several", "1", "0", "0", "0", "0", "0"] in lines
    assert ["the published best is best", "one", "0", "1", "0", "0", "0", "0"] in lines
    assert ["mcc", "a above c", "+0.600 [+0.271, +0.929] yes"] in lines
    assert ["mcc", "the published best is best", "a over b: +0.200 [-0.129, +0.529] leans yes"] in lines
    assert "**Claims on toy, one split at ratio 0.01, one split, 3 seeds" in text


@pytest.mark.parametrize("table", [printed({"a": 0.9}), printed({"x": 0.9, "y": 0.8}), "paper"])
def test_without_two_compared_methods_there_is_a_sentence(tmp_path: Path, table: str) -> None:
    """One published method, none of ours, or another set: nothing to claim, no table, no error."""
    text = shown(store(tmp_path, THREE, table))

    assert text.endswith(claims_section.NOTHING)


def test_one_pair_has_a_difference_and_no_interval(tmp_path: Path) -> None:
    """With one pair the difference leans, and no interval stands beside it."""
    cells = [cell([0.6, FAILED], "a"), cell([0.5, 0.5], "b")]

    text = shown(store(tmp_path, cells, printed({"a": 0.9, "b": 0.8})))

    assert "+0.100 leans yes, n = 1 of 2" in text
    assert "nan" not in text

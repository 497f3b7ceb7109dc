"""Over data sets: that the tables hold what the tests of `report/statistics` find, over the right sets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import scikit_posthocs
from markdown_it import MarkdownIt
from scipy.stats import friedmanchisquare, wilcoxon
from statsmodels.stats.multitest import multipletests

from oversample_bench.analysis import comparisons
from oversample_bench.analysis import results as reading
from oversample_bench.analysis.results import Results
from oversample_bench.analysis.score_cells import cells
from oversample_bench.report import findings
from oversample_bench.report.figures import critical
from tests.stores import FAILED, SILENT, WAITS, Cell, Score, store, stored

METHODS = ("none", "smote", "adasyn", "glgan")
RATIOS = ("natural", "0.1")


def on_sets(
    scores: Mapping[str, Sequence[Score]], classifier: str = "tree", ratio: str = "natural"
) -> list[Cell]:
    """Return one split a set; the keys are sets, the lists hold one score a method."""
    return [
        Cell([score], method, dataset, ratio, classifier)
        for dataset, row in scores.items()
        for method, score in zip(METHODS, row, strict=False)
    ]


def told(results: Results, metric: str = "mcc") -> pd.DataFrame:
    return comparisons.frame(results, metric, cells(results, metric))


def one(results: Results, classifier: str = "tree") -> pd.DataFrame:
    found = told(results)
    return found[found["classifier"] == classifier].set_index("method")


def drawn(n_sets: int = 14, seed: int = 3) -> dict[str, list[float]]:
    rng = np.random.default_rng(seed)
    values = rng.normal([0.5, 0.55, 0.52, 0.6], 0.05, (n_sets, len(METHODS)))
    return {f"set {i:02}": row for i, row in enumerate(values.tolist())}


# --- the numbers are those of other libraries


def test_the_tests_are_those_of_other_libraries(tmp_path: Path) -> None:
    """Friedman and Wilcoxon equal scipy's, Holm statsmodels', Nemenyi scikit-posthocs'."""
    scores = drawn()
    matrix = pd.DataFrame(scores, index=list(METHODS)).T

    found = one(stored(tmp_path, on_sets(scores)))

    chi2, p = friedmanchisquare(*matrix.to_numpy().T)
    assert found[["chi2", "p_friedman"]].iloc[0].tolist() == pytest.approx([chi2, p], rel=1e-9)
    gaps = [matrix[name] - matrix["none"] for name in METHODS[1:]]
    raw = [wilcoxon(gap).pvalue for gap in gaps]
    assert found["p_wilcoxon"].iloc[1:].tolist() == pytest.approx(raw, rel=1e-9)
    assert found["p_holm"].iloc[1:].tolist() == pytest.approx(list(multipletests(raw, method="holm")[1]))
    nemenyi = scikit_posthocs.posthoc_nemenyi_friedman(matrix)["none"]
    assert found["p_nemenyi"].iloc[1:].tolist() == pytest.approx(
        nemenyi[list(METHODS[1:])].tolist(), abs=1e-6
    )
    assert found["gain"].iloc[1:].tolist() == pytest.approx([gap.mean() for gap in gaps], abs=1e-12)


def test_the_control_is_compared_with_nobody(tmp_path: Path) -> None:
    """The row of the control has a rank and no gain, no p-value and no probability."""
    found = one(stored(tmp_path, on_sets(drawn(5)), focus="glgan"))

    own = found.loc["glgan"]
    assert set(found["control"]) == {"glgan"}
    assert own[["gain", "p_holm", "p_nemenyi", "p_better", "least_gain"]].isna().all()
    assert (
        found.drop("glgan")[["gain", "p_holm", "p_nemenyi", "p_better", "least_gain"]].notna().all(axis=None)
    )


@pytest.mark.parametrize(
    ("methods", "options", "expected"),
    [
        (["smote", "none", "glgan"], {"focus": "glgan"}, "glgan"),
        (["smote", "none", "glgan"], {}, "none"),
        (["smote", "none"], {"focus": "gone"}, "none"),
        (["smote", "glgan"], {}, "smote"),
    ],
)
def test_the_control_is_the_focus_or_none(
    tmp_path: Path, methods: list[str], options: dict[str, object], expected: str
) -> None:
    """The suite's focus comes first, then the baseline, then the first method of the plan."""
    results = stored(tmp_path, [Cell([0.5], name) for name in methods], **options)

    assert comparisons.control(results) == expected


def test_lower_may_be_better(tmp_path: Path) -> None:
    """For a loss a gain is a fall, and the lowest has rank 1."""
    trials = on_sets({"a": [0.5, 0.4], "b": [0.3, 0.1]})
    results = reading.read(store(tmp_path, trials, {"brier": False}))

    found = told(results, "brier").set_index("method")

    assert found["mean_rank"].tolist() == [2, 1]
    assert found.loc["smote", "gain"] == pytest.approx(0.15)


# --- which sets, and what one value of them is


def test_a_set_is_the_mean_of_its_ratios(tmp_path: Path) -> None:
    """Two ratios of a set make one value, so that n counts sets and no gain counts twice."""
    first = on_sets({"a": [0.5, 0.6], "b": [0.4, 0.3], "c": [0.4, 0.6]})
    second = on_sets({"a": [0.5, 0.9], "b": [0.4, 0.8], "c": [0.4, 0.6]}, ratio="0.1")

    found = one(stored(tmp_path, [*first, *second]))

    assert found.loc["smote", "n_sets"] == 3
    assert found.loc["smote", "gain"] == pytest.approx((0.25 + 0.15 + 0.2) / 3)
    assert [found.loc["smote", name] for name in ("gain_low", "gain_high")] == pytest.approx([0.15, 0.25])


def test_the_mean_of_all_classifiers_is_one_more_comparison(tmp_path: Path) -> None:
    """Each classifier is compared alone, and the sets' means over classifiers together."""
    scores = {"tree": {"a": [0.5, 0.7], "b": [0.5, 0.6]}, "knn": {"a": [0.5, 0.4], "b": [0.5, 0.5]}}
    results = stored(tmp_path, [cell for name, own in scores.items() for cell in on_sets(own, name)])

    found = told(results).set_index(["classifier", "method"])["gain"]

    expected = {"tree": 0.15, "knn": -0.05, "(all)": 0.05}
    assert {name: found[name, "smote"] for name in expected} == pytest.approx(expected)
    assert list(dict.fromkeys(found.index.get_level_values("classifier"))) == list(expected)


def test_incomplete_sets_are_left_out_by_name_and_imputed_beside(tmp_path: Path) -> None:
    """A set in which a method failed is in the imputed columns only, where that method is worst."""
    scores: dict[str, list[Score]] = {"a": [0.1, 0.2, 0.3], "b": [0.1, 0.3, 0.2], "c": [0.1, 0.2, FAILED]}

    results = stored(tmp_path, on_sets(scores))
    found, text = one(results), findings.section(results, "mcc", told(results))

    assert set(found["left_out"]) == {"c"}
    assert [*found["n_sets"].unique(), *found["n_sets_imputed"].unique()] == [2, 3]
    assert found["mean_rank"].tolist() == [3, 1.5, 1.5]
    assert found["mean_rank_imputed"].tolist() == pytest.approx([8 / 3, 4 / 3, 2])
    assert "With tree, over 2 data sets (left out: c): Friedman's" in text
    assert "p (Holm), imputed" in text
    assert "Iman and Davenport's test has, imputed over 3 data sets, p = " in text


def test_sets_that_are_not_run_are_in_neither(tmp_path: Path) -> None:
    """A trial that waits takes its set out, and the text says so; it is no failure."""
    scores: dict[str, list[Score]] = {"a": [0.1, 0.2], "b": [0.1, 0.3], "c": [0.1, WAITS]}
    results = stored(tmp_path, on_sets(scores))

    found = one(results)

    assert found[["n_sets", "n_sets_imputed"]].to_numpy().tolist() == [[2, 2]] * 2
    assert set(found["left_out"]) == {""}
    assert "Sets with trials that have not been run are in neither." in findings.rules(results)


def test_a_classifier_without_the_output_takes_nothing_from_the_others(tmp_path: Path) -> None:
    """A classifier that no method has a score with is in no mean; its own comparison is empty."""
    silent = on_sets({"a": [SILENT, SILENT], "b": [SILENT, SILENT]}, "svc")
    results = stored(tmp_path, [*on_sets({"a": [0.1, 0.2], "b": [0.1, 0.4]}), *silent])

    found = told(results).set_index(["classifier", "method"])
    text = findings.section(results, "mcc", told(results))

    assert found.loc[("svc", "smote"), "n_sets"] == 0
    assert found.loc[("(all)", "smote"), "gain"] == found.loc[("tree", "smote"), "gain"]
    assert "With svc there is no data set in which every method has all its trials scored" in text
    assert "nan" not in text


def test_the_diagram_is_over_the_same_sets_as_the_table(tmp_path: Path) -> None:
    """Where one ratio of a set has no score of any method, the set counts by its others, drawn and told."""
    scores = {f"set{i}": [0.1 + i / 10, 0.3 + i / 10, 0.2] for i in range(6)}
    trials = [
        Cell([score], method, dataset, ratio)
        for dataset, row in scores.items()
        for method, score in zip(METHODS, row, strict=False)
        for ratio in ("0.1", "0.5")
    ]
    gone = ("set1", "0.1")
    trials = [replace(one, scores=[FAILED]) if (one.dataset, one.ratio) == gone else one for one in trials]
    results = stored(tmp_path, trials)

    drawn_ranks = critical.frame(results, "mcc", cells(results, "mcc"))

    table = told(results)
    assert set(drawn_ranks["n_sets"]) == set(table["n_sets"]) == {6}
    assert drawn_ranks["mean_rank"].tolist() == table["mean_rank"].tolist()


# --- chance


def test_the_same_store_gives_the_same_numbers(tmp_path: Path) -> None:
    """Bootstrap and Bayes start from names: a second reading, and a further classifier, change nothing."""
    trials = on_sets(drawn(6))
    first = told(stored(tmp_path / "a", trials))
    again = told(stored(tmp_path / "b", trials))
    more = told(stored(tmp_path / "c", [*on_sets(drawn(6, seed=9), "knn"), *trials]))

    pd.testing.assert_frame_equal(first, again, check_exact=True)
    own = more[more["classifier"] == "tree"].reset_index(drop=True)
    pd.testing.assert_frame_equal(first, own, check_exact=True)


def test_the_region_of_equivalence_is_the_suites(tmp_path: Path) -> None:
    """A gain of 0.03 is better by the usual region and as good as nothing by a wider one."""
    scores = {f"set {i}": [0.5, 0.53] for i in range(8)}
    usual = one(stored(tmp_path / "a", on_sets(scores))).loc["smote"]
    wide = one(stored(tmp_path / "b", on_sets(scores), rope=0.05)).loc["smote"]

    assert usual["p_better"] > 0.99
    assert wide["p_equivalent"] == 1
    assert usual[["p_better", "p_equivalent", "p_worse"]].sum() == pytest.approx(1)


# --- what is said


def test_too_few_sets_are_a_caution_with_the_least_gain(tmp_path: Path) -> None:
    """Of five sets the text says how many there should be, and what could have been seen."""
    results = stored(tmp_path, on_sets(drawn(5)))

    text = findings.section(results, "mcc", told(results))

    assert "**Caution.** 5 data sets are too few: the p-values of Friedman's test need 11 or more." in text
    assert "1 split is too few for an interval" in text
    assert "that a paired t test sees with 80 % power is between" in text


@pytest.mark.parametrize("n_sets", [2, 3, 4, 5])
def test_intervals_over_few_sets_are_said_to_be_too_narrow(tmp_path: Path, n_sets: int) -> None:
    """A comparison over three or four sets says so itself; two have no interval, five a sound one."""
    ours = {
        name: row if at < n_sets else [FAILED, *row[1:]] for at, (name, row) in enumerate(drawn(6).items())
    }
    results = stored(tmp_path, [*on_sets(drawn(6), "knn"), *on_sets(ours, "svc")])

    text = findings.section(results, "mcc", told(results))

    narrow = f"Intervals of gains over {n_sets} data sets are too narrow"
    assert (narrow in text) == (n_sets in (3, 4))
    assert "over 6 data sets are too narrow" not in text
    low = told(results).set_index(["classifier", "method"]).loc[("svc", "smote"), "gain_low"]
    assert np.isnan(low) == (n_sets == 2)


def test_enough_sets_and_splits_need_no_caution(tmp_path: Path) -> None:
    """Eleven sets with five splits each are not cautioned about."""
    trials = [
        Cell([score + i / 100 for i in range(5)], method, dataset)
        for dataset, row in drawn(11).items()
        for method, score in zip(METHODS, row, strict=True)
    ]
    results = stored(tmp_path, trials)

    assert "Caution" not in findings.section(results, "mcc", told(results))


def test_small_p_values_are_not_rounded_to_nothing(tmp_path: Path) -> None:
    """A p-value below a thousandth is told as such, in the table and in the sentence."""
    scores = {f"set {i:02}": [0.1 + i / 100, 0.5 + i / 50] for i in range(20)}
    results = stored(tmp_path, on_sets(scores))

    text = findings.section(results, "mcc", told(results))

    assert text.count("<0.001") == 2
    assert "p below 0.001" in text
    assert [findings.shown(p) for p in (0.0009, 0.001, 0.5, 1.0, float("nan"))] == [
        "<0.001", "0.001", "0.500", "1.000", "–",
    ]  # fmt: skip


@pytest.mark.parametrize("scores", [{"a": [0.4, 0.5]}, {"a": [0.4]}])
def test_one_set_or_one_method_is_told_in_a_sentence(tmp_path: Path, scores: dict[str, list[Score]]) -> None:
    """With one data set there is nothing over data sets; with one method there is no section."""
    results = stored(tmp_path, on_sets(scores))

    text = findings.section(results, "mcc", told(results))

    assert text == "" if len(scores["a"]) == 1 else "nothing can be told over data sets" in text


def test_all_failed_is_told_without_numbers(tmp_path: Path) -> None:
    """Where no trial succeeded there is no table, no p-value and no warning of pandas or scipy."""
    results = stored(tmp_path, on_sets({"a": [FAILED, FAILED], "b": [FAILED, FAILED]}))

    text = findings.section(results, "mcc", told(results))

    assert "With tree there is no data set in which every method has all its trials scored" in text
    assert "nan" not in text


@pytest.mark.parametrize("name", ["a|b", "*bold* _it_", "<script>", "# head", "x\ny"])
def test_no_name_breaks_the_tables(tmp_path: Path, name: str) -> None:
    """Each row is as wide as its header, whatever sets, methods and classifiers are called."""
    trials = [
        Cell([score], method, f"{name} {i}", classifier=name)
        for i, row in enumerate([[0.1, 0.2], [0.3, 0.1]])
        for method, score in zip((name, f"other {name}"), row, strict=True)
    ]
    results = stored(tmp_path, trials)

    page = MarkdownIt("commonmark").enable("table").render(findings.section(results, "mcc", told(results)))

    widths = {row.count("<td") + row.count("<th") for row in page.split("<tr>")[1:]}
    assert widths == {9}
    assert "<script" not in page

"""Paired differences from the control: over which sets, by which unit, equal to those of libraries."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import friedmanchisquare, t, ttest_1samp, wilcoxon
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.power import TTestPower

from oversample_bench.analysis import comparisons, curves, pipelines, rank_tests, significance
from oversample_bench.analysis import control as controls
from oversample_bench.analysis import results as reading
from oversample_bench.analysis.evidence import evidence
from oversample_bench.analysis.results import Results
from oversample_bench.analysis.score_cells import cells
from oversample_bench.analysis.statistics import bootstrap
from oversample_bench.core.errors import UsageError
from oversample_bench.core.seeds import child
from oversample_bench.report import comparison_tables
from tests.stores import FAILED, SHARE, SILENT, WAITS, Cell, Score, store, stored

METHODS = ("none", "smote", "adasyn", "glgan")
FEW = settings(max_examples=15, deadline=None)  # each example writes a store


def on_sets(
    scores: Mapping[str, Sequence[Score]], classifier: str = "tree", ratio: str = "natural"
) -> list[Cell]:
    """Return one split a set; the keys are sets, the lists hold one score a method."""
    return [
        Cell([score], method, dataset, ratio, classifier)
        for dataset, row in scores.items()
        for method, score in zip(METHODS, row, strict=False)
    ]


def overall(results: Results, classifier: str = "", metric: str = "mcc") -> pd.DataFrame:
    return comparisons.overall(comparisons.frame(results, metric), classifier).set_index("method")


def each(results: Results, metric: str = "mcc") -> pd.DataFrame:
    found = comparisons.frame(results, metric)
    return found[found["scope"] == comparisons.EACH].set_index("method")


def drawn(n_sets: int = 14, seed: int = 3) -> dict[str, list[float]]:
    rng = np.random.default_rng(seed)
    values = rng.normal([0.5, 0.55, 0.52, 0.6], 0.05, (n_sets, len(METHODS)))
    return {f"set {i:02}": row for i, row in enumerate(values.tolist())}


# --- the numbers are those of other libraries


def test_many_sets_have_the_bootstrap_and_wilcoxon(tmp_path: Path) -> None:
    """Above ten data sets p is scipy's signed-rank test, Holm's as statsmodels has it, the interval drawn."""
    scores = drawn()
    matrix = pd.DataFrame(scores, index=list(METHODS)).T

    found = overall(stored(tmp_path, on_sets(scores)))

    gaps = [matrix[name] - matrix["none"] for name in METHODS[1:]]
    raw = [wilcoxon(gap).pvalue for gap in gaps]
    assert found["estimate"].tolist() == pytest.approx([gap.mean() for gap in gaps], abs=1e-12)
    assert found["p"].tolist() == pytest.approx(raw, rel=1e-9)
    assert found["p_adjusted"].tolist() == pytest.approx(list(multipletests(raw, method="holm")[1]))
    generator = np.random.default_rng(child(0, "bootstrap over data sets"))
    pair = pd.DataFrame({"control": 0.0, "own": gaps[0].round(12)})
    drawn_ends = bootstrap.mean_gains(pair, "control", list(pair.index), generator)["own"]
    assert found.loc["smote", ["low", "high"]].tolist() == pytest.approx([drawn_ends.low, drawn_ends.high])


@FEW
@given(n=st.integers(2, 10), seed=st.integers(0, 1000))
def test_few_sets_have_students_t(n: int, seed: int) -> None:
    """Up to ten data sets interval and p are scipy's t test, so that both say the same of 0."""
    scores = drawn(n, seed)
    with tempfile.TemporaryDirectory() as name:
        found = overall(stored(Path(name), on_sets(scores)))

    matrix = pd.DataFrame(scores, index=list(METHODS)).T
    for method, row in found.iterrows():
        test = ttest_1samp(matrix[method] - matrix["none"], 0)
        ends = test.confidence_interval()
        assert [row["p"], row["low"], row["high"]] == pytest.approx(
            [test.pvalue, ends.low, ends.high], rel=1e-6
        )
        assert (row["p"] < 0.05) == (row["low"] > 0 or row["high"] < 0)
    assert found["p_adjusted"].tolist() == pytest.approx(list(multipletests(found["p"], method="holm")[1]))


@FEW
@given(n=st.integers(2, 12), seed=st.integers(0, 1000))
def test_splits_of_one_set_have_the_corrected_t(n: int, seed: int) -> None:
    """Within a data set splits share rows: the variance of the mean is s² (1 / J + n_test / n_train)."""
    rng = np.random.default_rng(seed)
    own, held = rng.random(n), rng.random(n)
    with tempfile.TemporaryDirectory() as name:
        results = stored(Path(name), [Cell(list(held), "none"), Cell(list(own), "smote")])
        found, whole = each(results).loc["smote"], overall(results).loc["smote"]

    gaps = own - held
    error = np.sqrt(gaps.var(ddof=1) * (1 / n + SHARE))
    reach = t.ppf(0.975, n - 1) * error
    told = [gaps.mean(), gaps.mean() - reach, gaps.mean() + reach, 2 * t.sf(abs(gaps.mean()) / error, n - 1)]
    for row in (found, whole):
        assert row[["estimate", "low", "high", "p"]].tolist() == pytest.approx(told, abs=1e-9)
        assert (row["unit"], row["n"]) == ("splits", n)


def test_seeds_of_a_split_are_no_further_splits(tmp_path: Path) -> None:
    """Seeds are averaged within a split; of a single split they are the unit, by Student's t."""
    held, own = [[0.5, 0.5], [0.4, 0.6]], [[0.6, 0.8], [0.5, 0.9]]
    both = each(stored(tmp_path / "a", [Cell(held, "none"), Cell(own, "smote")])).loc["smote"]
    once = each(stored(tmp_path / "b", [Cell(held[:1], "none"), Cell(own[:1], "smote")])).loc["smote"]

    assert (both["n"], both["unit"], both["estimate"]) == (2, "splits", pytest.approx(0.2))
    assert both[["low", "high"]].tolist() == pytest.approx([0.2, 0.2])
    assert (once["n"], once["unit"]) == (2, "seeds")
    ends = ttest_1samp([0.1, 0.3], 0).confidence_interval()
    assert once[["low", "high"]].tolist() == pytest.approx([ends.low, ends.high])


def test_friedmans_test_is_scipys(tmp_path: Path) -> None:
    """Ranks and chi squared are those of scipy over the same blocks."""
    scores = drawn()
    matrix = pd.DataFrame(scores, index=list(METHODS)).T

    found = rank_tests.frame(stored(tmp_path, on_sets(scores)), "mcc")

    chi2, p = friedmanchisquare(*matrix.to_numpy().T)
    assert found[["chi2", "p_friedman"]].iloc[0].tolist() == pytest.approx([chi2, p], rel=1e-9)
    assert found["mean_rank"].tolist() == matrix.rank(axis=1, ascending=False).mean().tolist()


# --- the control


@pytest.mark.parametrize(
    ("methods", "options", "expected"),
    [
        (["smote", "none", "glgan"], {"control": "glgan"}, "glgan"),
        (["smote", "none", "glgan"], {"focus": "glgan"}, "glgan"),  # a run of an earlier version
        (["smote", "none", "glgan"], {}, "none"),
        (["smote", "none"], {"control": "gone"}, "none"),
        (["smote", "glgan"], {}, "smote"),
    ],
)
def test_there_is_one_rule_for_the_control(
    tmp_path: Path, methods: list[str], options: dict[str, object], expected: str
) -> None:
    """The suite's control comes first, then the baseline, then the first method of the plan."""
    results = stored(tmp_path, [Cell([0.5], name) for name in methods], **options)

    assert controls.control(results) == expected
    assert set(comparisons.frame(results, "mcc")["control"]) == {expected}
    assert expected not in set(comparisons.frame(results, "mcc")["method"])


def test_another_control_turns_the_difference(tmp_path: Path) -> None:
    """A gain over a control is minus the control's gain over it, and an unknown control is refused."""
    results = stored(tmp_path, on_sets(drawn(5)))

    forth = comparisons.overall(comparisons.frame(results, "mcc")).set_index("method").loc["glgan"]
    back = comparisons.overall(comparisons.frame(results, "mcc", "glgan")).set_index("method").loc["none"]

    assert forth[["estimate", "low", "high", "p"]].tolist() == pytest.approx(
        [-back["estimate"], -back["high"], -back["low"], back["p"]]
    )
    with pytest.raises(UsageError, match=r"no method 'glgam'. Did you mean 'glgan'"):
        comparisons.frame(results, "mcc", "glgam")


def test_lower_may_be_better(tmp_path: Path) -> None:
    """For a loss a gain is by how much it falls, and the lowest has rank 1."""
    results = reading.read(store(tmp_path, on_sets({"a": [0.5, 0.4], "b": [0.3, 0.1]}), {"brier": False}))

    assert overall(results, metric="brier").loc["smote", "estimate"] == pytest.approx(0.15)
    assert rank_tests.frame(results, "brier")["mean_rank"].tolist() == [2, 1]
    assert pipelines.frame(results, "brier")["mean"].tolist() == pytest.approx([0.25, 0.4])


# --- which sets, and what one value of them is


def test_a_set_is_the_mean_of_its_ratios(tmp_path: Path) -> None:
    """Two ratios of a set make one value, so that n counts sets and no gain counts twice."""
    first = on_sets({"a": [0.5, 0.6], "b": [0.4, 0.3], "c": [0.4, 0.6]})
    second = on_sets({"a": [0.5, 0.9], "b": [0.4, 0.8], "c": [0.4, 0.6]}, ratio="0.1")

    found = overall(stored(tmp_path, [*first, *second])).loc["smote"]

    assert (found["n"], found["n_planned"], found["unit"]) == (3, 3, "data sets")
    assert found["estimate"] == pytest.approx((0.25 + 0.15 + 0.2) / 3)


def test_the_mean_of_all_classifiers_is_one_more_comparison(tmp_path: Path) -> None:
    """Each classifier is compared alone, and the sets' means over classifiers together."""
    scores = {"tree": {"a": [0.5, 0.7], "b": [0.5, 0.6]}, "knn": {"a": [0.5, 0.4], "b": [0.5, 0.5]}}
    results = stored(tmp_path, [cell for name, own in scores.items() for cell in on_sets(own, name)])

    found = comparisons.frame(results, "mcc")
    found = found[found["scope"] == comparisons.OVERALL].set_index("classifier")["estimate"]

    expected = {"tree": 0.15, "knn": -0.05, "(all)": 0.05}
    assert found.to_dict() == pytest.approx(expected)
    assert list(found.index) == list(expected)


def apart(how: str) -> list[Cell]:
    """Return three methods with two classifiers on two sets; the last method does not go with knn."""
    rows: dict[str, dict[str, list[Score]]] = {
        "tree": {"a": [0.5, 0.7, 0.6], "b": [0.5, 0.6, 0.7]},
        "knn": {"a": [0.1, 0.2, how], "b": [0.1, 0.4, how]},
    }
    cells = [cell for name, own in rows.items() for cell in on_sets(own, name)]
    return [cell for cell in cells if cell.scores != ["unplanned"]]


@pytest.mark.parametrize("how", ["skipped", "unplanned"])
def test_a_gain_is_over_the_classifiers_that_both_go_with(tmp_path: Path, how: str) -> None:
    """A classifier that a method was skipped for, or not planned with, is in no mean of it or its control."""
    results = stored(tmp_path, apart(how))
    found = overall(results)

    assert found["estimate"].to_dict() == pytest.approx({"smote": 0.175, "adasyn": 0.15})
    assert found["n"].tolist() == [2, 2]


@pytest.mark.parametrize("how", ["skipped", "unplanned"])
def test_ranks_are_over_the_classifiers_that_every_method_goes_with(tmp_path: Path, how: str) -> None:
    """Means and ranks of all classifiers leave out those that some method does not go with, and say so."""
    results = stored(tmp_path, apart(how))
    told = evidence(results, "mcc")

    ranked = rank_tests.frame(results, "mcc")
    assert ranked.loc[ranked["classifier"] == "(all)", "mean_rank"].tolist() == [3, 1.5, 1.5]
    assert "Means and ranks are over tree;" in str(comparison_tables.by_method(results, told).notes)


def test_a_failure_is_no_reason_to_leave_a_classifier_out(tmp_path: Path) -> None:
    """A method that fails with a classifier is not whole: its mean is over the same ones as its rivals'."""
    found = overall(stored(tmp_path, apart("failed")))

    assert found["n"].to_dict() == {"smote": 2, "adasyn": 0}


def test_a_single_set_leaves_out_the_same_classifiers(tmp_path: Path) -> None:
    """Over the splits of one set, too, a gain is over the classifiers that both go with."""
    cells = [Cell([0.5, 0.6], method) for method in METHODS[:1]] + [Cell([0.7, 0.7], "smote")]
    cells += [Cell([0.1, 0.3], "none", classifier="knn"), Cell(["skipped"] * 2, "smote", classifier="knn")]

    found = overall(stored(tmp_path, cells))

    assert found.loc["smote", ["estimate", "n"]].tolist() == pytest.approx([0.15, 2])


def test_a_gain_is_over_the_sets_in_which_both_are_whole(tmp_path: Path) -> None:
    """A method that failed on a set costs that set in its own comparison and in no other one's."""
    scores: dict[str, list[Score]] = {"a": [0.1, 0.2, 0.3], "b": [0.1, 0.3, 0.2], "c": [0.1, 0.2, FAILED]}

    results = stored(tmp_path, on_sets(scores))
    found, ranked = overall(results), rank_tests.frame(results, "mcc")

    assert found["n"].to_dict() == {"smote": 3, "adasyn": 2}
    assert found["n_planned"].tolist() == [3, 3]
    assert set(ranked["left_out"]) == {"c"}
    assert [*ranked["n_sets"].unique(), *ranked["n_sets_imputed"].unique()] == [2, 3]
    assert ranked["mean_rank"].tolist() == [3, 1.5, 1.5]
    assert ranked["mean_rank_imputed"].tolist() == pytest.approx([8 / 3, 4 / 3, 2])


def test_a_method_that_never_succeeds_costs_the_others_no_rank(tmp_path: Path) -> None:
    """A method that is whole nowhere has no rank and no gain; the others have theirs."""
    scores: dict[str, list[Score]] = {name: [0.1, 0.2 + i, FAILED] for i, name in enumerate("abc")}
    results = stored(tmp_path, on_sets(scores))

    ranked = rank_tests.frame(results, "mcc").set_index("method")

    assert ranked["mean_rank"].tolist() == pytest.approx([2, 1, float("nan")], nan_ok=True)
    assert overall(results).loc["adasyn", ["n", "verdict"]].tolist() == [0, "not tested"]


def test_sets_that_are_not_run_are_in_nothing(tmp_path: Path) -> None:
    """A trial that waits takes its set out of gains and ranks; it is no failure."""
    scores: dict[str, list[Score]] = {"a": [0.1, 0.2], "b": [0.1, 0.3], "c": [0.1, WAITS]}
    results = stored(tmp_path, on_sets(scores))

    ranked = rank_tests.frame(results, "mcc")

    assert overall(results).loc["smote", ["n", "n_planned"]].tolist() == [2, 3]
    assert ranked[["n_sets", "n_sets_imputed"]].to_numpy().tolist() == [[2, 2]] * 2
    assert set(ranked["left_out"]) == {""}


def test_a_classifier_without_the_output_takes_nothing_from_the_others(tmp_path: Path) -> None:
    """A classifier that no method has a score with is in no mean; its own comparison is empty."""
    silent = on_sets({"a": [SILENT, SILENT], "b": [SILENT, SILENT]}, "svc")
    results = stored(tmp_path, [*on_sets({"a": [0.1, 0.2], "b": [0.1, 0.4]}), *silent])

    assert overall(results, "svc").loc["smote", "n"] == 0
    assert overall(results).loc["smote", "estimate"] == overall(results, "tree").loc["smote", "estimate"]


def test_a_ratio_without_any_score_is_left_out_of_its_set(tmp_path: Path) -> None:
    """Where one ratio of a set has no score of any method, the set counts by its others."""
    trials = [
        Cell([score + i / 10], method, f"set{i}", ratio)
        for i in range(6)
        for method, score in zip(METHODS, [0.1, 0.3, 0.2], strict=False)
        for ratio in ("0.1", "0.5")
    ]
    gone = ("set1", "0.1")
    trials = [replace(one, scores=[FAILED]) if (one.dataset, one.ratio) == gone else one for one in trials]

    results = stored(tmp_path, trials)

    assert set(rank_tests.frame(results, "mcc")["n_sets"]) == {6}
    assert overall(results)["n"].tolist() == [6, 6]


def test_only_pairs_with_both_scores_count_within_a_set(tmp_path: Path) -> None:
    """A split in which one of the two failed is no pair; how many there are of those planned is told."""
    results = stored(
        tmp_path, [Cell([0.1, 0.2, FAILED, 0.4], "none"), Cell([0.2, FAILED, 0.9, 0.6], "smote")]
    )

    found = each(results).loc["smote"]

    assert found[["n", "n_planned"]].tolist() == [2, 4]
    assert found["estimate"] == pytest.approx(0.15)


def test_rounding_is_no_difference(tmp_path: Path) -> None:
    """Scores that differ by the order in which they were added up are equal."""
    results = stored(tmp_path, [Cell([0.1 + 0.2, 0.5], "none"), Cell([0.3, 0.5], "smote")])

    found = each(results).loc["smote"]

    assert found[["estimate", "better", "equal", "worse", "p"]].tolist() == [0, 0, 2, 0, 1]


def test_the_family_of_a_p_value_is_its_own_place(tmp_path: Path) -> None:
    """Holm adjusts for the methods of the same classifier or row, not for those of others."""
    trials = [*on_sets(drawn(6)), *on_sets(drawn(6, seed=9), "knn")]
    alone, both = stored(tmp_path / "a", on_sets(drawn(6))), stored(tmp_path / "b", trials)

    pd.testing.assert_series_equal(overall(alone)["p_adjusted"], overall(both, "tree")["p_adjusted"])


# --- pairs of classifier and method


def test_what_could_have_been_seen_is_told_after_adjusting(tmp_path: Path) -> None:
    """The least difference that is seen is that of a t test at 5 % over the number of comparisons."""
    found = overall(stored(tmp_path, on_sets(drawn(6))))
    gains = pd.DataFrame(drawn(6), index=METHODS).T
    sd = gains.drop(columns="none").sub(gains["none"], axis=0).std()

    expected = sd * TTestPower().solve_power(nobs=6, alpha=0.05 / 3, power=0.8)

    assert found["least"].to_dict() == pytest.approx(expected.to_dict(), rel=1e-4)


def test_pipelines_are_compared_with_the_best_free_pair(tmp_path: Path) -> None:
    """The reference is the free pair with the best mean; other pairs have their difference from it."""
    rng = np.random.default_rng(1)
    trials = [
        Cell([float(rng.random())], method, f"set{i}", classifier=classifier)
        for i in range(8)
        for classifier in ("tree", "knn")
        for method in ("none", "threshold", "smote")
    ]
    results = stored(tmp_path, trials)
    wide = pd.Series({(c.classifier, c.method, c.dataset): c.scores[0] for c in trials}).unstack()

    found = pipelines.frame(results, "mcc").set_index(["classifier", "method"])

    free = wide[[name in ("none", "threshold") for name in wide.index.get_level_values(1)]]
    best = free.mean(axis=1).idxmax()
    assert found.index[found["reference"]].tolist() == [best]
    assert set(found.index[found["free"]]) == set(free.index)
    for pair, row in found.iterrows():
        assert row["mean"] == pytest.approx(wide.loc[pair].mean())
        assert row["estimate"] == pytest.approx((wide.loc[pair] - wide.loc[best]).mean())
    assert found["mean"].is_monotonic_decreasing


# --- curves


def test_curves_over_sets_are_paired_differences(tmp_path: Path) -> None:
    """Levels of sets differ; a curve over sets is the mean of each set's own differences, at each ratio."""
    levels = {"easy": 0.8, "hard": 0.1, "other": 0.4}
    gain = {"0.5": 0.01, "0.05": 0.1}
    trials = [
        Cell([level + (gain[ratio] if method == "smote" else 0.0)], method, dataset, ratio)
        for dataset, level in levels.items()
        for ratio in gain
        for method in ("none", "smote")
    ]
    results = stored(tmp_path, trials)

    found = curves.differences(results, "mcc", comparisons.frame(results, "mcc"))

    assert found["ratio"].tolist() == [0.05, 0.5]  # in numerical order
    assert found["estimate"].tolist() == pytest.approx([0.1, 0.01])
    assert found["n"].tolist() == [3, 3]


def test_levels_are_those_of_the_cells(tmp_path: Path) -> None:
    """Curves of one set have the means and intervals of its cells; a ratio that is no number is left out."""
    trials = [
        Cell([0.1, 0.2, 0.4], method, ratio=ratio)
        for method in ("none", "smote")
        for ratio in ("0.2", "0.1", "natural")
    ]
    results = stored(tmp_path, trials)
    found = significance.frame(results, "mcc", cells(results, "mcc"))

    points = curves.levels(results, found)

    assert points["ratio"].tolist() == [0.1, 0.2] * 2
    assert points[["low", "mean", "high"]].drop_duplicates().to_numpy().tolist() == [
        pytest.approx(found.iloc[0][["low", "mean", "high"]].tolist())
    ]


# --- chance


def test_the_same_store_gives_the_same_numbers(tmp_path: Path) -> None:
    """Bootstrap and Bayes start from names: a second reading, and a further classifier, change nothing."""
    trials = on_sets(drawn(12))
    first = comparisons.frame(stored(tmp_path / "a", trials), "mcc")
    again = comparisons.frame(stored(tmp_path / "b", trials), "mcc")
    more = stored(tmp_path / "c", [*on_sets(drawn(12, seed=9), "knn"), *trials])

    pd.testing.assert_frame_equal(first, again, check_exact=True)
    same = ["estimate", "low", "high", "p", "p_adjusted"]
    pd.testing.assert_frame_equal(
        comparisons.overall(first)[same].reset_index(drop=True),
        comparisons.overall(comparisons.frame(more, "mcc"), "tree")[same].reset_index(drop=True),
        check_exact=True,
    )


def test_the_region_of_equivalence_is_the_suites(tmp_path: Path) -> None:
    """A gain of 0.03 is better by the usual region and as good as nothing by a wider one."""
    scores = {f"set {i}": [0.5, 0.53] for i in range(8)}
    usual = overall(stored(tmp_path / "a", on_sets(scores))).loc["smote"]
    wide = overall(stored(tmp_path / "b", on_sets(scores), rope=0.05)).loc["smote"]

    assert usual["p_better"] > 0.99
    assert wide["p_equivalent"] == 1
    assert usual[["p_better", "p_equivalent", "p_worse"]].sum() == pytest.approx(1)

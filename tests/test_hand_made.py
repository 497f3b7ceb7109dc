"""Two stores of twelve rows each, of which every cell, rank, interval and p-value is worked out here by hand.

The first has one data set and four splits, for what is said within a data set; the second has four data sets
and one split, for what is said over data sets. Nothing expected comes from a library.
"""

from __future__ import annotations

from math import atan, exp, pi, sqrt
from pathlib import Path

import pytest

from oversample_bench.analysis import comparisons, pipelines, rank_tests, significance
from oversample_bench.analysis.evidence import evidence
from oversample_bench.analysis.results import Results
from oversample_bench.analysis.score_cells import cells
from oversample_bench.report import answer_text, comparison_tables, pipeline_tables, score_tables
from oversample_bench.report.table import Table
from tests.stores import Cell, stored

SPLITS = {
    "none": [0.4, 0.4, 0.4, 0.4],
    "smote": [0.7, 0.7, 0.7, 0.7],
    "glgan": [0.7, 0.8, 0.9, 0.8],
}
SETS = {  #       none  smote glgan
    "abalone19": [0.50, 0.51, 0.70],
    "car_good": [0.40, 0.41, 0.60],
    "ecoli1": [0.60, 0.61, 0.61],
    "yeast4": [0.80, 0.79, 0.90],
}
METHODS = ["none", "smote", "glgan"]
T3 = 3.1824463
"""The 97.5 % quantile of Student's t with three degrees of freedom."""


@pytest.fixture
def within(tmp_path: Path) -> Results:
    """Return one data set, three methods and four splits with n_test / n_train = 1 / 4."""
    return stored(tmp_path, [Cell(scores, method) for method, scores in SPLITS.items()])


@pytest.fixture
def over(tmp_path: Path) -> Results:
    """Return four data sets and three methods, one split each."""
    trials = [
        Cell([score], method, dataset)
        for dataset, row in SETS.items()
        for method, score in zip(METHODS, row, strict=True)
    ]
    return stored(tmp_path, trials, digits=4)


def two_sided(t: float) -> float:
    """Return the two-sided p of Student's t with three degrees of freedom, which has a closed form."""
    x = t / sqrt(3)
    return 1 - 2 / pi * (x / (1 + x * x) + atan(x))


def texts(table: Table) -> list[list[str]]:
    """Return what stands in a table, row by row."""
    return [[cell.text for cell in row.cells] for row in table.rows]


# --- within a data set


def test_the_cells_of_one_set(within: Results) -> None:
    """Mean, deviation and interval of each method; the best in bold; what was not tested says so."""
    found = significance.frame(within, "mcc", cells(within, "mcc"))

    # glgan: (0.7 + 0.8 + 0.9 + 0.8) / 4 = 0.8; squares 0.01 + 0 + 0.01 + 0 over 3, root 0.0816497
    assert found["mean"].tolist() == pytest.approx([0.4, 0.7, 0.8])
    assert found["sd"].tolist() == pytest.approx([0, 0, sqrt(0.02 / 3)], abs=1e-12)
    # The variance of the mean is s² (1 / 4 + 1 / 4): 0.8 ± t * sqrt(0.02 / 3 / 2) = 0.8 ± 0.1837
    reach = T3 * sqrt(0.01 / 3)
    assert found.iloc[2][["low", "high"]].tolist() == pytest.approx([0.8 - reach, 0.8 + reach], abs=1e-6)
    table = score_tables.by_cell(within, evidence(within, "mcc"))
    assert texts(table) == [["ecoli1", "tree", "0.400 ± 0.000", "0.700 ± 0.000", "0.800 ± 0.082"]]
    assert [cell.best for cell in table.rows[0].cells] == [False, False, False, False, True]
    assert any(note.startswith("Not tested: 4 splits") for note in table.notes)


def test_the_gains_of_one_set(within: Results) -> None:
    """Nadeau and Bengio's t with three degrees of freedom, and Holm; overall and within agree."""
    found = comparisons.frame(within, "mcc")

    # smote - none: 0.3 four times, no spread: p = 0. glgan - none: 0.3, 0.4, 0.5, 0.4, mean 0.4, variance of
    # the mean 0.01 / 3: t = 0.4 * sqrt(3) / 0.1.
    p = two_sided(4 * sqrt(3))  # 0.0061654
    assert p == pytest.approx(0.0061654, abs=1e-6)
    reach = T3 * sqrt(0.01 / 3)
    for scope in ("overall", "each"):
        own = found[found["scope"] == scope].set_index("method")
        assert own["unit"].tolist() == ["splits", "splits"]
        assert own["estimate"].tolist() == pytest.approx([0.3, 0.4])
        assert own.loc["smote", ["low", "high"]].tolist() == pytest.approx([0.3, 0.3])
        assert own.loc["glgan", ["low", "high"]].tolist() == pytest.approx(
            [0.4 - reach, 0.4 + reach], abs=1e-6
        )
        assert own["p"].tolist() == pytest.approx([0, p])
        assert own["p_adjusted"].tolist() == pytest.approx([0, p])  # 0 * 2, then p * 1
        assert own["verdict"].tolist() == ["better", "better"]
        assert (
            own[["n", "n_planned", "better", "equal", "worse"]].to_numpy().tolist() == [[4, 4, 4, 0, 0]] * 2
        )


def test_one_set_has_no_ranks(within: Results) -> None:
    """A single data set is never ranked."""
    assert rank_tests.frame(within, "mcc").empty
    assert "mean rank" not in [
        one.title for one in comparison_tables.by_method(within, evidence(within, "mcc")).columns
    ]


def test_the_answer_of_one_set(within: Results) -> None:
    """The best method is named with its gain over doing nothing, on how many splits, and how surely."""
    first, second, third = answer_text.lines(within, evidence(within, "mcc"))

    assert first == (
        "By MCC: use glgan (0.800). It is better by +0.400 [+0.216, +0.584] than none (0.400), the best "
        "without resampling (ecoli1, 4 splits; 95 % interval of this pair alone, "
        "p = 0.006 after adjusting for 2 comparisons)."
    )
    assert second.startswith("Against none: clearly better: glgan, smote. Class weights")
    assert third == "12 of 12 trials done (100 %), none failed."


# --- over data sets


def test_the_scores_of_four_sets(over: Results) -> None:
    """A line a data set, ties are bold together; below them the means and the mean ranks."""
    table = score_tables.by_data_set(over, evidence(over, "mcc"))

    assert texts(table) == [
        ["abalone19", "0.5000", "0.5100", "0.7000"],
        ["car_good", "0.4000", "0.4100", "0.6000"],
        ["ecoli1", "0.6000", "0.6100", "0.6100"],
        ["yeast4", "0.8000", "0.7900", "0.9000"],
        ["mean", "0.5750", "0.5800", "0.7025"],
        ["mean rank", "2.75", "2.12", "1.12"],
    ]
    assert [[cell.best for cell in row.cells[1:]] for row in table.rows[:4]] == [
        [False, False, True], [False, False, True], [False, True, True], [False, False, True],
    ]  # fmt: skip


def test_the_ranks_of_four_sets(over: Results) -> None:
    """none: 3, 3, 3, 2; smote: 2, 2, 1.5, 3; glgan: 1, 1, 1.5, 1. Both tests have a closed form."""
    found = rank_tests.frame(over, "mcc")
    first = found.iloc[0]

    assert found["mean_rank"].tolist() == [11 / 4, 8.5 / 4, 4.5 / 4]
    assert found["n_sets"].tolist() == [4] * 3
    # Ranks less 2, squared: 2 in each row, 1.5 in the one with a tie: 7.5 in all. Between methods:
    # 4 * (0.75² + 0.125² + 0.875²) = 5.375. W = 5.375 / 7.5; chi² = 4 * 2 * W = 5.7333, p = exp(-chi² / 2).
    w = 5.375 / 7.5
    assert first[["kendall_w", "chi2"]].tolist() == pytest.approx([w, 8 * w])
    assert first["p_friedman"] == pytest.approx(exp(-4 * w))  # 0.0569
    # F = 3 W / (1 - W) = 7.5882 with 2 and 6 degrees of freedom: p = (1 + 2 F / 6)^(-6 / 2)
    f = 3 * w / (1 - w)
    assert first["f"] == pytest.approx(f)
    assert first["p_iman_davenport"] == pytest.approx((1 + f / 3) ** -3)  # 0.0227
    # Demšar has q = 2.343 for three methods at 5 %: 2.343 * sqrt(3 * 4 / (6 * 4))
    assert first["critical_difference"] == pytest.approx(2.343 * sqrt(0.5), abs=1e-3)


def test_the_pairs_of_four_sets(over: Results) -> None:
    """Smote beats none on three sets of four; glgan beats none on all and smote on three, with one tie."""
    assert texts(pipeline_tables.wins(evidence(over, "mcc"))) == [
        ["none", "–", "1 / 0 / 3", "0 / 0 / 4", "1 / 0 / 7"],
        ["smote", "3 / 0 / 1", "–", "0 / 1 / 3", "3 / 1 / 4"],
        ["glgan", "4 / 0 / 0", "3 / 1 / 0", "–", "7 / 1 / 0"],
    ]


def test_the_gains_of_four_sets(over: Results) -> None:
    """Student's t over four data sets, three degrees of freedom, and Holm over the two methods."""
    found = comparisons.overall(comparisons.frame(over, "mcc")).set_index("method")

    # smote - none: 0.01, 0.01, 0.01, -0.01: mean 0.005, s² = 3 * 0.005² + 0.015² over 3 = 0.0001, s = 0.01,
    # error 0.005: t = 1. glgan - none: 0.2, 0.2, 0.01, 0.1: mean 0.1275; squares about it 0.0725² twice,
    # 0.1175², 0.0275²: 0.025075 over 3, error sqrt(0.025075 / 12) = 0.045712: t = 2.7892.
    errors = [0.005, sqrt(0.025075 / 12)]
    p = [two_sided(1), two_sided(0.1275 / errors[1])]
    assert found["unit"].tolist() == ["data sets"] * 2
    assert found["estimate"].tolist() == pytest.approx([0.005, 0.1275])
    assert found["low"].tolist() == pytest.approx([0.005 - T3 * errors[0], 0.1275 - T3 * errors[1]], abs=1e-7)
    assert found["high"].tolist() == pytest.approx(
        [0.005 + T3 * errors[0], 0.1275 + T3 * errors[1]], abs=1e-7
    )
    assert found["p"].tolist() == pytest.approx(p)
    assert p == pytest.approx([0.3910022, 0.0684641], abs=1e-6)
    assert found["p_adjusted"].tolist() == pytest.approx([p[0], 2 * p[1]])
    assert found["verdict"].tolist() == ["not clear", "not clear"]
    assert found[["better", "equal", "worse"]].to_numpy().tolist() == [[3, 0, 1], [4, 0, 0]]
    assert found["rank_biserial"].tolist() == [0.5, 1.0]  # ranks 2.5 each: (7.5 - 2.5) / 10; all plus


def test_probabilities_over_four_sets(over: Results) -> None:
    """All sums of two gains of smote are within twice 0.01, so equivalent; of glgan those of ecoli1 alone."""
    found = comparisons.overall(comparisons.frame(over, "mcc")).set_index("method")

    assert found.loc["smote", ["p_better", "p_equivalent", "p_worse"]].tolist() == [0, 1, 0]
    # glgan: equivalent weighs w², with w the weight of ecoli1 and of the pseudo-row, and is most probable
    # where w² > 1/2. w is Beta(1.5, 3), with density in proportion to sqrt(w) (1 - w)²: up to x its mass is
    # 2/3 x^1.5 - 4/5 x^2.5 + 2/7 x^3.5 over the same at 1, 0.15238; at x = sqrt(1/2) that is 0.95148.
    better = 0.951  # drawn 10,000 times: the standard error is 0.002
    assert found.loc["glgan", "p_better"] == pytest.approx(better, abs=0.008)
    assert found.loc["glgan", "p_equivalent"] == pytest.approx(1 - better, abs=0.008)
    assert found.loc["glgan", "p_worse"] == 0


def test_the_table_over_four_sets(over: Results) -> None:
    """The same numbers stand in the table of the methods."""
    table = comparison_tables.by_method(over, evidence(over, "mcc"))

    assert texts(table) == [
        ["none", "0.5750", "2.75", "control", "", "", ""],
        ["smote", "0.5800", "2.12", "+0.0050 [-0.0109, +0.0209]", "not clear", "0.391", "3 / 0 / 1"],
        ["glgan", "0.7025", "1.12", "+0.1275 [-0.0180, +0.2730]", "not clear", "0.137", "4 / 0 / 0"],
    ]


def test_the_pipelines_of_four_sets(over: Results) -> None:
    """One classifier: the pairs are the methods, and the free one is what they are compared with."""
    found = pipelines.frame(over, "mcc").set_index("method")

    assert list(found.index) == ["glgan", "smote", "none"]
    assert found["mean"].tolist() == pytest.approx([0.7025, 0.58, 0.575])
    assert found["reference"].tolist() == [False, False, True]
    assert found.loc["glgan", "p_adjusted"] == pytest.approx(2 * two_sided(0.1275 / sqrt(0.025075 / 12)))


def test_the_answer_of_four_sets(over: Results) -> None:
    """What cannot be told is told, with what could have been seen."""
    first, second, *_ = answer_text.lines(over, evidence(over, "mcc"))

    assert first.startswith(
        "By MCC: cannot tell whether resampling helps. The gain of glgan (0.7025) over none (0.5750), the "
        "best without resampling, is +0.1275 [-0.0180, +0.2730] (4 data sets, 1 split each; 95 % interval of "
        "this pair alone, p = 0.137 after adjusting for 2 comparisons). After adjusting, a true "
        "difference of 0."
    )
    assert second == (
        "Against none: no method is clearly better or worse (2 compared). Class weights and a moved "
        "threshold (class_weight, threshold) cost nothing and were not tried."
    )

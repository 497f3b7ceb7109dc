"""Two stores of twelve rows each, of which every cell, rank and p-value is worked out here by hand.

The first has one data set and four splits, for what is said within a data set; the second has four data sets
and one split, for what is said over data sets. Nothing expected comes from a library.
"""

from __future__ import annotations

from math import atan, exp, pi, sqrt
from pathlib import Path

import pytest

from oversample_bench.analysis import comparisons, mean_ranks, method_pairs, significance
from oversample_bench.analysis.results import Results
from oversample_bench.analysis.score_cells import cells
from oversample_bench.report import findings, pairs_section, score_tables
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


def lines(text: str) -> list[list[str]]:
    """Return the cells of all lines of tables but their rules."""
    found = [line.strip("|").split(" |") for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line] for line in found if not line[0].strip().startswith("--")]


# --- within a data set


def test_the_cells_of_one_set(within: Results) -> None:
    """Mean and deviation of each method, the best in bold, what the test cannot tell from it marked."""
    found = cells(within, "mcc")

    # glgan: (0.7 + 0.8 + 0.9 + 0.8) / 4 = 0.8; squares 0.01 + 0 + 0.01 + 0 over 3, root 0.0816497
    assert found["mean"].tolist() == pytest.approx([0.4, 0.7, 0.8])
    assert found["sd"].tolist() == pytest.approx([0, 0, sqrt(0.02 / 3)], abs=1e-12)
    assert lines(score_tables.section(within, "mcc", found)) == [
        ["data set", "classifier", "none", "smote", "glgan"],
        ["ecoli1", "tree", "0.400 ± 0.000", "0.700 ± 0.000 ≈", "**0.800 ± 0.082**"],
    ]


def test_the_p_values_of_one_set(within: Results) -> None:
    """Nadeau and Bengio's t with three degrees of freedom, whose distribution has a closed form, and Holm."""
    found = significance.frame(within, "mcc", cells(within, "mcc")).set_index("method")

    # glgan - none: 0.3, 0.4, 0.5, 0.4, mean 0.4; glgan - smote: 0, 0.1, 0.2, 0.1, mean 0.1; s² = 0.02 / 3.
    # Variance of the mean: s² (1 / 4 + 1 / 4) = 0.01 / 3, so t = mean * sqrt(3) / 0.1 and x = t / sqrt(3) is
    # 4 and 1. Two-sided, with three degrees of freedom: p = 1 - 2 / pi * (x / (1 + x²) + arctan x).
    none = 1 - 2 / pi * (4 / 17 + atan(4))  # 1 - 0.6366198 * (0.2352941 + 1.3258177) = 0.0061654
    smote = 1 - 2 / pi * (1 / 2 + pi / 4)  # 1/2 - 1 / pi = 0.1816901
    assert [none, smote] == pytest.approx([0.0061654, 0.1816901], abs=1e-6)
    assert found["p"].tolist() == pytest.approx([none, smote, float("nan")], nan_ok=True)
    # Holm: the smaller of two times 2, the larger times 1
    assert found["p_holm"].tolist() == pytest.approx([2 * none, smote, float("nan")], nan_ok=True)
    assert found["near"].tolist() == [False, True, False]
    # 3.1824463 is the 97.5 % quantile of t with three degrees of freedom: 0.8 ± 3.1824463 * 0.0577350
    assert found.loc["glgan", ["low", "high"]].tolist() == pytest.approx([0.6162614, 0.9837386], abs=1e-6)


# --- over data sets


def test_the_cells_of_four_sets(over: Results) -> None:
    """One split has no deviation; ties are bold together; nothing is marked, and why is said."""
    text = score_tables.section(over, "mcc", cells(over, "mcc"))

    assert lines(text)[1:] == [
        ["abalone19", "tree", "0.5000", "0.5100", "**0.7000**"],
        ["car_good", "tree", "0.4000", "0.4100", "**0.6000**"],
        ["ecoli1", "tree", "0.6000", "**0.6100**", "**0.6100**"],
        ["yeast4", "tree", "0.8000", "0.7900", "**0.9000**"],
    ]
    assert "the test takes 3 splits with scores of both, and there is one." in text


def test_the_ranks_of_four_sets(over: Results) -> None:
    """none: 3, 3, 3, 2; smote: 2, 2, 1.5, 3; glgan: 1, 1, 1.5, 1."""
    found = mean_ranks.frame(over, "mcc", cells(over, "mcc"))

    assert found["mean_rank"].tolist() == [11 / 4, 8.5 / 4, 4.5 / 4] * 2  # by the one classifier, and by all
    assert found["n_rows"].tolist() == [4] * 6


def test_the_pairs_of_four_sets(over: Results) -> None:
    """Smote beats none on three sets of four; glgan beats none on all and smote on three, with one tie."""
    told = method_pairs.frame(over, "mcc", cells(over, "mcc"))

    assert lines(pairs_section.section(over, "mcc", told))[1:] == [
        ["none", "–", "1 / 0 / 3", "0 / 0 / 4", "1 / 0 / 7"],
        ["smote", "3 / 0 / 1", "–", "0 / 1 / 3", "3 / 1 / 4"],
        ["glgan", "4 / 0 / 0", "3 / 1 / 0", "–", "7 / 1 / 0"],
    ]


def test_friedman_over_four_sets(over: Results) -> None:
    """With three methods both distributions have a closed form."""
    first = comparisons.frame(over, "mcc", cells(over, "mcc")).iloc[0]

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


def test_signed_ranks_over_four_sets(over: Results) -> None:
    """Each sign is a toss: of sixteen, those that are as uneven."""
    found = comparisons.frame(over, "mcc", cells(over, "mcc")).set_index("method")

    # smote - none: 0.01, 0.01, 0.01, -0.01: four times rank 2.5; minus has 2.5. Sums of at most 2.5: none or
    # one of the four is negative, 5 of 16: p = 10 / 16. Effect (7.5 - 2.5) / 10.
    # glgan - none: 0.2, 0.2, 0.01, 0.1: all plus, 1 of 16: p = 2 / 16; Holm doubles it. Effect 1.
    assert found["p_wilcoxon"].iloc[1:].tolist() == [10 / 16, 2 / 16]
    assert found["p_holm"].iloc[1:].tolist() == [10 / 16, 4 / 16]
    assert found["rank_biserial"].iloc[1:].tolist() == [0.5, 1.0]


def test_gains_over_four_sets(over: Results) -> None:
    """The bootstrap draws one of 4^4 = 256 samples; the interval cuts less than one of them off each end.

    Of 4 values Student's t with 3 degrees of freedom is 3.18; the standard normal distribution has 0.00012
    beyond sqrt(4 / 3) * 3.18 = 3.67, which is 0.03 of the 256. The ends are those of the gains.
    """
    found = comparisons.frame(over, "mcc", cells(over, "mcc")).set_index("method")

    # smote: with yeast4 drawn k times the sum is 0.04 - 0.02 k: low at k = 4, high at k = 0.
    # glgan: low with the least gain drawn four times, high with the greatest drawn four times.
    expected = {"smote": [0.02 / 4, -0.01, 0.01], "glgan": [0.51 / 4, 0.01, 0.2]}
    for method, gains in expected.items():
        assert found.loc[method, ["gain", "gain_low", "gain_high"]].tolist() == pytest.approx(gains)


def test_probabilities_over_four_sets(over: Results) -> None:
    """All sums of two gains of smote are within twice 0.01, so equivalent; of glgan those of ecoli1 alone."""
    found = comparisons.frame(over, "mcc", cells(over, "mcc")).set_index("method")

    assert found.loc["smote", ["p_better", "p_equivalent", "p_worse"]].tolist() == [0, 1, 0]
    # glgan: equivalent weighs w², with w the weight of ecoli1 and of the pseudo-row, and is most probable
    # where w² > 1/2. w is Beta(1.5, 3), with density in proportion to sqrt(w) (1 - w)²: up to x its mass is
    # 2/3 x^1.5 - 4/5 x^2.5 + 2/7 x^3.5 over the same at 1, 0.15238; at x = sqrt(1/2) that is 0.95148.
    better = 0.951  # drawn 10,000 times: the standard error is 0.002
    assert found.loc["glgan", "p_better"] == pytest.approx(better, abs=0.008)
    assert found.loc["glgan", "p_equivalent"] == pytest.approx(1 - better, abs=0.008)
    assert found.loc["glgan", "p_worse"] == 0


def test_the_table_over_four_sets(over: Results) -> None:
    """The same numbers stand in the report, with the sentence of what they are over."""
    text = findings.section(over, "mcc", comparisons.frame(over, "mcc", cells(over, "mcc")))

    assert lines(text) == [
        ["method", "mean rank", "gain", "p", "p (Holm)", "r", "better", "as good", "worse"],
        ["none", "2.75", "–", "–", "–", "–", "–", "–", "–"],
        ["smote", "2.12", "0.0050 [-0.0100, 0.0100]", "0.625", "0.625", "0.50", "0.00", "1.00", "0.00"],
        ["glgan", "1.12", "0.1275 [0.0100, 0.2000]", "0.125", "0.250", "1.00", "0.95", "0.05", "0.00"],
    ]
    assert (
        "With tree, over 4 data sets: Friedman's χ² = 5.73 with 2 degrees of freedom, p = 0.057; Iman and "
        "Davenport's F = 7.59 with 2 and 6, p = 0.023; Kendall's W = 0.72. Nemenyi's test, with a critical "
        "difference of 1.66 ranks at 5 %, does not tell apart: glgan, smote, none."
    ) in text  # 2.75 - 1.125 = 1.625 is less than 1.657

"""Within a data set: the interval of a mean, and which methods the test does not tell from the best."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import t
from statsmodels.stats.multitest import multipletests

from oversample_bench.analysis import results as reading
from oversample_bench.analysis import significance
from oversample_bench.analysis.results import Results
from oversample_bench.analysis.score_cells import cells
from oversample_bench.report import score_tables
from tests.stores import FAILED, SHARE, Cell, store, stored

FEW = settings(max_examples=15, deadline=None)  # each example writes a store


def judged(results: Results, metric: str = "mcc") -> pd.DataFrame:
    return significance.frame(results, metric, cells(results, metric))


def by_method(found: pd.DataFrame) -> pd.DataFrame:
    return found.set_index("method")


def corrected_p(best: object, other: object) -> float:
    """Return the two-sided p of Nadeau and Bengio's t, as their paper has it."""
    gaps = np.asarray(best, dtype="float64") - np.asarray(other, dtype="float64")
    statistic = gaps.mean() / np.sqrt(gaps.var(ddof=1) * (1 / len(gaps) + SHARE))
    return float(2 * t.sf(abs(statistic), len(gaps) - 1))


# --- the numbers

grid = st.integers(3, 6).flatmap(
    lambda n: st.lists(
        st.lists(st.integers(0, 1000).map(lambda v: v / 1000), min_size=n, max_size=n), min_size=3, max_size=4
    )
)


@FEW
@given(scores=grid)
def test_p_values_are_the_corrected_t_and_holms(scores: list[list[float]]) -> None:
    """Each p is that of the formula against the best of the row; adjusted they are those of statsmodels."""
    with tempfile.TemporaryDirectory() as name:
        found = by_method(judged(stored(Path(name), [Cell(s, f"m{i}") for i, s in enumerate(scores)])))

    best = scores[int(np.argmax(np.round(np.mean(scores, axis=1), 12)))]
    tested = found[~found["best"]]
    sure = [method for method in tested.index if np.ptp(np.subtract(best, scores[int(method[1:])])) > 1e-9]
    expected = [corrected_p(best, scores[int(method[1:])]) for method in sure]
    assert tested.loc[sure, "p"].tolist() == pytest.approx(expected, abs=1e-9)
    if len(tested):
        adjusted = multipletests(tested["p"], method="holm")[1]
        assert tested["p_holm"].tolist() == pytest.approx(adjusted.tolist(), abs=1e-12)
    assert found.loc[found["best"], ["p", "p_holm"]].isna().all(axis=None)
    assert found["near"].tolist() == [bool(p >= 0.05) for p in found["p_holm"]]


def test_the_interval_is_corrected_for_shared_rows(tmp_path: Path) -> None:
    """Scores 0.4, 0.5, 0.6 have mean 0.5 and sd 0.1; 4.302653 is the t quantile of 2 degrees."""
    found = judged(stored(tmp_path, [Cell([0.4, 0.5, 0.6])])).iloc[0]

    reach = 4.302653 * 0.1 * (1 / 3 + SHARE) ** 0.5
    assert [found["low"], found["high"]] == pytest.approx([0.5 - reach, 0.5 + reach], abs=1e-7)


def test_seeds_are_averaged_within_a_split(tmp_path: Path) -> None:
    """Ten seeds of a split are one witness: the test and the interval are those of the splits' means."""
    best, other = [[0.5, 0.7], [0.6, 0.8], [0.9, 0.9]], [[0.4, 0.4], [0.7, 0.5], [0.2, 0.8]]
    many = by_method(judged(stored(tmp_path / "many", [Cell(best, "a"), Cell(other, "b")])))
    means = [
        Cell([float(np.mean(split)) for split in own], name) for own, name in ((best, "a"), (other, "b"))
    ]
    one = by_method(judged(stored(tmp_path / "one", means)))

    assert many.loc["b", "n_pairs"] == 3
    for name in ("low", "high", "p"):
        assert many[name].tolist() == pytest.approx(one[name].tolist(), abs=1e-12, nan_ok=True)


def test_lower_may_be_better(tmp_path: Path) -> None:
    """For a loss the others are compared with the lowest mean, and p is the same as for its negative."""
    own = {"a": [0.1, 0.2, 0.1, 0.2], "b": [0.3, 0.3, 0.2, 0.5]}
    losses = stored(tmp_path / "loss", [Cell(scores, name) for name, scores in own.items()])
    folder = store(tmp_path / "lower", [Cell(scores, name) for name, scores in own.items()], {"brier": False})

    lower = by_method(judged(reading.read(folder), "brier"))
    higher = by_method(judged(losses))

    assert [lower["best"].tolist(), higher["best"].tolist()] == [[True, False], [False, True]]
    assert lower.loc["b", "p"] == pytest.approx(higher.loc["a", "p"], abs=1e-15)


# --- who competes


def test_only_pairs_with_both_scores_count(tmp_path: Path) -> None:
    """The best and another cell that lost different splits are compared over those that both have."""
    best, other = [0.9, 0.8, 0.9, 0.7, FAILED], [FAILED, 0.4, 0.6, 0.5, 0.1]
    found = by_method(judged(stored(tmp_path, [Cell(best, "a"), Cell(other, "b")])))

    assert found.loc["b", "n_pairs"] == 3
    assert found.loc["b", "p"] == pytest.approx(corrected_p(best[1:4], other[1:4]), abs=1e-12)


def test_a_mean_over_survivors_is_not_tested(tmp_path: Path) -> None:
    """A cell with fewer trials than the fullest of its row is neither marked nor counted by Holm."""
    full = {"a": [0.9, 0.8, 0.9, 0.7], "b": [0.5, 0.6, 0.6, 0.7]}
    rows = [Cell(scores, name) for name, scores in full.items()]
    alone = by_method(judged(stored(tmp_path / "alone", rows)))
    found = by_method(judged(stored(tmp_path / "more", [*rows, Cell([0.9, FAILED, 0.9, 0.8], "c")])))

    assert not found.loc["c", "near"]
    assert np.isnan(found.loc["c", "p"])
    assert found.loc["b", "p_holm"] == alone.loc["b", "p_holm"] == alone.loc["b", "p"]


def test_equal_scores_need_no_test(tmp_path: Path) -> None:
    """A method that ties with the best is the best; a constant gap is as sure as can be."""
    best = [0.3, 0.5, 0.9]
    rows = [Cell(best, "a"), Cell(best[::-1], "b"), Cell([score - 0.1 for score in best], "c")]

    found = by_method(judged(stored(tmp_path, rows)))

    assert found["best"].tolist() == [True, True, False]
    assert found.loc["c", "p"] == 0
    assert not found["near"].any()


def test_rows_do_not_mix(tmp_path: Path) -> None:
    """Data sets, ratios and classifiers have each their best, and Holm counts within a row only."""
    rows = [
        Cell([0.5 + shift + step * i for i in range(3)], method, dataset, ratio, classifier)
        for dataset in ("one", "two")
        for ratio in ("natural", "0.1")
        for classifier in ("tree", "knn")
        for method, shift, step in (("a", 0.3, 0.01), ("b", 0.2, 0.02))
    ]

    found = judged(stored(tmp_path, rows))

    assert (found["p_holm"].dropna() == found["p"].dropna()).all()
    assert found["p"].notna().sum() == 8
    assert found["p"].dropna().nunique() == 1


def test_judging_twice_changes_nothing(tmp_path: Path) -> None:
    """Cells that are judged already are returned as they are."""
    results = stored(tmp_path, [Cell([0.4, 0.5, 0.6]), Cell([0.5, 0.7, 0.6], "smote")])
    found = judged(results)

    again = significance.frame(results, "mcc", found)

    assert again is found


# --- how it looks


def test_the_mark_stands_where_the_test_cannot_tell(tmp_path: Path) -> None:
    """The best is bold, what is near it has ≈, what is far has neither; the legend names the test."""
    rows = [Cell([0.8, 0.9, 1.0]), Cell([0.8, 0.7, 0.9], "near"), Cell([0.1, 0.2, 0.3], "far")]
    results = stored(tmp_path, rows)

    text = score_tables.section(results, "mcc", cells(results, "mcc"))

    assert "| **0.900 ± 0.100** | 0.800 ± 0.100 ≈ | 0.200 ± 0.100 |" in text
    assert "corrected for the rows that splits share (Nadeau and Bengio, 2003), two-sided at 5 %" in text


@pytest.mark.parametrize(
    ("scores", "told"),
    [
        ([[0.1, 0.2, 0.4]], "the test takes 3 splits with scores of both, and there is one."),
        ([0.1, 0.2], "the test takes 3 splits with scores of both, and there are 2."),
        ([0.1, FAILED, FAILED], "and there are fewer in each row."),
    ],
)
def test_too_few_splits_are_told(tmp_path: Path, scores: list[float], told: str) -> None:
    """Where nothing could be tested no cell is marked, and a sentence says why; many seeds are no splits."""
    rows = [Cell(scores), Cell([[0.3, 0.4, 0.8]] if len(scores) == 1 else [0.5] * len(scores), "smote")]
    results = stored(tmp_path, rows)

    text = score_tables.section(results, "mcc", cells(results, "mcc"))

    assert told in text
    assert "≈" not in text


def test_intervals_take_the_place_of_deviations(tmp_path: Path) -> None:
    """`report: {spread: interval}` shows the interval in each cell, and none where there is one split."""
    results = stored(tmp_path / "a", [Cell([0.4, 0.5, 0.6])], spread="interval")
    one = stored(tmp_path / "b", [Cell([0.4])], spread="interval")

    text = score_tables.section(results, "mcc", cells(results, "mcc"))

    assert "| 0.500 [0.171, 0.829] |" in text  # 4.302653 * 0.1 * sqrt(1 / 3 + 0.25) = 0.3286
    assert "± standard deviation" not in text
    assert "| 0.400 |" in score_tables.section(one, "mcc", cells(one, "mcc"))


def test_the_csv_holds_what_the_marks_rest_on(tmp_path: Path) -> None:
    """Judged cells have interval and p-values in their CSV; cells that are not judged have not."""
    results = stored(tmp_path, [Cell([0.4, 0.5, 0.6]), Cell([0.5, 0.7, 0.6], "smote")])
    found = cells(results, "mcc")

    bare, full = score_tables.csv(found), score_tables.csv(significance.frame(results, "mcc", found))

    assert list(full.columns) == [*bare.columns, "low", "high", "n_pairs", "p", "p_holm", "near"]

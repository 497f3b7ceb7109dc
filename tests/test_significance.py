"""Within a data set: the interval of a mean, and which methods are significantly worse than the best."""

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
from oversample_bench.analysis.evidence import evidence
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

N = 10
"""Splits of a test: with fewer there is none."""
grid = st.integers(N, 12).flatmap(
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
    assert found["worse"].tolist() == [bool(p < 0.05) for p in found["p_holm"]]


def test_the_interval_is_corrected_for_shared_rows(tmp_path: Path) -> None:
    """Scores 0.4, 0.5, 0.6 have mean 0.5 and sd 0.1; 4.302653 is the t quantile of 2 degrees."""
    found = judged(stored(tmp_path, [Cell([0.4, 0.5, 0.6])])).iloc[0]

    reach = 4.302653 * 0.1 * (1 / 3 + SHARE) ** 0.5
    assert [found["low"], found["high"]] == pytest.approx([0.5 - reach, 0.5 + reach], abs=1e-7)


def test_seeds_are_averaged_within_a_split(tmp_path: Path) -> None:
    """Ten seeds of a split are one witness: the test and the interval are those of the splits' means."""
    rng = np.random.default_rng(0)
    best, other = rng.uniform(0.5, 1.0, (N, 2)).tolist(), rng.uniform(0.0, 0.9, (N, 2)).tolist()
    many = by_method(judged(stored(tmp_path / "many", [Cell(best, "a"), Cell(other, "b")])))
    means = [Cell(np.mean(own, axis=1).tolist(), name) for own, name in ((best, "a"), (other, "b"))]
    one = by_method(judged(stored(tmp_path / "one", means)))

    assert many.loc["b", "n_pairs"] == N
    for name in ("low", "high", "p"):
        assert many[name].tolist() == pytest.approx(one[name].tolist(), abs=1e-12, nan_ok=True)


def test_lower_may_be_better(tmp_path: Path) -> None:
    """For a loss the others are compared with the lowest mean, and p is the same as for its negative."""
    own = {"a": [0.1, 0.2] * 5, "b": [0.3, 0.3, 0.2, 0.5, 0.3] * 2}
    losses = stored(tmp_path / "loss", [Cell(scores, name) for name, scores in own.items()])
    folder = store(tmp_path / "lower", [Cell(scores, name) for name, scores in own.items()], {"brier": False})

    lower = by_method(judged(reading.read(folder), "brier"))
    higher = by_method(judged(losses))

    assert [lower["best"].tolist(), higher["best"].tolist()] == [[True, False], [False, True]]
    assert lower.loc["b", "p"] == pytest.approx(higher.loc["a", "p"], abs=1e-15)


# --- who competes


def test_only_pairs_with_both_scores_count(tmp_path: Path) -> None:
    """The best and another cell that lost different splits are compared over those that both have."""
    best, other = [0.9, 0.8, 0.9, 0.7, 0.8, 0.9] * 2, [0.1, 0.4, 0.6, 0.5, 0.3, 0.2] * 2
    cells_ = [Cell([*best[:11], FAILED], "a"), Cell([FAILED, *other[1:]], "b")]
    found = by_method(judged(stored(tmp_path, cells_)))

    assert found.loc["b", "n_pairs"] == N
    assert found.loc["b", "p"] == pytest.approx(corrected_p(best[1:11], other[1:11]), abs=1e-12)


def test_a_mean_over_survivors_is_not_tested(tmp_path: Path) -> None:
    """A cell with fewer trials than the fullest of its row is neither marked nor counted by Holm."""
    full = {"a": [0.9, 0.8, 0.9, 0.7, 0.8] * 2, "b": [0.5, 0.6, 0.6, 0.7, 0.6] * 2}
    rows = [Cell(scores, name) for name, scores in full.items()]
    alone = by_method(judged(stored(tmp_path / "alone", rows)))
    found = by_method(judged(stored(tmp_path / "more", [*rows, Cell([FAILED, *[0.1] * 9], "c")])))

    assert not found.loc["c", ["worse", "tested"]].any()
    assert np.isnan(found.loc["c", "p"])
    assert found.loc["b", "p_holm"] == alone.loc["b", "p_holm"] == alone.loc["b", "p"]


def test_equal_scores_need_no_test(tmp_path: Path) -> None:
    """A method that ties with the best is the best; a constant gap is as sure as can be."""
    best = [0.3, 0.5, 0.9, 0.4, 0.6] * 2
    rows = [Cell(best, "a"), Cell(best[::-1], "b"), Cell([score - 0.1 for score in best], "c")]

    found = by_method(judged(stored(tmp_path, rows)))

    assert found["best"].tolist() == [True, True, False]
    assert found.loc["c", "p"] == 0
    assert found["worse"].tolist() == [False, False, True]


def test_rows_do_not_mix(tmp_path: Path) -> None:
    """Data sets, ratios and classifiers have each their best, and Holm counts within a row only."""
    rows = [
        Cell([0.5 + shift + step * i for i in range(N)], method, dataset, ratio, classifier)
        for dataset in ("one", "two")
        for ratio in ("natural", "0.1")
        for classifier in ("tree", "knn")
        for method, shift, step in (("a", 0.3, 0.01), ("b", 0.2, 0.005))
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


def shown(results: Results) -> tuple[dict[str, tuple[str, bool, str]], str]:
    """Return text, bold and marks of the cells of the first row, and what stands below the table."""
    table = score_tables.by_cell(results, evidence(results, "mcc"))
    cells_ = zip(table.columns, table.rows[0].cells, strict=True)
    found = {column.method: (cell.text, cell.best, cell.marks) for column, cell in cells_ if column.method}
    return found, "\n".join(table.notes)


def test_the_mark_stands_where_a_cell_is_significantly_worse(tmp_path: Path) -> None:
    """The best is bold, what is significantly worse is marked, what cannot be told is neither."""
    rng = np.random.default_rng(5)
    best, gap = rng.uniform(0.7, 0.9, N), rng.normal(0.0, 0.2, N)
    rows = [
        Cell(best.tolist()),
        Cell((best - 0.001 + gap - gap.mean()).tolist(), "near"),
        Cell((best - 0.5 + gap / 10).tolist(), "far"),
    ]

    found, below = shown(stored(tmp_path, rows))

    assert {name: (bold, marks) for name, (_, bold, marks) in found.items()} == {
        "none": (True, ""), "near": (False, ""), "far": (False, "↓"),
    }  # fmt: skip
    assert "↓ significantly worse than the best of its row at 5 %" in below
    assert "No mark does not say that methods are equal." in below


@pytest.mark.parametrize(
    ("scores", "told"),
    [
        ([[0.1, 0.2, 0.4] * 4], "Not tested: 1 split; the test against the best of a row takes 10."),
        ([0.1, 0.2, 0.3], "Not tested: 3 splits; the test against the best of a row takes 10."),
        ([0.1, *[FAILED] * 9], "Not tested: 10 splits"),
    ],
)
def test_too_few_splits_are_told(tmp_path: Path, scores: list[float], told: str) -> None:
    """Where nothing could be tested no cell is marked, and one note says why; many seeds are no splits."""
    other = [[0.9] * 12] if isinstance(scores[0], list) else [0.9] * len(scores)
    found, below = shown(stored(tmp_path, [Cell(scores), Cell(other, "smote")]))

    assert told in below
    assert not any("↓" in marks for _, _, marks in found.values())


def test_intervals_take_the_place_of_deviations(tmp_path: Path) -> None:
    """`report: {spread: interval}` shows the interval in each cell, and none where there is one split."""
    found, below = shown(stored(tmp_path / "a", [Cell([0.4, 0.5, 0.6])], spread="interval"))
    one, _ = shown(stored(tmp_path / "b", [Cell([0.4])], spread="interval"))

    assert found["none"][0] == "0.500 [0.171, 0.829]"  # 4.302653 * 0.1 * sqrt(1 / 3 + 0.25) = 0.3286
    assert "± standard deviation" not in below
    assert one["none"][0] == "0.400"

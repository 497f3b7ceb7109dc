"""Wins, ties and losses of each pair of methods, counted from the cells of the score tables."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from oversample_bench.analysis import method_pairs
from oversample_bench.analysis import results as reading
from oversample_bench.analysis.evidence import evidence
from oversample_bench.analysis.results import Results
from oversample_bench.analysis.score_cells import cells
from oversample_bench.report import pipeline_tables
from tests.stores import FAILED, SILENT, WAITS, Cell, Score, store, stored

FEW = settings(max_examples=20, deadline=None)  # each example writes a store
METHODS = ("none", "smote", "adasyn")

score = st.sampled_from([0.1, 0.2, 0.3, FAILED, SILENT, WAITS])
rows = st.lists(st.lists(score, min_size=3, max_size=3), min_size=1, max_size=5)


def on_sets(folder: Path, scores: list[list[Score]]) -> Results:
    """Return a store with one split a set, one list a data set and one score a method."""
    trials = [
        Cell([one], method, f"set{i}")
        for i, row in enumerate(scores)
        for method, one in zip(METHODS, row, strict=True)
    ]
    return stored(folder, trials)


@FEW
@given(scores=rows)
def test_counts_are_those_of_a_loop(scores: list[list[Score]]) -> None:
    """Each row in which both have a score is a win, a tie or a loss, and what one wins the other loses."""
    with tempfile.TemporaryDirectory() as name:
        results = on_sets(Path(name), scores)
        told = method_pairs.frame(results, "mcc", cells(results, "mcc"))

    found = told.set_index(["method", "other"]).T.to_dict("list")
    for a, own in enumerate(METHODS):
        for b, other in enumerate(METHODS):
            if a != b:
                pairs = [(row[a], row[b]) for row in scores if isinstance(row[a], float)]
                pairs = [(x, y) for x, y in pairs if isinstance(y, float)]
                signs = [(x > y) - (x < y) for x, y in pairs]
                expected = [len(pairs), signs.count(1), signs.count(0), signs.count(-1)]
                assert found[own, other] == expected
                n, wins, ties, losses = expected
                assert found[other, own] == [n, losses, ties, wins]


def test_rounding_is_a_tie(tmp_path: Path) -> None:
    """Means that differ by the order of their addition are equal."""
    values = [0.1, 0.2, 0.3, 0.7]
    results = stored(tmp_path, [Cell(values), Cell(values[::-1], "smote")])

    told = method_pairs.frame(results, "mcc", cells(results, "mcc"))

    assert told[["wins", "ties", "losses"]].to_numpy().tolist() == [[0, 1, 0], [0, 1, 0]]


def test_lower_may_be_better(tmp_path: Path) -> None:
    """For a loss the lower mean wins."""
    folder = store(tmp_path, [Cell([0.1]), Cell([0.4], "smote")], {"brier": False})
    results = reading.read(folder)

    told = method_pairs.frame(results, "brier", cells(results, "brier"))

    assert told["wins"].tolist() == [1, 0]


def test_a_row_that_is_not_whole_does_not_count(tmp_path: Path) -> None:
    """One failed split takes the row out for the pairs of that method, and for no others."""
    trials = [
        *(Cell([0.2, 0.2], "a", name) for name in ("one", "two")),
        *(Cell([0.4, 0.4], "b", name) for name in ("one", "two")),
        Cell([0.9, FAILED], "c", "one"),
        Cell([0.9, 0.9], "c", "two"),
    ]
    results = stored(tmp_path, trials)

    told = method_pairs.frame(results, "mcc", cells(results, "mcc"))

    assert told.set_index(["method", "other"])["n_rows"].to_dict() == {
        ("a", "b"): 2, ("b", "a"): 2, ("a", "c"): 1, ("c", "a"): 1, ("b", "c"): 1, ("c", "b"): 1,
    }  # fmt: skip


def test_nothing_in_common_is_a_dash(tmp_path: Path) -> None:
    """Where no row has both, no count of 0 stands as if they had been compared."""
    results = stored(tmp_path, [Cell([0.4]), Cell([FAILED], "smote")])

    table = pipeline_tables.wins(evidence(results, "mcc"))

    assert [[cell.text for cell in row.cells] for row in table.rows] == [
        ["none", "–", "–", "–"], ["smote", "–", "–", "–"],
    ]  # fmt: skip


def test_one_method_has_no_matrix(tmp_path: Path) -> None:
    """There is nobody to compare with: an empty frame with its columns, and no section."""
    results = stored(tmp_path, [Cell([0.4])])
    told = method_pairs.frame(results, "mcc", cells(results, "mcc"))

    assert list(told.columns) == ["method", "other", "n_rows", "wins", "ties", "losses"]

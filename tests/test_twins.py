"""Data sets that stand in a plan under several labels."""

from __future__ import annotations

from pathlib import Path

import pytest

from oversample_bench import Options, run
from oversample_bench.analysis import comparisons, rank_tests
from oversample_bench.analysis.data_set_blocks import blocks, twins
from oversample_bench.analysis.results import read
from oversample_bench.suite import parse_suite
from tests.stores import Cell, stored

pytestmark = pytest.mark.usefixtures("reports")

SUITE = """
name: twice
data:
  - ecoli1
  - {dataset: ecoli1, label: "ecoli1, one split", splits: 1}
  - ecoli2
methods: [none, random]
classifiers: [knn]
splits: 2
"""


def test_a_set_under_two_labels_is_one_block(tmp_path: Path) -> None:
    """The same rows under another label and design are one set; another set of that family is another."""
    run(parse_suite(SUITE), tmp_path, Options(runner="serial", figures=False))

    results = read(tmp_path)

    assert twins(results) == [["ecoli1", "ecoli1, one split"]]
    assert set(blocks(results).values()) == {"ecoli1", "ecoli2"}
    assert comparisons.overall(comparisons.frame(results, "mcc"))[["n", "n_planned"]].to_numpy().tolist() == [
        [2, 2]
    ]
    assert set(rank_tests.frame(results, "mcc")["n_sets"]) == {2}
    for name in ("report.md", "report.html"):
        text = (tmp_path / name).read_text(encoding="utf-8")
        assert "The same rows under several labels are one data set: ecoli1 = ecoli1, one split." in text, (
            name
        )


def test_sets_of_their_own_are_blocks_of_their_own(tmp_path: Path) -> None:
    """Where every label has its rows nothing is put together, and nothing is said."""
    results = stored(tmp_path, [Cell([0.5], dataset=name) for name in "ab"])

    assert (twins(results), blocks(results)) == ([], {"a": "a", "b": "b"})


def test_other_classes_of_the_same_file_are_another_set(tmp_path: Path) -> None:
    """Digits 2 against 8 and 3 against 5 come from one file and have other rows."""
    results = stored(tmp_path, [Cell([0.5], dataset=name) for name in "ab"])
    results.splits["fingerprint"] = "one file"
    same = twins(results)
    blocks.cache_clear()
    results.splits.loc[results.splits["dataset"] == "a", "n_majority"] += 1

    assert (same, twins(results)) == ([["a", "b"]], [])

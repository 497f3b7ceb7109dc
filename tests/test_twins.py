"""Data sets that stand in a plan under several labels."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from oversample_bench import Options, run
from oversample_bench.analysis import twins
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


def test_a_set_under_two_labels_is_told_by_every_report(tmp_path: Path) -> None:
    """The same rows under another label and design are one set; another set of that family is another."""
    run(parse_suite(SUITE), tmp_path, Options(runner="serial", figures=False))

    results = read(tmp_path)

    assert twins.twins(results) == [["ecoli1", "ecoli1, one split"]]
    for name in ("report.md", "report.html", "tables/comparisons_mcc.tex"):
        text = (tmp_path / name).read_text(encoding="utf-8")
        assert re.search(r"promise too much: \W*ecoli1\W* = \W*ecoli1, one split\W*\. ", text), name


def test_sets_of_their_own_need_no_word(tmp_path: Path) -> None:
    """Where every label has its rows, and where nothing has been run, nothing is said."""
    results = stored(tmp_path, [Cell([0.5], dataset=name) for name in "ab"])

    assert (twins.twins(results), twins.caution(results)) == ([], "")


def test_other_classes_of_the_same_file_are_another_set(tmp_path: Path) -> None:
    """Digits 2 against 8 and 3 against 5 come from one file and have other rows."""
    results = stored(tmp_path, [Cell([0.5], dataset=name) for name in "ab"])
    results.splits["fingerprint"] = "one file"
    same = twins.twins(results)
    results.splits.loc[results.splits["dataset"] == "a", "n_majority"] += 1

    assert (same, twins.twins(results)) == ([["a", "b"]], [])

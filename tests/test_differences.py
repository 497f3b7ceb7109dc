"""Paired differences between a method in focus and the others, from stores that are written by hand."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from scipy.stats import t, ttest_1samp, ttest_rel

from oversample_bench.analysis import paired_differences, results
from oversample_bench.report import write_report
from tests.stores import FAILED, SHARE, Cell, Score, store

HEADING = "### Paired differences by "
FEW = settings(max_examples=20, deadline=None)  # each example writes a store


def table(folder: Path, metric: str = "mcc") -> pd.DataFrame:
    write_report(folder, figures=False)
    return pd.read_csv(folder / "tables" / f"differences_{metric}.csv")


def section(folder: Path, metric: str = "mcc") -> str:
    text = write_report(folder, figures=False).read_text(encoding="utf-8")
    return text.partition(f"{HEADING}{metric}: ")[2].partition("\n## ")[0]


def line(text: str, start: str) -> list[str]:
    """Return the cells of the first line of a table that begins with ``start``."""
    found = next(line for line in text.splitlines() if line.startswith(f"| {start}"))
    return [part.strip() for part in found.strip("|").split(" |")]


# --- the numbers


def test_a_difference_is_worked_by_hand(tmp_path: Path) -> None:
    """Differences 0.1, 0.2, 0.3 have mean 0.2 and sd 0.1; 4.302653 is the t quantile of 2 degrees."""
    folder = store(tmp_path, [Cell([0.5, 0.5, 0.5]), Cell([0.6, 0.7, 0.8], method="glgan")], focus="glgan")

    found = table(folder)

    assert len(found) == 1
    row = found.loc[0]
    assert list(found.columns) == [
        "dataset", "ratio", "classifier", "focus", "other", "n", "n_planned", "mean", "low", "high",
        "corrected_low", "corrected_high",
    ]  # fmt: skip
    assert row[:7].tolist() == ["ecoli1", "natural", "tree", "glgan", "none", 3, 3]
    assert row["mean"] == pytest.approx(0.2, abs=1e-15)
    reach, corrected = 4.302653 * 0.1 / 3**0.5, 4.302653 * 0.1 * (1 / 3 + SHARE) ** 0.5
    assert [row["low"], row["high"]] == pytest.approx([0.2 - reach, 0.2 + reach], abs=1e-7)
    assert [row["corrected_low"], row["corrected_high"]] == pytest.approx(
        [0.2 - corrected, 0.2 + corrected], abs=1e-7
    )


unit = st.floats(-1, 1)
pairs = st.lists(st.tuples(unit, unit), min_size=2, max_size=12)


@FEW
@given(pairs=pairs)
def test_the_interval_is_that_of_scipys_paired_t(pairs: list[tuple[float, float]]) -> None:
    """Mean and interval are those of `scipy.stats.ttest_rel`; the corrected one is never narrower."""
    own, other = np.array(pairs).T
    with tempfile.TemporaryDirectory() as name:
        folder = store(Path(name), [Cell(other.tolist()), Cell(own.tolist(), method="a")], focus="a")
        row = paired_differences.frame(results.read(folder), "mcc").loc[0]

    if np.ptp(own - other) > 1e-9:  # scipy warns of, and loses, what differs less
        expected = ttest_rel(own, other).confidence_interval(0.95)
        assert [row["low"], row["high"]] == pytest.approx(list(expected), abs=1e-9)
    assert row["mean"] == pytest.approx(np.mean(own - other), abs=1e-12)
    assert row["corrected_low"] <= row["low"] <= row["mean"] <= row["high"] <= row["corrected_high"]


def test_pairs_share_split_and_seed(tmp_path: Path) -> None:
    """Each of three splits times two seeds is a pair, in whatever order the plan has them."""
    other = [[0.1, 0.2], [0.3, 0.5], [0.4, 0.1]]
    own = [[0.2, 0.9], [0.3, 0.6], [0.8, 0.2]]
    folder = store(tmp_path, [Cell(own, method="a"), Cell(other, method="b")], focus="a")

    row = table(folder).loc[0]

    expected = ttest_rel(np.ravel(own), np.ravel(other)).confidence_interval(0.95)
    assert (row["n"], row["n_planned"]) == (6, 6)
    assert [row["low"], row["high"]] == pytest.approx(list(expected), abs=1e-12)
    spread = (np.array(own) - np.array(other)).mean(axis=1)
    reach = t.ppf(0.975, 2) * spread.std(ddof=1) * (1 / 3 + SHARE) ** 0.5
    assert row["corrected_high"] - row["mean"] == pytest.approx(reach, abs=1e-12)


def test_only_pairs_with_both_scores_count(tmp_path: Path) -> None:
    """A trial that failed on either side takes its pair out, and n says so in the table and the cell."""
    cells = [Cell([0.5, FAILED, 0.5, 0.5]), Cell([0.6, 0.9, FAILED, 0.8], method="glgan")]
    folder = store(tmp_path, cells, focus="glgan")

    row, text = table(folder).loc[0], section(folder)

    assert (row["n"], row["n_planned"]) == (2, 4)
    assert row["mean"] == pytest.approx(0.2, abs=1e-12)
    assert line(text, "ecoli1")[1].endswith("], n = 2 of 4")
    assert "n = 4 where a cell says nothing else." in text


@pytest.mark.parametrize(
    ("others", "told"), [([0.5, FAILED], "+0.100, n = 1 of 2"), ([FAILED, FAILED], "–, n = 0 of 2")]
)
def test_one_pair_has_no_interval_and_none_no_mean(tmp_path: Path, others: list[Score], told: str) -> None:
    """One pair shows its difference alone, no pair a dash; neither is bold."""
    folder = store(tmp_path, [Cell(others), Cell([0.6, 0.6], method="a")], focus="a")

    row, text = table(folder).loc[0], section(folder)

    assert line(text, "ecoli1")[1] == told
    assert row[["low", "high", "corrected_low", "corrected_high"]].isna().all()
    assert "nan" not in text


def test_equal_pairs_have_an_interval_of_one_point(tmp_path: Path) -> None:
    """Where both methods score alike on every pair the interval is [0, 0], and 0 is not excluded."""
    folder = store(tmp_path, [Cell([0.1, 0.3, 0.7]), Cell([0.1, 0.3, 0.7], method="a")], focus="a")

    row = table(folder).loc[0]

    assert row["mean":"corrected_high"].tolist() == [0, 0, 0, 0, 0]
    assert line(section(folder), "ecoli1")[1] == "0.000 [0.000, 0.000]"


def test_rounding_is_no_difference(tmp_path: Path) -> None:
    """Scores that differ in their last digits only are equal: not bold, not better."""
    own, other = [0.1 + 0.2] * 3, [0.3] * 3
    cells = [Cell(scores, name, place) for place in ("a", "b") for name, scores in (("x", own), ("y", other))]
    folder = store(tmp_path, cells, focus="x")

    text = section(folder)

    assert line(text, "a ")[1] == line(text, "*mean of")[1] == "0.000 [0.000, 0.000]"
    assert line(text, "*better")[1] == "0 / 2 / 0"


# --- over the data sets


def over_three(folder: Path, metrics: Mapping[str, bool] | None = None) -> Path:
    means = {"set1": 0.1, "set2": -0.2, "set3": 0.0, "set4": 0.3}
    cells = [
        Cell(scores, method, dataset)
        for dataset, mean in means.items()
        for method, scores in (("glgan", [0.5 + mean] * 2), ("smote", [0.5, 0.5]))
    ]
    return store(folder, cells, metrics, focus="glgan", digits=6)


def test_over_the_sets_each_set_is_one_value(tmp_path: Path) -> None:
    """The last lines hold the mean of the sets' means, its t interval over the sets, and the counts."""
    text = section(over_three(tmp_path))

    low, high = ttest_1samp([0.1, -0.2, 0.0, 0.3], 0).confidence_interval(0.95)
    assert line(text, "*mean of the 4 sets*")[1] == f"+0.050000 [{low:+.6f}, {high:+.6f}]"
    assert line(text, "*better / equal / worse*")[1] == "2 / 1 / 1"


def test_lower_may_be_better(tmp_path: Path) -> None:
    """For a loss the difference keeps its sign, the text says so and the counts change sides."""
    text = section(over_three(tmp_path, {"brier": False}), "brier")

    assert "Above 0 glgan has the higher score, which is worse: lower brier is better." in text
    assert line(text, "set1")[1].startswith("**+0.100000 [")
    assert line(text, "*better / equal / worse*")[1] == "1 / 1 / 2"


def test_sets_without_a_pair_are_not_counted(tmp_path: Path) -> None:
    """A set on which a method has no score is in neither mean nor counts, and the line says so."""
    cells = [
        Cell(scores, method, dataset)
        for dataset, none in (("set1", [0.4, 0.5]), ("set2", [0.1, 0.3]), ("set3", [FAILED, FAILED]))
        for method, scores in (("glgan", [0.5, 0.5]), ("none", none))
    ]

    text = section(store(tmp_path, cells, focus="glgan"))

    assert line(text, "*mean of the 3 sets*")[1].endswith("], 2 of 3 sets")
    assert line(text, "*better")[1] == "2 / 0 / 0"


def test_one_set_needs_no_line_over_sets(tmp_path: Path) -> None:
    """With one data set there is nothing to average over, and one split is told as such."""
    folder = store(tmp_path, [Cell([[0.5, 0.4]]), Cell([[0.6, 0.7]], method="a")], focus="a")

    text = section(folder)

    assert "*mean of" not in text
    assert "There is one split: the intervals tell of other seeds" in text


# --- how it looks


def test_bold_excludes_zero_and_the_mark_does_so_by_the_wider_interval(tmp_path: Path) -> None:
    """Bold is the plain interval, ‡ the corrected one; a cell whose interval holds 0 has neither."""
    spreads = {"both": 0.01, "plain": 0.035, "neither": 0.2}
    cells = [Cell([0.5] * 3, "glgan")]
    cells += [Cell([0.4 - s, 0.4, 0.4 + s], name) for name, s in spreads.items()]
    folder = store(tmp_path, cells, focus="glgan")

    found, told = table(folder), line(section(folder), "ecoli1")[1:]

    plain = (found["low"] > 0).tolist()
    corrected = (found["corrected_low"] > 0).tolist()
    assert [plain, corrected] == [[True, True, False], [True, False, False]]
    marks = [re.sub(r"[^*‡]", "", cell) for cell in told]
    assert marks == ["****‡", "****", ""]


def test_there_is_a_table_for_each_ratio_and_classifier(tmp_path: Path) -> None:
    """Ratios and classifiers are not mixed; the columns are the other methods in the plan's order."""
    cells = [
        Cell([0.4, 0.5], method, dataset, ratio, classifier)
        for dataset in ("set1", "set2")
        for ratio in ("natural", "0.01")
        for classifier in ("tree", "knn")
        for method in ("none", "glgan", "smote")
    ]

    text = section(store(tmp_path, cells, focus="glgan"))

    assert re.findall(r"^With (.*):$", text, re.MULTILINE) == [
        "tree at ratio natural", "knn at ratio natural", "tree at ratio 0.01", "knn at ratio 0.01",
    ]  # fmt: skip
    assert line(text, "data set") == ["data set", "none", "smote"]
    assert text.count("*mean of the 2 sets*") == 4


@pytest.mark.parametrize("name", ["a|b", "*bold* _it_", "<script>", "[a](b)", "# head", "1. x", "x\ny"])
def test_no_name_breaks_the_tables(tmp_path: Path, name: str) -> None:
    """Names appear as they are, each row as wide as its header; CSV gives them back."""
    cells = [
        Cell([0.4, 0.5], method, dataset, name, name)
        for dataset in (name, "other")
        for method in (name, f"other {name}")
    ]
    folder = store(tmp_path, cells, {name: True}, focus=name)

    page = (
        MarkdownIt("commonmark")
        .enable("table")
        .render(write_report(folder, figures=False).read_text(encoding="utf-8"))
    )
    written = next((folder / "tables").glob("differences_*.csv"))

    for part in page.split("<table>")[1:]:
        rows = [row.count("<td") + row.count("<th") for row in part.split("</table>")[0].split("<tr>")[1:]]
        assert len(set(rows)) == 1
    assert "<em>mean of the 2 sets</em>" in page
    assert "<script" not in page
    assert pd.read_csv(written).loc[0, ["dataset", "focus", "other"]].tolist() == [
        name,
        name,
        f"other {name}",
    ]


# --- when there is a section


@pytest.mark.parametrize("options", [{}, {"focus": ""}, {"focus": "gone"}])
def test_without_a_planned_focus_nothing_is_added(tmp_path: Path, options: dict[str, object]) -> None:
    """No focus, an empty one and one that is not planned any more give the report without a section."""
    cells = [Cell([0.4, 0.5]), Cell([0.5, 0.6], method="smote")]
    folder = store(tmp_path, cells, **options)

    text = write_report(folder, figures=False).read_text(encoding="utf-8")

    assert HEADING not in text
    assert not list((folder / "tables").glob("differences_*"))


def test_a_focus_alone_has_nothing_to_be_compared_with(tmp_path: Path) -> None:
    """Where the focus is the only method there is no section."""
    folder = store(tmp_path, [Cell([0.4, 0.5])], focus="none")

    assert HEADING not in write_report(folder, figures=False).read_text(encoding="utf-8")


def test_old_differences_go_with_the_option(tmp_path: Path) -> None:
    """A later run without a focus removes the tables of an earlier one, also of a metric that it dropped."""
    cells = [Cell([0.4, 0.5]), Cell([0.5, 0.6], method="smote")]
    folder = store(tmp_path, cells, {"mcc": True, "auroc": True}, focus="smote")
    write_report(folder, figures=False)
    before = sorted(path.name for path in (folder / "tables").glob("differences_*"))
    write_report(store(tmp_path, cells, {"mcc": True}), figures=False)

    assert before == ["differences_auroc.csv", "differences_mcc.csv"]
    assert sorted(path.name for path in (folder / "tables").glob("*.csv")) == [
        "comparisons_mcc.csv", "failures.csv", "mcc.csv", "pairs_mcc.csv", "ranks_mcc.csv", "resamples.csv",
    ]  # fmt: skip


def test_a_metric_may_be_called_like_a_table_of_differences(tmp_path: Path) -> None:
    """A metric named `differences_mcc` does not take the place of the differences by mcc."""
    metrics = {"mcc": True, "differences_mcc": True}
    folder = store(tmp_path, [Cell([0.4]), Cell([0.5], method="smote")], metrics, focus="smote")

    write_report(folder, figures=False)

    assert len(list((folder / "tables").glob("*.csv"))) == 2 + 5 * len(metrics)
    assert "focus" in pd.read_csv(folder / "tables" / "differences_mcc.csv")


def test_a_suite_brings_its_focus_to_the_report(runs, tmp_path: Path) -> None:
    """`report: {focus: LABEL}` of a suite is a section of the report that its run writes."""
    text = (
        "name: s\ndata: [ecoli1]\nmethods: [none, {name: random, label: copies}]\nclassifiers: [knn]\n"
        "splits: 2\nmetrics: [mcc]\nreport: {focus: copies}\n"
    )

    runs(text)

    told = write_report(tmp_path / "out").read_text(encoding="utf-8")
    assert "### Paired differences by mcc: copies minus each other method" in told


def test_seeds_of_a_split_are_no_further_splits(tmp_path: Path) -> None:
    """The corrected interval takes a split as one value: five seeds of each are no more than their mean.

    The differences of the three splits are 0.1, 0.2 and 0.3 on average, sd 0.1; with n_test / n_train = 0.25
    the interval is 0.2 ± t(0.975, 2) * 0.1 * sqrt(1 / 3 + 0.25).
    """
    means, around = (0.1, 0.2, 0.3), (-0.04, -0.02, 0.0, 0.02, 0.04)
    own = Cell([[0.5 + mean + shift for shift in around] for mean in means], method="smote")
    read = results.read(store(tmp_path, [Cell([[0.5] * 5] * 3), own], focus="smote"))

    (line,) = paired_differences.frame(read, "mcc").to_dict("records")

    reach = t.ppf(0.975, 2) * 0.1 * (1 / 3 + SHARE) ** 0.5
    assert line["n"] == 15
    assert [line["corrected_low"], line["corrected_high"]] == pytest.approx([0.2 - reach, 0.2 + reach])

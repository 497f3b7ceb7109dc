"""`bench diff`: which trials of two runs differ, by how much, why, and which are missing."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

from oversample_bench.analysis.environments import changed
from oversample_bench.analysis.store_diff import EQUAL, NUMBERS, ONLY_A, ONLY_B, STATUS, Diff, diff
from oversample_bench.cli import bench, main
from oversample_bench.core.errors import UsageError
from oversample_bench.execution.driver import run
from oversample_bench.execution.run_result import Options
from oversample_bench.store import FILE_NAME, Ledger
from oversample_bench.suite import parse_suite

SUITE = """
name: diff
data: [glass2]
methods: [none, random, smote]
classifiers: [logistic_regression]
splits: 2
metrics: [mcc, f1_macro]
"""
PLACE = ["dataset", "ratio", "method", "classifier", "split", "seed"]


def carried_out(folder: Path, **changes: str) -> Path:
    """Run the suite, some of its lines replaced, into a folder."""
    lines = [line for line in SUITE.strip().splitlines() if line.split(":")[0] not in changes]
    text = "\n".join([*lines, *(f"{key}: {value}" for key, value in changes.items())])
    run(parse_suite(text), folder, Options(runner="serial"))
    return folder


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return carried_out(tmp_path_factory.mktemp("diff") / "original")


Change = Callable[..., Path]


@pytest.fixture
def copy(original: Path, tmp_path: Path) -> Change:
    """Return what copies the run and changes the copy by SQL."""

    def changed_by(*statements: str) -> Path:
        folder = Path(shutil.copytree(original, tmp_path / f"copy {len(list(tmp_path.iterdir()))}"))
        with closing(sqlite3.connect(folder / FILE_NAME)) as connection:
            for statement in statements:
                connection.execute(statement)
            connection.commit()
        return folder

    return changed_by


def counts(found: Diff) -> dict[str, int]:
    return {change: count for change, count in found.counts.items() if count}


def of(method: str, split: int = 0) -> str:
    """Return the condition for one trial of the plan, and its digest as SQL."""
    return f"(SELECT trial FROM planned WHERE method = '{method}' AND split = {split})"


# --- equal


def test_a_copy_does_not_differ(original, copy):
    """The same rows are equal, each pair by its digest; nothing is missing and no environment differs."""
    found = diff(original, copy())

    assert counts(found) == {EQUAL: 6}
    assert found.is_empty
    assert found.metrics.to_dict("list") == {
        "metric": ["mcc", "f1_macro"], "n": [6, 6], "n_differ": [0, 0], "largest": [0, 0], "mean": [0, 0]
    }  # fmt: skip
    assert set(found.trials["why"]) == {""}
    assert (found.lone_metrics, found.environments) == ({"A": (), "B": ()}, {})
    assert found.worst(5).empty


def test_a_second_run_of_the_suite_does_not_differ(original, tmp_path):
    """Two runs of one suite hold the same numbers, whatever their seconds."""
    assert diff(original, carried_out(tmp_path / "again")).is_empty


def test_a_label_that_changed_hides_no_trial(original, copy):
    """What is called otherwise is paired by its digest, and told."""
    found = diff(original, copy("UPDATE planned SET method = 'SMOTE, 2002' WHERE method = 'smote'"))
    renamed = found.trials[found.trials["method"] == "smote"]

    assert found.is_empty
    assert set(renamed["why"]) == {"called SMOTE, 2002 in B"}
    assert renamed["same_digest"].all()


def test_a_digest_goes_before_labels(original, copy):
    """Where two methods have swapped their labels, each is still compared with itself."""
    swapped = "CASE method WHEN 'smote' THEN 'random' WHEN 'random' THEN 'smote' ELSE method END"
    found = diff(original, copy(f"UPDATE planned SET method = {swapped}"))

    assert found.is_empty
    assert found.trials["same_digest"].all()


def test_one_trial_under_two_labels_is_two_rows(original, copy):
    """A trial that is planned twice has a row for each of its labels."""
    twice = (
        "INSERT INTO planned SELECT position + 100, trial, resample, dataset, ratio, 'again', classifier,"
        " split, seed FROM planned WHERE method = 'none'"
    )
    both, lone = diff(copy(twice), copy(twice)), diff(original, copy(twice))

    assert counts(both) == {EQUAL: 8}
    assert counts(lone) == {EQUAL: 6, ONLY_B: 2}
    assert set(lone.trials.loc[lone.trials["change"] == ONLY_B, "method"]) == {"again"}


# --- different


def test_numbers_that_differ_are_told_with_their_size(original, copy):
    """The largest and the mean difference are over all pairs; the worst come first, B minus A."""
    other = copy(
        f"UPDATE scores SET value = value + 0.25 WHERE metric = 'mcc' AND trial = {of('smote')}",
        f"UPDATE scores SET value = value - 0.5 WHERE metric = 'mcc' AND trial = {of('none', 1)}",
    )
    found = diff(original, other)
    mcc = found.metrics.set_index("metric").loc["mcc"]
    worst = found.worst(1).iloc[0]

    assert counts(found) == {EQUAL: 4, NUMBERS: 2}
    assert not found.is_empty
    assert (mcc["n"], mcc["n_differ"]) == (6, 2)
    assert (mcc["largest"], mcc["mean"]) == (pytest.approx(0.5), pytest.approx(0.125))
    assert (worst["method"], worst["split"], worst["metric"]) == ("none", 1, "mcc")
    assert worst["difference"] == pytest.approx(-0.5)
    assert len(found.worst(9)) == 2
    assert found.n_contradictions == 2


def test_a_tolerance_makes_near_numbers_equal(original, copy):
    """A difference counts when it is above the tolerance; without one every bit counts."""
    other = copy(f"UPDATE scores SET value = value + 1e-9 WHERE metric = 'mcc' AND trial = {of('smote')}")

    assert counts(diff(original, other)) == {EQUAL: 5, NUMBERS: 1}
    assert counts(diff(original, other, tolerance=1e-8)) == {EQUAL: 6}


def test_a_value_that_only_one_has_is_a_difference(original, copy):
    """An empty score beside a number is told at any tolerance; two empty ones are equal."""
    empty = f"UPDATE scores SET value = NULL WHERE metric = 'mcc' AND trial = {of('smote')}"
    found = diff(original, copy(empty), tolerance=9)

    assert counts(found) == {EQUAL: 5, NUMBERS: 1}
    assert found.metrics.set_index("metric").loc["mcc", "n"] == 5
    assert diff(copy(empty), copy(empty)).is_empty


def test_a_status_that_changed_is_told(original, copy):
    """A trial that fails now has both statuses and its reason; its scores are compared no more."""
    bad = copy(f"UPDATE trials SET status = 'failed', reason = 'no luck' WHERE digest = {of('smote')}")
    found = diff(original, bad)
    (row,) = found.trials[found.trials["change"] == STATUS].to_dict("records")

    assert counts(found) == {EQUAL: 5, STATUS: 1}
    assert (row["status_a"], row["status_b"], row["reason_b"]) == ("ok", "failed", "no luck")
    assert list(found.metrics["n"]) == [5, 5]
    assert counts(diff(bad, original)) == {EQUAL: 5, STATUS: 1}


def test_a_trial_that_was_not_run_is_pending(original, copy):
    """What is planned in both and done in one has another status."""
    found = diff(copy(f"DELETE FROM trials WHERE digest = {of('smote')}"), original)

    assert counts(found) == {EQUAL: 5, STATUS: 1}
    assert set(found.trials.loc[found.trials["change"] == STATUS, "status_a"]) == {"pending"}


def test_what_is_missing_is_listed_with_its_labels(original, tmp_path):
    """Trials of one run alone keep their labels, the first run's in their place, the second's at the end."""
    other = carried_out(tmp_path / "other", methods="[none, smote, borderline_smote]")
    found = diff(original, other)
    by_change = found.trials.groupby("change")["method"].agg(set).to_dict()

    assert by_change == {EQUAL: {"none", "smote"}, ONLY_A: {"random"}, ONLY_B: {"borderline_smote"}}
    assert list(found.trials["change"])[-2:] == [ONLY_B, ONLY_B]
    assert not found.is_empty


def test_metrics_of_one_run_alone_are_named(original, copy):
    """A metric that the other has not cannot be compared, and is no equality."""
    found = diff(original, copy("DELETE FROM scores WHERE metric = 'mcc'"))

    assert found.lone_metrics == {"A": ("mcc",), "B": ()}
    assert list(found.metrics["metric"]) == ["f1_macro"]
    assert not found.is_empty


# --- why

REASONS = {
    "parameters": (
        {"methods": "[none, random, {name: smote, params: {k_neighbors: 3}}]"},
        'other parameters of the method ({} / {"k_neighbors":3})',
    ),
    "the classifier's parameters": (
        {"classifiers": "[{name: logistic_regression, params: {C: 0.5}}]"},
        'other parameters of the classifier ({} / {"C":0.5})',
    ),
    "another classifier": (
        {"classifiers": "[{name: knn, label: logistic_regression}]"},
        "other classifier (logistic_regression / knn)",
    ),
    "other rows": ({"data": "[{dataset: glass4, label: glass2}]"}, "other rows in the data ("),
    "the protocol": (
        {"protocol": "{scale: minmax}"},
        'other protocol ({"scale": "standard"} / {"scale": "minmax"})',
    ),
}


@pytest.mark.parametrize("part", REASONS)
def test_the_reason_of_another_digest_is_told(original, tmp_path, part):
    """Under the same labels it is said which part of the spec differs, with both values."""
    changes, sentence = REASONS[part]
    found = diff(original, carried_out(tmp_path / "other", **changes))
    told = set(found.trials["why"]) - {""}

    assert len(told) == 1
    assert sentence in told.pop()
    assert len(found.trials) == 6
    assert not found.trials.loc[found.trials["why"] != "", "same_digest"].any()
    assert found.n_contradictions == 0


def test_another_version_of_a_plugin_is_a_reason(original, copy):
    """Where a method comes from another version, its digests differ and both versions are named."""
    other = copy(
        "UPDATE resamples SET source = 'ours 9.9' WHERE method = 'smote'",
        "UPDATE planned SET trial = 'x' || trial WHERE method = 'smote'",
        "UPDATE trials SET digest = 'x' || digest WHERE digest NOT IN (SELECT trial FROM planned)",
    )
    told = set(diff(original, other).trials["why"])

    assert any("other version of the method (oversample-bench-imblearn " in one for one in told)
    assert any(one.endswith(" / ours 9.9)") for one in told)


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        (
            "code 000000000000",
            "other code of the method (oversample-bench-imblearn 0.1.0: 0123456789ab / 000000000000)",
        ),
        ("", "no hash of the method's code in B (oversample-bench-imblearn 0.1.0)"),
    ],
)
def test_other_code_of_one_version_is_a_reason(original, copy, tmp_path, source, sentence):
    """An edited plugin is told by its code, and so is a row from before code counted."""
    who = "oversample-bench-imblearn 0.1.0"
    one = copy(f"UPDATE resamples SET source = '{who} code 0123456789ab' WHERE method = 'smote'")
    other = Path(shutil.copytree(one, tmp_path / "other"))
    with closing(sqlite3.connect(other / FILE_NAME)) as connection:
        connection.execute(
            f"UPDATE resamples SET source = '{f'{who} {source}'.strip()}' WHERE method = 'smote'"
        )
        connection.execute("UPDATE planned SET trial = 'x' || trial WHERE method = 'smote'")
        connection.execute(
            "UPDATE trials SET digest = 'x' || digest WHERE digest NOT IN (SELECT trial FROM planned)"
        )
        connection.commit()

    assert sentence in set(diff(one, other).trials["why"])


def test_when_nothing_else_differs_it_is_the_protocol(original, copy):
    """The one part of a digest that a store does not hold is named when all others are equal."""
    other = copy("UPDATE planned SET trial = 'x' || trial", "UPDATE trials SET digest = 'x' || digest")

    assert set(diff(original, other).trials["why"]) == {"other version of the protocol"}


def test_environments_are_compared_entry_by_entry(original, copy):
    """Versions and machines of the last runs that differ are named; what is equal is not."""
    found = diff(
        original, copy("UPDATE runs SET environment = json_set(environment, '$.libraries.numpy', '9')")
    )

    ((key, (_, now)),) = found.environments.items()
    assert (key, now) == ("libraries.numpy", "9")
    assert changed({"a": [1, 2], "b": 1}, {"a": [1], "c": 2}) == {
        "a": ("1, 2", "1"), "b": ("1", "–"), "c": ("–", "2")
    }  # fmt: skip


# --- refused, and the command


def test_a_folder_without_results_is_refused(original, tmp_path):
    """No store, an empty one, and one folder given twice are each a sentence."""
    Ledger(tmp_path / "empty").close()
    for a, b, sentence in [
        (original, tmp_path / "no", "is not the folder of a run"),
        (tmp_path / "empty", original, "is empty: there is nothing to compare"),
        (original, original / "..", "is not the folder of a run"),
        (original, original / "resamples" / "..", "are the same folder. Name two."),
    ]:
        with pytest.raises(UsageError, match=sentence):
            diff(a, b)


def test_stores_of_failures_alone_can_be_compared(original, copy):
    """Without a single score there are still statuses to compare."""
    failed = "UPDATE trials SET status = 'failed'"
    found = diff(copy(failed), copy(failed))

    assert found.is_empty
    assert found.metrics.empty
    assert counts(diff(original, copy(failed))) == {STATUS: 6}


def test_the_command_ends_with_0_unless_it_is_asked_for_more(original, copy):
    """`--exit-code` ends with 3 where anything differs, and with 0 where nothing does."""
    other = copy(f"UPDATE scores SET value = value + 0.25 WHERE trial = {of('smote')}")

    def code(*words: object) -> int:
        return CliRunner().invoke(bench, ["diff", *map(str, words)], standalone_mode=False).return_value

    assert code(original, other) == 0
    assert code(original, other, "--exit-code") == 3
    assert code(original, copy(), "--exit-code") == 0
    assert code(original, other, "--exit-code", "--tolerance", "0.3") == 0


def test_the_command_shows_what_differs(original, copy):
    """Counts, metrics, the worst trial with both values, and a word on numbers that a digest promised."""
    other = copy(f"UPDATE scores SET value = 0.25 WHERE metric = 'mcc' AND trial = {of('smote')}")
    lines = CliRunner().invoke(bench, ["diff", str(original), str(other)]).output.splitlines()

    assert lines[0] == "6 trials: 5 equal, 1 other numbers."
    (worst,) = (line.split() for line in lines if line.startswith("glass2/natural/smote"))
    assert worst[:2] + worst[3:4] == ["glass2/natural/smote/logistic_regression/0/0", "mcc", "0.25"]
    assert any(line.startswith("One digest and two outcomes: 1.") for line in lines)


def test_the_command_writes_every_trial(original, copy, tmp_path):
    """The file holds a row a trial: labels, change, both statuses, both values of each metric."""
    path = tmp_path / "new" / "diff.csv"
    shown = CliRunner().invoke(bench, ["diff", str(original), str(copy()), "-o", str(path)])
    frame = pd.read_csv(path)

    assert shown.output.splitlines()[-1] == f"6 trials: {path}"
    assert list(frame.columns[:7]) == [*PLACE, "change"]
    assert {"mcc_a", "mcc_b", "mcc_difference", "f1_macro_a"} <= set(frame.columns)
    assert len(frame) == 6


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("A", "nowhere"), "'nowhere' is not the folder of a run"),
        (("A", "A"), "are the same folder"),
        (("A", "B", "-o", "a.txt"), "Choose a name that does."),
        (("A", "B", "--tolerance", "-1"), "-1"),
        (("A",), "Missing argument 'B'"),
    ],
)
def test_a_wrong_request_is_a_sentence_and_exit_code_1(
    original, tmp_path, monkeypatch, capsys, words, sentence
):
    """No traceback, whatever is wrong."""
    monkeypatch.chdir(tmp_path)
    for name in "AB":
        shutil.copytree(original, name)
    with pytest.raises(SystemExit) as caught:
        main(["diff", *words])

    assert caught.value.code == 1
    told = capsys.readouterr().err
    assert sentence in told
    assert "Traceback" not in told

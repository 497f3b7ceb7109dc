"""`bench explain`: one trial, found by its digest or its labels, and all that the store knows of it."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from oversample_bench.cli import bench, main
from oversample_bench.core.errors import UsageError
from oversample_bench.execution.driver import run
from oversample_bench.execution.explanation import explain, find
from oversample_bench.execution.run_result import Options
from oversample_bench.report import trials
from oversample_bench.store import FILE_NAME, PLACE, Ledger, PlannedRecord, connect, planned
from oversample_bench.suite import parse_suite

PLUGIN = """
from oversample_bench.api import hookimpl


@hookimpl
def register_oversamplers(register):
    register("angry", Angry)


class Angry:
    def fit_resample(self, X, y):
        raise ValueError("no neighbours [of] any class")
"""
SUITE = """
name: explained
plugins: [angry.py]
data: [ecoli1, {path: "rows.csv", target: y, minority: 1, label: my rows/mine}]
ratios: [natural, 0.1]
methods: [none, {name: smote, label: smote-3, params: {k_neighbors: 3}}, angry]
classifiers: [logistic_regression, knn]
splits: 2
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a run over a registered set and a file, in which one method fails."""
    place = tmp_path_factory.mktemp("explain")
    (place / "angry.py").write_text(PLUGIN, encoding="utf-8")
    rows = "".join(f"{n % 13},{n * n % 7},{int(n % 5 == 0)}\n" for n in range(150))
    (place / "rows.csv").write_text(f"a,b,y\n{rows}", encoding="utf-8")
    run(parse_suite(SUITE, "suite.yaml", place), place / "out", Options(runner="serial"))
    return place / "out"


def plan_of(folder: Path) -> list[tuple[Any, ...]]:
    with closing(connect(folder)) as connection:
        return planned(connection)


# --- what is told


@pytest.mark.slow
def test_every_trial_is_found_by_its_digest_and_by_its_labels(folder):
    """Both names lead to the same trial, and its labels come back, one with a slash in it too."""
    for trial, _, *labels in plan_of(folder):
        by_digest, by_labels = explain(folder, trial), explain(folder, "/".join(map(str, labels)))

        assert by_digest == by_labels
        assert by_digest.digest == trial
        assert [list(place.values()) for place in by_digest.labels] == [labels]


def test_the_parts_of_every_digest_give_it(folder):
    """What is told to have gone into a digest is what went into it, also of resamples that failed."""
    assert all(explain(folder, trial).parts["confirmed"] for trial, *_ in plan_of(folder))


def test_a_part_that_was_changed_no_longer_gives_the_digest(folder, tmp_path):
    """Rows that do not belong to their digest are told by `confirmed`."""
    copied = tmp_path / FILE_NAME
    copied.write_bytes((folder / FILE_NAME).read_bytes())
    with closing(sqlite3.connect(copied)) as connection:
        connection.execute("UPDATE resamples SET source = 'other 1'")
        connection.commit()

    assert not any(explain(tmp_path, trial).parts["confirmed"] for trial, *_ in plan_of(tmp_path))


def test_what_has_changed_since_is_told(folder, monkeypatch):
    """Whether method and classifier are still what the trial was made by: the same, other code, or gone."""
    place = "ecoli1/natural/smote-3/knn/0/0"
    same = explain(folder, place).parts
    monkeypatch.setattr("oversample_bench.plugins.origins.code_of", lambda _: "0" * 12)
    edited = explain(folder, place).parts
    monkeypatch.setattr("oversample_bench.plugins.origins.NUMBERS_VERSION", 99)
    raised = explain(folder, place).parts
    monkeypatch.setenv("OVERSAMPLE_BENCH_PLUGINS", "none-of-them")
    gone = explain(folder, place).parts

    assert same["method_today"] == same["classifier_today"] == "the same is installed now"
    assert edited["method_today"] == "its code has changed since"
    assert edited["classifier_today"] == "the same is installed now"
    assert raised["classifier_today"] == "oversample-bench numbers 99 is installed now"
    assert gone["method_today"] == "offered by nothing that is installed now"
    assert explain(folder, "ecoli1/natural/angry/knn/0/0").parts["method_today"].startswith("a plugin file")
    assert all(parts["confirmed"] for parts in (same, edited, raised, gone))


def test_scores_audit_and_fidelity_are_those_of_the_report(folder):
    """The numbers are the ones that `bench export` writes."""
    for row in trials(folder).to_dict("records"):
        found = explain(folder, "/".join(str(row[name]) for name in PLACE))

        assert found.trial["status"] == row["status"]
        assert found.trial["reason"] == row["reason"]
        assert found.scores == (
            {} if row["status"] != "ok" else {m: row[m] for m in ("mcc", "f1_macro", "f1_micro")}
        )
        for name in ("n_real", "n_new", "n_copies"):
            np.testing.assert_equal(
                found.resample["audit"][name], None if row["status"] != "ok" else row[name]
            )
        for name in ("precision", "coverage"):
            value = found.resample["fidelity"][name]
            np.testing.assert_equal(np.nan if value is None else value, row[f"fidelity_{name}"])


def test_the_spec_says_what_the_suite_said(folder):
    """Parameters, ratio, protocol and versions are told by name."""
    parts = explain(folder, "ecoli1/0.1/smote-3/knn/1/0").parts

    assert (parts["method"], parts["method_params"]) == ("smote", {"k_neighbors": 3})
    assert (parts["ratio"], parts["split"], parts["seed"], parts["batch"]) == (0.1, 1, 0, [])
    assert parts["protocol"] == {"test_size": 0.2, "scale": "standard", "target_ratio": 1.0}
    assert parts["method_source"].startswith("oversample-bench-imblearn ")
    assert parts["data"]["name"] == "ecoli1"


def test_the_file_of_a_resample_is_where_it_is_said_to_be(folder):
    """The path leads to the resample; where there is none, none is named."""
    good = explain(folder, "ecoli1/natural/smote-3/knn/0/0").resample
    bad = explain(folder, "ecoli1/natural/angry/knn/0/0").resample

    with np.load(good["file"]) as arrays:
        assert len(arrays["X_new"]) == good["audit"]["n_new"]
    assert bad["file"] is None


def test_a_failure_has_its_reason_and_traceback(folder):
    """A trial whose resample failed says so, and the resample has the traceback."""
    found = explain(folder, "ecoli1/natural/angry/knn/0/0")

    assert found.trial["status"] == "upstream"
    assert (found.resample["status"], found.resample["kind"]) == ("failed", "ValueError")
    assert "no neighbours [of] any class" in found.resample["traceback"]
    assert found.scores == {}


def test_the_run_is_told_with_its_environment(folder):
    """When, where and with which versions, as JSON that can be read again."""
    found = explain(folder, "ecoli1/natural/none/knn/0/0")

    assert found.run["suite"] == "explained"
    assert "numpy" in found.run["environment"]["libraries"]
    assert json.loads(found.as_json())["run"] == found.run
    assert found.data["n_rows"] == 336
    assert found.split["n_majority"] + found.split["n_minority"] == found.resample["audit"]["n_real"]


def test_a_trial_that_was_not_run_yet_is_pending(tmp_path):
    """What is planned alone has its labels and nothing else, and is no error."""
    with closing(Ledger(tmp_path)) as ledger:
        ledger.set_plan([PlannedRecord("abcdef", "d", "set", "natural", "smote", "knn", 0, 0)])
    found = explain(tmp_path, "abcd")
    shown = CliRunner().invoke(bench, ["explain", str(tmp_path), "set"])

    assert (found.trial, found.resample, found.parts, found.run) == ({}, {}, {}, {})
    assert "pending: it was not run yet" in shown.output
    assert shown.exit_code == 0


# --- names

LABELS = st.text(st.sampled_from("ab/"), min_size=1, max_size=4).filter(
    lambda text: text.strip("/") == text and "//" not in text
)


@given(
    places=st.lists(
        st.tuples(LABELS, LABELS, LABELS, LABELS, st.integers(0, 2), st.integers(0, 1)), unique=True
    )
)
def test_full_labels_never_lead_to_another_trial(places):
    """Whatever slashes labels hold, a full name that no other trial has finds its own."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(
            "CREATE TABLE planned (position, trial, dataset, ratio, method, classifier, split, seed);"
            "CREATE TABLE trials (digest);"
        )
        rows = [(n, f"digest {n}", *place) for n, place in enumerate(places)]
        connection.executemany("INSERT INTO planned VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)
        for place in places:
            name = "/".join(map(str, place))
            same = {f"digest {n}" for n, other in enumerate(places) if "/".join(map(str, other)) == name}
            if len(same) == 1:
                assert {find(connection, name)} == same


WRONG = {
    "an unknown data set": ("ecoli", "this run has no data set 'ecoli'. Did you mean 'ecoli1'?"),
    "an unknown method": (
        "ecoli1/0.1/smot/knn/0/0",
        "'ecoli1/0.1' has no method 'smot'. Did you mean 'smote-3'? There are: angry, none, smote-3.",
    ),
    "an unknown split": ("ecoli1/0.1/none/knn/7/0", "'ecoli1/0.1/none/knn' has no split '7'."),
    "too few labels": (
        "ecoli1/0.1/none",
        "stands for 4 trials. Say the classifier, too: knn, logistic_regression; for example 'ecoli1/",
    ),
    "too many labels": ("ecoli1/0.1/none/knn/0/0/9", "leave out '9'"),
    "a short digest": ("ffff", "this run has no data set 'ffff'."),
    "nothing": ("", "stands for 48 trials. Say the data set, too"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_name_that_is_none_is_told_with_what_there_is(folder, case):
    """A wrong label is told with the nearest and with those there are; too few with what to add."""
    name, sentence = WRONG[case]
    with pytest.raises(UsageError) as caught:
        explain(folder, name)

    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_digest_that_begins_several_trials_is_ambiguous(tmp_path):
    """Several trials are listed, and more digits are asked for; the whole digest is never ambiguous."""
    with closing(Ledger(tmp_path)) as ledger:
        ledger.set_plan(
            [PlannedRecord(f"abcd{n}", "d", "set", "natural", "smote", "knn", n, 0) for n in range(3)]
        )
    with pytest.raises(UsageError, match=r"3 trials begin with 'abcd': abcd0, abcd1, abcd2\."):
        explain(tmp_path, "abcd")

    assert explain(tmp_path, "ABCD1").labels[0]["split"] == 1


def test_labels_may_stop_where_one_trial_is_left(folder):
    """Split and seed need not be said when the rest leaves one trial."""
    short = explain(folder, "ecoli1/natural/none/knn/1")

    assert short == explain(folder, "ecoli1/natural/none/knn/1/0")


def test_folders_without_trials_are_refused(tmp_path, capsys):
    """No run, and a run without trials: a sentence, exit code 1, no traceback."""
    Ledger(tmp_path / "empty").close()
    for folder, sentence in [
        ("no", "is not the folder of a run"),
        ("empty", "This store holds no trial yet."),
    ]:
        with pytest.raises(SystemExit) as caught:
            main(["explain", str(tmp_path / folder), "abcd"])
        told = capsys.readouterr().err

        assert caught.value.code == 1
        assert sentence in told
        assert "Traceback" not in told


# --- the command


def test_the_command_tells_part_by_part(folder):
    """Outcome, scores, audit, digest parts and environment stand under their names; brackets are kept."""
    shown = CliRunner().invoke(bench, ["explain", str(folder), "ecoli1/natural/angry/knn/0/0"])
    lines = [line.split(maxsplit=1) for line in shown.output.splitlines() if line.strip()]

    assert shown.exit_code == 0
    assert ["labels", "ecoli1/natural/angry/knn/0/0"] in lines
    assert ["status", "upstream"] in lines
    assert ["reason", "no neighbours [of] any class"] in lines
    assert ["file", "none on this disk: it would be made again"] in lines
    assert ["confirmed", "yes: these parts give it"] in lines
    assert any(line[0] == "environment.libraries.numpy" for line in lines)
    assert "traceback of the resample:" in shown.output
    assert 'File "' in shown.output


def test_the_command_prints_json(folder):
    """`--json` holds all of it."""
    shown = CliRunner().invoke(bench, ["explain", str(folder), "ecoli1/natural/none/knn/0/0", "--json"])

    assert json.loads(shown.output) == json.loads(explain(folder, "ecoli1/natural/none/knn/0/0").as_json())

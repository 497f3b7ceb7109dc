"""What a run does again, what it does not, and how it ends."""

from __future__ import annotations

import re
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from oversample_bench import load_suite, run
from oversample_bench.execution.forecast import forecast
from oversample_bench.execution.run_result import Options
from oversample_bench.store import connect
from oversample_bench.suite import parse_suite
from oversample_bench.suite.plan import plan

SUITE = """
name: small
data: [ecoli1, glass2]
methods: [none, random, smote]
classifiers: [knn, decision_tree]
splits: 2
"""
MEASURED = ["fit_seconds", "trial_seconds", "peak_mib"]
HANG_SECONDS = 900
"""After which a command counts as one that hangs; no rule, and far from what a busy machine needs."""


def counts(folder: Path) -> tuple[int, int, int]:
    """Return how many runs, resamples and trials the store holds."""
    connection = connect(folder)
    return tuple(
        connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
        for table in ("runs", "resamples", "trials")
    )


def written(folder: Path) -> dict[str, float]:
    """Return when each resample was written."""
    return {path.name: path.stat().st_mtime_ns for path in (folder / "resamples").iterdir()}


@pytest.mark.usefixtures("reports")
def test_running_again_computes_nothing(runs: Any, tmp_path: Path) -> None:
    """The second run finds everything done, writes nothing and leaves the report as it is."""
    first = runs(SUITE)
    report = (tmp_path / "out" / "report.md").stat().st_mtime_ns
    before = counts(tmp_path / "out")
    second = runs(SUITE)

    assert (first.computed, first.exit_code) == (24, 0)
    assert (second.computed, second.exit_code) == (0, 0)
    assert before == counts(tmp_path / "out") == (1, 12, 24)
    assert report == (tmp_path / "out" / "report.md").stat().st_mtime_ns


@pytest.mark.quick
def test_a_new_classifier_refits_no_sampler(runs: Any, tmp_path: Path) -> None:
    """Resamples lie on disk: a classifier more costs its own trials only."""
    runs(SUITE)
    before = written(tmp_path / "out")
    again = runs(SUITE.replace("decision_tree]", "decision_tree, logistic_regression]"))

    assert again.computed == 12
    assert before == written(tmp_path / "out")
    assert counts(tmp_path / "out") == (2, 12, 36)


def test_a_resample_that_is_lost_is_made_again(runs: Any, tmp_path: Path) -> None:
    """Without its file, or with a damaged one, a resample is made anew, with the same rows."""
    runs(SUITE)
    content = {path.name: path.read_bytes() for path in (tmp_path / "out" / "resamples").iterdir()}
    for number, path in enumerate((tmp_path / "out" / "resamples").iterdir()):
        if number % 2:
            path.unlink()
        else:
            path.write_bytes(path.read_bytes()[:100])
    again = runs(SUITE.replace("decision_tree]", "decision_tree, logistic_regression]"))

    assert (again.computed, again.exit_code) == (12, 0)
    assert content == {path.name: path.read_bytes() for path in (tmp_path / "out" / "resamples").iterdir()}


def test_a_new_metric_is_scored_without_new_resamples(runs: Any, tmp_path: Path) -> None:
    """Without kept predictions a metric more runs the classifiers again, and no sampler."""
    runs(SUITE, predictions=False)
    before = written(tmp_path / "out")
    again = runs(SUITE + "metrics: [mcc, auroc]\n")

    assert again.computed == 24
    assert before == written(tmp_path / "out")
    assert again.trials()["auroc"].notna().all()


@pytest.mark.usefixtures("reports")
def test_a_new_label_renames_without_computing(runs: Any, tmp_path: Path) -> None:
    """Labels are what tables show; they are no part of what is computed."""
    runs(SUITE)
    again = runs(SUITE.replace("random,", "{name: random, label: copies},"))

    assert again.computed == 0
    assert "copies" in (tmp_path / "out" / "report.md").read_text()
    assert {"none", "copies", "smote"} == set(again.trials()["method"])


@pytest.mark.quick
def test_failures_are_tried_again_unless_told_otherwise(runs: Any, tmp_path: Path) -> None:
    """Resume is the plan less what succeeded; ``retry=False`` leaves failures as they are."""
    (tmp_path / "fails.py").write_text(
        "from oversample_bench.api import hookimpl\n"
        "class Fails:\n"
        "    def fit_resample(self, X, y):\n"
        "        raise ValueError('no rows today')\n"
        "@hookimpl\n"
        "def register_oversamplers(register):\n"
        "    register('fails', Fails)\n"
    )
    text = SUITE.replace("smote]", "fails]") + "plugins: [./fails.py]\n"
    first, left, again = runs(text), runs(text, retry=False), runs(text)

    assert (24, 0, 8) == (first.computed, left.computed, again.computed)
    assert {2} == {first.exit_code, left.exit_code, again.exit_code}


def test_suites_that_take_turns_in_one_folder_settle(runs: Any) -> None:
    """Scores of a metric stay when another suite asks for another one."""
    other = SUITE + "metrics: [auroc]\n"
    computed = [runs(text).computed for text in (SUITE, other, SUITE, other)]

    assert [24, 0, 0, 0] == computed


MOODY = """
from pathlib import Path
from oversample_bench.api import Metric, hookimpl
class Moody:
    def fit_resample(self, X, y):
        if Path({mood!r}).exists():
            raise ValueError("not today")
        return X, y
def metric(y, p):
    raise ZeroDivisionError("no metric today")
@hookimpl
def register_oversamplers(register):
    register("moody", Moody)
@hookimpl
def register_metrics(register):
    register("broken", Metric(metric))
"""


def test_what_was_finished_stays_whatever_a_later_run_comes_to(runs: Any, tmp_path: Path) -> None:
    """A resample that cannot be made again, and a metric that fails, cost neither audits nor scores."""
    mood = tmp_path / "mood"
    (tmp_path / "moody.py").write_text(MOODY.format(mood=str(mood)))
    text = SUITE.replace("smote]", "moody]") + "plugins: [./moody.py]\n"
    before = runs(text).trials()
    mood.touch()
    for path in (tmp_path / "out" / "resamples").iterdir():
        path.unlink()
    more = runs(text.replace("decision_tree]", "decision_tree, logistic_regression]"))
    broken = runs(text + "metrics: [mcc, f1_macro, f1_micro, broken]\n")

    assert {"ok": 32, "upstream": 4} == dict(more.counts)
    assert {"unscored": 24} == dict(broken.counts)
    assert broken.exit_code == 2
    kept = broken.trials().drop(columns=["broken", *MEASURED])
    pd.testing.assert_frame_equal(before.drop(columns=MEASURED), kept, check_exact=True)


def test_the_seed_in_effect_is_stored(runs: Any, tmp_path: Path) -> None:
    """A random_state of the suite goes before ours, and stands in the store."""
    runs(SUITE.replace("smote]", "{name: smote, params: {random_state: 3}}]"))

    rows = connect(tmp_path / "out").execute(
        "SELECT DISTINCT random_state FROM resamples WHERE method = 'smote'"
    )
    assert [(3,)] == [tuple(row) for row in rows]


def test_a_ratio_of_the_suite_is_what_a_method_owes(runs: Any) -> None:
    """A sampling_strategy below 1 is met when it is met: nothing is short."""
    table = runs(SUITE.replace("smote]", "{name: smote, params: {sampling_strategy: 0.5}}]")).trials()

    smote = table[table["method"] == "smote"]
    assert (smote["realised_ratio"] - 0.5).abs().max() < 0.01
    assert {""} == set(smote["flags"].fillna(""))


def test_a_classifier_that_falls_back_says_so(runs: Any) -> None:
    """A threshold that could not be tuned is told in the reason of a good trial."""
    text = SUITE.replace("[ecoli1, glass2]", "[glass5]").replace("decision_tree]", "decision_tree_threshold]")
    table = runs(text).trials()

    told = table.loc[table["classifier"] == "decision_tree_threshold", "reason"].fillna("")
    assert {"ok"} == set(table["status"])
    assert told.str.contains("threshold").any()


@pytest.mark.usefixtures("reports")
def test_plan_counts_labels_and_touched_files(tmp_path: Path) -> None:
    """A method under two labels is done and counted once; a file that was only touched is the same file."""
    (tmp_path / "my.csv").write_text(
        "a,b,label\n" + "".join(f"{n / 4},{n % 7},{n % 5 == 0}\n" for n in range(100))
    )
    text = (
        "name: two\ndata: [{path: my.csv, target: label, minority: true}]\nsplits: 1\nclassifiers: [knn]\n"
        "methods: [none, random, {name: random, label: again}]\n"
    )
    suite = parse_suite(text, "s.yaml", tmp_path)
    empty = forecast(suite, tmp_path / "out")
    summary = run(suite, tmp_path / "out", Options(runner="serial"))
    (tmp_path / "my.csv").touch()
    full = forecast(suite, tmp_path / "out")

    assert (0, 2) == (empty.left.n_settled, sum(len(job.trials) for job in empty.left.jobs))
    assert (2, 0) == (full.left.n_settled, len(full.left.jobs))
    assert str(full.plan) == "two: 1 split, 2 fits, 2 trials, shown as 3"
    assert (summary.counts, summary.computed) == ({"ok": 2}, 2)
    assert "- 2 of 2 trials done (100 %), none failed.\n" in (tmp_path / "out" / "report.md").read_text()


def test_methods_are_paired(runs: Any, tmp_path: Path) -> None:
    """On one split every method's classifier has the same seed, if it takes one; every split has another."""
    runs(SUITE)
    seeds = pd.read_sql(
        "SELECT planned.*, trials.random_state FROM planned JOIN trials ON trials.digest = planned.trial",
        connect(tmp_path / "out"),
    )

    grouped = seeds.groupby(["dataset", "split", "classifier"])["random_state"]
    assert (grouped.nunique(dropna=False) == 1).all()
    seeded = grouped.first().dropna()
    assert seeded.nunique() == len(seeded) == 4


def test_ratio_beyond_a_set_is_skipped_with_a_reason(runs: Any) -> None:
    """A number thins the minority where the set has enough; elsewhere the trials say why not."""
    summary = runs(SUITE + "ratios: [natural, 0.2]\n")
    table = summary.trials()

    skipped = table[table["status"] == "skipped"]
    assert {("glass2", "0.2")} == set(zip(skipped["dataset"], skipped["ratio"], strict=True))
    assert skipped["reason"].str.startswith("ratio 0.2 of 158 majority rows needs 31 minority rows").all()
    assert summary.exit_code == 2
    assert runs(SUITE + "ratios: [natural, 0.2]\n").computed == 0


def test_withheld_rows_judge_the_synthetic_ones(runs: Any) -> None:
    """Where thinning hides rows, a sampler that makes rows has its fidelity measured; others have none."""
    table = runs(SUITE.replace("[ecoli1, glass2]", "[vowel0]") + "ratios: [natural, 0.02]\n").trials()

    judged = table[(table["ratio"] == "0.02") & (table["method"] != "none")]
    fidelity = table.filter(like="fidelity_").columns
    assert judged[fidelity].notna().all(axis=None)
    assert table.drop(judged.index)[fidelity].isna().all(axis=None)
    assert (judged.loc[judged["method"] == "random", "fidelity_precision"] > 0).any()


def test_library_serves_a_notebook(tmp_path: Path) -> None:
    """Load, plan and run are three calls."""
    path = tmp_path / "small.yaml"
    path.write_text(SUITE)
    suite = load_suite(path)

    assert "small: 4 splits, 12 fits, 24 trials" == str(plan(suite))
    assert len(run(suite, tmp_path / "out", Options(runner="serial")).trials()) == 24


def bench(*arguments: object) -> subprocess.Popen[str]:
    """Start the command line; a shell's background job, such as these tests may be, is deaf to Ctrl-C."""
    started = "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler); "
    started += "from oversample_bench.cli import main; sys.exit(main())"
    return subprocess.Popen(
        [sys.executable, "-c", started, *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def has_trials(folder: Path) -> bool:
    """Tell whether a run has written a trial."""
    return (folder / "resamples").is_dir() and counts(folder)[2] > 0


@pytest.mark.slow
@pytest.mark.parametrize(
    ("number", "runner"),
    [
        (signal.SIGINT, "serial"),
        (signal.SIGTERM, "serial"),
        pytest.param(signal.SIGTERM, "ray", marks=pytest.mark.ray),
    ],
)
@pytest.mark.usefixtures("reports")
def test_interrupt_stops_tidily(tmp_path: Path, number: signal.Signals, runner: str) -> None:
    """Ctrl-C keeps what is done, writes the report, says how to go on and exits with 130."""
    path = tmp_path / "small.yaml"
    path.write_text(SUITE.replace("splits: 2", "splits: 100"))
    given = [
        "--out",
        tmp_path / "out",
        "--runner",
        runner,
        "--data-dir",
        tmp_path,
        "--no-figures",
        "--no-retry",
    ]
    process = bench("run", path, *given)
    while not has_trials(tmp_path / "out") and process.poll() is None:
        time.sleep(0.05)
    process.send_signal(number)
    output, _ = process.communicate(timeout=HANG_SECONDS)

    assert process.returncode == 130, output
    assert "Traceback" not in output
    (told,) = re.findall(r"Go on with: (.*)", output)
    again = shlex.split(told)
    assert again[:3] == ["bench", "run", str(path)]
    assert set(again[3:]) == set(map(str, given))
    assert "not yet run" in (tmp_path / "out" / "report.md").read_text()
    _, _, done = counts(tmp_path / "out")
    assert 0 < done < 1200


@pytest.mark.ray
@pytest.mark.slow
def test_a_run_whose_driver_was_killed_by_a_method_goes_on_isolated(tmp_path: Path) -> None:
    """A method that kills the process of a serial run costs one start: the next run isolates it."""
    (tmp_path / "kills.py").write_text(
        "import os\n"
        "from oversample_bench.api import hookimpl\n"
        "class Kills:\n"
        "    def fit_resample(self, X, y):\n"
        "        os.kill(os.getpid(), 9)\n"
        "@hookimpl\n"
        "def register_oversamplers(register):\n"
        "    register('kills', Kills)\n"
    )
    path = tmp_path / "small.yaml"
    text = SUITE.replace("smote]", "kills]").replace("[ecoli1, glass2]", "[ecoli1]")
    path.write_text(text + "plugins: [./kills.py]\n")
    first = bench("run", path, "--out", tmp_path / "out", "--runner", "serial")
    first.communicate(timeout=HANG_SECONDS)
    second = bench("run", path, "--out", tmp_path / "out")
    output, _ = second.communicate(timeout=HANG_SECONDS)

    assert first.returncode == -signal.SIGKILL
    assert second.returncode == 2, output
    assert "8 of 12 trials ok, 4 upstream" in output
    assert "since the last run here died without a word" in output

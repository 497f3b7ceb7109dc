"""Where stages run changes nothing but the time: failures are rows, numbers are the same."""

from __future__ import annotations

import json
import shutil
import time
from contextlib import chdir
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from oversample_bench.execution.driver import run
from oversample_bench.execution.run_result import Options
from oversample_bench.execution.runners.events import Event, TrialDone
from oversample_bench.execution.watcher import Watcher
from oversample_bench.store import connect
from oversample_bench.suite import parse_suite

PLUGINS = Path(__file__).parent / "plugins"
CHAOS = PLUGINS / "chaos.py"
MEASURED = ["fit_seconds", "trial_seconds", "peak_mib"]
SMALL = (
    "logistic_regression, {name: mlp, params: {max_iter: 10}}, "
    "{name: random_forest, params: {n_estimators: 5}}"
)
"""Classifiers of which each draws its own chance, quick ones: what is the same is so after few steps too."""


@pytest.fixture
def chaos(tmp_path: Path) -> None:
    """Put the misbehaving samplers beside the suite."""
    shutil.copy(CHAOS, tmp_path / "chaos.py")


def suite(methods: list[Any], classifiers: str = "knn, decision_tree", more: str = "") -> str:
    """Return a suite on two real sets."""
    return f"""
name: chaos
data: [ecoli1, yeast4]
methods: {json.dumps(methods)}
classifiers: [{classifiers}]
splits: 1
plugins: [./chaos.py]
{more}
"""


def resamples(folder: Path) -> dict[str, dict[str, Any]]:
    """Return the resamples of the first data set by method."""
    rows = connect(folder).execute(
        "SELECT planned.method AS label, resamples.* FROM planned"
        " JOIN resamples ON resamples.digest = planned.resample"
        " WHERE dataset = 'ecoli1'"
    )
    return {row["label"]: dict(row) for row in rows}


def numbers(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table of trials without what a clock measured."""
    return frame.drop(columns=MEASURED)


def verdict(row: dict[str, Any]) -> tuple[str, str]:
    """Return status and kind of a resample; numpy has a MemoryError of its own."""
    return row["status"], row["kind"].replace("_Array", "")


SERIAL_STATUS = {
    "chaos_raises": ("failed", "TypeError", "three arguments were expected"),
    "chaos_allocates": ("oom", "MemoryError", ""),
    "chaos_returnsnan": ("failed", "BadResample", "5 of 275 rows with non-finite values"),
    "chaos_writes": ("failed", "ValueError", "read-only"),
    "chaos_poisons": ("failed", "ValueError", "cannot set WRITEABLE flag to True"),
    "chaos_leaves": ("failed", "SystemExit", "3"),
}


def test_serial_failures_are_rows(runs: Any, chaos: None, tmp_path: Path) -> None:
    """A sampler that raises, hoards, breaks or writes costs its own rows and no others."""
    methods = ["none", *SERIAL_STATUS, "chaos_nothing", "smote"]
    summary = runs(suite(methods, more="limits: {memory: 100}"))
    alone = runs(suite(["none", "smote"]), "alone")

    assert summary.exit_code == 2
    assert {"ok": 12, "upstream": 24} == dict(summary.counts)
    found = resamples(tmp_path / "out")
    for method, (status, kind, words) in SERIAL_STATUS.items():
        assert (status, kind) == verdict(found[method])
        assert words in found[method]["reason"]
        assert "\n" not in found[method]["reason"]
    assert found["chaos_nothing"]["flags"] == "nothing new"
    table = numbers(summary.trials())
    unharmed = table[table["method"].isin(["none", "smote"])].reset_index(drop=True)
    pd.testing.assert_frame_equal(numbers(alone.trials()), unharmed)


def test_a_sampler_that_hangs_is_interrupted(runs: Any, chaos: None, tmp_path: Path) -> None:
    """Where Python can be interrupted a fit without end is a row, and the work goes on behind it."""
    summary = runs(suite(["none", "chaos_sleeps"], more="limits: {fit: 1.5}"))

    assert {"ok": 4, "upstream": 4} == dict(summary.counts)
    row = resamples(tmp_path / "out")["chaos_sleeps"]
    assert ("timeout", "LimitReached") == verdict(row)
    assert "took longer than its limit of 1.5 s" == row["reason"]


def test_failed_resample_is_named_in_each_of_its_trials(runs: Any, chaos: None) -> None:
    """A trial whose resample failed has the status upstream, and the resample's reason."""
    table = runs(suite(["none", "chaos_raises"])).trials()

    lost = table[table["method"] == "chaos_raises"]
    assert {"upstream"} == set(lost["status"])
    assert {"failed in resample: three arguments were expected"} == set(lost["reason"])
    assert lost["mcc"].isna().all()


RAY_STATUS = {
    "chaos_raises": ("failed", "TypeError"),
    "chaos_kills": ("crashed", "died"),
    "chaos_exits": ("crashed", "died"),
    "chaos_segfaults": ("crashed", "SIGSEGV"),
    "chaos_returnsnan": ("failed", "BadResample"),
    "chaos_writes": ("failed", "ValueError"),
    "chaos_poisons": ("failed", "ValueError"),
    "chaos_allocates": ("oom", "MemoryError"),
}


@pytest.mark.usefixtures("ray_cluster")
def test_ray_survives_whatever_a_method_does(runs: Any, chaos: None, tmp_path: Path) -> None:
    """Workers that die are replaced: every good trial is there, every bad one has its status."""
    methods = ["none", *RAY_STATUS, "chaos_nothing", "smote"]
    text = suite(methods, more="limits: {memory: 100}").replace("[ecoli1, yeast4]", "[ecoli1]")
    summary = runs(text, runner="ray", workers=2)
    alone = runs(suite(["none", "smote"]).replace("[ecoli1, yeast4]", "[ecoli1]"), "alone")

    assert summary.exit_code == 2
    assert {"ok": 6, "upstream": 16} == dict(summary.counts)
    found = resamples(tmp_path / "out")
    assert RAY_STATUS == {name: verdict(found[name]) for name in RAY_STATUS}
    assert "nothing new" in found["chaos_nothing"]["flags"]
    table = numbers(summary.trials())
    unharmed = table[table["method"].isin(["none", "smote"])].reset_index(drop=True)
    pd.testing.assert_frame_equal(numbers(alone.trials()), unharmed)


@pytest.mark.usefixtures("ray_cluster")
def test_ray_kills_who_cannot_be_interrupted(runs: Any, chaos: None, tmp_path: Path) -> None:
    """A fit without end is a row on Ray, whether it can be interrupted or not, and its worker is replaced."""
    text = suite(["none", "chaos_sleeps", "chaos_hangs"], more="limits: {fit: 2}")
    summary = runs(text.replace("[ecoli1, yeast4]", "[ecoli1]"), runner="ray", workers=2)

    assert {"ok": 2, "upstream": 4} == dict(summary.counts)
    found = resamples(tmp_path / "out")
    assert ("timeout", "limit") == verdict(found["chaos_hangs"])
    assert "took longer than its limit of 2 s; its process was killed" == found["chaos_hangs"]["reason"]
    assert "timeout" == found["chaos_sleeps"]["status"]


LATE = """
name: late
data: [ecoli1]
methods: [none, swallows, clears, disturbed, built, lazy]
classifiers: [majority, slow_to_fit, slow_to_predict]
metrics: [mcc]
splits: 1
limits: {fit: 1, trial: 1}
plugins: [./late.py]
"""


def check_who_is_late(runs: Any, tmp_path: Path, runner: str) -> None:
    """Carry out a suite of late methods and classifiers, and compare their statuses.

    `lazy` returns at once, and its rows take longer than the limit to be audited.
    """
    shutil.copy(PLUGINS / "late.py", tmp_path / "late.py")
    table = runs(LATE, runner=runner, workers=2).trials()
    found = {label: row["status"] for label, row in resamples(tmp_path / "out").items()}

    late = dict.fromkeys(["swallows", "clears", "disturbed", "built"], "timeout")
    assert {"none": "ok", "lazy": "ok", **late} == found
    tried = table[table["method"].isin(["none", "lazy"])].groupby("classifier")["status"].agg(set)
    assert {"majority": {"ok"}, "slow_to_fit": {"timeout"}, "slow_to_predict": {"timeout"}} == dict(tried)
    assert {"upstream"} == set(table[table["method"].isin(list(late))]["status"])


def test_who_comes_back_late_is_a_timeout_in_this_process(runs: Any, tmp_path: Path) -> None:
    """Whatever became of the alarm the clock decides, and it runs for foreign code alone."""
    check_who_is_late(runs, tmp_path, "serial")


@pytest.mark.usefixtures("ray_cluster")
def test_who_comes_back_late_is_a_timeout_on_ray(runs: Any, tmp_path: Path) -> None:
    """The same statuses as in one process: the driver blames nobody for what is not the method's."""
    check_who_is_late(runs, tmp_path, "ray")


def check_a_late_batch(runs: Any, tmp_path: Path, runner: str) -> None:
    """Carry out a batch of two that takes too long and one that does not, and a metric that does."""
    shutil.copy(PLUGINS / "late.py", tmp_path / "late.py")
    some, few = "[none, swallows, clears, disturbed, built, lazy]", "majority, slow_to_fit, slow_to_predict"
    text = LATE.replace(few, "majority").replace("splits: 1", "splits: 2")
    methods = """
  - none
  - {name: together, batch: 2}
  - {name: together, label: in time, params: {share: 0.6}, batch: 2}
"""
    runs(text.replace(some, methods), runner=runner, workers=2)
    slow = runs(
        text.replace(some, "[none]").replace("[mcc]", "[slow_share]"), "slow", runner=runner, workers=2
    )

    found = {label: row["status"] for label, row in resamples(tmp_path / "out").items()}
    assert {"none": "ok", "together": "timeout", "in time": "ok"} == found
    assert {"timeout": 2} == dict(slow.counts)


def test_a_batch_has_the_time_of_all_its_members_in_this_process(runs: Any, tmp_path: Path) -> None:
    """Two splits in one model may take twice the limit; more is too late for both. So is a slow metric."""
    check_a_late_batch(runs, tmp_path, "serial")


@pytest.mark.usefixtures("ray_cluster")
def test_a_batch_has_the_time_of_all_its_members_on_ray(runs: Any, tmp_path: Path) -> None:
    """The same as in one process."""
    check_a_late_batch(runs, tmp_path, "ray")


class Sleepy(Watcher):
    """Takes longer to hear of some trials than any of them may take."""

    def __init__(self) -> None:
        self.trials = 0

    def told(self, event: Event) -> None:
        if isinstance(event, TrialDone):
            self.trials += 1
            time.sleep(5.5 if self.trials in {1, 8} else 0)


@pytest.mark.usefixtures("ray_cluster")
def test_a_driver_that_was_away_blames_nobody(tmp_path: Path) -> None:
    """A call that has ended in time is no timeout, however late the driver looks."""
    text = suite(["none", "random"], more="limits: {fit: 3, trial: 3}").replace("plugins: [./chaos.py]", "")
    text = text.replace("splits: 1", "splits: 2")
    options = Options(runner="ray", workers=2)
    summary = run(parse_suite(text, "s.yaml", tmp_path), tmp_path / "out", options, Sleepy())

    assert {"ok": 16} == dict(summary.counts)


CARELESS = """
name: careless
data: [ecoli1]
methods: [first, none, careless, watchful]
classifiers: [knn]
allow_no_baseline: true
splits: 3
plugins: [./careless.py]
"""


def check_nobody_notices(tmp_path: Path, runner: str) -> None:
    """Carry out careful methods beside a careless one, the output given relative to where we are."""
    shutil.copy(PLUGINS / "careless.py", tmp_path / "careless.py")
    with chdir(tmp_path):
        summary = run(parse_suite(CARELESS), "reports/it", Options(runner=runner, workers=1))
        assert tmp_path == Path.cwd()

    assert {""} == set(summary.trials()["reason"].fillna(""))
    assert {"ok": 12} == dict(summary.counts)
    assert tmp_path / "reports" / "it" == summary.folder
    assert 12 == len(list((tmp_path / "reports" / "it" / "resamples").iterdir()))
    assert (tmp_path / "reports" / "it" / "report.md").is_file()


@pytest.mark.usefixtures("reports")
def test_what_a_method_changes_of_its_process_reaches_no_other(tmp_path: Path) -> None:
    """A method that changes directory, variables, streams or settings costs nobody anything."""
    check_nobody_notices(tmp_path, "serial")


@pytest.mark.usefixtures("ray_cluster")
@pytest.mark.usefixtures("reports")
def test_what_a_method_changes_of_its_worker_reaches_no_other(tmp_path: Path) -> None:
    """A worker of Ray carries out many methods one after the other, as this process does."""
    check_nobody_notices(tmp_path, "ray")


@pytest.mark.usefixtures("ray_cluster")
def test_ray_equals_serial_bit_for_bit(runs: Any, chaos: None, tmp_path: Path) -> None:
    """The two runners give the same scores, audits and resamples, batches and failed members included."""
    methods = [
        "none",
        "smote",
        {"name": "together", "batch": 2},
        {"name": "together", "label": "lame", "batch": 3, "params": {"fail": 1}},
    ]
    text = suite(methods, SMALL, "ratios: [natural, 0.02]")
    text = text.replace("splits: 1", "splits: 2\nseeds: 2")
    serial, ray = runs(text), runs(text, "ray", runner="ray", workers=2)

    pd.testing.assert_frame_equal(numbers(serial.trials()), numbers(ray.trials()), check_exact=True)
    assert dict(serial.counts) == dict(ray.counts)
    one, two = (sorted((tmp_path / name / "resamples").glob("*.npz")) for name in ("out", "ray"))
    assert [path.name for path in one] == [path.name for path in two]
    for first, second in zip(one, two, strict=True):
        assert first.read_bytes() == second.read_bytes()


@pytest.mark.usefixtures("ray_cluster")
def test_resamples_from_disk_serve_a_cluster(runs: Any, chaos: None, tmp_path: Path) -> None:
    """A classifier that is added on Ray takes the resamples of a serial run, and comes to the same scores."""
    runs(suite(["none", "smote"], "knn"))
    written = {path: path.stat().st_mtime_ns for path in (tmp_path / "out" / "resamples").iterdir()}
    more = runs(suite(["none", "smote"], "knn, decision_tree"), runner="ray", workers=2)
    afresh = runs(suite(["none", "smote"], "knn, decision_tree"), "afresh")

    assert (more.computed, more.exit_code) == (4, 0)
    assert written == {path: path.stat().st_mtime_ns for path in (tmp_path / "out" / "resamples").iterdir()}
    pd.testing.assert_frame_equal(numbers(afresh.trials()), numbers(more.trials()), check_exact=True)


@pytest.mark.quick
def test_failed_member_leaves_its_batch(runs: Any, chaos: None) -> None:
    """Of a batch in which one member fails the others are kept."""
    methods = ["none", {"name": "together", "batch": 3, "params": {"fail": 1}}]
    text = suite(methods, "knn").replace("splits: 1", "splits: 3").replace("[ecoli1, yeast4]", "[ecoli1]")
    table = runs(text).trials()

    batch = table[table["method"] == "together"]
    assert ["ok", "upstream", "ok"] == list(batch["status"])
    assert "member 1 does not converge" in batch["reason"].iloc[1]
    assert "the first member says so" == batch["fallback"].iloc[0]


def test_weights_reach_the_classifier_or_the_trial_is_skipped(runs: Any, chaos: None) -> None:
    """Sample weights change a tree; a classifier that takes none is skipped, and says so."""
    table = runs(suite(["none", "weighs"], "knn, logistic_regression")).trials()

    skipped = table[(table["method"] == "weighs") & (table["classifier"] == "knn")]
    assert {"skipped"} == set(skipped["status"])
    assert skipped["reason"].str.contains("takes no sample weights").all()
    linear = table[table["classifier"] == "logistic_regression"].pivot(
        index="dataset", columns="method", values="mcc"
    )
    assert (linear["none"] != linear["weighs"]).any()

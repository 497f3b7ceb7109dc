"""Where stages run changes nothing but the time: failures are rows, numbers are the same."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from oversample_bench.runners.slots import slot_shapes
from oversample_bench.store import connect
from oversample_bench.tasks import Job, Resources

CHAOS = Path(__file__).parent / "plugins" / "chaos.py"
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


def draws(folder: Path) -> dict[str, dict[str, Any]]:
    """Return the draws of the first data set by method."""
    rows = connect(folder).execute(
        "SELECT planned.method AS label, draws.* FROM planned JOIN draws ON draws.digest = planned.draw"
        " WHERE dataset = 'ecoli1'"
    )
    return {row["label"]: dict(row) for row in rows}


def numbers(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table of trials without what a clock measured."""
    return frame.drop(columns=MEASURED)


def verdict(row: dict[str, Any]) -> tuple[str, str]:
    """Return status and kind of a draw; numpy has a MemoryError of its own."""
    return row["status"], row["kind"].replace("_Array", "")


SERIAL_STATUS = {
    "chaos_raises": ("failed", "TypeError", "three arguments were expected"),
    "chaos_sleeps": ("timeout", "LimitReached", "took longer than its limit of 1.5 s"),
    "chaos_allocates": ("oom", "MemoryError", ""),
    "chaos_returnsnan": ("failed", "BadDraw", "5 of 275 rows with non-finite values"),
    "chaos_writes": ("failed", "ValueError", "read-only"),
    "chaos_poisons": ("failed", "ValueError", "cannot set WRITEABLE flag to True"),
    "chaos_leaves": ("failed", "SystemExit", "3"),
}


def test_serial_failures_are_rows(runs: Any, chaos: None, tmp_path: Path) -> None:
    """A sampler that raises, hangs, hoards, breaks or writes costs its own rows and no others."""
    methods = ["none", *SERIAL_STATUS, "chaos_nothing", "smote"]
    summary = runs(suite(methods, more="limits: {fit: 1.5, memory: 100}"))
    alone = runs(suite(["none", "smote"]), "alone")

    assert summary.exit_code == 2
    assert {"ok": 12, "upstream": 28} == dict(summary.counts)
    found = draws(tmp_path / "out")
    for method, (status, kind, words) in SERIAL_STATUS.items():
        assert (status, kind) == verdict(found[method])
        assert words in found[method]["reason"]
        assert "\n" not in found[method]["reason"]
    assert found["chaos_nothing"]["flags"] == "nothing new"
    table = numbers(summary.trials())
    unharmed = table[table["method"].isin(["none", "smote"])].reset_index(drop=True)
    pd.testing.assert_frame_equal(numbers(alone.trials()), unharmed)


def test_failed_draw_is_named_in_each_of_its_trials(runs: Any, chaos: None) -> None:
    """A trial whose draw failed has the status upstream, and the draw's reason."""
    table = runs(suite(["none", "chaos_raises"])).trials()

    lost = table[table["method"] == "chaos_raises"]
    assert {"upstream"} == set(lost["status"])
    assert {"failed in draw: three arguments were expected"} == set(lost["reason"])
    assert lost["mcc"].isna().all()


RAY_STATUS = {
    "chaos_raises": ("failed", "TypeError"),
    "chaos_sleeps": ("timeout", "LimitReached"),
    "chaos_hangs": ("timeout", "limit"),
    "chaos_kills": ("crashed", "died"),
    "chaos_exits": ("crashed", "died"),
    "chaos_segfaults": ("crashed", "SIGSEGV"),
    "chaos_returnsnan": ("failed", "BadDraw"),
    "chaos_writes": ("failed", "ValueError"),
    "chaos_poisons": ("failed", "ValueError"),
    "chaos_allocates": ("oom", "MemoryError"),
}


@pytest.mark.usefixtures("ray_cluster")
def test_ray_survives_whatever_a_method_does(runs: Any, chaos: None, tmp_path: Path) -> None:
    """Workers that hang or die are replaced: every good trial is there, every bad one has its status."""
    methods = ["none", *RAY_STATUS, "chaos_nothing", "smote"]
    text = suite(methods, more="limits: {fit: 5, memory: 100}").replace("[ecoli1, yeast4]", "[ecoli1]")
    summary = runs(text, runner="ray", workers=2)
    alone = runs(suite(["none", "smote"]).replace("[ecoli1, yeast4]", "[ecoli1]"), "alone")

    assert summary.exit_code == 2
    assert {"ok": 6, "upstream": 20} == dict(summary.counts)
    found = draws(tmp_path / "out")
    assert RAY_STATUS == {name: verdict(found[name]) for name in RAY_STATUS}
    assert "nothing new" in found["chaos_nothing"]["flags"]
    table = numbers(summary.trials())
    unharmed = table[table["method"].isin(["none", "smote"])].reset_index(drop=True)
    pd.testing.assert_frame_equal(numbers(alone.trials()), unharmed)


@pytest.mark.usefixtures("ray_cluster")
def test_ray_equals_serial_bit_for_bit(runs: Any, chaos: None, tmp_path: Path) -> None:
    """The two runners give the same scores, audits and draws, batches and failed members included."""
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
    one, two = (sorted((tmp_path / name / "draws").glob("*.npz")) for name in ("out", "ray"))
    assert [path.name for path in one] == [path.name for path in two]
    for first, second in zip(one, two, strict=True):
        assert first.read_bytes() == second.read_bytes()


@pytest.mark.usefixtures("ray_cluster")
def test_draws_from_disk_serve_a_cluster(runs: Any, chaos: None, tmp_path: Path) -> None:
    """A classifier that is added on Ray takes the draws of a serial run, and comes to the same scores."""
    runs(suite(["none", "smote"], "knn"))
    written = {path: path.stat().st_mtime_ns for path in (tmp_path / "out" / "draws").iterdir()}
    more = runs(suite(["none", "smote"], "knn, decision_tree"), runner="ray", workers=2)
    afresh = runs(suite(["none", "smote"], "knn, decision_tree"), "afresh")

    assert (more.computed, more.exit_code) == (4, 0)
    assert written == {path: path.stat().st_mtime_ns for path in (tmp_path / "out" / "draws").iterdir()}
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


def job(**resources: float) -> Job:
    """Return a job with nothing but its needs."""
    return Job(members=(), trials=(), stored=False, resources=Resources(**resources))


@pytest.mark.quick
@pytest.mark.parametrize(
    ("jobs", "there", "expected"),
    [
        ([job()], {"CPU": 4, "GPU": 0}, [(1, 0)] * 4),
        ([job(), job(gpus=0.25)], {"CPU": 2, "GPU": 0}, [(1, 0)] * 2),
        ([job(), job(gpus=0.25)], {"CPU": 16, "GPU": 1}, [(1, 0.25)] * 4 + [(1, 0)] * 12),
        ([job(gpus=0.5)], {"CPU": 2, "GPU": 1}, [(1, 0.5), (1, 0)]),
        ([job(cpus=2)], {"CPU": 2, "GPU": 0}, [(2, 0)]),
        ([job(cpus=8)], {"CPU": 2, "GPU": 0}, [(2, 0)]),
        ([job()], {"CPU": 1, "GPU": 0}, [(1, 0)]),
        ([job(cpus=2), job(cpus=3)], {"CPU": 4, "GPU": 0}, [(3, 0), (1, 0)]),
        ([job(gpus=0.6), job(gpus=0.7)], {"CPU": 4, "GPU": 1}, [(1, 0.7), *[(1, 0)] * 3]),
        ([job(cpus=2)], {"CPU": 8, "GPU": 0}, [*[(2, 0)] * 2, *[(1, 0)] * 4]),
    ],
)
def test_slots_fit_the_cluster(
    jobs: list[Job], there: dict[str, float], expected: list[tuple[float, float]]
) -> None:
    """Slots never take more CPUs than there are, and a method that asks for a GPU gets one where it can."""
    shapes = slot_shapes(jobs, there)

    assert expected == [(shape.cpus, shape.gpus) for shape in shapes]
    assert sum(shape.cpus for shape in shapes) <= there["CPU"]
    assert sum(shape.gpus for shape in shapes) <= there["GPU"]

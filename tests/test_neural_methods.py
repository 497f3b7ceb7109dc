"""The methods of plugins/gan inside the bench: batches, seeds and runners give what they promise."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from oversample_bench.plugins.registry import load_registry

NAMES = ("glgan", "glgan_adaptive", "auto_only", "ae_no_clu", "cgan", "bagan")
QUICK = {
    "glgan": {"steps": 20, "rounds": 10},
    "glgan_adaptive": {"steps": 20, "rounds": 10},
    "auto_only": {"steps": 20},
    "ae_no_clu": {"steps": 20},
    "cgan": {"max_steps": 20},
    "bagan": {"max_steps": 20},
}
MEASURED = ["fit_seconds", "trial_seconds", "peak_mib"]

pytestmark = pytest.mark.skipif(
    any(entry.state != "ok" for entry in load_registry().entries("oversampler") if entry.name in NAMES),
    reason="plugins/gan or torch is not installed",
)


def suite(batch: int, more: str = "ratios: [0.02]", names: tuple[str, ...] = NAMES) -> str:
    """Return a suite of the methods, three splits of one real set each."""
    methods = ["none", *({"name": name, "batch": batch, "params": QUICK[name]} for name in names)]
    return f"""
name: neural
data: [yeast4]
methods: {json.dumps(methods)}
classifiers: [decision_tree]
splits: 3
{more}
"""


def scores(frame: pd.DataFrame) -> pd.DataFrame:
    """Return trials without what a clock measured."""
    return frame.drop(columns=MEASURED)


@pytest.mark.usefixtures("ray_cluster")
def test_ray_equals_serial_bit_for_bit(runs: Any, tmp_path: Path) -> None:
    """Nets that are trained by Ray's workers make the very rows that they make in one process."""
    serial, ray = runs(suite(batch=3)), runs(suite(batch=3), "ray", runner="ray", workers=2)

    pd.testing.assert_frame_equal(scores(serial.trials()), scores(ray.trials()), check_exact=True)
    assert {"ok": 21} == dict(serial.counts)
    one, two = (sorted((tmp_path / name / "resamples").glob("*.npz")) for name in ("out", "ray"))
    assert [path.read_bytes() for path in one] == [path.read_bytes() for path in two]


def test_another_run_gives_the_same_rows(runs: Any, tmp_path: Path) -> None:
    """The same suite into another folder makes the same resamples, to the last byte."""
    text = suite(batch=1)
    runs(text)
    runs(text, "again")

    one, two = (sorted((tmp_path / name / "resamples").glob("*.npz")) for name in ("out", "again"))
    assert 21 == len(one)
    assert [path.read_bytes() for path in one] == [path.read_bytes() for path in two]


def test_diverged_training_is_a_failed_resample(runs: Any) -> None:
    """A net that diverges costs its own trials, each with a sentence."""
    text = suite(batch=1, names=("glgan",)).replace('"steps": 20', '"steps": 20, "learning_rate": 1e30')
    table = runs(text).trials()

    lost = table[table["method"] == "glgan"]
    assert {"upstream"} == set(lost["status"])
    assert lost["reason"].str.contains("training diverged: the loss").all()
    assert {"ok"} == set(table[table["method"] == "none"]["status"])


def test_reduced_training_set_is_told(runs: Any) -> None:
    """What a method could not do as asked is in the table of resamples."""
    table = runs(suite(batch=3, more="ratios: [0.003]", names=("glgan",))).trials()

    told = table[table["method"] == "glgan"]["fallback"]
    assert told.str.startswith("k_neighbors lowered from 5 to 2: the minority has 3 rows").all()

"""GL-GAN at the gate: broken it fails, run again or with other seeds it passes.

The suite is a part of suites/regression.yaml, judged by the same rule: two digits, ten splits, two seeds.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from oversample_bench import Options, run
from oversample_bench.analysis.gate import Judgement, check, update
from oversample_bench.core.digests import Identity
from oversample_bench.plugins.registry import load_registry
from oversample_bench.suite import parse_suite

ROOT = Path(__file__).parents[1]
SUITE = """
name: part
plugins: [digits.py]
data: [{dataset: digits, majority: 9, minority: 8}]
ratios: [0.03]
methods: [none, {name: glgan, batch: 20}]
classifiers: [linear_svc, knn]
splits: 10
seeds: 2
metrics: [mcc]
protocol: {scale: minmax}
"""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        any(entry.state != "ok" for entry in load_registry().entries("oversampler") if entry.name == "glgan"),
        reason="plugins/gan or torch is not installed",
    ),
]


def carried_out(folder: Path) -> Path:
    """Run the part of the suite into ``folder``."""
    summary = run(parse_suite(SUITE, "part.yaml", ROOT / "suites"), folder, Options(runner="serial"))

    assert {"ok": 80} == dict(summary.counts)
    return folder


@pytest.fixture(scope="module")
def baseline(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the baseline that GL-GAN makes as it is."""
    folder = carried_out(tmp_path_factory.mktemp("glgan") / "good")
    update(folder, folder / "baseline.json")
    return folder / "baseline.json"


@pytest.fixture
def judged(baseline: Path, tmp_path: Path) -> Callable[[], Judgement]:
    """Run GL-GAN as it is at that moment, and judge it."""
    return lambda: check(carried_out(tmp_path / "now"), baseline)


def test_a_rerun_passes_without_any_difference(judged: Callable[[], Judgement]) -> None:
    """On one machine the same code gives the same numbers."""
    judgement = judged()

    assert judgement.passed
    assert {0.0} == {row.difference for row in judgement.rows}


def test_other_seeds_pass(judged: Callable[[], Judgement], monkeypatch: pytest.MonkeyPatch) -> None:
    """Nets that are other ones by chance alone, as on another machine, are within the band."""
    seed = Identity.method_seed
    monkeypatch.setattr(Identity, "method_seed", lambda self, spec: seed(self, spec) ^ 1)
    judgement = judged()

    assert judgement.passed
    assert any(row.difference for row in judgement.rows)


def labels_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let GL-GAN take rows for the minority whatever their label."""
    import torch

    from oversample_bench_gan.glgan import GLGAN

    make = GLGAN._make

    def shuffled(self: Any, rows: Any, n_new: int, seeds: Any) -> Any:
        generators = [torch.Generator().manual_seed(seed) for seed in seeds]
        orders = [torch.randperm(rows.X.shape[1], generator=generator) for generator in generators]
        mixed = torch.stack([x[order] for x, order in zip(rows.X, orders, strict=True)])
        return make(self, replace(rows, X=mixed), n_new, seeds)

    monkeypatch.setattr(GLGAN, "_make", shuffled)


def adversaries_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the second phase without rounds: G stays Q."""
    from oversample_bench_gan.glgan import GLGAN

    plan = GLGAN._plan

    def without_rounds(self: Any, d: int) -> Any:
        told = plan(self, d)
        return replace(told, schedule=replace(told.schedule, rounds=0))

    monkeypatch.setattr(GLGAN, "_plan", without_rounds)


def wrong_sign(monkeypatch: pytest.MonkeyPatch) -> None:
    """Turn the sign of L_clu, at its default weight: classes spread and their means attract each other."""
    from oversample_bench_gan import losses

    clustering = losses.clustering
    monkeypatch.setattr(losses, "clustering", lambda *arguments: -clustering(*arguments))


@pytest.mark.parametrize("breakage", [labels_ignored, adversaries_off, wrong_sign])
def test_a_broken_glgan_fails(
    judged: Callable[[], Judgement],
    monkeypatch: pytest.MonkeyPatch,
    breakage: Callable[[pytest.MonkeyPatch], None],
) -> None:
    """Each fault makes GL-GAN worse by more than its noise, over all and with LinearSVC; `none` stays."""
    breakage(monkeypatch)
    judgement = judged()

    verdicts = {(row.place.method, row.place.classifier): row.verdict for row in judgement.rows}
    assert ("worse", "worse") == (verdicts["glgan", "linear_svc"], verdicts["glgan", "(all)"])
    assert {"none"} == {row.place.method for row in judgement.rows if row.difference == 0}
    assert list(judgement.methods("worse")) == ["glgan"]
    assert not judgement.methods("better")

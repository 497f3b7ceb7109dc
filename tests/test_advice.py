"""What is advised of a run: the cheapest of what clearly helps, and nothing where nothing does."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oversample_bench.analysis.advice import Strategy, advice
from oversample_bench.analysis.results import read
from oversample_bench.report import advice_text
from tests.stores import Cell, store, stored

FEW = settings(max_examples=20, deadline=None)  # each example writes a store
METHODS = ("none", "class_weight", "threshold", "random_under", "smote")


def split_scores(noise: float, seed: int = 0, **gains: float) -> list[Cell]:
    """Return ten splits of one set on which each method gains so much over none."""
    rng = np.random.default_rng(seed)
    level = 0.4 + noise * rng.normal(size=10)
    return [
        Cell((level + gains.get(method, 0.0) + noise * rng.normal(size=10)).tolist(), method)
        for method in METHODS
    ]


@pytest.mark.parametrize(
    ("gains", "expected", "method"),
    [
        ({"smote": 0.3}, Strategy.OVERSAMPLE, "smote"),
        ({"threshold": 0.3}, Strategy.THRESHOLD, "threshold"),
        ({"class_weight": 0.3}, Strategy.REWEIGHT, "class_weight"),
        ({"random_under": 0.3}, Strategy.UNDERSAMPLE, "random_under"),
        ({"threshold": 0.3, "smote": 0.3}, Strategy.THRESHOLD, "threshold"),
        ({"threshold": 0.3, "smote": 0.6}, Strategy.OVERSAMPLE, "smote"),
        (dict.fromkeys(METHODS[1:], -0.3), Strategy.NOTHING, "none"),
        ({}, Strategy.CANNOT_TELL, "none"),
    ],
)
def test_the_cheapest_that_clearly_helps_is_advised(
    tmp_path: Path, gains: dict[str, float], expected: Strategy, method: str
) -> None:
    """What costs nothing goes before what makes rows, unless these are clearly better still."""
    made = advice(stored(tmp_path, split_scores(0.01, **gains)), "mcc")

    assert (made.strategy, made.chosen["method"]) == (expected, method)


def test_what_helps_is_advised_though_something_free_is_in_its_way(tmp_path: Path) -> None:
    """Rows that clearly gain over nothing are advised where a free method is too noisy to be clear."""
    rng = np.random.default_rng(1)
    level = 0.4 + 0.01 * rng.normal(size=10)
    noisy = level + 0.3 + 0.6 * rng.normal(size=10)
    cells = [Cell(level.tolist()), Cell(noisy.tolist(), "threshold"), Cell((level + 0.25).tolist(), "smote")]
    made = advice(stored(tmp_path, cells), "mcc")

    assert (made.strategy, made.chosen["method"]) == (Strategy.OVERSAMPLE, "smote")


@FEW
@given(seed=st.integers(0, 10_000), noise=st.floats(0.001, 0.5))
def test_nothing_is_advised_without_a_corrected_test(seed: int, noise: float) -> None:
    """Whatever is advised beyond doing nothing has an adjusted p below 0.05, and gains."""
    with tempfile.TemporaryDirectory() as folder:
        gains = dict(zip(METHODS[1:], np.random.default_rng(seed).normal(0, noise, 4), strict=True))
        made = advice(stored(Path(folder), split_scores(noise, seed, **gains)), "mcc")

    if made.strategy not in (Strategy.NOTHING, Strategy.CANNOT_TELL):
        assert made.chosen["p_adjusted"] < 0.05
        assert made.chosen["estimate"] > 0


def test_noise_is_no_advice() -> None:
    """Of fifty tables on which no method differs from another, fewer than one in ten gets an advice."""
    found = []
    for seed in range(50):
        with tempfile.TemporaryDirectory() as folder:
            found.append(advice(stored(Path(folder), split_scores(0.05, seed)), "mcc").strategy)

    assert sum(one != Strategy.CANNOT_TELL for one in found) < 5


def test_the_answer_comes_first_and_is_short(tmp_path: Path) -> None:
    """Five lines at most: what to do, by how much, what resampling comes to, what is found, what was run."""
    metrics = {"mcc": True, "recall": True, "precision": True}
    results = read(store(tmp_path, split_scores(0.01, threshold=0.3), metrics))
    lines = advice_text.lines(results, "mcc")

    assert lines[0] == "Move the threshold: threshold."
    assert lines[1].startswith("By MCC it gains +0.3")
    assert "over none (0." in lines[1]
    assert lines[2].startswith("By MCC: ")
    assert lines[3].startswith("It finds ")
    assert len(lines) <= 5


def test_a_run_without_a_comparison_has_no_advice(tmp_path: Path) -> None:
    """One method alone is compared with nothing, and that is said."""
    lines = advice_text.lines(stored(tmp_path, [Cell([0.5, 0.6])]), "mcc")

    assert lines[0] == advice_text.NOTHING_COMPARED

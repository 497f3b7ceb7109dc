"""How well new rows are told from real ones: the measure, its null, and what a report says of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import ttest_1samp

from oversample_bench.analysis import detection
from oversample_bench.analysis.results import Results, read
from oversample_bench.evaluation.detectability import FEWEST, Detectability, detectability
from oversample_bench.report.contents import contents
from oversample_bench.store import connect
from tests.conftest import Runs
from tests.html_runs import Made, store


def rows(n: int, seed: int, shift: float = 0.0) -> np.ndarray:
    """Return rows of four normal features, moved along the first."""
    found = np.random.default_rng(seed).normal(size=(n, 4))
    found[:, 0] += shift
    return found


def test_rows_of_one_distribution_are_not_told_apart() -> None:
    """Over fifty draws stump and forest are right half of the time, for new rows and for their null alike."""
    found = [detectability(rows(60, i), rows(60, 100 + i), rows(60, 200 + i), i) for i in range(50)]
    table = pd.DataFrame([vars(one) for one in found if one])

    assert len(table) == 50
    assert table.mean().tolist() == pytest.approx([0.5] * 4, abs=0.03)


def test_rows_that_lie_elsewhere_are_told_apart_by_a_single_feature() -> None:
    """A shift of five deviations is seen by a stump, and the null stays at chance."""
    found = detectability(rows(200, 1), rows(200, 2, shift=5), rows(200, 3))

    assert found is not None
    assert found.stump > 0.97
    assert found.forest > 0.97
    assert found.stump_null < 0.65


def test_a_forest_sees_what_no_single_feature_tells() -> None:
    """Rows with the same margins and another correlation pass the stump and not the forest."""
    rng = np.random.default_rng(0)
    real = rng.multivariate_normal([0, 0], [[1, 0.95], [0.95, 1]], 400)
    fake = rng.multivariate_normal([0, 0], [[1, -0.95], [-0.95, 1]], 400)

    found = detectability(real[:200], fake, real[200:])

    assert found is not None
    assert found.forest > 0.8
    assert found.stump < 0.65


def test_the_rows_that_a_method_had_are_their_own_null() -> None:
    """Copies of the real rows are told from withheld ones as well as these rows are, and no better."""
    unseen, seen = rows(150, 1), rows(150, 2)
    gaps = []
    for seed in range(20):
        found = detectability(unseen, seen, seen, seed)
        assert found is not None
        gaps.append((found.stump - found.stump_null, found.forest - found.forest_null))

    assert np.abs(np.mean(gaps, axis=0)) == pytest.approx([0, 0], abs=0.04)


def test_the_same_seed_tells_the_same() -> None:
    """Samples, folds and trees follow the seed."""
    sides = rows(80, 1), rows(70, 2), rows(60, 3)

    assert detectability(*sides, 7) == detectability(*sides, 7)
    assert isinstance(detectability(*sides, 8), Detectability)


@pytest.mark.parametrize("short", [0, 1, 2])
def test_too_few_rows_tell_nothing(short: int) -> None:
    """With fewer than ten rows on any side nothing is measured."""
    sides = [rows(FEWEST - 1 if at == short else 50, at) for at in range(3)]

    assert detectability(*sides) is None


def stored(folder: Path, values: dict[str, list[float]], sets: int) -> Results:
    """Write resamples with these forest shares, one a split, and 0.5 as null, in so many data sets."""
    made = [
        Made((f"set{at}", ratio), method, "tree", split, {"mcc": 0.5})
        for at in range(sets)
        for ratio in ("0.1", "0.05")
        for method, own in values.items()
        for split in range(len(own))
    ]
    store(folder, made, {"mcc": True})
    connection = connect(folder, create=True)
    for one in made:
        value = values[one.method][one.split] + 0.01 * int(one.place[0][3:])
        connection.execute(
            "UPDATE resamples SET detect_stump = 0.6, detect_stump_null = 0.5, detect_forest = ?,"
            " detect_forest_null = 0.5 WHERE digest = ?",
            (value, one.resample),
        )
    connection.close()
    return read(folder)


def test_the_unit_is_the_data_set(tmp_path: Path) -> None:
    """Splits are averaged first: the interval is scipy's t over data sets, ratios in numerical order."""
    values = {"smote": [0.6, 0.7, 0.8], "random": [0.5, 0.5, 0.5]}

    found = detection.frame(stored(tmp_path, values, 4))

    forest = found[found["measure"] == "forest"]
    assert forest["ratio"].tolist() == ["0.05", "0.05", "0.1", "0.1"]
    assert forest["method"].tolist() == ["smote", "random"] * 2
    first = forest.iloc[0]
    gaps = 0.2 + 0.01 * np.arange(4)
    ends = ttest_1samp(gaps, 0).confidence_interval()
    assert first[["estimate", "low", "high"]].tolist() == pytest.approx([gaps.mean(), ends.low, ends.high])
    assert first[["n", "unit", "n_resamples"]].tolist() == [4, "data sets", 12]
    assert first["copies"] == 0


def test_with_one_set_the_unit_is_the_split(tmp_path: Path) -> None:
    """Within one data set the interval allows for the rows that splits share."""
    found = detection.frame(stored(tmp_path, {"smote": [0.6, 0.7, 0.8]}, 1))

    assert found["unit"].unique().tolist() == ["splits"]
    own = found[found["measure"] == "forest"].iloc[0]
    plain = ttest_1samp([0.1, 0.2, 0.3], 0).confidence_interval()
    assert own["estimate"] == pytest.approx(0.2)
    assert own["high"] - own["low"] > plain.high - plain.low


def test_a_run_measures_what_thinning_allows(runs: Runs, tmp_path: Path) -> None:
    """New rows are held against those that were withheld: copies of random, and rows of smote."""
    runs(
        "name: d\ndata: [yeast4, vowel0]\nratios: [natural, 0.02]\nmethods: [none, random, smote]\n"
        "classifiers: [decision_tree]\nsplits: 2\n"
    )
    made = contents(read(tmp_path / "out"))
    table = next(one for one in made.tables if one.name == "detection")

    assert [row.cells[1].text for row in table.rows] == ["random", "smote"]
    assert [row.cells[0].text for row in table.rows] == ["0.02", "0.02"]
    assert [row.cells[3].text for row in table.rows] == ["100.0 %", "0.0 %"]
    assert set(made.frames["detection"]["measure"]) == {"stump", "forest"}

"""Kept predictions: what was answered once is scored by whatever metric is asked for later, without a fit."""

from __future__ import annotations

import io
import shutil
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from oversample_bench.analysis.store_diff import diff
from oversample_bench.cli import bench
from oversample_bench.core.array_archive import archive
from oversample_bench.evaluation.predictions import KINDS, further
from oversample_bench.execution.driver import run
from oversample_bench.execution.forecast import forecast
from oversample_bench.execution.merge_folders import merge
from oversample_bench.execution.run_result import Options
from oversample_bench.store.prediction_files import PredictionFiles, Predictions
from oversample_bench.suite import parse_suite
from tests.conftest import Runs

SUITE = """
name: kept
data: [ecoli1, new_thyroid1]
methods: [none, smote]
classifiers: [logistic_regression, decision_tree, linear_svc]
splits: 2
"""
FIRST, ALL = (
    "metrics: [mcc]\n",
    "metrics: [mcc, auroc, brier, log_loss, false_negatives, recall_at_precision]\n",
)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a run that was asked for one metric."""
    folder = tmp_path_factory.mktemp("kept") / "out"
    run(parse_suite(SUITE + FIRST), folder, Options(runner="serial", figures=False, report=False))
    return folder


@pytest.fixture
def first(tmp_path: Path, whole: Path) -> Path:
    """Return a copy of that folder."""
    shutil.copytree(whole, tmp_path / "out")
    return tmp_path / "out"


@pytest.mark.quick
def test_metrics_of_a_later_day_are_those_of_the_first_to_the_bit(
    runs: Runs, tmp_path: Path, first: Path
) -> None:
    """Nothing is fitted, and no score, calibration or empty cell differs from that of a run asked for all."""
    again = runs(SUITE + ALL)
    at_once = runs(SUITE + ALL, "other")

    assert (again.computed, again.scored_again, again.counts) == (0, 24, {"ok": 24})
    assert at_once.computed == 24
    assert diff(tmp_path / "out", tmp_path / "other").is_empty
    frames = [pd.DataFrame(one.trials()) for one in (again, at_once)]
    assert frames[0]["brier"].isna().tolist() == frames[1]["brier"].isna().tolist()
    assert frames[0]["brier"].isna().sum() == 8  # of linear_svc
    assert _calibration(tmp_path / "out") == _calibration(tmp_path / "other") != []


def _calibration(folder: Path) -> list[tuple[Any, ...]]:
    from oversample_bench.store import connect

    return [tuple(row) for row in connect(folder).execute("SELECT * FROM calibration ORDER BY trial")]


def test_the_plan_says_what_is_scored_without_a_fit(first: Path) -> None:
    """`bench plan` counts trials that lack nothing but scores as done, and tells how many they are."""
    found = forecast(parse_suite(SUITE + ALL), first)

    assert (found.left.n_settled, found.left.n_scored_again, found.left.jobs) == (24, 24, ())
    assert "  done: 24 trials (24 to be scored by added metrics, from kept predictions)" in found.lines()


def test_a_trial_whose_predictions_are_lost_is_carried_out_again(
    runs: Runs, tmp_path: Path, first: Path
) -> None:
    """Files that are gone or damaged cost their own trials and no other; scores that are there stay."""
    gone, damaged, *_ = sorted((first / "predictions").iterdir())
    gone.unlink()
    damaged.write_bytes(damaged.read_bytes()[:100])
    again = runs(SUITE + ALL)

    assert (again.computed, again.scored_again) == (6, 18)
    assert again.counts == {"ok": 24}
    assert len(list((first / "predictions").iterdir())) == 8


def test_predictions_can_be_left_out(runs: Runs, tmp_path: Path) -> None:
    """`--no-predictions` writes none, and a metric that is asked for later takes the trials again."""
    runs(SUITE + FIRST, predictions=False)
    again = runs(SUITE + ALL)

    assert (again.computed, again.scored_again) == (24, 0)
    assert (tmp_path / "out" / "predictions").is_dir()


def test_a_report_by_metrics_says_for_how_many_trials_it_has_nothing(runs: Runs, tmp_path: Path) -> None:
    """Without predictions their cells stay empty: a sentence says so, with what to do, and the code is 2."""
    runs(SUITE + FIRST, predictions=False)
    line = ["report", str(tmp_path / "out"), "--no-figures", "--metrics"]
    done = CliRunner().invoke(bench, [*line, "recall"], standalone_mode=False)

    assert done.return_value == 2
    assert "For 24 trials no predictions are kept" in done.output
    empty = CliRunner().invoke(bench, [*line, " , "])
    assert "--metrics names none" in str(empty.exception)


def test_a_report_is_by_any_metric_there_is(first: Path) -> None:
    """`bench report DIR --metrics` scores and shows metrics that the run did not ask for, and no others."""
    line = ["report", str(first), "--no-figures", "--metrics", "recall,specificity"]
    done = CliRunner().invoke(bench, line, catch_exceptions=False)

    text = (first / "report.md").read_text(encoding="utf-8")
    assert done.exit_code == 0
    assert "scored by recall, specificity." in text
    assert "MCC" not in text
    assert pd.read_csv(first / "tables" / "scores_recall.csv")["n"].tolist() == [2] * 12
    wrong = CliRunner().invoke(bench, [*line[:-1], "recal"])
    assert "Did you mean 'recall'" in str(wrong.exception)


def test_a_report_by_costs_takes_the_costs_of_the_suite(runs: Runs, first: Path) -> None:
    """Without costs the sentence says what to write; once the suite tells some, nothing is fitted."""
    line = ["report", str(first), "--no-figures", "--metrics", "expected_cost"]
    refused = CliRunner().invoke(bench, line)
    again = runs(SUITE + FIRST.replace("]", ", expected_cost]") + "costs: {miss: 9}\n")
    done = CliRunner().invoke(bench, line, catch_exceptions=False)

    assert "takes costs, and the suite tells none" in str(refused.exception)
    assert (again.computed, again.scored_again) == (0, 24)
    assert done.exit_code == 0
    assert "scored by expected cost." in (first / "report.md").read_text(encoding="utf-8")


@pytest.mark.ray
def test_predictions_come_from_ray_as_well(runs: Runs, whole: Path, tmp_path: Path) -> None:
    """The files of a run on Ray are those of a run in this process, to the bit."""
    runs(SUITE + FIRST, "ray", runner="ray", workers=1)
    mine, theirs = PredictionFiles(tmp_path / "ray"), PredictionFiles(whole)

    assert mine.resamples() == theirs.resamples() != []
    for name in mine.resamples():
        one, other = mine.load(name), theirs.load(name)
        assert one is not None
        assert other is not None
        assert one.y_true.tolist() == other.y_true.tolist()
        for trial, answers in one.answers.items():
            for kind, values in answers.items():
                same = other.answers[trial][kind]
                assert (values is None and same is None) or values.tobytes() == same.tobytes()


def test_a_classifier_that_is_added_keeps_the_answers_of_the_others(runs: Runs, first: Path) -> None:
    """The file of a resample has the answers of all classifiers, whenever they were asked."""
    runs(SUITE.replace("linear_svc]", "linear_svc, knn]") + FIRST)

    files = PredictionFiles(first)
    kept = [files.load(name) for name in files.resamples()]
    assert [len(one.answers) for one in kept if one] == [4] * 8
    assert all(set(answers) == set(KINDS) for one in kept if one for answers in one.answers.values())


def test_a_merge_joins_the_answers_of_both(runs: Runs, tmp_path: Path) -> None:
    """Merged folders can be scored by added metrics without a fit."""
    runs(SUITE.replace(", linear_svc", "") + FIRST, "a")
    runs(SUITE.replace("logistic_regression, ", "") + FIRST, "b")
    merge(tmp_path / "a", [tmp_path / "b"])
    again = runs(SUITE + ALL, "a")

    assert (again.computed, again.scored_again) == (0, 24)


kinds = st.dictionaries(
    st.sampled_from(KINDS),
    st.none() | st.lists(st.floats(allow_nan=False), min_size=3, max_size=3),
    max_size=3,
)


@given(st.dictionaries(st.text("0123456789abcdef", min_size=1, max_size=8), kinds, max_size=4))
def test_what_is_kept_comes_back_to_the_bit(told: dict[str, dict[str, list[float] | None]]) -> None:
    """Labels, numbers of any size and the absence of an output are read as they were written."""
    import tempfile

    answers = {
        trial: {
            kind: None if one is None else np.array([0, 1, 0]) if kind == "labels" else np.array(one)
            for kind, one in own.items()
        }
        for trial, own in told.items()
    }
    with tempfile.TemporaryDirectory() as name:
        files = PredictionFiles(Path(name))
        files.save("f00", Predictions(np.array([1, 0, 1]), answers))
        found = files.load("f00")

    assert found is not None
    assert found.y_true.tolist() == [1, 0, 1]
    assert set(found.answers) == set(answers)
    for trial, own in answers.items():
        assert set(found.answers[trial]) == set(own)
        for kind, values in own.items():
            other = found.answers[trial][kind]
            assert (other is None) == (values is None)
            assert other is None or values is None or other.tobytes() == values.astype(other.dtype).tobytes()


@pytest.mark.parametrize("compressed", [True, False])
def test_an_interrupt_while_arrays_are_packed_stays_one(
    monkeypatch: pytest.MonkeyPatch, compressed: bool
) -> None:
    """Ctrl-C in the middle of a zip file is Ctrl-C, and no complaint that the file cannot be closed."""
    writer: Any = zipfile._ZipWriteFile  # what is open while a member is written
    close = writer.close

    def interrupted(self: Any) -> None:
        monkeypatch.setattr(writer, "close", close)
        raise KeyboardInterrupt

    monkeypatch.setattr(writer, "close", interrupted)
    with pytest.raises(KeyboardInterrupt):
        archive({"a": np.arange(3)}, compressed=compressed)

    told = np.load(io.BytesIO(archive({"a": np.arange(3)}, compressed=compressed)))
    assert told["a"].tolist() == [0, 1, 2]


def test_what_nobody_asks_for_fails_nobody() -> None:
    """A classifier whose probabilities are of no form leaves them out, where no metric needs them."""

    class Odd:
        classes_ = np.array([0, 1])

        def predict(self, X: Any) -> Any:
            return np.zeros(len(X))

        def decision_function(self, X: Any) -> Any:
            return np.arange(len(X))

        def predict_proba(self, X: Any) -> Any:
            raise RuntimeError("not fitted for that")

    told = further(Odd(), np.zeros((3, 2)), {"labels": np.zeros(3)})

    assert set(told) == {"scores"}

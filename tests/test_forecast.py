"""What `bench plan` shows: how much a suite asks for, how much is done, how long the rest may take."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from oversample_bench.driver import Options, run
from oversample_bench.errors import UsageError
from oversample_bench.forecast import Forecast, forecast
from oversample_bench.store import FILE_NAME
from oversample_bench.suite import Suite, parse_suite


@pytest.fixture(autouse=True)
def built_ins_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Plan with what the host itself offers."""
    monkeypatch.setenv("OVERSAMPLE_BENCH_PLUGINS", "builtin")
    monkeypatch.delenv("OVERSAMPLE_BENCH_DATA", raising=False)


def suite(methods: str = "none, random", classifiers: str = "knn", more: str = "") -> Suite:
    return parse_suite(
        f"name: s\ndata: [ecoli1]\nmethods: [{methods}]\nclassifiers: [{classifiers}]\nsplits: 2\n{more}"
    )


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder in which the suite has been carried out."""
    folder = tmp_path_factory.mktemp("done")
    run(suite(), folder, Options(runner="serial"))
    return folder


def counts(found: Forecast) -> tuple[int, int, int]:
    """Return how many trials there are, how many are left, and how many fits."""
    jobs = found.left.jobs
    left = sum(len(job.trials) for job in jobs)
    return len(found.plan.trials), left, sum(not job.stored for job in jobs)


def test_before_the_first_run_everything_is_left(tmp_path):
    """Without a store all trials are left and nobody knows how long they take; nothing is made."""
    folder = tmp_path / "none"

    found = forecast(suite(), folder)

    assert counts(found) == (4, 4, 4)
    assert found.lines() == [
        "s: 2 splits, 4 fits, 4 trials",
        "  done: 0 trials",
        "  left: 4 trials, 4 fits",
        "  time: unknown before the first trial is done",
    ]
    assert not folder.exists()


def test_after_a_run_nothing_is_left(done):
    """The same suite again asks for nothing, and takes no time."""
    found = forecast(suite(), done)

    assert counts(found) == (4, 0, 0)
    assert found.seconds == 0
    assert found.lines()[1:] == ["  done: 4 trials", "  left: 0 trials, 0 fits"]


def test_a_new_classifier_needs_no_fit(done):
    """The draws of the old classifier serve the new one; the time is that of the trials."""
    found = forecast(suite(classifiers="knn, decision_tree"), done)

    assert counts(found) == (8, 4, 0)
    assert found.seconds > 0
    assert found.lines()[-1].startswith("  time: about ")


def test_draws_that_were_deleted_are_fitted_again(done, tmp_path):
    """A draw that is in the store and not on disk counts as a fit; its trials that are done stay done."""
    folder = tmp_path / "copy"
    shutil.copytree(done, folder)
    shutil.rmtree(folder / "draws")

    assert counts(forecast(suite(), folder)) == (4, 0, 0)
    assert counts(forecast(suite(classifiers="knn, decision_tree"), folder)) == (8, 4, 4)


def test_a_new_metric_leaves_every_trial_to_do(done):
    """A score that the store does not have is had by trials, not by fits."""
    assert counts(forecast(suite(more="metrics: [mcc, auprc]"), done)) == (4, 4, 0)


def test_another_split_share_leaves_everything_to_do(done):
    """What changes the numbers is never taken for done."""
    assert counts(forecast(suite(more="protocol: {test_size: 0.3}"), done)) == (4, 4, 4)


def test_labels_and_limits_change_nothing(done):
    """What does not change the numbers leaves nothing to do."""
    renamed = suite(methods="{name: none, label: as it is}, random", more="limits: {fit: 3}")

    assert counts(forecast(renamed, done)) == (4, 0, 0)


def test_a_wrong_name_is_told_before_the_store_is_looked_at(tmp_path):
    """A suite that could not be run cannot be planned either."""
    (tmp_path / FILE_NAME).write_text("no store")

    with pytest.raises(UsageError, match="no installed plugin offers the oversampler 'smute'"):
        forecast(suite(methods="none, smute"), tmp_path)


def test_planning_leaves_the_store_as_it_is(done):
    """`bench plan` only reads, and lets go of the file."""
    before = (done / FILE_NAME).read_bytes()

    forecast(suite(classifiers="knn, mlp"), done)

    assert before == (done / FILE_NAME).read_bytes()
    assert not list(done.glob(f"{FILE_NAME}-*"))

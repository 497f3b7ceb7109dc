"""How long work will take, by what earlier rows of the store took."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from oversample_bench.core.digests import Identity
from oversample_bench.evaluation.tasks import Job, jobs
from oversample_bench.execution.estimate import expected_seconds
from oversample_bench.store import Ledger, ResampleRecord, TrialRecord
from oversample_bench.suite import parse_suite
from oversample_bench.suite.plan import plan

VERDICT = {"params": "{}", "source": "s", "stage": "", "kind": "", "reason": "", "traceback": "", "run": 1}


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    found = Ledger(tmp_path)
    yield found
    found.close()


def fit(ledger: Ledger, digest: str, method: str, seconds: float, status: str = "ok") -> None:
    """Write a resample that took so long."""
    more = {"split": "", "spec": "{}", "fallback": "", "flags": "", "fit_seconds": seconds}
    columns = {**VERDICT, **more, "digest": digest, "method": method, "status": status}
    ledger.add_resample(ResampleRecord(digest, columns), None)


def trial(ledger: Ledger, digest: str, classifier: str, seconds: float, status: str = "ok") -> None:
    """Write a trial that took so long."""
    more = {"resample": "", "trial_seconds": seconds}
    columns = {**VERDICT, **more, "digest": digest, "classifier": classifier, "status": status}
    ledger.add_trial(TrialRecord(digest, columns))


def work(*, methods: str = "[none]", classifiers: str = "[knn]", stored: bool = False) -> list[Job]:
    """Return the jobs of a suite of two splits."""
    text = f"name: s\nallow_no_baseline: true\nsplits: 2\ndata: [ecoli1]\nmethods: {methods}\n"
    planned = plan(parse_suite(text + f"classifiers: {classifiers}\n"))
    names = [("oversampler", name) for name in ("none", "random", "smote")]
    names += [("classifier", name) for name in ("knn", "mlp")]
    identity = Identity(dict.fromkeys(planned.data(), "f"), dict.fromkeys(names, "s 1"))
    return list(jobs(planned, identity, set(), lambda _: stored, resources={}))


def test_nothing_is_foretold_before_the_first_trial(ledger):
    """A store without a good trial knows no times, whatever fits it has."""
    fit(ledger, "a", "none", 3.0)
    trial(ledger, "b", "knn", 3.0, status="timeout")

    assert expected_seconds(ledger.connection, work()) is None


def test_times_are_the_means_of_good_rows(ledger):
    """Two fits and two trials take twice the mean fit and twice the mean trial; failures do not count."""
    for digest, seconds in {"a": 1.0, "b": 3.0}.items():
        fit(ledger, digest, "none", seconds)
        trial(ledger, digest, "knn", 10 * seconds)
    fit(ledger, "c", "none", 1000.0, status="timeout")

    assert expected_seconds(ledger.connection, work()) == pytest.approx(2 * 2.0 + 2 * 20.0)


def test_resamples_on_disk_cost_nothing(ledger):
    """A job whose resamples are stored has trials left, and no fit."""
    fit(ledger, "a", "none", 5.0)
    trial(ledger, "a", "knn", 1.0)

    assert expected_seconds(ledger.connection, work(stored=True)) == pytest.approx(2.0)


def test_what_was_never_seen_is_taken_for_average(ledger):
    """A new method counts as the mean of the known ones, and so does a new classifier."""
    fit(ledger, "a", "none", 1.0)
    fit(ledger, "b", "random", 5.0)
    trial(ledger, "a", "knn", 4.0)

    found = expected_seconds(ledger.connection, work(methods="[smote]", classifiers="[mlp]"))

    assert found == pytest.approx(2 * 3.0 + 2 * 4.0)


def test_no_work_takes_no_time(ledger):
    """Nothing left is nothing to wait for."""
    trial(ledger, "a", "knn", 4.0)

    assert expected_seconds(ledger.connection, []) == 0

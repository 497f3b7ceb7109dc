"""Ray is started only where it pays, or where a process is at risk."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from oversample_bench import choosing
from oversample_bench.choosing import Choice, events
from oversample_bench.errors import UsageError
from oversample_bench.runners import ray as ray_runner
from oversample_bench.runners import serial as serial_runner
from oversample_bench.runners.cluster import Cluster, connected
from oversample_bench.runners.events import JobDone

TWO = Cluster(workers=2)


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        (Choice("auto", TWO), "serial"),
        (Choice("auto", TWO, expected_seconds=5), "serial"),
        (Choice("auto", TWO, expected_seconds=60), "ray"),
        (Choice("auto", Cluster(workers=1), expected_seconds=6000), "serial"),
        (Choice("auto", TWO, at_risk="the last run here died without a word"), "ray"),
        (Choice("auto", Cluster(address="auto")), "ray"),
        (Choice("serial", TWO, expected_seconds=6000, at_risk="loose files"), "serial"),
        (Choice("ray", TWO, expected_seconds=0.1), "ray"),
    ],
)
def test_the_first_runner_follows_from_what_is_known(choice: Choice, expected: str) -> None:
    """What the user asks for holds; ``auto`` weighs the work against the start of Ray, and the risk."""
    assert expected == choice.first()


@pytest.fixture
def clocked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Let each job take two seconds of a clock of our own; note where jobs run."""
    ran: list[str] = []
    clock = itertools.count(step=2)
    monkeypatch.setattr(choosing.time, "monotonic", lambda: next(clock))

    def runner(where: str) -> Any:
        def run(jobs: Any, *_others: Any) -> Any:
            for job in jobs:
                ran.append(f"{job} {where}")
                yield JobDone(job)

        return run

    monkeypatch.setattr(serial_runner, "run_serial", runner("here"))
    monkeypatch.setattr(ray_runner, "run_ray", runner("there"))
    return ran


def names(count: int) -> Any:
    """Return jobs of which only the name counts."""
    return [f"job {number}" for number in range(count)]


def test_long_work_is_handed_over_once_that_is_seen(clocked: list[str]) -> None:
    """After some seconds here the rest goes to Ray, each job once and in order."""
    moved: list[bool] = []
    told = list(events(Choice("auto", TWO), names(40), None, None, lambda: moved.append(True)))  # type: ignore[arg-type]

    assert [True] == moved
    assert names(40) == [event.job for event in told]  # type: ignore[union-attr]
    assert ["job 0 here", "job 1 here"] == clocked[:2]
    assert {"there"} == {text.split()[-1] for text in clocked[2:]}


def test_short_work_stays(clocked: list[str]) -> None:
    """What would be done before Ray has started is done here."""
    list(events(Choice("auto", TWO), names(8), None, None, pytest.fail))  # type: ignore[arg-type]

    assert {"here"} == {text.split()[-1] for text in clocked}


def test_serial_is_never_handed_over(clocked: list[str]) -> None:
    """Who asks for this process gets it to the end."""
    list(events(Choice("serial", TWO), names(100), None, None, pytest.fail))  # type: ignore[arg-type]

    assert {"here"} == {text.split()[-1] for text in clocked}


def test_an_address_that_nobody_answers_is_told_at_once() -> None:
    """A wrong port is a sentence, not minutes of waiting."""
    with (
        pytest.raises(UsageError, match="no Ray cluster answers"),
        connected(Cluster("127.0.0.1:9")),
    ):
        pytest.fail("connected to nobody")

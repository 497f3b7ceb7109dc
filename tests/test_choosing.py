"""Ray is started only where it pays, or where a process is at risk."""

from __future__ import annotations

import itertools
import socket
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from typing import Any

import pytest

from oversample_bench.core.errors import UsageError
from oversample_bench.execution import runner_choice
from oversample_bench.execution.runner_choice import Choice, events
from oversample_bench.execution.runners import cluster, ray_runner, serial_runner
from oversample_bench.execution.runners.cluster import Cluster, Connection, connected
from oversample_bench.execution.runners.events import JobDone, Notice, WorkerConfig
from oversample_bench.execution.runners.ray_start import RayStartError
from oversample_bench.execution.runners.slots import Node
from oversample_bench.suite import UNLIMITED, Limits

TWO = Cluster(workers=2)
WORKER_CONFIG = WorkerConfig((), (), (), Limits(fit=600.0, trial=None))
NO_ROOM = "Ray cannot start on this machine: no room."


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
    monkeypatch.setattr(runner_choice.time, "monotonic", lambda: next(clock))

    def runner(where: str) -> Any:
        def run(jobs: Any, *_others: Any) -> Any:
            for job in jobs:
                ran.append(f"{job} {where}")
                yield JobDone(job)

        return run

    monkeypatch.setattr(serial_runner, "run_serial", runner("here"))
    monkeypatch.setattr(ray_runner, "run_ray", runner("there"))
    monkeypatch.setattr(
        runner_choice, "connected", lambda _: nullcontext(Connection((Node(2),), ("as usual",)))
    )
    return ran


def names(count: int) -> Any:
    """Return jobs of which only the name counts."""
    return [f"job {number}" for number in range(count)]


def carried_out(choice: Choice, jobs: Any, moved: Any = pytest.fail) -> tuple[list[Any], list[str]]:
    """Return the jobs that were done, and what was said on the way."""
    told = list(events(choice, jobs, WORKER_CONFIG, None, moved))  # type: ignore[arg-type]
    done = [event.job for event in told if isinstance(event, JobDone)]
    return done, [event.sentence for event in told if isinstance(event, Notice)]


def test_long_work_is_handed_over_once_that_is_seen(clocked: list[str]) -> None:
    """After some seconds here the rest goes to Ray, each job once and in order; what Ray says is told."""
    moved: list[Choice] = []
    done, said = carried_out(Choice("auto", TWO), names(40), moved.append)

    assert [Choice("ray", TWO)] == moved
    assert names(40) == done
    assert ["as usual"] == said
    assert ["job 0 here", "job 1 here"] == clocked[:2]
    assert {"there"} == {text.split()[-1] for text in clocked[2:]}


def test_short_work_stays(clocked: list[str]) -> None:
    """What would be done before Ray has started is done here."""
    carried_out(Choice("auto", TWO), names(8))

    assert {"here"} == {text.split()[-1] for text in clocked}


def test_serial_is_never_handed_over(clocked: list[str]) -> None:
    """Who asks for this process gets it to the end."""
    carried_out(Choice("serial", TWO), names(100))

    assert {"here"} == {text.split()[-1] for text in clocked}


@pytest.fixture
def no_ray(clocked: list[str], monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Let Ray not start; note where jobs run, and each try as such."""

    @contextmanager
    def refused(_cluster: Cluster) -> Iterator[Connection]:
        clocked.append("a try")
        raise RayStartError("Ray cannot start on this machine: no room")
        yield

    monkeypatch.setattr(runner_choice, "connected", refused)
    return clocked


def test_where_ray_cannot_start_long_work_stays_and_that_is_said(no_ray: list[str]) -> None:
    """The rest is done here, each job once; Ray is tried once and the run is not said to have moved."""
    done, said = carried_out(Choice("auto", TWO), names(40))

    assert names(40) == done
    assert [f"job {number} here" for number in range(40)] == [text for text in no_ray if text != "a try"]
    assert 1 == no_ray.count("a try")
    assert [f"{NO_ROOM} The work is done in this process, one trial after the other."] == said


def test_where_ray_cannot_start_work_at_risk_is_said_not_to_be_isolated(no_ray: list[str]) -> None:
    """A suite that Ray was to isolate is carried out here, and both are said; the run counts as one here."""
    moved: list[Choice] = []
    choice = Choice("auto", TWO, at_risk="the suite has loose plugin files")
    done, said = carried_out(choice, names(3), moved.append)

    assert names(3) == done
    assert ["serial"] == [where.first() for where in moved]
    (sentence,) = said
    assert sentence.startswith(NO_ROOM)
    assert sentence.endswith("It is not isolated there, although the suite has loose plugin files.")


def test_who_asks_for_ray_is_told_that_it_cannot_start(no_ray: list[str]) -> None:
    """With ``--runner ray`` the sentence is all, and it names a way out."""
    with pytest.raises(RayStartError, match=r"no room\. `--runner serial` does without Ray\."):
        carried_out(Choice("ray", TWO), names(3))

    assert ["a try"] == no_ray


def test_an_address_is_never_exchanged_for_this_process(
    clocked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who names a cluster that does not answer is told so, under ``auto`` as well."""
    monkeypatch.setattr(runner_choice, "connected", connected)
    with pytest.raises(UsageError, match="no Ray cluster answers"):
        carried_out(Choice("auto", Cluster("127.0.0.1:9")), names(3))

    assert [] == clocked


@pytest.mark.parametrize(("limits", "warned"), [(Limits(fit=1.0, trial=None), True), (UNLIMITED, False)])
def test_outside_the_main_thread_serial_says_what_limits_can_do(
    clocked: list[str], limits: Limits, warned: bool
) -> None:
    """Nothing can be interrupted there, which is said before the first job, unless there is no limit."""
    worker_config = replace(WORKER_CONFIG, limits=limits)
    with ThreadPoolExecutor(1) as pool:
        running = events(Choice("serial"), names(2), worker_config, None, pytest.fail)  # type: ignore[arg-type]
        told = pool.submit(list, running).result()

    said = [event.sentence for event in told if isinstance(event, Notice)]
    assert [runner_choice.UNINTERRUPTED] * warned == said
    assert not said or isinstance(told[0], Notice)


def test_an_address_that_nobody_answers_is_told_at_once() -> None:
    """A wrong port is a sentence, not minutes of waiting."""
    with (
        pytest.raises(UsageError, match="no Ray cluster answers"),
        connected(Cluster("127.0.0.1:9")),
    ):
        pytest.fail("connected to nobody")


@pytest.mark.parametrize("answer", [b"", b"SSH-2.0-OpenSSH_9.2\r\n", b"HTTP/1.1 400 Bad Request\r\n\r\n"])
def test_something_else_that_listens_there_is_told_apart_from_ray(answer: bytes) -> None:
    """A port of something else is a sentence as well: Ray itself would knock for minutes."""
    with socket.create_server(("127.0.0.1", 0)) as server, ThreadPoolExecutor(1) as pool:

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                connection.sendall(answer)
                connection.recv(100)

        served = pool.submit(serve)
        with (
            pytest.raises(UsageError, match="something else listens there"),
            connected(Cluster(f"127.0.0.1:{server.getsockname()[1]}")),
        ):
            pytest.fail("connected to something else")
        served.result()


def test_who_listens_and_says_nothing_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """After some seconds of silence the address counts as one where nobody answers."""
    monkeypatch.setattr(cluster, "ANSWER_SECONDS", 0.1)
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        pytest.raises(UsageError, match="no Ray cluster answers"),
        connected(Cluster(f"127.0.0.1:{server.getsockname()[1]}")),
    ):
        pytest.fail("connected to nobody")


def test_the_address_of_the_environment_is_knocked_at_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """``--address auto`` means ``RAY_ADDRESS`` where that is set."""
    monkeypatch.setenv("RAY_ADDRESS", "127.0.0.1:9")
    with pytest.raises(UsageError, match="no Ray cluster answers"), connected(Cluster("auto")):
        pytest.fail("connected to nobody")


def test_a_ray_that_cannot_be_imported_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    """A broken installation is told like a start that failed."""
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(RayStartError, match="Ray cannot be imported"), connected(Cluster()):
        pytest.fail("connected without Ray")

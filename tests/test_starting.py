"""Ray is started where it can be; where it cannot, a sentence says why and nothing is left behind."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psutil
import pytest

from oversample_bench.execution.driver import run
from oversample_bench.execution.run_result import Options
from oversample_bench.execution.runners import ray_start
from oversample_bench.execution.runners.ray_start import MIB, RayStartError, start, temporary_folder
from oversample_bench.store import connect
from oversample_bench.suite import parse_suite

LONG = "a folder with a name that is long beyond all measure".replace(" ", "-") * 2


@pytest.fixture
def no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget where this machine keeps temporary files."""
    for name in ("RAY_TMPDIR", "TMPDIR"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.usefixtures("no_variables")
def test_the_usual_folder_is_ray_s_own() -> None:
    """Where nothing is wrong with it nothing is said."""
    assert (Path("/tmp/ray"), []) == temporary_folder()


@pytest.mark.usefixtures("no_variables")
@pytest.mark.parametrize("name", ["RAY_TMPDIR", "TMPDIR"])
def test_a_folder_with_a_short_path_is_used(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """What the user names is used, also where it is not there yet."""
    monkeypatch.setenv(name, "/tmp/x")

    assert (Path("/tmp/x/ray"), []) == temporary_folder()


def too_long(folder: Path) -> Path:
    return folder / LONG


def a_file(folder: Path) -> Path:
    (folder / "f").write_text("")
    return folder / "f"


@pytest.mark.usefixtures("no_variables")
@pytest.mark.parametrize(
    ("name", "make", "why"),
    [
        ("RAY_TMPDIR", too_long, "makes paths of sockets of"),
        ("TMPDIR", too_long, "makes paths of sockets of"),
        ("TMPDIR", a_file, "cannot be written to"),
    ],
)
def test_a_folder_that_will_not_do_is_replaced_and_that_is_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, make: Callable[[Path], Path], why: str
) -> None:
    """The path of a socket has a bound: a shorter folder is taken, with the reason and the way to another."""
    monkeypatch.setattr(ray_start, "MOST_LETTERS", max(107, len(f"{tmp_path}/f/ray/{ray_start.DEEPEST}")))
    monkeypatch.setenv(name, str(make(tmp_path)))
    folder, (sentence,) = temporary_folder()

    assert Path("/tmp/ray") == folder
    assert why in sentence
    assert "'/tmp/ray'" in sentence
    assert "RAY_TMPDIR names another folder." in sentence


def test_the_longest_path_is_as_long_as_ray_makes_them() -> None:
    """What is reckoned with has the form of a session of this very version of Ray."""
    found = Path("/tmp/ray/session_2026-11-26_01-30-09_469200_19042/sockets/plasma_store")
    reckoned = Path("/tmp/ray") / ray_start.DEEPEST

    assert [len(part) + 2 * (number == 3) for number, part in enumerate(found.parts)] == [
        len(part) for part in reckoned.parts
    ]


@pytest.mark.usefixtures("no_variables")
def test_a_full_disk_is_no_place(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no folder has room Ray is not started, and the sentence says what to do."""
    monkeypatch.setattr(psutil, "disk_usage", lambda _: SimpleNamespace(free=MIB))

    with pytest.raises(RayStartError, match=r"is on a full disk.*RAY_TMPDIR"):
        temporary_folder()


@pytest.mark.parametrize(
    ("shared", "disk", "expected", "said"),
    [
        (10_000, 10_000, 0.15, []),
        (64, 10_000, 128 * MIB, ["has room for 64 MiB only"]),
        (0, 10_000, 128 * MIB, ["has room for 0 MiB only"]),
        (200, 0, 160 * MIB, []),
    ],
)
def test_arrays_go_where_there_is_room(
    monkeypatch: pytest.MonkeyPatch, shared: int, disk: int, expected: float, said: list[str]
) -> None:
    """Shared memory is used as far as it goes, then the disk, which is slower and said to be."""
    free = {"/dev/shm": shared * MIB}
    monkeypatch.setattr(ray_start, "SHARED", Path("/dev/shm"))
    monkeypatch.setattr(psutil, "disk_usage", lambda path: SimpleNamespace(free=free.get(path, disk * MIB)))
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(total=8192 * MIB))
    store, notices = ray_start._object_store(Path("/tmp/ray"))

    assert int(expected * 8192 * MIB if expected < 1 else expected) == store
    assert len(said) == len(notices)
    assert all(words in sentence for words, sentence in zip(said, notices, strict=True))


def test_without_room_for_arrays_ray_is_not_started(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither shared memory nor disk: a sentence with both, before anything is started."""
    monkeypatch.setattr(ray_start, "SHARED", Path("/dev/shm"))
    monkeypatch.setattr(psutil, "disk_usage", lambda _: SimpleNamespace(free=MIB))

    with pytest.raises(RayStartError, match=r"/dev/shm has room for 1 MiB only, and '/.*' has no 128 MiB"):
        ray_start._object_store(Path("/tmp/ray"))


class Starts:
    """Stands for ``ray.init``: fails so many times, and leaves a process behind each time."""

    def __init__(self, failures: int) -> None:
        self.failures = failures
        self.asked: list[dict[str, Any]] = []
        self.ports: list[list[int | None]] = []
        self.left: list[subprocess.Popen[bytes]] = []

    def __call__(self, **asked: Any) -> None:
        import ray
        from ray._private import parameter

        self.asked.append(asked)
        made = parameter.RayParams(**dict.fromkeys(ray_start.PORTS))  # as Ray does where nobody chose them
        self.ports.append([getattr(made, name) for name in ray_start.PORTS])
        home = Path(ray.__file__).parent
        self.left.append(subprocess.Popen([sys.executable, "-c", SLEEPS, str(home / "gcs_server")]))
        while not psutil.Process(self.left[-1].pid).cmdline():  # for a moment after its start it has none
            time.sleep(0.01)
        if len(self.asked) <= self.failures:
            raise Exception("The current node timed out during startup.\nMore of it.")  # noqa: TRY002 - as Ray


SLEEPS = "import time; time.sleep(600)"


@pytest.fixture
def starts(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[int], Starts]]:
    """Let the start of Ray fail; end what the test has left."""
    import ray

    made: list[Starts] = []

    def failing(failures: int) -> Starts:
        made.append(Starts(failures))
        monkeypatch.setattr(ray, "init", made[-1])
        return made[-1]

    yield failing
    for process in [process for one in made for process in one.left]:
        process.kill()
        process.wait()


def test_a_start_that_fails_is_tried_once_more_with_more_patience(starts: Any) -> None:
    """The second time Ray is told the ports of its agents, for which it would wait 15 seconds; it is said."""
    tried = starts(1)
    said = start(2)

    assert [False, True] == [all(ports) for ports in tried.ports]
    assert tried.asked[0] == tried.asked[1]
    assert said[-1].startswith("Ray started at the second try, with more patience; at the first one ")
    assert "The current node timed out during startup" in said[-1]
    assert [False, True] == [process.poll() is None for process in tried.left]


def test_a_second_failure_is_a_sentence_and_nothing_is_left_running(starts: Any) -> None:
    """Ray leaves the processes of a failed start behind: they are ended, and so is the patience."""
    from ray._private import parameter, services

    before = (parameter.RayParams, services.get_node, dict(os.environ))
    tried = starts(2)
    with pytest.raises(RayStartError) as told:
        start(2)

    assert "Ray cannot start on this machine: The current node timed out during startup" == str(told.value)
    assert [False, False] == [process.poll() is None for process in tried.left]
    assert before == (parameter.RayParams, services.get_node, dict(os.environ))


def test_the_processes_of_others_are_left_alone(starts: Any) -> None:
    """Only processes of Ray that the start has made are ended."""
    mine = subprocess.Popen([sys.executable, "-c", SLEEPS])
    try:
        starts(2)
        with pytest.raises(RayStartError):
            start(2)

        assert mine.poll() is None
    finally:
        mine.kill()
        mine.wait()


def test_a_node_that_died_is_not_waited_for() -> None:
    """More patience is for a process that lives: without one the error comes at once."""

    def absent(*_: Any) -> None:
        raise RuntimeError("no such node")

    began = time.monotonic()
    with pytest.raises(ChildProcessError, match="ended as it began"):
        ray_start._awaited(absent, ray_start.PATIENCE_SECONDS, "address", "node")

    assert time.monotonic() - began < ray_start.PATIENCE_SECONDS / 2


LOOSE = """
from oversample_bench.api import hookimpl
class Copies:
    def fit_resample(self, X, y):
        return X.copy(), y.copy()
@hookimpl
def register_oversamplers(register):
    register("copies", Copies)
"""
SUITE = """
name: small
data: [ecoli1]
methods: [none, copies]
classifiers: [knn]
splits: 2
plugins: [./loose.py]
"""


def test_a_run_that_ray_was_to_isolate_goes_on_here_and_says_so(starts: Any, tmp_path: Path) -> None:
    """Loose plugins go to Ray; where it cannot start they are carried out here, and the store says where."""
    starts(2)
    (tmp_path / "loose.py").write_text(LOOSE)
    summary = run(parse_suite(SUITE, "s.yaml", tmp_path), tmp_path / "out", Options(workers=2))

    assert ({"ok": 4}, 0) == (dict(summary.counts), summary.exit_code)
    (said,) = summary.notices
    assert "Ray cannot start on this machine" in said
    assert "It is not isolated there, although the suite has loose plugin files." in said
    rows = connect(tmp_path / "out").execute("SELECT runner, workers, status FROM runs").fetchall()
    assert [("serial", 1, "finished")] == [tuple(row) for row in rows]


@pytest.mark.usefixtures("reports")
def test_who_asks_for_ray_loses_nothing_where_it_cannot_start(starts: Any, tmp_path: Path) -> None:
    """What was done before is kept, with its report, and the same command goes on without Ray."""
    (tmp_path / "loose.py").write_text(LOOSE)
    suite = parse_suite(SUITE, "s.yaml", tmp_path)
    run(suite, tmp_path / "out", Options(runner="serial"))
    report = (tmp_path / "out" / "report.md").read_text()
    more = parse_suite(SUITE.replace("splits: 2", "splits: 3"), "s.yaml", tmp_path)
    starts(2)
    with pytest.raises(RayStartError, match=r"`--runner serial` does without Ray\.$"):
        run(more, tmp_path / "out", Options(runner="ray", workers=2))

    assert report == (tmp_path / "out" / "report.md").read_text()
    assert 2 == run(more, tmp_path / "out", Options(runner="serial")).computed


SLOW_AGENT = """
import sys, time
if any(word.endswith("dashboard/agent.py") for word in sys.orig_argv):
    time.sleep(20)
"""


def bench(folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the suite with its loose plugin in a process of its own."""
    (folder / "loose.py").write_text(LOOSE)
    (folder / "small.yaml").write_text(SUITE)
    kept = {name: value for name, value in os.environ.items() if name not in {"RAY_TMPDIR", "TMPDIR"}}
    words = [sys.executable, "-m", "oversample_bench", "run", "small.yaml", "--out", "out"]
    return subprocess.run(words, cwd=folder, env=kept | variables, capture_output=True, text=True)


@pytest.mark.ray
@pytest.mark.slow
def test_ray_starts_on_a_machine_that_is_too_busy_for_it(tmp_path: Path) -> None:
    """Where Ray's agents need longer than Ray waits for them the second start succeeds, and the run too."""
    (tmp_path / "busy").mkdir()
    (tmp_path / "busy" / "sitecustomize.py").write_text(SLOW_AGENT)
    done = bench(tmp_path, PYTHONPATH=str(tmp_path / "busy"))

    assert 0 == done.returncode, done.stdout + done.stderr
    assert "Ray started at the second try" in done.stdout
    assert "4 of 4 trials ok" in done.stdout


@pytest.mark.ray
@pytest.mark.slow
def test_a_long_temporary_folder_keeps_nobody_from_ray(tmp_path: Path) -> None:
    """Ray starts in a shorter folder, and the run says so and ends well."""
    (tmp_path / LONG).mkdir()
    done = bench(tmp_path, TMPDIR=str(tmp_path / LONG))

    assert 0 == done.returncode, done.stdout + done.stderr
    assert "Ray keeps its sockets and logs in '/tmp/ray'" in done.stdout
    assert "4 of 4 trials ok" in done.stdout

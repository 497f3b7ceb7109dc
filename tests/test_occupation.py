"""Who holds a folder, and what one who was killed leaves behind."""

from __future__ import annotations

import multiprocessing
import os
import platform
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from oversample_bench.core.errors import UsageError
from oversample_bench.execution.driver import run
from oversample_bench.execution.run_result import Options
from oversample_bench.execution.runners.events import Event, TrialDone
from oversample_bench.execution.watcher import Watcher
from oversample_bench.store import FILE_NAME, Ledger, RunRecord, connect
from oversample_bench.store.lease import TakenOverError, held
from oversample_bench.store.lock import MARK_NAME, occupied
from oversample_bench.suite import parse_suite

RUN = RunRecord("s", "digest", "", {}, {"mcc": True}, "serial", 1, {})


def test_who_ends_in_order_leaves_no_mark(tmp_path: Path) -> None:
    """While a folder is held it is marked; afterwards it is not, whatever ended the holder."""
    with occupied(tmp_path) as ledger:
        held = (tmp_path / MARK_NAME).exists()
        ledger.begin(RUN)
    with pytest.raises(ZeroDivisionError), occupied(tmp_path):
        raise ZeroDivisionError

    assert held
    assert not (tmp_path / MARK_NAME).exists()


def test_a_mark_of_the_dead_stays_until_a_run_has_begun(tmp_path: Path) -> None:
    """What one who was killed has left is told to each next one, until a run begins that has heard of it."""
    (tmp_path / MARK_NAME).touch()
    heard = []
    with occupied(tmp_path) as ledger:  # a merge
        heard.append(ledger.abandoned)
    with suppress(ZeroDivisionError), occupied(tmp_path) as ledger:
        heard.append(ledger.abandoned)
        raise ZeroDivisionError
    with occupied(tmp_path) as ledger:
        heard.append(ledger.abandoned)
        ledger.begin(RUN)
    with occupied(tmp_path) as ledger:
        heard.append(ledger.abandoned)

    assert heard == [True, True, True, False]


def test_a_folder_is_held_by_one(tmp_path: Path) -> None:
    """A second holder is refused, and takes no mark away."""
    with occupied(tmp_path):
        with pytest.raises(UsageError, match="another run is writing to"), occupied(tmp_path):
            pass
        marked = (tmp_path / MARK_NAME).exists()

    assert marked


SUITE = """
name: held
data: [ecoli1, glass2]
methods: [none, random, smote]
classifiers: [knn, decision_tree, logistic_regression]
splits: 3
"""
HELD = """
import sys, time
from pathlib import Path
from oversample_bench.store.lock import occupied

with occupied(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(600)
"""


class Pausing(Watcher):
    """Stops its own process after so many trials, until somebody lets it go on."""

    def __init__(self, shown: int) -> None:
        self.left = shown

    def told(self, event: Event) -> None:
        if isinstance(event, TrialDone):
            self.left -= 1
            if self.left == 0:
                os.kill(os.getpid(), signal.SIGSTOP)


def stopped_driver(folder: Path, said: Path) -> None:
    """Run the suite in a process that stops itself in the middle, and note how that ends."""
    try:
        run(parse_suite(SUITE), folder, Options(runner="serial", figures=False), Pausing(5))
    except UsageError as error:
        said.write_text(str(error))


def rows(folder: Path) -> list[tuple[object, ...]]:
    """Return who wrote which trial, and what runs became of."""
    with closing(connect(folder)) as connection:
        trials = connection.execute("SELECT digest, run, trial_seconds FROM trials ORDER BY digest")
        runs = connection.execute("SELECT id, status, finished FROM runs ORDER BY id")
        return [tuple(row) for row in (*trials, *runs)]


@pytest.fixture
def holder(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Return a process that holds a folder."""
    process = subprocess.Popen([sys.executable, "-c", HELD, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def test_a_second_run_is_told_who_holds_the_folder(tmp_path: Path, holder: subprocess.Popen[str]) -> None:
    """The refusal names the process, its machine, since when, and what to do."""
    with pytest.raises(UsageError) as refused, occupied(tmp_path):
        pass

    assert f"process {holder.pid} on '{platform.node()}', since 20" in str(refused.value)
    assert "--take-over" in str(refused.value)


def test_a_folder_of_one_who_was_killed_is_taken_without_a_question(
    tmp_path: Path, holder: subprocess.Popen[str]
) -> None:
    """A process of this machine that is gone holds nothing; the one after it has a larger number."""
    with closing(connect(tmp_path)) as connection:
        before = held(connection)
    holder.kill()
    holder.wait()
    with occupied(tmp_path) as ledger:
        now = held(ledger.connection)

    assert before is not None
    assert now is not None
    assert (now.pid, now.token) == (os.getpid(), before.token + 1)


def test_a_folder_held_on_another_machine_is_taken_over_on_request_only(tmp_path: Path) -> None:
    """Locks may not reach other machines, and nobody here knows whether a process there lives."""
    with occupied(tmp_path) as ledger:
        ledger.connection.execute("UPDATE lease SET host = 'node-7'")
    with closing(sqlite3.connect(tmp_path / FILE_NAME)) as connection:
        connection.execute("UPDATE lease SET released = NULL")
        connection.commit()
    with pytest.raises(UsageError, match=r"process \d+ on 'node-7', since"), occupied(tmp_path):
        pass
    with occupied(tmp_path, take_over=True) as ledger:
        ledger.begin(RUN)
    with occupied(tmp_path) as ledger:  # given back in order
        free = ledger.is_ours()

    assert free


def replaced(folder: Path) -> list[str]:
    """Hold a folder, have it taken over, try every way of writing, and return how each was refused."""
    refused = []
    with occupied(folder) as old:
        number = old.begin(RUN)
        with closing(Ledger(folder)) as other:
            other.take(take_over=True)
            other.begin(RUN)
        for way in (
            lambda: old.begin(RUN),
            lambda: old.finish(number, "finished"),
            lambda: old.set_plan([]),
            lambda: old.remember_dataset("stamp", "fingerprint", {}),
            lambda: old.add_regions("trial", "{}"),
            lambda: old.amend(number, RUN),
            lambda: old.add([]),
        ):
            with pytest.raises(TakenOverError) as error:
                way()
            refused.append(str(error.value))
    return refused


def test_one_who_was_taken_over_writes_nothing(tmp_path: Path) -> None:
    """Every way of writing is refused, with who has taken over; what the other wrote stays, and its mark."""
    refused = replaced(tmp_path)
    with closing(connect(tmp_path)) as connection:
        runs = connection.execute("SELECT status FROM runs").fetchall()
        kept = held(connection)

    assert len(refused) == 7
    assert all(f"taken over by process {os.getpid()} on" in sentence for sentence in refused)
    assert [row[0] for row in runs] == ["running", "running"]
    assert kept is not None
    assert kept.token == 2
    assert (tmp_path / MARK_NAME).exists()


@pytest.mark.usefixtures("reports")
@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="signals of POSIX")
def test_a_run_that_hung_and_wakes_changes_nothing(tmp_path: Path) -> None:
    """A stopped driver holds its folder; taken over from, it finds that out when it wakes, and ends."""
    folder, said = tmp_path / "run", tmp_path / "said"
    driver = multiprocessing.get_context("spawn").Process(target=stopped_driver, args=(folder, said))
    driver.start()
    try:
        os.waitid(os.P_PID, driver.pid or 0, os.WSTOPPED | os.WNOWAIT)
        with pytest.raises(UsageError, match=f"process {driver.pid} on"):
            run(parse_suite(SUITE), folder, Options(runner="serial"))
        taken = Options(runner="serial", figures=False, take_over=True)
        done = run(parse_suite(SUITE), folder, taken)
        before, report = rows(folder), (folder / "report.md").read_bytes()
    finally:
        os.kill(driver.pid or 0, signal.SIGCONT)
    driver.join()

    assert done.counts == {"ok": 54}
    assert done.computed == 49
    assert "taken over by" in said.read_text()
    assert before == rows(folder)
    assert report == (folder / "report.md").read_bytes()

"""A driver that is killed loses only what was in flight."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import time
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from oversample_bench.execution.driver import run
from oversample_bench.execution.run_result import Options
from oversample_bench.execution.runners.events import Event, TrialDone
from oversample_bench.execution.watcher import Watcher
from oversample_bench.report import trials
from oversample_bench.store import connect
from oversample_bench.suite import parse_suite

SUITE = """
name: kill
data: [ecoli1, glass2, new_thyroid1, haberman]
methods: [none, random, smote, borderline_smote]
classifiers: [knn, decision_tree, logistic_regression]
splits: 4
"""
KILLS = 20
MEASURED = ["fit_seconds", "trial_seconds", "peak_mib"]
PRELOADED = [
    "oversample_bench.evaluation.stages",
    "oversample_bench.report",
    "oversample_bench_imblearn.samplers",
]


class Noting(Watcher):
    """Writes down each trial that is shown as done; after so many of them the process is killed."""

    def __init__(self, path: Path, last: int) -> None:
        self.path, self.left = path, last

    def told(self, event: Event) -> None:
        if isinstance(event, TrialDone):
            with self.path.open("a") as file:
                file.write(event.task.digest + "\n")
            self.left -= 1
            if self.left == 0:
                os.kill(os.getpid(), signal.SIGKILL)


def work(folder: Path, shown: Path, runner: str, last: int = -1) -> None:
    """Run the suite as `bench run` would."""
    run(parse_suite(SUITE), folder, Options(runner=runner, workers=2), Noting(shown, last))


def table(folder: Path) -> pd.DataFrame:
    """Return the trials without what a clock measured."""
    return trials(folder).drop(columns=MEASURED)


def kill_at(moment: float, folder: Path, shown: Path, runner: str = "serial") -> bool:
    """Start a driver, kill it after some seconds, and tell whether it was still running."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)  # a run begins at once, not after seconds of imports
    driver = context.Process(target=work, args=(folder, shown, runner))
    driver.start()
    driver.join(moment)
    alive = driver.is_alive()
    if alive:
        os.kill(driver.pid or 0, signal.SIGKILL)
    driver.join()
    return alive


def rows(folder: Path) -> set[str]:
    """Return the digests of the trials in the store."""
    if not (folder / "results.sqlite").is_file():
        return set()
    return {row[0] for row in connect(folder).execute("SELECT digest FROM trials")}


@pytest.mark.slow
@pytest.mark.usefixtures("reports")
def test_killed_driver_goes_on_where_it_was(tmp_path: Path) -> None:
    """After 20 kills at random moments the table is that of an undisturbed run; nothing shown was lost."""
    started = time.monotonic()
    work(tmp_path / "whole", tmp_path / "shown whole", "serial")
    expected, seconds = table(tmp_path / "whole"), time.monotonic() - started
    folder, shown = tmp_path / "killed", tmp_path / "shown"
    shown.touch()
    moments = random.Random(20)
    killed, before = 0, 0
    for _ in range(3 * KILLS):
        if killed == KILLS:
            break
        killed += kill_at(moments.uniform(0, 2 * seconds / KILLS), folder, shown)
        there = rows(folder)
        assert set(shown.read_text().split()) <= there
        assert before <= len(there)
        before = len(there)
        if len(there) == len(expected):  # done too early: go on with the kills in another folder
            pd.testing.assert_frame_equal(expected, table(folder), check_exact=True)
            folder, before = tmp_path / f"killed after {killed}", 0
            shown.write_text("")
    work(folder, shown, "serial")

    assert killed == KILLS
    pd.testing.assert_frame_equal(expected, table(folder), check_exact=True)
    assert (folder / "report.md").is_file()


@pytest.mark.usefixtures("ray_cluster")
def test_killed_driver_of_a_cluster_goes_on_too(tmp_path: Path) -> None:
    """A run on Ray that is killed is finished by the next one, with the same table."""
    work(tmp_path / "whole", tmp_path / "shown whole", "serial")
    shown: Any = tmp_path / "shown"
    shown.touch()
    folder = tmp_path / "killed"
    context = multiprocessing.get_context("spawn")
    driver = context.Process(target=work, args=(folder, shown, "ray", 10))
    driver.start()
    driver.join()

    assert driver.exitcode == -signal.SIGKILL
    assert 10 <= len(rows(folder)) < 192
    assert set(shown.read_text().split()) <= rows(folder)
    work(folder, shown, "ray")
    pd.testing.assert_frame_equal(table(tmp_path / "whole"), table(folder), check_exact=True)

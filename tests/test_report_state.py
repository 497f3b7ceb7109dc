"""A report that was cut short, or that shows less than is asked for, is written by the next run."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from oversample_bench.execution.driver import run
from oversample_bench.execution.run_result import Options
from oversample_bench.report import report_state, write_report
from oversample_bench.store import connect
from oversample_bench.suite import parse_suite

pytestmark = pytest.mark.usefixtures("reports")

SUITE = """
name: small
data: [glass2]
methods: [none, random]
classifiers: [knn, decision_tree]
splits: 2
"""
CUT = """
import os, signal, sys
from oversample_bench.core import atomic_write
from oversample_bench.cli import main

whole, left = atomic_write.os.getpid, [int(sys.argv.pop(1))]
number = getattr(signal, sys.argv.pop(1))
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job begins deaf to it

def counted():
    import traceback
    if any("write_report" in line.name for line in traceback.extract_stack()):
        left[0] -= 1
        if left[0] == 0:
            os.kill(whole(), number)
    return whole()

atomic_write.os.getpid = counted
main()
"""
"""Runs the command line, and sends itself a signal before the file of the report with a given number."""


def content(folder: Path) -> dict[str, bytes]:
    """Return the files of a report by name."""
    inside = [path for path in folder.rglob("*") if path.is_file()]
    names = {path.relative_to(folder).as_posix(): path for path in inside}
    return {
        name: path.read_bytes()
        for name, path in names.items()
        if not name.startswith(("resamples", "predictions", "results", ".lock", ".running"))
    }


def times(folder: Path) -> dict[str, int]:
    return {name: (folder / name).stat().st_mtime_ns for name in content(folder)}


def runs_of(folder: Path) -> int:
    return int(connect(folder).execute("SELECT count(*) FROM runs").fetchone()[0])


def cut(folder: Path, number: int, signal_name: str) -> subprocess.CompletedProcess[str]:
    """Run the suite in a process that gets a signal when it writes a file of its report."""
    (folder / "small.yaml").write_text(SUITE)
    words = [str(number), signal_name, "run", "small.yaml", "--out", "out", "--runner", "serial"]
    return subprocess.run(
        [sys.executable, "-c", CUT, *words, "--no-figures"], cwd=folder, capture_output=True, text=True
    )


@pytest.mark.parametrize("number", [1, 2, 7, -1])
def test_a_report_whose_writer_was_killed_is_written_by_the_next_run(
    runs: Any, tmp_path: Path, number: int
) -> None:
    """Killed before the first, a middle or the last file: the next run computes nothing and has it all."""
    runs(SUITE, folder="whole")
    expected = set(content(tmp_path / "whole"))
    done = cut(tmp_path, number % (len(expected) + 1), "SIGKILL")
    before = set(content(tmp_path / "out"))
    again = runs(SUITE)

    assert done.returncode == -signal.SIGKILL, done.stderr
    assert before < expected
    assert (again.computed, runs_of(tmp_path / "out")) == (0, 1)
    assert set(content(tmp_path / "out")) == expected
    assert "8 of 8 trials done (100 %), none failed" in (tmp_path / "out" / "report.md").read_text()


@pytest.mark.parametrize("number", [1, 5])
def test_a_report_that_somebody_stopped_is_written_by_the_next_run(
    runs: Any, tmp_path: Path, number: int
) -> None:
    """Ctrl-C while the report is written ends with 130 and tells how to go on; the next run writes it."""
    done = cut(tmp_path, number, "SIGINT")
    again = runs(SUITE)

    assert done.returncode == 130, done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert "Go on with: bench run small.yaml --out out --runner serial --no-figures" in done.stdout
    assert again.computed == 0
    assert report_state.is_shown(tmp_path / "out", *state(tmp_path / "out"), figures=False)


def state(folder: Path) -> tuple[str]:
    return (json.loads((folder / report_state.NOTE).read_text())["state"],)


def test_a_whole_report_is_left_alone(runs: Any, tmp_path: Path) -> None:
    """Running again with nothing to do writes no file, also after a report that somebody asked for."""
    runs(SUITE)
    write_report(tmp_path / "out", figures=False)
    before = times(tmp_path / "out")
    runs(SUITE)

    assert times(tmp_path / "out") == before


@pytest.mark.parametrize(
    "name", ["report.md", "report.html", "tables/scores_mcc.csv", "tables/resamples.csv", report_state.NOTE]
)
def test_a_file_that_is_gone_is_written_again(runs: Any, tmp_path: Path, name: str) -> None:
    """Whatever of a report was deleted, the next run brings it back without computing, and as it was."""
    runs(SUITE)
    before = content(tmp_path / "out")
    (tmp_path / "out" / name).unlink()
    again = runs(SUITE)

    assert (again.computed, runs_of(tmp_path / "out")) == (0, 1)
    assert content(tmp_path / "out") == before


@pytest.fixture(scope="module")
def with_figures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a run whose report has figures, which take most of the time."""
    folder = tmp_path_factory.mktemp("figures") / "out"
    run(parse_suite(SUITE), folder, Options(runner="serial", figures=True))
    return folder


def test_figures_that_are_asked_for_later_are_drawn(runs: Any, tmp_path: Path, with_figures: Path) -> None:
    """A report without figures is not one with figures, whether a run or `bench report` has left them out."""
    shutil.copytree(with_figures, tmp_path / "out")
    before = content(tmp_path / "out")
    write_report(tmp_path / "out", figures=False)
    without = content(tmp_path / "out")
    runs(SUITE, figures=True)

    assert not any("figures" in name for name in without)
    assert any("figures" in name for name in before)
    assert content(tmp_path / "out") == before


def test_figures_that_are_not_asked_for_may_stay(runs: Any, tmp_path: Path, with_figures: Path) -> None:
    """Leaving figures out saves time; where they are there already it would only cost some."""
    shutil.copytree(with_figures, tmp_path / "out")
    before = times(tmp_path / "out")
    runs(SUITE, figures=False)

    assert times(tmp_path / "out") == before


def test_small_files_come_before_large_ones(with_figures: Path) -> None:
    """Tables are there before the first figure, figures before the page, and the note is the last."""
    written = times(with_figures)
    kinds = [name.split("/")[0] for name in sorted(written, key=lambda name: written[name])]

    assert list(dict.fromkeys(kinds)) == ["report.md", "tables", "figures", "report.html", report_state.NOTE]


def test_a_report_of_an_earlier_version_is_written_anew(
    runs: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What another version of the host has written shows what that version says."""
    with monkeypatch.context() as patch:
        patch.setattr(report_state, "__version__", "0.0.1")
        runs(SUITE)
    before = times(tmp_path / "out")
    runs(SUITE)
    after = times(tmp_path / "out")

    assert all(after[name] > before[name] for name in before)


@pytest.mark.parametrize("note", [b"", b"{", b"[]", b'{"state": 3}', b"\xff\xfe", b"null"])
def test_a_damaged_note_is_none(runs: Any, tmp_path: Path, note: bytes) -> None:
    """What cannot be read as a note says nothing, and the report is written."""
    runs(SUITE)
    before = content(tmp_path / "out")
    (tmp_path / "out" / report_state.NOTE).write_bytes(note)
    runs(SUITE)

    assert content(tmp_path / "out") == before


def test_a_report_of_half_a_run_is_not_that_of_the_whole(runs: Any, tmp_path: Path) -> None:
    """What was written while a run went on is written again when it is over, whoever ended the driver."""
    runs(SUITE.replace("splits: 2", "splits: 1"))
    write_report(tmp_path / "out", figures=False)
    half = state(tmp_path / "out")
    done = cut(tmp_path, 1, "SIGKILL")
    write_half = not (tmp_path / "out" / report_state.NOTE).exists()
    runs(SUITE)

    assert (done.returncode, write_half) == (-signal.SIGKILL, True)
    assert state(tmp_path / "out") != half
    assert "8 of 8 trials done" in (tmp_path / "out" / "report.md").read_text()

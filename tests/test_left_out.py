"""The last lines of a run say what was left out, and how to get it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import chromium
from tests.left_out import GROUPS, group_of, lines

ROOT = Path(__file__).resolve().parents[1]
CUDA = "no CUDA device"
BROWSER = f"Skipped: {chromium.INSTALL}"
MODULE = f"""
import pytest

@pytest.mark.skip(reason={chromium.INSTALL!r})
@pytest.mark.parametrize("n", range(2))
def test_browser(n): ...

@pytest.mark.skip(reason={CUDA!r})
def test_gpu(): ...

@pytest.mark.skip(reason="the moon is full")
def test_moon(): ...

def test_fails():
    assert False
"""


@pytest.mark.parametrize(
    ("reason", "group"),
    [
        (chromium.INSTALL, "browser"),
        ("pdflatex is not installed: `make system-packages`", "LaTeX"),
        (CUDA, "GPU"),
        ("OVERSAMPLE_BENCH_DATA names no folder with the files of the paper", "data folder"),
        (
            "the data set 'usps' is not on this machine: no --data-dir is given. Put usps.npz ...",
            "data folder",
        ),
        ("sv_deago: needs tensorflow; for sv_deago alone also: pip install tensorflow", "optional packages"),
        ("plugins/gan or torch is not installed", "optional packages"),
        ("Skipping benchmark (--benchmark-skip active).", "measurements"),
        ("the method has no fit_resample_batch", "free of a rule"),
        ("rights of POSIX", "free of a rule"),
        ("the moon is full", "other"),
    ],
)
def test_a_reason_has_its_group(reason: str, group: str) -> None:
    """Sentences with which tests are skipped are told apart; one that is in no group is told as it is."""
    assert group == group_of(reason).name


def test_groups_are_counted_in_one_order() -> None:
    """Each group has one line with its number and the way to get it, in the order of the table."""
    told = lines([CUDA, BROWSER, "Skipped: the moon is full", BROWSER])

    assert [line.split()[:2] for line in told] == [["browser", "2"], ["GPU", "1"], ["other", "1"]]
    assert told[0].endswith(GROUPS[0].way)
    assert told[2].endswith("  the moon is full")


def test_nothing_left_out_needs_no_word() -> None:
    """Where no test was skipped, there is no line."""
    assert [] == lines([])


@pytest.mark.parametrize("processes", ["0", "1"])
def test_they_are_the_last_lines_of_a_run(tmp_path: Path, processes: str) -> None:
    """They come after failures, also where tests run in processes of their own."""
    (tmp_path / "test_some.py").write_text(MODULE)
    options = ["-p", "tests.left_out", "-n", processes, "-rf", "-c", os.devnull]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, tmp_path], cwd=ROOT, capture_output=True, text=True
    )
    printed = done.stdout.splitlines()
    last = printed[-5:]

    assert "left out, and how to get it" in last[0], done.stdout + done.stderr
    assert [line.split()[:2] for line in last[1:4]] == [["browser", "2"], ["GPU", "1"], ["other", "1"]]
    assert "1 failed, 4 skipped" in last[4]
    assert any(line.startswith("FAILED") for line in printed[:-5])

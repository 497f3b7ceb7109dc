"""What a call of foreign code changes of its process is put back, so that it reaches no other call."""

from __future__ import annotations

import contextlib
import locale
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sklearn

from oversample_bench.evaluation.process_state import folder_kept, generators_kept, kept


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path) -> Iterator[Path]:
    """Work in a folder of the test."""
    folder = tmp_path / "here"
    folder.mkdir()
    with contextlib.chdir(folder):
        yield folder


def deaf(_number: int, _frame: Any) -> None:
    """Do nothing about a signal."""


CHANGES: dict[str, tuple[Callable[[], object], Callable[[], object]]] = {
    "the working directory": (lambda: os.chdir("/"), Path.cwd),
    "a variable that was there": (lambda: os.environ.update(PATH="/nowhere"), lambda: os.environ["PATH"]),
    "a new variable": (lambda: os.environ.update(NEW_HERE="1"), lambda: os.environ.get("NEW_HERE")),
    "a variable that is no text": (
        lambda: os.environb.update({b"NO_TEXT": b"\xff"}),
        lambda: os.environb.get(b"NO_TEXT"),
    ),
    "a removed variable": (lambda: os.environ.pop("PATH"), lambda: os.environ.get("PATH")),
    "standard output": (lambda: setattr(sys, "stdout", None), lambda: sys.stdout),
    "the limit of recursion": (lambda: sys.setrecursionlimit(5000), sys.getrecursionlimit),
    "Ctrl-C": (lambda: signal.signal(signal.SIGINT, deaf), lambda: signal.getsignal(signal.SIGINT)),
    "the signal of a scheduler": (
        lambda: signal.signal(signal.SIGTERM, signal.SIG_IGN),
        lambda: signal.getsignal(signal.SIGTERM),
    ),
    "the signal of a child": (
        lambda: signal.signal(signal.SIGCHLD, signal.SIG_IGN),
        lambda: signal.getsignal(signal.SIGCHLD),
    ),
    "the locale": (
        lambda: locale.setlocale(locale.LC_ALL, "C" if locale.setlocale(locale.LC_ALL) != "C" else "C.UTF-8"),
        lambda: locale.setlocale(locale.LC_ALL),
    ),
    "numpy's errors": (lambda: np.seterr(all="raise"), np.geterr),
    "scikit-learn's output": (lambda: sklearn.set_config(transform_output="pandas"), sklearn.get_config),
}


@pytest.mark.parametrize("what", CHANGES)
@pytest.mark.parametrize("ends", ["well", "with an exception"])
def test_what_a_call_changes_is_put_back(what: str, ends: str) -> None:
    """However the call ends, the process is as it was before it."""
    change, read = CHANGES[what]
    before = read()
    with contextlib.suppress(ZeroDivisionError), kept():
        change()
        inside = read()
        if ends == "with an exception":
            _ = 1 / 0

    assert inside != before
    assert read() == before


@pytest.mark.parametrize("keeping", [kept, folder_kept])
def test_a_working_directory_that_was_removed_is_made_again(keeping: Any, elsewhere: Path) -> None:
    """Who removes the folder that all work in does not leave the others without one."""
    with keeping():
        shutil.rmtree(elsewhere)

    assert Path.cwd() == elsewhere
    assert elsewhere.is_dir()


def test_where_it_cannot_be_made_again_there_is_a_working_directory_all_the_same(elsewhere: Path) -> None:
    """A file in the place of the folder: the next call works in the root, instead of failing there."""
    with kept():
        shutil.rmtree(elsewhere)
        elsewhere.write_text("mine")

    assert Path.cwd() == Path("/")


def test_a_call_outside_the_main_thread_is_put_right_as_well() -> None:
    """There handlers cannot be changed, and all else is put back."""
    found: list[object] = []

    def work() -> None:
        with kept():
            os.chdir("/")
            np.seterr(all="raise")
        found.extend([Path.cwd(), np.geterr()["divide"]])

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()

    assert [Path.cwd(), "warn"] == found


def drawn() -> tuple[float, float]:
    """Return a number from each global generator."""
    return float(np.random.rand()), random.random()  # noqa: NPY002 - these are what it is about


def test_a_call_that_seeds_global_generators_repeats_nobodys_numbers() -> None:
    """A method that uses a global generator draws other numbers each time, whoever seeded it before."""
    found = set()
    for _ in range(3):
        with kept():
            np.random.seed(0)  # noqa: NPY002 - as above
            random.seed(0)
        with kept():
            found.update(drawn())

    assert 6 == len(found)


def test_the_generators_of_the_caller_are_given_back() -> None:
    """A notebook that seeded the global generators goes on behind a run as if there had been none."""
    np.random.seed(1)  # noqa: NPY002 - as above
    random.seed(1)
    expected = drawn()
    np.random.seed(1)  # noqa: NPY002 - as above
    random.seed(1)
    with generators_kept(), kept():
        drawn()

    assert expected == drawn()


TORCH = """
from oversample_bench.evaluation.process_state import kept

with kept():
    import torch
    torch.set_default_dtype(torch.float64)
    torch.set_grad_enabled(False)
print(torch.get_default_dtype(), torch.is_grad_enabled())
"""


def test_torch_is_put_back_also_by_the_call_that_imports_it() -> None:
    """A net that is trained after another method has the type and the gradients that torch begins with."""
    pytest.importorskip("torch")
    done = subprocess.run([sys.executable, "-c", TORCH], capture_output=True, text=True)

    assert (done.returncode, done.stdout.split()) == (0, ["torch.float32", "True"]), done.stderr

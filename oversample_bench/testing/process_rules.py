"""The rules about what a fit leaves alone: columns and their order, and what all code of a process shares.

A sampler that exchanges columns trains every classifier on nonsense without a sign of it; one that moves to
another folder, or silences warnings for good, changes the results of its neighbours.
"""

from __future__ import annotations

import locale
import os
import signal
import sys
import tempfile
import warnings
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from oversample_bench.testing.generators import seeded
from oversample_bench.testing.problems import drawn
from oversample_bench.testing.rules import Declared, DoesNotApply, resampled, rule
from oversample_bench.testing.verdicts import quietly

APART = 100.0
"""How far the columns lie apart that must not be mixed up: a hundred times their spread."""

WATCHED = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGCHLD") if hasattr(signal, name))


@rule()
def columns_come_back_in_their_order(method: Declared) -> None:
    """The columns of a resample are those that were given, in the same order."""
    problem = drawn()
    offsets = APART * np.arange(problem.X.shape[1])
    moved = replace(problem, X=problem.X + offsets)
    X, y = (np.asarray(part) for part in resampled(method.make(0), moved))
    assert X.shape[1] == len(offsets), f"returned {X.shape[1]} columns of {len(offsets)}"
    middles = np.median(X[y == 1], axis=0)
    wrong = {
        int(column): int(np.abs(offsets - middles[column]).argmin())
        for column in range(len(offsets))
        if np.abs(offsets - middles[column]).argmin() != column
    }

    assert not wrong, f"columns hold the values of others (column: whose values): {wrong}"


@rule()
def a_frame_comes_back_with_its_columns_in_their_order(method: Declared) -> None:
    """Where a method gives a DataFrame for a DataFrame, its columns are the same in the same order."""
    import pandas as pd

    problem = drawn()
    names = ["d", "a", "c", "b"]
    X, y = problem.copies()
    try:
        with seeded(0):
            returned = quietly(method.make(0).fit_resample, pd.DataFrame(X, columns=names), y)
    except Exception as error:  # noqa: BLE001 - the host gives arrays to whoever declares nothing else
        raise DoesNotApply(f"the method takes no DataFrame: {type(error).__name__}") from None
    if not isinstance(returned, tuple) or not isinstance(returned[0], pd.DataFrame):
        raise DoesNotApply("the method gives an array for a DataFrame")

    assert list(returned[0].columns) == names, f"columns {names} came back as {list(returned[0].columns)}"


@rule()
def the_working_directory_stays_and_no_file_is_left_in_it(method: Declared) -> None:
    """A fit neither moves to another folder nor leaves files in the one where it was called."""
    before = Path.cwd()
    sampler = method.make(0)
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder).resolve()
        os.chdir(here)
        try:
            resampled(sampler, drawn())
            moved_to = Path.cwd()
        finally:
            os.chdir(before)
        left = sorted(path.name for path in here.iterdir())

    assert moved_to == here, f"the fit moved the working directory to {moved_to}"
    assert not left, f"the fit left {left} in the working directory; write to tempfile.TemporaryDirectory()"


@rule()
def warnings_filters_stay(method: Declared) -> None:
    """A fit leaves the filters of warnings as they were; ``warnings.catch_warnings`` keeps its own apart."""
    problem = drawn()
    resampled(method.make(0), problem)  # a library that is imported late may add its own
    sampler = method.make(0)
    with seeded(0), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        before = list(warnings.filters)
        sampler.fit_resample(*problem.copies())
        after = list(warnings.filters)

    assert before == after, (
        f"the fit changed the filters of warnings: {_difference(before, after)}; put "
        "`with warnings.catch_warnings():` around simplefilter and filterwarnings"
    )


def _difference(before: list[Any], after: list[Any]) -> str:
    added = [(action, kind.__name__) for action, _, kind, *_ in after if (action, kind) not in _kinds(before)]
    return f"{len(after) - len(before):+d} filters" + (f", among them {added[0]}" if added else "")


def _kinds(filters: list[Any]) -> set[Any]:
    return {(action, kind) for action, _, kind, *_ in filters}


@rule()
def settings_of_the_process_stay(method: Declared) -> None:
    """A fit leaves environment, streams, signals, locale and the settings of libraries as they were."""
    problem = drawn()
    resampled(method.make(0), problem)  # a library that is imported late may set something
    sampler = method.make(0)
    before = {name: read() for name, read in SHARED.items()}
    try:
        resampled(sampler, problem)
        changed = [name for name, read in SHARED.items() if read() != before[name]]
    finally:
        sys.stdout, sys.stderr = before["the standard streams"]
        np.seterr(**before["numpy's handling of errors"])

    assert not changed, f"the fit changed {' and '.join(changed)}, which all code of the process shares"


def _sklearn_settings() -> Any:
    sklearn = sys.modules.get("sklearn")
    return sklearn.get_config() if sklearn else {}


def _torch_settings() -> Any:
    torch = sys.modules.get("torch")
    if torch is None:
        return ()
    return torch.get_default_dtype(), torch.is_grad_enabled(), torch.are_deterministic_algorithms_enabled()


SHARED: Mapping[str, Callable[[], Any]] = MappingProxyType(
    {
        "the environment variables": lambda: dict(os.environ),
        "the standard streams": lambda: (sys.stdout, sys.stderr),
        "the handlers of signals": lambda: [signal.getsignal(one) for one in WATCHED],
        "the locale": lambda: locale.setlocale(locale.LC_ALL),
        "the limit of recursion": sys.getrecursionlimit,
        "numpy's handling of errors": np.geterr,
        "scikit-learn's settings": _sklearn_settings,
        "torch's settings": _torch_settings,
    }
)
"""What a fit may not change, and how it is looked at."""

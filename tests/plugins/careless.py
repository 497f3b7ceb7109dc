"""A method that changes what all code of a process shares, and one that minds; a loose plugin file."""

from __future__ import annotations

import locale
import os
import random
import shutil
import signal
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import sklearn

from oversample_bench.api import Register, hookimpl


def shared() -> dict[str, Any]:
    """Return what a method may expect to find as it was when the plugin was imported."""
    return {
        "folder": Path.cwd(),
        "folder is there": Path.cwd().is_dir(),
        "variables": dict(os.environ),
        "output": sys.stdout,
        "recursion": sys.getrecursionlimit(),
        "signal": signal.getsignal(signal.SIGTERM),
        "locale": locale.setlocale(locale.LC_ALL),
        "numpy": np.geterr(),
        "scikit-learn": sklearn.get_config(),
    }


def draw() -> float:
    """Return a number from the generators that a process shares."""
    return float(np.random.rand()) + random.random()  # noqa: NPY002 - this is what it is about


class Careless:
    """Changes all of it, and moves to a folder that it then removes."""

    def fit_resample(self, X: Any, y: Any) -> Any:
        os.chdir(tempfile.mkdtemp())
        shutil.rmtree(Path.cwd())
        os.environ.update(PATH="/nowhere", CARELESS="1")
        sys.stdout = None
        sys.setrecursionlimit(5000)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        locale.setlocale(locale.LC_ALL, "C.UTF-8" if locale.setlocale(locale.LC_ALL) == "C" else "C")
        np.seterr(all="raise")
        sklearn.set_config(transform_output="pandas", enable_metadata_routing=True)
        np.random.seed(0)  # noqa: NPY002 - as above
        random.seed(0)
        Watchful.seeded.add(draw())
        return X.copy(), y.copy()


class Watchful:
    """Refuses to work where anything is not as it was, or where another method has chosen its numbers."""

    before: dict[str, Any]
    seeded: set[float] = set()  # noqa: RUF012 - one for all, as a process has it

    def fit_resample(self, X: Any, y: Any) -> Any:
        changed = [name for name, value in shared().items() if value != self.before[name]]
        if changed:
            raise RuntimeError(f"changed: {', '.join(changed)}")
        if draw() in self.seeded:
            raise RuntimeError("somebody else has seeded the generators")
        return X.copy(), y.copy()


class First(Watchful):
    """Looks at the process as it is before the first careless method, and is watchful then."""

    def fit_resample(self, X: Any, y: Any) -> Any:
        if not hasattr(Watchful, "before"):
            Watchful.before = shared()
        return super().fit_resample(X, y)


@hookimpl
def register_oversamplers(register: Register) -> None:
    """Offer all three."""
    for method in (First, Careless, Watchful):
        register(method.__name__.lower(), method)

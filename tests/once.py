"""What is dear to make is made once a run, by whichever test process needs it first.

No test writes into it.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock


def once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """Return a folder that ``make`` has filled, in this process or in another one of the same run.

    Parameters
    ----------
    factory : pytest.TempPathFactory
        Of the run.
    name : str
        What is made; the same name is the same folder.
    make : callable
        Fills a folder that is there and empty. Where it raises, the next who asks tries again.
    """
    base = factory.getbasetemp()  # under pytest-xdist each process has its own, side by side
    run = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    home = run / "once"
    home.mkdir(exist_ok=True)
    with FileLock(home / f"{name}.lock"):
        made, folder = home / f"{name}.made", home / name
        if not made.exists():
            folder.mkdir()
            make(folder)
            made.touch()
    return folder

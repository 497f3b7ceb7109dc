"""How a suite is to be carried out, and what became of it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import pandas as pd

FIGURES = "OVERSAMPLE_BENCH_FIGURES"
RunnerName = Literal["auto", "serial", "ray"]


@dataclass(frozen=True)
class Options:
    """How a suite is carried out; nothing here changes a number.

    Parameters
    ----------
    runner : {"auto", "serial", "ray"}, default="auto"
        Where stages run.
    address : str, default=""
        Of a running Ray cluster; empty to start one on this machine.
    workers : int, default=0
        CPU slots for Ray; 0 for all.
    data_dir : Path, optional
        Where loaders look for files; ``OVERSAMPLE_BENCH_DATA`` if it is not given.
    retry : bool, default=True
        Whether trials that did not succeed are tried again.
    figures : bool, optional
        Whether the report has figures; they are, unless ``OVERSAMPLE_BENCH_FIGURES`` is 0.
    """

    runner: RunnerName = "auto"
    address: str = ""
    workers: int = 0
    data_dir: Path | None = None
    retry: bool = True
    figures: bool = field(default_factory=lambda: os.environ.get(FIGURES) != "0")


@dataclass(frozen=True)
class Result:
    """What became of a run.

    Attributes
    ----------
    folder : Path
        Where the store and the report are.
    counts : mapping of str to int
        Planned trials by status; ``pending`` for those that were not reached, ``unscored`` for good ones
        that lack the score of a metric, which failed or was added later.
    computed : int
        Trials that this run carried out.
    seconds : float
        Wall-clock seconds of this run.
    interrupted : bool
        Whether it was stopped before its end.
    notices : tuple of str
        What was done in another way than was asked for, such as in this process since Ray cannot start.
    """

    folder: Path
    counts: Mapping[str, int]
    computed: int
    seconds: float
    interrupted: bool = False
    notices: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """0 when every trial has its scores, 2 when some have not, 130 if interrupted."""
        if self.interrupted:
            return 130
        return 0 if set(self.counts) <= {"ok"} else 2

    def trials(self) -> pd.DataFrame:
        """Return one row a trial, as `bench export` writes it."""
        from oversample_bench.report import trials

        return trials(self.folder)

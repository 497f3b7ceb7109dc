"""How a suite is to be carried out, and what became of it.

A `Result` knows the folder of its store and reads it anew for each question, so that what it says of a run is
what `bench report` says.
"""

from __future__ import annotations

import os
import shutil
import weakref
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Literal

from oversample_bench.core.errors import UsageError, listed, nearest

if TYPE_CHECKING:
    import pandas as pd

    from oversample_bench.analysis.results import Results

FIGURES, REPORT = "OVERSAMPLE_BENCH_FIGURES", "OVERSAMPLE_BENCH_REPORT"
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
    report : bool, optional
        Whether the run ends with a report; it does, unless ``OVERSAMPLE_BENCH_REPORT`` is 0. Without one,
        `Result.write_report` or `bench report` writes it.
    predictions : bool, default=True
        Whether the answers of classifiers for the test rows are kept, so that metrics that are added later
        refit nothing.
    shard : tuple of (int, int), optional
        Which part of the suite is carried out, as (number, count) with the number from 1 on; all of it.
        Shards go into folders of their own, which `merge` joins.
    max_seconds : float, optional
        After how many seconds nothing is begun any more; what runs is brought to its end.
    take_over : bool, default=False
        Whether a folder that another run holds is taken from it: it writes nothing any more.
    """

    runner: RunnerName = "auto"
    address: str = ""
    workers: int = 0
    data_dir: Path | None = None
    retry: bool = True
    figures: bool = field(default_factory=lambda: os.environ.get(FIGURES) != "0")
    report: bool = field(default_factory=lambda: os.environ.get(REPORT) != "0")
    predictions: bool = True
    shard: tuple[int, int] | None = None
    max_seconds: float | None = None
    take_over: bool = False


class KeptFolder:
    """A temporary folder that is there as long as somebody refers to this object, and is removed then."""

    def __init__(self) -> None:
        self.path = Path(mkdtemp(prefix="oversample-bench-"))
        weakref.finalize(self, shutil.rmtree, self.path, ignore_errors=True)


@dataclass(frozen=True)
class Result:
    """What became of a run; its methods answer with pandas frames.

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
    scored_again : int
        Trials of earlier runs that this run scored by added metrics, from kept predictions.
    """

    folder: Path
    counts: Mapping[str, int]
    computed: int
    seconds: float
    interrupted: bool = False
    notices: tuple[str, ...] = ()
    _place: KeptFolder | None = field(default=None, repr=False, compare=False)
    scored_again: int = 0

    @property
    def exit_code(self) -> int:
        """0 when every trial has its scores, 2 when some have not, 130 if interrupted."""
        if self.interrupted:
            return 130
        return 0 if set(self.counts) <= {"ok"} else 2

    def trials(self) -> pd.DataFrame:
        """Return one row a trial, as `bench export` writes it: labels, status, reason, audit, scores."""
        from oversample_bench.report import trials

        return trials(self.folder)

    def scores(self, metric: str = "") -> pd.DataFrame:
        """Return the score cells of a metric, one for each data set, ratio, classifier and method.

        Parameters
        ----------
        metric : str, default=""
            One of the run's metrics; the first.

        Returns
        -------
        DataFrame
            ``mean`` and ``sd`` (ddof=1) over ``n`` of ``n_planned`` trials; ``best`` of its row; ``flags`` of
            the audit; ``missing``: why trials have no score.

        Raises
        ------
        UsageError
            When the run has no such metric.
        """
        from oversample_bench.analysis.score_cells import cells

        results = self._results()
        return cells(results, _known(results, metric))

    def comparison(self, metric: str = "", control: str = "") -> pd.DataFrame:
        """Return the paired differences of each method with a control, each with its 95 % interval.

        Parameters
        ----------
        metric : str, default=""
            One of the run's metrics; the first.
        control : str, default=""
            The label of a method; the suite's control, else ``none``, else the first.

        Returns
        -------
        DataFrame
            As `oversample_bench.analysis.comparisons.frame` returns it: over data sets (``scope`` overall)
            and within each of them, ``estimate`` with its interval ``low`` to ``high``, ``p_adjusted``,
            ``verdict`` and ``n``. Positive estimates are improvements.

        Raises
        ------
        UsageError
            When the run has no such metric or method, or one method only.
        """
        from oversample_bench.analysis import comparisons

        results = self._results()
        if len(results.names("method")) < 2:
            raise UsageError("this run has one method: there is nothing to compare it with")
        return comparisons.frame(results, _known(results, metric), control)

    def ranks(self, metric: str = "") -> pd.DataFrame:
        """Return the mean ranks of the methods over data sets, by each classifier and over all; 1 is best."""
        from oversample_bench.analysis import rank_tests

        results = self._results()
        return rank_tests.frame(results, _known(results, metric))

    def advice(self, metric: str = "") -> list[str]:
        """Return what to do about the rare class, in sentences: as `bench advise` says it.

        Parameters
        ----------
        metric : str, default=""
            One of the run's metrics; the first.

        Raises
        ------
        UsageError
            When the run has no such metric.
        """
        from oversample_bench.report import advice

        return advice(self.folder, _known(self._results(), metric))

    def resamples(self) -> pd.DataFrame:
        """Return one row a resample: its labels, its status, the audit, fidelity and costs."""
        return self._results().resamples

    def failures(self) -> pd.DataFrame:
        """Return one row for all that did not succeed, with its stage and reason; empty where all did."""
        from oversample_bench.analysis.failures import frame

        return frame(self._results())

    def write_report(self, folder: str | Path = "", *, figures: bool = True) -> Path:
        """Write the report, and return where it is.

        Parameters
        ----------
        folder : str or Path, default=""
            Where to; the store and the resamples go along, so that `bench run` can go on there. The folder of
            the run, if it is empty.
        figures : bool, default=True
            Whether to draw the figures, which takes most of the time.

        Raises
        ------
        UsageError
            When the folder holds another run, or cannot be written to.
        """
        from oversample_bench.execution.merge_folders import merge
        from oversample_bench.report import write_report

        target = Path(folder).absolute() if folder else self.folder
        if target != self.folder:
            _check_target(target, self.folder)
            merge(target, [self.folder])
        return write_report(target, figures=figures)

    def _repr_html_(self) -> str:
        """Return what a notebook shows: the answer, and the scores by the first metric."""
        from oversample_bench.report import notebook_answer

        return notebook_answer(self.folder)

    def _results(self) -> Results:
        from oversample_bench.analysis.results import read

        return read(self.folder)


def _check_target(target: Path, source: Path) -> None:
    """Refuse a folder that holds the run of another suite."""
    from oversample_bench import store

    if not (target / store.FILE_NAME).is_file():
        return
    names = []
    for folder in (target, source):
        with closing(store.connect(folder)) as connection:
            last = store.last_run(connection)
            names.append(last["suite"] if last else "")
    if names[0] != names[1]:
        raise UsageError(f"'{target}' holds the run of the suite '{names[0]}'; choose another folder")


def _known(results: Results, metric: str) -> str:
    """Return the name of a metric of the run, the first where none is named."""
    known = list(results.metrics)
    if metric and metric not in known:
        raise UsageError(
            f"this run has no metric '{metric}'.{nearest(metric, known)} It has: {listed(known)}."
        )
    return metric or known[0]

"""What a store says, as Markdown, HTML, CSV, LaTeX and figures: from finished and half-finished runs alike.

Reads ``results.sqlite`` and nothing else, and knows nothing of what filled it. It computes no score and has
no clock; what is resampled has a fixed seed of its own. So the same store gives the same bytes. pandas and
Altair are imported when a function is called.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from oversample_bench.report.report_state import is_shown

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console, RenderableType

__all__ = [
    "advice",
    "is_shown",
    "notebook_answer",
    "terminal_answer",
    "trials",
    "write_export",
    "write_report",
]


def write_report(
    folder: Path,
    *,
    figures: bool = True,
    progress: Callable[[str], object] = str,
    metrics: Mapping[str, bool] | None = None,
    source: Path | None = None,
) -> Path:
    """Write ``report.md``, ``report.html``, ``tables`` and ``figures`` into the folder of a run.

    Files of an earlier report that have no successor are removed from ``tables`` and ``figures``.

    Parameters
    ----------
    folder : Path
        The output folder of `bench run`; the run may still be going on.
    figures : bool, default=True
        Whether to draw the figures, which takes most of the time.
    progress : callable, optional
        Is told what is being done, e.g. ``drawing figure 3 of 6``.
    metrics : mapping of str to bool, optional
        Which metrics to report, and whether higher is better; by default those of the last run.
    source : Path, optional
        A Parquet file that `write_export` has written; then the folder needs no store.

    Returns
    -------
    Path
        The Markdown file.

    Raises
    ------
    UsageError
        When the folder holds no store, an empty one or one of a newer version, or cannot be written to.
    """
    from oversample_bench.report import writing

    return writing.write_report(folder, figures=figures, progress=progress, metrics=metrics, source=source)


def write_export(folder: Path, target: Path) -> int:
    """Write `trials` to one file, CSV or Parquet by its suffix.

    Parameters
    ----------
    folder : Path
        The output folder of `bench run`.
    target : Path
        A name that ends in ``.csv`` or ``.parquet``; its folder is made when it does not exist.

    Returns
    -------
    int
        The number of rows.

    Raises
    ------
    UsageError
        For another suffix, for a folder without results, and when the file cannot be written.
    """
    from oversample_bench.report import writing

    return writing.write_export(folder, target)


def trials(folder: Path) -> pd.DataFrame:
    """Return one row a planned trial that has an outcome, in the order of the plan.

    Parameters
    ----------
    folder : Path
        The output folder of `bench run`.

    Returns
    -------
    pandas.DataFrame
        The labels of the trial, its status and reason, the audit and fidelity of its resample, seconds, and
        one column a metric, in the suite's order. A trial that did not succeed has no score.

    Raises
    ------
    UsageError
        When the folder holds no store, an empty one or one of a newer version.
    """
    from oversample_bench.analysis import results
    from oversample_bench.report import export

    return export.trials(results.read(folder))


def notebook_answer(folder: Path) -> str:
    """Return what a notebook shows of a run, as HTML: the answer and one table, by the first metric.

    Parameters
    ----------
    folder : Path
        The output folder of `bench run`.

    Raises
    ------
    UsageError
        When the folder holds no store, an empty one or one of a newer version.
    """
    from oversample_bench.analysis import results
    from oversample_bench.report.html.notebook import answer

    return answer(results.read(folder))


def advice(folder: Path, metric: str) -> list[str]:
    """Return what to do about the rare class of a run's data, in sentences, the answer first.

    Parameters
    ----------
    folder : Path
        The output folder of `bench run`.
    metric : str
        One of the metrics of the last run.

    Raises
    ------
    UsageError
        When the folder holds no store, an empty one or one of a newer version.
    """
    from oversample_bench.analysis import results
    from oversample_bench.report import advice_text

    return advice_text.lines(results.read(folder), metric)


def terminal_answer(folder: Path, metric: str, console: Console) -> Iterator[RenderableType]:
    """Yield what closes a run in the terminal: the table of the methods, and the answer in words.

    Parameters
    ----------
    folder : Path
        The output folder of `bench run`.
    metric : str
        One of the metrics of the last run.
    console : rich.console.Console
        Where it is to be shown: columns that do not fit are left out, and named.

    Raises
    ------
    UsageError
        When the last run has no such metric, and for a folder without results.
    """
    from oversample_bench.analysis import results
    from oversample_bench.report import console_answer

    return console_answer.answer(results.read(folder), metric, console)

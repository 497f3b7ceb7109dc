"""`bench advise`: from a table to an answer."""

from __future__ import annotations

import signal
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from oversample_bench.cli.messages import FIGURES
from oversample_bench.cli.run_and_plan import REPORT, WORKERS, interrupt
from oversample_bench.core.errors import UsageError, nearest
from oversample_bench.evaluation import threads

if TYPE_CHECKING:
    from rich.console import Console

    from oversample_bench.execution.advising import Advised

F = TypeVar("F", bound=Callable[..., Any])
COSTS = ("miss", "false_alarm")
FORM = "expected --costs miss=NUMBER,false_alarm=NUMBER"


def _columns(name: str, text: str) -> Callable[[F], F]:
    return click.option(f"--{name}", multiple=True, metavar="COLUMN", help=text)


@click.command("advise", short_help="Say what to do about the rare class of a table.")
@click.argument("table", metavar="TABLE")
@click.option("--target", default="", metavar="COLUMN", help="The column of the file that holds the classes.")
@click.option("--minority", default="", metavar="CLASS", help="The class in question.  [default: the rarer]")
@click.option("--majority", default="", metavar="CLASS", help="The other class.  [default: the other of two]")
@click.option(
    "--minutes", type=click.FloatRange(min=0, min_open=True), default=5.0, show_default=True, help="How long."
)
@click.option(
    "--splits", type=click.IntRange(min=1), default=10, show_default=True, help="Splits, if time allows."
)
@click.option("--metric", default="mcc", show_default=True, help="By which to decide.")
@click.option(
    "--costs",
    default="",
    metavar="miss=X,false_alarm=Y",
    help="Decide by what mistakes cost, not by --metric.",
)
@_columns("ignore", "Leave a column out; may be repeated, as the next three.")
@_columns("categorical", "Read a column as categories, whatever it looks like.")
@_columns("numeric", "Read a column as numbers, whatever it looks like.")
@click.option("--missing", multiple=True, metavar="TEXT", help="What marks a missing value.")
@click.option("--decimal", default="", metavar="SIGN", help="The decimal sign.  [default: detected]")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for suite, results and report.  [default: reports/advice_<table>]",
)
@click.option("--runner", type=click.Choice(["auto", "serial", "ray"]), default="auto", show_default=True)
@WORKERS
@FIGURES
@REPORT
def advise_command(table: str, out: Path | None, **given: Any) -> int:
    """Say what to do about the rare class of a table: oversample, reweight, move the threshold, or nothing.

    TABLE is a CSV, Parquet or npz file, or the name of a registered data set. Columns that name rows, dates
    and copies are set aside, and said. A fixed design (what costs nothing, six samplers, three classifiers)
    is run on ten splits, or on as many as the time allows. Suite, results and report stay in the folder:
    running it again computes nothing twice, and `bench run` goes on with more.
    """
    threads.claim()  # before anything imports numpy
    from rich.console import Console

    from oversample_bench.core.specs import Reading
    from oversample_bench.execution.advising import Question, advise
    from oversample_bench.execution.progress import watcher
    from oversample_bench.execution.run_result import Options

    reading: dict[str, Any] = {
        name: tuple(given[name]) for name in ("ignore", "categorical", "numeric", "missing")
    }
    question = Question(
        table,
        **{name: given[name] for name in ("target", "minority", "majority", "metric", "minutes", "splits")},
        reading=Reading(**reading, decimal=given["decimal"]),
        costs=costs_of(given["costs"]),
    )
    signal.signal(signal.SIGTERM, interrupt)
    console = Console(highlight=False, markup=False, emoji=False)
    options = Options(
        runner=given["runner"],
        workers=given["workers"] or 0,
        figures=given["figures"],
        report=given["report"],
    )
    done = advise(question, out or Path("reports") / question.name, options, watcher(console))
    _conclude(console, done)
    return 130 if done.result.interrupted else 0 if done.result.counts.get("ok") else 2


def costs_of(text: str) -> tuple[float, float] | None:
    """Return what a miss and a false alarm cost, from ``miss=50,false_alarm=1``; None for an empty text.

    Raises
    ------
    UsageError
        For other names, and for what is no number.
    """
    if not text:
        return None
    told: Mapping[str, str] = dict(part.partition("=")[::2] for part in text.replace(" ", "").split(","))
    unknown = [name for name in told if name not in COSTS]
    if unknown or set(told) != set(COSTS):
        hint = nearest(unknown[0], COSTS) if unknown else ""
        raise UsageError(f"--costs is '{text}'; {FORM}.{hint}")
    try:
        miss, false_alarm = (float(told[name]) for name in COSTS)
    except ValueError:
        raise UsageError(f"--costs is '{text}'; {FORM}.") from None
    return miss, false_alarm


def _conclude(console: Console, done: Advised) -> None:
    """Show the advice, and where suite and report are."""
    from rich.text import Text

    from oversample_bench.report import advice

    folder = done.suite_file.parent
    if not done.result.counts.get("ok"):
        console.print("No trial succeeded; the reasons are above and in the report.")
    else:
        first, *rest = advice(folder, done.metric)
        console.print(Text(first, style="bold"), soft_wrap=True)
        for line in rest:
            console.print(Text(line), soft_wrap=True)
    if done.result.interrupted or done.result.counts.get("pending"):
        why = "Interrupted" if done.result.interrupted else "Time is up, and some trials are left"
        console.print(f"{why}: the same command goes on.")
    if (folder / "report.md").is_file():
        console.print(f"Report: {folder / 'report.md'}", soft_wrap=True)
    console.print(f"Go on: bench run {done.suite_file} --out {folder}", soft_wrap=True)

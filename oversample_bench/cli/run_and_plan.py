"""`bench run` and `bench plan`."""

from __future__ import annotations

import os
import shlex
import signal
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from oversample_bench.cli.console import echo
from oversample_bench.cli.messages import FIGURES
from oversample_bench.core.errors import UsageError
from oversample_bench.evaluation import threads

if TYPE_CHECKING:
    from types import FrameType

    from rich.console import Console

    from oversample_bench.execution.run_result import Result
    from oversample_bench.suite import Suite

SUITE = click.argument("suite_file", metavar="SUITE", type=click.Path(path_type=Path))
OUT = click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for the results.  [default: reports/<name of the suite>]",
)
DATA_DIR = click.option(
    "--data-dir",
    type=click.Path(path_type=Path),
    help="Folder of data files, e.g. usps.npz.  [default: $OVERSAMPLE_BENCH_DATA]",
)


WORKERS = click.option(
    "--workers", type=click.IntRange(min=1), help="Number of CPU slots for Ray.  [default: all cores]"
)


REPORT = click.option(
    "--report/--no-report",
    default=True,
    envvar="OVERSAMPLE_BENCH_REPORT",
    help="Write the report at the end.  [default: write it]",
)


class ShardType(click.ParamType[tuple[int, int]]):
    """``3/10``: the third of ten parts."""

    name = "I/N"

    def convert(self, value: object, _param: object, _ctx: object) -> tuple[int, int]:
        """Return number and count."""
        number, _, count = str(value).partition("/")
        if not (number.isdecimal() and count.isdecimal() and 1 <= int(number) <= int(count)):
            raise UsageError(f"--shard is '{value}'; expected a part of how many, such as 1/4 to 4/4")
        return int(number), int(count)


UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


class DurationType(click.ParamType[float]):
    """``90s``, ``30m``, ``2h``, ``1d``, or seconds."""

    name = "TIME"

    def convert(self, value: object, _param: object, _ctx: object) -> float:
        """Return seconds."""
        text = str(value).strip().lower()
        number, unit = (text[:-1], UNITS[text[-1:]]) if text[-1:] in UNITS else (text, 1)
        try:
            seconds = float(number) * unit
        except ValueError:
            seconds = 0.0
        if not 0 < seconds < float("inf"):
            raise UsageError(f"--max-time is '{value}'; expected a time such as 90s, 30m, 2h or 1d")
        return seconds


SHARD = click.option(
    "--shard",
    type=ShardType(),
    help="Only one part of the suite, e.g. 3/10, in a folder of its own; `bench merge` joins the parts.",
)


@click.command("run")
@SUITE
@OUT
@DATA_DIR
@click.option(
    "--runner",
    type=click.Choice(["auto", "serial", "ray"]),
    default="auto",
    show_default=True,
    help="In this process, on Ray, or whichever is faster.",
)
@click.option(
    "--address", default="", help="A running Ray cluster, e.g. auto.  [default: RAY_ADDRESS, else start one]"
)
@WORKERS
@SHARD
@click.option(
    "--max-time", type=DurationType(), help="Begin nothing after this time, e.g. 2h; run again to go on."
)
@click.option("--take-over", is_flag=True, help="Go on in a folder that a run holds which hangs or is gone.")
@click.option("--no-retry", is_flag=True, help="Do not repeat trials that failed before.")
@FIGURES
@REPORT
@click.option(
    "--predictions/--no-predictions",
    default=True,
    help="Keep what classifiers answer, for metrics that are added later.  [default: keep it]",
)
def run_command(suite_file: Path, out: Path | None, **given: object) -> int:
    """Run what is left of a suite, and write the report.

    Exits with 0 if every trial succeeded, 2 if some did not (each has its row and reason), 130 if it was
    interrupted; run it again to continue.
    """
    threads.claim()  # before anything imports numpy
    from rich.console import Console

    from oversample_bench.execution.driver import run
    from oversample_bench.execution.progress import watcher
    from oversample_bench.execution.run_result import Options
    from oversample_bench.suite import load_suite

    if given["runner"] == "serial" and (given["address"] or given["workers"]):
        raise UsageError("--address and --workers are for Ray; leave them out, or --runner serial")
    signal.signal(signal.SIGTERM, interrupt)
    suite = load_suite(suite_file)
    console = Console(highlight=False, markup=False, emoji=False)  # a path may hold [brackets]
    options = Options(
        runner=given["runner"],  # type: ignore[arg-type]  # click has checked it
        address=str(given["address"]) or _cluster_of_job(str(given["runner"])),
        workers=int(given["workers"] or 0),  # type: ignore[call-overload]  # click has converted it
        data_dir=given["data_dir"],  # type: ignore[arg-type]  # click has converted it
        retry=not given["no_retry"],
        figures=bool(given["figures"]),
        report=bool(given["report"]),
        predictions=bool(given["predictions"]),
        shard=given["shard"],  # type: ignore[arg-type]  # click has converted it
        max_seconds=given["max_time"],  # type: ignore[arg-type]  # the same
        take_over=bool(given["take_over"]),
    )
    folder = out or default_folder(suite, options.shard)
    summary = run(suite, folder, options, watcher(console))
    shown = replace(summary, folder=folder)  # as it was written
    _conclude(console, suite, shown, _again(click.get_current_context()))
    return summary.exit_code


def _cluster_of_job(runner: str) -> str:
    """Return the cluster that this process is a job of, or that the user has named for all of Ray."""
    named = os.environ.get("RAY_ADDRESS", "")
    return "" if runner == "serial" or named.startswith(("http://", "https://")) else named


def interrupt(_number: int, _frame: FrameType | None) -> None:
    """Treat a scheduler's SIGTERM like Ctrl-C."""
    raise KeyboardInterrupt


def default_folder(suite: Suite, shard: tuple[int, int] | None) -> Path:
    """Return where the results of a suite go, or those of one part of it: beside those of the whole."""
    part = "" if shard is None else f".shard-{shard[0]}-of-{shard[1]}"
    return Path("reports") / f"{suite.name}{part}"


def _again(context: click.Context) -> str:
    """Return the line that goes on with a run: its suite, and the options that were given."""
    words = ["bench", "run", str(context.params["suite_file"])]
    for option in context.command.params:
        name = str(option.name)
        given = context.get_parameter_source(name) is ParameterSource.COMMANDLINE
        if given and isinstance(option, click.Option) and name != "take_over":  # once is enough
            words += _words(option, context.params[name])
    return shlex.join(words)


def _words(option: click.Option, value: object) -> list[str]:
    """Return an option as it is typed."""
    if option.is_flag:
        return (option.opts if value else option.secondary_opts)[:1]
    shown = "/".join(map(str, value)) if isinstance(value, tuple) else str(value)
    return [option.opts[0], shown]


def _conclude(console: Console, suite: Suite, summary: Result, again: str) -> None:
    """Show the first table, what became of the trials, and where the report is."""
    from rich.text import Text

    from oversample_bench.execution.progress import clock

    counts = dict(summary.counts)
    total, ok = sum(counts.values()), counts.pop("ok", 0)
    if (summary.computed or summary.scored_again) and ok:
        from oversample_bench.report import terminal_answer

        for part in terminal_answer(summary.folder, suite.metrics[0], console):
            console.print(part, soft_wrap=isinstance(part, Text))
    others = "".join(f", {count:,} {status}" for status, count in sorted(counts.items()))
    done = {"computed": summary.computed, "scored by added metrics": summary.scored_again}
    told = ", ".join(f"{count:,} {what}" for what, count in done.items() if count)
    computed = f"{told} in {clock(summary.seconds)}" if told else "nothing to do"
    console.print(f"{ok:,} of {total:,} trials ok{others}; {computed}.")
    if summary.interrupted:
        console.print(f"Interrupted. Go on with: {again}", soft_wrap=True)
    elif others_left := counts.get("pending"):
        console.print(f"{others_left:,} trials are left. Go on with: {again}", soft_wrap=True)
    if (summary.folder / "report.md").is_file():  # it may have been stopped before
        console.print(f"Report: {summary.folder / 'report.md'}", soft_wrap=True)
    else:
        console.print(f"Write the report with: bench report {summary.folder}", soft_wrap=True)


@click.command("plan", short_help="Show what a suite asks for, and what is left to run.")
@SUITE
@OUT
@DATA_DIR
@SHARD
def plan_command(
    suite_file: Path, out: Path | None, data_dir: Path | None, shard: tuple[int, int] | None
) -> None:
    """Show what a suite asks for, how much is done, and how long the rest may take."""
    from oversample_bench.execution.forecast import forecast
    from oversample_bench.suite import load_suite

    suite = load_suite(suite_file)
    for line in forecast(suite, out or default_folder(suite, shard), data_dir, shard).lines():
        echo(line)

"""`bench plugins try`: whether each oversampler that is installed does what it is for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from oversample_bench.cli.console import echo
from oversample_bench.core.atomic_write import replacement
from oversample_bench.core.errors import UsageError, counted
from oversample_bench.evaluation import threads

if TYPE_CHECKING:
    from oversample_bench.execution.method_check import CheckResult, MethodCheck

FORMATS = (".csv", ".md")


@click.command("try", short_help="Try each oversampler on small real data sets.")
@click.argument("names", metavar="[NAME]...", nargs=-1)
@click.option(
    "--limit",
    type=click.FloatRange(min=0, min_open=True),
    default=20.0,
    show_default=True,
    help="Seconds per call; a call that takes longer is killed.",
)
@click.option(
    "--workers", type=click.IntRange(min=1), help="Number of parallel processes.  [default: all cores]"
)
@click.option(
    "-o",
    "--output",
    "outputs",
    multiple=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the table to FILE.md, or one line per method and data set to FILE.csv. Repeatable.",
)
def try_methods_command(
    names: tuple[str, ...], limit: float, workers: int | None, outputs: tuple[Path, ...]
) -> None:
    """Try each oversampler, or the ones named, on small real data sets and print the results.

    A method works, drops rows, makes copies, makes too few rows or none, fails, crashes or is too slow.
    The exit code is 0 in every case: these are findings, not errors.
    """
    for output in outputs:
        if output.suffix not in FORMATS:
            raise UsageError(
                f"'{output}' ends in neither {' nor '.join(FORMATS)}. Choose a name that ends in one of them."
            )
    threads.claim()  # before anything imports numpy
    from oversample_bench.execution.method_check import MethodCheck, chosen
    from oversample_bench.execution.method_check_tables import as_csv, as_markdown
    from oversample_bench.plugins.registry import load_registry

    registry = load_registry()
    check = MethodCheck(registry, chosen(registry, names), limit, workers or 0)
    found = _followed(check)
    _print(found, check)
    for output in outputs:
        text = (
            as_csv(found, check.names) if output.suffix == ".csv" else as_markdown(found, check, _machine())
        )
        with replacement(output) as beside:
            beside.write_text(text, encoding="utf-8", newline="\n")


def _machine() -> str:
    """Return the cores and how much all programs asked of them in the last minutes."""
    import psutil

    from oversample_bench.execution.runners.cluster import cores

    return f"{cores()} cores with a load of {psutil.getloadavg()[1]:.1f}"


def _followed(check: MethodCheck) -> list[CheckResult]:
    """Collect what is found, under a bar where somebody looks at it."""
    from rich.console import Console
    from rich.progress import track

    from oversample_bench.execution.method_check import check_methods

    console = Console(stderr=True)
    total = len(check.names) * len(check.sets)
    quiet = not console.is_terminal
    return list(track(check_methods(check), "Trying", total, console=console, transient=True, disable=quiet))


def _print(found: list[CheckResult], check: MethodCheck) -> None:
    from oversample_bench.cli.console_tables import print_table
    from oversample_bench.execution.method_check_tables import header, rows, summary

    print_table(header(check.sets), rows(found, check.names))
    echo(f"\n{counted(len(check.names), 'method')}: {summary(found, check.names)}")

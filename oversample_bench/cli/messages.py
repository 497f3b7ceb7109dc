"""`bench report`, `bench export` and `bench schema`."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import click

from oversample_bench.cli.console import echo
from oversample_bench.core.atomic_write import replacement
from oversample_bench.core.errors import UsageError, counted

FOLDER = click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
FIGURES = click.option(
    "--figures/--no-figures",
    default=True,
    envvar="OVERSAMPLE_BENCH_FIGURES",
    help="Whether to draw the figures, which takes seconds.  [default: draw them]",
)


@click.command("init", short_help="Write a suite to start from.")
@click.argument(
    "file", metavar="[FILE]", default=Path("quickstart.yaml"), type=click.Path(path_type=Path, dir_okay=False)
)
def init_command(file: Path) -> None:
    """Write a suite in which each line is explained, to run as it is and to change. FILE: quickstart.yaml.

    For a table of your own, `bench advise TABLE` writes a suite as well.
    """
    from importlib.resources import files

    if file.exists():
        raise UsageError(f"'{file}' is there already; name another file")
    text = (files("oversample_bench.suite") / "quickstart.yaml").read_text(encoding="utf-8")
    with replacement(file) as place:
        place.write_text(text.replace("suites/quickstart.yaml", str(file)), encoding="utf-8")
    echo(f"Wrote {file}. Run it with: bench run {shlex.quote(str(file))}")


@click.command(short_help="Rewrite the report of a run.")
@FOLDER
@FIGURES
@click.option(
    "--metrics",
    default=None,
    metavar="NAMES",
    help="Metrics to report, with commas between, also those that the run did not ask for.",
)
@click.option(
    "--from",
    "source",
    type=click.Path(path_type=Path, dir_okay=False),
    help="A file of `bench export DIR -o trials.parquet`, in place of the folder's store.",
)
def report(folder: Path, *, figures: bool, metrics: str | None, source: Path | None) -> int:
    """Rewrite the report of a run, also of one that is not finished.

    The folder gets report.md, report.html (one file that opens from disk), tables (CSV, LaTeX) and figures
    (PNG, SVG, PDF). With --metrics, finished trials are scored from the predictions that were kept; exits
    with 2 if some have none.
    """
    from rich.console import Console

    from oversample_bench.execution.progress import watcher
    from oversample_bench.report import write_report

    if source and metrics is not None:
        raise UsageError("--metrics takes the store and the predictions of a folder; leave out --from.")
    shown = watcher(Console(stderr=True, highlight=False, markup=False, emoji=False))
    try:
        chosen, lacking = (None, 0) if metrics is None else _scored(folder, metrics)
        path = write_report(folder, figures=figures, progress=shown.writing, metrics=chosen, source=source)
    finally:
        shown.writing("")
    if lacking:
        echo(
            f"For {counted(lacking, 'trial')} no predictions are kept that could be scored: their cells stay "
            "empty. `bench run` with a suite that asks for these metrics computes them anew."
        )
    echo(f"Report: {path}")
    return 2 if lacking else 0


def _scored(folder: Path, metrics: str) -> tuple[dict[str, bool], int]:
    from oversample_bench.execution.rescoring import score_folder

    names = list(dict.fromkeys(name.strip() for name in metrics.split(",") if name.strip()))
    if not names:
        raise UsageError("--metrics names none. Name some, with commas between: --metrics mcc,recall")
    return score_folder(folder, names)


@click.command(short_help="Write one row per trial as CSV or Parquet.")
@FOLDER
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="FILE.csv or FILE.parquet.",
)
def export(folder: Path, output: Path) -> None:
    """Write one row per trial: labels, status, the audit of its resample, seconds, scores."""
    from oversample_bench.report import write_export

    echo(f"{counted(write_export(folder, output), 'trial')}: {output}")


@click.command(short_help="Print the JSON Schema of a suite, for editors.")
@click.option("--bare", is_flag=True, help="Only the fields, without what is installed: takes no import.")
def schema(*, bare: bool) -> None:
    """Print the JSON Schema of a suite with installed names and parameters, for editors."""
    from oversample_bench.suite import suite_schema

    echo(json.dumps(suite_schema() if bare else _completed(), indent=2))


def _completed() -> dict[str, object]:
    from oversample_bench.plugins.completion import installed_schema
    from oversample_bench.plugins.registry import load_registry

    return installed_schema(load_registry())

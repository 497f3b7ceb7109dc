"""`bench report`, `bench export` and `bench schema`."""

from __future__ import annotations

import json
from pathlib import Path

import click

FOLDER = click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))


@click.command(short_help="Write the tables of a run anew.")
@FOLDER
def report(folder: Path) -> None:
    """Write the tables of a run anew, also of one that is not finished."""
    from oversample_bench.report import write_report

    click.echo(f"Report: {write_report(folder)}")


@click.command(short_help="Write one row a trial as CSV or Parquet.")
@FOLDER
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="FILE.csv or FILE.parquet.",
)
def export(folder: Path, output: Path) -> None:
    """Write one row a trial: labels, status, the audit of its draw, seconds, scores."""
    from oversample_bench.report import write_export

    click.echo(f"{write_export(folder, output):,} trials: {output}")


@click.command()
def schema() -> None:
    """Print the JSON Schema of a suite, for editors."""
    from oversample_bench.suite import suite_schema

    click.echo(json.dumps(suite_schema(), indent=2))

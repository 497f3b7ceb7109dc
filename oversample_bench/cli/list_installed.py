"""`bench datasets`."""

from __future__ import annotations

from pathlib import Path

import click

from oversample_bench.cli.console import echo
from oversample_bench.cli.console_tables import print_table
from oversample_bench.cli.fetch_datasets import fetch_datasets


@click.group(short_help="Show data sets; download those of the paper.")
def datasets() -> None:
    """Show the data sets that a suite can name, and download those of the paper."""


datasets.add_command(fetch_datasets)


@datasets.command("list", short_help="List the registered data sets.")
@click.argument("part", default="")
def list_datasets(part: str) -> None:
    """List the registered data sets; PART keeps the names that contain it."""
    from oversample_bench.core.errors import UsageError, nearest
    from oversample_bench.datasets.common_datasets import cards
    from oversample_bench.plugins.registry import load_registry

    known = cards()
    rows = []
    entries = load_registry().entries("dataset")
    for entry in entries:
        if part in entry.name:
            card = known.get(entry.name) if entry.plugin == "builtin" else None
            size = (
                (card.n_rows, card.n_features, card.n_minority, f"{card.n_minority / card.n_majority:.4f}")
                if card
                else ("", "", "", "")
            )
            rows.append((entry.name, *size, entry.origin.told))
    if not rows:
        hint = nearest(part, [entry.name for entry in entries])
        raise UsageError(f"no registered data set has '{part}' in its name.{hint}")
    numbers = ("rows", "features", "minority", "ratio")
    print_table(("name", *numbers, "offered by"), rows, right=numbers)


@datasets.command("show", short_help="Show what is in a data set, or in a file.")
@click.argument("name")
@click.option("--target", default="", metavar="COLUMN", help="The column of a file that holds the classes.")
@click.option(
    "--data-dir",
    type=click.Path(path_type=Path),
    help="Folder of data files.  [default: $OVERSAMPLE_BENCH_DATA]",
)
def show_dataset(name: str, target: str, data_dir: Path | None) -> None:
    """Show what is in a registered data set, or in a file: columns, classes, copies, and how hard it is.

    Of a file whose columns may mean two things it says how `bench advise` would read it.
    """
    from oversample_bench.execution.data_card import data_card, labels

    for line in labels(data_card(name, target, data_dir)):
        echo(line)

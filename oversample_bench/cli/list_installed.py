"""`bench datasets` and `bench plugins`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from oversample_bench.cli.check_methods import check_methods_command
from oversample_bench.cli.console import echo
from oversample_bench.cli.console_tables import print_table
from oversample_bench.cli.fetch_datasets import fetch_datasets
from oversample_bench.core.errors import counted, listed

if TYPE_CHECKING:
    from oversample_bench.plugins.registry import Plugin, Registry

MOST_NAMES = 4
"""Of one kind, in the list of plugins."""


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


@click.group(short_help="List the plugins, or try their oversamplers.")
def plugins() -> None:
    """List the installed plugins, or try their oversamplers."""


plugins.add_command(check_methods_command)


@plugins.command("list", short_help="List the plugins and what they offer.")
def list_plugins() -> None:
    """List the plugins, what they offer, and whether they work: ok, unavailable or broken, and why."""
    from oversample_bench.plugins.registry import load_registry

    registry = load_registry()
    rows = []
    for plugin in registry.plugins:
        told = (plugin.name, plugin.distribution, plugin.version, _state(registry, plugin))
        rows.append((*told, _offered(registry, plugin)))
    print_table(("plugin", "distribution", "version", "state", "offers"), rows)


def _state(registry: Registry, plugin: Plugin) -> str:
    """Return the state of a plugin; one that lacks some of its names only is well but for those."""
    from oversample_bench.plugins.registry import KINDS

    entries = [entry for kind in KINDS for entry in registry.entries(kind) if entry.plugin == plugin.name]
    missing = [entry.name for entry in entries if entry.state != "ok"]
    if plugin.state == "unavailable" and len(missing) < len(plugin.names):
        return f"ok, but without {listed(missing, most=5)}: {plugin.reason}"
    return f"{plugin.state}: {plugin.reason}" if plugin.reason else plugin.state


def _offered(registry: Registry, plugin: Plugin) -> str:
    """Return how many names of each kind a plugin offers, and the first of them."""
    from oversample_bench.plugins.registry import KINDS

    told = []
    for kind, what in KINDS.items():
        entries = [entry for entry in registry.entries(kind) if entry.plugin == plugin.name]
        names = [entry.name for entry in entries if entry.origin.name == plugin.distribution]
        if names:
            cut = ", ..." if len(names) > MOST_NAMES else ""
            told.append(f"{counted(len(names), what)}: {', '.join(names[:MOST_NAMES])}{cut}")
    return "; ".join(told)

"""`bench datasets` and `bench plugins`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import click


@click.group()
def datasets() -> None:
    """Show the data sets that a suite can name."""


@datasets.command("list")
@click.argument("part", default="")
def list_datasets(part: str) -> None:
    """List the registered data sets; PART keeps the names that contain it."""
    from oversample_bench.data.common import cards
    from oversample_bench.registry import load_registry

    known = cards()
    rows = []
    for entry in load_registry().entries("dataset"):
        if part in entry.name:
            card = known.get(entry.name) if entry.source.startswith("oversample-bench ") else None
            size = (
                (card.n_rows, card.n_features, card.n_minority, f"{card.n_minority / card.n_majority:.4f}")
                if card
                else ("", "", "", "")
            )
            rows.append((entry.name, *size, entry.source))
    _table(("name", "rows", "features", "minority", "ratio", "offered by"), rows)


@datasets.command("show")
@click.argument("name")
@click.option(
    "--data-dir",
    type=click.Path(path_type=Path),
    help="Where data sets lie as files.  [default: $OVERSAMPLE_BENCH_DATA]",
)
def show_dataset(name: str, data_dir: Path | None) -> None:
    """Load one data set and tell what it holds."""
    from oversample_bench.api import Unavailable
    from oversample_bench.data.sources import card, fingerprint
    from oversample_bench.errors import UsageError
    from oversample_bench.inventory import Inventory, data_folder
    from oversample_bench.registry import load_registry
    from oversample_bench.specs import DataSpec

    source = Inventory(load_registry(), data_folder(data_dir), {}).source(DataSpec(name=name))
    try:
        dataset = source.load()
    except Unavailable as error:
        raise UsageError(str(error)) from error
    told = card(dataset)
    told["classes"] = ", ".join(f"{label}: {count:,} rows" for label, count in told["classes"].items())
    told["ratio"] = f"{told['ratio']:.4f} (rarest : most frequent class)"
    for key, value in {"name": name, **told, "fingerprint": fingerprint(dataset)}.items():
        click.echo(f"{key.removeprefix('n_'):<12} {value}")


@click.group()
def plugins() -> None:
    """Show the plugins that are installed."""


@plugins.command("list")
def list_plugins() -> None:
    """List the plugins and what they offer: ok, unavailable (what to install) or broken (why)."""
    from oversample_bench.registry import load_registry

    rows = []
    found = load_registry().plugins
    for plugin in found:
        state = f"{plugin.state}: {plugin.reason}" if plugin.reason else plugin.state
        shown = ", ".join(plugin.names[:12]) + (
            f" and {len(plugin.names) - 12} more" if len(plugin.names) > 12 else ""
        )
        rows.append((plugin.name, plugin.distribution, plugin.version, state, shown))
    _table(("plugin", "distribution", "version", "state", "offers"), rows)


def _table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Print rows under a head; as wide as it needs where the output is a file."""
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False, soft_wrap=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=10_000)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in head:
        table.add_column(
            name, justify="right" if name in {"rows", "features", "minority", "ratio"} else "left"
        )
    for row in rows:
        table.add_row(*(str(value) for value in row))
    console.print(table)

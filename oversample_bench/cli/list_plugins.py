"""`bench plugins`: who is installed, and what each name stands for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from oversample_bench.cli.check_contract import check_contract_command
from oversample_bench.cli.check_methods import try_methods_command
from oversample_bench.cli.console import echo
from oversample_bench.cli.console_tables import print_table
from oversample_bench.core.errors import UsageError, counted, listed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from oversample_bench.plugins.descriptions import Description
    from oversample_bench.plugins.registry import Entry, Plugin, Registry

MOST_NAMES = 4
"""Of one kind, in the list of plugins."""

KINDS = ("oversampler", "classifier", "dataset", "metric", "published")
OF_KIND = click.option("--kind", type=click.Choice(KINDS), help="Only names of this kind.")
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group(short_help="Show, check, try and write plugins.")
def plugins() -> None:
    """Show the installed plugins and what they offer, try and check their oversamplers, write one."""


plugins.add_command(try_methods_command)
plugins.add_command(check_contract_command)


@plugins.command("list", short_help="List the plugins, or each name that they offer.")
@OF_KIND
@click.option("--all", "every", is_flag=True, help="One line per name, of all kinds.")
@AS_JSON
def list_plugins(kind: str | None, *, every: bool, as_json: bool) -> None:
    """List the plugins, what they offer, and whether they work: ok, unavailable or broken, and why.

    With --kind or --all, one line for each name. `bench plugins show NAME` has its parameters.
    """
    from oversample_bench.plugins.registry import load_registry

    registry = load_registry()
    if kind or every:
        entries = [entry for one in ([kind] if kind else KINDS) for entry in registry.entries(one)]
        _list_names(entries, as_json=as_json)
        return
    if as_json:
        echo(json.dumps([_plain(registry, plugin) for plugin in registry.plugins], indent=2))
        return
    rows = []
    for plugin in registry.plugins:
        told = (plugin.name, plugin.distribution, plugin.version, _state(registry, plugin))
        rows.append((*told, _offered(registry, plugin)))
    print_table(("plugin", "distribution", "version", "state", "offers"), rows)


def _list_names(entries: Sequence[Entry], *, as_json: bool) -> None:
    rows = [
        (entry.name, entry.kind, entry.plugin, entry.origin.name, entry.origin.version, entry.state)
        for entry in entries
    ]
    head = ("name", "kind", "plugin", "distribution", "version", "state")
    reasons = [entry.reason for entry in entries]
    if as_json:
        told = zip(rows, reasons, strict=True)
        echo(
            json.dumps(
                [{**dict(zip(head, row, strict=True)), "reason": reason} for row, reason in told], indent=2
            )
        )
    else:
        lines = [
            (*row[:-1], f"{row[-1]}: {why}" if why else row[-1])
            for row, why in zip(rows, reasons, strict=True)
        ]
        print_table(head, lines)


def _plain(registry: Registry, plugin: Plugin) -> dict[str, Any]:
    """Return a plugin as JSON knows it, its names kind by kind."""
    names = {
        kind: [entry.name for entry in registry.entries(kind) if entry.plugin == plugin.name]
        for kind in KINDS
    }
    return {**vars(plugin), "names": {kind: found for kind, found in names.items() if found}}


def _state(registry: Registry, plugin: Plugin) -> str:
    """Return the state of a plugin; one that lacks some of its names only is well but for those."""
    entries = [entry for kind in KINDS for entry in registry.entries(kind) if entry.plugin == plugin.name]
    missing = [entry.name for entry in entries if entry.state != "ok"]
    if plugin.state == "unavailable" and len(missing) < len(plugin.names):
        return f"ok, but without {listed(missing, most=5)}: {plugin.reason}"
    return f"{plugin.state}: {plugin.reason}" if plugin.reason else plugin.state


def _offered(registry: Registry, plugin: Plugin) -> str:
    """Return how many names of each kind a plugin offers, and the first of them."""
    from oversample_bench.plugins import registry as words

    told = []
    for kind, what in words.KINDS.items():
        entries = [entry for entry in registry.entries(kind) if entry.plugin == plugin.name]
        names = [entry.name for entry in entries if entry.origin.name == plugin.distribution]
        if names:
            cut = ", ..." if len(names) > MOST_NAMES else ""
            told.append(f"{counted(len(names), what)}: {', '.join(names[:MOST_NAMES])}{cut}")
    return "; ".join(told)


@plugins.command("show", short_help="Show parameters, tags and reference of a name, or of all names.")
@click.argument("names", metavar="[NAME]...", nargs=-1)
@OF_KIND
@AS_JSON
def show_plugins(names: tuple[str, ...], kind: str | None, *, as_json: bool) -> None:
    """Show what each NAME stands for: its parameters and defaults, what it can do, and where it is from.

    NAME is a registered name, or a path such as imblearn.over_sampling:SMOTEN. Without one, all oversamplers
    and classifiers and metrics (or those of --kind) are listed, a line each.
    """
    from oversample_bench.plugins.descriptions import description_of
    from oversample_bench.plugins.registry import load_registry

    registry = load_registry()
    if names:
        found = [description_of(entry) for name in names for entry in _entries(registry, name, kind)]
    else:
        kinds = [kind] if kind else ["oversampler", "classifier", "metric"]
        found = [description_of(entry) for one in kinds for entry in registry.entries(one)]
    if as_json:
        echo(json.dumps([one.plain() for one in found], indent=2))
    elif names:
        for position, one in enumerate(found):
            _show(one, gap=position > 0)
    else:
        _overview(found)


def _entries(registry: Registry, name: str, kind: str | None) -> list[Entry]:
    """Return what a name stands for; one name may be of several kinds."""
    if kind:
        return [registry.entry(kind, name)]
    if found := [registry.entry(one, name) for one in KINDS if (one, name) in registry.known]:
        return found
    try:
        return [registry.entry("oversampler", name)]
    except UsageError as error:
        further = [one for one in KINDS if registry.own_name(one, name) != name]
        if further:
            return [registry.entry(further[0], name)]
        raise error from None


def _overview(found: Iterable[Description]) -> None:
    rows = [
        (
            one.name,
            one.kind,
            one.distribution,
            ", ".join(one.tags) if one.state == "ok" else f"{one.state}: {one.reason}",
            ", ".join(parameter.told for parameter in one.parameters),
            one.summary,
        )
        for one in found
    ]
    print_table(("name", "kind", "distribution", "tags", "parameters", "what it does"), rows)


def _show(one: Description, *, gap: bool) -> None:
    """Print what there is to be known of a name, a line a fact."""
    least = "" if one.least_minority is None else str(one.least_minority)
    facts = {
        "offered by": f"{one.distribution} {one.version} (plugin {one.plugin})".replace("  ", " "),
        "stands for": one.target,
        "state": f"{one.state}: {one.reason}" if one.reason else one.state,
        "tags": ", ".join(one.tags),
        "least minority rows": least,
        "reference": one.reference,
    }
    echo(f"{chr(10) if gap else ''}{one.name}: {one.kind}")
    if one.summary:
        echo(f"  {one.summary}")
    for fact, value in facts.items():
        if value:
            echo(f"  {fact:<20} {value}")
    if one.parameters:
        echo("  parameters")
        width = max(len(parameter.told) for parameter in one.parameters)
        for parameter in one.parameters:
            echo(f"    {parameter.told:<{width}}  {parameter.about}".rstrip())

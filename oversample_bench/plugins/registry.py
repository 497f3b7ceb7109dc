"""Finds plugins; turns names into factories. A broken plugin is listed as broken, never fatal.

The built-ins come through the same hooks as everybody else's. Where two plugins offer one name, the first
keeps it (the built-ins, then the distributions by name, then the loose files of a suite) and the second is
listed as broken. Set ``OVERSAMPLE_BENCH_PLUGINS=imblearn,gan`` to load only those, to find a bad one.
"""

from __future__ import annotations

import importlib
import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property, partial
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from textwrap import shorten
from typing import Any

from oversample_bench.api import ENTRY_POINT_GROUP, About, Metric
from oversample_bench.core import references
from oversample_bench.core.errors import UsageError, listed, nearest
from oversample_bench.core.specs import Component
from oversample_bench.plugins import builtin, origins
from oversample_bench.plugins.distributions import top, version
from oversample_bench.plugins.given_objects import Given
from oversample_bench.plugins.hookspecs import implementations
from oversample_bench.plugins.origins import Origin
from oversample_bench.plugins.plugin_files import LooseFile, imported

KINDS = {
    "oversampler": "oversampler", "classifier": "classifier", "dataset": "data set", "metric": "metric",
    "published": "published table",
}  # fmt: skip
ONLY_VARIABLE = "OVERSAMPLE_BENCH_PLUGINS"
MOST_LETTERS = 300
"""Of a plugin's error in a table."""

IMPORT_PATH = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*")
"""A class that no plugin offers, by where it is."""

GIVEN = "given in Python"
"""Stands for a plugin where an object was handed over."""

ALIASES = {
    ("metric", "f1"): "f1_minority", ("metric", "accuracy"): "f1_micro", ("metric", "roc_auc"): "auroc",
    ("metric", "pr_auc"): "auprc",
}  # fmt: skip
"""Names that users of scikit-learn know; a plugin that offers one of them goes before."""

BUILT_IN = "builtin"
"""The plugin that the host itself is."""


@dataclass(frozen=True)
class Entry:
    """A name that a suite may write.

    Attributes
    ----------
    kind : {"oversampler", "classifier", "dataset", "metric", "published"}
        What the name stands for.
    name : str
        As registered.
    plugin : str
        The plugin that offers it.
    origin : Origin
        The distribution or file of that plugin.
    target : str or object
        ``"package.module:attribute"``, or the object.
    defaults : mapping
        Keyword arguments that go behind those of the suite.
    state : {"ok", "unavailable"}
        Whether what it requires is installed.
    reason : str
        What to install.
    requires : tuple of str
        The modules that it needs.
    about : About
        What its plugin tells of it.
    """

    kind: str
    name: str
    plugin: str
    origin: Origin
    target: str | Callable[..., Any] | Metric | Given
    defaults: Mapping[str, Any] = field(default_factory=dict)
    state: str = "ok"
    reason: str = ""
    requires: tuple[str, ...] = ()
    about: About = field(default_factory=About)

    @cached_property
    def source(self) -> str:
        """Who offers it, by which code: ``"oversample-bench-swim 0.1.0 code 9f86d081884c"``; for digests."""
        return self.origin.source(self.target)

    @property
    def rows_from(self) -> str:
        """Who offers a data set, and the packages that its rows may come from."""
        versions = {module: version(top(module)) for module in self.requires}
        return ", ".join([self.source, *(f"{name} {found}" for name, found in versions.items() if found)])

    def resolve(self) -> Any:
        """Import what the name stands for, its defaults applied.

        Raises
        ------
        UsageError
            When it is unavailable, or cannot be imported.
        """
        if self.state != "ok":
            raise UsageError(f"the {KINDS[self.kind]} '{self.name}' is unavailable: {self.reason}")
        target = _imported(self) if isinstance(self.target, str) else self.target
        return partial(target, **self.defaults) if self.defaults and callable(target) else target

    def build(self, params: Mapping[str, Any]) -> Any:
        """Return an instance with ``params``."""
        return self.resolve()(**params)


def _imported(entry: Entry) -> Any:
    module, _, attribute = str(entry.target).partition(":")
    try:
        return getattr(importlib.import_module(module), attribute)
    except (Exception, SystemExit) as error:
        raise UsageError(
            f"the {KINDS[entry.kind]} '{entry.name}' (plugin '{entry.plugin}') cannot be imported from "
            f"'{entry.target}': {_in_a_line(error)}"
        ) from error


@dataclass(frozen=True)
class Plugin:
    """A line of `bench plugins list`.

    Attributes
    ----------
    name, distribution, version : str
        The entry point (or file), and what it was installed with.
    state : {"ok", "unavailable", "broken"}
        ``unavailable`` when something it requires is missing, for some of its names or all.
    reason : str
        Why it is not ok.
    names : tuple of str
        What it offers.
    """

    name: str
    distribution: str
    version: str
    state: str = "ok"
    reason: str = ""
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Registry:
    """All names of all plugins."""

    plugins: tuple[Plugin, ...]
    known: Mapping[tuple[str, str], Entry]
    loose: tuple[LooseFile, ...] = ()
    given: tuple[Given, ...] = ()

    def entries(self, kind: str) -> tuple[Entry, ...]:
        """Return the entries of one kind in the order of their registration."""
        return tuple(entry for entry in self.known.values() if entry.kind == kind)

    def entry(self, kind: str, name: str) -> Entry:
        """Return one entry: of a registered name, or of an import path such as ``"package.module:Class"``.

        Raises
        ------
        UsageError
            When no plugin offers the name; it names the nearest one that is offered.
        """
        if (kind, name) in self.known:
            return self.known[kind, name]
        if IMPORT_PATH.fullmatch(name):
            origin = origins.imported_from(name.partition(":")[0])
            return Entry(kind, name, origin.name, origin, name)
        own = (kind, self.own_name(kind, name))
        if own in self.known:
            return replace(self.known[own], name=name)
        names = list(dict.fromkeys([*(one.name for one in self.entries(kind)), *self._further_names(kind)]))
        broken = [plugin.name for plugin in self.plugins if plugin.state == "broken"]
        hint = f" Broken plugins: {listed(broken)}; see `bench plugins list`." if broken else ""
        if only := os.environ.get(ONLY_VARIABLE, ""):
            hint += f" {ONLY_VARIABLE}={only} leaves out all other plugins."
        raise UsageError(
            f"no installed plugin offers the {KINDS[kind]} '{name}'.{nearest(name, names)} "
            f"Installed: {listed(names)}.{hint}"
        )

    def own_name(self, kind: str, name: str) -> str:
        """Return what a further name of something stands for; any other name as it is."""
        return name if (kind, name) in self.known else ALIASES.get((kind, name), name)

    def _further_names(self, kind: str) -> list[str]:
        return [name for (of, name), own in ALIASES.items() if of == kind and (kind, own) in self.known]

    def build(self, kind: str, component: Component) -> Any:
        """Return an instance of a component, or a metric; what its parameters refer to is built as well."""
        entry = self.entry(kind, component.name)
        return entry.resolve() if kind == "metric" else entry.build(self.resolved(component))

    def resolved(self, component: Component) -> dict[str, Any]:
        """Return the parameters of a component, an instance in the place of each reference."""
        params = component.kwargs()
        return {key: references.resolved(value, self.build, key) for key, value in params.items()}

    def source(self, kind: str, component: Component) -> str:
        """Return who offers a component and all that it refers to, and by which code."""
        return references.source_of(kind, component, lambda found, name: self.entry(found, name).source)

    def sources(self, names: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
        """Return who offers each name of a kind, and by which code."""
        return {(kind, name): self.entry(kind, name).source for kind, name in names}

    def renewed(self, kind: str, name: str, source: str) -> str:
        """Return today's source of a name that the store of an earlier version has with ``source``.

        Empty where that is of today already, or where the name is not offered by that very version.
        """
        entry = self.known.get((kind, name))
        if entry is None or source not in entry.origin.earlier:
            return ""
        return entry.rows_from if kind == "dataset" else entry.source


def load_registry(loose: Sequence[LooseFile] = (), given: Sequence[Given] = ()) -> Registry:
    """Return the names of the built-ins, of every installed plugin, of ``loose`` files and ``given`` objects.

    An object goes before a registered name: whoever hands one over means it.
    """
    _is_there.cache_clear()
    origins.imported_from.cache_clear()
    collected = _Collection()
    collected.add(BUILT_IN, origins.host(), lambda: builtin)
    only = [name.strip() for name in os.environ.get(ONLY_VARIABLE, "").split(",") if name.strip()]
    for point in sorted(entry_points(group=ENTRY_POINT_GROUP), key=_order):
        if point.name != BUILT_IN and (not only or point.name in only):
            collected.add(point.name, origins.installed(point), point.load)
    for file in loose:
        collected.add(file.name, origins.loose(file), partial(imported, file))
    return Registry(tuple(collected.plugins), collected.known | _given(given), tuple(loose), tuple(given))


def _given(objects: Sequence[Given]) -> dict[tuple[str, str], Entry]:
    return {
        (one.kind, one.name): Entry(one.kind, one.name, GIVEN, origins.given(one), one) for one in objects
    }


def _order(point: EntryPoint) -> tuple[str, str]:
    """Return our own distributions first, then the others by name."""
    distribution = origins.distribution(point)[0]
    return ("" if distribution.startswith("oversample-bench-") else distribution, point.name)


def _in_a_line(error: BaseException) -> str:
    """Return what an error says in one line, after its type where that is not ours."""
    text = shorten(str(error), MOST_LETTERS, placeholder=" ...")
    return text if isinstance(error, UsageError) and text else f"{type(error).__name__}: {text}".rstrip(": ")


class _Collection:
    """What the plugins have offered so far."""

    def __init__(self) -> None:
        self.plugins: list[Plugin] = []
        self.known: dict[tuple[str, str], Entry] = {}

    def add(self, name: str, origin: Origin, load: Callable[[], Any]) -> None:
        """Ask one plugin for its names; whatever it raises becomes its state."""
        plugin = Plugin(name, origin.name, origin.version)
        offered: list[Entry] = []
        try:
            for kind, function in implementations(load(), name):
                function(partial(_offer, offered, kind, (name, origin)))
        except (Exception, SystemExit) as error:  # noqa: BLE001 - a plugin may raise anything
            self.plugins.append(replace(plugin, state="broken", reason=_in_a_line(error)))
            return
        self.plugins.append(self._kept(plugin, offered))

    def _kept(self, plugin: Plugin, offered: Sequence[Entry]) -> Plugin:
        """Keep the names that are free, and return the plugin's state."""
        names, clashes, missing = [], [], []
        for entry in offered:
            holder = self.known.get((entry.kind, entry.name))
            if holder is not None:
                twice = f"twice by '{plugin.name}'; remove one or rename it"
                both = f"by both '{holder.plugin}' and '{plugin.name}'; uninstall one or rename it"
                told = twice if holder in offered else both
                clashes.append(f"{KINDS[entry.kind]} '{entry.name}' is offered {told}")
                continue
            self.known[entry.kind, entry.name] = entry
            names.append(entry.name)
            missing += [entry.reason] if entry.state != "ok" else []
        state = "broken" if clashes else "unavailable" if missing else "ok"
        return replace(
            plugin, state=state, reason="; ".join(dict.fromkeys(clashes + missing)), names=tuple(names)
        )


def _offer(  # noqa: PLR0913 - the last six are the public signature of `api.Register`
    offered: list[Entry],
    kind: str,
    by: tuple[str, Origin],
    name: str,
    target: str | Callable[..., Any] | Metric,
    *,
    defaults: Mapping[str, Any] | None = None,
    requires: Sequence[str] = (),
    install: str = "",
    about: About | None = None,
) -> None:
    if not isinstance(name, str) or not name:
        raise UsageError(f"it offers the {KINDS[kind]} {name!r}; expected a name")
    if not (":" in target if isinstance(target, str) else callable(target) or isinstance(target, Metric)):
        raise UsageError(f"the target of '{name}' is {target!r}; expected 'package.module:attribute'")
    wanted = (requires,) if isinstance(requires, str) else requires
    absent = [module for module in wanted if not _is_there(module)]
    reason = f"needs {listed(absent)}" + (f"; {install}" if install else "") if absent else ""
    offered.append(
        Entry(
            kind=kind,
            name=name,
            plugin=by[0],
            origin=by[1],
            target=target,
            defaults=dict(defaults or {}),
            state="unavailable" if absent else "ok",
            reason=reason,
            requires=tuple(wanted),
            about=about or About(),
        )
    )


@cache  # a plugin asks for the same few modules a hundred times
def _is_there(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except (ImportError, ValueError):  # of a.b, when there is no a
        return False

"""Finds plugins; turns names into factories. A broken plugin is listed as broken, never fatal.

The built-ins come through the same hooks as everybody else's. Where two plugins offer one name, the first
keeps it (the built-ins, then the distributions by name, then the loose files of a suite) and the second is
listed as broken. Set ``OVERSAMPLE_BENCH_PLUGINS=imblearn,gan`` to load only those, to find a bad one.
"""

from __future__ import annotations

import importlib
import os
import sys
import types
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pluggy

from oversample_bench import __version__, builtin, hookspecs
from oversample_bench.api import ENTRY_POINT_GROUP, Metric
from oversample_bench.errors import UsageError, listed, nearest
from oversample_bench.specs import digest

HOOKS = {
    "oversampler": "register_oversamplers",
    "classifier": "register_classifiers",
    "dataset": "register_datasets",
    "metric": "register_metrics",
}
KINDS = {"oversampler": "oversampler", "classifier": "classifier", "dataset": "data set", "metric": "metric"}
ONLY_VARIABLE = "OVERSAMPLE_BENCH_PLUGINS"


@dataclass(frozen=True)
class Entry:
    """A name that a suite may write.

    Attributes
    ----------
    kind : {"oversampler", "classifier", "dataset", "metric"}
        What the name stands for.
    name : str
        As registered.
    plugin : str
        The plugin that offers it.
    source : str
        Its distribution and version, ``"oversample-bench 0.1.0"``: part of digests.
    target : str or object
        ``"package.module:attribute"``, or the object.
    defaults : mapping
        Keyword arguments that go behind those of the suite.
    state : {"ok", "unavailable"}
        Whether what it requires is installed.
    reason : str
        What to install.
    """

    kind: str
    name: str
    plugin: str
    source: str
    target: str | Callable[..., Any] | Metric
    defaults: Mapping[str, Any] = field(default_factory=dict)
    state: str = "ok"
    reason: str = ""

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
    except Exception as error:
        raise UsageError(
            f"the {KINDS[entry.kind]} '{entry.name}' (plugin '{entry.plugin}') cannot be imported from "
            f"'{entry.target}': {error}"
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
class LooseFile:
    """A plugin of one file, named in a suite; its text travels to the workers."""

    path: str
    text: str

    @classmethod
    def read(cls, path: str) -> LooseFile:
        """Read the file at ``path``."""
        return cls(path, Path(path).read_text(encoding="utf-8"))

    def module(self) -> types.ModuleType:
        """Run the file as a module of its own."""
        module = types.ModuleType(f"oversample_bench_loose_{Path(self.path).stem}_{digest(self.text)[:8]}")
        module.__file__ = self.path
        sys.modules[module.__name__] = module  # so that its classes can be pickled
        exec(compile(self.text, self.path, "exec"), module.__dict__)  # noqa: S102 - the user asked for this file
        return module


@dataclass(frozen=True)
class Registry:
    """All names of all plugins."""

    plugins: tuple[Plugin, ...]
    known: Mapping[tuple[str, str], Entry]

    def entries(self, kind: str) -> tuple[Entry, ...]:
        """Return the entries of one kind in the order of their registration."""
        return tuple(entry for entry in self.known.values() if entry.kind == kind)

    def entry(self, kind: str, name: str) -> Entry:
        """Return one entry.

        Raises
        ------
        UsageError
            When no plugin offers the name; it names the nearest one that is offered.
        """
        if (kind, name) in self.known:
            return self.known[kind, name]
        names = [entry.name for entry in self.entries(kind)]
        broken = [plugin.name for plugin in self.plugins if plugin.state == "broken"]
        hint = f" Broken plugins: {listed(broken)}; see `bench plugins list`." if broken else ""
        raise UsageError(
            f"no installed plugin offers the {KINDS[kind]} '{name}'.{nearest(name, names)} "
            f"Installed: {listed(names)}.{hint}"
        )


def load_registry(loose: Sequence[LooseFile] = ()) -> Registry:
    """Return the names of the built-ins, of every installed plugin and of ``loose`` files."""
    collected = _Collection()
    collected.add(Plugin("builtin", "oversample-bench", __version__), lambda: builtin)
    only = [name for name in os.environ.get(ONLY_VARIABLE, "").split(",") if name]
    for point in sorted(entry_points(group=ENTRY_POINT_GROUP), key=_order):
        if point.name != "builtin" and (not only or point.name in only):
            collected.add(Plugin(point.name, *_distribution(point)), point.load)
    for file in loose:
        name = Path(file.path).name
        collected.add(Plugin(name, name, digest(file.text)[:12]), file.module)
    return Registry(tuple(collected.plugins), collected.known)


def _order(point: EntryPoint) -> tuple[str, str]:
    """Return our own distributions first, then the others by name."""
    distribution = _distribution(point)[0]
    return ("" if distribution.startswith("oversample-bench-") else distribution, point.name)


def _distribution(point: EntryPoint) -> tuple[str, str]:
    return (point.dist.name, point.dist.version) if point.dist else ("unknown", "0")


class _Collection:
    """What the plugins have offered so far."""

    def __init__(self) -> None:
        self.plugins: list[Plugin] = []
        self.known: dict[tuple[str, str], Entry] = {}

    def add(self, plugin: Plugin, load: Callable[[], Any]) -> None:
        """Ask one plugin for its names; whatever it raises becomes its state."""
        offered: list[Entry] = []
        try:
            for kind, function in _hooks(plugin.name, load()):
                function(partial(_offer, offered, kind, plugin))
        except (Exception, SystemExit) as error:  # noqa: BLE001 - a plugin may raise anything
            text = str(error).strip().splitlines()
            reason = f"{type(error).__name__}: {text[0]}" if text else type(error).__name__
            self.plugins.append(replace(plugin, state="broken", reason=reason))
            return
        self.plugins.append(self._kept(plugin, offered))

    def _kept(self, plugin: Plugin, offered: Iterable[Entry]) -> Plugin:
        """Keep the names that are free, and return the plugin's state."""
        names, clashes, missing = [], [], []
        for entry in offered:
            holder = self.known.get((entry.kind, entry.name))
            if holder is not None:
                clashes.append(
                    f"{KINDS[entry.kind]} '{entry.name}' is offered by both '{holder.plugin}' and "
                    f"'{plugin.name}'; uninstall one or rename it"
                )
                continue
            self.known[entry.kind, entry.name] = entry
            names.append(entry.name)
            missing += [entry.reason] if entry.state != "ok" else []
        state = "broken" if clashes else "unavailable" if missing else "ok"
        return replace(
            plugin, state=state, reason="; ".join(dict.fromkeys(clashes + missing)), names=tuple(names)
        )


def _hooks(name: str, module: Any) -> list[tuple[str, Callable[[Any], None]]]:
    """Return the hook functions of a plugin's module, checked against the specifications by pluggy."""
    manager = pluggy.PluginManager(ENTRY_POINT_GROUP)
    manager.add_hookspecs(hookspecs)
    manager.register(module, name=name)
    manager.check_pending()
    return [
        (kind, implementation.function)
        for kind, hook in HOOKS.items()
        for implementation in getattr(manager.hook, hook).get_hookimpls()
    ]


def _offer(  # noqa: PLR0913 - the last five are the public signature of `api.Register`
    offered: list[Entry],
    kind: str,
    plugin: Plugin,
    name: str,
    target: str | Callable[..., Any] | Metric,
    *,
    defaults: Mapping[str, Any] | None = None,
    requires: Sequence[str] = (),
    install: str = "",
) -> None:
    absent = [module for module in requires if find_spec(module) is None]
    reason = f"needs {listed(absent)}" + (f"; {install}" if install else "") if absent else ""
    offered.append(
        Entry(
            kind=kind,
            name=name,
            plugin=plugin.name,
            source=f"{plugin.distribution} {plugin.version}",
            target=target,
            defaults=dict(defaults or {}),
            state="unavailable" if absent else "ok",
            reason=reason,
        )
    )

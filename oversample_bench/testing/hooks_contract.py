"""The rules of a plugin's hooks: found by the host, quick to import, and offering what they promise."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import entry_points
from importlib.util import find_spec
from typing import Any, Literal

import pluggy

from oversample_bench.api import ENTRY_POINT_GROUP, About, Metric
from oversample_bench.testing.imports import frameworks_loaded_by

Kind = Literal["oversamplers", "classifiers", "datasets", "metrics", "published_tables"]

KINDS: dict[Kind, tuple[str, ...]] = {
    "oversamplers": ("fit_resample",),
    "classifiers": ("fit", "predict"),
    "datasets": (),
    "metrics": (),
    "published_tables": (),
}
"""What the hook ``register_...`` of each kind offers, and the methods that such a thing has at least."""


@dataclass(frozen=True)
class Offer:
    """What a plugin's hook handed to ``register`` under one name."""

    target: str | Callable[..., Any] | Metric
    defaults: Mapping[str, Any]
    requires: Sequence[str]
    install: str

    def resolved(self) -> Any:
        """Return the target itself, imported where it is named by ``"module:attribute"``."""
        if not isinstance(self.target, str):
            return self.target
        module, _, attribute = self.target.partition(":")
        found: Any = import_module(module)
        for name in attribute.split("."):
            found = getattr(found, name)
        return found

    def missing(self) -> list[str]:
        """Return the packages that the name requires and that are not installed."""
        return [name for name in self.requires if find_spec(name) is None]


def offers(module: str, kind: Kind) -> dict[str, Offer]:
    """Return, by name, what a plugin offers of one kind: what its hook hands to ``register``.

    Parameters
    ----------
    module : str
        The module with the plugin's hooks.
    kind : {"oversamplers", "classifiers", "datasets", "metrics", "published_tables"}
        Which hook is called.
    """
    found: dict[str, Offer] = {}

    def register(
        name: str,
        target: str | Callable[..., Any] | Metric,
        *,
        defaults: Mapping[str, Any] | None = None,
        requires: Sequence[str] = (),
        install: str = "",
        about: About | None = None,  # noqa: ARG001 - it is for lists
    ) -> None:
        found[name] = Offer(target, defaults or {}, requires, install)

    hook = getattr(import_module(module), f"register_{kind}", None)
    if hook is not None:
        hook(register)
    return found


class HooksContract:
    """The hooks of a plugin, as the host finds and calls them.

    Attributes
    ----------
    module : str
        The module with the hooks, as the entry point in ``pyproject.toml`` names it.
    oversamplers, classifiers, datasets, metrics : collection of str, default=()
        The names that the plugin promises to the suites of others, kind by kind.
    unseeded : collection of str, default=()
        Those of its oversamplers that take no ``random_state``.
    """

    module: str = ""
    oversamplers: Collection[str] = ()
    classifiers: Collection[str] = ()
    datasets: Collection[str] = ()
    metrics: Collection[str] = ()
    published_tables: Collection[str] = ()
    unseeded: Collection[str] = ()

    def test_the_entry_point_leads_to_the_hooks(self) -> None:
        """An installed distribution has the module in the group ``oversample_bench``."""
        found = sorted({point.module for point in entry_points(group=ENTRY_POINT_GROUP)})

        assert self.module in found, (
            f"no installed distribution has '{self.module}' in the group '{ENTRY_POINT_GROUP}' of its entry "
            f"points; there are {found}. Install the plugin again after a change of pyproject.toml"
        )

    def test_each_hook_is_one_that_the_host_calls(self) -> None:
        """A function named ``register_...`` is marked with ``hookimpl`` and is one of the five hooks."""
        module, manager = import_module(self.module), pluggy.PluginManager(ENTRY_POINT_GROUP)
        named = [name for name in vars(module) if name.startswith("register_")]
        unmarked = [name for name in named if manager.parse_hookimpl_opts(module, name) is None]
        unknown = set(named) - {f"register_{kind}" for kind in KINDS}

        assert named, f"{self.module} has no hook; write register_oversamplers, or another of the five"
        assert not unmarked, f"{unmarked} are never called: mark them with @hookimpl of oversample_bench.api"
        assert not unknown, f"the host knows no {sorted(unknown)}; there are {sorted(KINDS)}"

    def test_the_promised_names_are_offered(self) -> None:
        """The names that suites of others rely on are those that the hooks offer, kind by kind."""
        promised = {kind: sorted(getattr(self, kind)) for kind in KINDS}
        offered = {kind: sorted(offers(self.module, kind)) for kind in KINDS}

        assert promised == offered, f"the hooks offer {offered}, not {promised}"

    def test_each_name_leads_to_what_it_says(self) -> None:
        """Each target is imported and built, an oversampler with a seed, and has the methods of its kind."""
        for kind, methods in KINDS.items():
            for name, offer in offers(self.module, kind).items():
                if not offer.missing():
                    self._assert_leads(kind, name, offer, methods)

    def _assert_leads(self, kind: Kind, name: str, offer: Offer, methods: tuple[str, ...]) -> None:
        found = offer.resolved()
        if kind == "metrics":
            assert isinstance(found, Metric), f"the metric '{name}' is {found!r}, not a Metric"
            return
        assert callable(found), f"'{name}' of the {kind} is {found!r}, which cannot be called"
        if methods:
            seed = {"random_state": 0} if kind == "oversamplers" and name not in self.unseeded else {}
            made = found(**{**offer.defaults, **seed})
            lacking = [method for method in methods if not hasattr(made, method)]
            assert not lacking, f"'{name}' of the {kind} has no {lacking}"

    def test_listing_the_names_loads_no_framework(self) -> None:
        """Importing the module with the hooks imports no framework: ``bench plugins list`` stays quick."""
        loaded = frameworks_loaded_by(self.module)

        assert not loaded, f"importing {self.module} imports {loaded}; register 'module:Name' instead"

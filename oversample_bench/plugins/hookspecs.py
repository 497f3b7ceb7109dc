"""The whole extension surface: five hooks, each given a callback that takes a name and what it stands for.

Nothing is kept here: `implementations` reads the hooks off a module and checks them, the registry calls them.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import pluggy

from oversample_bench.api import ENTRY_POINT_GROUP, Register
from oversample_bench.core.errors import UsageError, nearest

HOOKS = {
    "oversampler": "register_oversamplers",
    "classifier": "register_classifiers",
    "dataset": "register_datasets",
    "metric": "register_metrics",
    "published": "register_published_tables",
}
"""The hook of each kind of name."""

hookspec = pluggy.HookspecMarker(ENTRY_POINT_GROUP)


@hookspec
def register_oversamplers(register: Register) -> None:
    """Offer oversamplers: classes with ``fit_resample(X, y)`` and scikit-learn parameters."""


@hookspec
def register_classifiers(register: Register) -> None:
    """Offer classifiers: scikit-learn estimators with ``fit`` and ``predict``."""


@hookspec
def register_datasets(register: Register) -> None:
    """Offer data sets: functions that return an `oversample_bench.api.Dataset`."""


@hookspec
def register_metrics(register: Register) -> None:
    """Offer metrics: `oversample_bench.api.Metric` values."""


@hookspec
def register_published_tables(register: Register) -> None:
    """Offer published numbers: functions that return an `oversample_bench.api.PublishedTable`."""


def implementations(module: Any, name: str) -> list[tuple[str, Callable[[Any], None]]]:
    """Return the kind and the function of each hook of a plugin's module, checked by pluggy.

    Raises
    ------
    UsageError
        When it has no hook, or one that does not exist.
    pluggy.PluginValidationError
        When a hook takes other arguments than its specification gives.
    """
    manager = pluggy.PluginManager(ENTRY_POINT_GROUP)
    manager.add_hookspecs(sys.modules[__name__])
    manager.register(module, name=name)
    callers = manager.get_hookcallers(module)
    if not callers:
        raise UsageError("it has no hooks; mark each (register_oversamplers, ...) with @hookimpl of the api")
    for caller in callers:
        if not caller.has_spec():
            known = HOOKS.values()
            raise UsageError(f"there is no hook '{caller.name}'.{nearest(caller.name, known)}")
    return [
        (kind, implementation.function)
        for kind, hook in HOOKS.items()
        for implementation in getattr(manager.hook, hook).get_hookimpls()
    ]

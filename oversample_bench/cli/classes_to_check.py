"""What `bench plugins check` is asked for: a registered name, a class by its path, or what is in a file."""

from __future__ import annotations

import inspect
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from oversample_bench.api import ENTRY_POINT_GROUP
from oversample_bench.core.errors import UsageError, listed, nearest
from oversample_bench.plugins.plugin_files import LooseFile, imported
from oversample_bench.plugins.registry import Entry, Registry, load_registry
from oversample_bench.testing.candidate import Candidate, Peculiarities


def candidates(asked: str, said: Peculiarities) -> list[Candidate]:
    """Return what is to be checked.

    Parameters
    ----------
    asked : str
        A registered name, ``package.module:Class``, ``file.py`` or ``file.py:Class``. A file is a plugin with
        hooks, or holds classes with ``fit_resample``.
    said : Peculiarities
        What is said of it.

    Raises
    ------
    UsageError
        When there is no such thing, or it is no oversampler.
    """
    path, _, name = asked.partition(":")
    found = _of_file(path, name, said) if path.endswith(".py") else [_registered(asked, said)]
    for one in found:
        if not hasattr(_made(one), "fit_resample"):
            raise UsageError(
                f"'{asked}' is no oversampler: it has no `fit_resample(X, y)`. The rules are those of "
                "methods that return rows; for classifiers, metrics and data sets there are test classes."
            )
    return found


def _made(one: Candidate) -> Any:
    try:
        return one.make(0)
    except ValueError as error:
        raise UsageError(f"{error}. Say what it needs: --params '{{name: value}}'") from error


def _registered(name: str, said: Peculiarities) -> Candidate:
    """Return a registered oversampler, or a class by its path."""
    entry = load_registry().entry("oversampler", name)
    return _of_entry(entry, said, module="" if ":" in name else _hooks_of(entry))


def _hooks_of(entry: Entry) -> str:
    """Return the module with the hooks of the plugin that offers a name."""
    found = [one.module for one in entry_points(group=ENTRY_POINT_GROUP) if one.name == entry.plugin]
    return found[0] if found else ""


def _of_entry(entry: Entry, said: Peculiarities, module: str = "") -> Candidate:
    return Candidate(entry.name, entry.resolve(), said, module)


def _of_file(path: str, name: str, said: Peculiarities) -> list[Candidate]:
    """Return what a file offers by its hooks, or else its classes with ``fit_resample``."""
    file = LooseFile.read(str(Path(path).resolve()))
    registry = load_registry((file,))
    offered = _offered(registry, file)
    try:
        found = {one.name: _of_entry(one, said) for one in offered} or _classes(file, said)
    except UsageError:
        raise
    except (Exception, SystemExit) as error:
        raise UsageError(f"'{path}' cannot be imported: {type(error).__name__}: {error}") from error
    if name and name not in found:
        raise UsageError(
            f"'{path}' has no oversampler '{name}'.{nearest(name, found)} It has: {listed(found)}."
        )
    if not found:
        raise UsageError(
            f"'{path}' offers no oversampler: neither a hook `register_oversamplers` nor a class with "
            "`fit_resample(X, y)` of its own."
        )
    return [found[name]] if name else list(found.values())


def _offered(registry: Registry, file: LooseFile) -> list[Entry]:
    return [entry for entry in registry.entries("oversampler") if entry.origin.name == file.name]


def _classes(file: LooseFile, said: Peculiarities) -> dict[str, Candidate]:
    module = imported(file)
    return {
        name: Candidate(name, found, said)
        for name, found in vars(module).items()
        if inspect.isclass(found) and found.__module__ == module.__name__ and hasattr(found, "fit_resample")
        if not name.startswith("_")
    }

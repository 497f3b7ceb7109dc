"""Who offers a name, and what stands for that in a digest: a distribution with a hash of its code.

The host's own names count under `NUMBERS_VERSION` instead, which is raised by hand, so that a release that
moves no number invalidates none. An installed plugin counts with its version and its code, a loose file with
its code alone. What earlier versions of this program wrote, which knew no code, is kept beside.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from importlib.metadata import EntryPoint
from typing import TYPE_CHECKING

from oversample_bench import __version__
from oversample_bench.core.specs import NUMBERS_VERSION, digest, parted
from oversample_bench.plugins.distributions import DIGITS, Installed, code_of, local_code, steady, top

if TYPE_CHECKING:
    from oversample_bench.plugins.given_objects import Given
    from oversample_bench.plugins.plugin_files import LooseFile

HOST, PACKAGE, LOOSE = "oversample-bench", "oversample_bench", "oversample_bench.plugins.plugin_files"
NUMBERS_OF_RELEASES = {"0.1.0": 1}
"""Releases that wrote their own version to the store, and the `NUMBERS_VERSION` that they computed by."""


@dataclass(frozen=True)
class Origin:
    """Who offers names.

    Attributes
    ----------
    name, version : str
        A distribution, or a file, as lists show it.
    source : callable
        What stands in digests and in the store for one of its targets.
    earlier : tuple of str
        What stood there before code counted.
    """

    name: str
    version: str
    source: Callable[[object], str]
    earlier: tuple[str, ...] = ()

    @property
    def told(self) -> str:
        """Name and version."""
        return f"{self.name} {self.version}"


def host() -> Origin:
    """Return the origin of the built-ins."""
    same = [release for release, numbers in NUMBERS_OF_RELEASES.items() if numbers == NUMBERS_VERSION]
    earlier = tuple(f"{HOST} {release}" for release in same)
    return Origin(HOST, __version__, lambda _: f"{HOST} {_numbers()}", earlier)


def installed(point: EntryPoint) -> Origin:
    """Return the origin of what an installed plugin offers; its code is read when it is first asked for."""
    name, version = distribution(point)
    plugin = Installed(point)
    names = cache(plugin.names)
    own = cache(lambda: code_of(steady(f"the plugin '{point.name}'", plugin.files())))

    @cache
    def source(module: str) -> str:
        elsewhere = "" if module in names() else _code_elsewhere(module)
        return f"{name} {version} code {_joined(own(), elsewhere)}"

    return Origin(name, version, lambda target: source(_module(target)), (f"{name} {version}",))


@cache  # the code of a distribution is read once
def imported_from(module: str) -> Origin:
    """Return the origin of what a suite names by an import path: the distribution that holds the module.

    A module of no distribution counts by its code alone.
    """
    package = top(module)
    known = metadata.packages_distributions().get(package, [])
    if not known:
        return Origin(package, "", lambda _: f"{package} code {local_code(package) or 'unknown'}")
    point = EntryPoint(package, module, "")
    vars(point).update(dist=metadata.distribution(known[0]))  # as importlib.metadata does
    return installed(point)


def loose(file: LooseFile) -> Origin:
    """Return the origin of what a loose file offers."""

    @cache
    def source(module: str) -> str:
        elsewhere = "" if module == LOOSE else _code_elsewhere(module)
        return f"{file.name} code {_joined(file.code, elsewhere)}"

    return Origin(file.name, file.code, lambda target: source(_module(target)), (f"{file.name} {file.own}",))


def given(one: Given) -> Origin:
    """Return the origin of an object that was handed over."""
    return Origin(one.name, "", lambda _: one.source)


def _joined(code: str, elsewhere: str) -> str:
    return digest(code, elsewhere)[:DIGITS] if elsewhere else code


def replaced(name: str, then: str, now: str) -> str:
    """Say in which way a name stands for something else than before."""
    (who_then, code_then), (who_now, code_now) = parted(then), parted(now)
    if who_then == who_now and code_then and code_now:
        return f"the code of '{name}' ({who_now}) has changed since"
    return f"'{name}' came from {then} and comes from {now} today"


def distribution(point: EntryPoint) -> tuple[str, str]:
    """Return name and version, also of what an uninstallation has left half there."""
    return (point.dist and point.dist.name) or "unknown", (point.dist and point.dist.version) or "0"


def _numbers() -> str:
    return f"numbers {NUMBERS_VERSION}"


def _module(target: object) -> str:
    """Return the top-level name of the module that a target comes from; of a loose file its package."""
    inner = getattr(target, "compute", getattr(target, "func", target))  # of a metric, of a partial
    name = target.partition(":")[0] if isinstance(target, str) else getattr(inner, "__module__", "") or ""
    return LOOSE if name.startswith(f"{LOOSE}.") else top(name)


def _code_elsewhere(module: str) -> str:
    """Return what counts of code that a plugin offers and that is not of its distribution.

    The host's counts by its numbers, and what nobody has installed as what it is. An installed library does
    not count: its version is recorded with each run.
    """
    return _numbers() if module == PACKAGE else local_code(module)

"""What a process computes with, told by each worker before its first trial and compared with the driver's.

Two machines with two versions of a plugin or a library would write different numbers under one name, and no
row would show it. The code of what a suite uses counts, and the release of the libraries that compute; a
build of torch for GPUs beside one for CPUs does not, since a cluster has both. A library that a machine lacks
and nothing asks for does not either.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from oversample_bench.core.errors import UsageError, first_line
from oversample_bench.core.specs import FIDELITY_VERSION
from oversample_bench.execution.environment import LIBRARIES
from oversample_bench.plugins.distributions import version
from oversample_bench.plugins.origins import HOST
from oversample_bench.plugins.registry import KINDS, Registry

NO_NUMBERS = {"pandas", "ray"}
"""Libraries that compute nothing here; Ray compares its own version."""


def versions(registry: Registry, names: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return what stands for the libraries, and for each name of a kind that a suite uses."""
    found = {name: version(name).partition("+")[0] for name in LIBRARIES if name not in NO_NUMBERS}
    found |= {HOST: version(HOST), "measures of fidelity": f"version {FIDELITY_VERSION}"}
    parts = {f"the {KINDS[kind]} '{name}'": _source(registry, kind, name) for kind, name in names}
    return {name: told for name, told in {**found, **parts}.items() if told}


def differences(theirs: Mapping[str, str], ours: Mapping[str, str]) -> list[str]:
    """Return a phrase for each thing that is another one there than where the run began."""
    return [
        f"{name} is {theirs[name]} there and {told} where the run began"
        for name, told in ours.items()
        if theirs.get(name, told) != told
    ]


def _source(registry: Registry, kind: str, name: str) -> str:
    try:
        entry = registry.entry(kind, name)
    except UsageError as error:
        return f"missing ({first_line(error)})"
    return entry.source if entry.state == "ok" else f"unavailable ({entry.reason})"

"""In what environments differ: a store keeps one with each run, and a table may hold rows of several."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from oversample_bench.analysis.results import Results
from oversample_bench.core.errors import counted

COMPUTING = ("scikit-learn", "imbalanced-learn", "numpy", "scipy", "torch", "smote-variants")
"""The libraries that numbers come from. The version of a plugin is part of the digests of its rows, so that
no table holds rows of two."""


def mixed(results: Results) -> dict[str, dict[str, int]]:
    """Return how many trials were computed by each version of the libraries that rows have several of.

    A trial whose resample was made by another version counts for both.
    """
    counts: dict[str, Counter[str]] = {name: Counter() for name in COMPUTING}
    for tried, drawn, n in results.made_by:
        for name, versions in counts.items():
            versions.update(dict.fromkeys({one[name] for one in (tried, drawn) if name in one}, n))
    return {name: dict(sorted(versions.items())) for name, versions in counts.items() if len(versions) > 1}


def caution(results: Results) -> str:
    """Say which versions the rows of one table come from; empty where each library has one."""
    told = [
        f"{name} " + " and ".join(f"{version} ({counted(n, 'trial')})" for version, n in versions.items())
        for name, versions in mixed(results).items()
    ]
    if not told:
        return ""
    return (
        f"Rows were computed with different versions of libraries: {'; '.join(told)}. A difference between "
        "them may come from a library and not from a method. To have all rows by one version, run the suite "
        "into another folder."
    )


def changed(a: Mapping[str, Any], b: Mapping[str, Any], prefix: str = "") -> dict[str, tuple[str, str]]:
    """Return what differs between two environments, by dotted key; "–" where one has no such entry."""
    told: dict[str, tuple[str, str]] = {}
    for key in sorted({*a, *b}):
        mine, theirs = a.get(key), b.get(key)
        if isinstance(mine, Mapping) and isinstance(theirs, Mapping):
            told |= changed(mine, theirs, f"{prefix}{key}.")
        elif mine != theirs:
            told[prefix + key] = (_entry(mine), _entry(theirs))
    return told


def _entry(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "–" if value is None else str(value)

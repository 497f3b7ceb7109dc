"""In what two environments differ: a store keeps one with each run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


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

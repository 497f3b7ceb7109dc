"""What the parameters of a component may hold: JSON, and mappings by number or truth value besides."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Annotated, Any

from pydantic import AfterValidator

from oversample_bench.suite.fields import complaint
from oversample_bench.suite.source import Steps


def _json_like(params: dict[str, Any]) -> dict[str, Any]:
    for steps, key in _keys(params, ()):
        if not isinstance(key, str | int | float) or (isinstance(key, float) and not math.isfinite(key)):
            raise complaint(f"A key is {key}; expected text, a finite number, true or false.", at=steps)
    for steps, value in _leaves(params, ()):
        if isinstance(value, float) and not math.isfinite(value):
            raise complaint(f"A parameter is {value}; expected a finite number, as in JSON.", at=steps)
        if value is not None and not isinstance(value, str | int | float):
            raise complaint(
                f"A parameter is of type {type(value).__name__}, which JSON does not know.", at=steps
            )
    return params


def _inner(value: Any) -> Iterable[tuple[Any, Any]] | None:
    """Return what a mapping or list holds, by key or position; None for what holds nothing."""
    if isinstance(value, dict):
        return value.items()
    return enumerate(value) if isinstance(value, list) else None


def _leaves(value: Any, steps: Steps) -> Iterator[tuple[Steps, Any]]:
    """Yield every value that holds no others, with the way to it."""
    inner = _inner(value)
    if inner is None:
        yield steps, value
    for step, item in inner or ():
        yield from _leaves(item, (*steps, step))


def _keys(value: Any, steps: Steps) -> Iterator[tuple[Steps, Any]]:
    """Yield every key of every mapping in ``value``, with the way to the mapping."""
    for step, item in _inner(value) or ():
        if isinstance(value, dict):
            yield steps, step
        yield from _keys(item, (*steps, step))


Params = Annotated[dict[str, Any], AfterValidator(_json_like)]
"""Keyword arguments of a constructor."""

"""Components inside components: which parameters stand for something registered, and what a chain holds.

A parameter is a reference where it is a mapping with ``name`` (and perhaps ``params``) under a key that says
what is meant (`KIND_OF_KEY`), or, anywhere, a mapping whose only key is a kind: ``{oversampler: smote}``.
Everything else is handed over as it is written. What comes after a resample (``then`` in a suite) stands with
the classifier that it is put around, so that trials with and without it share the fit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

from oversample_bench.core.specs import Component

Way: TypeAlias = tuple[str | int, ...]
"""Keys and positions that lead to a value."""

KIND_OF_KEY = {
    "sampler": "oversampler",
    "oversampler": "oversampler",
    "estimator": "classifier",
    "base_estimator": "classifier",
    "classifier": "classifier",
    "metric": "metric",
}
"""What a mapping with ``name`` stands for, by the last word of the parameter that it is given for."""

KINDS = ("oversampler", "classifier", "metric")
WITH = " with "
"""Stands between who offers a component and who offers what it refers to."""


def reference(key: str | int, value: Any) -> tuple[str, Component] | None:
    """Return kind and component where a value is a reference, or None."""
    if not isinstance(value, Mapping):
        return None
    kind = KIND_OF_KEY.get(str(key).rpartition("__")[2])
    if kind is not None and _is_named(value):
        return kind, Component.of(value["name"], value.get("params"))
    if len(value) != 1 or (only := next(iter(value))) not in KINDS:
        return None
    inner = {"name": value[only]} if isinstance(value[only], str) else value[only]
    if isinstance(inner, Mapping) and _is_named(inner):
        return str(only), Component.of(inner["name"], inner.get("params"))
    return None


def _is_named(value: Mapping[Any, Any]) -> bool:
    """Tell whether a mapping holds a name and at most parameters beside it."""
    params = value.get("params", {})
    return (
        isinstance(value.get("name"), str)
        and set(value) <= {"name", "params"}
        and isinstance(params, Mapping)
    )


def references(value: Any, key: str | int = "", way: Way = ()) -> Iterator[tuple[Way, str, Component]]:
    """Yield the references in parameters, outer ones first: the way to each, its kind and the component."""
    if found := reference(key, value):
        kind, component = found
        yield way, kind, component
        inner = ("params",) if "name" in value else (kind, "params")
        yield from references(component.kwargs(), way=(*way, *inner))
    elif isinstance(value, Mapping | list):
        for step, item in value.items() if isinstance(value, Mapping) else enumerate(value):
            yield from references(item, step, (*way, step))


def resolved(value: Any, build: Callable[[str, Component], Any], key: str | int = "") -> Any:
    """Return parameters with what ``build`` makes of each reference in its place; it resolves inner ones."""
    if found := reference(key, value):
        return build(*found)
    if isinstance(value, Mapping):
        return {step: resolved(item, build, step) for step, item in value.items()}
    if isinstance(value, list):
        return [resolved(item, build, step) for step, item in enumerate(value)]
    return value


def named(kind: str, component: Component) -> tuple[tuple[str, str], ...]:
    """Return kinds and names of a component and of all that it refers to or is followed by, each once."""
    heads = [(kind, component), *(("oversampler", part) for part in component.then())]
    inner = [(found, one) for _, head in heads for _, found, one in references(head.kwargs())]
    return tuple(dict.fromkeys((which, one.name) for which, one in [*heads, *inner]))


def source_of(kind: str, component: Component, source: Callable[[str, str], str]) -> str:
    """Return who offers a component, by which code, and the same of all that it refers to.

    Parameters
    ----------
    kind : str
        The component's kind.
    component : Component
        With its references.
    source : callable
        ``source(kind, name)`` returns who offers one name.
    """
    own, *others = named(kind, component)
    told = [f"{name}: {source(found, name)}" for found, name in others]
    return source(*own) + (f"{WITH}{'; '.join(told)}" if told else "")


def own_source(source: str) -> str:
    """Return who offers a component itself, of what `source_of` returns."""
    return source.partition(WITH)[0]

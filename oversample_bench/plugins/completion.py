"""The JSON Schema of a suite with what is installed: an editor completes names, parameters and defaults.

Other names stay valid, since a suite may name an import path or what a colleague's machine has, and so do
other parameters: whether a value is right is for `bench plan` to say.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from oversample_bench.plugins.descriptions import Description, Parameter, as_json, description_of
from oversample_bench.plugins.registry import ALIASES, Registry
from oversample_bench.suite import suite_schema

SECTIONS = {"MethodItem": "oversampler", "ClassifierItem": "classifier", "Wrapper": "oversampler"}
"""The sections of a suite that hold a name and its parameters, and of which kind the name is."""

LISTS = {"methods": "oversampler", "classifiers": "classifier", "data": "dataset", "metrics": "metric"}
"""The fields of a suite whose entries may be a bare name."""


def installed_schema(registry: Registry) -> dict[str, Any]:
    """Return the JSON Schema of a suite, completed by the names and parameters of a registry.

    Methods and classifiers are imported for their signatures; one that cannot be has no parameters.
    """
    schema = suite_schema()
    sections, fields = schema["$defs"], schema["properties"]
    for field, kind in LISTS.items():
        fields[field]["items"] = _with_names(fields[field]["items"], _names(registry, kind))
    data = sections["DataItem"]["properties"]
    data["dataset"] = {**data["dataset"], **_any_of(_names(registry, "dataset"), data["dataset"])}
    known = {
        kind: [description_of(entry) for entry in registry.entries(kind)]
        for kind in ("oversampler", "classifier")
    }
    for section, kind in SECTIONS.items():
        _complete(sections[section], known[kind])
    return schema


def _names(registry: Registry, kind: str) -> list[str]:
    further = (name for (of, name), own in ALIASES.items() if of == kind and (kind, own) in registry.known)
    return list(dict.fromkeys([*(entry.name for entry in registry.entries(kind)), *further]))


def _with_names(items: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """Return what an entry of a list may be, with the names where it may be a text."""
    if "anyOf" in items:
        return {**items, "anyOf": [_with_names(one, names) for one in items["anyOf"]]}
    return {**items, **_any_of(names, items)} if items.get("type") == "string" else dict(items)


def _any_of(names: Iterable[str], text: Mapping[str, Any]) -> dict[str, Any]:
    """Return that a text is one of the names, which editors offer, or another one."""
    rules = {key: value for key, value in text.items() if key in ("type", "minLength", "pattern")}
    return {"anyOf": [{"enum": list(names)}, rules]}


def _complete(section: dict[str, Any], known: Iterable[Description]) -> None:
    """Give a section its names, and under each name its parameters."""
    told = list(known)
    name = section["properties"]["name"]
    section["properties"]["name"] = {
        **{key: value for key, value in name.items() if key not in ("minLength", "pattern")},
        **_any_of([one.name for one in told], name),
    }
    section["allOf"] = [_branch(one) for one in told if one.parameters and one.state == "ok"]


def _branch(one: Description) -> dict[str, Any]:
    """Return what stands under ``params`` where this is the name."""
    params = {
        "description": one.summary,
        "properties": {parameter.name: _property(parameter) for parameter in one.parameters},
    }
    return {
        "if": {"properties": {"name": {"const": one.name}}, "required": ["name"]},
        "then": {"properties": {"params": params}},
    }


def _property(parameter: Parameter) -> dict[str, Any]:
    """Return a parameter with its default, where it has one; of any type, since Python says none."""
    about = {"description": parameter.about} if parameter.about else {}
    return about if parameter.required else {**about, "default": as_json(parameter.default)}

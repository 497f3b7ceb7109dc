"""What pydantic found wrong, as sentences with what was found, what is expected and the nearest name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

from oversample_bench.core.errors import listed, nearest
from oversample_bench.suite.fields import meant
from oversample_bench.suite.items import ClassifierItem, DataItem, MethodItem, ResourcesSection, Wrapper
from oversample_bench.suite.model import CostsSection, Limits, ProtocolSection, ReportOptions, Suite
from oversample_bench.suite.source import Complaint, Steps, YamlText

SECTIONS: Mapping[tuple[str, ...], type[BaseModel]] = {
    (): Suite,
    ("data",): DataItem,
    ("methods",): MethodItem,
    ("methods", "resources"): ResourcesSection,
    ("methods", "then"): Wrapper,
    ("classifiers",): ClassifierItem,
    ("protocol",): ProtocolSection,
    ("costs",): CostsSection,
    ("limits",): Limits,
    ("report",): ReportOptions,
}
"""The fields that may stand at each place; positions in lists are left out."""

EXPECTED: Mapping[str, str] = {
    "bool_type": "true or false",
    "dict_type": "a mapping",
    "finite_number": "a finite number",
    "float_type": "a number",
    "greater_than": "a number above {gt:g}",
    "greater_than_equal": "at least {ge:g}",
    "int_type": "a whole number",
    "less_than": "a number below {lt:g}",
    "less_than_equal": "at most {le:g}",
    "literal_error": "{expected}",
    "model_type": "a mapping",
    "string_pattern_mismatch": "letters, digits, '.', '_' and '-', the first a letter or digit",
    "string_too_long": "at most {max_length} characters",
    "string_too_short": "text that is not empty",
    "string_type": "text",
    "too_short": "at least one entry",
    "tuple_type": "a list",
}


WORDS_OF_OLD = {"yes": "true", "on": "true", "y": "true", "no": "false", "off": "false", "n": "false"}
"""What were truth values before YAML 1.2."""


def problems(error: ValidationError, source: YamlText) -> Iterator[Complaint]:
    """Yield what is wrong, each with its place in the text."""
    for detail in error.errors(include_url=False):
        if detail["type"] == "too_short" and detail["input"]:
            continue  # pydantic counts valid entries only; the others are told by themselves
        yield _problem(dict(detail), source)


def _problem(detail: dict[str, Any], source: YamlText) -> Complaint:
    steps: Steps = detail["loc"]
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "invalid_key" or steps[-1:] == ("[key]",):
        above = steps[: -2 if kind != "invalid_key" else -1]
        return Complaint(source.key_position((*above, detail["input"])), _wrong_key(above, detail["input"]))
    if kind == "extra_forbidden":
        return Complaint(source.key_position(steps), _unknown_key(steps))
    if kind == "missing":
        return Complaint(source.position(steps[:-1]), _missing(steps))
    if kind == "complaint":
        also = source.where(*steps, *(context["also"] or ()))
        sentence = context["sentence"].replace("{also}", also)
        return Complaint(source.position((*steps, *context["at"])), sentence)
    found = f"{_named(steps)} is {_shown(detail['input'])}"
    return Complaint(source.position(steps), f"{found[0].upper()}{found[1:]}; expected {_expected(detail)}")


def _unknown_key(steps: Steps) -> str:
    known, key = _fields(steps[:-1]), str(steps[-1])
    hint = nearest(key, known)
    if any(letter.isspace() and not letter.isascii() for letter in key):
        hint += " It holds a blank that is no plain space, as text copied from a page does."
    return f"Unknown key '{key}' {_place(steps[:-1])}.{hint} Known: {listed(known, most=20)}."


def _wrong_key(above: Steps, key: Any) -> str:
    hint = " A decimal has a point: 0.2." if isinstance(key, int) and not isinstance(key, bool) else ""
    return f"A key {_place(above)} is {_shown(key)}; expected text.{hint}"


def _place(steps: Steps) -> str:
    return f"in {_named(steps)}" if steps else "at the top"


def _missing(steps: Steps) -> str:
    known = _fields(steps[:-1])
    told = known[str(steps[-1])]
    return f"'{steps[-1]}' is missing{_within(steps)}. {told}"


def _within(steps: Steps) -> str:
    return f" in {_named(steps[:-1])}" if len(steps) > 1 else ""


def _fields(steps: Steps) -> dict[str, str]:
    """Return the names of the fields at a place, each with its description."""
    model = SECTIONS[tuple(step for step in steps if isinstance(step, str))]
    return {name: field.description or "" for name, field in model.model_fields.items()}


def _named(steps: Steps) -> str:
    """Return what a reader calls the value: its key, or the list that it is an entry of."""
    if not steps:
        return "the suite"
    names = [step for step in steps if isinstance(step, str)]
    return f"an entry of '{names[-1]}'" if isinstance(steps[-1], int) else f"'{steps[-1]}'"


def _expected(detail: dict[str, Any]) -> str:
    """Return what should stand there, as the end of a sentence."""
    kind, context, value = detail["type"], detail.get("ctx", {}), detail["input"]
    if kind == "expected":
        return f"{context['what']}.{context['hint']}"
    if kind not in EXPECTED:
        return f"{detail['msg'].lower()}."  # a kind of error that pydantic may add one day
    return f"{EXPECTED[kind].format(**context)}.{_hint(kind, value, context)}"


def _hint(kind: str, value: Any, context: dict[str, Any]) -> str:
    """Return a sentence on what was probably meant, or nothing."""
    if kind == "literal_error":
        return nearest(str(value), re.findall("'([^']*)'", context["expected"]))
    if kind == "string_type" and isinstance(value, int | float):
        return f" Quote it: '{value}'."
    if kind in {"int_type", "float_type"} and isinstance(value, str):
        return " Write it without quotes." if _is_number(value) else meant(value)
    if kind == "bool_type" and str(value).lower() in WORDS_OF_OLD:
        return f" '{value}' is text in YAML 1.2: write {WORDS_OF_OLD[str(value).lower()]}."
    if kind == "tuple_type" and isinstance(value, str | float):
        return f" Write [{value}]."
    return ""


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _shown(value: Any) -> str:
    """Return a value as a reader of the YAML knows it."""
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return repr(value if len(value) <= 60 else value[:57] + "...")
    if isinstance(value, dict | list | tuple):
        return ("a mapping" if isinstance(value, dict) else "a list") if value else "empty"
    return str(value)

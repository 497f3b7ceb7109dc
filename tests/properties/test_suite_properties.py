"""Rules that hold for every suite, right or wrong."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from oversample_bench.core.errors import UsageError
from oversample_bench.suite import Suite, parse_suite

unhurried = settings(
    deadline=None, suppress_health_check=[HealthCheck.too_slow]
)  # a busy machine is no fault

SMALLEST = "name: s\ndata: [ecoli1]\nmethods: [none]\nclassifiers: [knn]\n"
PIECES = st.sampled_from(
    [
        *(
            "\t",
            " ",
            "\n",
            "  ",
            "- ",
            ": ",
            "[",
            "]",
            "{",
            "}",
            "&a ",
            "*a",
            "!!int ",
            "!x ",
            "%YAML 1.1\n",
            "---\n",
        ),
        *(
            "|",
            ">",
            '"',
            "'",
            "\\",
            "\\U",
            "\\ud800",
            "\0",
            "\x85",
            "\u2028",
            "\ufeff",
            "# ",
            "? ",
            "<<",
            "=",
            "~",
        ),
        *(
            "null",
            "1e999",
            "-.inf",
            "0x",
            "0o9",
            "1_",
            ".",
            "2020-01-01",
            "@",
            "`",
            ",",
            "!<",
            "!!set ",
            "9" * 5000,
        ),
    ]
)

lines = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S"]), min_size=1, max_size=12)
numbers = st.floats(allow_nan=False, allow_infinity=False)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | numbers | lines,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(lines, inner, max_size=3),
    max_leaves=6,
)
params = st.dictionaries(lines, json_values, max_size=3)
positive = st.floats(0.001, 1e6) | st.integers(1, 1000)


@st.composite
def entries(draw: st.DrawFn, *, first: list[Any], more: dict[str, st.SearchStrategy[Any]]) -> list[Any]:
    """Draw a list of registered names with labels of their own."""
    labels = draw(st.lists(lines, unique=True, max_size=3))
    taken = {item if isinstance(item, str) else item["label"] for item in first}
    assume(not taken & set(labels))
    return first + [
        {"name": draw(lines), "label": label, "params": draw(params)}
        | draw(st.fixed_dictionaries({}, optional=more))
        for label in labels
    ]


@st.composite
def datasets(draw: st.DrawFn) -> list[Any]:
    """Draw a list of registered sets with labels of their own."""
    labels = draw(st.lists(lines, unique=True, min_size=1, max_size=3))
    label = lines | st.booleans() | st.integers(-9, 9) | numbers
    return [
        {"dataset": draw(lines), "label": own} | draw(st.fixed_dictionaries({}, optional={"minority": label}))
        for own in labels
    ]


unit = st.floats(0.001, 0.999)
suites = st.fixed_dictionaries(
    {
        "name": st.from_regex("[A-Za-z0-9][A-Za-z0-9._-]{0,20}", fullmatch=True),
        "data": datasets(),
        "methods": entries(
            first=["none"],
            more={"batch": st.integers(1, 9), "resources": st.just({"cpus": 2, "gpus": 0.5})},
        ),
        "classifiers": entries(first=["knn"], more={}),
    },
    optional={
        "ratios": st.lists(
            st.just("natural") | unit, min_size=1, unique_by=lambda r: r if isinstance(r, str) else f"{r:g}"
        ),
        "splits": st.integers(1, 50),
        "seeds": st.integers(1, 50),
        "metrics": st.lists(lines, min_size=1, unique=True),
        "protocol": st.fixed_dictionaries(
            {},
            optional={
                "test_size": unit,
                "scale": st.sampled_from(["standard", "minmax", "none"]),
                "target_ratio": unit | st.just(1),
            },
        ),
        "limits": st.fixed_dictionaries(
            {}, optional={"fit": positive, "trial": positive, "memory": st.none() | positive}
        ),
        "report": st.fixed_dictionaries(
            {}, optional={"title": lines, "digits": st.integers(1, 6), "control": st.just("none")}
        ),
        "allow_no_baseline": st.booleans(),
    },
)


def dumped(fields: dict[str, Any], *, flow: bool) -> str:
    """Return the fields as YAML, in blocks or, since JSON is YAML, in brackets."""
    if flow:
        return json.dumps(fields, ensure_ascii=False)
    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style = False
    buffer = io.StringIO()
    yaml.dump(fields, buffer)
    return buffer.getvalue()


def accepted_or_refused(text: str) -> Suite | None:
    try:
        return parse_suite(text)
    except UsageError as error:
        told = str(error).splitlines()
    assert all(line.startswith("<suite>:") for line in told)
    return None


@unhurried
@given(st.text() | st.lists(PIECES | st.text(max_size=3), max_size=20).map("".join))
def test_any_text_is_a_suite_or_a_usage_error(text: str) -> None:
    """Whatever stands in the file, nothing but a UsageError is raised."""
    accepted_or_refused(text)


@unhurried
@given(st.lists(st.tuples(st.integers(0, len(SMALLEST)), st.integers(0, 4), PIECES), min_size=1, max_size=4))
def test_any_slip_in_a_suite_is_accepted_or_told(slips: list[tuple[int, int, str]]) -> None:
    """A right suite with pieces cut out and put in is read, or refused with lines and columns."""
    text = SMALLEST
    for start, length, piece in slips:
        text = text[:start] + piece + text[start + length :]

    accepted_or_refused(text)


@unhurried
@given(
    st.recursive(
        json_values, lambda inner: st.dictionaries(st.sampled_from(sorted(Suite.model_fields)), inner)
    )
)
def test_any_value_in_any_field_is_accepted_or_told(value: Any) -> None:
    """Values of the wrong kind in known fields are told, never raised."""
    accepted_or_refused(json.dumps(value, ensure_ascii=False))


@unhurried
@given(fields=suites, flow=st.booleans())
def test_a_suite_survives_being_written_and_read(fields: dict[str, Any], *, flow: bool) -> None:
    """What a suite says of itself, dumped to YAML and parsed again, is the same suite."""
    suite = parse_suite(dumped(fields, flow=flow))
    again = parse_suite(dumped(suite.as_written(), flow=not flow))

    assert suite.as_written() == again.as_written()
    assert suite.digest() == again.digest()


keys = lines | st.booleans() | st.integers(-9, 9) | st.floats(-9, 9)


@unhurried
@given(st.dictionaries(keys, json_values | st.dictionaries(keys, json_values, max_size=3), max_size=3))
def test_keys_of_parameters_survive_being_written_and_read(given_keys: dict[Any, Any]) -> None:
    """A mapping by number or truth value is the same mapping after another round through YAML."""
    params = {"given": given_keys}
    fields = {
        "name": "s",
        "data": ["a"],
        "methods": ["none"],
        "classifiers": [{"name": "c", "params": params}],
    }
    suite = parse_suite(dumped(fields, flow=False))
    again = parse_suite(dumped(suite.as_written(), flow=False))

    assert suite.classifiers[0].component() == again.classifiers[0].component()
    assert suite.classifiers[0].component().kwargs() == params
    assert suite.digest() == again.digest()


@unhurried
@given(fields=suites)
def test_labels_and_resources_are_no_part_of_what_is_computed(fields: dict[str, Any]) -> None:
    """Other labels, resources, limits and report options leave specs and components equal."""
    suite = parse_suite(dumped(fields, flow=False))
    renamed = suite.as_written() | {"limits": {"fit": 1.5}, "report": {"digits": 1}, "name": "other"}
    for position, item in enumerate(renamed["data"] + renamed["methods"] + renamed["classifiers"]):
        item["label"] = f"label {position}"
        item.pop("resources", None)
    other = parse_suite(dumped(renamed, flow=False))

    assert [item.spec() for item in suite.data] == [item.spec() for item in other.data]
    assert [item.component() for item in suite.methods] == [item.component() for item in other.methods]
    assert [item.component() for item in suite.classifiers] == [
        item.component() for item in other.classifiers
    ]
    assert suite.protocol.specs() == other.protocol.specs()


@unhurried
@given(
    names=st.lists(st.from_regex("[a-z]{3,9}", fullmatch=True), unique=True, min_size=1), flow=st.booleans()
)
def test_where_points_at_the_value(names: list[str], *, flow: bool) -> None:
    """Line and column lead to the very characters that the value is written with."""
    assume(not set(names) & {"none", "null", "true", "false"})
    fields = {
        "name": "s",
        "data": names,
        "methods": ["none", *({"name": name} for name in names)],
        "classifiers": [{"name": "knn", "params": {"deep": {"list": names}}}],
    }
    suite = parse_suite(dumped(fields, flow=flow))

    for position, name in enumerate(names):
        for path in (
            ("data", position),
            ("methods", position + 1, "name"),
            ("classifiers", 0, "params", "deep", "list", position),
        ):
            line, column = map(int, suite.where(*path).split(":")[1:])
            assert suite.text.splitlines()[line - 1][column - 1 :].lstrip('"').startswith(name)


@unhurried
@given(st.sampled_from(sorted(name for name in Suite.model_fields if len(name) > 4)), st.data())
def test_a_key_with_a_letter_missing_is_told_the_right_one(key: str, data: st.DataObject) -> None:
    """An unknown key is answered with the nearest known one."""
    gap = data.draw(st.integers(0, len(key) - 1))
    slip = key[:gap] + key[gap + 1 :]

    with pytest.raises(UsageError, match=f"Unknown key '{slip}' at the top. Did you mean '{key}'"):
        parse_suite(f"{SMALLEST}{slip}: 3\n")

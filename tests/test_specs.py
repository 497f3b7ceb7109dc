"""Specs are values: equal when they say the same, with a digest that is the same everywhere."""

import dataclasses
import json
import os
import pickle
import subprocess
import sys
from fractions import Fraction
from math import floor
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from oversample_bench.core.specs import (
    PAIRS,
    Component,
    DataSpec,
    Protocol,
    ResampleSpec,
    SplitSpec,
    TrialSpec,
    canonical,
    digest,
    exact,
    paired,
)

words = st.text(st.characters(codec="utf-8"), max_size=8)
leaves = st.none() | st.booleans() | st.integers(-(10**6), 10**6) | st.floats(allow_nan=False) | words
values = st.recursive(leaves, lambda inner: st.lists(inner) | st.dictionaries(words, inner), max_leaves=12)
params = st.dictionaries(words, values, max_size=5)
keys = words | st.just(PAIRS) | st.booleans() | st.integers(-99, 99) | st.floats(-9, 9)
keyed = st.recursive(leaves, lambda inner: st.lists(inner) | st.dictionaries(keys, inner), max_leaves=12)

SPEC = TrialSpec(
    ResampleSpec(
        SplitSpec(DataSpec("ecoli1"), 0.05, Protocol(), 3), Component.of("smote", {"k_neighbors": 3}), 1
    ),
    Component("knn"),
)


def backwards(value):
    """Return the same JSON value, its keys put in in the other order."""
    if isinstance(value, dict):
        return {key: backwards(inner) for key, inner in reversed(value.items())}
    return [backwards(inner) for inner in value] if isinstance(value, list) else value


@given(value=values)
def test_canonical_text_does_not_depend_on_the_order_of_keys(value):
    """However a mapping was written down, its text is the same, and reads back as the same value."""
    assert canonical(backwards(value)) == canonical(value)
    assert json.loads(canonical(value)) == value


@given(chosen=params)
def test_components_of_equal_parameters_are_equal(chosen):
    """Parameters in another order make the same component, with the same hash and the same arguments."""
    one, other = Component.of("smote", chosen), Component.of("smote", backwards(chosen))

    assert (one, hash(one), one.kwargs()) == (other, hash(other), chosen)


@given(chosen=params)
def test_parameters_with_keys_of_text_are_plain_json(chosen):
    """What is stored under a digest made before other keys were allowed is found under it still."""
    assume(PAIRS not in canonical(chosen))

    assert Component.of("smote", chosen).params == canonical(chosen)


@given(chosen=st.dictionaries(words, keyed, max_size=4))
def test_keys_of_any_kind_survive(chosen):
    """Mappings by number or truth value, at any depth, come back with the same keys of the same kinds."""
    component = Component.of("smote", chosen)

    assert kinds(component.kwargs()) == kinds(chosen)
    assert component == Component.of("smote", backwards(chosen))


def kinds(value):
    """Return a value in which 1, 1.0 and True differ, and the order of keys is nothing."""
    if isinstance(value, dict):
        return {(type(key), key): kinds(inner) for key, inner in value.items()}
    return [kinds(inner) for inner in value] if isinstance(value, list) else (type(value), value)


@given(one=keyed, other=keyed)
def test_components_differ_where_their_keys_do(one, other):
    """{0: 1} and {"0": 1} are two parameters, with two digests."""
    same = Component.of("a", {"p": one}) == Component.of("a", {"p": other})

    assert same == (canonical(paired(one)) == canonical(paired(other)))
    assert not same or kinds(one) == kinds(other)


def test_a_hash_does_not_travel():
    """Text has another hash in another process: a spec sent there is found among those made there."""
    program = (
        "import pickle, sys\nfrom tests.test_specs import SPEC\n"
        "sent = pickle.load(sys.stdin.buffer)\n"
        "print({SPEC: 'found'}.get(sent), {sent.resample.split: 1}[SPEC.resample.split])"
    )
    hash(SPEC)
    sent = pickle.dumps(SPEC)
    done = subprocess.run(
        [sys.executable, "-c", program],
        input=sent,
        capture_output=True,
        env={**os.environ, "PYTHONHASHSEED": "7", "PYTHONPATH": str(Path(__file__).parents[1])},
    )

    assert done.stdout.split() == [b"found", b"1"], done.stderr.decode()


def test_no_parameters_are_one_component():
    """No mapping, an empty one and the default are the same."""
    assert Component("none") == Component.of("none") == Component.of("none", {})


@given(parts=st.lists(values, max_size=4), other=st.lists(values, max_size=4))
def test_digests_differ_where_values_do(parts, other):
    """Two values have one digest if and only if they have one text."""
    assert (digest(*parts) == digest(*other)) == (canonical(parts) == canonical(other))


def test_digests_are_the_same_on_every_machine():
    """Stored results are found by these digits."""
    assert digest("a", 1, [None, 0.5]) == "d4fec527ea2796a09afea1d1d72ecf56"


def test_a_digest_is_32_hexadecimal_digits():
    """It names a file and stands in a table."""
    assert set(digest("x")) <= set("0123456789abcdef")
    assert len(digest("x")) == 32


@given(hundredths=st.integers(0, 10_000), n=st.integers(0, 10_000))
def test_a_share_is_the_decimal_that_was_written(hundredths, n):
    """0.29 of 100 rows are 29, though 0.29 * 100 is less than 29 in binary."""
    share = float(f"{hundredths / 100:.2f}")

    assert exact(share) == Fraction(hundredths, 100)
    assert floor(exact(share) * n) == hundredths * n // 100


def test_binary_rounding_would_lose_a_row():
    """The example that gave `exact` its reason."""
    assert floor(0.29 * 100) == 28
    assert floor(exact(0.29) * 100) == 29


def test_equal_specs_are_one_key():
    """Specs that were made apart, of equal values, find each other in a dictionary."""
    again = TrialSpec(
        ResampleSpec(
            SplitSpec(DataSpec("ecoli1"), 0.05, Protocol(), 3), Component.of("smote", {"k_neighbors": 3}), 1
        ),
        Component.of("knn", {}),
    )

    assert {SPEC: "found"}[again] == "found"


def test_a_spec_cannot_be_changed():
    """A key stays where it was put."""
    with pytest.raises(dataclasses.FrozenInstanceError):
        SPEC.resample.split.protocol.test_size = 0.5

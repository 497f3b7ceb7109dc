"""A seed for each use, from names."""

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from oversample_bench.core.seeds import child

names = st.lists(st.text(st.characters(codec="utf-8"), max_size=10), max_size=4)


@given(seed=st.integers(0, 2**64), path=names)
def test_a_seed_is_one_that_everybody_takes(seed, path):
    """Each seed is a whole number that NumPy and scikit-learn accept, and the same on each call."""
    found = child(seed, *path)

    assert 0 <= found < 2**32
    assert found == child(seed, *path)
    assert np.random.RandomState(found)


@pytest.mark.parametrize(
    ("seed", "path", "expected"), [(7, ("ecoli", "fold 2", "tree"), 1379518850), (0, (), 1609362278)]
)
def test_seeds_are_the_same_on_every_machine(seed, path, expected):
    """Stored results rest on these numbers: they may not change with a version of Python or a platform."""
    assert child(seed, *path) == expected


def test_each_use_has_its_own_seed():
    """Another seed, another name, another order or another depth gives another seed."""
    uses = [(0, "a", "b"), (1, "a", "b"), (0, "b", "a"), (0, "a"), (0, "ab"), (0, "a", "b", "c"), (0,)]

    assert len({child(*use) for use in uses}) == len(uses)


def test_many_uses_hardly_share_seeds():
    """Ten thousand uses spread over the range: there are few coincidences and no pile at one end."""
    found = [child(seed, "method", str(split)) for seed in range(100) for split in range(100)]

    assert len(set(found)) > 9_990
    assert np.histogram(found, bins=8, range=(0, 2**32))[0].min() > 1_000


def test_global_generators_are_untouched():
    """Neither generator of the process is moved."""
    random.seed(1)
    np.random.seed(1)  # noqa: NPY002 - it is the global state that is looked at
    before = (random.getstate(), np.random.get_state()[1].tolist())  # noqa: NPY002 - as above
    child(3, "a")

    assert before == (random.getstate(), np.random.get_state()[1].tolist())  # noqa: NPY002 - as above

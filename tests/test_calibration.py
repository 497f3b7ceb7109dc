"""Counts of predicted probabilities, from which curves of calibration are made."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.calibration import calibration_curve

from oversample_bench.evaluation.probability_bins import BINS, binned

ROWS = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 1)), min_size=1, max_size=60)


@given(ROWS)
def test_no_row_is_lost(rows):
    """Rows, probabilities and minority rows add up to what was given, whatever falls on an edge."""
    p, y = map(np.array, zip(*rows, strict=True))

    n, total, positive = map(sum, zip(*binned(y, p), strict=True))

    assert (n, positive) == (len(y), y.sum())
    assert total == pytest.approx(p.sum(), abs=BINS * 1e-6)


def test_the_bins_are_those_of_scikit_learn():
    """The curve that the counts give is scikit-learn's calibration curve with ten uniform bins."""
    generator = np.random.default_rng(0)
    p = generator.random(500)
    y = (generator.random(500) < p**2).astype(int)

    found = [(total / n, positive / n) for n, total, positive in binned(y, p) if n]

    truth, predicted = calibration_curve(y, p, n_bins=BINS)
    np.testing.assert_allclose(found, np.column_stack([predicted, truth]), atol=1e-6)


def test_certainty_belongs_to_the_last_bin():
    """A probability of 1 has no bin of its own."""
    assert binned(np.array([1, 0]), np.array([1.0, 0.95]))[-1] == (2, 1.95, 1)


@pytest.mark.parametrize("value", [-0.1, 1.1, float("nan")])
def test_what_is_no_probability_is_refused(value):
    """A classifier whose probabilities are none fails its trial with a sentence."""
    with pytest.raises(ValueError, match="probabilities from"):
        binned(np.array([0, 1]), np.array([0.5, value]))

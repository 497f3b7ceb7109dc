import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from oversample_bench_smote_variants.rows import cast, traced


def table(seed, n=30, d=3):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, d)) * [1e6, 1.0, 1e-6], rng.integers(0, 2, n)


@given(seed=st.integers(0, 999), scaler=st.sampled_from([MinMaxScaler, StandardScaler]))
def test_rows_that_were_scaled_there_and_back_are_the_real_ones(seed, scaler):
    """Whatever order they come back in, and whatever their last digits, real rows are known."""
    X, y = table(seed)
    fitted = scaler().fit(X)
    order = np.random.default_rng(seed).permutation(len(X))
    X_out = np.vstack([fitted.inverse_transform(fitted.transform(X))[order], X[:4] + np.array([0, 1e-3, 0])])

    found = traced(X, y, X_out, np.concatenate([y[order], y[:4]]))
    assert np.arange(len(X)).tolist() == found.kept.tolist()
    np.testing.assert_array_equal(X_out[len(X) :], found.X_new)
    assert y[:4].tolist() == found.y_new.tolist()


@given(seed=st.integers(0, 999), dropped=st.sets(st.integers(0, 29), min_size=1))
def test_rows_that_did_not_come_back_are_not_kept(seed, dropped):
    """What is missing from the answer is missing from the kept rows, and nothing is taken for new."""
    X, y = table(seed)
    left = np.setdiff1d(np.arange(len(X)), list(dropped))

    found = traced(X, y, X[left], y[left])
    assert left.tolist() == found.kept.tolist()
    assert 0 == len(found.X_new)


def test_a_row_comes_back_once_and_its_copies_are_new():
    """Of three rows that equal a real one the first is that row; the others equal it to the last bit."""
    X, y = table(0)
    X_out = np.vstack([X[5] * (1 + 1e-12), X[5] * (1 - 1e-12), X[5]])

    found = traced(X, y, X_out, y[[5, 5, 5]])
    assert [5] == found.kept.tolist()
    np.testing.assert_array_equal(X[[5, 5]], found.X_new)


def test_equal_rows_come_back_as_many_times_as_they_are():
    """Two equal real rows are two rows."""
    X, y = np.array([[1.0], [1.0], [2.0]]), np.array([0, 0, 1])

    assert [0, 1, 2] == traced(X, y, X[[2, 1, 0]], y[[2, 1, 0]]).kept.tolist()


def test_a_row_with_another_label_is_new():
    """A real row that comes back with the other label is a dropped row and a new one."""
    X, y = np.array([[1.0], [2.0], [3.0]]), np.array([0, 0, 1])

    found = traced(X, y, X, np.array([0, 1, 1]))
    assert [0, 2] == found.kept.tolist()
    assert ([[2.0]], [1]) == (found.X_new.tolist(), found.y_new.tolist())


def test_rows_that_were_all_moved_but_keep_their_labels_are_the_real_ones():
    """Projections of all real rows, with the labels where they stood, stand for these; others are new."""
    X, y = table(0)
    X_out = np.vstack([X + np.array([0.0, 0.1, 0.0]), X[:2] + 5])

    found = traced(X, y, X_out, np.append(y, [1, 1]))
    assert list(range(30)) == found.kept.tolist()
    assert 2 == len(found.X_new)
    assert 0 == len(traced(X, y, X_out, np.append(1 - y, [1, 1])).kept)


def test_constant_columns_do_no_harm():
    """A column of zeros, which has no largest value, is compared as it is."""
    X = np.array([[0.0, 1.0], [0.0, 2.0]])

    assert [1] == traced(X, np.array([0, 1]), X[[1]], np.array([1])).kept.tolist()


@pytest.mark.parametrize("dtype", [np.float32, np.int8, np.uint8, bool])
def test_values_are_cast_within_what_a_type_can_hold(dtype):
    """Whole numbers are rounded and end at the ends of their type; single precision stays such."""
    found = cast(np.array([-700.0, 0.6, 700.0]), np.dtype(dtype))

    ends = {np.int8: [-128, 1, 127], np.uint8: [0, 1, 255], bool: [False, True, True]}
    assert dtype == found.dtype
    assert ends.get(dtype, [-700.0, np.float32(0.6), 700.0]) == found.tolist()

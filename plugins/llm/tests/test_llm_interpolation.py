import numpy as np
import pytest

from oversample_bench_llm.interpolation import interpolated


def mixed(n_minority, n=60):
    rng = np.random.default_rng(0)
    X = np.empty((n, 3), dtype=object)
    X[:, 0], X[:, 2] = rng.normal(size=n), rng.normal(size=n) * 1e6
    X[:, 1] = rng.choice(["red", "blue"], size=n)
    return X, np.arange(n) < n_minority


@pytest.mark.parametrize("numeric", [[0, 2], [0, 1, 2]])
def test_rows_lie_between_minority_rows(numeric):
    """Numbers of interpolated rows are on lines between two minority rows, within their ranges."""
    X, is_minority = mixed(10)
    if 1 in numeric:
        X = np.where(X == "red", 1.0, np.where(X == "blue", 0.0, X)).astype(float)
    found = interpolated(X, is_minority, numeric, 25, seed=0)
    minority = X[is_minority][:, [0, 2]].astype(float)
    new = found.X[:, [0, 2]].astype(float)

    assert (25, 3) == found.X.shape
    assert "" == found.told
    assert (new >= minority.min(0) - 1e-9).all()
    assert (new <= minority.max(0) + 1e-9).all()
    for row in new:
        assert min(_off_line(row, a, b) for a in minority for b in minority if (a != b).any()) < 1e-6


def _off_line(row, a, b):
    """Return how far a point is from the line through two others, in units of their distance on each axis."""
    share = (row - a) / (b - a)
    return abs(share[0] - share[1])


@pytest.mark.parametrize("n_minority", [1, 2, 3, 5])
def test_five_rows_or_fewer_are_copied_and_that_is_told(n_minority):
    """SMOTE-NC needs six rows; below, copies are learnt from."""
    X, is_minority = mixed(n_minority)
    found = interpolated(X, is_minority, [0, 2], 20, seed=0)

    known = {tuple(row) for row in X[is_minority]}
    assert {tuple(row) for row in found.X} <= known
    assert "copies to learn from" in found.told


def test_a_table_without_numbers_has_nothing_to_interpolate():
    """Categories alone are learnt from as they are."""
    X, is_minority = mixed(10)

    assert (0, 1) == interpolated(X[:, [1]], is_minority, [], 20, seed=0).X.shape


def test_the_seed_decides():
    """The same seed interpolates the same rows, another one others."""
    X, is_minority = mixed(10)
    first, again, other = (interpolated(X, is_minority, [0, 2], 9, seed).X[:, 0] for seed in (0, 0, 1))

    assert first.tolist() == again.tolist()
    assert first.tolist() != other.tolist()

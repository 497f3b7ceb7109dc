"""What both variants keep, whatever a move is."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy.sparse import csc_matrix, csr_array, csr_matrix

from oversample_bench.testing.problems import HARD_CASES
from oversample_bench_swim.mahalanobis import SWIM
from oversample_bench_swim.rbf import SWIMRBF
from oversample_bench_swim.sampler import cast

BOTH = pytest.mark.parametrize("Sampler", [SWIM, SWIMRBF])


def problem(n_majority=30, n_minority=6, d=3, seed=0):
    rng = np.random.default_rng(seed)
    X = np.vstack([rng.normal(size=(n_majority, d)), rng.normal(size=(n_minority, d)) + 2])
    order = rng.permutation(len(X))
    return X[order], np.repeat([0, 1], [n_majority, n_minority])[order]


@BOTH
@settings(max_examples=25, deadline=None)
@given(
    n_majority=st.integers(1, 12),
    n_minority=st.integers(1, 6),
    n_new=st.integers(0, 9),
    d=st.integers(1, 8),
    seed=st.integers(0, 99),
)
def test_real_rows_stay_first_and_as_many_as_asked_follow(Sampler, n_majority, n_minority, n_new, d, seed):
    """Whatever the counts, real rows come back as they were, and finite new ones after them, as requested."""
    X, y = problem(n_majority, n_minority, d, seed)
    sampler = Sampler(sampling_strategy={1: n_minority + n_new}, random_state=seed)
    X_out, y_out = sampler.fit_resample(X, y)

    np.testing.assert_array_equal(X_out[: len(X)], X)
    np.testing.assert_array_equal(y_out, [*y, *[1] * n_new])
    assert np.isfinite(X_out).all()
    assert n_new == len(sampler.seed_indices_)
    assert (y[sampler.seed_indices_] == 1).all()


@BOTH
@pytest.mark.parametrize("case", list(HARD_CASES))
def test_hard_cases_give_all_rows(Sampler, case):
    """No data that is merely hard is refused, and each draw is complete."""
    hard = HARD_CASES[case]()
    y_out = Sampler(random_state=0).fit_resample(*hard.copies())[1]

    assert 1 == len(set(np.unique(y_out, return_counts=True)[1].tolist()))


@BOTH
@settings(max_examples=25, deadline=None)
@given(values=arrays.arrays(np.float64, (12, 3), elements=st.sampled_from([-2.0, 0.0, 0.1, 1.0, 3.0])))
def test_ties_of_every_kind_give_finite_rows(Sampler, values):
    """Constant and equal columns, equal rows and rows at the mean give finite rows, each near its seed."""
    y = np.repeat([0, 1], [8, 4])
    sampler = Sampler(random_state=0)
    new = sampler.fit_resample(values, y)[0][12:]

    assert (4, 3) == new.shape
    assert np.abs(new - values[sampler.seed_indices_]).max() < 100


@BOTH
def test_one_minority_row_gives_told_copies(Sampler):
    """One row has no spread to draw in: it is copied to the last bit, and that is told (rule 5 of SWIM)."""
    X, y = problem(n_minority=1)
    sampler = Sampler(random_state=0)
    new = sampler.fit_resample(X, y)[0][31:]

    np.testing.assert_array_equal(new, np.repeat(X[y == 1], 29, axis=0))
    assert "copies: the minority has 1 row, hence no spread to draw in" == sampler.fallback_


@BOTH
def test_equal_minority_rows_give_told_copies(Sampler):
    """Rows that are all equal are as good as one."""
    X, y = problem()
    X[y == 1] = 0.1
    sampler = Sampler(random_state=0)
    new = sampler.fit_resample(X, y)[0][36:]

    assert (new == 0.1).all()
    assert "copies: the minority has 6 equal rows, hence no spread to draw in" == sampler.fallback_


@BOTH
def test_units_do_not_matter(Sampler):
    """Features in other units and from another origin give the same rows, in these units."""
    X, y = problem(60, 8, 4)
    unit, origin = np.array([2.0**20, 1.0, 2.0**-20, 8.0]), np.array([0.0, 64.0, 0.0, -2.0])
    expected = Sampler(random_state=0).fit_resample(X, y)[0]
    found = Sampler(random_state=0).fit_resample(X * unit + origin, y)[0]

    np.testing.assert_allclose((found - origin) / unit, expected, rtol=0, atol=1e-9)


@BOTH
def test_a_constant_column_stays_constant(Sampler):
    """What never varies does not vary in new rows, to the last bit, and nothing need be told."""
    X, y = problem()
    X[:, 1] = 0.1
    sampler = Sampler(random_state=0)
    X_out, _ = sampler.fit_resample(X, y)

    assert (X_out[:, 1] == 0.1).all()
    assert "" == sampler.fallback_


@BOTH
@pytest.mark.parametrize("form", [csr_matrix, csc_matrix, csr_array])
def test_sparse_rows_come_back_in_their_form(Sampler, form):
    """A sparse matrix gives the rows of the dense one, in the form in which it came."""
    X, y = problem()
    X[np.abs(X) < 0.5] = 0
    expected = Sampler(random_state=0).fit_resample(X, y)[0]
    found = Sampler(random_state=0).fit_resample(form(X), y)[0]

    assert form is type(found)
    np.testing.assert_array_equal(found.toarray(), expected)


@BOTH
def test_the_order_of_memory_does_not_matter(Sampler):
    """Rows that lie column by column, as those of a table do, give the same rows to the last bit."""
    X, y = problem()
    expected = Sampler(random_state=0).fit_resample(X, y)[0]

    np.testing.assert_array_equal(Sampler(random_state=0).fit_resample(np.asfortranarray(X), y)[0], expected)


@BOTH
@pytest.mark.parametrize("dtype", [np.float32, np.int64, np.uint8, bool])
def test_rows_keep_their_dtype(Sampler, dtype):
    """Single precision and whole numbers stay what they are, the latter rounded and not cut off."""
    X, y = problem()
    X = (np.abs(X) * 10).astype(dtype)
    X_out, _ = Sampler(random_state=0).fit_resample(X, y)

    assert X.dtype == X_out.dtype
    np.testing.assert_array_equal(X_out[:36], X)


def test_whole_numbers_are_rounded_within_what_they_can_hold():
    """Values beyond a type's range end at its ends."""
    assert [0, 3, 255] == cast(np.array([-7.0, 2.6, 300.0]), np.dtype(np.uint8)).tolist()
    assert cast(np.array([1e30]), np.dtype(np.int64))[0] > 2**62


@BOTH
def test_frames_and_text_labels_come_back_as_such(Sampler):
    """A table keeps its column names, labels of text theirs."""
    X, y = problem()
    X_out, y_out = Sampler(random_state=0).fit_resample(pd.DataFrame(X, columns=[*"abc"]), y.astype("U3"))

    assert [*"abc"] == list(X_out.columns)
    assert {"0", "1"} == set(y_out)


@BOTH
def test_each_class_that_is_to_grow_does(Sampler):
    """Of three classes each reaches the largest; what is told names its class where several grow."""
    X = np.random.default_rng(0).normal(size=(40, 2))
    y = np.repeat(["big", "lone", "small"], [30, 1, 9])
    sampler = Sampler(random_state=0)
    _, y_out = sampler.fit_resample(X, y)

    assert [30, 30, 30] == [int((y_out == label).sum()) for label in ("big", "lone", "small")]
    np.testing.assert_array_equal(y[sampler.seed_indices_], y_out[40:])
    assert "class lone: copies: the minority has 1 row, hence no spread to draw in" == sampler.fallback_


@BOTH
def test_a_balanced_set_is_left_alone(Sampler):
    """Where nothing is requested nothing is made or told."""
    X = np.arange(8.0).reshape(4, 2)
    sampler = Sampler()
    X_out, _ = sampler.fit_resample(X, np.array([0, 0, 1, 1]))

    np.testing.assert_array_equal(X_out, X)
    assert "" == sampler.fallback_
    assert [] == sampler.seed_indices_.tolist()

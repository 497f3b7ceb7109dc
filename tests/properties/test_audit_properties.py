"""Whatever a sampler returns, the audit accounts for every row."""

from collections import Counter

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from oversample_bench.core.resample import NEW, Resample
from oversample_bench.evaluation.audit import BadResample, audited, checked, traced

FEW = np.array([-0.0, 0.0, 1.0, -1.0, 0.5, 1e-300, 1e300])  # few values, so that equal rows are common


@st.composite
def answers(draw):
    """Return training rows and what a sampler made of them: any rows of theirs, and any others."""
    n, width = draw(st.integers(2, 12)), draw(st.integers(1, 3))

    def rows(count):
        return FEW[draw(npst.arrays(int, (count, width), elements=st.integers(0, len(FEW) - 1)))]

    X, y = rows(n), np.append([0, 1], draw(npst.arrays(int, n - 2, elements=st.integers(0, 1))))
    chosen = np.array(draw(st.lists(st.integers(0, n - 1), max_size=2 * n)), dtype=int)
    made = draw(st.integers(0, 6))
    X_out = np.vstack([X[chosen], rows(made)])
    y_out = np.append(y[chosen], draw(npst.arrays(int, made, elements=st.integers(0, 1)))).astype(int)
    order = np.array(draw(st.permutations(range(len(X_out)))), dtype=int)
    kept = draw(st.booleans())  # the usual case: everything that was given, and then the rest
    X_out = np.vstack([X, X_out[order]]) if kept else X_out[order]
    y_out = np.append(y, y_out[order]) if kept else y_out[order]
    return X, y, X_out, y_out


def keys(X, y):
    """Return how often each labelled row occurs; the two zeros are one."""
    return Counter((*(row + 0.0).tolist(), int(label)) for row, label in zip(X, y, strict=True))


def as_resample(X, y, X_out, y_out):
    origin = traced(X, y, X_out, y_out)
    return Resample(origin, X_out[origin == NEW], y_out[origin == NEW])


@settings(deadline=None, max_examples=200)
@given(case=answers())
def test_a_resample_gives_back_what_the_sampler_returned(case):
    """Rows that are told by what they are come back in their order, bit for bit but for the sign of zero."""
    X, y, X_out, y_out = case
    rows, labels = as_resample(*case).rows(X, y)

    assert (rows + 0.0).tobytes() == (X_out + 0.0).tobytes()
    assert labels.tolist() == y_out.tolist()


@settings(deadline=None, max_examples=200)
@given(case=answers())
def test_as_many_rows_are_real_as_can_be(case):
    """Each training row is returned once at most, under its own label, and no row is new without need."""
    X, y, X_out, y_out = case
    origin = as_resample(*case).origin
    real = origin[origin >= 0]

    assert len(set(real.tolist())) == len(real)
    assert len(real) == (keys(X, y) & keys(X_out, y_out)).total()


@settings(deadline=None, max_examples=200)
@given(case=answers().filter(lambda case: len(set(case[3].tolist())) == 2))
def test_counts_add_up(case):
    """Kept and dropped rows are the real ones, kept and new rows the returned ones; copies are counted."""
    X, y, X_out, y_out = case
    resample = as_resample(*case)
    audit = audited(X, y, resample, 0, "")
    kept = (keys(X, y) & keys(X_out, y_out)).total()
    features = {tuple((row + 0.0).tolist()) for row in X}
    copies = [tuple((row + 0.0).tolist()) in features for row in resample.X_new]

    assert kept + audit.n_dropped == audit.n_real == len(X)
    assert kept + audit.n_new == len(X_out)
    assert audit.n_new_majority == (resample.y_new == 0).sum()
    assert audit.n_copies == sum(copies)
    assert audit.realised_ratio == (y_out == 1).sum() / (y_out == 0).sum()


@settings(deadline=None, max_examples=100)
@given(
    X_out=npst.arrays(float, npst.array_shapes(min_dims=1, max_dims=3, max_side=4)),
    y_out=npst.arrays(
        st.sampled_from([float, int, bool]), npst.array_shapes(min_dims=0, max_dims=2, max_side=4)
    ),
)
def test_what_is_accepted_can_be_trained_on(X_out, y_out):
    """Arrays of any shape and content are refused in a sentence, or are finite rows of both classes."""
    try:
        rows, labels = checked(np.zeros((3, 2)), (X_out, y_out))
    except BadResample:
        return

    assert rows.shape == (len(labels), 2)
    assert np.isfinite(rows).all()
    assert set(labels.tolist()) == {0, 1}

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from oversample_bench_gan.rows import Range, Rows, batches, nearest_observed, picked

COUNTS = st.lists(st.integers(1, 20), min_size=1, max_size=3)
SIZE = st.integers(1, 12)


def generators(*seeds):
    return [torch.Generator().manual_seed(seed) for seed in seeds]


def tables(elements):
    return arrays(np.float64, st.tuples(st.integers(1, 8), st.integers(1, 4)), elements=elements)


@settings(deadline=None)
@given(tables(st.floats(-1e300, 1e300)))
def test_every_feature_is_scaled_into_its_range(X):
    """Scaled rows lie in [-1, 1], whatever the unit."""
    scaled = Range.of(X).scaled(X)

    assert np.isfinite(scaled).all()
    assert (np.abs(scaled) <= 1 + 1e-9).all()


@settings(deadline=None)
@given(tables(st.floats(-1.7e308, 1.7e308, allow_subnormal=False)))
def test_restoring_undoes_scaling(X):
    """Rows come back in the units of the data, to a few units of rounding of the largest value."""
    scale = Range.of(X)
    largest = np.maximum(np.abs(scale.low), np.abs(scale.high))
    difference = scale.restored(scale.scaled(X)) / 2 - X / 2

    assert (np.abs(difference) <= largest * 1e-14).all()


@settings(deadline=None)
@given(st.floats(-1e308, 1e308), st.integers(1, 5))
def test_a_constant_feature_is_nothing_to_the_nets_and_comes_back(value, n):
    """A constant is 0 when scaled, and whatever a net makes of it is the constant."""
    X = np.full((n, 1), value)
    scale = Range.of(X)

    np.testing.assert_array_equal(scale.scaled(X), np.zeros((n, 1)))
    np.testing.assert_allclose(scale.restored(np.linspace(-1, 1, n)[:, None]), X, rtol=1e-15)


@pytest.mark.parametrize("unit", [1e-300, 1e-6, 1e6, 1e300])
def test_units_do_not_matter(unit):
    """Rows in another unit are the same rows to the nets."""
    X = np.random.default_rng(0).normal(size=(9, 2))

    np.testing.assert_allclose(Range.of(X * unit).scaled(X * unit), Range.of(X).scaled(X), atol=1e-12)


def test_rows_behind_the_majority_are_the_minority():
    """The count of the minority is what is left of the rows."""
    assert Rows(torch.zeros(2, 10, 3), 7).n_minority == 3


@settings(deadline=None)
@given(COUNTS, SIZE, st.integers(0, 3))
def test_a_batch_holds_rows_of_every_block(counts, size, steps):
    """Each step has min(count, size) rows of each block, numbered within the block, blocks in their order."""
    drawn = batches(counts, size, steps, generators(0, 1))
    start = stop = 0
    for first, count in zip(np.cumsum([0, *counts]), counts, strict=False):
        stop += min(count, size)
        block = drawn.index[:, :, start:stop]
        start = stop

        assert block.shape == (steps, 2, min(count, size))
        assert ((block >= first) & (block < first + count)).all()


@settings(deadline=None)
@given(COUNTS, SIZE)
def test_shares_sum_to_one(counts, size):
    """The shares of a batch are those of a mean."""
    drawn = batches(counts, size, 1, generators(0))

    assert drawn.share.sum() == pytest.approx(1, abs=1e-6)
    assert len(drawn.share) == drawn.index.shape[2]


@settings(deadline=None)
@given(COUNTS)
def test_the_whole_set_is_taken_as_it_is(counts):
    """Blocks that fit into the batch are taken whole and in order, and each row counts 1 / n."""
    drawn = batches(counts, max(counts), 2, generators(0))

    assert (drawn.index == torch.arange(sum(counts))).all()
    torch.testing.assert_close(drawn.share, torch.full((sum(counts),), 1 / sum(counts)))


@settings(deadline=None)
@given(COUNTS, SIZE)
def test_a_row_counts_as_many_as_it_stands_for(counts, size):
    """The shares of a block sum to the block's share of the whole set, so that no mean is biased."""
    share, start = batches(counts, size, 1, generators(0)).share, 0
    for count in counts:
        stop = start + min(count, size)

        assert share[start:stop].sum() == pytest.approx(count / sum(counts), abs=1e-6)
        start = stop


def test_means_over_batches_estimate_the_mean_over_all_rows():
    """Over many steps the mean of a batch's means is that of all rows, however rare a block is."""
    values = torch.cat([torch.linspace(0, 1, 90), torch.linspace(50, 60, 4)])
    drawn = batches((90, 4), 8, 4000, generators(0))
    means = values[drawn.index[:, 0]] @ drawn.share
    error = means.std() / 4000**0.5

    assert abs(means.mean() - values.mean()) < 4 * error


@settings(deadline=None)
@given(st.integers(0, 99), st.integers(0, 99))
def test_a_members_batches_know_no_other_member(seed, other):
    """Each member draws from its own generator."""
    beside, alone = batches((30, 3), 8, 5, generators(other, seed)), batches((30, 3), 8, 5, generators(seed))

    assert (beside.index[:, 1] == alone.index[:, 0]).all()


def test_members_of_different_seeds_draw_different_rows():
    """Two members do not share their draws."""
    index = batches((100,), 50, 1, generators(0, 1)).index

    assert (index[0, 0] != index[0, 1]).any()


@settings(deadline=None)
@given(st.integers(1, 3), st.integers(1, 6), st.integers(1, 4), st.integers(1, 5))
def test_each_member_gets_its_own_rows(members, n, width, drawn):
    """Rows are picked from the member's own table, as numbered."""
    X = torch.arange(members * n * width).view(members, n, width)
    index = torch.randint(n, (members, drawn), generator=torch.Generator().manual_seed(n))
    expected = torch.stack([X[member, index[member]] for member in range(members)])

    assert torch.equal(picked(X, index), expected)


def nearest(value, observed):
    return min(abs(value - seen) for seen in observed)


@settings(deadline=None)
@given(
    tables(st.integers(-3, 3).map(float)),
    st.lists(st.floats(-5, 5), min_size=1, max_size=6),
    st.integers(0, 8),
)
def test_discrete_features_get_the_nearest_observed_value(X, values, most):
    """A feature of at most ``most`` values gets the nearest of them; any other stays as it was decoded."""
    new = np.repeat(np.array(values)[:, None], X.shape[1], 1)
    moved = nearest_observed(new, X, most)
    for before, after, seen in zip(new.T, moved.T, X.T, strict=True):
        if len(set(seen)) > most:
            np.testing.assert_array_equal(after, before)
            continue

        assert set(after) <= set(seen)
        for old, value in zip(before, after, strict=True):
            assert abs(old - value) == pytest.approx(nearest(old, seen))


def test_decoded_rows_are_not_written_into():
    """A new matrix is returned."""
    new = np.array([[0.4], [0.6]])
    moved = nearest_observed(new, np.array([[0.0], [1.0]]), 2)

    np.testing.assert_array_equal(moved, [[0], [1]])
    np.testing.assert_array_equal(new, [[0.4], [0.6]])


@settings(deadline=None)
@given(arrays(np.int64, (6, 1), elements=st.integers(-5, 5)))
def test_whole_numbers_are_values_like_others(X):
    """An integer table gives its own values."""
    assume(len(np.unique(X)) > 1)
    moved = nearest_observed(np.linspace(-6, 6, 9)[:, None], X, 20)

    assert set(moved.ravel()) <= set(X.ravel().tolist())

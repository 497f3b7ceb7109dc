"""The numbered rules are those that the description of SWIM ends with; the fifth is in test_swim_sampler."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import eigh, orth, sqrtm
from scipy.spatial.distance import cdist
from sklearn.covariance import LedoitWolf
from sklearn.preprocessing import StandardScaler

from oversample_bench_swim.mahalanobis import SWIM, box, majority_axes, rescaled, shrunk


def problem(n_majority=40, n_minority=6, d=3, seed=0):
    """Return a majority of correlated features, a minority aside, all standardised as the bench does."""
    rng = np.random.default_rng(seed)
    mixing = rng.normal(size=(d, d)) + 2 * np.eye(d)
    X = np.vstack([rng.normal(size=(n_majority, d)) @ mixing, rng.normal(size=(n_minority, d)) + 2])
    return StandardScaler().fit_transform(X), np.repeat([0, 1], [n_majority, n_minority])


def grown(X, y, **params):
    """Return the new rows and the seeds of each."""
    sampler = SWIM(random_state=0, **params)
    new = sampler.fit_resample(X, y)[0][len(X) :]
    return new, X[sampler.seed_indices_], sampler.fallback_


def distances(rows, majority):
    """Return Mahalanobis distances by the textbook's formula, with the pseudo-inverse of S."""
    inverse = np.linalg.pinv(np.atleast_2d(np.cov(majority, rowvar=False)), rcond=1e-10, hermitian=True)
    return cdist(rows, majority.mean(axis=0)[None], "mahalanobis", VI=inverse)[:, 0]


@settings(max_examples=30, deadline=None)
@given(
    n_majority=st.integers(12, 60),
    n_minority=st.integers(2, 8),
    d=st.integers(1, 6),
    sd=st.sampled_from([0.1, 0.25, 1.0, 5.0]),
    seed=st.integers(0, 999),
)
def test_new_rows_keep_the_distance_of_their_seeds(n_majority, n_minority, d, sd, seed):
    """Rule 1: the Mahalanobis distance from the majority of a new row is that of its seed."""
    X, y = problem(n_majority, n_minority, d, seed)
    new, seeds, fallback = grown(X, y, sd=sd)

    np.testing.assert_allclose(distances(new, X[y == 0]), distances(seeds, X[y == 0]), rtol=1e-6)
    assert "" == fallback


def test_distances_are_kept_in_other_units_too():
    """Rule 1 with features of 1e6 beside 1e-6, far from the origin."""
    X, y = problem()
    X = X * [1e6, 1.0, 1e-6] + [1e7, -3.0, 1e-5]
    new, seeds, _ = grown(X, y)
    unit = X[y == 0].std(axis=0)  # distances do not depend on it, the textbook's pseudo-inverse does

    np.testing.assert_allclose(
        distances(new / unit, X[y == 0] / unit), distances(seeds / unit, X[y == 0] / unit), rtol=1e-6
    )
    assert (np.ptp(new, axis=0) > 0.1 * unit).all()


def test_without_a_box_rows_are_copies():
    """Rule 2: sd = 0 returns the seeds, to the last bit, which needs no telling since it was asked for."""
    new, seeds, fallback = grown(*problem(), sd=0)

    np.testing.assert_array_equal(new, seeds)
    assert "" == fallback


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 999))
def test_an_affine_map_leaves_whitened_norms_alone(seed):
    """Rule 3: mapping the data by an invertible affine map leaves whitened norms the same."""
    X, y = problem(seed=seed)
    rng = np.random.default_rng(seed)
    turned, _ = np.linalg.qr(rng.normal(size=(3, 3)))
    mapped = X @ (turned * [0.5, 1.0, 3.0]) @ turned.T + rng.normal(size=3)
    expected, found = (distances(grown(Z, y)[0], Z[y == 0]) for Z in (X, mapped))

    np.testing.assert_allclose(found, expected, rtol=1e-6)


@pytest.mark.parametrize("n_majority", [2, 7, 12])
def test_more_features_than_majority_rows_still_give_rows(n_majority):
    """Rule 4: all rows are made, at their distance; off the majority's span they are as their seeds."""
    X, y = problem(n_majority, 3, 12)
    new, seeds, fallback = grown(X, y, sampling_strategy={1: 20})
    majority = X[y == 0]
    span = orth((majority - majority.mean(axis=0)).T, rcond=1e-6)
    moved = new - seeds

    assert 17 == len(new)
    np.testing.assert_allclose(distances(new, majority), distances(seeds, majority), rtol=1e-6)
    np.testing.assert_allclose(moved, moved @ span @ span.T, atol=1e-12)
    if n_majority > 2:  # on a line two points have a distance, so that a row stays or goes to the other side
        assert (np.linalg.norm(moved, axis=1) > 1e-3).all()
    assert fallback.startswith(f"the majority has spread in {n_majority - 1} of 12 directions: in the others")


def test_a_duplicated_column_changes_nothing_and_needs_no_telling():
    """Two equal features stay equal: S is singular, but no seed lies outside of what it spans."""
    X, y = problem()
    new, seeds, fallback = grown(np.column_stack([X, X[:, 0]]), y)

    np.testing.assert_allclose(new[:, 0], new[:, 3], rtol=0, atol=1e-12)
    np.testing.assert_allclose(
        distances(new[:, :3], X[y == 0]), distances(seeds[:, :3], X[y == 0]), rtol=1e-6
    )
    assert "" == fallback


@pytest.mark.parametrize("n_majority", [1, 20])
def test_a_majority_without_spread_gives_told_copies(n_majority):
    """One majority row, or equal ones, have no distance to keep: seeds are copied, and that is told."""
    X, y = problem(n_majority)
    X[y == 0] = 0.1
    new, seeds, fallback = grown(X, y, sampling_strategy={1: 20})

    np.testing.assert_array_equal(new, seeds)
    assert "copies: the majority has no spread to measure distances in" == fallback


def test_a_seed_at_the_mean_stays_there():
    """A distance of zero is kept by not moving, without a division by zero."""
    X = np.array([[-1.0, 0], [1, 0], [0, -1], [0, 1], [0, 0], [2, 2]])
    new, seeds, _ = grown(X, np.array([0, 0, 0, 0, 1, 1]), sampling_strategy={1: 4})
    at_mean = (seeds == 0).all(axis=1)

    assert at_mean.any()
    np.testing.assert_allclose(new[at_mean], 0, atol=1e-12)


def test_a_draw_at_the_mean_becomes_its_seed():
    """What has no direction cannot be brought to a length."""
    seed = np.array([[3.0, 4.0], [3.0, 4.0]])

    assert [[3.0, 4.0], [5.0, 0.0]] == rescaled(np.array([[0.0, 0.0], [2.0, 0.0]]), seed).tolist()


def test_the_box_is_that_of_the_symmetric_root():
    """Coordinates of a box are those of z = S^(-1/2) (x - mu), computed here by the root itself."""
    X, y = problem()
    majority, minority = X[y == 0], X[y == 1]
    axes = majority_axes(majority)
    z = (minority - majority.mean(axis=0)) @ np.linalg.inv(sqrtm(np.cov(majority, rowvar=False)))

    np.testing.assert_allclose(box(axes.whitened(minority), axes.directions, 0.5), 0.5 * z.std(axis=0))


def test_directions_from_rows_and_from_the_covariance_agree():
    """With fewer rows than features the covariance is not formed; its eigenvectors are the same."""
    majority = np.random.default_rng(0).normal(size=(5, 9))
    values, vectors = eigh(np.cov(majority, rowvar=False))
    axes = majority_axes(majority)

    np.testing.assert_allclose(np.sort(axes.deviations**2), values[-4:])
    np.testing.assert_allclose(
        axes.directions @ axes.directions.T, vectors[:, -4:] @ vectors[:, -4:].T, atol=1e-9
    )


def test_whitening_comes_back():
    """Colouring undoes whitening, for what lies in the majority's span."""
    majority = np.random.default_rng(0).normal(size=(9, 4))
    axes = majority_axes(majority)

    np.testing.assert_allclose(axes.coloured(axes.whitened(majority)) + axes.mean, majority)


def test_shrinkage_is_that_of_ledoit_and_wolf():
    """The covariance is scikit-learn's, but for the n - 1 by which SWIM divides."""
    majority = np.random.default_rng(0).normal(size=(9, 4))
    expected = LedoitWolf().fit(majority).covariance_

    np.testing.assert_allclose(shrunk(majority - majority.mean(axis=0)) * 8 / 9, expected)


def test_shrinkage_leaves_no_direction_out():
    """With a shrunk covariance few majority rows are enough, rows move everywhere, and nothing is told."""
    X, y = problem(7, 3, 12)
    new, seeds, fallback = grown(X, y, sampling_strategy={1: 40}, shrinkage=True)

    assert 12 == np.linalg.matrix_rank(new - seeds)
    assert "" == fallback

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oversample_bench.testing import OversamplerContract
from oversample_bench_smote_variants.mdo_exact import MDOExact, ellipsoids, minority_neighbours
from oversample_bench_smote_variants.names import INSTALL


class TestContract(OversamplerContract):
    module = "oversample_bench_smote_variants"

    def make(self, random_state):
        return MDOExact(random_state=random_state)


def cloud(n_minority, d, seed=0, n_majority=120):
    """Return a majority, and a minority cloud of uneven spread far from it."""
    rng = np.random.default_rng(seed)
    spread = 10.0 ** rng.uniform(-3, 3, d)
    minority = 50 * spread + rng.normal(size=(n_minority, d)) * spread
    X = np.vstack([rng.normal(size=(n_majority, d)) * spread, minority])
    return X, np.repeat([0, 1], [n_majority, n_minority])


def distances(kept, rows):
    """Return squared Mahalanobis distances in the pseudo-inverse of the kept rows' covariance."""
    unit = kept.std(axis=0)
    unit = np.where(unit > 0, unit, 1)
    centred = (kept - kept.mean(axis=0)) / unit
    inverse = np.linalg.pinv(centred.T @ centred / len(kept), rcond=1e-10, hermitian=True)
    moved = (rows - kept.mean(axis=0)) / unit
    return np.einsum("ij,jk,ik->i", moved, inverse, moved)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 999), n=st.integers(4, 40), d=st.integers(1, 30))
def test_a_new_row_is_as_far_from_the_mean_as_its_seed(seed, n, d):
    """Squared Mahalanobis distances of a row and its seed are equal, in every dimension."""
    X, y = cloud(n, d, seed)
    sampler = MDOExact(random_state=seed)
    new = sampler.fit_resample(X, y)[0][len(X) :]

    kept = X[y == 1]
    np.testing.assert_allclose(
        distances(kept, new), distances(kept, X[sampler.seed_indices_]), rtol=1e-6, atol=1e-9
    )


def test_with_more_features_than_rows_there_is_one_ellipsoid():
    """Up to d kept rows are all at the squared distance n - 1, and so are the new rows."""
    X, y = cloud(12, 30)
    new = MDOExact(random_state=0).fit_resample(X, y)[0][len(X) :]

    np.testing.assert_allclose(distances(X[y == 1], new), 11, rtol=1e-6)


def test_directions_are_uniform_after_whitening():
    """The mean of the whitened directions is within four standard errors of zero."""
    X, y = cloud(30, 4, n_majority=4000)
    new = MDOExact(random_state=0).fit_resample(X, y)[0][len(X) :]
    found = ellipsoids(X[y == 1])
    whitened = (new - found.mean) @ np.linalg.pinv(found.back)
    directions = whitened / np.linalg.norm(whitened, axis=1, keepdims=True)

    errors = directions.std(axis=0) / np.sqrt(len(new))
    assert (np.abs(directions.mean(axis=0)) < 4 * errors).all()


def test_rows_stay_in_the_span_of_the_kept_rows():
    """Where the kept rows have no spread new rows have none: no floor puts noise there."""
    X, y = cloud(6, 20)
    X[:, 3] = 7.0
    new = MDOExact(random_state=0).fit_resample(X, y)[0][len(X) :]
    kept = X[y == 1]
    unit = np.where(np.ptp(kept, axis=0) > 0, kept.std(axis=0), 1)
    basis = ((kept - kept.mean(axis=0)) / unit).T
    moved = ((new - kept.mean(axis=0)) / unit).T

    left = moved - basis @ np.linalg.lstsq(basis, moved, rcond=None)[0]
    np.testing.assert_allclose(left, 0, atol=1e-8)
    assert (new[:, 3] == 7.0).all()


def test_a_row_among_the_majority_is_never_a_seed():
    """A minority row whose neighbours are all majority rows is noise: no seed, and not in the mean."""
    X, y = cloud(20, 3, n_majority=60)
    X, y = np.vstack([X, X[:1] + 1e-9]), np.append(y, 1)
    sampler = MDOExact(random_state=0)
    sampler.fit_resample(X, y)

    assert len(X) - 1 not in sampler.seed_indices_
    assert set(sampler.seed_indices_) <= set(range(60, 80))


def test_seeds_are_drawn_by_their_minority_neighbours():
    """A row with five minority neighbours is a seed two and a half times as often as one with two."""
    rng = np.random.default_rng(0)
    X = np.vstack([rng.normal(size=(3000, 2)), [[40, 0], [40, 1], [40, 2]], [[0, 40 + i] for i in range(6)]])
    X[:3] = [[41, 0], [41, 1], [41, 2]]
    y = np.repeat([0, 1], [3000, 9])
    counts = minority_neighbours(X, y == 1, 5)
    sampler = MDOExact(random_state=0)
    sampler.fit_resample(X, y)
    shares = np.bincount(sampler.seed_indices_ - 3000, minlength=9) / len(sampler.seed_indices_)

    assert [2, 2, 2, 5, 5, 5, 5, 5, 5] == counts.tolist()
    np.testing.assert_allclose(shares, counts / counts.sum(), atol=0.02)


@pytest.mark.parametrize("position", range(12))
def test_a_row_is_no_neighbour_of_itself(position):
    """A lone minority row has no minority neighbour, wherever it stands among equal rows."""
    is_minority = np.arange(12) == position

    assert [0] == minority_neighbours(np.zeros((12, 2)), is_minority, 5).tolist()


def test_when_all_rows_are_noise_all_are_kept_and_it_is_told():
    """A minority that is scattered among the majority is used as it is, and ``fallback_`` says so."""
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(200, 10)), np.repeat([0, 1], [195, 5])
    sampler = MDOExact(random_state=0)
    X_out, _ = sampler.fit_resample(X, y)

    assert "all 5 minority rows are noise by their neighbours, and all were kept" == sampler.fallback_
    np.testing.assert_allclose(distances(X[y == 1], X_out[200:]), 4, rtol=1e-6)


@pytest.mark.parametrize("rows", ["1 row", "4 equal rows"])
def test_rows_without_spread_are_copied_and_it_is_told(rows):
    """One row, or equal ones, have no ellipsoid: copies, and a sentence."""
    X, y = cloud(int(rows[0]), 3)
    X[y == 1] = X[-1]
    sampler = MDOExact(random_state=0)
    new = sampler.fit_resample(X, y)[0][len(X) :]

    assert (new == X[-1]).all()
    assert sampler.fallback_.endswith(
        f"copies: {rows} of the minority left to make rows from, hence no spread"
    )


def test_each_class_that_is_to_grow_does():
    """Of three classes each reaches the largest; what is told names its class."""
    X = np.random.default_rng(0).normal(size=(40, 2))
    sampler = MDOExact(random_state=0)
    _, y_out = sampler.fit_resample(X, np.repeat(["big", "lone", "small"], [30, 1, 9]))

    assert {"big": 30, "lone": 30, "small": 30} == {str(one): (y_out == one).sum() for one in set(y_out)}
    assert "class lone: all 1 minority rows are noise" in sampler.fallback_


def test_the_library_leaves_the_ellipsoid():
    """smote-variants puts rows of ten features at more than twice the distance of any seed, on average."""
    samplers = pytest.importorskip("oversample_bench_smote_variants.samplers")
    pytest.importorskip("smote_variants", reason=INSTALL)
    rng = np.random.default_rng(0)
    X = np.vstack([rng.normal(size=(400, 10)), 30 + rng.normal(size=(60, 10))])
    y = np.repeat([0, 1], [400, 60])
    kept = X[y == 1]
    theirs = samplers.MDO(random_state=0).fit_resample(X, y)[0][460:]
    ours = MDOExact(random_state=0).fit_resample(X, y)[0][460:]

    seeds = distances(kept, kept).mean()
    assert distances(kept, theirs).mean() > 2 * seeds
    assert distances(kept, ours).mean() == pytest.approx(seeds, rel=0.1)


@pytest.mark.parametrize("params", [{"n_neighbors": 0}, {"n_minority": -1}])
def test_values_out_of_range_are_refused(params):
    """Counts below what makes sense are refused by scikit-learn's own check."""
    with pytest.raises(ValueError, match=next(iter(params))):
        MDOExact(**params).fit_resample(*cloud(9, 2))

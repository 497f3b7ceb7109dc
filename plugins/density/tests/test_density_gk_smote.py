"""GK-SMOTE: noise, densities and clusters by hand; where new rows lie."""

import numpy as np
import pytest
from imblearn.over_sampling import SMOTE
from scipy.stats import gaussian_kde
from sklearn.neighbors import NearestNeighbors

from oversample_bench_density.gk_smote import GKSMOTE, denser, densities, is_noise
from oversample_bench_density.gk_smote_kde import GKSMOTEKDE, Densities, bandwidths, kinds


def problem(seed=0, d=3, n_majority=120, n_minority=25):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n_majority + n_minority, d))
    y = (np.arange(len(X)) < n_minority).astype(int)
    X[y == 1, 0] += 2.0
    return X, y


def on_a_segment(new, rows):
    """Tell for each new row whether it lies between two of the rows."""
    found = np.zeros(len(new), dtype=bool)
    for one in rows:
        to_new = np.linalg.norm(new - one, axis=1)
        for other in rows:
            length = np.linalg.norm(other - one)
            found |= np.abs(to_new + np.linalg.norm(new - other, axis=1) - length) < 1e-8
    return found


@pytest.mark.quick
def test_a_row_with_majority_rows_around_it_is_noise_and_no_endpoint():
    """No new row starts or ends at a minority row whose five nearest other rows are majority."""
    rng = np.random.default_rng(0)
    lone = np.array([[10.0, 10.0]])
    minority = np.vstack([rng.normal(size=(12, 2)), lone])
    majority = np.vstack([rng.normal(4, 1, size=(80, 2)), lone + rng.normal(0, 0.1, size=(8, 2))])
    X, y = np.vstack([minority, majority]), np.repeat([1, 0], [13, 88])
    sampler = GKSMOTE(random_state=0)
    X_out, _ = sampler.fit_resample(X, y)

    assert sampler.noise_.tolist() == [False] * 12 + [True]
    assert (X_out[len(X) :] < 5).all()
    assert (X_out[: len(X)] == X).all()


def test_noise_is_that_of_a_search_row_by_row():
    """None of the minority among the k nearest rows that are no copies of the row itself."""
    X, y = problem(3)
    X[:4] = X[4:8]  # rows that equal each other
    minority, majority = X[y == 1], X[y == 0]
    expected = []
    for one in minority:
        others = ~(X == one).all(axis=1)
        near = np.argsort(np.linalg.norm(X[others] - one, axis=1))[:5]
        expected.append(not y[others][near].any())

    assert is_noise(minority, majority, 5).tolist() == expected
    assert is_noise(minority[:1], minority[:1], 5).tolist() == [True]


def test_densities_are_those_by_hand():
    """The mean of exp(-d^2 / 2 h^2) over the five nearest rows, itself included, h their deviation."""
    rows = problem(1)[0][:20]
    distances = np.sort(np.linalg.norm(rows[:, None] - rows[None], axis=2), axis=1)[:, :5]
    h = distances.std(axis=1, keepdims=True)

    np.testing.assert_allclose(densities(rows, 5), np.exp(-(distances**2) / (2 * h**2)).mean(axis=1))


def test_two_blobs_of_different_density_are_the_two_clusters():
    """Rows of a blob with one distance among them are told from those of a blob with many."""
    rng = np.random.RandomState(0)
    values = np.r_[np.full(10, 0.9) + rng.normal(0, 0.01, 10), np.full(6, 0.4) + rng.normal(0, 0.01, 6)]

    assert denser(values, rng).tolist() == [True] * 10 + [False] * 6
    assert denser(np.full(4, 0.3), rng).all()


@pytest.mark.parametrize("seed", range(3))
def test_new_rows_lie_between_rows_of_one_cluster_in_its_share(seed):
    """Each cluster makes as many rows as it has of those that are kept, rounded."""
    X, y = problem(seed)
    sampler = GKSMOTE(random_state=seed)
    X_out, _ = sampler.fit_resample(X, y)
    new, minority = X_out[len(X) :], X[y == 1]
    safe, kept = sampler.safe_, ~sampler.noise_
    n_safe = round(len(new) * safe.sum() / kept.sum())

    assert on_a_segment(new[:n_safe], minority[safe]).all()
    assert on_a_segment(new[n_safe:], minority[kept & ~safe]).all()


@pytest.mark.parametrize("make", [GKSMOTE, GKSMOTEKDE])
@pytest.mark.parametrize("n_minority", [1, 2, 3, 5, 6, 25])
def test_there_are_exactly_as_many_rows_as_asked_for(make, n_minority):
    """Also where nearly nothing is left to interpolate between, which is told then."""
    X, y = problem(5, n_minority=n_minority)
    sampler = make(random_state=0)
    y_out = sampler.fit_resample(X, y)[1]

    assert (y_out == 1).sum() == (y_out == 0).sum()
    assert n_minority > 1 or "copies" in sampler.fallback_


# --- by kernel densities


def test_densities_are_product_kernels_with_scotts_bandwidths():
    """Those of scipy, where its bandwidth is the same for each of independent features."""
    rng = np.random.default_rng(0)
    minority, majority = rng.normal(size=(40, 1)), rng.normal(2, 1, size=(90, 1))
    units = bandwidths(minority)
    known = Densities(minority / units, majority / units)
    at = rng.normal(size=(7, 1))
    scipy_minority = gaussian_kde(minority.T, "scott")
    factor = scipy_minority(at.T) / np.exp(known.of_minority(at / units))

    assert units[0] == pytest.approx(minority.std(ddof=1) * 40 ** (-1 / 5))
    np.testing.assert_allclose(factor, factor[0])
    left_out = gaussian_kde(minority[1:].T, units[0] / minority[1:].std(ddof=1))(minority[:1].T)
    own = np.exp(known.of_minority(known.minority, among_themselves=True)[0]) * factor[0]
    assert own == pytest.approx(left_out[0], rel=1e-6)


def test_shares_are_those_of_equal_priors():
    """f_min / (f_min + f_maj), also where both densities underflow."""
    rng = np.random.default_rng(1)
    known = Densities(rng.normal(size=(20, 60)) * 20, rng.normal(3, 20, size=(50, 60)))
    rows = np.vstack([known.minority[:3] + 0.1, known.majority[:3] + 0.1])

    assert np.exp(known.of_majority(rows[:3])).max() == 0
    assert known.share(rows).round(6).tolist() == [1.0] * 3 + [0.0] * 3


def test_kinds_follow_from_share_and_density():
    """Safe where the minority is denser; noisy where the majority is and the row is among the sparsest."""
    density = np.array([-9.0, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1])
    share = np.array([0.1, 0.1, *[0.9] * 9])

    assert kinds(density, share).tolist() == ["noisy", "borderline", *["safe"] * 9]


def test_noisy_rows_are_neither_seeds_nor_partners():
    """With a minority row deep among the majority, no new row lies near it."""
    rng = np.random.default_rng(2)
    minority = np.vstack([rng.normal(0, 0.5, size=(30, 2)), [[8.0, 8.0]]])
    majority = rng.normal(8, 1, size=(150, 2))
    X, y = np.vstack([minority, majority]), np.repeat([1, 0], [31, 150])
    sampler = GKSMOTEKDE(random_state=0)
    X_out, _ = sampler.fit_resample(X, y)

    assert sampler.kind_[-1] == "noisy"
    assert (X_out[len(X) :] < 4).all()


def test_with_noisy_labels_new_rows_stay_with_the_minority_more_than_those_of_smote():
    """A fifth of the minority's labels wrong: the nearest clean row is of the minority at least as often."""
    ours, theirs = [], []
    for seed in range(6):
        rng = np.random.default_rng(seed)
        X = np.vstack([rng.normal(0, 1, size=(300, 2)), rng.normal(3.5, 1, size=(40, 2))])
        clean = np.repeat([0, 1], [300, 40])
        y = clean.copy()
        y[rng.permutation(300)[:10]] = 1
        tree = NearestNeighbors(n_neighbors=1).fit(X)
        for made, sampler in ((ours, GKSMOTEKDE(random_state=0)), (theirs, SMOTE(random_state=0))):
            new = sampler.fit_resample(X, y)[0][len(X) :]
            made.append(clean[tree.kneighbors(new, return_distance=False)[:, 0]].mean())

    assert np.mean(ours) >= np.mean(theirs)
    assert np.mean(ours) > 0.9

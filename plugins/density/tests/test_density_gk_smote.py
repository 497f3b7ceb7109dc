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


def flipped(seed, share, n_majority, n_minority):
    """Return two normal classes, their true labels, and labels of which a share over all rows is wrong."""
    rng = np.random.default_rng(seed)
    X = np.vstack([rng.normal(0, 1, (n_majority, 2)), rng.normal(3.5, 1, (n_minority, 2))])
    clean = np.repeat([0, 1], [n_majority, n_minority])
    wrong = rng.permutation(len(X))[: int(share * len(X))]
    y = clean.copy()
    y[wrong] = 1 - y[wrong]
    return X, clean, y


def share_with_the_minority(sampler, X, clean, y):
    """Return how many of the new rows have a row that truly is of the minority nearest to them."""
    new = sampler.fit_resample(X, y)[0][len(X) :]
    tree = NearestNeighbors(n_neighbors=1).fit(X)
    return clean[tree.kneighbors(new, return_distance=False)[:, 0]].mean()


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


@pytest.mark.parametrize("scale", [1.0, 0.01])
def test_two_blobs_whose_neighbours_differ_in_pattern_are_the_two_clusters(scale):
    """Rows in close pairs are denser to this rule than rows all equally far, however near they lie."""
    rng = np.random.RandomState(0)
    equally_far = np.eye(12) * scale
    pairs = rng.normal(50, 1, size=(6, 12))
    rows = np.vstack([equally_far, pairs, pairs + rng.normal(0, 1e-3, (6, 12))])

    assert denser(densities(rows, 5), rng).tolist() == [False] * 12 + [True] * 12


def test_densities_do_not_depend_on_how_tight_a_blob_is():
    """The bandwidth grows with the blob: one of a hundredth of the width has the same densities."""
    rows = np.random.RandomState(0).normal(size=(30, 2))

    np.testing.assert_allclose(densities(rows, 5), densities(rows / 100, 5))


def test_two_normal_blobs_of_different_width_are_not_told_apart():
    """Over thirty draws the clusters agree with the blobs hardly more than a coin does."""
    agreement = []
    for seed in range(30):
        rng = np.random.RandomState(seed)
        rows = np.vstack([rng.normal(0, 0.1, (30, 2)), rng.normal(20, 1, (30, 2))])
        right = (denser(densities(rows, 5), rng) == (np.arange(60) < 30)).mean()
        agreement.append(max(right, 1 - right))

    assert np.mean(agreement) < 0.65


def test_rows_of_equal_density_are_one_cluster():
    """What differs by rounding alone is not split in two."""
    rng = np.random.RandomState(0)

    assert denser(np.full(4, 0.3) + np.array([0, 1e-15, 0, -1e-15]), rng).all()
    assert denser(densities(np.eye(12), 5), rng).all()


def test_a_cluster_of_one_row_is_copied_and_told():
    """So that as many rows come back as were asked for."""
    equally_far = np.eye(6) * 3
    near = equally_far[:1] + 1e-3
    minority, majority = np.vstack([equally_far[1:], near, near + 40]), np.full((40, 6), 90.0)
    majority = majority + np.random.default_rng(0).normal(size=majority.shape)
    sampler = GKSMOTE(random_state=0)
    y_out = sampler.fit_resample(np.vstack([minority, majority]), np.repeat([1, 0], [7, 40]))[1]

    assert sampler.safe_.sum() in (1, (~sampler.noise_).sum() - 1)
    assert sampler.fallback_ == "a cluster of one row is copied"
    assert (y_out == 1).sum() == 40


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
    units = bandwidths(minority, 1)
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


@pytest.mark.parametrize("n_minority", [100, 150])
def test_with_a_fifth_of_labels_wrong_new_rows_stay_with_the_minority_more_than_those_of_smote(n_minority):
    """The nearest row is truly of the minority at least as often, in each of six draws."""
    for seed in range(6):
        problem = flipped(seed, 0.2, 300, n_minority)
        ours, theirs = (
            share_with_the_minority(make(random_state=0), *problem) for make in (GKSMOTEKDE, SMOTE)
        )

        assert ours >= theirs


def test_where_wrong_labels_outnumber_the_minority_its_density_is_that_of_the_majority():
    """Of 300 : 40 rows a fifth is relabelled, about 60 of the majority: then SMOTE stays closer than this."""
    problems = [flipped(seed, 0.2, 300, 40) for seed in range(6)]
    ours, theirs = (
        np.mean([share_with_the_minority(make(random_state=0), *problem) for problem in problems])
        for make in (GKSMOTEKDE, SMOTE)
    )

    assert all((y[clean == 0] == 1).sum() > (y[clean == 1] == 1).sum() for _, clean, y in problems)
    assert ours < theirs


def test_candidates_among_the_majority_are_drawn_again_unless_the_seed_is_at_the_border():
    """Two safe blobs and the majority between them: no new row lies where the majority is denser."""
    rng = np.random.default_rng(0)
    minority = np.vstack([rng.normal(-4, 0.3, (4, 2)), rng.normal(4, 0.3, (4, 2))])
    majority = rng.normal(0, 0.5, (200, 2))
    X, y = np.vstack([minority, majority]), np.repeat([1, 0], [8, 200])
    sampler = GKSMOTEKDE(random_state=0)
    new = sampler.fit_resample(X, y)[0][len(X) :]

    assert set(sampler.kind_) == {"safe"}
    assert (np.linalg.norm(new, axis=1) < 1.5).sum() == 0
    assert on_a_segment(new, minority).all()


def test_after_twenty_candidates_one_is_taken_as_it_is(monkeypatch):
    """Where the majority is denser at each of them: rows between those of the minority all the same."""
    X, y = problem(6)
    looked_at = []

    def share(self, rows, *, among_themselves=False):
        looked_at.append(len(rows))
        return np.full(len(rows), 1.0 if among_themselves else 0.0)

    monkeypatch.setattr(Densities, "share", share)
    new = GKSMOTEKDE(random_state=0).fit_resample(X, y)[0][len(X) :]

    assert looked_at == [25] + [95] * 20
    assert on_a_segment(new, X[y == 1]).all()


def test_where_all_rows_are_noisy_they_are_taken_for_borderline(monkeypatch):
    """So that rows come back, and ``fallback_`` says so."""
    monkeypatch.setattr(
        "oversample_bench_density.gk_smote_kde.kinds", lambda density, share: np.full(len(density), "noisy")
    )
    sampler = GKSMOTEKDE(random_state=0)
    y_out = sampler.fit_resample(*problem())[1]

    assert set(sampler.kind_) == {"borderline"}
    assert sampler.fallback_ == "all minority rows are noisy: taken for borderline"
    assert (y_out == 1).sum() == (y_out == 0).sum()


def test_a_constant_column_has_no_part_in_the_kernel():
    """Neither in distances nor in the number of features of Scott's rule: rows are those without it."""
    X, y = problem(4)
    without = GKSMOTEKDE(random_state=0).fit_resample(X, y)[0]
    beside = GKSMOTEKDE(random_state=0).fit_resample(np.column_stack([X, np.full(len(X), 0.1)]), y)[0]

    np.testing.assert_allclose(beside[:, :-1], without)
    np.testing.assert_allclose(beside[:, -1], 0.1)

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oversample_bench_gan.omega import LEAST_SHARE, PENALTIES, Optimism, kept, optimism


def classes(n_majority=60, n_minority=8, d=4, seed=0, apart=1.0):
    """Return rows of two normal classes, the majority first."""
    rng = np.random.default_rng(seed)
    return np.vstack([rng.normal(size=(n_majority, d)), rng.normal(size=(n_minority, d)) + apart])


def refitted(X, weight, y, penalty):
    """Return a weighted ridge regression with a free intercept, solved as it is written down."""
    ones = np.column_stack([np.ones(len(X)), X])
    penalties = np.diag([0.0, *[penalty] * X.shape[1]])
    found = np.linalg.solve(ones.T @ (weight[:, None] * ones) + penalties, ones.T @ (weight * y))
    return lambda rows: found[0] + rows @ found[1:]


def by_brute_force(X, n_majority):
    """Return the means of seen, unseen and majority answers, one refit a row and a penalty."""
    n = len(X)
    minority = np.arange(n) >= n_majority
    weight = np.where(minority, 0.5 / minority.sum(), 0.5 / n_majority)
    y = np.where(minority, 1.0, -1.0)
    centred = X - weight @ X
    mean = np.linalg.eigvalsh(centred.T @ (weight[:, None] * centred)).mean()

    def without(row, penalty):
        return refitted(X, np.where(np.arange(n) == row, 0, weight), y, penalty * mean)

    errors = [
        sum(weight[i] * (y[i] - without(i, penalty)(X[i])) ** 2 for i in range(n)) for penalty in PENALTIES
    ]
    best = PENALTIES[int(np.argmin(errors))]
    found = []
    for i in np.flatnonzero(minority):
        answer = without(i, best)
        others = minority & (np.arange(n) != i)
        found.append((answer(X[others]).mean(), answer(X[i]), answer(X[:n_majority]).mean()))
    return np.mean(found, axis=0)


@pytest.mark.parametrize(("d", "apart"), [(4, 1.0), (4, 0.2), (90, 0.5), (90, 0.0)])
@pytest.mark.parametrize("n_minority", [2, 6])
def test_omega_is_that_of_refits_without_each_row(d, apart, n_minority):
    """The closed form equals brute-force refits to 1e-8, with fewer features than rows and with more."""
    X = classes(24, n_minority, d, apart=apart)
    found = optimism(X, 24)
    seen, unseen, majority = by_brute_force(X, 24)

    np.testing.assert_allclose(
        [found.seen, found.unseen, found.majority], [seen, unseen, majority], atol=1e-8
    )
    assert found.omega == pytest.approx((seen - unseen) / (seen - majority), abs=1e-8)


@pytest.mark.parametrize(("n", "d"), [(4, 3), (30, 3), (8, 80)])
def test_classes_of_the_same_rows_have_no_share(n, d):
    """Where every row is in both classes nothing can be learnt, and the second phase has no share."""
    X = classes(n, 0, d)
    found = optimism(np.vstack([X, X]), n)

    assert found.omega >= 1
    assert found.share == 0


def test_classes_of_one_law_have_an_omega_near_one():
    """Where few wide rows differ from the majority by chance alone, omega scatters about 1."""
    omegas = [optimism(classes(200, 8, 80, seed, apart=0.0), 200).omega for seed in range(20)]

    assert np.median(omegas) == pytest.approx(1, abs=0.1)


@pytest.mark.parametrize("seed", range(5))
def test_a_large_minority_far_off_has_nothing_to_repair(seed):
    """Well separated classes of many rows: unseen rows are met as well as seen ones."""
    assert abs(optimism(classes(400, 200, 5, seed, apart=3.0), 400).omega) < 0.05


@pytest.mark.parametrize("seed", range(5))
def test_few_rows_of_many_features_lie_far_back(seed):
    """Omega rises with the number of features and falls with the number of minority rows."""
    few, many, wide = (
        optimism(classes(300, n, d, seed, apart=8 / d**0.5), 300).omega
        for n, d in ((7, 10), (70, 10), (7, 200))
    )

    assert many < few < wide


def test_omega_foretells_rows_that_were_never_seen():
    """Measured on training rows it is what rows of the same law, held back, show: within 0.1 on average."""
    told, true = [], []
    for seed in range(8):
        X = classes(300, 400, 100, seed, apart=0.4)
        train, unseen = X[:310], X[310:]
        weight = np.repeat([0.5 / 300, 0.5 / 10], [300, 10])
        found = optimism(train, 300)
        f = _chosen(train, weight)
        seen, majority = f(train[300:]).mean(), f(train[:300]).mean()
        told.append(found.omega)
        true.append((seen - f(unseen).mean()) / (seen - majority))

    assert np.mean(told) == pytest.approx(np.mean(true), abs=0.1)


def _chosen(X, weight):
    """Return the ridge regression whose penalty leaves rows out best, by the hat matrix."""
    y = np.where(weight == weight[0], -1.0, 1.0)
    centred = X - weight @ X
    A = centred.T @ (weight[:, None] * centred)
    fits = []
    for penalty in PENALTIES:
        inverse = np.linalg.inv(A + penalty * np.trace(A) / len(A) * np.eye(len(A)))
        beta = inverse @ centred.T @ (weight * y)
        leverage = weight * (1 + np.einsum("ij,jk,ik->i", centred, inverse, centred))
        fits.append((weight @ ((y - centred @ beta) / (1 - leverage)) ** 2, penalty, beta))
    beta = min(fits)[2]
    return lambda rows: (rows - weight @ X) @ beta


@settings(max_examples=15, deadline=None)
@given(
    seed=st.integers(0, 99),
    d=st.sampled_from([1, 3, 50]),
    unit=st.sampled_from([1e-6, 1e6]),
    by=st.floats(-5, 5),
)
def test_omega_knows_no_unit_no_origin_and_no_direction(seed, d, unit, by):
    """Rows moved, turned, mirrored or told in another unit, all features alike, have the same omega."""
    X = classes(20, 5, d, seed)
    turn, _ = np.linalg.qr(np.random.default_rng(seed).normal(size=(d, d)))

    assert optimism(((X + by) @ turn) * unit, 20).omega == pytest.approx(optimism(X, 20).omega, abs=1e-6)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 99), d=st.sampled_from([2, 40]))
def test_the_order_of_rows_does_not_matter(seed, d):
    """Within a class rows may stand in any order."""
    X, rng = classes(20, 5, d, seed), np.random.default_rng(seed)
    shuffled = np.concatenate([rng.permutation(X[:20]), rng.permutation(X[20:])])

    assert optimism(shuffled, 20).omega == pytest.approx(optimism(X, 20).omega, abs=1e-8)


@pytest.mark.parametrize(
    ("omega", "share"),
    [(-0.5, 0.0), (0.0, 0.0), (0.1, 0.36), (0.5, 1.0), (0.9, 0.36), (1.0, 0.0), (1.7, 0.0), (0.001, 0.0)],
)
def test_the_share_is_greatest_in_the_middle(omega, share):
    """4 omega (1 - omega), omega kept within [0, 1], and nothing at all up to a hundredth."""
    found = Optimism(seen=1.0, unseen=1.0 - 2 * omega, majority=-1.0)

    assert found.omega == pytest.approx(omega)
    assert found.share == pytest.approx(share)


def test_a_share_that_is_not_worth_it_is_none():
    """Up to the least share there is no second phase."""
    assert [kept(share) for share in (0.0, LEAST_SHARE, 0.011, 1.0)] == [0.0, 0.0, 0.011, 1.0]


@pytest.mark.parametrize("fill", [0.0, 3.5])
def test_rows_that_are_all_alike_teach_nothing(fill):
    """Without any variance omega is 1, and no division by zero is."""
    found = optimism(np.full((9, 3), fill), 6)

    assert (found.omega, found.share) == (1.0, 0.0)


@pytest.mark.parametrize("case", ["constant", "twice", "duplicates", "same class rows", "wide zeros"])
def test_degenerate_tables_have_an_omega(case):
    """Constant, equal and empty columns, and rows that occur twice, give a finite omega."""
    X = classes(20, 5, 3)
    X = {
        "constant": np.column_stack([X, np.ones(25)]),
        "twice": np.column_stack([X, X]),
        "duplicates": np.repeat(X, 2, axis=0),
        "same class rows": np.vstack([X[:20], np.repeat(X[20:21], 5, axis=0)]),
        "wide zeros": np.column_stack([X, np.zeros((25, 200))]),
    }[case]
    n_majority = 40 if case == "duplicates" else 20

    assert np.isfinite(optimism(X, n_majority).omega)
    assert 0 <= optimism(X, n_majority).share <= 1


@pytest.mark.parametrize(("n_majority", "n_minority"), [(0, 5), (5, 1), (5, 0)])
def test_an_only_row_cannot_be_left_out(n_majority, n_minority):
    """With too few rows of a class there is a sentence with the numbers, and no omega."""
    with pytest.raises(ValueError, match=f"there are {n_majority} and {n_minority}"):
        optimism(np.zeros((n_majority + n_minority, 2)), n_majority)

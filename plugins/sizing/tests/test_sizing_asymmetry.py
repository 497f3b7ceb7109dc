"""The algebra of TG-VTSS, against moments by hand and against its own law."""

import numpy as np
import pytest
from scipy.stats import chi2
from sklearn.kernel_approximation import RBFSampler
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from oversample_bench_sizing.asymmetry import (
    Moments,
    generator_quality,
    inverse,
    symmetry_test,
    target_size,
)
from oversample_bench_sizing.generator_check import checked, moments


def squared(theta, X, label):
    """Return the moments of rows at a pilot by least squares: scores (theta x - y) x, curvature 1."""
    return Moments.of((X @ theta - label)[:, None] * X, X, np.ones(len(X)))


@pytest.mark.quick
def test_the_target_of_the_biased_aligned_example_is_four_times_balance():
    """Majority N(0, I), minority N((1, 0), I), synthetic rows N((0.5, 0), I), optimum (1/3, 0).

    The mean score of class y with mean (m, 0) is ((1 + m^2) / 3 - y m, 0): by hand g_phi = (2/3, 0),
    g_psi = (1/4, 0), so that rho = 0.375, cos = 1 and the denominator 1/4.
    """

    def score(mean, label):
        return np.array([(1 + mean**2) / 3 - label * mean, 0.0])

    difference, delta = score(0, 0) - score(1, 1), score(0.5, 1) - score(1, 1)

    np.testing.assert_allclose(difference, [2 / 3, 0])
    np.testing.assert_allclose(delta, [1 / 4, 0])
    assert target_size(difference, delta, 100) == pytest.approx(400)
    assert target_size(difference, -delta, 100) == pytest.approx(100 / 1.75)
    assert target_size(difference, np.array([0.0, 1.0]), 100) == pytest.approx(100)
    assert target_size(difference, 2 * delta, 100) is None


def test_moments_are_those_by_hand():
    """Means, covariance with n - 1, mean Hessian; a single row has no covariance."""
    rng = np.random.default_rng(0)
    X, scores, curvature = rng.normal(size=(30, 3)), rng.normal(size=(30, 3)), rng.random(30)
    found = Moments.of(scores, X, curvature)

    np.testing.assert_allclose(found.score, scores.mean(axis=0))
    np.testing.assert_allclose(found.covariance, np.cov(scores.T))
    hand = sum(curvature[i] * np.outer(X[i], X[i]) for i in range(30)) / 30
    np.testing.assert_allclose(found.hessian, hand)
    assert not Moments.of(scores[:1], X[:1], curvature[:1]).covariance.any()


def test_the_pseudo_inverse_has_its_ridge():
    """Of a regular matrix it is the inverse, of a singular one it is finite."""
    matrix = np.diag([2.0, 4.0])

    np.testing.assert_allclose(inverse(matrix), np.diag([0.5, 0.25]), rtol=1e-7)
    assert np.isfinite(inverse(np.zeros((2, 2)))).all()


def test_the_symmetry_test_keeps_its_level():
    """Classes of the same mean score are told apart in 2 to 9 % of 500 draws; others nearly always."""
    rng, rejected, found = np.random.default_rng(1), 0, 0
    for _ in range(500):
        X0, X1 = rng.normal(size=(2500, 3)), rng.normal(size=(500, 3))
        scores = [rng.normal(size=(len(X), 3)) * (1 + X**2) ** 0.5 for X in (X0, X1)]
        one, other = (Moments.of(s, X, np.ones(len(X))) for s, X in zip(scores, (X0, X1), strict=True))
        test = symmetry_test(one, other)
        rejected += not test.is_symmetric
        shifted = Moments.of(scores[1] + 0.4, X1, np.ones(500))
        found += not symmetry_test(one, shifted).is_symmetric

    assert test.cutoff == pytest.approx(chi2.ppf(0.95, 3))
    assert 0.02 <= rejected / 500 <= 0.09
    assert found / 500 > 0.95


class Draws:
    """A generator that knows the law of the minority, but for a shift."""

    def __init__(self, shift=0.0, random_state=0):
        self.shift, self.random_state = shift, random_state

    def get_params(self, deep=True):
        return {"shift": self.shift, "random_state": self.random_state, "sampling_strategy": None}

    def set_params(self, **params):
        self.__dict__.update(params)
        return self

    def __sklearn_clone__(self):
        return Draws(self.shift, self.random_state)

    def fit_resample(self, X, y):
        n_new = self.sampling_strategy[1] - int((y == 1).sum())
        new = np.random.default_rng(self.random_state).normal(size=(n_new, X.shape[1]))
        new[:, 0] += 1.0 + self.shift
        return np.vstack([X, new]), np.append(y, np.ones(n_new, dtype=int))


def drawn(seed, n_minority=300):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(10 * n_minority + n_minority, 3))
    y = (np.arange(len(X)) < n_minority).astype(int)
    X[y == 1, 0] += 1.0
    return X, y


def test_a_perfect_generator_is_realistic_and_a_shifted_one_is_not():
    """GQS stays under its cut-off for the true law, with a target near balance, and grows with the shift."""
    pilot = LogisticRegression(C=1e6)
    quality = {
        shift: [checked((Draws(shift), pilot), drawn(seed), 0.05, 3, seed) for seed in range(8)]
        for shift in (0.0, -0.5, -1.0)
    }
    means = [float(np.mean([one.quality for one in found])) for found in quality.values()]

    assert means[0] < 10 < means[1] < means[2]
    targets = [one.target for one in quality[0.0]]
    assert np.mean(targets) == pytest.approx(2700, rel=0.2)


def test_a_pilot_that_is_not_linear_is_looked_at_by_its_intercept():
    """Its score is p - y alone: one number a row."""
    from sklearn.tree import DecisionTreeClassifier

    X, y = drawn(0, 50)
    tree = DecisionTreeClassifier(max_depth=2, random_state=0).fit(X, y)

    assert moments(tree, X[y == 1], 1).score.shape == (1,)
    assert moments(LogisticRegression().fit(X, y), X[y == 1], 1).score.shape == (4,)


def test_quality_is_the_ratio_of_bias_and_noise_by_hand():
    """For one dimension: n_bal^2 / (2 n0) delta^2 / S_aug, as the Hessian cancels."""
    S0, S1, S_new, n0, n1 = 2.0, 3.0, 5.0, 100, 20
    augmented = S0 / 2 + n1 / (2 * n0) * S1 + (n0 - n1) / (2 * n0) * S_new
    expected = 80**2 / (2 * n0) * 0.3**2 / augmented
    matrices = [np.array([[value]]) for value in (S0, S1, S_new)]
    found = generator_quality((n0, n1), np.array([[1.7]]), np.array([0.3]), matrices)

    assert found == pytest.approx(expected, rel=1e-6)


def test_a_pipeline_is_judged_by_what_its_last_step_sees():
    """The cut-off has a degree of freedom a feature of the last step and one more: 125.458 for 100 of them.

    That is the cut-off which the authors print for their hundred random Fourier features.
    """
    fourier = make_pipeline(StandardScaler(), RBFSampler(n_components=100), LogisticRegression())
    scaled = make_pipeline(StandardScaler(), LogisticRegression(C=1e6))
    X, y = drawn(0, 60)
    Z = StandardScaler().fit_transform(X)

    assert checked((Draws(), fourier), (X, y), 0.05, 3, 0).test.cutoff == pytest.approx(125.458, abs=1e-3)
    found, expected = (
        checked((Draws(), pilot), (rows, y), 0.05, 3, 0).test.statistic
        for pilot, rows in ((scaled, X), (LogisticRegression(C=1e6), Z))
    )
    assert found == pytest.approx(expected, rel=1e-6)


def test_the_weights_of_a_pipeline_go_to_its_last_step():
    """A last step that takes none is named."""
    pilot = make_pipeline(StandardScaler(), KNeighborsClassifier())
    with pytest.raises(ValueError, match="KNeighborsClassifier takes none"):
        checked((Draws(), pilot), drawn(0, 20), 0.05, 3, 0)

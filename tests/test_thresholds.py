import pickle
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone, is_classifier
from sklearn.datasets import load_breast_cancer
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score
from sklearn.model_selection import StratifiedKFold, TunedThresholdClassifierCV
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier

from oversample_bench.plugins.thresholds import ThresholdTuned, tuned

LOGISTIC = "sklearn.linear_model:LogisticRegression"


@cache
def cancer():
    """Return the rows scaled, and 1 for malignant."""
    loaded = load_breast_cancer()
    return StandardScaler().fit_transform(loaded.data), 1 - loaded.target


def thinned(n_minority, seed=0):
    """Return the training rows with that many minority rows left."""
    X, y = cancer()
    kept = np.random.default_rng(seed).choice(np.flatnonzero(y == 1), n_minority, replace=False)
    rows = np.concatenate([np.flatnonzero(y == 0), kept])
    return X[rows], y[rows]


def test_it_can_be_cloned_pickled_and_set_like_any_estimator():
    """Parameters survive a clone, and those of the inner classifier are reached by their path."""
    model = clone(ThresholdTuned(LogisticRegression(), cv=3)).set_params(estimator__C=0.5, random_state=1)
    fitted = model.fit(*thinned(5))
    again = pickle.loads(pickle.dumps(fitted))

    assert model.get_params()["estimator__C"] == 0.5
    np.testing.assert_array_equal(again.predict(cancer()[0]), fitted.predict(cancer()[0]))
    assert fitted.classes_.tolist() == [0, 1]
    assert is_classifier(model)


@settings(max_examples=3, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_it_is_scikit_learns_tuning_on_seeded_shuffled_folds(seed):
    """With rows enough the labels are those of the library's class with the same folds and classifier."""
    X, y = cancer()
    base = RandomForestClassifier(n_estimators=3)
    ours = ThresholdTuned(base, cv=3, random_state=seed).fit(X, y)
    folds = StratifiedKFold(3, shuffle=True, random_state=seed)
    theirs = TunedThresholdClassifierCV(clone(base).set_params(random_state=seed), cv=folds).fit(X, y)

    np.testing.assert_array_equal(ours.predict(X), theirs.predict(X))
    assert ours.threshold_ == theirs.best_threshold_
    assert ours.fallback_ == ""


@pytest.mark.parametrize("n_minority", [2, 3, 4])
def test_there_are_no_more_folds_than_rows_of_the_rarer_class(n_minority):
    """Few minority rows lower the count of folds, without a warning and without a mark."""
    model = ThresholdTuned(LogisticRegression(), random_state=0).fit(*thinned(n_minority))

    assert model.model_.cv.n_splits == n_minority
    assert model.fallback_ == ""


@pytest.mark.parametrize("base", [LogisticRegression(), LinearSVC(random_state=3)])
def test_one_minority_row_leaves_the_threshold_alone(base):
    """With a single minority row the labels are the classifier's own, and the model says so."""
    X, y = thinned(1)
    model = ThresholdTuned(base).fit(X, y)

    np.testing.assert_array_equal(model.predict(X), clone(base).fit(X, y).predict(X))
    assert model.fallback_ == "the default threshold was kept: the rarer class has one row"
    assert model.threshold_ == "auto"


def test_scores_that_part_nothing_leave_the_threshold_alone():
    """A classifier that scores an inner fold alike keeps its own labels, and the model says so."""
    X, y = thinned(3)
    base = DecisionTreeClassifier(max_leaf_nodes=2, min_samples_leaf=150, random_state=0)
    model = ThresholdTuned(base, random_state=0).fit(np.zeros_like(X), y)

    assert not model.predict(X).any()
    assert model.fallback_ == "the default threshold was kept: all rows of an inner fold are scored alike"


def test_other_errors_of_the_classifier_are_not_swallowed():
    """Only constant scores are made up for."""
    X, y = thinned(5)

    with pytest.raises(ValueError, match="NaN"):
        ThresholdTuned(LogisticRegression()).fit(np.full_like(X, np.nan), y)


def test_the_threshold_helps_where_the_minority_is_rare():
    """Tuned for balanced accuracy, a thinned set is told better than with the default threshold."""
    X, y = cancer()
    base = KNeighborsClassifier(n_neighbors=15)
    plain = clone(base).fit(*thinned(10)).predict(X)
    moved = ThresholdTuned(base, random_state=0).fit(*thinned(10)).predict(X)

    assert balanced_accuracy_score(y, moved) > balanced_accuracy_score(y, plain)


def test_the_seed_reaches_the_classifier_and_nothing_else_is_changed():
    """The inner classifier is the one that the seed would give alone; the parameters stay as written."""
    X, y = cancer()
    base = RandomForestClassifier(n_estimators=3)
    model = ThresholdTuned(base, cv=2).set_params(random_state=11).fit(X, y)
    alone = clone(base).set_params(random_state=11).fit(X, y)

    np.testing.assert_array_equal(model.predict_proba(X), alone.predict_proba(X))
    assert base.random_state is None
    assert not hasattr(base, "classes_")


def test_a_classifier_has_the_outputs_of_its_base():
    """Probabilities and scores are there if and only if the base has them."""
    assert not hasattr(ThresholdTuned(LinearSVC()), "predict_proba")
    assert hasattr(ThresholdTuned(LinearSVC()), "decision_function")
    assert not hasattr(ThresholdTuned(KNeighborsClassifier()), "decision_function")


def test_the_factory_passes_parameters_on():
    """Parameters of the class go to the class, the three others to the tuning."""
    model = tuned(LOGISTIC, scoring="f1", cv=4, random_state=5, C=0.1)

    assert model.estimator.C == 0.1
    assert (model.scoring, model.cv, model.random_state) == ("f1", 4, 5)


def test_the_factory_names_a_parameter_that_the_class_does_not_know():
    """A misspelt parameter fails when the classifier is built, by name."""
    with pytest.raises(TypeError, match="penaltyy"):
        tuned(LOGISTIC, penaltyy="l2")

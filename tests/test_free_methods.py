"""Methods that move no rows: weights, thresholds, odds, and what is put around a classifier in a trial."""

from __future__ import annotations

import sqlite3
from typing import Any

import numpy as np
import pytest
from imblearn.utils.estimator_checks import estimator_checks_generator
from sklearn.base import clone
from sklearn.datasets import make_classification
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression, Perceptron, RidgeClassifier
from sklearn.metrics import make_scorer, matthews_corrcoef
from sklearn.model_selection import StratifiedKFold, TunedThresholdClassifierCV
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier, NearestCentroid
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier

from oversample_bench.api import Metric, Skip
from oversample_bench.evaluation.seeding import Seeded
from oversample_bench.evaluation.wrapping import BadWrapper, ready, state_of, states_of, wrapped
from oversample_bench.plugins.baselines import ClassWeight, PriorCorrection, Threshold
from oversample_bench.plugins.metrics import AUROC, BRIER, MCC

X, Y = make_classification(400, 6, weights=[0.9], flip_y=0.1, random_state=0)
X_TEST = make_classification(300, 6, weights=[0.9], flip_y=0.1, random_state=0)[0]
FREE = (ClassWeight(), Threshold(), PriorCorrection())
CHECKS = [(one, check) for one in FREE for one, check in estimator_checks_generator(one)]


@pytest.mark.parametrize(
    ("estimator", "check"),
    [pytest.param(*pair, id=f"{type(pair[0]).__name__}-{pair[1].func.__name__}") for pair in CHECKS],
)
def test_free_methods_are_samplers_of_imbalanced_learn(estimator, check):
    """They keep the contract of the library's samplers."""
    check(estimator)


@pytest.mark.parametrize("method", FREE, ids=lambda one: type(one).__name__)
def test_no_free_method_moves_a_row(method):
    """Rows and labels come back as they were, as copies, and nothing is requested of the method."""
    X_out, y_out = clone(method).fit_resample(X, Y)

    np.testing.assert_array_equal(X_out, X)
    np.testing.assert_array_equal(y_out, Y)
    assert not np.shares_memory(X_out, X)
    assert method._sampling_type == "bypass"


# --- weights


@pytest.mark.quick
def test_class_weights_are_those_of_scikit_learn():
    """A row weighs n / (2 n_c), so that a fit with them is a fit with ``class_weight="balanced"``."""
    method = ClassWeight()
    method.fit_resample(X, Y)

    counts = np.bincount(Y)
    np.testing.assert_allclose(method.sample_weight_, (len(Y) / (2 * counts))[Y])
    for model in (LogisticRegression(tol=1e-10), DecisionTreeClassifier(random_state=0)):
        ours = clone(model).fit(X, Y, sample_weight=method.sample_weight_)
        theirs = clone(model).set_params(class_weight="balanced").fit(X, Y)
        np.testing.assert_allclose(ours.predict_proba(X_TEST), theirs.predict_proba(X_TEST), atol=1e-8)


# --- thresholds


@pytest.mark.parametrize("model", [LogisticRegression(), LinearSVC(random_state=3), GaussianNB()])
def test_a_threshold_is_that_of_scikit_learn_for_the_metric(model):
    """The library's tuning on seeded, shuffled folds, scored by the very metric of the suite."""
    wrapped_model = Threshold(metric=MCC, random_state=7).wrap_classifier(model).fit(X, Y)
    folds = StratifiedKFold(5, shuffle=True, random_state=getattr(model, "random_state", None) or 7)
    scorer = make_scorer(matthews_corrcoef)
    theirs = TunedThresholdClassifierCV(clone(model), scoring=scorer, cv=folds).fit(X, Y)

    assert wrapped_model.threshold_ == pytest.approx(theirs.best_threshold_)
    np.testing.assert_array_equal(wrapped_model.predict(X_TEST), theirs.predict(X_TEST))


def test_a_metric_that_is_better_low_is_tuned_low():
    """A threshold for a loss makes the loss small: here the share of mistakes."""
    mistakes = Metric(lambda y, p: float(np.mean(y != p)), higher_is_better=False)
    low = Threshold(metric=mistakes, random_state=0).wrap_classifier(GaussianNB()).fit(X, Y)
    high = Threshold(metric=Metric(mistakes.compute), random_state=0).wrap_classifier(GaussianNB()).fit(X, Y)

    assert mistakes.compute(Y, low.predict(X)) < 0.2 < mistakes.compute(Y, high.predict(X))


@pytest.mark.parametrize("metric", [None, AUROC, BRIER])
def test_what_no_threshold_moves_stands_for_balanced_accuracy(metric):
    """Metrics of scores and probabilities do not depend on a threshold."""
    assert Threshold(metric=metric).wrap_classifier(GaussianNB()).scoring == "balanced_accuracy"


@pytest.mark.parametrize(("n_minority", "folds"), [(2, 1), (3, 1), (4, 2), (5, 2), (6, 3), (10, 5), (40, 5)])
def test_each_inner_fold_holds_two_minority_rows(n_minority, folds):
    """With fewer than four the threshold stays where the classifier has it, and says so."""
    rows = np.concatenate([np.flatnonzero(Y == 0), np.flatnonzero(Y == 1)[:n_minority]])
    model = Threshold(metric=MCC, random_state=0).wrap_classifier(LogisticRegression()).fit(X[rows], Y[rows])

    if folds == 1:
        assert model.fallback_ == f"the default threshold was kept: the rarer class has {n_minority} rows"
    else:
        assert model.model_.cv.n_splits == folds
        held = [Y[rows][test].sum() for _, test in model.model_.cv.split(X[rows], Y[rows])]
        assert min(held) >= 2


def test_the_classifier_behind_a_threshold_is_the_one_without():
    """Only the threshold tells the two apart: the classifier keeps the seed that it has."""
    forest = RandomForestClassifier(5, random_state=11)
    inside = Threshold(random_state=3).wrap_classifier(clone(forest)).fit(X, Y)

    np.testing.assert_array_equal(inside.predict_proba(X_TEST), clone(forest).fit(X, Y).predict_proba(X_TEST))


# --- odds


def test_corrected_odds_are_n0_over_n1_times_the_odds():
    """By hand, and the same labels as a threshold at the share of the minority."""
    model = LogisticRegression().fit(X, Y)
    ours = PriorCorrection().wrap_classifier(LogisticRegression()).fit(X, Y)
    plain, corrected = model.predict_proba(X_TEST), ours.predict_proba(X_TEST)
    n0, n1 = np.bincount(Y)

    np.testing.assert_allclose(
        corrected[:, 1] / corrected[:, 0], n0 / n1 * plain[:, 1] / plain[:, 0], rtol=1e-10
    )
    np.testing.assert_allclose(corrected.sum(axis=1), 1)
    np.testing.assert_array_equal(ours.predict(X_TEST), (plain[:, 1] > n1 / (n0 + n1)).astype(int))


def test_corrected_odds_count_rows_by_their_weight():
    """Rows that weigh alike by class have nothing left to correct."""
    weight = ClassWeight()
    weight.fit_resample(X, Y)
    ours = PriorCorrection().wrap_classifier(LogisticRegression())
    ours.fit(X, Y, sample_weight=weight.sample_weight_)

    assert ours.odds_ == pytest.approx(1)


@pytest.mark.parametrize(
    ("method", "model", "said"),
    [
        (Threshold(), NearestCentroid(), "there is no threshold to tune"),
        (PriorCorrection(), RidgeClassifier(), "there are no odds to correct"),
        (PriorCorrection(), Perceptron(), "Perceptron gives no probabilities"),
    ],
)
def test_a_classifier_that_cannot_be_wrapped_is_skipped(method, model, said):
    """A combination that does not exist is no failure, and is told in a sentence."""
    if hasattr(model, "decision_function") and isinstance(method, Threshold):
        pytest.skip("this version of the library gives it scores")
    with pytest.raises(Skip, match=said):
        method.wrap_classifier(model)


# --- what a trial makes of methods


class Remembers:
    """A method that wraps by what it has learnt."""

    wrapping_state_: Any = None

    def wrap_classifier(self, classifier):
        classifier.told = None if self.wrapping_state_ is None else self.wrapping_state_["mean"].tolist()
        return classifier


def plain(estimator: Any) -> Seeded:
    return Seeded(estimator, 1, loose=False)


def test_a_wrapper_is_told_what_the_fit_has_left():
    """The method in a trial is a new one: it knows its parameters, and the arrays that were kept."""
    fitted = Remembers()
    fitted.wrapping_state_ = {"mean": [1.0, 2.0]}
    state = state_of(fitted)

    assert wrapped(plain(GaussianNB()), plain(Remembers()), state).estimator.told == [1.0, 2.0]
    assert state_of(GaussianNB()) is None
    assert state_of(Threshold()) == {}


@pytest.mark.parametrize("state", [[1], {1: [2]}, {"a": [object()]}])
def test_what_cannot_be_kept_of_a_fit_is_refused(state):
    """A mapping of names to arrays goes into a file, and nothing else."""
    method = Remembers()
    method.wrapping_state_ = state
    with pytest.raises(BadWrapper, match="wrapping_state_"):
        state_of(method)


def test_each_member_of_a_batch_leaves_a_state_of_its_own():
    """After a batch the states are a list, one a member; a method that wraps nothing has none."""
    fitted = Remembers()
    fitted.wrapping_state_ = [{"mean": [1.0]}, {"mean": [2.0]}]

    assert [state["mean"].tolist() for state in states_of(fitted, 2)] == [[1.0], [2.0]]
    assert states_of(GaussianNB(), 2) == [None, None]
    assert states_of(Threshold(), 2) == [{}, {}]
    for wrong in (fitted.wrapping_state_, {"mean": [1.0]}, None):
        fitted.wrapping_state_ = wrong
        with pytest.raises(BadWrapper, match="after a batch of 3 wrapping_state_ has"):
            states_of(fitted, 3)


BATCHED = """
import numpy as np
from oversample_bench.api import hookimpl

class Shifts:
    def fit_resample(self, X, y):
        self.wrapping_state_ = {"mean": X.mean(0)}
        return X, y
    def fit_resample_batch(self, problems, random_states):
        self.wrapping_state_ = [{"mean": X.mean(0)} for X, _ in problems]
        return problems
    def wrap_classifier(self, classifier):
        assert self.wrapping_state_["mean"].shape
        classifier.max_depth = 1 + int(np.abs(self.wrapping_state_["mean"]).sum() * 1e17) % 7
        return classifier

@hookimpl
def register_oversamplers(register):
    register("shifts", Shifts)
"""


def test_a_batched_method_wraps_by_the_state_of_its_own_member(runs, tmp_path):
    """Fitted as a batch or alone, each trial is wrapped by what its own split has left."""
    (tmp_path / "shifts.py").write_text(BATCHED)
    methods = "[none, {name: shifts, label: alone}, {name: shifts, label: batch, batch: 3}]"
    text = (
        f"name: s\ndata: [ecoli1]\nmethods: {methods}\nclassifiers: [decision_tree]\nsplits: 3\n"
        "plugins: [shifts.py]\nprotocol: {scale: none}\n"
    )
    table = runs(text).trials()
    scores = {method: part["mcc"].tolist() for method, part in table.groupby("method")}

    assert set(table["status"]) == {"ok"}
    assert scores["alone"] == scores["batch"]


def test_a_wrapper_must_return_a_classifier():
    """What cannot be fitted is told by the name of its type."""
    method = type("Bad", (), {"wrap_classifier": lambda *_: 3})()
    with pytest.raises(BadWrapper, match="wrap_classifier returned int, which has no fit"):
        wrapped(plain(GaussianNB()), plain(method), {})


def test_weights_of_methods_that_follow_each_other_are_multiplied():
    """Each says how much a row counts; a method that changes rows cannot follow another."""
    own = np.linspace(1, 2, len(Y))
    made = ready(plain(LogisticRegression()), own, [plain(ClassWeight())], lambda: (X, Y))
    method = ClassWeight()
    method.fit_resample(X, Y)

    np.testing.assert_allclose(made.arguments["sample_weight"], own * method.sample_weight_)
    shorter = type("Shorter", (), {"fit_resample": lambda _, X, y: (X[:3], y[:3])})()
    with pytest.raises(BadWrapper, match="has changed the rows"):
        ready(plain(LogisticRegression()), None, [plain(shorter)], lambda: (X, Y))
    with pytest.raises(Skip, match="KNeighborsClassifier takes no sample weights"):
        ready(plain(KNeighborsClassifier()), own, [], lambda: (X, Y))


SUITE = """
name: free
data: [ecoli1, glass1]
ratios: [0.1]
splits: 2
methods:
  - none
  - class_weight
  - threshold
  - prior_correction
  - random
  - {name: random, then: threshold}
  - {name: random, params: {sampling_strategy: 0.5}, then: [class_weight, prior_correction], label: half}
  - {name: "imblearn.over_sampling:RandomOverSampler", label: by path}
classifiers: [logistic_regression, decision_tree, {name: "sklearn.naive_bayes:GaussianNB"}]
"""


def test_whatever_moves_no_rows_stands_on_one_axis_with_what_does(runs):
    """All of them are rows of one table; a method with and without a follower shares its fit."""
    result = runs(SUITE)
    first = result.trials()

    assert set(first["status"]) == {"ok"}
    scores = first.groupby("method", sort=False)["mcc"].mean()
    assert list(scores.index) == [
        "none", "class_weight", "threshold", "prior_correction", "random", "random + threshold", "half",
        "by path",
    ]  # fmt: skip
    assert len({scores["none"], scores["class_weight"], scores["threshold"], scores["prior_correction"]}) == 4
    with sqlite3.connect(result.folder / "results.sqlite") as connection:
        assert connection.execute("SELECT count(*) FROM resamples").fetchone() == (2 * 2 * 7,)


def test_trials_of_a_resample_from_disk_are_wrapped_as_others(runs):
    """Adding a classifier a month later refits no method, and puts the same around it."""
    short = SUITE.replace("[logistic_regression, decision_tree,", "[decision_tree,")
    runs(short, "later")
    later = runs(SUITE, "later").trials()
    at_once = runs(SUITE, "at once").trials()

    keys = ["dataset", "method", "classifier", "split"]
    assert later.set_index(keys)["mcc"].to_dict() == at_once.set_index(keys)["mcc"].to_dict()

"""The bias-corrected loss: what it is, when it is nothing, and that it does what the abstract promises."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import approx_fprime
from sklearn.linear_model import LogisticRegression
from sklearn.tree import DecisionTreeClassifier

from oversample_bench.api import Skip
from oversample_bench_sizing.balanced_loss import balanced_log_loss
from oversample_bench_sizing.bias_corrected import BiasCorrected
from oversample_bench_sizing.corrected_logistic import CorrectedLogistic, corrected_loss


def rows(seed, n_majority=2000, n_minority=60, d=10, apart=1.2):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n_majority + n_minority, d))
    y = (np.arange(len(X)) < n_minority).astype(int)
    X[y == 1, 0] += apart
    return X, y


class Made:
    """A sampler whose rows are a function of the minority rows that it is given."""

    def __init__(self, make, random_state=0):
        self.make, self.random_state = make, random_state

    def get_params(self, deep=True):
        return {"make": self.make, "random_state": self.random_state, "sampling_strategy": None}

    def set_params(self, **params):
        self.__dict__.update(params)
        return self

    def __sklearn_clone__(self):
        return Made(self.make, self.random_state)

    def fit_resample(self, X, y):
        n_new = self.sampling_strategy[1] - int((y == 1).sum())
        new = self.make(X[y == 1], n_new, np.random.default_rng(self.random_state))
        return np.vstack([X, new]), np.append(y, np.ones(n_new, dtype=int))


def shrinking(own, n_new, rng):
    """Return rows half way to the mean, with noise: a biased generator."""
    drawn = own[rng.integers(len(own), size=n_new)]
    return own.mean(axis=0) + 0.5 * (drawn - own.mean(axis=0)) + 0.1 * rng.normal(size=drawn.shape)


def fitted(X, y, **params):
    method = BiasCorrected(random_state=0, **params)
    X_out, y_out = method.fit_resample(X, y)
    return method.wrap_classifier(LogisticRegression()).fit(X_out, y_out)


@pytest.mark.quick
def test_the_gradient_is_that_of_the_loss():
    """By finite differences, with weights of both signs."""
    rng = np.random.default_rng(0)
    X, y, weights = rng.normal(size=(30, 3)), rng.random(30) < 0.4, rng.normal(size=30)
    theta = rng.normal(size=4)
    slope = approx_fprime(theta, lambda at: corrected_loss(at, X, y, weights, 0.1)[0], 1e-7)

    np.testing.assert_allclose(corrected_loss(theta, X, y, weights, 0.1)[1], slope, atol=1e-5)


def test_the_loss_is_the_sum_of_its_five_parts():
    """Half the majority, half the minority by shares, less w / 2 times the bias, by hand."""
    X, y = rows(0, 50, 10, 3)
    rng = np.random.default_rng(1)
    new, made, held = (rng.normal(size=(n, 3)) for n in (30, 20, 40))
    model = CorrectedLogistic(made=made, held=held, n_real=60, penalty=0.0)
    theta = rng.normal(size=4)
    parts = model._weighted(np.vstack([X, new]), np.append(y, np.ones(30)) == 1)
    value = corrected_loss(theta, *parts, 0.0)[0]

    def mean(rows_, label):
        scores = rows_ @ theta[:-1] + theta[-1]
        return np.logaddexp(0, -scores if label else scores).mean()

    w = 30 / 40
    hand = mean(X[y == 0], 0) / 2 + ((1 - w) * mean(X[y == 1], 1) + w * mean(new, 1)) / 2
    assert value == pytest.approx(hand - w / 2 * (mean(made, 1) - mean(held, 1)))


def test_without_borrowed_rows_it_is_ordinary_training():
    """B = 0, and a resample without new rows, give the balanced loss as it is."""
    X, y = rows(0)
    plain = fitted(X, y, n_borrowed=0)
    again = CorrectedLogistic(made=X[:0], held=X[:0], n_real=len(X))
    method = BiasCorrected(random_state=0, n_borrowed=0)
    X_out, y_out = method.fit_resample(X, y)
    np.testing.assert_array_equal(plain.coef_, again.fit(X_out, y_out).coef_)

    weights = (len(y) / (2 * np.bincount(y)))[y]
    nothing = CorrectedLogistic(made=X[:0], held=X[:0], n_real=len(X), penalty=1e-3).fit(X, y)
    sklearn = LogisticRegression(C=1 / (1e-3 * len(y)), tol=1e-8).fit(X, y, sample_weight=weights)
    np.testing.assert_allclose(nothing.coef_, sklearn.coef_, atol=2e-3)


def test_a_biased_sampler_is_corrected():
    """Balanced test loss below that of the plain augmented fit, in 10 of 12 seeds or more."""
    better = 0
    for seed in range(12):
        X, y = rows(seed)
        X_test, y_test = rows(seed + 1000, 2000, 2000)
        found = [
            balanced_log_loss(
                y_test, fitted(X, y, sampler=Made(shrinking), n_borrowed=n).predict_proba(X_test)[:, 1]
            )
            for n in (5, 0)
        ]
        better += found[0] < found[1]

    assert better >= 10


def test_an_exact_sampler_leaves_ever_less_to_correct():
    """With fresh draws from the true law the correction fades as rows grow in number."""

    def fresh(own, n_new, rng):
        new = rng.normal(size=(n_new, own.shape[1]))
        new[:, 0] += 1.2  # the law of the minority; pseudo-minority rows are moved there as well
        return new

    def moved(n_majority, n_minority):
        distances = []
        for seed in range(6):
            X, y = rows(seed, n_majority, n_minority, d=4)
            one, other = (fitted(X, y, sampler=Made(fresh), n_borrowed=n).coef_ for n in (5, 0))
            distances.append(np.linalg.norm(one - other))
        return np.mean(distances)

    assert moved(8000, 800) < 0.6 * moved(500, 50)


def test_the_borrowed_bias_is_that_of_the_minority_where_classes_differ_by_a_shift():
    """Monte Carlo at a fixed theta, within three standard errors."""
    theta = np.array([0.8, -0.3, 0.2])

    def loss(rows_):
        return np.logaddexp(0, -(rows_ @ theta[:-1] + theta[-1])).mean()

    borrowed, true = [], []
    for seed in range(300):
        X, y = rows(seed, 400, 30, d=2)
        method = BiasCorrected(sampler=Made(shrinking), n_borrowed=1, random_state=seed)
        X_out, _ = method.fit_resample(X, y)
        fresh = np.random.default_rng(seed + 10**6).normal([1.2, 0], size=(4000, 2))
        borrowed.append(loss(method.wrapping_state_["made"]) - loss(method.wrapping_state_["held"]))
        true.append(loss(X_out[len(X) :]) - loss(fresh))
    difference = np.array(borrowed) - np.array(true)

    assert abs(difference.mean()) < 3 * difference.std(ddof=1) / np.sqrt(len(difference))
    assert abs(np.mean(true)) > 3 * np.std(true) / np.sqrt(len(true))


@pytest.mark.parametrize("labels", [["a", "b"], ["b", "a"], [1, 0], [7, 3]])
def test_labels_are_names_alone(labels):
    """Whatever the classes are called and whichever sorts first, rows and probabilities are the same."""
    X, y = rows(0, 300, 30, d=3)
    named = np.array(labels)[y]
    method = BiasCorrected(random_state=0)
    resampled = method.fit_resample(X, named)
    found = method.wrap_classifier(LogisticRegression()).fit(*resampled)
    expected = fitted(X, y)

    minority = list(found.classes_).index(labels[1])
    np.testing.assert_allclose(found.predict_proba(X)[:, minority], expected.predict_proba(X)[:, 1])
    np.testing.assert_array_equal(found.predict(X) == labels[1], expected.predict(X) == 1)


def test_a_minority_that_is_not_there_is_told():
    """Labels other than those that were resampled are refused."""
    X, y = rows(0, 40, 10)
    model = CorrectedLogistic(made=X[:0], held=X[:0], n_real=len(X), minority="b")
    with pytest.raises(ValueError, match="one of them 'b' of the minority; there are"):
        model.fit(X, y)


def test_other_classifiers_are_skipped():
    """The loss of a tree is out of reach, and no failure."""
    method = BiasCorrected(random_state=0)
    method.fit_resample(*rows(0, 100, 20))
    with pytest.raises(Skip, match="DecisionTreeClassifier is out of reach"):
        method.wrap_classifier(DecisionTreeClassifier())


@pytest.mark.parametrize(("n_majority", "n_minority"), [(40, 1), (21, 20)])
def test_nothing_is_corrected_where_nothing_can_be_borrowed(n_majority, n_minority):
    """Which is told in a sentence."""
    method = BiasCorrected(random_state=0)
    method.fit_resample(*rows(0, n_majority, n_minority))

    assert method.fallback_.startswith("nothing is corrected")
    assert len(method.wrapping_state_["made"]) == 0


SUITE = """
name: sized
data: [ecoli1]
ratios: [0.1]
splits: 2
methods:
  - none
  - class_weight
  - threshold
  - smote
  - {name: vtss, params: {sampler: {name: smote}, n_splits: 2, n_repeats: 1}, label: vtss(smote)}
  - {name: bias_corrected, params: {sampler: {name: smote}}}
classifiers: [logistic_regression, decision_tree]
"""


def bench(folder, *arguments):
    """Run a command of the bench, and return its exit status."""
    command = [sys.executable, "-m", "oversample_bench", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True).returncode


def test_they_stand_in_one_table_with_what_costs_nothing(tmp_path):
    """Weights, thresholds, sizes and corrected losses are rows of one run; what cannot be is skipped."""
    (tmp_path / "suite.yaml").write_text(SUITE, encoding="utf-8")
    bench(tmp_path, "run", "suite.yaml", "--out", "out", "--runner", "serial", "--no-report")
    assert bench(tmp_path, "export", "out", "-o", "trials.csv") == 0
    trials = pd.read_csv(tmp_path / "trials.csv")
    status = trials.groupby(["method", "classifier"])["status"].agg(set)

    assert len(trials) == 24
    assert status.pop(("bias_corrected", "decision_tree")) == {"skipped"}
    assert all(found == {"ok"} for found in status)
    told = trials.loc[trials["method"] == "vtss(smote)", "fallback"]
    assert all("rows added" in sentence for sentence in told)
    why = trials.loc[trials["status"] == "skipped", "reason"]
    assert all("decision" in reason.lower() and "out of reach" in reason for reason in why)

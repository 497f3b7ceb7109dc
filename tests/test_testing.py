"""The contract has teeth: each rule is broken by a small bad plugin, and by nothing that is right.

Oversamplers have a file of their own, `test_testing_oversamplers.py`.
"""

import warnings
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import matthews_corrcoef
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier

from oversample_bench.api import Dataset, Metric, Unavailable
from oversample_bench.testing import (
    ClassifierContract,
    DatasetContract,
    MetricContract,
    OversamplerContract,
    broken_rules,
    frameworks_loaded_by,
)
from oversample_bench.testing.problems import HARD_CASES

INPUT = "input_stays_untouched"
GLOBAL = "global_generators_stay_untouched"
LOCKED = "read_only_arrays_are_accepted"
PARAMS = "fitting_leaves_the_parameters_alone"
SEED = "same_seed_gives_the_same_predictions_whatever_the_global_generators_hold"
KNOWN = "predictions_are_known_labels_one_a_row"
TWO = "two_minority_rows_are_enough"
NUMBER = "any_prediction_has_a_finite_number"
CONSTANT = "one_class_predicted_throughout_has_a_finite_number"
BEST = "perfect_prediction_is_at_least_as_good_as_any_other"
TABLE = "features_are_a_table_of_real_numbers"
LABELS = "labels_are_one_a_row_of_two_classes_or_more"
NAMES = "names_are_one_a_column_or_none"
AGAIN = "loading_twice_gives_the_same_rows"


def test_a_module_that_cannot_be_imported_is_told():
    """Asking what an absent module loads is answered with Python's own last line."""
    with pytest.raises(ValueError, match=r"'absent_plugin' cannot be imported: ModuleNotFoundError"):
        frameworks_loaded_by("absent_plugin")


def test_a_contract_that_makes_nothing_says_what_to_write():
    """The classes tell an author who forgot it which method to write."""
    for contract in (OversamplerContract(), ClassifierContract()):
        with pytest.raises(NotImplementedError, match="def make"):
            contract.make(0)
    with pytest.raises(NotImplementedError, match="def make"):
        MetricContract().make()
    with pytest.raises(NotImplementedError, match="def load"):
        DatasetContract().load()


@pytest.mark.parametrize("case", list(HARD_CASES))
def test_hard_cases_are_the_same_each_time(case):
    """A case is a function of its name: two authors see the same rows."""
    first, second = HARD_CASES[case](), HARD_CASES[case]()

    assert np.array_equal(first.X, second.X)
    assert np.array_equal(first.y, second.y)


class Coin(ClassifierMixin, BaseEstimator):
    """An honest classifier, if a poor one: predicts by a seeded coin that the first feature loads."""

    def __init__(self, random_state: Any = None) -> None:
        self.random_state = random_state

    def fit(self, X: Any, y: Any) -> Any:
        self.classes_ = np.unique(y)
        self.coin_ = self.tossed()
        return self

    def tossed(self) -> float:
        return float(np.random.default_rng(self.random_state).normal())

    def predict_proba(self, X: Any) -> Any:
        share = 1 / (1 + np.exp(-(X[:, 0] - self.coin_)))
        return np.column_stack([1 - share, share])

    def predict(self, X: Any) -> Any:
        return self.classes_[self.predict_proba(X).argmax(axis=1)]


class CoinFromGlobal(Coin):
    def tossed(self) -> float:
        return float(np.random.normal())  # noqa: NPY002 - the fault on show


class CoinReturnsNothing(Coin):
    def fit(self, X: Any, y: Any) -> Any:
        super().fit(X, y)


class CoinWrites(Coin):
    def predict(self, X: Any) -> Any:
        predicted = super().predict(X)
        X[0, 0] = 0.0
        return predicted


class CoinOfThree(Coin):
    def predict(self, X: Any) -> Any:
        return np.full(len(X), 3)


class CoinOverfull(Coin):
    def predict_proba(self, X: Any) -> Any:
        return super().predict_proba(X) * 2


class CoinWantsMore(Coin):
    def fit(self, X: Any, y: Any) -> Any:
        if np.sum(y) < 5:
            raise ValueError("needs five minority rows for its inner folds")
        return super().fit(X, y)


class CoinWithWeights(Coin):
    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Any:
        if sample_weight is not None:
            raise ValueError("weights are not implemented")
        return super().fit(X, y)


class CoinWideScores(Coin):
    def decision_function(self, X: Any) -> Any:
        return self.predict_proba(X)


class CoinChangesItself(Coin):
    def fit(self, X: Any, y: Any) -> Any:
        super().fit(X, y)
        self.random_state = 1
        return self


class CoinCannotBeCloned(Coin):
    def __init__(self, random_state: Any = None, names: Any = ()) -> None:
        super().__init__(random_state)
        self.names = list(names)


class CoinCannotBePickled(Coin):
    def fit(self, X: Any, y: Any) -> Any:
        self.toss_ = lambda: 0
        return super().fit(X, y)


class CoinIsDeaf(Coin):
    def set_params(self, **params: Any) -> Any:
        return self


class CoinWithDeafPart(Coin):
    """Has a part whose seed cannot be set."""

    def __init__(self, random_state: Any = None, part: Any = None) -> None:
        super().__init__(random_state)
        self.part = CoinIsDeaf() if part is None else part


def classifier(cls: type) -> ClassifierContract:
    return type(
        "C", (ClassifierContract,), {"make": lambda _, random_state: cls(random_state=random_state)}
    )()


@pytest.mark.parametrize("cls", [Coin, LogisticRegression, DecisionTreeClassifier, LinearSVC])
def test_honest_classifiers_keep_every_rule(cls):
    """scikit-learn's classifiers break no rule."""
    assert set(broken_rules(classifier(cls))) == set()


@pytest.mark.parametrize(
    ("cls", "rules"),
    [
        (CoinFromGlobal, {GLOBAL, SEED}),
        (CoinReturnsNothing, {"fit_returns_the_classifier"}),
        (CoinWrites, {INPUT, LOCKED}),
        (CoinOfThree, {KNOWN, TWO}),
        (CoinOverfull, {"probabilities_sum_to_one"}),
        (CoinWantsMore, {TWO}),
        (CoinWithWeights, {"sample_weights_are_accepted_where_fit_names_them"}),
        (CoinWideScores, {"decision_function_gives_a_score_a_row"}),
        (CoinChangesItself, {PARAMS}),
        (CoinIsDeaf, {"every_part_can_be_seeded"}),
        (CoinWithDeafPart, {"every_part_can_be_seeded"}),
        (CoinCannotBeCloned, {"clone_predicts_the_same"}),
        (CoinCannotBePickled, {"pickle_predicts_the_same"}),
    ],
)
def test_a_bad_classifier_breaks_the_rule_that_is_meant(cls, rules):
    """A classifier with one fault breaks the rules about that fault and no other."""
    assert set(broken_rules(classifier(cls))) == rules


X_GOOD = np.array([[0.0, 1.5], [1.0, np.nan], [0.0, 2.5], [1.0, 3.5]])
Y_GOOD = np.array(["a", "b", "a", "a"])
NAMED = {"feature_names": ("colour", "size"), "categories": {0: ("red", "blue")}}


def dataset(load: Any) -> DatasetContract:
    return type("C", (DatasetContract,), {"load": lambda _: load()})()


def test_an_honest_data_set_keeps_every_rule():
    """A table with a category, a missing value and string labels breaks no rule."""
    assert set(broken_rules(dataset(lambda: Dataset(X_GOOD, Y_GOOD, **NAMED)))) == set()


def test_a_data_set_that_is_elsewhere_is_skipped_with_its_sentence():
    """A loader that raises Unavailable skips the rules, and the skip says what the loader said."""

    def load():
        raise Unavailable("put usps.npz into --data-dir")

    with pytest.raises(pytest.skip.Exception, match=r"put usps\.npz into --data-dir"):
        dataset(load).test_loader_returns_a_dataset()


@pytest.mark.parametrize(
    ("data", "rules"),
    [
        (Dataset(X_GOOD / np.array([1.0, 0.5]), Y_GOOD), set()),
        (Dataset(np.where(X_GOOD == 1.5, np.inf, X_GOOD), Y_GOOD), {TABLE}),
        (Dataset(X_GOOD.astype(str), Y_GOOD), {TABLE}),
        (Dataset(X_GOOD[:, 0], Y_GOOD), {TABLE, NAMES}),
        (Dataset(X_GOOD, Y_GOOD[:3]), {LABELS}),
        (Dataset(X_GOOD, np.zeros(4, dtype=int)), {LABELS}),
        (Dataset(X_GOOD, np.array(["a", "b", "a", np.nan], dtype=object)), {LABELS, AGAIN}),
        (Dataset(X_GOOD, Y_GOOD, feature_names=("one",)), {NAMES}),
        (Dataset(X_GOOD, Y_GOOD, feature_names=("one", "one")), {NAMES}),
        (Dataset(X_GOOD, Y_GOOD, categories={0: ("red",)}), {"codes_stand_for_categories"}),
        (Dataset(X_GOOD, Y_GOOD, categories={2: ("red",)}), {"codes_stand_for_categories"}),
    ],
)
def test_a_bad_data_set_breaks_the_rule_that_is_meant(data, rules):
    """A table with one fault breaks the rules about that fault and no other."""
    assert set(broken_rules(dataset(lambda: data))) == rules


def test_a_data_set_that_changes_is_found_out():
    """A loader that gives other rows each time breaks the rule about that, and no other."""
    loads = iter(range(100))

    assert set(broken_rules(dataset(lambda: Dataset(X_GOOD + next(loads), Y_GOOD)))) == {AGAIN}


def test_a_loader_that_returns_something_else_is_found_out():
    """A loader returns a Dataset of arrays: neither another thing nor one of lists."""
    rule = "loader_returns_a_dataset"

    assert rule in broken_rules(dataset(lambda: (X_GOOD, Y_GOOD)))
    assert rule in broken_rules(dataset(lambda: Dataset(X_GOOD.tolist(), Y_GOOD)))


def metric(made: Any) -> MetricContract:
    return type("C", (MetricContract,), {"make": lambda _: made})()


def error_rate(y: Any, predicted: Any) -> float:
    return float(np.mean(y != predicted))


def writes(y: Any, predicted: Any) -> float:
    value = 1 - error_rate(y, predicted)
    predicted[:] = 0
    return value


def warns(y: Any, predicted: Any) -> float:
    warnings.warn("undefined", stacklevel=2)
    return 1 - error_rate(y, predicted)


def brier(y: Any, share: Any) -> float:
    return float(np.mean((y - share) ** 2))


@pytest.mark.parametrize(
    ("made", "rules"),
    [
        (Metric(lambda y, p: float(matthews_corrcoef(y, p))), set()),
        (Metric(error_rate, higher_is_better=False), set()),
        (Metric(brier, higher_is_better=False, needs="probabilities"), set()),
        (Metric(error_rate), {BEST}),
        (Metric(warns), {"no_warning_is_raised"}),
        (Metric(writes), {INPUT}),
        (Metric(lambda y, p: 1 if (y == p).all() else 0), {NUMBER, CONSTANT}),
        (Metric(lambda y, p: 1 - error_rate(y, p) if p.any() else np.nan), {CONSTANT}),
        (SimpleNamespace(**vars(Metric(brier, False, "probabilities"))), {"metric_is_declared_in_full"}),
    ],
)
def test_a_metric_breaks_the_rule_that_is_meant(made, rules):
    """A metric with one fault breaks the rules about that fault; one without breaks none."""
    assert set(broken_rules(metric(made))) == rules

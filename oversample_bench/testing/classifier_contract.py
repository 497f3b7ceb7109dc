"""The rules that a classifier keeps: scikit-learn's, as far as the host relies on them."""

from __future__ import annotations

import inspect
import pickle
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from oversample_bench.testing.generators import changed, seeded, snapshot
from oversample_bench.testing.imports import frameworks_loaded_by
from oversample_bench.testing.problems import Problem, drawn
from oversample_bench.testing.verdicts import assert_seedable, parameters, quietly, same

Array = npt.NDArray[Any]


class ClassifierContract:
    """Subclass it in a pytest file, under a name that begins with ``Test``, and say how to make one.

    Attributes
    ----------
    module : str, default=""
        The module with the plugin's hooks; importing it must import no framework. Empty: not looked at.
    """

    module: str = ""

    def make(self, random_state: int) -> Any:
        """Return a new classifier with this seed, if it takes one."""
        raise NotImplementedError("say how to build the classifier: def make(self, random_state): return ...")

    def _fitted(self, X: Array, y: Array) -> Any:
        classifier = self.make(0)
        quietly(classifier.fit, X, y)
        return classifier

    def _predicted(self, classifier: Any, problem: Problem) -> Array:
        with seeded(0):
            quietly(classifier.fit, *problem.copies())
            return np.asarray(quietly(classifier.predict, _test_rows()))

    def test_predictions_are_known_labels_one_a_row(self) -> None:
        """``predict`` gives one label a row, each of them seen in training."""
        predicted = self._predicted(self.make(0), drawn())

        assert predicted.shape == (len(_test_rows()),), f"predictions of shape {predicted.shape}"
        assert set(predicted.tolist()) <= {0, 1}, f"labels that were not given: {np.unique(predicted)}"

    def test_fit_returns_the_classifier(self) -> None:
        """``fit`` returns the classifier itself, as scikit-learn's meta-estimators expect."""
        classifier = self.make(0)

        assert quietly(classifier.fit, *drawn().copies()) is classifier, "fit returned something else"

    def test_same_seed_gives_the_same_predictions_whatever_the_global_generators_hold(self) -> None:
        """Two classifiers of one seed predict the same, whatever the global generators hold."""
        problem, X = drawn(), _test_rows()
        self._predicted(self.make(0), problem)  # loads a framework that is imported late
        with seeded(1):
            first = _output(self._fitted(*problem.copies()), X)
        with seeded(2):
            second = _output(self._fitted(*problem.copies()), X)

        assert np.array_equal(first, second), (
            "random_state=0 predicted otherwise when a global generator changed"
        )

    def test_every_part_can_be_seeded(self) -> None:
        """Each ``random_state`` of the classifier and its parts is what ``set_params`` makes it."""
        assert_seedable(self.make(0))

    def test_global_generators_stay_untouched(self) -> None:
        """A fit neither draws from nor seeds the generators of random, NumPy and PyTorch."""
        problem = drawn()
        self._predicted(self.make(0), problem)  # loads a framework that is imported late
        before = snapshot()
        self._fitted(*problem.copies())

        assert not changed(before), f"the fit used or seeded the global generator of {changed(before)}"

    def test_input_stays_untouched(self) -> None:
        """The arrays that go into ``fit`` and ``predict`` are the same afterwards."""
        problem, classifier, X_test = drawn(), self.make(0), _test_rows()
        X, y = problem.copies()
        quietly(classifier.fit, X, y)
        quietly(classifier.predict, X_test)

        assert same((problem.X, problem.y), (X, y)), "fit wrote into its input"
        assert np.array_equal(_test_rows(), X_test), "predict wrote into its input"

    def test_read_only_arrays_are_accepted(self) -> None:
        """Read-only arrays, which is what the host hands over, are fitted and predicted."""
        X_test = _test_rows()
        X_test.flags.writeable = False
        classifier = self._fitted(*drawn().locked())

        assert np.shape(quietly(classifier.predict, X_test)) == (len(X_test),), "predictions lack rows"

    def test_two_minority_rows_are_enough(self) -> None:
        """Two minority rows, the fewest that the host ever hands over, can be fitted."""
        predicted = self._predicted(self.make(0), drawn(n_minority=2))

        assert set(predicted.tolist()) <= {0, 1}, f"labels that were not given: {np.unique(predicted)}"

    def test_probabilities_sum_to_one(self) -> None:
        """``predict_proba``, where there is one, gives a row of probabilities over ``classes_``."""
        classifier = self._fitted(*drawn().copies())
        if not hasattr(classifier, "predict_proba"):
            pytest.skip("the classifier has no predict_proba")
        shares = np.asarray(quietly(classifier.predict_proba, _test_rows()))

        assert list(classifier.classes_) == [0, 1], f"classes_ is {classifier.classes_}"
        assert shares.shape == (len(_test_rows()), 2), f"probabilities of shape {shares.shape}"
        assert np.all(shares >= 0), "a probability is negative"
        assert np.allclose(shares.sum(axis=1), 1.0, atol=1e-6), "probabilities of a row do not sum to 1"

    def test_decision_function_gives_a_score_a_row(self) -> None:
        """``decision_function``, where there is one, gives one finite score a row."""
        classifier = self._fitted(*drawn().copies())
        if not hasattr(classifier, "decision_function"):
            pytest.skip("the classifier has no decision_function")
        scores = np.asarray(quietly(classifier.decision_function, _test_rows()))

        assert scores.shape == (len(_test_rows()),), f"scores of shape {scores.shape}"
        assert np.isfinite(scores).all(), "a score is not finite"

    def test_sample_weights_are_accepted_where_fit_names_them(self) -> None:
        """A ``fit`` with the parameter ``sample_weight`` takes one weight a row."""
        classifier, (X, y) = self.make(0), drawn().copies()
        if "sample_weight" not in inspect.signature(classifier.fit).parameters:
            pytest.skip("fit takes no sample_weight")
        weights = np.linspace(0.5, 1.5, len(y))
        quietly(lambda: classifier.fit(X, y, sample_weight=weights))

        assert set(quietly(classifier.predict, X).tolist()) <= {0, 1}, "labels that were not given"

    def test_fitting_leaves_the_parameters_alone(self) -> None:
        """``get_params`` says the same before and after a fit."""
        classifier = self.make(0)
        before = parameters(classifier)
        self._predicted(classifier, drawn())

        assert before == parameters(classifier), "the fit changed parameters; use attributes that end in _"

    def test_clone_predicts_the_same(self) -> None:
        """scikit-learn's ``clone`` of a classifier predicts what the classifier does."""
        from sklearn.base import clone

        problem, classifier = drawn(), self.make(0)
        copy = clone(classifier)

        expected = self._predicted(classifier, problem)
        assert np.array_equal(expected, self._predicted(copy, problem)), "the clone differs"

    def test_pickle_predicts_the_same(self) -> None:
        """A fitted classifier that went to another process predicts the same there."""
        classifier = self.make(0)
        expected = self._predicted(classifier, drawn())
        sent = pickle.loads(pickle.dumps(classifier))  # noqa: S301 - written a moment ago

        assert np.array_equal(expected, quietly(sent.predict, _test_rows())), "the pickled copy differs"

    def test_importing_the_plugin_imports_no_framework(self) -> None:
        """Importing the module with the hooks imports no framework: ``bench plugins list`` stays quick."""
        if not self.module:
            pytest.skip("the contract names no module")
        loaded = frameworks_loaded_by(self.module)

        assert not loaded, (
            f"importing {self.module} imports {loaded}; register targets as 'module:Name' instead"
        )


def _test_rows() -> Array:
    return drawn(n_minority=10, n_majority=30, seed=100).X


def _output(classifier: Any, X: Array) -> Array:
    """Return probabilities where there are any, as they show more than labels do."""
    return np.asarray(quietly(getattr(classifier, "predict_proba", classifier.predict), X))

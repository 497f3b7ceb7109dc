"""What every oversampler is compared with, and what costs nothing: nothing, weights, thresholds.

Copying minority rows at random is imbalanced-learn's `RandomOverSampler` as it is, and is registered without
a class of our own. None of the methods here makes or removes a row, so that any of them can follow another
(``then`` in a suite).
"""

from __future__ import annotations

from numbers import Integral
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
from imblearn.base import BaseSampler
from sklearn.base import BaseEstimator, ClassifierMixin, MetaEstimatorMixin, clone
from sklearn.metrics import make_scorer
from sklearn.utils._param_validation import Interval
from sklearn.utils.validation import check_is_fitted, has_fit_parameter

from oversample_bench.api import Metric, Skip
from oversample_bench.plugins.thresholds import ThresholdTuned

Array = npt.NDArray[Any]


class _Bypass(BaseSampler):  # type: ignore[misc]  # imbalanced-learn ships no types
    """Returns the rows that were given."""

    _sampling_type = "bypass"
    _parameter_constraints: ClassVar[dict[str, Any]] = {}

    def __init__(self) -> None:
        super().__init__()

    def _fit_resample(self, X: Array, y: Array) -> tuple[Array, Array]:
        return X.copy(), y.copy()


class NoResampling(_Bypass):
    """Return copies of the rows that were given, and nothing else.

    It has no parameters: no ratio to reach and nothing to draw.
    """


class ClassWeight(_Bypass):
    """Leave the rows as they are, and weigh them so that each class weighs the same.

    A row of class c weighs ``n / (k n_c)``, with n rows in all, n_c of its class and k classes: what
    scikit-learn calls ``class_weight="balanced"``, for every classifier whose ``fit`` takes sample weights.
    For others the trial is skipped.

    Attributes
    ----------
    sample_weight_ : ndarray of shape (n_samples,)
        The weights; their sum is ``n``.
    """

    def _fit_resample(self, X: Array, y: Array) -> tuple[Array, Array]:
        classes, codes, counts = np.unique(y, return_inverse=True, return_counts=True)
        self.sample_weight_ = (len(y) / (len(classes) * counts))[codes]
        return X.copy(), y.copy()


class Threshold(_Bypass):
    """Leave the rows as they are, and tune the decision threshold of whatever classifier there is.

    Parameters
    ----------
    metric : Metric or None, default=None
        What the threshold is tuned for. A suite fills in its first metric. None, and a metric of scores or
        probabilities, which no threshold moves, stand for balanced accuracy.
    cv : int, default=5
        Inner folds at most; each holds at least two rows of the rarer class.
    random_state : int or None, default=None
        Seeds the folds where the classifier has no seed of its own.

    Notes
    -----
    The folds are cut from the rows that the classifier is trained on: after oversampling (``then``) they hold
    synthetic rows. See `oversample_bench.plugins.thresholds.ThresholdTuned`, which does the tuning by
    scikit-learn's ``TunedThresholdClassifierCV``.
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "metric": [Metric, None],
        "cv": [Interval(Integral, 2, None, closed="left")],
        "random_state": ["random_state"],
    }

    def __init__(self, *, metric: Metric | None = None, cv: int = 5, random_state: Any = None) -> None:
        super().__init__()
        self.metric = metric
        self.cv = cv
        self.random_state = random_state

    def wrap_classifier(self, classifier: Any) -> ThresholdTuned:
        """Return ``classifier`` with a threshold to be tuned when it is fitted.

        Raises
        ------
        Skip
            When it has neither ``predict_proba`` nor ``decision_function``.
        """
        if not (hasattr(classifier, "predict_proba") or hasattr(classifier, "decision_function")):
            name = type(classifier).__name__
            raise Skip(f"{name} gives neither probabilities nor scores: there is no threshold to tune")
        own = getattr(classifier, "random_state", None)
        seed = self.random_state if own is None else own
        return ThresholdTuned(
            classifier, scoring=self._scoring(), cv=self.cv, random_state=seed, least_in_fold=2
        )

    def _scoring(self) -> Any:
        if self.metric is None or self.metric.needs != "labels":
            return "balanced_accuracy"
        return make_scorer(self.metric.compute, greater_is_better=self.metric.higher_is_better)


class PriorCorrection(_Bypass):
    """Leave the rows as they are, and predict as if both classes had been equally frequent.

    The odds of the minority are multiplied by ``n0 / n1``, the training rows of the majority over those of
    the minority (Elkan, "The foundations of cost-sensitive learning", IJCAI 2001, theorem 2): the same labels
    as a threshold of ``n1 / (n0 + n1)``.
    """

    def wrap_classifier(self, classifier: Any) -> PriorCorrected:
        """Return ``classifier`` with corrected probabilities.

        Raises
        ------
        Skip
            When it has no ``predict_proba``.
        """
        if not hasattr(classifier, "predict_proba"):
            name = type(classifier).__name__
            raise Skip(f"{name} gives no probabilities: there are no odds to correct")
        return PriorCorrected(classifier)


class PriorCorrected(ClassifierMixin, MetaEstimatorMixin, BaseEstimator):  # type: ignore[misc]  # untyped
    """A classifier whose probabilities are those of balanced classes.

    Parameters
    ----------
    estimator : classifier
        With ``predict_proba``, for two classes.

    Attributes
    ----------
    estimator_ : classifier
        Fitted.
    odds_ : float
        What the odds of the second class are multiplied by: rows of the first over rows of the second.
    classes_ : ndarray of shape (2,)
        Sorted labels.
    """

    def __init__(self, estimator: Any) -> None:
        self.estimator = estimator

    def fit(self, X: Array, y: Array, sample_weight: Array | None = None) -> PriorCorrected:
        """Fit the classifier, and count the classes, by weight where there are weights.

        Raises
        ------
        Skip
            When there are weights, and the classifier takes none.
        """
        if sample_weight is not None and not has_fit_parameter(self.estimator, "sample_weight"):
            raise Skip(f"{type(self.estimator).__name__} takes no sample weights, and the method gives some")
        weights = {} if sample_weight is None else {"sample_weight": sample_weight}
        self.estimator_ = clone(self.estimator).fit(X, y, **weights)
        self.classes_ = np.asarray(self.estimator_.classes_)
        first = np.average(np.asarray(y) == self.classes_[0], weights=sample_weight)
        self.odds_ = float(first / (1 - first))
        return self

    def predict_proba(self, X: Array) -> Array:
        """Return the corrected probabilities, of shape (n_samples, 2)."""
        check_is_fitted(self, "estimator_")
        first, second = np.asarray(self.estimator_.predict_proba(X), dtype=np.float64).T
        raised = second * self.odds_
        corrected: Array = np.column_stack([first, raised]) / (first + raised)[:, None]
        return corrected

    def predict(self, X: Array) -> Array:
        """Return the label with the larger corrected probability, of shape (n_samples,)."""
        second = self.predict_proba(X)[:, 1]
        return np.asarray(self.classes_[(second > 0.5).astype(int)])

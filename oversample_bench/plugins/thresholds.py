"""A classifier whose decision threshold is tuned on inner folds of its own training rows.

The tuning is scikit-learn's `TunedThresholdClassifierCV`; here it is only made to work with very few minority
rows and to follow one seed. The inner folds are cut from whatever rows the classifier is given: after
oversampling they hold synthetic rows, and near copies of a row may stand on both sides of a fold, so that the
threshold is tuned for the resampled share of the minority, not for the natural one.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, ClassifierMixin, MetaEstimatorMixin, clone
from sklearn.model_selection import FixedThresholdClassifier, StratifiedKFold, TunedThresholdClassifierCV
from sklearn.utils import get_tags
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

Array = npt.NDArray[Any]

KEPT = "the default threshold was kept"


def tuned(
    base: str, *, scoring: str = "balanced_accuracy", cv: int = 5, random_state: Any = None, **params: Any
) -> ThresholdTuned:
    """Build a classifier of any class and tune its threshold.

    Parameters
    ----------
    base : str
        The classifier's class as ``"package.module:Class"``.
    scoring : str, default="balanced_accuracy"
        What the threshold is tuned for, by scikit-learn's names.
    cv : int, default=5
        Inner folds at most.
    random_state : int, RandomState or None, default=None
        Seeds the folds and the classifier.
    **params
        Go to the classifier's class; those of the names above do not reach it.

    Returns
    -------
    ThresholdTuned
        Not fitted.

    Raises
    ------
    TypeError
        When the class knows no parameter of a name in ``params``.
    """
    module, _, name = base.partition(":")
    estimator = getattr(import_module(module), name)(**params)
    return ThresholdTuned(estimator, scoring=scoring, cv=cv, random_state=random_state)


def _inner_has(name: str) -> Any:
    return lambda self: hasattr(self.estimator, name)


class ThresholdTuned(ClassifierMixin, MetaEstimatorMixin, BaseEstimator):  # type: ignore[misc]  # untyped
    """Tune a classifier's decision threshold on stratified, shuffled inner folds.

    The classifier is then trained on all rows. With the same seed it is the very classifier that it would be
    alone, so that only the threshold tells the two apart.

    Parameters
    ----------
    estimator : classifier
        With ``predict_proba`` or ``decision_function``; the former is preferred.
    scoring : str or callable, default="balanced_accuracy"
        What the threshold is tuned for, by scikit-learn's names, or as one of its scorers.
    cv : int, default=5
        Inner folds at most; fewer where the rarer class has not ``least_in_fold`` rows for each.
    random_state : int, RandomState or None, default=None
        Seeds the folds and, unless None, the classifier where it has such a parameter.
    least_in_fold : int, default=1
        Rows of the rarer class that each inner fold has to hold.

    Attributes
    ----------
    model_ : classifier
        scikit-learn's, fitted.
    threshold_ : float or "auto"
        On the scale of the probabilities or scores; "auto" where nothing was tuned.
    fallback_ : str
        Why nothing was tuned; empty where it was.

    Notes
    -----
    Nothing can be tuned when the rarer class has one row, or when the classifier scores all rows of an inner
    fold alike (a tree trained on three minority rows often does). The threshold then stays where the
    classifier has it: 0.5 for probabilities, 0 for scores.

    ``predict_proba`` and ``decision_function`` are those of the classifier; only ``predict`` knows the
    threshold. Sample weights are not accepted. See the module's text on folds with synthetic rows.
    """

    def __init__(
        self,
        estimator: Any,
        *,
        scoring: Any = "balanced_accuracy",
        cv: int = 5,
        random_state: Any = None,
        least_in_fold: int = 1,
    ) -> None:
        self.estimator = estimator
        self.scoring = scoring
        self.cv = cv
        self.random_state = random_state
        self.least_in_fold = least_in_fold

    def fit(self, X: Any, y: Any) -> ThresholdTuned:
        """Tune the threshold, then train on all rows.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Training rows.
        y : array-like of shape (n_samples,)
            Their labels, of two classes.

        Returns
        -------
        ThresholdTuned
            Itself.
        """
        rarer = int(np.unique(y, return_counts=True)[1].min())
        folds = min(self.cv, rarer // self.least_in_fold)
        rows = "one row" if rarer == 1 else f"{rarer} rows"
        self.fallback_ = "" if folds > 1 else f"{KEPT}: the rarer class has {rows}"
        try:
            self.model_ = self._model(folds).fit(X, y)
        except ValueError as error:
            if "constant predictions" not in str(error):
                raise
            self.fallback_ = f"{KEPT}: all rows of an inner fold are scored alike"
            self.model_ = self._model(folds=1).fit(X, y)
        self.threshold_ = getattr(self.model_, "best_threshold_", "auto")
        return self

    def _seeded(self) -> Any:
        inner = clone(self.estimator)
        if self.random_state is not None and "random_state" in inner.get_params():
            inner.set_params(random_state=self.random_state)
        return inner

    def _model(self, folds: int) -> Any:
        if folds < 2:
            return FixedThresholdClassifier(self._seeded())
        splitter = StratifiedKFold(folds, shuffle=True, random_state=self.random_state)
        return TunedThresholdClassifierCV(self._seeded(), scoring=self.scoring, cv=splitter)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        tags.input_tags.sparse = get_tags(self.estimator).input_tags.sparse
        return tags

    @property
    def classes_(self) -> Array:
        """Sorted labels, of shape (2,)."""
        check_is_fitted(self, "model_")
        return np.asarray(self.model_.classes_)

    @property
    def n_features_in_(self) -> int:
        """Columns seen in training."""
        check_is_fitted(self, "model_")
        return int(self.model_.n_features_in_)

    def predict(self, X: Any) -> Array:
        """Return the labels on either side of the tuned threshold, of shape (n_samples,)."""
        check_is_fitted(self, "model_")
        return np.asarray(self.model_.predict(X))

    @available_if(_inner_has("predict_proba"))  # type: ignore[untyped-decorator]  # untyped library
    def predict_proba(self, X: Any) -> Array:
        """Return the classifier's probabilities, of shape (n_samples, 2)."""
        check_is_fitted(self, "model_")
        return np.asarray(self.model_.predict_proba(X))

    @available_if(_inner_has("decision_function"))  # type: ignore[untyped-decorator]  # untyped library
    def decision_function(self, X: Any) -> Array:
        """Return the classifier's scores, of shape (n_samples,)."""
        check_is_fitted(self, "model_")
        return np.asarray(self.model_.decision_function(X))

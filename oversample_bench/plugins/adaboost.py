"""AdaBoost as scikit-learn ran it by default until 2024: SAMME.R, boosting on class probabilities.

Here because published tables with "AdaBoost, default settings" were made with it and today's class only
knows the discrete SAMME. It follows the loop of scikit-learn 1.5 so that old results can be repeated, and
adds nothing to it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import softmax, xlogy
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.tree import DecisionTreeClassifier
from sklearn.utils import check_random_state
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

Array = npt.NDArray[Any]

EPSILON = np.finfo(np.float64).eps


class AdaBoostSAMMER(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """Boost trees on the logarithms of their class probabilities (SAMME.R).

    Parameters
    ----------
    estimator : classifier, default=None
        What is boosted; it needs ``predict_proba`` and sample weights. None stands for a tree of depth 1.
    n_estimators : int, default=50
        Rounds at most; boosting ends early when a round makes no error on the training rows.
    learning_rate : float, default=1.0
        Shrinks the exponent by which the rows' weights change.
    random_state : int, RandomState or None, default=None
        One generator, from which each round's estimator resamples its seed.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        Sorted labels.
    estimators_ : list of classifiers
        One a round.
    estimator_errors_ : ndarray of shape (n_rounds,)
        Weighted share of training rows that each got wrong.

    References
    ----------
    J. Zhu, H. Zou, S. Rosset, T. Hastie, "Multi-class AdaBoost", Statistics and Its Interface 2 (2009),
    349-360, Algorithm 4.
    """

    def __init__(
        self,
        estimator: Any = None,
        *,
        n_estimators: int = 50,
        learning_rate: float = 1.0,
        random_state: Any = None,
    ) -> None:
        self.estimator = estimator
        self.n_estimators = n_estimators
        self.learning_rate = learning_rate
        self.random_state = random_state

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> AdaBoostSAMMER:
        """Boost on the rows of ``X``.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Training rows, finite.
        y : array-like of shape (n_samples,)
            Their labels.
        sample_weight : array-like of shape (n_samples,), default=None
            Not negative; a row of weight 2 counts as two rows.

        Returns
        -------
        AdaBoostSAMMER
            Itself.

        Raises
        ------
        ValueError
            When ``n_estimators`` or ``learning_rate`` is not positive.
        """
        self._check_parameters()
        X, y = validate_data(self, X, y)
        check_classification_targets(y)
        weights = _check_sample_weight(
            sample_weight, X, dtype=np.float64, copy=True, ensure_non_negative=True
        )
        self.classes_ = np.unique(y)
        self._boost(X, y, weights / weights.sum())
        return self

    def _check_parameters(self) -> None:
        if self.n_estimators < 1 or self.learning_rate <= 0:
            raise ValueError(
                f"n_estimators={self.n_estimators} and learning_rate={self.learning_rate} were asked for; "
                "boosting needs at least one round and a positive rate"
            )

    def _boost(self, X: Array, y: Array, weights: Array) -> None:
        generator = check_random_state(self.random_state)
        ignored = weights == 0.0
        self.estimators_, errors = [], []
        for _ in range(self.n_estimators):
            weights = np.where(ignored, 0.0, np.maximum(weights, EPSILON))
            fitted = self._seeded(generator).fit(X, y, sample_weight=weights)
            probabilities = fitted.predict_proba(X)
            wrong = fitted.classes_.take(probabilities.argmax(axis=1)) != y
            self.estimators_.append(fitted)
            errors.append(np.average(wrong, weights=weights))
            if errors[-1] <= 0:
                break
            weights = self._reweighted(weights, probabilities, y)
            total = weights.sum()
            if not 0 < total < np.inf:
                break
            weights /= total
        self.estimator_errors_ = np.array(errors)

    def _seeded(self, generator: np.random.RandomState) -> Any:
        """Return a fresh estimator, each of its seeds drawn from the one generator."""
        made = clone(DecisionTreeClassifier(max_depth=1) if self.estimator is None else self.estimator)
        names = [name for name in sorted(made.get_params()) if name.split("__")[-1] == "random_state"]
        return made.set_params(**{name: generator.randint(np.iinfo(np.int32).max) for name in names})

    def _reweighted(self, weights: Array, probabilities: Array, y: Array) -> Array:
        """Return the weights after step 2(d): ``w exp(-rate (K-1)/K y' log p)``, y' coding the class."""
        n_classes = len(self.classes_)
        coded = np.where(self.classes_ == y[:, np.newaxis], 1.0, -1.0 / (n_classes - 1))  # eq. 6
        logs = xlogy(coded, np.maximum(probabilities, EPSILON)).sum(axis=1)
        exponent = -self.learning_rate * (n_classes - 1) / n_classes * logs
        with np.errstate(divide="ignore", over="ignore"):  # rows of weight 0; an infinite sum ends the loop
            return np.asarray(np.exp(np.log(weights) + exponent))

    def decision_function(self, X: Any) -> Array:
        """Average the rounds' votes, step 2(c).

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Rows, finite.

        Returns
        -------
        ndarray of shape (n_samples,) or (n_samples, n_classes)
            One column for two classes, growing with the second of ``classes_``.
        """
        check_is_fitted(self)
        X = validate_data(self, X, reset=False)
        votes = np.zeros((len(X), len(self.classes_)))
        for fitted in self.estimators_:
            votes += _vote(fitted.predict_proba(X))
        votes /= len(self.estimators_)
        return votes[:, 1] - votes[:, 0] if votes.shape[1] == 2 else votes

    def predict(self, X: Any) -> Array:
        """Return the class with the largest vote, of shape (n_samples,); the first at a tie."""
        decision = self.decision_function(X)
        index = (decision > 0).astype(int) if decision.ndim == 1 else decision.argmax(axis=1)
        return np.asarray(self.classes_.take(index))

    def predict_proba(self, X: Any) -> Array:
        """Return the softmax of the votes divided by K - 1 (eq. 15), of shape (n_samples, n_classes)."""
        decision = self.decision_function(X)
        if decision.ndim == 1:
            return np.asarray(softmax(np.column_stack([-decision, decision]) / 2, axis=1))
        return np.asarray(softmax(decision / max(1, len(self.classes_) - 1), axis=1))


def _vote(probabilities: Array) -> Array:
    """Return ``(K-1) (log p_k - mean_j log p_j)`` for each class k, of shape (n_samples, K)."""
    logs = np.log(np.maximum(probabilities, EPSILON))
    return np.asarray((probabilities.shape[1] - 1) * (logs - logs.mean(axis=1, keepdims=True)))

"""The classifier `tuned_mlp`: an MLP that answers imbalance by its training, not by its training rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.preprocessing import StandardScaler
from sklearn.utils import check_random_state
from sklearn.utils._param_validation import Interval
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from oversample_bench_recipe.learning import Learner, Schedule, trained
from oversample_bench_recipe.perceptron import probabilities
from oversample_bench_recipe.settings import Grid, tried
from oversample_bench_recipe.tuning import Table, Trial, best, inner_folds, stacked, trials

Array = npt.NDArray[Any]

FEWEST = 10
"""Rows of the rarest class below which nothing is tuned: three in a fold cannot tell settings apart."""
AT_LEAST_ONE = [Interval(Integral, 1, None, closed="left")]
POSITIVE = [Interval(Real, 0, None, closed="neither")]


@dataclass(kw_only=True, eq=False, repr=False)
class TunedMLP(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """Train an MLP plainly, with batch size, label smoothing, SAM-A, input noise and width tuned.

    R. Shwartz-Ziv, M. Goldblum, Y. L. Li, C. B. Bruss, A. G. Wilson, "Simplifying Neural Network Training
    Under Class Imbalance", NeurIPS 2023: no resampling and no special loss are needed once the parts of
    ordinary training are tuned. Rows are neither added nor dropped.

    Parameters
    ----------
    budget : int, default=12
        Settings that are tried: the default one (batches of 32, smoothing 0.1, AdamW alone, no noise, width
        64) and others drawn from the 96 of the grid. Each is trained once a fold.
    folds : int, default=3
        Stratified inner folds; cut twice where the rarest class has fewer than 30 rows.
    batch_sizes : sequence of int, default=(8, 32, 128, 512)
        The grid's rows a step.
    smoothings : sequence of float, default=(0, 0.1)
        The grid's eps_max, of which a class gives away ``1 - n_c / n_max``.
    rhos : sequence of float, default=(0, 0.05)
        The grid's lengths of SAM-A's ascent; 0 is AdamW alone.
    noises : sequence of float, default=(0, 0.05, 0.1)
        The grid's Gaussian noise on inputs, in standard deviations of a feature.
    widths : sequence of int, default=(64, 256)
        The grid's units of the hidden layer.
    epochs : int, default=60
        How long a training may be, but 300 steps at least and ``max_steps`` at most; where to stop is tuned.
    max_steps : int, default=1500
        Steps at most.
    learning_rate : float, default=1e-3
        AdamW's.
    random_state : int, RandomState or None, default=None
        Seeds folds, draw of settings, weights, batches and noise.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        Sorted labels.
    chosen_ : Trial
        The setting that was taken, its loss on the folds (NaN where nothing was tuned) and the share of the
        training after which it stopped.
    trials_ : list of Trial
        All that was tried.
    n_inner_fits_ : int
        Trainings that the tuning took: what a competitor may be given as well.
    fallback_ : str
        Why nothing was tuned; empty where it was.

    Notes
    -----
    Inner folds are cut from the rows that `fit` is given: after an oversampler they hold synthetic rows, near
    copies of which may stand on both sides of a fold.

    Examples
    --------
    >>> from sklearn.datasets import make_classification
    >>> X, y = make_classification(300, weights=[0.9], random_state=0)
    >>> TunedMLP(budget=2, random_state=0).fit(X, y).predict_proba(X).shape
    (300, 2)
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "budget": AT_LEAST_ONE,
        "folds": [Interval(Integral, 2, None, closed="left")],
        "batch_sizes": ["array-like"],
        "smoothings": ["array-like"],
        "rhos": ["array-like"],
        "noises": ["array-like"],
        "widths": ["array-like"],
        "epochs": AT_LEAST_ONE,
        "max_steps": AT_LEAST_ONE,
        "learning_rate": POSITIVE,
        "random_state": ["random_state"],
    }

    budget: int = 12
    folds: int = 3
    batch_sizes: Sequence[int] = (8, 32, 128, 512)
    smoothings: Sequence[float] = (0.0, 0.1)
    rhos: Sequence[float] = (0.0, 0.05)
    noises: Sequence[float] = (0.0, 0.05, 0.1)
    widths: Sequence[int] = (64, 256)
    epochs: int = 60
    max_steps: int = 1500
    learning_rate: float = 1e-3
    random_state: Any = None

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> TunedMLP:
        """Tune on inner folds, then train on all rows.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Training rows; they are standardised inside.
        y : array-like of shape (n_samples,)
            Their labels, of two classes or more. Of one class alone, that is always predicted.
        sample_weight : array-like of shape (n_samples,), default=None
            What each row counts in the training loss; the tuning judges by classes alone.

        Returns
        -------
        TunedMLP
            Itself.

        Raises
        ------
        ValueError
            When a parameter, a row or a label cannot be used; the message says which.
        """
        self._validate_params()
        grid = self._grid()
        X, y = validate_data(self, X, y, dtype=np.float64)
        check_classification_targets(y)
        self.classes_, codes = np.unique(y, return_inverse=True)
        weight = _check_sample_weight(sample_weight, X, dtype=np.float64, ensure_non_negative=True)
        table = Table(X, codes, weight / weight.mean())  # the unit of weights is none of the learning rate's
        self.trials_: list[Trial] = []
        self.n_inner_fits_ = 0
        self.weights_: list[Array] | None = None
        if len(self.classes_) == 1:
            self.fallback_ = f"nothing was learnt: all {len(codes)} rows are of class {self.classes_[0]!r}"
            return self
        rng = check_random_state(self.random_state)
        self.chosen_ = self._chosen(table, grid, rng)
        self._train(table, int(rng.randint(2**31 - 1)))
        return self

    def predict_proba(self, X: Any) -> Array:
        """Return the probability of each class, of shape (n_samples, n_classes)."""
        check_is_fitted(self, "classes_")
        X = validate_data(self, X, dtype=np.float64, reset=False)
        if self.weights_ is None:
            return np.ones((len(X), 1))
        return probabilities(self.weights_, self.scaler_.transform(X))

    def predict(self, X: Any) -> Array:
        """Return the likeliest class of each row, of shape (n_samples,)."""
        shares = self.predict_proba(X)
        return np.asarray(self.classes_[shares.argmax(axis=1)])

    def _grid(self) -> Grid:
        """Return what can be chosen from, or say which part of it cannot be used."""
        least = {"batch_sizes": 1, "smoothings": 0, "rhos": 0, "noises": 0, "widths": 1}
        for name, bound in least.items():
            values = list(getattr(self, name))
            if not values or not all(
                isinstance(value, int | float | np.number) and value >= bound for value in values
            ):
                raise ValueError(f"{name} is {values}; expected one number or more, each at least {bound}")
        if max(self.smoothings) > 1:
            raise ValueError(f"smoothings is {list(self.smoothings)}; a class cannot give away more than 1")
        return Grid(self.batch_sizes, self.smoothings, self.rhos, self.noises, self.widths)

    def _schedule(self) -> Schedule:
        return Schedule(self.epochs, self.max_steps, self.learning_rate)

    def _chosen(self, table: Table, grid: Grid, rng: np.random.RandomState) -> Trial:
        """Return the best setting by inner folds, or the default where there are too few rows for any."""
        rarest = int(np.bincount(table.y).min())
        self.fallback_ = ""
        if rarest < max(FEWEST, self.folds):
            rows = "one row" if rarest == 1 else f"{rarest} rows"
            self.fallback_ = f"the default setting, untuned: the rarest class has {rows}"
            return Trial(grid.default(), float("nan"), 1.0)
        inner = inner_folds(table, self.folds, int(rng.randint(2**31 - 1)))
        settings = tried(grid, self.budget, rng)
        seeds = rng.randint(2**31 - 1, size=len(inner.learning.sizes)).tolist()
        self.trials_ = trials(settings, inner, self._schedule(), seeds)
        self.n_inner_fits_ = len(settings) * len(seeds)
        return best(self.trials_)

    def _train(self, table: Table, seed: int) -> None:
        """Train on all rows as the chosen setting has it, for its share of the steps."""
        setting = self.chosen_.setting
        self.scaler_ = StandardScaler().fit(table.X)
        rows = stacked([table], [self.scaler_], len(self.classes_))
        learner = Learner([setting], rows, [0], [seed], self.learning_rate)
        n_steps = max(1, round(self.chosen_.share * self._schedule().steps(len(table.y), setting.batch_size)))
        self.weights_ = [part[0].double().numpy() for part in trained(learner, n_steps)]

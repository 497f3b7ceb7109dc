"""A loose plugin: a method that weighs rows, one that fails on some rows, and a metric."""

import numpy as np

from oversample_bench.api import Metric, hookimpl


@hookimpl
def register_oversamplers(register):
    register("weighed", Weighed)
    register("failing", Failing)


@hookimpl
def register_metrics(register):
    register("accuracy", Metric(lambda y, predicted: float((y == predicted).mean())))


class Weighed:
    """The rows as they are, the minority with the weight that the majority has as a whole."""

    def fit_resample(self, X, y):
        self.sample_weight_ = np.where(y == 1, (y == 0).sum() / (y == 1).sum(), 1.0)
        return X, y


class Failing:
    """Raises on some splits: where the third value of the first row is above the mean."""

    def fit_resample(self, X, y):
        if X[0, 2] > 0:
            raise ValueError("the third value is above the mean")
        return np.vstack([X, X[y == 1] + 0.5]), np.append(y, np.ones((y == 1).sum(), dtype=y.dtype))

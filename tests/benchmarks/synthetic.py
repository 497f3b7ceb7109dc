"""A loose plugin for the benchmarks: four synthetic sets, and a classifier that only takes time."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import make_classification

from oversample_bench.api import Dataset, Register, hookimpl


def load(seed: int) -> Dataset:
    """Return 1000 rows of 20 features, a tenth of them of the minority."""
    X, y = make_classification(n_samples=1000, n_features=20, weights=[0.9], random_state=seed)
    return Dataset(X=X, y=y)


class Sleeper(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """Sleeps while it fits, and says that all rows are majority."""

    def __init__(self, seconds: float = 0.5) -> None:
        self.seconds = seconds

    def fit(self, X: Any, y: Any) -> Sleeper:
        self.classes_ = np.unique(y)
        time.sleep(self.seconds)
        return self

    def predict(self, X: Any) -> Any:
        return np.zeros(len(X), dtype=int)


@hookimpl
def register_datasets(register: Register) -> None:
    """Offer synthetic_0 to synthetic_3."""
    for seed in range(4):
        register(f"synthetic_{seed}", load, defaults={"seed": seed})


@hookimpl
def register_classifiers(register: Register) -> None:
    """Offer the sleeper."""
    register("sleeper", Sleeper)

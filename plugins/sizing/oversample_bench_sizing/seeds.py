"""One seed for all parts of an estimator: a sampler around a sampler, the steps of a pipeline."""

from __future__ import annotations

from typing import Any

from sklearn.base import clone


def seeded(estimator: Any, seed: int) -> Any:
    """Return an unfitted copy in which each part that takes a ``random_state`` has this one, nested or not.

    Parameters
    ----------
    estimator : estimator or sampler
        With scikit-learn's parameters.
    seed : int
    """
    copy = clone(estimator)
    names = [name for name in copy.get_params() if name.split("__")[-1] == "random_state"]
    return copy.set_params(**dict.fromkeys(names, seed)) if names else copy

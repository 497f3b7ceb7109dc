"""imbalanced-learn's two samplers for columns of categories, on whatever columns there are.

The library's classes refuse tables without a column of the kind that they are for. Here the nearest relative
does the work then, and ``fallback_`` says so: a suite runs one method on many tables.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from imblearn import over_sampling

from oversample_bench_imblearn.few_rows import FewRows, Limit, lowered

Array = npt.NDArray[Any]


class ForCategories(FewRows):
    """Takes tables with columns of categories, and has the parameters of both samplers."""

    accepts_categories = True

    def __init__(
        self,
        categorical_features: Any = (),
        *,
        categorical_encoder: Any = None,
        sampling_strategy: Any = "auto",
        random_state: Any = None,
        k_neighbors: Any = 5,
    ) -> None:
        self.categorical_features = categorical_features
        self.categorical_encoder = categorical_encoder
        self.sampling_strategy = sampling_strategy
        self.random_state = random_state
        self.k_neighbors = k_neighbors


class SMOTENC(ForCategories, over_sampling.SMOTENC):  # type: ignore[misc]  # imbalanced-learn ships no types
    """Interpolate numbers, and give a new row the most frequent category of its neighbours.

    N. V. Chawla, K. W. Bowyer, L. O. Hall, W. P. Kegelmeyer, "SMOTE: Synthetic Minority Over-sampling
    Technique", JAIR 16 (2002), section 6.1.

    Parameters
    ----------
    categorical_features : array-like of int, bool or str, or "auto", default=()
        Which columns are categories, as the library has it; "auto" takes those of the dtype ``category``.
        The host sets it.
    **others
        Those of the library's class.

    Attributes
    ----------
    fallback_ : str
        What was done differently: without categories this is `SMOTE`, without numbers `SMOTEN`.
    """

    _library = over_sampling.SMOTENC

    def _validate_estimator(self) -> None:
        if 0 < len(self.categorical_features_) < self.n_features_:
            super()._validate_estimator()

    def _resampled(self, X: Any, y: Any, limits: Sequence[Limit]) -> tuple[Any, Any, list[str]]:
        n_categorical, n_columns = _n_categorical(self.categorical_features, X), X.shape[1]
        if 0 < n_categorical < n_columns:
            return super()._resampled(X, y, limits)
        own, told = lowered(self.get_params(), limits)
        del own["categorical_features"]
        if n_categorical:
            told.append("SMOTEN instead: there are no numbers")
            return *over_sampling.SMOTEN(**own).fit_resample(X, y), told
        del own["categorical_encoder"]
        told.append("SMOTE instead: there are no categories")
        return *over_sampling.SMOTE(**own).fit_resample(X, y), told


class SMOTEN(ForCategories, over_sampling.SMOTEN):  # type: ignore[misc]  # the same
    """Give a new row, column by column, the most frequent category of a row's neighbours.

    Distances are those of the value difference metric. The paper is that of `SMOTENC`, section 6.2.

    Parameters
    ----------
    categorical_features : array-like of int, default=()
        Which columns are categories; by default all, unless all are numbers. The host sets it.
    **others
        Those of the library's class.

    Attributes
    ----------
    fallback_ : str
        What was done differently: with numbers beside categories this is `SMOTENC`, without categories
        `SMOTE`, as each number would be a category of its own.
    """

    _library = over_sampling.SMOTEN

    def _resampled(self, X: Any, y: Any, limits: Sequence[Limit]) -> tuple[Any, Any, list[str]]:
        own, told = lowered(self.get_params(), limits)
        features = own.pop("categorical_features")
        if X.dtype.kind in "biuf":
            del own["categorical_encoder"]
            told.append("SMOTE instead: there are no categories")
            return *over_sampling.SMOTE(**own).fit_resample(X, y), told
        if 0 < len(features) < X.shape[1]:
            told.append("SMOTE-NC instead: there are numbers beside the categories")
            return *over_sampling.SMOTENC(features, **own).fit_resample(X, y), told
        return *over_sampling.SMOTEN(**own).fit_resample(X, y), told


def _n_categorical(features: Any, X: Any) -> int:
    """Return how many columns of ``X`` are categories, by what the parameter says."""
    if isinstance(features, str):  # "auto"
        return sum(str(kind) == "category" for kind in getattr(X, "dtypes", ()))
    given = np.asarray(features)
    return int(given.sum()) if given.dtype == bool else len(given)

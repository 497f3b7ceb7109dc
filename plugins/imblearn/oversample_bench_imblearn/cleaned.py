"""SMOTE followed by cleaning, as imbalanced-learn combines the two, with flat parameters.

The library's own combinations take sampler objects, which a YAML file cannot hold. With the defaults the rows
are equal to theirs to the last bit. Cleaning deletes real rows as well as synthetic ones.
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy.typing as npt
from imblearn.base import BaseSampler
from imblearn.under_sampling import EditedNearestNeighbours, TomekLinks

from oversample_bench_imblearn.few_rows import Limit, lowered
from oversample_bench_imblearn.samplers import SMOTE

Array = npt.NDArray[Any]


class SMOTETomek(BaseSampler):  # type: ignore[misc]  # imbalanced-learn ships no types
    """Oversample with SMOTE, then delete both rows of each Tomek link.

    G. E. A. P. A. Batista, A. L. C. Bazzan, M. C. Monard, "Balancing Training Data for Automated Annotation
    of Keywords", WOB 2003, 10-18.

    Parameters
    ----------
    sampling_strategy : float, str, dict or callable, default="auto"
        What SMOTE is to reach, before the cleaning.
    random_state : int, RandomState or None, default=None
        SMOTE's seed.
    k_neighbors : int or neighbours object, default=5
        SMOTE's neighbours, lowered where the minority is smaller.

    Attributes
    ----------
    fallback_ : str
        What was done differently from what was asked; empty when nothing was.
    """

    _sampling_type = "over-sampling"
    _parameter_constraints: ClassVar[dict[str, Any]] = {}  # the two steps check their own

    def __init__(
        self, *, sampling_strategy: Any = "auto", random_state: Any = None, k_neighbors: Any = 5
    ) -> None:
        super().__init__(sampling_strategy=sampling_strategy)
        self.random_state = random_state
        self.k_neighbors = k_neighbors

    def _fit_resample(self, X: Array, y: Array) -> tuple[Array, Array]:
        X_more, y_more = self._grown(X, y)
        X_out, y_out = TomekLinks(sampling_strategy="all").fit_resample(X_more, y_more)
        return X_out, y_out

    def _grown(self, X: Array, y: Array) -> tuple[Array, Array]:
        smote = SMOTE(
            sampling_strategy=self.sampling_strategy,
            random_state=self.random_state,
            k_neighbors=self.k_neighbors,
        )
        X_more, y_more = smote.fit_resample(X, y)
        self.fallback_ = smote.fallback_
        return X_more, y_more


class SMOTEENN(SMOTETomek):
    """Oversample with SMOTE, then delete each row whose neighbours are of the other class.

    G. E. A. P. A. Batista, R. C. Prati, M. C. Monard, "A study of the behavior of several methods for
    balancing machine learning training data", SIGKDD Explorations 6 (2004), 20-29.

    Parameters
    ----------
    sampling_strategy : float, str, dict or callable, default="auto"
        What SMOTE is to reach, before the cleaning.
    random_state : int, RandomState or None, default=None
        SMOTE's seed.
    k_neighbors : int or neighbours object, default=5
        SMOTE's neighbours, lowered where the minority is smaller.
    n_neighbors : int or neighbours object, default=3
        Neighbours that a row is judged by.
    kind_sel : {"all", "mode"}, default="all"
        Whether all of them, or most, have to be of the row's class for it to stay.

    Attributes
    ----------
    fallback_ : str
        What was done differently from what was asked; empty when nothing was.
    """

    def __init__(
        self,
        *,
        sampling_strategy: Any = "auto",
        random_state: Any = None,
        k_neighbors: Any = 5,
        n_neighbors: Any = 3,
        kind_sel: str = "all",
    ) -> None:
        super().__init__(
            sampling_strategy=sampling_strategy, random_state=random_state, k_neighbors=k_neighbors
        )
        self.n_neighbors = n_neighbors
        self.kind_sel = kind_sel

    def _fit_resample(self, X: Array, y: Array) -> tuple[Array, Array]:
        X_more, y_more = self._grown(X, y)
        asked = {"n_neighbors": self.n_neighbors, "kind_sel": self.kind_sel}
        params, told = lowered(asked, [Limit("n_neighbors", len(y_more), "the oversampled set")])
        self.fallback_ = "; ".join(filter(None, [self.fallback_, *told]))
        cleaner = EditedNearestNeighbours(sampling_strategy="all", **params)
        X_out, y_out = cleaner.fit_resample(X_more, y_more)
        return X_out, y_out

"""imbalanced-learn's interpolating samplers, with neighbours lowered where rows are few.

Parameters, results and the rest are those of the library's class of the same name; while no neighbour has to
be lowered, the rows are equal to the last bit. See `few_rows` for what differs.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
from imblearn import over_sampling
from scipy.sparse import issparse

from oversample_bench_imblearn.few_rows import FewRows, Limit


class SMOTE(FewRows, over_sampling.SMOTE):  # type: ignore[misc]  # imbalanced-learn ships no types
    """Interpolate between minority rows and their neighbours in the minority.

    N. V. Chawla, K. W. Bowyer, L. O. Hall, W. P. Kegelmeyer, "SMOTE: Synthetic Minority Over-sampling
    Technique", JAIR 16 (2002), 321-357.
    """

    _library = over_sampling.SMOTE


class BorderlineSMOTE(FewRows, over_sampling.BorderlineSMOTE):  # type: ignore[misc]  # the same
    """Interpolate from those minority rows that have many, but not only, majority neighbours.

    H. Han, W.-Y. Wang, B.-H. Mao, "Borderline-SMOTE", ICIC 2005, 878-887; ``kind`` is "borderline-1" or
    "borderline-2", the latter for dense floats only. Without a row in danger nothing is made, which
    ``fallback_`` tells.
    """

    _library = over_sampling.BorderlineSMOTE
    _why_short: ClassVar[str] = ": no minority row is in danger"

    def _limits(self, n_minority: int, n_rows: int) -> list[Limit]:
        everything = Limit("m_neighbors", n_rows, "the training set")
        if self.kind == "borderline-2":  # its partners come from both classes
            return [Limit("k_neighbors", n_rows, "the training set"), everything]
        return [*super()._limits(n_minority, n_rows), everything]

    def _resampled(self, X: Any, y: Any, limits: Sequence[Limit]) -> tuple[Any, Any, list[str]]:
        if self.kind == "borderline-2" and (issparse(X) or X.dtype.kind != "f"):  # the library stumbles here
            raise ValueError(
                f"kind='borderline-2' takes dense floats, but X is {type(X).__name__} of {X.dtype}; "
                "convert X, or use kind='borderline-1'"
            )
        return super()._resampled(X, y, limits)


class SVMSMOTE(FewRows, over_sampling.SVMSMOTE):  # type: ignore[misc]  # the same
    """Interpolate, and extrapolate, from the minority's support vectors.

    H. M. Nguyen, E. W. Cooper, K. Kamei, "Borderline over-sampling for imbalanced data classification",
    IJKESDP 3 (2011), 4-21. Fewer rows than asked for are made when all support vectors
    are in danger or all are safe, since the library then leaves out the rows of the other kind.
    """

    _library = over_sampling.SVMSMOTE
    _why_short: ClassVar[str] = ": its support vectors are all in danger, or all safe"

    def _limits(self, n_minority: int, n_rows: int) -> list[Limit]:
        return [*super()._limits(n_minority, n_rows), Limit("m_neighbors", n_rows, "the training set")]


class ADASYN(FewRows, over_sampling.ADASYN):  # type: ignore[misc]  # the same
    """Interpolate most where the majority is near; the count of new rows is rounded a row.

    H. He, Y. Bai, E. A. Garcia, S. Li, "ADASYN: Adaptive synthetic sampling approach for imbalanced
    learning", IJCNN 2008, 1322-1328. Raises when no minority row has a majority neighbour.
    """

    _library = over_sampling.ADASYN

    def _limits(self, n_minority: int, n_rows: int) -> list[Limit]:  # noqa: ARG002 - the hook's signature
        return [Limit("n_neighbors", n_minority, "the minority")]


class KMeansSMOTE(FewRows, over_sampling.KMeansSMOTE):  # type: ignore[misc]  # the same
    """Interpolate inside those k-means clusters in which the minority is strong.

    F. Last, G. Douzas, F. Bacao, "Oversampling for Imbalanced Learning Based on K-Means and SMOTE", 2017,
    arXiv 1711.00837. Raises when no cluster has enough minority rows.
    """

    _library = over_sampling.KMeansSMOTE

    def _resampled(self, X: Any, y: Any, limits: Sequence[Limit]) -> tuple[Any, Any, list[str]]:
        try:
            with np.errstate(invalid="ignore"):  # 0 / 0 where clusters hold equal rows only
                return super()._resampled(X, y, limits)
        except ValueError as error:
            if "NaN" not in str(error):
                raise
            raise ValueError(
                "the minority rows of each cluster are all equal, so that new rows cannot be shared out by "
                "how sparse the clusters are; use smote"
            ) from error

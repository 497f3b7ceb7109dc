"""What every oversampler is compared with: doing nothing.

The other baseline, copying minority rows at random, is imbalanced-learn's `RandomOverSampler` as it is, and
is registered without a class of our own.
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy.typing as npt
from imblearn.base import BaseSampler

Array = npt.NDArray[Any]


class NoResampling(BaseSampler):  # type: ignore[misc]  # imbalanced-learn ships no types
    """Return copies of the rows that were given, and nothing else.

    It has no parameters: no ratio to reach and nothing to draw.
    """

    _sampling_type = "bypass"
    _parameter_constraints: ClassVar[dict[str, Any]] = {}

    def __init__(self) -> None:
        super().__init__()

    def _fit_resample(self, X: Array, y: Array) -> tuple[Array, Array]:
        return X.copy(), y.copy()

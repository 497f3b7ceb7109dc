"""What a sampler of imbalanced-learn does when there are fewer rows than it asks neighbours of.

The library raises then. Here the neighbours are lowered to what there is, a single minority row is copied,
and either is told in ``fallback_``. The algorithms themselves stay the library's, called through its public
interface; other refusals of the library are not softened.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
from imblearn.over_sampling import RandomOverSampler

Array = npt.NDArray[Any]

ENOUGH = 0.9
"""The share of the rows asked for below which a shortage is told; ADASYN's rounding stays above it."""


@dataclass(frozen=True)
class Limit:
    """How many rows a count of neighbours is looked up among, the row itself included."""

    parameter: str
    n_rows: int
    rows: str


def lowered(params: Mapping[str, Any], limits: Sequence[Limit]) -> tuple[dict[str, Any], list[str]]:
    """Return the parameters with each count of neighbours within its limit, and a sentence a change.

    A neighbours object in place of a count is left as it is.
    """
    changed, told = dict(params), []
    for limit in limits:
        asked, most = params[limit.parameter], limit.n_rows - 1
        if isinstance(asked, int | np.integer) and asked > most:
            changed[limit.parameter] = most
            told.append(
                f"{limit.parameter} lowered from {asked} to {most}: {limit.rows} has {limit.n_rows} rows"
            )
    return changed, told


class FewRows:
    """Give a sampler of the library ``fallback_`` and neighbours that exist; goes before it in the bases.

    With more than two classes, "the minority" is the smallest class that is to grow, and its rows limit the
    neighbours of all.

    Attributes
    ----------
    fallback_ : str
        What was done differently from what was asked; empty when nothing was.
    """

    _library: ClassVar[Any]
    _why_short: ClassVar[str] = ""

    sampling_strategy: Any
    sampling_strategy_: dict[Any, int]
    random_state: Any
    fallback_: str

    def _limits(self, n_minority: int, n_rows: int) -> list[Limit]:  # noqa: ARG002 - for those that look at all
        return [Limit("k_neighbors", n_minority, "the minority")]

    def _fit_resample(self, X: Array, y: Array) -> tuple[Array, Array]:
        growing = [label for label, n in self.sampling_strategy_.items() if n > 0]
        n_minority = min((int(np.sum(y == label)) for label in growing), default=len(y))
        if n_minority == 1:
            return self._copied(X, y)
        limits = self._limits(n_minority, len(y)) if growing else []
        X_out, y_out, told = self._resampled(X, y, limits)
        made, n_requested = len(y_out) - len(y), sum(self.sampling_strategy_.values())
        if made < ENOUGH * n_requested:
            told.append(f"{'too few' if made else 'no'} rows made{self._why_short}")
        self.fallback_ = "; ".join(told)
        return X_out, y_out

    def _resampled(self, X: Array, y: Array, limits: Sequence[Limit]) -> tuple[Array, Array, list[str]]:
        """Let the library do it, and take over what it has learnt."""
        asked = self.get_params(deep=False)  # type: ignore[attr-defined]  # of the library's class
        params, told = lowered(asked, limits)
        sampler = self._library(**params)
        X_out, y_out = sampler.fit_resample(X, y)
        vars(self).update({name: value for name, value in vars(sampler).items() if name not in params})
        return X_out, y_out, told

    def _copied(self, X: Array, y: Array) -> tuple[Array, Array]:
        self.fallback_ = "random copies instead: the minority has 1 row, and interpolation needs 2"
        sampler = RandomOverSampler(sampling_strategy=self.sampling_strategy, random_state=self.random_state)
        X_out, y_out = sampler.fit_resample(X, y)
        return X_out, y_out

"""What a method is asked for: how many rows, by the counts of a split, before it is called.

One rule for what is asked and for what the audit expects. The target ratio is met where the minority has
``floor(target_ratio * n_majority)`` rows, as in thinning: a split that was thinned to a ratio meets that
ratio. Where the target is met a method is asked for nothing, whether it would make minority rows or take
majority rows away, and the trial is skipped; imbalanced-learn would raise an error.

A method that takes no ``sampling_strategy`` cannot be asked, and one that cleans takes no ratio: both are
called whatever the counts are. So is ``none``, which does nothing by nature.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import floor, nextafter
from numbers import Real
from typing import TYPE_CHECKING, Any

from oversample_bench.core.outcome import Skip
from oversample_bench.core.specs import exact

if TYPE_CHECKING:
    import numpy.typing as npt

MAKES_ROWS = "over-sampling"
TAKES_ROWS = "under-sampling"
TAKES_NO_RATIO = frozenset({"clean-sampling", "bypass"})
"""Sampling types, as imbalanced-learn calls them; one of an author's own counts as the first."""

BALANCES = {
    MAKES_ROWS: ("auto", "minority", "not majority", "all"),
    TAKES_ROWS: ("auto", "majority", "not minority", "all"),
}
"""Imbalanced-learn's words for as many rows of one class as of the other, by sampling type."""


@dataclass(frozen=True)
class ClassCounts:
    """The training rows of a split by class."""

    n_majority: int
    n_minority: int

    @classmethod
    def of(cls, y: npt.NDArray[Any]) -> ClassCounts:
        """Count labels, 1 for the minority."""
        n_minority = int((y == 1).sum())
        return cls(len(y) - n_minority, n_minority)


@dataclass(frozen=True)
class Request:
    """What a sampler is asked for.

    Parameters
    ----------
    strategy : object
        Its ``sampling_strategy``: a ratio, numbers of rows by class, a word of imbalanced-learn's; None where
        it has none.
    kind : str
        Its sampling type.
    target_ratio : float
        That of the protocol, by which a sampler without a ``sampling_strategy`` is measured.
    """

    strategy: Any
    kind: str
    target_ratio: float = 1.0

    @classmethod
    def of(cls, sampler: Any, target_ratio: float) -> Request:
        """Return what ``sampler`` is asked for, its parameters set."""
        kind = str(getattr(sampler, "_sampling_type", MAKES_ROWS))
        known = kind == TAKES_ROWS or kind in TAKES_NO_RATIO
        return cls(getattr(sampler, "sampling_strategy", None), kind if known else MAKES_ROWS, target_ratio)

    def ratio(self) -> float:
        """Return the ratio that is asked for, unless it is numbers of rows."""
        if _is_number(self.strategy):
            return float(self.strategy)
        return 1.0 if isinstance(self.strategy, str) else self.target_ratio

    def n_new(self, there: ClassCounts) -> int:
        """Return how many minority rows are to be made."""
        if self.kind != MAKES_ROWS:
            return 0
        if isinstance(self.strategy, Mapping):
            return max(0, self._more(there)[1])
        return max(0, wanted(self.ratio(), there.n_majority) - there.n_minority)

    def _more(self, there: ClassCounts) -> tuple[int, int]:
        """Return how many rows of the majority and of the minority a mapping asks for beyond those there."""
        majority = self.strategy.get(0, there.n_majority) - there.n_majority
        return int(majority), int(self.strategy.get(1, there.n_minority)) - there.n_minority

    def idle(self, there: ClassCounts) -> str:
        """Return in a sentence that a split is already what is asked for, or an empty string."""
        if self.kind in TAKES_NO_RATIO or not self._is_readable():
            return ""
        if isinstance(self.strategy, Mapping):
            sign = 1 if self.kind == MAKES_ROWS else -1
            met = all(sign * n <= 0 for n in self._more(there))
        else:
            met = there.n_minority >= wanted(self.ratio(), there.n_majority)
        rows = f"{there.n_minority} minority to {there.n_majority} majority rows"
        return f"{self} asks for nothing: the split has {rows} already" if met else ""

    def idle_at(self, ratio: float) -> str:
        """Return the same of any split that is thinned to ``ratio``, whatever its rows are."""
        if self.kind in TAKES_NO_RATIO or not self._is_readable() or isinstance(self.strategy, Mapping):
            return ""
        met = exact(self.ratio()) <= exact(ratio)
        return f"{self} asks for nothing: the ratio is {ratio:g} already" if met else ""

    def _is_readable(self) -> bool:
        """Tell whether the strategy is one that is not left to the sampler itself, right or wrong."""
        if isinstance(self.strategy, Mapping):
            return all(map(_is_number, self.strategy.values()))
        return _is_number(self.strategy) or self.strategy in BALANCES[self.kind]

    def __str__(self) -> str:
        if not isinstance(self.strategy, Mapping) and self.ratio() == self.target_ratio:
            return f"target_ratio {self.target_ratio:g}"
        return f"sampling_strategy {self.strategy}"


def takes_ratio(sampler: Any) -> bool:
    """Tell whether a ratio means something to a sampler of this type."""
    return getattr(sampler, "_sampling_type", MAKES_ROWS) not in TAKES_NO_RATIO


def _is_number(value: Any) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool)


def wanted(ratio: float, n_majority: int) -> int:
    """Return how many minority rows are ``ratio`` of so many majority rows, rounded down."""
    return floor(exact(ratio) * n_majority)


def ask(sampler: Any, target_ratio: float, y: npt.NDArray[Any]) -> None:
    """Make sure that a sampler is asked for something, and for all that the ratio says.

    0.29 of 100 majority rows are 29 rows, and 28.999999999999996 for a sampler that multiplies: where that
    would leave nothing of a request for one row, the sampler gets the next number above its ratio.

    Raises
    ------
    Skip
        When the split is what is asked for already.
    """
    request, there = Request.of(sampler, target_ratio), ClassCounts.of(y)
    if met := request.idle(there):
        raise Skip(met)
    ratio = request.strategy
    one = isinstance(ratio, float) and request.n_new(there) == 1
    if one and int(ratio * there.n_majority - there.n_minority) < 1:
        sampler.sampling_strategy = nextafter(ratio, 2)

"""What mistakes cost on average, by the costs that a suite tells: the one metric that takes parameters.

It is offered to a suite with ``costs`` and to no other, since nobody else knows what a miss is worth. The
costs are part of its source: scores by other costs are other scores.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from oversample_bench.api import Metric
from oversample_bench.plugins.metrics import Vector, counted

NAME = "expected_cost"


@dataclass(frozen=True)
class Costs:
    """What one mistake costs, in any unit.

    Parameters
    ----------
    miss : float
        A minority row that is not found.
    false_alarm : float
        A majority row that is taken for the minority.
    """

    miss: float
    false_alarm: float

    def __call__(self, y_true: Vector, y_pred: Vector) -> float:
        """Return the cost per test row; lower is better.

        C. Elkan, The foundations of cost-sensitive learning, IJCAI 2001, 973-978.
        """
        n = counted(y_true, y_pred)
        return (self.miss * n.fn + self.false_alarm * n.fp) / sum(n)


@dataclass(frozen=True)
class ExpectedCost(Metric):
    """The metric of some costs, as `oversample_bench.plugins.registry.load_registry` takes it."""

    name: str = field(default=NAME, init=False)
    kind: Literal["metric"] = field(default="metric", init=False)

    @property
    def source(self) -> str:
        """Whose number it is: that of these costs."""
        costs = self.compute
        assert isinstance(costs, Costs)
        return f"oversample-bench miss {costs.miss!r} false alarm {costs.false_alarm!r}"

    @classmethod
    def of(cls, miss: float, false_alarm: float) -> ExpectedCost:
        """Return the metric of these costs."""
        return cls(Costs(miss, false_alarm), higher_is_better=False)

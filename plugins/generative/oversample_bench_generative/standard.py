"""Rows of each member with mean 0 and variance 1 a feature, and back again."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True, eq=False)
class Standard:
    """Mean and standard deviation of each feature of each member, (members, 1, features)."""

    mean: Tensor
    deviation: Tensor

    @classmethod
    def of(cls, X: Tensor) -> Standard:
        """Return those of the rows; the deviation of a constant feature counts as 1."""
        spread = X.std(1, keepdim=True, correction=0)
        return cls(X.mean(1, keepdim=True), spread.where(spread > 0, spread.new_ones(())))

    def scaled(self, X: Tensor) -> Tensor:
        """Return rows in standard units."""
        return (X - self.mean) / self.deviation

    def restored(self, X: Tensor) -> Tensor:
        """Return rows in the units that they came in."""
        return X * self.deviation + self.mean

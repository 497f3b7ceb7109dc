"""What is tuned, and which settings are tried: a seeded draw from a grid that holds the default first.

A draw, since the whole grid of 96 settings costs eight times as much, and since a budget that is a number can
be given to a competitor as well. Trains nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import TypeVar

import numpy as np

Value = TypeVar("Value", int, float)


@dataclass(frozen=True)
class Setting:
    """One way to train.

    Attributes
    ----------
    batch_size : int
        Rows a step.
    smoothing : float
        eps_max: how much of the target a class of no rows would give away; see `smoothing.epsilons`.
    rho : float
        Length of SAM-A's ascent step; 0 is the optimiser alone.
    noise : float
        Standard deviation of what is added to the inputs, in standard deviations of each feature.
    width : int
        Units of the hidden layer.
    """

    batch_size: int
    smoothing: float
    rho: float
    noise: float
    width: int


DEFAULT = Setting(batch_size=32, smoothing=0.1, rho=0.0, noise=0.0, width=64)
"""What is taken where there are too few minority rows to tune by."""


@dataclass(frozen=True)
class Grid:
    """The values of each part of a setting, in the order in which they are named there."""

    batch_sizes: Sequence[int]
    smoothings: Sequence[float]
    rhos: Sequence[float]
    noises: Sequence[float]
    widths: Sequence[int]

    def settings(self) -> list[Setting]:
        """Return all combinations."""
        axes = (self.batch_sizes, self.smoothings, self.rhos, self.noises, self.widths)
        return [Setting(*values) for values in product(*axes)]

    def default(self) -> Setting:
        """Return the default as far as the grid has it, elsewhere the first value of each part."""
        return Setting(
            _kept(DEFAULT.batch_size, self.batch_sizes),
            _kept(DEFAULT.smoothing, self.smoothings),
            _kept(DEFAULT.rho, self.rhos),
            _kept(DEFAULT.noise, self.noises),
            _kept(DEFAULT.width, self.widths),
        )


def _kept(wanted: Value, values: Sequence[Value]) -> Value:
    return wanted if wanted in values else values[0]


def tried(grid: Grid, budget: int, rng: np.random.RandomState) -> list[Setting]:
    """Return ``budget`` different settings of a grid, or all of them: the default, then a random draw."""
    first = grid.default()
    others = [setting for setting in dict.fromkeys(grid.settings()) if setting != first]
    drawn = rng.permutation(len(others))[: budget - 1]
    return [first, *(others[position] for position in drawn)]

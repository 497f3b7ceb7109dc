"""SWIM-RBF: new rows near a minority row, where the majority is no denser than there.

C. Bellinger, S. Sharma, N. Japkowicz, O. Zaiane, "Framework for extreme imbalance classification: SWIM",
Knowledge and Information Systems 62 (2020), 841-866. Density is the sum of a radial basis function over the
majority. Never searches without end: tries are counted.
"""

from __future__ import annotations

from numbers import Integral, Real
from typing import Any, ClassVar

import numpy as np
from imblearn.over_sampling.base import BaseOverSampler
from scipy.spatial.distance import cdist, pdist
from scipy.special import logsumexp
from sklearn.utils import gen_batches
from sklearn.utils._param_validation import Interval, StrOptions

from oversample_bench_swim.sampler import Array, Generator, Moves, MovingSampler

# n majority rows, m minority rows, N new rows, d features, p points

CELLS = 2**22
"""Distances held at once: 32 MiB."""
PAIRED = 5000
"""Majority rows whose pairwise distances are looked at: 100 MiB."""
ROUNDS = 20
"""Seeds that are tried for a row before it becomes a copy; ours, since the authors' code tries for ever."""


def shape_parameter(majority: Array) -> float:
    """Return 0.5 * std * mean of the majority's pairwise Euclidean distances, as the authors' code does.

    It is 0 where distances do not differ. Of more than ``PAIRED`` rows, evenly spaced ones are taken; ours.
    """
    distances = pdist(majority[:: -(-len(majority) // PAIRED)])
    return 0.5 * float(distances.std() * distances.mean()) if distances.size else 0.0


def log_density(points: Array, majority: Array, epsilon: float) -> Array:
    """Return log f(p), where f(p) is the sum over the majority of exp(-(epsilon ||p - x||_1)^2).

    The distance is Manhattan's, as in the authors' code. The logarithm keeps the order of f and does not end
    in 0 for all points, as f does on some tens of features, where each proposal would then be accepted; ours.
    """
    parts = [
        logsumexp(-((epsilon * cdist(points[rows], majority, "cityblock")) ** 2), axis=1)
        for rows in gen_batches(len(points), max(1, CELLS // len(majority)))
    ]
    return np.concatenate(parts)  # (p, d) -> (p,)


class SWIMRBF(MovingSampler):
    """Move minority rows at random, and only to where the majority is no denser.

    Parameters
    ----------
    sampling_strategy : float, str, dict or callable, default="auto"
        Which classes grow, and to which size, as everywhere in imbalanced-learn. Of several classes each is
        grown against all other rows.
    random_state : int, RandomState or None, default=None
        Seed of the rows that are moved and of where to.
    tau : float, default=0.25
        How far: standard deviation of a proposed move, in those of the minority; the authors' code.
    steps : int, default=5
        Moves that are proposed for a seed before another seed is drawn; the authors' code.
    epsilon : float or "auto", default="auto"
        Shape parameter of the radial basis function: the larger, the nearer a majority row must be to
        count. "auto" is that of the authors' code, see ``shape_parameter``.

    Attributes
    ----------
    fallback_ : str
        What was done differently from what was asked; empty when nothing was.
    seed_indices_ : ndarray of shape (n_new,)
        For each new row the position in ``X`` of the row that it was moved from.

    Notes
    -----
    Distances are taken between features that were divided by their standard deviation over all rows, so that
    the unit of a feature does not matter; ours. For standardised features, nothing changes. Whole numbers are
    rounded at the end, after the density was looked at.
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **BaseOverSampler._parameter_constraints,  # noqa: SLF001 - scikit-learn's way to inherit constraints
        "tau": [Interval(Real, 0, None, closed="left")],
        "steps": [Interval(Integral, 1, None, closed="left")],
        "epsilon": [Interval(Real, 0, None, closed="neither"), StrOptions({"auto"})],
    }

    def __init__(
        self,
        *,
        sampling_strategy: Any = "auto",
        random_state: Any = None,
        tau: float = 0.25,
        steps: int = 5,
        epsilon: float | str = "auto",
    ) -> None:
        super().__init__(sampling_strategy=sampling_strategy)
        self.random_state = random_state
        self.tau = tau
        self.steps = steps
        self.epsilon = epsilon

    def _moved(self, minority: Array, majority: Array, n_new: int, rng: Generator) -> Moves:
        epsilon = shape_parameter(majority) if self.epsilon == "auto" else float(self.epsilon)
        found, n_copies = self._searched(minority, majority, epsilon, n_new, rng)
        told = []
        if epsilon == 0:
            told.append("moves were not judged: distances in the majority do not differ, so epsilon is 0")
        if n_copies:
            told.append(f"{n_copies} of {n_new} rows are copies: of {ROUNDS * self.steps} moves none was fit")
        return Moves(found.seeds, found.moves, "; ".join(told))

    def _searched(
        self, minority: Array, majority: Array, epsilon: float, n_new: int, rng: Generator
    ) -> tuple[Moves, int]:
        """Propose moves until each row has one that leads to no denser place, or has had its tries."""
        highest = log_density(minority, majority, epsilon)  # (m,)
        deviation = self.tau * minority.std(axis=0)  # (d,)
        found = Moves.none(minority, n_new, rng)
        waiting = np.arange(n_new)
        for tried in range(ROUNDS * self.steps):
            if len(waiting) == 0:
                break
            if tried and tried % self.steps == 0:
                found.seeds[waiting] = rng.randint(len(minority), size=len(waiting))
            seeds = found.seeds[waiting]
            moves = rng.normal(size=(len(waiting), len(deviation))) * deviation
            is_fit = log_density(minority[seeds] + moves, majority, epsilon) <= highest[seeds]
            found.moves[waiting[is_fit]] = moves[is_fit]
            waiting = waiting[~is_fit]
        return found, len(waiting)

"""How well synthetic rows stand for real ones that no method has seen.

Precision, recall, density and coverage over k-nearest-neighbour balls. The rows are compared as they come:
scale them before, since a ball is only as good as its distance.

The shares are the same on every machine. Whether a row lies in a ball is decided by the sum of the squared
differences in float64, feature after feature: each step is one operation that IEEE 754 leaves no choice in,
so that no processor and no library for matrices can order it otherwise. Matrix products, which are far
faster and differ in their last digits from machine to machine, only sort out the pairs that they leave no
doubt about. And a row on the rim lies outside, also where rounding has moved it a little: see `RIM`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[Any]

RIM = 1e-9
"""How near to the rim of a ball a row counts as on it, in shares of the squared radius. Rows that a sampler
puts there by design (copies, ends of lines) are told apart from it by rounding alone."""

BLOCK_BYTES = 2**22
"""Of distances that are worked on at once: what a processor keeps at hand."""


@dataclass(frozen=True)
class Fidelity:
    """Four shares that compare synthetic rows with real ones.

    With ``B(x)`` the ball around ``x`` that reaches to its k-th nearest other row of the same side, without
    its rim (squared distances below ``1 - RIM`` of the squared radius), N real rows ``x_i`` and M synthetic
    rows ``y_j``. Definitions and names are those of M. F. Naeem, S. J. Oh, Y. Uh, Y. Choi, J. Yoo, "Reliable
    Fidelity and Diversity Metrics for Generative Models", ICML 2020; precision and recall come from
    T. Kynkäänniemi, T. Karras, S. Laine, J. Lehtinen, T. Aila, "Improved Precision and Recall Metric for
    Assessing Generative Models", NeurIPS 2019.

    Attributes
    ----------
    precision : float
        ``1/M sum_j [y_j in some B(x_i)]``: synthetic rows that lie where real ones are, in [0, 1].
    recall : float
        ``1/N sum_i [x_i in some B(y_j)]``: real rows that lie where synthetic ones are, in [0, 1].
    density : float
        ``1/(k M) sum_j sum_i [y_j in B(x_i)]``: in how many real balls a synthetic row lies, near 1 for rows
        of the same distribution and not bounded by it. One outlier with a wide ball does not raise it much.
    coverage : float
        ``1/N sum_i [some y_j in B(x_i)]``: real rows that have a synthetic one near, in [0, 1]. Outliers
        among the synthetic rows do not raise it.
    """

    precision: float
    recall: float
    density: float
    coverage: float


def fidelity(
    real: Matrix, fake: Matrix, k: int = 5, most: int = 2000, random_state: int = 0
) -> Fidelity | None:
    """Compare synthetic rows with real ones by nearest-neighbour balls.

    Parameters
    ----------
    real : ndarray of shape (n_real, n_features)
        Rows that the method has not seen.
    fake : ndarray of shape (n_fake, n_features)
        Rows that the method made.
    k : int, default=5
        The neighbour to which a ball reaches, the row itself not counted.
    most : int, default=2000
        Rows used of each side; a larger side is thinned at random, without replacement.
    random_state : int, default=0
        The seed of that choice.

    Returns
    -------
    Fidelity or None
        None where a side has ``k`` rows or fewer, so that its balls are not defined.
    """
    if min(len(real), len(fake)) <= k:
        return None
    generator = np.random.default_rng(random_state)
    return _compared(_Rows(_thinned(real, most, generator)), _Rows(_thinned(fake, most, generator)), k)


def _thinned(rows: Matrix, most: int, generator: np.random.Generator) -> Matrix:
    if len(rows) <= most:
        return rows
    return rows[np.sort(generator.choice(len(rows), size=most, replace=False))]


def _compared(real: _Rows, fake: _Rows, k: int) -> Fidelity:
    real_reach, fake_reach = ((1 - RIM) * side.radii(k) for side in (real, fake))
    balls_of_fake = np.zeros(len(fake.X), dtype=np.int64)
    recalled = covered = 0
    for pairs in _blocks(real, fake):
        inside = pairs.below(real_reach[pairs.start : pairs.start + len(pairs.low), np.newaxis])
        balls_of_fake += inside.sum(axis=0)
        covered += int(inside.any(axis=1).sum())
        recalled += int(pairs.below(fake_reach[np.newaxis]).any(axis=1).sum())
    return Fidelity(
        precision=int((balls_of_fake > 0).sum()) / len(fake.X),
        recall=recalled / len(real.X),
        density=int(balls_of_fake.sum()) / (k * len(fake.X)),
        coverage=covered / len(real.X),
    )


@dataclass(frozen=True, eq=False)
class _Rows:
    """The rows of one side."""

    X: Matrix

    @cached_property
    def columns(self) -> Matrix:
        """The features, each in one piece of memory."""
        return np.ascontiguousarray(np.asarray(self.X, dtype=np.float64).T)

    def squared(self, i: Matrix, other: _Rows, j: Matrix) -> Matrix:
        """Return the squared distances of pairs of rows: sums of float64, feature after feature."""
        total = np.zeros(len(i))
        for mine, theirs in zip(self.columns, other.columns, strict=True):
            apart = mine[i] - theirs[j]
            apart *= apart
            total += apart
        return total

    def radii(self, k: int) -> Matrix:
        """Return each row's squared distance to its k-th nearest other row, of shape (n_rows,)."""
        return np.concatenate([pairs.kth(k) for pairs in _blocks(self, self)])


@dataclass(frozen=True, eq=False)
class _Pairs:
    """Some rows of one side with all rows of another, and between what their squared distances lie.

    Attributes
    ----------
    one, other : _Rows
        The two sides.
    start : int
        The first of these rows of ``one``.
    low, high : ndarray of shape (n, n_other)
        Bounds from matrix products.
    """

    one: _Rows
    other: _Rows
    start: int
    low: Matrix
    high: Matrix

    def below(self, bounds: Matrix) -> Matrix:
        """Tell which squared distances lie below bounds that broadcast to their shape."""
        found = self.high < bounds
        i, j = np.nonzero(~(found | (self.low >= bounds)))
        found[i, j] = self._exact(i, j) < np.broadcast_to(bounds, found.shape)[i, j]
        return found

    def kth(self, k: int) -> Matrix:
        """Return the k-th smallest squared distance of each row to others than itself; both sides are one."""
        own = np.arange(len(self.low))
        self.low[own, own + self.start] = self.high[own, own + self.start] = np.inf
        most = np.partition(self.high, k - 1, axis=1)[:, k - 1]  # of k rows none is further
        i, j = np.nonzero(~(self.low > most[:, np.newaxis]))
        exact = self._exact(i, j)
        ordered = exact[np.lexsort((exact, i))]
        return ordered[np.searchsorted(i, own) + k - 1]

    def _exact(self, i: Matrix, j: Matrix) -> Matrix:
        return self.one.squared(i + self.start, self.other, j)


def _blocks(one: _Rows, other: _Rows) -> Iterator[_Pairs]:
    """Yield all pairs of two sides in blocks of bounded memory.

    ``|a|^2 + |b|^2 - 2ab`` is off by no more than a share of the first two terms, in whatever order products
    are summed, and with or without fused operations; the subtraction of the centre and the rounding of the
    exact sum are within twice that share, too.
    """
    centre = other.X.mean(axis=0)  # squared norms of rows far from the origin would swallow their differences
    left, right = one.X - centre, other.X - centre
    norms, others = (np.einsum("ij,ij->i", rows, rows) for rows in (left, right))
    share = 4 * (left.shape[1] + 8) * np.finfo(np.float64).eps
    step = max(1, BLOCK_BYTES // (8 * len(right)))
    for start in range(0, len(left), step):
        rows = slice(start, start + step)
        sums = norms[rows, np.newaxis] + others
        near = left[rows] @ right.T
        near *= -2
        near += sums
        sums *= share
        yield _Pairs(one, other, start, near - sums, near + sums)

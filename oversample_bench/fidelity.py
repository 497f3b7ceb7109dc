"""How well synthetic rows stand for real ones that no method has seen.

Precision, recall, density and coverage over k-nearest-neighbour balls. The rows are compared as they come:
scale them before, since a ball is only as good as its distance.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.metrics import pairwise_distances_chunked
from sklearn.neighbors import NearestNeighbors

Matrix = npt.NDArray[Any]


@dataclass(frozen=True)
class Fidelity:
    """Four shares that compare synthetic rows with real ones.

    With ``B(x)`` the open ball around ``x`` that reaches to its k-th nearest other row of the same side, N
    real rows ``x_i`` and M synthetic rows ``y_j``. Definitions and names are those of M. F. Naeem, S. J. Oh,
    Y. Uh, Y. Choi, J. Yoo, "Reliable Fidelity and Diversity Metrics for Generative Models", ICML 2020;
    precision and recall come from T. Kynkäänniemi, T. Karras, S. Laine, J. Lehtinen, T. Aila, "Improved
    Precision and Recall Metric for Assessing Generative Models", NeurIPS 2019.

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

    Notes
    -----
    Distances are Euclidean, as fast as matrix products allow: a row that lies exactly on the rim of a ball
    may fall to either side by rounding.
    """
    if min(len(real), len(fake)) <= k:
        return None
    generator = np.random.default_rng(random_state)
    real, fake = _thinned(real, most, generator), _thinned(fake, most, generator)
    centre = real.mean(axis=0)  # squared norms of rows far from the origin would swallow their differences
    return _compared(real - centre, fake - centre, k)


def _thinned(rows: Matrix, most: int, generator: np.random.Generator) -> Matrix:
    if len(rows) <= most:
        return rows
    return rows[np.sort(generator.choice(len(rows), size=most, replace=False))]


def _compared(real: Matrix, fake: Matrix, k: int) -> Fidelity:
    real_radii, fake_radii = _radii(real, k), _radii(fake, k)
    balls_of_fake = np.zeros(len(fake), dtype=np.int64)
    recalled = covered = 0
    for rows, distances in _blocks(real, fake):
        inside = distances < real_radii[rows, np.newaxis]
        balls_of_fake += inside.sum(axis=0)
        covered += int(inside.any(axis=1).sum())
        recalled += int((distances < fake_radii).any(axis=1).sum())
    return Fidelity(
        precision=float((balls_of_fake > 0).mean()),
        recall=recalled / len(real),
        density=float(balls_of_fake.mean() / k),
        coverage=covered / len(real),
    )


def _radii(rows: Matrix, k: int) -> Matrix:
    """Return each row's distance to its k-th nearest other row, of shape (n_rows,)."""
    distances, _ = NearestNeighbors(n_neighbors=k, algorithm="brute").fit(rows).kneighbors()
    return np.asarray(distances)[:, -1]


def _blocks(real: Matrix, fake: Matrix) -> Iterator[tuple[slice, Matrix]]:
    """Yield the distances of all pairs in blocks of real rows, each within scikit-learn's working memory."""
    start = 0
    for block in pairwise_distances_chunked(real, fake):
        yield slice(start, start + len(block)), block
        start += len(block)

"""The table "asymmetry-aligned, realistic generator" of Ma and Zhang (2026), by the algebra of this plugin.

Two classes in a plane, N(0, I) and N((1, 0), I), twenty majority rows a minority row, least squares without
intercept. The generator draws from N((1 - 1 / sqrt(log n1), 0), I): its error points along the difference of
the classes, and fades slowly as minority rows grow in number. Risks are exact, so there are no test rows.

Laws, folds and seeds are those of the authors' notebook "Asymmetry-Alignment-Realistic" (MIT), written anew;
its stream of random numbers is drawn in its order, so that its printed digits can be met.
"""

# ruff: noqa: INP001 - it stands beside the script that imports it

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.model_selection import StratifiedKFold

from oversample_bench_sizing.asymmetry import Moments, generator_quality, symmetry_test, target_size
from oversample_bench_sizing.balanced_loss import gap
from oversample_bench_sizing.vtss import sizes

Array = npt.NDArray[Any]

SIZES = (10, 100, 200, 300, 400, 500)
PUBLISHED = {
    "VTSS": (0.0362, 0.001857, 0.000848, 0.0005135, 0.0002998, 0.0002449),
    "full balancing": (0.04227, 0.01319, 0.01065, 0.009691, 0.008805, 0.008482),
}
PUBLISHED_REGIMES = {"symmetric": 10, "realistic": 11, "biased": 579}
"""Of 600 repetitions, as the notebook prints it."""
REPETITIONS = 100
RATIO = 20
SEED = 42
RIDGE = 1e-6
CUTOFF = 10.0
BEST = np.array([1 / 3, 0.0])
"""Where the balanced risk is least."""
NARROW, LOCAL, WIDE = np.arange(0, 0.2001, 0.05), np.arange(0.8, 1.2001, 0.05), np.arange(0, 2.0001, 0.05)
"""The notebook's grids: those of `vtss` but for the last bit, which decides ties (28.5 is 29 rows)."""


@dataclass(frozen=True)
class Diagnosis:
    """What TG-VTSS finds of one sample.

    Attributes
    ----------
    regime : {"symmetric", "realistic", "biased"}
    statistic, quality : float
        Of the symmetry test; GQS, NaN where the classes are symmetric.
    candidates : tuple of int
        The sizes that are tried.
    """

    regime: str
    statistic: float
    quality: float
    candidates: tuple[int, ...]


@dataclass(frozen=True)
class Repetition:
    """One sample of the table: what was found, what was taken, and two excess risks."""

    n_minority: int
    repetition: int
    regime: str
    size: int
    vtss: float
    balanced: float


def repetitions(n_repetitions: int = REPETITIONS, seed: int = SEED) -> Iterator[Repetition]:
    """Yield the samples of the table, all of one size after the other; with seed 42 those of the notebook."""
    stream = np.random.RandomState(seed)
    for n_minority in SIZES:
        for number in range(n_repetitions):
            X, y = sample(stream, n_minority)
            found = diagnosed(X, y)
            size = chosen(stream, found.candidates, X, y)
            risks = [excess_risk(trained(stream, X, y, n_new)) for n_new in (size, gap(y))]
            yield Repetition(n_minority, number, found.regime, size, *risks)


def sample(stream: np.random.RandomState, n_minority: int) -> tuple[Array, Array]:
    """Return rows, and 1 for the minority, which comes last."""
    y = np.repeat([0, 1], [RATIO * n_minority, n_minority])
    X = stream.randn(len(y), 2)
    X[y == 1, 0] += 1.0
    return X, y


def synthetic(stream: np.random.RandomState, n_minority: int, n_rows: int) -> Array:
    """Return rows of the generator as it is with so many minority rows."""
    made: Array = stream.randn(n_rows, 2)
    made[:, 0] += 1 - 1 / np.sqrt(np.log(n_minority))
    return made


def diagnosed(X: Array, y: Array) -> Diagnosis:
    """Return the regime of TG-VTSS and its candidates, with squared loss."""
    theta = weighted(X, y)
    majority, minority = (squared_moments(theta, X[y == label], label) for label in (0, 1))
    test = symmetry_test(majority, minority)
    if test.is_symmetric:
        return Diagnosis("symmetric", test.statistic, float("nan"), sizes(NARROW.tolist(), gap(y)))
    delta, hessian, covariances = held_out(X, y)
    quality = generator_quality((int((y == 0).sum()), int((y == 1).sum())), hessian, delta, covariances)
    if quality > CUTOFF:
        return Diagnosis("biased", test.statistic, quality, sizes(WIDE.tolist(), gap(y)))
    target = target_size(majority.score - minority.score, delta, gap(y))
    around = {*sizes(LOCAL.tolist(), gap(y)), *(sizes(LOCAL.tolist(), target) if target is not None else ())}
    return Diagnosis("realistic", test.statistic, quality, tuple(sorted(around)))


def weighted(X: Array, y: Array) -> Array:
    """Return least squares with weights n / (2 n_c)."""
    weights = (len(y) / (2 * np.bincount(y)))[y]
    return solved(X.T @ (weights[:, None] * X), X.T @ (weights * y))


def solved(gram: Array, moment: Array) -> Array:
    """Return the minimum of a squared loss with its small ridge."""
    theta: Array = np.linalg.solve(gram + RIDGE * np.eye(len(gram)), moment)
    return theta


def squared_moments(theta: Array, X: Array, label: int) -> Moments:
    """Return the moments of rows of one label at a fit by least squares."""
    return Moments.of(2 * (X @ theta - label)[:, None] * X, X, np.full(len(X), 2.0))


def held_out(X: Array, y: Array) -> tuple[Array, Array, tuple[Array, ...]]:
    """Return delta, the Hessian and the three covariances, each the mean over three folds."""
    deltas, hessians, spreads = [], [], []
    folds = StratifiedKFold(3, shuffle=True, random_state=SEED)
    for fold, (train, test) in enumerate(folds.split(X, y)):
        theta = weighted(X[train], y[train])
        own = np.random.RandomState(SEED + 1009 * (fold + 1))
        made = squared_moments(theta, synthetic(own, int(y[train].sum()), gap(y)), 1)
        held = [squared_moments(theta, X[test][y[test] == label], label) for label in (0, 1)]
        deltas.append(made.score - held[1].score)
        hessians.append((held[0].hessian + held[1].hessian) / 2)
        spreads.append((held[0].covariance, held[1].covariance, made.covariance))
    means = tuple(np.mean(parts, axis=0) for parts in zip(*spreads, strict=True))
    return np.mean(deltas, axis=0), np.mean(hessians, axis=0), means


def chosen(stream: np.random.RandomState, candidates: tuple[int, ...], X: Array, y: Array) -> int:
    """Return the candidate with the least balanced squared loss over five folds."""
    losses = [
        _losses_of_fold(stream, candidates, (X[train], y[train]), (X[test], y[test]), gap(y))
        for train, test in five_folds(y)
    ]
    return candidates[int(np.argmin(np.mean(losses, axis=0)))]


def five_folds(y: Array) -> Iterator[tuple[Array, Array]]:
    """Yield training and validation rows: each class shuffled, then cut into five."""
    own = np.random.RandomState(SEED)
    rows = [np.flatnonzero(y == label) for label in (0, 1)]
    for of_class in rows:
        own.shuffle(of_class)
    parts = zip(*(np.array_split(of_class, 5) for of_class in rows), strict=True)
    for part in parts:
        test = np.sort(np.concatenate(part))
        yield np.setdiff1d(np.arange(len(y)), test), test


def _losses_of_fold(
    stream: np.random.RandomState,
    candidates: tuple[int, ...],
    train: tuple[Array, Array],
    test: tuple[Array, Array],
    whole: int,
) -> list[float]:
    scaled = [round(size / whole * gap(train[1])) for size in candidates]
    pool = synthetic(stream, int(train[1].sum()), max(scaled))
    return [balanced_squared_loss(with_rows(*train, pool[:size]), *test) for size in scaled]


def with_rows(X: Array, y: Array, new: Array) -> Array:
    """Return least squares on real rows and new minority rows."""
    return solved(X.T @ X + new.T @ new, X.T @ y + new.sum(axis=0))


def balanced_squared_loss(theta: Array, X: Array, y: Array) -> float:
    """Return the mean of the two classes' squared losses."""
    losses = (X @ theta - y) ** 2
    return float((losses[y == 0].mean() + losses[y == 1].mean()) / 2)


def trained(stream: np.random.RandomState, X: Array, y: Array, n_new: int) -> Array:
    """Return least squares with so many fresh rows of the generator."""
    return with_rows(X, y, synthetic(stream, int(y.sum()), n_new))


def excess_risk(theta: Array) -> float:
    """Return the exact balanced risk, ``|theta|^2 + (theta_1 - 1)^2 / 2``, less the least possible."""

    def risk(at: Array) -> float:
        return float(at @ at + (at[0] - 1) ** 2 / 2)

    return risk(theta) - risk(BEST)

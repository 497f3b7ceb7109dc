"""The end-to-end table of Ma and Zhang (2026): sizes by TG-VTSS against costs, by balanced test log loss.

800 majority and 100 minority rows of ten features (Student t with 2.2 degrees of freedom, contaminated
Gaussian, lognormal), the minority bent along a curve; a net of 64 and 32 units, trained on all rows at once.
Three generators in standardised units, 41 candidate sizes each, five folds, and costs from 1 to 10.

Laws, seeds, neighbours and order of draws are those of the authors' notebook "TG-nonsyn" (MIT), written anew,
so that repetition r is on the rows of their repetition r. Needs torch.
"""

# ruff: noqa: INP001 - it stands beside the script that imports it

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from imblearn.over_sampling import ADASYN
from scipy.special import expit
from sklearn.model_selection import StratifiedKFold
from sklearn.neighbors import NearestNeighbors
from sklearn.preprocessing import StandardScaler
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits

from oversample_bench_sizing.asymmetry import Moments, generator_quality, symmetry_test, target_size
from oversample_bench_sizing.balanced_loss import gap
from oversample_bench_sizing.vtss import LOCAL, NARROW, WIDE, sizes

Array = npt.NDArray[Any]
Rows = tuple[Array, Array]

PUBLISHED = {
    "raw ERM": 1.2112,
    "reweighting": 1.1016,
    "tuned cost-sensitive": 1.0031,
    "TG-VTSS-SMOTE": 1.0792,
    "TG-VTSS-Jitter": 0.9330,
    "TG-VTSS-ADASYN": 1.1195,
}
PUBLISHED_SIZES = {"TG-VTSS-SMOTE": 109.55, "TG-VTSS-Jitter": 1049.30, "TG-VTSS-ADASYN": 225.40}
"""Means of 100 repetitions, as the notebook prints them; so are the GQS."""
PUBLISHED_MEDIANS = {"TG-VTSS-SMOTE": 105.0, "TG-VTSS-Jitter": 1400.0, "TG-VTSS-ADASYN": 70.0}
PUBLISHED_QUALITY = {"TG-VTSS-SMOTE": 136.073, "TG-VTSS-Jitter": 130.710, "TG-VTSS-ADASYN": 136.889}
SEED = 123
COUNTS = (800, 100)
PER_TEST_CLASS = 5000
EPOCHS = 120
NEIGHBORS = 3
COSTS = (1.0, 1.5, *(float(cost) for cost in range(2, 11)))
CUTOFF = 10.0


@dataclass(frozen=True)
class Outcome:
    """One method in one repetition.

    Attributes
    ----------
    loss : float
        Balanced test log loss.
    size : int
        Synthetic rows; 0 for methods without.
    cost : float
        Weight of a minority row; NaN for methods without.
    regime, quality
        TG-VTSS's diagnosis and GQS; empty and NaN for methods without.
    """

    repetition: int
    method: str
    loss: float
    size: int = 0
    cost: float = float("nan")
    regime: str = ""
    quality: float = float("nan")


def law(rng: np.random.Generator, n_rows: int, label: int) -> Array:
    """Return rows of one class; the minority is shifted a little, and bent."""
    t = rng.standard_t(2.2, size=(n_rows, 3)) + 0.12 * label
    spread = np.where(rng.random((n_rows, 3)) < 0.1, 6.0, 1.0)
    gaussian = 0.16 * label + rng.normal(size=(n_rows, 3)) * spread
    log = rng.normal(0.1 * label, 1.1, size=(n_rows, 4))
    if label:
        bend(t, gaussian, log)
    return np.hstack([t, gaussian, np.exp(log)])


def bend(t: Array, gaussian: Array, log: Array) -> None:
    """Bend the minority along its first feature, in place."""
    along = t[:, 0].copy()
    strength = 0.7 + 0.3 * expit(gaussian[:, 2])
    tail = np.tanh(0.9 * along) * expit(2.2 * (np.abs(along) - 0.65)) * strength
    t[:, 1] += 1.35 * np.tanh(0.8 * along) * strength
    t[:, 2] += 0.75 * np.tanh(t[:, 1] - 0.45 * along)
    gaussian[:, 0] += 1.45 * tail
    gaussian[:, 1] += 0.8 * np.tanh(t[:, 1])
    log[:, 0] += 0.75 * tail
    log[:, 1] += 0.55 * np.tanh(gaussian[:, 0])


def drawn(seed: int, counts: tuple[int, int]) -> Rows:
    """Return rows of both classes, the minority last."""
    rng = np.random.default_rng(seed)
    return np.vstack([law(rng, n_rows, label) for label, n_rows in enumerate(counts)]), np.repeat(
        [0, 1], counts
    )


def smote(X: Array, y: Array, n_rows: int, seed: int) -> Array:
    """Return rows between a minority row and one of its second to fourth neighbours, as the notebook does."""
    own, rng = X[y == 1], np.random.default_rng(seed)
    near = _neighbors(own)[1]
    base = rng.integers(0, len(own), size=n_rows)
    other = near[base, rng.integers(0, near.shape[1], size=n_rows)]
    return np.asarray(own[base] + rng.random((n_rows, 1)) * (own[other] - own[base]))


def jitter(X: Array, y: Array, n_rows: int, seed: int) -> Array:
    """Return minority rows with noise of 0.08 of the median distance to the same neighbours."""
    own, rng = X[y == 1], np.random.default_rng(seed)
    spread = 0.08 * np.median(_neighbors(own)[0], axis=1) / np.sqrt(own.shape[1])
    base = rng.integers(0, len(own), size=n_rows)
    return np.asarray(own[base] + rng.normal(size=(n_rows, own.shape[1])) * spread[base, None])


def _neighbors(own: Array) -> tuple[Array, Array]:
    """Return distances and rows of the second to fourth neighbours; the notebook leaves the nearest out."""
    n_near = min(NEIGHBORS, len(own) - 1)
    distances, near = NearestNeighbors(n_neighbors=n_near + 1).fit(own).kneighbors()
    return distances[:, 1:], near[:, 1:]


def adasyn(X: Array, y: Array, n_rows: int, seed: int) -> Array:
    """Return the first rows of ADASYN, which is asked for more until there are enough."""
    n_minority, asked = int(y.sum()), int(np.ceil(1.1 * n_rows)) + NEIGHBORS + 1
    for attempt in range(20):
        sampler = ADASYN(
            sampling_strategy={1: n_minority + asked}, n_neighbors=NEIGHBORS, random_state=seed + attempt
        )
        try:
            made = sampler.fit_resample(X, y)[0][len(X) :]
        except ValueError:  # its shares round to nothing
            asked = max(2 * asked, n_minority // 2)
            continue
        if len(made) >= n_rows:
            return np.asarray(made[:n_rows])
        asked = max(asked + n_rows - len(made) + NEIGHBORS + 1, int(np.ceil(1.35 * asked)))
    raise ValueError(f"ADASYN made fewer than {n_rows} rows in 20 tries")


GENERATORS: dict[str, Callable[[Array, Array, int, int], Array]] = {
    "SMOTE": smote,
    "Jitter": jitter,
    "ADASYN": adasyn,
}


def net(X: Array, y: Array, seed: int, weights: Array | None = None) -> nn.Sequential:
    """Return the net, trained on all rows at once by AdamW."""
    torch.manual_seed(seed)
    layers = [nn.Linear(X.shape[1], 64), nn.ReLU(), nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 1)]
    model = nn.Sequential(*layers)
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3, weight_decay=1e-3, fused=True)
    rows, labels = torch.as_tensor(X, dtype=torch.float32), torch.as_tensor(y[:, None], dtype=torch.float32)
    weighing = None if weights is None else torch.as_tensor(weights[:, None] / weights.mean()).float()
    for _ in range(EPOCHS):
        optimizer.zero_grad()
        binary_cross_entropy_with_logits(model(rows), labels, weighing).backward()
        optimizer.step()
    return model


def probability(model: nn.Sequential, X: Array) -> Array:
    """Return what a net gives the minority, of shape (n_rows,)."""
    return answered(nn.Sequential(model, nn.Sigmoid()), X).ravel()


def answered(model: nn.Sequential, X: Array) -> Array:
    """Return what a net or a part of one makes of rows, of shape (n_rows, n_outputs)."""
    with torch.no_grad():
        answers: Array = model(torch.as_tensor(X, dtype=torch.float32)).numpy().astype(np.float64)
    return answers


def balanced_loss(model: nn.Sequential, X: Array, y: Array) -> float:
    """Return the mean of the two classes' log losses, clipped at 1e-12 as in the notebook."""
    p = np.clip(probability(model, X), 1e-12, 1 - 1e-12)
    losses = np.where(y == 1, -np.log(p), -np.log1p(-p))
    return float((losses[y == 0].mean() + losses[y == 1].mean()) / 2)


def balancing(y: Array) -> Array:
    """Return weights that give either class half."""
    return np.asarray((len(y) / (2 * np.bincount(y)))[y])


def costs(y: Array, cost: float) -> Array:
    """Return weights that count a minority row so many times."""
    return np.where(y == 1, cost, 1.0)


@dataclass(frozen=True)
class Diagnosis:
    """TG-VTSS's answer for one generator."""

    regime: str
    quality: float
    candidates: tuple[int, ...]


def diagnosed(name: str, rows: Rows, pilot_seed: int, seed: int) -> Diagnosis:
    """Return regime, GQS and candidates, by the scores of the net's last layer."""
    X, y = rows
    majority, minority = _moments(_pilot(rows, pilot_seed), [(X[y == label], label) for label in (0, 1)])
    if symmetry_test(majority, minority).is_symmetric:
        return Diagnosis("symmetric", float("nan"), sizes(NARROW, gap(y)))
    delta, hessian, covariances = _held_out(name, rows, pilot_seed, seed)
    quality = generator_quality((int((y == 0).sum()), int((y == 1).sum())), hessian, delta, covariances)
    if quality > CUTOFF:
        return Diagnosis("biased", quality, sizes(WIDE, gap(y)))
    target = target_size(majority.score - minority.score, delta, gap(y))
    around = {*sizes(LOCAL, gap(y)), *(sizes(LOCAL, target) if target is not None else ())}
    return Diagnosis("realistic", quality, tuple(sorted(around)))


Pilot = tuple[StandardScaler, nn.Sequential]


def _pilot(rows: Rows, seed: int) -> Pilot:
    scaler = StandardScaler().fit(rows[0])
    return scaler, net(scaler.transform(rows[0]), rows[1], seed, balancing(rows[1]))


def _moments(pilot: Pilot, groups: list[tuple[Array, int]]) -> list[Moments]:
    """Return the moments of rows with a label each, by the last layer's inputs and a constant."""
    found = []
    for X, label in groups:
        Z = pilot[0].transform(X)
        features = np.hstack([answered(pilot[1][:4], Z), np.ones((len(X), 1))])
        p = np.clip(probability(pilot[1], Z), 1e-10, 1 - 1e-10)
        found.append(Moments.of((p - label)[:, None] * features, features, p * (1 - p)))
    return found


def _held_out(name: str, rows: Rows, pilot_seed: int, seed: int) -> tuple[Array, Array, tuple[Array, ...]]:
    X, y = rows
    deltas, hessians, spreads = [], [], []
    for fold, (train, test) in enumerate(StratifiedKFold(3, shuffle=True, random_state=seed).split(X, y)):
        pilot = _pilot((X[train], y[train]), pilot_seed)
        own = seed + 1009 * (fold + 1)
        made = GENERATORS[name](pilot[0].transform(X[train]), y[train], gap(y), own)
        groups = [(X[test][y[test] == label], label) for label in (0, 1)]
        majority, minority, new = _moments(pilot, [*groups, (pilot[0].inverse_transform(made), 1)])
        deltas.append(new.score - minority.score)
        hessians.append((majority.hessian + minority.hessian) / 2)
        spreads.append((majority.covariance, minority.covariance, new.covariance))
    means = tuple(np.mean(parts, axis=0) for parts in zip(*spreads, strict=True))
    return np.mean(deltas, axis=0), np.mean(hessians, axis=0), means


@dataclass(frozen=True)
class Fold:
    """Standardised training and validation rows, and the seed of the nets."""

    train: Rows
    test: Rows
    seed: int

    def loss(self, new: Array | None = None, weights: Array | None = None) -> float:
        """Return the validation loss of a net on the training rows and new minority rows."""
        X, y = with_rows(self.train, new)
        return balanced_loss(net(X, y, self.seed, weights), *self.test)


def with_rows(rows: Rows, new: Array | None) -> Rows:
    """Return rows with new minority rows at the end."""
    if new is None:
        return rows
    return np.vstack([rows[0], new]), np.append(rows[1], np.ones(len(new), dtype=int))


def cut(rows: Rows, seed: int) -> list[Fold]:
    """Return five folds, each standardised by its training part."""
    folds = []
    splits = StratifiedKFold(5, shuffle=True, random_state=seed + 100).split(*rows)
    for fold, (train, test) in enumerate(splits):
        scaler = StandardScaler().fit(rows[0][train])
        parts = [(scaler.transform(rows[0][part]), rows[1][part]) for part in (train, test)]
        folds.append(Fold(parts[0], parts[1], seed + 10_000 + fold))
    return folds


def best_size(number: int, candidates: tuple[int, ...], folds: list[Fold], whole: int) -> int:
    """Return the size with the least mean validation loss; candidates are beginnings of a pool a fold."""
    losses = []
    for fold in folds:
        scaled = [round(size / whole * gap(fold.train[1])) for size in candidates]
        generate = list(GENERATORS.values())[number]
        pool = generate(*fold.train, max(scaled), fold.seed + 999 + 100 * number)
        losses.append([fold.loss(pool[:size]) for size in scaled])
    return candidates[int(np.argmin(np.mean(losses, axis=0)))]


def best_cost(folds: list[Fold]) -> float:
    """Return the cost with the least mean validation loss."""
    losses = [[fold.loss(weights=costs(fold.train[1], cost)) for cost in COSTS] for fold in folds]
    return COSTS[int(np.argmin(np.mean(losses, axis=0)))]


def tested_on() -> Rows:
    """Return the test rows that all repetitions share."""
    return drawn(_seed(SEED, 999, 1, COUNTS[1]), (PER_TEST_CLASS, PER_TEST_CLASS))


def repetition(number: int, test: Rows) -> Iterator[Outcome]:
    """Yield what the six methods come to on one sample."""
    seed = _seed(SEED, 1, COUNTS[1], number)
    rows = drawn(seed, COUNTS)
    folds, scaler = cut(rows, seed), StandardScaler().fit(rows[0])
    whole, tested = (scaler.transform(rows[0]), rows[1]), (scaler.transform(test[0]), test[1])

    def final(new: Array | None = None, weights: Array | None = None) -> float:
        return balanced_loss(net(*with_rows(whole, new), seed + 51_000, weights), *tested)

    yield Outcome(number, "raw ERM", final())
    yield Outcome(number, "reweighting", final(weights=balancing(rows[1])))
    cost = best_cost(folds)
    yield Outcome(number, "tuned cost-sensitive", final(weights=costs(rows[1], cost)), cost=cost)
    for index, (name, generate) in enumerate(GENERATORS.items()):
        found = diagnosed(name, rows, seed + 200, seed + 300 + 100 * index)
        size = best_size(index, found.candidates, folds, gap(rows[1]))
        new = generate(*whole, size, seed + 52_000 + 100 * index) if size else None
        yield Outcome(number, f"TG-VTSS-{name}", final(new), size, regime=found.regime, quality=found.quality)


def _seed(*words: int) -> int:
    return int(np.random.SeedSequence(words).generate_state(1)[0])

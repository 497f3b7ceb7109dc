"""What TG-VTSS looks at before it chooses sizes: a pilot's scores of real, held-out and synthetic rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.model_selection import StratifiedKFold
from sklearn.utils.validation import has_fit_parameter

from oversample_bench_sizing.asymmetry import (
    Moments,
    SymmetryTest,
    generator_quality,
    symmetry_test,
    target_size,
)
from oversample_bench_sizing.balanced_loss import gap, minority_probability
from oversample_bench_sizing.pools import synthetic
from oversample_bench_sizing.seeds import seeded

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Checked:
    """What was found of the classes and of the generator.

    Attributes
    ----------
    test : SymmetryTest
        Whether the classes have the same mean score.
    quality : float
        GQS; NaN where the classes are symmetric, so that it was not looked at.
    target : float or None
        The number of rows that the theory names.
    """

    test: SymmetryTest
    quality: float = float("nan")
    target: float | None = None

    @property
    def is_symmetric(self) -> bool:
        """Whether rows cannot help."""
        return self.test.is_symmetric

    def __str__(self) -> str:
        told = f"symmetry {self.test.statistic:.1f}, cut-off {self.test.cutoff:.1f}"
        return told if self.is_symmetric else f"{told}, GQS {self.quality:.1f}"


def checked(
    parts: tuple[Any, Any], rows: tuple[Array, Array], alpha: float, n_folds: int, seed: int
) -> Checked:
    """Return what is found of the classes, and, where they are not symmetric, of the generator.

    Parameters
    ----------
    parts : (sampler, estimator)
        What makes rows, and the pilot.
    rows : (ndarray, ndarray)
        Standardised training rows, and 1 for the minority, 0 for the majority; at least two of each.
    alpha : float
        The level of the symmetry test.
    n_folds : int
        In which the generator is looked at.
    seed : int
        Seeds pilot, folds and sampler.
    """
    X, y = rows
    pilot = _fitted(parts[1], X, y, seed)
    majority, minority = (moments(pilot, X[y == label], label) for label in (0, 1))
    test = symmetry_test(majority, minority, alpha)
    if test.is_symmetric:
        return Checked(test)
    delta, hessian, covariances = _held_out(parts, rows, n_folds, seed)
    counts = (int((y == 0).sum()), int((y == 1).sum()))
    quality = generator_quality(counts, hessian, delta, covariances)
    return Checked(test, quality, target_size(majority.score - minority.score, delta, gap(y)))


def moments(pilot: Any, X: Array, label: int) -> Moments:
    """Return the moments of rows that carry one label, at a fitted pilot."""
    p = minority_probability(pilot, X)
    features = _features(pilot, X)
    return Moments.of((p - label)[:, None] * features, features, p * (1 - p))


def _features(pilot: Any, X: Array) -> Array:
    """Return what the last step is linear in, with a constant; the constant alone where it is not linear."""
    constant = np.ones((len(X), 1))
    seen = np.asarray(pilot[:-1].transform(X)) if len(getattr(pilot, "steps", ())) > 1 else X
    is_linear = np.shape(getattr(_last(pilot), "coef_", ())) == (1, seen.shape[-1])
    return np.hstack([seen, constant]) if is_linear else constant


def _last(pilot: Any) -> Any:
    return pilot[-1] if hasattr(pilot, "steps") else pilot


def _fitted(estimator: Any, X: Array, y: Array, seed: int) -> Any:
    """Fit the pilot with weights n / (2 n_c); those of a pipeline go to its last step."""
    if not has_fit_parameter(_last(estimator), "sample_weight"):
        raise ValueError(
            f"TG-VTSS fits its pilot with weights, and {type(_last(estimator)).__name__} takes none; use "
            "vtss, or an estimator whose fit has sample_weight"
        )
    weights = (len(y) / (2 * np.bincount(y)))[y]
    prefix = f"{estimator.steps[-1][0]}__" if hasattr(estimator, "steps") else ""
    return seeded(estimator, seed).fit(X, y, **{f"{prefix}sample_weight": weights})


def _held_out(
    parts: tuple[Any, Any], rows: tuple[Array, Array], n_folds: int, seed: int
) -> tuple[Array, Array, tuple[Array, Array, Array]]:
    """Return delta, the Hessian and the three covariances, each the mean over folds."""
    X, y = rows
    n_splits = min(n_folds, int(np.bincount(y).min()))
    folds = StratifiedKFold(n_splits, shuffle=True, random_state=seed)
    deltas, hessians, spreads = [], [], []
    for fold, (train, test) in enumerate(folds.split(X, y)):
        pilot = _fitted(parts[1], X[train], y[train], seed + fold)
        new = synthetic(parts[0], X[train], y[train], max(1, gap(y[train])), seed + fold)
        held = [moments(pilot, X[test][y[test] == label], label) for label in (0, 1)]
        made = moments(pilot, new, 1)
        deltas.append(made.score - held[1].score)
        hessians.append((held[0].hessian + held[1].hessian) / 2)
        spreads.append((held[0].covariance, held[1].covariance, made.covariance))
    means = [np.mean(parts, axis=0) for parts in zip(*spreads, strict=True)]
    return np.mean(deltas, axis=0), np.mean(hessians, axis=0), (means[0], means[1], means[2])

"""VTSS and TG-VTSS: how many synthetic rows to add, around any sampler, by any pilot.

VTSS tries sizes from nothing to twice what is missing to balance, and takes that of the least balanced loss
on rows that were held out. TG-VTSS asks first whether rows can help at all and how good they are, and tries
the sizes that follow from the answer. Neither owes anybody a ratio: a resample without new rows may be what
they find best. What was decided is told in ``fallback_``, which is how it gets into tables, and kept in
``decision_``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
from imblearn.base import BaseSampler
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler
from sklearn.utils import check_random_state

from oversample_bench_sizing.balanced_loss import Folds, gap, losses
from oversample_bench_sizing.generator_check import Checked, checked
from oversample_bench_sizing.pools import joined, synthetic

Array = npt.NDArray[Any]

WIDE = tuple(step / 20 for step in range(41))
"""0, 0.05, ..., 2 of what is missing to balance."""
LOCAL = tuple((16 + step) / 20 for step in range(9))
"""0.8, 0.85, ..., 1.2."""
NARROW = (0.0, 0.05, 0.1, 0.15, 0.2)
"""Where rows cannot help."""
FEW = 250
"""Minority rows under which the symmetry test rejects too often, by the authors' own null plot."""


@dataclass(frozen=True)
class Decision:
    """How a size was chosen.

    Attributes
    ----------
    candidates : tuple of int
        The sizes that were tried, ascending.
    losses : tuple of float
        Their mean balanced validation losses.
    size : int
        The one that was taken.
    n_balance : int
        What is missing to balance.
    regime : {"wide", "symmetric", "realistic", "biased"}
        Which sizes were tried: VTSS's, or those after one of TG-VTSS's three answers.
    checked : Checked or None
        The numbers behind the regime.
    """

    candidates: tuple[int, ...]
    losses: tuple[float, ...]
    size: int
    n_balance: int
    regime: str = "wide"
    checked: Checked | None = None

    def __str__(self) -> str:
        share = f", {self.size / self.n_balance:.2f} of what is missing to balance" if self.n_balance else ""
        best = f"{min(self.losses):.4f}" if self.losses else "unknown"
        return f"{self.size} rows added{share}: balanced validation loss {best}"


def sizes(multipliers: Sequence[float], n_rows: float) -> tuple[int, ...]:
    """Return the candidate sizes: multiples of a number of rows, rounded, each once, ascending."""
    return tuple(sorted({round(multiplier * n_rows) for multiplier in multipliers}))


class VTSS(BaseSampler):  # type: ignore[misc]  # imbalanced-learn ships no types
    """Add as many rows of a sampler as are best by the balanced loss on held-out rows.

    Z. Ma, A. Zhang, "Synthetic Augmentation in Imbalanced Learning: When It Helps, When It Hurts, and How
    Much to Add", arXiv 2601.16120 (2026).

    Parameters
    ----------
    sampler : sampler or None, default=None
        Makes the rows, in standardised units; None is SMOTE with at most five neighbours.
    estimator : classifier or None, default=None
        The pilot, with ``predict_proba``; None is logistic regression, nearly without penalty (C = 1e6).
    multipliers : sequence of float or None, default=None
        Candidate sizes in multiples of what is missing to balance; None is 0, 0.05, ..., 2.
    n_splits : int, default=5
        Folds; fewer where a class has fewer rows.
    n_repeats : int, default=5
        How often they are cut anew.
    random_state : int, RandomState or None, default=None
        Seeds folds, sampler and pilot.

    Attributes
    ----------
    decision_ : Decision
        Sizes, losses, and what was taken.
    n_synthetic_ : int
        How many rows were added.
    size_losses_ : dict of int to float
        The mean balanced validation loss of each size that was tried, ascending; empty where none could be.
    fallback_ : str
        The decision in a sentence, and what was done differently.

    Raises
    ------
    ValueError
        When there are not two classes, or the sampler makes too few rows.
    """

    _sampling_type = "bypass"
    _parameter_constraints: ClassVar[dict[str, Any]] = {}

    def __init__(
        self,
        *,
        sampler: Any = None,
        estimator: Any = None,
        multipliers: Any = None,
        n_splits: int = 5,
        n_repeats: int = 5,
        random_state: Any = None,
    ) -> None:
        super().__init__()
        self.sampler = sampler
        self.estimator = estimator
        self.multipliers = multipliers
        self.n_splits = n_splits
        self.n_repeats = n_repeats
        self.random_state = random_state

    def _fit_resample(self, X: Array, y: Array) -> tuple[Array, Array]:
        label, coded = _minority(y)
        rng = check_random_state(self.random_state)
        seed = int(rng.randint(2**31 - 1))
        scaler = StandardScaler().fit(np.asarray(X, dtype=np.float64))
        rows = scaler.transform(np.asarray(X, dtype=np.float64))
        self.decision_, told = self._decided(np.asarray(X, dtype=np.float64), rows, coded, seed)
        self.n_synthetic_ = self.decision_.size
        self.size_losses_ = dict(zip(self.decision_.candidates, self.decision_.losses, strict=False))
        self.fallback_ = "; ".join([str(self.decision_), *told])
        new = synthetic(self.sampler, rows, coded, self.n_synthetic_, seed) * scaler.scale_ + scaler.mean_
        return joined(X, y, new, label)

    def _decided(self, X: Array, rows: Array, y: Array, seed: int) -> tuple[Decision, list[str]]:
        """Return the size, and what is to be said beside it."""
        n_minority = int((y == 1).sum())
        if n_minority < 2:
            whole = gap(y)
            return Decision((whole,), (), whole, whole), ["1 minority row: no size can be validated"]
        candidates, regime, found = self._candidates(rows, y, seed)
        folds = Folds(self.n_splits, self.n_repeats)
        found_losses = losses(candidates, (self.sampler, self._pilot()), (X, y), folds, seed)
        size = candidates[int(np.argmin(found_losses))]
        told = [] if found is None else [f"{regime} ({found})"]
        if found is not None and n_minority < FEW:
            told.append("the symmetry test rejects too often under 250 minority rows")
        return Decision(candidates, tuple(found_losses.tolist()), size, gap(y), regime, found), told

    def _candidates(self, rows: Array, y: Array, seed: int) -> tuple[tuple[int, ...], str, Checked | None]:  # noqa: ARG002 - for those that look at the rows
        """Return the sizes to try, why these, and the numbers behind."""
        return sizes(WIDE if self.multipliers is None else self.multipliers, gap(y)), "wide", None

    def _pilot(self) -> Any:
        return LogisticRegression(C=1e6, max_iter=1000) if self.estimator is None else self.estimator


class TGVTSS(VTSS):
    """VTSS with the sizes that follow from a test of symmetry and the quality of the generator.

    Where the classes are symmetric at the pilot, sizes up to a fifth of what is missing are tried; where the
    generator is realistic, sizes around balance and around the size that the theory names; else VTSS's.

    Parameters
    ----------
    sampler, estimator, multipliers, n_splits, n_repeats, random_state
        As those of `VTSS`; ``multipliers`` are those for a biased generator. The pilot has to take sample
        weights. Where it is not linear in the features, the diagnostics are those of a constant.
    alpha : float, default=0.05
        The level of the symmetry test.
    quality_cutoff : float, default=10
        The GQS above which a generator counts as biased.
    n_quality_folds : int, default=3
        Folds in which the generator is held against minority rows that it has not seen.

    Attributes
    ----------
    decision_ : Decision
        With ``checked``, the numbers behind the regime.
    n_synthetic_, size_losses_, fallback_
        As those of `VTSS`.
    """

    def __init__(  # noqa: PLR0913 - parameters of an estimator
        self,
        *,
        sampler: Any = None,
        estimator: Any = None,
        multipliers: Any = None,
        n_splits: int = 5,
        n_repeats: int = 5,
        random_state: Any = None,
        alpha: float = 0.05,
        quality_cutoff: float = 10.0,
        n_quality_folds: int = 3,
    ) -> None:
        super().__init__(
            sampler=sampler,
            estimator=estimator,
            multipliers=multipliers,
            n_splits=n_splits,
            n_repeats=n_repeats,
            random_state=random_state,
        )
        self.alpha = alpha
        self.quality_cutoff = quality_cutoff
        self.n_quality_folds = n_quality_folds

    def _candidates(self, rows: Array, y: Array, seed: int) -> tuple[tuple[int, ...], str, Checked | None]:
        parts = (self.sampler, self._pilot())
        found = checked(parts, (rows, y), self.alpha, self.n_quality_folds, seed)
        whole = gap(y)
        if found.is_symmetric:
            return sizes(NARROW, whole), "symmetric", found
        if found.quality > self.quality_cutoff:
            return super()._candidates(rows, y, seed)[0], "biased", found
        around = sizes(LOCAL, whole)
        if found.target is not None:
            around = tuple(sorted({*around, *sizes(LOCAL, found.target)}))
        return around, "realistic", found


def _minority(y: Array) -> tuple[Any, Array]:
    """Return the label of the rarer class, and 1 for its rows and 0 for the others."""
    labels, counts = np.unique(y, return_counts=True)
    if len(labels) != 2:
        raise ValueError(f"two classes are needed to balance one against the other; there are {len(labels)}")
    rarer = labels[1] if counts[1] <= counts[0] else labels[0]
    return rarer, (y == rarer).astype(np.int64)

"""Training on synthetic rows with an estimate of their bias taken off: a reading of Lyu et al.

P. Lyu, Z. Ma, L. Zhang, A. Zhang, "Bias-Corrected Data Synthesis for Imbalanced Learning", arXiv 2510.26046
(2025). **This is a reading of the abstract and of public summaries, not the authors' algorithm**: neither the
text nor code was to be had. What is stated: synthetic rows do not follow the law of the minority, so that
training on them is biased; the bias is estimated on majority rows that are held out, and transferred.

How it is read here: a few majority rows play the minority, the sampler makes rows of them, and what these
lose more than the other majority rows is taken for what the minority's synthetic rows lose more than the
minority. Before, all of them are moved by the difference of the class means.

The method makes rows like any sampler; what the correction needs of the majority it leaves in
``wrapping_state_``, and each trial wraps its classifier. Only logistic regression can be wrapped, because the
correction is part of the loss.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
from imblearn.over_sampling.base import BaseOverSampler
from sklearn.linear_model import LogisticRegression
from sklearn.utils import check_random_state

from oversample_bench.api import Skip
from oversample_bench_sizing.corrected_logistic import CorrectedLogistic
from oversample_bench_sizing.pools import joined, synthetic

Array = npt.NDArray[Any]


class BiasCorrected(BaseOverSampler):  # type: ignore[misc]  # imbalanced-learn ships no types
    """Make rows by any sampler, and train logistic regression with their bias taken off the loss.

    Parameters
    ----------
    sampler : sampler or None, default=None
        Makes the rows; None is SMOTE with at most five neighbours.
    n_borrowed : int, default=5
        How often majority rows play the minority; 0 corrects nothing.
    penalty : float, default=1e-3
        Half of the squared weights is added to the loss that many times; without it the corrected loss may
        have no minimum.
    sampling_strategy : float, dict or str, default="auto"
        As in imbalanced-learn.
    random_state : int, RandomState or None, default=None
        Seeds the sampler, and which majority rows play the minority.

    Attributes
    ----------
    wrapping_state_ : dict of str to ndarray
        What `wrap_classifier` needs: ``n_real``; ``made`` and ``held``, synthetic and held-out majority rows,
        moved to the minority; ``penalty``; ``minority``, the label that grows.
    fallback_ : str
        Why nothing is corrected; empty where something is.

    Raises
    ------
    ValueError
        When there are not two classes.
    """

    def __init__(
        self,
        *,
        sampler: Any = None,
        n_borrowed: int = 5,
        penalty: float = 1e-3,
        sampling_strategy: Any = "auto",
        random_state: Any = None,
    ) -> None:
        super().__init__(sampling_strategy=sampling_strategy)
        self.sampler = sampler
        self.n_borrowed = n_borrowed
        self.penalty = penalty
        self.random_state = random_state

    def _fit_resample(self, X: Array, y: Array) -> tuple[Array, Array]:
        label, n_new = _growing(y, self.sampling_strategy_)
        coded = (y == label).astype(np.int64)
        rows = np.asarray(X, dtype=np.float64)
        rng = check_random_state(self.random_state)
        new = synthetic(self.sampler, rows, coded, n_new, int(rng.randint(2**31 - 1)))
        made, held = self._borrowed(rows, coded, n_new, rng)
        self.wrapping_state_ = {
            "n_real": np.array(len(y)),
            "made": made,
            "held": held,
            "penalty": np.array(self.penalty),
            "minority": np.array(label),
        }
        return joined(X, y, new, label)

    def _borrowed(self, X: Array, y: Array, n_new: int, rng: Any) -> tuple[Array, Array]:
        """Return synthetic and held-out majority rows, moved by the difference of the means."""
        n_minority, n_majority = int((y == 1).sum()), int((y == 0).sum())
        self.fallback_ = ""
        if n_minority < 2:
            self.fallback_ = "nothing is corrected: rows made of 1 majority row say nothing of the sampler"
        elif n_majority <= n_minority + 1:
            self.fallback_ = "nothing is corrected: no majority rows are left to hold out"
        if self.fallback_ or not n_new or not self.n_borrowed:
            return X[:0], X[:0]
        moved = X[y == 0] + (X[y == 1].mean(axis=0) - X[y == 0].mean(axis=0))
        parts = list(self._plays(moved, n_minority, n_new, rng))
        made, held = (np.concatenate(rows) for rows in zip(*parts, strict=True))
        return made, held

    def _plays(self, majority: Array, n_minority: int, n_new: int, rng: Any) -> Iterator[tuple[Array, Array]]:
        """Yield what the sampler makes of some majority rows, and the majority rows that it did not see."""
        for _ in range(self.n_borrowed):
            plays = np.zeros(len(majority), dtype=np.int64)
            plays[rng.permutation(len(majority))[:n_minority]] = 1
            made = synthetic(self.sampler, majority, plays, n_new, int(rng.randint(2**31 - 1)))
            yield made, majority[plays == 0]

    def wrap_classifier(self, classifier: Any) -> CorrectedLogistic:
        """Return logistic regression with the corrected loss in place of ``classifier``.

        Raises
        ------
        Skip
            When the classifier is none: its loss is out of reach.
        """
        if not isinstance(classifier, LogisticRegression):
            raise Skip(
                f"bias_corrected changes the loss of logistic regression; that of "
                f"{type(classifier).__name__} is out of reach"
            )
        state = self.wrapping_state_
        return CorrectedLogistic(
            made=state["made"],
            held=state["held"],
            n_real=int(state["n_real"]),
            penalty=float(state["penalty"]),
            minority=state["minority"].item(),
        )


def _growing(y: Array, wanted: dict[Any, int]) -> tuple[Any, int]:
    """Return the label that grows, and by how many rows."""
    labels = np.unique(y)
    if len(labels) != 2:
        raise ValueError(
            f"the bias is borrowed from the majority, so two classes are needed; there are {len(labels)}"
        )
    growing = {label: n_new for label, n_new in wanted.items() if n_new > 0}
    return next(iter(growing.items())) if growing else (labels[-1], 0)

"""Judges what a net made: diverged training is an error, a collapsed net is told. Never silently a result."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.metrics import pairwise_distances

Array = npt.NDArray[Any]

COLLAPSED = 1e-3
"""New rows whose mean distance is below this share of that of the real minority rows are all the same row."""
RUNAWAY = 1000
"""A loss that ends at more than this many times what it was in the first steps, or than 1, has no bound."""
EARLY = 10
"""The first steps."""
MANY = 500
"""Rows among which distances are looked at."""


def complaint(new: Array, history: Mapping[str, Array]) -> Exception | None:
    """Return an error when training diverged: a loss or a row that is not finite, or a loss that ran away."""
    for name, losses in history.items():
        if said := _diverged(losses):
            return FloatingPointError(
                f"training diverged: the loss '{name}' {said}; lower the learning rate, or bound what grows "
                "(a bottleneck of tanh, a smaller weight)"
            )
    if not np.isfinite(new).all():
        return FloatingPointError("training diverged: the new rows are not finite; lower the learning rate")
    return None


def _diverged(losses: Array) -> str:
    """Return how a loss shows that training diverged, or an empty string."""
    wrong = np.flatnonzero(~np.isfinite(losses))
    if len(wrong):
        return f"is not finite from step {wrong[0] + 1} of {len(losses)} on"
    size = np.abs(losses)
    at_first = max(1.0, float(size[:EARLY].max(initial=0)))
    if len(losses) and size[-1] > RUNAWAY * at_first:
        return f"grew from {losses[0]:.3g} to {losses[-1]:.3g}"
    return ""


def remark(new: Array, minority: Array) -> str:
    """Return a sentence when the new rows are one row while the minority's differ, or an empty string."""
    if not np.isfinite(new).all():
        return ""  # a matter for `complaint`; distances would raise, and take the other members along
    apart = _apart(minority)
    if len(new) < 2 or apart == 0 or _apart(new) >= COLLAPSED * apart:
        return ""
    return f"the net collapsed: its {len(new)} rows are all but equal"


def _apart(X: Array) -> float:
    """Return the mean distance between two different rows."""
    some = X[:MANY]
    n = len(some)
    return float(pairwise_distances(some).sum() / (n * (n - 1))) if n > 1 else 0.0

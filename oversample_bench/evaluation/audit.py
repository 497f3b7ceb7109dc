"""What a sampler really did to the rows that it was given.

A sampler returns rows without saying which of them are real. Here each returned row is traced to the
training row that it equals, byte for byte, so that rows dropped, moved, copied or never made are counted
instead of believed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from oversample_bench.core.resample import NEW, Resample

Array = npt.NDArray[Any]

ROUNDING = 1e-6
"""How far a one-hot column may be from 0 or 1 and still count as that."""


@dataclass(frozen=True)
class Audit:
    """Counts of what became of the training rows; one line of the table of resamples.

    Attributes
    ----------
    n_real : int
        Training rows that the sampler was given.
    n_dropped : int
        Those that it did not return.
    n_new : int
        Returned rows beyond the real ones, of either class.
    n_new_majority : int
        Those of them that are labelled majority.
    n_requested : int
        Minority rows that the target ratio asks for; 0 for a method that is not meant to make any.
    n_copies : int
        New rows that equal a training row in every feature.
    realised_ratio : float
        Minority : majority among the returned rows.
    fallback : str
        What the sampler said of itself when it could not do what it is for.
    n_mixed : int
        New rows with a mixture of categories, or with none, where a real row has one: a fraction in a one-hot
        column, or not exactly one 1 in the columns of one categorical column.
    """

    n_real: int
    n_dropped: int
    n_new: int
    n_new_majority: int
    n_requested: int
    n_copies: int
    realised_ratio: float
    fallback: str = ""
    n_mixed: int = 0

    def flags(self) -> tuple[str, ...]:
        """Return what a reader of the tables has to know, in the order of weight."""
        made = self.n_new - self.n_new_majority
        told = {
            "nothing new": self.n_requested > 0 and made == 0,
            "short": 0 < made < 0.9 * self.n_requested,
            "copies": self.n_copies > 0,
            "dropped": self.n_dropped > 0,
            "mixed categories": self.n_mixed > 0,
            "fallback": bool(self.fallback),
        }
        return tuple(flag for flag, holds in told.items() if holds)


class BadResample(ValueError):  # noqa: N818 - the table of failures shows this name
    """A sampler returned something that cannot be trained on."""


def checked(X: Array, returned: Any) -> tuple[Array, Array]:
    """Return a sampler's rows as float64 and int64 arrays, or raise `BadResample` with the reason."""
    if not isinstance(returned, tuple) or len(returned) != 2:
        raise BadResample(f"fit_resample returned {type(returned).__name__}, not the pair (X, y)")
    try:
        X_out, y_out = np.asarray(returned[0], dtype=np.float64), np.asarray(returned[1])
    except (TypeError, ValueError) as error:
        raise BadResample(f"fit_resample returned rows that are no table of numbers ({error})") from error
    if X_out.ndim != 2 or X_out.shape[1] != X.shape[1] or y_out.shape != (len(X_out),):
        raise BadResample(
            f"fit_resample returned X of shape {X_out.shape} and y of shape {y_out.shape}; "
            f"expected (n, {X.shape[1]}) and (n,)"
        )
    if not np.isin(y_out, (0, 1)).all():
        raise BadResample(
            f"fit_resample returned labels {list(dict.fromkeys(y_out.tolist()))[:5]}; it was given 0 and 1"
        )
    bad = int((~np.isfinite(X_out).all(axis=1)).sum())
    if bad:
        raise BadResample(f"fit_resample returned {bad} of {len(X_out)} rows with non-finite values")
    if len(np.unique(y_out)) < 2:
        raise BadResample(f"fit_resample returned {len(X_out)} rows without one of the two classes")
    return X_out, y_out.astype(np.int64)


def checked_weights(weight: Any, n_returned: int) -> Array | None:
    """Return weights as float64, None where there are none, or raise `BadResample` with the reason."""
    if weight is None:
        return None
    weights = np.asarray(weight, dtype=np.float64)
    if weights.shape != (n_returned,) or not np.isfinite(weights).all() or (weights < 0).any():
        raise BadResample(f"sample_weight_ has shape {weights.shape}; {n_returned} weights >= 0 are expected")
    return weights


def traced(X: Array, y: Array, X_out: Array, y_out: Array) -> npt.NDArray[np.int64]:
    """Return, for each returned row, the training row of the same features and label, or ``NEW``.

    Each training row is returned at most once; a further row that equals it counts as new.
    """
    n = len(X)
    if len(X_out) >= n and np.array_equal(X_out[:n], X) and np.array_equal(y_out[:n], y):
        return np.concatenate([np.arange(n), np.full(len(X_out) - n, NEW)])
    waiting: dict[bytes, list[int]] = defaultdict(list)
    for row, key in reversed(list(enumerate(_keys(np.column_stack([X, y]))))):
        waiting[key].append(row)
    found = [
        (waiting[key].pop() if waiting.get(key) else NEW) for key in _keys(np.column_stack([X_out, y_out]))
    ]
    return np.array(found, dtype=np.int64)


def _keys(rows: Array) -> list[bytes]:
    """Return each row as bytes; rows are equal where these are."""
    plain = np.ascontiguousarray(rows + 0.0, dtype=np.float64)  # + 0.0 makes one zero of two
    return [] if not len(plain) else list(plain.view(f"V{plain.strides[0]}").ravel().tolist())


def audited(
    X: Array,
    y: Array,
    resample: Resample,
    requested: int,
    fallback: str,
    one_hot: Sequence[Sequence[int]] = (),
) -> Audit:
    """Count what became of ``X``; ``requested`` is the number of minority rows that were asked for.

    ``one_hot`` has the columns of each categorical column.
    """
    known = set(_keys(X)) if len(resample.X_new) else set()
    y_out = np.concatenate([y[resample.origin[resample.origin >= 0]], resample.y_new])
    n_minority = int((y_out == 1).sum())
    return Audit(
        n_real=len(X),
        n_dropped=len(X) - int((resample.origin >= 0).sum()),
        n_new=len(resample.X_new),
        n_new_majority=int((resample.y_new == 0).sum()),
        n_requested=requested,
        n_copies=sum(row in known for row in _keys(resample.X_new)),
        realised_ratio=n_minority / (len(y_out) - n_minority),
        fallback=fallback,
        n_mixed=mixed(resample.X_new, one_hot),
    )


def mixed(X_new: Array, one_hot: Sequence[Sequence[int]]) -> int:
    """Return how many rows have, in some group of one-hot columns, anything but one 1 and else 0."""
    whole = np.ones(len(X_new), dtype=bool)
    for group in one_hot:
        values = X_new[:, list(group)]
        ones = np.abs(values - 1) <= ROUNDING
        whole &= (ones | (np.abs(values) <= ROUNDING)).all(axis=1) & (ones.sum(axis=1) == 1)
    return int((~whole).sum())

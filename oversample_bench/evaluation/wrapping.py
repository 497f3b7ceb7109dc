"""Puts around a classifier what its method and the methods that follow it put there: a threshold, weights.

A method is built anew in each trial, as it was built for the fit and with the same seed, and told what it has
left of the fit (``wrapping_state_``): nothing is pickled, and a resample from disk does as well as one that
was made a moment ago.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from oversample_bench.core.outcome import Skip
from oversample_bench.evaluation.audit import checked_weights
from oversample_bench.evaluation.seeding import Seeded

Array = npt.NDArray[Any]
State = Mapping[str, Array]


class BadWrapper(TypeError):  # noqa: N818 - the table of failures shows this name
    """A method returned something that is no classifier, or changed rows where it was to follow another."""


@dataclass(frozen=True, eq=False)
class Ready:
    """An unfitted classifier with all that is around it, and what ``fit`` takes beside rows and labels."""

    classifier: Seeded
    arguments: Mapping[str, Any]


def state_of(method: Any) -> dict[str, Array] | None:
    """Return what a fitted method has to be told to wrap a classifier; None where it wraps none.

    Raises
    ------
    BadWrapper
        When it is no mapping of names to arrays that can be kept.
    """
    if not hasattr(method, "wrap_classifier"):
        return None
    return _kept(getattr(method, "wrapping_state_", {}))


def states_of(method: Any, count: int) -> list[dict[str, Array] | None]:
    """Return the same after a batch, for each of ``count`` members.

    Raises
    ------
    BadWrapper
        When it is no list with a mapping for each member.
    """
    if not hasattr(method, "wrap_classifier"):
        return [None] * count
    told = getattr(method, "wrapping_state_", [{}] * count)
    if not isinstance(told, Sequence) or len(told) != count:
        entries = f"{len(told)} entries" if isinstance(told, Sequence) else f"the type {type(told).__name__}"
        raise BadWrapper(f"after a batch of {count} wrapping_state_ has {entries}; expected one a member")
    return [_kept(state) for state in told]


def _kept(told: Any) -> dict[str, Array]:
    """Return a state as arrays that can be kept."""
    if not isinstance(told, Mapping) or not all(isinstance(name, str) for name in told):
        raise BadWrapper(f"wrapping_state_ is of type {type(told).__name__}; expected arrays by name")
    arrays = {name: np.asarray(value) for name, value in told.items()}
    if odd := [name for name, value in arrays.items() if value.dtype == object]:
        raise BadWrapper(f"wrapping_state_ has {odd[0]!r}, which is no array of numbers or text")
    return arrays


def wrapped(classifier: Seeded, method: Seeded, state: State) -> Seeded:
    """Return a classifier with a method around it, or as it is where the method wraps none.

    Raises
    ------
    BadWrapper
        When what the method returned cannot be fitted, or cannot predict.
    """
    own = method.estimator
    if not hasattr(own, "wrap_classifier"):
        return classifier
    if state:
        own.wrapping_state_ = dict(state)
    found = own.wrap_classifier(classifier.estimator)
    if lacking := [name for name in ("fit", "predict") if not callable(getattr(found, name, None))]:
        raise BadWrapper(f"wrap_classifier returned {type(found).__name__}, which has no {lacking[0]}")
    return replace(classifier, estimator=found, loose=classifier.loose or method.loose)


def ready(
    classifier: Seeded, weight: Array | None, followers: Sequence[Seeded], rows: Callable[[], Any]
) -> Ready:
    """Return a classifier with the methods that follow around it, and the weights that they give.

    Parameters
    ----------
    classifier : Seeded
        Unfitted.
    weight : ndarray of shape (n_rows,) or None
        What the resample weighs its rows with.
    followers : sequence of Seeded
        The methods, the innermost first; each wraps the classifier, or weighs the rows.
    rows : callable
        Returns the rows and labels to train on.

    Raises
    ------
    Skip
        When there are weights, and the classifier takes none.
    """
    for method in followers:
        if hasattr(method.estimator, "wrap_classifier"):
            classifier = wrapped(classifier, method, {})
            continue
        own = _weights(method.estimator, *rows())
        weight = own if weight is None or own is None else weight * own
    return Ready(classifier, {} if weight is None else _weighted(classifier.estimator, weight))


def _weights(method: Any, X: Array, y: Array) -> Array | None:
    """Return the weights that a method gives to rows, which it must leave as they are."""
    X_out, y_out = method.fit_resample(X.copy(), y.copy())
    if not (np.array_equal(X_out, X) and np.array_equal(y_out, y)):
        raise BadWrapper(f"{type(method).__name__} has changed the rows, and follows another method")
    return checked_weights(getattr(method, "sample_weight_", None), len(X))


def _weighted(classifier: Any, weight: Array) -> dict[str, Any]:
    from sklearn.utils.validation import has_fit_parameter

    fits: Callable[[Any, str], bool] = has_fit_parameter
    if not fits(classifier, "sample_weight"):
        raise Skip(f"{type(classifier).__name__} takes no sample weights, and the method gives some")
    return {"sample_weight": weight}

"""What a fitted classifier answers for the test rows: asked once, and checked before anything is scored.

One label a row, 0 or 1 as the classifier was given; one finite score a row; a row of two probabilities. What
is not so is refused with a sentence that says what came: a column of labels, labels of the data set's own, a
sparse matrix. Nothing is reshaped, translated or filled in; a probability that leaves [0, 1] by rounding is
taken for the end that it left.
"""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Real
from typing import Any

import numpy as np
import numpy.typing as npt

from oversample_bench.api import Metric
from oversample_bench.core.outcome import Failed, LimitReached, Ok, Status, attempt

Vector = npt.NDArray[Any]

ROUNDING = 1e-6
"""How far a probability may leave [0, 1], which is then taken for 0 or 1."""

SUM_ROUNDING = 1e-3
"""How far the sum of a row's probabilities may be from 1: in half precision it is off by half of that."""

MOST_LABELS = 5
KINDS = ("labels", "scores", "probabilities")


class BadAnswer(ValueError):  # noqa: N818 - the table of failures shows this name
    """A classifier answered something that cannot be scored."""


def predicted(estimator: Any, X: npt.NDArray[Any], metrics: Mapping[str, Metric]) -> dict[str, Vector | None]:
    """Predict once for each kind of output that the metrics need.

    Parameters
    ----------
    estimator : fitted classifier
        Trained on labels 0 and 1.
    X : ndarray of shape (n_samples, n_features)
        Test rows.
    metrics : mapping of str to Metric
        Tell what they need; a classifier is asked for nothing else.

    Returns
    -------
    dict of str to (ndarray of shape (n_samples,) or None)
        By kind (``labels``, ``scores``, ``probabilities``), in arrays that nobody else holds; None where the
        classifier has no such output.

    Raises
    ------
    BadAnswer
        When an answer is not of its form.
    """
    needed = dict.fromkeys(metric.needs for metric in metrics.values())
    return {needs: _output(estimator, X, needs) for needs in needed}


def further(
    estimator: Any, X: npt.NDArray[Any], outputs: Mapping[str, Vector | None]
) -> dict[str, Vector | None]:
    """Predict what no metric needs today.

    Parameters
    ----------
    estimator, X
        As in `predicted`.
    outputs : mapping of str to (ndarray of shape (n_samples,) or None)
        What is there already.

    Returns
    -------
    dict of str to (ndarray of shape (n_samples,) or None)
        The other kinds, as in `predicted`. One that the classifier fails to answer in its form is left out:
        nobody has asked for it.
    """
    told = {}
    for kind in KINDS:
        outcome = attempt("trial", _output, estimator, X, kind) if kind not in outputs else None
        if isinstance(outcome, Ok):
            told[kind] = outcome.value
        elif isinstance(outcome, Failed) and outcome.status == Status.TIMEOUT:
            raise LimitReached(outcome.message)
    return told


def _output(estimator: Any, X: npt.NDArray[Any], needs: str) -> Vector | None:
    if needs == "labels":
        return labels(estimator, X)
    if needs == "scores" and hasattr(estimator, "decision_function"):
        return _scores(estimator, X)
    return _probabilities(estimator, X) if hasattr(estimator, "predict_proba") else None


def labels(estimator: Any, X: npt.NDArray[Any]) -> Vector:
    """Return the predicted labels of rows, 0 and 1, of shape (n_samples,).

    Raises
    ------
    BadAnswer
        When they are anything else.
    """
    values = _array(estimator.predict(X), "predict", (len(X),), "one label a test row")
    known = _known(values)
    if not known.all():
        shown = list(dict.fromkeys(map(repr, values[~known].tolist())))
        more = ", ..." if len(shown) > MOST_LABELS else ""
        raise BadAnswer(
            f"predict returned the labels {', '.join(shown[:MOST_LABELS])}{more} for {int((~known).sum())} "
            f"of {len(values)} test rows; the classifier was given 0 and 1"
        )
    return values.astype(np.int64)


def _known(values: Vector) -> npt.NDArray[np.bool_]:
    """Tell which labels are the number 0 or the number 1."""
    if values.dtype.kind in "biuf":
        return np.asarray((values == 0) | (values == 1))
    if values.dtype.kind == "O":
        return np.array([isinstance(one, Real) and one in (0, 1) for one in values], dtype=bool)
    return np.zeros(len(values), dtype=bool)


def _scores(estimator: Any, X: npt.NDArray[Any]) -> Vector:
    """Return the decision function, growing with the minority."""
    who = "decision_function"
    values = _numbers(estimator.decision_function(X), who, (len(X),), "one score a test row")
    return values if _place_of_minority(estimator, who) == 1 else -values  # it grows with the second class


def _probabilities(estimator: Any, X: npt.NDArray[Any]) -> Vector:
    """Return the minority's probabilities."""
    who = "predict_proba"
    shares = _numbers(estimator.predict_proba(X), who, (len(X), 2), "two probabilities a test row")
    outside = ((shares < -ROUNDING) | (shares > 1 + ROUNDING)).any(axis=1)
    if outside.any():
        raise BadAnswer(
            f"{who} returned values from {shares.min():g} to {shares.max():g}, outside [0, 1] in "
            f"{int(outside.sum())} of {len(X)} test rows"
        )
    sums = shares.sum(axis=1)
    off = np.abs(sums - 1) > SUM_ROUNDING
    if off.any():
        raise BadAnswer(
            f"{who} returned {int(off.sum())} of {len(X)} rows that do not sum to 1, but to values from "
            f"{sums.min():g} to {sums.max():g}"
        )
    return np.clip(shares[:, _place_of_minority(estimator, who)], 0, 1)


def _place_of_minority(estimator: Any, who: str) -> int:
    """Return where the minority stands in ``classes_``, by which columns and signs are read."""
    classes = getattr(estimator, "classes_", None)
    if classes is None:
        raise BadAnswer(
            f"{type(estimator).__name__} has {who} and no classes_ that says which class is which"
        )
    found = np.asarray(classes).tolist()
    if not isinstance(found, list) or len(found) != 2 or found not in ([0, 1], [1, 0]):
        raise BadAnswer(f"classes_ is {found}; the classifier was given 0 and 1")
    return found.index(1)


def _numbers(returned: Any, who: str, shape: tuple[int, ...], what: str) -> Vector:
    values = _array(returned, who, shape, what)
    if values.dtype.kind == "O" and all(isinstance(one, Real) for one in values.flat):
        values = values.astype(np.float64)
    if values.dtype.kind not in "biuf":
        raise BadAnswer(f"{who} returned values of dtype {values.dtype}; expected numbers")
    bad = int((~np.isfinite(values)).reshape(len(values), -1).any(axis=1).sum())
    if bad:
        raise BadAnswer(f"{who} returned {bad} of {len(values)} rows with values that are not finite")
    return np.array(values, dtype=values.dtype if values.dtype.kind == "f" else np.float64)


def _array(returned: Any, who: str, shape: tuple[int, ...], what: str) -> Vector:
    """Return an answer as an array of its shape."""
    expected = f"expected {what}, an array of shape {shape}"
    if isinstance(returned, np.ma.MaskedArray) and returned.mask.any():
        raise BadAnswer(f"{who} returned {int(returned.mask.sum())} masked values; {expected}")
    try:
        values = np.asarray(returned)
    except Exception as error:
        raise BadAnswer(
            f"{who} returned {type(returned).__name__}, no array ({error}); {expected}"
        ) from error
    if not values.ndim:
        raise BadAnswer(f"{who} returned {type(returned).__name__}; {expected}")
    if values.shape != shape:
        raise BadAnswer(f"{who} returned an array of shape {values.shape}; {expected}")
    return values

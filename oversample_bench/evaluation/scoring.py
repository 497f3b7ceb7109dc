"""Fits a classifier on a resample, asks it for its answers and scores them.

A classifier that answers something that cannot be scored has no scores at all. A metric that fails, or gives
no finite number, costs its own number and no other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from oversample_bench.api import Metric
from oversample_bench.core.outcome import Failed, LimitReached, Ok, Status, attempt
from oversample_bench.evaluation.call_notes import UNSEEDED, observed
from oversample_bench.evaluation.predictions import Vector, further, predicted
from oversample_bench.evaluation.preprocess import Split
from oversample_bench.evaluation.probability_bins import Bins, binned
from oversample_bench.evaluation.seeding import Seeded
from oversample_bench.plugins.metrics import measured


@dataclass(frozen=True)
class Scores:
    """What a trial came to: a value for each metric (None where the classifier has no such output).

    ``failed`` says of each metric that gave no number why; its value is None, too. ``fallback`` is what the
    classifier said of itself when it could not do what it is for; ``calibration`` counts the test rows by
    predicted probability where a metric needs probabilities, and is empty elsewhere. ``notes`` are those of
    `oversample_bench.evaluation.call_notes`; ``random_state`` is the seed that the classifier was given, None
    where it takes none. ``answers`` are those for the test rows, by kind, where they are to be kept;
    ``y_true`` the labels of these rows.
    """

    values: Mapping[str, float | None]
    failed: Mapping[str, Failed] = field(default_factory=dict)
    fallback: str = ""
    calibration: Bins = ()
    notes: tuple[str, ...] = ()
    random_state: int | None = None
    answers: Mapping[str, Vector | None] = field(default_factory=dict, compare=False)
    y_true: Vector = field(default_factory=lambda: np.empty(0, dtype=np.int64), compare=False)


def scored(
    seeded: Seeded,
    training: tuple[Any, Any, Mapping[str, Any]],
    split: Split,
    metrics: Mapping[str, Metric],
    *,
    keeps: bool = False,
) -> Scores:
    """Return the scores of a classifier on the test rows of a split.

    Parameters
    ----------
    seeded : Seeded
        The classifier, not fitted.
    training : (ndarray, ndarray, mapping)
        Rows, labels and further arguments of ``fit``.
    split : Split
        For its test rows.
    metrics : mapping of str to Metric
        What is computed.
    keeps : bool, default=False
        Whether the classifier is asked for all that it can answer, and its answers come with the scores.
    """
    classifier = seeded.estimator
    X, y, arguments = training
    with observed() as found:
        classifier.fit(X, y, **arguments)
        outputs = predicted(classifier, split.X_test, metrics)
    values, failed = computed(outputs, split.y_test, metrics)
    probabilities = outputs.get("probabilities")
    answers = {**outputs, **further(classifier, split.X_test, outputs)} if keeps else {}
    return Scores(
        values=values,
        failed=failed,
        fallback=str(getattr(classifier, "fallback_", None) or ""),
        calibration=() if probabilities is None else binned(split.y_test, probabilities),
        notes=found.told(*[UNSEEDED] * seeded.loose),
        random_state=seeded.random_state,
        answers=answers,
        y_true=split.y_test,
    )


def computed(
    outputs: Mapping[str, Vector | None], y_true: Vector, metrics: Mapping[str, Metric]
) -> tuple[dict[str, float | None], dict[str, Failed]]:
    """Return the value of each metric, and why those that failed have none.

    Parameters
    ----------
    outputs : mapping of str to (ndarray of shape (n_samples,) or None)
        What `oversample_bench.evaluation.predictions.predicted` returns.
    y_true : ndarray of shape (n_samples,)
        1 for the minority; both classes occur.
    metrics : mapping of str to Metric
        By the names that the result is to carry.
    """
    values: dict[str, float | None] = dict.fromkeys(metrics)
    failed: dict[str, Failed] = {}
    for name, metric in metrics.items():
        output = outputs[metric.needs]
        if output is None:
            continue
        outcome = attempt("metric", measured, metric, y_true, output)
        if isinstance(outcome, Ok):
            values[name] = outcome.value
        elif outcome.status == Status.TIMEOUT:
            raise LimitReached(outcome.message)  # the limit is the trial's
        else:
            failed[name] = outcome
    return values, failed

"""The rules that a metric keeps."""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np
import numpy.typing as npt

from oversample_bench.api import Metric

Array = npt.NDArray[Any]

N_TRIES = 30
ROUNDING = 1e-12


class MetricContract:
    """Subclass it in a pytest file, under a name that begins with ``Test``, and say which metric it is."""

    def make(self) -> Metric:
        """Return the metric as it is registered."""
        raise NotImplementedError("say which metric it is: def make(self): return ...")

    def test_metric_is_declared_in_full(self) -> None:
        """A metric is an `oversample_bench.api.Metric`, which says what it needs and which end is good."""
        metric = self.make()

        assert isinstance(metric, Metric), f"it is a {type(metric).__name__}, not an api.Metric"

    def test_any_prediction_has_a_finite_number(self) -> None:
        """Predictions at random give a finite float."""
        metric = self.make()
        for y, prediction in _tries(metric):
            _assert_number(_measured(metric, y, prediction))

    def test_one_class_predicted_throughout_has_a_finite_number(self) -> None:
        """A classifier that says the same of every row, as many do on rare classes, gets a finite float."""
        metric = self.make()
        y = _truth(0)
        for value in (0, 1):
            _assert_number(_measured(metric, y, np.full_like(_random(metric, y, 0), value)))

    def test_perfect_prediction_is_at_least_as_good_as_any_other(self) -> None:
        """No prediction beats the truth, in the direction that the metric declares."""
        metric = self.make()
        sign = 1 if metric.higher_is_better else -1
        for y, prediction in _tries(metric):
            perfect, other = (_measured(metric, y, p) for p in (_perfect(metric, y), prediction))
            assert sign * perfect >= sign * other - ROUNDING, (
                f"the truth gets {perfect} and another prediction {other}; is higher_is_better right?"
            )

    def test_no_warning_is_raised(self) -> None:
        """A metric warns of nothing: an undefined case has a defined number."""
        metric = self.make()
        y = _truth(0)
        constant = [(y, np.full_like(_random(metric, y, 0), value)) for value in (0, 1)]
        for truth, prediction in [*_tries(metric), *constant]:
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                metric.compute(truth, prediction)
            assert not caught, f"it warned: {caught[0].message}"

    def test_input_stays_untouched(self) -> None:
        """Read-only arrays are measured, and writable ones are the same afterwards."""
        metric = self.make()
        y, prediction = next(iter(_tries(metric)))
        y_given, given = y.copy(), prediction.copy()
        _measured(metric, y_given, given)
        y.flags.writeable = prediction.flags.writeable = False
        _measured(metric, y, prediction)

        assert np.array_equal(y, y_given), "the metric wrote into the true labels"
        assert np.array_equal(prediction, given), "the metric wrote into the prediction"


def _truth(seed: int) -> Array:
    """Return 40 true labels, 8 of them of the minority, in an order of their own."""
    return np.random.default_rng(seed).permutation(np.repeat([1, 0], [8, 32])).astype(np.int64)


def _random(metric: Metric, y: Array, seed: int) -> Array:
    rng = np.random.default_rng(seed + 1000)
    if metric.needs == "labels":
        return (rng.random(len(y)) < rng.random()).astype(np.int64)
    return rng.normal(size=len(y)) if metric.needs == "scores" else rng.random(len(y))


def _perfect(metric: Metric, y: Array) -> Array:
    return y.copy() if metric.needs == "labels" else y.astype(np.float64)


def _tries(metric: Metric) -> list[tuple[Array, Array]]:
    """Return predictions at random, and the truth turned round."""
    truths = [_truth(seed) for seed in range(N_TRIES)]
    worst = (truths[0], _perfect(metric, 1 - truths[0]))
    return [worst, *((y, _random(metric, y, seed)) for seed, y in enumerate(truths))]


def _measured(metric: Metric, y: Array, prediction: Array) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return metric.compute(y, prediction)


def _assert_number(value: Any) -> None:
    assert isinstance(value, float), f"it returned a {type(value).__name__}, not a float"
    assert math.isfinite(value), f"it returned {value}"

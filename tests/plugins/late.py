"""Methods, classifiers and a metric that come back after their limit: a loose plugin file."""

from __future__ import annotations

import contextlib
import signal
import time
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin

from oversample_bench.api import Metric, Register, hookimpl

LATE_SECONDS = 1.4
"""Above the limit of one second of the suites that use this file."""


def swallow_the_alarm() -> None:
    """Catch whatever comes until the time is over."""
    until = time.monotonic() + LATE_SECONDS
    while time.monotonic() < until:
        with contextlib.suppress(BaseException):
            time.sleep(LATE_SECONDS)


def clear_the_alarm() -> None:
    """Switch the timer off, like a library that has one of its own."""
    signal.alarm(0)
    time.sleep(LATE_SECONDS)


class Sampler:
    """Returns what it was given."""

    def fit_resample(self, X: Any, y: Any) -> Any:
        return X.copy(), y.copy()


class Swallows(Sampler):
    def fit_resample(self, X: Any, y: Any) -> Any:
        swallow_the_alarm()
        return super().fit_resample(X, y)


class Clears(Sampler):
    def fit_resample(self, X: Any, y: Any) -> Any:
        clear_the_alarm()
        return super().fit_resample(X, y)


class Disturbed(Sampler):
    """Makes an error of its own of the interruption."""

    def fit_resample(self, X: Any, y: Any) -> Any:
        try:
            time.sleep(60)
        except BaseException as error:
            raise ValueError("the solver was disturbed") from error


class Built(Sampler):
    """Takes its time before it is asked for anything."""

    def __init__(self) -> None:
        clear_the_alarm()


class Together(Sampler):
    """Fits many splits at once, for so many times what each of them may take."""

    def __init__(self, random_state: int | None = None, share: float = LATE_SECONDS) -> None:
        self.random_state = random_state
        self.share = share

    def fit_resample_batch(self, problems: Any, random_states: Any) -> Any:
        signal.alarm(0)
        time.sleep(self.share * len(problems))
        return [(X.copy(), y.copy()) for X, y in problems]


class Rows:
    """Rows that take their time to be looked at, which is no part of a fit."""

    def __init__(self, rows: Any) -> None:
        self._rows = rows

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        time.sleep(2 * LATE_SECONDS)
        return np.asarray(self._rows, dtype=dtype)


class Lazy(Sampler):
    """Returns at once, and leaves the work to whoever looks at the rows."""

    def fit_resample(self, X: Any, y: Any) -> Any:
        return Rows(X.copy()), y.copy()


class Majority(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """Never predicts the minority, in no time."""

    def fit(self, X: Any, y: Any) -> Any:
        self.classes_ = np.array([0, 1])
        return self

    def predict(self, X: Any) -> Any:
        return np.zeros(len(X), dtype=int)


class SlowToFit(Majority):
    def fit(self, X: Any, y: Any) -> Any:
        swallow_the_alarm()
        return super().fit(X, y)


class SlowToPredict(Majority):
    def predict(self, X: Any) -> Any:
        clear_the_alarm()
        return super().predict(X)


def slow_share(y_true: Any, y_pred: Any) -> float:
    """Compute a metric that catches what interrupts it."""
    swallow_the_alarm()
    return float(np.mean(y_true == y_pred))


@hookimpl
def register_oversamplers(register: Register) -> None:
    """Offer them all."""
    for sampler in (Swallows, Clears, Disturbed, Built, Together, Lazy):
        register(sampler.__name__.lower(), sampler)


@hookimpl
def register_classifiers(register: Register) -> None:
    """Offer a quick one and the slow ones."""
    register("majority", Majority)
    register("slow_to_fit", SlowToFit)
    register("slow_to_predict", SlowToPredict)


@hookimpl
def register_metrics(register: Register) -> None:
    """Offer the slow one."""
    register("slow_share", Metric(slow_share))

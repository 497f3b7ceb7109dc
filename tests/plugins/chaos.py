"""Samplers that misbehave, each in its own way: a loose plugin file for the tests of failures."""

from __future__ import annotations

import ctypes
import os
import signal
import time
from typing import Any

import numpy as np
from imblearn.base import BaseSampler

from oversample_bench.api import Register, hookimpl


class Bad(BaseSampler):  # type: ignore[misc]  # imbalanced-learn ships no types
    """A sampler that skips every check, so that what it does reaches the host."""

    _sampling_type = "over-sampling"
    _parameter_constraints: dict[str, Any] = {}  # noqa: RUF012 - scikit-learn's own form

    def __init__(self, random_state: int | None = None) -> None:
        self.random_state = random_state
        super().__init__()

    def fit_resample(self, X: Any, y: Any) -> Any:
        return self._fit_resample(X, y)


class Raises(Bad):
    def _fit_resample(self, X: Any, y: Any) -> Any:
        raise TypeError("three arguments were expected\nand here is a second line")


class Sleeps(Bad):
    def _fit_resample(self, X: Any, y: Any) -> Any:
        while True:
            time.sleep(60)


class Hangs(Bad):
    """Does not return and does not listen, like a library that computes without end."""

    def _fit_resample(self, X: Any, y: Any) -> Any:
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM])
        while True:
            time.sleep(60)


class Poisons(Bad):
    """Tries to make its input writable, and writes."""

    def _fit_resample(self, X: Any, y: Any) -> Any:
        X.flags.writeable = True
        X[:] = 0
        return X, y


class Kills(Bad):
    def _fit_resample(self, X: Any, y: Any) -> Any:
        os.kill(os.getpid(), 9)


class Exits(Bad):
    def _fit_resample(self, X: Any, y: Any) -> Any:
        os._exit(7)


class Segfaults(Bad):
    def _fit_resample(self, X: Any, y: Any) -> Any:
        ctypes.string_at(0)


class Allocates(Bad):
    def _fit_resample(self, X: Any, y: Any) -> Any:
        hoard = []
        while True:
            hoard.append(np.ones(2**23))


class ReturnsNaN(Bad):
    def _fit_resample(self, X: Any, y: Any) -> Any:
        return np.vstack([X, np.full((5, X.shape[1]), np.nan)]), np.append(y, [1] * 5)


class Writes(Bad):
    def _fit_resample(self, X: Any, y: Any) -> Any:
        X[:] = 0
        return X, y


class Nothing(Bad):
    def _fit_resample(self, X: Any, y: Any) -> Any:
        return X.copy(), y.copy()


class Leaves(Bad):
    def _fit_resample(self, X: Any, y: Any) -> Any:
        raise SystemExit(3)


class Weighs(Bad):
    """Gives weights that a nearest-neighbour classifier cannot take."""

    def _fit_resample(self, X: Any, y: Any) -> Any:
        self.sample_weight_ = np.where(y == 1, 5.0, 1.0)
        return X.copy(), y.copy()


class Together(Bad):
    """Adds noise to minority rows, many splits at once; with ``fail`` one member of a batch fails."""

    def __init__(self, random_state: int | None = None, fail: int = -1) -> None:
        self.fail = fail
        super().__init__(random_state)

    def _fit_resample(self, X: Any, y: Any) -> Any:
        return self.fit_resample_batch([(X, y)], [self.random_state])[0]

    def fit_resample_batch(self, problems: Any, random_states: Any) -> Any:
        self.fallback_ = [None if i else "the first member says so" for i in range(len(problems))]
        return [
            ValueError(f"member {i} does not converge") if i == self.fail else _noisy(X, y, seed)
            for i, ((X, y), seed) in enumerate(zip(problems, random_states, strict=True))
        ]


def _noisy(X: Any, y: Any, seed: int) -> tuple[Any, Any]:
    generator = np.random.default_rng(seed)
    gap = int((y == 0).sum() - (y == 1).sum())
    seeds = generator.choice(np.flatnonzero(y == 1), gap)
    new = X[seeds] + 0.1 * generator.standard_normal((gap, X.shape[1]))
    return np.vstack([X, new]), np.append(y, np.ones(gap, dtype=y.dtype))


@hookimpl
def register_oversamplers(register: Register) -> None:
    """Offer them all."""
    bad = (Raises, Sleeps, Hangs, Kills, Exits, Segfaults, Allocates, ReturnsNaN, Writes, Poisons, Nothing)
    for sampler in (*bad, Leaves):
        register(f"chaos_{sampler.__name__.lower()}", sampler)
    register("weighs", Weighs)
    register("together", Together)

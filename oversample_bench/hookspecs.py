"""The whole extension surface: four hooks, each given a callback that takes a name and what it stands for."""

from __future__ import annotations

import pluggy

from oversample_bench.api import ENTRY_POINT_GROUP, Register

hookspec = pluggy.HookspecMarker(ENTRY_POINT_GROUP)


@hookspec
def register_oversamplers(register: Register) -> None:
    """Offer oversamplers: classes with ``fit_resample(X, y)`` and scikit-learn parameters."""


@hookspec
def register_classifiers(register: Register) -> None:
    """Offer classifiers: scikit-learn estimators with ``fit`` and ``predict``."""


@hookspec
def register_datasets(register: Register) -> None:
    """Offer data sets: functions that return an `oversample_bench.api.Dataset`."""


@hookspec
def register_metrics(register: Register) -> None:
    """Offer metrics: `oversample_bench.api.Metric` values."""

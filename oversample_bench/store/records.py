"""The rows of the store as frozen values; the driver makes them, the ledger writes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class RunRecord:
    """One call of `run`: what was asked and where it ran."""

    suite: str
    suite_digest: str
    suite_text: str
    options: Mapping[str, Any]
    metrics: Mapping[str, bool]
    runner: str
    workers: int
    environment: Mapping[str, Any]


@dataclass(frozen=True)
class PlannedRecord:
    """One trial that the suite asks for, under the labels that the tables show."""

    trial: str
    resample: str
    dataset: str
    ratio: str
    method: str
    classifier: str
    split: int
    seed: int


@dataclass(frozen=True)
class SplitRecord:
    """The sizes of one split."""

    digest: str
    fingerprint: str
    n_features: int
    n_majority: int
    n_minority: int
    n_withheld: int
    n_test_majority: int
    n_test_minority: int
    realised_ratio: float
    n_encoded: int
    n_imputed: int


@dataclass(frozen=True)
class ResampleRecord:
    """One row of the table ``resamples``, by column; what is left out is empty there."""

    digest: str
    columns: Mapping[str, Any]


@dataclass(frozen=True)
class TrialRecord:
    """One row of the table ``trials``, by column, and its scores by metric.

    ``reasons`` tells of each metric that failed why it gave no number.
    ``calibration`` is JSON, a list for each of the ten bins of equal width of the predicted minority
    probability: rows, the sum of their probabilities, how many of them are minority. It is empty where the
    classifier predicts none.
    """

    digest: str
    columns: Mapping[str, Any]
    scores: Mapping[str, float | None] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)
    calibration: str = ""
    reasons: Mapping[str, str] = field(default_factory=dict)

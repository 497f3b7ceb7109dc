"""Keeps what classifiers answered for the test rows, so that a metric of a later day refits nothing.

One compressed file a resample, with the answers of all of its classifiers. Numbers are kept as the classifier
gave them and not in fewer digits: a score is then the same, bit for bit, whether its metric was asked for at
once or a year later, and two stores that took either way do not contradict each other. A file that cannot be
read counts as not there: its trials are then run again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from oversample_bench.core.array_archive import archive
from oversample_bench.core.atomic_write import replacement, sweep

FOLDER = "predictions"
TRUTH, ABSENT = "y_true", "absent"

Vector = npt.NDArray[Any]
Answers = Mapping[str, Vector | None]
"""By kind (``labels``, ``scores``, ``probabilities``); None where the classifier has no such output."""


@dataclass(frozen=True, eq=False)
class Predictions:
    """The answers for the test rows of one resample.

    Parameters
    ----------
    y_true : ndarray of shape (n_samples,)
        1 for the minority.
    answers : mapping of str to Answers
        By the digest of the trial. A kind that is in none was not asked for, or was refused.
    """

    y_true: Vector
    answers: Mapping[str, Answers]

    def with_others(self, others: Predictions | None) -> Predictions:
        """Return these answers and those of further trials; of one that is in both, these."""
        return replace(self, answers={**others.answers, **self.answers}) if others else self


@dataclass(frozen=True)
class PredictionFiles:
    """The folder ``predictions`` of a run.

    Parameters
    ----------
    folder : Path
        The output folder of the run.
    """

    folder: Path

    def path(self, resample: str) -> Path:
        """Return where the answers of a resample's classifiers are, or would be."""
        return self.folder / FOLDER / f"{resample}.npz"

    def save(self, resample: str, told: Predictions) -> None:
        """Write answers beside those of other trials that are there already."""
        arrays: dict[str, Vector] = {TRUTH: told.y_true.astype(np.int8)}
        for trial, answers in told.with_others(self.load(resample)).answers.items():
            absent = [kind for kind, values in answers.items() if values is None]
            arrays |= {f"{ABSENT}.{trial}": np.array(absent, dtype=np.str_)}
            arrays |= {
                f"{kind}.{trial}": _small(values) for kind, values in answers.items() if values is not None
            }
        content = archive(arrays, compressed=True)
        with replacement(self.path(resample)) as beside:
            beside.write_bytes(content)

    def load(self, resample: str) -> Predictions | None:
        """Return the answers for a resample, or None where there is no readable file."""
        try:
            with self.path(resample).open("rb") as file, np.load(file, allow_pickle=False) as arrays:
                return _read({name: arrays[name] for name in arrays.files})
        except Exception:  # noqa: BLE001 - a damaged zip raises what it likes, NotImplementedError among it
            return None

    def resamples(self) -> list[str]:
        """Return the digests of the resamples that have a file, in their order."""
        return sorted(path.stem for path in (self.folder / FOLDER).glob("*.npz"))

    def sweep(self) -> None:
        """Remove what a killed run left half-written."""
        sweep(self.folder / FOLDER)


def _small(values: Vector) -> Vector:
    """Return labels in a byte each, other numbers as they are."""
    return values.astype(np.int8) if values.dtype.kind in "iub" else values


def _read(arrays: Mapping[str, Vector]) -> Predictions:
    answers: dict[str, dict[str, Vector | None]] = {}
    for name, values in arrays.items():
        kind, _, trial = name.partition(".")
        if kind == ABSENT:
            answers.setdefault(trial, {}).update(dict.fromkeys(map(str, values.tolist())))
        elif trial:
            answers.setdefault(trial, {})[kind] = values.astype(np.int64) if kind == "labels" else values
    return Predictions(arrays[TRUTH].astype(np.int64), answers)

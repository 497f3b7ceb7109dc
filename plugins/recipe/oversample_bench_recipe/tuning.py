"""Which setting, and how long: what has the least balanced log loss on inner folds.

Balanced, so that a fold's few minority rows count as much as its hundreds of others. Folds are stratified,
and repeated where the rarest class is small. Where to stop is tuned with the setting, from the same
trainings: each tells its held-out loss at twenty times.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from sklearn.model_selection import RepeatedStratifiedKFold
from sklearn.preprocessing import StandardScaler
from torch import Tensor

from oversample_bench_recipe.learning import Learner, Rows, Schedule, curves
from oversample_bench_recipe.settings import Setting

Array = npt.NDArray[Any]

N_MARKS = 20
"""At how many times a training tells its held-out loss."""
FEW = 30
"""Rows of the rarest class below which the folds are cut a second time."""


@dataclass(frozen=True)
class Trial:
    """What became of a setting.

    Attributes
    ----------
    setting : Setting
        What was tried.
    loss : float
        The least mean of the balanced log loss over all folds.
    share : float
        After which share of the training that was.
    """

    setting: Setting
    loss: float
    share: float


@dataclass(frozen=True, eq=False)
class Table:
    """Training rows with classes as 0, 1, ... and what each row counts."""

    X: Array
    y: Array
    weight: Array

    def at(self, rows: Array) -> Table:
        """Return some of the rows."""
        return Table(self.X[rows], self.y[rows], self.weight[rows])

    def balanced(self) -> Table:
        """Return the rows with weights by which each class has its share of 1."""
        counts = np.bincount(self.y)
        n_present = np.count_nonzero(counts)
        return Table(self.X, self.y, 1 / (n_present * counts[self.y]))


@dataclass(frozen=True, eq=False)
class Folds:
    """Inner folds: rows to learn from, and rows to judge by, each fold scaled by the former."""

    learning: Rows
    held_out: Rows


def inner_folds(table: Table, n_folds: int, seed: int) -> Folds:
    """Cut stratified folds, twice where the rarest class has fewer than ``FEW`` rows."""
    repeats = 2 if np.bincount(table.y).min() < FEW else 1
    splitter = RepeatedStratifiedKFold(n_splits=n_folds, n_repeats=repeats, random_state=seed)
    cut = [(table.at(own), table.at(other)) for own, other in splitter.split(table.X, table.y)]
    scalers = [StandardScaler().fit(own.X) for own, _ in cut]
    n_classes = int(table.y.max()) + 1
    return Folds(
        stacked([own for own, _ in cut], scalers, n_classes),
        stacked([other.balanced() for _, other in cut], scalers, n_classes),
    )


def stacked(tables: Sequence[Table], scalers: Sequence[StandardScaler], n_classes: int) -> Rows:
    """Return tables of nearly equal sizes as one, each with its scaler applied."""
    sizes = [len(table.y) for table in tables]
    X = torch.zeros(len(tables), max(sizes), tables[0].X.shape[1])
    y, weight = torch.zeros(X.shape[:2], dtype=torch.int64), torch.zeros(X.shape[:2])
    for fold, (table, scaler) in enumerate(zip(tables, scalers, strict=True)):
        X[fold, : sizes[fold]] = torch.from_numpy(scaler.transform(table.X)).float()
        y[fold, : sizes[fold]] = torch.from_numpy(table.y)
        weight[fold, : sizes[fold]] = torch.from_numpy(table.weight).float()
    return Rows(X, y, weight, sizes, n_classes)


def trials(
    settings: Sequence[Setting], folds: Folds, schedule: Schedule, seeds: Sequence[int]
) -> list[Trial]:
    """Train each setting on each fold, and return what became of it, in the order of ``settings``.

    Parameters
    ----------
    settings : sequence of Setting
        What is tried.
    folds : Folds
        What it is tried on.
    schedule : Schedule
        How long and how fast.
    seeds : sequence of int
        One a fold: settings are compared on the same weights and batches, where their shapes allow it.
    """
    shapes = dict.fromkeys((one.batch_size, one.width) for one in settings)
    found: dict[Setting, Trial] = {}
    for shape in shapes:
        alike = [one for one in settings if (one.batch_size, one.width) == shape]
        for setting, curve in zip(alike, _mean_curves(alike, folds, schedule, seeds), strict=True):
            found[setting] = _judged(setting, curve)
    return [found[setting] for setting in settings]


def best(tried: Sequence[Trial]) -> Trial:
    """Return the trial with the least loss, the first of equals; a loss that is no number is none."""
    return min(tried, key=lambda trial: (not np.isfinite(trial.loss), trial.loss))


def _mean_curves(
    settings: Sequence[Setting], folds: Folds, schedule: Schedule, seeds: Sequence[int]
) -> Tensor:
    """Return the held-out loss of each setting, averaged over folds, of shape (settings, marks)."""
    n_folds = len(folds.learning.sizes)
    learner = Learner(
        [setting for setting in settings for _ in range(n_folds)],
        folds.learning,
        [*range(n_folds)] * len(settings),
        [*seeds] * len(settings),
        schedule.learning_rate,
    )
    n_steps = schedule.steps(max(folds.learning.sizes), settings[0].batch_size)
    marks = [-(-n_steps * mark // N_MARKS) for mark in range(1, N_MARKS + 1)]
    return curves(learner, n_steps, marks, folds.held_out).view(len(settings), n_folds, -1).mean(1)


def _judged(setting: Setting, curve: Tensor) -> Trial:
    finite = curve.nan_to_num(nan=float("inf"))
    place = int(finite.argmin())
    return Trial(setting, float(finite[place]), (place + 1) / N_MARKS)

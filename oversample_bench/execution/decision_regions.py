"""Decision regions: rows in a plane, and what a classifier makes of that plane before and after a method.

For people, not for tables. A region plot shows the first split and seed of a data set: its two features, or
the two directions in which its training rows vary most (principal components, which are fitted on the
training rows and see no label). The suite's first classifier is fitted anew in that plane, so its regions
show what the method does there and not what the classifier does in the full space. Scores are never taken
from here. Region plots are made from stored resamples after the trials, and only where the suite asks for
them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from oversample_bench.core.outcome import Failed, Ok, Outcome, attempt
from oversample_bench.core.specs import TrialSpec
from oversample_bench.evaluation import stages
from oversample_bench.evaluation.predictions import labels
from oversample_bench.evaluation.tasks import trial_task
from oversample_bench.suite import UNLIMITED, Limits

if TYPE_CHECKING:
    from oversample_bench.core.digests import Identity
    from oversample_bench.core.resample import Resample
    from oversample_bench.evaluation.preprocess import Split
    from oversample_bench.execution.inventory import Inventory
    from oversample_bench.plugins.registry import Registry
    from oversample_bench.suite.plan import Plan, Planned

Array = npt.NDArray[np.float64]

MOST = 400
"""Rows shown of each kind; more are thinned at random."""
GRID = 48
"""Squares along each side of the plane."""
MARGIN = 0.06
DIGITS = 4


@dataclass(frozen=True)
class Subject:
    """What a region plot is made of: the rows of a split, a resample made of them, an unfitted classifier."""

    split: Split
    resample: Resample
    classifier: Any
    random_state: int
    arguments: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class RegionPainter:
    """Where region plots are made: from what a run has left on disk.

    Parameters
    ----------
    registry : Registry
        Where the classifier comes from.
    inventory : Inventory
        Where the rows come from.
    load : callable
        Returns the resample of a digest, or None where it is not on disk.
    seconds : float or None
        The most that one region plot may take.
    """

    registry: Registry
    inventory: Inventory
    load: Callable[[str], Resample | None]
    seconds: float | None

    def decision_regions(
        self, plan: Plan, identity: Identity, made: AbstractSet[str]
    ) -> Iterator[tuple[str, str]]:
        """Yield the digest of a trial and its region plot as JSON, for those that are not ``made``."""
        for planned in shown_trials(plan):
            trial = identity.trial(planned.spec)
            resample = None if trial in made else self.load(identity.resample(planned.spec.resample))
            if resample is not None and isinstance(rows := self._split(planned.spec), Ok):
                yield trial, self._decision_regions(planned.spec, rows.value, resample, identity)

    def _split(self, spec: TrialSpec) -> Outcome[Split]:
        return stages.split(spec.resample.split, self.inventory.dataset(spec.resample.split.data))

    def _decision_regions(self, spec: TrialSpec, split: Split, resample: Resample, identity: Identity) -> str:
        tools = stages.Toolbox(self.registry, {}, Limits(fit=None, trial=self.seconds))
        task = trial_task(spec, identity)
        rows = resample.rows(split.X, split.y)
        made = attempt("decision regions", tools.classifier, task, resample, lambda: rows)
        if isinstance(made, Failed):
            return _reason(made)
        ready = made.value
        subject = Subject(split, resample, ready.classifier.estimator, task.random_state, ready.arguments)
        return decision_regions(subject, tools.limits)


def shown_trials(plan: Plan) -> Iterator[Planned]:
    """Yield the trials that a region plot is made of: first split, first seed, first classifier."""
    first = plan.trials[0].classifier
    for planned in plan.trials:
        resample = planned.spec.resample
        if (resample.split.index, resample.seed, planned.classifier) == (0, 0, first):
            yield planned


def decision_regions(subject: Subject, limits: Limits = UNLIMITED) -> str:
    """Return a region plot as JSON, or the reason why there is none.

    Parameters
    ----------
    subject : Subject
        What it is made of.
    limits : Limits, default=UNLIMITED
        Its limits are those of a trial.

    Returns
    -------
    str
        An object with ``axes`` (two labels), ``extent`` (left, right, bottom, top), the points ``majority``,
        ``minority`` and ``new`` (lists of [x, y], at most `MOST` each, with their full ``counts``) and
        ``regions``: `GRID` strings of 0 and 1 from the bottom up, the class predicted at the middle of each
        square; or an object with ``failed``, a sentence.
    """
    found = attempt("decision regions", _held, subject, limits)
    return _reason(found) if isinstance(found, Failed) else json.dumps(found.value)


def _reason(failed: Failed) -> str:
    return json.dumps({"failed": failed.message})


def _held(subject: Subject, limits: Limits) -> dict[str, Any]:
    with stages.held(limits.trial, limits.memory):
        return _painted(subject)


def _painted(subject: Subject) -> dict[str, Any]:
    split, resample = subject.split, subject.resample
    axes, turn = _plane(split.X)
    X, y = resample.rows(split.X, split.y)
    points = {"majority": split.X[split.y == 0], "minority": split.X[split.y == 1], "new": resample.X_new}
    shown = {name: turn(rows) for name, rows in points.items()}
    extent = _extent(np.vstack([turn(split.X), turn(split.X_test)]))
    subject.classifier.fit(turn(X), y, **subject.arguments)
    regions = labels(subject.classifier, _squares(extent)).reshape(GRID, GRID)
    generator = np.random.default_rng(subject.random_state)
    return {
        "axes": axes,
        "extent": [round(float(edge), DIGITS) for edge in extent],
        "counts": {name: len(rows) for name, rows in points.items()},
        **{name: _thinned(rows, generator) for name, rows in shown.items()},
        "regions": ["".join("1" if label == 1 else "0" for label in row) for row in regions],
    }


def _plane(X: Array) -> tuple[list[str], Any]:
    """Return the labels of two axes, and the function that takes rows to them."""
    from sklearn.decomposition import PCA

    if X.shape[1] == 2:
        return ["first feature", "second feature"], lambda rows: rows
    if X.shape[1] == 1:
        return ["the feature", ""], lambda rows: np.column_stack([rows, np.zeros(len(rows))])
    found = PCA(2, random_state=0).fit(X)
    names = [
        f"component {number} ({share:.0%} of the variance)"
        for number, share in enumerate(np.nan_to_num(found.explained_variance_ratio_), start=1)
    ]
    return names, lambda rows: found.transform(rows) if len(rows) else np.empty((0, 2))


def _extent(rows: Array) -> tuple[float, float, float, float]:
    """Return left, right, bottom and top of the plane: all but the outermost rows, and a margin."""
    low, high = np.quantile(rows, [0.005, 0.995], axis=0)
    reach = np.where(high > low, high - low, 1.0) * MARGIN
    return (low[0] - reach[0], high[0] + reach[0], low[1] - reach[1], high[1] + reach[1])


def _squares(extent: tuple[float, float, float, float]) -> Array:
    """Return the middle of each square, row by row from the bottom."""
    left, right, bottom, top = extent
    steps = (np.arange(GRID) + 0.5) / GRID
    x, y = np.meshgrid(left + steps * (right - left), bottom + steps * (top - bottom))
    return np.column_stack([x.ravel(), y.ravel()])


def _thinned(rows: Array, generator: np.random.Generator) -> list[list[float]]:
    if len(rows) > MOST:
        rows = rows[np.sort(generator.choice(len(rows), size=MOST, replace=False))]
    points: list[list[float]] = np.round(rows, DIGITS).tolist()
    return points

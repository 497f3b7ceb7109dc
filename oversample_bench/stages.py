"""Load, split, draw, trial: functions from a task and the outcome before it to an outcome.

None of them raises. They decide what a method is given and what is made of its answer; runners decide only
where that happens.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Any, ParamSpec, TypeVar

import numpy as np

from oversample_bench.api import Dataset, Metric, Unavailable
from oversample_bench.audit import NEW, Audit, BadDraw, Draw, audited, checked, traced
from oversample_bench.calibration import Bins, binned
from oversample_bench.data.prepare import Split, prepare
from oversample_bench.data.sources import Source
from oversample_bench.fidelity import Fidelity, fidelity
from oversample_bench.limits import Cost, measured, memory_limit, time_limit
from oversample_bench.metrics import predicted, scored
from oversample_bench.outcome import Failed, Ok, Outcome, Skip, Status, attempt
from oversample_bench.registry import Registry
from oversample_bench.requesting import MAKES_ROWS, TAKES_NO_RATIO, Counts, Request, ask
from oversample_bench.specs import Component, SplitSpec
from oversample_bench.tasks import DrawTask, TrialTask

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True)
class Bounds:
    """The limits of a fit and of a trial in seconds, of either in MiB; None is no limit.

    A stage watches the clock itself, as far as Python can; a runner that can kill its process does the rest.
    """

    fit: float | None = None
    trial: float | None = None
    memory: float | None = None

    def held(self, seconds: float | None) -> ExitStack:
        """Return a context that holds a call to its limits and keeps its warnings to itself."""
        stack = ExitStack()
        stack.enter_context(time_limit(seconds))
        stack.enter_context(memory_limit(self.memory))
        stack.enter_context(warnings.catch_warnings())
        warnings.simplefilter("ignore")
        return stack


@dataclass(frozen=True)
class Toolbox:
    """What the names of a task stand for, and the bounds within which it is carried out."""

    registry: Registry
    metrics: Mapping[str, Metric]
    bounds: Bounds

    def sampler(self, task: DrawTask) -> Any:
        """Return the method of a draw, its seed and the target ratio set."""
        sampler = self._built("oversampler", task.spec.method, task.random_state)
        ratio = _target(task)
        takes_ratio = getattr(sampler, "_sampling_type", MAKES_ROWS) not in TAKES_NO_RATIO
        if ratio != 1.0 and takes_ratio and "sampling_strategy" in _free(sampler, task.spec.method):
            sampler.set_params(sampling_strategy=ratio)
        return sampler

    def classifier(self, task: TrialTask) -> Any:
        """Return the classifier of a trial, its seed set."""
        return self._built("classifier", task.spec.classifier, task.random_state)

    def _built(self, kind: str, component: Component, random_state: int) -> Any:
        estimator = self.registry.entry(kind, component.name).build(component.kwargs())
        if "random_state" in _free(estimator, component):
            estimator.set_params(random_state=random_state)
        return estimator


def _target(task: DrawTask) -> float:
    return task.spec.split.protocol.target_ratio


def _free(estimator: Any, component: Component) -> set[str]:
    """Return the parameters that the suite has left to the host."""
    names = estimator.get_params(deep=False) if hasattr(estimator, "get_params") else {}
    return set(names) - set(component.kwargs())


@dataclass(frozen=True, eq=False)
class Drawn:
    """A draw, what it did to the real rows, what it cost and how near the hidden rows it comes."""

    draw: Draw
    audit: Audit
    cost: Cost
    fidelity: Fidelity | None = None


@dataclass(frozen=True)
class Scores:
    """What a trial came to: a value for each metric (None where the classifier has no such output).

    ``fallback`` is what the classifier said of itself when it could not do what it is for; ``calibration``
    counts the test rows by predicted probability where a metric needs probabilities, and is empty elsewhere.
    """

    values: Mapping[str, float | None]
    fallback: str = ""
    calibration: Bins = ()


def load(source: Source) -> Outcome[Dataset]:
    """Return the rows of a registered set, or why they are not to be had."""
    outcome = attempt("data", _quietly, source.load)
    if isinstance(outcome, Failed) and outcome.kind == Unavailable.__name__:
        return replace(outcome, traceback="")
    return outcome


def split(spec: SplitSpec, dataset: Outcome[Dataset]) -> Outcome[Split]:
    """Return the matrices of a split."""
    if isinstance(dataset, Failed):
        return dataset
    return attempt("split", _quietly, prepare, dataset.value, spec)


def _quietly(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Call ``function`` and keep its warnings to itself."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return function(*args, **kwargs)


def draw(
    tasks: Sequence[DrawTask], splits: Sequence[Outcome[Split]], tools: Toolbox
) -> tuple[Outcome[Drawn], ...]:
    """Return what a method makes of its splits: one outcome a member, in their order."""
    if tasks[0].spec.batch:
        return _draw_batch(tasks, splits, tools)
    good = splits[0]
    return (good,) if isinstance(good, Failed) else (attempt("draw", _fit, tasks[0], good.value, tools),)


def _fit(task: DrawTask, split: Split, tools: Toolbox) -> Drawn:
    sampler = tools.sampler(task)
    ask(sampler, _target(task), split.y)
    with tools.bounds.held(tools.bounds.fit), measured() as cost:
        returned = sampler.fit_resample(split.X, split.y)
    told = (getattr(sampler, "fallback_", None), getattr(sampler, "sample_weight_", None))
    return _drawn(task, split, _Answer(sampler, returned, *told), cost)


@dataclass(frozen=True)
class _Answer:
    """What a sampler returned for one split, and what it said of itself."""

    sampler: Any
    returned: Any
    fallback: Any
    weight: Any


def _drawn(task: DrawTask, split: Split, answer: _Answer, cost: Cost) -> Drawn:
    """Trace and audit the returned rows, and hold the new ones against the hidden rows."""
    if isinstance(answer.returned, Exception):
        raise answer.returned
    X_out, y_out = checked(split.X, answer.returned)
    origin = traced(split.X, split.y, X_out, y_out)
    new = origin == NEW
    made = Draw(origin, X_out[new], y_out[new], _weights(answer.weight, len(X_out)))
    rows = Request.of(answer.sampler, _target(task)).n_new(Counts.of(split.y))
    near = fidelity(split.X_hidden, made.X_new[made.y_new == 1], random_state=task.random_state)
    return Drawn(made, audited(split.X, split.y, made, rows, str(answer.fallback or "")), cost, near)


def _weights(weight: Any, n_returned: int) -> Any:
    if weight is None:
        return None
    weights = np.asarray(weight, dtype=np.float64)
    if weights.shape != (n_returned,) or not np.isfinite(weights).all() or (weights < 0).any():
        raise BadDraw(f"sample_weight_ has shape {weights.shape}; {n_returned} weights >= 0 are expected")
    return weights


def _draw_batch(
    tasks: Sequence[DrawTask], splits: Sequence[Outcome[Split]], tools: Toolbox
) -> tuple[Outcome[Drawn], ...]:
    """Fit many splits in one model; a member that fails leaves the others as they are."""
    fitted = [(task, found.value) for task, found in zip(tasks, splits, strict=True) if isinstance(found, Ok)]
    together = attempt("draw", _fit_batch, fitted, tools) if fitted else Ok([])
    if isinstance(together, Failed):
        together = Ok([replace(together, seconds=together.seconds / len(fitted))] * len(fitted))
    answers = iter(together.value)
    return tuple(
        found if isinstance(found, Failed) else _member(task, found.value, next(answers))
        for task, found in zip(tasks, splits, strict=True)
    )


def _member(task: DrawTask, split: Split, answer: Failed | tuple[_Answer, Cost]) -> Outcome[Drawn]:
    """Return the outcome of one member: of the batch, where that failed as a whole."""
    return answer if isinstance(answer, Failed) else attempt("draw", _drawn, task, split, *answer)


def _fit_batch(
    fitted: Sequence[tuple[DrawTask, Split]], tools: Toolbox
) -> list[Failed | tuple[_Answer, Cost]]:
    sampler = tools.sampler(fitted[0][0])
    asked = [attempt("draw", ask, sampler, _target(task), split.y) for task, split in fitted]
    left = [member for member, found in zip(fitted, asked, strict=True) if isinstance(found, Ok)]
    answers = iter(_answers(sampler, left, tools) if left else ())
    return [found if isinstance(found, Failed) else next(answers) for found in asked]


def _answers(
    sampler: Any, fitted: Sequence[tuple[DrawTask, Split]], tools: Toolbox
) -> list[tuple[_Answer, Cost]]:
    """Return what a sampler makes of splits in one call."""
    problems = [(split.X, split.y) for _, split in fitted]
    limit = tools.bounds.fit
    with tools.bounds.held(None if limit is None else limit * len(fitted)), measured() as cost:
        returned = sampler.fit_resample_batch(problems, [task.random_state for task, _ in fitted])
    if len(returned) != len(fitted):
        raise BadDraw(f"fit_resample_batch returned {len(returned)} members for {len(fitted)} problems")
    share = Cost(cost.seconds / len(fitted), cost.peak_mib)
    fallbacks = _by_member(sampler, "fallback_", len(fitted))
    weights = _by_member(sampler, "sample_weight_", len(fitted))
    told = zip(returned, fallbacks, weights, strict=True)
    return [(_Answer(sampler, *answer), share) for answer in told]


def _by_member(sampler: Any, name: str, count: int) -> Sequence[Any]:
    value = getattr(sampler, name, None)
    if value is None or isinstance(value, str):
        return [value] * count
    if len(value) != count:
        raise BadDraw(f"{name} has {len(value)} entries for a batch of {count}")
    return list(value)


def trial(task: TrialTask, split: Outcome[Split], drawn: Outcome[Draw], tools: Toolbox) -> Outcome[Scores]:
    """Return the scores of a classifier that was fitted on a draw, on the test rows of its split."""
    if isinstance(split, Failed):
        return upstream(split)
    if isinstance(drawn, Failed):
        return upstream(drawn)
    return attempt("trial", _score, task, split.value, drawn.value, tools)


def upstream(before: Failed) -> Failed:
    """Return the outcome of a trial whose draw did not succeed."""
    if before.status == Status.SKIPPED:
        return replace(before, seconds=0.0)
    told = f"{before.status.value} in {before.stage}: {before.message}"
    return replace(before, status=Status.UPSTREAM, message=told, traceback="", seconds=0.0)


def _score(task: TrialTask, split: Split, draw: Draw, tools: Toolbox) -> Scores:
    X, y = draw.rows(split.X, split.y)
    classifier = tools.classifier(task)
    weights = {} if draw.sample_weight is None else _weighted(classifier, draw.sample_weight)
    with tools.bounds.held(tools.bounds.trial):
        classifier.fit(X, y, **weights)
        outputs = predicted(classifier, split.X_test, tools.metrics)
        values = scored(outputs, split.y_test, tools.metrics)
    probabilities = outputs.get("probabilities")
    bins = () if probabilities is None else binned(split.y_test, probabilities)
    return Scores(values, str(getattr(classifier, "fallback_", None) or ""), bins)


def _weighted(classifier: Any, weights: Any) -> dict[str, Any]:
    from sklearn.utils.validation import has_fit_parameter

    fits: Callable[[Any, str], bool] = has_fit_parameter
    if not fits(classifier, "sample_weight"):
        raise Skip(f"{type(classifier).__name__} takes no sample weights, and the method gives some")
    return {"sample_weight": weights}

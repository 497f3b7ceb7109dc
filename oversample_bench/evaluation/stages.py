"""Load, split, resample, trial: functions from a task and the outcome before it to an outcome.

None of them raises. They decide what a method is given and what is made of its answer; runners decide only
where that happens.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, ParamSpec, TypeVar

from oversample_bench.api import Dataset, Metric, Unavailable
from oversample_bench.core.outcome import Failed, Ok, Outcome, Status, attempt
from oversample_bench.core.resample import NEW, Resample
from oversample_bench.core.seeds import child
from oversample_bench.core.specs import Component, SplitSpec
from oversample_bench.datasets.sources import Source
from oversample_bench.evaluation.audit import Audit, BadResample, audited, checked, checked_weights, traced
from oversample_bench.evaluation.call_notes import UNSEEDED, observed, quiet
from oversample_bench.evaluation.detectability import Detectability, detectability
from oversample_bench.evaluation.fidelity import Fidelity, fidelity
from oversample_bench.evaluation.limits import Cost, measured, memory_limit, time_limit
from oversample_bench.evaluation.mixed_tables import accepts, as_table, encoded
from oversample_bench.evaluation.preprocess import Groups, Split, prepare
from oversample_bench.evaluation.process_state import kept
from oversample_bench.evaluation.requests import ClassCounts, Request, ask, takes_ratio
from oversample_bench.evaluation.scoring import Scores, scored
from oversample_bench.evaluation.seeding import Seeded, seeded
from oversample_bench.evaluation.tasks import ResampleTask, TrialTask
from oversample_bench.evaluation.wrapping import Ready, State, ready, state_of, states_of, wrapped
from oversample_bench.plugins.registry import Registry
from oversample_bench.suite import Limits

P = ParamSpec("P")
T = TypeVar("T")


@contextmanager
def held(seconds: float | None, mib: float | None) -> Iterator[None]:
    """Hold a call to its limits, and keep to itself its warnings and what it changes of the process.

    A stage watches the clock itself, as far as Python can; a runner that can kill its process does the rest.
    """
    with kept(), memory_limit(mib), quiet(), time_limit(seconds):  # the clock is for the call alone
        yield


@dataclass(frozen=True)
class Toolbox:
    """What the names of a task stand for, the limits within which it is carried out, and what comes back.

    ``keeps`` says whether a trial returns the answers of its classifier beside its scores.
    """

    registry: Registry
    metrics: Mapping[str, Metric]
    limits: Limits
    keeps: bool = False

    def sampler(self, task: ResampleTask, one_hot: Groups = (), categorical: Sequence[int] = ()) -> Seeded:
        """Return the method of a resample, told its seed, the target ratio and the columns of categories.

        ``categorical`` has those of a table, ``one_hot`` those of encoded rows.
        """
        built = self._built("oversampler", task.spec.method, task.random_state)
        ratio = task.target_ratio
        asked = ratio != 1.0 and takes_ratio(built.estimator)
        told: dict[str, Any] = {"sampling_strategy": ratio} if asked else {}
        told |= {"one_hot_groups": [list(group) for group in one_hot]} if one_hot else {}
        if categorical and accepts(built.estimator):
            told["categorical_features"] = list(categorical)
        free = _free(built.estimator, task.spec.method) if told else set()
        if wanted := {name: value for name, value in told.items() if name in free}:
            built.estimator.set_params(**wanted)
        return built

    def classifier(self, task: TrialTask, resample: Resample, rows: Callable[[], Any]) -> Ready:
        """Return the classifier of a trial, its seed set, with all that its method puts around it."""
        spec = task.spec
        classifier = self._built("classifier", spec.classifier, task.random_state)
        if resample.wrapping is not None:
            method = self._built("oversampler", spec.resample.method, task.method_random_state)
            classifier = wrapped(classifier, method, resample.wrapping)
        followers = [
            self._built("oversampler", part, child(task.random_state, "then", str(position), part.name))
            for position, part in enumerate(spec.classifier.then())
        ]
        return ready(classifier, resample.sample_weight, followers, rows)

    def _built(self, kind: str, component: Component, random_state: int) -> Seeded:
        entry = self.registry.entry(kind, component.name)
        return seeded(entry, self.registry.resolved(component), random_state)


def _free(estimator: Any, component: Component) -> set[str]:
    """Return the parameters that the suite has left to the host."""
    names = estimator.get_params(deep=False) if hasattr(estimator, "get_params") else {}
    return set(names) - set(component.kwargs())


@dataclass(frozen=True, eq=False)
class AuditedResample:
    """A resample, what it did to the real rows, what it cost and how like the withheld rows its rows are.

    ``notes`` are those of `oversample_bench.evaluation.call_notes`; ``random_state`` is the seed that the
    method was given, None where it takes none.
    """

    resample: Resample
    audit: Audit
    cost: Cost
    fidelity: Fidelity | None = None
    detectability: Detectability | None = None
    notes: tuple[str, ...] = ()
    random_state: int | None = None


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
    """Call ``function`` and keep to itself its warnings and what it changes of the process."""
    with kept(), quiet():
        return function(*args, **kwargs)


def resample(
    tasks: Sequence[ResampleTask], splits: Sequence[Outcome[Split]], tools: Toolbox
) -> tuple[Outcome[AuditedResample], ...]:
    """Return what a method makes of its splits: one outcome a member, in their order."""
    return drawn(tasks, splits, fit(tasks, splits, tools))


def fit(tasks: Sequence[ResampleTask], splits: Sequence[Outcome[Split]], tools: Toolbox) -> Answers:
    """Call a method on its splits, which is what a limit is for, and return its answers in their order."""
    fitted = [(task, found.value) for task, found in zip(tasks, splits, strict=True) if isinstance(found, Ok)]
    together = attempt("resample", _fit_all, fitted, tools)
    if isinstance(together, Failed):
        together = Ok([replace(together, seconds=together.seconds / len(fitted))] * len(fitted))
    answers = iter(together.value)
    return tuple(found if isinstance(found, Failed) else next(answers) for found in splits)


def _fit_all(fitted: Sequence[tuple[ResampleTask, Split]], tools: Toolbox) -> list[Failed | Answered]:
    if fitted and fitted[0][0].spec.batch:
        return _fit_batch(fitted, tools)
    return [_fit(*one, tools) for one in fitted]


def _fit(task: ResampleTask, split: Split, tools: Toolbox) -> Answered:
    with held(tools.limits.fit, tools.limits.memory):
        built = tools.sampler(task, split.one_hot, split.columns.positions)
        sampler = built.estimator
        ask(sampler, task.target_ratio, split.y)
        rows = _given(sampler, split)
        with observed() as found, measured() as cost:
            returned = sampler.fit_resample(rows, split.y)
    told = (getattr(sampler, "fallback_", None), getattr(sampler, "sample_weight_", None))
    notes = found.told(*[UNSEEDED] * built.loose)
    return _Answer(sampler, returned, *told, built.random_state, notes, state_of(sampler)), cost


def _given(sampler: Any, split: Split) -> Any:
    """Return the training rows as a method takes them: an array, or a table."""
    return as_table(split.X, split.columns) if accepts(sampler) else split.X


@dataclass(frozen=True)
class _Answer:
    """What a sampler returned for one split, what it said of itself, its seed and what was noted."""

    sampler: Any
    returned: Any
    fallback: Any
    weight: Any
    random_state: int | None
    notes: tuple[str, ...]
    wrapping: State | None = None


Answered = tuple[_Answer, Cost]
Answers = tuple[Failed | Answered, ...]
"""What a method made of each of its splits, and what that cost."""


def _drawn(task: ResampleTask, split: Split, answer: _Answer, cost: Cost) -> AuditedResample:
    """Trace and audit the returned rows, and hold the new ones against the withheld rows."""
    if isinstance(answer.returned, Exception):
        raise answer.returned
    returned = encoded(answer.returned, split.columns) if accepts(answer.sampler) else answer.returned
    X_out, y_out = checked(split.X, returned)
    origin = traced(split.X, split.y, X_out, y_out)
    added = origin == NEW
    weights = checked_weights(answer.weight, len(X_out))
    made = Resample(origin, X_out[added], y_out[added], weights, answer.wrapping)
    rows = Request.of(answer.sampler, task.target_ratio).n_new(ClassCounts.of(split.y))
    new = made.X_new[made.y_new == 1]
    near = fidelity(split.X_withheld, new, random_state=task.random_state)
    seen = split.X[split.y == 1]
    apart = detectability(split.X_withheld, new, seen, random_state=task.random_state)
    audit = audited(split.X, split.y, made, rows, str(answer.fallback or ""), split.one_hot)
    return AuditedResample(made, audit, cost, near, apart, answer.notes, answer.random_state)


def drawn(
    tasks: Sequence[ResampleTask], splits: Sequence[Outcome[Split]], answers: Answers
) -> tuple[Outcome[AuditedResample], ...]:
    """Return what there is to say of answers; a member that fails leaves the others as they are."""
    return tuple(map(_member, tasks, splits, answers))


def _member(task: ResampleTask, split: Outcome[Split], answer: Failed | Answered) -> Outcome[AuditedResample]:
    """Return the outcome of one member: of the fit, where that failed as a whole."""
    if isinstance(split, Failed):
        return split
    if isinstance(answer, Failed):
        return answer
    found = attempt("resample", _drawn, task, split.value, *answer)
    return replace(found, seconds=answer[1].seconds + found.seconds) if isinstance(found, Failed) else found


def _fit_batch(fitted: Sequence[tuple[ResampleTask, Split]], tools: Toolbox) -> list[Failed | Answered]:
    groups = {split.one_hot for _, split in fitted}
    limit = tools.limits.fit
    with held(None if limit is None else limit * len(fitted), tools.limits.memory):
        one_hot = groups.pop() if len(groups) == 1 else ()
        sampler = tools.sampler(fitted[0][0], one_hot, fitted[0][1].columns.positions).estimator
        asked = [attempt("resample", ask, sampler, task.target_ratio, split.y) for task, split in fitted]
        left = [one for one, found in zip(fitted, asked, strict=True) if isinstance(found, Ok)]
        answers = iter(_together(sampler, left) if left else ())
    return [found if isinstance(found, Failed) else next(answers) for found in asked]


def _together(sampler: Any, fitted: Sequence[tuple[ResampleTask, Split]]) -> list[Answered]:
    """Return what a sampler makes of splits in one call."""
    problems = [(_given(sampler, split), split.y) for _, split in fitted]
    seeds = [task.random_state for task, _ in fitted]
    with observed() as found, measured() as cost:
        returned = sampler.fit_resample_batch(problems, seeds)
    if len(returned) != len(fitted):
        raise BadResample(f"fit_resample_batch returned {len(returned)} members for {len(fitted)} problems")
    share = Cost(cost.seconds / len(fitted), cost.peak_mib)
    fallbacks = _by_member(sampler, "fallback_", len(fitted))
    weights = _by_member(sampler, "sample_weight_", len(fitted))
    told = zip(returned, fallbacks, weights, seeds, strict=True)
    states = states_of(sampler, len(fitted))
    return [
        (_Answer(sampler, *answer, found.told(), state), share)
        for answer, state in zip(told, states, strict=True)
    ]


def _by_member(sampler: Any, name: str, count: int) -> Sequence[Any]:
    value = getattr(sampler, name, None)
    if value is None or isinstance(value, str):
        return [value] * count
    if len(value) != count:
        raise BadResample(f"{name} has {len(value)} entries for a batch of {count}")
    return list(value)


def trial(
    task: TrialTask, split: Outcome[Split], drawn: Outcome[Resample], tools: Toolbox
) -> Outcome[Scores]:
    """Return the scores of a classifier that was fitted on a resample, on the test rows of its split."""
    if isinstance(split, Failed):
        return upstream(split)
    if isinstance(drawn, Failed):
        return upstream(drawn)
    return attempt("trial", _score, task, split.value, drawn.value, tools)


def upstream(before: Failed) -> Failed:
    """Return the outcome of a trial whose resample did not succeed."""
    if before.status == Status.SKIPPED:
        return replace(before, seconds=0.0)
    told = f"{before.status.value} in {before.stage}: {before.message}"
    return replace(before, status=Status.UPSTREAM, message=told, traceback="", seconds=0.0)


def _score(task: TrialTask, split: Split, resample: Resample, tools: Toolbox) -> Scores:
    X, y = resample.rows(split.X, split.y)
    with held(tools.limits.trial, tools.limits.memory):
        made = tools.classifier(task, resample, lambda: (X, y))
        training = (X, y, made.arguments)
        return scored(made.classifier, training, split, tools.metrics, keeps=tools.keeps)

"""Turns a plan, a run and what runners tell into rows of the store, and writes them.

Rows are committed in groups: a transaction for each would cost more than the rows themselves where hundreds
of workers answer. Nobody is told of an event before its row is committed, and a row waits for half a second
at most; in the driver's own process, where a method may take the run along, for no other call.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from oversample_bench.core.digests import Identity
from oversample_bench.core.outcome import Failed, Ok, Outcome, Status
from oversample_bench.core.specs import Component, ResampleSpec, canonical
from oversample_bench.execution.environment import environment
from oversample_bench.plugins.published import published_table
from oversample_bench.plugins.registry import Registry
from oversample_bench.store import (
    Ledger,
    PlannedRecord,
    ResampleRecord,
    RunRecord,
    SplitRecord,
    TrialRecord,
)
from oversample_bench.store.prediction_files import PredictionFiles, Predictions
from oversample_bench.store.resample_files import ResampleFiles
from oversample_bench.suite import Suite
from oversample_bench.suite.plan import Plan
from oversample_bench.suite.published_numbers import is_named

if TYPE_CHECKING:  # a run with nothing to do imports none of the stages
    from oversample_bench.evaluation.probability_bins import Bins
    from oversample_bench.evaluation.stages import AuditedResample
    from oversample_bench.execution.runner_choice import Choice
    from oversample_bench.execution.runners.events import Event, ResampleDone, TrialDone

GROUP_ROWS = 200
GROUP_SECONDS = 0.5


def planned_records(plan: Plan, identity: Identity) -> list[PlannedRecord]:
    """Return the plan as the store keeps it: digests and labels."""
    return [
        PlannedRecord(
            trial=identity.trial(planned.spec),
            resample=identity.resample(planned.spec.resample),
            dataset=planned.dataset,
            ratio=planned.ratio,
            method=planned.method,
            classifier=planned.classifier,
            split=planned.spec.resample.split.index,
            seed=planned.spec.resample.seed,
        )
        for planned in plan.trials
    ]


def run_options(suite: Suite, registry: Registry) -> dict[str, Any]:
    """Return what a report has to know of a suite: its options, the costs of mistakes, published numbers."""
    costs = {"costs": suite.costs.model_dump()} if suite.costs.are_told else {}
    name = suite.report.published
    published = {"published": published_table(registry, name)} if is_named(name) else {}
    return {**suite.report.model_dump(), **costs, **published}


def run_record(suite: Suite, registry: Registry, choice: Choice) -> RunRecord:
    """Return the row of a run: what was asked, and where it runs."""
    metrics = {name: registry.entry("metric", name).resolve().higher_is_better for name in suite.metrics}
    first = choice.first()
    return RunRecord(
        suite=suite.name,
        suite_digest=suite.digest(),
        suite_text=suite.text,
        options=run_options(suite, registry),
        metrics=metrics,
        runner=first,
        workers=choice.workers() if first == "ray" else 1,
        environment=environment({f"{plugin.distribution} {plugin.version}" for plugin in registry.plugins}),
    )


@dataclass
class Recorder:
    """Writes events into the store of one run, and the rows of resamples beside it.

    Parameters
    ----------
    ledger : Ledger
        The open store.
    registry : Registry
        Tells the distribution and version of what was used.
    files : ResampleFiles
        Where resamples are kept.
    predictions : PredictionFiles
        Where the answers of classifiers are kept, once a resample is done with.
    metrics : mapping of str to str
        Distribution and version of each metric.
    run : int
        The number of the run.
    trials : int, default=0
        How many trials were committed.
    notices : list of str
        What was done in another way than was asked for.
    """

    ledger: Ledger
    registry: Registry
    files: ResampleFiles
    predictions: PredictionFiles
    metrics: Mapping[str, str]
    run: int
    trials: int = 0
    notices: list[str] = field(default_factory=list)
    _answers: dict[str, Predictions] = field(default_factory=dict)
    _rows: list[SplitRecord | ResampleRecord | TrialRecord] = field(default_factory=list)
    _untold: list[Event] = field(default_factory=list)
    _since: float = 0.0

    def committed(self, event: Event) -> list[Event]:
        """Take in an event, and return the events that are committed now."""
        from oversample_bench.execution.runners.events import Lull

        if isinstance(event, Lull):
            return self.commit() if event.pressing or self._is_due() else []
        if not self._rows:
            self._since = time.monotonic()
        self.write(event)
        return self.commit() if self._is_due() else []

    def _is_due(self) -> bool:
        n_rows = len(self._rows)
        late = n_rows > 0 and time.monotonic() - self._since >= GROUP_SECONDS
        return late or n_rows == 0 or n_rows >= GROUP_ROWS

    def commit(self) -> list[Event]:
        """Commit what was taken in, and return the events that it was of."""
        from oversample_bench.execution.runners.events import TrialDone

        if self._rows:
            self.ledger.add(self._rows)  # where it fails or is interrupted, they can be written again
            self._rows = []
        told, self._untold = self._untold, []
        self.trials += sum(isinstance(event, TrialDone) for event in told)
        return told

    def write(self, event: Event) -> None:
        """Make the rows of what an event tells, which are committed with those of others."""
        from oversample_bench.execution.runners.events import JobDone, Notice, ResampleDone, TrialDone

        if isinstance(event, ResampleDone):
            if isinstance(event.outcome, Ok):
                self.files.save(event.task.digest, event.outcome.value.resample)
            source = self.registry.source("oversampler", event.task.spec.method)
            self._rows += [] if event.split is None else [event.split]
            self._rows.append(resample_record(event, source, self.run))
        elif isinstance(event, Notice):
            self.notices.append(event.sentence)
        elif isinstance(event, TrialDone):
            source = self.registry.source("classifier", event.task.spec.classifier)
            self._rows.append(trial_record(event, source, self.metrics, self.run))
            self._note(event)
        elif isinstance(event, JobDone):
            self.keep(task.digest for task in event.job.members)
        self._untold.append(event)

    def _note(self, event: TrialDone) -> None:
        """Remember the answers of a trial until its job is done."""
        if isinstance(event.outcome, Ok) and event.outcome.value.answers:
            scores, task = event.outcome.value, event.task
            own = Predictions(scores.y_true, {task.digest: scores.answers})
            self._answers[task.resample] = own.with_others(self._answers.get(task.resample))

    def keep(self, resamples: Iterable[str] = ()) -> None:
        """Write the answers for these resamples, by default for all that are not written yet."""
        for digest in list(resamples) or list(self._answers):
            if digest in self._answers:
                self.predictions.save(digest, self._answers.pop(digest))


def _seed(component: Component, ours: int) -> int | None:
    """Return the seed that a component was to be given when it failed; none where the suite says null."""
    return None if component.kwargs().get("random_state", ours) is None else ours


def resample_record(event: ResampleDone, source: str, run: int) -> ResampleRecord:
    """Return the row of a resample: its audit, or why there is none."""
    task = event.task
    columns = {
        "split": task.split,
        "method": task.spec.method.name,
        "params": task.spec.method.params,
        "source": source,
        "spec": spec_text(task.spec),
        "random_state": _seed(task.spec.method, task.random_state),
        "fallback": "",
        "flags": "",
        "run": run,
        **_verdict(event.outcome),
        "fit_seconds": event.outcome.seconds,
    }
    if not isinstance(event.outcome, Failed):
        columns |= _told(event.outcome.value)
    return ResampleRecord(task.digest, columns)


def spec_text(spec: ResampleSpec) -> str:
    """Return the spec of a resample as JSON, which `oversample_bench.store.restoring` reads."""
    fields = asdict(spec)
    fields["split"]["protocol"] = spec.split.protocol.as_written()
    return canonical(fields)


def _told(drawn: AuditedResample) -> dict[str, Any]:
    audit = drawn.audit
    near = {} if drawn.fidelity is None else asdict(drawn.fidelity)
    apart = {} if drawn.detectability is None else asdict(drawn.detectability)
    return {
        **asdict(audit),
        "flags": ", ".join((*audit.flags(), *drawn.notes)),
        "random_state": drawn.random_state,
        **{f"fidelity_{name}": value for name, value in near.items()},
        **{f"detect_{name}": value for name, value in apart.items()},
        "fit_seconds": drawn.cost.seconds,
        "peak_mib": drawn.cost.peak_mib,
    }


def trial_record(event: TrialDone, source: str, metrics: Mapping[str, str], run: int) -> TrialRecord:
    """Return the row of a trial and its scores; a trial that failed has none.

    Parameters
    ----------
    event : TrialDone
        What a runner told.
    source : str
        Distribution and version of the classifier.
    metrics : mapping of str to str
        Distribution and version of each metric.
    run : int
        The number of the run.
    """
    task = event.task
    columns = {
        "resample": task.resample,
        "classifier": task.spec.classifier.name,
        "params": task.spec.classifier.params,
        "source": source,
        "random_state": _seed(task.spec.classifier, task.random_state),
        "notes": "",
        "trial_seconds": event.outcome.seconds,
        "run": run,
        **_verdict(event.outcome),
    }
    if isinstance(event.outcome, Failed):
        return TrialRecord(task.digest, columns)
    scores = event.outcome.value
    columns |= {
        "reason": scores.fallback,
        "notes": ", ".join(scores.notes),
        "random_state": scores.random_state,
    }
    bins = bins_text(scores.calibration)
    reasons = {name: reason(failed) for name, failed in scores.failed.items()}
    return TrialRecord(task.digest, columns, scores.values, metrics, bins, reasons)


def bins_text(bins: Bins) -> str:
    """Return counts by predicted probability as the store keeps them; empty where there are none."""
    return json.dumps(bins, separators=(",", ":")) if bins else ""


def reason(failed: Failed) -> str:
    """Return why a metric gave no number, after the error's type where the metric has raised it."""
    return failed.message if failed.kind == "NoNumber" else f"{failed.kind}: {failed.message}"


def _verdict(outcome: Outcome[Any]) -> dict[str, str]:
    if isinstance(outcome, Failed):
        return {
            "status": outcome.status.value,
            "stage": outcome.stage,
            "kind": outcome.kind,
            "reason": outcome.message,
            "traceback": outcome.traceback,
        }
    return {"status": Status.OK.value, "stage": "", "kind": "", "reason": "", "traceback": ""}

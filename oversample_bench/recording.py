"""Turns what runners tell into rows of the store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from oversample_bench.identity import Identity
from oversample_bench.outcome import Failed, Outcome, Status
from oversample_bench.plan import Plan
from oversample_bench.specs import canonical
from oversample_bench.store import DrawRecord, PlannedRecord, TrialRecord

if TYPE_CHECKING:  # a run with nothing to do imports none of the stages
    from oversample_bench.runners.events import DrawDone, TrialDone
    from oversample_bench.stages import Drawn


def planned_records(plan: Plan, identity: Identity) -> list[PlannedRecord]:
    """Return the plan as the store keeps it: digests and labels."""
    return [
        PlannedRecord(
            trial=identity.trial(planned.spec),
            draw=identity.draw(planned.spec.draw),
            dataset=planned.dataset,
            ratio=planned.ratio,
            method=planned.method,
            classifier=planned.classifier,
            split=planned.spec.draw.split.index,
            seed=planned.spec.draw.seed,
        )
        for planned in plan.trials
    ]


def draw_record(event: DrawDone, source: str, run: int) -> DrawRecord:
    """Return the row of a draw: its audit, or why there is none."""
    task = event.task
    columns = {
        "digest": task.digest,
        "split": task.split,
        "method": task.spec.method.name,
        "params": task.spec.method.params,
        "source": source,
        "spec": canonical(asdict(task.spec)),
        "random_state": task.random_state,
        "fallback": "",
        "flags": "",
        "run": run,
        **_verdict(event.outcome),
        "fit_seconds": event.outcome.seconds,
    }
    if not isinstance(event.outcome, Failed):
        columns |= _told(event.outcome.value)
    return DrawRecord(task.digest, columns)


def _told(drawn: Drawn) -> dict[str, Any]:
    audit = drawn.audit
    near = {} if drawn.fidelity is None else asdict(drawn.fidelity)
    return {
        **asdict(audit),
        "flags": ", ".join(audit.flags()),
        **{f"fidelity_{name}": value for name, value in near.items()},
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
        "digest": task.digest,
        "draw": task.draw,
        "classifier": task.spec.classifier.name,
        "params": task.spec.classifier.params,
        "source": source,
        "random_state": task.random_state,
        "trial_seconds": event.outcome.seconds,
        "run": run,
        **_verdict(event.outcome),
    }
    scores = {} if isinstance(event.outcome, Failed) else event.outcome.value
    return TrialRecord(task.digest, columns, scores, metrics)


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

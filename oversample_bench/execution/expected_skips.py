"""What of the work that is left will be skipped for certain: `bench plan` says so before any of it is done.

Reads no data: the classes of a set are known where a look at it shows them or the store has seen it, and a
ratio of the suite tells something about any set. What becomes certain only when rows are read is not told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from oversample_bench.core.outcome import Skip
from oversample_bench.core.specs import Component, DataSpec, Protocol, SplitSpec
from oversample_bench.datasets.classes import named
from oversample_bench.evaluation.corruption import labelled
from oversample_bench.evaluation.requests import MAKES_ROWS, ClassCounts, Request
from oversample_bench.evaluation.split import sizes
from oversample_bench.plugins.registry import Registry

if TYPE_CHECKING:
    from oversample_bench.evaluation.tasks import Job, ResampleTask
    from oversample_bench.execution.inventory import Inventory

ClassesOf = Callable[[DataSpec], Mapping[str, int] | None]
Place = tuple[DataSpec, float | None, Protocol, Component]
"""A data set, a ratio and a method: all splits and seeds of these are alike in what they ask for."""


@dataclass(frozen=True)
class Foreseen:
    """Work that will be skipped, and why.

    Attributes
    ----------
    data : DataSpec
        The data set.
    ratio : float or None
        Of the split.
    reason : str
        As the row of each trial will have it, as far as it is known.
    jobs : tuple of Job
        What will be skipped.
    """

    data: DataSpec
    ratio: float | None
    reason: str
    jobs: tuple[Job, ...]

    @property
    def n_trials(self) -> int:
        """How many trials that are."""
        return sum(len(job.trials) for job in self.jobs)


def foreseen(jobs: Iterable[Job], registry: Registry, classes_of: ClassesOf) -> tuple[Foreseen, ...]:
    """Return what of ``jobs`` will be skipped, by data set, ratio and reason.

    Parameters
    ----------
    jobs : iterable of Job
        What is left to do.
    registry : Registry
        Where the methods come from; one is imported only where its request may be met already.
    classes_of : callable
        Returns how many rows each class of a data set has, or None where that is not known.
    """
    reasons: dict[Place, str] = {}
    found: dict[tuple[DataSpec, float | None, str], list[Job]] = {}
    for job in jobs:
        first = job.members[0]
        split = first.spec.split
        place = (split.data, split.ratio, split.protocol, first.spec.method)
        if place not in reasons:
            reasons[place] = _reason(first, registry, classes_of(split.data))
        if reasons[place]:
            found.setdefault((split.data, split.ratio, reasons[place]), []).append(job)
    return tuple(Foreseen(*place, tuple(skipped)) for place, skipped in found.items())


def known_classes(
    inventory: Inventory, counts: Mapping[DataSpec, Mapping[str, int]], cards: Mapping[str, Any]
) -> ClassesOf:
    """Return what tells the classes of a data set: what a look at it has shown, or cards by stamp."""

    def classes_of(data: DataSpec) -> Mapping[str, int] | None:
        if data in counts:
            return counts[data]
        card = cards.get(inventory.source(data).stamp())
        return None if card is None else dict(card["classes"])

    return classes_of


def _reason(task: ResampleTask, registry: Registry, classes: Mapping[str, int] | None) -> str:
    """Return why the resamples of a data set, ratio and method will be skipped, or an empty string."""
    split, given = task.spec.split, task.spec.method.kwargs()
    target = split.protocol.target_ratio
    try:
        there = None if classes is None else _there(classes, split)
        if "sampling_strategy" not in given and not _idle(Request(target, MAKES_ROWS, target), split, there):
            return ""  # whatever the method is; so it need not be imported
        return _idle(_request(task, registry), split, there)
    except Skip as error:
        return str(error)
    except Exception:  # noqa: BLE001 - wrong data and plugins are told by `bench run`, with their place
        return ""


def _there(classes: Mapping[str, int], split: SplitSpec) -> ClassCounts:
    majority, minority = named(classes, split.data)
    rows = (classes[majority], classes[minority])
    train = sizes(rows, split.ratio, split.protocol.test_size).train
    return ClassCounts(*labelled(train, split.protocol.label_noise))


def _idle(request: Request, split: SplitSpec, there: ClassCounts | None) -> str:
    if there is not None:
        return request.idle(there)
    if split.ratio is None or split.protocol.label_noise:
        return ""
    return request.idle_at(split.ratio)


def _request(task: ResampleTask, registry: Registry) -> Request:
    from oversample_bench.evaluation.stages import Toolbox
    from oversample_bench.suite import UNLIMITED

    sampler = Toolbox(registry, {}, UNLIMITED).sampler(task).estimator
    return Request.of(sampler, task.target_ratio)

"""Cuts a cluster into slots for workers: one CPU each, and larger ones for the methods that need them.

The slots never take more than there is, since a worker that finds no place would be waited for in silence.
"""

from __future__ import annotations

from collections.abc import Iterable

from oversample_bench.tasks import Job, Resources

ROUNDING = 1e-9


def within(needed: Resources, there: dict[str, float]) -> Resources:
    """Return what a task occupies on this cluster.

    A method that asks for more CPUs than there are gets all of them; one that asks for a GPU which the
    cluster does not have runs on CPUs.
    """
    gpus = needed.gpus if needed.gpus <= there["GPU"] else 0
    return Resources(cpus=min(max(needed.cpus, 1), there["CPU"]), gpus=gpus)


def slot_shapes(jobs: Iterable[Job], there: dict[str, float]) -> list[Resources]:
    """Return what each slot occupies; every job fits at least one of them.

    Parameters
    ----------
    jobs : iterable of Job
        Whose needs are to be met.
    there : dict of str to float
        ``CPU`` and ``GPU`` of the cluster.
    """
    needs = {within(job.resources, there) for job in jobs} - {Resources()}
    shapes = sorted(needs, key=lambda need: (need.gpus, need.cpus), reverse=True)
    if not _fit(shapes, there, spare=0):  # not all side by side: one slot that is large enough for each
        shapes = [Resources(max(need.cpus for need in needs), max(need.gpus for need in needs))]
    for shape in tuple(shapes):
        spare = 1 if shape.gpus else there["CPU"] / 2
        while _fit([*shapes, shape], there, spare):
            shapes.append(shape)
    plain = int(there["CPU"] - sum(shape.cpus for shape in shapes))
    return [*shapes, *[Resources()] * plain] or [Resources()]


def _fit(shapes: Iterable[Resources], there: dict[str, float], spare: float) -> bool:
    """Tell whether the slots find room beside each other and leave ``spare`` CPUs."""
    shapes = list(shapes)
    cpus = there["CPU"] - sum(shape.cpus for shape in shapes)
    gpus = there["GPU"] - sum(shape.gpus for shape in shapes)
    return cpus >= spare and gpus >= -ROUNDING

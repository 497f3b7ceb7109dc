"""Cuts a cluster into places for workers: one CPU each, and larger ones for the methods that need them.

A worker runs on one node, so what a method can be given is bounded by the largest node and not by the sum of
all. The places are packed into the nodes: they never take more than there is, since a worker that finds no
place would be waited for in silence. A node that joins a cluster later is cut in the same
way.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import floor

from oversample_bench.core.errors import UsageError
from oversample_bench.evaluation.tasks import Job, Resources

ROUNDING = 1e-9


@dataclass(frozen=True)
class Node:
    """What one machine of a cluster has.

    ``name`` is Ray's own, empty where there is one machine only; ``host`` is what people call it.
    """

    cpus: float
    gpus: float = 0
    name: str = ""
    host: str = ""


@dataclass(frozen=True)
class Place:
    """What one worker occupies, and the name of its node and of its machine."""

    resources: Resources
    node: str = ""
    host: str = ""


def within(needed: Resources, nodes: Sequence[Node]) -> Resources:
    """Return what a task occupies on this cluster: what it needs, as far as one node has it.

    A method that asks for a GPU where there is none runs on CPUs.
    """
    gpus = min(needed.gpus, max(node.gpus for node in nodes))
    gpus = gpus if gpus <= 1 else floor(gpus)  # several GPUs are given out as a whole
    cpus = max(node.cpus for node in nodes if node.gpus >= gpus)
    return Resources(cpus=min(max(needed.cpus, 1), cpus), gpus=gpus)


def is_within(needed: Resources, whole: Resources) -> bool:
    """Tell whether a node that has so much can hold what a task occupies."""
    return needed.cpus <= whole.cpus and needed.gpus <= whole.gpus


def shortages(jobs: Iterable[Job], nodes: Sequence[Node]) -> Iterator[str]:
    """Yield a sentence for each thing of which a method is given less than it asks for."""
    for name, needed in dict.fromkeys((job.members[0].spec.method.name, job.resources) for job in jobs):
        given = within(needed, nodes)
        for noun, asked, has in (("CPU", needed.cpus, given.cpus), ("GPU", needed.gpus, given.gpus)):
            if has < asked:
                so = f"more than {has:g}, so it is given {has:g}" if has else "any, so it runs on CPUs"
                plural = "" if asked == 1 else "s"
                yield f"'{name}' asks for {asked:g} {noun}{plural}; no node of the cluster has {so}."


def check_needs(jobs: Iterable[Job], nodes: Sequence[Node]) -> None:
    """Refuse what no node of a cluster can hold, where it would be waited for or be given less in silence.

    A method that asks for a GPU where no node has one runs on CPUs.

    Raises
    ------
    UsageError
        When a method asks for more than the largest node has; it names both numbers.
    """
    for name, needed in dict.fromkeys((job.members[0].spec.method.name, job.resources) for job in jobs):
        given = within(needed, nodes)
        if given.cpus < needed.cpus or 0 < given.gpus < needed.gpus:
            largest = Resources(given.cpus, given.gpus if needed.gpus else 0)
            raise UsageError(
                f"'{name}' asks for {size_told(needed)}; the largest node of the cluster has "
                f"{size_told(largest)}. A method runs on one node: ask for less under `resources` in the "
                "suite, which changes no number, or add a node that is large enough."
            )


def size_told(resources: Resources) -> str:
    """Return what a worker occupies as people say it: ``"2 CPUs and 1 GPU"``."""
    gpus = f" and {resources.gpus:g} GPU{'' if resources.gpus == 1 else 's'}" if resources.gpus else ""
    return f"{resources.cpus:g} CPU{'' if resources.cpus == 1 else 's'}{gpus}"


def places(jobs: Iterable[Job], nodes: Sequence[Node]) -> list[Place]:
    """Return the places for workers, the large ones first; every job fits at least one of them.

    Parameters
    ----------
    jobs : iterable of Job
        Whose needs are to be met.
    nodes : sequence of Node
        What there is.
    """
    packing = _Packing(nodes)
    needs = {within(job.resources, nodes) for job in jobs} - {Resources()}
    for need in sorted(needs, key=size, reverse=True):
        packing.meet(need)
    for shape in [place.resources for place in packing.places]:
        spare = 1 if shape.gpus else sum(node.cpus for node in nodes) / 2
        while packing.cpus() - shape.cpus >= spare and packing.add(shape):
            continue
    return [*packing.places, *packing.rest()] or [Place(Resources())]


def size(resources: Resources) -> tuple[float, float]:
    """Return by what the larger of two needs or places is told: GPUs first."""
    return resources.gpus, resources.cpus


class _Packing:
    """Which places are taken on which node."""

    def __init__(self, nodes: Sequence[Node]) -> None:
        self.places: list[Place] = []
        self._nodes = sorted(
            nodes, key=lambda node: (node.gpus, node.cpus)
        )  # GPUs are kept for who needs them

    def _left(self, node: Node) -> Resources:
        """Return what is left of a node."""
        taken = [place.resources for place in self.places if place.node == node.name]
        return Resources(
            node.cpus - sum(one.cpus for one in taken), node.gpus - sum(one.gpus for one in taken) + ROUNDING
        )

    def cpus(self) -> float:
        """Return how many CPUs are left in all."""
        return sum(self._left(node).cpus for node in self._nodes)

    def add(self, shape: Resources) -> bool:
        """Take a place where there is room for it, and tell whether there was."""
        for node in self._nodes:
            left = self._left(node)
            if shape.cpus <= left.cpus and shape.gpus <= left.gpus:
                self.places.append(Place(shape, node.name, node.host))
                return True
        return False

    def meet(self, need: Resources) -> None:
        """See to it that a place is large enough: one more, one that is there, or one made of several."""
        there = [place.resources for place in self.places]
        if self.add(need) or any(need.cpus <= one.cpus and need.gpus <= one.gpus for one in there):
            return
        node = next(node for node in self._nodes if need.cpus <= node.cpus and need.gpus <= node.gpus)
        joined = [need, *(place.resources for place in self.places if place.node == node.name)]
        whole = Resources(max(one.cpus for one in joined), max(one.gpus for one in joined))
        others = [place for place in self.places if place.node != node.name]
        self.places = [*others, Place(whole, node.name, node.host)]

    def rest(self) -> list[Place]:
        """Return a place for each CPU that nobody has taken."""
        return [
            Place(Resources(), node.name, node.host)
            for node in self._nodes
            for _ in range(int(self._left(node).cpus))
        ]

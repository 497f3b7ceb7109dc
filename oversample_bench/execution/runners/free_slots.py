"""Which workers can be given a call, known without asking all of them."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from oversample_bench.evaluation.tasks import Resources
from oversample_bench.execution.runners.pending_calls import Slot
from oversample_bench.execution.runners.slots import size

DEPTH = 2
"""How many fits and trials a worker is given at most before the first has ended."""


class FreeSlots:
    """The slots that take more, in queues by how much they have and by what they occupy.

    A slot is put into a queue when its calls change, and found to have moved on when its turn comes.
    """

    def __init__(self) -> None:
        self._queues: dict[tuple[int, Resources], deque[Slot]] = {}
        self._order: list[tuple[int, Resources]] = []
        self._listed: set[tuple[int, Slot]] = set()

    def note(self, slot: Slot) -> None:
        """Put a slot behind the others that have as much to do, where it takes more."""
        ahead = slot.ahead()
        if ahead >= DEPTH or (ahead, slot) in self._listed or not slot.takes_more(ahead):
            return
        key = ahead, slot.resources
        if key not in self._queues:
            self._queues[key] = deque()
            self._order = sorted(self._queues, key=lambda one: (one[0], size(one[1])))
        self._queues[key].append(slot)
        self._listed.add((ahead, slot))

    def queues(self, depth: int) -> Iterator[Iterator[Slot]]:
        """Yield the slots of each queue, those with nothing to do first, and of these the small ones.

        So what a small slot can do leaves the large ones to those who need them. A slot that is yielded twice
        in a row was not given anything.
        """
        for key in [key for key in self._order if key[0] < depth]:
            yield self._slots(*key)

    def _slots(self, ahead: int, resources: Resources) -> Iterator[Slot]:
        queue = self._queues[ahead, resources]
        while queue:
            slot = queue[0]
            if slot.takes_more(ahead):
                yield slot
            else:
                queue.popleft()
                self._listed.discard((ahead, slot))

"""When the next worker is late, known without asking all of them."""

from __future__ import annotations

import itertools
from heapq import heappop, heappush

from oversample_bench.execution.runners.pending_calls import Slot


class Deadlines:
    """The slots by the moments at which their first calls are late.

    A slot counts once, with the earliest of its moments in the heap. What it turned to since may have more
    time than that: then it is put back further behind when its moment comes, so that a call that ends in time
    costs nothing here.
    """

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Slot]] = []
        self._noted: dict[Slot, float] = {}
        self._numbers = itertools.count()

    def watch(self, slot: Slot) -> None:
        """See to it that the deadline of a slot is noticed."""
        when = slot.deadline()
        if when < self._noted.get(slot, float("inf")):
            self._noted[slot] = when
            heappush(self._heap, (when, next(self._numbers), slot))

    def soonest(self) -> float:
        """Return the first moment at which a call is late; infinite where none is on the clock."""
        while self._heap:
            when, _, slot = self._heap[0]
            noted = self._noted.get(slot) == when
            if noted and when == slot.deadline():
                return when
            self._take()
            if noted:
                self.watch(slot)
        return float("inf")

    def passed(self, now: float) -> list[Slot]:
        """Return the slots that are late now, and forget them until they are watched again."""
        found = []
        while self.soonest() <= now:
            found.append(self._take())
        return found

    def _take(self) -> Slot:
        when, _, slot = heappop(self._heap)
        if self._noted.get(slot) == when:
            del self._noted[slot]
        return slot


def never() -> bool:
    """Tell that there is time, for whoever has been given no limit."""
    return False

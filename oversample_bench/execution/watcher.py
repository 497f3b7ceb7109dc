"""What is told of a run while it goes on; a watcher that says nothing, for scripts and notebooks."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from oversample_bench.execution.runner_choice import Choice
    from oversample_bench.execution.runners.events import Event


class Watcher:
    """Is told what happens, and does nothing; subclass it to show some of it."""

    def fetching(self, sentence: str) -> None:
        """Hear that a data set is being downloaded, and under which terms."""

    def adopted(self, trials: int) -> None:
        """Hear that trials of an earlier version of this program are taken for those of today."""

    def rescored(self, trials: int) -> None:
        """Hear that trials were scored by added metrics, from the predictions that were kept."""

    def reading(self, sentence: str) -> None:
        """Hear how a file was read: what was recognised, left out, or taken for missing."""

    def begin(self, total: int, reused: int, choice: Choice) -> None:
        """Hear that a run of ``total`` trials begins, ``reused`` of which are there already."""

    def told(self, event: Event) -> None:
        """Hear of an event, which has been committed, or of a notice."""

    def moved(self, choice: Choice) -> None:
        """Hear that the rest of the work is done somewhere else: on Ray, or in this process after all."""

    def interrupted(self) -> None:
        """Hear that the user wants it to stop."""

    def end(self) -> None:
        """Hear that the run is over."""

    def writing(self, sentence: str) -> None:
        """Hear which part of the report is being written; "" when it is there."""

"""Shows a run while it goes on: a live line in a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from oversample_bench.core.errors import counted
from oversample_bench.core.outcome import Failed, Outcome, Status
from oversample_bench.execution.watcher import Watcher

if TYPE_CHECKING:
    from rich.progress import TaskID

    from oversample_bench.execution.runner_choice import Choice
    from oversample_bench.execution.runners.events import Event, ResampleDone, TrialDone

LINE_SECONDS = 10.0
LINE_SHARE = 0.1
MOST_REASONS = 12
"""Of failures, and as many of skips: many skips hide no failure."""


def clock(seconds: float) -> str:
    """Return seconds as people read them: ``"0:05"``, ``"1:02:03"``."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


class Tally(Watcher):
    """Counts what it is told; shows each new reason of a failure or skip once, and the numbers now and then.

    Parameters
    ----------
    console : rich.console.Console
        Where to write.
    """

    def __init__(self, console: Console) -> None:
        self.console = console
        self.total = self.reused = self.done = self.failed = self.skipped = 0
        self.started = time.monotonic()
        self._read: set[str] = set()
        self._reasons: dict[bool, set[tuple[str, str]]] = {True: set(), False: set()}

    def fetching(self, sentence: str) -> None:
        """Say what is being downloaded."""
        self.say(sentence)

    def adopted(self, trials: int) -> None:
        """Say which rows are taken for those of what is installed."""
        self.say(
            f"{counted(trials, 'trial')} in this folder come from a version that kept no hash of the "
            "plugins' code; they count as made by the plugins installed now, which have the same versions."
        )

    def rescored(self, trials: int) -> None:
        """Say how many trials were scored without a fit."""
        self.say(f"{counted(trials, 'trial')} scored by added metrics, from kept predictions.")

    def reading(self, sentence: str) -> None:
        """Say how a file was read, once."""
        if sentence not in self._read:
            self._read.add(sentence)
            self.say(sentence)

    def begin(self, total: int, reused: int, choice: Choice) -> None:
        """Say what is about to happen."""
        self.total, self.reused, self.started = total, reused, time.monotonic()
        self.done = self.failed = self.skipped = 0
        if total > reused:
            again = f", {reused:,} of them there already" if reused else ""
            self.say(f"{counted(total, 'trial')}{again}; {_where(choice)}.")

    def told(self, event: Event) -> None:
        """Count a trial, and show why it failed if that is new; say a notice."""
        from oversample_bench.execution.runners.events import Notice, ResampleDone, TrialDone

        if isinstance(event, Notice):
            self.say(event.sentence)
        if isinstance(event, TrialDone):
            self._count(event.outcome)
            self.show()
            for metric, failed in _failed_metrics(event).items():
                self._explain(metric, failed)
        if isinstance(event, ResampleDone) and isinstance(event.outcome, Failed):
            self._explain(_culprit(event), event.outcome)
        if (
            isinstance(event, TrialDone)
            and isinstance(event.outcome, Failed)
            and event.outcome.stage == "trial"
        ):
            self._explain(event.task.spec.classifier.name, event.outcome)

    def _count(self, outcome: Outcome[Any]) -> None:
        self.done += 1
        if isinstance(outcome, Failed):
            is_skip = outcome.status == Status.SKIPPED
            self.skipped += is_skip
            self.failed += not is_skip

    def _explain(self, who: str, failed: Failed) -> None:
        is_skip = failed.status == Status.SKIPPED
        reasons = self._reasons[is_skip]
        if (who, failed.message) in reasons:
            return
        reasons.add((who, failed.message))
        if len(reasons) <= MOST_REASONS:
            self.say(f"{who}: {failed.status.value} in {failed.stage}: {failed.message}")
        if len(reasons) == MOST_REASONS + 1:
            self.say(f"further reasons {'for skips ' if is_skip else ''}stand in the report")

    def moved(self, choice: Choice) -> None:
        """Say that the rest goes to Ray; why it does not, a notice says."""
        if choice.first() == "ray":
            self.say(f"the rest is worth the start of Ray: {_where(choice)}.")

    def interrupted(self) -> None:
        """Say that it is ending."""
        self.say("stopping; what is done is kept")

    def line(self) -> str:
        """Return the numbers: done, reused, failed, skipped where some are, elapsed, left."""
        elapsed = time.monotonic() - self.started
        left = elapsed / self.done * (self.total - self.reused - self.done) if self.done else None
        return (
            f"{self.reused + self.done:,} of {self.total:,} done, {self.reused:,} reused, "
            f"{self.failed:,} failed, "
            + (f"{self.skipped:,} skipped, " if self.skipped else "")
            + f"{clock(elapsed)} elapsed"
            + ("" if left is None else f", about {clock(left)} left")
        )

    def say(self, text: str) -> None:
        """Write a line: as it is, but for characters that would steer the terminal."""
        plain = "".join(letter if letter.isprintable() else " " for letter in text)
        self.console.print(plain, markup=False, emoji=False, soft_wrap=True, highlight=False)

    def show(self) -> None:
        """Show the numbers."""


class Lines(Tally):
    """Writes a plain line every ten seconds or tenth of the work: for logs."""

    def __init__(self, console: Console) -> None:
        super().__init__(console)
        self._last_time = time.monotonic()
        self._last_done = 0

    def show(self) -> None:
        """Write the numbers when there is something to tell."""
        share = (self.done - self._last_done) / max(1, self.total - self.reused)
        if share >= LINE_SHARE or time.monotonic() - self._last_time >= LINE_SECONDS:
            self._last_time, self._last_done = time.monotonic(), self.done
            self.say(self.line())


class Live(Tally):
    """Keeps one line up to date at the foot of a terminal."""

    def __init__(self, console: Console) -> None:
        super().__init__(console)
        self._bar = Progress(
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
TextColumn(
                "[dim]{task.fields[reused]:,} reused[/] "
                "[{task.fields[colour]}]{task.fields[failed]:,} failed[/][yellow]{task.fields[skipped]}[/]"
            ),
            TimeElapsedColumn(), TextColumn("[dim]left[/]"), TimeRemainingColumn(),
            console=console, transient=True,
        )  # fmt: skip
        self._task: TaskID | None = None
        self._status = console.status("")

    def begin(self, total: int, reused: int, choice: Choice) -> None:
        """Say what is about to happen, and put up the line."""
        super().begin(total, reused, choice)
        if self._task is not None:  # of a run before
            self._bar.remove_task(self._task)
        if total > reused:
            self._task = self._bar.add_task(
                "trials", total=total, completed=reused, reused=reused, failed=0, skipped="", colour="dim"
            )
            self._bar.start()

    def show(self) -> None:
        """Bring the line up to date."""
        if self._task is not None:
            colour = "red" if self.failed else "dim"
            skipped = f" {self.skipped:,} skipped" if self.skipped else ""
            told = {"failed": self.failed, "skipped": skipped, "colour": colour}
            self._bar.update(self._task, completed=self.reused + self.done, **told)  # type: ignore[arg-type]

    def end(self) -> None:
        """Take the line down."""
        self._bar.stop()

    def writing(self, sentence: str) -> None:
        """Show which part of the report is being written, and take that down at its end."""
        if not sentence:
            self._status.stop()
        else:
            self._status.update(f"writing the report: {sentence}")
            self._status.start()


def _failed_metrics(event: TrialDone) -> Mapping[str, Failed]:
    return {} if isinstance(event.outcome, Failed) else event.outcome.value.failed


def _culprit(event: ResampleDone) -> str:
    """Return whom a resample's failure is blamed on: the method, or the data that it was to be given."""
    spec, outcome = event.task.spec, event.outcome
    if isinstance(outcome, Failed) and outcome.stage in {"data", "split"}:
        return spec.split.data.name or spec.split.data.path
    return spec.method.name


def _where(choice: Choice) -> str:
    if choice.first() == "serial":
        return "one after the other in this process"
    place = (
        f"the Ray cluster at {choice.cluster.address}" if choice.cluster.address else "Ray on this machine"
    )
    reason = f", since {choice.at_risk}" if choice.at_risk and choice.runner == "auto" else ""
    workers = "" if choice.cluster.address else f" with {counted(choice.workers(), 'worker')}"
    return f"on {place}{workers}{reason}"


def watcher(console: Console) -> Tally:
    """Return the watcher that suits where the output goes."""
    return Live(console) if console.is_terminal else Lines(console)

"""What is shown of a run while it goes on."""

from __future__ import annotations

import re
from io import StringIO
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from oversample_bench.core.outcome import Failed, Ok, Status
from oversample_bench.core.specs import Component, DataSpec, Protocol, ResampleSpec, SplitSpec, TrialSpec
from oversample_bench.evaluation.scoring import Scores
from oversample_bench.evaluation.tasks import ResampleTask, TrialTask
from oversample_bench.execution.progress import MOST_REASONS, Lines, Live, Tally, clock, watcher
from oversample_bench.execution.runner_choice import Choice
from oversample_bench.execution.runners.cluster import Cluster
from oversample_bench.execution.runners.events import ResampleDone, TrialDone
from oversample_bench.execution.watcher import Watcher

SPLIT = SplitSpec(DataSpec(name="ecoli1"), None, Protocol(), 0)
SERIAL = Choice("serial")
UPSTREAM = Status.UPSTREAM


def resample_done(outcome: object, method: str = "smote") -> ResampleDone:
    spec = ResampleSpec(SPLIT, Component(method), 0)
    return ResampleDone(ResampleTask(spec, "digest", "split", "print", 1), outcome)


def trial_done(outcome: object = Ok(Scores({})), classifier: str = "knn") -> TrialDone:
    spec = TrialSpec(ResampleSpec(SPLIT, Component("smote"), 0), Component(classifier))
    return TrialDone(TrialTask(spec, "digest", "resample", 1, 1), outcome)


def failed(message: str, stage: str = "resample", status: Status = Status.FAILED) -> Failed:
    return Failed(status, stage, "ValueError", message)


class Screen:
    """A console that keeps what is written."""

    def __init__(self, *, terminal: bool = False) -> None:
        self.file = StringIO()
        self.console = Console(file=self.file, force_terminal=terminal, width=200, highlight=False)

    @property
    def text(self) -> str:
        return self.file.getvalue()

    @property
    def lines(self) -> list[str]:
        return self.text.splitlines()


# --- numbers


@given(st.integers(0, 10**6))
def test_clock_is_hours_minutes_and_seconds(seconds):
    """Read back, the parts are the seconds; all but the first have two digits."""
    parts = clock(seconds).split(":")

    assert seconds == sum(int(part) * 60**place for place, part in enumerate(reversed(parts)))
    assert all(len(part) == 2 and int(part) < 60 for part in parts[1:])
    assert len(parts) == (3 if seconds >= 3600 else 2)


@pytest.mark.parametrize(
    ("seconds", "shown"), [(0.4, "0:00"), (5, "0:05"), (59.7, "1:00"), (3599.6, "1:00:00"), (3723, "1:02:03")]
)
def test_clock_by_example(seconds, shown):
    """Seconds are rounded, and never shown as 0:60."""
    assert clock(seconds) == shown


# --- plain lines


def test_the_beginning_says_how_much_and_where():
    """Trials, how many are there already, and the runner stand in the first line."""
    screen = Screen()

    Lines(screen.console).begin(1200, 200, SERIAL)

    assert screen.lines == ["1,200 trials, 200 of them there already; one after the other in this process."]


@pytest.mark.parametrize(
    ("choice", "where"),
    [
        (Choice("ray", Cluster(workers=3)), "on Ray on this machine with 3 workers."),
        (Choice("ray", Cluster("auto")), "on the Ray cluster at auto."),
        (
            Choice("auto", Cluster(workers=2), at_risk="the suite has loose plugin files"),
            "on Ray on this machine with 2 workers, since the suite has loose plugin files.",
        ),
    ],
)
def test_the_beginning_says_what_runs_it_and_why(choice, where):
    """Who finds Ray starting is told why."""
    screen = Screen()

    Lines(screen.console).begin(1, 0, choice)

    assert screen.lines == [f"1 trial; {where}"]


def test_nothing_to_do_is_no_news():
    """Where everything is there already, nothing is announced."""
    screen = Screen()

    shown = Lines(screen.console)
    shown.begin(4, 4, SERIAL)
    shown.end()

    assert screen.text == ""


@given(total=st.integers(1, 60))
def test_lines_come_a_tenth_of_the_work_apart(total):
    """However many trials there are, there are at most ten lines, and each tells more than the last."""
    screen = Screen()
    shown = Lines(screen.console)
    shown.begin(total, 0, SERIAL)

    for _ in range(total):
        shown.told(trial_done())

    done = [int(line.split(" of ")[0]) for line in screen.lines[1:]]
    assert 1 <= len(done) <= 10
    assert all(before < after for before, after in pairwise(done))


def test_a_line_holds_all_counts():
    """Done counts what is reused too; failures are counted beside it."""
    screen = Screen()
    shown = Lines(screen.console)
    shown.begin(4, 2, SERIAL)

    shown.told(trial_done(failed("no", "trial")))
    shown.told(trial_done())

    counts = r"4 of 4 done, 2 reused, 1 failed, \d+:\d\d elapsed, about 0:00 left"
    assert re.fullmatch(counts, screen.lines[-1])


def test_skips_are_counted_apart_from_failures():
    """What cannot be is no fault: three failures and two skips are not five failures."""
    screen = Screen()
    shown = Lines(screen.console)
    shown.begin(6, 0, SERIAL)

    for outcome in [
        failed("no", "trial"),
        failed("no", status=Status.TIMEOUT),
        failed("up", status=UPSTREAM),
    ]:
        shown.told(trial_done(outcome))
    for _ in range(2):
        shown.told(trial_done(failed("too few rows", "split", Status.SKIPPED)))
    shown.told(trial_done())

    counts = r"6 of 6 done, 0 reused, 3 failed, 2 skipped, \d+:\d\d elapsed, about 0:00 left"
    assert re.fullmatch(counts, screen.lines[-1])


def test_a_live_line_counts_skips_too():
    """The line of a terminal shows the same numbers, and nothing of skips where there are none."""
    screen = Screen(terminal=True)
    shown = Live(screen.console)
    shown.begin(3, 0, SERIAL)
    shown.told(trial_done(failed("no", "trial")))
    shown._bar.refresh()
    before = screen.text

    shown.told(trial_done(failed("too few rows", "split", Status.SKIPPED)))
    shown._bar.refresh()
    shown.end()

    assert "1 failed" in before
    assert "skipped" not in before
    assert "1 skipped" in screen.text


def test_lines_have_no_escape_codes():
    """A log file gets plain text, also where a plugin's message has colours and commands of a terminal."""
    screen = Screen()
    shown = Lines(screen.console)
    shown.begin(2, 0, SERIAL)

    shown.told(resample_done(failed("\x1b[31mred\x1b[0m and \rback\x07")))
    shown.told(trial_done())
    shown.moved(Choice("ray", Cluster(workers=2)))
    shown.interrupted()
    shown.end()

    assert all(line.isprintable() for line in screen.lines)
    assert "red" in screen.text


@pytest.mark.parametrize("text", ["[red]x[/]", "[/]", "a:100:b", "C:\\[x]", "tail\\", "X[:, 0]"])
def test_messages_are_shown_as_they_are(text):
    """What looks like markup or an emoji code is text."""
    screen = Screen()

    Lines(screen.console).say(text)

    assert screen.lines == [text]


# --- failures


def test_each_reason_is_told_once():
    """A hundred resamples that fail alike make one line; another method's or another reason makes its own."""
    screen = Screen()
    shown = Tally(screen.console)

    for _ in range(100):
        shown.told(resample_done(failed("too few rows")))
    shown.told(resample_done(failed("too few rows"), method="adasyn"))
    shown.told(resample_done(failed("another", status=Status.TIMEOUT)))
    shown.told(trial_done(failed("does not converge", "trial")))

    assert screen.lines == [
        "smote: failed in resample: too few rows",
        "adasyn: failed in resample: too few rows",
        "smote: timeout in resample: another",
        "knn: failed in trial: does not converge",
    ]


def test_a_set_that_is_not_there_is_no_fault_of_the_methods():
    """Where data or split fail, the data set is named, once for all methods."""
    screen = Screen()
    shown = Tally(screen.console)

    for method in ("none", "smote", "adasyn"):
        shown.told(resample_done(failed("no file", "data"), method))
        shown.told(trial_done(failed("no file", "data", Status.UPSTREAM)))

    assert screen.lines == ["ecoli1: failed in data: no file"]
    assert shown.failed == 3


def test_a_metric_that_fails_is_told_once_and_is_no_failed_trial():
    """Each reason of a metric makes a line; the trial counts as done and not as failed."""
    screen = Screen()
    shown = Tally(screen.console)

    for reason in ("no room", "no room", "no light"):
        shown.told(trial_done(Ok(Scores({"fine": 0.5, "gmean": None}, {"gmean": failed(reason, "metric")}))))

    assert screen.lines == ["gmean: failed in metric: no room", "gmean: failed in metric: no light"]
    assert (shown.done, shown.failed) == (3, 0)


@pytest.mark.parametrize("more", [0, 1, 5])
def test_a_flood_of_reasons_is_cut(more):
    """After a dozen reasons one line refers to the report, and only if there are more."""
    screen = Screen()
    shown = Tally(screen.console)

    for number in range(MOST_REASONS + more):
        shown.told(resample_done(failed(f"reason {number}")))

    cut = ["further reasons stand in the report"] if more else []
    assert screen.lines == [f"smote: failed in resample: reason {n}" for n in range(MOST_REASONS)] + cut


@pytest.mark.parametrize("first", [Status.SKIPPED, Status.FAILED])
def test_many_reasons_of_one_sort_hide_none_of_the_other(first):
    """A dozen reasons to skip leave room for why something failed, and the other way round."""
    screen = Screen()
    shown = Tally(screen.console)
    second = Status.FAILED if first == Status.SKIPPED else Status.SKIPPED

    for number in range(MOST_REASONS + 3):
        shown.told(resample_done(failed(f"reason {number}", status=first)))
    shown.told(resample_done(failed("what matters", status=second)))

    assert screen.lines[-1] == f"smote: {second} in resample: what matters"


# --- a terminal


def test_the_watcher_suits_where_the_output_goes():
    """A terminal gets a live line, anything else plain lines."""
    assert isinstance(watcher(Screen(terminal=True).console), Live)
    assert isinstance(watcher(Screen().console), Lines)


def test_a_live_line_ends_cleanly():
    """When the run is over the line is gone, the cursor is back and the messages remain."""
    screen = Screen(terminal=True)
    shown = Live(screen.console)

    shown.begin(3, 1, SERIAL)
    shown.told(resample_done(failed("too few rows")))
    shown.told(trial_done(failed("too few rows", status=Status.UPSTREAM)))
    shown.told(trial_done())
    shown.end()

    assert (shown.done, shown.failed) == (2, 1)
    assert "smote: failed in resample: too few rows" in screen.text
    assert screen.text.rindex("\x1b[?25h") > screen.text.rindex("\x1b[?25l")
    assert shown._bar.live.is_started is False


@pytest.mark.parametrize("begun", [False, True])
def test_a_live_line_may_end_at_any_time(begun):
    """Ending before the beginning, or twice, or where there was nothing to do, is fine."""
    shown = Live(Screen(terminal=True).console)
    if begun:
        shown.begin(2, 2, SERIAL)

    shown.told(trial_done())
    shown.end()
    shown.end()

    assert shown._bar.live.is_started is False


def test_a_watcher_that_says_nothing_can_be_told_everything():
    """The watcher for scripts hears all that the others hear."""
    silent = Watcher()

    silent.begin(1, 0, SERIAL)
    silent.told(trial_done())
    silent.moved(SERIAL)
    silent.interrupted()

    assert silent.end() is None

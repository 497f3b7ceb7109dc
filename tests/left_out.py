"""What a run of the tests left out, in groups, and how to get it: the last lines that pytest prints.

A pytest plugin. A group is known by the sentence with which its tests are skipped.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

PACKAGES = "make system-packages, as root"


@dataclass(frozen=True)
class Group:
    """What is left out together.

    Parameters
    ----------
    name : str
        As it is shown.
    reasons : str
        A regular expression that finds the reasons of its tests.
    way : str
        What to do so that they run.
    """

    name: str
    reasons: str
    way: str


GROUPS = (
    Group("browser", "No Chromium", PACKAGES),
    Group("LaTeX", "pdflatex", PACKAGES),
    Group("GPU", "CUDA", "run them on a machine with a CUDA GPU and a build of torch for it"),
    Group(
        "data folder",
        "OVERSAMPLE_BENCH_DATA|--data-dir|there is no .*npz",
        "OVERSAMPLE_BENCH_DATA=DIR make test, with the files that `bench datasets show NAME` tells of",
    ),
    Group("optional packages", "needs [a-z_.-]+|is not installed|could not import", "install what it says"),
    Group("measurements", "benchmark", "make benchmarks"),
    Group(
        "free of a rule",
        "the (method|classifier|contract) |fit takes no|refuses all data|POSIX|(the|this) system |of Linux",
        "nothing: these rules are not for these methods, or not for this system (`-rs` tells which)",
    ),
)


def group_of(reason: str) -> Group:
    """Return the group of a test that was skipped for this reason; one that is in none is its own way."""
    known = (group for group in GROUPS if re.search(group.reasons, reason))
    return next(known, Group("other", "", reason.removeprefix("Skipped: ")))


def lines(reasons: Iterable[str]) -> list[str]:
    """Return a line for each group of which tests were skipped, with their number and the way to get them."""
    counts = Counter(map(group_of, reasons))
    order = {group: place for place, group in enumerate(GROUPS)}
    shown = sorted(counts, key=lambda group: (order.get(group, len(order)), group.way))
    width = max((len(group.name) for group in shown), default=0)
    return [f"{group.name:<{width}} {counts[group]:>5}  {group.way}" for group in shown]


@pytest.hookimpl(wrapper=True, tryfirst=True)  # around pytest's own summary, so as to come last
def pytest_terminal_summary(terminalreporter: Any) -> Iterator[None]:
    """Print what was left out, after everything else."""
    result = yield
    skipped = terminalreporter.stats.get("skipped", [])
    if skipped:
        terminalreporter.section("left out, and how to get it")
        for line in lines(map(_reason, skipped)):
            terminalreporter.line(line)
    return result


def _reason(report: Any) -> str:
    """Return why a test was skipped: pytest keeps the file, the line and the reason."""
    return str(report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr)

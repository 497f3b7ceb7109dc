"""Collects what the benchmarks find, and prints it as the rows of ``reports/performance.md``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

Tell = Callable[[str, str, str], None]


@dataclass(frozen=True)
class Row:
    """A line of the table: what was measured, what was found, what is the goal."""

    what: str
    found: str
    goal: str


ROWS = pytest.StashKey[list[Row]]()


@pytest.fixture
def tell(request: pytest.FixtureRequest) -> Tell:
    """Keep a row for the table at the end."""

    def keep(what: str, found: str, goal: str) -> None:
        request.config.stash.setdefault(ROWS, []).append(Row(what, found, goal))

    return keep


@pytest.fixture(autouse=True)
def with_reports(reports: None) -> None:
    """Let runs end with a report, as they do for users: it is part of what is measured."""


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the rows."""
    rows = terminalreporter.config.stash.get(ROWS, [])
    if rows:
        terminalreporter.section("against the goals")
        terminalreporter.line("| what | found | goal |")
        terminalreporter.line("| --- | --- | --- |")
        for row in rows:
            terminalreporter.line(f"| {row.what} | {row.found} | {row.goal} |")

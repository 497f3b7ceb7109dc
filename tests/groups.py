"""In which group a test is: marks that follow from fixtures and files, so that nobody forgets one.

A pytest plugin. ``make quick`` runs the group ``quick``: the files below, less what is in a group that is
slow or needs more than Python.
"""

from __future__ import annotations

from pathlib import Path

import pytest

FIXTURES = {"ray_cluster": "ray", "tab": "browser", "pdflatex": "latex"}
"""Whoever takes the fixture is in the group."""

DEAR = ("slow", "ray", "browser", "latex", "gpu")
"""Groups that are never quick."""

QUICK = """
"""

QUICK_FILES = frozenset(QUICK.split())
"""What holds the main rules of each package within a minute, from the root of the repository."""


@pytest.hookimpl(tryfirst=True)  # before pytest chooses by `-m`
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark each test, and put those of Ray first, those that share a cluster next to each other."""
    for item in items:
        for mark in _marks(item, config.rootpath):
            item.add_marker(mark)
    items.sort(key=_turn)


def _turn(item: pytest.Item) -> int:
    if "ray_cluster" in getattr(item, "fixturenames", ()):
        return 0
    return 1 if item.get_closest_marker("ray") else 2


def _marks(item: pytest.Item, root: Path) -> list[str]:
    taken = getattr(item, "fixturenames", ())
    found = [mark for fixture, mark in FIXTURES.items() if fixture in taken]
    there = {*found, *(mark.name for mark in item.iter_markers())}
    if "ray" in there:
        found.append("slow")
    if item.path.relative_to(root).as_posix() in QUICK_FILES and not there & {*DEAR}:
        found.append("quick")
    return found

"""Each test is in the groups that it belongs to, and the quick ones hold something of every package."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest
from hypothesis import is_hypothesis_test

from tests.groups import DEAR, FIXTURES, QUICK_FILES
from tests.test_architecture import imports

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = sorted(
    ".".join(file.parent.relative_to(ROOT).parts) for file in (ROOT / "oversample_bench").rglob("__init__.py")
)
PLUGINS = sorted(file.parent.name for file in (ROOT / "plugins").glob("*/*/__init__.py"))
ON_RAY = re.compile(r"""runner\W{1,4}ray\W|["']ray["'], workers=|MethodCheck\(registry\(\), names""")
"""How tests ask for a run on Ray."""
WITHOUT_A_START = frozenset(
    {
        "test_who_asks_for_ray_is_told_that_it_cannot_start",  # in place of the start stands one that fails
        "test_who_asks_for_ray_loses_nothing_where_it_cannot_start",  # the same
        "test_the_last_run_is_told_with_its_values",  # a row of the store, which nobody carries out
    }
)
"""Tests that name the runner and start no cluster."""


def groups(item: pytest.Item) -> set[str]:
    return {mark.name for mark in item.iter_markers()}


def test_who_takes_a_fixture_is_in_its_group(request: pytest.FixtureRequest) -> None:
    """A test that takes a cluster, a browser or pdflatex carries the mark, with or without `-m`."""
    for item in request.session.items:
        for fixture, mark in FIXTURES.items():
            assert fixture not in getattr(item, "fixturenames", ()) or mark in groups(item), item.nodeid


def test_who_runs_on_ray_is_in_its_group(request: pytest.FixtureRequest) -> None:
    """A test whose text or parameters name the runner is marked; and who is marked is slow."""
    for item in request.session.items:
        if not isinstance(item, pytest.Function) or item.originalname in WITHOUT_A_START:
            continue
        chosen = item.callspec.params.get("runner") if hasattr(item, "callspec") else None
        asked = chosen == "ray" or (chosen is None and ON_RAY.search(inspect.getsource(item.function)))
        assert not asked or "ray" in groups(item), item.nodeid
        assert "ray" not in groups(item) or "slow" in groups(item), item.nodeid


def test_what_is_dear_is_not_quick(request: pytest.FixtureRequest) -> None:
    """No test is both in the group `quick` and in one that takes long or needs more than Python."""
    for item in request.session.items:
        assert "quick" not in groups(item) or not groups(item) & DEAR, item.nodeid


def test_no_example_is_timed(request: pytest.FixtureRequest) -> None:
    """A property has no deadline: on a busy machine the same example takes longer."""
    for item in request.session.items:
        function = getattr(item, "obj", None)
        if function is not None and is_hypothesis_test(function):
            assert function._hypothesis_internal_use_settings.deadline is None, item.nodeid


def test_quick_files_are_there() -> None:
    """Whoever renames a file of tests renames it in the table as well."""
    assert not [file for file in QUICK_FILES if not (ROOT / file).is_file()]


@pytest.mark.parametrize("package", [*PACKAGES, *PLUGINS])
def test_every_package_has_quick_tests(package: str) -> None:
    """Each package of the host, and each plugin, is imported by a file of quick tests."""
    quick = [file for file in (ROOT / "tests").rglob("test_*.py") if "mark.quick" in file.read_text("utf-8")]
    imported = {one.name for file in [*map(ROOT.joinpath, QUICK_FILES), *quick] for one in imports(file)}

    assert any(f"{name}.".startswith(f"{package}.") for name in imported)

"""In which group a test is: marks that follow from fixtures and files, so that nobody forgets one.

A pytest plugin. ``make quick`` runs the group ``quick``, which holds the main rules of each package within a
minute: the files below less what is dear in them, and single tests of other files, which are marked there.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

FIXTURES = {"ray_cluster": "ray", "browser": "browser", "pdflatex": "latex"}
"""Whoever takes the fixture is in the group."""

DEAR = frozenset({"slow", "ray", "browser", "latex", "gpu"})
"""Groups that are never quick."""

QUICK = {
    "tests": "api architecture audit backlog bad_input baselines calibration checking choosing classes cli "
    "resample_files method_pairs environment errors estimate explaining fidelity files forecast formats gate "
    "hand_made identity inventory limits migrating outcome paper plan prepare "
    "probabilities progress project_files registry replacement seeds sources specs statistics_intervals "
    "store suite suites system_packages tasks testing split twins versions",
    "tests/contract": "metrics plugins",
    "tests/properties": "audit_properties store_properties split_properties",
    "plugins/gan/tests": "gan_latent gan_nets gan_rows gan_sampler gan_verdict",
    "plugins/imblearn/tests": "imblearn_samplers",
    "plugins/smote_variants/tests": "smote_variants_known smote_variants_mdo_exact",
    "plugins/density/tests": "density_kotaro",
    "plugins/generative/tests": "generative_moms",
    "plugins/llm/tests": "llm_sentences llm_interpolation",
    "plugins/recipe/tests": "recipe_settings recipe_sharpness recipe_smoothing",
    "plugins/sizing/tests": "sizing_asymmetry",
    "plugins/swim/tests": "swim_mahalanobis swim_rbf swim_sampler",
}
QUICK_FILES = frozenset(f"{folder}/test_{name}.py" for folder in QUICK for name in QUICK[folder].split())


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave files unread that have nothing for ``-m quick``."""
    if config.option.markexpr != "quick" or not collection_path.match("test_*.py"):
        return None
    holds_some = _from_root(collection_path, config) in QUICK_FILES
    return None if holds_some or "mark.quick" in collection_path.read_text(encoding="utf-8") else True


@pytest.hookimpl(tryfirst=True)  # before pytest chooses by `-m`
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark each test, and put those of Ray first, those that share a cluster next to each other."""
    for item in items:
        for mark in tuple(_marks(item, _from_root(item.path, config))):
            item.add_marker(mark)
    items.sort(key=_turn)


def _marks(item: pytest.Item, file: str) -> Iterator[str]:
    marks = {mark for fixture, mark in FIXTURES.items() if fixture in getattr(item, "fixturenames", ())}
    yield from marks
    there = {*marks, *(mark.name for mark in item.iter_markers())}
    if "ray" in there:
        yield "slow"
    if file in QUICK_FILES and not there & DEAR:
        yield "quick"


def _from_root(path: Path, config: pytest.Config) -> str:
    return Path(os.path.relpath(path, config.rootpath)).as_posix()


def _turn(item: pytest.Item) -> int:
    if "ray_cluster" in getattr(item, "fixturenames", ()):
        return 0
    return 1 if item.get_closest_marker("ray") else 2

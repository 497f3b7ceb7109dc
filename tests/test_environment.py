"""What is recorded of the machine: versions that may change numbers without anyone's design."""

from __future__ import annotations

import json
import os
import platform
from importlib.metadata import version

import pytest

from oversample_bench.execution import environment


def test_the_record_tells_versions_and_machine():
    """Versions are those that are installed, distributions are sorted, cores and memory are there."""
    found = environment.environment(["b 2", "a 1"])

    assert found["distributions"] == ["a 1", "b 2"]
    assert found["libraries"]["scikit-learn"] == version("scikit-learn")
    assert found["python"] == platform.python_version()
    assert found["cores"] == os.cpu_count()
    assert found["memory_gib"] > 0


def test_the_record_can_be_kept_as_json():
    """The store keeps it as text, and reads back what was written."""
    found = environment.environment([])

    assert json.loads(json.dumps(found)) == found


def test_a_library_that_is_not_installed_is_left_out(monkeypatch: pytest.MonkeyPatch):
    """An absent library has no version, not an empty one."""
    monkeypatch.setattr(environment, "LIBRARIES", ("no-such-library", "numpy"))

    assert environment.environment([])["libraries"] == {"numpy": version("numpy")}

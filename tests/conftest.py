"""Fixtures that several test modules share: small suites on real data, run in a folder of their own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from oversample_bench.driver import Options, Summary, run
from oversample_bench.suite import Suite, parse_suite

Runs = Callable[..., Summary]


@pytest.fixture
def runs(tmp_path: Path) -> Runs:
    """Run a suite given as text in a folder of the test; further arguments are those of `Options`."""

    def run_text(text: str, folder: str = "out", **options: object) -> Summary:
        suite: Suite = parse_suite(text, "suite.yaml", tmp_path)
        chosen = {"runner": "serial", **options}
        return run(suite, tmp_path / folder, Options(**chosen))

    return run_text

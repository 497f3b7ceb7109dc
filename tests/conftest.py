"""Fixtures that several test modules share: small suites on real data, run in a folder of their own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from oversample_bench import threads

threads.claim()  # before anything imports numpy: two test processes share two cores

from oversample_bench.driver import run  # noqa: E402 - after the line above
from oversample_bench.suite import Suite, parse_suite  # noqa: E402 - likewise
from oversample_bench.summary import Options, Summary  # noqa: E402 - likewise

Runs = Callable[..., Summary]


@pytest.fixture
def runs(tmp_path: Path) -> Runs:
    """Run a suite given as text in a folder of the test; further arguments are those of `Options`."""

    def run_text(text: str, folder: str = "out", **options: object) -> Summary:
        suite: Suite = parse_suite(text, "suite.yaml", tmp_path)
        chosen = {"runner": "serial", **options}
        return run(suite, tmp_path / folder, Options(**chosen))

    return run_text

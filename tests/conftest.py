"""Fixtures that several test modules share: small suites on real data, run in a folder of their own."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from oversample_bench import threads

threads.claim()  # before anything imports numpy: two test processes share two cores

# No test reaches for the network, nor for what the user has downloaded; nor do the commands that it starts.
os.environ["OVERSAMPLE_BENCH_OFFLINE"] = "1"
os.environ["OVERSAMPLE_BENCH_CACHE"] = str(Path(tempfile.gettempdir()) / "oversample-bench-no-cache")
# Figures take longer than most runs; the tests of the figures ask for them.
os.environ["OVERSAMPLE_BENCH_FIGURES"] = "0"

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


@pytest.fixture(scope="module")
def ray_cluster():
    from oversample_bench.runners.cluster import Cluster, connected

    with connected(Cluster(workers=2)):
        yield

"""Fixtures that several test modules share: small suites on real data, run in a folder of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from oversample_bench.execution.driver import run
from oversample_bench.execution.run_result import Options, Result
from oversample_bench.suite import Suite, parse_suite
from tests.once import once

Runs = Callable[..., Result]


@pytest.fixture(scope="module")
def reports() -> Iterator[None]:
    """Let every run end with a report, as it does for users."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OVERSAMPLE_BENCH_REPORT", "1")
        yield


@pytest.fixture
def runs(tmp_path: Path) -> Runs:
    """Run a suite given as text in a folder of the test; further arguments are those of `Options`."""

    def run_text(text: str, folder: str = "out", **options: Any) -> Result:
        suite: Suite = parse_suite(text, "suite.yaml", tmp_path)
        return run(suite, tmp_path / folder, Options(**{"runner": "serial", **options}))

    return run_text


@pytest.fixture(scope="session")
def large_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the page of 10,000 trials, which is made once a run."""
    from tests.html_runs import write_large_page

    return once(tmp_path_factory, "large", write_large_page) / "page.html"

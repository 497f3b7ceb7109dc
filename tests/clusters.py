"""One Ray cluster for all tests that take it: the first starts it, and it ends before a test that does not.

A pytest plugin. Tests of how a cluster is started, joined or lost start their own, and take no fixture.
"""

from __future__ import annotations

from contextlib import ExitStack

import pytest

from oversample_bench.execution.runners.cluster import Cluster, connected

_shared = ExitStack()


@pytest.fixture
def ray_cluster() -> None:
    """Have a cluster of two workers in this process, which a run with the runner ``ray`` then uses."""
    import ray

    if not ray.is_initialized():
        _shared.enter_context(connected(Cluster(workers=2)))


@pytest.hookimpl(trylast=True)  # after the test's own fixtures
def pytest_runtest_teardown(nextitem: pytest.Item | None) -> None:
    """End the cluster where the next test does not take it."""
    if "ray_cluster" not in getattr(nextitem, "fixturenames", ()):
        _shared.close()

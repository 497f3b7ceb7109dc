"""A fixture that keeps libraries to one thread, as the host does for each of its workers.

In the ``conftest.py`` of a plugin: ``from oversample_bench.testing import one_thread  # noqa: F401``.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True, scope="session")
def one_thread() -> Iterator[None]:
    """Hold BLAS, OpenMP and torch to one thread: on small problems more only wait for each other."""
    from threadpoolctl import threadpool_limits

    torch = sys.modules.get("torch")
    before = torch.get_num_threads() if torch else 0
    with threadpool_limits(1):
        if torch:
            torch.set_num_threads(1)
        yield
    if torch:
        torch.set_num_threads(before)

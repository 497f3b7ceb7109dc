"""What all contract tests share."""

from collections.abc import Iterator

import pytest
from threadpoolctl import threadpool_limits


@pytest.fixture(scope="module", autouse=True)
def _one_thread() -> Iterator[None]:
    """Keep to one thread, as the host does: on 80 rows more of them only wait for each other."""
    with threadpool_limits(1):
        yield

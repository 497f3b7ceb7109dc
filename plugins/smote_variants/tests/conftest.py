import pytest
from threadpoolctl import threadpool_limits


@pytest.fixture(autouse=True, scope="session")
def _one_thread():
    """Keep to one thread, as the host does: with matrices so small more only wait for each other."""
    with threadpool_limits(1):
        yield

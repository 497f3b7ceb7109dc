import pytest
import torch


@pytest.fixture(autouse=True, scope="session")
def _one_thread():
    """Keep to one thread, as the host does: for nets of this size more of them only wait for each other."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)

"""Every metric that is registered here keeps the contract that strangers' plugins are held to."""

import pytest

from oversample_bench.api import Metric
from oversample_bench.plugins.registry import Entry, load_registry
from oversample_bench.testing import MetricContract

ENTRIES = load_registry().entries("metric")


@pytest.fixture(params=ENTRIES, ids=[entry.name for entry in ENTRIES])
def entry(request: pytest.FixtureRequest) -> Entry:
    if request.param.state != "ok":
        pytest.skip(f"{request.param.name}: {request.param.reason}")
    return request.param


class TestMetrics(MetricContract):
    """The rules, one run an entry."""

    @pytest.fixture(autouse=True)
    def _choose(self, entry: Entry) -> None:
        self.entry = entry

    def make(self) -> Metric:
        return self.entry.resolve()

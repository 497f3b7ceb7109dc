"""Every classifier that is registered here keeps the contract that strangers' plugins are held to."""

from typing import Any

import pytest

from oversample_bench.registry import Entry, load_registry
from oversample_bench.testing import ClassifierContract

ENTRIES = load_registry().entries("classifier")


@pytest.fixture(params=ENTRIES, ids=[entry.name for entry in ENTRIES])
def entry(request: pytest.FixtureRequest) -> Entry:
    if request.param.state != "ok":
        pytest.skip(f"{request.param.name}: {request.param.reason}")
    return request.param


class TestClassifiers(ClassifierContract):
    """The rules, one run an entry."""

    @pytest.fixture(autouse=True)
    def _choose(self, entry: Entry) -> None:
        self.entry = entry

    def make(self, random_state: int) -> Any:
        classifier = self.entry.build({})
        seeded = [name for name in classifier.get_params() if name.rpartition("__")[2] == "random_state"]
        return classifier.set_params(**dict.fromkeys(seeded, random_state))

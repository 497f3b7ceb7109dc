"""The rules that a data set's loader keeps."""

from __future__ import annotations

import numpy as np
import pytest

from oversample_bench.api import Dataset, Unavailable
from oversample_bench.testing.verdicts import quietly


class DatasetContract:
    """Subclass it in a pytest file, under a name that begins with ``Test``, and say how to load the set.

    A loader that raises `oversample_bench.api.Unavailable` skips its rules, with the loader's own sentence.
    """

    def load(self) -> Dataset:
        """Return the set, read anew."""
        raise NotImplementedError("say how to load the set: def load(self): return ...")

    def dataset(self) -> Dataset:
        """Return the set that the rules look at; override it to keep a slow load for all of them."""
        try:
            found: Dataset = quietly(self.load)
        except Unavailable as reason:
            pytest.skip(str(reason))
        return found

    def test_loader_returns_a_dataset(self) -> None:
        """A loader returns an `oversample_bench.api.Dataset` of NumPy arrays."""
        data = self.dataset()

        assert isinstance(data, Dataset), f"the loader returned {type(data).__name__}, not an api.Dataset"
        assert isinstance(data.X, np.ndarray), f"X is a {type(data.X).__name__}, not a NumPy array"
        assert isinstance(data.y, np.ndarray), f"y is a {type(data.y).__name__}, not a NumPy array"

    def test_features_are_a_table_of_real_numbers(self) -> None:
        """``X`` has two dimensions, a real dtype, and no infinity."""
        X = self.dataset().X

        assert X.ndim == 2, f"X has {X.ndim} dimensions, not 2"
        assert X.size, f"X of shape {X.shape} is empty"
        assert X.dtype.kind in "fiub", f"X has the dtype {X.dtype}, not a real one"
        assert not np.isinf(X).any(), f"X has {int(np.isinf(X).sum())} infinite values"

    def test_labels_are_one_a_row_of_two_classes_or_more(self) -> None:
        """``y`` has one label a row, none of them missing, and at least two classes."""
        data = self.dataset()

        assert data.y.shape == (len(data.X),), f"{len(data.X)} rows have labels of shape {data.y.shape}"
        assert data.y.dtype.kind in "iubUSO", f"labels are of dtype {data.y.dtype}, not integers or strings"
        assert all(label == label for label in data.y.tolist()), "a label is missing"  # noqa: PLR0124 - NaN
        assert len(np.unique(data.y)) > 1, "the set has one class only"

    def test_names_are_one_a_column_or_none(self) -> None:
        """``feature_names`` names each column once, or is empty."""
        data = self.dataset()
        names = data.feature_names

        assert len(names) in (0, data.X.shape[1]), f"{len(names)} names for {data.X.shape[1]} columns"
        assert len(set(names)) == len(names), "a column's name occurs twice"

    def test_codes_stand_for_categories(self) -> None:
        """Each value of a categorical column is missing, or a code 0, 1, ... of its categories."""
        data = self.dataset()
        for column, names in data.categories.items():
            assert 0 <= column < data.X.shape[1], f"categories of column {column} of {data.X.shape[1]}"
            values = data.X[:, column].astype(float)
            unknown = np.setdiff1d(values[~np.isnan(values)], np.arange(len(names)))
            assert not len(unknown), f"column {column} of {len(names)} categories holds {unknown[:5]}"

    def test_loading_twice_gives_the_same_rows(self) -> None:
        """A second load gives the same rows in the same order, and so the same fingerprint."""
        first, second = self.dataset(), quietly(self.load)

        assert first.X.dtype == second.X.dtype, "the second load gave another dtype"
        assert np.array_equal(first.X, second.X, equal_nan=first.X.dtype.kind == "f"), "the features differ"
        assert np.array_equal(first.y, second.y), "the labels differ"

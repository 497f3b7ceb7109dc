"""Parameters that are mappings by class: the majority is 0, the minority 1."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from oversample_bench.core.errors import UsageError
from oversample_bench.store import connect

SUITE = """
name: weights
data: [glass2]
methods: [none]
classifiers: [{}]
splits: 2
metrics: [mcc, auroc]
"""
WEIGHED = "{{name: {name}, label: {label}, params: {{class_weight: {weights}}}}}"


@pytest.mark.parametrize("name", ["logistic_regression", "decision_tree", "linear_svc"])
def test_a_minority_that_weighs_more_is_found_more_often(runs: Any, name: str) -> None:
    """Weights of one are no weights; a minority of greater weight changes the scores."""
    items = [
        name,
        WEIGHED.format(name=name, label="even", weights="{0: 1, 1: 1}"),
        WEIGHED.format(name=name, label="uneven", weights="{0: 1, 1: 40}"),
    ]
    table = runs(SUITE.format(", ".join(items))).trials().set_index(["classifier", "split"])

    assert {"ok"} == set(table["status"])
    pd.testing.assert_series_equal(table.loc[name, "mcc"], table.loc["even", "mcc"])
    assert (table.loc[name, "mcc"] != table.loc["uneven", "mcc"]).any()


@pytest.mark.parametrize(
    ("parameter", "value", "shown"),
    [
        ("class_weight", '{"0": 1, "1": 10}', "'0', which is text"),
        ("class_weight", "{0: 1, yes: 10}", "'yes', which is text"),
        ("class_weight", "{0: 1, 2: 10}", "2"),
        ("estimator__class_weight", '{1: 5, "0": 10}', "'0', which is text"),
    ],
)
def test_a_class_by_another_name_is_refused_with_what_it_is_called(
    runs: Any, parameter: str, value: str, shown: str
) -> None:
    """Classes are numbers for a classifier, whatever the data calls them; text would fail in every trial."""
    text = SUITE.format(f"{{name: logistic_regression, params: {{{parameter}: {value}}}}}")

    with pytest.raises(UsageError, match=r"suite\.yaml:5:15: classifier 'logistic_regression'") as caught:
        runs(text)
    assert f"'{parameter}' has the key {shown}; methods and classifiers know the majority as 0" in str(
        caught.value
    )


def test_a_number_of_rows_by_class_is_what_a_sampler_was_asked_for(runs: Any, tmp_path: Any) -> None:
    """`sampling_strategy: {1: 100}` makes the minority 100 rows, and nothing is short of that."""
    methods = "[none, {name: smote, params: {sampling_strategy: {1: 100}}}]"
    table = runs(SUITE.format("knn").replace("[none]", methods)).trials()

    smote = table[table["method"] == "smote"]
    sizes = connect(tmp_path / "out").execute("SELECT n_minority, n_majority FROM splits").fetchall()
    assert {(100 - minority, "") for minority, _ in sizes} == set(
        zip(smote["n_new"], smote["flags"], strict=True)
    )

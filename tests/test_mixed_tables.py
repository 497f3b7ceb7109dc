"""Tables of numbers and categories for methods that take them: there and back, and what a run makes of it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from oversample_bench.api import Dataset
from oversample_bench.core.specs import DataSpec, Protocol, SplitSpec
from oversample_bench.evaluation.mixed_tables import OTHER, Columns, as_table, encoded
from oversample_bench.evaluation.preprocess import prepare

COLUMNS = Columns(("age", "dose"), (("colour", ("red", "blue", OTHER)), ("sex", ("f", "m"))))


def mixed(n: int = 120, *, numbers: bool = True, n_colours: int = 3) -> Dataset:
    """Return rows of a number, a colour, another number and a yes or no."""
    rng = np.random.default_rng(0)
    colours = tuple(f"c{code}" for code in range(n_colours))
    categories = {1: colours, 3: ("no", "yes")}
    X = np.column_stack(
        [rng.normal(size=n), rng.integers(n_colours, size=n), rng.normal(size=n), rng.integers(2, size=n)]
    )
    y = np.arange(n) % 6 == 0
    if not numbers:
        X, categories = X[:, [1, 3]], {0: categories[1], 1: categories[3]}
    names = ("age", "colour", "dose", "ill") if numbers else ("colour", "ill")
    return Dataset(X, y.astype(int), names, categories)


@pytest.mark.quick
@given(st.integers(0, 30), st.randoms(use_true_random=False))
def test_rows_come_back_from_a_table_bit_for_bit(n_rows, random):
    """Encoding a table that was made of encoded rows gives the rows."""
    rng = np.random.default_rng(random.randrange(2**32))
    parts = [np.eye(len(known))[rng.integers(len(known), size=n_rows)] for _, known in COLUMNS.categories]
    X = np.hstack([rng.normal(size=(n_rows, 2)), *parts])
    table = as_table(X, COLUMNS)
    back, labels = encoded((table, np.ones(n_rows)), COLUMNS)

    assert list(table.columns) == ["age", "dose", "colour", "sex"]
    assert [str(kind) for kind in table.dtypes] == ["float64", "float64", "category", "category"]
    assert back.tobytes() == X.tobytes()
    assert len(labels) == n_rows


def test_a_category_that_nobody_knows_has_no_one():
    """So that the audit counts the row among those with no category where a real row has one."""
    table = pd.DataFrame({"age": [1.0], "dose": [2.0], "colour": ["green"], "sex": ["f"]})

    assert encoded((table, [1]), COLUMNS)[0].tolist() == [[1.0, 2.0, 0.0, 0.0, 0.0, 1.0, 0.0]]


@pytest.mark.parametrize("returned", [np.zeros((2, 4)), pd.DataFrame({"age": [1.0]})])
def test_what_is_no_table_of_the_same_columns_is_refused(returned):
    """A method that accepts categories returns them; the sentence says which columns were expected."""
    with pytest.raises(ValueError, match=r"must return a DataFrame with the columns it was given, \['age'"):
        encoded((returned, [0, 1]), COLUMNS)


@pytest.mark.parametrize("n_colours", [3, 130])
def test_columns_are_named_as_the_data_names_them(n_colours):
    """Numbers first; categories in the order of their one-hot columns, rare ones together."""
    spec = SplitSpec(DataSpec("toy"), None, Protocol(), 0)
    split = prepare(mixed(600, n_colours=n_colours), spec)

    assert split.columns.numbers == ("age", "dose")
    (colour, colours), (ill, yes_no) = split.columns.categories
    assert (colour, ill, yes_no) == ("colour", "ill", ("no", "yes"))
    assert len(colours) == len(split.one_hot[0])
    assert (OTHER in colours) == (n_colours > 100)
    assert split.columns.positions == [2, 3]
    table = as_table(split.X, split.columns)
    assert encoded((table, split.y), split.columns)[0].tobytes() == split.X.tobytes()


PLUGIN = """
import numpy as np
import pandas as pd
from imblearn.base import BaseSampler
from oversample_bench.api import Dataset, hookimpl

def mixed():
    rng = np.random.default_rng(0)
    X = np.column_stack([rng.normal(size=150), rng.integers(3, size=150), rng.integers(2, size=150)])
    return Dataset(X, (np.arange(150) % 5 == 0).astype(int), ("age", "colour", "ill"),
                   {1: ("red", "green", "blue"), 2: ("no", "yes")})

def nominal():
    data = mixed()
    categories = {0: ("red", "green", "blue"), 1: ("no", "yes")}
    return Dataset(data.X[:, 1:], data.y, data.feature_names[1:], categories)

class Copies:
    accepts_categories = True
    def __init__(self, colour=""):
        self.colour = colour
    def get_params(self, deep=True):
        return {"colour": self.colour}
    def set_params(self, **params):
        self.colour = params.get("colour", self.colour)
        return self
    def fit_resample(self, X, y):
        new = X[y == 1].copy()
        new["age"] = new["age"] + 0.5
        if self.colour:
            new["colour"] = self.colour
        return pd.concat([X, new], ignore_index=True), np.concatenate([y, np.ones(len(new), dtype=int)])

@hookimpl
def register_datasets(register):
    register("mixed", mixed)
    register("nominal", nominal)

@hookimpl
def register_oversamplers(register):
    register("copies", Copies)
"""
SUITE = """
name: mixed
plugins: [own.py]
data: [mixed, nominal, ecoli1]
splits: 2
methods: [none, smote, smote_nc, smoten]
classifiers: [decision_tree]
"""


@pytest.fixture
def plugin(tmp_path):
    (tmp_path / "own.py").write_text(PLUGIN, encoding="utf-8")


@pytest.mark.usefixtures("plugin")
def test_methods_for_categories_make_whole_rows_of_any_table(runs):
    """SMOTE mixes categories; SMOTE-NC and SMOTEN do not, and say what they did on tables of other kinds."""
    result = runs(SUITE)
    made = result.resamples()
    made = made[made["split"] == 0].set_index(["dataset", "method"])

    assert set(result.trials()["status"]) == {"ok"}
    assert made.loc[("mixed", "smote"), "n_mixed"] > 0
    for dataset in ("mixed", "nominal", "ecoli1"):
        for method in ("smote_nc", "smoten"):
            assert made.loc[(dataset, method), "n_mixed"] == 0
            assert made.loc[(dataset, method), "n_dropped"] == 0
    assert made.loc[("mixed", "smote_nc"), "fallback"] == ""
    assert made.loc[("nominal", "smoten"), "fallback"] == ""
    assert made.loc[("nominal", "smote_nc"), "fallback"] == "SMOTEN instead: there are no numbers"
    assert made.loc[("ecoli1", "smoten"), "fallback"] == "SMOTE instead: there are no categories"
    assert "SMOTE-NC instead" in made.loc[("mixed", "smoten"), "fallback"]


@pytest.mark.usefixtures("plugin")
def test_a_plugin_gets_a_table_and_unknown_categories_are_counted(runs):
    """What comes back is encoded by the categories of training; others are marked."""
    made = runs(
        "name: own\nplugins: [own.py]\ndata: [mixed]\nsplits: 1\nclassifiers: [knn]\n"
        "methods: [none, copies, {name: copies, label: purple, params: {colour: purple}}]\n"
    ).resamples()
    made = made.set_index("method")

    assert made.loc["copies", "n_mixed"] == 0
    assert made.loc["purple", "n_mixed"] == made.loc["purple", "n_new"] == made.loc["copies", "n_new"] > 0
    assert "mixed categories" in made.loc["purple", "flags"]

"""The script that reads the noise suite: levels, ranks and counts by hand."""

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pandas as pd
import pytest

SCRIPT = Path(__file__).parents[1] / "examples" / "noise_levels.py"


@pytest.fixture(scope="module")
def script():
    spec = spec_from_file_location("noise_levels", SCRIPT)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def trials():
    """Return two sets at two levels, three methods, and a classifier that one method does not go with."""
    scores = {"none": [0.5, 0.4, 0.3, 0.2], "smote": [0.6, 0.5, 0.2, 0.3], "gk_smote": [0.7, 0.6, 0.1, 0.1]}
    places = ["a", "b", "a, label noise 0.3", "b, label noise 0.3"]
    rows = [
        {"dataset": place, "classifier": "tree", "method": method, "mcc": value}
        for method, values in scores.items()
        for place, value in zip(places, values, strict=True)
    ]
    apart = [
        {"dataset": place, "classifier": "knn", "method": method, "mcc": 1.0}
        for method in ("none", "smote")
        for place in places
    ]
    return pd.DataFrame([*rows, *apart])


def test_levels_are_told_apart_and_a_set_is_one_value(script):
    """Means over two sets at each level, of the classifier that all methods go with."""
    wide = script.values(trials(), "mcc")

    assert wide.groupby(level="level").mean()["smote"].tolist() == pytest.approx([0.55, 0.25])
    assert script.ranks(wide)["gk_smote"].tolist() == [1, 3]
    assert script.beaten(wide, "gk_smote").tolist() == ["1 of 1", "0 of 1"]

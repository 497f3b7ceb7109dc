"""The script that draws curves: its differences are paired, and it writes what it says."""

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import t

SCRIPT = Path(__file__).parents[1] / "examples" / "training_curves.py"


@pytest.fixture(scope="module")
def script():
    spec = spec_from_file_location("training_curves", SCRIPT)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def trials():
    """Return four splits of one set at one ratio, for two batch sizes and for SMOTE."""
    rows = [
        ("none", "batch 32", [0.5, 0.6, 0.7, 0.8]),
        ("none", "batch 8", [0.6, 0.6, 0.9, 0.9]),
        ("smote to 1", "batch 32", [0.5, 0.6, 0.7, 0.8]),
    ]
    return pd.DataFrame(
        [
            {"dataset": "a", "ratio": "0.1", "split": at, "method": method, "classifier": name, "mcc": value}
            for method, name, values in rows
            for at, value in enumerate(values)
        ]
    )


def test_differences_are_paired_and_corrected(script):
    """By hand: the mean of the differences, and the corrected resampled t of four splits."""
    found = script.differences(script.settings(trials())).set_index("setting")

    gains = np.array([0.1, 0.0, 0.2, 0.1])
    half = t.isf(0.025, 3) * gains.std(ddof=1) * np.sqrt(1 / 4 + 0.25)
    assert found.loc["batch 8", "gain"] == pytest.approx(0.1)
    assert found.loc["batch 8", "half"] == pytest.approx(half)
    assert found.loc["smote to 1", ["gain", "half"]].tolist() == pytest.approx([0, 0])


def test_the_script_writes_table_and_figures(script, tmp_path, monkeypatch):
    """Beside the trials come two pictures and a table with a row a setting."""
    trials().to_parquet(tmp_path / "trials.parquet")
    monkeypatch.setattr(sys, "argv", ["training_curves.py", str(tmp_path)])
    script.main()

    assert "| batch 8 | +0.100 ± " in (tmp_path / "curves.md").read_text()
    for name in ("batch_size.png", "augmentation.png"):
        assert (tmp_path / name).read_bytes().startswith(b"\x89PNG")

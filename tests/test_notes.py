"""What a run tells of its numbers: mixed categories, fits that did not converge, what no seed holds."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from oversample_bench.cli import bench
from oversample_bench.execution.run_result import Options
from oversample_bench.execution.verify import verify
from oversample_bench.execution.verify_sample import sampled
from oversample_bench.report import write_report
from oversample_bench.store import connect

PLUGIN = '''
import warnings
import numpy as np
from imblearn.over_sampling import SMOTE
from oversample_bench.api import hookimpl
from sklearn.ensemble import RandomForestClassifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

class Snapping(SMOTE):
    """SMOTE whose new rows have whole categories."""
    def __init__(self, *, one_hot_groups=(), sampling_strategy="auto", random_state=None):
        super().__init__(sampling_strategy=sampling_strategy, random_state=random_state)
        self.one_hot_groups = one_hot_groups
    def _fit_resample(self, X, y):
        X_out, y_out = super()._fit_resample(X, y)
        for group in self.one_hot_groups:
            X_out[:, group] = np.eye(len(group))[X_out[:, group].argmax(axis=1)]
        return X_out, y_out

class Impatient(SMOTE):
    def _fit_resample(self, X, y):
        warnings.warn("not done", ConvergenceWarning)
        warnings.warn("by the way", UserWarning)
        return super()._fit_resample(X, y)

class Raising(SMOTE):
    def _fit_resample(self, X, y):
        raise ValueError("not today")

class Rolling:
    """Resamples from NumPy's global generator."""
    def fit_resample(self, X, y):
        new = X[y == 1] + np.random.normal(size=X[y == 1].shape)
        return np.vstack([X, new]), np.append(y, np.ones(len(new), dtype=y.dtype))

def piped():
    return make_pipeline(StandardScaler(), RandomForestClassifier(n_estimators=5))

@hookimpl
def register_oversamplers(register):
    register("snapping", Snapping)
    register("impatient", Impatient)
    register("raising", Raising)
    register("rolling", Rolling)

@hookimpl
def register_classifiers(register):
    register("piped", piped)
'''
FILE = "data: [{path: shop.csv, target: label, label: shop}]\n"
HEAD = "name: told\nplugins: [./own.py]\n"


@pytest.fixture(autouse=True)
def files(tmp_path: Path) -> None:
    """Write the plugin, and a table of two numbers and two categories."""
    (tmp_path / "own.py").write_text(PLUGIN)
    rng = np.random.default_rng(1)
    n = 240
    frame = pd.DataFrame(rng.normal(size=(n, 2)), columns=["price", "weight"])
    frame["city"], frame["kind"] = rng.choice(list("abcde"), n), rng.choice(["new", "used"], n)
    frame["label"] = np.where(rng.random(n) < 0.2, "returned", "kept")
    frame.to_csv(tmp_path / "shop.csv", index=False)


def rows(folder: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(connect(folder)) as reader:
        return [tuple(row) for row in reader.execute(query)]


# --- categories


def test_new_rows_between_categories_are_marked_and_counted(runs: Any, tmp_path: Path) -> None:
    """SMOTE mixes one-hot columns: the audit counts those rows, tables, page and export tell of them."""
    table = runs(HEAD + FILE + "methods: [none, random, smote]\nclassifiers: [knn]\nsplits: 2\n").trials()
    folder = tmp_path / "out"
    table = table.set_index("method")
    text = write_report(folder, figures=False).read_text()
    n_mixed, n_new = (int(table.loc["smote", name].sum()) for name in ("n_mixed", "n_new"))

    assert (table.loc[["none", "random"], "n_mixed"] == 0).all()
    assert 0 < n_mixed < n_new
    assert set(table.loc["smote", "flags"]) == {"mixed categories"}
    assert "mixed categories: some new rows hold a mixture of categories" in text
    line = next(line.split("|") for line in text.splitlines() if line.startswith("| mixed categories"))
    assert [cell.strip() for cell in line[2:5]] == ["smote", "2 of 2 resamples", "shop (natural) 2 of 2"]
    resamples = text.partition("## What did the methods do?")[2]
    assert f" {n_mixed} |" in next(line for line in resamples.splitlines() if line.startswith("| smote "))
    assert "mixed categories in 2" in (folder / "report.html").read_text()
    assert pd.read_csv(folder / "tables" / "resamples.csv")["n_mixed"].sum() == n_mixed


@pytest.mark.parametrize("protocol", ["scale: standard", "scale: none", "scale: minmax, target_ratio: 0.6"])
def test_a_sampler_may_know_the_columns_of_each_category(runs: Any, protocol: str) -> None:
    """A sampler with the parameter `one_hot_groups` is told the groups, and can keep categories whole."""
    text = f"{HEAD}{FILE}methods: [none, smote, snapping]\nclassifiers: [knn]\nsplits: 2\n"
    table = runs(f"{text}protocol: {{{protocol}}}\n").trials().set_index("method")

    assert (table.loc["smote", "n_mixed"] > 0).all()
    assert (table.loc["snapping", "n_mixed"] == 0).all()
    assert table.loc["snapping", "n_new"].tolist() == table.loc["smote", "n_new"].tolist()


def test_groups_of_the_suite_stay(runs: Any) -> None:
    """What the suite says of the parameter goes before what the host knows."""
    method = "{name: snapping, params: {one_hot_groups: [[2, 3]]}}"
    table = runs(f"{HEAD}{FILE}methods: [none, {method}]\nclassifiers: [knn]\nsplits: 1\n").trials()

    assert table.set_index("method").loc["snapping", "n_mixed"] > 0


def test_numbers_alone_are_never_mixed(runs: Any) -> None:
    """A set without categories has nothing to mix: no mark and no column in the report."""
    summary = runs("name: plain\ndata: [ecoli1]\nmethods: [none, smote]\nclassifiers: [knn]\nsplits: 1\n")
    table = summary.trials()
    text = write_report(summary.folder, figures=False).read_text()

    assert (table["n_mixed"] == 0).all()
    assert "mixed categories" not in text


# --- convergence

IMPATIENT = "[{name: logistic_regression, params: {max_iter: 2}}, {name: mlp, params: {max_iter: 3}}, knn]"


@pytest.mark.usefixtures("reports")
def test_fits_that_did_not_converge_are_told(runs: Any, tmp_path: Path) -> None:
    """Trials of classifiers that stopped early have the note; tables and page count them by classifier."""
    summary = runs(f"{HEAD}{FILE}methods: [none, random]\nclassifiers: {IMPATIENT}\nsplits: 2\n")
    table = summary.trials().set_index("classifier")
    text = (tmp_path / "out" / "report.md").read_text()
    page = (tmp_path / "out" / "report.html").read_text()

    assert set(table.loc[["logistic_regression", "mlp"], "notes"]) == {"not converged"}
    assert set(table.loc["knn", "notes"].fillna("")) == {""}
    assert "not converged: a fit ended before it converged." in text
    assert "not converged in 8 trials" in text
    assert "ⁱ not converged: a fit ended before it converged – logistic_regression in 4 of 4 trials" in page
    assert summary.exit_code == 0
    lines = [line.split("|") for line in text.splitlines() if line.startswith("| not converged")]
    assert {line[2].strip(): line[3].strip() for line in lines} == {
        "logistic_regression": "4 of 4 trials",
        "mlp": "4 of 4 trials",
    }


def test_a_sampler_that_did_not_converge_is_told(runs: Any, tmp_path: Path) -> None:
    """The warning of a sampler is a flag of its resamples, beside those of the audit."""
    runs(f"{HEAD}{FILE}methods: [none, impatient]\nclassifiers: [knn]\nsplits: 2\n")

    assert set(rows(tmp_path / "out", "SELECT method, flags FROM resamples")) == {
        ("none", ""),
        ("impatient", "mixed categories, not converged"),
    }


def test_what_converges_is_not_told(runs: Any) -> None:
    """Fits that end by themselves have no note."""
    table = runs(f"{HEAD}{FILE}methods: [none]\nclassifiers: [logistic_regression, linear_svc]\nsplits: 2\n")

    assert set(table.trials()["notes"].fillna("")) == {""}


# --- seeds

SEEDED = f"{HEAD}{FILE}methods: [none, smote]\nclassifiers: [piped]\nsplits: 2\nmetrics: [auroc, mcc]\n"


def test_a_pipeline_gives_the_same_numbers_each_time(runs: Any, tmp_path: Path) -> None:
    """A forest in a pipeline is seeded: two runs are equal, the seed is recorded, nothing is marked."""
    first, second = (runs(SEEDED, name).trials() for name in ("one", "two"))
    measured = ["fit_seconds", "trial_seconds", "peak_mib"]
    told = rows(tmp_path / "one", "SELECT random_state, notes FROM trials")
    diff = CliRunner().invoke(bench, ["diff", str(tmp_path / "one"), str(tmp_path / "two")])

    pd.testing.assert_frame_equal(first.drop(columns=measured), second.drop(columns=measured))
    assert all(isinstance(seed, int) and notes == "" for seed, notes in told)
    assert "4 trials: 4 equal." in diff.output


@pytest.mark.usefixtures("reports")
def test_a_seed_that_was_not_used_is_not_recorded(runs: Any, tmp_path: Path) -> None:
    """`random_state: null` is told in the tables, and the store has no seed; a component without has none."""
    forest = "{name: random_forest, params: {random_state: null, n_estimators: 5}}"
    fixed = "{name: decision_tree, params: {random_state: 7}}"
    text = f"{HEAD}{FILE}methods: [none, {{name: smote, params: {{random_state: null}}}}]\n"
    runs(text + f"classifiers: [{forest}, {fixed}, knn]\nsplits: 2\n")
    folder = tmp_path / "out"
    report = (folder / "report.md").read_text()

    assert set(rows(folder, "SELECT classifier, random_state, notes FROM trials")) == {
        ("random_forest", None, "unseeded"),
        ("decision_tree", 7, ""),
        ("knn", None, ""),
    }
    assert set(rows(folder, "SELECT method, random_state, flags FROM resamples")) == {
        ("none", None, ""),
        ("smote", None, "mixed categories, unseeded"),
    }
    assert "unseeded: numbers change from run to run" in report
    lines = [line.split("|") for line in report.splitlines() if line.startswith("| unseeded")]
    assert {line[2].strip(): line[3].strip() for line in lines} == {
        "smote": "2 of 2 resamples",
        "random_forest": "4 of 4 trials",
    }


def test_a_failed_component_has_the_seed_that_it_was_to_be_given(runs: Any, tmp_path: Path) -> None:
    """A trial that failed can be repeated by its seed; under a null of the suite there is none to tell."""
    null = "{name: raising, label: again, params: {random_state: null}}"
    runs(f"{HEAD}{FILE}methods: [none, raising, {null}]\nclassifiers: [knn]\nsplits: 1\n")
    found = rows(tmp_path / "out", "SELECT params, random_state FROM resamples WHERE status = 'failed'")

    assert {params.count("null"): seed is None for params, seed in found} == {0: False, 1: True}


def test_hidden_resamples_from_a_global_generator_are_told(runs: Any, tmp_path: Path) -> None:
    """A sampler that draws from NumPy's generator is marked, and `bench verify` says why it leaves it out."""
    summary = runs(f"{HEAD}{FILE}methods: [none, rolling]\nclassifiers: [knn, decision_tree]\nsplits: 1\n")
    found = verify(sampled(summary.folder, 1.0, trusted=tmp_path), Options(runner="serial"))

    assert set(
        rows(summary.folder, "SELECT method, random_state, flags FROM resamples WHERE method != 'none'")
    ) == {("rolling", None, "short, mixed categories, unseeded")}
    assert (found.n_compared, len(found.deviations), found.exit_code) == (2, 0, 2)
    assert {why for _, why in found.unverified} == {
        "the numbers of 'rolling' change from run to run: a part of it takes no seed"
    }

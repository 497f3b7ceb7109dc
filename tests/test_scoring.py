"""A classifier that answers nonsense has no scores; a metric that fails costs its own number and no other."""

from __future__ import annotations

import re
from contextlib import closing
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from oversample_bench.api import Metric
from oversample_bench.cli import bench
from oversample_bench.core.outcome import LimitReached
from oversample_bench.evaluation.scoring import computed
from oversample_bench.execution.explanation import explain
from oversample_bench.plugins.metrics import MCC
from oversample_bench.report import trials, write_report
from oversample_bench.store import connect

Y = np.array([0, 1, 0, 1, 1, 0])
PREDICTED = np.array([0, 1, 1, 1, 0, 0])
OUTPUTS = {"labels": PREDICTED, "scores": PREDICTED / 3, "probabilities": None}


def raising(error: BaseException) -> Any:
    def metric(_y: Any, _prediction: Any) -> float:
        raise error

    return metric


def returning(value: Any) -> Any:
    return lambda _y, _prediction: value


def scores(**metrics: Any) -> tuple[dict[str, float | None], dict[str, str]]:
    values, failed = computed(OUTPUTS, Y, {name: Metric(one) for name, one in metrics.items()})
    return values, {name: f"{one.kind}: {one.message}" for name, one in failed.items()}


NO_NUMBERS = {
    "nan": (float("nan"), "it returned nan; expected a finite number"),
    "infinity": (np.float64("-inf"), "it returned -inf; expected a finite number"),
    "none": (None, "it returned None; expected a number"),
    "a text": ("0.5", "it returned the str '0.5'; expected a number"),
    "a truth value": (True, "it returned the bool True"),
    "numpy's truth value": (np.True_, "it returned"),
    "complex": (1j, "it returned the complex 1j"),
    "an array": (np.zeros(3), "it returned a ndarray of shape (3,)"),
    "an array of one": (np.array([0.5]), "it returned a ndarray of shape (1,)"),
    "an array of none": (np.array(0.5), "it returned a ndarray of shape ()"),
    "a decimal": (Decimal("0.5"), "it returned the Decimal Decimal('0.5')"),
    "a list": ([0.5] * 100, "it returned the list [0.5, 0.5,"),
    "a whole number beyond floats": (10**400, "OverflowError: "),
}


@pytest.mark.parametrize("case", NO_NUMBERS)
def test_what_is_no_finite_number_leaves_its_own_cell_empty(case):
    """A metric that returns anything but a finite real number has no value and a reason."""
    value, words = NO_NUMBERS[case]
    values, reasons = scores(bad=returning(value), mcc=MCC.compute)

    assert values == {"bad": None, "mcc": MCC.compute(Y, PREDICTED)}
    assert list(reasons) == ["bad"]
    assert words in reasons["bad"]


@pytest.mark.parametrize(
    "value", [0, 1, 0.5, np.float32(0.5), np.int64(3), Fraction(1, 2), 2**60], ids=lambda v: type(v).__name__
)
def test_any_real_number_is_a_number(value):
    """Whole numbers, fractions and NumPy's numbers count as floats."""
    assert scores(good=returning(value)) == ({"good": float(value)}, {})


class Custom(BaseException):
    """No `Exception`."""


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (ValueError("cannot be computed here"), "ValueError: cannot be computed here"),
        (ZeroDivisionError("division by zero\n  in line 2"), "ZeroDivisionError: division by zero"),
        (SystemExit(3), "SystemExit: 3"),
        (Custom(), "Custom: Custom without a message"),
        (MemoryError("no room"), "MemoryError: no room"),
        (RecursionError(), "RecursionError: RecursionError without a message"),
    ],
    ids=lambda one: type(one).__name__,
)
def test_whatever_a_metric_raises_is_its_own_loss(error, reason):
    """The metrics before and after one that raises have their numbers."""
    values, reasons = scores(first=MCC.compute, bad=raising(error), last=MCC.compute)

    assert values["first"] == values["last"] == MCC.compute(Y, PREDICTED)
    assert (values["bad"], reasons) == (None, {"bad": reason})


@pytest.mark.parametrize("error", [KeyboardInterrupt, LimitReached("took longer than its limit of 1 s")])
def test_a_metric_stops_neither_the_user_nor_the_clock(error):
    """Ctrl-C and the limit of the trial are no failures of the metric in which they arrive."""
    with pytest.raises(type(error) if isinstance(error, BaseException) else error):
        scores(bad=raising(error))


def test_a_metric_that_writes_into_its_input_disturbs_nobody():
    """Each metric gets arrays of its own, which it may write into."""

    def spoiling(y: Any, prediction: Any) -> float:
        y[:] = prediction[:] = 0
        return 0.25

    for array in (Y, PREDICTED):
        array.setflags(write=False)
    values, reasons = scores(first=spoiling, mcc=MCC.compute, again=spoiling)

    assert values == {"first": 0.25, "mcc": MCC.compute(Y, PREDICTED), "again": 0.25}
    assert reasons == {}


def test_a_metric_without_its_output_is_empty_and_has_not_failed():
    """Where a classifier has no such output the cell is empty without a reason."""
    values, failed = computed(OUTPUTS, Y, {"shares": Metric(max, needs="probabilities"), "mcc": MCC})

    assert (values["shares"], failed) == (None, {})


# --- in a run

PLUGIN = """
import warnings
import numpy as np
from pathlib import Path
from oversample_bench.api import Metric, hookimpl
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.neighbors import KNeighborsClassifier

def moody(y, prediction):
    if {fails} and prediction.sum() % 2:
        raise ValueError("cannot be computed here")
    return 0.5

class Answering(KNeighborsClassifier):
    def __init__(self, form="plain"):
        super().__init__()
        self.form = form
    def predict(self, X):
        found = super().predict(X)
        forms = {{"column": found[:, None], "names": np.where(found, "rare", "usual"), "few": found[:3]}}
        return forms.get(self.form, found)
    def predict_proba(self, X):
        return super().predict_proba(X) * (2 if self.form == "doubled" else 1)

@hookimpl
def register_metrics(register):
    register("moody", Metric(moody))
    register("blank", Metric(lambda y, prediction: np.nan))

@hookimpl
def register_classifiers(register):
    register("answering", Answering)
"""
SUITE = """
name: answers
data: [ecoli1]
methods: [none, random]
classifiers: [decision_tree]
splits: 4
plugins: [./own.py]
"""
METRICS = "metrics: [mcc, moody]\n"


@pytest.fixture
def plugin(tmp_path: Path) -> Path:
    """Write the plugin; its metric fails on some of the splits."""
    path = tmp_path / "own.py"
    path.write_text(PLUGIN.format(fails=True))
    return path


def told(folder: Path, metric: str) -> list[str]:
    with closing(connect(folder)) as reader:
        return [row[0] for row in reader.execute("SELECT reason FROM scores WHERE metric = ?", (metric,))]


@pytest.mark.parametrize(
    ("form", "metrics", "words"),
    [
        ("column", "mcc", "predict returned an array of shape (66, 1); expected one label a test row"),
        ("names", "f1_macro", "predict returned the labels 'usual', 'rare' for 66 of 66 test rows"),
        ("few", "mcc", "predict returned an array of shape (3,)"),
        ("doubled", "brier", "outside [0, 1] in 66 of 66 test rows"),
    ],
)
def test_a_classifier_that_answers_nonsense_has_failed(runs: Any, plugin: Path, form, metrics, words) -> None:
    """Its trials are failed with a sentence, those of others are there; it is asked for what is needed."""
    bad = f"{{name: answering, label: bad, params: {{form: {form}}}}}"
    text = SUITE.replace("[decision_tree]", f"[knn, {bad}]") + f"metrics: [{metrics}]\n"
    summary = runs(text)
    table = summary.trials().set_index("classifier")

    assert dict(summary.counts) == {"ok": 8, "failed": 8}
    assert set(table.loc["bad", "status"]) == {"failed"}
    assert all(words in reason for reason in table.loc["bad", "reason"])
    assert table.loc["knn", metrics].notna().all()


def test_a_metric_that_fails_costs_no_other_number(runs: Any, plugin: Path, tmp_path: Path) -> None:
    """Its cells are empty, those of the other metric whole and equal to those of a run without it; exit 2."""
    alone = runs(SUITE + "metrics: [mcc]\n", "alone").trials()
    summary = runs(SUITE + METRICS)
    both = summary.trials()
    n_failed = int(both["moody"].isna().sum())

    assert 0 < n_failed < len(both)
    assert alone["mcc"].tolist() == both["mcc"].tolist()
    assert set(both["status"]) == {"ok"}
    assert dict(summary.counts) == {"ok": 8 - n_failed, "unscored": n_failed}
    assert summary.exit_code == 2
    reasons = told(tmp_path / "out", "moody")
    assert reasons.count("ValueError: cannot be computed here") == n_failed
    assert reasons.count("") == 8 - n_failed
    assert set(told(tmp_path / "out", "mcc")) == {""}


def test_a_report_says_which_metric_failed_and_why(runs: Any, plugin: Path, tmp_path: Path) -> None:
    """All forms of the report, and `bench explain`, name metric, count and reason, its plugin gone or not."""
    table = runs(SUITE + METRICS).trials()
    n_failed = int(table["moody"].isna().sum())
    plugin.unlink()
    folder = tmp_path / "out"
    text = write_report(folder, figures=False).read_text()
    page = (folder / "report.html").read_text()
    failures = pd.read_csv(folder / "tables" / "failures.csv")
    lost = table[table["moody"].isna()].iloc[0]
    one = explain(folder, f"ecoli1/natural/{lost['method']}/decision_tree/{lost['split']}/{lost['seed']}")
    shown = CliRunner().invoke(bench, ["explain", str(folder), one.digest]).output

    for document in (text, page):
        assert f"In {n_failed} of those done a metric failed" in document
        assert f"Scores that are empty since their metric failed: moody {n_failed} of 8." in document
        assert "ValueError: cannot be computed here" in document
    assert "not computed: the metric failed, or gave no finite number (see What failed?)" in page
    assert re.search(r"n = \d of 4 \(\d not computed\)", page)
    own = failures[["stage", "status", "kind", "reason", "trials_lost"]].drop_duplicates()
    assert own.to_numpy().tolist() == [
        ["metric", "no number", "moody", "ValueError: cannot be computed here", 0]
    ]
    assert len(failures) == n_failed
    assert (one.scores["moody"], one.uncomputed) == (None, {"moody": "ValueError: cannot be computed here"})
    assert "– (ValueError: cannot be computed here)" in shown
    assert trials(folder)["moody"].isna().sum() == n_failed


def test_empty_cells_are_tried_again_as_failed_trials_are(runs: Any, plugin: Path) -> None:
    """A second run scores the trials anew in which a metric failed, and no others; `--no-retry` none."""
    first = runs(SUITE + METRICS)
    n_failed = first.counts["unscored"]
    again, left = runs(SUITE + METRICS), runs(SUITE + METRICS, retry=False)

    assert (first.computed, again.computed, left.computed) == (8, 0, 0)
    assert (again.scored_again, left.scored_again) == (n_failed, 0)
    assert dict(first.counts) == dict(again.counts) == dict(left.counts)


def test_a_mended_metric_fills_its_cells(runs: Any, plugin: Path) -> None:
    """Another version of the metric is asked for all trials, and the cells that were empty have values."""
    before = runs(SUITE + METRICS).trials()
    plugin.write_text(PLUGIN.format(fails=False))
    after = runs(SUITE + METRICS)

    assert before["moody"].isna().any()
    assert after.exit_code == 0
    assert after.trials()["moody"].tolist() == [0.5] * 8
    assert after.trials()["mcc"].tolist() == before["mcc"].tolist()


def test_a_metric_that_is_added_later_follows_the_same_rule(runs: Any, plugin: Path, tmp_path: Path) -> None:
    """One that fails on a finished store leaves cells with reasons, and what was there."""
    before = runs(SUITE + "metrics: [mcc]\n").trials()
    after = runs(SUITE + "metrics: [mcc, blank]\n")

    assert dict(after.counts) == {"unscored": 8}
    assert set(told(tmp_path / "out", "blank")) == {"it returned nan; expected a finite number"}
    assert after.trials()["mcc"].tolist() == before["mcc"].tolist()


def test_a_metric_that_never_ends_is_under_the_limit_of_its_trial(runs: Any, tmp_path: Path) -> None:
    """A metric that hogs time makes the trial `timeout`."""
    (tmp_path / "own.py").write_text(
        "import time\nfrom pathlib import Path\nfrom oversample_bench.api import Metric, hookimpl\n"
        f"def sleep(y, p):\n    time.sleep(60)\n    Path({str(tmp_path / 'slept')!r}).touch()\n@hookimpl\n"
        "def register_metrics(register):\n    register('moody', Metric(sleep))\n"
    )
    summary = runs(SUITE.replace("splits: 4", "splits: 1") + METRICS + "limits: {trial: 0.5}\n")

    assert dict(summary.counts) == {"timeout": 2}
    assert not (tmp_path / "slept").exists()


@pytest.mark.ray
@pytest.mark.slow
def test_the_runners_agree_on_what_failed(runs: Any, plugin: Path, tmp_path: Path) -> None:
    """Serial and Ray have the same values, reasons and notes."""
    text = SUITE.replace("[decision_tree]", "[decision_tree, {name: mlp, params: {max_iter: 2}}, answering]")
    rows = []
    for name, runner in (("out", "serial"), ("ray", "ray")):
        runs(text + METRICS, name, runner=runner)
        with closing(connect(tmp_path / name)) as reader:
            scores = reader.execute("SELECT * FROM scores ORDER BY trial, metric").fetchall()
            notes = reader.execute(
                "SELECT digest, notes, random_state FROM trials ORDER BY digest"
            ).fetchall()
        rows.append([tuple(row) for row in [*scores, *notes]])

    assert rows[0] == rows[1]
    assert any("not converged" in row for row in rows[0])

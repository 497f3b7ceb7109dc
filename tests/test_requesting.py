"""What a method is asked for, and that it is not called where that is nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from imblearn.over_sampling import SMOTE, RandomOverSampler
from imblearn.under_sampling import RandomUnderSampler, TomekLinks

from oversample_bench.core.outcome import Skip
from oversample_bench.evaluation.requests import MAKES_ROWS, TAKES_ROWS, ClassCounts, Request, ask
from oversample_bench.plugins.baselines import NoResampling
from oversample_bench.store import connect

shares = st.integers(1, 100).map(lambda n: n / 100)
sizes = st.integers(1, 300)


def labels(n_majority: int, n_minority: int) -> np.ndarray:
    return np.repeat([0, 1], [n_majority, n_minority])


def rows(n_majority: int, n_minority: int) -> np.ndarray:
    return np.arange(n_majority + n_minority, dtype=float).reshape(-1, 1)


# --- the rule


@pytest.mark.parametrize(
    ("n_majority", "n_minority", "target", "kind", "expected"),
    [
        (100, 10, 1.0, MAKES_ROWS, 90),
        (100, 10, 0.29, MAKES_ROWS, 19),
        (100, 10, 0.1, MAKES_ROWS, 0),
        (100, 40, 0.3, MAKES_ROWS, 0),
        (10, 100, 1.0, MAKES_ROWS, 0),
        (100, 10, 1.0, "ensemble", 90),
        (100, 10, 1.0, TomekLinks._sampling_type, 0),
        (100, 10, 1.0, RandomUnderSampler._sampling_type, 0),
        (100, 10, 1.0, NoResampling._sampling_type, 0),
    ],
)
def test_minority_rows_are_requested_up_to_the_target_ratio(n_majority, n_minority, target, kind, expected):
    """An oversampler is asked for what the ratio says, rounded down; other kinds of method for no rows."""
    sampler = type("Sampler", (), {"_sampling_type": kind})()

    assert Request.of(sampler, target).n_new(ClassCounts(n_majority, n_minority)) == expected


@given(n_majority=sizes, n_minority=sizes, ratio=shares)
def test_an_oversampler_is_called_exactly_when_rows_are_requested(n_majority, n_minority, ratio):
    """It is called where the audit expects rows of it, and then imbalanced-learn makes at least one."""
    sampler = RandomOverSampler(sampling_strategy=ratio, random_state=0)
    X, y = rows(n_majority, n_minority), labels(n_majority, n_minority)
    requested = Request.of(sampler, ratio).n_new(ClassCounts.of(y))
    if not requested:
        with pytest.raises(Skip):
            ask(sampler, ratio, y)
        return
    ask(sampler, ratio, y)
    made = len(sampler.fit_resample(X, y)[1]) - len(y)

    assert 0 < made
    assert made in (requested, requested - 1)  # binary rounding of the library may cost one of several


@given(n_majority=sizes, n_minority=sizes, ratio=shares)
def test_an_undersampler_is_called_by_the_same_rule(n_majority, n_minority, ratio):
    """Where the minority has what the ratio asks for nothing is taken away, and elsewhere rows are."""
    sampler = RandomUnderSampler(sampling_strategy=ratio, random_state=0)
    X, y = rows(n_majority, n_minority), labels(n_majority, n_minority)
    if Request(ratio, MAKES_ROWS).n_new(ClassCounts.of(y)) == 0:
        with pytest.raises(Skip):
            ask(sampler, ratio, y)
        return
    ask(sampler, ratio, y)

    assert len(sampler.fit_resample(X, y)[1]) < len(y)


@given(n_majority=st.integers(1, 10_000), ratio=shares)
def test_a_split_that_was_thinned_to_the_target_meets_it(n_majority, ratio):
    """The minority that thinning keeps, rounded down, is what the same target asks for; one less is not."""
    kept = n_majority * round(ratio * 100) // 100

    assert Request(ratio, MAKES_ROWS).idle(ClassCounts(n_majority, kept))
    assert kept == 0 or not Request(ratio, MAKES_ROWS).idle(ClassCounts(n_majority, kept - 1))


@pytest.mark.parametrize(
    ("strategy", "kind", "idle"),
    [
        ("auto", MAKES_ROWS, False),
        (0.3, MAKES_ROWS, True),
        (1, MAKES_ROWS, False),
        ({1: 40}, MAKES_ROWS, True),
        ({1: 41}, MAKES_ROWS, False),
        ({0: 100, 1: 40}, MAKES_ROWS, True),
        ({0: 101}, MAKES_ROWS, False),
        ({0: 100}, TAKES_ROWS, True),
        ({0: 99}, TAKES_ROWS, False),
        ("majority", TAKES_ROWS, False),
        (0.4, TAKES_ROWS, True),
        ("auto", TomekLinks._sampling_type, False),
        (["anything"], MAKES_ROWS, False),
        (None, MAKES_ROWS, False),
        ({1: 40.0}, MAKES_ROWS, True),
        ({1: "many"}, MAKES_ROWS, False),
    ],
)
def test_a_request_is_read_by_its_kind(strategy, kind, idle):
    """Ratios, numbers of rows and words are compared with 100 majority and 40 minority rows."""
    assert (Request(strategy, kind).idle(ClassCounts(100, 40)) != "") == idle


@pytest.mark.parametrize("sampler", [SMOTE(), RandomUnderSampler()])
def test_a_balanced_split_asks_for_nothing(sampler):
    """The target ratio 1 is met where both classes have as many rows."""
    ask(sampler, 1.0, labels(21, 20))

    with pytest.raises(Skip, match="target_ratio 1 asks for nothing: the split has 20 minority to 20"):
        ask(sampler, 1.0, labels(20, 20))


# --- what becomes of it in a run

OWN = "{name: smote, label: own, params: {sampling_strategy: 0.25}}"

SUITE = """
name: met
data: [ecoli1]
ratios: [0.1, 0.3]
methods: [{methods}]
classifiers: [knn, decision_tree]
splits: 2
protocol: {{target_ratio: 0.3}}
"""
MEMBERS = """
import numpy as np
from oversample_bench.api import hookimpl
class Together:
    def __init__(self, sampling_strategy="auto"):
        self.sampling_strategy = sampling_strategy
    def get_params(self, deep=True):
        return {"sampling_strategy": self.sampling_strategy}
    def set_params(self, sampling_strategy):
        self.sampling_strategy = sampling_strategy
    def fit_resample(self, X, y):
        raise AssertionError("alone")
    def fit_resample_batch(self, problems, random_states):
        for X, y in problems:
            assert y.sum() < self.sampling_strategy * (y == 0).sum() - 1, "called for nothing"
        return [(np.vstack([X, X[y == 1] + 0.5]), np.append(y, y[y == 1])) for X, y in problems]
@hookimpl
def register_oversamplers(register):
    register("together", Together)
"""
METHODS = (
    "none, random, random_under, smote_tomek, {name: smote, label: own, params: {sampling_strategy: 0.25}}"
)


def test_a_target_that_is_met_is_a_skip_with_its_reason(runs: Any) -> None:
    """At the ratio 0.3 each sampler is skipped, whatever it does with a ratio; `none` is not, nor is 0.1."""
    summary = runs(SUITE.format(methods=f"none, random, random_under, smote_tomek, {OWN}"))
    table = summary.trials()
    skipped = table[table["status"] == "skipped"]

    assert {"ok", "skipped"} == set(table["status"])
    assert summary.counts == {"ok": 24, "skipped": 16}
    assert {(method, "0.3") for method in ("random", "random_under", "smote_tomek", "own")} == set(
        zip(skipped["method"], skipped["ratio"], strict=True)
    )
    assert {
        "target_ratio 0.3 asks for nothing: the split has 62 minority to 208 majority rows already",
        "sampling_strategy 0.25 asks for nothing: the split has 62 minority to 208 majority rows already",
    } == set(skipped["reason"])


def test_what_was_skipped_is_settled(runs: Any, tmp_path: Any) -> None:
    """Running again computes nothing: a skip is no failure that is tried again."""
    text = SUITE.format(methods="none, random")

    assert [runs(text).computed, runs(text).computed] == [16, 0]
    kinds = connect(tmp_path / "out").execute("SELECT DISTINCT status, stage, kind FROM trials").fetchall()
    assert {tuple(row) for row in kinds} == {("ok", "", ""), ("skipped", "resample", "Skip")}


@pytest.mark.parametrize("batch", [2, 4])
def test_members_of_a_batch_are_asked_one_by_one(runs: Any, tmp_path: Any, batch: int) -> None:
    """A batch is called with the members that ask for something, and not at all where none does."""
    (tmp_path / "together.py").write_text(MEMBERS)
    text = SUITE.format(methods=f"none, {{name: together, batch: {batch}}}")
    table = runs(text + "plugins: [together.py]\n").trials().query("method == 'together'")

    assert {("0.1", "ok"), ("0.3", "skipped")} == set(zip(table["ratio"], table["status"], strict=True))


def test_a_cleaner_is_not_asked_for_a_ratio(runs: Any, tmp_path: Any) -> None:
    """Cleaning takes no ratio: it is called as it is, whatever the target."""
    (tmp_path / "cleans.py").write_text(
        "from imblearn.under_sampling import TomekLinks\n"
        "from oversample_bench.api import hookimpl\n"
        "@hookimpl\n"
        "def register_oversamplers(register):\n"
        "    register('tomek', TomekLinks)\n"
    )
    table = runs(SUITE.format(methods="none, tomek") + "plugins: [cleans.py]\n").trials()

    assert {"ok"} == set(table["status"])
    assert (table.loc[table["method"] == "tomek", "n_dropped"] > 0).any()


def test_a_method_that_takes_no_ratio_runs_as_it_is(runs: Any, tmp_path: Any) -> None:
    """What cannot be asked is not skipped."""
    (tmp_path / "copies.py").write_text(
        "import numpy as np\n"
        "from oversample_bench.api import hookimpl\n"
        "class Copies:\n"
        "    def fit_resample(self, X, y):\n"
        "        return np.vstack([X, X[y == 1]]), np.append(y, y[y == 1])\n"
        "@hookimpl\n"
        "def register_oversamplers(register):\n"
        "    register('copies', Copies)\n"
    )
    table = runs(SUITE.format(methods="none, copies") + "plugins: [copies.py]\n").trials()

    assert {"ok"} == set(table["status"])

"""The package as a library: what `from oversample_bench import ...` gives, on arrays, frames and suites."""

from __future__ import annotations

import doctest
import gc
import importlib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from imblearn.over_sampling import SMOTE
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier

import oversample_bench
from oversample_bench import (
    Options,
    Result,
    Suite,
    UsageError,
    check,
    compare,
    diff,
    explain,
    load_suite,
    merge,
    plan,
    run,
    verify,
)

N = 240
KNN = KNeighborsClassifier(n_neighbors=3)


def numbers() -> tuple[np.ndarray, np.ndarray]:
    """Return rows of which one in eight is positive, and further out."""
    generator = np.random.default_rng(7)
    y = (np.arange(N) % 8 == 0).astype(int)
    return generator.normal(size=(N, 3)) + y[:, None], y


def table() -> tuple[pd.DataFrame, pd.Series]:
    X, y = numbers()
    frame = pd.DataFrame(X, columns=["a", "b", "c"], index=np.arange(N)[::-1])
    frame["country"] = pd.Categorical(np.array(["DE", "FR", "NG"])[np.arange(N) % 3])
    return frame, pd.Series(np.where(y == 1, "fraud", "ok"), index=frame.index)


@pytest.fixture(scope="module")
def result() -> Result:
    """Return a comparison of three methods and two classifiers, given in every form."""
    return compare(
        *numbers(),
        methods=["none", "random", SMOTE(k_neighbors=3)],
        classifiers=[KNN, "decision_tree"],
        splits=3,
    )


# --- names


def test_every_public_name_is_there():
    """What `__all__` promises can be imported, and `dir` shows it before it is."""
    for name in oversample_bench.__all__:
        assert getattr(oversample_bench, name) is not None
        assert name in dir(oversample_bench)


@pytest.mark.parametrize("module", ["suite.plan", "execution.compare", "analysis.store_diff", "store.merge"])
def test_no_module_hides_a_function(module):
    """Importing any module of the package leaves the public functions what they are."""
    importlib.import_module(f"oversample_bench.{module}")

    functions = [getattr(oversample_bench, name) for name in ("plan", "compare", "diff", "merge", "verify")]
    assert all(callable(function) for function in functions)
    assert functions == [plan, compare, diff, merge, verify]


def test_the_examples_of_the_package_work():
    """The docstring of the package says what happens."""
    assert doctest.testmod(oversample_bench) == doctest.TestResults(failed=0, attempted=12)


# --- compare


def test_scores_are_those_of_the_same_suite(result, tmp_path):
    """Objects that equal registered names come to the same numbers as a suite over the same rows."""
    X, y = numbers()
    np.savez(tmp_path / "rows.npz", X=X, **{"class": y})
    suite = Suite(
        name="same",
        data=[{"path": str(tmp_path / "rows.npz"), "target": "class", "label": "your data"}],
        methods=["none", "random", {"name": "smote", "params": {"k_neighbors": 3}}],
        classifiers=[{"name": "knn", "params": {"n_neighbors": 3}}, "decision_tree"],
        splits=3,
        metrics=["mcc", "f1_macro"],
    )
    ours, theirs = result.trials(), run(suite).trials()

    assert ours["classifier"].unique().tolist() == ["KNeighborsClassifier(n_neighbors=3)", "decision_tree"]
    assert ours["method"].unique().tolist() == ["none", "random", "SMOTE(k_neighbors=3)"]
    registered = ours["method"].isin(["none", "random"]).to_numpy()
    seedless = (
        registered & (ours["method"] == "none").to_numpy() & ours["classifier"].str.startswith("K").to_numpy()
    )
    np.testing.assert_array_equal(ours["mcc"][seedless], theirs["mcc"][seedless])
    assert ours.loc[registered, "n_new"].tolist() == theirs.loc[registered, "n_new"].tolist()


def test_a_frame_is_read_like_a_table():
    """Texts are categories, labels may be words, whatever the index; the answer names the rarer class."""
    result = compare(*table(), methods=["none", "random"], classifiers=[LogisticRegression()], splits=2)
    frame = result.trials()

    assert result.counts == {"ok": 4}
    assert set(frame["n_real"]) == {N - N // 5}
    assert result.exit_code == 0


def test_one_of_several_classes_is_named():
    """With more than two classes the minority is one of them, against all others."""
    X, y = numbers()
    three = y + 2 * (np.arange(N) % 3 == 0)
    result = compare(X, three, minority=1, methods=["none"], classifiers=[KNN], splits=2)

    assert result.counts == {"ok": 2}
    with pytest.raises(UsageError, match="minority"):
        compare(X, three, methods=["none"], classifiers=[KNN], splits=2)


def test_what_the_caller_gave_is_left_as_it_is():
    """Neither rows nor objects change: every trial has a clone."""
    X, y = numbers()
    before, sampler, learner = X.copy(), SMOTE(k_neighbors=2), LogisticRegression()
    compare(X, y, methods=["none", sampler], classifiers=[learner], splits=2)

    np.testing.assert_array_equal(X, before)
    assert not hasattr(learner, "coef_")
    assert sampler.get_params() == SMOTE(k_neighbors=2).get_params()


class Raises(ClassifierMixin, BaseEstimator):
    """A classifier that cannot be fitted."""

    def fit(self, X, y):
        raise ValueError("three rows were expected")

    def predict(self, X):
        return np.zeros(len(X))


def test_an_object_that_fails_is_a_row_with_its_reason():
    """A failure is a row in a comparison too."""
    result = compare(*numbers(), methods=["none"], classifiers=[Raises(), KNN], splits=2)

    assert result.counts == {"failed": 2, "ok": 2}
    assert result.failures()["reason"].tolist() == ["three rows were expected"] * 2
    assert result.exit_code == 2


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"methods": "none"}, "expected a list: \\['none'\\]"),
        ({"methods": [SMOTE]}, "give an instance, SMOTE\\(\\)"),
        ({"methods": [object()]}, "is no method: expected a registered name, or `fit_resample`"),
        ({"classifiers": [SMOTE()]}, "is no classifier: expected a registered name, or `fit` and `predict`"),
        ({"methods": ["nonne"]}, r"^methods\[0\].name: no installed plugin .* Did you mean 'none'\?"),
        ({"splits": 0}, "'splits' is 0; expected at least 1"),
        ({"metrics": []}, "metrics"),
    ],
)
def test_a_wrong_request_is_a_sentence(wrong, sentence):
    """It says what was asked, and what to write."""
    asked = {"methods": ["none"], "classifiers": ["knn"], **wrong}
    with pytest.raises(UsageError, match=sentence):
        compare(*numbers(), **asked)


def test_wrong_rows_are_a_sentence():
    """Shapes that do not fit together, texts in an array, and a column that is called like the labels."""
    X, y = numbers()
    for bad, labels, sentence in [
        (X, y[:5], "240 rows and y 5 labels"),
        (X, np.c_[y, y], "expected one label a row"),
        (X[:, 0], y, "expected rows and columns of numbers"),
        (X.astype(str), y, "or a DataFrame"),
        (pd.DataFrame({"class": X[:, 0]}), y, "X has a column 'class'"),
        (table()[0].assign(customer=np.arange(N)), y, r"^X: column 'customer' .*`ignore=\[\"customer\"\]`"),
    ]:
        with pytest.raises(UsageError, match=sentence):
            compare(bad, labels, methods=["none"], classifiers=["knn"], splits=2)


@pytest.mark.parametrize(("name", "meant"), [("limit", "limits"), ("splitz", "splits")])
def test_an_argument_that_is_none_is_a_sentence(name, meant):
    """Python's own error, with the name that was probably meant."""
    with pytest.raises(TypeError, match=f"has no argument '{name}'. Did you mean '{meant}'"):
        compare(*numbers(), **{name: {}})


def test_what_is_left_out_of_a_frame_is_told():
    """Columns that are no features stand in the notices and in the notebook, in the words of a call."""
    X, y = table()
    X = X.assign(customer=np.arange(N), day=pd.date_range("2024-01-01", periods=N))
    done = compare(X, y, methods=["none"], classifiers=[KNN], splits=2, ignore=["customer"])

    assert done.notices[0] == "Left out, as the suite says: customer."
    assert done.notices[1].startswith("Left out: day (has dates or times")
    assert "Left out: day (has dates or times" in done._repr_html_()


def test_columns_and_the_control_can_be_told():
    """What a suite says of a table and of the control are arguments, and mean the same."""
    X, y = table()
    X = X.assign(code=np.where(np.arange(N) % 9 == 0, "?", [str(one) for one in np.arange(N) % 7]))
    asked = {"methods": ["none", "random"], "classifiers": [KNN], "splits": 2, "control": "random"}
    done = compare(X, y, **asked, categorical=["code"])

    assert set(done.comparison()["control"]) == {"random"}
    filled = compare(X, y, **asked, missing=["?"], numeric=["code"])
    assert not filled.scores()["mean"].equals(done.scores()["mean"])


# --- Result


def test_scores_are_means_over_trials(result):
    """By hand: mean and deviation of the trials of each cell."""
    trials = result.trials()
    cells = result.scores("mcc").set_index(["classifier", "method"])

    for key, own in trials.groupby(["classifier", "method"])["mcc"]:
        assert cells.loc[key, "mean"] == pytest.approx(own.mean())
        assert cells.loc[key, "sd"] == pytest.approx(own.std(ddof=1))


@pytest.mark.parametrize("control", ["none", "random"])
def test_a_comparison_is_of_pairs(result, control):
    """The estimate is the mean over splits of the method's score minus the control's on the same split."""
    trials = result.trials().pivot_table(index=["classifier", "split"], columns="method", values="mcc")
    told = result.comparison("mcc", control)

    assert set(told["control"]) == {control}
    assert control not in set(told["method"])
    assert set(told["scope"]) == {"overall", "each"}
    for row in told.itertuples():
        gains = trials[row.method] - trials[control]
        pairs = gains.groupby("split").mean() if row.classifier == "(all)" else gains[row.classifier]
        assert row.estimate == pytest.approx(pairs.mean())
        assert row.low < row.estimate < row.high
        assert row.n == 3


def test_a_loss_is_turned_round():
    """Of a metric where less is better, a positive difference is still an improvement."""
    result = compare(
        *numbers(), methods=["none", "random"], classifiers=[KNN], metrics=["brier", "mcc"], splits=3
    )
    trials = result.trials().pivot_table(index="split", columns="method", values="brier")
    told = result.comparison("brier").iloc[0]

    assert told["estimate"] == pytest.approx((trials["none"] - trials["random"]).mean())
    assert told["low"] < told["estimate"] < told["high"]


def test_over_data_sets_each_counts_once():
    """The row over all sets rests on one value a set, and equals the mean of the rows within them."""
    suite = Suite(
        name="s",
        data=["ecoli1", "yeast4", "glass2"],
        methods=["none", "random"],
        classifiers=["knn"],
        splits=2,
    )
    told = run(suite).comparison("mcc").set_index("scope")

    assert told.loc["overall", "unit"] == "data sets"
    assert told.loc["overall", "n"] == len(told.loc["each"]) == 3
    assert told.loc["overall", "estimate"] == pytest.approx(told.loc["each", "estimate"].mean())


def test_unknown_names_are_refused_with_what_there_is(result):
    """For a metric and for a control."""
    with pytest.raises(UsageError, match=r"no metric 'mc'\. Did you mean 'mcc'"):
        result.scores("mc")
    with pytest.raises(UsageError, match=r"no method 'nonne'\. Did you mean 'none'"):
        result.comparison("mcc", "nonne")


def test_a_notebook_shows_the_answer_and_one_table(result):
    """As HTML without scripts, with the names escaped."""
    shown = result._repr_html_()

    assert shown.count("<table") == 1
    assert "By MCC: " in shown
    assert '<th scope="row">none</th>' in shown
    assert "<script" not in shown


def test_a_result_needs_no_folder_and_can_be_given_one(tmp_path):
    """Without a folder it lasts as long as it is kept; written to one, a run goes on there."""
    suite = Suite(name="kept", data=["ecoli1"], methods=["none", "random"], classifiers=["knn"], splits=2)
    result = run(suite)
    place = result.folder
    report = result.write_report(tmp_path / "kept", figures=False)
    again = run(suite, tmp_path / "kept", Options(runner="serial", figures=False))
    scores = result.trials()["mcc"].tolist()
    del result
    gc.collect()

    assert not place.exists()
    assert report == tmp_path / "kept" / "report.md"
    assert (again.computed, again.trials()["mcc"].tolist()) == (0, scores)


def test_a_folder_of_another_run_is_not_mixed_up(result, tmp_path):
    """A report of one suite is not written over that of another."""
    run(Suite(name="other", data=["ecoli1"], methods=["none"], classifiers=["knn"], splits=2), tmp_path / "a")

    with pytest.raises(UsageError, match="holds the run of the suite 'other'"):
        result.write_report(tmp_path / "a")


# --- suites made in Python


def test_a_suite_made_in_python_is_that_of_the_yaml(tmp_path):
    """The same fields give the same plan and the same digest, however they were said."""
    text = (
        "name: s\ndata: [ecoli1]\nratios: [natural, 0.05]\nmethods: [none]\nclassifiers: [knn]\nsplits: 3\n"
    )
    (tmp_path / "s.yaml").write_text(text, encoding="utf-8")
    made = Suite(
        name="s", data=["ecoli1"], ratios=["natural", 0.05], methods=["none"], classifiers=["knn"], splits=3
    )
    loaded = load_suite(tmp_path / "s.yaml")

    assert made.digest() == loaded.digest()
    assert plan(made).trials == plan(loaded).trials
    assert plan(load_suite_text(made.text, tmp_path)).trials == plan(made).trials


def load_suite_text(text: str, folder: Path) -> Suite:
    (folder / "made.yaml").write_text(text, encoding="utf-8")
    return load_suite(folder / "made.yaml")


# --- the commands as functions


def test_folders_may_be_named_as_text(tmp_path):
    """`diff`, `merge`, `explain`, `verify` and `check` take names of folders and return values."""
    suite = Suite(name="s", data=["ecoli1"], methods=["none", "random"], classifiers=["knn"], splits=5)
    folder, copy = str(tmp_path / "a"), str(tmp_path / "b")
    run(suite, folder, Options(runner="serial", report=False))
    merged = merge(copy, [folder])

    assert merged.added["trials"] == 10
    assert diff(folder, copy).metrics["n_differ"].sum() == 0
    assert explain(folder, "ecoli1/natural/none/knn/0/0").trial["status"] == "ok"
    assert verify(folder, fraction=0.2).largest == 0
    with pytest.raises(UsageError, match="baseline"):
        check(folder, str(tmp_path / "no_baseline.json"))

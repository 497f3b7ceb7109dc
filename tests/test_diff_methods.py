"""`bench diff` of methods: by how much each differs between two runs, how surely, and why."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from scipy.stats import t as student
from scipy.stats import ttest_rel, wilcoxon

from oversample_bench.analysis.method_differences import IDENTICAL
from oversample_bench.analysis.paired_estimates import BETTER, UNCLEAR, UNTESTED, WORSE
from oversample_bench.analysis.statistics.holm import holm
from oversample_bench.analysis.store_diff import Diff, diff
from oversample_bench.cli import bench
from oversample_bench.store import FILE_NAME
from tests.stores import FAILED, SHARE, SILENT, Cell, store
from tests.test_diff import carried_out

SETS = ("ecoli1", "ecoli2", "glass2", "glass4")
Numbers = Sequence[float | str | Sequence[float]]


def row(found: Diff, method: str = "smote", metric: str = "mcc") -> pd.Series:
    """Return the estimate of one method."""
    (told,) = found.methods[(found.methods["method"] == method) & (found.methods["metric"] == metric)].iloc
    return told


def both(place: Path, a: Numbers, b: Numbers, metrics: dict[str, bool] | None = None, **options: str) -> Diff:
    """Compare two stores of one method on one data set."""
    for name, scores in (("a", a), ("b", b)):
        store(place / name, [Cell(scores, "smote", **options)], metrics)
    return diff(place / "a", place / "b")


def over_sets(place: Path, n_sets: int, seed: int = 5) -> tuple[Diff, pd.DataFrame]:
    """Compare two stores of two classifiers on three splits of some sets; also return the trials."""
    random = np.random.default_rng(seed)
    trials = pd.DataFrame(
        [
            (f"set {at}", classifier, split, *random.random(2))
            for at in range(n_sets)
            for classifier in ("tree", "knn")
            for split in range(3)
        ],
        columns=["dataset", "classifier", "split", "a", "b"],
    )
    for name in "ab":
        cells = [
            Cell(list(own[name]), "smote", dataset, classifier=classifier)
            for (dataset, classifier), own in trials.groupby(["dataset", "classifier"], sort=False)
        ]
        store(place / name, cells)
    return diff(place / "a", place / "b"), trials


# --- the numbers


@pytest.mark.parametrize("n_sets", [2, 4, 10])
def test_few_data_sets_are_compared_by_the_paired_t_test_of_their_means(tmp_path, n_sets):
    """Each data set is one value, the mean of its splits and classifiers: scipy's ttest_rel of these."""
    found, trials = over_sets(tmp_path, n_sets)
    means = trials.groupby("dataset", sort=False)[["a", "b"]].mean()
    expected = ttest_rel(means["b"], means["a"])
    low, high = expected.confidence_interval(0.95)
    told = row(found)

    assert (told["unit"], told["n"], told["n_trials"], told["n_lost"]) == ("data sets", n_sets, 6 * n_sets, 0)
    assert told["estimate"] == pytest.approx((means["b"] - means["a"]).mean())
    assert (told["low"], told["high"], told["p"]) == pytest.approx((low, high, expected.pvalue))


def test_many_data_sets_have_the_p_value_of_wilcoxon(tmp_path):
    """Above ten data sets p is that of the signed ranks, and the interval is around the mean."""
    found, trials = over_sets(tmp_path, 14)
    means = trials.groupby("dataset", sort=False)[["a", "b"]].mean()
    told = row(found)

    assert told["p"] == pytest.approx(wilcoxon(means["b"], means["a"]).pvalue)
    assert told["low"] < told["estimate"] < told["high"]


def test_splits_of_one_data_set_are_compared_by_the_corrected_t(tmp_path):
    """The variance of the mean is s² (1 / J + n_test / n_train), as the splits share rows."""
    a, b = np.array([0.5, 0.6, 0.55, 0.7]), np.array([0.6, 0.62, 0.7, 0.71])
    told = row(both(tmp_path, list(a), list(b)))
    gain = b - a
    error = gain.std(ddof=1) * np.sqrt(1 / 4 + SHARE)

    assert (told["unit"], told["n"]) == ("splits", 4)
    assert told["p"] == pytest.approx(2 * student.sf(gain.mean() / error, 3))
    assert told["high"] - told["estimate"] == pytest.approx(student.ppf(0.975, 3) * error)


def test_seeds_of_a_split_are_averaged_before_splits_are_compared(tmp_path):
    """However many seeds there are, a split is one value."""
    a, b = [[0.1, 0.3], [0.4, 0.6], [0.2, 0.2]], [[0.2, 0.4], [0.5, 0.9], [0.2, 0.1]]
    seeds = row(both(tmp_path / "seeds", a, b))
    means = row(both(tmp_path / "means", [0.2, 0.5, 0.2], [0.3, 0.7, 0.15]))

    assert (seeds["n"], seeds["n_trials"], means["n_trials"]) == (3, 6, 3)
    for name in ("estimate", "low", "high", "p"):
        assert seeds[name] == pytest.approx(means[name])


def test_seeds_of_a_single_split_are_compared_by_the_t_test(tmp_path):
    """With one split the seeds are what repeats: scipy's ttest_rel of them."""
    told = row(both(tmp_path, [[0.1, 0.3, 0.2]], [[0.2, 0.5, 0.35]]))

    assert (told["unit"], told["n"]) == ("seeds", 3)
    assert told["p"] == pytest.approx(ttest_rel([0.2, 0.5, 0.35], [0.1, 0.3, 0.2]).pvalue)


def test_a_single_pair_is_not_tested(tmp_path):
    """One value has no interval, and the verdict says so."""
    told = row(both(tmp_path, [0.5], [0.6]))

    assert (told["verdict"], told["n"], told["estimate"]) == (UNTESTED, 1, pytest.approx(0.1))
    assert np.isnan(told["low"])


@pytest.mark.parametrize(("higher", "verdict"), [(True, BETTER), (False, WORSE)])
def test_above_zero_b_is_better_whichever_way_the_metric_points(tmp_path, higher, verdict):
    """What is higher in B is better there for MCC, and worse for the Brier score."""
    told = row(both(tmp_path, [0.1, 0.2, 0.3], [0.5, 0.61, 0.72], {"m": higher}), metric="m")

    assert told["verdict"] == verdict
    assert (told["estimate"] > 0) == higher


def test_turning_the_two_around_turns_the_signs(tmp_path):
    """A against B is B against A with the other sign, and as sure."""
    found, _ = over_sets(tmp_path, 4)
    one, other = row(found), row(diff(tmp_path / "b", tmp_path / "a"))

    assert one["estimate"] == pytest.approx(-other["estimate"])
    assert (one["low"], one["p"]) == pytest.approx((-other["high"], other["p"]))


def test_holm_adjusts_over_the_methods_that_differ(tmp_path):
    """The p-values of one metric are a family; a method that is equal bit for bit is not in it."""
    a, b = [0.5, 0.6, 0.55, 0.7], {"smote": [0.6, 0.62, 0.7, 0.71], "adasyn": [0.5, 0.7, 0.6, 0.6]}
    store(tmp_path / "a", [Cell(a, name) for name in ("none", *b)])
    store(tmp_path / "b", [Cell(a, "none"), *(Cell(scores, name) for name, scores in b.items())])
    found = diff(tmp_path / "a", tmp_path / "b")
    p = {name: float(row(found, name)["p"]) for name in b}

    assert {name: row(found, name)["p_adjusted"] for name in b} == pytest.approx(holm(p))
    assert {row(found, name)["verdict"] for name in b} == {UNCLEAR}
    assert row(found, "none")["verdict"] == IDENTICAL
    assert np.isnan(row(found, "none")["p"])


# --- which pairs


def test_pairs_without_a_value_on_one_side_are_counted(tmp_path):
    """A trial that failed, or has no such output, in A or B is in no estimate, and is told."""
    told = row(both(tmp_path, [0.5, FAILED, 0.6, 0.7], [0.6, 0.9, SILENT, 0.71]))

    assert (told["n"], told["n_trials"], told["n_lost"]) == (2, 2, 2)
    assert told["estimate"] == pytest.approx(0.055)


def test_a_pair_is_of_one_split_and_seed(tmp_path):
    """Splits that only one store has are in no pair: the estimate is over those of both."""
    told = row(both(tmp_path, [0.5, 0.6, 0.7], [0.6, 0.65]))

    assert (told["n"], told["n_trials"]) == (2, 2)
    assert told["estimate"] == pytest.approx(0.075)


def test_other_rows_under_the_same_labels_are_no_pair(tmp_path):
    """Where a label stands for other rows in B, or the test size differs, no method is estimated."""
    a = carried_out(tmp_path / "a", methods="[none, smote]")
    for name, changes in {
        "rows": {"data": "[{dataset: glass4, label: glass2}]"},
        "size": {"protocol": "{test_size: 0.3}"},
    }.items():
        found = diff(a, carried_out(tmp_path / name, methods="[none, smote]", **changes))
        shown = CliRunner().invoke(bench, ["diff", str(a), str(tmp_path / name)]).output

        assert found.methods.empty
        assert found.unpaired_methods == ("none", "smote")
        assert "Not compared, since no two trials are on the same rows: none, smote." in shown


def test_stores_without_a_common_trial_have_no_estimate(tmp_path):
    """Runs on different data sets share labels and no rows: that is told, with no table."""
    store(tmp_path / "a", [Cell([0.5, 0.6], "smote", "ecoli1")])
    store(tmp_path / "b", [Cell([0.5, 0.6], "smote", "glass2")])
    found = diff(tmp_path / "a", tmp_path / "b")
    shown = CliRunner().invoke(bench, ["diff", str(tmp_path / "a"), str(tmp_path / "b")])

    assert (len(found.methods), found.unpaired_methods) == (0, ("smote",))
    assert shown.exit_code == 0
    assert "Not compared, since no two trials are on the same rows: smote." in shown.output


def test_another_scaling_of_the_same_rows_is_compared(tmp_path):
    """Scaling changes no row: the trials are pairs, and the reason is told."""
    a = carried_out(tmp_path / "a", methods="[none, smote]")
    b = carried_out(tmp_path / "b", methods="[none, smote]", protocol="{scale: minmax}")
    found = diff(a, b)

    assert set(found.methods["n_trials"]) == {2}
    assert all(one.startswith("other protocol") for one in found.methods["why"])


def test_methods_of_one_store_alone_are_named(tmp_path):
    """A method that has no partner is in no estimate; it is told on whose side it is."""
    store(tmp_path / "a", [Cell([0.5, 0.6], name) for name in ("none", "smote")])
    store(tmp_path / "b", [Cell([0.5, 0.7], name) for name in ("none", "adasyn", "random")])
    found = diff(tmp_path / "a", tmp_path / "b")
    shown = CliRunner().invoke(bench, ["diff", str(tmp_path / "a"), str(tmp_path / "b")]).output

    assert found.lone_methods == {"A": ("smote",), "B": ("adasyn", "random")}
    assert list(found.methods["method"]) == ["none"]
    assert "Only A has the method smote." in shown
    assert "Only B has the methods adasyn, random." in shown


def test_a_metric_that_only_an_earlier_run_asked_for_keeps_its_direction(tmp_path):
    """Whether higher is better is known from any run of the store, not only from the last."""
    both(tmp_path, [0.1, 0.2, 0.3], [0.5, 0.61, 0.72], {"brier": False})
    for name in "ab":
        with closing(sqlite3.connect(tmp_path / name / FILE_NAME)) as connection:
            connection.execute(
                "INSERT INTO runs SELECT id + 1, started, finished, status, suite, suite_digest, suite_text,"
                " options, '{\"mcc\": true}', runner, workers, environment FROM runs"
            )
            connection.commit()

    assert row(diff(tmp_path / "a", tmp_path / "b"), metric="brier")["verdict"] == WORSE


# --- why, and the command


def test_two_parameters_under_one_label_are_compared_and_told(tmp_path):
    """Two versions of a method are two sides of one line; what is the same is equal bit for bit."""
    a = carried_out(tmp_path / "a", methods="[none, smote]")
    b = carried_out(tmp_path / "b", methods="[none, {name: smote, params: {k_neighbors: 1}}]")
    found = diff(a, b)
    shown = CliRunner().invoke(bench, ["diff", str(a), str(b)]).output
    own = found.trials[found.trials["method"] == "smote"]

    assert row(found)["estimate"] == pytest.approx((own["mcc_b"] - own["mcc_a"]).mean())
    assert row(found)["why"] == 'other parameters of the method ({} / {"k_neighbors":1})'
    assert row(found, "none")["verdict"] == IDENTICAL
    assert "No difference, bit for bit: none." in shown
    assert 'smote: other parameters of the method ({} / {"k_neighbors":1}).' in shown
    assert shown.index("Methods, B against A") < shown.index("The largest differences:")


def test_equal_stores_have_a_sentence_and_no_table(tmp_path):
    """Where every pair is equal bit for bit, that is all there is to say."""
    both(tmp_path, [0.5, 0.6], [0.5, 0.6])
    shown = CliRunner().invoke(bench, ["diff", str(tmp_path / "a"), str(tmp_path / "b")]).output

    assert "No difference: 2 pairs of trials with the same scores, bit for bit." in shown
    assert "Methods, B against A" not in shown


def test_the_table_says_what_the_estimate_is_over(tmp_path):
    """A line a method and metric, with the verdict on B in the words of the report, then the unit."""
    over_sets(tmp_path, 4)
    lines = CliRunner().invoke(bench, ["diff", str(tmp_path / "a"), str(tmp_path / "b")]).output.splitlines()
    (told,) = (line for line in lines if line.startswith("smote"))

    assert "not clear" in told
    assert told.endswith("4 data sets  24")
    assert any(line.startswith("Each data set is one value") for line in lines)
    assert "p is adjusted by Holm over the methods of a metric." in lines


def test_stores_without_a_common_score_say_so(tmp_path):
    """Failures alone give no estimate, and no traceback."""
    found = both(tmp_path, [FAILED, 0.5], [0.5, FAILED])
    shown = CliRunner().invoke(bench, ["diff", str(tmp_path / "a"), str(tmp_path / "b")])

    assert (row(found)["n_trials"], row(found)["n_lost"], row(found)["verdict"]) == (0, 2, UNTESTED)
    assert shown.exit_code == 0
    assert "No method can be compared" in shown.output


def test_a_long_table_is_cut_after_the_clear_ones(tmp_path):
    """Of many methods those with a clear verdict come first, and it is said how many there are."""
    names = [f"method {at}" for at in range(25)]
    store(tmp_path / "a", [Cell([0.1, 0.2, 0.3], name) for name in names])
    noisy = [Cell([0.1, 0.4, 0.2], name) for name in names[:-1]]
    store(tmp_path / "b", [*noisy, Cell([0.9, 1.0001, 1.1002], names[-1])])
    lines = CliRunner().invoke(bench, ["diff", str(tmp_path / "a"), str(tmp_path / "b")]).output.splitlines()
    start = next(at for at, line in enumerate(lines) if line.startswith("Methods, B against A"))

    assert lines[start].endswith("(20 of 25):")
    assert lines[start + 2].startswith("method 24  mcc")

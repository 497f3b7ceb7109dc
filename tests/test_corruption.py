"""Rows that are spoilt on purpose: wrong labels in training, missing values."""

from __future__ import annotations

import json
from math import floor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from oversample_bench.api import Dataset
from oversample_bench.core.digests import Identity
from oversample_bench.core.errors import UsageError
from oversample_bench.core.specs import DataSpec, Protocol, SplitSpec, exact
from oversample_bench.evaluation.corruption import labelled, mislabelled, with_gaps
from oversample_bench.evaluation.preprocess import prepare
from oversample_bench.suite import parse_suite
from oversample_bench.suite.plan import plan

rates = st.floats(0, 0.49).map(lambda rate: round(rate, 2))


def split(index: int = 0, ratio: float | None = None, **spoilt: float) -> SplitSpec:
    return SplitSpec(DataSpec("toy"), ratio, Protocol(scale="none", **spoilt), index)


def toy() -> Dataset:
    """Return rows that say where they come from: no two values are equal."""
    X = np.arange(600.0).reshape(200, 3)
    return Dataset(X, (np.arange(200) % 5 == 0).astype(int))


@pytest.mark.quick
@given(n0=st.integers(2, 60), n1=st.integers(2, 60), rate=rates, index=st.integers(0, 50))
def test_the_same_share_of_each_class_gets_the_label_of_the_other(n0, n1, rate, index):
    """As many rows as the share says, rounded down to whole rows, and the counts that follow from it."""
    y = np.random.default_rng(0).permutation(np.repeat([0, 1], [n0, n1]))
    spoilt = mislabelled(y, split(index, label_noise=rate))
    wrong = [int((spoilt[y == label] != label).sum()) for label in (0, 1)]

    assert wrong == [floor(exact(rate) * n0), floor(exact(rate) * n1)]
    assert labelled((n0, n1), rate) == (int((spoilt == 0).sum()), int((spoilt == 1).sum()))


@given(low=rates, high=rates, index=st.integers(0, 50))
def test_what_is_spoilt_at_a_low_rate_is_among_what_is_spoilt_at_a_high_one(low, high, index):
    """So that a curve over rates is of the same rows, for labels and for values."""
    low, high = sorted((low, high))
    y, X = np.repeat([0, 1], [80, 20]), np.zeros((50, 4))
    labels = [mislabelled(y, split(index, label_noise=rate)) != y for rate in (low, high)]
    values = [np.isnan(with_gaps(X, "train", split(index, missing_rate=rate))) for rate in (low, high)]

    for less, more in (labels, values):
        assert not (less & ~more).any()


def test_other_splits_and_parts_are_spoilt_elsewhere():
    """The choice is seeded by the split, and by whether rows are trained or tested on."""
    X = np.zeros((80, 5))
    gaps = [
        np.isnan(with_gaps(X, part, split(index, missing_rate=0.3))).tobytes()
        for part, index in (("train", 0), ("train", 1), ("test", 0))
    ]

    assert len(set(gaps)) == 3
    assert abs(np.frombuffer(gaps[0], dtype=bool).mean() - 0.3) < 0.07


@pytest.mark.parametrize("ratio", [None, 0.1])
def test_only_training_labels_are_wrong(ratio):
    """Rows, test labels and withheld rows of a split are those that it has without noise."""
    clean, noisy = (prepare(toy(), split(3, ratio, label_noise=rate)) for rate in (0.0, 0.25))

    for name in ("X", "X_test", "y_test", "X_withheld"):
        np.testing.assert_array_equal(getattr(noisy, name), getattr(clean, name))
    wrong = noisy.y != clean.y
    assert [int(wrong[clean.y == label].sum()) for label in (0, 1)] == [
        int(0.25 * (clean.y == label).sum()) for label in (0, 1)
    ]
    assert noisy.n_of_class == clean.n_of_class == (int((clean.y == 0).sum()), int((clean.y == 1).sum()))


def test_missing_values_are_imputed_from_training_rows_and_counted():
    """What was there stays; a gap becomes the median of what is left of its column in training."""
    clean, holey = (prepare(toy(), split(1, 0.1, missing_rate=rate)) for rate in (0.0, 0.2))
    gaps = holey.X != clean.X

    assert holey.n_imputed == gaps.sum() + (holey.X_test != clean.X_test).sum()
    np.testing.assert_array_equal(holey.X_withheld, clean.X_withheld)
    for column in range(3):
        left = clean.X[~gaps[:, column], column]
        assert set(holey.X[gaps[:, column], column]) == {np.median(left)}


def test_rows_as_they_are_have_the_digest_that_they_had():
    """Noise is part of a split's digest, and only where there is some."""
    known = Identity({DataSpec("toy"): "rows"}, {})
    digests = [known.split(one) for one in (split(), split(label_noise=0.1), split(missing_rate=0.1))]

    assert digests[0] == known.split(SplitSpec(DataSpec("toy"), None, Protocol(0.2, "none"), 0))
    assert len(set(digests)) == 3


SUITE = {"name": "s", "data": ["ecoli1"], "methods": ["none"], "classifiers": ["knn"], "splits": 1}


def test_rates_are_an_axis_of_the_plan():
    """Each rate is a data set of its own in the tables, which says in its name what is wrong with it."""
    suite = parse_suite(
        json.dumps(SUITE | {"protocol": {"label_noise": [0, 0.1], "missing_rate": 0.05}}), "s.yaml"
    )

    assert [trial.dataset for trial in plan(suite).trials] == [
        "ecoli1, missing rate 0.05",
        "ecoli1, label noise 0.1, missing rate 0.05",
    ]
    assert parse_suite(json.dumps(suite.as_written()), "s.yaml").protocol == suite.protocol


def test_a_suite_without_noise_says_nothing_of_it():
    """Its digest is that of before."""
    suite = parse_suite(json.dumps(SUITE), "s.yaml")

    assert "label_noise" not in suite.as_written()["protocol"]


@pytest.mark.parametrize("rate", [0.5, -0.1, "much", [], True])
def test_wrong_rates_are_refused(rate):
    """With half of the labels of a class wrong there is nothing to learn."""
    with pytest.raises(UsageError, match="label_noise"):
        parse_suite(json.dumps(SUITE | {"protocol": {"label_noise": rate}}), "s.yaml")


def test_a_noisy_run_plans_what_it_skips_and_counts_a_set_once(runs):
    """Requests follow the labels as they are; all rates of a set are one witness in the statistics."""
    result = runs(
        "name: noisy\ndata: [ecoli1, glass1]\nratios: [0.1]\nsplits: 2\nmethods: [none, random]\n"
        "classifiers: [knn]\nprotocol: {label_noise: [0, 0.2], target_ratio: 0.25}\n"
    )
    trials = result.trials()

    assert set(trials[trials["dataset"] == "ecoli1"]["status"]) == {"ok"}
    noisy = trials[trials["dataset"].str.endswith("label noise 0.2") & (trials["method"] == "random")]
    assert set(noisy["status"]) == {"skipped"}
    assert result.comparison("mcc", "none")["n"].max() <= 2

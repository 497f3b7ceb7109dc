"""A suite becomes trials: which, in what order, under what labels, and fitted together with whom."""

import json

import pytest

from oversample_bench.core.errors import UsageError
from oversample_bench.core.specs import Component, DataSpec, Protocol
from oversample_bench.suite import parse_suite
from oversample_bench.suite.plan import batches_of, fits, members_of, plan, ratio_label

SMALL = {"name": "small", "data": ["ecoli1"], "methods": ["none"], "classifiers": ["knn"], "splits": 1}


def planned(**changes):
    return plan(parse_suite(json.dumps({**SMALL, **changes})))


def shape(trials):
    """Return data set, ratio, split, seed, method and classifier of each trial, as labels."""
    return [
        (t.dataset, t.ratio, t.spec.resample.split.index, t.spec.resample.seed, t.method, t.classifier)
        for t in trials
    ]


def test_trials_are_ordered_by_data_ratio_split_seed_method_and_classifier():
    """The order is that of the suite, from the data sets down to the classifiers."""
    found = planned(
        data=["glass0", "ecoli1"],
        ratios=["natural", 0.05],
        methods=["none", "smote"],
        classifiers=["knn", "decision_tree"],
        splits=2,
        seeds=2,
    )

    assert shape(found.trials) == [
        (data, ratio, split, seed, method, classifier)
        for data in ("glass0", "ecoli1")
        for ratio in ("natural", "0.05")
        for split in (0, 1)
        for seed in (0, 1)
        for method in ("none", "smote")
        for classifier in ("knn", "decision_tree")
    ]


def test_the_plan_is_the_same_on_each_run():
    """Planning twice gives equal plans."""
    assert planned(splits=3, seeds=2) == planned(splits=3, seeds=2)


def test_specs_say_what_the_suite_says():
    """Each part of a trial's spec is the suite's: data, ratio, protocol, method, seed, classifier."""
    protocol = {"test_size": 0.3, "scale": "minmax", "target_ratio": 0.5}
    found = planned(
        data=[{"dataset": "usps", "majority": 2, "minority": 8}],
        ratios=[0.01],
        methods=["none", {"name": "smote", "label": "smote-3", "params": {"k_neighbors": 3}}],
        classifiers=[{"name": "linear_svc", "params": {"C": 0.1}}],
        protocol=protocol,
    ).trials[1]
    resample = found.spec.resample

    assert resample.split.data == DataSpec("usps", majority="2", minority="8")
    assert (resample.split.ratio, resample.split.protocol, resample.split.index) == (
        0.01,
        Protocol(0.3, "minmax", 0.5),
        0,
    )
    assert (resample.method, resample.seed, resample.batch) == (
        Component.of("smote", {"k_neighbors": 3}),
        0,
        (),
    )
    assert found.spec.classifier == Component.of("linear_svc", {"C": 0.1})
    assert (found.dataset, found.ratio, found.method) == ("usps 2/8", "0.01", "smote-3")


def test_one_fit_serves_every_classifier():
    """Classifiers on one resample share it; methods, splits, seeds and ratios have resamples of their own."""
    found = planned(
        methods=["none", "smote"],
        classifiers=["knn", "decision_tree", "mlp"],
        ratios=["natural", 0.1],
        splits=3,
    )

    assert len(found.trials) == 2 * 2 * 3 * 3
    assert len(found.fits()) == 2 * 2 * 3
    assert len(found.splits()) == 2 * 3
    assert len(found.data()) == 1
    assert str(found) == "small: 6 splits, 12 fits, 36 trials"


def test_two_labels_of_one_method_are_one_resample():
    """What is the same up to its label is computed once, and shown under both labels."""
    found = planned(methods=["none", {"name": "none", "label": "again"}])

    assert found.trials[0].spec == found.trials[1].spec
    assert [trial.method for trial in found.trials] == ["none", "again"]
    assert len(found.fits()) == 1


def test_large_numbers_are_readable():
    """Counts have their thousands set apart."""
    assert str(planned(splits=1200)) == "small: 1,200 splits, 1,200 fits, 1,200 trials"


@pytest.mark.parametrize(
    ("ratio", "shown"), [(None, "natural"), (1.0, "1"), (0.01, "0.01"), (0.05, "0.05"), (1 / 3, "0.333333")]
)
def test_ratios_are_shown_as_they_are_written(ratio, shown):
    """A ratio is a short number; a set as it comes is natural."""
    assert ratio_label(ratio) == shown


def test_members_are_cut_in_the_order_of_split_and_seed():
    """Splits and seeds of one set, ratio and method are fitted together, ``batch`` at a time."""
    found = planned(methods=["none", {"name": "smote", "batch": 3}], splits=2, seeds=2)
    batches = {trial.spec.resample.batch for trial in found.trials if trial.method == "smote"}

    assert batches == {((0, 0), (0, 1), (1, 0)), ((1, 1),)}
    assert {trial.spec.resample.batch for trial in found.trials if trial.method == "none"} == {()}
    assert [len(fit) for fit in found.fits()] == [1, 3, 1, 1, 1, 1]


def test_each_set_ratio_and_method_has_batches_of_its_own():
    """A batch never reaches from one data set, ratio or method into another."""
    found = planned(
        data=["ecoli1", "glass0"],
        ratios=["natural", 0.1],
        methods=["none", {"name": "smote", "batch": 10}, {"name": "adasyn", "batch": 5}],
        splits=4,
    )
    batched = [fit for fit in found.fits() if len(fit) > 1]

    assert len(batched) == 2 * 2 * 2
    assert all(len({(d.split.data, d.split.ratio, d.method) for d in fit}) == 1 for fit in batched)


def test_a_batch_is_whole_even_when_one_member_is_asked_for():
    """The neighbours of a resample belong to what it is: one missing trial brings the whole batch back."""
    whole = planned(methods=["none", {"name": "smote", "batch": 3}], splits=3)
    (last,) = [
        t.spec.resample for t in whole.trials if t.method == "smote" and t.spec.resample.split.index == 2
    ]

    assert [(resample.split.index, resample.seed) for resample in members_of(last)] == [
        (0, 0),
        (1, 0),
        (2, 0),
    ]
    assert fits([last]) == (members_of(last),)
    assert last in members_of(last)


def test_a_resample_alone_is_its_own_fit():
    """Without a batch a fit is one resample, and no member of a batch."""
    (resample,) = (trial.spec.resample for trial in planned().trials)

    assert members_of(resample) == (resample,)
    assert batches_of(((0, 0), (1, 0)), 1) == {}


def test_a_set_may_have_splits_and_seeds_of_its_own():
    """What an entry says overrides the suite for it alone; what it leaves out is the suite's."""
    own = {"dataset": "ecoli1", "splits": 1, "seeds": 3}
    found = planned(data=[own, {"dataset": "glass0", "seeds": 2}, "iris0"], splits=2)

    assert [(t.dataset, t.spec.resample.split.index, t.spec.resample.seed) for t in found.trials] == [
        ("ecoli1", 0, 0), ("ecoli1", 0, 1), ("ecoli1", 0, 2),
        ("glass0", 0, 0), ("glass0", 0, 1), ("glass0", 1, 0), ("glass0", 1, 1),
        ("iris0", 0, 0), ("iris0", 1, 0),
    ]  # fmt: skip


def test_two_designs_of_one_set_share_what_is_equal():
    """The first seed on the first split is one resample under both labels, unless a batch ties it."""
    both = [
        {"dataset": "ecoli1", "splits": 4},
        {"dataset": "ecoli1", "label": "one split", "splits": 1, "seeds": 3},
    ]
    found = planned(data=both, methods=["none", {"name": "smote", "batch": 10}])

    resamples = {
        (t.dataset, t.method): t.spec.resample
        for t in found.trials
        if (t.spec.resample.split.index, t.spec.resample.seed) == (0, 0)
    }
    assert resamples["ecoli1", "none"] == resamples["one split", "none"]
    assert resamples["ecoli1", "smote"].batch == ((0, 0), (1, 0), (2, 0), (3, 0))
    assert resamples["one split", "smote"].batch == ((0, 0), (0, 1), (0, 2))
    assert len(found.splits()) == 4
    assert len(found.fits()) == (4 + 3 - 1) + 2
    assert str(found) == "small: 4 splits, 8 fits, 13 trials, shown as 14"


def test_a_classifier_may_follow_some_methods_only():
    """A classifier that names methods is fitted after these alone; the others are fitted after every one."""
    some = {"name": "decision_tree", "methods": ["none"]}
    found = planned(methods=["none", "smote"], classifiers=["knn", some])

    pairs = [(trial.method, trial.classifier) for trial in found.trials]
    assert pairs == [("none", "knn"), ("none", "decision_tree"), ("smote", "knn")]


def test_a_classifier_that_follows_all_methods_is_written_as_before():
    """Where a classifier names no methods, the suite's digest is what it was before it could."""
    suite = parse_suite(json.dumps(SMALL))

    assert suite.as_written()["classifiers"] == [{"name": "knn", "label": "knn", "params": {}}]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"methods": ["none", "smote"], "classifiers": [{"name": "knn", "methods": ["smoote"]}]},
         r"The suite has no method 'smoote'\. Did you mean 'smote'\?"),
        ({"methods": ["none", "smote"], "classifiers": [{"name": "knn", "methods": ["none"]}]},
         "No classifier is fitted after smote"),
    ],
)  # fmt: skip
def test_methods_and_classifiers_must_meet(changes, said):
    """A classifier names methods of the suite, and each method has some classifier."""
    with pytest.raises(UsageError, match=said):
        planned(**changes)

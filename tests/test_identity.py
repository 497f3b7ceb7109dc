"""What belongs to the identity of a number, and what does not."""

import dataclasses
import json

import pytest

from oversample_bench.core import specs
from oversample_bench.core.digests import UNAVAILABLE, Identity
from oversample_bench.core.specs import Component, DataSpec, Protocol, ResampleSpec, SplitSpec, TrialSpec
from oversample_bench.suite import parse_suite
from oversample_bench.suite.plan import plan

DATA = DataSpec("ecoli1")
SPLIT = SplitSpec(DATA, 0.05, Protocol(), 3)
RESAMPLE = ResampleSpec(SPLIT, Component.of("smote", {"k_neighbors": 3}), 1)
TRIAL = TrialSpec(RESAMPLE, Component.of("knn", {"n_neighbors": 1}))
SOURCES = {
    ("oversampler", "smote"): "imblearn 1",
    ("oversampler", "adasyn"): "imblearn 1",
    ("oversampler", "none"): "host 1",
    ("classifier", "knn"): "host 1",
    ("classifier", "mlp"): "host 1",
}
KNOWN = Identity({DATA: "rows"}, SOURCES)


def changed(spec, path, value):
    """Return a trial's spec with one value changed somewhere inside."""
    name, _, rest = path.partition(".")
    inner = changed(getattr(spec, name), rest, value) if rest else value
    return dataclasses.replace(spec, **{name: inner})


CHANGES = {  # what is changed, to what, and whether split, resample and trial become others by it
    "resample.split.ratio": (0.01, "split resample trial"),
    "resample.split.index": (4, "split resample trial"),
    "resample.split.protocol.test_size": (0.3, "split resample trial"),
    "resample.split.protocol.scale": ("none", "split resample trial"),
    "resample.split.protocol.target_ratio": (0.5, "resample trial"),
    "resample.split.data.majority": ("2", "split resample trial"),
    "resample.split.data.minority": ("8", "split resample trial"),
    "resample.method": (Component.of("smote", {"k_neighbors": 4}), "resample trial"),
    "resample.method.name": ("adasyn", "resample trial"),
    "resample.seed": (2, "resample trial"),
    "resample.batch": (((3, 1), (3, 2)), "resample trial"),
    "classifier": (Component.of("knn", {"n_neighbors": 2}), "trial"),
    "classifier.name": ("mlp", "trial"),
}


def digests(known, spec):
    return {
        "split": known.split(spec.resample.split),
        "resample": known.resample(spec.resample),
        "trial": known.trial(spec),
    }


def differing(one, other):
    return " ".join(name for name in one if one[name] != other[name])


@pytest.mark.parametrize("path", CHANGES)
def test_what_changes_the_numbers_changes_the_digest(path):
    """Every part of a spec belongs to the digests of what is computed from it, and to no other."""
    value, expected = CHANGES[path]
    spec = changed(TRIAL, path, value)
    known = Identity({DATA: "rows", spec.resample.split.data: "rows"}, SOURCES)

    assert differing(digests(known, TRIAL), digests(known, spec)) == expected


@pytest.mark.parametrize(
    ("fingerprint", "sources", "expected"),
    [
        ("other rows", {}, "split resample trial"),
        ("rows", {("oversampler", "smote"): "imblearn 2"}, "resample trial"),
        ("rows", {("classifier", "knn"): "host 2"}, "trial"),
        ("rows", {("oversampler", "none"): "host 2"}, ""),
    ],
)
def test_what_names_stand_for_changes_the_digest(fingerprint, sources, expected):
    """Other rows under a name, or another version of a distribution, are another number."""
    other = Identity({DATA: fingerprint}, {**SOURCES, **sources})

    assert differing(digests(KNOWN, TRIAL), digests(other, TRIAL)) == expected


def test_the_version_of_the_protocol_changes_every_digest(monkeypatch):
    """When the same spec would give other numbers, no old row is taken for a new one."""
    monkeypatch.setattr("oversample_bench.core.digests.PROTOCOL_VERSION", specs.PROTOCOL_VERSION + 1)
    other = Identity({DATA: "rows"}, SOURCES)

    assert differing(digests(KNOWN, TRIAL), digests(other, TRIAL)) == "split resample trial"


def test_rows_count_and_not_where_they_lie():
    """A file that was moved, or a set that was renamed, is known by its rows."""
    moved = DataSpec(path="/elsewhere/e.csv", target="y")
    other = changed(TRIAL, "resample.split.data", moved)
    known = Identity({DATA: "rows", moved: "rows"}, SOURCES)

    assert digests(known, TRIAL) == digests(known, other)


def test_sets_that_are_not_here_are_not_one_set():
    """Two sets that are missing on this machine have rows of their own, each with its reason."""
    one, other = DataSpec("gisette"), DataSpec("sensorless")
    known = Identity({one: UNAVAILABLE, other: UNAVAILABLE, DATA: "rows"}, SOURCES)
    found = [known.trial(changed(TRIAL, "resample.split.data", data)) for data in (one, other, DATA)]

    assert len(set(found)) == 3


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "another"},
        {"data": [{"dataset": "ecoli1", "label": "Escherichia"}]},
        {"methods": ["none", {"name": "smote", "label": "SMOTE", "resources": {"cpus": 2, "gpus": 0.5}}]},
        {"classifiers": [{"name": "knn", "label": "nearest"}]},
        {"limits": {"fit": 1, "trial": 2, "memory": 3}},
        {"metrics": ["auroc"]},
        {"report": {"title": "T", "digits": 1}},
        {"methods": ["none", {"name": "smote", "params": {}, "batch": 1}]},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_labels_resources_limits_metrics_and_report_are_no_part_of_it(changes):
    """What changes no number moves no digest."""
    suite = {"name": "s", "data": ["ecoli1"], "methods": ["none", "smote"], "classifiers": ["knn"]}
    before, after = (plan(parse_suite(json.dumps(s))) for s in (suite, {**suite, **changes}))

    assert [KNOWN.trial(t.spec) for t in before.trials] == [KNOWN.trial(t.spec) for t in after.trials]


def test_the_digests_of_an_earlier_release_are_still_found():
    """Results of before are found again: raise `PROTOCOL_VERSION` when this has to change."""
    assert digests(KNOWN, TRIAL) == {
        "split": "4783edaeeb9d09cd9779d5163382f80b",
        "resample": "f3ed48da962b8b45f59ce07891edd307",
        "trial": "fdfb55d6f68a61a962281748dddd4c6d",
    }


def test_the_seed_of_a_classifier_is_that_of_its_split():
    """All methods on a split are judged by classifiers of one seed: they are paired."""
    methods = [Component.of("smote", {"k_neighbors": 3}), Component("adasyn"), Component("none")]
    found = {KNOWN.classifier_seed(changed(TRIAL, "resample.method", method)) for method in methods}
    params = KNOWN.classifier_seed(changed(TRIAL, "classifier", Component("knn")))

    assert found == {KNOWN.classifier_seed(TRIAL)} == {params}


@pytest.mark.parametrize(
    "path", ["resample.seed", "resample.split.index", "resample.split.ratio", "classifier.name"]
)
def test_other_splits_seeds_and_classifiers_have_other_seeds(path):
    """A classifier's seed is its own on each split and seed."""
    other = changed(TRIAL, path, CHANGES[path][0])

    assert KNOWN.classifier_seed(other) != KNOWN.classifier_seed(TRIAL)


def test_the_seed_of_a_method_depends_on_itself_alone():
    """Other parameters and another batch keep the seed; another name, seed or split does not."""
    seed = KNOWN.method_seed(RESAMPLE)
    same = [("method", Component("smote")), ("batch", ((3, 1), (3, 2))), ("split.protocol.target_ratio", 0.5)]
    other = [("method", Component("adasyn")), ("seed", 2), ("split.index", 4)]

    assert {KNOWN.method_seed(changed(RESAMPLE, *change)) for change in same} == {seed}
    assert len({seed, *(KNOWN.method_seed(changed(RESAMPLE, *change)) for change in other)}) == 4


def test_a_name_without_a_plugin_has_no_digest():
    """Names are checked before anything is planned; here a missing one is a programming error."""
    with pytest.raises(KeyError):
        KNOWN.trial(changed(TRIAL, "classifier.name", "nobody"))

"""Components inside components: what is a reference, what it becomes, and what it does to a digest."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from oversample_bench.core.errors import UsageError
from oversample_bench.core.references import KIND_OF_KEY, named, reference, references
from oversample_bench.core.specs import Component
from oversample_bench.evaluation.seeding import seeded
from oversample_bench.plugins.registry import load_registry
from oversample_bench.plugins.validation import check_names, check_parameters
from oversample_bench.suite import parse_suite
from oversample_bench.suite.plan import plan

REGISTRY = load_registry()
SMOTE = {"name": "smote", "params": {"k_neighbors": 3}}
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=8,
)
"""Parameters without a reference in them."""


def suite(*methods: object, classifiers: object = ("decision_tree",), **more: object):
    told = {"name": "s", "data": ["ecoli1"], "methods": ["none", *methods], "classifiers": list(classifiers)}
    return parse_suite(json.dumps(told | more), "s.yaml")


# --- what is a reference


@pytest.mark.quick
@pytest.mark.parametrize("key", list(KIND_OF_KEY))
def test_a_mapping_with_a_name_is_a_reference_where_its_key_says_what_is_meant(key):
    """The last word of the parameter's name decides, so that parameters of parts may be set as well."""
    assert reference(key, SMOTE) == (KIND_OF_KEY[key], Component.of("smote", {"k_neighbors": 3}))
    assert reference(f"part__{key}", {"name": "smote"}) == (KIND_OF_KEY[key], Component("smote"))


@pytest.mark.parametrize("kind", ["oversampler", "classifier", "metric"])
def test_a_kind_as_the_only_key_is_a_reference_anywhere(kind):
    """Also in a list, and with or without parameters."""
    assert reference(0, {kind: "smote"}) == (kind, Component("smote"))
    assert reference("x", {kind: SMOTE}) == (kind, Component.of("smote", {"k_neighbors": 3}))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("sampler", "smote"),
        ("sampler", {"name": "smote", "colour": 1}),
        ("sampler", {"name": 3}),
        ("sampler", {"params": {}}),
        ("kernel", {"name": "smote"}),
        ("x", {"oversampler": "smote", "classifier": "knn"}),
        ("x", {"oversampler": 3}),
        ("x", {"dataset": "ecoli1"}),
    ],
)
def test_everything_else_is_handed_over_as_it_is_written(key, value):
    """A plain word, other keys, or a key that says nothing: the constructor gets what the suite says."""
    assert reference(key, value) is None


@given(params=st.dictionaries(st.sampled_from(["a", "b", "sampling_strategy"]), PLAIN, max_size=3))
def test_parameters_without_references_stay_as_they_are(params):
    """Nothing is looked for, nothing is changed."""
    component = Component.of("smote", params)

    assert list(references(component.kwargs())) == []
    assert REGISTRY.resolved(component) == component.kwargs()
    assert named("oversampler", component) == (("oversampler", "smote"),)


def test_references_are_found_inside_references():
    """The way leads through the parameters of the outer one, as the suite writes them."""
    inner = {"name": "knn", "params": {"n_neighbors": 1}}
    params = {"sampler": {"name": "svm_smote", "params": {"svm_estimator": {"classifier": inner}}}}

    assert list(references(params)) == [
        (("sampler",), "oversampler", Component.of("svm_smote", params["sampler"]["params"])),
        (("sampler", "params", "svm_estimator"), "classifier", Component.of("knn", {"n_neighbors": 1})),
    ]


# --- what it becomes


def test_a_reference_becomes_an_object_with_its_parameters():
    """What the component gets is built as it would be on its own, defaults of its plugin included."""
    asked = Component.of("sklearn.ensemble:BaggingClassifier", {"estimator": {"name": "logistic_regression"}})
    made = REGISTRY.build("classifier", asked)

    assert type(made.estimator).__name__ == "LogisticRegression"
    assert made.estimator.max_iter == 1000


def test_a_metric_becomes_a_metric():
    """Methods that tune for a metric get it as the registry has it."""
    found = REGISTRY.resolved(Component.of("threshold", {"metric": {"name": "mcc"}}))["metric"]

    assert found is REGISTRY.entry("metric", "mcc").resolve()


def test_seeds_reach_what_is_referred_to():
    """An inner component is seeded from the outer one's seed; the suite's own number stays."""
    ours = Component.of("imblearn.combine:SMOTETomek", {"smote": {"oversampler": "smote"}})
    own_seed = {"name": "smote", "params": {"random_state": 5}}
    theirs = Component.of(ours.name, {"smote": {"oversampler": own_seed}})

    def inner(component, seed):
        entry = REGISTRY.entry("oversampler", component.name)
        return seeded(entry, REGISTRY.resolved(component), seed).estimator.smote.random_state

    assert inner(ours, 1) == inner(ours, 1) != inner(ours, 2)
    assert inner(theirs, 1) == 5


# --- digests


def identity(asked):
    planned = plan(asked)
    from oversample_bench.core.digests import Identity

    data = dict.fromkeys(planned.data(), "rows")
    return planned, Identity(data, REGISTRY.sources(planned.names()))


def test_what_is_referred_to_is_part_of_the_digest():
    """Other parameters inside, or other code of the inner component, are another trial."""
    tomek = "imblearn.combine:SMOTETomek"
    one, other = ({"name": tomek, "label": str(k), "params": {"smote": {"oversampler": {
        "name": "smote", "params": {"k_neighbors": k}}}}} for k in (3, 4))  # fmt: skip
    planned, known = identity(suite(one, other))
    resamples = {known.resample(trial.spec.resample) for trial in planned.trials if trial.method == "3"}
    others = {known.resample(trial.spec.resample) for trial in planned.trials if trial.method == "4"}
    assert resamples.isdisjoint(others)

    changed = {**known.sources, ("oversampler", "smote"): "other code"}
    recoded = type(known)(known.fingerprints, changed)
    assert resamples.isdisjoint(
        {recoded.resample(trial.spec.resample) for trial in planned.trials if trial.method == "3"}
    )


def test_a_component_without_references_has_the_source_of_its_name():
    """So that digests of before stay what they are."""
    own = REGISTRY.entry("classifier", "knn").source

    assert REGISTRY.source("classifier", Component.of("knn", {"n_neighbors": 1})) == own


def test_trials_with_and_without_a_follower_share_the_fit():
    """What comes after a resample is no part of the resample, and is part of the trial."""
    planned, known = identity(suite({"name": "random"}, {"name": "random", "then": "threshold"}))
    by_label = {trial.method: trial.spec for trial in planned.trials if trial.spec.resample.split.index == 0}

    assert list(by_label) == ["none", "random", "random + threshold"]
    assert by_label["random"].resample == by_label["random + threshold"].resample
    assert known.trial(by_label["random"]) != known.trial(by_label["random + threshold"])
    assert known.classifier_seed(by_label["random"]) == known.classifier_seed(by_label["random + threshold"])


@given(parts=st.lists(st.builds(Component.of, st.sampled_from("ab"), st.just({"x": 1}) | st.just({}))))
def test_followers_come_back_from_a_classifier(parts):
    """They are kept with the classifier's parameters, which stay what its constructor is given."""
    classifier = Component.of("knn", {"n_neighbors": 1})
    made = classifier.followed_by(parts)

    assert list(made.then()) == parts
    assert made.kwargs() == classifier.kwargs()
    assert (made == classifier) == (not parts)


# --- import paths


def test_an_import_path_counts_with_its_distribution_and_code():
    """The name of a class that no plugin offers leads to its distribution, version and a hash of its code."""
    from importlib.metadata import version

    source = REGISTRY.entry("oversampler", "imblearn.over_sampling:SMOTEN").source

    assert source.startswith(f"imbalanced-learn {version('imbalanced-learn')} code ")


def test_a_module_of_nobody_counts_by_its_code(tmp_path, monkeypatch):
    """A class in a file on the path is another one when the file changes."""
    monkeypatch.syspath_prepend(tmp_path)
    sources = []
    for number, body in enumerate(("pass", "x = 1")):
        name = f"lying_about_{number}"
        (tmp_path / f"{name}.py").write_text(f"class Mine:\n    {body}\n", encoding="utf-8")
        sources.append(load_registry().entry("oversampler", f"{name}:Mine").source.partition(" code ")[2])

    assert all(len(code) == 12 for code in sources)
    assert sources[0] != sources[1]


# --- what is told


@pytest.mark.parametrize(
    ("method", "said"),
    [
        (
            {"name": "random", "params": {"x": {"oversampler": "smot"}}},
            "offers the oversampler 'smot'",
        ),
        ({"name": "no_such_module:Thing"}, "cannot be imported from 'no_such_module:Thing'"),
        ({"name": "random", "then": "treshold"}, "offers the oversampler 'treshold'"),
    ],
)
def test_wrong_names_inside_are_told_with_their_place(method, said):
    """As those outside are: file, line and column, and what there is."""
    with pytest.raises(UsageError, match=r"^s\.yaml:1:\d+: ") as caught:
        check_names(suite(method), REGISTRY)

    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("method", "said"),
    [
        (
            {"name": "random", "then": "smote"},
            "'smote' changes the rows, so it cannot stand under 'then'",
        ),
        (
            {
                "name": "imblearn.combine:SMOTETomek",
                "params": {"smote": {"oversampler": {"name": "smote", "params": {"k": 3}}}},
            },
            "oversampler 'smote' (plugin 'imblearn'): there is no parameter 'k'.",
        ),
    ],
)
def test_wrong_parts_are_told_before_the_first_fit(method, said):
    """A part that cannot be built, or that cannot follow, is a mistake of the suite."""
    with pytest.raises(UsageError) as caught:
        check_parameters(suite(method), REGISTRY)

    assert said in str(caught.value)


def test_the_threshold_is_tuned_for_the_first_metric_of_the_suite():
    """Unless the suite says for which; what a caller hands over in Python is left alone."""
    asked = suite(
        "threshold",
        {"name": "threshold", "label": "own", "params": {"metric": {"name": "f1_macro"}}},
        {"name": "random", "then": {"name": "threshold", "params": {"cv": 3}}},
        metrics=["balanced_accuracy", "mcc"],
    )
    _, plain, own, after = asked.methods

    assert plain.params == {"metric": {"name": "balanced_accuracy"}}
    assert own.params == {"metric": {"name": "f1_macro"}}
    assert after.then[0].params == {"cv": 3, "metric": {"name": "balanced_accuracy"}}
    again = parse_suite(json.dumps(asked.as_written()), "s.yaml")
    assert again.methods == asked.methods
    assert np.array_equal(again.digest(), asked.digest())

"""Rules of every plan: nothing twice, nothing lost, and growth that leaves the rest alone."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from oversample_bench.core.digests import Identity
from oversample_bench.core.specs import Component
from oversample_bench.evaluation.tasks import Resources, jobs
from oversample_bench.suite import parse_suite
from oversample_bench.suite.plan import batches_of, fits, members_of, plan

unhurried = settings(deadline=None, max_examples=60)

DATA = ["ecoli1", "glass0", {"dataset": "usps", "majority": 2, "minority": 8}, "vowel0"]
METHODS = ["smote", "adasyn", {"name": "smote", "label": "smote-3", "params": {"k_neighbors": 3}}, "random"]
CLASSIFIERS = ["knn", "decision_tree", {"name": "knn", "label": "1-nn", "params": {"n_neighbors": 1}}]
RATIOS = ["natural", 0.01, 0.05, 0.1]


def some(choices):
    return st.lists(st.sampled_from(choices), min_size=1, unique_by=json.dumps)


@st.composite
def suites(draw):
    """Return a suite as a mapping; methods may be fitted in batches."""
    methods = [{"name": method} if isinstance(method, str) else method for method in draw(some(METHODS))]
    return {
        "name": "any",
        "data": draw(some(DATA)),
        "ratios": draw(some(RATIOS)),
        "methods": ["none", *({**method, "batch": draw(st.integers(1, 4))} for method in methods)],
        "classifiers": draw(some(CLASSIFIERS)),
        "splits": draw(st.integers(1, 4)),
        "seeds": draw(st.integers(1, 3)),
    }


def planned(suite):
    return plan(parse_suite(json.dumps(suite)))


def identity(found):
    """Return the digests of a plan on a machine where every name has its version and its rows."""
    named = [trial.spec for trial in found.trials]
    sources = {("oversampler", spec.resample.method.name): "tests 1" for spec in named}
    sources |= {("classifier", spec.classifier.name): "tests 1" for spec in named}
    return Identity({data: f"rows of {data.name}" for data in found.data()}, sources)


def digests(found):
    """Return the digest of each trial by its place in the tables."""
    known = identity(found)
    return {
        (
            t.dataset,
            t.ratio,
            t.method,
            t.classifier,
            t.spec.resample.split.index,
            t.spec.resample.seed,
        ): known.trial(t.spec)
        for t in found.trials
    }


def seeds(found):
    """Return the seeds of methods and classifiers by their place in the tables."""
    known = identity(found)
    return {
        (t.dataset, t.ratio, t.method, t.classifier, t.spec.resample.split.index, t.spec.resample.seed): (
            known.method_seed(t.spec.resample),
            known.classifier_seed(t.spec),
        )
        for t in found.trials
    }


@unhurried
@given(suite=suites())
def test_trials_are_unique_and_their_order_is_the_same_on_each_run(suite):
    """No trial stands twice in a plan, and planning again gives the same row of trials."""
    found = planned(suite)

    assert len(digests(found)) == len(set(found.trials)) == len(found.trials)
    assert found == planned(suite)


@unhurried
@given(suite=suites())
def test_as_many_trials_as_the_suite_says(suite):
    """Data sets, ratios, splits, seeds, methods and classifiers are all combined."""
    sizes = [len(suite[key]) for key in ("data", "ratios", "methods", "classifiers")]
    count = suite["splits"] * suite["seeds"]
    for size in sizes:
        count *= size

    assert len(planned(suite).trials) == count


@unhurried
@given(suite=suites(), key=st.sampled_from(["data", "ratios", "methods", "classifiers"]), first=st.booleans())
def test_growing_a_suite_leaves_every_other_trial_alone(suite, key, first):
    """Another data set, ratio, method or classifier, put anywhere, moves no digest and no seed."""
    new = {
        "data": "abalone19",
        "ratios": 0.2,
        "methods": {"name": "smote", "label": "new", "batch": 2, "params": {"k_neighbors": 7}},
        "classifiers": {"name": "mlp"},
    }[key]
    larger = {**suite, key: [new, *suite[key]] if first else [*suite[key], new]}
    before, after = planned(suite), planned(larger)

    assert digests(before).items() <= digests(after).items()
    assert seeds(before).items() <= seeds(after).items()
    assert len(after.trials) > len(before.trials)


@unhurried
@given(suite=suites(), splits=st.integers(1, 3))
def test_more_splits_leave_full_batches_alone(suite, splits):
    """Only a batch that was not full is filled up; the seeds of its members stay."""
    before, after = planned(suite), planned({**suite, "splits": suite["splits"] + splits})
    assert_only_partial_batches_moved(suite, before, after)


@unhurried
@given(suite=suites(), more=st.integers(1, 3))
def test_more_seeds_on_one_split_leave_full_batches_alone(suite, more):
    """The same for seeds, where there is one split: the paper's design."""
    one = {**suite, "splits": 1}
    before, after = planned(one), planned({**one, "seeds": one["seeds"] + more})
    assert_only_partial_batches_moved(one, before, after)


@unhurried
@given(suite=suites(), more=st.integers(1, 3))
def test_more_seeds_leave_what_is_fitted_alone_as_it_was(suite, more):
    """Without batches a seed more is nothing but a seed more, whatever the number of splits."""
    single = [{**method, "batch": 1} for method in suite["methods"][1:]]
    small = {**suite, "methods": ["none", *single]}
    before, after = planned(small), planned({**small, "seeds": small["seeds"] + more})

    assert digests(before).items() <= digests(after).items()


def assert_only_partial_batches_moved(suite, before, after):
    size = {method.get("label", method["name"]): method["batch"] for method in suite["methods"][1:]}
    old, new = digests(before), digests(after)
    whole = {t for t in before.trials if len(t.spec.resample.batch) in (0, size.get(t.method, 0))}
    kept = digests(type(before)(before.name, tuple(t for t in before.trials if t in whole)))

    assert kept.items() <= new.items()
    assert old.keys() <= new.keys()
    assert seeds(before).items() <= seeds(after).items()


@unhurried
@given(suite=suites())
def test_fits_cover_each_resample_exactly_once(suite):
    """Every resample that a trial waits for is made by one fit, and no fit makes one for nobody."""
    found = planned(suite)
    made = [resample for fit in found.fits() for resample in fit]

    assert len(made) == len(set(made))
    assert set(made) == {trial.spec.resample for trial in found.trials}
    assert all(fit == members_of(resample) for fit in found.fits() for resample in fit)


@unhurried
@given(suite=suites(), data=st.data())
def test_fits_of_some_resamples_are_fits_of_the_plan(suite, data):
    """What is left of a run is fitted in the same batches as the whole."""
    found = planned(suite)
    asked = data.draw(st.lists(st.sampled_from(found.trials), max_size=10))

    assert set(fits(trial.spec.resample for trial in asked)) <= set(found.fits())


@given(
    members=st.lists(st.tuples(st.integers(0, 99), st.integers(0, 99)), unique=True, max_size=40),
    size=st.integers(2, 9),
)
def test_batches_keep_every_member_in_order(members, size):
    """Cutting members into batches loses none and reorders none, and only the last may be short."""
    found = batches_of(tuple(members), size)
    batches = list(dict.fromkeys(found.values()))

    assert members == [member for batch in batches for member in batch]
    assert all(member in batch for member, batch in found.items())
    assert [len(batch) for batch in batches[:-1]] == [size] * (len(batches) - 1)


@unhurried
@given(suite=suites(), data=st.data())
def test_jobs_are_the_plan_less_what_is_done(suite, data):
    """Each trial that is left is in one job, with its resample; resume needs nothing else."""
    found = planned(suite)
    known = identity(found)
    every = {known.trial(trial.spec) for trial in found.trials}
    done = data.draw(st.sets(st.sampled_from(sorted(every))))
    drawn = data.draw(
        st.sets(st.sampled_from(sorted({known.resample(t.spec.resample) for t in found.trials})))
    )
    left = list(jobs(found, known, done, drawn.__contains__, {Component("smote"): Resources(2, 0.5)}))
    trials = [trial for job in left for trial in job.trials]

    assert sorted(trial.digest for trial in trials) == sorted(every - done)
    assert len({member.digest for job in left for member in job.members}) == sum(len(j.members) for j in left)
    for job in left:
        needed = {trial.resample for trial in job.trials}
        assert {member.digest for member in job.needed()} == needed
        assert job.stored == (needed <= drawn)
        assert tuple(member.spec for member in job.members) == members_of(job.members[0].spec)
        smote = job.members[0].spec.method == Component("smote")
        assert job.resources == (Resources(2, 0.5) if smote else Resources())

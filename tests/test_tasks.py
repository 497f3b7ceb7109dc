"""What is left to do, as tasks with all that they depend on."""

import json

import pytest

from oversample_bench.core.digests import Identity
from oversample_bench.core.specs import Component
from oversample_bench.evaluation.tasks import Resources, jobs, resample_task
from oversample_bench.suite import parse_suite
from oversample_bench.suite.plan import plan

SUITE = {
    "name": "s",
    "data": ["ecoli1"],
    "methods": ["none", {"name": "smote", "batch": 2}],
    "classifiers": ["knn", "mlp"],
    "splits": 3,
}


@pytest.fixture(scope="module")
def planned():
    return plan(parse_suite(json.dumps(SUITE)))


@pytest.fixture(scope="module")
def known(planned):
    names = [("oversampler", "none"), ("oversampler", "smote"), ("classifier", "knn"), ("classifier", "mlp")]
    return Identity({planned.data()[0]: "rows"}, dict.fromkeys(names, "tests 1"))


def left(planned, known, done=(), stored=()):
    return list(jobs(planned, known, set(done), set(stored).__contains__, {}))


def test_jobs_come_in_the_order_of_the_plan(planned, known):
    """Each fit is one job, where its first trial stands in the plan; its trials keep their order."""
    found = left(planned, known)
    members = [(job.members[0].spec.method.name, [m.spec.split.index for m in job.members]) for job in found]

    assert members == [("none", [0]), ("smote", [0, 1]), ("none", [1]), ("none", [2]), ("smote", [2])]
    assert [trial.spec.classifier.name for trial in found[1].trials] == ["knn", "mlp", "knn", "mlp"]
    assert [len(job.trials) for job in found] == [2, 4, 2, 2, 2]


def test_nothing_is_left_when_everything_is_done(planned, known):
    """Resume is the plan less what is done."""
    assert left(planned, known, [known.trial(trial.spec) for trial in planned.trials]) == []


def test_a_batch_is_made_whole_for_one_trial(planned, known):
    """A trial that is left brings all members of its batch, and waits for its own resample alone."""
    asked = next(t.spec for t in planned.trials if t.method == "smote" and t.spec.resample.split.index == 1)
    done = {known.trial(trial.spec) for trial in planned.trials} - {known.trial(asked)}
    (job,) = left(planned, known, done)

    assert [member.spec.split.index for member in job.members] == [0, 1]
    assert [member.spec for member in job.needed()] == [asked.resample]
    assert [trial.spec for trial in job.trials] == [asked]


def test_a_job_is_stored_when_the_resamples_that_it_needs_are(planned, known):
    """Resamples on disk spare the fit only if all that a trial waits for are there."""
    first, second = (
        resample for fit in planned.fits() if len(fit) == 2 for resample in map(known.resample, fit)
    )
    rest = {known.trial(t.spec) for t in planned.trials if known.resample(t.spec.resample) != first}

    assert [job.stored for job in left(planned, known, stored=[first])] == [False] * 5
    assert [job.stored for job in left(planned, known, stored=[first, second])] == [False, True] + [False] * 3
    assert [job.stored for job in left(planned, known, done=rest, stored=[first])] == [True]


def test_a_task_has_its_digests_and_seeds(planned, known):
    """A runner is told all that it has to know, and works nothing out by itself."""
    spec = planned.trials[0].spec
    task = resample_task(spec.resample, known)
    (trial, *_) = left(planned, known)[0].trials

    assert (task.spec, task.digest, task.split) == (
        spec.resample,
        known.resample(spec.resample),
        known.split(spec.resample.split),
    )
    assert (task.fingerprint, task.random_state) == ("rows", known.method_seed(spec.resample))
    assert (trial.spec, trial.digest, trial.resample) == (spec, known.trial(spec), task.digest)
    assert trial.random_state == known.classifier_seed(spec)


def test_resources_are_those_of_the_method(planned, known):
    """A fit occupies what the suite says of its method: by default one slot and no GPU."""
    wanted = {Component("smote"): Resources(2, 0.25)}
    found = list(jobs(planned, known, set(), lambda _: False, wanted))

    assert {(job.members[0].spec.method.name, job.resources) for job in found} == {
        ("none", Resources(1, 0)),
        ("smote", Resources(2, 0.25)),
    }


def test_a_trial_that_is_asked_for_twice_is_carried_out_once(known):
    """Two labels of one classifier are one trial."""
    suite = {
        **SUITE,
        "methods": ["none"],
        "classifiers": ["knn", {"name": "knn", "label": "again"}],
        "splits": 1,
    }
    twice = plan(parse_suite(json.dumps(suite)))
    (job,) = left(twice, known)

    assert len(twice.trials) == 2
    assert len(job.trials) == 1

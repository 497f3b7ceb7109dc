"""The rules that an oversampler keeps; `OversamplerContract` has a test for each.

They say nothing about quality. Each rule gives the sampler arrays of its own and holds the global generators
still where they are not its subject, so that one fault breaks one rule.
"""

from __future__ import annotations

import pickle
from collections import Counter
from typing import Any

import numpy as np

from oversample_bench.testing.generators import changed, seeded, snapshot
from oversample_bench.testing.imports import frameworks_loaded_by
from oversample_bench.testing.problems import HARD_CASES, categorical, drawn
from oversample_bench.testing.rules import Declared, DoesNotApply, resampled, rule
from oversample_bench.testing.verdicts import (
    assert_seedable,
    assert_sound,
    assert_told,
    is_sentence,
    parameters,
    quietly,
    same,
)

ENOUGH = 0.9
"""The share of the requested rows below which the host marks a resample as short."""


@rule()
def same_seed_gives_the_same_rows_whatever_the_global_generators_hold(method: Declared) -> None:
    """Two samplers of one seed give the same rows, whatever the global generators hold."""
    problem = drawn()
    resampled(method.make(0), problem)  # loads a framework that is imported late
    resamples = []
    for seed in (1, 2):
        with seeded(seed):
            resamples.append(quietly(method.make(0).fit_resample, *problem.copies()))

    assert same(*resamples), "random_state=0 gave other rows when a global generator held another state"


@rule()
def another_seed_gives_other_rows(method: Declared) -> None:
    """Two samplers of different seeds give different rows, unless the method says it is deterministic."""
    if method.deterministic:
        raise DoesNotApply("the method declares that it is deterministic")
    problem = drawn()
    first, second = (resampled(method.make(seed), problem) for seed in (0, 1))

    assert not same(first, second), "random_state=0 and random_state=1 gave the same rows"


@rule()
def random_state_can_be_set_afterwards(method: Declared) -> None:
    """``set_params(random_state=...)``, which is how the host seeds, does what the constructor does."""
    sampler = method.make(0)
    if "random_state" not in sampler.get_params():
        assert method.deterministic, "there is no parameter random_state; say deterministic = True if so"
        raise DoesNotApply("the method takes no random_state")
    problem = drawn()

    expected = resampled(method.make(1), problem)
    assert same(expected, resampled(sampler.set_params(random_state=1), problem)), (
        "set_params(random_state=1) gave other rows than building with random_state=1"
    )


@rule()
def every_part_can_be_seeded(method: Declared) -> None:
    """Each ``random_state`` of the method and its parts is what ``set_params`` makes it."""
    assert_seedable(method.make(0))


@rule()
def global_generators_stay_untouched(method: Declared) -> None:
    """A fit neither draws from nor seeds the generators of random, NumPy and PyTorch."""
    problem = drawn()
    resampled(method.make(0), problem)  # loads a framework that is imported late
    before = snapshot()
    with_seed = method.make(0)
    quietly(with_seed.fit_resample, *problem.copies())

    assert not changed(before), f"the fit used or seeded the global generator of {changed(before)}"


@rule()
def input_stays_untouched(method: Declared) -> None:
    """The arrays that go in are the same afterwards."""
    problem = drawn()
    X, y = problem.copies()
    quietly(method.make(0).fit_resample, X, y)

    assert same((problem.X, problem.y), (X, y)), "fit_resample wrote into its input"


@rule()
def read_only_arrays_are_accepted(method: Declared) -> None:
    """Read-only arrays, which is what the host hands over, give what writable ones give."""
    problem = drawn()
    expected = resampled(method.make(0), problem)
    with seeded(0):
        returned = quietly(method.make(0).fit_resample, *problem.locked())

    assert same(expected, returned), "read-only arrays gave other rows than writable ones"


@rule()
def output_is_finite_and_of_the_right_shape(method: Declared) -> None:
    """A resample is a pair: finite rows of the same features, and as many labels, all of them known."""
    problem = drawn()

    assert_sound(problem, resampled(method.make(0), problem))


@rule()
def labels_keep_their_dtype(method: Declared) -> None:
    """Labels come back in the dtype in which they went in."""
    problem = drawn()
    y = np.asarray(resampled(method.make(0), problem)[1])

    assert problem.y.dtype == y.dtype, f"labels of dtype {problem.y.dtype} came back as {y.dtype}"


@rule()
def real_rows_come_back_unchanged(method: Declared) -> None:
    """Every real row is in the resample with its label, to the last bit, unless the method drops rows."""
    if method.drops_rows:
        raise DoesNotApply("the method declares that it drops rows")
    problem = drawn()
    X, y = resampled(method.make(0), problem)
    given, returned = _counted(problem.X, problem.y), _counted(np.asarray(X), np.asarray(y))

    assert not given - returned, (
        f"{(given - returned).total()} of {len(problem.y)} real rows did not come back"
    )


@rule()
def categories_stay_whole_where_their_columns_are_told(method: Declared) -> None:
    """A method with the parameter ``one_hot_groups`` makes rows that have one category in each group."""
    sampler = method.make(0)
    if "one_hot_groups" not in sampler.get_params():
        raise DoesNotApply("the method takes no one_hot_groups")
    problem, groups = categorical()
    sampler.set_params(one_hot_groups=groups)
    X = np.asarray(resampled(sampler, problem)[0])
    for group in groups:
        whole = ((X[:, group] == 0) | (X[:, group] == 1)).all(axis=1) & (X[:, group].sum(axis=1) == 1)
        assert whole.all(), f"{int((~whole).sum())} of {len(X)} rows have no single category in {group}"


@rule(0.5, 1.0)
def ratio_is_reached_or_fallback_says_why(method: Declared, ratio: float) -> None:
    """The minority grows to the ratio that was asked for; if not, ``fallback_`` is a sentence."""
    if method.drops_rows or not method.owes_rows:
        raise DoesNotApply("the method declares that it drops rows or owes none")
    sampler, problem = method.make(0), drawn(n_majority=120)
    if ratio != 1.0:  # the host leaves the default, balance, alone
        if "sampling_strategy" not in sampler.get_params():
            raise DoesNotApply("the method takes no sampling_strategy")
        sampler.set_params(sampling_strategy=ratio)
    y = np.asarray(resampled(sampler, problem)[1])
    n_minority = int(problem.y.sum())
    requested, made = (
        int(ratio * (len(problem.y) - n_minority)) - n_minority,
        int((y == 1).sum()) - n_minority,
    )

    assert made >= ENOUGH * requested or is_sentence(getattr(sampler, "fallback_", None)), (
        f"made {made} of {requested} minority rows for the ratio {ratio}, and fallback_ does not say why"
    )


@rule()
def weights_and_fallback_have_their_forms(method: Declared) -> None:
    """After a fit ``sample_weight_``, where set, has a weight a row, and ``fallback_`` is a sentence."""
    sampler = method.make(0)
    y = np.asarray(resampled(sampler, drawn())[1])
    weight, fallback = getattr(sampler, "sample_weight_", None), getattr(sampler, "fallback_", None)

    assert weight is None or np.shape(weight) == y.shape, f"{np.shape(weight)} weights for {y.shape} rows"
    assert weight is None or (np.isfinite(weight).all() and np.min(weight) >= 0), "a weight is no weight"
    assert not fallback or is_sentence(fallback), f"fallback_ is {fallback!r}, not a sentence"


@rule(*HARD_CASES)
def hard_cases_survive_or_raise_a_sentence(method: Declared, case: str) -> None:
    """Data that is hard gives a sound resample, or an error that tells a user what is wrong."""
    problem = HARD_CASES[case]()
    try:
        returned = resampled(method.make(0), problem)
    except Exception as error:  # noqa: BLE001 - whichever it is, it is judged
        assert_told(error)
    else:
        assert_sound(problem, returned)


@rule()
def fitting_twice_gives_the_same_rows(method: Declared) -> None:
    """A second fit of the same sampler gives the same rows: nothing is left over from the first."""
    sampler, problem = method.make(0), drawn()
    first, second = (resampled(sampler, problem) for _ in range(2))

    assert same(first, second), "the second fit gave other rows than the first"


@rule()
def fitting_leaves_the_parameters_alone(method: Declared) -> None:
    """``get_params`` says the same before and after a fit."""
    sampler = method.make(0)
    before = parameters(sampler)
    resampled(sampler, drawn())

    assert before == parameters(sampler), "the fit changed parameters; use attributes that end in _"


@rule()
def clone_gives_the_same_rows(method: Declared) -> None:
    """scikit-learn's ``clone`` of a sampler gives the rows of the sampler."""
    from sklearn.base import clone

    problem, sampler = drawn(), method.make(0)
    copy = clone(sampler)

    expected = resampled(sampler, problem)
    assert same(expected, resampled(copy, problem)), "the clone gave other rows"


@rule()
def pickle_gives_the_same_rows(method: Declared) -> None:
    """A sampler that went to another process gives the same rows there."""
    problem, sampler = drawn(), method.make(0)
    sent = pickle.loads(pickle.dumps(sampler))  # noqa: S301 - written a moment ago

    assert same(resampled(sampler, problem), resampled(sent, problem)), "the pickled copy gave other rows"


@rule()
def importing_the_plugin_imports_no_framework(method: Declared) -> None:
    """Importing the module with the hooks imports no framework: ``bench plugins list`` stays quick."""
    if not method.module:
        raise DoesNotApply("the contract names no module")
    loaded = frameworks_loaded_by(method.module)

    assert not loaded, (
        f"importing {method.module} imports {loaded}; register targets as 'module:Name' instead"
    )


def _counted(X: Any, y: Any) -> Counter[bytes]:
    """Count equal rows; adding zero makes one zero of the two."""
    rows = np.column_stack([X.astype(np.float64) + 0.0, y])
    return Counter(row.tobytes() for row in rows)

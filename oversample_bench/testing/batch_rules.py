"""The rules of ``fit_resample_batch``, the capability of fitting many problems in one model.

A member may differ from the same problem fitted alone by rounding; it may not know its neighbours.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from oversample_bench.testing.generators import changed, seeded, snapshot
from oversample_bench.testing.problems import Problem, drawn
from oversample_bench.testing.rules import Declared, DoesNotApply, rule
from oversample_bench.testing.verdicts import assert_sound, assert_told, is_sentence, quietly, same

SEEDS = (0, 1, 2)


def _members() -> list[Problem]:
    """Return one split a seed, all of one shape, as the plan puts them into a batch."""
    return [drawn(seed=seed) for seed in SEEDS]


def _batch_sampler(method: Declared) -> Any:
    sampler = method.make(0)
    if not hasattr(sampler, "fit_resample_batch"):
        raise DoesNotApply("the method has no fit_resample_batch")
    return sampler


def _batch(
    method: Declared, members: list[Problem], seeds: tuple[int, ...] = SEEDS, globally: int = 0
) -> list[Any]:
    problems = [member.locked() for member in members]
    with seeded(globally):
        return list(quietly(_batch_sampler(method).fit_resample_batch, problems, list(seeds)))


@rule()
def batch_gives_each_member_a_sound_resample(method: Declared) -> None:
    """A batch gives one resample a problem, in their order, each of them sound."""
    members = _members()
    resamples = _batch(method, members)

    assert len(resamples) == len(members), f"{len(members)} problems gave {len(resamples)} resamples"
    for member, returned in zip(members, resamples, strict=True):
        assert_sound(member, returned)


@rule()
def batch_member_does_not_depend_on_its_neighbours(method: Declared) -> None:
    """In batches of equal size a member's rows are the same to the last bit beside any neighbours."""
    first, second, third = _members()
    others = [first, drawn(seed=8), drawn(seed=9)]
    expected = _batch(method, [first, second, third])[0]

    assert same(expected, _batch(method, others, (0, 8, 9))[0]), "a member changed with its neighbours"


@rule()
def batch_gives_the_same_rows_for_the_same_seeds(method: Declared) -> None:
    """A batch of the same problems and seeds gives the same rows, whatever the global generators hold."""
    members = _members()
    first, second = (_batch(method, members, globally=state) for state in (1, 2))

    assert all(map(same, first, second)), "the same batch gave other rows the second time"


@rule()
def batch_gives_other_rows_for_other_seeds(method: Declared) -> None:
    """Members of one problem and different seeds differ, unless the method says it is deterministic."""
    if method.deterministic:
        raise DoesNotApply("the method declares that it is deterministic")
    first, second = _batch(method, [drawn()] * len(SEEDS))[:2]

    assert not same(first, second), "two members of different seeds have the same rows"


@rule()
def batch_leaves_input_and_global_generators_untouched(method: Declared) -> None:
    """A batch writes into none of its problems and uses no global generator."""
    sampler, members = _batch_sampler(method), _members()
    problems = [member.copies() for member in members]
    quietly(sampler.fit_resample_batch, problems, list(SEEDS))  # loads a framework that is imported late
    before = snapshot()
    quietly(sampler.fit_resample_batch, problems, list(SEEDS))

    assert not changed(before), f"the batch used or seeded the global generator of {changed(before)}"
    for member, problem in zip(members, problems, strict=True):
        assert same((member.X, member.y), problem), "fit_resample_batch wrote into a problem"


@rule()
def batch_member_that_fails_takes_no_other_along(method: Declared) -> None:
    """A member with one minority row gives a resample or an exception; the others are sound."""
    first, _, third = _members()
    lone = drawn(n_minority=1)
    resamples = _batch(method, [first, lone, third])

    assert_sound(first, resamples[0])
    assert_sound(third, resamples[2])
    if isinstance(resamples[1], Exception):
        assert_told(resamples[1])
    else:
        assert_sound(lone, resamples[1])


@rule()
def batch_tells_of_each_member(method: Declared) -> None:
    """After a batch ``fallback_`` and ``sample_weight_``, where set, are lists of an entry a member."""
    sampler, members = _batch_sampler(method), _members()
    resamples = quietly(sampler.fit_resample_batch, [member.locked() for member in members], list(SEEDS))
    for name in ("fallback_", "sample_weight_"):
        told = getattr(sampler, name, None)
        assert told is None or isinstance(told, list), f"after a batch {name} is no list: {told!r}"
        assert not told or len(told) == len(resamples), (
            f"{name} has {len(told)} entries for {len(resamples)} members"
        )
    fallbacks = getattr(sampler, "fallback_", None) or []
    assert all(not told or is_sentence(told) for told in fallbacks), f"no sentence: {fallbacks}"
    for weight, (_, y) in zip(getattr(sampler, "sample_weight_", None) or [], resamples, strict=False):
        assert weight is None or np.shape(weight) == np.shape(y), "a member's weights do not fit its rows"

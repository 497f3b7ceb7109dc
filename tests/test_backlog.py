"""Which worker does what next, and who is late, is known without asking all: queues and a heap."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oversample_bench.evaluation.tasks import Job, Resources
from oversample_bench.execution.runners import pending_calls
from oversample_bench.execution.runners.backlog import WAITING_EACH, Backlog, Fitting, LiveJob, Trying
from oversample_bench.execution.runners.deadlines import Deadlines
from oversample_bench.execution.runners.free_slots import FreeSlots
from oversample_bench.execution.runners.pending_calls import PendingCall, Slot
from oversample_bench.execution.runners.worker import Station

GPU = Resources(1, 1)


def job(name: str, trials: int = 2, resources: Resources | None = None, stored: bool = False) -> Job:
    """Return a job of one member whose trials are called by its name and their numbers."""
    member: Any = SimpleNamespace(digest=name, split=f"split of {name}")
    tasks: Any = tuple(SimpleNamespace(digest=f"{name}{number}", resample=name) for number in range(trials))
    return Job((member,), tasks, stored, resources or Resources())


def backlog(*jobs: Job, n_slots: int = 2) -> Backlog:
    """Return a backlog of jobs that need what they ask for."""
    return Backlog(jobs, lambda one: one.resources, n_slots)


def worker(resources: Resources | None = None) -> Slot:
    """Return a worker that is ready."""
    return Slot(resources or Resources(), station=Station(""))


def told(found: Any) -> str:
    """Return what a worker was given: the name of a job or of a trial."""
    if found is None:
        return ""
    return str(found.task.digest if isinstance(found, Trying) else found.members[0].digest)


def done(work: Backlog, found: Any, slot: Slot) -> None:
    """End the fit of a job that a worker was given: its trials wait now."""
    live = LiveJob(found, [])
    live.waiting.extend(found.trials)
    work.opened(live, slot)


def test_a_worker_goes_on_with_its_own_resamples() -> None:
    """It takes the trials of what it has at hand, and a fit when none is left, not those of another one."""
    work, one, two = backlog(job("a"), job("b"), job("c")), worker(), worker()
    for slot in (one, two):
        done(work, work.take(slot, 0), slot)

    assert ["b0", "b1", "c"] == [told(work.take(two, 0)) for _ in range(3)]
    assert "a0" == told(work.take(one, 0))


def test_trials_are_taken_from_others_when_there_is_no_fit_left() -> None:
    """At the end nobody stands idle: the oldest job's trials go to whoever is free."""
    work, one, two = backlog(job("a", 3)), worker(), worker()
    done(work, work.take(one, 0), one)

    assert ["a0", "a1", "a2", ""] == [told(work.take(slot, 0)) for slot in (two, one, two, one)]


def test_a_gpu_takes_the_fits_first_that_need_one() -> None:
    """CPU trials wait for CPUs while there are fits for a GPU, and these for nothing."""
    work, gpu, cpu = (
        backlog(job("a"), job("b", resources=GPU), job("c", resources=GPU)),
        worker(GPU),
        worker(),
    )
    done(work, work.take(cpu, 0), cpu)
    done(work, found := work.take(gpu, 0), gpu)

    assert "b" == told(found)
    assert "c" == told(work.take(gpu, 0))
    assert ["a0", "a1", "b0", "b1"] == [told(work.take(cpu, 0)) for _ in range(4)]


def test_a_gpu_helps_with_trials_where_too_many_resamples_wait() -> None:
    """Resamples do not pile up because nobody has time for their trials."""
    jobs = [job(str(number), resources=GPU) for number in range(9)]
    work, gpu = backlog(*jobs, n_slots=1), worker(GPU)
    for _ in range(WAITING_EACH):
        done(work, work.take(gpu, 0), gpu)

    assert ["00", "01", "10", "2"] == [told(work.take(gpu, 0)) for _ in range(4)]


def test_a_resample_on_disk_needs_no_gpu() -> None:
    """A job whose resample is stored goes to any worker; where it cannot be read, to one that can fit it."""
    work, cpu, gpu = backlog(job("a", resources=GPU, stored=True)), worker(), worker(GPU)
    found = work.take(cpu, 0)
    assert isinstance(found, Job)
    work.postpone(found)

    assert ["a", "", "a"] == [told(found), told(work.take(cpu, 0)), told(work.take(gpu, 0))]


def test_what_was_put_back_comes_first_and_alone_where_it_is_suspect() -> None:
    """Who may have killed a worker is sent to one that has nothing else."""
    work, slot = backlog(job("a"), job("b")), worker()
    found = work.take(slot, 0)
    assert isinstance(found, Job)
    work.put_back(suspect := Fitting(LiveJob(found, []), alone=True))

    assert "b" == told(work.take(slot, 1))
    assert suspect is work.take(slot, 0)


def test_a_need_that_no_worker_meets_is_told() -> None:
    """Where the only node for it was left out, somebody has to hear of it."""
    work = backlog(job("a"), needy := job("b", resources=GPU))

    assert [needy] == work.unmet([worker()])
    assert [] == work.unmet([worker(), worker(GPU)])


NEEDS = st.sampled_from([Resources(), Resources(2), GPU, Resources(1, 0.5), Resources(2, 1)])


def _taken(work: Backlog, slots: list[Slot]) -> Any:
    """Return what the first of these workers is given that is given anything."""
    for slot in slots:
        found = work.take(slot, 0)
        if isinstance(found, Job):
            assert slot.fits(found.resources)
            done(work, found, slot)
        if found is not None:
            return found
    return None


@given(needs=st.lists(NEEDS, max_size=12), shapes=st.lists(NEEDS, min_size=1, max_size=4), data=st.data())
def test_everything_is_handed_out_once_to_those_who_can_take_it(needs: Any, shapes: Any, data: Any) -> None:
    """Whatever the order in which workers ask: no job and no trial is lost, doubled or misplaced."""
    work = backlog(*(job(f"{n}:", 2, need) for n, need in enumerate(needs)), n_slots=len(shapes))
    slots = [worker(shape) for shape in shapes]
    able = {f"{n}:" for n, need in enumerate(needs) if any(slot.fits(need) for slot in slots)}
    given_out: list[str] = []
    while found := _taken(work, data.draw(st.permutations(slots))):
        given_out.append(told(found))

    assert sorted([*able, *(f"{name}{n}" for name in able for n in range(2))]) == sorted(given_out)


@given(limits=st.lists(st.tuples(st.integers(0, 3), st.integers(1, 9) | st.none()), max_size=30))
def test_the_heap_knows_who_is_late_as_a_walk_over_all_would(limits: list[tuple[int, int | None]]) -> None:
    """Each second one of four workers turns to a call of its own limit, and those who are late are told."""
    with pytest.MonkeyPatch.context() as patch:
        now = 0.0
        patch.setattr(pending_calls.time, "monotonic", lambda: now)
        slots, deadlines = [worker() for _ in range(4)], Deadlines()
        for number, limit in limits:
            now += 1.0
            slots[number].pending.clear()
            slots[number].pending.append(PendingCall("", None, limit))
            slots[number].turn()
            deadlines.watch(slots[number])
            late = {slot for slot in slots if slot.deadline() <= now}
            assert min(slot.deadline() for slot in slots) == deadlines.soonest()
            passed = deadlines.passed(now)
            assert (late, len(late)) == (set(passed), len(passed))
            for slot in passed:
                slot.pending.clear()


@given(steps=st.lists(st.tuples(st.integers(0, 4), st.booleans()), max_size=40))
def test_the_queues_know_who_is_free_as_a_walk_over_all_would(steps: list[tuple[int, bool]]) -> None:
    """Workers are given calls and end them in any order; who takes more is found, each once."""
    free, slots = FreeSlots(), [worker() for _ in range(3)] + [worker(GPU) for _ in range(2)]
    for slot in slots:
        free.note(slot)
    for number, begins in steps:
        if begins:
            slots[number].pending.append(PendingCall("", object(), None))
        elif slots[number].pending:
            slots[number].pending.popleft()
        free.note(slots[number])
    expected = [{slot for slot in slots if slot.takes_more(ahead)} for ahead in range(2)]
    found: list[set[Slot]] = [set(), set()]
    for queue in free.queues(2):
        for slot in queue:
            found[slot.ahead()].add(slot)
            slot.pending.extend(PendingCall("", object(), None) for _ in range(2))

    assert expected == found


def test_small_workers_are_asked_before_large_ones() -> None:
    """What any worker can do is left to those that can do nothing else."""
    free, large, small = FreeSlots(), worker(GPU), worker()
    for slot in (large, small):
        free.note(slot)

    assert [small, large] == [next(queue) for queue in free.queues(1)]

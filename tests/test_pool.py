"""Who is to blame when a worker's call ends badly, late or not at all: with a clock and a Ray of our own."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from oversample_bench.core.errors import UsageError
from oversample_bench.core.outcome import Failed, Status
from oversample_bench.evaluation.tasks import Resources
from oversample_bench.execution.runners import pending_calls, pool
from oversample_bench.execution.runners.events import WorkerConfig
from oversample_bench.execution.runners.pending_calls import PendingCall
from oversample_bench.execution.runners.pool import MOST_DEATHS_AT_START, Pool
from oversample_bench.execution.runners.slots import Place
from oversample_bench.execution.runners.worker import Station
from oversample_bench.suite import UNLIMITED

LIMIT = 2.0
CONFIG = WorkerConfig((), (), (), UNLIMITED)


class RayError(Exception):
    """Stands for what Ray raises where a worker is gone."""


class RayTaskError(RayError):
    """Stands for what Ray raises where a call has raised."""

    def __init__(self, cause: Exception) -> None:
        super().__init__(str(cause))
        self.cause = cause


@dataclass
class Ray:
    """Calls end when a test says so; waiting moves the clock."""

    now: float = 0.0
    results: dict[str, Any] = field(default_factory=dict)
    killed: list[Any] = field(default_factory=list)
    made: int = 0
    exceptions = SimpleNamespace(RayError=RayError, RayTaskError=RayTaskError)

    def remote(self, _worker: type) -> Any:
        return SimpleNamespace(options=lambda **_: SimpleNamespace(remote=self._actor))

    def _actor(self, *_: Any) -> Any:
        self.made += 1
        reference = f"station {self.made}"
        self.results[reference] = Station("")
        return SimpleNamespace(number=self.made, station=SimpleNamespace(remote=lambda: reference))

    def wait(
        self, references: list[str], *, num_returns: int, timeout: float, fetch_local: bool
    ) -> tuple[list[str], list[str]]:
        assert not fetch_local, "a result on its way here has ended"
        ready = [one for one in references if one in self.results][:num_returns]
        self.now += 0 if ready else timeout
        return ready, [one for one in references if one not in ready]

    def get(self, reference: str) -> Any:
        found = self.results[reference]
        if isinstance(found, Exception):
            raise found
        return found

    def kill(self, actor: Any, *, no_restart: bool) -> None:
        assert no_restart
        self.killed.append(actor.number)


@pytest.fixture
def ray(monkeypatch: pytest.MonkeyPatch) -> Ray:
    """Take the place of Ray, and of the clock."""
    fake = Ray()
    monkeypatch.setitem(__import__("sys").modules, "ray", fake)
    for module in (pool, pending_calls):
        monkeypatch.setattr(module.time, "monotonic", lambda: fake.now)
    return fake


@pytest.fixture
def two(ray: Ray) -> Pool:
    """Return a pool of two workers that have answered."""
    made = Pool(CONFIG, [Place(Resources())] * 2)
    for slot in made.collected(1.0):
        made.collect(slot)
    return made


def send(
    made: Pool, number: int, *references: str, assignment: str = "", limit: float | None = LIMIT
) -> None:
    """Give a worker the calls of an assignment, the first of them on the clock."""
    for place, reference in enumerate(references):
        last = place == len(references) - 1
        name, seconds = assignment or references[-1], None if place else limit
        made.send(made.slots[number], PendingCall(reference, name, seconds, last=last))


def killed(two: Pool) -> list[tuple[str, Status]]:
    """Return whom the pool kills now."""
    return [
        (call_result.assignment, call_result.result.status) for call_result in map(two.kill, two.overdue())
    ]


def test_who_stays_silent_is_killed_a_second_after_the_limit(ray: Ray, two: Pool) -> None:
    """The worker has a second more than the limit to say so itself."""
    send(two, 0, "hangs")
    moments = {}
    while not moments:
        two.collected(0.25)
        moments = {assignment: ray.now for assignment, _ in killed(two)}

    assert {"hangs": LIMIT + pending_calls.SLACK_SECONDS} == moments
    assert [1] == ray.killed
    assert two.slots[0].station is None


def test_a_call_that_ended_while_the_driver_was_away_is_not_late(ray: Ray, two: Pool) -> None:
    """The driver looks who has ended before it blames anybody, however long it did not look."""
    send(two, 0, "ends")
    send(two, 1, "hangs")
    ray.now += 100
    ray.results["ends"] = "done"

    assert [] == killed(two)
    assert ["ends"] == [two.collect(slot).assignment for slot in two.collected(1.0)]


def test_a_driver_that_was_away_waits_before_it_blames(ray: Ray, two: Pool) -> None:
    """News may be on its way when the driver comes back: nobody is killed before it has waited a second."""
    send(two, 0, "ends soon")
    ray.now += 100
    at_once = killed(two)
    ray.now += 0.9 * pending_calls.SLACK_SECONDS
    ray.results["ends soon"] = "done"
    ray.now += 100

    assert [] == at_once
    assert [] == killed(two)
    assert ["ends soon"] == [two.collect(slot).assignment for slot in two.collected(1.0)]


def test_all_that_have_ended_are_landed_at_once(ray: Ray, two: Pool) -> None:
    """Who waits to be looked at does not wait for the driver's dealings with the first of them."""
    send(two, 0, "one")
    send(two, 1, "two")
    ray.results.update(one=1, two=2)

    assert {"one", "two"} == {two.collect(slot).assignment for slot in two.collected(1.0)}


def test_the_audit_of_a_fit_is_on_no_clock(ray: Ray, two: Pool) -> None:
    """A fit that has ended within its limit may be audited for as long as that takes."""
    send(two, 0, "fit", "audit", assignment="smote")
    ray.results["fit"] = None
    call_results = [two.collect(slot) for slot in two.collected(1.0)]
    ray.now += 100
    late = killed(two)
    ray.now += 100

    assert [None] == [call_result.assignment for call_result in call_results]
    assert [] == late == killed(two)
    assert two.is_busy()


def test_the_clock_of_a_call_starts_when_the_one_before_it_has_landed(ray: Ray, two: Pool) -> None:
    """A call that waits behind a long one is not late for it."""
    send(two, 0, "first", limit=100.0)
    send(two, 0, "second")
    two.collected(50.0)
    ray.results["first"] = 1
    collected = [two.collect(slot).assignment for slot in two.collected(1.0)]
    at_once = killed(two)
    two.collected(LIMIT)
    noticed = killed(two)
    two.collected(pending_calls.SLACK_SECONDS)

    assert ["first"] == collected
    assert [] == at_once == noticed
    assert [("second", Status.TIMEOUT)] == killed(two)


def test_who_waits_behind_a_call_that_is_killed_is_sent_again(ray: Ray, two: Pool) -> None:
    """Both calls of a fit are one assignment, to blame once; another assignment behind it is not to blame."""
    send(two, 0, "fit", "audit", assignment="hangs")
    send(two, 0, "trial", assignment="waits")
    ray.now += LIMIT
    two.overdue()
    ray.now += pending_calls.SLACK_SECONDS
    (call_result,) = map(two.kill, two.overdue())

    assert ("hangs", ("waits",), ()) == (call_result.assignment, call_result.requeued, call_result.suspects)


@pytest.mark.parametrize(
    ("assignments", "blamed", "suspects"),
    [(["fit"], "fit", ()), (["fit", "trial"], None, ("fit", "trial"))],
)
def test_a_worker_that_dies_with_two_assignments_makes_suspects_of_both(
    ray: Ray, two: Pool, assignments: list[str], blamed: str | None, suspects: tuple[str, ...]
) -> None:
    """The two calls of a fit are one suspect; a worker that had one assignment died of that one."""
    for assignment in assignments:
        send(two, 0, f"{assignment} itself", f"{assignment}'s end", assignment=assignment)
    ray.results["fit itself"] = RayError("The actor died")
    (call_result,) = [two.collect(slot) for slot in two.collected(1.0)]

    assert (blamed, suspects) == (call_result.assignment, call_result.suspects)
    assert Status.CRASHED == call_result.result.status


def test_a_fit_that_raises_where_none_may_ends_its_assignment(ray: Ray, two: Pool) -> None:
    """The failure is told once, and the further call of the assignment is not listened to."""
    send(two, 0, "fit", "audit", assignment="smote")
    send(two, 0, "trial", assignment="knn")
    ray.results["fit"] = RayTaskError(ValueError("no rows"))
    (call_result,) = [two.collect(slot) for slot in two.collected(1.0)]

    assert ("smote", Failed(Status.FAILED, "", "ValueError", "no rows", "no rows")) == (
        call_result.assignment,
        call_result.result,
    )
    assert ["trial"] == [call.reference for call in two.slots[0].pending]


def deaths(ray: Ray, made: Pool, sentence: str) -> Callable[[], None]:
    """Return what lets a worker die as it starts, again and again."""

    def die() -> None:
        for _ in range(MOST_DEATHS_AT_START):
            ray.results[made.slots[0].pending[0].reference] = RayError(sentence)
            made.collect(made.slots[0])

    return die


def test_workers_that_die_as_they_start_end_the_run(ray: Ray) -> None:
    """A plugin that kills whoever imports it is told, and not tried for ever."""
    made = Pool(CONFIG, [Place(Resources())])

    with pytest.raises(UsageError, match="workers die while they start"):
        deaths(ray, made, "The actor died")()


def test_a_node_that_goes_with_its_workers_is_not_their_fault(ray: Ray) -> None:
    """A machine that is lost while workers start there takes them along, and the run goes on elsewhere."""
    made = Pool(CONFIG, [Place(Resources())])
    deaths(ray, made, "The actor died because its node has died")()

    assert 1 + MOST_DEATHS_AT_START == ray.made


def test_a_worker_with_nothing_to_do_makes_no_pool_busy(ray: Ray, two: Pool) -> None:
    """Only a worker that has answered and has a call is at work."""
    idle = two.is_busy()
    two.slots[1].pending = deque()
    two.start(two.slots[1])
    starting = two.is_busy()
    send(two, 0, "trial")

    assert (idle, starting, two.is_busy()) == (False, False, True)
    assert "a worker with 1 CPU" == two.missing()

"""A worker that would compute by other code than the driver is not given any work, and its node is named."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from oversample_bench.core.errors import UsageError
from oversample_bench.core.specs import Component
from oversample_bench.execution.runners import pool
from oversample_bench.execution.runners import versions as module
from oversample_bench.execution.runners.events import WorkerConfig
from oversample_bench.execution.runners.pool import MOST_DEATHS_AT_START, Pool
from oversample_bench.execution.runners.slots import Place, Resources
from oversample_bench.execution.runners.versions import differences, versions
from oversample_bench.execution.runners.workbench import Workbench
from oversample_bench.execution.runners.worker import Station
from oversample_bench.plugins.registry import load_registry
from oversample_bench.suite import UNLIMITED
from tests.test_pool import Ray, RayError, ray

__all__ = ["ray"]


@pytest.fixture(autouse=True)
def anywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have workers placed without asking Ray how."""
    monkeypatch.setattr(pool, "_on", lambda node: node)


OURS = {"numpy": "2.4.6", "the oversampler 'smote'": "oversample-bench-imblearn 0.2 code 1111"}
CONFIG = WorkerConfig((), (), (), UNLIMITED, versions=OURS)
NAMES = [("oversampler", "smote"), ("classifier", "knn"), ("metric", "mcc")]


def test_the_code_of_each_name_and_the_release_of_each_library_is_told() -> None:
    """Two processes of one installation tell the same; a build of torch counts as its release."""
    told = versions(load_registry(), NAMES)

    assert [] == differences(versions(load_registry(), NAMES), told)
    assert told["numpy"] == __import__("numpy").__version__
    assert "code" in told["the oversampler 'smote'"]
    assert not any("+" in version for name, version in told.items() if name == "torch")


def test_a_plugin_that_lacks_or_misses_something_is_told() -> None:
    """A name that nobody offers, or whose requirements are not installed, is a difference."""
    registry = load_registry()
    entry = replace(registry.entry("oversampler", "smote"), state="unavailable", reason="needs torch")
    lame = replace(registry, known={**registry.known, ("oversampler", "smote"): entry})
    bare = replace(registry, known={})
    ours = versions(registry, NAMES[:1])
    (lacks,), (misses,) = (differences(versions(one, NAMES[:1]), ours) for one in (lame, bare))

    assert "'smote' is unavailable (needs torch) there and oversample-bench-imblearn" in lacks
    assert "'smote' is missing (no installed plugin offers the oversampler 'smote'" in misses


def test_a_library_that_nothing_asks_for_may_be_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is installed in two releases is a difference, what is not installed at all is none."""
    ours = versions(load_registry(), [])
    there = {"numpy": "1.26.4", "torch": ""}
    monkeypatch.setattr(module, "version", lambda name: there.get(name, ours.get(name, "")))
    theirs = versions(load_registry(), [])

    assert [f"numpy is 1.26.4 there and {ours['numpy']} where the run began"] == differences(theirs, ours)


def test_a_worker_tells_what_is_missing_instead_of_dying_of_it() -> None:
    """The workbench of a node without a plugin is made all the same, so that it can be compared."""
    used = (("oversampler", Component.of("nowhere")),)
    bench = Workbench(WorkerConfig((), (), used, UNLIMITED, {("oversampler", "nowhere"): "plug 1 code 1"}))

    assert bench.versions["the oversampler 'nowhere'"].startswith("missing (no installed plugin offers")


def two_nodes(*hosts: str) -> Pool:
    """Return a pool of two places on each node, whose workers have not answered."""
    return Pool(CONFIG, [Place(Resources(), f"id of {host}", host) for host in hosts for _ in range(2)])


def answers(ray: Ray, made: Pool, **of_host: Any) -> None:
    """Let the workers of each node answer, or die, and land all that."""
    for slot in made.slots:
        ray.results[slot.pending[0].reference] = of_host[slot.host]
    for slot in made.collected(1.0):
        made.collect(slot)


def test_a_node_with_another_version_is_named_and_left_out(ray: Ray) -> None:
    """Node, package and both versions are told; the workers of other nodes go on, and this one has none."""
    made = two_nodes("good", "old")
    answers(ray, made, good=Station("", "good", OURS), old=Station("", "old", {**OURS, "numpy": "1.26.4"}))

    assert ["good", "good"] == [slot.host for slot in made.slots]
    assert ["The node old is left out: numpy is 1.26.4 there and 2.4.6 where the run began."] == made.told()
    assert [] == made.told()
    assert [3, 4] == sorted(ray.killed)


def test_where_all_nodes_differ_the_run_ends_and_says_why(ray: Ray) -> None:
    """Nothing is computed, and each node has its reason in the message."""
    made = two_nodes("a", "b")
    each = r"the node a is left out: numpy is 1 .*; the node b is left out: numpy is 2 "
    with pytest.raises(UsageError, match=each):
        answers(ray, made, a=Station("", "a", {"numpy": "1"}), b=Station("", "b", {"numpy": "2"}))


RAISED = """The actor died because of an error raised in its creation task, ray::Worker.__init__()
Traceback (most recent call last):
  File "worker.py", line 1, in <module>
\x1b[36mModuleNotFoundError: No module named 'oversample_bench'\x1b[0m
"""


def test_a_node_whose_workers_raise_is_named_with_the_exception(ray: Ray) -> None:
    """One bad node costs its own workers, at the first exception, and the others go on."""
    made = two_nodes("good", "bare")
    answers(ray, made, good=Station("", "good", OURS), bare=RayError(RAISED))

    (told,) = made.told()
    assert told == (
        "The node bare is left out: workers die while they start: ModuleNotFoundError: "
        "No module named 'oversample_bench'."
    )
    assert ["good", "good"] == [slot.host for slot in made.slots]


def test_deaths_of_one_node_are_counted_whatever_others_answer(ray: Ray) -> None:
    """A node whose workers die without a word is given up after some deaths, while another one answers."""
    made = two_nodes("good", "bad")
    bad = [slot for slot in made.slots if slot.host == "bad"]
    for number in range(MOST_DEATHS_AT_START):
        ray.results[bad[number % 2].pending[0].reference] = RayError("The actor died")
        made.collect(bad[number % 2])
        made.slots[0].station = None
        made._welcome(made.slots[0], Station("", "good", OURS))

    assert ["good", "good"] == [slot.host for slot in made.slots]
    assert "The node bad is left out: workers die while they start: its process died" in made.told()[0]


def test_one_place_that_fails_leaves_the_rest_of_its_node_at_work(ray: Ray) -> None:
    """Where workers of a node have answered, only the place goes at which workers die."""
    made = two_nodes("small")
    first, second = made.slots
    made._welcome(first, Station("", "small", OURS))
    for _ in range(MOST_DEATHS_AT_START):
        ray.results[second.pending[0].reference] = RayError("The actor died")
        made.collect(second)

    assert [first] == made.slots
    assert made.told()[0].startswith("A worker of the node small is left out: workers die while they start")

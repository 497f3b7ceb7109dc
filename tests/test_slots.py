"""A cluster is cut into places for workers that its nodes can hold."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oversample_bench.core.errors import UsageError
from oversample_bench.evaluation.tasks import Job, Resources
from oversample_bench.execution.runners.cluster import chosen
from oversample_bench.execution.runners.slots import Node, Place, check_needs, places, shortages, within


def job(name: str = "smote", **resources: float) -> Job:
    """Return a job with nothing but the name and the needs of its method."""
    member: Any = SimpleNamespace(spec=SimpleNamespace(method=SimpleNamespace(name=name)))
    return Job(members=(member,), trials=(), stored=False, resources=Resources(**resources))


@pytest.mark.parametrize(
    ("jobs", "node", "expected"),
    [
        ([job()], Node(4), [(1, 0)] * 4),
        ([job(), job(gpus=0.25)], Node(2), [(1, 0)] * 2),
        ([job(), job(gpus=0.25)], Node(16, 1), [(1, 0.25)] * 4 + [(1, 0)] * 12),
        ([job(gpus=0.5)], Node(2, 1), [(1, 0.5), (1, 0)]),
        ([job(cpus=2)], Node(2), [(2, 0)]),
        ([job(cpus=8)], Node(2), [(2, 0)]),
        ([job()], Node(1), [(1, 0)]),
        ([job(cpus=2), job(cpus=3)], Node(4), [(3, 0), (1, 0)]),
        ([job(gpus=0.6), job(gpus=0.7)], Node(4, 1), [(1, 0.7), *[(1, 0)] * 3]),
        ([job(cpus=2)], Node(8), [*[(2, 0)] * 2, *[(1, 0)] * 4]),
        ([job(gpus=1), job(cpus=4)], Node(4, 1), [(4, 1)]),
    ],
)
def test_one_machine_is_shared_out(jobs: list[Job], node: Node, expected: list[tuple[float, float]]) -> None:
    """Each method has a place that is large enough, and trials have the rest."""
    found = places(jobs, [node])

    assert expected == [(place.resources.cpus, place.resources.gpus) for place in found]


@pytest.mark.parametrize(
    ("needed", "nodes", "given"),
    [
        (Resources(3), [Node(2, name="a"), Node(2, name="b")], Resources(2)),
        (Resources(3), [Node(2, name="a"), Node(4, name="b")], Resources(3)),
        (Resources(1, 2), [Node(2, 1, "a"), Node(2, 1, "b")], Resources(1, 1)),
        (Resources(8, 1), [Node(16, 0, "a"), Node(2, 1, "b")], Resources(2, 1)),
        (Resources(1, 0.5), [Node(2, 0, "a")], Resources(1, 0)),
        (Resources(1, 3), [Node(2, 2.5, "a")], Resources(1, 2)),
        (Resources(0.5), [Node(2)], Resources(1)),
    ],
)
def test_the_largest_node_bounds_what_a_method_is_given(
    needed: Resources, nodes: list[Node], given: Resources
) -> None:
    """A worker runs on one node: two nodes of 2 CPUs are no place for 3."""
    assert given == within(needed, nodes)


def test_a_method_that_is_given_less_is_named() -> None:
    """What is not given as asked is said, once a method, and nothing where all is as asked."""
    jobs = [
        job("greedy", cpus=3),
        job("greedy", cpus=3),
        job("modest"),
        job("deep", gpus=2),
        job("net", gpus=2),
    ]

    assert [
        "'greedy' asks for 3 CPUs; no node of the cluster has more than 2, so it is given 2.",
        "'deep' asks for 2 GPUs; no node of the cluster has more than 1, so it is given 1.",
        "'net' asks for 2 GPUs; no node of the cluster has more than 1, so it is given 1.",
    ] == list(shortages(jobs, [Node(2, 0, "a"), Node(2, 1, "b")]))
    assert ["'deep' asks for 0.5 GPUs; no node of the cluster has any, so it runs on CPUs."] == list(
        shortages([job("deep", gpus=0.5), job("modest", cpus=2)], [Node(2)])
    )


CPUS = st.integers(1, 9)
GPUS = st.sampled_from([0, 0, 0, 0.25, 0.5, 1, 2, 4])
NODES = st.lists(st.tuples(CPUS, st.integers(0, 3)), min_size=1, max_size=6).map(
    lambda sizes: [Node(cpus, gpus, f"node {number}") for number, (cpus, gpus) in enumerate(sizes)]
)
JOBS = st.lists(st.builds(lambda cpus, gpus: job(cpus=cpus, gpus=gpus), CPUS, GPUS), min_size=1, max_size=6)


@given(jobs=JOBS, nodes=NODES)
def test_places_fit_the_nodes_and_every_job_fits_a_place(jobs: list[Job], nodes: list[Node]) -> None:
    """No node is given more than it has, no CPU lies idle, each job finds a place that is large enough."""
    found = places(jobs, nodes)

    for node in nodes:
        here = [place.resources for place in found if place.node == node.name]
        assert node.cpus - 1 < sum(one.cpus for one in here) <= node.cpus
        assert sum(one.gpus for one in here) <= node.gpus + 1e-6
    for one in jobs:
        needed = within(one.resources, nodes)
        assert any(
            needed.cpus <= place.resources.cpus and needed.gpus <= place.resources.gpus for place in found
        )


def node(name: str, alive: bool = True, **resources: float) -> dict[str, Any]:
    """Return a node as Ray tells of it."""
    return {"NodeID": name, "Alive": alive, "Resources": resources}


@pytest.mark.parametrize(
    ("found", "workers", "expected"),
    [
        ([node("a", CPU=4.0, GPU=1.0)], 0, [Node(4, 1)]),
        ([node("a", CPU=2.0), node("b", CPU=4.0)], 0, [Node(4, 0, "b"), Node(2, 0, "a")]),
        ([node("a", CPU=2.0), node("b", False, CPU=4.0)], 0, [Node(2)]),
        ([node("head"), node("b", CPU=4.0), node("c", CPU=0.5)], 0, [Node(4)]),
        ([node("a", CPU=2.0), node("b", CPU=2.0)], 3, [Node(2, 0, "a"), Node(1, 0, "b")]),
        ([node("a", CPU=8.0), node("b", CPU=2.0, GPU=1.0)], 4, [Node(2, 1, "b"), Node(2, 0, "a")]),
        ([node("a", CPU=8.0), node("b", CPU=8.0)], 4, [Node(4)]),
        ([], 0, [Node(1)]),
        ([node("head")], 2, [Node(1)]),
    ],
)
def test_nodes_that_can_hold_a_worker_count(
    found: list[dict[str, Any]], workers: int, expected: list[Node]
) -> None:
    """Dead nodes and those without a CPU do not count; ``--workers`` bounds the slots of all together."""
    assert tuple(expected) == chosen(found, workers)


def test_a_cluster_that_is_about_to_start_its_first_node_gets_one_request() -> None:
    """Where no node has room yet one place is asked for, so that a cluster that grows has a reason to."""
    assert [Place(Resources())] == places([job()], chosen([], 0))


def test_what_no_node_of_a_cluster_can_hold_is_refused() -> None:
    """Compared with the largest node and not with the sum; both numbers are told."""
    nodes = [Node(2, 0, "a"), Node(2, 1, "b"), Node(4, 0, "c")]
    for resources, asked, largest in [
        ({"cpus": 5}, "5 CPUs", "4 CPUs"),
        ({"cpus": 2, "gpus": 2}, "2 CPUs and 2 GPUs", "2 CPUs and 1 GPU"),
        ({"cpus": 3, "gpus": 0.5}, "3 CPUs and 0.5 GPUs", "2 CPUs and 0.5 GPUs"),
    ]:
        sentence = f"'net' asks for {asked}; the largest node of the cluster has {largest}."
        with pytest.raises(UsageError, match=sentence):
            check_needs([job("modest"), job("net", **resources)], nodes)


def test_what_a_node_can_hold_is_not_refused_nor_is_a_gpu_where_there_is_none() -> None:
    """The same suite runs on CPUs where no node has a GPU."""
    check_needs([job("modest"), job("wide", cpus=4), job("net", gpus=1)], [Node(2, 1, "a"), Node(4, 0, "b")])
    check_needs([job("net", gpus=8)], [Node(2)])

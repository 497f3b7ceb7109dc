"""Has Ray started on this machine, or joins a cluster, and says what there is."""

from __future__ import annotations

import importlib
import logging
import os
import signal
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from oversample_bench.core.errors import UsageError
from oversample_bench.evaluation import threads
from oversample_bench.execution.runners.ray_start import QUIET, RayStartError, start
from oversample_bench.execution.runners.slots import Node

PROBE_SECONDS = 3.0
ANSWER_SECONDS = 10.0

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes([0, 0, 0, 4, 0, 0, 0, 0, 0])
"""What a client of HTTP/2, and so of gRPC, begins with: the preface and empty settings."""
KIND, SETTINGS_FRAME = 3, 4
"""Where a frame says what it is, and what a server has to answer first."""

SETTINGS = {
    "RAY_ENABLE_UV_RUN_RUNTIME_ENV": "0",  # else workers may start with another Python under `uv run`
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "1",  # who asks for no GPU sees none
    "RAY_DEDUP_LOGS_SKIP_REGEX": "A worker died or was killed",  # that is a row of our table
    "RAY_worker_register_timeout_seconds": "300",  # on busy cores Python and its imports take more than 60
}
"""Read by Ray when it is imported; what the user has set stays."""
UNSEEN = {"RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "1"}
"""Read by workers: on a cluster that somebody else has started they do not have what is set here."""


@dataclass(frozen=True)
class Cluster:
    """A cluster to run on.

    Parameters
    ----------
    address : str, default=""
        Of a running cluster (``auto``, ``ray://host:10001``); empty to start one on this machine.
    workers : int, default=0
        CPU slots to use; 0 for all there are.
    """

    address: str = ""
    workers: int = 0


def cores() -> int:
    """Return the number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@dataclass(frozen=True)
class Connection:
    """What a cluster has, and a sentence for each thing that is done in another way than usual.

    ``bounds`` are the nodes of a cluster that was joined, whole, whatever part of them is to be used: what
    none of them can hold is refused. On this machine, and where no node has joined yet, it is empty;
    ``waits`` tells the second, and ``workers`` how many CPUs are to be used at most (0: all).
    """

    nodes: tuple[Node, ...]
    notices: tuple[str, ...] = ()
    bounds: tuple[Node, ...] = ()
    workers: int = 0
    waits: bool = False


@contextmanager
def connected(cluster: Cluster) -> Iterator[Connection]:
    """Yield what there is in a cluster that is there for the length of the block.

    Raises
    ------
    RayStartError
        When Ray cannot be used on this machine.
    UsageError
        When there is no cluster at the address, or none that can be joined.
    """
    os.environ.update({name: os.environ.get(name, value) for name, value in SETTINGS.items()})
    ray = _imported()
    ours = not ray.is_initialized()
    notices: list[str] = []
    if ours:
        with _signals_kept():
            notices = _join(cluster.address) if cluster.address else start(cluster.workers or cores())
    elif cluster.address:
        notices = [f"This process is connected to Ray already; '{cluster.address}' is not asked."]
    try:
        found = ray.nodes()
        bounds = tuple(able(found)) if cluster.address else ()
        nodes, waits = chosen(found, cluster.workers), bool(cluster.address) and not bounds
        yield Connection(nodes, tuple(notices), bounds, cluster.workers, waits)
    finally:
        if ours:
            ray.shutdown()


def _imported() -> Any:
    logging.getLogger("ray").setLevel(logging.ERROR)
    try:
        return importlib.import_module("ray")
    except Exception as error:  # a broken installation raises what it likes
        raise RayStartError(
            f"Ray cannot be imported ({type(error).__name__}: {error}). Install it with `pip install ray`"
        ) from error


@contextmanager
def _signals_kept() -> Iterator[None]:
    """Give SIGTERM back to whom it belonged: Ray takes it over, and would end the run without a report."""
    before = signal.getsignal(signal.SIGTERM)
    try:
        yield
    finally:
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, before)


def able(found: Sequence[dict[str, Any]]) -> list[Node]:
    """Return the nodes that have room for a worker, the large ones first."""
    alive = [(node, node.get("Resources", {})) for node in found if node["Alive"]]
    nodes = [
        Node(part.get("CPU", 0), part.get("GPU", 0), node["NodeID"], node.get("NodeManagerHostname", ""))
        for node, part in alive
    ]
    return sorted((node for node in nodes if node.cpus >= 1), key=lambda node: (-node.gpus, -node.cpus))


def chosen(found: Sequence[dict[str, Any]], workers: int) -> tuple[Node, ...]:
    """Return the nodes that have room for a worker, up to so many CPU slots (0: all)."""
    taken, left = [], float(workers or "inf")
    for node in able(found):
        if left >= 1:
            taken.append(replace(node, cpus=min(node.cpus, left)))
            left -= taken[-1].cpus
    if len(taken) < 2:  # Ray finds it without being told; none yet: Ray may be about to start one
        return (replace(taken[0], name="") if taken else Node(1),)
    return tuple(taken)


def _join(address: str) -> list[str]:
    """Join a running cluster; its workers have one thread a slot."""
    import ray

    _probe(address)
    try:
        ray.init(address=address, runtime_env={"env_vars": threads.environment() | UNSEEN}, **QUIET)
    except Exception as error:  # ray raises bare exceptions among others
        raise _no_answer(address, error) from error
    return []


def _probe(address: str) -> None:
    """Knock at the port of an address for some seconds; Ray itself would go on for minutes."""
    named = os.environ.get("RAY_ADDRESS", "") if address == "auto" else address
    host, colon, port = named.rpartition("://")[2].rpartition(":")
    if not colon or not port.isdigit():  # `auto`, or a form that Ray knows better
        return
    try:
        with socket.create_connection((host.strip("[]"), int(port)), timeout=PROBE_SECONDS) as connection:
            _expect_server(connection)
    except (OSError, OverflowError) as error:
        raise _no_answer(address, error) from error


def _expect_server(connection: socket.socket) -> None:
    """Check that somebody who speaks Ray's language answers at once; with TLS that is left to Ray.

    Raises
    ------
    OSError
        When nobody does.
    """
    if os.environ.get("RAY_USE_TLS", "0") not in {"", "0"}:
        return
    connection.settimeout(ANSWER_SECONDS)
    connection.sendall(PREFACE)
    answer = connection.recv(len(PREFACE))
    if len(answer) <= KIND or answer[KIND] != SETTINGS_FRAME:
        raise OSError("something else listens there")


def _no_answer(address: str, error: Exception) -> UsageError:
    reason = " ".join(str(error).split()) or type(error).__name__
    if "ersion mismatch" in reason:
        return UsageError(f"the Ray cluster at '{address}' cannot be joined. {reason}")
    return UsageError(
        f"no Ray cluster answers at '{address}' ({reason}). Start one with `ray start --head` "
        "and name it with --address auto, or leave --address out to use this machine."
        f"{_of_token()}"
    )


def _of_token() -> str:
    """Return what helps where a cluster runs and demands a token, which Ray itself does not say.

    Ray writes a token when it starts on this machine alone. A head that is started later demands it, but who
    joins sends it only if told to, and a cluster that demands none cannot be joined with it.
    """
    if os.environ.get("RAY_AUTH_MODE") or not (Path.home() / ".ray" / "auth_token").is_file():
        return ""
    return (
        " If it runs, it may demand the token in ~/.ray/auth_token, as heads do that were started beside "
        "one: then set RAY_AUTH_MODE=token, and do the same again."
    )

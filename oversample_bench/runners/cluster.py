"""Starts a local Ray cluster or joins one, and says what it has."""

from __future__ import annotations

import logging
import os
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psutil

from oversample_bench import threads
from oversample_bench.errors import UsageError

MIB = 2**20
PROBE_SECONDS = 3.0

SETTINGS = {
    "RAY_ENABLE_UV_RUN_RUNTIME_ENV": "0",  # else workers may start with another Python under `uv run`
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "1",  # who asks for no GPU sees none
    "RAY_DEDUP_LOGS_SKIP_REGEX": "A worker died or was killed",  # that is a row of our table
}
"""Read by Ray when it is imported; what the user has set stays."""


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


@contextmanager
def connected(cluster: Cluster) -> Iterator[dict[str, float]]:
    """Yield the resources (``CPU``, ``GPU``) of a cluster that is there for the length of the block."""
    os.environ.update({name: os.environ.get(name, value) for name, value in SETTINGS.items()})
    import ray

    ours = not ray.is_initialized()
    if ours:
        with _signals_kept():
            _start(cluster)
    try:
        yield _resources(cluster, ray.cluster_resources())
    finally:
        if ours:
            ray.shutdown()


@contextmanager
def _signals_kept() -> Iterator[None]:
    """Give SIGTERM back to whom it belonged: Ray takes it over, and would end the run without a report."""
    before = signal.getsignal(signal.SIGTERM)
    yield
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, before)


def _resources(cluster: Cluster, found: dict[str, float]) -> dict[str, float]:
    slots = float(found.get("CPU", 1))
    return {"CPU": min(slots, cluster.workers) if cluster.workers else slots, "GPU": found.get("GPU", 0)}


def _start(cluster: Cluster) -> None:
    """Start or join; workers inherit one thread a slot."""
    logging.getLogger("ray").setLevel(logging.ERROR)
    import ray

    quiet: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.ERROR}
    if not cluster.address:
        threads.claim()
        ray.init(
            address="local",  # whatever else runs on this machine
            num_cpus=cluster.workers or cores(),
            include_dashboard=False,
            object_store_memory=_object_store(),
            **quiet,
        )
        return
    _probe(cluster.address)
    try:
        ray.init(address=cluster.address, runtime_env={"env_vars": threads.environment()}, **quiet)
    except (ConnectionError, ValueError, RuntimeError) as error:
        raise _no_answer(cluster.address, error) from error


def _probe(address: str) -> None:
    """Knock at the port of an address for some seconds; Ray itself would go on for minutes."""
    host, colon, port = address.rpartition("://")[2].rpartition(":")
    if not colon or not port.isdigit():  # `auto`, or a form that Ray knows better
        return
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=PROBE_SECONDS).close()
    except OSError as error:
        raise _no_answer(address, error) from error


def _no_answer(address: str, error: Exception) -> UsageError:
    reason = (str(error).strip() or type(error).__name__).splitlines()[0]
    return UsageError(
        f"no Ray cluster answers at '{address}' ({reason}). Start one with `ray start --head` "
        "and name it with --address auto, or leave --address out to use this machine."
    )


def _object_store() -> int:
    """Return the bytes for shared arrays: Ray's default would take a third of the machine."""
    memory = psutil.virtual_memory().total
    shared = psutil.disk_usage("/dev/shm").free if os.path.isdir("/dev/shm") else memory  # noqa: PTH112, S108 - where Ray keeps it
    return int(max(128 * MIB, min(0.15 * memory, 0.8 * shared, 4096 * MIB)))

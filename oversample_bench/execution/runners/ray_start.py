"""Starts Ray on this machine; says in a sentence why it cannot, and leaves nothing of a failed start behind.

A start that was too slow is tried once more with more patience. Where the usual temporary folder will not do,
another one is taken, and that is said.
"""

from __future__ import annotations

import importlib
import inspect
import logging
import os
import socket
import sys
import time
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import ExitStack, contextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import Any

import psutil

from oversample_bench.core.errors import UsageError, first_line
from oversample_bench.evaluation import threads

MIB = 2**20
SHARED = Path("/dev/shm")  # noqa: S108 - where Ray keeps its arrays
LEAST_STORE_MIB = 128
LEAST_FREE_MIB = 64
"""For the logs and sockets of a session."""

DEEPEST = "session_2000-01-01_00-00-00_000000_0000000/sockets/plasma_store"
"""What Ray makes under its temporary folder, at its longest."""
MOST_LETTERS = 107 if sys.platform == "linux" else 103
"""Of the path of a socket."""

CANNOT = "Ray cannot start on this machine: "
QUIET: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.ERROR}
PATIENCE_SECONDS = 120
PORTS = (
    "metrics_agent_port",
    "metrics_export_port",
    "dashboard_agent_listen_port",
    "runtime_env_agent_port",
)
"""On which Ray's agents listen."""


class RayStartError(UsageError):
    """Ray cannot be used on this machine, and nothing of it is running."""


def start(slots: int) -> list[str]:
    """Start Ray with so many CPU slots, one thread each.

    Returns
    -------
    list of str
        A sentence for each thing that is done in another way than usual.

    Raises
    ------
    RayStartError
        When it cannot start.
    """
    folder, moved = temporary_folder()
    store, slower = _object_store(folder)
    threads.claim()
    asked = {"num_cpus": slots, "object_store_memory": store, "_temp_dir": str(folder)}
    try:
        _init(asked)
    except RayStartError as error:
        with more_patience():
            _init(asked, PATIENCE_SECONDS)
        reason = str(error).removeprefix(CANNOT)
        slower.append(f"Ray started at the second try, with more patience; at the first one {reason}.")
    return moved + slower


def _init(asked: dict[str, Any], patience_seconds: float = 0.0) -> None:
    """Start once; what a start that failed has left running is ended."""
    import ray

    before = {process.pid for process in _children()}
    try:
        with _changed("services", "get_node", lambda get: partial(_awaited, get, patience_seconds)):
            ray.init(address="local", include_dashboard=False, **asked, **QUIET)  # whatever else runs here
    except BaseException as error:
        ray.shutdown()
        _end([process for process in _children() if process.pid not in before])
        if isinstance(error, Exception):
            reason = first_line(error).split(". ")[0].rstrip(".")
            raise RayStartError(f"{CANNOT}{reason}") from error
        raise


def _children() -> list[psutil.Process]:
    """Return the processes of Ray that this one has started."""
    import ray

    home = str(Path(ray.__file__).parent)
    found = []
    for process in psutil.Process().children(recursive=True):
        try:
            words = process.cmdline()
        except psutil.Error:  # it has ended
            continue
        if any(word.startswith((home, "ray::")) for word in words):
            found.append(process)
    return found


def _end(processes: list[psutil.Process]) -> None:
    for process in processes:
        try:
            process.kill()
        except psutil.Error:  # it has ended by itself
            continue
    psutil.wait_procs(processes, timeout=10)


def temporary_folder() -> tuple[Path, list[str]]:
    """Return the folder for Ray's sockets and logs, and a sentence where it is not the usual one.

    Raises
    ------
    RayStartError
        When no folder will do.
    """
    named = next((os.environ[name] for name in ("RAY_TMPDIR", "TMPDIR") if os.environ.get(name)), "/tmp")  # noqa: S108
    folders = dict.fromkeys(Path(folder).absolute() / "ray" for folder in (named, "/tmp", "/var/tmp"))  # noqa: S108
    wrong: list[str] = []
    for folder in folders:
        why = _unfit(folder)
        if not why:
            so = f"Ray keeps its sockets and logs in '{folder}', since {wrong[0]}. " if wrong else ""
            return folder, [f"{so}RAY_TMPDIR names another folder."] if so else []
        wrong.append(f"'{folder}' {why}")
    raise RayStartError(
        f"{CANNOT}{'; '.join(wrong)}. Name a folder with a short path and some free space with RAY_TMPDIR"
    )


def _unfit(folder: Path) -> str:
    """Return why Ray cannot use a folder; empty where it can."""
    letters = len(os.fsencode(folder / DEEPEST))
    if letters > MOST_LETTERS:
        return f"makes paths of sockets of {letters} bytes, where {MOST_LETTERS} are possible"
    there = next(parent for parent in (folder, *folder.parents) if parent.exists())
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        return "cannot be written to"
    return "is on a full disk" if psutil.disk_usage(str(there)).free < LEAST_FREE_MIB * MIB else ""


def _object_store(folder: Path) -> tuple[int, list[str]]:
    """Return the bytes for shared arrays, of which Ray would take a third of the machine.

    Raises
    ------
    RayStartError
        When there is no room for them, neither in shared memory nor on disk.
    """
    memory = psutil.virtual_memory().total
    shared = psutil.disk_usage(str(SHARED)).free if SHARED.is_dir() else memory
    store = int(max(LEAST_STORE_MIB * MIB, min(0.15 * memory, 0.8 * shared, 4096 * MIB)))
    if shared >= store:
        return store, []
    there = next(parent for parent in (folder, *folder.parents) if parent.exists())
    room = f"{SHARED} has room for {shared / MIB:.0f} MiB only"
    if psutil.disk_usage(str(there)).free < store:
        raise RayStartError(
            f"{CANNOT}{room}, and '{there}' has no {store / MIB:.0f} MiB either. "
            "Free some space, or name another folder with RAY_TMPDIR"
        )
    return store, [f"Ray keeps its arrays in '{folder}', which is slower, since {room}."]


@contextmanager
def more_patience() -> Iterator[None]:
    """Have Ray wait longer than it does of its own accord, for the length of the block.

    Ray 2.60 gives its agents 15 seconds to write down on which ports they listen; on busy cores their imports
    alone take longer. So the ports are chosen and written down before.
    """
    ports = dict(zip(PORTS, _free_ports(len(PORTS)), strict=True))
    with (
        _replaced(os.environ, "RAY_gcs_server_port_wait_time_s", str(PATIENCE_SECONDS)),
        _changed("ray_constants", "NUM_REDIS_GET_RETRIES", lambda _: PATIENCE_SECONDS),
        _changed("parameter", "RayParams", lambda made: lambda **asked: made(**{**asked, **ports})),
        _changed("services", "start_raylet", lambda begin: partial(_begun, begin, ports)),
    ):
        yield


@contextmanager
def _changed(module: str, name: str, change: Callable[[Any], Any]) -> Iterator[None]:
    """Put something else in the place of an internal of Ray; a version that lacks it is left as it is."""
    internals = vars(importlib.import_module(f"ray._private.{module}"))
    with _replaced(internals, name, change(internals[name])) if name in internals else nullcontext():
        yield


@contextmanager
def _replaced(names: MutableMapping[str, Any], name: str, value: Any) -> Iterator[None]:
    """Let a name stand for something else."""
    there, before = name in names, names.get(name)
    names[name] = value
    try:
        yield
    finally:
        if there:
            names[name] = before
        else:
            del names[name]


def _free_ports(count: int) -> list[int]:
    """Return ports on which nobody listens."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("", 0))
        return [one.getsockname()[1] for one in sockets]


def _begun(begin: Callable[..., Any], ports: dict[str, int], *args: Any, **kwargs: Any) -> Any:
    """Start a node whose agents have their ports already, written down where it looks for them."""
    persist = getattr(importlib.import_module("ray._raylet"), "persist_port", None)
    asked = inspect.signature(begin).bind(*args, **kwargs).arguments
    if persist is not None and asked.keys() >= {"session_dir", "node_id"}:
        for name, port in ports.items():
            persist(asked["session_dir"], asked["node_id"], name, port)
    return begin(*args, **kwargs)


def _awaited(get: Callable[..., Any], patience_seconds: float, *args: Any) -> Any:
    """Ask for a node until it is there, as long as its process lives.

    Raises
    ------
    ChildProcessError
        When it has ended, for which Ray would wait as for one that lives.
    """
    over = time.monotonic() + patience_seconds
    while True:
        try:
            return get(*args)
        except RuntimeError:
            if not any("raylet" in process.name() for process in _children()):
                raise ChildProcessError("its process for this machine ended as it began") from None
            if time.monotonic() >= over:
                raise
        time.sleep(0.5)

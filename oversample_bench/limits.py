"""Holds one call of foreign code to seconds and MiB, and measures what it took.

The memory limit makes an allocation fail inside the process, which mostly ends as a row ``oom``; a library
that does not expect that may still abort, and then costs its worker. The time limit here interrupts Python
code and sleeping, but not a library that computes without returning: then the Ray runner kills the worker.
"""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from oversample_bench.outcome import LimitReached

MIB = 2**20
STATUS = Path("/proc/self/status")
CLEAR = Path("/proc/self/clear_refs")


@dataclass
class Cost:
    """Wall-clock seconds and MiB that a call added at its peak (None where the system does not tell)."""

    seconds: float = 0.0
    peak_mib: float | None = None


@contextmanager
def measured() -> Iterator[Cost]:
    """Fill the yielded `Cost` when the block ends."""
    cost = Cost()
    before = _reset_peak()
    start = time.perf_counter()
    try:
        yield cost
    finally:
        cost.seconds = time.perf_counter() - start
        after = _status_mib("VmHWM") if before is not None else None
        if before is not None and after is not None:
            cost.peak_mib = max(0.0, after - before)


def _reset_peak() -> float | None:
    """Set the high-water mark of this process to its present size, which is returned (Linux)."""
    try:
        CLEAR.write_text("5")
    except OSError:
        return None
    return _status_mib("VmRSS")


def _status_mib(field: str) -> float | None:
    try:
        lines = STATUS.read_text().splitlines()
    except OSError:
        return None
    found = [line.split()[1] for line in lines if line.startswith(f"{field}:")]
    return int(found[0]) / 1024 if found else None


@contextmanager
def time_limit(seconds: float | None) -> Iterator[None]:
    """Raise `LimitReached` in the block after ``seconds`` (None: never; main thread of POSIX only)."""
    if (
        seconds is None
        or not hasattr(signal, "setitimer")
        or threading.current_thread() is not threading.main_thread()
    ):
        yield
        return

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise LimitReached(f"took longer than its limit of {seconds:g} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@contextmanager
def memory_limit(mib: float | None) -> Iterator[None]:
    """Let the block add at most ``mib`` MiB to this process's data (None: no limit; Linux only)."""
    used = _status_mib("VmData") if sys.platform == "linux" and mib is not None else None
    if used is None or mib is None:
        yield
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    wanted = int((used + mib) * MIB)
    allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (allowed, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))

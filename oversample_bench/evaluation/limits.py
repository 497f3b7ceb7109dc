"""Holds one call of foreign code to seconds and MiB, and measures what it took.

The memory limit makes an allocation fail inside the process, which mostly ends as a row ``oom``; a library
that does not expect that may still abort, and then costs its worker.

The time limit has two halves. An alarm interrupts Python code and sleeping, where there is one: in the main
thread of POSIX. Whoever cannot be interrupted, or swallows, clears or replaces the alarm, is judged by the
clock when it comes back: too late is too late, whatever it comes back with. Who never comes back is left to
the Ray runner, which kills the worker; in this process nothing can.
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

from oversample_bench.core.outcome import LimitReached

MIB = 2**20
YEAR_SECONDS = 3.2e7
"""A timer takes no number of seconds whatever."""
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


def can_interrupt() -> bool:
    """Tell whether a call can be interrupted here: in the main thread of POSIX."""
    return hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()


@contextmanager
def time_limit(seconds: float | None) -> Iterator[None]:
    """Raise `LimitReached` where the block takes longer than ``seconds``; None is no limit.

    A block that cannot be interrupted is judged when it ends, also when it ends with an exception.
    """
    if seconds is None:
        yield
        return
    start = time.perf_counter()
    try:
        with _alarm(seconds):
            yield
    except (KeyboardInterrupt, GeneratorExit, LimitReached):
        raise
    except BaseException as error:
        if time.perf_counter() - start > seconds:
            raise _too_late(seconds) from error
        raise
    if time.perf_counter() - start > seconds:
        raise _too_late(seconds)


def _too_late(seconds: float) -> LimitReached:
    return LimitReached(f"took longer than its limit of {seconds:g} s and could not be interrupted")


@contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    """Interrupt the block after ``seconds`` where that can be done.

    Behind the block handler, signal mask and timer are those of before, whatever the block did to them.
    """
    if not can_interrupt():
        yield
        return
    is_on = True

    def stop(_number: int, _frame: FrameType | None) -> None:
        if is_on:  # else it has ended in this very moment
            raise LimitReached(f"took longer than its limit of {seconds:g} s")

    start = time.perf_counter()
    before = signal.signal(signal.SIGALRM, stop)
    mask = signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGALRM])
    left, interval = signal.setitimer(signal.ITIMER_REAL, min(seconds, YEAR_SECONDS))
    try:
        try:
            yield
        finally:
            is_on = False
    finally:
        signal.signal(signal.SIGALRM, stop)  # what was blocked and is let through now rings here, unheard
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        signal.signal(signal.SIGALRM, signal.SIG_DFL if before is None else before)
        if left:  # somebody else's alarm
            passed = time.perf_counter() - start
            signal.setitimer(signal.ITIMER_REAL, max(left - passed, 1e-3), interval)


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

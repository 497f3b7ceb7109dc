"""A call is held to its limits, and what it took is measured."""

import contextlib
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from oversample_bench.core.outcome import LimitReached
from oversample_bench.evaluation.limits import (
    CLEAR,
    MIB,
    Cost,
    can_interrupt,
    measured,
    memory_limit,
    time_limit,
)

linux = pytest.mark.skipif(sys.platform != "linux", reason="the limit is one of Linux")
needs_peak = pytest.mark.skipif(not CLEAR.exists(), reason="this system does not tell a process its peak")


def forever():
    n = 0
    while True:
        n += 1


def swallowing():
    """Loop like a plugin that catches every `Exception`."""
    while True:
        try:
            forever()
        except Exception:  # noqa: BLE001 - this is the rule
            continue


@pytest.mark.parametrize("call", [lambda: time.sleep(60), forever, swallowing])
def test_a_call_that_outlives_its_limit_is_interrupted(call):
    """Sleep, a loop, and a loop that catches exceptions all end."""
    before = signal.getsignal(signal.SIGALRM)
    with pytest.raises(LimitReached, match=r"took longer than its limit of 0\.05 s"), time_limit(0.05):
        call()

    assert signal.getsignal(signal.SIGALRM) is before
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)


def test_a_call_within_its_limit_is_left_alone():
    """A block that ends in time is not interrupted later, and the handler of before is back."""

    def mine(*_):
        pytest.fail("nobody set this alarm")

    before = signal.signal(signal.SIGALRM, mine)
    try:
        with time_limit(60):
            inside = signal.getsignal(signal.SIGALRM)
        after = signal.getsignal(signal.SIGALRM)
    finally:
        signal.signal(signal.SIGALRM, before)

    assert inside is not mine
    assert after is mine
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)


def test_an_exception_of_the_call_passes_and_lifts_the_limit():
    """What the block raises is what comes out."""
    with pytest.raises(ZeroDivisionError), time_limit(60):
        _ = 1 / 0

    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)


def test_no_limit_sets_no_alarm():
    """Without a limit the clock is not touched."""
    with time_limit(None):
        assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)


def swallows_it():
    """Sleep through the alarm."""
    until = time.monotonic() + 0.1
    while time.monotonic() < until:
        with contextlib.suppress(BaseException):
            time.sleep(0.1)


def clears_it():
    """Switch the alarm off, like a library that has a timer of its own."""
    signal.alarm(0)
    time.sleep(0.1)


def replaces_it():
    """Put another handler in its place, and leave it there."""
    signal.signal(signal.SIGALRM, lambda *_: None)
    time.sleep(0.1)


def blocks_it():
    """Hold signals back, and never let them through again."""
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM, signal.SIGTERM])
    time.sleep(0.1)


def makes_another_of_it():
    """Raise something else where it was interrupted."""
    try:
        forever()
    except BaseException as error:
        raise ValueError("the solver was disturbed") from error


def leaves_a_timer():
    """Set a timer that rings when all is over."""
    signal.setitimer(signal.ITIMER_REAL, 0.15, 0.01)
    time.sleep(0.1)


LATE = [swallows_it, clears_it, replaces_it, blocks_it, makes_another_of_it, leaves_a_timer]


@pytest.mark.parametrize("call", LATE)
def test_a_call_that_comes_back_too_late_has_reached_its_limit(call):
    """Whoever swallows, clears, replaces or blocks the alarm is judged by the clock when it comes back."""
    before = signal.getsignal(signal.SIGALRM)
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, [])
    with pytest.raises(LimitReached, match=r"longer than its limit of 0\.05 s"), time_limit(0.05):
        call()

    assert signal.getsignal(signal.SIGALRM) is before
    assert signal.pthread_sigmask(signal.SIG_BLOCK, []) == mask
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)


@pytest.mark.parametrize("call", LATE)
def test_whatever_a_call_does_to_the_alarm_the_next_one_is_interrupted(call):
    """What one method does to signals and timers does not reach another one's limit."""
    with contextlib.suppress(LimitReached), time_limit(0.05):
        call()

    with pytest.raises(LimitReached), time_limit(0.05):
        forever()


def test_an_exception_that_is_in_time_stays_what_it_is():
    """A call that fails within its limit has failed, and has not reached the limit."""
    with pytest.raises(ValueError, match="no rows"), time_limit(60):
        raise ValueError("no rows")


@pytest.mark.parametrize("stop", [KeyboardInterrupt, GeneratorExit])
def test_who_stops_a_run_is_heard_after_a_limit(stop):
    """Ctrl-C in a call that is late stops the run, and is no timeout."""

    def late():
        swallows_it()
        raise stop

    with pytest.raises(stop), time_limit(0.01):
        late()


def test_the_alarm_of_somebody_else_still_rings():
    """A timer that was running before goes on behind the block, with its handler."""
    rung = threading.Event()
    before = signal.signal(signal.SIGALRM, lambda *_: rung.set())
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.1)
        with time_limit(60):
            time.sleep(0.2)
        in_the_block = rung.is_set()
        rung.wait(60)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)

    assert (in_the_block, rung.is_set()) == (False, True)


def in_a_thread(call):
    """Return what comes of a call outside the main thread."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(call).exception()


def test_outside_the_main_thread_a_call_is_judged_when_it_comes_back():
    """Only the main thread can be interrupted; elsewhere too late is too late as well."""

    def late():
        with time_limit(0.01):
            time.sleep(0.05)

    def in_time():
        with time_limit(60):
            time.sleep(0.01)

    assert isinstance(in_a_thread(late), LimitReached)
    assert in_a_thread(in_time) is None


def test_a_system_without_alarms_judges_when_a_call_comes_back(monkeypatch):
    """Where there is no timer to set the clock alone decides."""
    monkeypatch.delattr(signal, "setitimer")

    assert not can_interrupt()
    with pytest.raises(LimitReached), time_limit(0.01):
        time.sleep(0.05)


def test_it_is_known_whether_a_call_can_be_interrupted():
    """In the main thread it can, elsewhere not."""
    with ThreadPoolExecutor(1) as pool:
        elsewhere = pool.submit(can_interrupt).result()

    assert (can_interrupt(), elsewhere) == (True, False)


MEMORY = """
import resource
import numpy as np
from oversample_bench.evaluation.limits import memory_limit

before = resource.getrlimit(resource.RLIMIT_DATA)
try:
    with memory_limit(50):
        within = np.ones(20 * 2**17)
        np.ones(200 * 2**17)
except MemoryError as error:
    print(type(error).__name__)
print(resource.getrlimit(resource.RLIMIT_DATA) == before, np.ones(200 * 2**17).nbytes // 2**20)
"""


@linux
def test_an_allocation_beyond_the_limit_fails_inside_the_process():
    """The process lives on, the limit is lifted behind the block, and what fitted was given."""
    done = subprocess.run([sys.executable, "-c", MEMORY], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout.split()) == (0, ["MemoryError", "True", "200"]), done.stderr


@linux
def test_no_memory_limit_sets_none():
    """Without a limit the process keeps the one that it has."""
    import resource

    with memory_limit(None):
        inside = resource.getrlimit(resource.RLIMIT_DATA)

    assert inside == resource.getrlimit(resource.RLIMIT_DATA)


def test_seconds_are_measured_even_when_the_call_fails():
    """The cost of a call is known at its end, however it ends."""

    def failing():
        time.sleep(0.01)
        return 1 / 0

    with pytest.raises(ZeroDivisionError), measured() as cost:
        failing()

    assert cost.seconds >= 0.01


@needs_peak
def test_the_peak_grows_with_what_is_allocated():
    """A block of memory counts at its height, also when it is given back before the end."""
    with measured() as small:
        np.ones(4 * MIB // 8)
    with measured() as large:
        np.ones(200 * MIB // 8)

    assert 180 < large.peak_mib < 260
    assert small.peak_mib < 100


@needs_peak
def test_what_was_there_before_does_not_count():
    """The peak of a call is what it added: an earlier and higher one is forgotten."""
    np.ones(300 * MIB // 8)
    with measured() as cost:
        np.ones(10 * MIB // 8)

    assert 0 <= cost.peak_mib < 150


def test_a_system_that_does_not_tell_gives_no_peak(monkeypatch, tmp_path):
    """Where there is no such file the peak is empty, and not zero."""
    monkeypatch.setattr("oversample_bench.evaluation.limits.CLEAR", tmp_path / "no" / "such")
    with measured() as cost:
        pass

    assert cost.peak_mib is None


def test_a_cost_begins_at_nothing():
    """Before the end of the block nothing is known."""
    assert Cost() == Cost(0.0, None)

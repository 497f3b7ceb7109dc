"""What becomes of a call: a value, or a reason that fits into a table."""

import re
import warnings
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.svm import LinearSVC

from oversample_bench.api import Unavailable
from oversample_bench.core.outcome import TRACEBACK_LINES, Failed, LimitReached, Ok, Skip, Status, attempt

LINE_ENDS = "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"


class Mute(Exception):  # noqa: N818 - its name is what is looked at
    """An exception of a plugin that cannot be printed."""

    def __str__(self):
        raise RuntimeError("not even this")


def raising(error):
    raise error


def failure(error):
    """Return the outcome of a call that raises ``error``."""
    found = attempt("resample", raising, error)
    assert isinstance(found, Failed)
    return found


def test_a_value_is_returned_with_its_seconds():
    """What the function returns is the value; arguments are handed on by position and by name."""
    found = attempt("split", divmod, 7, 2)
    named = attempt("split", sorted, [1, 2], reverse=True)

    assert isinstance(found, Ok)
    assert (found.value, named.value) == ((3, 1), [2, 1])
    assert found.seconds >= 0


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (ValueError("k"), Status.FAILED),
        (AssertionError(), Status.FAILED),
        (RecursionError("deep"), Status.FAILED),
        (SystemExit(3), Status.FAILED),
        (Unavailable("not here"), Status.FAILED),
        (UserWarning("as an error"), Status.FAILED),
        (ExceptionGroup("two", [ValueError("a"), KeyError("b")]), Status.FAILED),
        (MemoryError(), Status.OOM),
        (np.exceptions.AxisError("axis"), Status.FAILED),
        (LimitReached("took longer"), Status.TIMEOUT),
        (Skip("too few rows"), Status.SKIPPED),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else str(value),
)
def test_what_is_raised_becomes_a_status(error, status):
    """Each kind of failure has its status, and keeps its stage and its type."""
    found = failure(error)

    assert (found.status, found.stage, found.kind) == (status, "resample", type(error).__name__)
    assert found.seconds >= 0


def test_an_array_that_does_not_fit_is_out_of_memory():
    """NumPy's own kind of MemoryError counts as one."""
    found = attempt("resample", np.empty, 2**55)

    assert found.status is Status.OOM
    assert "Unable to allocate" in found.message


@pytest.mark.parametrize("error", [KeyboardInterrupt(), GeneratorExit()])
def test_an_interruption_passes_through(error):
    """Ctrl-C is nobody's failure: it reaches the driver, and so does whatever else ends a program."""
    with pytest.raises(type(error)):
        attempt("resample", raising, error)


def test_a_limit_is_not_swallowed_by_a_plugin():
    """A plugin that catches every `Exception` does not catch the end of its time."""

    def greedy():
        try:
            raising(LimitReached("took longer"))
        except Exception:  # noqa: BLE001 - this is the rule
            return "survived"

    assert attempt("resample", greedy).status is Status.TIMEOUT


@given(text=st.text(st.one_of(st.characters(), st.sampled_from(LINE_ENDS + " \t"))))
def test_the_message_is_one_line(text):
    """Whatever an exception says, a table gets one line with something in it, which a file can hold."""
    found = failure(ValueError(text))

    assert len(found.message.splitlines()) == 1
    assert found.message == found.message.strip() != ""
    assert (found.message + found.traceback).encode()


def test_the_message_is_the_first_line_with_text():
    """Empty lines before the sentence, and the lines behind it, are left out."""
    assert failure(ValueError("\n \n  first  \nsecond")).message == "first"


@pytest.mark.parametrize("error", [ValueError(), ValueError(" \n "), Mute()])
def test_an_exception_that_says_nothing_is_named(error):
    """Without a text the message is the type; an exception that cannot even be printed is no exception."""
    assert failure(error).message == f"{type(error).__name__} without a message"


def test_the_traceback_is_kept_in_its_last_lines():
    """A deep traceback is cut to its end, where the reason stands."""

    def deep(n):
        return deep(n - 1) + deep(n - 2) if n else raising(ValueError("at the bottom"))

    def chained():
        try:
            deep(60)
        except ValueError as error:
            raise RuntimeError("on the way up") from error

    lines = attempt("resample", chained).traceback.splitlines()

    assert len(lines) <= TRACEBACK_LINES
    assert lines[-1] == "RuntimeError: on the way up"


def test_a_traceback_names_files_as_imports_do():
    """The same fault leaves the same traceback everywhere: no folder of an installation is in it."""
    found = attempt("trial", LinearSVC().fit, np.zeros((2, 1)), np.zeros(2)).traceback

    files = re.findall(r'File "([^"]+)"', found)
    assert "oversample_bench/core/outcome.py" in files
    assert "sklearn/svm/_classes.py" in files
    assert not any(Path(file).is_absolute() for file in files)


def test_a_skip_has_no_traceback():
    """That a set has too few rows is no fault of any code."""
    assert failure(Skip("too few rows")).traceback == ""


def test_warnings_are_left_alone():
    """A call that warns has succeeded; who may hear it is not decided here."""

    def warning():
        warnings.warn("careful", UserWarning, stacklevel=1)
        return 1

    with pytest.warns(UserWarning, match="careful"):
        found = attempt("resample", warning)

    assert found.value == 1


def test_statuses_are_the_words_of_the_store():
    """A status is written as its word."""
    assert [str(status) for status in Status] == [
        *("ok", "failed", "timeout", "crashed", "oom", "upstream", "skipped")
    ]

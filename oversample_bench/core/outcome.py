"""What became of a stage: its value, or the reason why there is none.

Failure is a value. `attempt` is called in `oversample_bench.evaluation.stages`, and for each metric in
`oversample_bench.evaluation.scoring`: below it code raises freely, above it there is nothing to catch.
"""

from __future__ import annotations

import re
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from itertools import takewhile
from pathlib import Path
from typing import Generic, ParamSpec, TypeVar

from oversample_bench.api import Skip

__all__ = ["Failed", "LimitReached", "Ok", "Outcome", "Skip", "Status", "attempt"]

T = TypeVar("T")
P = ParamSpec("P")

TRACEBACK_LINES = 40
FILE = re.compile(r'(?<=  )File "(?P<path>[^"<]+)"')


class Status(StrEnum):
    """How a resample or a trial ended.

    ``upstream`` marks a trial whose resample did not succeed; ``skipped`` marks one that cannot be: too few
    rows for the ratio, or weights for a classifier that takes none.
    """

    OK = "ok"
    FAILED = "failed"
    TIMEOUT = "timeout"
    CRASHED = "crashed"
    OOM = "oom"
    UPSTREAM = "upstream"
    SKIPPED = "skipped"


class LimitReached(BaseException):
    """Interrupt a stage that outlived its limit; not an `Exception`, so that no plugin swallows it."""


@dataclass(frozen=True)
class Ok(Generic[T]):
    """A stage's value and the wall-clock seconds that it took."""

    value: T
    seconds: float = 0.0


@dataclass(frozen=True)
class Failed:
    """Why a stage has no value.

    Attributes
    ----------
    status : Status
        Anything but ``ok``.
    stage : str
        ``data``, ``split``, ``resample``, ``trial`` or ``metric``.
    kind : str
        The exception's type, the signal or the exit code.
    message : str
        One sentence for a table.
    traceback : str
        The last lines of the traceback, or of what the process wrote before it died.
    seconds : float
        Wall-clock seconds until it failed.
    """

    status: Status
    stage: str
    kind: str
    message: str
    traceback: str = ""
    seconds: float = 0.0


Outcome = Ok[T] | Failed


def attempt(stage: str, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Outcome[T]:
    """Call ``function`` and return its value as `Ok`, or what it raised as `Failed`."""
    start = time.perf_counter()
    try:
        value = function(*args, **kwargs)
    except (KeyboardInterrupt, GeneratorExit):
        raise
    except BaseException as error:  # noqa: BLE001 - a plugin may raise anything, `asyncio.CancelledError` too
        return _failed(stage, error, time.perf_counter() - start)
    return Ok(value, time.perf_counter() - start)


def _failed(stage: str, error: BaseException, seconds: float) -> Failed:
    lines = traceback.format_exception(error)
    text = FILE.sub(_importable, _storable("".join(lines))).splitlines()[-TRACEBACK_LINES:]
    return Failed(
        status=_status(error),
        stage=stage,
        kind=type(error).__name__,
        message=_sentence(error),
        traceback="" if isinstance(error, Skip) else "\n".join(text),
        seconds=seconds,
    )


def _importable(line: re.Match[str]) -> str:
    """Name a file as an import would, ``sklearn/svm/_base.py``: the same on every machine."""
    path = Path(line["path"])
    folders = takewhile(lambda folder: (folder / "__init__.py").is_file(), path.parents)
    return f'File "{Path(*[folder.name for folder in folders][::-1], path.name).as_posix()}"'


def _status(error: BaseException) -> Status:
    if isinstance(error, LimitReached):
        return Status.TIMEOUT
    if isinstance(error, MemoryError):
        return Status.OOM
    return Status.SKIPPED if isinstance(error, Skip) else Status.FAILED


def _sentence(error: BaseException) -> str:
    """Return the error's first line with text in it, or its type where it says nothing."""
    try:
        text = _storable(str(error))
    except Exception:  # noqa: BLE001 - an exception of a plugin may be broken itself
        text = ""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[0] if lines else f"{type(error).__name__} without a message"


def _storable(text: str) -> str:
    """Escape what has no UTF-8 form, such as the bytes of a badly named file: the store takes none of it."""
    return text.encode(errors="backslashreplace").decode()

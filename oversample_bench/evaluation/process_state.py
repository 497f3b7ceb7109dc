"""Puts back what a call of foreign code changed of its process, so that it reaches no other call.

Put back are the working directory (made anew where it was removed), the environment variables, the standard
streams, the limit of recursion, the handlers of SIGINT, SIGTERM and SIGCHLD, the locale, how numpy and
scikit-learn are set, torch's default type and gradients. The global random generators are given a state that
nobody knows: a method that seeds them neither fixes nor repeats the numbers of another one. All of this takes
some 30 microseconds a call.

Not put back is what is too dear to look at for each call (options of pandas, threads of libraries, the
attributes of modules) and what cannot be (files, closed streams, threads that go on): methods that are not
trusted belong on Ray, where each worker is a process of its own. Warnings are kept apart by the stages,
alarms by `oversample_bench.evaluation.limits`.
"""

from __future__ import annotations

import locale
import os
import random
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGCHLD") if hasattr(signal, name))


@contextmanager
def kept() -> Iterator[None]:
    """Leave the process behind the block as it was before it."""
    before = [part.read() for part in PARTS]
    try:
        yield
    finally:
        for part, value in zip(PARTS, before, strict=True):
            if part.read() != value:
                part.write(value)
        _stir()


def _stir() -> None:
    """Set the global random generators anew from the entropy of the system."""
    import numpy as np

    np.random.seed(int.from_bytes(os.urandom(4)))  # noqa: NPY002 - the one that foreign code shares
    random.seed(os.urandom(16))


@contextmanager
def generators_kept() -> Iterator[None]:
    """Leave the global random generators of a caller behind the block as they were before it."""
    import numpy as np

    numbers, others = np.random.get_state(), random.getstate()  # noqa: NPY002 - as above
    try:
        yield
    finally:
        np.random.set_state(numbers)  # noqa: NPY002 - as above
        random.setstate(others)


@contextmanager
def folder_kept() -> Iterator[None]:
    """Leave the working directory behind the block as it was before it, and nothing else."""
    before = _folder()
    try:
        yield
    finally:
        if _folder() != before:
            _go_to(before)


@dataclass(frozen=True)
class _Part:
    """Something that all code of a process shares."""

    read: Callable[[], Any]
    write: Callable[[Any], object]


def _folder() -> str:
    """Return the working directory; empty where it has been removed."""
    try:
        return os.getcwd()  # noqa: PTH109 - a path as text, half the time
    except OSError:
        return ""


def _go_to(folder: str) -> None:
    """Go back to a folder that may have been removed, or to the root where it cannot be made again."""
    with suppress(OSError):
        if folder:
            Path(folder).mkdir(parents=True, exist_ok=True)
            os.chdir(folder)
            return
    os.chdir(os.sep)


def _variables() -> dict[Any, Any]:
    """Return the environment as Python keeps it, undecoded: a hundredth of the time of a dict of texts."""
    raw: dict[Any, Any] = os.environ._data  # type: ignore[attr-defined]  # noqa: SLF001 - see above
    return raw.copy()


def _set_variables(before: dict[Any, Any]) -> None:
    for name in _variables().keys() - before.keys():
        del os.environ[os.fsdecode(name)]
    os.environ.update({os.fsdecode(name): os.fsdecode(value) for name, value in before.items()})


def _set_streams(streams: tuple[Any, Any, Any]) -> None:
    sys.stdin, sys.stdout, sys.stderr = streams


def _handlers() -> list[Any]:
    return [signal.getsignal(number) for number in SIGNALS]


def _set_handlers(handlers: list[Any]) -> None:
    if threading.current_thread() is not threading.main_thread():
        return  # only the main thread can change them, so it was not the call
    for number, handler in zip(SIGNALS, handlers, strict=True):
        if handler is not None:  # else it is one of a library in C
            signal.signal(number, handler)


def _errors() -> Any:
    import numpy as np

    return np.geterr()


def _set_errors(before: Any) -> None:
    import numpy as np

    np.seterr(**before)


def _sklearn() -> dict[str, Any]:
    sklearn = sys.modules.get("sklearn")
    return sklearn.get_config() if sklearn else {}


def _set_sklearn(before: dict[str, Any]) -> None:
    import sklearn

    sklearn.set_config(**before)


def _torch() -> tuple[str, bool]:
    """Return type and gradients, as torch begins where it is not loaded yet."""
    torch = sys.modules.get("torch")
    if torch is None or not hasattr(torch, "is_grad_enabled"):  # the latter: in the middle of its import
        return "float32", True
    return str(torch.get_default_dtype()).removeprefix("torch."), torch.is_grad_enabled()


def _set_torch(before: tuple[str, bool]) -> None:
    torch = sys.modules["torch"]
    name, grad = before
    torch.set_default_dtype(getattr(torch, name))
    torch.set_grad_enabled(grad)


PARTS = (
    _Part(_folder, _go_to),
    _Part(_variables, _set_variables),
    _Part(lambda: (sys.stdin, sys.stdout, sys.stderr), _set_streams),
    _Part(sys.getrecursionlimit, sys.setrecursionlimit),
    _Part(_handlers, _set_handlers),
    _Part(lambda: locale.setlocale(locale.LC_ALL), lambda name: locale.setlocale(locale.LC_ALL, name)),
    _Part(_errors, _set_errors),
    _Part(_sklearn, _set_sklearn),
    _Part(_torch, _set_torch),
)

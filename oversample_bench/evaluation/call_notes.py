"""Watches a call of foreign code for what a reader of its numbers has to know, and keeps its warnings quiet.

Two things are noted: a fit that did not converge, which libraries tell by a `ConvergenceWarning` of their
own, and a draw from a generator that all code of the process shares and nobody has seeded. All other warnings
are dropped. The processes that joblib starts for the call are watched like this one; those that it starts in
another way are not.
"""

from __future__ import annotations

import random
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ctypes import string_at
from dataclasses import dataclass, field
from functools import cache, lru_cache, partial
from typing import Any

import numpy as np

NOT_CONVERGED = "not converged"
UNSEEDED = "unseeded"
NOTES = (NOT_CONVERGED, UNSEEDED)
"""In the order of weight."""

MT19937_BYTES = (624 + 1) * 4
"""The words of the generator, and the place in them."""

PROCESSES = "loky"
"""joblib's word for calls in processes of their own."""

CONVERGENCE = "ConvergenceWarning"
"""What scikit-learn and others call theirs."""


@dataclass
class Observed:
    """What was noted so far.

    Attributes
    ----------
    notes : set of str
        Some of `NOTES`.
    """

    notes: set[str] = field(default_factory=set)

    def told(self, *more: str) -> tuple[str, ...]:
        """Return what was noted, and ``more`` of the same, in the order of weight."""
        return tuple(note for note in NOTES if note in {*self.notes, *more})

    def take(self, _message: Any, category: type[Warning], *_rest: Any, **_more: Any) -> None:
        """Take a warning, in the place of `warnings.showwarning`."""
        if _of_convergence(category):
            self.notes.add(NOT_CONVERGED)


@contextmanager
def observed() -> Iterator[Observed]:
    """Fill the yielded `Observed` while the block runs."""
    found = Observed()
    before = _generators()
    with warnings.catch_warnings(), _children_watched(found):
        warnings.simplefilter("ignore")
        for category in _told_of(len(sys.modules)):
            warnings.simplefilter("always", category)
        warnings.showwarning = found.take  # type: ignore[assignment]  # it takes all that is handed over
        yield found
    after = _generators()
    if any(state != after.get(name) for name, state in before.items()):  # one that was loaded since is new
        found.notes.add(UNSEEDED)


@dataclass(frozen=True)
class _Told:
    """What a child process returned, and what was noted of it."""

    value: Any
    notes: frozenset[str]


@dataclass(frozen=True)
class _Watched:
    """A call in a child process that is watched there."""

    call: Callable[[], Any]

    def __call__(self) -> _Told:
        with observed() as found:
            value = self.call()
        return _Told(value, frozenset(found.notes))


@contextmanager
def _children_watched(found: Observed) -> Iterator[None]:
    """Have the processes that joblib starts in the block watched, too."""
    parallel = sys.modules.get("joblib.parallel")
    plain = parallel.BACKENDS.get(PROCESSES) if parallel else None
    if parallel is None or plain is None:
        yield
        return
    parallel.register_parallel_backend(PROCESSES, partial(_watching(plain), found))
    try:
        yield
    finally:
        parallel.register_parallel_backend(PROCESSES, plain)


@cache
def _watching(plain: Any) -> Any:
    """Return joblib's backend of processes, which brings home what was noted in each."""

    class Watching(plain):  # type: ignore[misc]  # joblib ships no types
        def __init__(self, found: Observed, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self._found = found

        def submit(self, func: Callable[[], Any], callback: Any = None) -> Any:
            return super().submit(_Watched(func), callback)

        def retrieve_result_callback(self, out: Any) -> Any:
            told = super().retrieve_result_callback(out)
            if not isinstance(told, _Told):
                return told
            self._found.notes |= told.notes
            return told.value

    return Watching


@contextmanager
def quiet() -> Iterator[None]:
    """Keep the warnings of the block to itself."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _of_convergence(category: type[Warning]) -> bool:
    return any(one.__name__ == CONVERGENCE for one in category.__mro__)


@lru_cache(maxsize=1)
def _told_of(_n_modules: int) -> tuple[type[Warning], ...]:
    """Return the warnings that tell of convergence; looked for again when modules were imported."""
    return tuple(filter(_of_convergence, _known(Warning)))


def _known(category: type[Warning]) -> Iterator[type[Warning]]:
    """Yield the kinds of warnings that the imported libraries have."""
    for kind in category.__subclasses__():
        yield kind
        yield from _known(kind)


def _generators() -> dict[str, Any]:
    """Return the state of the generators that all code of this process shares: torch's where it is loaded."""
    states = {"random": random.getstate(), "numpy": _numpys()}
    torch = sys.modules.get("torch")
    if torch is not None and hasattr(torch, "get_rng_state"):  # else it is in the middle of its import
        states["torch"] = torch.get_rng_state().numpy().tobytes()
        if torch.cuda.is_initialized():
            states["torch.cuda"] = [one.numpy().tobytes() for one in torch.cuda.get_rng_state_all()]
    return states


def _numpys() -> Any:
    """Return the state of NumPy's: of the usual kind as its bytes, in a hundredth of the time."""
    generator = np.random.get_bit_generator()  # type: ignore[attr-defined]  # missing in the stubs
    if type(generator) is np.random.MT19937:
        return string_at(generator.ctypes.state_address, MT19937_BYTES)
    return repr(generator.state)

"""One call of a sampler of smote-variants: seeded, silent, and with an answer that can be trusted.

The library draws from generators of its own, but some of its samplers from the global ones: these are seeded
for the length of a call and put back. It logs to standard error: here the log is part of the answer. What
it raises by accident becomes a sentence. What a sampler does to the rows is left to it.
"""

from __future__ import annotations

import logging
import random
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from inspect import signature
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

LOGGER = "smote_variants"
MOST_LOGGED = 1000
"""Lines of the log that are kept; iterative samplers write without end."""

ROUTINE = ("Running sampling via", "simplex sampling with", "NN fitting with", "neighbors query", "fitting")
"""What nearly every call logs."""

EXCUSES = ("returning copies", "too few", "not enough", "reducing dimension", "removed as noise")
"""In a line of the log that says that something else was done than what the sampler is for."""


@dataclass(frozen=True, eq=False)
class Answer:
    """What a sampler returned, and the lines that it logged meanwhile."""

    X: Array
    y: Array
    log: tuple[str, ...]

    def excuses(self) -> str:
        """Return why the sampler did not do what it is for, in its own words; empty where it does not say."""
        told = [line for line in self.log if any(words in line.lower() for words in EXCUSES)]
        return "; ".join(dict.fromkeys(line.replace("returning copies for ", "") for line in told))


@cache
def loaded(name: str) -> Any:
    """Import the library and return a class of it, mended where today's scikit-learn has broken it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # seaborn and metric-learn tell of their own dependencies
        library = import_module("smote_variants")
        _mend(import_module("smote_variants.oversampling._mot2ld"))
    return getattr(library, name)


def _mend(mot2ld: Any) -> None:
    """Let MOT2LD find a TSNE with the parameter ``n_iter``, which scikit-learn calls ``max_iter`` now."""
    from sklearn.manifold import TSNE

    if mot2ld.TSNE is not TSNE or "n_iter" in signature(TSNE).parameters:
        return

    def renamed(*args: Any, n_iter: int, **params: Any) -> Any:
        """Build a TSNE under the old name of its parameter."""
        return TSNE(*args, max_iter=n_iter, **params)

    mot2ld.TSNE = renamed


def answered(sampler: Any, seed: int, X: Array, y: Array) -> Answer:
    """Return what ``sampler`` makes of rows labelled 1 for the minority and 0 for the majority.

    Parameters
    ----------
    sampler : object of smote_variants
        Built with ``seed``.
    seed : int
        For the global generators, which some samplers draw from.
    X : ndarray of shape (n_samples, n_features)
        Rows; the sampler gets a copy.
    y : ndarray of shape (n_samples,)
        Labels.

    Raises
    ------
    ValueError
        When the sampler raises, or returns something that is no table of the same features.
    """
    with _captured() as log, _seeded(seed), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what its authors are to change
        try:
            returned = sampler.sample(X.copy(), y.copy())
        except MemoryError:
            raise
        except Exception as error:
            raise ValueError(_told(sampler, f"{type(error).__name__}: {_line(error)}", X, y)) from error
    X_out, y_out = (np.asarray(part) for part in returned)
    if wrong := _wrong(X, X_out, y_out):
        raise ValueError(_told(sampler, wrong, X, y))
    return Answer(X_out.astype(np.float64), y_out.astype(np.int64), tuple(log))


def _told(sampler: Any, what: str, X: Array, y: Array) -> str:
    rows = f"{len(y)} rows of {X.shape[1]} features, {int(y.sum())} of them minority"
    return f"{type(sampler).__name__} of smote-variants failed on {rows}: {what}"


def _line(error: Exception) -> str:
    return " ".join(str(error).split()) or "without a message"


def _wrong(X: Array, X_out: Array, y_out: Array) -> str:
    """Return what keeps the returned rows from being trained on, or an empty string."""
    if X_out.ndim != 2 or X_out.shape[1] != X.shape[1]:
        return f"it returned rows of shape {X_out.shape[1:]} for {X.shape[1]} features"
    if y_out.shape != (len(X_out),):
        return f"it returned {len(X_out)} rows and labels of shape {y_out.shape}"
    if X_out.dtype.kind not in "fiu":
        return f"it returned values of dtype {X_out.dtype}"
    bad = int((~np.isfinite(X_out).all(axis=1)).sum())
    return f"{bad} of the {len(X_out)} rows that it returned are not finite" if bad else ""


def build(name: str, params: Mapping[str, Any]) -> Any:
    """Build a sampler of the library, which checks the values of its parameters.

    Raises
    ------
    ValueError
        With the library's sentence, when it refuses one.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that a value is replaced
        try:
            return loaded(name)(**params)
        except (TypeError, AttributeError, LookupError) as error:
            raise ValueError(f"{name} of smote-variants refuses its parameters: {_line(error)}") from error


class _Lines(logging.Handler):
    """Keeps the last lines of a log, less what says nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one line."""
        line = record.getMessage()
        if not any(words in line for words in ROUTINE):
            self.lines.append(line)
            del self.lines[:-MOST_LOGGED]


@contextmanager
def _captured() -> Iterator[list[str]]:
    """Collect what the library logs instead of printing it, and leave its logger as it was."""
    logger, handler = logging.getLogger(LOGGER), _Lines()
    before = logger.handlers[:], logger.propagate, logger.level
    logger.handlers, logger.propagate = [handler], False
    logger.setLevel(logging.INFO)
    try:
        yield handler.lines
    finally:
        logger.handlers, logger.propagate = before[0], before[1]
        logger.setLevel(before[2])


@contextmanager
def _seeded(seed: int) -> Iterator[None]:
    """Give the global generators ``seed``, and their old state back at the end."""
    ours, theirs = random.getstate(), np.random.get_state()  # noqa: NPY002 - put back below
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002 - E_SMOTE and DEAGO draw from it
    try:
        yield
    finally:
        random.setstate(ours)
        np.random.set_state(theirs)  # noqa: NPY002 - as it was found

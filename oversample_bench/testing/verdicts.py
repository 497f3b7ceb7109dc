"""What the rules have in common: equal resamples, sound resamples, and errors that speak to a person."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from oversample_bench.testing.problems import Problem

Array = npt.NDArray[Any]
Rows = tuple[Array, Array]

ACCIDENTS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    NameError,
    RecursionError,
    StopIteration,
    TypeError,
    np.linalg.LinAlgError,
)
"""Errors that nobody raises to tell a user something."""

SHORTEST_SENTENCE = 15


def quietly(call: Callable[..., Any], *args: Any) -> Any:
    """Return ``call(*args)`` without its warnings: a warning breaks no rule, even where pytest raises it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return call(*args)


def same(first: Rows, second: Rows) -> bool:
    """Tell whether two resamples are equal to the last bit, order included."""
    (X1, y1), (X2, y2) = (tuple(map(np.asarray, rows)) for rows in (first, second))
    return bool(np.array_equal(X1, X2, equal_nan=X1.dtype.kind == "f") and np.array_equal(y1, y2))


def is_sentence(text: Any) -> bool:
    """Tell whether ``text`` has a sentence's length and more than one word."""
    return isinstance(text, str) and len(text.strip()) >= SHORTEST_SENTENCE and len(text.split()) > 1


def assert_told(error: Exception) -> None:
    """Fail on an error that came by accident, or that says too little to act on."""
    kind = type(error).__name__
    assert not isinstance(error, ACCIDENTS), (
        f"raised {kind} by accident ({error}); check the input and raise a ValueError that says what is wrong"
    )
    assert is_sentence(str(error)), f"raised {kind} without a sentence: {str(error)!r}"


def assert_sound(problem: Problem, returned: Any) -> None:
    """Fail on a resample that nothing can be trained on."""
    assert isinstance(returned, tuple), f"returned {type(returned).__name__}, not the pair (X, y)"
    assert len(returned) == 2, f"returned {len(returned)} things, not the pair (X, y)"
    X, y = np.asarray(returned[0]), np.asarray(returned[1])
    assert X.ndim == 2, f"returned X of {X.ndim} dimensions, not 2"
    assert X.shape[1] == problem.X.shape[1], f"returned {X.shape[1]} features of {problem.X.shape[1]}"
    assert y.shape == (len(X),), f"returned {len(X)} rows with labels of shape {y.shape}"
    assert X.dtype.kind in "fiu", f"returned features of dtype {X.dtype}"
    assert np.isfinite(X).all(), f"returned {int((~np.isfinite(X)).sum())} values that are not finite"
    unknown = set(y.tolist()) - set(problem.y.tolist())
    assert not unknown, f"returned labels that were not given: {sorted(unknown)}"


def assert_seedable(estimator: Any) -> None:
    """Fail on a part whose seed the host could not set: of the estimator itself, or within it."""
    names = [name for name in estimator.get_params() if name.rpartition("__")[2] == "random_state"]
    for seed, name in enumerate(names, start=1):
        estimator.set_params(**{name: seed})
        found = estimator.get_params()[name]
        assert found == seed, f"set_params({name}={seed}) left it at {found!r}"


def parameters(estimator: Any) -> dict[str, str]:
    """Return the parameters as text, by name: what a fit must leave alone."""
    return {name: repr(value) for name, value in estimator.get_params().items()}

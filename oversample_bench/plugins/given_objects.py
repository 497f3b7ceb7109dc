"""Estimators that a caller hands over as they are, in place of registered names.

Each trial works on a clone, so the caller's object is never fitted. What it is called, and what stands for it
in digests, follows from its class and its parameters.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from oversample_bench.core.errors import UsageError
from oversample_bench.core.specs import digest

NEEDED = {"oversampler": ("fit_resample",), "classifier": ("fit", "predict")}
WHAT = {"oversampler": "method", "classifier": "classifier"}


class Given(Protocol):
    """What is offered without a plugin: its kind, its name, and what stands for it in digests."""

    @property
    def kind(self) -> str:
        """One of the kinds of the registry."""

    @property
    def name(self) -> str:
        """What tables call it."""

    @property
    def source(self) -> str:
        """Whose numbers it gives."""


@dataclass(frozen=True, eq=False)
class Prototype:
    """An object that is offered under a name; called like a factory.

    Parameters
    ----------
    kind : {"oversampler", "classifier"}
        What it is.
    name : str
        What tables call it.
    given : object
        The object.
    """

    kind: str
    name: str
    given: Any

    def __call__(self, **params: Any) -> Any:
        """Return a clone with further parameters."""
        from sklearn.base import clone

        made = clone(self.given, safe=False)
        return made.set_params(**params) if params else made

    @property
    def source(self) -> str:
        """Class and parameters, for digests and for whoever asks where a number comes from."""
        own = type(self.given)
        params = self.given.get_params() if hasattr(self.given, "get_params") else vars(self.given)
        told = digest({name: repr(value) for name, value in params.items()})[:12]
        return f"{own.__module__}.{own.__qualname__} code {told}"


def named(asked: Iterable[object], kind: str) -> tuple[list[str], list[Prototype]]:
    """Return the names of what was asked for, and prototypes for what was given as objects.

    Parameters
    ----------
    asked : iterable of str or object
        Registered names, or estimators.
    kind : {"oversampler", "classifier"}
        What they are.

    Raises
    ------
    UsageError
        When an object lacks the methods of its kind.
    """
    names: list[str] = []
    given: list[Prototype] = []
    if isinstance(asked, str):
        raise UsageError(f"{WHAT[kind]}s is the text {asked!r}; expected a list: [{asked!r}]")
    for one in asked:
        if isinstance(one, str):
            names.append(one)
            continue
        missing = [name for name in NEEDED[kind] if not callable(getattr(one, name, None))]
        if missing or isinstance(one, type):
            needs = " and ".join(f"`{name}`" for name in NEEDED[kind])
            hint = f"; give an instance, {one.__name__}()" if isinstance(one, type) else ""
            raise UsageError(f"{one!r} is no {WHAT[kind]}: expected a registered name, or {needs}{hint}")
        given.append(Prototype(kind, _label(one), one))
        names.append(given[-1].name)
    return names, given


def _label(one: object) -> str:
    """Return an object as it is written, in one line: ``SMOTE(k_neighbors=3)``."""
    text = " ".join(repr(one).split())
    return type(one).__name__ if text.startswith("<") else text

"""A class that is held to the contract and may know nothing of this program.

What a rule has to be told of it (whether it takes a seed, whether it is meant to drop rows) is read from its
signature and from what imbalanced-learn's base classes say.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

DROPPING = frozenset({"under-sampling", "clean-sampling"})
OWING_NOTHING = DROPPING | {"bypass"}
"""What imbalanced-learn's base classes say in ``_sampling_type``."""


@dataclass(frozen=True)
class Peculiarities:
    """What somebody says of a class beside what can be read from it.

    Attributes
    ----------
    params : mapping of str to object
        What it is built with.
    deterministic, drops_rows, owes_nothing : bool
        It makes the same rows with every seed; removes real rows by design; is not meant to reach a ratio.
    """

    params: Mapping[str, Any] = field(default_factory=dict)
    deterministic: bool = False
    drops_rows: bool = False
    owes_nothing: bool = False


@dataclass(frozen=True)
class Candidate:
    """A class that can be held to the contract of an oversampler; what its rules are told of it.

    Attributes
    ----------
    name : str
        What it is called.
    factory : callable
        Makes a sampler.
    said : Peculiarities
        What somebody says of it.
    module : str
        The module of the plugin's hooks, or an empty string.
    """

    name: str
    factory: Callable[..., Any]
    said: Peculiarities = field(default_factory=Peculiarities)
    module: str = ""

    def make(self, random_state: int) -> Any:
        """Return a sampler with this seed, where it takes one.

        Raises
        ------
        ValueError
            When it cannot be built.
        """
        seed = {"random_state": random_state} if self._takes_seed else {}
        try:
            return self.factory(**{**self.said.params, **seed})
        except TypeError as error:
            raise ValueError(f"'{self.name}' cannot be built: {error}") from error

    @property
    def deterministic(self) -> bool:
        """Whether each seed gives the same rows: it says so, or takes none."""
        return self.said.deterministic or not self._takes_seed

    @property
    def drops_rows(self) -> bool:
        """Whether real rows are removed by design."""
        return (
            self.said.drops_rows
            or self._sampling_type in DROPPING
            or bool(getattr(self._class, "removes_rows", ""))
        )

    @property
    def owes_rows(self) -> bool:
        """Whether the minority is to reach the ratio that is asked for."""
        return not self.said.owes_nothing and self._sampling_type not in OWING_NOTHING

    @property
    def _class(self) -> Any:
        return getattr(self.factory, "func", self.factory)  # of a name with defaults

    @property
    def _sampling_type(self) -> str:
        return str(getattr(self._class, "_sampling_type", "over-sampling"))

    @property
    def _takes_seed(self) -> bool:
        try:
            return "random_state" in inspect.signature(self._class).parameters
        except (TypeError, ValueError):  # written in C
            return False

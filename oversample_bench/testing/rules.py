"""What a rule of a contract is: a function that fails with a sentence, run by pytest or without it.

A contract class has a method ``test_...`` for each rule; `bench plugins check` calls the same rules and says
of each what it found. Nothing here imports pytest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from inspect import cleandoc
from typing import Any, Literal, Protocol, TypeAlias

from oversample_bench.testing.generators import seeded
from oversample_bench.testing.problems import Problem
from oversample_bench.testing.verdicts import Rows, quietly

State: TypeAlias = Literal["holds", "broken", "does not apply"]

HOLDS: State = "holds"
BROKEN: State = "broken"
FREE: State = "does not apply"


class DoesNotApply(Exception):  # noqa: N818 - the rule is not broken, it is for other methods
    """Raised by a rule that says nothing about this method; the message says why."""


class Declared(Protocol):
    """What a rule is told of a method: how to make it, and what it says of itself."""

    @property
    def module(self) -> str:
        """The module with the hooks, or an empty string."""

    @property
    def deterministic(self) -> bool:
        """Whether each seed gives the same rows."""

    @property
    def drops_rows(self) -> bool:
        """Whether real rows are removed by design."""

    @property
    def owes_rows(self) -> bool:
        """Whether the minority is to reach the ratio that is asked for."""

    def make(self, random_state: int) -> Any:
        """Return a new sampler with this seed."""


@dataclass(frozen=True)
class Rule:
    """One rule of a contract.

    Attributes
    ----------
    name : str
        What it says, in words with underscores between.
    check : callable
        ``check(method)``, or ``check(method, case)``; raises where the rule is broken.
    cases : tuple
        What it is checked for, one by one; empty for a rule without cases.
    """

    name: str
    check: Callable[..., None]
    cases: tuple[Any, ...] = ()

    @property
    def sentence(self) -> str:
        """The rule in words."""
        return cleandoc(self.check.__doc__ or "")

    def runs(self) -> Iterator[tuple[Any, ...]]:
        """Yield the arguments of each call beside the method."""
        yield from ((case,) for case in self.cases) if self.cases else ((),)


@dataclass(frozen=True)
class Finding:
    """What came of a rule.

    Attributes
    ----------
    rule : str
        Its name, as words.
    case : str
        What it was checked for, where it has cases.
    state : {"holds", "broken", "does not apply"}
        What was found.
    said : str
        What is wrong, or why the rule does not apply.
    """

    rule: str
    case: str
    state: State
    said: str = ""

    @classmethod
    def of(cls, rule: Rule, case: Sequence[Any], state: State, said: str = "") -> Finding:
        """Return what came of a rule for one of its cases."""
        return cls(rule.name.replace("_", " "), " ".join(map(str, case)), state, said)


def rule(*cases: Any) -> Callable[[Callable[..., None]], Rule]:
    """Make a rule of a function, whose docstring says it; with ``cases``, one after the other."""
    return lambda check: Rule(check.__name__, check, cases)


def found(one: Rule, method: Declared, case: Sequence[Any] = ()) -> Finding:
    """Call a rule and return what came of it; whatever it raises breaks it."""
    try:
        one.check(method, *case)
    except DoesNotApply as reason:
        return Finding.of(one, case, FREE, str(reason))
    except AssertionError as error:
        return Finding.of(one, case, BROKEN, str(error) or "the rule is broken")
    except Exception as error:  # noqa: BLE001 - a plugin may raise anything
        return Finding.of(one, case, BROKEN, f"raised {type(error).__name__}: {error}")
    return Finding.of(one, case, HOLDS)


def resampled(sampler: Any, problem: Problem) -> Rows:
    """Return what a sampler makes of a problem, with the global generators held still."""
    with seeded(0):
        rows: Rows = quietly(sampler.fit_resample, *problem.copies())
    return rows

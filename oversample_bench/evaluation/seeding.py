"""Builds a component and gives a seed to every part of it that takes one.

scikit-learn's convention is followed: ``random_state`` of the component itself, ``<part>__random_state`` of
its parts, and parts that no parameter leads to (in a list, in an attribute). The component's own seed is the
one that is recorded; each part's follows from that and from where the part stands. What the suite has set
stays, and so does a number that a plugin has given to a part.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache, partial
from itertools import islice
from numbers import Integral
from types import ModuleType
from typing import Any, Protocol

import numpy as np

from oversample_bench.core.seeds import child

SEED = "random_state"
OTHER_NAMES = frozenset({"seed", "random_seed"})
"""Seeds that the host does not set: it knows one name."""

SIMPLE = (type(None), str, int, float, np.ndarray, type, ModuleType)
"""What is no part, told without a further look."""

DEEPEST = 4
MOST_ITEMS = 100
"""How deep in lists within lists, and how far along each, parts are looked for."""


class SeededPart(Protocol):
    """A registered name, as far as it is built from."""

    def resolve(self) -> Any:
        """Return what is called."""
        ...

    def build(self, params: Mapping[str, Any]) -> Any:
        """Call it."""
        ...


@dataclass(frozen=True, eq=False)
class Seeded:
    """A component as it was built.

    Attributes
    ----------
    estimator : object
        Every part of it that takes a seed has one, unless ``loose``.
    random_state : int or None
        The seed that it was given; None where it takes none.
    loose : bool
        Whether a part has a seed that is not set, so that numbers change from run to run.
    """

    estimator: Any
    random_state: int | None
    loose: bool


def seeded(entry: SeededPart, params: Mapping[str, Any], random_state: int) -> Seeded:
    """Build a component and seed it.

    Parameters
    ----------
    entry : SeededPart
        What is built.
    params : mapping of str to object
        What the suite says. Its seeds stay as they are, null among them.
    random_state : int
        The component's seed: that of the suite, or ours.
    """
    at_birth = SEED not in params and _takes_seed(entry.resolve())
    estimator = entry.build({**params, SEED: random_state} if at_birth else params)
    own = _parameters(estimator)
    sowing = _Sowing(random_state, frozenset(params))
    sowing.sow(estimator)
    refused = SEED in params and params[SEED] is None and (SEED in own or not own)
    given = SEED in sowing.given if SEED in own else at_birth or bool(sowing.given)
    given |= isinstance(params.get(SEED), int)
    if not own and not at_birth and SEED not in params and _is_unset(getattr(estimator, SEED, 0)):
        sowing.left = True  # it has a seed, and no way to set it that we know of
    return Seeded(estimator, random_state if given and not refused else None, sowing.left or refused)


@dataclass
class _Sowing:
    """Sets the seeds of one component.

    Parameters
    ----------
    random_state : int
        The component's seed.
    fixed : frozenset of str
        Parameters that the suite has set.
    given : set of str
        The seeds that were set, by where they stand.
    left : bool, default=False
        Whether one could not be.
    seen : set of int
        The parts that were looked at, by identity.
    """

    random_state: int
    fixed: frozenset[str]
    given: set[str] = field(default_factory=set)
    left: bool = False
    seen: set[int] = field(default_factory=set)

    def sow(self, part: Any, path: str = "") -> None:
        """Seed a component or a part of one, and what it is made of."""
        self.seen.add(id(part))
        values = _parameters(part) if not path else _parameters_of_any(part)
        self._set(part, path, values)
        self.left |= any(_is_stray(name, values) for name in values)
        heads = [
            values[name]
            for name in dict.fromkeys(name.rpartition("__")[0] for name in values)
            if name in values
        ]
        self.seen |= set(map(id, heads))  # their parameters are among ``values``
        for name, inner in _inner(part, values):
            if id(inner) not in self.seen:
                self._sow_inner(inner, f"{path}{name}__")

    def _sow_inner(self, part: Any, path: str) -> None:
        """Seed a part that no parameter leads to, or one without parameters, such as a splitter."""
        if _has(part, "get_params"):
            self.sow(part, path)
        elif _is_unset(getattr(part, SEED, 0)):
            self.seen.add(id(part))
            if _has(part, "split"):
                self._try(path + SEED, setattr, part, SEED, self._seed(path + SEED))
            elif getattr(part, SEED) is None:
                self.left = True

    def _seed(self, name: str) -> int:
        return self.random_state if name == SEED else child(self.random_state, "part", name)

    def _is_ours(self, path: str, name: str, values: Mapping[str, Any]) -> bool:
        """Tell whether a parameter is a seed that nobody has set; the component's own is always ours."""
        if name.rpartition("__")[2] != SEED or path + name in self.fixed:
            return False
        return path + name == SEED or _is_unset(values[name])

    def _set(self, part: Any, path: str, values: Mapping[str, Any]) -> None:
        """Set the seeds of one part; where that cannot be done at once, those of its parts one by one."""
        seeds = {name: self._seed(path + name) for name in values if self._is_ours(path, name, values)}
        if not path and SEED in seeds and not _is_unset(values[SEED]) and values[SEED] == seeds[SEED]:
            self.given.add(SEED)  # when it was built
            del seeds[SEED]
        if not seeds:
            return
        try:
            part.set_params(**seeds)
        except Exception:  # noqa: BLE001 - a plugin's set_params may raise anything
            for name, seed in seeds.items():
                holder = values.get(name.rpartition("__")[0], part)
                self._try(
                    path + name, lambda holder, seed: holder.set_params(random_state=seed), holder, seed
                )
            return
        deaf = SEED in seeds and getattr(part, SEED, 0) is values[SEED] != seeds[SEED]
        self.left |= deaf and _is_unset(values[SEED])
        self.given |= {path + name for name in seeds if name != SEED or not deaf}

    def _try(self, name: str, call: Callable[..., Any], *args: Any) -> None:
        try:
            call(*args)
        except Exception:  # noqa: BLE001 - likewise
            self.left = True
        else:
            self.given.add(name)


def _parameters(part: Any) -> dict[str, Any]:
    return dict(part.get_params(deep=True)) if hasattr(part, "get_params") else {}


def _parameters_of_any(part: Any) -> dict[str, Any]:
    """Return the parameters of something that may call another thing so."""
    try:
        return _parameters(part)
    except Exception:  # noqa: BLE001 - it was never asked before
        return {}


def _has(value: Any, name: str) -> bool:
    try:
        return hasattr(value, name)
    except Exception:  # noqa: BLE001 - a property may raise anything
        return False


def _takes_seed(target: Any) -> bool:
    """Tell whether what is called to build a component has a parameter for its seed."""
    try:
        return SEED in _names(target.func if isinstance(target, partial) else target)
    except (TypeError, ValueError):  # written in C, or not to be kept
        return False


@lru_cache
def _names(target: Any) -> frozenset[str]:
    return frozenset(inspect.signature(target).parameters)


def _is_unset(seed: Any) -> bool:
    """Tell whether a seed is none: nothing, or a generator that goes on from call to call."""
    return not isinstance(seed, Integral)


def _is_stray(name: str, values: Mapping[str, Any]) -> bool:
    """Tell whether a parameter is a source of randomness under a name that is not ours."""
    head, dots, last = name.rpartition("__")
    if last == SEED:
        return False
    if last in OTHER_NAMES:
        return values[name] is None and f"{head}{dots}{SEED}" not in values
    return isinstance(values[name], np.random.RandomState | np.random.Generator)


def _inner(part: Any, values: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield what ``part`` holds that may take a seed: in parameters, attributes, lists and mappings.

    The attributes of a part whose author has given it a number are its author's.
    """
    parts = {
        f"{head}__": values[head] for head in {name.rpartition("__")[0] for name in values} if head in values
    }
    held = dict(values)
    for head, one in {"": part, **parts}.items():
        if _is_unset(values.get(head + SEED)):
            own = getattr(one, "__dict__", {})
            held = {f"{head}{name}": value for name, value in own.items()} | held
    for name, value in held.items():
        yield from _items(name, value, DEEPEST)


def _items(name: str, value: Any, deep: int) -> Iterator[tuple[str, Any]]:
    if isinstance(value, list | tuple | dict) and deep:
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        for key, item in islice(pairs, MOST_ITEMS):
            yield from _items(f"{name}__{key}", item, deep - 1)
    elif not isinstance(value, SIMPLE) and (_has(value, "get_params") or _has(value, SEED)):
        yield name, value

"""A YAML text as plain values, with the line and column of each. Knows nothing of suites."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from oversample_bench.core.errors import UsageError

Key: TypeAlias = str | float
"""A key of a mapping: text, a number, true or false."""

Steps: TypeAlias = tuple[Key, ...]
"""The keys and positions that lead from the top to a value, e.g. ``("methods", 2, "name")``."""

Position: TypeAlias = tuple[int, int]
"""Line and column, both counted from 1."""

START: Position = (1, 1)


@dataclass(frozen=True, order=True)
class Complaint:
    """Something to be put right, and where it stands; problems sort in the order of the text."""

    position: Position
    sentence: str = field(compare=False)


@dataclass(frozen=True)
class YamlText:
    """What a YAML text says and where it says it.

    Parameters
    ----------
    file : str, default="<suite>"
        The file as it was named, for messages.
    text : str, default=""
        The YAML as it was.
    value : object, default=None
        Dicts, lists, str, int, float, bool and None.
    values, keys : mapping of Steps to Position, default={}
        Where each value begins, and where the key that it belongs to begins.
    problems : tuple of Complaint, default=()
        What is wrong with the YAML itself although it could be read, such as a key that is given twice.
    """

    file: str = "<suite>"
    text: str = field(default="", repr=False)
    value: Any = None
    values: Mapping[Steps, Position] = field(default_factory=dict, repr=False)
    keys: Mapping[Steps, Position] = field(default_factory=dict, repr=False)
    problems: tuple[Complaint, ...] = ()

    def where(self, *path: Key) -> str:
        """Return ``file:line:column`` of the value at ``path``, or of its nearest ancestor in the text."""
        return located(self.file, self.position(path))

    def position(self, steps: Steps) -> Position:
        """Return where the value begins, or the nearest of its ancestors that is in the text."""
        nearest = next((steps[:n] for n in range(len(steps), -1, -1) if steps[:n] in self.values), None)
        return START if nearest is None else self.values[nearest]

    def key_position(self, steps: Steps) -> Position:
        """Return where the key of a value begins, or the value itself where it has none."""
        return self.keys.get(steps) or self.position(steps)


def located(file: str, position: Position) -> str:
    """Return ``file:line:column``, the form that editors and terminals turn into a link."""
    return f"{file}:{position[0]}:{position[1]}"


def refusal(file: str, problems: Iterable[Complaint]) -> UsageError:
    """Return one error that lists the problems in the order of the text, one a line."""
    lines = [f"{located(file, problem.position)}: {problem.sentence}" for problem in sorted(problems)]
    return UsageError("\n".join(dict.fromkeys(_visible(line) for line in lines)))


def _visible(line: str) -> str:
    """Return a line that stays one, whatever it quotes: control characters as Python writes them."""
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in line)

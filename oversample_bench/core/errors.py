"""Errors for people: what was asked, what there is, what to do.

One exception reaches the command line, which prints its sentence without a traceback and exits with 1.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from oversample_bench.core.labels import normal


class UsageError(Exception):
    """A request that cannot be carried out, told in a sentence to the person who made it."""


def nearest(name: str, names: Iterable[str]) -> str:
    """Return ``" Did you mean 'smote'?"`` for the closest of ``names``, or an empty string.

    What was asked for is never proposed, nor what looks the same.
    """
    asked = normal(str(name))
    others = [other for other in map(str, names) if normal(other) != asked]
    close = difflib.get_close_matches(asked, others, n=1, cutoff=0.6)
    return f" Did you mean '{close[0]}'?" if close else ""


def listed(names: Iterable[str], most: int = 12) -> str:
    """Return the names in a row, cut after ``most`` with a count of the rest."""
    ordered = sorted(names)
    shown = ", ".join(ordered[:most])
    return shown if len(ordered) <= most else f"{shown} and {len(ordered) - most} more"


def counted(n: int, noun: str) -> str:
    """Return ``"1 row"`` or ``"2,100 rows"``: a number, with commas, and its noun."""
    return f"{n:,} {noun}{'' if n == 1 else 's'}"


def first_line(error: BaseException) -> str:
    """Return the first line of what an error says, or its type where it says nothing."""
    text = str(error).strip()
    return text.splitlines()[0] if text else type(error).__name__

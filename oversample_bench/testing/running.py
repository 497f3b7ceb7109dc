"""Runs the rules of a contract outside pytest, for a tool that wants to know which of them are broken."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest


def broken_rules(contract: object) -> dict[str, str]:
    """Call every rule of ``contract`` and return, for each that it breaks, what the rule says.

    Parameters
    ----------
    contract : object
        An instance of a subclass of one of the contract classes.

    Returns
    -------
    dict of str to str
        The first complaint of each broken rule by the rule's name, less its ``test_``. A rule that is skipped
        is kept.
    """
    broken: dict[str, str] = {}
    for name in sorted(name for name in dir(contract) if name.startswith("test_")):
        complaints = (_complaint(run) for run in _runs(getattr(contract, name)))
        if (first := next(filter(None, complaints), None)) is not None:
            broken[name.removeprefix("test_")] = first
    return broken


def _runs(rule: Any) -> Iterator[Callable[[], None]]:
    """Yield one call for each of the values that pytest would give the rule."""
    marks = [mark for mark in getattr(rule, "pytestmark", []) if mark.name == "parametrize"]
    if not marks:
        yield rule
    for mark in marks:
        yield from (lambda value=value: rule(value) for value in mark.args[1])


def _complaint(run: Callable[[], None]) -> str | None:
    try:
        run()
    except pytest.skip.Exception:
        return None
    except (Exception, pytest.fail.Exception) as error:  # noqa: BLE001 - a plugin may raise anything
        return f"{type(error).__name__}: {error}"
    return None

"""What the labels of a store mean: which method or classifier, with which parameters and by whose code.

A label is a column of the tables. Digests do not cover it, so that two people may call two things by one
label; a store that takes both has to know. Knows rows only, and judges nothing.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import TypeAlias

from oversample_bench.core.references import own_source
from oversample_bench.core.specs import THEN, Component
from oversample_bench.store.renaming import Renewed

LABELS = {
    "method": """
        SELECT DISTINCT p.method, r.method, r.params, r.source, t.params
        FROM planned p LEFT JOIN resamples r ON r.digest = p.resample
        LEFT JOIN trials t ON t.digest = p.trial ORDER BY p.position
    """,
    "classifier": """
        SELECT DISTINCT p.classifier, t.classifier, t.params, t.source, NULL
        FROM planned p LEFT JOIN trials t ON t.digest = p.trial ORDER BY p.position
    """,
}
"""For each column of labels, what its labels stand for; without a name what has not been run."""

KINDS = {"method": "oversampler", "classifier": "classifier"}
"""What is registered under the names of a column."""


@dataclass(frozen=True)
class Sense:
    """What a label stands for.

    Attributes
    ----------
    name : str
        The registered name.
    params : str
        JSON.
    source : str
        Who offers it, by which code.
    """

    name: str
    params: str
    source: str

    def __str__(self) -> str:
        params = "" if self.params == "{}" else f" {self.params}"
        return f"{self.name}{params} ({self.source})" if self.source else f"{self.name}{params}"


Label: TypeAlias = tuple[str, str]
"""A column, ``method`` or ``classifier``, and one of its labels."""

Senses: TypeAlias = dict[Label, frozenset[Sense]]
"""What each label of a plan stands for: usually one thing, none as long as it has not been run."""


def plain(source: str) -> str:
    """Return a source as earlier versions wrote that of a plugin file."""
    return source.replace(" code ", " ")


def _sense(column: str, told: tuple[str, str, str], around: str | None, renewed: Renewed) -> Sense:
    """Return what a row says of a label: what follows a method stands with the classifier in the store."""
    name, params, source = told
    today = renewed(KINDS[column], name, source) or source
    if column == "classifier" and THEN in params:
        own, today = Component(name, params), own_source(today)
        return Sense(name, Component.of(name, own.kwargs()).params, plain(today))
    followers = [] if around is None else Component("", around).then()
    told_after = "".join(
        f", then {part.name}{'' if part.params == '{}' else f' {part.params}'}" for part in followers
    )
    return Sense(name, params + told_after, plain(today))


def senses(connection: sqlite3.Connection, renewed: Renewed) -> Senses:
    """Return what the labels of a store's plan mean, in plan order; change nothing.

    Parameters
    ----------
    connection : sqlite3.Connection
        The store.
    renewed : callable
        Returns what the source of an earlier version is called today: not every row of it can be renamed.
    """
    found: dict[Label, set[Sense]] = {}
    for column, query in LABELS.items():
        for label, name, params, source, around in connection.execute(query):
            own = found.setdefault((column, label), set())
            if name is not None:
                own.add(_sense(column, (name, params, source), around, renewed))
    return {label: frozenset(own) for label, own in found.items()}

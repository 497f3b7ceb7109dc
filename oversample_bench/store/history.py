"""Joins the runs of two stores, so that rows of one can point at the runs of the other."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

SAME = (
    "started", "suite", "suite_digest", "suite_text", "options", "metrics", "runner", "workers",
    "environment",
)  # fmt: skip
"""What two entries of one run have in common, whenever they were copied."""

COLUMNS = ("finished", "status", *SAME)


def join_runs(target: sqlite3.Connection, source: sqlite3.Connection) -> tuple[dict[int, int], int]:
    """Put the runs that ``target`` lacks before its own, and say what number each of ``source`` has there.

    Parameters
    ----------
    target, source : sqlite3.Connection
        The store to write to, and the one to read. Runs that are alike are paired in their order.

    Returns
    -------
    numbers : dict of int to int
        Number in the target by number in the source.
    added : int
        How many of them are new.
    """
    there: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    for number, *run in rows(target, "runs", ("id", *SAME), "id"):
        there[tuple(run)].append(number)
    runs = {row[0]: row[1:] for row in rows(source, "runs", ("id", *COLUMNS), "id")}
    paired = {old: there[run[2:]].pop(0) for old, run in runs.items() if there[run[2:]]}
    for old, number in paired.items():
        _conclude(target, number, runs[old][:2])
    new = [old for old in runs if old not in paired]
    _make_room(target, len(new))
    for number, old in enumerate(new, start=1):
        target.execute(insertion("runs", ("id", *COLUMNS)), (number, *runs[old]))
    numbers = {old: number + len(new) for old, number in paired.items()}
    return numbers | {old: number for number, old in enumerate(new, start=1)}, len(new)


def _make_room(connection: sqlite3.Connection, count: int) -> None:
    """Move the numbers of all runs up by ``count``; 0 stands for none and stays."""
    if count:
        connection.execute("UPDATE runs SET id = -id")  # first out of the way: no two may meet
        connection.execute("UPDATE runs SET id = ? - id", (count,))
        for table in ("resamples", "trials"):
            connection.execute(f"UPDATE {table} SET run = run + ? WHERE run > 0", (count,))  # noqa: S608 - the name is ours


def _conclude(connection: sqlite3.Connection, number: int, end: tuple[Any, ...]) -> None:
    """Note how a run has ended that was still going on when it was copied."""
    if end[0] is not None:
        connection.execute(
            "UPDATE runs SET finished = ?, status = ? WHERE id = ? AND finished IS NULL", (*end, number)
        )


def rows(
    connection: sqlite3.Connection, table: str, names: Sequence[str], order: str = "rowid"
) -> Iterator[tuple[Any, ...]]:
    """Yield the named columns of a table, in the order in which its rows were written."""
    query = f"SELECT {', '.join(names)} FROM {table} ORDER BY {order}"  # noqa: S608 - names are ours
    yield from map(tuple, connection.execute(query))


def insertion(table: str, names: Sequence[str]) -> str:
    """Return the statement that writes a row, in the place of one with the same key."""
    marks = ", ".join("?" * len(names))
    return f"INSERT OR REPLACE INTO {table} ({', '.join(names)}) VALUES ({marks})"  # noqa: S608 - names are ours

"""Questions to a store: what is done, how long it took, what the tables are made from.

Plain rows, no pandas: `bench plan` asks here too.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from oversample_bench.core.specs import digest


def fingerprints(connection: sqlite3.Connection) -> dict[str, str]:
    """Return the fingerprint of each data set that this store has seen, by its stamp."""
    return dict(connection.execute("SELECT stamp, fingerprint FROM datasets").fetchall())


def cards(connection: sqlite3.Connection) -> dict[str, dict[str, Any]]:
    """Return what is told of each data set that this store has seen, by its stamp."""
    return {stamp: json.loads(card) for stamp, card in connection.execute("SELECT stamp, card FROM datasets")}


def settled(
    connection: sqlite3.Connection, metrics: Iterable[tuple[str, str]], *, retry: bool = True
) -> set[str]:
    """Return the digests of the trials that need not be carried out (again).

    Parameters
    ----------
    connection : sqlite3.Connection
        An open store.
    metrics : iterable of (str, str)
        Names and sources (distribution and version) of what the suite asks for; a trial that lacks one
        of these scores is not settled.
    retry : bool, default=True
        Whether trials that failed, crashed or ran out of time are to be tried again, and so those in which
        a metric failed. A skipped trial is settled: its spec says that it cannot be.
    """
    done = {row[0] for row in connection.execute("SELECT digest FROM trials WHERE status = 'ok'")}
    good = "AND reason = ''" if retry else ""
    for metric in metrics:
        scored = connection.execute(
            f"SELECT trial FROM scores WHERE metric = ? AND source = ? {good}",  # noqa: S608 - ours
            metric,
        )
        done &= {row[0] for row in scored}
    others = "status = 'skipped'" if retry else "status != 'ok'"
    return done | {row[0] for row in connection.execute(f"SELECT digest FROM trials WHERE {others}")}  # noqa: S608 - ours


def unscored(
    connection: sqlite3.Connection, metrics: Mapping[str, str], *, retry: bool = True
) -> dict[str, dict[str, list[str]]]:
    """Return which metrics good planned trials lack, by resample and trial.

    Parameters
    ----------
    connection : sqlite3.Connection
        An open store.
    metrics : mapping of str to str
        Names and sources (distribution and version).
    retry : bool, default=True
        Whether a metric that failed is lacking.
    """
    good = "AND scores.reason = ''" if retry else ""
    found: dict[str, dict[str, list[str]]] = {}
    for metric in metrics.items():
        rows = connection.execute(
            "SELECT DISTINCT trials.resample, trials.digest FROM planned"  # noqa: S608 - ours
            " JOIN trials ON trials.digest = planned.trial AND trials.status = 'ok' WHERE NOT EXISTS"
            f" (SELECT 1 FROM scores WHERE trial = trials.digest AND metric = ? AND source = ? {good})",
            metric,
        )
        for resample, trial in rows:
            found.setdefault(resample, {}).setdefault(trial, []).append(metric[0])
    return found


def status_counts(connection: sqlite3.Connection, metrics: Sequence[str]) -> dict[str, int]:
    """Return how many of the planned trials ended in which way.

    One that is shown under several labels counts once. Those not yet run are ``pending``; a good one that
    lacks a score of one of ``metrics`` (which failed, or was added later and not reached) is ``unscored``.
    """
    marks = ", ".join("?" * len(metrics))
    scored = (
        "SELECT count(*) FROM scores WHERE scores.trial = trials.digest AND scores.reason = ''"  # noqa: S608 - marks
        f" AND metric IN ({marks})"
    )
    counts = connection.execute(
        f"SELECT CASE WHEN trials.status = 'ok' AND ({scored}) < ? THEN 'unscored'"  # noqa: S608 - ours
        " ELSE coalesce(trials.status, 'pending') END, count(DISTINCT planned.trial) FROM planned"
        " LEFT JOIN trials ON trials.digest = planned.trial GROUP BY 1",
        (*metrics, len(metrics)),
    )
    return dict(counts.fetchall())


def died(connection: sqlite3.Connection) -> set[str]:
    """Return the digests of the resamples and trials whose process died, or ran out of memory."""
    deaths = "status IN ('crashed', 'oom')"
    rows = connection.execute(
        f"SELECT digest FROM resamples WHERE {deaths} UNION SELECT digest FROM trials WHERE {deaths}"  # noqa: S608 - ours
    )
    return {row[0] for row in rows}


def planned(connection: sqlite3.Connection) -> list[tuple[Any, ...]]:
    """Return the plan that the store holds, in its order, as `PlannedRecord` orders the fields."""
    rows = connection.execute(
        "SELECT trial, resample, dataset, ratio, method, classifier, split, seed FROM planned"
        " ORDER BY position"
    )
    return [tuple(row) for row in rows]


def good_resamples(connection: sqlite3.Connection) -> set[str]:
    """Return the digests of the resamples that succeeded."""
    return {row[0] for row in connection.execute("SELECT digest FROM resamples WHERE status = 'ok'")}


def last_run(connection: sqlite3.Connection) -> dict[str, Any] | None:
    """Return the newest run, its JSON columns read, or None."""
    row = connection.execute("SELECT * FROM runs ORDER BY id DESC LIMIT 1").fetchone()
    if row is None:
        return None
    run = dict(row)
    for column in ("options", "metrics", "environment"):
        run[column] = json.loads(run[column])
    return run


def state(connection: sqlite3.Connection) -> str:
    """Return 32 digits of the runs and the numbers of rows: other ones after every run and merge.

    A row is only ever replaced by one of a later run, or by a merge, which brings runs along.
    """
    runs = [list(row) for row in connection.execute("SELECT * FROM runs ORDER BY id")]
    names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    counts = {
        name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0]  # noqa: S608 - names of our tables
        for name in sorted(
            {*names} - {"datasets", "lease"}
        )  # a look at a touched file, and who writes, change no result
    }
    return digest(runs, counts)


def mean_seconds(connection: sqlite3.Connection) -> tuple[dict[str, float], dict[str, float]]:
    """Return the mean seconds of a good fit by method, and of a good trial by classifier."""
    fits = connection.execute(
        "SELECT method, avg(fit_seconds) FROM resamples WHERE status = 'ok' GROUP BY method"
    )
    trials = connection.execute(
        "SELECT classifier, avg(trial_seconds) FROM trials WHERE status = 'ok' GROUP BY classifier"
    )
    return dict(fits.fetchall()), dict(trials.fetchall())

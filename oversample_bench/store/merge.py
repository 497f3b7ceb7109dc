"""Takes the rows of one store into another: digests, labels and runs that are there already are not doubled.

A good row is never replaced by a bad one, as when a run goes on; of two good ones that disagree, one is kept
and the disagreement told. Runs of the source get numbers before those of the target, so that the last run,
after which a report is titled and scored, stays that of the target. Knows rows only: the files of resamples,
the locks of the folders and the transaction are the caller's.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from oversample_bench.store.history import insertion, join_runs, rows
from oversample_bench.store.label_senses import Label, plain
from oversample_bench.store.schema import RESAMPLE_COLUMNS, TRIAL_COLUMNS

PLACE = ("dataset", "ratio", "method", "classifier", "split", "seed")
"""The labels under which a table shows a trial."""

SPLIT_COLUMNS = (
    "digest", "fingerprint", "n_features", "n_majority", "n_minority", "n_withheld", "n_test_majority",
    "n_test_minority", "realised_ratio", "n_encoded", "n_imputed",
)  # fmt: skip
AUDITED = (
    "n_real", "n_dropped", "n_new", "n_new_majority", "n_requested", "n_copies", "realised_ratio", "fallback",
    "flags", "fidelity_precision", "fidelity_recall", "fidelity_density", "fidelity_coverage",
)  # fmt: skip
"""What a resample came to; seconds and memory are the machine's."""


BESIDE = (("calibration", "bins"), ("decision_regions", "view"))
"""Tables of what a good trial may have besides scores, and their column."""

NO_RUN = 0
"""Of a row whose run its store does not know."""


@dataclass(frozen=True)
class Conflict:
    """Two rows that should be one and are not.

    Attributes
    ----------
    table : str
        ``resamples``, ``splits``, ``scores``, ``datasets`` or ``planned``.
    key : str
        The digest, the stamp of a data set, or the labels of a trial.
    column : str
        In which the two differ; of a score, its metric.
    target, source : str
        The two values.
    """

    table: str
    key: str
    column: str
    target: str
    source: str


@dataclass
class Absorbed:
    """What one source gave.

    Attributes
    ----------
    added, replaced : mapping of str to int
        Rows by table that the target did not have, and those that were put in the place of others.
    conflicts : list of Conflict
        In the order in which they were met.
    resamples : dict of str to bool
        The good resamples that the target now has the source's row of, or an equal one: whether a file of the
        target has to give way to the source's.
    """

    added: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    replaced: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    conflicts: list[Conflict] = field(default_factory=list)
    resamples: dict[str, bool] = field(default_factory=dict)


def absorb(
    target: sqlite3.Connection,
    source: sqlite3.Connection,
    *,
    prefer_source: bool = False,
    names: Mapping[Label, str] | None = None,
) -> Absorbed:
    """Take all rows of ``source`` that ``target`` lacks; doing so again changes nothing.

    Parameters
    ----------
    target : sqlite3.Connection
        The store to write to, in a transaction of the caller's.
    source : sqlite3.Connection
        The store to read.
    prefer_source : bool, default=False
        Whether the source's row is kept where both are good and differ, and where the same labels stand for
        different trials.
    names : mapping of Label to str, default=None
        What labels of the source's plan are to be called in the target; by default as they are.

    Returns
    -------
    Absorbed
        Counts and conflicts.
    """
    numbers, added = join_runs(target, source)
    merger = _Merger(target, source, prefer_source, numbers, Absorbed())
    merger.found.added["runs"] = added
    merger.take("datasets", ("stamp", "fingerprint", "card"), ("fingerprint",))
    merger.take("splits", SPLIT_COLUMNS, SPLIT_COLUMNS[1:])
    merger.take_resamples()
    merger.take_trials()
    merger.take("decision_regions", ("trial", "view"), ())
    merger.take_plan(names or {})
    return merger.found


@dataclass(frozen=True)
class _Merger:
    """Two stores, and what has been found so far."""

    target: sqlite3.Connection
    source: sqlite3.Connection
    prefer_source: bool
    runs: Mapping[int, int]
    found: Absorbed

    def take(self, table: str, names: Sequence[str], compared: Sequence[str]) -> None:
        """Take the rows of a table whose first column is its key."""
        for row in rows(self.source, table, names):
            self._settle(table, dict(zip(names, row, strict=True)), compared)

    def take_resamples(self) -> None:
        """Take resamples: a good one goes before a bad one, whose it is."""
        for resample in self._outcomes("resamples", RESAMPLE_COLUMNS):
            before = len(self.found.conflicts)
            kept = self._settle("resamples", resample, AUDITED)
            conflict = len(self.found.conflicts) > before
            if resample["status"] == "ok" and (kept or not conflict):
                self.found.resamples[resample["digest"]] = conflict

    def take_trials(self) -> None:
        """Take trials with their scores, and what else there is of them."""
        scores = _grouped(self.source, "scores", ("trial", "metric", "source", "value", "reason"))
        views = {name: dict(rows(self.source, name, ("trial", column), "trial")) for name, column in BESIDE}
        for trial in self._outcomes("trials", TRIAL_COLUMNS):
            self._settle("trials", trial, ())
            if trial["status"] == "ok":
                digest = trial["digest"]
                replace = self._take_scores(digest, scores[digest]) and self.prefer_source
                for name, column in BESIDE:
                    if digest in views[name]:
                        self._take_beside(
                            name, {"trial": digest, column: views[name][digest]}, replace=replace
                        )
                if replace:
                    self._write("trials", trial)

    def take_plan(self, called: Mapping[Label, str]) -> None:
        """Put what the target does not plan behind its plan, some labels called otherwise there."""
        names = ("trial", "resample", *PLACE)
        ours = {row[3:]: row[:2] for row in rows(self.target, "planned", ("position", *names))}
        position = max((place for place, _ in ours.values()), default=-1)
        for trial, resample, *labels in rows(self.source, "planned", names, "position"):
            place = tuple(called.get((name, label), label) for name, label in zip(PLACE, labels, strict=True))
            if place not in ours:
                position += 1
                values = (position, trial, resample, *place)
                self.target.execute(insertion("planned", ("position", *names)), values)
                self.found.added["planned"] += 1
            elif ours[place][1] != trial:
                self._clash(place, ours[place], (trial, resample))

    def _outcomes(self, table: str, names: Sequence[str]) -> Iterator[dict[str, Any]]:
        for row in rows(self.source, table, names):
            values = dict(zip(names, row, strict=True))
            yield {**values, "run": self.runs.get(values["run"], NO_RUN)}

    def _settle(self, table: str, row: Mapping[str, Any], compared: Sequence[str]) -> bool:
        """Write ``row`` where it is new or goes before what is there; tell whether it was written."""
        key = next(iter(row))
        mine = self._mine(table, {key: row[key]}, list(row))
        if mine is None:
            self._write(table, row)
            self.found.added[table] += 1
            return True
        if mine.get("status", "ok") != "ok" or row.get("status", "ok") != "ok":
            better = mine.get("status") != "ok" and row.get("status") == "ok"
            return better and self._replace(table, row)
        changed = [name for name in compared if mine[name] != row[name]]
        for name in changed:
            self._tell(table, str(row[key]), name, (mine[name], row[name]))
        return bool(changed) and self.prefer_source and self._replace(table, row)

    def _take_scores(self, trial: str, scores: Sequence[Sequence[Any]]) -> bool:
        """Take the scores of a good trial, and tell whether one differs from the target's.

        A score goes before the failure of its metric, whose it is.
        """
        differs = False
        for metric, version, value, reason in scores:
            row = {"trial": trial, "metric": metric, "source": version, "value": value, "reason": reason}
            mine = self._mine("scores", {"trial": trial, "metric": metric}, ["source", "value", "reason"])
            if mine is None:
                self._write("scores", row)
                self.found.added["scores"] += 1
            elif mine["reason"] or reason:
                if mine["reason"] and not reason:
                    self._replace("scores", row)
            elif mine["value"] != value or plain(mine["source"]) != plain(version):
                differs = True
                same = mine["source"] == version
                both = (mine["value"], value) if same else (_told(mine), _told(row))
                self._tell("scores", trial, metric, both)
                if self.prefer_source:
                    self._replace("scores", row)
        return differs

    def _take_beside(self, table: str, row: Mapping[str, Any], *, replace: bool) -> None:
        if replace or self._mine(table, {"trial": row["trial"]}, ["trial"]) is None:
            self._write(table, row)

    def _clash(self, place: tuple[Any, ...], mine: tuple[Any, ...], theirs: tuple[str, str]) -> None:
        """Tell of labels that stand for two trials, and plan one of them."""
        position, trial = mine
        self._tell("planned", "/".join(map(str, place)), "trial", (trial, theirs[0]))
        if self.prefer_source:
            row = (*theirs, position)
            self.target.execute("UPDATE planned SET trial = ?, resample = ? WHERE position = ?", row)
            self.found.replaced["planned"] += 1

    def _mine(self, table: str, key: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any] | None:
        where = " AND ".join(f"{name} = ?" for name in key)
        query = f"SELECT {', '.join(names)} FROM {table} WHERE {where}"  # noqa: S608 - names are ours
        row = self.target.execute(query, tuple(key.values())).fetchone()
        return None if row is None else dict(zip(names, row, strict=True))

    def _write(self, table: str, row: Mapping[str, Any]) -> None:
        self.target.execute(insertion(table, list(row)), tuple(row.values()))

    def _replace(self, table: str, row: Mapping[str, Any]) -> bool:
        self._write(table, row)
        self.found.replaced[table] += 1
        return True

    def _tell(self, table: str, key: str, column: str, values: tuple[Any, Any]) -> None:
        self.found.conflicts.append(Conflict(table, key, column, *map(_shown, values)))


def _shown(value: Any) -> str:
    return "–" if value is None else str(value)


def _told(score: Mapping[str, Any]) -> str:
    return f"{score['value']} by {score['source']}"


def _grouped(
    connection: sqlite3.Connection, table: str, names: Sequence[str]
) -> dict[str, list[tuple[Any, ...]]]:
    """Return the rows of a table by their first column."""
    groups: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    for key, *values in rows(connection, table, names, names[0]):
        groups[key].append(tuple(values))
    return groups

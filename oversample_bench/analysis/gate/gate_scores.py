"""The scores of a finished run, cell by cell, and what they are scores of. Judges nothing."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any, NamedTuple

from oversample_bench.core.errors import UsageError, listed, nearest
from oversample_bench.store import connect, last_run

TRIALS = """
SELECT p.dataset, p.ratio, p.classifier, p.method, p.split, p.seed, s.value,
    coalesce(t.status, 'pending') AS status, coalesce(t.reason, '') AS reason,
    coalesce(s.reason, '') AS uncomputed
FROM planned p LEFT JOIN trials t ON t.digest = p.trial
LEFT JOIN scores s ON s.trial = p.trial AND s.metric = ? ORDER BY p.position
"""
RESAMPLES = """
SELECT min(p.position), p.dataset, p.method AS label, d.method, d.params, d.spec, s.fingerprint
FROM planned p JOIN resamples d ON d.digest = p.resample LEFT JOIN splits s ON s.digest = d.split
GROUP BY p.dataset, p.ratio, p.method ORDER BY 1
"""
CLASSIFIERS = """
SELECT min(p.position), p.classifier AS label, t.classifier, t.params
FROM planned p JOIN trials t ON t.digest = p.trial GROUP BY p.classifier ORDER BY 1
"""
DECIMALS = 6
"""Of a score; what lies beyond tells nothing."""


class GateCell(NamedTuple):
    """The labels that a mean stands under."""

    dataset: str
    ratio: str
    classifier: str
    method: str


Rows = tuple[tuple[float | None, ...], ...]
"""Of a cell: a row a split, in it a score a seed; None where a trial has none."""


@dataclass(frozen=True)
class GateScores:
    """What a finished run came to by one metric.

    Attributes
    ----------
    suite, suite_digest : str
        The name and the digest of the suite.
    metric : str
        Its name.
    higher_is_better : bool
        Its direction.
    computed : mapping of str to str
        What labels stand for: ``"method smote-3"`` for ``'smote {"k_neighbors":3}'``; data sets with the
        fingerprint of their rows.
    environment : mapping of str to str
        Versions, Python, system and processor.
    values : mapping of GateCell to Rows
        The scores, in the order of the plan.
    lost : mapping of GateCell to str
        Why scores are not there, for the cells in which some are not.
    """

    suite: str
    suite_digest: str
    metric: str
    higher_is_better: bool
    computed: Mapping[str, str]
    environment: Mapping[str, str]
    values: Mapping[GateCell, Rows]
    lost: Mapping[GateCell, str]


def read_scores(folder: Path, metric: str = "") -> GateScores:
    """Read what the last run into ``folder`` came to.

    Parameters
    ----------
    folder : Path
        The output folder of `bench run`.
    metric : str, default=""
        One of the metrics of the run; the first if it is empty.

    Raises
    ------
    UsageError
        When there is no run, when it is not finished, or when it has no such metric.
    """
    connection = connect(folder)
    try:
        run = last_run(connection)
        if run is None:
            raise UsageError(f"The store of '{folder}' is empty. Start a run with `bench run SUITE`.")
        name = _metric(run["metrics"], metric)
        rows = connection.execute(TRIALS, (name,)).fetchall()
        _check_finished(rows, folder)
        return GateScores(
            suite=run["suite"],
            suite_digest=run["suite_digest"],
            metric=name,
            higher_is_better=bool(run["metrics"][name]),
            computed=_computed(connection),
            environment=_environment(run["environment"]),
            values=_values(rows),
            lost=_lost(rows),
        )
    finally:
        connection.close()


def _metric(there: Mapping[str, bool], asked: str) -> str:
    if asked and asked not in there:
        raise UsageError(
            f"the baseline is of the metric '{asked}', which the run has not.{nearest(asked, there)} "
            f"The run has: {listed(there)}. Run the suite with '{asked}', or make the baseline anew with "
            "--update."
        )
    return asked or next(iter(there))


def _check_finished(rows: list[sqlite3.Row], folder: Path) -> None:
    pending = sum(row["status"] == "pending" for row in rows)
    if pending or not rows:
        raise UsageError(
            f"the run in '{folder}' is not finished: {pending:,} of {len(rows):,} trials are not done. "
            "Go on with `bench run` and check then."
        )


def _values(rows: list[sqlite3.Row]) -> dict[GateCell, Rows]:
    """Return the scores by cell, split and seed."""
    found: dict[GateCell, dict[int, dict[int, float | None]]] = {}
    for row in rows:
        cell = GateCell(row["dataset"], row["ratio"], row["classifier"], row["method"])
        value = round(row["value"], DECIMALS) if _is_there(row) else None
        found.setdefault(cell, {}).setdefault(row["split"], {})[row["seed"]] = value
    return {
        cell: tuple(tuple(seeds[seed] for seed in sorted(seeds)) for _, seeds in sorted(splits.items()))
        for cell, splits in found.items()
    }


def _is_there(row: sqlite3.Row) -> bool:
    return row["status"] == "ok" and row["value"] is not None and isfinite(row["value"])


def _lost(rows: list[sqlite3.Row]) -> dict[GateCell, str]:
    """Say of each cell that is not whole how many trials have no score, and why the first of them."""
    reasons: dict[GateCell, list[str]] = {}
    for row in rows:
        if not _is_there(row):
            cell = GateCell(row["dataset"], row["ratio"], row["classifier"], row["method"])
            reasons.setdefault(cell, []).append(_why(row))
    return {cell: f"{len(whys)} without a score ({whys[0]})" for cell, whys in reasons.items()}


def _why(row: sqlite3.Row) -> str:
    if row["status"] == "ok":
        return str(row["uncomputed"]) or "no finite score"
    return f"{row['status']}: {row['reason']}"


def _computed(connection: sqlite3.Connection) -> dict[str, str]:
    """Return what the labels of the plan stand for."""
    found: dict[str, str] = {}
    for row in connection.execute(RESAMPLES):
        spec = json.loads(row["spec"])
        batch = f" in batches of {len(spec['batch'])}" if spec["batch"] else ""
        found.setdefault(f"method {row['label']}", f"{row['method']} {row['params']}{batch}")
        found["protocol"] = json.dumps(spec["split"]["protocol"], sort_keys=True)
        if row["fingerprint"]:
            found.setdefault(f"data {row['dataset']}", _data(spec["split"]["data"], row["fingerprint"]))
    for row in connection.execute(CLASSIFIERS):
        found[f"classifier {row['label']}"] = f"{row['classifier']} {row['params']}"
    return found


def _data(spec: Mapping[str, str], fingerprint: str) -> str:
    classes = f", {spec['majority']} against {spec['minority']}" if spec["majority"] else ""
    return f"{spec['name'] or 'a file'}{classes}, rows {fingerprint}"


def _environment(told: Mapping[str, Any]) -> dict[str, str]:
    """Return what may change numbers without anyone's design, flat and as text."""
    own = dict(text.rsplit(" ", 1) for text in told["distributions"])
    machine = f"{told['platform'].partition('-')[0]} {told['processor']}"
    return {**told["libraries"], **own, "python": told["python"], "machine": machine}

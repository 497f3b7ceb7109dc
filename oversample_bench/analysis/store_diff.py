"""What two stores say about the same trials: which are in one alone, which differ, by how much, and why.

A trial of one store is paired with that of the same digest in the other, and where there is none with the one
under the same labels; then the parts of their specs say why the digests differ. Whether the difference of
one trial matters is for the reader, or for the tolerance that is asked for; those of methods are estimated.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from oversample_bench.analysis import method_differences, results
from oversample_bench.analysis.environments import changed
from oversample_bench.analysis.reasons import parts, why
from oversample_bench.core.errors import UsageError
from oversample_bench.core.refusals import in_words
from oversample_bench.store import FILE_NAME, PLACE, connect, last_run

PLACES = list(PLACE)
EQUAL, NUMBERS, STATUS = "equal", "other numbers", "other status"
ONLY_A, ONLY_B = "only in A", "only in B"
CHANGES = (EQUAL, NUMBERS, STATUS, ONLY_A, ONLY_B)

TRIALS = """
SELECT p.position, p.trial, p.dataset, p.ratio, p.method, p.classifier, p.split, p.seed,
    coalesce(t.status, 'pending') AS status, coalesce(t.reason, '') AS reason,
    t.classifier AS classifier_name, t.params AS classifier_params, t.source AS classifier_source,
    d.spec, d.split AS split_digest, d.source AS method_source, s.fingerprint
FROM planned p LEFT JOIN trials t ON t.digest = p.trial LEFT JOIN resamples d ON d.digest = p.resample
LEFT JOIN splits s ON s.digest = d.split ORDER BY p.position
"""
SCORES = """
SELECT DISTINCT s.trial, s.metric, s.value FROM planned p
JOIN trials t ON t.digest = p.trial AND t.status = 'ok' JOIN scores s ON s.trial = t.digest
"""


@dataclass(frozen=True, eq=False)
class Diff:
    """Two stores side by side.

    Attributes
    ----------
    trials : DataFrame of shape (n_places, ...)
        The labels (those of A where it has the trial); ``change``, one of `CHANGES`; ``why`` the digests or
        labels differ, empty where they are the same; ``same_digest``; ``status_a``, ``status_b``,
        ``reason_a``, ``reason_b``; and for each metric of both ``<metric>_a``, ``<metric>_b`` and
        ``<metric>_difference`` (B minus A).
    metrics : DataFrame of shape (n_metrics, 5)
        metric; ``n`` pairs with a value in both, ``n_differ`` of all pairs (also those with a value in one
        alone), the ``largest`` and the ``mean`` absolute difference over the ``n``.
    lone_metrics : dict of str to tuple of str
        The metrics that only ``A`` or ``B`` has.
    environments : dict of str to (str, str)
        In what the last runs differ: versions, platform, cores.
    methods : DataFrame of shape (n_methods * n_metrics, 13)
        By how much each method of both differs, a positive ``estimate`` being better in B: see
        `oversample_bench.analysis.method_differences.frame`.
    lone_methods : dict of str to tuple of str
        The methods that only ``A`` or ``B`` has.
    unpaired_methods : tuple of str
        The labels of methods that both have, and of which no two trials are on the same rows.
    """

    trials: pd.DataFrame
    metrics: pd.DataFrame
    lone_metrics: dict[str, tuple[str, ...]]
    environments: dict[str, tuple[str, str]]
    methods: pd.DataFrame
    lone_methods: dict[str, tuple[str, ...]]
    unpaired_methods: tuple[str, ...]

    @property
    def counts(self) -> dict[str, int]:
        """How many trials there are of each change."""
        return {change: int((self.trials["change"] == change).sum()) for change in CHANGES}

    @property
    def n_contradictions(self) -> int:
        """How many trials have one digest and two outcomes: the same was computed, with other numbers."""
        return int((self.trials["same_digest"] & self.trials["change"].isin([NUMBERS, STATUS])).sum())

    @property
    def is_empty(self) -> bool:
        """Whether both stores hold the same trials with the same outcomes."""
        return bool((self.trials["change"] == EQUAL).all()) and not any(self.lone_metrics.values())

    def worst(self, most: int) -> pd.DataFrame:
        """Return the largest absolute differences, at most ``most``: labels, metric, both values, why."""
        parts = [self._long(metric) for metric in self.metrics["metric"]]
        if not parts:
            return pd.DataFrame(columns=[*PLACES, "metric", "a", "b", "difference", "why"])
        found = pd.concat(parts, ignore_index=True)
        found = found[found["difference"].abs() > 0]
        return found.sort_values("difference", key=np.abs, ascending=False, kind="stable").head(most)

    def _long(self, metric: str) -> pd.DataFrame:
        names = {f"{metric}_{end}": end for end in ("a", "b", "difference")}
        paired = self.trials[self.trials["change"].isin([EQUAL, NUMBERS])]
        return paired[[*PLACES, *names, "why"]].rename(columns=names).assign(metric=metric)


@dataclass(frozen=True, eq=False)
class _Side:
    """One store: its planned trials, their scores by digest and metric, its last run, what is better."""

    trials: pd.DataFrame
    scores: pd.DataFrame
    run: dict[str, Any]
    directions: dict[str, bool]


def diff(a: str | Path, b: str | Path, tolerance: float = 0.0) -> Diff:
    """Compare what two folders of runs hold of the trials that either of them plans.

    Parameters
    ----------
    a, b : str or Path
        The folders.
    tolerance : float, default=0.0
        The absolute difference up to which two scores count as equal.

    Returns
    -------
    Diff
        The trials of A in its order, then those that only B has.

    Raises
    ------
    UsageError
        When a folder is no run's, its store is empty, damaged or newer, or both are the same folder.
    """
    a, b = Path(a), Path(b)
    if a.resolve() == b.resolve():
        raise UsageError(f"'{a}' and '{b}' are the same folder. Name two.")
    left, right = _read(a), _read(b)
    paired = _paired(left, right)
    metrics = [name for name in left.scores.columns if name in right.scores.columns]
    paired = paired.assign(why=list(_reasons(paired)))
    found = pd.concat([paired, *(_compared(paired, left, right, metric) for metric in metrics)], axis=1)
    found["change"] = _changes(found, metrics, tolerance)
    columns = [f"{metric}_{end}" for metric in metrics for end in ("a", "b", "difference")]
    texts = ["status_a", "status_b", "reason_a", "reason_b"]
    found[texts] = found[texts].fillna("")
    pairs = _on_the_same_rows(found)
    known = right.directions | left.directions
    directions = {name: known[name] for name in metrics if name in known}
    return Diff(
        trials=found[[*PLACES, "change", "why", "same_digest", *texts, *columns]],
        metrics=_by_metric(found, metrics, tolerance),
        lone_metrics={"A": _lone(left, right), "B": _lone(right, left)},
        environments=changed(left.run["environment"], right.run["environment"]),
        methods=method_differences.frame(pairs, directions, results.read(a)),
        **_methods_apart(found, pairs),
    )


def _read(folder: Path) -> _Side:
    with closing(connect(folder)) as connection, in_words(folder / FILE_NAME):
        connection.execute("BEGIN")
        run = last_run(connection)
        trials = pd.read_sql_query(TRIALS, connection)
        scores = pd.read_sql_query(SCORES, connection).astype({"value": "float64"})
        directions = _directions(connection)
    if run is None or trials.empty:
        raise UsageError(f"The store of '{folder}' is empty: there is nothing to compare.")
    wide = scores.pivot(index="trial", columns="metric", values="value")
    known = [name for name in run["metrics"] if name in wide.columns]
    return _Side(trials, wide[known + [name for name in wide.columns if name not in known]], run, directions)


def _directions(connection: sqlite3.Connection) -> dict[str, bool]:
    """Return whether higher is better, for the metrics of all runs; as the last run that has one says."""
    texts = [row[0] for row in connection.execute("SELECT metrics FROM runs ORDER BY id")]
    return {name: better for text in texts for name, better in json.loads(text).items()}


def _paired(a: _Side, b: _Side) -> pd.DataFrame:
    """Return a row for each trial of either side, each in one row: by digest and labels, digest, labels."""
    left, right = a.trials, b.trials
    parts = []
    for keys in ([*PLACES, "trial"], ["trial"], PLACES):
        found = _first(left, keys).merge(_first(right, keys), on="_key", suffixes=("_a", "_b"))
        left = left[~left["position"].isin(found["position_a"])]
        right = right[~right["position"].isin(found["position_b"])]
        parts.append(found.drop(columns="_key"))
    parts += [left.add_suffix("_a"), right.add_suffix("_b")]
    paired = pd.concat(parts, ignore_index=True).sort_values(["position_a", "position_b"], ignore_index=True)
    labels = {
        name: paired[f"{name}_a"].where(paired["position_a"].notna(), paired[f"{name}_b"]) for name in PLACES
    }
    same = paired["trial_a"] == paired["trial_b"]
    return paired.assign(**labels, same_digest=same).astype({"split": "int64", "seed": "int64"})


def _first(trials: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Return the first trial of each key, the key as one column of texts."""
    unique = trials.drop_duplicates(keys)
    return unique.assign(_key=[json.dumps(row) for row in unique[keys].to_numpy().tolist()])


def _reasons(paired: pd.DataFrame) -> Iterator[str]:
    """Say of each pair why its digests or labels differ."""
    for row in paired.to_dict("records"):
        if pd.isna(row["position_a"]) or pd.isna(row["position_b"]):
            yield ""
        elif row["trial_a"] != row["trial_b"]:
            yield why(parts(row, "a"), parts(row, "b"))
        else:
            labels = [str(row[f"{name}_b"]) for name in PLACES if row[f"{name}_a"] != row[f"{name}_b"]]
            yield f"called {', '.join(labels)} in B" if labels else ""


def _on_the_same_rows(found: pd.DataFrame) -> pd.DataFrame:
    """Return the pairs of trials that were trained and tested on the same rows."""
    both = found[found["position_a"].notna() & found["position_b"].notna()]
    same = [method_differences.same_rows(row) for row in both.to_dict("records")]
    return both[pd.Series(same, index=both.index, dtype=bool)]


def _methods_apart(found: pd.DataFrame, pairs: pd.DataFrame) -> dict[str, Any]:
    """Return the fields of `Diff` that name methods of which nothing can be compared."""
    mine, theirs = (list(found[f"method_{side}"].dropna().unique()) for side in "ab")
    paired = {*pairs["method_a"], *pairs["method_b"]}
    lone = {
        "A": tuple(name for name in mine if name not in {*theirs, *paired}),
        "B": tuple(name for name in theirs if name not in {*mine, *paired}),
    }
    unpaired = tuple(name for name in mine if name in theirs and name not in paired)
    return {"lone_methods": lone, "unpaired_methods": unpaired}


def _compared(paired: pd.DataFrame, a: _Side, b: _Side, metric: str) -> pd.DataFrame:
    """Return both values of one metric and their difference, a row a pair."""
    mine = a.scores[metric].reindex(paired["trial_a"]).to_numpy()
    theirs = b.scores[metric].reindex(paired["trial_b"]).to_numpy()
    values = {f"{metric}_a": mine, f"{metric}_b": theirs, f"{metric}_difference": theirs - mine}
    return pd.DataFrame(values, index=paired.index)


def _differs(found: pd.DataFrame, metric: str, tolerance: float) -> pd.Series[bool]:
    """Tell where two scores are further apart than ``tolerance``, or only one of them has a value."""
    both_ok = (found["status_a"] == "ok") & (found["status_b"] == "ok")
    lone = found[f"{metric}_a"].isna() != found[f"{metric}_b"].isna()
    return both_ok & (lone | (found[f"{metric}_difference"].abs() > tolerance))


def _changes(found: pd.DataFrame, metrics: list[str], tolerance: float) -> pd.Series[str]:
    differ = pd.Series(data=False, index=found.index)
    for metric in metrics:
        differ |= _differs(found, metric, tolerance)
    changes = pd.Series(EQUAL, index=found.index).mask(differ, NUMBERS)
    changes = changes.mask(found["status_a"] != found["status_b"], STATUS)
    return changes.mask(found["position_b"].isna(), ONLY_A).mask(found["position_a"].isna(), ONLY_B)


def _by_metric(found: pd.DataFrame, metrics: list[str], tolerance: float) -> pd.DataFrame:
    rows = []
    for metric in metrics:
        apart = found[f"{metric}_difference"].abs()
        n_differ = int(_differs(found, metric, tolerance).sum())
        rows.append((metric, int(apart.count()), n_differ, apart.max(), apart.mean()))
    return pd.DataFrame(rows, columns=["metric", "n", "n_differ", "largest", "mean"])


def _lone(side: _Side, other: _Side) -> tuple[str, ...]:
    return tuple(name for name in side.scores.columns if name not in other.scores.columns)

"""Trials that a run carried out, drawn at random, with all that it takes to carry them out again."""

from __future__ import annotations

import json
import math
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from oversample_bench import store
from oversample_bench.core.digests import restored
from oversample_bench.core.errors import UsageError, listed
from oversample_bench.core.specs import Component, TrialSpec, exact
from oversample_bench.evaluation.call_notes import UNSEEDED
from oversample_bench.store.restoring import resample_spec

if TYPE_CHECKING:
    from oversample_bench.store.renaming import Renewed
    from oversample_bench.suite import Suite

SUCCEEDED = """
SELECT min(p.position) AS position, p.trial AS digest FROM planned p
JOIN trials t ON t.digest = p.trial AND t.status = 'ok'
JOIN resamples d ON d.digest = t.resample AND d.status = 'ok' JOIN splits s ON s.digest = d.split
GROUP BY p.trial ORDER BY p.trial
"""
RECORDED = """
SELECT p.dataset, p.ratio, p.method, p.classifier, p.split, p.seed, t.digest, t.resample, t.run,
    t.classifier AS classifier_name, t.params, t.source AS classifier_source, t.notes, d.spec, d.flags,
    d.source AS method_source, s.fingerprint
FROM planned p JOIN trials t ON t.digest = p.trial JOIN resamples d ON d.digest = t.resample
JOIN splits s ON s.digest = d.split WHERE p.position = ?
"""


@dataclass(frozen=True)
class Recorded:
    """A trial that succeeded: what it was made from and what came of it.

    Attributes
    ----------
    digest, resample : str
        Of the trial and of its resample.
    labels : tuple
        As tables show it: dataset, ratio, method, classifier, split, seed.
    spec : TrialSpec
        What was computed.
    fingerprint, method_source, classifier_source : str
        What the names of the spec stood for.
    scores, metric_sources : mapping
        Value, and distribution and version, by metric.
    run : int
        The run that carried it out.
    unseeded : str, default=""
        The method or classifier whose numbers change from run to run, since a part of it takes no seed.
    """

    digest: str
    resample: str
    labels: tuple[Any, ...]
    spec: TrialSpec
    fingerprint: str
    method_source: str
    classifier_source: str
    scores: Mapping[str, float | None]
    metric_sources: Mapping[str, str]
    run: int
    unseeded: str = ""

    @property
    def label(self) -> str:
        """The labels in one, as `bench explain` takes them."""
        return "/".join(map(str, self.labels))

    def parts(self) -> dict[tuple[str, Component], str]:
        """Return what the spec's method and classifier stood for, by kind and component."""
        return {
            ("oversampler", self.spec.resample.method): self.method_source,
            ("classifier", self.spec.classifier): self.classifier_source,
        }

    def renewed(self, renew: Renewed) -> Recorded:
        """Return the trial as one of today where an earlier version wrote it; see `store.renaming`."""
        metrics = {name: renew("metric", name, one) or one for name, one in self.metric_sources.items()}
        then, before = self.method_source, self.classifier_source
        now = replace(
            self,
            method_source=renew("oversampler", self.spec.resample.method.name, then) or then,
            classifier_source=renew("classifier", self.spec.classifier.name, before) or before,
            metric_sources=metrics,
        )
        if _digests(self)[0] != self.digest:  # of another protocol, which is told later
            return now
        trial, resample = _digests(now)
        return replace(now, digest=trial, resample=resample)


def _digests(one: Recorded) -> tuple[str, str]:
    """Return the digests of a trial and of its resample that its parts give."""
    known = restored(one.spec, one.fingerprint, one.method_source, one.classifier_source)
    return known.trial(one.spec), known.resample(one.spec.resample)


@dataclass(frozen=True)
class Sample:
    """Trials drawn from a store.

    Attributes
    ----------
    folder : Path
        The folder of the run.
    name : str
        The suite's.
    n_trials : int
        Planned trials that succeeded, from which the sample was drawn.
    trials : tuple of Recorded
        In the order of the plan.
    resamples : mapping of str to mapping
        The rows of their resamples by digest.
    plugins : tuple of Path
        The loose plugin files of the suites that they come from.
    """

    folder: Path
    name: str
    n_trials: int
    trials: tuple[Recorded, ...]
    resamples: Mapping[str, Mapping[str, Any]]
    plugins: tuple[Path, ...]


def sampled(
    folder: Path,
    fraction: float,
    random_state: int = 0,
    suite: Suite | None = None,
    trusted: Path | None = None,
) -> Sample:
    """Draw trials that succeeded, each with the same chance and without replacement.

    Parameters
    ----------
    folder : Path
        The folder of a run.
    fraction : float
        The share to draw, above 0 and at most 1; rounded up, so that it is one trial at least.
    random_state : int, default=0
        The seed of the choice.
    suite : Suite, optional
        Whose loose plugins are used.
    trusted : Path, optional
        Without a suite: the folder from which the loose plugins are taken that the store names. They are run
        as programs, so that a store of somebody else's may do anything with them.

    Raises
    ------
    UsageError
        When the folder is no run's, when no trial succeeded there, for another fraction, when a loose plugin
        is not there, and when the store names some and nobody has said whether to run them.
    """
    import numpy as np

    if not 0 < fraction <= 1:
        raise UsageError(f"The fraction is {fraction:g}; expected a number above 0 and at most 1.")
    with closing(store.connect(folder)) as connection:
        connection.execute("BEGIN")
        positions = [row["position"] for row in connection.execute(SUCCEEDED)]
        run = store.last_run(connection)
        if run is None or not positions:
            raise UsageError(f"No trial in '{folder}' has succeeded: there is nothing to verify.")
        generator = np.random.default_rng(random_state)
        count = math.ceil(exact(fraction) * len(positions))
        chosen = sorted(generator.choice(positions, count, replace=False).tolist())
        trials = tuple(_recorded(connection, position) for position in chosen)
        resamples = {one.resample: _drawn(connection, one.resample) for one in trials}
        runs = {one.run for one in trials} | {resample["run"] for resample in resamples.values()}
        named = _named(connection, runs) if suite is None else ()
    plugins = _trusted(named, trusted) if suite is None else tuple(map(Path, suite.plugins))
    return Sample(folder, run["suite"], len(positions), trials, resamples, plugins)


def _recorded(connection: sqlite3.Connection, position: int) -> Recorded:
    row = connection.execute(RECORDED, (position,)).fetchone()
    query = "SELECT metric, value, source FROM scores WHERE trial = ?"
    scores = connection.execute(query, (row["digest"],)).fetchall()
    return Recorded(
        digest=row["digest"],
        resample=row["resample"],
        labels=tuple(row[name] for name in store.PLACE),
        spec=TrialSpec(resample_spec(row["spec"]), Component(row["classifier_name"], row["params"])),
        fingerprint=row["fingerprint"],
        method_source=row["method_source"],
        classifier_source=row["classifier_source"],
        scores={metric: value for metric, value, _ in scores},
        metric_sources={metric: source for metric, _, source in scores},
        run=row["run"],
        unseeded=_unseeded(row),
    )


def _unseeded(row: sqlite3.Row) -> str:
    told = {row["method"]: row["flags"], row["classifier"]: row["notes"]}
    return next((name for name, flags in told.items() if UNSEEDED in flags.split(", ")), "")


def _drawn(connection: sqlite3.Connection, digest: str) -> dict[str, Any]:
    """Return the row of a resample, with the version of fidelity that its run measured by."""
    row = dict(connection.execute("SELECT * FROM resamples WHERE digest = ?", (digest,)).fetchone())
    run = connection.execute("SELECT environment FROM runs WHERE id = ?", (row["run"],)).fetchone()
    return row | {"fidelity_version": json.loads(run[0] if run else "{}").get("fidelity_version", 1)}


def _named(connection: sqlite3.Connection, runs: set[int]) -> tuple[str, ...]:
    """Return the loose plugin files that the suites of some runs name, as they are written there."""
    from oversample_bench.suite.yaml_source import parsed

    texts = connection.execute("SELECT id, suite_text FROM runs ORDER BY id").fetchall()
    suites = [parsed(text, "<suite>").value for number, text in texts if number in runs and text]
    named = [suite.get("plugins") for suite in suites if isinstance(suite, Mapping)]
    return tuple(dict.fromkeys(str(name) for names in named if isinstance(names, list) for name in names))


def _trusted(named: tuple[str, ...], folder: Path | None) -> tuple[Path, ...]:
    """Return the files that a store names, where somebody has said that they may be run."""
    if named and folder is None:
        raise UsageError(
            f"The suite of this run has plugin files, which verifying would run: {listed(named)}. "
            "Name the suite with --suite FILE, or run the files that the store names with --trust-plugins."
        )
    paths = {((folder or Path()) / name).absolute(): name for name in named}
    for path, name in paths.items():
        if not path.is_file():
            raise UsageError(
                f"The suite of this run has the plugin file '{name}', which is not in '{path.parent}'. "
                "Name the suite with --suite FILE, or its folder with --suite-dir."
            )
    return tuple(paths)

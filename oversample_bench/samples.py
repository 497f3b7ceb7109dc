"""Trials that a run carried out, drawn at random, with all that it takes to carry them out again."""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from oversample_bench import store
from oversample_bench.errors import UsageError
from oversample_bench.specs import Component, TrialSpec, exact
from oversample_bench.store.restoring import draw_spec

SUCCEEDED = """
SELECT min(p.position) AS position, p.trial AS digest FROM planned p
JOIN trials t ON t.digest = p.trial AND t.status = 'ok'
JOIN draws d ON d.digest = t.draw AND d.status = 'ok' JOIN splits s ON s.digest = d.split
GROUP BY p.trial ORDER BY p.trial
"""
RECORDED = """
SELECT p.dataset, p.ratio, p.method, p.classifier, p.split, p.seed, t.digest, t.draw, t.run,
    t.classifier AS classifier_name, t.params, t.source AS classifier_source, d.spec,
    d.source AS method_source, s.fingerprint
FROM planned p JOIN trials t ON t.digest = p.trial JOIN draws d ON d.digest = t.draw
JOIN splits s ON s.digest = d.split WHERE p.position = ?
"""


@dataclass(frozen=True)
class Recorded:
    """A trial that succeeded: what it was made from and what came of it.

    Attributes
    ----------
    digest, draw : str
        Of the trial and of its draw.
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
    """

    digest: str
    draw: str
    labels: tuple[Any, ...]
    spec: TrialSpec
    fingerprint: str
    method_source: str
    classifier_source: str
    scores: Mapping[str, float | None]
    metric_sources: Mapping[str, str]
    run: int

    @property
    def label(self) -> str:
        """The labels in one, as `bench explain` takes them."""
        return "/".join(map(str, self.labels))


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
    draws : mapping of str to mapping
        The rows of their draws by digest.
    plugins : tuple of Path
        The loose plugin files of the suites that they come from.
    """

    folder: Path
    name: str
    n_trials: int
    trials: tuple[Recorded, ...]
    draws: Mapping[str, Mapping[str, Any]]
    plugins: tuple[Path, ...]


def sampled(folder: Path, fraction: float, random_state: int = 0, suite_dir: Path | None = None) -> Sample:
    """Draw trials that succeeded, each with the same chance and without replacement.

    Parameters
    ----------
    folder : Path
        The folder of a run.
    fraction : float
        The share to draw, above 0 and at most 1; rounded up, so that it is one trial at least.
    random_state : int, default=0
        The seed of the choice.
    suite_dir : Path, optional
        The folder of the suite's file, from which its loose plugins are named; the working directory if it
        is not given.

    Raises
    ------
    UsageError
        When the folder is no run's, when no trial succeeded there, for another fraction, and when a loose
        plugin is not there.
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
        draws = {one.draw: _drawn(connection, one.draw) for one in trials}
        plugins = _plugins(connection, {one.run for one in trials}, suite_dir or Path())
    return Sample(folder, run["suite"], len(positions), trials, draws, plugins)


def _recorded(connection: sqlite3.Connection, position: int) -> Recorded:
    row = connection.execute(RECORDED, (position,)).fetchone()
    query = "SELECT metric, value, source FROM scores WHERE trial = ?"
    scores = connection.execute(query, (row["digest"],)).fetchall()
    return Recorded(
        digest=row["digest"],
        draw=row["draw"],
        labels=tuple(row[name] for name in store.PLACE),
        spec=TrialSpec(draw_spec(row["spec"]), Component(row["classifier_name"], row["params"])),
        fingerprint=row["fingerprint"],
        method_source=row["method_source"],
        classifier_source=row["classifier_source"],
        scores={metric: value for metric, value, _ in scores},
        metric_sources={metric: source for metric, _, source in scores},
        run=row["run"],
    )


def _drawn(connection: sqlite3.Connection, digest: str) -> dict[str, Any]:
    return dict(connection.execute("SELECT * FROM draws WHERE digest = ?", (digest,)).fetchone())


def _plugins(connection: sqlite3.Connection, runs: set[int], folder: Path) -> tuple[Path, ...]:
    """Return the loose plugin files that the suites of some runs name."""
    from oversample_bench.suite.parsing import parsed

    texts = connection.execute("SELECT id, suite_text FROM runs ORDER BY id").fetchall()
    named = {
        (folder / name).absolute(): name
        for number, text in texts
        if number in runs and text
        for name in (parsed(text, "<suite>").value or {}).get("plugins", ())
    }
    for path, name in named.items():
        if not path.is_file():
            raise UsageError(
                f"The suite of this run has the plugin file '{name}', which is not in '{folder.absolute()}'. "
                "Name the folder of the suite with --suite-dir."
            )
    return tuple(named)

"""The foot of a report: what was asked, by which versions it was computed, where, when and how long.

Every time is read from the store; there is no clock here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from oversample_bench.analysis import failures
from oversample_bench.analysis.results import PENDING, Results
from oversample_bench.core.errors import counted
from oversample_bench.report.markdown import escaped, table


def section(results: Results) -> str:
    """Return the foot as Markdown: facts, runs and the environment of the last run."""
    facts = table(["", ""], [[key, value] for key, value in _facts(results).items()], left=2)
    parts = ["## Provenance", facts, "Runs into this folder:", _runs(results)]
    environment = list(_flat(results.run["environment"]))
    if environment:
        rows = [[escaped(key), escaped(value)] for key, value in environment]
        parts += ["Environment of the last run:", table(["", ""], rows, left=2)]
    return "\n\n".join([*parts, "Made by `bench report DIR` from `results.sqlite` alone."])


def _facts(results: Results) -> dict[str, str]:
    tried = results.resamples[results.resamples["status"] != PENDING]
    sources = sorted({str(name) for name in tried["source"] if name})
    fits = tried.drop_duplicates("resample")["fit_seconds"].sum()
    trials = results.plan.drop_duplicates("trial")["trial_seconds"].sum()
    run = results.run
    return {
        "suite": escaped(run["suite"]),
        "suite digest": escaped(run["suite_digest"]),
        "methods from": escaped(", ".join(sources) or "–"),
        "runner": escaped(f"{run['runner']}, {counted(run['workers'], 'worker')}"),
        "seconds of fits, summed": f"{fits:,.1f}",
        "seconds of trials, summed": f"{trials:,.1f}",
        "failures": f"{len(failures.frame(results)):,}",
    }


def _runs(results: Results) -> str:
    header = ["run", "started", "finished", "status", "runner", "workers", "suite digest"]
    rows = [
        [
            str(run.id),
            run.started,
            run.finished or "–",
            run.status,
            run.runner,
            str(run.workers),
            run.suite_digest,
        ]
        for run in results.runs.fillna("").itertuples()
    ]
    return table(header, [[escaped(cell) for cell in row] for row in rows], left=7)


def _flat(tree: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Yield the leaves of nested mappings under dotted keys, lists in one line."""
    for key, value in tree.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{key}.")
        elif isinstance(value, list):
            yield f"{prefix}{key}", ", ".join(map(str, value)) or "–"
        else:
            yield f"{prefix}{key}", str(value)

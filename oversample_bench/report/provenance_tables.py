"""The foot of a report: what was asked, by which versions it was computed, where, when and how long.

Every time is read from the store; there is no clock here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from oversample_bench.analysis import failures
from oversample_bench.analysis.results import PENDING, Results
from oversample_bench.core.errors import counted
from oversample_bench.report.table import NOTHING, Block, ReportSection, Row, Table, Text, titled, words


def section(results: Results) -> ReportSection:
    """Return facts, runs and the environment of the last run."""
    facts = Table(
        "", "This report", titled("", "", left=2), [Row(words(*one)) for one in _facts(results).items()]
    )
    blocks: list[Block] = [facts, _runs(results)]
    environment = [Row(words(*one)) for one in _flat(results.run["environment"])]
    if environment:
        blocks.append(Table("", "Environment of the last run", titled("", "", left=2), environment))
    blocks.append(Text("Made by `bench report DIR` from results.sqlite alone."))
    return ReportSection("Provenance", blocks, is_detail=True)


def line(results: Results) -> str:
    """Return where the numbers come from, in a line."""
    run, n_failed = results.run, len(failures.frame(results))
    when = str(results.runs["finished"].fillna("").iloc[-1] or "not ended")
    versions = run["environment"].get("libraries", {})
    told = ", ".join(
        f"{name} {versions[name]}" for name in ("scikit-learn", "imbalanced-learn") if name in versions
    )
    return (
        f"Suite {run['suite']} ({str(run['suite_digest'])[:8]}), {when}, {run['runner']} with "
        f"{counted(run['workers'], 'worker')}{f'; {told}' if told else ''}; {counted(n_failed, 'failure')}."
    )


def _facts(results: Results) -> dict[str, str]:
    tried = results.resamples[results.resamples["status"] != PENDING]
    sources = sorted({str(name) for name in tried["source"] if name})
    fits = tried.drop_duplicates("resample")["fit_seconds"].sum()
    trials = results.plan.drop_duplicates("trial")["trial_seconds"].sum()
    run = results.run
    return {
        "suite": str(run["suite"]),
        "suite digest": str(run["suite_digest"]),
        "methods from": ", ".join(sources) or NOTHING,
        "runner": f"{run['runner']}, {counted(run['workers'], 'worker')}",
        "seconds of fits, summed": f"{fits:,.1f}",
        "seconds of trials, summed": f"{trials:,.1f}",
        "failures": f"{len(failures.frame(results)):,}",
    }


def _runs(results: Results) -> Table:
    titles = ["run", "started", "finished", "status", "runner", "workers", "suite digest"]
    rows = [
        Row(
            words(
                one.id,
                one.started,
                one.finished or NOTHING,
                one.status,
                one.runner,
                one.workers,
                one.suite_digest,
            )
        )
        for one in results.runs.fillna("").itertuples()
    ]
    return Table("", "Runs into this folder", titled(*titles, left=7), rows)


def _flat(tree: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Yield the leaves of nested mappings under dotted keys, lists in one line."""
    for key, value in tree.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{key}.")
        elif isinstance(value, list):
            yield f"{prefix}{key}", ", ".join(map(str, value)) or NOTHING
        else:
            yield f"{prefix}{key}", str(value)

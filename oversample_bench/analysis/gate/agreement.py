"""In what a run asked for something else than a baseline is of; sentences, a difference each."""

from __future__ import annotations

from oversample_bench.analysis.gate.baseline import Baseline
from oversample_bench.analysis.gate.gate_scores import GateCell, GateScores, Rows
from oversample_bench.core.errors import counted, listed

KINDS = {"dataset": "data set", "ratio": "ratio", "classifier": "classifier", "method": "method"}


def disagreements(baseline: Baseline, now: GateScores) -> list[str]:
    """Return why the two cannot be compared; nothing where they can.

    Titles, limits and the like may differ, and so may versions: what those change is what a gate is for.
    """
    found = []
    if now.suite != baseline.suite:
        found.append(f"the baseline is of the suite '{baseline.suite}', the run of '{now.suite}'")
    if now.higher_is_better != baseline.higher_is_better:
        way = "higher" if now.higher_is_better else "lower"
        found.append(f"in the run {way} '{now.metric}' is better, in the baseline it is the other way round")
    return [*found, *_cells(baseline, now), *_sizes(baseline, now), *_meanings(baseline, now)]


def _cells(baseline: Baseline, now: GateScores) -> list[str]:
    """Name the labels that stand on one side only; where there is none, the cells."""
    before = baseline.values()
    found = []
    for place, kind in KINDS.items():
        then, today = ({getattr(cell, place) for cell in cells} for cells in (before, now.values))
        found += [
            f"the run has no {kind} '{name}' (it has: {listed(today)})" for name in sorted(then - today)
        ]
        found += [f"the baseline has no {kind} '{name}'" for name in sorted(today - then)]
    lone = set(before) ^ set(now.values)
    if lone and not found:
        found.append(f"only one of them has {listed(map(_named, lone), most=3)}")
    return found


def _sizes(baseline: Baseline, now: GateScores) -> list[str]:
    """Tell where splits or seeds are more or fewer, once for each pair of sizes."""
    found = {}
    for cell, rows in baseline.values().items():
        today = now.values.get(cell, rows)
        if _size(rows) != _size(today):
            found[f"the baseline has {_size(rows)}, the run {_size(today)}"] = cell.dataset
    return [f"{told} (of {dataset})" for told, dataset in found.items()]


def _size(rows: Rows) -> str:
    return f"{counted(len(rows), 'split')} with {counted(len(rows[0]), 'seed')}"


def _meanings(baseline: Baseline, now: GateScores) -> list[str]:
    """Tell which labels stand for something else."""
    both = [key for key in baseline.computed if key in now.computed]
    return [
        f"{key} is '{now.computed[key]}', in the baseline '{baseline.computed[key]}'"
        for key in both
        if now.computed[key] != baseline.computed[key]
    ]


def _named(cell: GateCell) -> str:
    return " / ".join(cell)

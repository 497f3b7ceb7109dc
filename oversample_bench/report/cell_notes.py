"""What is said beside a score: marks of the audit, why trials are missing, and what all of that means."""

from __future__ import annotations

from typing import Any

import pandas as pd

from oversample_bench.analysis.results import Results
from oversample_bench.analysis.score_cells import (
    EMPTY,
    ORDER,
    STATES,
    UNCOMPUTED,
    flag_counts,
    good_resamples,
    good_trials,
    note_counts,
)
from oversample_bench.core.errors import listed

MARKS = {
    "nothing new": "ⁿ", "short": "ˢ", "copies": "ᶜ", "dropped": "ᵈ", "mixed categories": "ᵐ", "fallback": "ᶠ",
    "not converged": "ⁱ", "unseeded": "ʳ",
}  # fmt: skip
OTHER_MARK = "†"
WORSE_MARK = "↓"
"""Marks a cell that is significantly worse than the best of its row."""
MEANINGS = {
    "nothing new": "the sampler was asked for minority rows and made none",
    "short": "it made less than 90 % of the rows that were requested",
    "copies": "some new rows equal a real one in every feature",
    "dropped": "real training rows were left out",
    "mixed categories": "some new rows hold a mixture of categories, or none, as no real row does",
    "fallback": "it could not do what it is for and did something else (see What did the methods do?)",
    "not converged": "a fit ended before it converged",
    "unseeded": "numbers change from run to run, since a part of it takes its randomness from no seed",
}
WORDS = {
    EMPTY: "the classifier gives nothing that this metric can be computed from",
    UNCOMPUTED: "the metric failed, or gave no finite number (see What failed?)",
    STATES["upstream"]: "the sampler or the split failed (see What failed?)",
    STATES["skipped"]: "there is no such combination, e.g. too few rows (see What failed?)",
}


def missing(cell: Any) -> str:
    """Return what a cell says of missing trials, e.g. ``n = 27 of 30 (3 failed)``; "" of a whole one."""
    if cell.n == cell.n_planned:
        return ""
    if cell.n == 0:
        return str(cell.missing if "," in cell.missing else cell.missing.partition(" ")[2])
    return f"n = {cell.n} of {cell.n_planned} ({cell.missing})"


def marks(flags: str) -> str:
    """Return the mark of each flag of a cell."""
    return "".join(MARKS.get(flag, OTHER_MARK) for flag in flags.split(", ") if flag)


def glossary(found: pd.DataFrame) -> list[str]:
    """Return what those words of the cells mean that do not explain themselves."""
    return [f"{word}: {text}" for word, text in WORDS.items() if found["missing"].str.contains(word).any()]


def legend(results: Results) -> list[str]:
    """Return a line for each flag of the audit: its mark, its meaning, and who has it how often."""
    resamples = _whose(flag_counts(results), good_resamples(results), ("method", "resamples"))
    trials = _whose(note_counts(results), good_trials(results), ("classifier", "trials"))
    flags = sorted({*resamples, *trials}, key=lambda flag: (ORDER.get(flag, len(ORDER)), flag))
    return [
        f"{MARKS.get(flag, OTHER_MARK)} {_told(flag, [*resamples.get(flag, []), *trials.get(flag, [])])}"
        for flag in flags
    ]


def _whose(counts: pd.DataFrame, totals: pd.DataFrame, who: tuple[str, str]) -> dict[str, list[str]]:
    """Say of each flag which methods (or classifiers) have it, in how many of their resamples (or trials)."""
    column, things = who
    found: dict[str, list[str]] = {}
    if counts.empty:
        return found
    n = totals.groupby(column)["n"].sum().to_dict()
    for (flag, name), own in counts.groupby(["flag", column], sort=False):
        sets = listed(map(str, own["dataset"].unique()), most=6)
        found.setdefault(str(flag), []).append(f"{name} in {own['k'].sum()} of {n[name]} {things} ({sets})")
    return found


def _told(flag: str, where: list[str]) -> str:
    meaning = f": {MEANINGS[flag]}" if flag in MEANINGS else ""
    return f"{flag}{meaning} – {'; '.join(where)}"

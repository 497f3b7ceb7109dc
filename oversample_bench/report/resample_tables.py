"""What the samplers really did: the audit by method, its flags, and what methods said of themselves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from oversample_bench.analysis import detection
from oversample_bench.analysis.results import FIDELITY, Results
from oversample_bench.analysis.score_cells import flag_counts, good_resamples, good_trials, note_counts
from oversample_bench.core.errors import counted, listed
from oversample_bench.report.cell_notes import MEANINGS
from oversample_bench.report.number_texts import gain
from oversample_bench.report.table import (
    NOTHING,
    Block,
    Bullets,
    Cell,
    ReportSection,
    Row,
    Table,
    Text,
    number,
    titled,
    words,
)

MOST_LETTERS = 300


def section(results: Results) -> ReportSection:
    """Return the tables of resamples."""
    good = results.resamples[results.resamples["status"] == "ok"]
    title = "What did the methods do?"
    if good.empty:
        return ReportSection(title, [Text("No resample has succeeded yet.")])
    blocks: list[Block] = [_by_method(results, good), *_flagged(results), *_fallbacks(good)]
    return ReportSection(title, blocks)


def _by_method(results: Results, good: pd.DataFrame) -> Table:
    mixed = ["mixed categories"] if (good["n_mixed"] > 0).any() else []
    titles = [
        "method",
        "resamples",
        "real rows",
        "dropped",
        "new",
        "copies",
        *mixed,
        "ratio",
        "seconds a fit",
    ]
    counts = ["n_real", "n_dropped", "n_new", "n_copies", *(["n_mixed"] if mixed else [])]
    planned = results.resamples.groupby("method", sort=False).size()
    parts = dict(list(good.groupby("method", sort=False)))
    rows = [
        Row(
            _line(str(name), int(planned[name]), parts.get(name, good.iloc[:0]), counts),
            {"method": str(name)},
        )
        for name in planned.index
    ]
    note = (
        "A resample is what a method made of one split with one seed; rows are summed over those that "
        "succeeded. The ratio is minority : majority among the rows that came back. Seconds are the "
        "median, and the most."
    )
    return Table("resamples", "Resamples by method", titled(*titles), rows, (note,))


def _line(method: str, planned: int, part: pd.DataFrame, counts: list[str]) -> list[Cell]:
    count = f"{len(part):,}" if len(part) == planned else f"{len(part):,} of {planned:,}"
    if part.empty:
        return words(method, count, *[NOTHING] * (len(counts) + 2))
    sums, seconds = part[counts].sum(), part["fit_seconds"]
    return [
        *words(method, count),
        *(Cell(f"{int(one):,}", float(one)) for one in sums),
        *words(_range(part["realised_ratio"].dropna())),
        Cell(f"{seconds.median():.3g} ({seconds.max():.3g})", float(seconds.median())),
    ]


def _range(ratios: pd.Series[float]) -> str:
    low, high = f"{ratios.min():.3g}", f"{ratios.max():.3g}"
    return NOTHING if ratios.empty else low if low == high else f"{low} to {high}"


def fidelity(results: Results) -> ReportSection:
    """Return how like real minority rows the new ones are; empty where nothing was measured."""
    good = results.resamples[results.resamples["status"] == "ok"]
    measured = good[good[FIDELITY].notna().any(axis=1)]
    title = "Are the new rows like real ones?"
    if measured.empty:
        return ReportSection(title, [])
    grouped = measured.groupby("method", sort=False)
    means, sizes = grouped[FIDELITY].mean(), grouped.size()
    rows = [
        Row(
            [*words(name), Cell(f"{sizes[name]:,}"), *(number(one, f"{one:z.3f}") for one in line)],
            {"method": str(name)},
        )
        for name, line in zip(means.index, means.to_numpy().tolist(), strict=True)
    ]
    note = (
        "New minority rows against the minority rows that thinning withheld, means over resamples: "
        "precision is the share of new rows near real ones, coverage the share of real rows with a new one "
        "near."
    )
    titles = ["method", "resamples measured", *(name.removeprefix("fidelity_") for name in FIDELITY)]
    table = Table("fidelity", "Fidelity of the new rows", titled(*titles), rows, (note,))
    return ReportSection(title, [table, *told_apart(results)])


def told_apart(results: Results) -> list[Table]:
    """Return how well new rows are told from withheld ones; nothing where that was not measured."""
    found = detection.frame(results)
    if found.empty:
        return []
    by = {key: own.set_index("measure") for key, own in found.groupby(["ratio", "method"], sort=False)}
    rows = [
        Row(
            [
                *words(ratio, method),
                Cell(f"{own['n_resamples'].iloc[0]:,}"),
                number(own["copies"].iloc[0], f"{own['copies'].iloc[0]:.1%}".replace("%", " %")),
                *(cell for name in detection.MEASURES for cell in _apart(own.loc[name])),
            ],
            {"ratio": str(ratio), "method": str(method)},
        )
        for (ratio, method), own in by.items()
    ]
    note = (
        "Balanced accuracy of telling new minority rows from those that thinning withheld, by one threshold "
        "on one feature (stump) and by a small forest, on rows that they were not fitted on; in brackets the "
        "same for real rows that the method had. The difference, with its 95 % interval over "
        f"{' and '.join(sorted(found['unit'].unique()))}, is 0 where new rows are like real ones."
    )
    titles = [
        "ratio", "method", "resamples", "copies", "stump (real rows)", "difference", "forest (real rows)",
        "difference",
    ]  # fmt: skip
    title = "How well new rows are told from real ones"
    return [Table("detection", title, titled(*titles, left=2), rows, (note,))]


def _apart(row: Any) -> list[Cell]:
    shown = Cell(f"{row['mean']:.3f} ({row['null']:.3f})", float(row["mean"]))
    return [shown, number(row["estimate"], gain(row["estimate"], row["low"], row["high"], 3))]


def _flagged(results: Results) -> list[Block]:
    """Return which flags resamples have, and trials, by whose they are."""
    kinds = [
        (flag_counts(results), good_resamples(results), "method", "resamples"),
        (note_counts(results), good_trials(results), "classifier", "trials"),
    ]
    rows = [row for kind in kinds if len(kind[0]) for row in _whose(*kind)]
    flags = dict.fromkeys(row.cells[0].text for row in rows)
    notes = tuple(f"{flag}: {MEANINGS[flag]}." for flag in flags if flag in MEANINGS)
    columns = titled("flag", "whose", "how many", "of these", left=4)
    return [Table("flags", "What the audit marks", columns, rows, notes)] if rows else []


def _whose(counts: pd.DataFrame, totals: pd.DataFrame, column: str, things: str) -> Iterator[Row]:
    n = totals.groupby(column)["n"].sum().to_dict()
    for (flag, name), part in counts.groupby(["flag", column], sort=False):
        share = f"{part['k'].sum():,} of {n[str(name)]:,} {things}"
        yield Row(words(flag, name, share, _where(part)), {column: str(name)})


def _where(part: pd.DataFrame) -> str:
    places = [f"{row.dataset} ({row.ratio}) {row.k} of {row.n}" for row in part.itertuples()]
    return listed(places, most=4)


def _fallbacks(good: pd.DataFrame) -> list[Block]:
    told = good[good["fallback"] != ""]
    if told.empty:
        return []
    lines = [_sentence(key, part) for key, part in told.groupby(["method", "fallback"], sort=False)]
    return [Text("What methods said of themselves when they could not do what they are for:"), Bullets(lines)]


def _sentence(key: Any, part: pd.DataFrame) -> str:
    method, sentence = key
    where = listed(map(str, part["dataset"].unique()), most=8)
    said = sentence if len(sentence) <= MOST_LETTERS else f"{sentence[: MOST_LETTERS - 1].rstrip()}…"
    return f"{method}, {counted(len(part), 'resample')}: {said} ({where})"

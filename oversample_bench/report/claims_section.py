"""The section of a report that is made of `oversample_bench.analysis.claims`."""

from __future__ import annotations

from typing import Any

import pandas as pd

from oversample_bench.analysis.claims import BEST, BLOCK, EVEN, LEANS_NO, LEANS_YES, NO, YES, frame
from oversample_bench.analysis.published_tables import asked, pairs
from oversample_bench.analysis.results import Results
from oversample_bench.analysis.score_cells import PLACE
from oversample_bench.report.table import Block, ReportSection, Row, Table, Text, titled, words

VERDICTS = [YES, LEANS_YES, EVEN, LEANS_NO, NO]

NOTHING = (
    "None can be asked of this run: the methods that the source has best, or their rivals, are not in it."
)


def section(results: Results) -> ReportSection:
    """Return the claims and their answers: counts in a table, then every interval."""
    title = "Do the claims of the source hold?"
    if not asked(results):
        return ReportSection(title, [])
    found = frame(results)
    if found.empty:
        return ReportSection(title, [Text(NOTHING)])
    blocks: list[Block] = [Text(_rules(results, found)), _counts(found)]
    parts = found.groupby(PLACE, sort=False)
    return ReportSection(title, blocks + [_part(results, part, at) for at, (_, part) in enumerate(parts, 1)])


def _rules(results: Results, found: pd.DataFrame) -> str:
    return (
        f"{_bests(results, found)}A row is a data set, ratio, classifier and metric. Each claim is the mean "
        "paired difference better minus worse, as the source has them, with its 95 % interval: the corrected "
        "resampled t over splits (Nadeau and Bengio, 2003), or Student's t over the seeds where there is one "
        f"split, which tells of other seeds and not of other rows. “{YES}” and “{NO}” where the interval "
        f"excludes 0, “{LEANS_YES}” and “{LEANS_NO}” where it does not. A best method is compared with the "
        f"best of the others here, which makes its interval lean to “{NO}”. No interval is adjusted for the "
        "number of claims."
    )


def _bests(results: Results, found: pd.DataFrame) -> str:
    """Return in how many rows the published best is best, as two sentences at most."""
    best = found[found["claim"] == BEST]
    n_rows = len(pairs(results)[BLOCK].drop_duplicates())
    ahead, sure = int(best["holds"].isin([YES, LEANS_YES]).sum()), int((best["holds"] == YES).sum())
    text = (
        f"The published best method is ahead of all others here in {ahead} of {len(best)} rows, and beyond "
        f"doubt in {sure}. "
    )
    if n_rows > len(best):
        text += f"{n_rows - len(best)} further rows have no score of their published best, or of a rival. "
    return text if n_rows else ""


def _counts(found: pd.DataFrame) -> Table:
    """Return how often each claim holds, on one split and over several."""
    told = found.assign(
        text=_told(found), splits=found["n_splits"].eq(1).map({True: "one", False: "several"})
    )
    grouped = told.groupby(["text", "splits"], sort=False)["holds"].value_counts().unstack(fill_value=0)
    shown = grouped.reindex(columns=[*VERDICTS, ""], fill_value=0)
    rows = [
        Row(words(text, splits, *(f"{int(count):,}" for count in line)))
        for (text, splits), line in zip(shown.index.tolist(), shown.to_numpy().tolist(), strict=True)
    ]
    columns = titled("claim", "splits", *VERDICTS, "no pair", left=2)
    return Table("claims", "How often each claim holds", columns, rows)


def _told(found: pd.DataFrame) -> pd.Series[str]:
    order = found["better"] + " above " + found["worse"]
    sourced = order + (" (" + found["source"] + ")").where(found["source"] != "", "")
    return sourced.mask(found["claim"] == BEST, "the published best is best")


def _part(results: Results, part: pd.DataFrame, at: int) -> Table:
    first = part.iloc[0]
    told = part.assign(
        line=part["metric"] + "\n" + _told(part), text=[_cell(row, results) for row in part.itertuples()]
    )
    wide = told.pivot_table(index="line", columns="classifier", values="text", aggfunc="first", sort=False)
    wide = wide.reindex(columns=part["classifier"].unique()).fillna("–")
    rows = [
        Row(words(*str(name).split("\n", 1), *line))
        for name, line in zip(wide.index, wide.to_numpy().tolist(), strict=True)
    ]
    place = f"{first['dataset']} at ratio {first['ratio']}, {first['design']}"
    columns = titled("metric", "claim", *map(str, wide.columns), left=2)
    return Table(f"claims_{at}", f"Claims on {place}", columns, rows)


def _cell(row: Any, results: Results) -> str:
    who = f"{row.better} over {row.worse}: " if row.claim == BEST else ""
    if row.n == 0:
        return f"{who}–"
    ends = [f"{value:+z.{results.digits}f}" for value in (row.mean, row.low, row.high)]
    interval = "" if pd.isna(row.low) else f" [{ends[1]}, {ends[2]}]"
    rest = "" if row.n == row.n_planned else f", n = {row.n} of {row.n_planned}"
    return f"{who}{ends[0]}{interval} {row.holds}{rest}"

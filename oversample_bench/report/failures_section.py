"""What failed, in groups of one reason each, with an example of each traceback."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from oversample_bench.analysis.failures import METRIC, frame
from oversample_bench.analysis.results import Results
from oversample_bench.core.errors import listed
from oversample_bench.report.table import Cell, ReportSection, Row, Table, Text, Verbatim, titled, words

GROUP = ["stage", "status", "who", "reason"]
EXAMPLES = 20
Groups = Sequence[tuple[object, pd.DataFrame]]


def section(results: Results) -> ReportSection:
    """Return the failures; one sentence where there are none."""
    found = frame(results)
    title = "What failed?"
    if found.empty:
        return ReportSection(title, [Text("No trial failed.")])
    told = found.assign(who=_culprit(found))
    groups = sorted(told.groupby(GROUP, sort=False), key=lambda group: -int(group[1]["trials_lost"].sum()))
    rows = [Row(_row(part)) for _, part in groups]
    columns = titled("stage", "status", "whose", "reason", "where", "failures", "trials lost", left=5)
    table = Table("failures", "Failures by reason", columns, rows, (_sentence(results, told),))
    return ReportSection(title, [table, *_examples(groups, results)])


def _culprit(found: pd.DataFrame) -> pd.Series[str]:
    """Return whose failure it is: nobody's where the data or the split is at fault."""
    who = found["classifier"].mask(found["classifier"] == "", found["method"])
    who = who.mask(found["stage"] == METRIC, found["kind"])
    return who.mask(found["stage"].isin(["data", "split"]), "")


def _sentence(results: Results, found: pd.DataFrame) -> str:
    resamples = int((found["classifier"] == "").sum())
    trials = len(found) - resamples - int((found["stage"] == METRIC).sum())
    lost = int(found.loc[found["classifier"] == "", "trials_lost"].sum())
    told = (
        f"Resamples that did not succeed: {resamples:,}, at the cost of {lost:,} trials. "
        f"Trials that did not succeed on their own account: {trials:,}."
    )
    counts = found.loc[found["stage"] == METRIC, "kind"].value_counts(sort=False)
    if counts.empty:
        return told
    n_good = int((results.plan["status"] == "ok").sum())
    empty = ", ".join(f"{metric} {count:,} of {n_good:,}" for metric, count in counts.items())
    return f"{told} Scores that are empty since their metric failed: {empty}."


def _row(part: pd.DataFrame) -> list[Cell]:
    first = part.iloc[0]
    places = (part["dataset"] + " (" + part["ratio"] + ")").unique()
    lost = int(part["trials_lost"].sum())
    return [
        *words(first["stage"] or "–", first["status"], first["who"] or "any", cut(_reason(first))),
        *words(listed(map(str, places), most=8)),
        Cell(f"{len(part):,}", len(part)),
        Cell(f"{lost:,}", lost),
    ]


def cut(text: str, most: int = 300) -> str:
    """Return ``text``, shortened to ``most`` characters with an ellipsis."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def _reason(first: pd.Series[str]) -> str:
    kind = "" if first["stage"] == METRIC else first["kind"]
    return f"{kind}: {first['reason']}" if kind else str(first["reason"])


def _examples(groups: Groups, results: Results) -> list[Verbatim]:
    """Return a traceback for each of the weightiest groups that has one."""
    found = []
    for _, part in groups:
        first, position = part.iloc[0], int(str(part.index.min()))
        if first["stage"] != METRIC and (text := results.tracebacks.get(position, "")):
            place = f"{first['dataset']} ({first['ratio']}), split {first['split']}, seed {first['seed']}"
            found.append(
                Verbatim(f"{first['who'] or first['stage']}: {cut(_reason(first), 120)} – {place}", text)
            )
    return found[:EXAMPLES]

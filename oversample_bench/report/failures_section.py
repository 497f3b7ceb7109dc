"""The section of a report that is made of `oversample_bench.analysis.failures`."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from oversample_bench.analysis.failures import METRIC, frame
from oversample_bench.analysis.results import Results
from oversample_bench.core.errors import listed
from oversample_bench.report.markdown import cut, escaped, folded, table

GROUP = ["stage", "status", "who", "reason"]

EXAMPLES = 20


def section(results: Results) -> str:
    """Return the failures in groups, with an example of each traceback folded away."""
    found = frame(results)
    if found.empty:
        return "## Failures\n\nNo trial failed."
    found = found.assign(who=_culprit(found))
    groups = [(key, part) for key, part in found.groupby(GROUP, sort=False)]
    groups.sort(key=lambda group: -int(group[1]["trials_lost"].sum()))
    rows = [_row(part) for _, part in groups]
    header = ["stage", "status", "whose", "reason", "where", "failures", "trials lost"]
    told = " ".join([_sentence(found), *_uncomputed(results, found)])
    return "\n\n".join(["## Failures", told, table(header, rows, left=5), *_examples(groups, results)])


def _culprit(found: pd.DataFrame) -> pd.Series[str]:
    """Return whose failure it is: nobody's where the data or the split is at fault."""
    who = found["classifier"].mask(found["classifier"] == "", found["method"])
    who = who.mask(found["stage"] == METRIC, found["kind"])
    return who.mask(found["stage"].isin(["data", "split"]), "")


def _sentence(found: pd.DataFrame) -> str:
    resamples = int((found["classifier"] == "").sum())
    trials = len(found) - resamples - int((found["stage"] == METRIC).sum())
    lost = int(found.loc[found["classifier"] == "", "trials_lost"].sum())
    return (
        f"Resamples that did not succeed: {resamples:,}, at the cost of {lost:,} trials. "
        f"Trials that did not succeed on their own account: {trials:,}."
    )


def _uncomputed(results: Results, found: pd.DataFrame) -> list[str]:
    """Say how many scores each metric that failed has left empty."""
    counts = found.loc[found["stage"] == METRIC, "kind"].value_counts(sort=False)
    n_good = int((results.plan["status"] == "ok").sum())
    told = [f"{escaped(metric)} {count:,} of {n_good:,}" for metric, count in counts.items()]
    return [f"Scores that are empty since their metric failed: {', '.join(told)}."] if told else []


def _row(part: pd.DataFrame) -> list[str]:
    first = part.iloc[0]
    places = (part["dataset"] + " (" + part["ratio"] + ")").unique()
    return [
        escaped(first["stage"] or "–"),
        escaped(first["status"]),
        escaped(first["who"] or "any"),
        escaped(cut(_reason(first))),
        escaped(listed(map(str, places), most=8)),
        f"{len(part):,}",
        f"{part['trials_lost'].sum():,}",
    ]


def _reason(first: pd.Series[str]) -> str:
    kind = "" if first["stage"] == METRIC else first["kind"]
    return f"{kind}: {first['reason']}" if kind else str(first["reason"])


def _examples(groups: Sequence[tuple[object, pd.DataFrame]], results: Results) -> list[str]:
    """Return a traceback for each of the weightiest groups that has one."""
    found = []
    for _, part in groups:
        first, position = part.iloc[0], int(str(part.index.min()))
        if first["stage"] != METRIC and (text := results.tracebacks.get(position, "")):
            place = f"{first['dataset']} ({first['ratio']}), split {first['split']}, seed {first['seed']}"
            found.append(
                folded(f"{first['who'] or first['stage']}: {cut(_reason(first), 120)} – {place}", text)
            )
    return found[:EXAMPLES]

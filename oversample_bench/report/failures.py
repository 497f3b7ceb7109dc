"""What did not succeed and why: a draw that failed is told once, with the trials that it cost.

A metric that failed costs no trial: it is told with the scores that are missing.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import pandas as pd

from oversample_bench.errors import listed
from oversample_bench.report.markdown import cut, escaped, folded, table
from oversample_bench.report.results import PENDING, Results

COLUMNS = [
    "dataset", "ratio", "method", "classifier", "split", "seed", "stage", "status", "kind", "reason",
    "trials_lost",
]  # fmt: skip
DRAW = ["draw", "dataset", "ratio", "method"]
GROUP = ["stage", "status", "who", "reason"]
EXAMPLES = 20
METRIC, EMPTY = "metric", "no number"


@lru_cache(maxsize=1)  # three sections of one report ask
def frame(results: Results) -> pd.DataFrame:
    """Return one row a failure, draws before trials and these before metrics, each in plan order.

    Returns
    -------
    DataFrame of shape (n_failures, 11)
        Indexed by the position in the plan of its first trial. ``classifier`` is empty for a draw;
        ``trials_lost`` is 1 for a trial. Of a metric the stage is ``metric``, the kind its name, and no trial
        is lost.
    """
    return pd.concat([_draws(results), _trials(results.plan), _metrics(results)])[COLUMNS]


def _draws(results: Results) -> pd.DataFrame:
    bad = results.draws[~results.draws["status"].isin(["ok", PENDING])]
    lost = results.plan[~results.plan["status"].isin(["ok", PENDING])]
    counts = lost.groupby(DRAW, sort=False).size().reset_index(name="trials_lost")
    told = bad.assign(classifier="").merge(counts, how="left", on=DRAW).set_index(bad.index)
    return told.fillna({"trials_lost": 0}).astype({"trials_lost": int})


def _trials(plan: pd.DataFrame) -> pd.DataFrame:
    own = ~plan["status"].isin(["ok", PENDING]) & plan["draw_status"].isin(["ok", PENDING])
    return plan[own].assign(trials_lost=1)


def _metrics(results: Results) -> pd.DataFrame:
    told = results.uncomputed.rename(columns={"metric": "kind"}).assign(
        stage=METRIC, status=EMPTY, trials_lost=0
    )
    places = results.plan[["dataset", "ratio", "method", "classifier", "split", "seed"]]
    return told.join(places, how="inner")


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
    draws = int((found["classifier"] == "").sum())
    trials = len(found) - draws - int((found["stage"] == METRIC).sum())
    lost = int(found.loc[found["classifier"] == "", "trials_lost"].sum())
    return (
        f"Draws that did not succeed: {draws:,}, at the cost of {lost:,} trials. "
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

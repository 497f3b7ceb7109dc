"""The section of a report that is made of `oversample_bench.analysis.published_comparison`."""

from __future__ import annotations

from typing import Any

import pandas as pd

from oversample_bench.analysis.published_comparison import frame
from oversample_bench.analysis.published_tables import KINDS, THEIRS, asked, labels, met, named, transcription
from oversample_bench.analysis.results import PENDING, Results
from oversample_bench.analysis.score_cells import PLACE
from oversample_bench.core.errors import listed
from oversample_bench.report.cell_notes import marks
from oversample_bench.report.failures_section import cut
from oversample_bench.report.number_texts import spread
from oversample_bench.report.table import (
    Block,
    Bullets,
    Prose,
    ReportSection,
    Row,
    Table,
    Text,
    titled,
    words,
)

ABOVE, BELOW, DOUBT = "↑", "↓", "¹"

MOST_DOUBTS = 100
LACKING = (
    "This store names the published table '{}' and does not hold it: it comes from a version before 0.2. "
    "`bench run` of the same suite adds it, and computes nothing that is there."
)


def section(results: Results) -> ReportSection:
    """Return the comparison: in words, as tables, what is not compared, and the source."""
    title = "Are the published numbers met?"
    if name := named(results):
        return ReportSection(title, [Text(LACKING.format(name))])
    if not asked(results):
        return ReportSection(title, [])
    found = frame(results)
    blocks: list[Block] = [*_summary(found)]
    compared = found[found["n"] > 0]
    if not compared.empty:
        blocks.append(Text(_rules(compared)))
    blocks += [
        _part(results, part, at) for at, (_, part) in enumerate(compared.groupby(PLACE, sort=False), 1)
    ]
    if left_out := _left_out(results, found):
        blocks += [Text("Not compared:"), Bullets(left_out)]
    if doubts := _doubts(compared):
        blocks += [
            Text(f"{DOUBT} Values that cannot be what their source says:"),
            Bullets(doubts, MOST_DOUBTS),
        ]
    if about := transcription(results).about:
        blocks.append(Prose(about))
    return ReportSection(title, blocks)


def _summary(found: pd.DataFrame) -> list[Block]:
    """Return how many published values lie within ours, a line a data set, and which do not."""
    held = found[found["in_range"].notna()]
    if held.empty:
        return [Text("No published value could be compared: no cell of this run with two scores has one.")]
    return [
        Bullets([line for _, part in held.groupby(PLACE, sort=False) for line in _lines(part)], MOST_DOUBTS)
    ]


def _lines(part: pd.DataFrame) -> list[str]:
    first = part.iloc[0]
    best = part.groupby(THEIRS, sort=False)[["in_range", "in_two_sd"]].any()  # two forms of one classifier
    n, in_range, in_two_sd = len(best), int(best["in_range"].sum()), int(best["in_two_sd"].sum())
    place = f"{first['dataset']} at ratio {first['ratio']} ({first['design']})"
    head = (
        f"{place}: of {n} published cells {in_range} lie within the range of ours, {in_two_sd} "
        f"within two standard deviations of our mean{_forms(part)}."
    )
    return [head, *(_outside(str(name), own) for name, own in part.groupby("classifier", sort=False))]


def _forms(part: pd.DataFrame) -> str:
    """Say how a published classifier is counted that stands beside several of ours."""
    forms = part.groupby("published_classifier", sort=False)["classifier"].nunique()
    several = [str(name) for name in forms.index[forms > 1]]
    return f" ({', '.join(several)} in one of its forms)" if several else ""


def _outside(classifier: str, part: pd.DataFrame) -> str:
    theirs = part["published_classifier"].iloc[0]
    out = part[~part["in_range"].astype(bool)]
    text = f"{classifier} ({theirs}): {len(part) - len(out)} of {len(part)}"
    if out.empty:
        return text
    told = out.assign(text=out["metric"] + " " + _direction(out))
    methods = told.groupby("method", sort=False)["text"].agg(", ".join)
    named = "; ".join(f"{name} ({which})" for name, which in methods.items())
    return f"{text}; these do not: {named}"


def _direction(out: pd.DataFrame) -> pd.Series[str]:
    above = out["published"] > out["high"]
    return above.map({True: ABOVE, False: BELOW})


def _rules(compared: pd.DataFrame) -> str:
    text = (
        "A cell below reads: the published value; our mean ± standard deviation over splits, each the mean "
        "of its seeds (over the seeds where there is one split); in brackets ours minus the published. "
        f"{ABOVE} the published value lies above all of ours, {BELOW} below all of ours; other marks are "
        "those of the score tables. n counts splits, or seeds on the one split."
    )
    if (compared["note"] != "").any():
        text += f" {DOUBT} the published value cannot be what its source says; why is told below."
    return text


def _part(results: Results, part: pd.DataFrame, at: int) -> Table:
    """Return the table of one data set at one ratio: a line a metric and method, a column a classifier."""
    first = part.iloc[0]
    place = f"{first['dataset']} at ratio {first['ratio']}, {first['design']} ({first['published_dataset']})"
    texts = part.assign(text=[_cell(cell, results.digits) for cell in part.itertuples()])
    rows = texts["metric"] + "\n" + texts["method"]
    wide = texts.assign(row=rows).pivot_table(
        index="row", columns="classifier", values="text", aggfunc="first", sort=False
    )
    wide = wide.reindex(columns=texts["classifier"].unique()).fillna("–")
    theirs = texts.drop_duplicates("classifier")["published_classifier"]
    header = [f"{own} ({name})" for own, name in zip(wide.columns, theirs, strict=True)]
    rows_of = [
        Row(words(*str(name).split("\n", 1), *line))
        for name, line in zip(wide.index, wide.to_numpy().tolist(), strict=True)
    ]
    columns = titled("metric", "method", *header, left=2)
    return Table(f"published_{at}", place, columns, rows_of, (_sizes(part),))


def _sizes(part: pd.DataFrame) -> str:
    n = part["n_planned"].max()
    every = bool((part["n"] == n).all())
    return f"n = {n} in every cell." if every else f"n = {n} where a cell says nothing else."


def _cell(cell: Any, digits: int) -> str:
    published = f"{cell.published:.{max(digits, 4)}f}{DOUBT if cell.note else ''}"
    if cell.n == 0:
        return f"{published}; –"
    text = f"{published}; {spread(cell.mean, cell.sd, digits)} ({cell.difference:+z.{digits}f})"
    if not pd.isna(cell.in_range) and not cell.in_range:
        text += f" {ABOVE if cell.published > cell.high else BELOW}"
    flags = marks(cell.flags)
    rest = "" if cell.n == cell.n_planned else f", n = {cell.n} of {cell.n_planned}"
    return text + (f" {flags}" if flags else "") + rest


def _doubts(compared: pd.DataFrame) -> list[str]:
    """Name the values that have a note, those of one story together."""
    noted = compared[compared["note"] != ""]
    key = ["published_dataset", "published_classifier", "published_method", "note"]
    told = noted.drop_duplicates([*key, "published_metric"]).groupby(key, sort=False)["published_metric"]
    return [
        f"{row.published_dataset}, {row.published_classifier}, {row.published_method} ({row.metrics}): "
        f"{row.note}"
        for row in told.agg(", ".join).reset_index(name="metrics").itertuples()
    ]


def _left_out(results: Results, found: pd.DataFrame) -> list[str]:
    """Say which published names and which labels of the run have no partner, and which cells no score."""
    names, values = met(results), transcription(results).values
    lines = []
    for kind in KINDS:
        own = names[names["kind"] == kind]
        absent = [name for name in values[kind].unique() if name not in set(own["published"])]
        lines += [f"published {_kind(kind)} that no label of the suite stands for: {listed(absent)}"] * bool(
            absent
        )
        alone = [name for name in labels(results, kind) if name not in set(found[kind])]
        lines += [f"{_kind(kind)} without a published value: {listed(alone)}"] * bool(alone)
    return [*lines, *_unscored(results, found)]


def _kind(kind: str) -> str:
    return {"dataset": "data sets"}.get(kind, f"{kind}s")


def _unscored(results: Results, found: pd.DataFrame) -> list[str]:
    """Say why a data set or a method of it has no score to compare."""
    empty = found[found["n"] == 0]
    key = [*PLACE, "method"]
    missing = empty.groupby(key, sort=False).first().reset_index()
    missing = missing.assign(reason=[_reason(results, row) for row in missing.itertuples()])
    told = missing.groupby([*PLACE, "reason"], sort=False)["method"].agg(list).reset_index()
    everyone = found.groupby(PLACE)["method"].nunique()
    return [
        f"{row.dataset} at ratio {row.ratio}, {_who(row, everyone)}: {row.reason}"
        for row in told.itertuples()
    ]


def _who(row: Any, everyone: pd.Series[int]) -> str:
    return "every method" if len(row.method) == everyone[row.dataset, row.ratio] else ", ".join(row.method)


def _reason(results: Results, cell: Any) -> str:
    """Return why the resamples or trials of a method on a set gave no score."""
    plan = results.plan
    own = plan[
        (plan["dataset"] == cell.dataset) & (plan["ratio"] == cell.ratio) & (plan["method"] == cell.method)
    ]
    bad = own[~own["status"].isin(["ok", PENDING])]
    resamples = results.resamples[
        results.resamples["resample"].isin(bad["resample"]) & (results.resamples["reason"] != "")
    ]
    reasons = [*resamples["reason"], *bad["reason"][bad["reason"] != ""], cell.missing]
    return cut(str(reasons[0]))

"""The data sets: how many rows of each class there were to train and to test on, and where they are from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pandas as pd

from oversample_bench.analysis.results import Results
from oversample_bench.analysis.score_cells import PLACE
from oversample_bench.report.table import (
    NOTHING,
    Block,
    Bullets,
    Cell,
    ReportSection,
    Row,
    Table,
    Text,
    titled,
    words,
)

TITLES = [
    "data set", "ratio", "rows", "features", "missing cells", "train majority", "train minority", "withheld",
    "test majority", "test minority", "realised ratio", "encoded columns", "imputed cells",
]  # fmt: skip
SIZES = ["n_majority", "n_minority", "n_withheld", "n_test_majority", "n_test_minority", "realised_ratio"]


def section(results: Results) -> ReportSection:
    """Return one row a data set and ratio; sets without a split so far have dashes."""
    parts = dict(list(results.splits.groupby(PLACE, sort=False)))
    places = results.plan[PLACE].drop_duplicates().itertuples(index=False, name=None)
    rows = [_row(str(dataset), str(ratio), parts.get((dataset, ratio))) for dataset, ratio in places]
    note = (
        "Rows are counted per split; withheld are the minority rows that thinning took from training. "
        "Features are counted before categorical columns are encoded; missing cells are those of the whole "
        "set, imputed cells those of a split; the ratio is minority : majority in training."
    )
    columns = titled(*TITLES, left=2)
    table = Table("data", "Data sets", columns, rows, (note,))
    return ReportSection("Which data were used?", [table, *_reading(parts)])


def sources(results: Results) -> ReportSection:
    """Return where each data set comes from, and under which licence."""
    rows = [
        Row(
            words(dataset, card.get("source") or NOTHING, card.get("licence") or NOTHING),
            {"dataset": str(dataset)},
        )
        for dataset, part in results.splits.groupby("dataset", sort=False)
        for card in (_cards(part["cards"].iloc[0]) or [{}])[-1:]
    ]
    table = Table("sources", "Sources", titled("data set", "source", "licence", left=3), rows)
    return ReportSection("Where are the data from?", [table] if rows else [], is_detail=True)


def _reading(parts: Mapping[Any, pd.DataFrame]) -> list[Block]:
    """Return how files were read, each once: what was recognised, left out, or taken for missing."""
    cards = [card for part in parts.values() for card in _cards(part["cards"].iloc[0])]
    told = {str(card.get("source")): card["notes"] for card in cards if card.get("notes")}
    if not told:
        return []
    lines = [f"{source}: {'; '.join(notes)}" for source, notes in told.items()]
    return [Text("How the files were read:"), Bullets(lines)]


def left_out(results: Results) -> list[str]:
    """Return which columns of files are no feature, and why: a sentence each."""
    cards = [card for cards in results.splits["cards"].drop_duplicates() for card in _cards(cards)]
    notes = dict.fromkeys(note for card in cards for note in card.get("notes", ()))
    return [f"{note[0].upper()}{note[1:]}." for note in notes if note.startswith("left out")]


def _row(dataset: str, ratio: str, part: pd.DataFrame | None) -> Row:
    place = {"dataset": dataset, "ratio": ratio}
    if part is None:
        return Row([*words(dataset, ratio), *words(*[NOTHING] * (len(TITLES) - 2))], place)
    card = (_cards(part["cards"].iloc[0]) or [{}])[-1]
    cells = [
        *words(dataset, ratio),
        *(_number(card.get(key)) for key in ("n_rows", "n_features", "n_missing")),
        *(_range(part[name]) for name in (*SIZES, "n_encoded", "n_imputed")),
    ]
    return Row(cells, place)


def _cards(text: Any) -> list[dict[str, Any]]:
    """Return what was told of the rows, the last time last: several files may hold the same ones."""
    return list(json.loads(text)) if isinstance(text, str) else []


def _number(value: Any) -> Cell:
    return Cell(f"{value:,}", value) if isinstance(value, int) else Cell(NOTHING)


def _range(values: pd.Series[Any]) -> Cell:
    low, high = (
        f"{end:,.3g}" if values.dtype.kind == "f" else f"{end:,}" for end in (values.min(), values.max())
    )
    return Cell(low if low == high else f"{low} to {high}", float(values.min()))

"""The data sets: how many rows of each class there were to train and to test on, and where they are from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pandas as pd

from oversample_bench.analysis.results import Results
from oversample_bench.analysis.score_cells import PLACE
from oversample_bench.report.markdown import bullets, escaped, table

HEADER = [
    "data set", "ratio", "source", "licence", "rows", "features", "missing cells", "train majority",
    "train minority", "withheld", "test majority", "test minority", "realised ratio", "encoded columns",
    "imputed cells",
]  # fmt: skip
SIZES = ["n_majority", "n_minority", "n_withheld", "n_test_majority", "n_test_minority", "realised_ratio"]


def section(results: Results) -> str:
    """Return one row a data set and ratio; sets without a split so far have dashes."""
    parts = dict(list(results.splits.groupby(PLACE, sort=False)))
    places = results.plan[PLACE].drop_duplicates().itertuples(index=False, name=None)
    rows = [_row(str(dataset), str(ratio), parts.get((dataset, ratio))) for dataset, ratio in places]
    text = (
        "Rows are counted per split; withheld are the minority rows that thinning took from training. "
        "Features are counted before categorical columns are encoded; missing cells are those of the whole "
        "set, imputed cells those of a split; the ratio is minority : majority in training."
    )
    return "\n\n".join(["## Data", text, table(HEADER, rows, left=4), *_reading(parts)])


def _reading(parts: Mapping[Any, pd.DataFrame]) -> list[str]:
    """Return how files were read, each once: what was recognised, left out, or taken for missing."""
    cards = [card for part in parts.values() for card in _cards(part["cards"].iloc[0])]
    told = {str(card.get("source")): card["notes"] for card in cards if card.get("notes")}
    if not told:
        return []
    lines = [f"{escaped(source)}: {escaped('; '.join(notes))}" for source, notes in told.items()]
    return ["How the files were read:", bullets(lines)]


def _row(dataset: str, ratio: str, part: pd.DataFrame | None) -> list[str]:
    names = [escaped(dataset), escaped(ratio)]
    if part is None:
        return [*names, *["–"] * (len(HEADER) - 2)]
    card = (_cards(part["cards"].iloc[0]) or [{}])[-1]
    return [
        *names,
        *(escaped(card.get(key) or "–") for key in ("source", "licence")),
        *(_number(card.get(key)) for key in ("n_rows", "n_features", "n_missing")),
        *(_range(part[name]) for name in (*SIZES, "n_encoded", "n_imputed")),
    ]


def _cards(text: Any) -> list[dict[str, Any]]:
    """Return what was told of the rows, the last time last: several files may hold the same ones."""
    return list(json.loads(text)) if isinstance(text, str) else []


def _number(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int) else "–"


def _range(values: pd.Series[Any]) -> str:
    low, high = (
        f"{end:,.3g}" if values.dtype.kind == "f" else f"{end:,}" for end in (values.min(), values.max())
    )
    return low if low == high else f"{low} to {high}"

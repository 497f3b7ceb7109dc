"""What the samplers really did: the audit by method, and by data set where it is flagged."""

from __future__ import annotations

from typing import Any

import pandas as pd

from oversample_bench.analysis.results import COUNTS, FIDELITY, PENDING, Results
from oversample_bench.analysis.score_cells import flag_counts, good_resamples
from oversample_bench.core.errors import counted, listed
from oversample_bench.report.markdown import bullets, cut, escaped, table

COLUMNS = [
    "dataset", "ratio", "method", "split", "seed", "status", "stage", "kind", "reason", *COUNTS,
    "realised_ratio", "fallback", "flags", *FIDELITY, "fit_seconds", "peak_mib", "source", "resample",
]  # fmt: skip


def csv(results: Results) -> pd.DataFrame:
    """Return one row a resample that was tried, with its audit."""
    return results.resamples.loc[results.resamples["status"] != PENDING, COLUMNS]


def section(results: Results) -> str:
    """Return the tables of resamples as Markdown."""
    good = results.resamples[results.resamples["status"] == "ok"]
    parts = ["## Resamples"]
    if good.empty:
        return "\n\n".join([*parts, "No resample has succeeded yet."])
    parts.append(
        "A resample is what a method made of one split with one seed. Rows are summed over the resamples "
        "that succeeded; the ratio is minority : majority among the returned rows."
    )
    parts.append(_by_method(results, good))
    parts += _fidelity(good) + _flagged(results) + _fallbacks(good)
    return "\n\n".join(parts)


def _by_method(results: Results, good: pd.DataFrame) -> str:
    mixed = ["mixed categories"] if (good["n_mixed"] > 0).any() else []
    header = [
        "method", "resamples", "real rows", "dropped", "new", "copies", *mixed, "ratio",
        "fit seconds, median", "max", "peak MiB",
    ]  # fmt: skip
    counts = ["n_real", "n_dropped", "n_new", "n_copies", *(["n_mixed"] if mixed else [])]
    planned = results.resamples.groupby("method", sort=False).size()
    parts = dict(list(good.groupby("method", sort=False)))
    rows = [
        _line(str(name), int(planned[name]), parts.get(name, good.iloc[:0]), counts) for name in planned.index
    ]
    return table(header, rows)


def _line(method: str, planned: int, part: pd.DataFrame, counts: list[str]) -> list[str]:
    count = f"{len(part):,}" if len(part) == planned else f"{len(part):,} of {planned:,}"
    if part.empty:
        return [escaped(method), count, *["–"] * (len(counts) + 4)]
    sums = part[counts].sum()
    seconds = part["fit_seconds"]
    peak = part["peak_mib"].max()
    return [
        escaped(method),
        count,
        *(f"{int(value):,}" for value in sums),
        _range(part["realised_ratio"]),
        f"{seconds.median():.3g}",
        f"{seconds.max():.3g}",
        "–" if pd.isna(peak) else f"{peak:,.0f}",
    ]


def _range(ratios: pd.Series[float]) -> str:
    low, high = f"{ratios.min():.3g}", f"{ratios.max():.3g}"
    return low if low == high else f"{low} to {high}"


def _fidelity(good: pd.DataFrame) -> list[str]:
    measured = good[good[FIDELITY].notna().any(axis=1)]
    if measured.empty:
        return []
    grouped = measured.groupby("method", sort=False)
    means, sizes = grouped[FIDELITY].mean(), grouped.size()
    rows = [
        [escaped(name), f"{sizes[name]:,}", *("–" if pd.isna(value) else f"{value:z.3f}" for value in line)]
        for name, line in zip(means.index, means.to_numpy().tolist(), strict=True)
    ]
    header = ["method", "resamples measured", *(name.removeprefix("fidelity_") for name in FIDELITY)]
    text = (
        "Fidelity of the new minority rows against the minority rows that thinning hid, means over resamples:"
    )
    return [text, table(header, rows)]


def _flagged(results: Results) -> list[str]:
    counts = flag_counts(results)
    if counts.empty:
        return []
    grouped = counts.groupby(["flag", "method"], sort=False)
    n = good_resamples(results).groupby("method")["n"].sum().to_dict()
    rows = [
        [escaped(flag), escaped(method), f"{part['k'].sum():,} of {n[str(method)]:,}", escaped(_where(part))]
        for (flag, method), part in grouped
    ]
    return ["Flagged resamples:", table(["flag", "method", "resamples", "of these"], rows, left=4)]


def _where(part: pd.DataFrame) -> str:
    places = [f"{row.dataset} ({row.ratio}) {row.k} of {row.n}" for row in part.itertuples()]
    return listed(places, most=8)


def _fallbacks(good: pd.DataFrame) -> list[str]:
    told = good[good["fallback"] != ""]
    if told.empty:
        return []
    grouped = told.groupby(["method", "fallback"], sort=False)
    lines = [_sentence(key, part) for key, part in grouped]
    return ["What methods said of themselves when they could not do what they are for:", bullets(lines)]


def _sentence(key: Any, part: pd.DataFrame) -> str:
    method, sentence = key
    where = listed(map(str, part["dataset"].unique()), most=8)
    return f"{escaped(method)}, {counted(len(part), 'resample')}: {escaped(cut(sentence))} ({escaped(where)})"

"""Published numbers as a table, and the labels of a run that they are compared with.

The table is what the options of the run hold: that of a plugin, or a user's file. A published name meets the
label of the same text, whatever the case, or a label that the plugin's list of names gives it; a data set
also meets a label that goes on after a space, comma or bracket, so that two designs of one set (``usps 2/8``
and ``usps 2/8, one split``) can stand in one suite. Where that list has a data set, only so: other classes of
USPS than those of the paper are no part of the comparison.
Computes nothing from the scores of the run.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

import pandas as pd

from oversample_bench.analysis.results import Results

KINDS = ["dataset", "classifier", "metric", "method"]
THEIRS = [f"published_{kind}" for kind in KINDS]
CLAIM = ["better", "worse", "source"]


@dataclass(frozen=True, eq=False)
class Transcription:
    """A table of published values, its names and what is to be said of it.

    Attributes
    ----------
    values : DataFrame of shape (n_values, 7)
        dataset, classifier, metric and method as published; ``value``; ``ratio`` as tables show it, empty for
        any; ``note``: why the value cannot be what its source says, or nothing.
    names : DataFrame of shape (n_names, 3)
        kind, published, label.
    claims : DataFrame of shape (n_claims, 3)
        better, worse, source: what the source claims without printing values.
    tolerance : float
        A printed number stands for all that are no farther from it: rounded or cut off after its last digit.
    about : str
        Markdown.
    """

    values: pd.DataFrame
    names: pd.DataFrame
    claims: pd.DataFrame
    tolerance: float
    about: str


def asked(results: Results) -> bool:
    """Tell whether the last run holds published numbers to compare with."""
    return bool(results.run["options"].get("published")) and not named(results)


def named(results: Results) -> str:
    """Return the name of a table that the store lacks, as stores of before version 0.2 do; "" elsewhere."""
    published = results.run["options"].get("published")
    return published if isinstance(published, str) and "\n" not in published else ""


def transcription(results: Results) -> Transcription:
    """Return the published numbers that the last run is to be compared with, see `asked`."""
    kept = results.run["options"]["published"]
    told = kept if isinstance(kept, dict) else {"values": kept}
    return _transcription(told["values"], *(told.get(key, "") for key in ("names", "claims", "about")))


@lru_cache(maxsize=4)  # every section of a report asks
def _transcription(values: str, names: str, claims: str, about: str) -> Transcription:
    table = _read(values)
    decimals = max(0, *(-int(Decimal(text).as_tuple().exponent) for text in table["value"]))
    return Transcription(
        values=table.assign(value=table["value"].astype("float64"), ratio=_shown(table["ratio"])),
        names=_read(names) if names else pd.DataFrame(columns=["kind", "published", "label"]),
        claims=_read(claims) if claims else pd.DataFrame(columns=CLAIM),
        tolerance=1.1 * 10.0**-decimals,
        about=about.strip(),
    )


def _read(text: str) -> pd.DataFrame:
    return pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False)


def _shown(ratios: pd.Series[str]) -> pd.Series[str]:
    return ratios.map(lambda ratio: f"{float(ratio):g}" if ratio not in {"", "natural"} else ratio)


def met(results: Results) -> pd.DataFrame:
    """Return which labels of the run each published name meets.

    Returns
    -------
    DataFrame of shape (n_pairs, 3)
        kind, published, label; in the order of the run's labels within a kind.
    """
    found = transcription(results)
    rows = [
        (kind, published, label)
        for kind in KINDS
        for label in labels(results, kind)
        for published in _meets(found, kind, label)
    ]
    return pd.DataFrame(rows, columns=["kind", "published", "label"])


def labels(results: Results, kind: str) -> list[str]:
    """Return the labels of the run of one kind, in the suite's order."""
    return list(results.metrics) if kind == "metric" else results.names(kind)


def _meets(found: Transcription, kind: str, label: str) -> list[str]:
    """Return the published names that ``label`` stands for; of several, those that say most of it."""
    listed = found.names[found.names["kind"] == kind]
    own = [name for name in found.values[kind].unique() if name not in set(listed["published"])]
    loose = [*zip(own, own, strict=True), *listed[["published", "label"]].itertuples(index=False, name=None)]
    hits = [(name, alias) for name, alias in loose if _is_label(label, alias, loose=kind == "dataset")]
    hits += [(name, name) for name in listed["published"] if _is_label(label, name, loose=False)]
    longest = max((len(alias) for _, alias in hits), default=0)
    return list(dict.fromkeys(name for name, alias in hits if len(alias) == longest))


def _is_label(label: str, name: str, *, loose: bool) -> bool:
    label, name = label.casefold(), name.casefold()
    return label == name or (loose and label.startswith(name) and label[len(name)] in " ,;:([")


def pairs(results: Results) -> pd.DataFrame:
    """Return each published value with each cell of the run that it is compared with.

    Returns
    -------
    DataFrame of shape (n_pairs, 12)
        dataset, ratio, classifier, metric, method: the labels of the run; the same with ``published_``
        before it: the published names; ``published`` value and ``note``. In plan order.
    """
    columns = {"value": "published", "ratio": "published_ratio"}
    found = transcription(results).values.rename(columns=columns)
    names = met(results)
    for kind in KINDS:
        own = names[names["kind"] == kind].rename(columns={"label": "own", "published": kind})
        found = found.merge(own[[kind, "own"]], on=kind)
        found = found.rename(columns={kind: f"published_{kind}", "own": kind})
    ratios = results.plan[["dataset", "ratio"]].drop_duplicates()
    found = found.merge(ratios, on="dataset")
    asked_for = found["published_ratio"]
    return in_plan_order(results, found[(asked_for == "") | (asked_for == found["ratio"])])


def in_plan_order(results: Results, found: pd.DataFrame) -> pd.DataFrame:
    """Sort by data set, ratio, classifier, metric and, where there is one, method, as the suite has them."""
    order = {
        column: {label: place for place, label in enumerate(labels(results, column))}
        for column in ["dataset", "ratio", "classifier", "metric", "method"]
        if column in found
    }
    keys = found[list(order)].apply(lambda column: column.map(order[str(column.name)]))
    ordered: pd.DataFrame = found.loc[keys.sort_values(list(order), kind="stable").index]
    return ordered.reset_index(drop=True)

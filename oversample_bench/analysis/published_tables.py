"""Published numbers as a table, and the labels of a run that they are compared with.

The table is package data (``paper``: Tables 2 to 6 of the GL-GAN paper) or what the options of the run hold
of a user's file. A published name meets the label of the same text, whatever the case, or a label that the
package's list of names gives it; a data set also meets a label that goes on after a space, comma or bracket,
so that two designs of one set (``usps 2/8`` and ``usps 2/8, one split``) can stand in one suite. Where that
list has a data set, only so: other classes of USPS than those of the paper are no part of the comparison.
Computes nothing from the scores of the run.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from importlib.resources import files
from typing import Any

import numpy as np
import pandas as pd

from oversample_bench.analysis.results import Results

PAPER = "paper"
KINDS = ["dataset", "classifier", "metric", "method"]
THEIRS = [f"published_{kind}" for kind in KINDS]
CLAIM = ["better", "worse", "source"]
RUNS = 10  # the printed values are said to be averages of ten
SINGLE = "gives all three printed values: one run, not the average of ten that the text speaks of"


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
    """Tell whether the suite of the last run names published numbers to compare with."""
    return bool(results.run["options"].get("published"))


def transcription(results: Results) -> Transcription:
    """Return the published numbers that the last run is to be compared with, see `asked`."""
    return _transcription(str(results.run["options"]["published"]))


@lru_cache(maxsize=4)  # every section of a report asks
def _transcription(source: str) -> Transcription:
    own = source == PAPER
    values = _read(_packaged("tables.csv") if own else source)
    decimals = max(-int(Decimal(text).as_tuple().exponent) for text in values["value"])
    values = values.assign(value=values["value"].astype("float64"))
    return Transcription(
        values=_noted(values.assign(ratio="0.01")) if own else values.assign(ratio=_shown(values["ratio"])),
        names=_read(_packaged("names.csv")) if own else pd.DataFrame(columns=["kind", "published", "label"]),
        claims=_read(_packaged("claims.csv")) if own else pd.DataFrame(columns=CLAIM),
        tolerance=1.1 * 10.0**-decimals,
        about=_packaged("about.md").strip() if own else "",
    )


def _packaged(name: str) -> str:
    return files("oversample_bench.report").joinpath("paper", name).read_text(encoding="utf-8")


def _read(text: str) -> pd.DataFrame:
    return pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False)


def _shown(ratios: pd.Series[str]) -> pd.Series[str]:
    return ratios.map(lambda ratio: f"{float(ratio):g}" if ratio not in {"", "natural"} else ratio)


def _noted(values: pd.DataFrame) -> pd.DataFrame:
    """Say of each value of the paper why it cannot be the average of ten runs, where that can be shown."""
    matrices = _read(_packaged("confusion.csv"))
    key = ["dataset", "classifier", "method"]
    single = matrices.assign(note=[_single(row) for row in matrices.itertuples()])[[*key, "note"]]
    sizes = matrices.drop_duplicates("dataset").set_index("dataset")
    n_test = (sizes["n_test_majority"].astype(int) + sizes["n_test_minority"].astype(int)).rename("n_test")
    found = values.merge(single, how="left", on=key).join(n_test, on="dataset").fillna({"note": ""})
    share = (found["metric"] == "micro F1") & ~_is_average(found["value"], RUNS * found["n_test"])
    found["note"] = found["note"].mask(share, found["n_test"].map(_no_share))
    return found.drop(columns="n_test")


def _single(row: Any) -> str:
    """Return what one row of ``confusion.csv`` says; ``several`` holds ``0/35;1/34`` and the like."""
    note, one = row.note, f"{row.false_positive}/{row.false_negative}"
    which = note.removeprefix("several: ").replace(";", " or ") if note.startswith("several") else one
    mirror = " or its mirror image" if note == "mirror" else ""
    return f"one confusion matrix (false positives/negatives {which}{mirror}) {SINGLE}"


def _is_average(value: pd.Series[float], n: pd.Series[int]) -> pd.Series[bool]:
    """Tell whether a printed share can be a whole number of ``n``: rounded to four digits or cut off."""
    least, most = (value - 0.5e-4) * n, (value + 1e-4) * n
    return least.map(lambda end: np.ceil(end - 1e-6)) <= most.map(lambda end: np.floor(end + 1e-6))


def _no_share(n_test: int) -> str:
    return f"no average of {RUNS} shares of {n_test} test rows has these four digits"


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

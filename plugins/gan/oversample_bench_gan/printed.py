"""The printed Tables 2 to 6 of the GL-GAN paper (Wang et al., SDM 2020), for runs to be held against.

Each number that cannot be the average of ten runs, of which the text speaks, has a note that says why: a
single confusion matrix gives all three of its metrics, or no average of ten shares of the test rows has its
digits.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator, Mapping
from importlib.resources import files

from oversample_bench.api import PublishedTable

RATIO = "0.01"
RUNS = 10  # the printed values are said to be averages of ten
COLUMNS = ("dataset", "classifier", "metric", "method", "value", "ratio", "note")
SINGLE = "gives all three printed values: one run, not the average of ten that the text speaks of"

Row = Mapping[str, str]


def paper() -> PublishedTable:
    """Return Tables 2 to 6 of the paper, the names of its methods here, and what its curves claim."""
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(_values())
    return PublishedTable(buffer.getvalue(), _text("names.csv"), _text("claims.csv"), _text("about.md"))


def _text(name: str) -> str:
    return files("oversample_bench_gan").joinpath("published", name).read_text(encoding="utf-8")


def rows(name: str) -> list[dict[str, str]]:
    """Return the rows of one of the files, ``tables.csv`` or ``confusion.csv``."""
    return list(csv.DictReader(io.StringIO(_text(name))))


def _values() -> Iterator[dict[str, str]]:
    matrices = rows("confusion.csv")
    single = {(one["dataset"], one["classifier"], one["method"]): _single(one) for one in matrices}
    sizes = {one["dataset"]: int(one["n_test_majority"]) + int(one["n_test_minority"]) for one in matrices}
    for row in rows("tables.csv"):
        note = single.get((row["dataset"], row["classifier"], row["method"]), "")
        n = sizes.get(row["dataset"])
        if row["metric"] == "micro F1" and n and not is_average(float(row["value"]), RUNS * n):
            note = f"no average of {RUNS} shares of {n} test rows has these four digits"
        yield {**row, "ratio": RATIO, "note": note}


def _single(row: Row) -> str:
    """Return what one row of ``confusion.csv`` says; ``several`` holds ``0/35;1/34`` and the like."""
    note, one = row["note"], f"{row['false_positive']}/{row['false_negative']}"
    which = note.removeprefix("several: ").replace(";", " or ") if note.startswith("several") else one
    mirror = " or its mirror image" if note == "mirror" else ""
    return f"one confusion matrix (false positives/negatives {which}{mirror}) {SINGLE}"


def is_average(value: float, n: int) -> bool:
    """Tell whether a printed share can be a whole number of ``n``: rounded to four digits or cut off."""
    least, most = (value - 0.5e-4) * n, (value + 1e-4) * n
    return math.ceil(least - 1e-6) <= math.floor(most + 1e-6)

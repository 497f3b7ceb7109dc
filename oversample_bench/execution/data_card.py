"""What `bench datasets show` tells of a data set: a registered one, or somebody's file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from oversample_bench.api import Dataset
from oversample_bench.core.errors import UsageError, counted
from oversample_bench.core.outcome import Failed
from oversample_bench.core.specs import DataSpec, Reading
from oversample_bench.datasets.classes import TwoClasses, two_classes
from oversample_bench.datasets.duplicates import Duplicates, duplicates
from oversample_bench.datasets.sources import card, fingerprint
from oversample_bench.datasets.suggested_reading import check_named, is_file, suggested
from oversample_bench.evaluation.difficulty import difficulty
from oversample_bench.evaluation.preprocess import encoded_rows
from oversample_bench.execution.inventory import Inventory, data_folder
from oversample_bench.plugins.registry import load_registry


def data_card(name: str, target: str = "", data_dir: Path | None = None) -> Iterator[tuple[str, str]]:
    """Yield what there is to know of a data set, as names and texts.

    Parameters
    ----------
    name : str
        Of a registered set, or a CSV, Parquet or npz file.
    target : str, default=""
        The column of a file that holds the classes.
    data_dir : Path, optional
        Where loaders look for files.

    Raises
    ------
    UsageError
        When it cannot be had, or read.
    """
    spec, told = _spec(name, target)
    found = Inventory(load_registry(), data_folder(data_dir), {}).dataset(spec)
    if isinstance(found, Failed):
        raise UsageError(found.message)
    dataset = found.value
    known = card(dataset)
    yield "name", name
    for key in ("n_rows", "n_features", "n_categorical", "n_missing"):
        yield key.removeprefix("n_"), str(known[key])
    yield "classes", ", ".join(f"{label}: {count:,} rows" for label, count in known["classes"].items())
    ratio = known["ratio"]
    yield "ratio", f"{ratio:.4f} (rarest : most frequent class), {1 / ratio:.1f} the other way round (IR)"
    yield from _of_two(dataset, spec)
    yield "source", known["source"]
    yield "licence", known["licence"] or ("not stated" if not spec.path else "yours to know")
    yield "notes", "; ".join((*known["notes"], *told)) or "none"
    yield "fingerprint", fingerprint(dataset)


def _spec(name: str, target: str) -> tuple[DataSpec, tuple[str, ...]]:
    """Return which rows are meant, and how doubts about the columns of a file were settled."""
    if not is_file(name):
        return DataSpec(name=name), ()
    check_named(name, target)
    path = Path(name).absolute()
    found = suggested(path, target, Reading())
    return DataSpec(path=str(path), target=target, reading=found.reading), found.told


def _of_two(dataset: Dataset, spec: DataSpec) -> Iterator[tuple[str, str]]:
    """Yield copies and difficulty of a set of two classes; those of more are somebody's choice."""
    try:
        classes = two_classes(dataset, spec)
    except UsageError:
        return
    yield "duplicates", _copies(duplicates(dataset.X[classes.rows], classes.y), classes)
    found = difficulty(encoded_rows(dataset, classes.rows), classes.y)
    if found is not None:
        shares = ", ".join(f"{name} {share:.0%}" for name, share in vars(found).items())
        yield "difficulty", f"of the minority rows: {shares} (by five neighbours, Napierała and Stefanowski)"


def _copies(found: Duplicates, classes: TwoClasses) -> str:
    told = [
        f"{counted(n, 'row')} of {label}" for n, label in
        ((found.minority, classes.minority), (found.majority, classes.majority)) if n
    ]  # fmt: skip
    said = f"{' and '.join(told)} repeat others of the class" if told else "none within a class"
    if found.both:
        said += f"; {counted(found.both, 'row')} with both labels"
    if found.look_oversampled:
        said += "; the minority looks oversampled before it was split, which makes every score too good"
    return said


def labels(texts: Iterator[tuple[str, Any]]) -> list[str]:
    """Return names and texts as lines, the names in a column of one width."""
    return [f"{name:<12} {text}" for name, text in texts]

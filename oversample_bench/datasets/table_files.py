"""Reads a user's own table: CSV, Parquet or npz, with one column (or array) of labels.

Refuses what no method could use, and what may mean two things, with all that is wrong at once. Text columns
become codes; the host encodes them inside each split.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from oversample_bench.api import Dataset
from oversample_bench.core.errors import UsageError, counted, listed, nearest
from oversample_bench.core.labels import class_name
from oversample_bench.core.specs import Reading, table_kind
from oversample_bench.datasets.columns import RawColumn, Role
from oversample_bench.datasets.csv_reader import read_csv
from oversample_bench.datasets.headers import Header
from oversample_bench.datasets.parquet_reader import read_parquet
from oversample_bench.datasets.raw_tables import Labels, RawTable, TableVerdict, verdict

if TYPE_CHECKING:
    import numpy.typing as npt

NO_NPZ = "cannot be read as an npz file without pickles"


class RefusedTableError(UsageError):
    """A table that was read, and cannot be used as it is.

    Parameters
    ----------
    sentences : sequence of str
        Why, a line each.
    counts : mapping of str to int or None
        The rows of each class, where they are known: they may be wrong as well.
    """

    def __init__(self, sentences: Sequence[str], counts: Mapping[str, int] | None) -> None:
        super().__init__("\n".join(sentences))
        self.counts = counts


def read_file(path: Path, target: str, reading: Reading | None = None) -> Dataset:
    """Return the table at ``path``, its labels taken from ``target``.

    Parameters
    ----------
    path : Path
        A CSV, Parquet or npz file, or a folder of Parquet files.
    target : str
        The column, or the array of an npz, that holds the labels.
    reading : Reading, optional
        What the suite says of the file.

    Raises
    ------
    UsageError
        When the file cannot be read as what its name says, or its content is refused: a line for each reason.
    """
    reading = reading or Reading()
    arrays = read_arrays(path, target) if table_kind(path.name) == "npz" and not path.is_dir() else None
    table = read_table(path, target, reading) if arrays is None else _arrays_table(arrays, target, reading)
    found = verdict(table, target, reading)
    numbers = {one.name: one.column.values() for one in found.features() if one.role == Role.NUMBER}
    told = [sentence for sentence in (*found.mistakes, *found.doubts, _infinite(numbers)) if sentence]
    if told:
        raise RefusedTableError([about(path, sentence) for sentence in told], table.counts())
    if arrays is not None and not reading.missing and _as_they_are(found):
        return replace(arrays, notes=found.notes)
    return checked(_dataset(table, found, path), str(path))


def read_table(path: Path, target: str, reading: Reading, *, sample: bool = False) -> RawTable:
    """Return a table as the file has it, or where a sample is asked for, and it is large, its first rows.

    Raises
    ------
    UsageError
        When the file cannot be read as what its name says.
    """
    kind = "parquet" if path.is_dir() else table_kind(path.name)
    if kind == "npz":
        return _arrays_table(read_arrays(path, target), target, reading)
    try:
        read = read_csv if kind == "csv" else read_parquet
        return read(path, target, reading, sample=sample)
    except UsageError as error:
        raise UsageError(f"'{path}' {error}") from error
    except Exception as error:  # a damaged file raises much: EOFError, zlib.error, KeyError of pyarrow
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise UsageError(f"'{path}' cannot be read as a {kind} table ({reason})") from error


def about(path: Path | str, sentence: str) -> str:
    """Return a sentence with the name of the file that it is about."""
    return f"'{path}'{':' if sentence.startswith('column') else ''} {sentence}"


def read_arrays(path: Path, target: str) -> Dataset:
    """Return the arrays of an npz as they are: for files that the host itself has written, or knows.

    Raises
    ------
    UsageError
        When the file cannot be read, an array is not there, or `checked` refuses them.
    """
    array_names(path, target)
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            dataset = Dataset(X=arrays["X"], y=arrays[target], source=str(path))
    except Exception as error:  # a damaged zip raises much: zlib.error, NotImplementedError, RuntimeError
        raise UsageError(f"'{path}' {NO_NPZ} ({error})") from error
    return checked(dataset, str(path))


def array_names(path: Path, target: str) -> list[str]:
    """Return the names of the arrays of an npz, none of which is read.

    Raises
    ------
    UsageError
        When the file cannot be read, or an array is not there.
    """
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            names = list(arrays.files)
    except Exception as error:  # as above; a single array has no names
        raise UsageError(f"'{path}' {NO_NPZ} ({error})") from error
    for name in ("X", target):
        if name not in names:
            raise UsageError(
                f"'{path}' has no array '{name}'.{nearest(name, names)} It has: {listed(names)}. "
                "An npz needs the features as X and the labels as the target."
            )
    return names


def _arrays_table(dataset: Dataset, target: str, reading: Reading) -> RawTable:
    """Return the arrays of an npz as a table whose columns are named by their number, from 0."""
    names = tuple(map(str, range(dataset.X.shape[1])))
    header = Header((*names, target))
    columns = tuple(
        RawColumn.of_numbers(name, dataset.X[:, position], reading.missing)
        for position, name in enumerate(names)
    )
    if dataset.y.dtype.kind in "biuf":
        return RawTable(header, columns, Labels.of_numbers(dataset.y, reading.missing))
    different, codes = np.unique(dataset.y, return_inverse=True)
    raw = [
        label.decode(errors="backslashreplace") if isinstance(label, bytes) else str(label)
        for label in different
    ]
    found = Labels.of_texts(raw, codes.reshape(-1), reading.missing, typed=True)
    return RawTable(header, columns, found._replace(values=dataset.y))


def _as_they_are(found: TableVerdict) -> bool:
    """Tell whether every column is taken as it stands."""
    return all(one.role == Role.NUMBER and not one.why for one in found.columns)


def _dataset(table: RawTable, found: TableVerdict, path: Path) -> Dataset:
    """Return the columns to learn from as one matrix."""
    features, labels = found.features(), table.labels.values
    n_rows = 0 if labels is None else len(labels)
    X = np.empty((n_rows, len(features)), dtype=np.float64)
    categories: dict[int, tuple[str, ...]] = {}
    for position, one in enumerate(features):
        X[:, position] = one.column.values()
        if one.role == Role.CATEGORY:
            categories[position] = one.column.texts
    names = tuple(one.name for one in features)
    return Dataset(
        X, np.empty(0) if labels is None else labels, names, categories, str(path), notes=found.notes
    )


def checked(dataset: Dataset, name: str) -> Dataset:
    """Return ``dataset`` if every method could be given it.

    Raises
    ------
    UsageError
        When the shapes do not fit, when there are no rows or features, when a value is infinite, or when a
        label is missing.
    """
    X, y = dataset.X, dataset.y
    if X.ndim != 2 or y.shape != (len(X),) or not X.size:
        raise UsageError(
            f"'{name}' has X of shape {X.shape} and labels of shape {y.shape}; expected (n, d) and (n,) "
            "with at least one row and one feature"
        )
    if X.dtype.kind not in "biuf":
        raise UsageError(f"'{name}' has features of type {X.dtype}; numbers are needed")
    names = dataset.feature_names or tuple(map(str, range(X.shape[1])))
    if len(names) != X.shape[1] or len(set(names)) < len(names):
        raise UsageError(
            f"'{name}' has {len(names)} names, {len(set(names))} of them different, for {X.shape[1]} features"
        )
    infinite = _infinite(dict(zip(names, X.T, strict=True)))
    if infinite:
        raise UsageError(f"'{name}' {infinite}")
    unlabelled = sum(label is None or label != label for label in y.tolist()) if y.dtype.kind in "fO" else 0  # noqa: PLR0124 - NaN
    if unlabelled:
        raise UsageError(
            f"'{name}' has {counted(unlabelled, 'row')} without a label; remove them or label them"
        )
    return replace(dataset, y=np.array([class_name(label) for label in y])) if y.dtype == object else dataset


def _infinite(columns: Mapping[str, npt.NDArray[Any]]) -> str:
    """Return a sentence about infinite values, or an empty string."""
    rows = {
        name: np.flatnonzero(np.isinf(values)) for name, values in columns.items() if values.dtype.kind == "f"
    }
    found = {name: places for name, places in rows.items() if len(places)}
    if not found:
        return ""
    first = min(found, key=lambda name: int(found[name][0]))
    return (
        f"has {sum(map(len, found.values()))} infinite values, the first in column '{first}', row "
        f"{found[first][0]}; replace them with numbers, or leave them empty to have them imputed"
    )

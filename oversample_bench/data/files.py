"""Reads a user's own table: CSV, Parquet or npz, with one column (or array) of labels.

Refuses what no method could use, with a sentence that says where it is: infinite values, rows without a
label, columns of times. Text columns become codes; the host encodes them inside each split.
"""

from __future__ import annotations

import warnings
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from oversample_bench.api import Dataset
from oversample_bench.data.classes import as_text
from oversample_bench.errors import UsageError, counted, listed, nearest

if TYPE_CHECKING:
    import pandas as pd

TIMES = frozenset({"datetime64", "datetime", "date", "timedelta64", "timedelta", "time", "period"})
"""What pandas calls the content of a column of times."""

MOST_TEXTS = 100
"""A text column with more different texts, and more than half of them different, is no category."""


def read_file(path: Path, target: str) -> Dataset:
    """Return the table at ``path``, its labels taken from ``target``.

    Parameters
    ----------
    path : Path
        A ``.csv``, ``.csv.gz``, ``.parquet`` or ``.npz`` file.
    target : str
        The column, or the array of an npz, that holds the labels.

    Raises
    ------
    UsageError
        When the file cannot be read as what its name says, or its content is refused.
    """
    dataset = _read_npz(path, target) if path.suffix == ".npz" else _read_frame(path, target)
    return checked(dataset, str(path))


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
    infinite = np.argwhere(np.isinf(X)) if X.dtype.kind == "f" else np.empty((0, 2), dtype=int)
    if len(infinite):
        row, column = (int(value) for value in infinite[0])
        named = dataset.feature_names[column] if dataset.feature_names else str(column)
        raise UsageError(
            f"'{name}' has {len(infinite)} infinite values, the first in column '{named}', row {row}; "
            "replace them with numbers, or leave them empty to have them imputed"
        )
    unlabelled = sum(label is None or label != label for label in y.tolist()) if y.dtype.kind in "fO" else 0  # noqa: PLR0124 - NaN
    if unlabelled:
        raise UsageError(
            f"'{name}' has {counted(unlabelled, 'row')} without a label; remove them or label them"
        )
    return replace(dataset, y=np.array([as_text(label) for label in y])) if y.dtype == object else dataset


def _read_npz(path: Path, target: str) -> Dataset:
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            found = {name: arrays[name] for name in arrays.files if name in {"X", target}}
            names = arrays.files
    except Exception as error:  # a damaged zip raises much: zlib.error, NotImplementedError, RuntimeError
        raise UsageError(f"'{path}' cannot be read as an npz file without pickles ({error})") from error
    for name in ("X", target):
        if name not in found:
            raise UsageError(
                f"'{path}' has no array '{name}'.{nearest(name, names)} It has: {listed(names)}. "
                "An npz needs the features as X and the labels as the target."
            )
    return Dataset(X=found["X"], y=found[target], source=str(path))


def _read_frame(path: Path, target: str) -> Dataset:
    import pandas as pd

    try:
        frame = pd.read_parquet(path) if path.suffix == ".parquet" else _read_csv(path)
    except Exception as error:  # a damaged file raises much: EOFError, zlib.error, KeyError of pyarrow
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise UsageError(f"'{path}' cannot be read as a {path.suffix[1:]} table ({reason})") from error
    if target not in frame.columns:
        raise UsageError(
            f"'{path}' has no column '{target}'.{nearest(target, map(str, frame.columns))} "
            f"It has: {listed(map(str, frame.columns))}."
        )
    unlabelled = int(frame[target].isna().sum())
    if unlabelled:
        rows = counted(unlabelled, "row")
        raise UsageError(f"'{path}' has {rows} without a value of '{target}'; remove them or label them")
    return _from_frame(frame.drop(columns=target), frame[target].to_numpy(), path)


def _read_csv(path: Path) -> pd.DataFrame:
    import pandas as pd

    with warnings.catch_warnings():
        warnings.simplefilter("error", pd.errors.ParserWarning)  # rows that are longer than the first line
        # low_memory reads in chunks, so that one column may hold both 0.5 and "0.50"
        return pd.read_csv(path, low_memory=False, index_col=False)


def _from_frame(features: pd.DataFrame, labels: npt.NDArray[Any], path: Path) -> Dataset:
    categories: dict[int, tuple[str, ...]] = {}
    X = np.empty(features.shape, dtype=np.float64)
    for position, (name, column) in enumerate(features.items()):
        X[:, position], names = _coded(column, str(name), path)
        if names is not None:
            categories[position] = names
    return Dataset(
        X=X,
        y=labels,
        feature_names=tuple(map(str, features.columns)),
        categories=categories,
        source=str(path),
    )


def _coded(column: pd.Series[Any], name: str, path: Path) -> tuple[Any, tuple[str, ...] | None]:
    """Return a column as numbers, and the names of its codes if it is categorical."""
    from pandas.api import types

    content = types.infer_dtype(column, skipna=True)
    if content in TIMES:
        raise UsageError(
            f"'{path}' has times in column '{name}', which no method can take; replace them with a "
            "number (an hour, an age in days) or remove the column"
        )
    if types.is_numeric_dtype(column) or content == "decimal":  # truth values among them
        return column.to_numpy(dtype=np.float64, na_value=np.nan), None
    names = sorted({str(value) for value in column.dropna()})
    if len(names) > max(MOST_TEXTS, len(column) / 2):
        raise UsageError(
            f"'{path}' has {len(names)} different texts in the {len(column)} rows of column '{name}', like "
            "an identifier or a date, from which no method can learn; remove it or replace it with numbers"
        )
    code = {value: number for number, value in enumerate(names)}
    return [
        np.nan if missing else code[str(value)] for value, missing in zip(column, column.isna(), strict=True)
    ], tuple(names)

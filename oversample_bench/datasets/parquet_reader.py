"""Reads Parquet: a file, or a folder of files, whose paths may hold columns (``year=2024/a.parquet``).

Goes by what the file says of its types, and needs no pandas, so that `bench plan` may ask. An index that
pandas has written along is no column.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import numpy as np
import numpy.typing as npt

from oversample_bench.core.errors import UsageError
from oversample_bench.core.labels import normal
from oversample_bench.core.specs import Reading, table_kind
from oversample_bench.datasets.columns import RawColumn
from oversample_bench.datasets.headers import Header
from oversample_bench.datasets.raw_tables import Labels, RawTable

if TYPE_CHECKING:
    import pyarrow as pa

MOST_CELLS = 400_000
"""A table of up to so many cells is read whole where a sample is asked for."""

SAMPLE_ROWS = 1_000
NO_VALUE = "__HIVE_DEFAULT_PARTITION__"
WIDTHS = {"double": "float64", "float": "float32", "halffloat": "float16"}
"""What NumPy calls the types that Arrow calls otherwise."""


def read_parquet(path: Path, target: str, reading: Reading, *, sample: bool = False) -> RawTable:
    """Return a table, or where a sample is asked for, and it is large, its first rows.

    Raises
    ------
    UsageError
        When the names of its columns have several levels.
    Exception
        Of pyarrow's or the system's, where it is none.
    """
    rows, whole = _rows(path, sample=sample)
    written = _of_pandas(rows)
    index = {name for name in _index(rows, written) if normal(name) != target}
    rows = rows.drop_columns(sorted(index))
    header = Header.of(rows.schema.names)
    left = {target, *header.twice()}
    columns = tuple(
        _column(_Field(name, rows.schema.field(position), written), rows.column(position), reading.missing)
        for position, name in enumerate(header.names)
        if name not in left
    )
    found = header.positions(target)
    labels = _labels(rows.column(found[0]), reading.missing) if len(found) == 1 else Labels()
    return RawTable(header, columns, labels, tuple(sorted(index)), whole)


def table_files(path: Path) -> list[Path]:
    """Return the files of a table: itself, or those of a folder, in the order of their names."""
    if not path.is_dir():
        return [path]
    found = [file for file in path.rglob("*") if file.is_file() and table_kind(file.name) == "parquet"]
    hidden = ("_", ".")
    return sorted(
        file for file in found if not any(part.startswith(hidden) for part in file.relative_to(path).parts)
    )


def _rows(path: Path, *, sample: bool) -> tuple[pa.Table, bool]:
    """Return the rows of all files, and whether these are all."""
    import pyarrow as pa
    from pyarrow import parquet

    files = table_files(path)
    if not files:
        raise FileNotFoundError("there is no Parquet file in this folder")
    known = [parquet.read_metadata(file) for file in files] if sample else []
    if sum(one.num_rows * one.num_columns for one in known) > MOST_CELLS:
        with parquet.ParquetFile(files[0]) as opened:
            batches = list(islice(opened.iter_batches(batch_size=SAMPLE_ROWS), 1))
            rows = pa.Table.from_batches(batches, opened.schema_arrow)
        return _keyed(rows, files[0].relative_to(path).parts), False
    parts = [_keyed(_whole(file), file.relative_to(path).parts) for file in files]
    return pa.concat_tables(parts, promote_options="default") if len(parts) > 1 else parts[0], True


def _whole(file: Path) -> pa.Table:
    """Return the rows of one file; by position, so that names may repeat."""
    from pyarrow import parquet

    with parquet.ParquetFile(file) as opened:
        return opened.read()


def _keyed(rows: pa.Table, folders: Iterable[str]) -> pa.Table:
    """Add the columns that the folders of a file hold in their names."""
    import pyarrow as pa

    for name, equals, value in (part.partition("=") for part in folders):
        if equals and not table_kind(value):
            codes = pa.array([None if value == NO_VALUE else 0] * len(rows), pa.int32())
            rows = rows.append_column(name, pa.DictionaryArray.from_arrays(codes, pa.array([unquote(value)])))
    return rows


def _of_pandas(rows: pa.Table) -> dict[str, Any]:
    """Return what pandas has written down of its frame.

    Raises
    ------
    UsageError
        When the names of its columns have several levels.
    """
    try:
        told: dict[str, Any] = dict(json.loads((rows.schema.metadata or {}).get(b"pandas", b"{}")))
    except ValueError:
        return {}
    if len(told.get("column_indexes") or ()) > 1:
        raise UsageError("has names of several levels; give each column one name, as text")
    return told


def _index(rows: pa.Table, written: Mapping[str, Any]) -> list[str]:
    """Return the columns that are the index of a frame."""
    named = [name for name in written.get("index_columns") or () if isinstance(name, str)]
    return [name for name in named if rows.schema.names.count(name) == 1]


@dataclass(frozen=True)
class _Field:
    """A column's name in its normal form, and what is known of its type."""

    name: str
    field: pa.Field
    written: Mapping[str, Any]

    @property
    def extension(self) -> str:
        """The name of an extension of Arrow's types, whether it is loaded or not."""
        told = (self.field.metadata or {}).get(b"ARROW:extension:name", b"")
        return str(getattr(self.field.type, "extension_name", "")) or told.decode(errors="replace")

    @property
    def is_category(self) -> bool:
        """Whether the file declares categories; those that are numbers are told by pandas alone."""
        from pyarrow import types

        kinds = {one.get("field_name"): one.get("pandas_type") for one in self.written.get("columns") or ()}
        return types.is_dictionary(self.field.type) or kinds.get(self.field.name) == "categorical"


def _labels(chunks: pa.ChunkedArray, missing: Collection[str]) -> Labels:
    array = _decoded(chunks)
    if _is_number(array):
        values, valid = _values(array)
        found = Labels.of_numbers(values[valid], missing)
        return Labels(values, found.n_absent + int((~valid).sum()))
    return Labels.of_texts(*_texts(array), missing, typed=True)


def _column(field: _Field, chunks: pa.ChunkedArray, missing: Collection[str]) -> RawColumn:
    """Return a column by its type: numbers, times, or texts."""
    from pyarrow import types

    array, name = _decoded(chunks), field.name
    if types.is_null(array.type):
        return RawColumn(name, np.full(len(array), np.nan))
    if types.is_decimal(array.type):
        numbers = [np.nan if value is None else float(value) for value in array.to_pylist()]
        return RawColumn.of_numbers(name, np.array(numbers, dtype=np.float64), missing)
    if _is_number(array) and not field.is_category and not field.extension:
        return _number_column(name, *_values(array), missing)
    text = types.is_string(array.type) or types.is_large_string(array.type)
    return replace(
        RawColumn.of_texts(name, *_texts(array), missing),
        nested=types.is_nested(array.type),
        times=types.is_temporal(array.type) or "period" in field.extension,
        typed=text and not field.is_category,
        declared=field.is_category,
    )


def _number_column(
    name: str, values: npt.NDArray[Any], valid: npt.NDArray[np.bool_], missing: Collection[str]
) -> RawColumn:
    found = RawColumn.of_numbers(name, values, missing)
    if valid.all() or found.numbers is None:
        return found
    return replace(found, numbers=np.where(valid, found.numbers.astype(np.float64), np.nan))


def _decoded(chunks: pa.ChunkedArray) -> Any:
    """Return a column as one array of its values: categories as what they stand for."""
    import pyarrow as pa

    array = chunks.combine_chunks()
    if isinstance(array, pa.ChunkedArray):  # of some types pyarrow makes one chunk only in name
        array = pa.concat_arrays(array.chunks) if array.num_chunks else pa.array([], array.type)
    if isinstance(array, pa.DictionaryArray):
        return array.dictionary_decode()
    return array.storage if isinstance(array, pa.ExtensionArray) else array


def _is_number(array: Any) -> bool:
    from pyarrow import types

    return any(known(array.type) for known in (types.is_integer, types.is_floating, types.is_boolean))


def _values(array: Any) -> tuple[npt.NDArray[Any], npt.NDArray[np.bool_]]:
    """Return the values of an array of numbers or truth values, and which of them are there.

    What pyarrow offers for that imports pandas.
    """
    kind = str(array.type)
    bitmap, data = array.buffers()
    start, end = array.offset, array.offset + len(array)
    if kind == "bool":
        values = _bits(data, end)[start:]
    else:
        values = np.frombuffer(data or b"", dtype=WIDTHS.get(kind, kind))[start:end].copy()
    valid = np.ones(len(array), dtype=bool) if bitmap is None else _bits(bitmap, end)[start:]
    return values, valid


def _bits(buffer: Any, count: int) -> npt.NDArray[np.bool_]:
    bits = np.unpackbits(np.frombuffer(buffer or b"", dtype=np.uint8), count=count, bitorder="little")
    return bits.astype(bool)


def _texts(array: Any) -> tuple[list[str], npt.NDArray[np.intp]]:
    """Return the different values of an array as text, and each row's position among them or -1."""
    from pyarrow import types

    if types.is_string(array.type) or types.is_large_string(array.type):
        encoded = array.dictionary_encode()
        codes, valid = _values(encoded.indices)
        return encoded.dictionary.to_pylist(), np.where(valid, codes, -1).astype(np.intp)
    place: dict[str, int] = {}
    found = [None if value is None else _text(value) for value in array.to_pylist()]
    positions = [-1 if text is None else place.setdefault(text, len(place)) for text in found]
    return list(place), np.array(positions, dtype=np.intp)


def _text(value: Any) -> str:
    return value.decode(errors="backslashreplace") if isinstance(value, bytes) else str(value)

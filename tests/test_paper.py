"""The sets of the GL-GAN paper: whole or not at all."""

import os
from pathlib import Path

import numpy as np
import pytest

from oversample_bench.api import Dataset, Unavailable
from oversample_bench.core.specs import DataSpec, Protocol, SplitSpec
from oversample_bench.datasets.classes import class_counts, two_classes
from oversample_bench.datasets.official_sources import OFFICIAL
from oversample_bench.datasets.paper_sets import PUBLISHED, load
from oversample_bench.evaluation.split import thin

FOLDER = os.environ.get("OVERSAMPLE_BENCH_DATA", "")


@pytest.fixture
def real(request):
    """Return a set from the user's folder of data."""
    if not FOLDER:
        pytest.skip("OVERSAMPLE_BENCH_DATA names no folder with the files of the paper")
    try:
        return load(request.param, Path(FOLDER))
    except Unavailable as reason:
        pytest.skip(str(reason))


@pytest.mark.parametrize(
    ("real", "majority", "minority", "train", "test"),
    [
        ("usps", "2", "8", (744, 7), (185, 141)),
        ("madelon", "1", "-1", (1040, 10), (260, 260)),
        ("mnist_4_7", "7", "4", (5835, 58), (1458, 1364)),
        ("sensorless", "1", "2", (4256, 42), (1063, 1063)),
        ("gas_drift", "4", "6", (1549, 15), (387, 366)),
        ("gisette", "1", "-1", (2800, 28), (700, 700)),
    ],
    indirect=["real"],
)
def test_the_files_give_the_rows_of_the_paper(real, majority, minority, train, test):
    """Real files have the published sizes, and at 0.01 the training rows of the paper's Table 1."""
    data = DataSpec("any", majority=majority, minority=minority)
    y = two_classes(real, data).y
    rows = thin(y, SplitSpec(data, 0.01, Protocol(), 0))
    counts = [tuple(np.bincount(y[part]).tolist()) for part in (rows.train, rows.test)]

    assert counts == [train, test]
    assert real.source
    assert np.isfinite(real.X).all()


@pytest.mark.parametrize(
    ("name", "majority", "minority", "train", "test"),
    [
        ("usps", "2", "8", (744, 7), (185, 141)),
        ("sensorless", "1", "2", (4256, 42), (1063, 1063)),
        ("gas_drift", "4", "6", (1549, 15), (387, 366)),
        ("madelon", "1", "-1", (1040, 10), (260, 260)),
        ("gisette", "1", "-1", (2800, 28), (700, 700)),
    ],
)
def test_published_counts_give_table_1_of_the_paper(name, majority, minority, train, test):
    """The rows of each class alone decide how many are trained and tested on: no file is needed."""
    counts = PUBLISHED[name].counts
    labels = np.repeat(list(counts), list(counts.values()))
    data = DataSpec(name, majority=majority, minority=minority)
    y = two_classes(Dataset(np.zeros((len(labels), 1)), labels), data).y
    rows = thin(y, SplitSpec(data, 0.01, Protocol(), 0))

    assert [tuple(np.bincount(y[part]).tolist()) for part in (rows.train, rows.test)] == [train, test]


def test_sizes_are_those_that_the_paper_states():
    """The rows of all classes add up to what is known of each set."""
    rows = {name: sum(published.counts.values()) for name, published in PUBLISHED.items()}

    assert rows == {
        "usps": 9298,
        "sensorless": 58509,
        "gas_drift": 13910,
        "madelon": 2600,
        "gisette": 7000,
        "mnist": 70000,
        "mnist_4_7": 14117,
        "basehock": 1993,
    }
    assert {digit: PUBLISHED["mnist"].counts[digit] for digit in "47"} == PUBLISHED["mnist_4_7"].counts


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_set_that_is_not_here_says_what_to_do(tmp_path, name):
    """Without a folder, or without the file in it, the sentence says where to put what."""
    with pytest.raises(Unavailable) as nowhere:
        load(name)
    with pytest.raises(Unavailable) as missing:
        load(name, tmp_path)

    assert "no --data-dir is given" in str(nowhere.value)
    assert f"there is no {tmp_path / name}.npz" in str(missing.value)
    for caught in (nowhere, missing):
        assert f"the data set '{name}' is not on this machine" in str(caught.value)
        assert f"Put {name}.npz (arrays X and y) into a folder and name it with --data-dir" in str(
            caught.value
        )
        hint = f"or download it with `bench datasets fetch {name}`"
        assert (hint in str(caught.value)) == (name in OFFICIAL)


def test_the_sets_of_the_paper_can_be_downloaded():
    """The five of its tables and MNIST; the two others are parts and stand-ins that come as files only."""
    assert sorted(OFFICIAL) == ["gas_drift", "gisette", "madelon", "mnist", "sensorless", "usps"]
    assert set(PUBLISHED) - set(OFFICIAL) == {"mnist_4_7", "basehock"}


def written(folder, name, n_features, counts, dtype=int):
    """Write a file with as many rows of each class as asked for."""
    y = np.repeat([dtype(label) for label in counts], list(counts.values()))
    np.savez(folder / f"{name}.npz", X=np.zeros((len(y), n_features), dtype=np.uint8), y=y)


@pytest.mark.parametrize("dtype", [int, float, str])
def test_a_whole_file_is_taken(tmp_path, dtype):
    """Size and counts decide; labels may be numbers or text. Source and terms are the published ones."""
    known = PUBLISHED["madelon"]
    written(tmp_path, "madelon", known.n_features, known.counts, dtype)
    found = load("madelon", tmp_path)

    assert class_counts(found) == known.counts
    assert (found.source, found.licence) == (known.source, known.licence)


@pytest.mark.parametrize(
    ("n_features", "changes"),
    [(127, {}), (128, {"1": 2564}), (128, {"7": 1}), (128, {"3": 1316})],
    ids=["a column less", "a row less", "a class more", "a batch less"],
)
def test_a_partial_file_is_refused(tmp_path, n_features, changes):
    """A file of another size is never taken for the real one, and the sentence says what it lacks."""
    counts = {**PUBLISHED["gas_drift"].counts, **changes}
    written(tmp_path, "gas_drift", n_features, counts)
    with pytest.raises(Unavailable) as caught:
        load("gas_drift", tmp_path)

    assert f"is not the whole set: it has {n_features} features and classes {counts}" in str(caught.value)
    assert f"the published one 128 features and classes {PUBLISHED['gas_drift'].counts}" in str(caught.value)
    assert "A partial file can be used by `path:`" in str(caught.value)


@pytest.mark.skipif(not FOLDER, reason="OVERSAMPLE_BENCH_DATA names no folder with the files of the paper")
@pytest.mark.parametrize("name", ["gas_drift", "sensorless"])
def test_a_real_partial_file_is_refused(tmp_path, name):
    """Eight of ten batches, or an eighth of the rows, put in under the full name, are noticed."""
    partial = Path(FOLDER) / f"{name}_partial.npz"
    if not partial.is_file():
        pytest.skip(f"there is no {partial.name} to try with")
    (tmp_path / f"{name}.npz").symlink_to(partial)
    with pytest.raises(Unavailable, match="is not the whole set"):
        load(name, tmp_path)


@pytest.mark.parametrize("content", [b"", b"hello", b"PK\x03\x04"])
def test_a_file_that_cannot_be_read_is_unavailable(tmp_path, content):
    """A damaged download is told as such, and harms no other set of the suite."""
    (tmp_path / "usps.npz").write_bytes(content)
    with pytest.raises(Unavailable, match="cannot be read as an npz file"):
        load("usps", tmp_path)


def test_a_file_without_labels_is_unavailable(tmp_path):
    """The arrays are called X and y."""
    np.savez(tmp_path / "usps.npz", data=np.zeros((3, 256)), labels=np.zeros(3))
    with pytest.raises(Unavailable, match="has no array 'X'"):
        load("usps", tmp_path)

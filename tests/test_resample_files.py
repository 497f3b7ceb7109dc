"""Resamples on disk: what has its name is whole, what cannot be read is not there."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from oversample_bench.core.resample import NEW, Resample
from oversample_bench.store.resample_files import ResampleFiles

finite = st.floats(allow_nan=False, allow_infinity=False)
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def files(tmp_path):
    return ResampleFiles(tmp_path)


def a_resample(weights=None):
    return Resample(
        np.array([0, 2, NEW, NEW]), np.array([[1.5, -0.0], [np.pi, 1e300]]), np.array([1, 0]), weights
    )


def contents(resample):
    """Return the arrays of a resample as types, shapes and bytes."""
    names = None if resample.wrapping is None else np.array(sorted(resample.wrapping), dtype="U20")
    told = [resample.wrapping[name] for name in sorted(resample.wrapping or {})]
    arrays = (resample.origin, resample.X_new, resample.y_new, resample.sample_weight, names, *told)
    return [None if a is None else (a.dtype.str, a.shape, a.tobytes()) for a in arrays]


@unhurried
@given(
    n_real=st.integers(0, 9),
    new=npst.arrays(float, st.tuples(st.integers(0, 5), st.integers(1, 4)), elements=finite),
    weighted=st.booleans(),
    wrapping=st.none()
    | st.dictionaries(st.sampled_from(["a", "X_new"]), npst.arrays(float, 3, elements=finite)),
)
def test_a_resample_comes_back_bit_for_bit(files, n_real, new, weighted, wrapping):
    """Saving and loading gives the same arrays; weights and what wraps a classifier, where there are any."""
    origin = np.append(np.arange(n_real), np.full(len(new), NEW))
    weights = np.linspace(0, 1, len(origin)) if weighted else None
    resample = Resample(origin, new, np.arange(len(new)) % 2, weights, wrapping)
    files.save("a", resample)

    assert files.has("a")
    assert contents(files.load("a")) == contents(resample)


def test_a_resample_that_was_never_saved_is_not_there(files):
    """Asking for a resample makes neither a file nor a folder."""
    assert not files.has("a")
    assert files.load("a") is None
    assert not files.path("a").parent.exists()


def test_saving_again_replaces_the_resample(files):
    """A resample that was made anew takes the place of the old one."""
    files.save("a", a_resample(np.ones(4)))
    files.save("a", a_resample())

    assert contents(files.load("a")) == contents(a_resample())


def test_a_file_cut_off_at_any_byte_is_not_there(files):
    """What a full disk or a bad copy left of a resample is made again."""
    files.save("a", a_resample(np.ones(4)))
    whole = files.path("a").read_bytes()
    for end in range(len(whole)):
        files.path("a").write_bytes(whole[:end])

        assert files.load("a") is None, f"cut off after {end} of {len(whole)} bytes"


@unhurried
@given(data=st.data())
def test_a_damaged_file_is_not_there_or_says_the_same(files, data):
    """A byte that flipped anywhere is noticed, or stands where it means nothing."""
    files.save("a", a_resample())
    damaged = bytearray(files.path("a").read_bytes())
    position = data.draw(st.integers(0, len(damaged) - 1))
    damaged[position] = data.draw(st.integers(0, 255))
    files.path("a").write_bytes(damaged)
    found = files.load("a")

    assert found is None or contents(found) == contents(a_resample())


@pytest.mark.parametrize(
    "content", [b"", b"hello", b"PK\x05\x06" + b"\0" * 18], ids=["empty", "text", "no arrays"]
)
def test_a_file_of_something_else_is_not_there(files, content):
    """A file under a resample's name that is none counts as missing, and so does a folder."""
    files.path("a").parent.mkdir()
    files.path("a").write_bytes(content)
    files.path("b").mkdir()

    assert files.load("a") is None
    assert (files.has("b"), files.load("b")) == (False, None)


def test_a_pickle_is_not_opened(files):
    """A file that would run code when it is read is not read."""
    files.path("a").parent.mkdir()
    with files.path("a").open("wb") as file:
        np.savez(file, origin=np.array([print], dtype=object), X_new=np.zeros((0, 2)), y_new=np.zeros(0))

    assert files.load("a") is None


DIES = """
import os, sys
from pathlib import Path
import numpy as np
from oversample_bench.core.resample import Resample
from oversample_bench.store.resample_files import ResampleFiles

def dies(path, content):
    with path.open("wb") as file:
        file.write(content[: len(content) // 2])
        file.flush()
        os._exit(9)

Path.write_bytes = dies
resample = Resample(np.arange(3), np.ones((1, 2)), np.ones(1, dtype=np.int64), None)
ResampleFiles(Path(sys.argv[1])).save(sys.argv[2], resample)
"""


def test_a_half_written_resample_is_no_resample(files):
    """A process that dies while it writes leaves no file under that name; the next run sweeps up."""
    files.save("a", a_resample())

    for name in ("a", "b"):
        assert subprocess.run([sys.executable, "-c", DIES, str(files.folder), name]).returncode == 9
    folder = files.path("a").parent
    left = [path for path in folder.iterdir() if path != files.path("a")]
    files.sweep()

    assert len(left) == 2
    assert list(folder.iterdir()) == [files.path("a")]
    assert contents(files.load("a")) == contents(a_resample())
    assert not files.has("b")


def test_sweeping_an_empty_folder_does_nothing(files):
    """The first run of a folder has nothing to sweep up."""
    files.sweep()

    assert list(files.folder.iterdir()) == []

"""Files that are written whole or not at all."""

import os
import stat

import pytest

from oversample_bench.core.atomic_write import replacement, sweep


def test_a_file_takes_the_place_of_the_earlier_one(tmp_path):
    """Until all is written the earlier file stands; then the new one does, and nothing lies beside it."""
    path = tmp_path / "new" / "a.txt"
    for text in ("first", "second"):
        with replacement(path) as beside:
            beside.write_text(text)
            before = path.read_text() if path.exists() else None

        assert before == {"first": None, "second": "first"}[text]
        assert path.read_text() == text
        assert [one.name for one in path.parent.iterdir()] == ["a.txt"]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_an_error_leaves_all_as_it_was(tmp_path, error):
    """What was half written goes, also when somebody presses Ctrl-C."""
    path = tmp_path / "a.txt"
    path.write_text("earlier")

    def stumble():
        with replacement(path) as beside:
            beside.write_text("half")
            raise error

    with pytest.raises(error):
        stumble()

    assert path.read_text() == "earlier"
    assert list(tmp_path.iterdir()) == [path]


def test_what_a_killed_writer_left_is_swept(tmp_path):
    """Only files that were being written go, and only those with the names that are asked for."""
    names = [".a.npz.1.partial", ".b.npz.2.partial", "a.npz", ".hidden"]
    for name in names:
        (tmp_path / name).touch()

    sweep(tmp_path, "a.npz.*")
    first = {path.name for path in tmp_path.iterdir()}
    sweep(tmp_path)

    assert first == {*names} - {".a.npz.1.partial"}
    assert {path.name for path in tmp_path.iterdir()} == {"a.npz", ".hidden"}


@pytest.mark.parametrize("there", [True, False])
def test_a_link_stays_a_link(tmp_path, there):
    """What a link leads to is replaced, whether it is there or yet to be made; the link is not."""
    place, link = tmp_path / "far" / "a.txt", tmp_path / "a.txt"
    place.parent.mkdir()
    if there:
        place.write_text("earlier")
    link.symlink_to(place)
    with replacement(link) as beside:
        beside.write_text("new")

    assert link.is_symlink()
    assert (link.read_text(), place.read_text()) == ("new", "new")
    assert [path.name for path in place.parent.iterdir()] == ["a.txt"]


def test_what_is_no_file_is_written_to(tmp_path):
    """A device, or a pipe that somebody reads, is not replaced by a file."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    with replacement(pipe) as place:
        place.write_text("through")
    read = os.read(reader, 100)
    os.close(reader)

    assert read == b"through"
    assert stat.S_ISFIFO(pipe.stat().st_mode)


@pytest.mark.parametrize("name", ["x" * 255, "é" * 127])
def test_the_longest_names_can_be_written(tmp_path, name):
    """Whatever name a system takes can be replaced, though it is written under another one first."""
    for text in ("first", "second"):
        with replacement(tmp_path / name) as beside:
            beside.write_text(text)

    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).read_text() == "second"


def test_an_error_names_the_file_that_was_to_be_written(tmp_path):
    """Not the name beside it, which nobody has asked for; and none that is another file's."""
    path = tmp_path / "a.txt"

    with pytest.raises(OSError, match="No such file") as caught, replacement(path) as beside:
        beside.read_text()
    with pytest.raises(OSError, match="No such file") as other, replacement(path):
        (tmp_path / "another").read_text()

    assert caught.value.filename == str(path)
    assert other.value.filename == str(tmp_path / "another")

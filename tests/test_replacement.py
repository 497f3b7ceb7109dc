"""Files that are written whole or not at all."""

import pytest

from oversample_bench.replacement import replacement, sweep


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

"""A disk without room, and other refusals of the system, at any write: what is done stays, and goes on."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from oversample_bench.cli import main
from oversample_bench.core.errors import UsageError
from oversample_bench.core.refusals import in_words, sentence
from oversample_bench.execution.driver import run
from oversample_bench.execution.merge_folders import merge
from oversample_bench.execution.run_result import Options, Result
from oversample_bench.execution.watcher import Watcher
from oversample_bench.report import report_state, write_export, write_report
from oversample_bench.store import FILE_NAME, Ledger, connect
from oversample_bench.store import state as state_of
from oversample_bench.store.lock import MARK_NAME
from oversample_bench.suite import parse_suite

pytestmark = pytest.mark.usefixtures("reports")

SUITE = """
name: small
data: [glass2]
methods: [none, random, smote]
classifiers: [knn, decision_tree]
splits: 3
metrics: [mcc]
"""
ALWAYS_FULL = Path("/dev/full")
TOLD = "the disk is full"

needs_device = pytest.mark.skipif(not ALWAYS_FULL.exists(), reason="needs the device that is always full")


def carried_out(folder: Path, **options: Any) -> Result:
    return run(parse_suite(SUITE), folder, Options(runner="serial", figures=False, **options))


def refusal(folder: Path) -> str:
    """Return what a run into ``folder`` is ended by, as the command line tells it."""
    try:
        carried_out(folder)
    except UsageError as error:
        return str(error)
    except OSError as error:
        return sentence(error)
    pytest.fail("nothing stood in its way")


def done(folder: Path) -> int:
    """Return how many trials a store holds; none where it could not even be made."""
    with closing(sqlite3.connect(folder / FILE_NAME)) as connection, suppress(sqlite3.OperationalError):
        return int(connection.execute("SELECT count(*) FROM trials WHERE status = 'ok'").fetchone()[0])
    return 0


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a run that nothing stood in the way of."""
    folder = tmp_path_factory.mktemp("whole") / "out"
    carried_out(folder)
    return folder


# --- a real disk that is full, where this may be had


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Callable[[int], Path]]:
    """Return what gives a small disk, and a larger one when it is called again."""
    place = tmp_path / "disk"
    place.mkdir()

    def sized(kib: int) -> Path:
        again = ["remount,"] if os.path.ismount(place) else [""]
        command = ["mount", "-t", "tmpfs", "-o", f"{again[0]}size={kib}k", "tmpfs", str(place)]
        if subprocess.run(command, capture_output=True).returncode:
            pytest.skip("needs the right to mount a small disk")
        return place

    yield sized
    if os.path.ismount(place):
        subprocess.run(["umount", str(place)], check=True)


@pytest.mark.parametrize("kib", [8, 60, 120, 150, 180, 210, 240, 400])
def test_a_run_on_a_full_disk_goes_on_when_there_is_room(disk: Any, whole: Path, kib: int) -> None:
    """Wherever the room ends, one sentence says so, and the same command does the rest and no more."""
    folder = disk(kib) / "out"
    told = refusal(folder)
    kept = done(folder)
    disk(50_000)
    again = carried_out(folder)

    assert told.startswith(TOLD)
    assert again.computed == 18 - kept
    assert again.counts == {"ok": 18}
    assert not list(folder.rglob("*.partial"))
    assert report_state.is_shown(folder, state(folder), figures=False)
    assert tables(folder) == tables(whole)


def state(folder: Path) -> str:
    with closing(connect(folder)) as connection:
        return state_of(connection)


def tables(folder: Path) -> dict[str, bytes]:
    """Return the tables of scores, which hold no times."""
    names = (folder / "tables").glob("*mcc.csv")
    return {path.name: path.read_bytes() for path in names if not path.name.startswith("costs")}


def test_a_run_that_a_full_disk_has_ended_has_not_died(disk: Any) -> None:
    """It has told why it ends: the next run need not be wary of its methods, and goes on where it was."""
    folder = disk(180) / "out"
    refusal(folder)
    left = (folder / MARK_NAME).exists()
    disk(50_000)
    begun: list[str] = []
    summary = run(parse_suite(SUITE), folder, Options(figures=False), watcher=Listener(begun))

    assert not left
    assert summary.counts == {"ok": 18}
    assert begun == ["serial"]


class Listener(Watcher):
    """Hears where a run begins."""

    def __init__(self, begun: list[str]) -> None:
        self.begun = begun

    def begin(self, total: int, reused: int, choice: Any) -> None:
        self.begun.append(choice.first())


@pytest.mark.parametrize(
    "words",
    [
        "report {disk}/out --no-figures",
        "export {disk}/out -o {disk}/a.csv",
        "export {disk}/out -o {disk}/a.parquet",
        "diff {disk}/out {whole} -o {disk}/a.csv",
        "merge {disk}/new {whole}",
        "run s.yaml --out {disk}/new --runner serial",
    ],
)
def test_every_command_tells_of_a_full_disk(
    disk: Any, whole: Path, words: str, tmp_path: Path, monkeypatch: Any, capsys: Any
) -> None:
    """Whatever a command was to write, it ends with 1 and a sentence, and leaves the results as they are."""
    place = disk(20_000)
    shutil.copytree(whole, place / "out")
    (tmp_path / "s.yaml").write_text(SUITE)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("signal.signal", lambda *_: None)
    fill(place)
    before = (place / "out" / FILE_NAME).read_bytes()

    with pytest.raises(SystemExit) as ended:
        main(words.format(disk=place, whole=whole).split())

    assert ended.value.code == 1
    assert capsys.readouterr().err.startswith(TOLD)
    assert (place / "out" / FILE_NAME).read_bytes() == before
    assert not list(place.rglob("*.partial"))


def fill(place: Path) -> None:
    """Leave no byte of room."""
    with (place / "filler").open("wb", buffering=0) as file, suppress(OSError):
        while file.write(b"x" * 512):
            continue


# --- the same where nobody may mount a disk: a device that is full, a store that may not grow


@needs_device
@pytest.mark.parametrize("number", [0, 4])
def test_a_resample_that_cannot_be_written_ends_the_run_in_words(
    tmp_path: Path, whole: Path, number: int
) -> None:
    """A file that leads to a full device: what came before is kept, what comes after is done next time."""
    names = [row[0] for row in rows(whole, "SELECT digest FROM resamples ORDER BY rowid")]
    (tmp_path / "out" / "resamples").mkdir(parents=True)
    link = tmp_path / "out" / "resamples" / f"{names[number]}.npz"
    link.symlink_to(ALWAYS_FULL)
    told = refusal(tmp_path / "out")
    kept = done(tmp_path / "out")
    link.unlink()
    again = carried_out(tmp_path / "out")

    assert told.startswith(f"{TOLD}: '{link}' could not be written")
    assert kept == 2 * number
    assert (again.computed, again.counts) == (18 - kept, {"ok": 18})


def rows(folder: Path, query: str) -> list[Any]:
    with closing(connect(folder)) as connection:
        return connection.execute(query).fetchall()


@pytest.mark.parametrize("pages", [0, 1])
def test_a_store_that_cannot_grow_ends_the_run_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pages: int
) -> None:
    """SQLite's own refusal is told as what it is, not as a store that is to be moved away."""
    made = Ledger.__init__

    def small(ledger: Ledger, *given: Any, **named: Any) -> None:
        made(ledger, *given, **named)
        there = ledger.connection.execute("PRAGMA page_count").fetchone()[0]
        ledger.connection.execute(f"PRAGMA max_page_count = {there + pages}")

    with monkeypatch.context() as patch:
        patch.setattr(Ledger, "__init__", small)
        told = refusal(tmp_path / "out")
    kept = done(tmp_path / "out")
    again = carried_out(tmp_path / "out")

    assert told.startswith(f"{TOLD}: the store '{tmp_path / 'out' / FILE_NAME}' could not be written")
    assert "Move" not in told
    assert (again.computed, again.counts) == (18 - kept, {"ok": 18})


@needs_device
@pytest.mark.parametrize("name", ["report.md", "report.html", "tables/scores_mcc.csv"])
def test_a_report_that_cannot_be_written_is_told_and_written_later(
    tmp_path: Path, whole: Path, name: str
) -> None:
    """The sentence names the file; a run with room writes all of it, and computes nothing."""
    folder = tmp_path / "out"
    shutil.copytree(whole, folder)
    before = (folder / name).read_bytes()
    (folder / name).unlink()
    (folder / name).symlink_to(ALWAYS_FULL)
    with pytest.raises(UsageError, match=f"^{TOLD}: '{folder / name}' could not be written"):
        write_report(folder, figures=False)
    (folder / name).unlink()
    again = carried_out(folder)

    assert again.computed == 0
    assert (folder / name).read_bytes() == before


@needs_device
@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_an_export_that_cannot_be_written_is_told(tmp_path: Path, whole: Path, suffix: str) -> None:
    """A table that is to go where no room is leaves a sentence, and the link as it was."""
    link = tmp_path / f"a.{suffix}"
    link.symlink_to(ALWAYS_FULL)

    with pytest.raises(UsageError, match=f"^{TOLD}: '{link}' could not be written"):
        write_export(whole, link)

    assert link.is_symlink()
    assert ALWAYS_FULL.is_char_device()  # a library that cleans up after itself would remove it


@needs_device
def test_a_merge_that_finds_no_room_changes_no_row(tmp_path: Path, whole: Path) -> None:
    """The files of resamples come before the rows: without room for one the target stays as it was."""
    name = rows(whole, "SELECT digest FROM resamples ORDER BY rowid")[3][0]
    (tmp_path / "resamples").mkdir()
    with closing(Ledger(tmp_path)):
        pass
    (tmp_path / "resamples" / f"{name}.npz").symlink_to(ALWAYS_FULL)

    with pytest.raises(OSError, match="No space left"):
        merge(tmp_path, [whole])
    before = rows(tmp_path, "SELECT * FROM trials")
    (tmp_path / "resamples" / f"{name}.npz").unlink()
    merge(tmp_path, [whole])

    assert before == []
    assert done(tmp_path) == 18


# --- other refusals


@contextmanager
def without_rights() -> Iterator[None]:
    """Act as somebody who may not write everywhere, also where the tests are run by root."""
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)


@pytest.mark.skipif(not hasattr(os, "seteuid"), reason="rights of POSIX")
def test_what_may_not_be_written_is_told(tmp_path: Path, whole: Path) -> None:
    """What would write to the folder of somebody else is refused in words."""
    folder = tmp_path / "theirs"
    shutil.copytree(whole, folder)
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    for above in folder.parents[:2]:
        above.chmod(0o755)
    told = []
    with without_rights():
        for act in (
            lambda: carried_out(folder),
            lambda: write_report(folder, figures=False),
            lambda: write_export(whole, folder / "a.csv"),
            lambda: merge(folder, [whole]),
        ):
            with pytest.raises((UsageError, OSError)) as caught:
                act()
            told.append(str(caught.value))

    assert all("ermission" in sentence for sentence in told)


def test_a_store_that_is_gone_ends_the_run(tmp_path: Path) -> None:
    """Rows that nobody would ever find are no results: a folder that is deleted meanwhile ends the run."""
    (tmp_path / "removes.py").write_text(
        "import shutil\nfrom oversample_bench.api import hookimpl\n"
        "class Removes:\n"
        "    def fit_resample(self, X, y):\n"
        f"        shutil.rmtree({str(tmp_path / 'out')!r})\n"
        "        return X.copy(), y.copy()\n"
        "@hookimpl\n"
        "def register_oversamplers(register):\n    register('removes', Removes)\n"
    )
    text = SUITE.replace("smote]", "removes]") + "plugins: [removes.py]\n"

    with pytest.raises(UsageError, match="was moved or deleted while it was written to"):
        run(parse_suite(text, folder=tmp_path), tmp_path / "out", Options(runner="serial", figures=False))


@pytest.mark.parametrize("limit", [60, 100])
def test_a_limit_on_the_size_of_files_is_told(tmp_path: Path, limit: int) -> None:
    """Where files may not grow (`ulimit -f`), the run ends with 1 and a sentence, and goes on without."""
    (tmp_path / "s.yaml").write_text(SUITE)
    words = "-m oversample_bench run s.yaml --out out --runner serial --no-figures"
    command = f"ulimit -f {limit}; exec {sys.executable} {words}"
    ended = subprocess.run(["bash", "-c", command], cwd=tmp_path, capture_output=True, text=True)
    again = carried_out(tmp_path / "out")

    assert ended.returncode == 1
    assert "Traceback" not in ended.stderr
    assert len(ended.stderr.splitlines()) == 1
    assert again.counts == {"ok": 18}


def test_a_store_that_another_program_holds_is_no_damaged_one(tmp_path: Path) -> None:
    """A lock is waited for, and then told as one: nothing is to be moved away."""
    path = tmp_path / "a.sqlite"
    with closing(sqlite3.connect(path, isolation_level=None)) as first:
        first.execute("BEGIN EXCLUSIVE")
        with closing(sqlite3.connect(path, timeout=0)) as second, pytest.raises(UsageError) as caught:  # noqa: SIM117
            with in_words(path):
                second.execute("CREATE TABLE a (b)")

    assert (
        str(caught.value)
        == f"the store '{path}' is held by another program. Wait for it, and do the same again."
    )

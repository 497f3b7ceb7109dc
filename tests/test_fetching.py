"""Downloads, from a real server on this machine that serves small files and can be made to fail."""

from __future__ import annotations

import gzip
import hashlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO, StringIO
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from oversample_bench.cli import main
from oversample_bench.datasets import file_download, formats, paper_downloads
from oversample_bench.datasets.file_download import DownloadError
from oversample_bench.datasets.official_sources import OFFICIAL, Content, Official, Remote, SetOrigin, Total
from oversample_bench.datasets.paper_downloads import Downloads
from oversample_bench.datasets.paper_facts import PUBLISHED, Published
from oversample_bench.datasets.paper_sets import load
from oversample_bench.execution.driver import run
from oversample_bench.execution.forecast import forecast
from oversample_bench.execution.progress import watcher
from oversample_bench.execution.run_result import Options
from oversample_bench.suite import parse_suite

DATA = os.environ.get("OVERSAMPLE_BENCH_DATA", "")
HANG_SECONDS = 900
"""After which a process is given up; how long it takes is the machine's business."""

# --- a small set, and a server that has it

X = (np.arange(180).reshape(60, 3) * 7 % 50).astype(np.int16)
Y = np.where(np.arange(60) % 3 == 0, 1, -1)
ROWS = "".join(" ".join(map(str, row)) + " \n" for row in X.tolist()).encode()
LABELS = "".join(f"{label}\n" for label in Y.tolist()).encode()
SMALL = Published(3, {"-1": 40, "1": 20}, "A small set, made up", "research only")


def sha256(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def git(content: bytes) -> str:
    """Return what ``git hash-object`` says."""
    return "git:" + hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


@dataclass(frozen=True)
class Answer:
    """What the server gives for a path, and what it does wrong."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    missing_bytes: int = 0
    seconds: float = 0.0


@dataclass
class Host:
    """A running server: what it serves, and what it was asked for."""

    url: str
    serves: dict[str, Answer]
    asked: list[str]

    def origin(self, *names: str, folder: str = "a") -> SetOrigin:
        """Return the two files of the small set at this server, with their checksums."""
        known = {"rows": sha256(ROWS), "labels": git(LABELS)}
        files = [Remote(f"{self.url}/{folder}/{name}", (Content(name, known[name]),)) for name in names]
        return SetOrigin(formats.separate_labels, tuple(files))

    def small(self, name: str = "madelon") -> Official:
        """Return the small set, to be had here."""
        return Official(name, SMALL, "int16", (self.origin("rows", "labels"),), Total(float(X.sum())))


@pytest.fixture
def host() -> Iterator[Host]:
    """Serve the small set; the test may change what is served."""
    found = Host("", {"/a/rows": Answer(ROWS), "/a/labels": Answer(LABELS)}, [])

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found.asked.append(self.path)
            answer = found.serves.get(self.path, Answer(b"<html>no such file</html>", 404))
            time.sleep(answer.seconds)
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body) + answer.missing_bytes))
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        found.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield found
        server.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Allow downloads, into a cache of the test's own; no proxy stands before the local server."""
    monkeypatch.delenv("OVERSAMPLE_BENCH_OFFLINE")
    monkeypatch.delenv("OVERSAMPLE_BENCH_DATA", raising=False)
    monkeypatch.setenv("OVERSAMPLE_BENCH_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    return tmp_path / "cache"


def kept(cache: Path) -> list[str]:
    """Return what lies in the cache, but for the empty files by which processes take turns."""
    return sorted(path.name for path in cache.glob("*") if path.suffix != ".lock" or path.stat().st_size)


def failure(official: Official) -> str:
    with pytest.raises(DownloadError) as caught:
        Downloads()(official)
    return str(caught.value)


# --- what comes


def test_a_set_is_downloaded_checked_and_kept(host, cache):
    """The npz holds rows and labels in their types; nothing else is left, and nobody is asked again."""
    path = Downloads()(host.small())
    with np.load(path, allow_pickle=False) as arrays:
        found = {name: (arrays[name].dtype.str, arrays[name].tolist()) for name in arrays.files}

    assert (path, kept(cache)) == (cache / "madelon.npz", ["madelon.npz"])
    assert found == {"X": ("<i2", X.tolist()), "y": ("|i1", Y.tolist())}
    assert Downloads()(host.small()) == path
    assert host.asked == ["/a/rows", "/a/labels"]


def test_terms_are_told_once_and_progress_a_file(host):
    """The terms of use stand before the first byte; a bar learns the size of its file and reaches it."""
    said: list[str] = []
    bars: dict[str, Recorder] = {}
    downloads = Downloads(said.append, lambda name: bars.setdefault(name, Recorder()))
    for _ in range(2):
        downloads(host.small())

    assert said == ["madelon: A small set, made up. Terms of use: research only"]
    assert {name: (bar.total, bar.done) for name, bar in bars.items()} == {
        "rows": (len(ROWS), len(ROWS)),
        "labels": (len(LABELS), len(LABELS)),
    }


class Recorder:
    """A bar that adds up."""

    total = 0
    done = 0

    def update(self, n: int) -> None:
        self.done += n

    def reset(self) -> None:
        self.done = 0

    def close(self) -> None:
        """Be done."""


def test_files_of_an_archive_are_checked_one_by_one(host):
    """The gas set's way: one zip, a checksum a file, classes counted from one."""
    buffer = BytesIO()
    parts = {f"batch{n}.dat": "".join(f"{1 + n} 1:{n}.5 2:{row}.25 \n" for row in range(4)) for n in (1, 2)}
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in parts.items():
            archive.writestr(f"Dataset/{name}", text)
    host.serves["/a/gas.zip"] = Answer(buffer.getvalue())
    contents = tuple(Content(name, git(text.encode())) for name, text in parts.items())
    published = Published(2, {"1": 4, "2": 4}, "gas", "none")
    origin = SetOrigin(formats.svmlight, (Remote(f"{host.url}/a/gas.zip", contents),), shift=-1)
    with np.load(Downloads()(Official("gas_drift", published, "float32", (origin,)))) as arrays:
        assert (arrays["X"].dtype, arrays["y"].dtype) == (np.float32, np.uint8)
        assert arrays["X"].tolist() == [[n + 0.5, row + 0.25] for n in (1, 2) for row in range(4)]
        assert arrays["y"].tolist() == [1] * 4 + [2] * 4


def test_a_file_that_the_server_unpacks_on_the_way_is_taken(host):
    """A server that takes ``.gz`` for an encoding hands out the content: the checksum is of that."""
    host.serves["/a/rows"] = Answer(gzip.compress(ROWS), headers={"Content-Encoding": "gzip"})
    host.serves["/a/labels"] = Answer(gzip.compress(LABELS))

    assert Downloads()(host.small()).is_file()


@pytest.mark.skipif(not DATA, reason="OVERSAMPLE_BENCH_DATA names no folder with the files of the paper")
def test_the_official_bytes_of_madelon_pass_their_real_checksums(host):
    """The four files as UCI has them, put together again from the rows, give the rows in their order."""
    path = Path(DATA) / "madelon.npz"
    if not path.is_file():
        pytest.skip("there is no madelon.npz to try with")
    with np.load(path) as arrays:
        rows, labels, split = arrays["X"], arrays["y"], arrays["split"]
    texts = []
    for part in (split == 0, split == 1):
        texts.append("".join(" ".join(map(str, row)) + " \n" for row in rows[part].tolist()))
        texts.append("".join(f"{label}\n" for label in labels[part].tolist()))
    real = OFFICIAL["madelon"]
    files = []
    for text, remote in zip(texts, real.origins[0].files, strict=True):
        address = f"/{remote.url.rsplit('/', 1)[-1]}"
        host.serves[address] = Answer(text.encode())
        files.append(replace(remote, url=host.url + address))
    with np.load(
        Downloads()(replace(real, origins=(replace(real.origins[0], files=tuple(files)),)))
    ) as found:
        assert (found["X"].dtype, found["y"].dtype) == (rows.dtype, labels.dtype)
        assert np.array_equal(found["X"], rows)
        assert np.array_equal(found["y"], labels)


# --- what goes wrong

FAULTS = {
    "a file that is not there": (Answer(b"gone", 404), "URL/a/rows answers 404 (Not Found)"),
    "a server in trouble": (Answer(b"", 503), "URL/a/rows answers 503 (Service Unavailable)"),
    "a page": (
        Answer(b"\n <!DOCTYPE html><title>We have moved</title>"),
        "URL/a/rows is a web page now, not the data",
    ),
    "cut off on the way": (
        Answer(ROWS[:300], missing_bytes=100),
        "URL/a/rows was cut off after 300 of 400 bytes",
    ),
    "cut off before": (
        Answer(gzip.compress(ROWS)[:-9]),
        "URL/a/rows is damaged or was cut off: its {n} bytes cannot be unpacked (Compressed file ended",
    ),
    "no archive": (Answer(b"PK\x03\x04" + ROWS), "cannot be unpacked (File is not a zip file)"),
    "altered": (
        Answer(ROWS.replace(b"49", b"48", 1)),
        f"HOST gives another rows than the published one: {len(ROWS)} bytes with the sha256 checksum",
    ),
    "empty": (Answer(b""), "HOST gives another rows than the published one: 0 bytes"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_has_a_sentence_of_its_own_and_leaves_nothing(host, cache, fault):
    """What was wrong with which file is told; nothing is kept, and a second try begins anew and succeeds."""
    good = host.serves["/a/rows"]
    answer, sentence = FAULTS[fault]
    host.serves["/a/rows"] = answer
    told = failure(host.small())
    expected = sentence.replace("URL", host.url).replace("HOST", host.url.removeprefix("http://"))

    assert told.startswith("it could not be downloaded: ")
    assert expected.replace("{n}", f"{len(answer.body):,}") in told
    assert kept(cache) == []
    host.serves["/a/rows"] = good
    assert Downloads()(host.small()).is_file()


def test_the_labels_are_checked_by_the_name_that_git_gives_them(host, cache):
    """Where only a git object id is known it is as good as a checksum."""
    host.serves["/a/labels"] = Answer(LABELS.replace(b"-1\n1\n", b"1\n-1\n", 1))

    assert "gives another labels than the published one" in failure(host.small())
    assert kept(cache) == []


def without_checksums(official: Official) -> Official:
    (origin,) = official.origins
    bare = tuple(replace(file, contents=(Content(file.contents[0].name),)) for file in origin.files)
    return replace(official, origins=(replace(origin, files=bare),))


@pytest.mark.parametrize(
    ("rows", "labels", "sentence"),
    [
        (ROWS.replace(b"49", b"48", 1), LABELS, "the values of it add up to"),
        (ROWS, LABELS.replace(b"-1", b"2", 1), "it has 3 features and classes {'-1': 39, '1': 20, '2': 1}"),
        (ROWS.replace(b" \n", b" 1\n"), LABELS, "it has 4 features and classes"),
        (ROWS[: ROWS.index(b"\n") + 1], LABELS, "it cannot be read (1 rows come with 60 labels)"),
        (b"0.5 " + ROWS, LABELS, "it cannot be read ("),
        (b"", LABELS, "it cannot be read ("),
        (b"moved to another place", LABELS, "it cannot be read ("),
    ],
    ids=["a value", "a class", "a column", "rows cut off", "a fraction", "nothing", "a sentence"],
)
@pytest.mark.filterwarnings("ignore:loadtxt")
def test_a_file_without_a_checksum_is_known_by_its_size_and_sum(host, cache, rows, labels, sentence):
    """Another set under the same address is refused by features, classes, or the sum of its values."""
    host.serves.update({"/a/rows": Answer(rows), "/a/labels": Answer(labels)})
    told = failure(without_checksums(host.small()))

    assert "gives another 'madelon' than the published one" in told
    assert sentence in told
    assert kept(cache) == []


def test_the_next_place_is_tried(host, cache):
    """A place that fails is no reason to give up; where all fail, all reasons are told."""
    two = replace(host.small(), origins=(host.origin("rows", folder="b"), host.origin("rows", "labels")))
    both = replace(two, origins=tuple(host.origin("rows", folder=folder) for folder in "bc"))

    assert failure(both).endswith(
        f"{host.url}/b/rows answers 404 (Not Found); {host.url}/c/rows answers 404 (Not Found)"
    )
    assert Downloads()(two).is_file()


def test_a_host_that_refuses_is_told_in_the_words_of_the_system(host):
    """Nobody listens there."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    gone = replace(host, url=f"http://127.0.0.1:{port}")

    assert failure(gone.small()) == (
        f"it could not be downloaded: 127.0.0.1:{port} cannot be reached (Connection refused)"
    )


@pytest.mark.parametrize("told", [True, False], ids=["of a size", "of no size"])
def test_a_host_that_sends_a_byte_now_and_then_is_given_up(monkeypatch, told):
    """A server that is never silent, and never done, does not hold a run for ever."""
    monkeypatch.setattr(file_download, "WHOLE_SECONDS", 0.5)
    gone = threading.Event()

    class Drips(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            if told:
                self.send_header("Content-Length", "1000000")
            self.end_headers()
            with suppress(OSError):  # nobody listens any more
                while not gone.wait(0.02):
                    self.wfile.write(b"1")

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Drips) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,)).start()
        url = f"http://127.0.0.1:{server.server_port}/rows"
        with pytest.raises(DownloadError, match=r"/rows was given up after 0.5 s, in which \d+ bytes came"):
            file_download.contents(Remote(url, ()))
        gone.set()
        server.shutdown()


def test_a_host_that_does_not_answer_is_asked_once(host, monkeypatch):
    """Several sets at a silent host cost one wait, not one each."""
    monkeypatch.setattr(file_download, "SILENCE_SECONDS", 0.2)
    host.serves["/a/rows"] = Answer(ROWS, seconds=1.0)
    downloads, told = Downloads(), []
    for name in ("madelon", "gisette"):
        with pytest.raises(DownloadError) as caught:
            downloads(host.small(name))
        told.append(str(caught.value))

    (reason,) = set(told)
    assert reason.endswith(f"{host.url.removeprefix('http://')} cannot be reached (no answer within 0.2 s)")
    assert host.asked == ["/a/rows"]


# --- the cache


def test_a_damaged_copy_is_brought_anew(host, cache):
    """What lies in the cache is looked at before it is taken."""
    path = Downloads()(host.small())
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])

    assert Downloads()(host.small()).read_bytes() == whole
    assert len(host.asked) == 4


def test_what_a_killed_process_has_left_is_cleared_away(host, cache):
    """A half written file of an earlier download is never taken, and goes with the next try, even in vain."""
    cache.mkdir()
    (cache / ".madelon.npz.4711.partial").write_bytes(b"half")
    host.serves.clear()
    failure(host.small())

    assert kept(cache) == []


@pytest.mark.parametrize("error", [KeyboardInterrupt(), OSError(28, "No space left on device")])
def test_half_a_file_is_never_left(host, cache, monkeypatch, error):
    """An interruption while the npz is written, or a full disk, leaves nothing under any name."""

    def interrupted(file, **_: object) -> None:
        file.write(b"half")
        raise error

    with monkeypatch.context() as patched:
        patched.setattr(np, "savez_compressed", interrupted)
        with pytest.raises((KeyboardInterrupt, DownloadError)) as caught:
            Downloads()(host.small())

    assert kept(cache) == []
    assert isinstance(error, KeyboardInterrupt) or "(the disk is full)" in str(caught.value)


@pytest.mark.parametrize("set_to", ["1", "true", "yes"])
def test_offline_nobody_is_asked(host, cache, monkeypatch, set_to):
    """OVERSAMPLE_BENCH_OFFLINE forbids downloads, and what is in the cache is there all the same."""
    monkeypatch.setenv("OVERSAMPLE_BENCH_OFFLINE", set_to)

    assert failure(host.small()) == "downloads are switched off by OVERSAMPLE_BENCH_OFFLINE"
    assert (host.asked, cache.exists()) == ([], False)
    monkeypatch.setenv("OVERSAMPLE_BENCH_OFFLINE", "0")
    path = Downloads()(host.small())
    monkeypatch.setenv("OVERSAMPLE_BENCH_OFFLINE", set_to)
    assert Downloads()(host.small()) == path


def test_a_cache_that_cannot_be_written_to_is_told(host, cache):
    """The sentence names the folder and the variable, before anything is downloaded."""
    cache.write_text("a file in the way")

    assert failure(host.small()) == (
        f"the cache folder '{cache}' cannot be written to (File exists); name another one with "
        "OVERSAMPLE_BENCH_CACHE"
    )
    assert host.asked == []


def test_the_cache_is_the_users_unless_the_variable_names_another(monkeypatch, cache):
    """The folder of the operating system for caches, as pooch knows it."""
    import pooch

    assert paper_downloads.cache_folder() == cache
    monkeypatch.delenv("OVERSAMPLE_BENCH_CACHE")
    assert paper_downloads.cache_folder() == Path(pooch.os_cache("oversample-bench"))


# --- processes

PROGRAM = """
import sys
from oversample_bench.datasets import formats
from oversample_bench.datasets.paper_downloads import Downloads
from oversample_bench.datasets.official_sources import Content, Official, SetOrigin, Published, Remote
files = tuple(Remote(f"{sys.argv[1]}/a/{name}", (Content(name),)) for name in ("rows", "labels"))
published = Published(3, {"-1": 40, "1": 20}, "small", "none")
print(Downloads()(Official("madelon", published, "int16", (SetOrigin(formats.separate_labels, files),))))
"""


def fetcher(host: Host) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, host.url], text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def test_two_processes_at_once_take_turns(host, cache):
    """Both end with the set, which was downloaded once."""
    host.serves["/a/rows"] = Answer(ROWS, seconds=1.0)
    both = [fetcher(host) for _ in range(2)]
    told = [process.communicate(timeout=HANG_SECONDS) for process in both]

    assert told == [(f"{cache / 'madelon.npz'}\n", "")] * 2
    assert (host.asked, kept(cache)) == (["/a/rows", "/a/labels"], ["madelon.npz"])


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_a_process_killed_in_the_middle_leaves_nothing(host, cache, number):
    """Whatever ends it while it downloads, the cache is empty after it, and the next one succeeds."""
    host.serves["/a/labels"] = Answer(LABELS, seconds=2.0)
    with fetcher(host) as process:
        while "/a/labels" not in host.asked:
            time.sleep(0.01)
        process.send_signal(number)
        process.communicate(timeout=HANG_SECONDS)

    assert process.returncode != 0
    assert kept(cache) == []
    assert Downloads()(host.small()).is_file()


# --- who asks for a download


@pytest.fixture
def small(host: Host, monkeypatch: pytest.MonkeyPatch) -> Host:
    """Let the name ``madelon`` stand for the small set at the local server."""
    monkeypatch.setitem(OFFICIAL, "madelon", host.small())
    monkeypatch.setitem(PUBLISHED, "madelon", SMALL)
    return host


def test_a_loader_downloads_with_leave_only(small, cache, tmp_path):
    """First the data folder, then the cache, then the official source; the last one if it is allowed."""
    with pytest.raises(Exception, match="or download it with `bench datasets fetch madelon`"):
        load("madelon")
    assert small.asked == []
    fetched = load("madelon", tmp_path, Downloads())
    again = load("madelon")
    np.savez(tmp_path / "madelon.npz", X=X + 1, y=Y)
    own = load("madelon", tmp_path, Downloads())

    assert [part.X[0, 0] for part in (fetched, again, own)] == [0, 0, 1]
    assert small.asked == ["/a/rows", "/a/labels"]
    assert (fetched.source, fetched.licence) == (SMALL.source, SMALL.licence)


def test_a_damaged_copy_in_the_cache_says_how_to_bring_it_anew(small):
    """Without leave to download it is told; with it it is mended."""
    Downloads()(OFFICIAL["madelon"]).write_bytes(b"damaged")
    with pytest.raises(
        Exception, match=r"cannot be read.* Bring it anew with `bench datasets fetch madelon`"
    ):
        load("madelon")

    assert len(load("madelon", download=Downloads()).X) == 60


SUITE = """
name: s
data: [{dataset: madelon, minority: 1}, {dataset: madelon, majority: 1, minority: -1}]
methods: [none, random]
classifiers: [knn]
splits: 1
ratios: [0.2]
"""


def test_a_run_downloads_what_is_nowhere(small, runs):
    """A suite that names an official set needs no step before it; a run after it asks nobody."""
    first = runs(SUITE)
    again = runs(SUITE)

    assert (dict(first.counts), again.computed) == ({"ok": 4}, 0)
    assert small.asked == ["/a/rows", "/a/labels"]


@pytest.mark.parametrize("runner", ["serial", pytest.param("ray", marks=pytest.mark.ray)])
def test_a_run_asks_once_and_says_why_in_every_row(small, runs, runner):
    """However many trials wait for a set, and whichever of its classes: one request, one reason."""
    small.serves["/a/rows"] = Answer(b"gone", 404)
    summary = runs(SUITE, runner=runner, **({"workers": 1} if runner == "ray" else {}))
    (reason,) = set(summary.trials()["reason"])

    assert dict(summary.counts) == {"upstream": 4}
    assert small.asked == ["/a/rows"]
    assert (
        "the data set 'madelon' is not on this machine: no --data-dir is given, and it could not be "
        in reason
    )
    assert f"{small.url}/a/rows answers 404 (Not Found)" in reason
    assert "Put madelon.npz (arrays X and y) into a folder and name it with --data-dir" in reason


def test_a_run_says_what_it_downloads_and_on_which_terms(small, tmp_path):
    """Who watches a run hears of it once, before the first trial."""
    console = Console(file=StringIO(), width=200)
    run(parse_suite(SUITE, "s.yaml", tmp_path), tmp_path / "out", Options("serial"), watcher(console))
    lines = console.file.getvalue().splitlines()

    assert lines[0] == "madelon: A small set, made up. Terms of use: research only"
    assert sum("Terms of use" in line for line in lines) == 1


def test_a_plan_downloads_nothing(small, runs, tmp_path):
    """Neither before the first run nor after one that had the set from elsewhere."""
    suite = parse_suite(SUITE, "s.yaml", tmp_path)
    before = forecast(suite, tmp_path / "none")
    (tmp_path / "data").mkdir()
    np.savez(tmp_path / "data" / "madelon.npz", X=X, y=Y)
    runs(SUITE, data_dir=tmp_path / "data")
    after = forecast(suite, tmp_path / "out")
    known = forecast(suite, tmp_path / "out", tmp_path / "data")

    assert [len(found.left.jobs) for found in (before, after, known)] == [4, 4, 0]
    assert small.asked == []


# --- the command


@pytest.fixture
def fetch(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    """Carry out ``bench datasets fetch`` and return its exit code, output and errors."""
    monkeypatch.setattr("signal.signal", lambda *_: None)  # the tests keep their own handlers

    def carry_out(*names: str) -> tuple[int, str, str]:
        capfd.readouterr()
        with pytest.raises(SystemExit) as caught:
            main(["datasets", "fetch", *names])
        told = capfd.readouterr()
        return int(caught.value.code or 0), told.out, told.err

    return carry_out


def test_the_command_says_terms_place_and_size(small, cache, fetch):
    """Terms where it is downloaded; where it lies and how large it is in any case."""
    first, second = fetch("madelon", "madelon"), fetch("madelon")
    line = f"madelon: {(cache / 'madelon.npz').stat().st_size} bytes in {cache / 'madelon.npz'}\n"

    assert first == (0, f"madelon: {SMALL.source}. Terms of use: research only\n{line}", "")
    assert second == (0, line, "")


def test_the_command_goes_on_after_a_failure(small, cache, fetch, monkeypatch):
    """Without a name every set of the paper is tried; failures are told at the end, with exit code 2."""
    for name in [name for name in OFFICIAL if name not in ("usps", "madelon")]:
        monkeypatch.delitem(OFFICIAL, name)
    monkeypatch.setitem(
        OFFICIAL, "usps", replace(small.small("usps"), origins=(small.origin("rows", folder="b"),))
    )
    code, out, err = fetch()

    assert code == 2
    assert "usps: failed\n" in out
    assert f"in {cache / 'madelon.npz'}\n" in out
    assert err == (
        "1 of 2 could not be fetched; nothing of them was kept:\n"
        f"  usps: it could not be downloaded: {small.url}/b/rows answers 404 (Not Found).\n"
    )


def test_a_wrong_name_downloads_nothing(small, fetch):
    """The nearest name is told, before any other set is fetched."""
    code, out, err = fetch("madelon", "sensorles")

    assert (code, out, small.asked) == (1, "", [])
    assert "there is no data set 'sensorles' to download. Did you mean 'sensorless'? There are:" in err


def test_an_interrupted_command_says_that_nothing_was_kept(small, cache, fetch, monkeypatch):
    """Ctrl-C ends with 130 and a sentence."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(paper_downloads, "contents", interrupt)
    code, _, err = fetch("madelon")

    assert (code, err.strip(), kept(cache)) == (130, "interrupted: nothing of 'madelon' was kept", [])


# --- what is written down of the official sources


@pytest.mark.parametrize("official", OFFICIAL.values(), ids=lambda official: official.name)
def test_official_values_hold_together(official):
    """A set is known under its name, every file has an address, and every checksum the form of its kind."""
    remotes = [remote for origin in official.origins for remote in origin.files]
    checksums = [content.checksum for remote in remotes for content in remote.contents if content.checksum]

    assert OFFICIAL[official.name] is official
    assert official.published is PUBLISHED[official.name]
    assert len({remote.url for remote in remotes}) == len(remotes)
    assert all(remote.url.startswith("http") and remote.host for remote in remotes)
    assert all(len(text) == {"sha256": 71, "git": 44}[text.split(":")[0]] for text in checksums)
    assert checksums or official.total, "nothing tells the real set from another of its size"

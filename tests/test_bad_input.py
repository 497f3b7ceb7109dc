"""Bad input: a sentence that says what to do, exit code 1, no traceback, nothing that was done is lost."""

from __future__ import annotations

import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import filelock
import pytest

from oversample_bench.cli import main
from oversample_bench.store import FILE_NAME
from oversample_bench.store.lock import LOCK_NAME
from oversample_bench.store.schema import SCHEMA_VERSION

GOOD = {"name": "s", "data": "[ecoli1]", "methods": "[none]", "classifiers": "[knn]", "splits": "1"}
HEAD = "a,b,y\n"
LINES = [f"{n / 4},{n * n % 7},{int(n % 6 == 0)}\n" for n in range(60)]
PLUGIN = "from oversample_bench.api import hookimpl\n\n\n@hookimpl\n"

FILES = {
    "good.csv": HEAD + "".join(LINES),
    "one_class.csv": HEAD + "".join(line[:-2] + "0\n" for line in LINES),
    "three.csv": HEAD + "".join(f"{n / 4},{n % 7},{n % 3}\n" for n in range(60)),
    "infinite.csv": HEAD + "inf,1,0\n" + "".join(LINES),
    "unlabelled.csv": HEAD + "1,1,\n" + "".join(LINES),
    "one_minority.csv": HEAD + "".join(f"{n / 4},{n % 7},{int(n == 0)}\n" for n in range(60)),
    "header.csv": HEAD,
    "empty.csv": "",
    "no.npz": "no zip",
    "no.parquet": "no table",
    "broken.py": "1 / 0",
    "exits.py": "raise SystemExit(4)",
    "misspelt.py": PLUGIN + "def register_oversampler(register):\n    pass\n",
    "no_hook.py": "def register_oversamplers(register):\n    pass\n",
    "taken.py": PLUGIN + "def register_oversamplers(register):\n    register('random', 'a:b')\n",
    "numbers.py": PLUGIN + "def register_oversamplers(register):\n    register(3, 'a:b')\n",
    "own.py": PLUGIN + "def register_oversamplers(register):\n    register('own', Own)\n\n\n"
    "class Own:\n    def __init__(self):\n        raise SystemExit('no licence')\n",
}

Keys = dict[str, str]


def of(file: str, more: str = "") -> Keys:
    return {"data": f"[{{path: {file}, target: y{more}}}]"}


BAD: dict[str, tuple[Keys, str]] = {
    "an unknown set": ({"data": "[ecolli1]"}, "2:8: no installed plugin offers the data set 'ecolli1'"),
    "an unknown method": ({"methods": "[none, randm]"}, "3:17: no installed plugin offers the oversampler"),
    "an unknown classifier": ({"classifiers": "[knnn]"}, "4:15: no installed plugin offers the classifier"),
    "an unknown metric": ({"metrics": "[mccc]"}, "6:11: no installed plugin offers the metric 'mccc'"),
    "an unknown key": ({"splitz": "3"}, "6:1: Unknown key 'splitz' at the top. Did you mean 'splits'?"),
    "an unknown parameter": (
        {"classifiers": "[{name: knn, params: {neighbors: 3}}]"},
        "4:15: classifier 'knn' (plugin 'builtin'): there is no parameter 'neighbors'. Did you mean",
    ),
    "a wrong value": (
        {"classifiers": "[{name: logistic_regression, params: {C: -1}}]"},
        "4:15: classifier 'logistic_regression' (plugin 'builtin'): The 'C' parameter",
    ),
    "a batch that cannot be": (
        {"methods": "[none, {name: random, batch: 2}]"},
        "3:17: oversampler 'random' (plugin 'builtin') is fitted one by one",
    ),
    "words for a number": ({"splits": "many"}, "5:9: 'splits' is 'many'; expected a whole number."),
    "a number for a list": ({"methods": "3"}, "3:10: 'methods' is 3; expected a list."),
    "a list for a name": ({"name": "[s]"}, "1:7: 'name' is a list; expected text."),
    "a negative number": ({"splits": "-1"}, "5:9: 'splits' is -1; expected at least 1."),
    "a class that is not there": (
        {"data": "[{dataset: ecoli1, minority: 7}]"},
        "2:8: the data set 'ecoli1': there is no class '7'. There are: 0 (259 rows), 1 (77 rows)",
    ),
    "a ratio that leaves none": ({"ratios": "[0.001]"}, "6:10: the data set 'ecoli1': ratio 0.001 of 208"),
    "a ratio above one": ({"ratios": "[100]"}, "Did you mean 0.01, one in 100?"),
    "a test share that leaves none": ({"protocol": "{test_size: 0.001}"}, "leaves none to test on"),
    "a path that is not there": (of("god.csv"), "There is no file 'god.csv' in "),
    "a column that is not there": (
        {"data": "[{path: good.csv, target: z}]"},
        "good.csv' has no column 'z'. It has: a, b, y.",
    ),
    "a file of one class": (of("one_class.csv"), "there is one class only (0); two are needed"),
    "a file of three classes": (of("three.csv"), "say which is `majority:` and which `minority:`"),
    "infinite features": (
        of("infinite.csv"),
        "has 1 infinite values, the first in column 'a', row 0; replace",
    ),
    "rows without a label": (of("unlabelled.csv"), "has 1 row without a value of 'y'; remove them or label"),
    "a single minority row": (
        of("one_minority.csv"),
        "2:8: the data set 'one_minority': there is 1 minority row",
    ),
    "a file without rows": (of("header.csv"), "header.csv' has no row below its names"),
    "a file without text": (of("empty.csv"), "empty.csv' cannot be read as a csv table"),
    "an npz that is none": (of("no.npz"), "no.npz' cannot be read as an npz file"),
    "a Parquet that is none": (of("no.parquet"), "no.parquet' cannot be read as a parquet table"),
    "no baseline": ({"methods": "[random]"}, "3:10: There is no method 'none', the baseline"),
    "two labels alike": ({"methods": "[none, none]"}, "3:17: The label 'none' is given twice, here and at"),
    "no methods": ({"methods": "[]"}, "3:10: 'methods' is empty; expected at least one entry."),
    "no plugin file": ({"plugins": "[ow.py]"}, "6:11: There is no file 'ow.py' in "),
    "a broken plugin": ({"plugins": "[broken.py]"}, "6:11: the plugin broken.py is broken: ZeroDivision"),
    "a plugin that exits": ({"plugins": "[exits.py]"}, "6:11: the plugin exits.py is broken: SystemExit: 4"),
    "a misspelt hook": ({"plugins": "[misspelt.py]"}, "Did you mean 'register_oversamplers'?"),
    "a plugin without hooks": ({"plugins": "[no_hook.py]"}, "it has no hooks; mark each"),
    "a name that is taken": (
        {"plugins": "[taken.py]"},
        "'random' is offered by both 'builtin' and 'taken.py'",
    ),
    "a name that is none": ({"plugins": "[numbers.py]"}, "it offers the oversampler 3; expected a name"),
    "a constructor that exits": (
        {"plugins": "[own.py]", "methods": "[none, own]"},
        "3:17: oversampler 'own' (plugin 'own.py'): no licence",
    ),
    "a plugin that is no text": ({"plugins": "[binary.py]"}, "binary.py' cannot be read: 'utf-8' codec"),
}


@dataclass(frozen=True)
class Ended:
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str


Bench = Callable[..., Ended]


@pytest.fixture(autouse=True)
def a_place_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in a folder with the files above, with the built-ins alone."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OVERSAMPLE_BENCH_PLUGINS", "builtin")
    monkeypatch.delenv("OVERSAMPLE_BENCH_DATA", raising=False)
    for name, text in FILES.items():
        Path(name).write_text(text, encoding="utf-8")
    Path("binary.py").write_bytes(b"\xff\xfe")


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


@pytest.fixture
def run(bench: Bench) -> Bench:
    """Run the good suite with some of its keys changed."""

    def carry_out(out: Path | str = "out", **changed: Any) -> Ended:
        keys = {**GOOD, **changed}
        Path("s.yaml").write_text("".join(f"{key}: {value}\n" for key, value in keys.items()))
        return bench("run", "s.yaml", "--runner", "serial", "--out", out)

    return carry_out


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Return the folder of a run that went well."""
    folder = tmp_path_factory.mktemp("store")
    (folder / "s.yaml").write_text("".join(f"{key}: {value}\n" for key, value in GOOD.items()))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("signal.signal", lambda *_: None)
        patch.setenv("OVERSAMPLE_BENCH_PLUGINS", "builtin")
        with pytest.raises(SystemExit) as caught:
            main(["run", str(folder / "s.yaml"), "--runner", "serial", "--out", str(folder / "out")])
    assert caught.value.code == 0
    return folder / "out"


@pytest.fixture
def copy(store: Path, tmp_path: Path) -> Path:
    """Return a copy of the folder, to be damaged."""
    return Path(shutil.copytree(store, tmp_path / "copy"))


def rows(folder: Path) -> list[tuple[Any, ...]]:
    """Return every row of the tables that hold results."""
    with closing(sqlite3.connect(folder / FILE_NAME)) as connection:
        tables = ("runs", "planned", "splits", "resamples", "trials", "scores")
        return [row for table in tables for row in connection.execute(f"SELECT * FROM {table}")]


def refuses(ended: Ended, sentence: str) -> None:
    assert sentence in ended.err
    assert (ended.code, ended.out) == (1, "")
    assert "Traceback" not in ended.err
    assert ended.err.endswith("\n")
    assert len(ended.err.splitlines()) == 1


# --- the suite and its data


@pytest.mark.parametrize("case", BAD)
def test_a_wrong_suite_is_told_in_one_sentence_and_nothing_is_lost(run, store, case):
    """The sentence says where in the suite; the store of the last run has the rows that it had."""
    changed, sentence = BAD[case]
    before = rows(store)

    ended = run(store, **changed)

    refuses(ended, sentence)
    assert re.match(r"(s\.yaml:\d+:\d+: |the plugin ')", ended.err)
    assert before == rows(store)


@pytest.mark.parametrize("text", ["", "# only a comment\n", "---\n"])
def test_an_empty_suite_is_told_what_it_needs(bench, text):
    """An empty file is answered with the keys that a suite has at least."""
    Path("s.yaml").write_text(text)

    ended = bench("run", "s.yaml")

    refuses(ended, "The suite is empty; expected at least the keys name, data, methods and classifiers.")


def test_everything_that_is_wrong_is_told_at_once_and_before_any_fit(run):
    """Three wrong names make three lines, and no resample is made."""
    ended = run(data="[ecolli1]", methods="[none, smoote]", classifiers="[knnn]")

    assert ended.code == 1
    assert [line.split(": ")[0] for line in ended.err.splitlines()] == [
        "s.yaml:2:8",
        "s.yaml:3:17",
        "s.yaml:4:15",
    ]
    assert not Path("out").exists()


def test_missing_values_are_imputed(run):
    """Features that are missing are no mistake: they are imputed within the split, and the report says so."""
    Path("gaps.csv").write_text(
        HEAD + "".join(f",{n % 7},{int(n % 6 == 0)}\n" for n in range(9)) + FILES["good.csv"][6:]
    )

    ended = run(**of("gaps.csv"), methods="[none, random]")

    assert (ended.code, ended.err) == (0, "")
    with closing(sqlite3.connect(f"out/{FILE_NAME}")) as connection:
        assert connection.execute("SELECT n_imputed FROM splits").fetchall() == [(9,)]


@pytest.mark.parametrize("words", ["run s.yaml", "plan s.yaml", "datasets show ecoli1"])
def test_a_data_folder_that_leads_nowhere_is_told(bench, monkeypatch, words):
    """OVERSAMPLE_BENCH_DATA with a path that is no folder is named as the culprit."""
    Path("s.yaml").write_text("".join(f"{key}: {value}\n" for key, value in GOOD.items()))
    monkeypatch.setenv("OVERSAMPLE_BENCH_DATA", "no/where")

    ended = bench(*words.split())

    refuses(ended, "OVERSAMPLE_BENCH_DATA names 'no/where', which is not a folder")


# --- the folder of the results


COMMANDS = [
    "run s.yaml --runner serial --out copy",
    "plan s.yaml --out copy",
    "report copy",
    "export copy -o a.csv",
]


@pytest.fixture
def suite_file() -> None:
    """Write a suite that asks for one more classifier than was run."""
    keys = {**GOOD, "classifiers": "[knn, decision_tree]"}
    Path("s.yaml").write_text("".join(f"{key}: {value}\n" for key, value in keys.items()))


@pytest.mark.parametrize("words", COMMANDS)
def test_a_store_of_a_newer_version_is_left_alone(bench, copy, suite_file, words):
    """A store that a newer version wrote is refused by every command, unchanged, with what to type."""
    with closing(sqlite3.connect(copy / FILE_NAME)) as connection:
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    before = rows(copy)

    ended = bench(*words.split())

    refuses(ended, "was written by a newer oversample-bench (store version ")
    assert before == rows(copy)


@pytest.mark.parametrize("words", COMMANDS)
def test_a_store_that_is_text_is_left_alone(bench, copy, suite_file, words):
    """A results.sqlite that is something else is never overwritten."""
    text = "dear diary, " * 100
    (copy / FILE_NAME).write_text(text)

    ended = bench(*words.split())

    refuses(ended, "copy/results.sqlite' cannot be read as a store of results (file is not a database)")
    assert (copy / FILE_NAME).read_text() == text


@pytest.mark.parametrize("words", COMMANDS)
def test_a_store_that_is_damaged_inside_is_told(bench, copy, suite_file, words):
    """Damage that does not show when the file is opened ends in a sentence too."""
    content = (copy / FILE_NAME).read_bytes()
    (copy / FILE_NAME).write_bytes(content[:4096] + b"\xaa" * (len(content) - 4096))

    refuses(bench(*words.split()), "database disk image is malformed")


@pytest.mark.parametrize("words", COMMANDS)
def test_an_sqlite_file_of_something_else_is_left_alone(bench, copy, suite_file, words):
    """Somebody else's database is not taken for a store."""
    (copy / FILE_NAME).unlink()
    with closing(sqlite3.connect(copy / FILE_NAME)) as connection:
        connection.execute("CREATE TABLE recipes (name TEXT)")

    refuses(bench(*words.split()), "copy/results.sqlite is an SQLite file of something else.")


def test_a_folder_in_use_by_another_run_is_told(bench, copy, suite_file):
    """Two runs never write to one folder; reading it meanwhile is fine."""
    before = rows(copy)

    with filelock.FileLock(copy / LOCK_NAME):
        ended = bench(*COMMANDS[0].split())
        others = [bench(*words.split()).code for words in COMMANDS[1:]]

    refuses(ended, "copy'. Wait for it, or choose another folder with --out.")
    assert before == rows(copy)
    assert others == [0, 0, 0]


@pytest.mark.parametrize("name", ["file", "file/below"])
def test_a_folder_that_cannot_be_written_is_told(bench, suite_file, name):
    """A file in the place of the folder, or of one above it, is told and left alone."""
    Path("file").write_text("mine")

    ended = bench("run", "s.yaml", "--out", name)

    assert ended.code == 1
    assert f"{name}'" in ended.err
    assert "is a file" in ended.err or "cannot be written to: a part of the path is no folder." in ended.err
    assert "Traceback" not in ended.err
    assert Path("file").read_text() == "mine"


@pytest.mark.parametrize("words", ["report copy", "export copy -o a.csv"])
def test_a_report_of_a_run_that_planned_nothing_is_told(bench, copy, words):
    """A store without a plan has nothing to report."""
    with closing(sqlite3.connect(copy / FILE_NAME)) as connection:
        connection.execute("DELETE FROM planned")
        connection.execute("DELETE FROM runs")
        connection.commit()

    refuses(bench(*words.split()), "The store of 'copy' is empty: no run has planned a trial there yet.")


def test_a_run_after_all_these_mistakes_has_nothing_to_do(run, store):
    """The store that every wrong suite was run against still holds what the good one made."""
    ended = run(store)

    assert ended.code == 0
    assert "1 of 1 trials ok; nothing to do." in ended.out

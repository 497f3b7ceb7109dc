"""Stores of earlier versions: what they hold counts under the digests of today, and nothing is computed anew.

``data/earlier_stores`` holds two that versions 1 and 2 of the schema wrote, each with its resamples: six
methods (one in batches, one with weights, one that fails on one of the splits), three classifiers, three
metrics, one of them and two of the methods from a loose plugin.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner
from ruamel.yaml import YAML

from oversample_bench.cli import bench
from oversample_bench.core.specs import DataSpec
from oversample_bench.datasets.sources import Source
from oversample_bench.execution.adoption import adopt
from oversample_bench.execution.driver import run
from oversample_bench.execution.forecast import forecast
from oversample_bench.execution.merge_folders import merge
from oversample_bench.execution.run_result import Options
from oversample_bench.execution.runners.events import ResampleDone, TrialDone
from oversample_bench.execution.watcher import Watcher
from oversample_bench.plugins import origins
from oversample_bench.plugins.registry import load_registry
from oversample_bench.report import trials, write_report
from oversample_bench.store import FILE_NAME, Ledger, connect
from oversample_bench.store.resample_files import ResampleFiles
from oversample_bench.suite import Suite, parse_suite

EARLIER = Path(__file__).parent / "data" / "earlier_stores"
VERSIONS = [1, 2]
N_TRIALS = 42
ROUNDING = 1e-6
"""How far numbers of another processor may be from those of this one."""

KEEP = Options(runner="serial", retry=False, figures=False)
RETRY = Options(runner="serial", figures=False)


@pytest.fixture(autouse=True)
def as_then(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the plugins be of the versions of then, whatever they are by now."""
    real = origins.distribution

    def of_then(point):
        name, version = real(point)
        return name, "0.1.0" if name.startswith("oversample-bench-") else version

    monkeypatch.setattr(origins, "distribution", of_then)
    monkeypatch.setattr(origins, "NUMBERS_VERSION", 1)
    monkeypatch.setattr(
        "oversample_bench.execution.driver._report", lambda *_: False
    )  # which takes most of the time


@pytest.fixture(params=VERSIONS)
def place(request, tmp_path: Path) -> Path:
    """Return a folder with a suite, its data and its plugin, and the results of then below it."""
    return laid_out(tmp_path / "place", request.param)


@pytest.fixture(scope="module")
def of_today(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the results of today of the same suite, in a folder of their own."""
    place = laid_out(tmp_path_factory.mktemp("today") / "place", 2)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("oversample_bench.execution.driver._report", lambda *_: False)
        run(suite(place), place / "new", KEEP)
    return place / "new"


def laid_out(place: Path, version: int) -> Path:
    place.mkdir()
    for name in ("rows.csv", "own.py"):
        shutil.copy(EARLIER / name, place)
    shutil.copy(EARLIER / f"suite_{version}.yaml", place / "suite.yaml")
    shutil.copytree(EARLIER / f"version_{version}", place / "out")
    stamp = Source(DataSpec(path=str(place / "rows.csv"), target="y")).stamp()
    with closing(sqlite3.connect(place / "out" / FILE_NAME)) as connection:
        connection.execute("UPDATE draws SET spec = replace(spec, '/home/somebody', ?)", (str(place),))
        connection.execute("UPDATE datasets SET stamp = ?", (stamp,))  # as if the file had lain here then
        connection.commit()
    return place


def suite(place: Path, **changes: object) -> Suite:
    said = YAML(typ="safe").load((place / "suite.yaml").read_text(encoding="utf-8"))
    return parse_suite(json.dumps({**said, **changes}), "suite.yaml", place)


class Heard(Watcher):
    """Remembers what it is told."""

    def __init__(self) -> None:
        self.n_adopted: list[int] = []
        self.fits: list[str] = []
        self.trials: list[str] = []

    def adopted(self, trials: int) -> None:
        self.n_adopted.append(trials)

    def told(self, event) -> None:
        if isinstance(event, ResampleDone):
            self.fits.append(event.task.spec.method.name)
        elif isinstance(event, TrialDone):
            self.trials.append(event.task.spec.resample.method.name)


def carried_out(place: Path, options: Options = KEEP, asked: Suite | None = None) -> Heard:
    heard = Heard()
    run(asked or suite(place), place / "out", options, heard)
    return heard


def scores(folder: Path) -> list[tuple]:
    """Return every score of the store under the labels of its trial, in the order of the plan."""
    query = (
        "SELECT p.dataset, p.method, p.classifier, p.split, t.status, t.reason, t.random_state, s.metric,"
        " s.value, d.status, d.n_new, d.fidelity_precision, d.random_state FROM planned p"
        " JOIN trials t ON t.digest = p.trial"
        " JOIN resamples d ON d.digest = p.resample AND d.digest = t.resample"
        " LEFT JOIN scores s ON s.trial = p.trial ORDER BY p.position, s.metric"
    )
    with closing(connect(folder)) as connection:
        return [tuple(row) for row in connection.execute(query)]


def digests(folder: Path) -> set[str]:
    """Return every digest of a resample or trial that stands anywhere in the store, or as a file's name."""
    found = {Path(name).stem for name in contents(folder)}
    with closing(connect(folder)) as connection:
        tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
            for column in {"digest", "trial", "resample"} & set(columns):
                found |= {row[0] for row in connection.execute(f"SELECT {column} FROM {table}")}
        return found - {row[0] for row in connection.execute("SELECT digest FROM splits")}


# --- nothing is computed anew


def test_an_earlier_store_is_read_as_it_is(place):
    """A report and an export have the numbers of then, and not a byte of the store changes."""
    folder = place / "out"
    before = (folder / FILE_NAME).read_bytes()
    then = [row for row in scores(folder) if row[7] == "mcc"]
    frame = trials(folder)
    write_report(folder, figures=False)

    assert len(frame) == N_TRIALS
    assert frame.loc[frame["status"] == "ok", "mcc"].tolist() == [row[8] for row in then]
    assert (folder / FILE_NAME).read_bytes() == before


def test_a_plan_counts_what_is_there(place):
    """Before anything is renamed, what was done is done; the store stays as it is, down to the byte."""
    folder = place / "out"
    before = (folder / FILE_NAME).read_bytes()
    left = forecast(suite(place), folder).left

    assert left.n_settled == N_TRIALS - 3  # those of the resample that failed are tried again
    assert [(job.data.target, job.stored, len(job.trials)) for job in left.jobs] == [("y", False, 3)]
    assert (folder / FILE_NAME).read_bytes() == before


def test_a_run_takes_over_every_row_and_computes_nothing(place):
    """All numbers and files stay; their names are those of today, everywhere; and it is said once."""
    folder = place / "out"
    then, names, files = scores(folder), digests(folder), contents(folder)
    first, second = carried_out(place), carried_out(place)

    assert (first.fits, first.trials, first.n_adopted) == ([], [], [N_TRIALS])
    assert (second.fits, second.trials, second.n_adopted) == ([], [], [])
    assert scores(folder) == then
    assert names.isdisjoint(digests(folder))
    assert len(digests(folder)) == len(names)
    assert sorted(contents(folder).values()) == sorted(files.values())


def contents(folder: Path) -> dict[str, bytes]:
    """Return the files of resamples, wherever they lie."""
    return {
        path.name: path.read_bytes()
        for path in folder.glob("*/*.npz")
        if path.parent.name in ("draws", "resamples")
    }


def test_every_digest_of_a_taken_over_store_is_that_of_today(place, of_today):
    """A run of today into an empty folder comes to the same digests, and to the same numbers."""
    carried_out(place)
    beside = {"fidelity_precision", "fidelity_recall", "fidelity_density", "fidelity_coverage"}
    measured = beside | {"fit_seconds", "trial_seconds", "peak_mib"}
    old, new = (trials(folder).drop(columns=[*measured]) for folder in (place / "out", of_today))

    assert digests(place / "out") == digests(of_today)
    known = old.columns[old.notna().any()]  # later versions of the store tell more
    pd.testing.assert_frame_equal(old[known], new[known])


def test_only_what_failed_is_tried_again(place):
    """As in any run that goes on: one fit, and the three trials that wait for it."""
    assert carried_out(place, RETRY).fits == ["failing"]
    assert carried_out(place, RETRY).trials == ["failing"] * 3


def test_a_further_classifier_finds_the_resamples(place):
    """Resamples on disk serve trials that nobody has asked for before: no sampler is fitted."""
    heard = carried_out(place, asked=suite(place, classifiers=["knn", "hist_gradient_boosting"]))

    assert heard.fits == ["failing"]
    assert set(heard.trials) == {"none", "random", "smote", "glgan", "weighed", "failing"}


def test_what_a_smaller_suite_does_not_ask_for_is_taken_over_too(place):
    """A suite that asks for less first leaves nothing behind for the one that asks for all again."""
    carried_out(place, asked=suite(place, classifiers=["knn"]))
    heard = carried_out(place)

    assert (heard.fits, heard.trials, heard.n_adopted) == ([], [], [])


def test_decision_regions_go_along(tmp_path):
    """What else there is of a trial is found under its digest of today."""
    place = laid_out(tmp_path / "place", 2)
    carried_out(place)
    query = "SELECT count(*) FROM decision_regions JOIN trials ON digest = trial"
    with closing(connect(place / "out")) as reader:
        assert reader.execute(query).fetchone()[0] == 7


# --- what is not taken over


def test_rows_of_another_version_are_left_alone(place, monkeypatch):
    """A plugin that is of another version now is another plugin: its rows wait for the day it comes back."""
    with monkeypatch.context() as patch:
        version = {"oversample-bench-imblearn": "0.2.0", "oversample-bench-gan": "0.1.0"}
        patch.setattr(
            origins, "distribution", lambda point: (point.dist.name, version.get(point.dist.name, "0"))
        )
        first = carried_out(place)
    second = carried_out(place)

    assert sorted(set(first.fits)) == ["smote"]
    assert first.n_adopted == [N_TRIALS - 12]
    assert (second.fits, second.trials) == ([], [])


def test_numbers_that_were_raised_take_over_nothing_built_in(place, monkeypatch):
    """When built-ins come to other numbers, what they came to before is computed anew."""
    monkeypatch.setattr(origins, "NUMBERS_VERSION", 2)

    assert len(carried_out(place).trials) == N_TRIALS


def test_a_changed_plugin_file_is_another(place):
    """Rows of a loose plugin are known by its text."""
    with (place / "own.py").open("a", encoding="utf-8") as file:
        file.write("# changed\n")
    heard = carried_out(place)

    assert sorted(set(heard.fits)) == ["failing", "weighed"]
    assert len(heard.trials) == N_TRIALS  # the metric is another, too


def test_rows_of_today_are_never_taken_for_those_of_other_code(place, monkeypatch):
    """Once a row has a hash of the code, it is of that code alone."""
    carried_out(place)
    monkeypatch.setattr("oversample_bench.plugins.origins.code_of", lambda files: "another code")

    assert sorted(set(carried_out(place).fits)) == ["glgan", "smote"]


def test_a_row_that_does_not_give_its_digest_is_left_alone(place):
    """What was changed by hand, or is of another protocol, stays under the name that it has."""
    folder = place / "out"
    with closing(sqlite3.connect(folder / FILE_NAME)) as connection:
        connection.execute("UPDATE draws SET params = '{}', spec = replace(spec, '\"seed\":0', '\"seed\":1')")
        connection.commit()
    names = digests(folder)
    with closing(Ledger(folder)) as ledger:
        assert adopt(folder, ledger, load_registry()) == 0

    assert digests(folder) == names


# --- all or nothing

KILLED = """
import sys, time
from pathlib import Path
from oversample_bench.execution import adoption
from oversample_bench.plugins.plugin_files import LooseFile
from oversample_bench.plugins.registry import load_registry
from oversample_bench.store import Ledger

def wait(*_):
    print("there", flush=True)
    time.sleep(60)

place, folder, plugin = sys.argv[1:]
if place == "between the files":
    calls, real = [], adoption.ResampleFiles.rename
    adoption.ResampleFiles.rename = lambda *a: wait() if len(calls) > 3 else (calls.append(1), real(*a))
elif place == "before the rows":
    adoption.rename = wait
elif place == "before the commit":
    real = adoption.rename
    adoption.rename = lambda *a: (real(*a), wait())
adoption.adopt(Path(folder), Ledger(Path(folder)), load_registry([LooseFile.read(plugin)]))
wait()
"""


@pytest.mark.parametrize(
    "where", ["between the files", "before the rows", "before the commit", "after the commit"]
)
def test_whoever_is_killed_on_the_way_loses_nothing(tmp_path, where):
    """The next run finds every row and every resample, as if nothing had happened."""
    place = laid_out(tmp_path / "place", 1)
    folder = place / "out"
    then, files = scores(folder), contents(folder)
    words = [sys.executable, "-c", KILLED, where, str(folder), str(place / "own.py")]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        told = process.stdout.readline()
        os.kill(process.pid, signal.SIGKILL)
    heard = carried_out(
        place, asked=suite(place, classifiers=["knn", "decision_tree"])
    )  # a tree of another depth

    assert told == "there\n"
    assert heard.fits == ["failing"]
    assert [row for row in then if row[2] == "knn"] == [row for row in scores(folder) if row[2] == "knn"]
    assert sorted(contents(folder).values()) == sorted(files.values())
    with closing(connect(folder)) as reader:
        good = {row[0] for row in reader.execute("SELECT digest FROM resamples WHERE status = 'ok'")}
    assert {Path(name).stem for name in contents(folder)} == good


# --- a store of version 3, whose digests are those of today already


def test_a_store_of_version_3_goes_on_under_the_words_of_today(tmp_path, monkeypatch):
    """By the code that it was made with nothing is computed, and every number and file is what it was."""
    codes = {"the plugin 'imblearn'": "d982dad6cfb6", "the plugin 'gan'": "82407ef49f5d"}
    monkeypatch.setattr(origins, "steady", lambda whose, files: whose)
    monkeypatch.setattr(origins, "code_of", lambda whose: codes.get(whose, "another code"))
    place = laid_out(tmp_path / "place", 3)
    then, files = scores(place / "out"), contents(place / "out")
    heard = carried_out(place)

    assert (heard.fits, heard.trials, heard.n_adopted) == ([], [], [])
    assert scores(place / "out") == then
    assert contents(place / "out") == files
    assert {path.name for path in (place / "out").iterdir()} >= {"resamples", "results.sqlite"}
    assert not (place / "out" / "draws").exists()


# --- beside rows of today


def test_a_good_row_stays_where_both_are_there(tmp_path, of_today):
    """After a merge by hand a resample may stand under both of its digests: the good one stays."""
    place = laid_out(tmp_path / "place", 2)
    shutil.copytree(of_today, place / "new")
    with closing(sqlite3.connect(place / "new" / FILE_NAME)) as connection:
        connection.execute("UPDATE trials SET status = 'failed' WHERE classifier = 'knn'")
        connection.execute(
            "DELETE FROM scores WHERE trial IN (SELECT digest FROM trials WHERE status = 'failed')"
        )
        Ledger(place / "out").close()  # brings its tables up to this version
        connection.execute("ATTACH ? AS old", (str(place / "out" / FILE_NAME),))
        for table in ("resamples", "trials", "scores", "calibration"):
            columns = ", ".join(row[1] for row in connection.execute(f"PRAGMA old.table_info({table})"))
            connection.execute(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM old.{table}")
        connection.execute("UPDATE runs SET environment = '{}'")
        connection.commit()
    then = [row for row in scores(place / "out") if row[4] == "ok"]
    run(suite(place), place / "new", KEEP)
    now = [row for row in scores(place / "new") if row[4] == "ok"]

    assert [row[:8] for row in now] == [row[:8] for row in then]
    assert [row[8] for row in now] == pytest.approx([row[8] for row in then], abs=ROUNDING)


def test_old_and_new_runs_merge_without_a_conflict(place, of_today):
    """What is the same is one row; what no merge runs, a plugin file, is left under its earlier name."""
    before = (place / "out" / FILE_NAME).read_bytes()
    methods = ["none", "random", "smote", {"name": "glgan", "batch": 2, "params": {"steps": 3}}]
    merged = merge(place / "all", [of_today, place / "out"])
    heard = Heard()
    run(suite(place, methods=methods), place / "all", KEEP, heard)

    clashes = {one.key.split("/")[2] for _, one in merged.conflicts if one.table == "planned"}
    others = [one for _, one in merged.conflicts if one.table != "planned"]
    assert clashes == {"weighed", "failing"}
    assert (merged.relabeled, merged.mixed) == ((), {})
    for one in others:  # fidelity was measured by two versions of it, scores perhaps by two processors
        assert one.column.startswith("fidelity") or float(one.target) == pytest.approx(
            float(one.source), abs=ROUNDING
        )
    assert (heard.fits, heard.trials) == ([], [])
    assert (place / "out" / FILE_NAME).read_bytes() == before


def test_the_files_of_an_earlier_run_are_merged_under_their_names_of_today(place):
    """A resample that only the earlier run has is found by a run in the folder that it was merged into."""
    merge(place / "all", [place / "out"])
    drawn, moved = contents(place / "out"), contents(place / "all")

    assert sorted(moved.values()) == sorted(drawn.values())
    with closing(connect(place / "all")) as reader:
        good = {row[0] for row in reader.execute("SELECT digest FROM resamples WHERE status = 'ok'")}
    assert {ResampleFiles(place / "all").path(digest).name for digest in good} == set(moved)


def told(*words: object) -> tuple[int, str]:
    result = CliRunner().invoke(bench, [str(word) for word in words], standalone_mode=False)
    assert result.exception is None, result.output
    return result.return_value, result.output


def test_earlier_rows_are_verified_and_explained(place):
    """What was computed then comes out again; whether by the same code nobody can tell, and that is said."""
    folder = place / "out"
    words = (
        "--suite",
        place / "suite.yaml",
        "--fraction",
        0.3,
        "--runner",
        "serial",
        "--tolerance",
        ROUNDING,
    )
    code, text = told("verify", folder, *words, "--tolerance", ROUNDING)
    explained = told("explain", folder, "mine/0.1/smote/knn/0/0")[1]
    carried_out(place)
    now = told("explain", folder, "mine/0.1/smote/knn/0/0")[1]

    assert "all are equal" in text or f"all within {ROUNDING:g}" in text
    assert code in (0, 2)  # 2 where a resample has fidelity, which was measured by another version of it
    assert "a hash of its code was not kept" in explained
    assert "yes: these parts give it" in explained
    assert "the same is installed now" in now
    assert "yes: these parts give it" in now

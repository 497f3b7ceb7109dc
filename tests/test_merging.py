"""`bench merge`: many folders become one, all of it or nothing, and doing it again changes nothing."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import filelock
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from oversample_bench import store
from oversample_bench.cli import bench, main
from oversample_bench.core.errors import UsageError
from oversample_bench.execution.merge_folders import merge
from oversample_bench.report import trials, write_report
from oversample_bench.store import (
    FILE_NAME,
    Ledger,
    PlannedRecord,
    ResampleRecord,
    RunRecord,
    SplitRecord,
    TrialRecord,
    connect,
)
from oversample_bench.store.lock import LOCK_NAME
from oversample_bench.store.resample_files import ResampleFiles
from tests.stores import set_back

SUITE = """
name: merged
data: [{data}]
methods: [none, random, smote]
classifiers: [logistic_regression]
splits: 2
"""
MEASURED = ["fit_seconds", "trial_seconds", "peak_mib"]
VERDICT = {"stage": "", "kind": "", "reason": "", "traceback": ""}
TABLES = (
    "runs",
    "datasets",
    "planned",
    "splits",
    "resamples",
    "trials",
    "scores",
    "calibration",
    "decision_regions",
)


def rows(folder: Path) -> dict[str, list[tuple]]:
    """Return every row of every table."""
    with closing(connect(folder)) as connection:
        return {name: [tuple(row) for row in connection.execute(f"SELECT * FROM {name}")] for name in TABLES}


def unordered(folder: Path) -> dict[str, set[tuple]]:
    """Return the rows without positions and with runs told by when they began, as no order is asked for."""
    found: dict[str, set[tuple]] = {}
    with closing(connect(folder)) as connection:
        started = {row["id"]: row["started"] for row in connection.execute("SELECT id, started FROM runs")}
        for name in TABLES:
            table = [dict(row) for row in connection.execute(f"SELECT * FROM {name}")]
            for row in table:
                for column in {"id", "position"} & set(row):
                    del row[column]
                if "run" in row:
                    row["run"] = started[row["run"]]
            found[name] = {tuple(row.items()) for row in table}
    return found


def begin(ledger: Ledger, suite: str = "s", **changes: object) -> int:
    """Begin a run that is told from others by its suite."""
    record = RunRecord(
        suite, "digest", f"name: {suite}", {"digits": 3}, {"mcc": True}, "serial", 1, {"cores": 2}
    )
    number = ledger.begin(RunRecord(**{**vars(record), **changes}))
    ledger.connection.execute("UPDATE runs SET started = ? WHERE id = ?", (f"when {suite}", number))
    return number


def write(ledger: Ledger, name: str, run: int, *, good: bool = True, value: float | None = 0.5) -> None:
    """Write a trial and its resample; what they came to follows from the name unless told otherwise."""
    status = {"status": "ok" if good else "failed", **VERDICT, "run": run, "params": "{}", "source": "host 1"}
    split = SplitRecord(f"split {name}", "rows", 7, 80, 8, 0, 20, 2, 0.1, 0, 0)
    drawn = {
        "split": split.digest,
        "method": "smote",
        "spec": "{}",
        "fallback": "",
        "flags": "",
        "fit_seconds": 1.0,
    }
    ledger.add_resample(ResampleRecord(f"resample {name}", {**status, **drawn, "n_new": 3}), split)
    scores = {"mcc": value} if good else {}
    columns = {**status, "resample": f"resample {name}", "classifier": "knn", "trial_seconds": 1.0}
    ledger.add_trial(
        TrialRecord(name, columns, scores, dict.fromkeys(scores, "host 1"), "[]" if good else "")
    )


def planned(name: str, place: str = "") -> PlannedRecord:
    return PlannedRecord(name, f"resample {name}", place or f"set {name}", "natural", "smote", "knn", 0, 0)


def made(folder: Path, names: dict[str, bool], suite: str = "s", value: float | None = 0.5) -> Path:
    """Make a store of trials, good ones and bad ones."""
    with closing(Ledger(folder)) as ledger:
        number = begin(ledger, suite)
        for name, good in names.items():
            write(ledger, name, number, good=good, value=value)
        ledger.set_plan([planned(name) for name in names])
        ledger.finish(number, "finished")
        ledger.connection.execute("UPDATE runs SET finished = 'then'")
    return folder


@pytest.fixture(scope="module")
def shards(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Return the folders of a suite run whole, and of its two halves."""
    from oversample_bench.execution.driver import run
    from oversample_bench.execution.run_result import Options
    from oversample_bench.suite import parse_suite

    place = tmp_path_factory.mktemp("shards")
    for name, data in {"whole": "ecoli1, glass2", "first": "ecoli1", "second": "glass2"}.items():
        run(parse_suite(SUITE.format(data=data)), place / name, Options(runner="serial"))
    return {path.name: path for path in place.iterdir()}


# --- what comes together


def test_halves_of_a_suite_merge_into_the_whole(shards, tmp_path):
    """Scores and audits are those of the suite run in one folder, in its order; the report can be made."""
    merge(tmp_path / "all", [shards["first"], shards["second"]])
    together, whole = trials(tmp_path / "all"), trials(shards["whole"])

    assert together.drop(columns=MEASURED).equals(whole.drop(columns=MEASURED))
    assert write_report(tmp_path / "all", figures=False).is_file()


def test_a_merged_folder_has_nothing_left_to_do(shards, tmp_path):
    """The suite run into the merged folder computes nothing; another classifier finds all on disk."""
    from oversample_bench.execution.driver import run
    from oversample_bench.execution.run_result import Options
    from oversample_bench.suite import parse_suite

    text = SUITE.format(data="ecoli1, glass2")
    folder = tmp_path / "all"
    merge(folder, [shards["first"], shards["second"]])
    before = {path.name: path.stat().st_mtime_ns for path in (folder / "resamples").iterdir()}
    again = run(parse_suite(text), folder, Options(runner="serial"))
    more = text.replace("[logistic_regression]", "[logistic_regression, knn]")
    added = run(parse_suite(more), folder, Options(runner="serial"))

    assert (again.computed, added.computed, dict(added.counts)) == (0, 12, {"ok": 24})
    assert before == {path.name: path.stat().st_mtime_ns for path in (folder / "resamples").iterdir()}


def test_a_trial_of_no_known_run_gets_none_from_a_later_merge(tmp_path):
    """Runs that are put before those of the target take no trial that belongs to none."""
    lone, other = made(tmp_path / "lone", {"a": True}, "one"), made(tmp_path / "other", {"b": True}, "two")
    with closing(Ledger(lone)) as ledger:
        ledger.connection.execute("UPDATE trials SET run = 99")
    merge(tmp_path / "all", [lone])
    merge(tmp_path / "all", [other])

    with closing(connect(tmp_path / "all")) as connection:
        found = dict(connection.execute("SELECT digest, run FROM trials").fetchall())
        number = connection.execute("SELECT id FROM runs WHERE suite = 'two'").fetchone()[0]
    assert found == {"a": 0, "b": number}


def test_the_sources_stay_as_they_are(shards, tmp_path):
    """Neither store, report nor resamples of a source change, also when the target's are made anew."""
    sources = [Path(shutil.copytree(shards[name], tmp_path / name)) for name in ("first", "second")]

    def content() -> dict[Path, bytes]:
        return {path: path.read_bytes() for one in sources for path in one.rglob("*") if path.is_file()}

    before = content()
    merge(tmp_path / "all", sources)
    for path in (tmp_path / "all" / "resamples").iterdir():
        resample = ResampleFiles(tmp_path / "all").load(path.stem)
        ResampleFiles(tmp_path / "all").save(path.stem, resample)
        path.write_bytes(b"")

    assert before == content()


@settings(max_examples=15, deadline=None)
@given(
    first=st.dictionaries(st.sampled_from("abcdef"), st.booleans(), max_size=4),
    second=st.dictionaries(st.sampled_from("abcdef"), st.booleans(), max_size=4),
)
def test_merging_is_idempotent_and_its_order_does_not_matter(first, second):
    """A merge done again changes nothing; whichever store comes first, the same rows are there.

    Runs of a digest that failed in both are told apart by their run alone, of which the target's stays.
    """
    second = {name: good for name, good in second.items() if good or first.get(name, True)}
    with tempfile.TemporaryDirectory() as place:
        a, b = made(Path(place, "a"), first, "one"), made(Path(place, "b"), second, "two")
        once = merge(Path(place, "ab"), [a, b])
        before = rows(Path(place, "ab"))
        again = merge(
            Path(place, "ab"),
            [
                b,
                a,
            ],
        )
        merge(Path(place, "ba"), [b, a])
        forward, backward = unordered(Path(place, "ab")), unordered(Path(place, "ba"))
        after = rows(Path(place, "ab"))

    both_good = {name for name in first if first[name] and second.get(name)}
    for table in ("resamples", "trials"):  # one row of the two, whose run may be either
        for found in (forward, backward):
            kept = {row for row in found[table] if dict(row)["digest"].split()[-1] not in both_good}
            found[table] = {
                row if row in kept else tuple(p for p in row if p[0] != "run") for row in found[table]
            }
    assert before == after
    assert not any([*again.added.values(), *again.replaced.values()])
    assert forward == backward
    assert len(before["trials"]) == len({*first, *second})
    assert not once.conflicts


def test_what_succeeded_goes_before_what_did_not(tmp_path):
    """A good trial of a source replaces a bad one of the target with its scores, and never the other way."""
    a = made(tmp_path / "a", {"x": False, "y": True})
    b = made(tmp_path / "b", {"x": True, "y": False}, "other")
    merged = merge(a, [b])
    with closing(connect(a)) as reader:
        statuses = dict(reader.execute("SELECT digest, status FROM trials").fetchall())
        scores = dict(reader.execute("SELECT trial, value FROM scores").fetchall())

    assert statuses == {"x": "ok", "y": "ok"}
    assert scores == {"x": 0.5, "y": 0.5}
    assert dict(merged.replaced) == {"resamples": 1, "trials": 1}
    assert merged.conflicts == ()


@pytest.mark.parametrize("failed", ["target", "source", "both"])
def test_a_score_goes_before_the_failure_of_its_metric(tmp_path, failed):
    """Where a metric failed on one side the other's score is kept, and nothing is in conflict."""
    sides = {side: made(tmp_path / side, {"x": True}, side) for side in ("target", "source")}
    for side in sides if failed == "both" else [failed]:
        with closing(Ledger(sides[side])) as ledger:
            ledger.connection.execute("UPDATE scores SET value = NULL, reason = ?", (f"failed in {side}",))
    merged = merge(sides["target"], [sides["source"]])
    with closing(connect(sides["target"])) as reader:
        kept = tuple(reader.execute("SELECT value, reason FROM scores").fetchone())

    assert kept == ((None, "failed in target") if failed == "both" else (0.5, ""))
    assert merged.conflicts == ()


def test_a_store_of_an_earlier_version_is_taken_in(tmp_path):
    """A source that lacks columns which came later is merged like any other, in the order of its rows."""
    a, b = made(tmp_path / "a", {"y": True}), made(tmp_path / "b", {"x": True, "w": True}, "other")
    expected = rows(b)["trials"]
    with closing(Ledger(b)) as ledger:
        set_back(ledger.connection, 2)
    merged = merge(a, [b])

    assert [row[0] for row in rows(a)["trials"]] == ["y", "x", "w"]
    assert [row[2:-2] for row in rows(a)["trials"][1:]] == [row[2:-2] for row in expected]
    assert merged.conflicts == ()


def test_the_targets_last_run_stays_the_last(tmp_path):
    """Title and metrics of a report are those of the target; every row points at the run that made it."""
    a = made(tmp_path / "a", {"x": True}, "target")
    b = made(tmp_path / "b", {"y": True}, "source")
    merge(a, [b])
    with closing(connect(a)) as reader:
        last = store.last_run(reader)["suite"]
        query = "SELECT t.digest, r.suite FROM trials t JOIN runs r ON r.id = t.run"
        made_by = dict(reader.execute(query).fetchall())
        names = [row["dataset"] for row in reader.execute("SELECT dataset FROM planned ORDER BY position")]

    assert last == "target"
    assert made_by == {"x": "target", "y": "source"}
    assert names == ["set x", "set y"]


def test_the_end_of_a_run_is_taken_over(tmp_path):
    """A run that was still going on when it was merged first is told to have ended when it is again."""
    a, b = made(tmp_path / "a", {}), made(tmp_path / "b", {"x": True}, "late")
    with closing(Ledger(b)) as ledger:
        ledger.connection.execute("UPDATE runs SET finished = NULL, status = 'running'")
    merge(a, [b])
    with closing(Ledger(b)) as ledger:
        ledger.finish(1, "finished")
    merge(a, [b])
    with closing(connect(a)) as reader:
        ends = reader.execute("SELECT suite, status FROM runs ORDER BY id").fetchall()

    assert [tuple(row) for row in ends] == [("late", "finished"), ("s", "finished")]


# --- what does not agree


@pytest.mark.parametrize(("prefer_source", "kept"), [(False, 0.5), (True, 0.75)])
def test_other_numbers_under_one_digest_are_a_conflict(tmp_path, prefer_source, kept):
    """Two good rows that differ are told, both values; the target's stays unless the source is preferred."""
    a = made(tmp_path / "a", {"x": True, "same": True})
    b = made(tmp_path / "b", {"x": True}, "other", value=0.75)
    merged = merge(a, [b], prefer_source=prefer_source)
    with closing(connect(a)) as reader:
        value = reader.execute("SELECT value FROM scores WHERE trial = 'x'").fetchone()[0]
        run = reader.execute("SELECT r.suite FROM trials t JOIN runs r ON r.id = t.run WHERE digest = 'x'")
        suite = run.fetchone()[0]

    ((folder, conflict),) = merged.conflicts
    assert folder == b
    assert vars(conflict) == {
        "table": "scores",
        "key": "x",
        "column": "mcc",
        "target": "0.5",
        "source": "0.75",
    }
    assert (value, suite) == (kept, "other" if prefer_source else "s")


@pytest.mark.parametrize("prefer_source", [False, True])
def test_the_file_of_a_resample_goes_with_its_row(tmp_path, prefer_source):
    """Where two resamples of one digest differ, the file is that of the row that was kept."""
    a, b = (made(tmp_path / name, {"x": True}, name) for name in "ab")
    with closing(Ledger(b)) as ledger:
        ledger.connection.execute("UPDATE resamples SET n_new = 4")
    for folder in (a, b):
        path = ResampleFiles(folder).path("resample x")
        path.parent.mkdir()
        path.write_text(folder.name)
    merge(a, [b], prefer_source=prefer_source)
    with closing(connect(a)) as reader:
        count = reader.execute("SELECT n_new FROM resamples").fetchone()[0]

    assert (ResampleFiles(a).path("resample x").read_text(), count) == (
        ("b", 4) if prefer_source else ("a", 3)
    )
    assert ResampleFiles(b).path("resample x").read_text() == "b"


def test_no_row_is_left_with_the_file_of_another(tmp_path, monkeypatch):
    """When a merge ends between rows and files, a resample that was replaced has no file, not the old one."""
    a, b = (made(tmp_path / name, {"x": True}, name) for name in "ab")
    with closing(Ledger(b)) as ledger:
        ledger.connection.execute("UPDATE resamples SET n_new = 4")
    for folder in (a, b):
        path = ResampleFiles(folder).path("resample x")
        path.parent.mkdir()
        path.write_text(folder.name)

    def stop(_merging: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("oversample_bench.execution.merge_folders._Merging.replace_files", stop)
    with pytest.raises(KeyboardInterrupt):
        merge(a, [b], prefer_source=True)
    with closing(connect(a)) as reader:
        count = reader.execute("SELECT n_new FROM resamples").fetchone()[0]

    assert (count, ResampleFiles(a).has("resample x")) == (4, False)


def test_a_source_of_an_earlier_version_is_merged_and_left_as_it_is(tmp_path):
    """The tables that it lacks are empty; its file is not brought up to date on the way."""
    a, b = made(tmp_path / "a", {"x": True}), made(tmp_path / "b", {"y": True}, "other")
    with closing(Ledger(b)) as ledger:
        set_back(ledger.connection, 1)
    before = (b / FILE_NAME).read_bytes()
    merge(a, [b])

    assert [row[0] for row in rows(a)["trials"]] == ["x", "y"]
    assert [row[0] for row in rows(a)["calibration"]] == ["x"]
    assert (b / FILE_NAME).read_bytes() == before


@pytest.mark.parametrize("prefer_source", [False, True])
def test_labels_that_stand_for_two_trials_are_a_conflict(tmp_path, prefer_source):
    """Where two suites mean different things by one label, one of them is planned; both rows are kept."""
    a, b = made(tmp_path / "a", {"x": True}), made(tmp_path / "b", {"y": True}, "other")
    for folder, name in ((a, "x"), (b, "y")):
        with closing(Ledger(folder)) as ledger:
            ledger.set_plan([planned(name, "clash")])
    merged = merge(a, [b], prefer_source=prefer_source)
    with closing(connect(a)) as reader:
        plan = store.planned(reader)
        n_trials = reader.execute("SELECT count(*) FROM trials").fetchone()[0]

    (conflict,) = (conflict for _, conflict in merged.conflicts)
    assert (conflict.table, conflict.key) == ("planned", "clash/natural/smote/knn/0/0")
    assert [row[:2] for row in plan] == [("y", "resample y") if prefer_source else ("x", "resample x")]
    assert n_trials == 2


def test_scores_that_no_report_of_the_target_shows_are_named(tmp_path):
    """A metric that the target's last run did not ask for is kept, and told."""
    a, b = made(tmp_path / "a", {"x": True}), made(tmp_path / "b", {"x": True}, "other")
    with closing(Ledger(b)) as ledger:
        columns = dict(ledger.connection.execute("SELECT * FROM trials").fetchone())
        ledger.add_trial(TrialRecord("x", columns, {"auroc": 0.9}, {"auroc": "host 1"}))

    assert merge(a, [b]).unshown == ("auroc",)


# --- all or nothing

KILLED = """
import sys, time
from pathlib import Path
from oversample_bench import store
from oversample_bench.execution import merge_folders

def wait(*_):
    print("there", flush=True)
    time.sleep(60)

place, target, *sources = sys.argv[1:]
if place == "before the second store":
    calls, absorb = [], store.absorb
    store.absorb = lambda *a, **k: wait() if calls else (calls.append(1), absorb(*a, **k))[1]
elif place == "before the files":
    merge_folders._Merging.place_files = wait
elif place == "before the commit":
    real = merge_folders._Merging.place_files
    merge_folders._Merging.place_files = lambda self: (real(self), wait())
else:
    merge_folders._Merging.replace_files = wait
merge_folders.merge(Path(target), [Path(source) for source in sources])
"""


@pytest.mark.parametrize(
    "place", ["before the second store", "before the files", "before the commit", "after the commit"]
)
def test_a_merge_that_is_killed_is_a_merge_that_was_not_begun(shards, tmp_path, place):
    """The rows of the target are those of before, or all of those of after; merging again completes it."""
    target = Path(shutil.copytree(shards["first"], tmp_path / "target"))
    sources = [shards["second"], shards["whole"]]
    before = rows(target)
    with subprocess.Popen(
        [sys.executable, "-c", KILLED, place, str(target), *map(str, sources)],
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        told = process.stdout.readline()
        os.kill(process.pid, signal.SIGKILL)
    left = rows(target)
    merge(target, sources)
    merge(tmp_path / "undisturbed", [shards["first"], *sources])

    assert told == "there\n"
    if place == "after the commit":
        assert left == rows(target)
    else:
        assert left == before
    assert unordered(target) == unordered(tmp_path / "undisturbed")
    names = {path.name for path in (target / "resamples").glob("*.npz")}
    assert names == {path.name for path in (shards["whole"] / "resamples").iterdir()}
    assert trials(target).drop(columns=MEASURED).equals(trials(shards["whole"]).drop(columns=MEASURED))


# --- what is refused


def refusal(target: Path, *sources: Path) -> str:
    with pytest.raises(UsageError) as caught:
        merge(target, sources)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("busy", ["a", "b"])
def test_a_folder_that_a_run_writes_to_is_left_alone(tmp_path, busy):
    """Neither into nor from a folder in which a run goes on is anything merged."""
    a, b = made(tmp_path / "a", {"x": True}), made(tmp_path / "b", {"y": True}, "other")
    before = rows(a)
    with filelock.FileLock(tmp_path / busy / LOCK_NAME):
        told = refusal(a, b)

    assert "run is writing to" in told
    assert rows(a) == before


def bad_folders() -> dict[str, tuple[Callable[[Path], object], str]]:
    return {
        "nothing": (lambda path: path.mkdir(), "is not the folder of a run: it has no results.sqlite"),
        "nowhere": (lambda _path: None, "is not the folder of a run"),
        "an empty store": (lambda path: (path.mkdir(), (path / FILE_NAME).touch()), "is empty"),
        "a store without a run": (lambda path: Ledger(path).close(), "is empty: there is nothing to merge"),
        "no store": (lambda path: (path.mkdir(), (path / FILE_NAME).write_text("x" * 900)), "cannot be read"),
        "a newer store": (newer, "was written by a newer oversample-bench"),
    }


def newer(folder: Path) -> None:
    with closing(Ledger(folder)) as ledger:
        ledger.connection.execute("PRAGMA user_version = 99")


@pytest.mark.parametrize("kind", bad_folders())
def test_a_source_that_is_no_run_is_refused_before_anything_is_made(tmp_path, kind):
    """One bad source among good ones, and the target is not even made."""
    make, sentence = bad_folders()[kind]
    make(tmp_path / "bad")
    good = made(tmp_path / "good", {"x": True})

    assert sentence in refusal(tmp_path / "target", good, tmp_path / "bad")
    assert not (tmp_path / "target").exists()


def test_a_target_that_holds_something_else_is_refused(tmp_path):
    """A folder with files and without a store is no target; an empty one and a new one are."""
    good = made(tmp_path / "good", {"x": True})
    other = tmp_path / "other"
    other.mkdir()
    (tmp_path / "empty").mkdir()
    (other / "thesis.tex").touch()

    assert "Merge into the folder of a run, or into a new one." in refusal(other, good)
    assert [path.name for path in other.iterdir()] == ["thesis.tex"]
    assert merge(tmp_path / "empty", [good]).added["trials"] == 1


@pytest.mark.parametrize("words", [("a", "a"), ("b", "a", "a"), ("a", "link"), ("a", "b/../a")])
def test_a_folder_named_twice_is_refused(tmp_path, words):
    """Merging a folder into itself, or twice, is a slip; the sentence names the folder."""
    for name in "ab":
        made(tmp_path / name, {name: True})
    (tmp_path / "link").symlink_to(tmp_path / "a")

    assert "is named twice" in refusal(*(tmp_path / word for word in words))


# --- the command


def test_the_command_tells_what_it_did(shards, tmp_path, monkeypatch):
    """Counts by table, then nothing when it is done again; the next command is named."""
    monkeypatch.chdir(tmp_path)
    words = ["merge", "all", str(shards["first"]), str(shards["second"])]
    first, again = (CliRunner().invoke(bench, words) for _ in range(2))

    assert (first.exit_code, again.exit_code) == (0, 0)
    assert (
        "added: 2 runs, 2 data sets, 4 splits, 12 resamples, 12 trials, 36 scores, 12 planned trials, "
        "12 files" in first.output
    )
    assert "added: nothing, all of it is there already" in again.output
    assert "Write the tables with: bench report all" in again.output


def test_one_row_is_counted_in_the_singular(tmp_path):
    """One trial of one run is told as such."""
    source = made(tmp_path / "a", {"x": True})
    shown = CliRunner().invoke(bench, ["merge", str(tmp_path / "all"), str(source)]).output

    assert "added: 1 run, 1 split, 1 resample, 1 trial, 1 score, 1 planned trial\n" in shown


def test_the_command_lists_conflicts(tmp_path):
    """A line a conflict: what differs, both values, from which folder."""
    a, b = made(tmp_path / "a", {"x": True}), made(tmp_path / "b", {"x": True}, "other", value=None)
    shown = CliRunner().invoke(bench, ["merge", str(a), str(b), "--prefer", "source"]).output

    assert "Conflicts, the source's value is kept:" in shown
    assert ["scores", "x", "mcc", "0.5", "–", str(b)] in [line.split() for line in shown.splitlines()]


def test_a_refusal_is_a_sentence_and_exit_code_1(tmp_path, capsys):
    """No traceback reaches whoever merges the wrong folder."""
    with pytest.raises(SystemExit) as caught:
        main(["merge", str(tmp_path / "all"), str(tmp_path / "no")])

    assert caught.value.code == 1
    assert capsys.readouterr().err.startswith(f"'{tmp_path / 'no'}' is not the folder of a run")

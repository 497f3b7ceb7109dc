"""The ledger of a run: one writer, readers at any time, rows that survive the writer."""

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing, contextmanager
from dataclasses import astuple, replace
from pathlib import Path

import pytest

from oversample_bench import store
from oversample_bench.core.errors import UsageError
from oversample_bench.store import (
    Ledger,
    PlannedRecord,
    ResampleRecord,
    RunRecord,
    SplitRecord,
    TrialRecord,
    connect,
)
from oversample_bench.store.schema import RESAMPLE_COLUMNS, SCHEMA_VERSION, TRIAL_COLUMNS

RUN = RunRecord(
    suite="s",
    suite_digest="d",
    suite_text="name: s\n# ä\n",
    options={"title": "", "digits": 3},
    metrics={"mcc": True, "brier": False},
    runner="serial",
    workers=1,
    environment={"python": "3.11", "cores": 2},
)
SPLIT = SplitRecord("split", "rows", 7, 80, 8, 3, 20, 2, 0.1, 1, 4)


@pytest.fixture
def ledger(tmp_path):
    with closing(Ledger(tmp_path / "run")) as made:
        made.begin(RUN)
        yield made


@pytest.fixture
def folder(ledger):
    return ledger_folder(ledger)


def ledger_folder(ledger):
    return Path(ledger.connection.execute("PRAGMA database_list").fetchone()["file"]).parent


VERDICT = {"stage": "", "kind": "", "reason": "", "traceback": ""}


def trial(digest="t", status="ok", scores=None, **changes):
    columns = {
        "resample": "d",
        "classifier": "knn",
        "params": "{}",
        "source": "host 1",
        "random_state": 7,
        "status": status,
        "trial_seconds": 0.5,
        "run": 1,
        "notes": "",
        **VERDICT,
        **changes,
    }
    scores = {"mcc": 0.5} if scores is None else scores
    return TrialRecord(digest, columns, scores, dict.fromkeys(scores, "host 1"))


def drawn(digest="d", status="ok", **changes):
    columns = {
        "split": "split",
        "method": "smote",
        "params": "{}",
        "source": "imblearn 1",
        "spec": "{}",
        "random_state": 7,
        "status": status,
        "fallback": "",
        "flags": "",
        "fit_seconds": 0.25,
        "run": 1,
        **VERDICT,
        **changes,
    }
    return ResampleRecord(digest, columns)


def planned(trial="t", **changes):
    return replace(PlannedRecord(trial, "d", "ecoli1", "0.05", "smote", "knn", 0, 0), **changes)


def rows(ledger, query):
    return [tuple(row) for row in ledger.connection.execute(query)]


# --- rows go in and come out


def test_a_trial_comes_back_as_it_was_written(ledger):
    """Every column and every score of a trial is stored; what a classifier cannot give is empty."""
    record = trial(scores={"mcc": -0.25, "brier": None, "auroc": 1 / 3})
    ledger.add_trial(record)
    (row,) = ledger.connection.execute("SELECT * FROM trials")

    assert dict(row) == {"digest": "t", **record.columns}
    assert set(row.keys()) == set(TRIAL_COLUMNS)
    assert rows(ledger, "SELECT trial, metric, source, value FROM scores ORDER BY metric") == [
        ("t", "auroc", "host 1", 1 / 3),
        ("t", "brier", "host 1", None),
        ("t", "mcc", "host 1", -0.25),
    ]


def failing(reason="ValueError: no", source="host 1"):
    """Return a good trial in which the metric failed."""
    return replace(trial(scores={"mcc": None}), sources={"mcc": source}, reasons={"mcc": reason})


@pytest.mark.parametrize(
    ("first", "second", "kept"),
    [
        (trial(), failing(), (0.5, "")),
        (failing(), trial(), (0.5, "")),
        (failing("ValueError: once"), failing("ValueError: twice"), (None, "ValueError: twice")),
        (trial(), failing(source="host 2"), (None, "ValueError: no")),
        (trial(scores={"mcc": None}), failing(), (None, "")),
    ],
    ids=["failure after score", "score after failure", "two failures", "other version", "no such output"],
)
def test_a_metric_that_fails_takes_no_score_away(ledger, first, second, kept):
    """A failed metric keeps its reason, never in the place of what the same version of it has given."""
    ledger.add_trial(first)
    ledger.add_trial(second)

    assert [kept] == rows(ledger, "SELECT value, reason FROM scores")


def test_a_trial_with_a_failed_metric_is_left_to_do(ledger):
    """It is tried again as failed trials are, counts as unscored, and is settled where nothing is retried."""
    ledger.set_plan([planned()])
    ledger.add_trial(failing())
    asked = [("mcc", "host 1")]

    assert set() == store.settled(ledger.connection, asked)
    assert {"t"} == store.settled(ledger.connection, asked, retry=False)
    assert {"unscored": 1} == store.status_counts(ledger.connection, ["mcc"])


def test_a_resample_comes_back_as_it_was_written(ledger):
    """The audit of a resample and the sizes of its split are stored; what is left out is empty."""
    record = drawn(n_real=88, n_new=72, realised_ratio=1.0, flags="copies", fidelity_recall=0.5)
    ledger.add_resample(record, SPLIT)
    (row,) = ledger.connection.execute("SELECT * FROM resamples")

    assert dict(row) == {**dict.fromkeys(RESAMPLE_COLUMNS), "digest": "d", **record.columns}
    assert rows(ledger, "SELECT * FROM splits") == [astuple(SPLIT)]


def test_a_resample_without_a_split_is_written(ledger):
    """Where the data could not even be loaded, the resample has its row with the reason."""
    ledger.add_resample(drawn(status="failed", stage="data", kind="Unavailable", reason="not here"), None)

    assert rows(ledger, "SELECT status, stage, reason FROM resamples") == [("failed", "data", "not here")]
    assert rows(ledger, "SELECT count(*) FROM splits") == [(0,)]


@pytest.mark.parametrize("leave_out", [True, False])
def test_the_digest_is_that_of_the_record(ledger, leave_out):
    """A row is stored under the digest of its record, whatever its columns say or leave out."""
    more = {} if leave_out else {"digest": "another"}
    ledger.add_trial(TrialRecord("t", {**trial().columns, **more}))
    ledger.add_resample(ResampleRecord("d", {**drawn().columns, **more}), None)

    assert rows(ledger, "SELECT digest FROM trials UNION SELECT digest FROM resamples") == [("d",), ("t",)]


def test_a_later_row_replaces_the_earlier_one(ledger):
    """A trial that was tried again leaves nothing of its failure; scores of other metrics stay."""
    ledger.add_trial(trial(status="failed", reason="no luck", scores={}))
    ledger.add_trial(trial(scores={"mcc": 0.1, "f1": 0.2}))
    ledger.add_trial(trial(scores={"mcc": 0.3}))
    ledger.add_resample(drawn(status="timeout"), None)
    ledger.add_resample(drawn(n_real=9), replace(SPLIT, n_majority=81))
    ledger.add_resample(drawn(n_real=10), SPLIT)

    assert rows(ledger, "SELECT status, reason FROM trials") == [("ok", "")]
    assert rows(ledger, "SELECT metric, value FROM scores ORDER BY metric") == [("f1", 0.2), ("mcc", 0.3)]
    assert rows(ledger, "SELECT status, n_real FROM resamples") == [("ok", 10)]
    assert rows(ledger, "SELECT n_majority FROM splits") == [(80,)]


def test_a_good_row_is_not_replaced_by_a_bad_one(ledger):
    """What was finished stays, audit and scores, whatever a later run comes to."""
    ledger.add_trial(trial(scores={"mcc": 0.1}))
    ledger.add_trial(trial(status="failed", reason="no luck", scores={}))
    ledger.add_resample(drawn(n_real=9), SPLIT)
    ledger.add_resample(drawn(status="timeout", n_real=None), None)

    assert rows(ledger, "SELECT status, reason FROM trials") == [("ok", "")]
    assert rows(ledger, "SELECT metric, value FROM scores") == [("mcc", 0.1)]
    assert rows(ledger, "SELECT status, n_real FROM resamples") == [("ok", 9)]


def test_a_trial_is_written_with_its_scores_or_not_at_all(ledger):
    """When a part cannot be written, the row of before is still there, whole, and the ledger goes on."""
    ledger.add_trial(trial())
    bad = [replace(trial(scores={"mcc": object()})), TrialRecord("t", trial().columns, {"mcc": 0.9}, {})]
    for record in bad:
        with pytest.raises((sqlite3.Error, KeyError)):
            ledger.add_trial(record)
    with pytest.raises(sqlite3.IntegrityError):
        ledger.add_trial(trial("u", status=None))
    ledger.add_trial(trial("v"))

    assert rows(ledger, "SELECT trial, value FROM scores") == [("t", 0.5), ("v", 0.5)]
    assert rows(ledger, "SELECT digest FROM trials") == [("t",), ("v",)]


def test_a_plan_replaces_the_one_before(ledger):
    """The store holds what the suite asks for now, in its order, the same trial under each of its labels."""
    ledger.set_plan([planned("old"), planned("older")])
    now = [planned("b"), planned("a", classifier="mlp"), planned("b", classifier="again", split=1, seed=2)]
    ledger.set_plan(now)

    assert store.planned(ledger.connection) == [astuple(row) for row in now]


def test_statuses_are_those_of_the_planned_trials(ledger):
    """What is not yet run is pending; earlier suites do not count, and a trial of two labels counts once."""
    for name, status in [("a", "ok"), ("b", "failed"), ("c", "ok"), ("z", "crashed")]:
        ledger.add_trial(trial(name, status=status))
    again = [replace(planned(name), method="again") for name in "ae"]
    ledger.set_plan([*(planned(name) for name in "abcde"), *again])

    assert store.status_counts(ledger.connection, ["mcc"]) == {"ok": 2, "failed": 1, "pending": 2}


def test_the_last_run_is_told_with_its_values(ledger):
    """What was asked and where it ran comes back as it was, JSON read."""
    number = ledger.begin(replace(RUN, suite="second", metrics={"z": True, "a": False}))
    ledger.amend(number, replace(RUN, runner="ray", workers=2, environment={"cores": 4}))
    running = store.last_run(ledger.connection)
    ledger.finish(number, "finished")
    finished = store.last_run(ledger.connection)

    assert (running["id"], running["status"], running["finished"]) == (2, "running", None)
    assert (finished["suite"], finished["suite_text"]) == ("second", RUN.suite_text)
    assert (list(finished["metrics"].items()), finished["options"]) == (
        [("z", True), ("a", False)],
        RUN.options,
    )
    assert (finished["runner"], finished["workers"], finished["environment"]) == ("ray", 2, {"cores": 4})
    assert finished["status"] == "finished"
    assert finished["finished"] >= finished["started"] >= "2020-01-01T00:00:00+00:00"


def test_without_a_run_there_is_no_last_one(tmp_path):
    """A folder that was only begun has no run."""
    with closing(Ledger(tmp_path)) as empty:
        assert store.last_run(empty.connection) is None
        assert store.status_counts(empty.connection, ["mcc"]) == {}
        assert store.mean_seconds(empty.connection) == ({}, {})


def test_fingerprints_are_remembered_by_stamp(ledger):
    """A set that was read need not be read again; one that changed under its stamp is replaced."""
    ledger.remember_dataset("a.csv 10", "first", {"n_rows": 3})
    ledger.remember_dataset("b.csv 20", "second", {})
    ledger.remember_dataset("a.csv 10", "third", {"n_rows": 4})

    assert store.fingerprints(ledger.connection) == {"a.csv 10": "third", "b.csv 20": "second"}


def test_good_resamples_and_mean_seconds_are_those_that_succeeded(ledger):
    """What failed says nothing of how long it takes, and has no resample on disk."""
    for name, status, seconds in [("a", "ok", 1.0), ("b", "ok", 3.0), ("c", "timeout", 600.0)]:
        ledger.add_resample(drawn(name, status=status, fit_seconds=seconds), None)
        ledger.add_trial(trial(name, status=status, trial_seconds=seconds / 2))

    assert store.good_resamples(ledger.connection) == {"a", "b"}
    assert store.mean_seconds(ledger.connection) == ({"smote": 2.0}, {"knn": 1.0})


# --- what need not be done again

STATUSES = ("ok", "failed", "timeout", "crashed", "oom", "upstream", "skipped")


@pytest.mark.parametrize(("retry", "settled"), [(True, {"ok", "skipped"}), (False, set(STATUSES))])
def test_failures_are_tried_again_unless_told_otherwise(ledger, retry, settled):
    """What succeeded or cannot be is settled; what failed is, only when nobody wants it tried again."""
    for status in STATUSES:
        ledger.add_trial(trial(status, status=status, scores=None if status == "ok" else {}))

    assert store.settled(ledger.connection, [("mcc", "host 1")], retry=retry) == settled


def test_a_trial_without_a_score_is_not_settled(ledger):
    """Another metric, or another version of one, is computed; an empty score is a score."""
    ledger.add_trial(trial("both", scores={"mcc": 0.1, "brier": None}))
    ledger.add_trial(trial("one", scores={"mcc": 0.1}))

    def settled(*metrics):
        return store.settled(ledger.connection, metrics)

    assert settled() == settled(("mcc", "host 1")) == {"both", "one"}
    assert settled(("mcc", "host 1"), ("brier", "host 1")) == {"both"}
    assert settled(("mcc", "host 2")) == settled(("mcc", "host 1"), ("f1", "host 1")) == set()


# --- readers, and the death of the writer


def test_a_row_is_seen_by_others_at_once(ledger, folder):
    """When a row has been written, another connection sees it, while the writer goes on."""
    with closing(connect(folder)) as reader:
        seen = []
        for name in "abc":
            ledger.add_trial(trial(name))
            seen.append(sorted(store.settled(reader, [("mcc", "host 1")])))

    assert seen == [["a"], ["a", "b"], ["a", "b", "c"]]


def test_a_reader_neither_waits_nor_is_waited_for(ledger, folder):
    """A report that is being made sees one state of the store, and does not hold up the run."""
    ledger.add_trial(trial("a"))
    with closing(connect(folder)) as reader:
        reader.execute("BEGIN")
        before = store.settled(reader, [])
        ledger.add_trial(trial("b"))
        during = store.settled(reader, [])
        reader.execute("COMMIT")
        after = store.settled(reader, [])

    assert (before, during, after) == ({"a"}, {"a"}, {"a", "b"})


def test_a_reader_cannot_write(folder):
    """Questions change nothing, not even by mistake."""
    with closing(connect(folder)) as reader, pytest.raises(sqlite3.OperationalError, match="readonly"):
        reader.execute("DELETE FROM runs")


def test_a_store_is_one_file_when_it_is_closed(tmp_path):
    """The write-ahead log is folded in at the end, so that the file can be sent to somebody."""
    with closing(Ledger(tmp_path)) as ledger:
        ledger.begin(RUN)
        ledger.add_trial(trial())

    assert [path.name for path in tmp_path.iterdir()] == [store.FILE_NAME]


def test_a_ledger_is_opened_again(tmp_path):
    """A second run goes on in the store of the first."""
    for name in "ab":
        with closing(Ledger(tmp_path / "deep" / "er")) as ledger:
            ledger.begin(RUN)
            ledger.add_trial(trial(name))
    with closing(connect(tmp_path / "deep" / "er")) as reader:
        assert store.settled(reader, []) == {"a", "b"}
        assert store.last_run(reader)["id"] == 2


WRITER = """
import sys
from pathlib import Path
from oversample_bench.store import Ledger, TrialRecord

columns = {**dict.fromkeys(("resample", "classifier", "params", "source", "status", "stage", "kind"), "x"),
           "reason": "r" * 500, "traceback": "", "trial_seconds": 0.1, "run": 1}
ledger = Ledger(Path(sys.argv[1]))
for number in range(100_000):
    scores = {"mcc": number / 7, "f1": -number}
    ledger.add_trial(TrialRecord(f"{number:06}", columns, scores, dict.fromkeys(scores, "host 1")))
    sys.stdout.write(f"{number:06}\\n")
    sys.stdout.flush()
"""


@pytest.mark.parametrize("after", [1, 23, 400, 1500])
def test_what_was_written_survives_the_writer(tmp_path, after):
    """A writer killed at any moment leaves every row that it told of, whole, and none out of order."""
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as writer:
        told = [writer.stdout.readline().strip() for _ in range(after)]
        os.kill(writer.pid, signal.SIGKILL)
        told += [line.strip() for line in writer.stdout if line.endswith("\n")]
    with closing(Ledger(tmp_path)) as ledger:
        found = rows(ledger, "SELECT digest FROM trials ORDER BY rowid")
        scores = rows(ledger, "SELECT trial, metric, value FROM scores ORDER BY trial, metric")
        check = rows(ledger, "PRAGMA integrity_check")

    assert [digest for (digest,) in found] == [f"{number:06}" for number in range(len(found))]
    assert len(told) <= len(found) <= len(told) + 1
    assert scores == [
        (f"{n:06}", metric, value)
        for n in range(len(found))
        for metric, value in (("f1", -n), ("mcc", n / 7))
    ]
    assert check == [("ok",)]


def test_a_copy_cut_off_anywhere_holds_the_first_rows(tmp_path):
    """A copy of store and log, the log cut off at any byte, opens and holds a beginning of the rows."""
    with closing(Ledger(tmp_path / "run")) as ledger:
        for number in range(30):
            ledger.add_trial(trial(f"{number:03}"))
        log = (tmp_path / "run" / "results.sqlite-wal").read_bytes()
        counts = []
        for end in sorted([*random.Random(3).sample(range(len(log)), 25), len(log)]):
            copy = tmp_path / f"cut {end}"
            copy.mkdir()
            shutil.copy(tmp_path / "run" / store.FILE_NAME, copy)
            (copy / "results.sqlite-wal").write_bytes(log[:end])
            with closing(Ledger(copy)) as cut:
                found = [digest for (digest,) in rows(cut, "SELECT digest FROM trials ORDER BY rowid")]
                scored = rows(cut, "SELECT count(*) FROM scores")
            counts.append(len(found))

            assert found == [f"{number:03}" for number in range(len(found))]
            assert scored == [(len(found),)]

    assert counts == sorted(counts)
    assert counts[-1] == 30


# --- what is refused


def refused(folder, create=False):
    with pytest.raises(UsageError) as caught:
        connect(folder, create=create).close()
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_folder_without_a_store_is_told_how_to_make_one(tmp_path):
    """Asking for a report of a folder that is none makes nothing in it."""
    assert refused(tmp_path) == (
        f"'{tmp_path}' is not the folder of a run: it has no results.sqlite. "
        f"Make one with `bench run SUITE --out {tmp_path}`."
    )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("create", [False, True])
def test_a_newer_store_is_refused_and_left_as_it_is(tmp_path, create):
    """A store of a newer version is neither read nor written to; the sentence says what to install."""
    with closing(Ledger(tmp_path)) as ledger:
        ledger.connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    before = (tmp_path / store.FILE_NAME).read_bytes()
    told = refused(tmp_path, create)

    assert f"store version {SCHEMA_VERSION + 1}, this one reads up to {SCHEMA_VERSION}" in told
    assert "pip install -U oversample-bench" in told
    assert (tmp_path / store.FILE_NAME).read_bytes() == before


@pytest.mark.parametrize("create", [False, True])
@pytest.mark.parametrize("version", [0, SCHEMA_VERSION, -1])
def test_a_file_of_another_program_is_refused(tmp_path, create, version):
    """An SQLite file of something else is left alone, also one that counts its versions as we do."""
    with closing(sqlite3.connect(tmp_path / store.FILE_NAME)) as other:
        other.execute("CREATE TABLE bookmarks (url TEXT)")
        other.execute(f"PRAGMA user_version = {version}")
        other.commit()

    assert "is an SQLite file of something else. Choose another --out." in refused(tmp_path, create)


@pytest.mark.parametrize("create", [False, True])
@pytest.mark.parametrize("kind", ["text", "noise", "cut off", "folder"])
def test_a_damaged_store_is_refused(tmp_path, kind, create):
    """What is no SQLite file, or the beginning of one, is told as such; nothing is written over it."""
    path = tmp_path / store.FILE_NAME
    if kind == "folder":
        path.mkdir()
        assert ("has no results.sqlite" if not create else "it cannot be opened") in refused(tmp_path, create)
        return
    with closing(Ledger(tmp_path)) as ledger:
        for number in range(50):
            ledger.add_trial(trial(f"{number}"))
    whole = path.read_bytes()
    damaged = {"text": b"hello\n" * 100, "noise": random.Random(1).randbytes(9000), "cut off": whole[:-5000]}[
        kind
    ]
    path.write_bytes(damaged)

    assert "cannot be read as a store of results" in refused(tmp_path, create)
    assert "Move it away and run again." in refused(tmp_path, create)
    assert path.read_bytes() == damaged


def test_an_empty_file_is_begun_anew(tmp_path):
    """A file that was made and never written to holds no run; a run may begin in it."""
    (tmp_path / store.FILE_NAME).touch()

    assert "is empty. Start a run with `bench run SUITE`." in refused(tmp_path)
    with closing(Ledger(tmp_path)) as ledger:
        assert ledger.begin(RUN) == 1


@contextmanager
def read_only(source):
    """Yield a copy of a folder in which this process may not write, not even as root."""
    copy = Path(tempfile.mkdtemp())
    shutil.copytree(source, copy, dirs_exist_ok=True)
    copy.chmod(0o555)
    for path in copy.iterdir():
        path.chmod(0o444)
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        yield copy
    finally:
        if root:
            os.seteuid(0)
        copy.chmod(0o755)
        shutil.rmtree(copy)


@pytest.mark.skipif(not hasattr(os, "seteuid"), reason="rights of POSIX")
def test_an_archived_folder_can_be_read_and_not_written_to(tmp_path):
    """A report can be made of a folder that is for reading only; a run cannot begin there."""
    with closing(Ledger(tmp_path)) as ledger:
        ledger.begin(RUN)
        ledger.add_trial(trial())
    with read_only(tmp_path) as archive:
        with closing(connect(archive)) as reader:
            found = (store.settled(reader, []), store.last_run(reader)["suite"])
        told = refused(archive, create=True)

    assert found == ({"t"}, "s")
    assert "it is for reading only" in told


@pytest.mark.skipif(not hasattr(os, "seteuid"), reason="rights of POSIX")
def test_an_archived_folder_of_a_killed_run_is_read_with_its_log(tmp_path):
    """Rows that are still in the log are not silently left out where the folder cannot be written to."""
    with closing(Ledger(tmp_path)) as ledger:
        ledger.begin(RUN)
        ledger.add_trial(trial())
        with read_only(tmp_path) as archive, closing(connect(archive)) as reader:
            found = store.settled(reader, [])

    assert found == {"t"}

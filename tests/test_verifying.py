"""`bench verify`: a sample is repeated, resamples included, and every number must be the same."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from oversample_bench.cli import bench, main
from oversample_bench.core.errors import UsageError
from oversample_bench.execution.deviations import Deviation, Verification
from oversample_bench.execution.driver import run
from oversample_bench.execution.recorder import spec_text
from oversample_bench.execution.run_result import Options
from oversample_bench.execution.verify import verify
from oversample_bench.execution.verify_sample import sampled
from oversample_bench.store import FILE_NAME, Ledger, connect
from oversample_bench.store.restoring import resample_spec
from oversample_bench.suite import parse_suite

PLUGIN = """
import numpy as np

from oversample_bench.api import hookimpl


@hookimpl
def register_oversamplers(register):
    register("flock", Flock)


class Flock:
    \"\"\"Noise around the minority's mean; each member's rows depend on how many there are.\"\"\"

    def __init__(self, random_state=None):
        self.random_state = random_state

    def get_params(self, deep=True):
        return {"random_state": self.random_state}

    def set_params(self, **params):
        self.random_state = params["random_state"]
        return self

    def fit_resample(self, X, y):
        return self.fit_resample_batch([(X, y)], [self.random_state])[0]

    def fit_resample_batch(self, problems, random_states):
        made = []
        for (X, y), seed in zip(problems, random_states):
            n_new = int((y == 0).sum() - (y == 1).sum())
            noise = np.random.default_rng(seed).normal(size=(n_new, X.shape[1]))
            rows = X[y == 1].mean(axis=0) + noise / len(problems)
            made.append((np.vstack([X, rows]), np.append(y, np.ones(len(rows), dtype=y.dtype))))
        return made
"""
SUITE = """
name: verified
plugins: [flock.py]
data: [ecoli1, {path: rows.csv, target: y, minority: 1, label: mine}]
ratios: [0.1]
methods: [none, smote, {name: flock, batch: 3}]
classifiers: [logistic_regression, knn]
splits: 3
metrics: [mcc, brier]
"""
N_TRIALS = 2 * 3 * 2 * 3
SERIAL = Options(runner="serial")


def rows(factor: int = 7) -> str:
    lines = [f"{n % 13},{n * n % factor},{n * n * n % 11},{int(n % 5 == 0)}" for n in range(200)]
    return "\n".join(["a,b,c,y", *lines, ""])


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a suite with a loose plugin and a file, the suite's own folder above it."""
    place = tmp_path_factory.mktemp("verify")
    (place / "flock.py").write_text(PLUGIN, encoding="utf-8")
    (place / "rows.csv").write_text(rows(), encoding="utf-8")
    summary = run(parse_suite(SUITE, "suite.yaml", place), place / "out", SERIAL)
    assert dict(summary.counts) == {"ok": N_TRIALS}
    return place / "out"


Change = Callable[..., Path]


@pytest.fixture
def copy(original: Path, tmp_path: Path) -> Change:
    """Return what copies the store and changes the copy by SQL."""

    def changed(*statements: str) -> Path:
        folder = tmp_path / "copy"
        folder.mkdir()
        shutil.copy(original / FILE_NAME, folder)
        with closing(sqlite3.connect(folder / FILE_NAME)) as connection:
            for statement in statements:
                connection.execute(statement)
            connection.commit()
        return folder

    return changed


def verified(folder: Path, original: Path, fraction: float = 1.0, **options: float) -> Verification:
    return verify(sampled(folder, fraction, trusted=original.parent), SERIAL, **options)


# --- the sample


@settings(max_examples=30, deadline=None)
@given(fraction=st.floats(0.001, 1), seed=st.integers(0, 2**32))
def test_a_sample_has_its_share_and_no_trial_twice(original, fraction, seed):
    """The share is rounded up, so that there is one trial at least; the same seed chooses the same."""
    chosen = [one.digest for one in sampled(original, fraction, seed, trusted=original.parent).trials]
    again = [one.digest for one in sampled(original, fraction, seed, trusted=original.parent).trials]

    assert len(set(chosen)) == len(chosen)
    assert max(1, fraction * N_TRIALS - 1e-6) <= len(chosen) < fraction * N_TRIALS + 1
    assert chosen == again


def test_other_seeds_choose_other_trials(original):
    """A second look is at other trials; all of them are looked at in the end."""
    samples = [
        {one.digest for one in sampled(original, 0.2, seed, trusted=original.parent).trials}
        for seed in range(30)
    ]

    assert len({frozenset(one) for one in samples}) > 25
    assert len(set.union(*samples)) == N_TRIALS


def test_only_planned_trials_that_succeeded_are_chosen(copy, original):
    """What failed, or is of an earlier suite, has no numbers to verify; one under two labels counts once."""
    folder = copy(
        "UPDATE trials SET status = 'failed' WHERE classifier = 'knn'",
        "DELETE FROM planned WHERE dataset = 'mine'",
        "INSERT INTO planned SELECT position + 100, trial, resample, dataset, ratio, method, 'again', split,"
        " seed FROM planned",
    )
    found = sampled(folder, 1.0, trusted=original.parent)

    assert found.n_trials == len(found.trials) == N_TRIALS // 4
    assert {(one.labels[0], one.spec.classifier.name) for one in found.trials} == {
        ("ecoli1", "logistic_regression")
    }


def test_specs_come_back_from_the_store_as_they_were(original):
    """The spec that is read from a resample's row is the one that was written, batch included."""
    with closing(connect(original)) as connection:
        texts = [row[0] for row in connection.execute("SELECT spec FROM resamples")]
    specs = [resample_spec(text) for text in texts]

    assert [spec_text(spec) for spec in specs] == texts
    assert {len(spec.batch) for spec in specs} == {0, 3}
    assert len({hash(spec) for spec in specs}) == len(texts)


# --- equal and different


def test_a_run_verifies_bit_for_bit(original, tmp_path, monkeypatch):
    """Every score, audit and fidelity of every trial comes out again; nothing is written anywhere."""
    monkeypatch.chdir(tmp_path)
    before = {path: path.stat().st_mtime_ns for path in original.rglob("*")}
    found = verified(original, original)

    assert (found.n_trials, found.n_sampled, found.n_compared) == (N_TRIALS, N_TRIALS, N_TRIALS)
    assert found.n_numbers == N_TRIALS * 2 + N_TRIALS // 2 * 11
    assert (found.deviations, found.unverified, found.largest, found.exit_code) == ((), (), 0.0, 0)
    assert before == {path: path.stat().st_mtime_ns for path in original.rglob("*")}
    assert not list(tmp_path.iterdir())


def test_one_member_of_a_batch_is_made_in_its_batch(copy, original):
    """A single trial of a batched resample verifies, since its neighbours are fitted with it."""
    folder = copy("DELETE FROM planned WHERE method != 'flock' OR split != 1 OR classifier != 'knn'")
    found = verified(folder, original)

    assert (found.n_compared, found.exit_code) == (2, 0)


def test_resamples_are_refitted_and_not_read_from_disk(original, tmp_path):
    """The files of resamples play no part: broken ones change nothing."""
    folder = Path(shutil.copytree(original, tmp_path / "copy"))
    for path in (folder / "resamples").iterdir():
        path.write_bytes(b"broken")

    assert verified(folder, original, 0.1).exit_code == 0


def test_a_score_that_was_changed_is_found(copy, original):
    """The trial, the metric and both values are told, the largest difference first."""
    trial = "(SELECT trial FROM planned WHERE dataset = 'mine' AND method = 'flock' AND split = 2)"
    folder = copy(
        f"UPDATE scores SET value = value + 0.25 WHERE metric = 'brier' AND trial IN {trial}",
        "UPDATE scores SET value = value + 1e-12 WHERE metric = 'mcc' AND trial IN (SELECT trial FROM planned"
        " WHERE dataset = 'ecoli1' AND method = 'none' AND split = 0)",
    )
    found = verified(folder, original)
    tolerant = verified(folder, original, tolerance=1e-9)

    assert {(one.trial, one.what) for one in found.deviations[:2]} == {
        (f"mine/0.1/flock/{name}/2/0", "brier") for name in ("knn", "logistic_regression")
    }
    assert (len(found.deviations), len(tolerant.deviations)) == (4, 2)
    assert found.largest == tolerant.largest == pytest.approx(0.25)
    assert found.deviations[0].stored == pytest.approx(found.deviations[0].found + 0.25)
    assert (found.exit_code, found.unverified) == (3, ())


def test_an_empty_score_beside_a_number_is_a_difference_at_any_tolerance(copy, original):
    """Nothing and something are not equal, however far apart numbers may be."""
    folder = copy(
        "DELETE FROM planned WHERE classifier != 'knn' OR method != 'none' OR dataset != 'mine'",
        "UPDATE scores SET value = NULL WHERE metric = 'mcc'",
    )
    found = verified(folder, original, tolerance=10.0)

    assert {one.what for one in found.deviations} == {"mcc"}
    assert found.exit_code == 3


@pytest.mark.parametrize("stored", [None, 0.5])
def test_a_score_that_is_not_a_number_equals_an_empty_one(stored):
    """A store keeps NaN as no number, so that NaN now is what it was; beside a number it is a difference."""
    compared = Deviation("a trial", "mine", stored, float("nan"))

    assert compared.size == (0 if stored is None else float("inf"))


def test_an_audit_that_was_changed_is_found(copy, original):
    """A resample that comes out otherwise is told even where no score shows it."""
    folder = copy("UPDATE resamples SET n_copies = n_copies + 2 WHERE method = 'smote'")
    found = verified(folder, original)

    assert {one.what for one in found.deviations} == {"resample: n_copies"}
    assert len(found.deviations) == 6


# --- what cannot be compared


def test_other_rows_are_told_and_not_compared(original, tmp_path):
    """A file that has changed since gives no false alarm: its trials are listed, the others verify."""
    place = tmp_path / "place"
    place.mkdir()
    (place / "flock.py").write_text(PLUGIN, encoding="utf-8")
    (place / "rows.csv").write_text(rows(), encoding="utf-8")
    run(parse_suite(SUITE.replace("splits: 3", "splits: 1"), "s", place), place / "out", SERIAL)
    (place / "rows.csv").write_text(rows(factor=9), encoding="utf-8")
    changed = verified(place / "out", original)
    (place / "rows.csv").unlink()
    gone = verified(place / "out", original)

    assert {why for _, why in changed.unverified} == {f"'{place / 'rows.csv'}' has other rows"}
    assert (changed.n_compared, len(changed.unverified), changed.exit_code) == (6, 6, 2)
    assert (gone.n_compared, len(gone.unverified), gone.exit_code) == (6, 6, 2)
    assert all("rows.csv" in why for _, why in gone.unverified)


def test_a_plugin_that_has_changed_is_told_and_not_compared(original, tmp_path):
    """Other code of a method is another method: its numbers are not compared with the old ones."""
    (tmp_path / "flock.py").write_text(PLUGIN.replace("noise / len", "2 * noise / len"), encoding="utf-8")
    found = verify(sampled(original, 1.0, trusted=tmp_path), SERIAL)

    assert {why for _, why in found.unverified} == {"the code of 'flock' (flock.py) has changed since"}
    assert (found.n_compared, len(found.unverified)) == (24, 12)


def test_a_method_that_nobody_offers_is_told(copy, original):
    """A plugin that is no longer installed costs its own trials."""
    folder = copy('UPDATE resamples SET spec = replace(spec, \'"name":"smote"\', \'"name":"smoote"\')')
    found = verified(folder, original)

    assert found.n_compared == 24
    assert all("no installed plugin offers the oversampler 'smoote'" in why for _, why in found.unverified)


def test_a_metric_of_another_version_is_told_and_not_compared(copy, original):
    """Scores by a metric that is another one now are left out; those of the other metrics are compared."""
    folder = copy("UPDATE scores SET source = 'oversample-bench numbers 0', value = 9 WHERE metric = 'brier'")
    found = verified(folder, original)

    assert found.deviations == ()
    ((what, why),) = found.unverified
    assert what == "metric brier"
    assert why.startswith("'brier' came from oversample-bench numbers 0 and comes from oversample-bench num")
    assert found.exit_code == 2


def test_another_protocol_is_told_and_not_compared(original, monkeypatch):
    """Where the same spec stands for other splits today, nothing is carried out."""
    monkeypatch.setattr("oversample_bench.core.digests.PROTOCOL_VERSION", 99)
    found = verified(original, original, 0.1)

    assert (found.n_compared, found.exit_code) == (0, 2)
    assert {why for _, why in found.unverified} == {
        "another version of the protocol splits and seeds otherwise"
    }


def test_a_trial_that_fails_now_is_a_difference(copy, original, monkeypatch):
    """A method that succeeded and does not today is told with its reason."""
    folder = copy("DELETE FROM planned WHERE method != 'smote'")

    def fail(*_: object) -> None:
        raise ValueError("not today")

    monkeypatch.setattr("imblearn.over_sampling.SMOTE._fit_resample", fail)
    found = verified(folder, original)

    assert {(one.what, one.stored) for one in found.deviations} == {("status", "ok")}
    assert all("not today" in str(one.found) for one in found.deviations)
    assert found.exit_code == 3


# --- refused, and the command


@pytest.mark.parametrize("fraction", [0, -0.5, 1.5, float("nan")])
def test_a_fraction_that_is_none_is_refused(original, fraction):
    """The share lies above 0 and goes up to 1."""
    with pytest.raises(UsageError, match="expected a number above 0 and at most 1"):
        sampled(original, fraction)


def test_a_plugin_file_that_is_not_there_is_asked_for(original, tmp_path):
    """Where the suite's folder is not known, the option that names it is told."""
    with pytest.raises(UsageError, match=r"the plugin file 'flock.py'.* or its folder with --suite-dir"):
        sampled(original, 1.0, trusted=tmp_path)


def test_one_plugin_file_may_be_named_in_two_ways(copy, original):
    """Two suites of one folder that write the path differently have one file."""
    folder = copy(
        "INSERT INTO runs SELECT 2, started, finished, status, suite, suite_digest,"
        " replace(suite_text, 'flock.py', './flock.py'), options, metrics, runner, workers, environment"
        " FROM runs",
        "UPDATE trials SET run = 2 WHERE rowid = 1",
    )

    assert sampled(folder, 1.0, trusted=original.parent).plugins == (original.parent / "flock.py",)


def test_no_file_that_a_store_names_is_run_unasked(original, tmp_path, monkeypatch, capsys):
    """A store of somebody else's may name any file: it is told, and neither read nor run."""
    folder = Path(shutil.copytree(original, tmp_path / "out"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "flock.py").write_text("open('ran', 'w').close()\n" + PLUGIN, encoding="utf-8")
    for words in (["verify"], ["explain"], ["report", "--no-figures"], ["export", "-o", "e.csv"], ["check"]):
        name = [] if words[0] != "explain" else ["mine/0.1/flock/knn/0/0"]
        with pytest.raises(SystemExit):
            main([words[0], str(folder), *words[1:], *name])
    with pytest.raises(SystemExit):
        main(["diff", str(folder), str(original)])
    with pytest.raises(SystemExit):
        main(["merge", "merged", str(folder)])
    refused = capsys.readouterr().err

    assert not (tmp_path / "ran").exists()
    assert "which verifying would run: flock.py. Name the suite with --suite FILE, or run" in refused
    told(folder, "--trust-plugins", "--fraction", 1)
    assert (tmp_path / "ran").exists()


def test_the_suite_says_which_plugin_files_are_run(original, copy, tmp_path, monkeypatch):
    """Those of the suite that is named, wherever it lies; what the store names is not looked at."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "flock.py").write_text("open('ran', 'w').close()\n" + PLUGIN, encoding="utf-8")
    suite = original.parent / "suite.yaml"
    suite.write_text(SUITE, encoding="utf-8")
    code, text = told(copy(), "--suite", suite)

    assert code == 0
    assert text.endswith("all are equal.\n")
    assert not (tmp_path / "ran").exists()


def test_folders_without_good_trials_are_refused(copy, tmp_path):
    """No run, an empty store, and one of failures alone are each a sentence."""
    Ledger(tmp_path / "empty").close()
    failed = copy("UPDATE trials SET status = 'failed'")
    for folder, sentence in [
        (tmp_path / "no", "is not the folder of a run"),
        (tmp_path / "empty", "has succeeded: there is nothing to verify"),
        (failed, "has succeeded: there is nothing to verify"),
    ]:
        with pytest.raises(UsageError, match=sentence):
            sampled(folder, 0.5)


def told(*words: object) -> tuple[int, str]:
    words = ("verify", *map(str, words), "--runner", "serial")
    result = CliRunner().invoke(bench, words, standalone_mode=False)
    assert result.exception is None, result.output
    return result.return_value, result.output


def test_the_command_ends_with_what_it_found(original, copy):
    """0 where all is equal, 3 where a number differs, 2 where some could not be compared."""
    trusted = ("--trust-plugins", "--suite-dir", original.parent)
    equal, text = told(original, *trusted)
    changed, table = told(copy("UPDATE scores SET value = 0.125 WHERE metric = 'mcc'"), *trusted)

    assert (equal, text.splitlines()[-1]) == (
        0, f"2 of {N_TRIALS} trials repeated, 26 numbers compared: all are equal."
    )  # fmt: skip
    assert changed == 3
    assert "2 differ, the largest by " in table
    assert [line.split()[1:3] for line in table.splitlines()[-2:]] == [["mcc", "0.125"]] * 2


def test_the_command_lists_what_it_could_not_compare(original, copy):
    """A line a trial, with the reason."""
    folder = copy("UPDATE resamples SET source = 'gone 1'")
    code, text = told(folder, "--trust-plugins", "--suite-dir", original.parent, "--fraction", 1)

    assert code == 2
    assert "0 of 36 trials repeated, 0 numbers compared: nothing could be compared." in text
    assert "Not compared (20 of 36):" in text
    assert "'smote' came from gone 1 and comes from oversample-bench-imblearn " in text


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("out", "--fraction", "0"), "expected a number above 0 and at most 1"),
        (("out", "--fraction", "1.01"), "expected a number above 0 and at most 1"),
        (("nowhere",), "'nowhere' is not the folder of a run"),
        (("out", "--trust-plugins", "--suite-dir", "out"), "or its folder with --suite-dir"),
        (("out", "--suite-dir", "."), "--suite-dir goes with --trust-plugins"),
        (("out", "--trust-plugins", "--data-dir", "nowhere"), "names 'nowhere', which is not a folder"),
    ],
)
def test_a_wrong_request_is_a_sentence_and_exit_code_1(original, monkeypatch, capsys, words, sentence):
    """No traceback, whatever is wrong."""
    monkeypatch.chdir(original.parent)
    with pytest.raises(SystemExit) as caught:
        main(["verify", *words])
    err = capsys.readouterr().err

    assert caught.value.code == 1
    assert sentence in err
    assert "Traceback" not in err


@pytest.mark.usefixtures("ray_cluster")
def test_ray_verifies_too(original):
    """The numbers are the same on workers, so that a long verification can use all cores."""
    found = verify(sampled(original, 0.2, trusted=original.parent), Options(runner="ray", workers=2))

    assert (found.n_compared, found.exit_code) == (8, 0)

"""What `bench plan` shows: how much a suite asks for, how much is done, how long the rest may take."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from oversample_bench.core.errors import UsageError
from oversample_bench.datasets.survey import Survey
from oversample_bench.execution.driver import Options, run
from oversample_bench.execution.forecast import Forecast, forecast
from oversample_bench.store import FILE_NAME
from oversample_bench.suite import Suite, parse_suite


@pytest.fixture(autouse=True)
def built_ins_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Plan with what the host itself offers."""
    monkeypatch.setenv("OVERSAMPLE_BENCH_PLUGINS", "builtin")
    monkeypatch.delenv("OVERSAMPLE_BENCH_DATA", raising=False)


def suite(methods: str = "none, random", classifiers: str = "knn", more: str = "") -> Suite:
    return parse_suite(
        f"name: s\ndata: [ecoli1]\nmethods: [{methods}]\nclassifiers: [{classifiers}]\nsplits: 2\n{more}"
    )


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder in which the suite has been carried out."""
    folder = tmp_path_factory.mktemp("done")
    run(suite(), folder, Options(runner="serial"))
    return folder


def counts(found: Forecast) -> tuple[int, int, int]:
    """Return how many trials there are, how many are left, and how many fits."""
    jobs = found.left.jobs
    left = sum(len(job.trials) for job in jobs)
    return len(found.plan.trials), left, sum(not job.stored for job in jobs)


def test_before_the_first_run_everything_is_left(tmp_path):
    """Without a store all trials are left and nobody knows how long they take; nothing is made."""
    folder = tmp_path / "none"

    found = forecast(suite(), folder)

    assert counts(found) == (4, 4, 4)
    assert found.lines() == [
        "s: 2 splits, 4 fits, 4 trials",
        "  done: 0 trials",
        "  left: 4 trials, 4 fits",
        "  time: unknown before the first trial is done",
    ]
    assert not folder.exists()


def test_after_a_run_nothing_is_left(done):
    """The same suite again asks for nothing, and takes no time."""
    found = forecast(suite(), done)

    assert counts(found) == (4, 0, 0)
    assert found.seconds == 0
    assert found.lines()[1:] == ["  done: 4 trials", "  left: 0 trials, 0 fits"]


def test_a_new_classifier_needs_no_fit(done):
    """The resamples of the old classifier serve the new one; the time is that of the trials."""
    found = forecast(suite(classifiers="knn, decision_tree"), done)

    assert counts(found) == (8, 4, 0)
    assert found.seconds > 0
    assert found.lines()[-1].startswith("  time: about ")


def test_resamples_that_were_deleted_are_fitted_again(done, tmp_path):
    """A resample that is in the store and not on disk counts as a fit; its trials that are done stay done."""
    folder = tmp_path / "copy"
    shutil.copytree(done, folder)
    shutil.rmtree(folder / "resamples")

    assert counts(forecast(suite(), folder)) == (4, 0, 0)
    assert counts(forecast(suite(classifiers="knn, decision_tree"), folder)) == (8, 4, 4)


def test_a_new_metric_leaves_every_trial_to_do(done):
    """A score that the store does not have is had from predictions; without them by trials, not by fits."""
    more = suite(more="metrics: [mcc, auprc]")
    kept = forecast(more, done)
    shutil.rmtree(done / "predictions")

    assert (counts(kept), kept.left.n_scored_again) == ((4, 0, 0), 4)
    assert counts(forecast(more, done)) == (4, 4, 0)


def test_another_split_share_leaves_everything_to_do(done):
    """What changes the numbers is never taken for done."""
    assert counts(forecast(suite(more="protocol: {test_size: 0.3}"), done)) == (4, 4, 4)


def test_labels_and_limits_change_nothing(done):
    """What does not change the numbers leaves nothing to do."""
    renamed = suite(methods="{name: none, label: as it is}, random", more="limits: {fit: 3}")

    assert counts(forecast(renamed, done)) == (4, 0, 0)


def test_a_wrong_name_is_told_before_the_store_is_looked_at(tmp_path):
    """A suite that could not be run cannot be planned either."""
    (tmp_path / FILE_NAME).write_text("no store")

    with pytest.raises(UsageError, match="no installed plugin offers the oversampler 'smute'"):
        forecast(suite(methods="none, smute"), tmp_path)


def test_planning_leaves_the_store_as_it_is(done):
    """`bench plan` only reads, and lets go of the file."""
    before = (done / FILE_NAME).read_bytes()

    forecast(suite(classifiers="knn, mlp"), done)

    assert before == (done / FILE_NAME).read_bytes()
    assert not list(done.glob(f"{FILE_NAME}-*"))


# --- what will be skipped


SKIPPED = """
name: s
data: [{data}]
ratios: {ratios}
methods: [none, random, {{name: random, label: own, params: {{sampling_strategy: 0.25}}}}]
classifiers: [knn]
splits: 2
protocol: {{target_ratio: 0.3}}
"""


def told(data: str, ratios: str, folder: Path) -> list[str]:
    """Return what is said of trials that will be skipped, without the blanks in front."""
    text = SKIPPED.format(data=data, ratios=ratios)
    lines = forecast(parse_suite(text, folder=folder), folder / "out").lines()
    return [line.strip() for line in lines[3:-1]]


def test_what_a_ratio_of_the_suite_leaves_nothing_to_ask_for_is_told(tmp_path, monkeypatch):
    """Of a set that nobody has read, the ratio alone makes it certain; the baseline is not skipped."""
    monkeypatch.setattr("oversample_bench.execution.data_checks.known_counts", lambda *_: None)

    assert told("{dataset: ecoli1, label: my}", "[natural, 0.28, 0.3, 0.01]", tmp_path) == [
        "of these 6 trials will be skipped:",
        "my at ratio 0.28: sampling_strategy 0.25 asks for nothing: the ratio is 0.28 already (2 trials)",
        "my at ratio 0.3: target_ratio 0.3 asks for nothing: the ratio is 0.3 already (2 trials)",
        "my at ratio 0.3: sampling_strategy 0.25 asks for nothing: the ratio is 0.3 already (2 trials)",
    ]


def test_what_known_counts_leave_nothing_to_ask_for_is_told(tmp_path):
    """The classes of a set that comes with the host are known; sets with too few rows are told, too."""
    met = "asks for nothing: the split has 62 minority to 208 majority rows already (2 trials)"
    few = "majority rows needs {} minority rows; there are {} for training (6 trials)"

    assert told("ecoli1, glass2", "[natural, 0.5]", tmp_path) == [
        "of these 16 trials will be skipped:",
        f"ecoli1 at ratio natural: target_ratio 0.3 {met}",
        f"ecoli1 at ratio natural: sampling_strategy 0.25 {met}",
        f"ecoli1 at ratio 0.5: ratio 0.5 of 208 {few.format(104, 62)}",
        f"glass2 at ratio 0.5: ratio 0.5 of 158 {few.format(79, 14)}",
    ]


def test_what_is_told_is_what_comes(tmp_path):
    """Of sets whose classes are known as many trials are skipped as `bench plan` says, for its reasons."""
    text = SKIPPED.format(data="ecoli1, glass2", ratios="[natural, 0.05, 0.2, 0.3]")
    planned = parse_suite(text)
    before = forecast(planned, tmp_path / "out")
    summary = run(planned, tmp_path / "out", Options(runner="serial"))
    table = summary.trials()
    reasons = set(table.loc[table["status"] == "skipped", "reason"])

    assert summary.counts["skipped"] == before.n_skipped > 0
    assert reasons == {line.split(": ", 1)[1].rsplit(" (", 1)[0] for line in before.skips}
    assert forecast(planned, tmp_path / "out").n_skipped == 0


def written(folder: Path) -> str:
    """Write a file of 150 rows of one class and 50 of the other, and return its entry in a suite."""
    rows = "".join(f"{n * 37 % 101},{n % 7},{'rare' if n % 4 == 0 else 'often'}\n" for n in range(200))
    (folder / "my.csv").write_text(f"a,b,label\n{rows}")
    return "{path: my.csv, target: label}"


MET = "my at ratio natural: target_ratio 0.3 asks for nothing: the split has 40 minority to 120 majority rows"


def test_a_small_file_is_known(tmp_path):
    """What a look at a file shows is told before any run."""
    lines = told(written(tmp_path), "[natural]", tmp_path)

    assert f"{MET} already (2 trials)" in lines


def test_a_set_that_the_store_has_seen_is_known(tmp_path, monkeypatch):
    """What a run has counted, the next plan tells, where a look does not."""
    entry = written(tmp_path)
    text = SKIPPED.format(data=entry, ratios="[natural]")
    first = parse_suite(text.replace("methods: [none, random, ", "methods: [none, "), folder=tmp_path)
    run(first, tmp_path / "out", Options(runner="serial"))
    monkeypatch.setattr("oversample_bench.execution.data_checks.surveyed", lambda *_: Survey())

    assert told(entry, "[natural]", tmp_path) == [
        "of these 2 trials will be skipped:",
        f"{MET} already (2 trials)",
    ]


def test_many_reasons_are_cut(tmp_path):
    """A dozen lines are shown, and how many more there are."""
    ratios = [0.4 + n / 100 for n in range(20)]
    lines = told("ecoli1", str(ratios), tmp_path)

    assert lines[0] == "of these 120 trials will be skipped:"
    assert (len(lines), lines[-1]) == (14, "and 8 further reasons")


def test_a_method_is_not_imported_to_be_asked_nothing(tmp_path):
    """Where no request can be met already, planning imports no framework."""
    (tmp_path / "s.yaml").write_text(
        SKIPPED.replace(", {{name: random, label", ", {{name: none, label")
        .replace("params: {{sampling_strategy: 0.25}}", "params: {{}}")
        .format(data="ecoli1", ratios="[0.1]")
    )
    program = (
        "import sys\nfrom pathlib import Path\nfrom oversample_bench.suite import load_suite\n"
        "from oversample_bench.execution.forecast import forecast\n"
        "print(forecast(load_suite('s.yaml'), Path('out')).n_skipped)\n"
        "print(*{'sklearn', 'imblearn', 'pandas'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True)

    assert done.stdout.split() == ["0"], done.stderr

"""Speed against a hand-written loop over the same work, in the same run, turn by turn.

Nothing here passes or fails by a clock. `make benchmarks` prints the table that stands in
``reports/performance.md``; the seconds of two machines, or of two days, are not to be compared.
"""

from __future__ import annotations

import importlib
import itertools
import multiprocessing
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from oversample_bench import Options, run
from oversample_bench.execution.inventory import Inventory
from oversample_bench.execution.recorder import planned_records, run_record
from oversample_bench.execution.runner_choice import Choice
from oversample_bench.execution.runners.events import Event, TrialDone
from oversample_bench.execution.watcher import Watcher
from oversample_bench.plugins.validation import registry_of
from oversample_bench.report import write_report
from oversample_bench.store import Ledger, TrialRecord
from oversample_bench.suite import parse_suite
from oversample_bench.suite.plan import plan

HERE = Path(__file__).parent
ROUNDS = 5
TRIALS = 120
W1 = """
name: w1
data: [synthetic_0, synthetic_1, synthetic_2, synthetic_3]
methods: [none, smote, borderline_smote]
classifiers:
  - {name: decision_tree, params: {max_depth: 5}}
  - logistic_regression
splits: 5
plugins: [./synthetic.py]
"""
SLEEPS = """
name: w2
data: [synthetic_0]
methods: [none]
classifiers: [{name: sleeper, params: {seconds: 0.5}}]
splits: 40
plugins: [./synthetic.py]
"""
MANY = """
name: many
data: [{sets}]
methods: [none, random, smote, borderline_smote, adasyn]
classifiers: [knn, decision_tree, logistic_regression, linear_svc, mlp, adaboost, adaboost_samme_r,
  random_forest, hist_gradient_boosting, logistic_regression_balanced]
splits: 10
"""
SETS = (
    "abalone19, abalone9_18, car_good, car_vgood, ecoli1, ecoli2, ecoli3, ecoli4, glass0, glass1, glass2, "
    "glass4, haberman, pima, vehicle0, vehicle1, vowel0, yeast1, yeast3, yeast4"
)

fresh = itertools.count()


@pytest.fixture
def loop() -> Callable[..., None]:
    """Import the hand-written loop, which imports the same data."""
    return importlib.import_module("tests.benchmarks.by_hand").loop


def seconds_of(function: Callable[[], Any]) -> float:
    """Return the wall-clock seconds of a call."""
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


class Clock(Watcher):
    """Notes when trials end."""

    def __init__(self) -> None:
        self.ends: list[float] = []

    def told(self, event: Event) -> None:
        if isinstance(event, TrialDone):
            self.ends.append(time.perf_counter())


def in_turn(
    benchmark: Any, peer: Callable[[], Any], ours: Callable[[Path], Any], tmp_path: Path
) -> tuple[float, float]:
    """Time ours and its peer in turn; return the medians of both."""
    peers: list[float] = []

    def setup() -> tuple[tuple[Path], dict[str, Any]]:
        peers.append(seconds_of(peer))
        return (tmp_path / str(next(fresh)),), {}

    benchmark.pedantic(ours, setup=setup, rounds=ROUNDS, warmup_rounds=1)
    return statistics.median(benchmark.stats.stats.data), statistics.median(peers[1:])


def test_overhead_serial(benchmark: Any, tmp_path: Path, tell: Any, loop: Any) -> None:
    """120 trials of about 25 ms in this process, the report without figures included, against the loop."""
    suite = parse_suite(W1, folder=HERE)
    folders: list[Path] = []

    def run_once(folder: Path) -> None:
        run(suite, folder, Options(runner="serial", figures=False))
        folders.append(folder)

    ours, peer = in_turn(benchmark, loop, run_once, tmp_path)
    report = statistics.median(
        seconds_of(lambda folder=folder: write_report(folder, figures=False)) for folder in folders
    )

    tell(
        f"overhead per trial, serial ({TRIALS} trials, loop {peer:.2f} s, ours {ours:.2f} s, of which the "
        f"report {report:.2f} s)",
        f"{(ours - peer) / TRIALS * 1e3:.1f} ms ({ours / peer:.2f} times the loop); without the report "
        f"{(ours - report - peer) / TRIALS * 1e3:.1f} ms",
        "<= 3 ms",
    )


@pytest.mark.ray
def test_overhead_ray(benchmark: Any, tmp_path: Path, tell: Any, loop: Any) -> None:
    """The same on two warm workers, from the first trial's end to the last one's, against two warm loops."""
    suite = parse_suite(W1.replace("splits: 5", "splits: 20"), folder=HERE)
    ours: list[float] = []
    peers: list[float] = []

    def run_once(folder: Path) -> None:
        clock = Clock()
        run(suite, folder, Options(runner="ray", workers=2), clock)
        ours.append(2 * (clock.ends[-1] - clock.ends[0]) / (len(clock.ends) - 1))

    with ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as pool:
        list(pool.map(loop, range(4)))  # the imports

        def setup() -> tuple[tuple[Path], dict[str, Any]]:
            peers.append(seconds_of(lambda: list(pool.map(loop, range(4)))) / 2 / TRIALS)
            return (tmp_path / str(next(fresh)),), {}

        benchmark.pedantic(run_once, setup=setup, rounds=3)
    us, them = statistics.median(ours), statistics.median(peers)
    tell(
        f"overhead per trial, Ray (two workers started, {4 * TRIALS} trials; worker time a trial: two loops "
        f"side by side {them * 1e3:.1f} ms, ours {us * 1e3:.1f} ms)",
        f"{(us - them) * 1e3:.1f} ms",
        "<= 8 ms",
    )


@pytest.mark.ray
def test_two_workers(benchmark: Any, tmp_path: Path, tell: Any) -> None:
    """40 trials that take half a second each, on two workers and on one."""
    suite = parse_suite(SLEEPS, folder=HERE)

    def ours(workers: int) -> float:
        clock = Clock()
        run(suite, tmp_path / str(next(fresh)), Options(runner="ray", workers=workers), clock)
        return clock.ends[-1] - clock.ends[0] + 0.5  # the first trials began half a second before their end

    one = ours(1)
    two = benchmark.pedantic(ours, args=(2,), rounds=1)

    tell("two workers against one, trials of 0.5 s (Ray started)", f"{one / two:.2f} times", ">= 1.8 times")


def command(*arguments: object) -> Callable[[], Any]:
    """Return a call of the command line in a process of its own."""
    line = [sys.executable, "-m", "oversample_bench", *map(str, arguments)]
    return lambda: subprocess.run(line, check=True, capture_output=True)


def bare() -> None:
    """Start an interpreter that does nothing."""
    subprocess.run([sys.executable, "-c", ""], check=True)


def tell_command(benchmark: Any, tell: Any, words: tuple[str, str], line: Callable[[], Any]) -> None:
    """Time a command line in turn with a bare interpreter."""
    peers: list[float] = []
    benchmark.pedantic(line, setup=lambda: peers.append(seconds_of(bare)), rounds=ROUNDS, warmup_rounds=1)
    found = statistics.median(benchmark.stats.stats.data)
    tell(words[0], f"{found:.2f} s (a bare interpreter: {statistics.median(peers):.2f} s)", words[1])


def test_help(benchmark: Any, tell: Any) -> None:
    """`bench --help`."""
    tell_command(benchmark, tell, ("`bench --help`", "<= 0.3 s"), command("--help"))


def test_plan(benchmark: Any, tmp_path: Path, tell: Any) -> None:
    """`bench plan` of 10,000 trials."""
    path = tmp_path / "many.yaml"
    path.write_text(MANY.format(sets=SETS))
    line = command("plan", path, "--out", tmp_path / "nowhere")
    tell_command(benchmark, tell, ("`bench plan` of 10,000 trials", "<= 1.5 s"), line)


def test_rerun_of_120(benchmark: Any, tmp_path: Path, tell: Any) -> None:
    """`bench run` with nothing left to do of 120 trials."""
    path = tmp_path / "w1.yaml"
    path.write_text(W1.replace("./synthetic.py", str(HERE / "synthetic.py")))
    line = command("run", path, "--out", tmp_path / "out", "--runner", "serial")
    line()
    # the synthetic sets come from a loose file that imports scikit-learn, as a user's own may
    tell_command(
        benchmark, tell, ("nothing to do, 120 trials, a loose plugin that imports scikit-learn", "-"), line
    )


def test_rerun_of_120_real(benchmark: Any, tmp_path: Path, tell: Any) -> None:
    """The same on registered sets, where nothing needs scikit-learn."""
    path = tmp_path / "real.yaml"
    path.write_text(
        "name: real\ndata: [ecoli1, ecoli2, glass0, glass1]\nmethods: [none, smote, borderline_smote]\n"
        "classifiers: [decision_tree, knn]\nsplits: 5\n"
    )
    line = command("run", path, "--out", tmp_path / "out", "--runner", "serial")
    line()
    tell_command(benchmark, tell, ("nothing to do, 120 trials", "<= 1 s"), line)


def test_rerun_of_10000(benchmark: Any, tmp_path: Path, tell: Any) -> None:
    """`bench run` with nothing left to do of 10,000 trials, written into the store by hand."""
    path = tmp_path / "many.yaml"
    path.write_text(MANY.format(sets=SETS))
    finished(path, tmp_path / "out")
    line = command("run", path, "--out", tmp_path / "out")
    tell_command(benchmark, tell, ("nothing to do, 10,000 trials", "<= 2 s"), line)


def finished(path: Path, folder: Path) -> None:
    """Write the store of a suite as if all its trials had been carried out."""
    suite = parse_suite(path.read_text(), str(path), path.parent)
    registry = registry_of(suite)
    planned = plan(suite)
    ledger = Ledger(folder)
    identity = Inventory(registry, None, {}).identity(planned, ledger.remember_dataset)
    records = planned_records(planned, identity)
    number = ledger.begin(run_record(suite, registry, Choice("serial")))
    ledger.set_plan(records)
    source = registry.entry("metric", "mcc").source
    for record in records:
        columns = {"resample": record.resample, "status": "ok", "trial_seconds": 0.01, "run": number}
        columns |= dict.fromkeys(
            ("classifier", "params", "source", "stage", "kind", "reason", "traceback"), ""
        )
        scores = dict.fromkeys(suite.metrics, 0.5)
        ledger.add_trial(TrialRecord(record.trial, columns, scores, dict.fromkeys(scores, source)))
    ledger.finish(number, "finished")
    ledger.close()
    (folder / "report.md").write_text("as if")


def test_fits_for_many_classifiers(benchmark: Any, tmp_path: Path, tell: Any) -> None:
    """Seven classifiers share one fit of a method on each split: counted, not timed."""
    text = W1.replace("data: [synthetic_0, synthetic_1, synthetic_2, synthetic_3]", "data: [synthetic_0]")
    text = text.replace("  - logistic_regression", "  - logistic_regression\n  - knn\n  - linear_svc")
    suite = parse_suite(text, folder=HERE)
    summary = benchmark.pedantic(run, args=(suite, tmp_path / "out", Options(runner="serial")), rounds=1)
    fits = len(list((tmp_path / "out" / "resamples").iterdir()))

    assert fits == 15
    tell(
        f"fits of a method for 4 classifiers ({fits} resamples, {summary.computed} trials)",
        f"{fits * 4 / summary.computed:.0f} each",
        "1",
    )

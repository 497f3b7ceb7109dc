"""How long a report of a large store takes, and how much memory: a process of its own for each measure.

Nothing here passes or fails by a clock; see ``test_speed.py``. The stores are made, not run: scores are drawn
at random, one method in fifty trials fails, and one resample in fifty is flagged.
"""

from __future__ import annotations

import itertools
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from oversample_bench.store import Ledger, PlannedRecord, ResampleRecord, RunRecord, TrialRecord

METRICS = {"mcc": True, "f1_macro": True, "brier": False}
TEXTS = ("params", "source", "stage", "kind", "reason", "traceback")

REPORT = "from oversample_bench.report import write_report; write_report(Path(sys.argv[1]))"
TABLES = """
from oversample_bench.report.contents import contents
from oversample_bench.analysis.results import read
from oversample_bench.report import markdown_report
from oversample_bench.report.writers import latex
made = contents(read(Path(sys.argv[1])))
markdown_report.text(made, None), latex.documents(made.summary, made.tables)
"""
PROGRAM = """
import sys, time
from pathlib import Path
from tests.benchmarks.memory import peak_mib
start = time.perf_counter()
{work}
print(time.perf_counter() - start, peak_mib())
"""


@dataclass(frozen=True)
class Size:
    """How many of each there are; their product is the number of trials."""

    sets: int
    methods: int
    classifiers: int
    splits: int

    def trials(self) -> Iterator[PlannedRecord]:
        """Yield the plan in the order of a suite's."""
        axes = (self.sets, self.splits, self.methods, self.classifiers)
        for i, split, method, classifier in itertools.product(*map(range, axes)):
            resample = f"{i:08x}{split:08x}{method:016x}"
            yield PlannedRecord(
                f"{i:08x}{split:08x}{method:08x}{classifier:08x}",
                resample,
                f"set_{i:03}",
                "natural",
                "none" if method == 0 else f"method_{method}",
                f"classifier_{classifier}",
                split,
                0,
            )


def made(folder: Path, size: Size) -> Path:
    """Write a store of that size and return its folder."""
    ledger, rng = Ledger(folder), np.random.default_rng(0)
    run = ledger.begin(RunRecord("size", "d1g3st", "", {"control": "method_1"}, METRICS, "serial", 1, {}))
    plan = list(size.trials())
    ledger.set_plan(plan)
    fill(Filler(ledger, run), plan, rng)
    ledger.finish(run, "finished")
    ledger.close()
    return folder


@dataclass(frozen=True)
class Filler:
    """Writes rows without a transaction each, which would take an hour."""

    ledger: Ledger
    run: int

    def rows(self, record: PlannedRecord, failed: bool, flagged: bool) -> tuple[ResampleRecord, TrialRecord]:
        """Return the resample and the trial of one planned row."""
        common = dict.fromkeys(TEXTS, "") | {"run": self.run}
        resample = common | {
            "split": f"{record.dataset}/{record.split}", "method": record.method, "spec": "{}",
            "status": "ok", "fallback": "", "flags": "copies" if flagged else "", "n_real": 200,
            "n_dropped": 0, "n_new": 150, "n_new_majority": 0, "n_requested": 150, "n_copies": 0,
            "realised_ratio": 1.0, "fit_seconds": 0.1,
        }  # fmt: skip
        trial = common | {"resample": record.resample, "classifier": record.classifier, "trial_seconds": 0.1}
        trial |= {"status": "failed", "reason": "no neighbours"} if failed else {"status": "ok"}
        return ResampleRecord(record.resample, resample), TrialRecord(record.trial, trial, {}, {})


def fill(filler: Filler, plan: list[PlannedRecord], rng: np.random.Generator) -> None:
    """Write an outcome of each trial, and of its resample and split."""
    connection = filler.ledger.connection
    chance, values = rng.random((2, len(plan))), rng.normal(0.6, 0.1, (len(plan), len(METRICS)))
    resamples, trials, scores, splits = {}, [], [], {}
    for record, luck, flag, score in zip(plan, *chance, values.tolist(), strict=True):
        resample, trial = filler.rows(record, failed=luck < 0.02, flagged=flag < 0.02)
        resamples[record.resample] = {"digest": record.resample, **resample.columns}
        trials.append({"digest": record.trial, **trial.columns})
        splits[f"{record.dataset}/{record.split}"] = record.dataset
        if luck >= 0.02:
            scores += [(record.trial, name, "", one) for name, one in zip(METRICS, score, strict=True)]
    connection.execute("BEGIN")
    inserted(connection, "resamples", list(resamples.values()))
    inserted(connection, "trials", trials)
    connection.executemany("INSERT INTO scores (trial, metric, source, value) VALUES (?, ?, ?, ?)", scores)
    sizes = [(place, name, 7, 160, 40, 0, 40, 10, 0.25, 0, 0) for place, name in splits.items()]
    connection.executemany(f"INSERT INTO splits VALUES ({', '.join('?' * 11)})", sizes)
    connection.execute("COMMIT")


def inserted(connection: Any, table: str, rows: list[dict[str, Any]]) -> None:
    """Insert rows that have the columns of the first, or fewer."""
    names = list(dict.fromkeys(name for row in rows[:1] + rows[-1:] for name in row))
    marks = ", ".join("?" * len(names))
    values = ([row.get(name, "") for name in names] for row in rows)
    connection.executemany(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})", values)


def measured(work: str, folder: Path) -> tuple[float, float]:
    """Return the seconds and the peak MiB of a process that does the work."""
    line = [sys.executable, "-c", PROGRAM.format(work=work), str(folder)]
    done = subprocess.run(line, check=True, capture_output=True, text=True)
    seconds, peak = map(float, done.stdout.split())
    return seconds, peak


@dataclass(frozen=True)
class Case:
    """What is measured on a store of which size, and how it is told."""

    what: str
    work: str
    size: Size
    goal: str


CASES = [
    Case("report of 100,000 trials", REPORT, Size(100, 10, 10, 10), "<= 30 s, <= 1024 MiB"),
    Case("tables of 1,020,000 rows of scores", TABLES, Size(100, 10, 10, 34), "<= 20 s"),
]


@pytest.mark.parametrize("case", CASES, ids=["report", "tables"])
def test_large_stores(benchmark: Any, tmp_path: Path, tell: Any, case: Case) -> None:
    """Seconds and peak memory of the whole report, and of the tables alone."""
    folder = made(tmp_path, case.size)
    seconds, peak = benchmark.pedantic(measured, args=(case.work, folder), rounds=1)

    tell(case.what, f"{seconds:.0f} s, {peak:,.0f} MiB", case.goal)

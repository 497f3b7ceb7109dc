"""Stores that are written by hand, and the pages that are made of them, for the tests of `report.html`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from oversample_bench.analysis.results import read
from oversample_bench.report.contents import contents
from oversample_bench.report.figures import gallery
from oversample_bench.report.html import document
from oversample_bench.store import Ledger, PlannedRecord, ResampleRecord, RunRecord, SplitRecord, TrialRecord
from tests.stores import SIZES

METRICS = {"mcc": True, "brier": False}
FIVE = ("mcc", "f1_macro", "f1_micro", "auprc", "roc_auc")
HOSTILE = (
    "<script>alert(1)</script>", "</script><img src=x onerror=alert(2)>", "a\"b'c", "50 % _of_ *it*",
    "two\nlines", "%{x} <b>&lt;</b>", "-- comment --><!-- ", "少数类 ✓", "{{ 7 * 7 }}",
    "a very long name " * 6,
)  # fmt: skip


@dataclass(frozen=True)
class Made:
    """A planned trial and what became of it: its scores by metric, why it failed, or "" for not yet."""

    place: tuple[str, str]  # data set and ratio
    method: str
    classifier: str
    split: int
    scores: Mapping[str, float] | str
    flags: str = ""
    resample_fails: bool = False
    bins: str = ""  # of the predicted probabilities, as JSON
    fidelity: tuple[float, float] | None = None  # precision and coverage

    @property
    def split_digest(self) -> str:
        return f"{self.place}/{self.split}"

    @property
    def resample(self) -> str:
        return f"{self.split_digest}/{self.method}"

    @property
    def trial(self) -> str:
        return f"{self.resample}/{self.classifier}"

    def planned(self) -> PlannedRecord:
        return PlannedRecord(
            self.trial, self.resample, *self.place, self.method, self.classifier, self.split, 0
        )

    def resample_record(self) -> ResampleRecord:
        made = not self.resample_fails
        columns: dict[str, Any] = {
            "digest": self.resample, "split": self.split_digest, "method": self.method, "params": "{}",
            "source": "oversample-bench 0.1.0", "spec": "{}", "status": "ok" if made else "failed",
            "stage": "" if made else "resample", "kind": "" if made else "ValueError",
            "reason": "" if made else "too few",
            "traceback": "" if made else f"Traceback <b>{self.resample}</b>",
            "n_real": 100 if made else None, "n_dropped": 0, "n_new": 60, "n_copies": 0, "n_new_majority": 0,
            "n_requested": 60, "realised_ratio": 1.0, "fallback": "", "flags": self.flags,
            "fidelity_precision": self.fidelity[0] if self.fidelity else None,
            "fidelity_coverage": self.fidelity[1] if self.fidelity else None,
            "fit_seconds": 0.25 * (1 + len(self.method) % 3), "peak_mib": 12.0,
            "run": 1,
        }  # fmt: skip
        return ResampleRecord(self.resample, columns)

    def trial_record(self) -> TrialRecord:
        scores = {} if self.resample_fails or isinstance(self.scores, str) else self.scores
        status = "upstream" if self.resample_fails else "ok" if scores else "failed"
        failed = status == "failed"
        columns = {
            "digest": self.trial, "resample": self.resample, "classifier": self.classifier, "params": "{}",
            "source": "oversample-bench 0.1.0", "status": status,
            "stage": "trial" if failed else "", "kind": "RuntimeError" if failed else "",
            "reason": str(self.scores) if failed else "",
            "traceback": "Traceback\n  of a trial" if failed else "", "trial_seconds": 0.5, "run": 1,
        }  # fmt: skip
        bins = self.bins if scores else ""
        return TrialRecord(self.trial, columns, scores, dict.fromkeys(scores, "builtin"), bins)


def store(
    folder: Path, made: Iterable[Made], metrics: Mapping[str, bool] = METRICS, **options: object
) -> Path:
    """Write a store whose run has fixed times, and return its folder."""
    ledger, made = Ledger(folder), list(made)
    environment = {"python": "3.11", "versions": {"numpy": "2.4"}}
    ledger.begin(RunRecord("toy", "d1g3st", "name: toy", options, metrics, "serial", 2, environment))
    for name in {trial.place[0] for trial in made}:
        ledger.remember_dataset(f"stamp of {name}", f"print of {name}", {"n_rows": 120, "source": "KEEL"})
    drawn: set[str] = set()
    for trial in made:
        if trial.scores == "":
            continue
        if trial.resample not in drawn:
            split = SplitRecord(
                trial.split_digest, f"print of {trial.place[0]}", trial.split, *SIZES, 0.25, 0, 0
            )
            ledger.add_resample(trial.resample_record(), split)
            drawn.add(trial.resample)
        ledger.add_trial(trial.trial_record())
    ledger.set_plan([trial.planned() for trial in made])
    ledger.connection.execute(
        "UPDATE runs SET status = 'finished', started = '2026-01-01T00:00', finished = '2026-01-01T00:01'"
    )
    ledger.close()
    return folder


def html_of(folder: Path, *, figures: bool = True) -> str:
    """Return the page of a run, with its figures or without."""
    results = read(folder)
    made = contents(results)
    return document(made, gallery(results, made.told, made.files) if figures else None)


def paired(gains: Mapping[str, list[float]], metric: str = "mcc") -> list[Made]:
    """Return one trial of none at 0.5, and one of smote off by each gain, a split each, by data set."""
    return [
        Made(
            (dataset, "natural"), method, "tree", split, {metric: 0.5 + (gain if method == "smote" else 0.0)}
        )
        for dataset, values in gains.items()
        for method in ("none", "smote")
        for split, gain in enumerate(values)
    ]


def varied(n_sets: int = 4) -> list[Made]:
    """Return a run with two ratios, failures, flags and trials that have not been run."""
    generator = np.random.default_rng(0)
    trials = []
    for dataset, ratio, method, classifier, split in product(
        range(n_sets), ("0.01", "0.1"), ("none", "random", "smote"), ("tree", "knn"), range(3)
    ):
        mcc = (
            0.3 + 0.1 * dataset + 0.05 * ("none", "random", "smote").index(method) + generator.normal(0, 0.02)
        )
        scores: Mapping[str, float] | str = {"mcc": float(mcc), "brier": float(1 - mcc)}
        if (dataset, method, classifier, split) == (0, "smote", "knn", 0):
            scores = "no neighbours"
        if dataset == n_sets - 1 and split == 2:
            scores = ""
        flags = "copies" if method == "random" else ""
        fails = (dataset, ratio, method, split) == (1, "0.1", "random", 1)
        trials.append(Made((f"set{dataset}", ratio), method, classifier, split, scores, flags, fails))
    return trials


def binned(generator: np.random.Generator, rows: int) -> str:
    """Return ten bins of predicted probabilities, of which the minority is about half as many."""
    told = [(rows, (at + generator.random()) * rows / 10, round(at * rows / 20)) for at in range(10)]
    return json.dumps(told)


def rich(n_sets: int = 6) -> list[Made]:
    """Return a run that has something for every figure.

    Six data sets at two ratios, four methods and two classifiers, of which only tree predicts probabilities;
    ``none`` makes no rows, and ``smote`` none in the first data set.
    """
    generator = np.random.default_rng(2)
    methods = ("none", "random", "smote", "adasyn")
    resamples = product(range(n_sets), "12", methods[1:], range(3))
    shares = {key: (generator.random(), generator.random()) for key in resamples}
    return [
        Made(
            (f"set{at}", f"0.0{ratio}"), method, classifier, split,
            {name: float(generator.normal(0.5 + 0.1 * methods.index(method), 0.1)) for name in METRICS},
            bins=binned(generator, 20 + split) if classifier == "tree" else "",
            fidelity=None if (at, method) == (0, "smote") else shares.get((at, ratio, method, split)),
        )
        for at, ratio, method, classifier, split in product(
            range(n_sets), "12", methods, ("knn", "tree"), range(3)
        )
    ]  # fmt: skip


def large() -> list[Made]:
    """Return 10,000 trials with five metrics, each a cell of its own: no page of so many is larger.

    All of them leave probabilities, and all resamples are compared with withheld rows.
    """
    generator = np.random.default_rng(1)
    return [
        Made(
            (f"set_number_{at}", "0.001"),
            f"method_{method}",
            f"classifier_{classifier}",
            0,
            dict(zip(FIVE, generator.random(len(FIVE)).tolist(), strict=True)),
            bins=binned(generator, 1000),
            fidelity=(0.1234 + 0.001 * at, 0.5432 + 0.01 * method),
        )
        for at, method, classifier in product(range(200), range(10), range(5))
    ]


def write_large_page(folder: Path) -> None:
    """Write ``page.html`` of `large` into a folder."""
    store(folder, large(), dict.fromkeys(FIVE, True))
    (folder / "page.html").write_text(html_of(folder), encoding="utf-8", newline="\n")

"""The first report and the export, from stores that are written by hand."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from markdown_it import MarkdownIt
from rich.console import Console
from scipy.stats import rankdata

from oversample_bench.analysis.results import read
from oversample_bench.core.errors import UsageError
from oversample_bench.report import terminal_answer, trials, write_export, write_report
from oversample_bench.report.contents import contents
from oversample_bench.report.table import Table
from oversample_bench.report.writers import markdown
from oversample_bench.store import (
    FILE_NAME,
    Ledger,
    PlannedRecord,
    ResampleRecord,
    RunRecord,
    SplitRecord,
    TrialRecord,
)

METRICS = {"mcc": True, "brier": False}


@dataclass(frozen=True)
class Case:
    """A planned trial and what became of it; ``status`` and ``draw_status`` of "" stand for no row."""

    scores: Mapping[str, float | None] = field(default_factory=dict)
    dataset: str = "ecoli1"
    ratio: str = "natural"
    method: str = "none"
    classifier: str = "tree"
    split: int = 0
    seed: int = 0
    status: str = "ok"
    reason: str = ""
    resample_status: str = "ok"
    resample_reason: str = ""
    flags: str = ""
    fallback: str = ""
    fidelity: float | None = None
    notes: str = ""
    reasons: Mapping[str, str] = field(default_factory=dict)

    @property
    def place(self) -> str:
        return f"{self.dataset}/{self.ratio}/{self.split}"

    @property
    def resample(self) -> str:
        return f"{self.place}/{self.method}/{self.seed}"

    @property
    def trial(self) -> str:
        return f"{self.resample}/{self.classifier}"

    def planned(self) -> PlannedRecord:
        return PlannedRecord(
            self.trial,
            self.resample,
            self.dataset,
            self.ratio,
            self.method,
            self.classifier,
            self.split,
            self.seed,
        )

    def split_record(self) -> SplitRecord:
        return SplitRecord(self.place, f"print of {self.dataset}", 7, 200, 20, 5, 50, 6, 0.1, 2, 3)

    def resample_record(self) -> ResampleRecord:
        made = self.resample_status == "ok"
        columns = {
            "digest": self.resample, "split": self.place, "method": self.method, "params": "{}", "source":
            "oversample-bench 0.1.0", "spec": "{}", "status": self.resample_status, "stage": "" if made else
            "resample", "kind": "" if made else "ValueError", "reason": self.resample_reason, "traceback": ""
            if made else f"Traceback of {self.resample}", "n_real": 220 if made else None, "n_dropped": 1 if
            made else None, "n_new": 180 if made else None, "n_copies": 4 if made else None, "n_new_majority":
            0 if made else None, "n_requested": 180 if made else None, "realised_ratio": 1.0 if made else
            None, "fallback": self.fallback, "flags": self.flags, "fidelity_precision": self.fidelity,
            "fit_seconds": 0.25, "peak_mib": 12.0, "run": 1,
        }  # fmt: skip
        return ResampleRecord(self.resample, columns)

    def trial_record(self) -> TrialRecord:
        good = self.status == "ok"
        columns = {
            "digest": self.trial, "resample": self.resample, "classifier": self.classifier, "params": "{}",
            "source": "oversample-bench 0.1.0", "status": self.status, "stage": "" if good else "trial",
            "kind": "" if good else "RuntimeError", "reason": self.reason,
            "traceback": "" if good else f"Traceback of {self.trial}", "trial_seconds": 0.5, "run": 1,
            "notes": self.notes,
        }  # fmt: skip
        sources = dict.fromkeys(self.scores, "builtin")
        return TrialRecord(self.trial, columns, self.scores, sources, "", self.reasons)


def store(
    folder: Path,
    cases: Iterable[Case],
    metrics: Mapping[str, bool] = METRICS,
    status: str = "finished",
    **options: object,
) -> Path:
    """Write a store whose run began and ended at fixed times, and return its folder."""
    ledger, cases = Ledger(folder), list(cases)
    environment = {"python": "3.11.7", "versions": {"numpy": "2.4"}, "threads": {}, "plugins": ["a", "b"]}
    run = ledger.begin(RunRecord("toy", "d1g3st", "name: toy", options, metrics, "serial", 2, environment))
    for name in {case.dataset for case in cases}:
        card = {"n_rows": 276, "n_features": 6, "source": "KEEL", "licence": "CC BY"}
        ledger.remember_dataset(f"stamp of {name}", f"print of {name}", card)
    for case in cases:
        if case.resample_status:
            ledger.add_resample(case.resample_record(), case.split_record())
        if case.status:
            ledger.add_trial(case.trial_record())
    ledger.set_plan([case.planned() for case in cases])
    ledger.connection.execute(
        "UPDATE runs SET status = ?, started = '2026-01-01T00:00:00+00:00', finished = ? WHERE id = ?",
        (status, None if status == "running" else "2026-01-01T00:01:00+00:00", run),
    )
    ledger.close()
    return folder


def scored(values: Iterable[float | None], metric: str = "mcc", **fields: str) -> list[Case]:
    """Return one good trial a value, on one split each."""
    return [
        replace(Case(), scores={metric: value}, split=split, **fields)  # type: ignore[arg-type]  # fields are labels
        for split, value in enumerate(values)
    ]


def report(folder: Path) -> str:
    return write_report(folder, figures=False).read_text(encoding="utf-8")


def tables(folder: Path) -> dict[str, Table]:
    """Return every table of the report, those that only the page shows too."""
    return {table.name: table for table in contents(read(folder)).tables}


def lines(table: Table) -> dict[str, list[str]]:
    """Return what stands in each line of a table, under its first column."""
    return {
        row.cells[0].text: [" ".join(filter(None, [one.text + one.marks, one.note])) for one in row.cells]
        for row in table.rows
    }


def best(table: Table) -> list[list[str]]:
    """Return what is set in bold, line by line."""
    return [[one.text for one in row.cells if one.best] for row in table.rows]


def terminal(folder: Path, width: int) -> str:
    """Return what a terminal of this width shows of a run."""
    console = Console(width=width, force_terminal=False)
    with console.capture() as capture:
        for part in terminal_answer(folder, "mcc", console):
            console.print(part)
    return capture.get()


def rendered(text: str) -> str:
    return str(MarkdownIt("commonmark").enable("table").render(text))


def test_a_cell_is_the_mean_and_the_sample_deviation_of_its_scores(tmp_path: Path) -> None:
    """A cell holds numpy's mean and standard deviation (ddof=1) over splits and seeds."""
    values = [0.25, 0.5, 0.875]
    folder = store(tmp_path, scored(values) + scored([0.1, 0.1, 0.4], method="smote"), {"mcc": True})

    write_report(folder, figures=False)
    table = pd.read_csv(folder / "tables" / "scores_mcc.csv")

    made = tables(folder)["scores_mcc"]
    assert lines(made)["ecoli1"][2] == f"{np.mean(values):.3f} ± {np.std(values, ddof=1):.3f}"
    assert best(made) == [[lines(made)["ecoli1"][2]]]
    assert table["mean"].tolist() == pytest.approx([np.mean(values), 0.2], rel=0, abs=1e-15)
    assert table["sd"].tolist() == pytest.approx([np.std(values, ddof=1), np.sqrt(0.03)], rel=0, abs=1e-15)
    assert table[["n", "n_planned"]].to_numpy().tolist() == [[3, 3], [3, 3]]
    assert "3 trials a cell where it says nothing else" in made.notes[0]


@pytest.mark.quick
def test_a_failed_trial_never_enters_a_mean(tmp_path: Path) -> None:
    """A trial that did not succeed has no score in any table, even if the store has kept one."""
    good, bad = (
        scored([0.8, 0.6]),
        replace(Case(), split=2, status="failed", reason="no", scores={"mcc": 0.0}),
    )
    folder = store(tmp_path, [*good, bad], {"mcc": True})

    assert lines(tables(folder)["scores_mcc"])["ecoli1"][2] == "0.700 ± 0.141 n = 2 of 3 (1 failed)"
    assert trials(folder)["mcc"].isna().tolist() == [False, False, True]


def test_the_best_of_a_row_is_bold_whichever_way_the_metric_points(tmp_path: Path) -> None:
    """Higher is bold for a score, lower for a loss, and ties are bold together."""
    methods = {"none": (0.5, 0.2), "smote": (0.7, 0.1), "adasyn": (0.7, 0.3)}
    cases = [Case({"mcc": mcc, "brier": loss}, method=name) for name, (mcc, loss) in methods.items()]
    folder = store(tmp_path, cases)

    text = report(folder)

    found = [pd.read_csv(folder / "tables" / f"scores_{name}.csv")["best"].tolist() for name in METRICS]
    assert found == [[False, True, True], [False, True, False]]
    assert best(tables(folder)["scores_mcc"]) == [["0.700", "0.700"]]
    assert best(tables(folder)["sets_brier"]) == [["0.100"]]
    assert re.search(r"\| ecoli1 +\| +0.500 \| \*\*0.700\*\* \| \*\*0.700\*\* \|", text)


def test_a_mean_over_survivors_does_not_win(tmp_path: Path) -> None:
    """A cell with fewer trials than the fullest of its row is not the best, however high its mean."""
    lost = replace(Case(), method="smote", split=1, status="timeout", reason="too slow")
    cases = [*scored([0.4, 0.4]), *scored([0.9], method="smote"), lost]

    made = tables(store(tmp_path, cases, {"mcc": True}))

    assert best(made["scores_mcc"]) == [["0.400 ± 0.000"]]
    assert lines(made["scores_mcc"])["ecoli1"][3] == "0.900 n = 1 of 2 (1 timed out)"
    assert lines(made["sets_mcc"])["ecoli1"] == ["ecoli1", "0.400", "–"]


def test_equal_scores_tie_whatever_the_order_in_which_they_are_added_up(tmp_path: Path) -> None:
    """Rounding in the last digit of a mean decides neither a best nor a rank."""
    values = [0.1, 0.2, 0.3, 0.7]
    cases = [
        case
        for name in ("ecoli1", "yeast4")
        for case in scored(values, dataset=name) + scored(values[::-1], method="smote", dataset=name)
    ]
    folder = store(tmp_path, cases, {"mcc": True})

    write_report(folder, figures=False)

    assert pd.read_csv(folder / "tables" / "scores_mcc.csv")["best"].tolist() == [True] * 4
    assert pd.read_csv(folder / "tables" / "ranks_mcc.csv")["mean_rank"].tolist() == [1.5] * 2


def test_a_half_finished_run_says_how_far_it_is_and_how_to_go_on(tmp_path: Path) -> None:
    """Coverage stands on top, pending trials are counted, and the command to go on is there."""
    waiting = [replace(Case(), method="smote", split=i, status="", resample_status="") for i in range(2)]
    folder = store(tmp_path, [*scored([0.4, 0.6]), *waiting], {"mcc": True}, status="running")

    text = report(folder)

    assert "- 2 of 4 trials done (50 %), none failed, 2 not yet run.\n" in text
    assert "`bench run SUITE --out DIR`" in text
    assert re.search(r"\| ecoli1 +\| +2/2 \| +0/2 \|", text)
    assert lines(tables(folder)["scores_mcc"])["ecoli1"][3] == "– not yet run"
    assert "no two pairs have trials on the same data yet" in text
    assert len(trials(folder)) == 2


def test_a_share_is_rounded_down(tmp_path: Path) -> None:
    """A run that lacks one trial of many is not told as 100 % done."""
    waiting = replace(Case(), split=999, status="", resample_status="")

    text = report(store(tmp_path, [*scored([0.5] * 299), waiting], {"mcc": True}))

    assert "299 of 300 trials done (99 %), none failed, 1 not yet run." in text


def test_a_whole_run_needs_no_coverage_table(tmp_path: Path) -> None:
    """When all is done, one line says so and nothing failed."""
    text = report(store(tmp_path, scored([0.4, 0.6]), {"mcc": True}))

    assert "- 2 of 2 trials done (100 %), none failed.\n" in text
    assert "Trials done, of those planned" not in text
    assert "No trial failed." in text
    assert "bench run" not in text


def test_a_run_in_which_all_failed_has_a_report(tmp_path: Path) -> None:
    """Cells say that all failed; no mean, rank or best comes from nothing."""
    cases = [
        replace(Case(), method=method, split=split, status="failed", reason="boom")
        for method in ("none", "smote")
        for split in range(2)
    ]
    folder = store(tmp_path, cases, {"mcc": True})

    text = report(folder)

    assert lines(tables(folder)["scores_mcc"])["ecoli1"][2:] == ["– failed", "– failed"]
    assert "0 of 4 trials done (0 %), 4 failed." in text
    assert not pd.read_csv(folder / "tables" / "scores_mcc.csv")["best"].any()
    assert not (folder / "tables" / "ranks_mcc.csv").exists()
    assert re.search(r"\bnan\b", text, re.IGNORECASE) is None


def test_one_method_is_neither_best_nor_ranked(tmp_path: Path) -> None:
    """With nothing to compare there is no bold cell and no rank, and the answer says so."""
    folder = store(tmp_path, scored([0.4, 0.6]), {"mcc": True})

    text = report(folder)

    assert lines(tables(folder)["scores_mcc"])["ecoli1"][2] == "0.500 ± 0.141"
    assert not any(map(any, map(best, tables(folder).values())))
    assert "**By MCC: there is one method, and nothing to compare it with.**" in text
    assert "rank" not in text.partition("## ")[2].partition("In report.html")[0]


def test_one_value_has_no_deviation(tmp_path: Path) -> None:
    """A cell of one split shows its value alone."""
    made = tables(store(tmp_path, scored([0.25]), {"mcc": True}, digits=2))

    assert lines(made["scores_mcc"])["ecoli1"][2] == "0.25"


def test_a_metric_without_value_says_why(tmp_path: Path) -> None:
    """A classifier that lacks what the metric needs leaves a dash and a reason, and is not ranked."""
    cases = [
        Case(
            {"brier": None if classifier == "linear_svc" else 0.1}, name, method=method, classifier=classifier
        )
        for name in ("ecoli1", "yeast4")
        for method in ("none", "smote")
        for classifier in ("linear_svc", "tree")
    ]
    folder = store(tmp_path, cases, {"brier": False})

    write_report(folder, figures=False)
    ranks = pd.read_csv(folder / "tables" / "ranks_brier.csv")
    scores = tables(folder)["scores_brier"]

    assert scores.rows[0].cells[2].note == "no such output"
    assert any(note.startswith("no such output: the classifier gives nothing") for note in scores.notes)
    assert ranks.set_index(["classifier", "method"])["n_sets"].to_dict() == {
        ("tree", "none"): 2, ("tree", "smote"): 2, ("(all)", "none"): 2, ("(all)", "smote"): 2,
    }  # fmt: skip


def test_a_metric_that_was_asked_for_later_is_not_yet_scored(tmp_path: Path) -> None:
    """A done trial without an entry for a metric waits for it; it is no missing output."""
    folder = store(tmp_path, scored([0.4, 0.6]))

    assert "2 of those done lack a metric of this report." in report(folder)
    assert lines(tables(folder)["scores_brier"])["ecoli1"][2] == "– not yet scored"


def test_each_ratio_has_its_lines(tmp_path: Path) -> None:
    """Several ratios are told apart; one alone is not a column."""
    cases = [Case({"mcc": 0.5}, ratio=ratio) for ratio in ("natural", "0.01")]

    several = tables(store(tmp_path / "several", cases, {"mcc": True}))["scores_mcc"]
    one = tables(store(tmp_path / "one", cases[:1], {"mcc": True}))["scores_mcc"]

    assert [row.cells[1].text for row in several.rows] == ["natural", "0.01"]
    assert [column.title for column in one.columns] == ["data set", "classifier", "none"]


def test_notes_of_trials_are_marked_in_their_own_cells(tmp_path: Path) -> None:
    """A note stands in the cells of its classifier, behind flags of resamples; the legend counts trials."""
    cases = [
        Case({"mcc": 0.5}, flags="copies, unseeded", notes="not converged, unseeded"),
        Case({"mcc": 0.5}, split=1, notes="not converged"),
        Case({"mcc": 0.5}, classifier="forest", flags="copies, unseeded"),
        Case({"mcc": 0.5}, classifier="forest", split=1),
        Case({}, split=2, status="failed", reason="no"),
    ]
    folder = store(tmp_path, cases, {"mcc": True})
    write_report(folder, figures=False)
    made = tables(folder)["scores_mcc"]
    told = "\n".join(made.notes)

    assert made.rows[0].cells[2].marks == "ᶜⁱʳ"
    assert "ⁱ not converged: a fit ended before it converged – tree in 2 of 2 trials (ecoli1)" in told
    assert "no seed – none in 1 of 3 resamples (ecoli1); tree in 1 of 2 trials (ecoli1)" in told
    flags = pd.read_csv(folder / "tables" / "scores_mcc.csv").set_index("classifier")["flags"]
    assert flags["tree"] == "copies, not converged, unseeded"
    assert flags["forest"] == "copies, unseeded"


def test_a_metric_that_failed_is_told_with_its_reasons(tmp_path: Path) -> None:
    """Its cells count what was not computed, the failures group the reasons; other metrics are whole."""
    not_finite = "it returned nan; expected a finite number"
    cases = [
        Case({"mcc": 0.5, "gmean": None}, reasons={"gmean": "ValueError: no room"}),
        Case({"mcc": 0.5, "gmean": None}, split=1, reasons={"gmean": not_finite}),
        Case({"mcc": 0.5, "gmean": 0.25}, split=2),
        Case({"mcc": 0.5, "gmean": None}, split=3),
    ]
    folder = store(tmp_path, cases, {"mcc": True, "gmean": True})
    text = report(folder)
    failures = re.sub(" +", " ", text.partition("## What failed?")[2])
    made = tables(folder)

    assert (
        "4 of 4 trials done (100 %), none failed. In 2 of those done a metric failed (see What failed?)."
        in text
    )
    assert lines(made["scores_gmean"])["ecoli1"][2] == "0.250 n = 1 of 4 (2 not computed, 1 no such output)"
    assert lines(made["scores_mcc"])["ecoli1"][2] == "0.500 ± 0.000"
    assert "Scores that are empty since their metric failed: gmean 2 of 4." in failures
    assert "| metric | no number | gmean | ValueError: no room |" in failures
    assert f"| metric | no number | gmean | {not_finite} |" in failures


def test_flags_are_marked_in_the_cells_and_told_below(tmp_path: Path) -> None:
    """A cell carries the mark of each flag of its resamples; the legend has those marks only, with counts."""
    cases = [
        *scored([0.5, 0.5], method="none"),
        Case({"mcc": 0.4}, method="glgan", flags="nothing new, dropped", fallback="1 neighbour"),
        Case({"mcc": 0.4}, method="glgan", split=1, flags="dropped"),
    ]
    folder = store(tmp_path, cases, {"mcc": True})

    text = report(folder)
    made = tables(folder)["scores_mcc"]

    assert lines(made)["ecoli1"][3] == "0.400 ± 0.000ⁿᵈ"
    assert (
        "ⁿ nothing new: the sampler was asked for minority rows and made none – glgan in 1 of 2 resamples"
        " (ecoli1)" in made.notes
    )
    assert "ᵈ dropped: real training rows were left out – glgan in 2 of 2 resamples (ecoli1)" in made.notes
    assert "ᶜ" not in " ".join(made.notes)
    assert "- glgan, 1 resample: 1 neighbour (ecoli1)" in text
    scores = pd.read_csv(folder / "tables" / "scores_mcc.csv")
    assert scores["flags"].tolist()[1] == "nothing new, dropped"


def test_flags_are_counted_of_all_resamples(tmp_path: Path) -> None:
    """The share of flagged resamples is of all resamples of the method, other sets and ratios included."""
    cases = [
        Case({"mcc": 0.5}, method="smote", flags="copies"),
        Case({"mcc": 0.5}, method="smote", dataset="yeast4"),
        Case({"mcc": 0.5}, method="smote", dataset="yeast4", split=1),
        Case({"mcc": 0.5}, method="smote", dataset="yeast4", ratio="0.01"),
    ]

    made = tables(store(tmp_path, cases, {"mcc": True}))

    assert (
        "ᶜ copies: some new rows equal a real one in every feature – smote in 1 of 4 resamples (ecoli1)"
        in made["scores_mcc"].notes
    )
    assert lines(made["flags"])["copies"][1:] == ["smote", "1 of 4 resamples", "ecoli1 (natural) 1 of 1"]


def test_skipped_is_explained_where_it_stands(tmp_path: Path) -> None:
    """A cell that says skipped has a line below that says what it means; without one there is none."""
    whole = [Case({"mcc": 0.5}), Case({"mcc": 0.5}, method="smote")]
    short = [whole[0], Case(method="smote", status="skipped", reason="takes no weights")]

    told = [
        "\n".join(tables(store(tmp_path / name, cases, {"mcc": True}))["scores_mcc"].notes)
        for name, cases in (("a", short), ("b", whole))
    ]

    assert "skipped: there is no such combination" in told[0]
    assert "skipped:" not in told[1]


@pytest.mark.quick
def test_mean_ranks_are_those_of_scipy_over_whole_rows(tmp_path: Path) -> None:
    """Ranks average ties within a row; rows that are not whole are left out by name, or imputed as worst."""
    methods, means = (
        ("none", "smote", "adasyn"),
        np.array([[0.5, 0.7, 0.7], [0.9, 0.2, 0.4], [0.1, 0.8, 0.3]]),
    )
    cases = [
        Case({"mcc": value}, dataset=f"set{i}", method=method)
        for i, row in enumerate(means)
        for method, value in zip(methods, row, strict=True)
    ]
    cases[-2] = replace(cases[-2], status="failed", scores={}, reason="boom")
    folder = store(tmp_path, cases, {"mcc": True})

    write_report(folder, figures=False)
    ranks = pd.read_csv(folder / "tables" / "ranks_mcc.csv")

    whole = [rankdata(-row) for row in means[:2]]
    imputed = [*whole, rankdata(-np.array([0.1, -np.inf, 0.3]))]
    assert ranks["mean_rank"].tolist() == np.mean(whole, axis=0).tolist()
    assert ranks["mean_rank_imputed"].tolist() == pytest.approx(np.mean(imputed, axis=0).tolist())
    assert ranks[["n_sets", "n_sets_imputed", "left_out"]].drop_duplicates().to_numpy().tolist() == [
        [2, 3, "set2"]
    ]
    assert any("set2" in note for note in tables(folder)["ranks_mcc"].notes)


def test_rows_that_wait_are_not_imputed(tmp_path: Path) -> None:
    """A method that has not been run yet does not get the worst rank for it."""
    waiting = Case(dataset="yeast4", method="smote", status="", resample_status="")
    cases = [
        *(Case({"mcc": 0.5}, name, method=method) for name in ("a", "b") for method in ("none", "smote")),
        Case({"mcc": 0.5}, "yeast4"),
        waiting,
    ]
    folder = store(tmp_path, cases, {"mcc": True})

    write_report(folder, figures=False)

    assert pd.read_csv(folder / "tables" / "ranks_mcc.csv")["n_sets_imputed"].tolist() == [2, 2]


@pytest.mark.quick
def test_a_failed_resample_is_told_once_with_the_trials_that_it_cost(tmp_path: Path) -> None:
    """Trials upstream of a failed resample are no failures of their own."""
    bad = Case(
        method="adasyn", resample_status="failed", resample_reason="no neighbours | at all", status="upstream"
    )
    cases = [replace(bad, classifier=name) for name in ("tree", "knn", "mlp")]
    own = Case(method="none", classifier="mlp", status="crashed", reason="signal 9")
    folder = store(tmp_path, [*cases, own], {"mcc": True})

    text = report(folder)
    failures = pd.read_csv(folder / "tables" / "failures.csv", keep_default_na=False)

    assert failures[["method", "classifier", "trials_lost"]].to_numpy().tolist() == [
        ["adasyn", "", 3],
        ["none", "mlp", 1],
    ]
    assert "Resamples that did not succeed: 1, at the cost of 3 trials." in text
    assert r"ValueError: no neighbours \| at all" in text
    assert f"Traceback of {bad.resample}\n" in text
    assert f"Traceback of {own.trial}\n" in text
    assert f"Traceback of {cases[1].trial}" not in text


def test_the_resamples_are_summed_by_method(tmp_path: Path) -> None:
    """Counts are sums over good resamples, and each resample has a row in the CSV file."""
    cases = [Case({"mcc": 0.5}, split=split, fidelity=0.25 * split) for split in range(3)]
    folder = store(tmp_path, [*cases, Case(split=3, resample_status="oom", status="upstream")], {"mcc": True})

    write_report(folder, figures=False)
    made = tables(folder)

    assert lines(made["resamples"])["none"] == ["none", "3 of 4", "660", "3", "540", "12", "1", "0.25 (0.25)"]
    assert lines(made["fidelity"])["none"][:3] == ["none", "3", "0.250"]
    assert pd.read_csv(folder / "tables" / "resamples.csv")["status"].tolist() == ["ok"] * 3 + ["oom"]


def test_the_data_and_the_foot_tell_where_numbers_come_from(tmp_path: Path) -> None:
    """Each set has its sizes, source and licence; suite, versions, times and runs are told."""
    folder = store(tmp_path, scored([0.4, 0.6]), {"mcc": True}, title="A *title*")

    text, page = report(folder), (folder / "report.html").read_text(encoding="utf-8")
    made = tables(folder)

    assert text.startswith("# A \\*title\\*\n")
    assert lines(made["data"])["ecoli1"] == [
        "ecoli1", "natural", "276", "6", "–", "200", "20", "5", "50", "6", "0.1", "2", "3",
    ]  # fmt: skip
    assert lines(made["sources"])["ecoli1"] == ["ecoli1", "KEEL", "CC BY"]
    assert "Suite toy (d1g3st), 2026-01-01T00:01:00+00:00, serial with 2 workers; 0 failures." in text
    for told in ("suite digest", "versions.numpy", "seconds of trials", "2026-01-01T00:00:00+00:00"):
        assert told in page
    assert "Made by <code>bench report DIR</code>" in page or "Made by `bench report DIR`" in page


HOSTILE = [
    "a|b",
    "*bold* _it_",
    "<script>alert(1)</script>",
    'say "x" `y`',
    "two\nlines\r\n",
    "# head",
    "[a](b)",
    "1. x",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_no_name_breaks_the_tables(tmp_path: Path, name: str) -> None:
    """Names appear as they are, in one cell of the rendered page; CSV gives them back."""
    broken = Case(dataset=name, method=name, classifier=name, split=1, status="failed", reason=name)
    cases = [Case({name: 0.5}, name, name, name, name, fallback=name), broken]
    folder = store(tmp_path, cases, {name: True}, title=name)

    page = rendered("\n\n".join([report(folder), *map(markdown.written, tables(folder).values())]))

    for table in page.split("<table>")[1:]:
        rows = [row.count("<td") + row.count("<th") for row in table.split("</table>")[0].split("<tr>")[1:]]
        assert len(set(rows)) == 1
    plain = " ".join(name.split()).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert f"<td>{plain.replace(chr(34), '&quot;')}</td>" in page
    assert "<script" not in page
    assert trials(folder).loc[0, "dataset"] == name
    assert [path.name for path in (folder / "tables").iterdir() if path.is_dir()] == []


def test_metrics_have_files_of_their_own_whatever_they_are_called(tmp_path: Path) -> None:
    """No metric's table takes the place of another table or leaves the folder."""
    metrics = dict.fromkeys(["resamples", "failures", "../up", ".._up", "status", "ranks_mcc", "mcc"], True)
    folder = store(tmp_path / "run", [Case(dict.fromkeys(metrics, 0.5))], metrics)

    write_report(folder, figures=False)

    made = contents(read(folder)).frames
    assert len(made) == 2 + 4 * len(metrics)
    assert {path.stem for path in (folder / "tables").glob("*.csv")} == {*made}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["run"]
    assert list(trials(folder).columns[-7:]) == [
        "resamples", "failures", "../up", ".._up", "metric_status", "ranks_mcc", "mcc",
    ]  # fmt: skip


def test_the_same_store_gives_the_same_bytes(tmp_path: Path) -> None:
    """Report and tables are a function of the store, wherever it lies."""
    folders = [store(tmp_path / name, scored([0.4, 0.6]), {"mcc": True}) for name in ("a", "b")]
    write_report(folders[0], figures=False)

    written = [{path.name: path.read_bytes() for path in _files(folder)} for folder in folders]

    assert written[0] == written[1]
    assert sorted(written[0]) == [
        "appendix.tex", "costs_mcc.csv", "failures.csv", "pipelines_mcc.csv", "report.html", "report.md",
        "resamples.csv", "scores_mcc.csv", "sets_mcc.csv", "summary.tex", "tables.tex",
    ]  # fmt: skip


def test_old_tables_go_and_other_files_stay(tmp_path: Path) -> None:
    """Tables of a metric that an earlier run had are removed; what we did not write is not ours."""
    folder = store(tmp_path, scored([0.5]), {"mcc": True, "auroc": True})
    write_report(folder, figures=False)
    (folder / "tables" / "thesis.csv").write_text("mine")
    again = store(tmp_path, scored([0.5]), {"mcc": True})
    write_report(again, figures=False)

    assert (folder / "tables" / "thesis.csv").read_text() == "mine"
    assert not list((folder / "tables").glob("*auroc*"))


def _files(folder: Path) -> list[Path]:
    return [write_report(folder, figures=False), folder / "report.html", *(folder / "tables").iterdir()]


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_the_export_gives_back_every_bit_of_a_score(tmp_path: Path, suffix: str) -> None:
    """One row a trial with an outcome, in plan order; floats survive the file exactly."""
    values = [0.1 + 0.2, 1 / 3, 5e-324]
    bad = Case(
        split=3, resample_status="failed", resample_reason="no", status="upstream", reason="no resample"
    )
    waiting = Case(split=4, status="", resample_status="")
    folder = store(tmp_path / "run", [*scored(values), bad, waiting], {"mcc": True})
    target = tmp_path / "made" / f"trials{suffix}"

    count = write_export(folder, target)
    read = pd.read_csv(target, converters={"mcc": _number}) if suffix == ".csv" else pd.read_parquet(target)

    assert count == 4
    assert read["mcc"].tolist()[:3] == values
    assert np.isnan(read["mcc"].iloc[3])
    assert read["status"].tolist() == ["ok"] * 3 + ["upstream"]
    assert read["n_new"].isna().tolist() == [False] * 3 + [True]
    assert list(read.columns) == [
        "dataset", "ratio", "method", "classifier", "split", "seed", "status", "reason", "n_real",
        "n_dropped", "n_new", "n_copies", "n_mixed", "fallback", "flags", "notes", "realised_ratio",
        "fidelity_precision", "fidelity_recall", "fidelity_density", "fidelity_coverage", "fit_seconds",
        "trial_seconds", "peak_mib", "mcc",
    ]  # fmt: skip


def _number(text: str) -> float:
    return float(text or "nan")


def test_trials_of_an_earlier_plan_are_not_shown(tmp_path: Path) -> None:
    """Trials that an earlier suite left in the store are not shown, and labels are those of the plan."""
    folder = store(tmp_path, scored([0.4, 0.6]), {"mcc": True})
    ledger = Ledger(folder)
    ledger.set_plan([replace(Case().planned(), method="baseline")])
    ledger.close()

    assert trials(folder)[["method", "mcc"]].to_numpy().tolist() == [["baseline", 0.4]]


def test_an_export_to_another_suffix_is_refused(tmp_path: Path) -> None:
    """Only .csv and .parquet are offered, and the sentence says so."""
    folder = store(tmp_path, scored([0.5]), {"mcc": True})

    with pytest.raises(UsageError, match=r"neither CSV nor Parquet.*\.csv or \.parquet"):
        write_export(folder, tmp_path / "trials.xlsx")


def test_a_file_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    """A target that is a folder is refused, and nothing half-written is left."""
    folder = store(tmp_path / "run", scored([0.5]), {"mcc": True})
    (tmp_path / "out" / "taken.csv").mkdir(parents=True)

    with pytest.raises(UsageError, match=r"taken\.csv' could not be used: there is a folder of that name"):
        write_export(folder, tmp_path / "out" / "taken.csv")

    assert [path.name for path in (tmp_path / "out").iterdir()] == ["taken.csv"]


def test_a_folder_of_no_run_is_refused(tmp_path: Path) -> None:
    """A folder without a store is told what makes one."""
    with pytest.raises(UsageError, match="not the folder of a run"):
        write_report(tmp_path)


def test_an_empty_store_is_refused(tmp_path: Path) -> None:
    """A store in which nothing is planned has nothing to report."""
    Ledger(tmp_path).close()

    with pytest.raises(UsageError, match="is empty"):
        write_report(tmp_path)


def test_a_store_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    """A newer store is left alone, and the sentence says what to upgrade."""
    ledger = Ledger(store(tmp_path, scored([0.5]), {"mcc": True}))
    ledger.connection.execute("PRAGMA user_version = 99")
    ledger.close()

    with pytest.raises(UsageError, match="newer oversample-bench"):
        write_report(tmp_path)


def test_a_damaged_store_is_refused(tmp_path: Path) -> None:
    """A file that is a store no more is a sentence, not a traceback."""
    path = store(tmp_path, scored([0.5] * 50), {"mcc": True}) / FILE_NAME
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))

    with pytest.raises(UsageError, match="cannot be read as a store"):
        write_report(tmp_path)


def test_the_terminal_shows_the_table_and_the_answer_of_the_report(tmp_path: Path) -> None:
    """The lines of the table of methods and those of the answer are those of report.md."""
    cases = [
        *scored([0.4, 0.6]),
        *scored([0.9, 0.8], method="smote", flags="copies"),
        Case(method="adasyn", status="failed", reason="boom"),
    ]
    folder = store(tmp_path, cases, {"mcc": True})

    shown, text = terminal(folder, 200), report(folder)

    made = tables(folder)["methods_mcc"]
    for row in made.rows:
        told = [f"{one.text} {one.note}".strip() for one in row.cells]
        line = next(line for line in shown.splitlines() if line.startswith(f"│ {told[0]} "))
        assert [part.strip() for part in line.strip("│").split("│")] == told
    for line in contents(read(folder)).answer:
        assert line in " ".join(shown.split())
        assert line in text.replace("\\", "")


def test_the_terminal_refuses_a_metric_that_the_run_has_not(tmp_path: Path) -> None:
    """An unknown metric is answered with the nearest name."""
    folder = store(tmp_path, scored([0.5]), {"mcc": True})

    with pytest.raises(UsageError, match="Did you mean 'mcc'"):
        list(terminal_answer(folder, "mc", Console()))


def test_importing_the_package_leaves_pandas_alone() -> None:
    """The command line pays for pandas when a report is made, not before."""
    code = (
        "import sys, oversample_bench.report; print(sorted({'pandas', 'rich', 'pyarrow'} & set(sys.modules)))"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


def test_a_narrow_terminal_leaves_columns_out_and_names_them(tmp_path: Path) -> None:
    """Where the table does not fit, the last columns go; no cell is cut, and what is missing is said."""
    cases = [*scored([0.4, 0.6]), *scored([0.9, 0.8], method="smote")]
    folder = store(tmp_path, cases, {"mcc": True})

    shown = terminal(folder, 45)

    assert max(map(len, shown.splitlines())) <= 45
    assert "│ smote " in shown
    assert "0.850" in shown
    assert "…" not in shown
    assert "No room for gain over none [95 %]" in " ".join(shown.split())

"""Rules of the report that hold for any store and any name."""

from __future__ import annotations

import html
import random
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from oversample_bench.analysis import rank_tests, results, score_cells
from oversample_bench.report import write_report
from oversample_bench.report.contents import contents
from oversample_bench.report.figures import gallery
from oversample_bench.report.html import document
from oversample_bench.report.table import Cell, Row, Table, titled
from oversample_bench.report.writers import markdown
from oversample_bench.store import Ledger, PlannedRecord, ResampleRecord, RunRecord, SplitRecord, TrialRecord

METHODS = ("none", "smote", "adasyn")
SPLITS = 3
FEW = settings(max_examples=15, deadline=None)  # each example writes a store
QUICK = settings(deadline=None)  # the machine may be busy with other tests

Outcome = float | str | None  # a score, a status, or no row at all
outcomes = st.one_of(
    st.sampled_from([0.25, 0.5, 0.75]),
    st.floats(-1, 1),
    st.sampled_from(["failed", "timeout", "no output", None]),
)
grids = st.lists(outcomes, min_size=6 * len(METHODS), max_size=6 * len(METHODS))  # two sets, three splits


def write(
    folder: Path,
    grid: Sequence[Outcome],
    order: random.Random | None = None,
    planned: Sequence[bool] = (),
    control: str = "",
) -> Path:
    """Write two sets x three splits x three methods with these outcomes, in plan order or in another.

    What is not ``planned`` is in no plan. The control is told where its method is planned.
    """
    ledger = Ledger(folder)
    keys = [(f"set{i}", split, name) for i in range(2) for split in range(SPLITS) for name in METHODS]
    trials = [one for at, one in enumerate(zip(keys, grid, strict=True)) if not planned or planned[at]]
    keys = [key for key, _ in trials]
    options = {"control": control} if control in {key[2] for key in keys} else {}
    ledger.begin(RunRecord("toy", "d1g3st", "", options, {"mcc": True}, "serial", 1, {}))
    ledger.set_plan(
        [PlannedRecord(f"{key}", f"resample {key}", key[0], "0.1", key[2], "tree", key[1], 0) for key in keys]
    )
    if order is not None:
        order.shuffle(trials)
    for key, outcome in trials:
        _write_one(ledger, key, outcome)
    ledger.connection.execute("UPDATE runs SET started = 'then', finished = 'later', status = 'finished'")
    ledger.close()
    return folder


def _write_one(ledger: Ledger, key: tuple[str, int, str], outcome: Outcome) -> None:
    if outcome is None:
        return
    failed = outcome in ("failed", "timeout")
    common: dict[str, object] = {"params": "{}", "source": "", "kind": "", "traceback": "", "run": 1}
    drawn: dict[str, object] = {
        "method": key[2],
        "split": f"{key[:2]}",
        "spec": "{}",
        "status": "ok",
        "stage": "",
        "reason": "",
    }
    drawn |= {"fallback": "", "flags": "copies" if key[2] == "smote" else "", "fit_seconds": 0.1}
    split = SplitRecord(f"{key[:2]}", key[0], 2, 100, 10, 0, 20, 2, 0.1, 0, 0)
    ledger.add_resample(
        ResampleRecord(f"resample {key}", {"digest": f"resample {key}", **common, **drawn}), split
    )
    columns = {
        "digest": f"{key}",
        "resample": f"resample {key}",
        "classifier": "tree",
        **common,
        "trial_seconds": 0.3,
    }
    columns |= {
        "status": str(outcome) if failed else "ok",
        "stage": "trial",
        "reason": "because" if failed else "",
    }
    score = outcome if isinstance(outcome, float) else None
    scores = {} if failed else {"mcc": score}
    ledger.add_trial(TrialRecord(f"{key}", columns, scores, {"mcc": "builtin"}))


@settings(max_examples=6)  # each writes two reports
@given(grid=grids, order=st.randoms(use_true_random=False))
def test_the_order_of_writing_does_not_show(grid: list[Outcome], order: random.Random) -> None:
    """Trials may end in any order: the report's bytes are those of the plan's order."""
    with tempfile.TemporaryDirectory() as name:
        folders = [write(Path(name) / "a", grid), write(Path(name) / "b", grid, order)]
        found = [
            [
                path.read_bytes()
                for path in (write_report(folder, figures=False), *sorted((folder / "tables").iterdir()))
            ]
            for folder in folders
        ]

    assert found[0] == found[1]


@FEW
@given(grid=grids)
def test_cells_are_numpys_and_count_what_they_rest_on(grid: list[Outcome]) -> None:
    """Each cell is the mean and deviation of its scores alone, and its trials are all accounted for."""
    with tempfile.TemporaryDirectory() as name:
        found = score_cells.cells(results.read(write(Path(name), grid)), "mcc")

    by_cell = np.array(grid, dtype=object).reshape(2, SPLITS, len(METHODS)).swapaxes(1, 2).reshape(-1, SPLITS)
    for row, values in zip(found.itertuples(), by_cell, strict=True):
        scores = [value for value in values if isinstance(value, float)]
        assert len(scores) == row.n
        assert SPLITS - len(scores) == sum(map(int, re.findall(r"(\d+) ", str(row.missing))))
        if scores:
            assert row.mean == pytest.approx(np.mean(scores), rel=0, abs=1e-12)
        if len(scores) > 1:
            assert row.sd == pytest.approx(np.std(scores, ddof=1), rel=0, abs=1e-12)


@FEW
@given(grid=grids)
def test_ranks_share_out_the_places_of_a_row(grid: list[Outcome]) -> None:
    """The mean ranks of k methods sum to k (k + 1) / 2, imputed or not: no place comes from nowhere.

    A method that is whole nowhere has no rank, and takes no place from the others.
    """
    with tempfile.TemporaryDirectory() as name:
        ranked = rank_tests.frame(results.read(write(Path(name), grid)), "mcc")

    for kind in ("", "_imputed"):
        told = ranked.loc[ranked[f"n_sets{kind}"] > 0, f"mean_rank{kind}"].dropna().astype(float)
        assert told.sum() == pytest.approx(len(told) * (len(told) + 1) / 2)


@FEW
@given(
    grid=grids,
    planned=st.lists(st.booleans(), min_size=6 * len(METHODS), max_size=6 * len(METHODS)).filter(any),
    control=st.sampled_from(METHODS),
)
def test_whatever_is_planned_and_done_has_a_report(
    grid: list[Outcome], planned: list[bool], control: str
) -> None:
    """Any part of a plan, with any outcomes and any control, has tables, figures, a page and an answer."""
    with tempfile.TemporaryDirectory() as name:
        write(Path(name), grid, planned=planned, control=control)
        store = results.read(Path(name))
        made = contents(store)
        hung = gallery(store, made.told, made.files)
        page = document(made, hung)
        text = write_report(Path(name), figures=False).read_text(encoding="utf-8")

    assert 1 <= len(made.answer) <= 5
    assert re.search(r"\bnan\b", text, re.IGNORECASE) is None
    assert len(set(hung.drawn) | set(hung.absent)) == 10
    assert all(f'data-stem="{stem}"' in page for stem in hung.drawn)


@QUICK
@given(text=st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
def test_any_name_is_shown_as_it_is(text: str) -> None:
    """A rendered cell holds the name's own characters, white space folded, and no markup."""
    page = (
        MarkdownIt("commonmark")
        .enable("table")
        .render(markdown.written(Table("", "", titled("head", "second"), [Row([Cell(text), Cell("x")])])))
    )

    shown = re.findall(r"<td[^>]*>(.*?)</td>", page, re.DOTALL)
    assert len(shown) == 2
    assert "<" not in shown[0]
    assert html.unescape(shown[0]).strip() == markdown.UNPRINTABLE.sub(" ", text).strip()


@QUICK
@given(text=st.text("#+-1.) *_`|<>&\\[]()!~$ab\n", max_size=20))
def test_any_name_is_shown_as_it_is_in_a_line_of_its_own(text: str) -> None:
    """As a paragraph, too, a name opens no heading, list, emphasis, link or tag."""
    page = MarkdownIt("commonmark").enable("strikethrough").render(markdown.escaped(text))

    shown = page.removeprefix("<p>").removesuffix("</p>\n")
    assert "<" not in shown
    assert html.unescape(shown) == " ".join(text.split())

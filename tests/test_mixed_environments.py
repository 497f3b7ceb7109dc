"""Rows that were computed with different versions of libraries stand in one table with a caution on top."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from contextlib import closing
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from oversample_bench.analysis import results
from oversample_bench.analysis.environments import COMPUTING, caution, mixed
from oversample_bench.report import terminal_answer, write_report
from oversample_bench.store import FILE_NAME
from tests.stores import FAILED, Cell, store

THEN, NOW = {"scikit-learn": "1.6.1", "numpy": "2.0.0"}, {"scikit-learn": "1.7.0", "numpy": "2.0.0"}
CELLS = [Cell([0.5, 0.75, FAILED]), Cell([0.25, 0.5, 1.0], method="smote")]


def made(folder: Path, runs: list[dict[str, str]], **rows: list[int]) -> Path:
    """Write a store whose trials and resamples were made by these runs, each with its libraries."""
    store(folder, CELLS)
    with closing(sqlite3.connect(folder / FILE_NAME)) as connection:
        columns = (
            "suite, suite_digest, suite_text, options, metrics, runner, workers, started, finished, status"
        )
        for number, libraries in enumerate(runs, start=1):
            environment = json.dumps({"libraries": libraries})
            connection.execute(
                f"INSERT OR REPLACE INTO runs (id, environment, {columns}) SELECT ?, ?, {columns} FROM runs"
                " WHERE id = 1",
                (number, environment),
            )
        for table, numbers in rows.items():
            digests = connection.execute(f"SELECT digest FROM {table} ORDER BY digest").fetchall()
            for (digest,), number in zip(digests, numbers, strict=True):
                connection.execute(f"UPDATE {table} SET run = ? WHERE digest = ?", (number, digest))
        connection.commit()
    return folder


def test_versions_are_told_on_top_of_every_form_of_a_report(tmp_path):
    """A line of the answer: in Markdown and on the page before any table, in the terminal below it."""
    folder = made(tmp_path, [THEN, NOW], trials=[1, 1, 1, 2, 2, 2], resamples=[1, 1, 1, 2, 2, 2])
    write_report(folder, figures=False)
    markdown, page = ((folder / name).read_text(encoding="utf-8") for name in ("report.md", "report.html"))
    told = "different versions of libraries: scikit-learn 1.6.1 (3 trials) and 1.7.0 (2 trials)."
    shown = []
    for width in (60, 200):
        console = Console(width=width, record=True, file=StringIO())
        for part in terminal_answer(folder, "mcc", console):
            console.print(part)
        shown.append(" ".join(console.export_text().split()))

    assert told in markdown[: markdown.index("## ")]
    assert page.count(told) == 1
    assert all(told in text for text in shown)


@pytest.mark.parametrize(
    "runs",
    [
        [THEN],
        [THEN, dict(THEN)],
        [THEN, {**THEN, "torch": "2.5"}],  # not installed at first: nothing was computed with it
        [THEN, {**THEN, "ray": "2.50", "pandas": "3"}],  # compute no number
        [{}, THEN],
    ],
)
def test_one_version_of_each_library_is_no_reason_for_a_caution(tmp_path, runs):
    """A library that is new, or that computes nothing, makes no rows of two kinds."""
    last = len(runs)
    found = results.read(made(tmp_path, runs, trials=[1] * 3 + [last] * 3, resamples=[1] * 3 + [last] * 3))

    assert (mixed(found), caution(found)) == ({}, "")


def test_rows_that_no_table_shows_are_no_reason_either(tmp_path):
    """A trial that failed has no number, and one that is not planned any more stands nowhere."""
    folder = made(tmp_path, [THEN, NOW], trials=[1, 1, 1, 1, 2, 2], resamples=[1, 1, 1, 1, 2, 2])
    with closing(sqlite3.connect(folder / FILE_NAME)) as connection:
        connection.execute("DELETE FROM planned WHERE method = 'smote' AND split = 2")
        connection.commit()

    assert caution(results.read(folder)) == ""


def test_a_run_that_nobody_knows_has_no_versions(tmp_path):
    """Rows of a store that came without its runs say nothing of libraries."""
    assert caution(results.read(made(tmp_path, [THEN], trials=[0, 0, 0, 1, 1, 1], resamples=[0] * 6))) == ""


RUN = st.integers(1, 3)


@settings(max_examples=25, deadline=None)
@given(
    runs=st.lists(
        st.fixed_dictionaries({}, optional={name: st.sampled_from(["1.0", "2.0"]) for name in COMPUTING[:3]}),
        min_size=3,
        max_size=3,
    ),
    trials=st.lists(RUN, min_size=6, max_size=6),
    resamples=st.lists(RUN, min_size=6, max_size=6),
)
def test_each_trial_counts_for_the_versions_that_it_and_its_resample_were_made_by(
    tmp_path_factory, runs, trials, resamples
):
    """Counted by hand; a library of which there is one version only is not told."""
    folder = made(tmp_path_factory.mktemp("runs"), runs, trials=trials, resamples=resamples)
    with closing(sqlite3.connect(folder / FILE_NAME)) as connection:
        query = (
            "SELECT t.run, d.run FROM trials t JOIN resamples d ON d.digest = t.resample"
            " WHERE t.status = 'ok'"
        )
        pairs = connection.execute(query).fetchall()
    expected = {}
    for name in COMPUTING:
        sets = [{runs[run - 1][name] for run in pair if name in runs[run - 1]} for pair in pairs]
        counts = Counter(version for versions in sets for version in versions)
        if len(counts) > 1:
            expected[name] = dict(counts)

    assert mixed(results.read(folder)) == expected

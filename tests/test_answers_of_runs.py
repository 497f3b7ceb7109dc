"""What a run says about what to use: the same words everywhere, and never more than its numbers carry."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from oversample_bench.analysis import pipelines
from oversample_bench.analysis.answer import Decision, answer
from oversample_bench.analysis.evidence import evidence
from oversample_bench.analysis.results import Results
from oversample_bench.report import answer_text, notebook_answer, terminal_answer, write_report
from tests.stores import FAILED, Cell, store, stored

FEW = settings(max_examples=20, deadline=None)  # each example writes a store

NOTHING_YET = "By MCC: no two pairs have trials on the same data yet."


def said(results: Results) -> str:
    return answer_text.lines(results, evidence(results, "mcc"))[0]


def on_sets(gain: float, noise: float, n: int = 12, **classifiers: float) -> list[Cell]:
    """Return sets on which smote gains so much over none and threshold, by each classifier from its level."""
    rng = np.random.default_rng(7)
    levels = classifiers or {"tree": 0.5}
    return [
        Cell(
            [level + 0.01 * i + (gain if method == "smote" else 0.0) + noise * float(rng.normal())],
            method,
            f"set{i:02}",
            classifier=name,
        )
        for i in range(n)
        for name, level in levels.items()
        for method in ("none", "threshold", "smote")
    ]


def test_a_clear_gain_is_an_advice(tmp_path: Path) -> None:
    """A pair clearly better than the best free one is to be used, both named with classifiers."""
    results = stored(tmp_path, on_sets(0.2, 0.01, tree=0.5, knn=0.6))

    assert answer(evidence(results, "mcc")).decision == Decision.USE_METHOD
    text = said(results)
    assert text.startswith("By MCC: use knn with smote (")
    assert (
        ", the best without resampling (12 data sets, 1 split each; 95 % interval of this pair alone, p "
        in text
    )
    assert "than knn with " in text


def test_a_clear_loss_is_an_advice_against(tmp_path: Path) -> None:
    """Where the best that resampling can do is clearly worse, the free pair is to be used."""
    results = stored(tmp_path, on_sets(-0.2, 0.01))

    assert answer(evidence(results, "mcc")).decision == Decision.USE_FREE
    assert "The best with resampling, smote (" in said(results)


def test_an_unclear_gain_is_none(tmp_path: Path) -> None:
    """What cannot be told is said with the true difference that the run would see."""
    results = stored(tmp_path, on_sets(0.01, 0.2, n=4))

    assert answer(evidence(results, "mcc")).decision == Decision.CANNOT_TELL
    assert "cannot tell whether resampling helps" in said(results)
    assert "After adjusting, a true difference of " in said(results)


@FEW
@given(seed=st.integers(0, 10_000), n=st.integers(1, 14), n_methods=st.integers(2, 5))
def test_no_advice_without_a_corrected_test(seed: int, n: int, n_methods: int) -> None:
    """An advice has an adjusted p below 0.05 and an estimate of its sign; else none is given."""
    rng = np.random.default_rng(seed)
    names = ["none", *(f"m{i}" for i in range(1, n_methods))]
    with tempfile.TemporaryDirectory() as folder:
        cells = [
            Cell([float(rng.normal(0.1 * i, 0.1))], name, f"s{at}")
            for at in range(n)
            for i, name in enumerate(names)
        ]
        results = stored(Path(folder), cells)
        made = answer(evidence(results, "mcc"))
        n_tested = int(pipelines.frame(results, "mcc")["p"].notna().sum())

    assert made.best is not None
    clear = made.best["p_adjusted"] < 0.05
    assert (made.decision in (Decision.USE_METHOD, Decision.USE_FREE)) == clear
    if clear:
        assert (made.decision == Decision.USE_METHOD) == (made.best["estimate"] > 0)
    assert made.n_compared == n_tested


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ([Cell([0.5, 0.6])], "By MCC: there is one method, and nothing to compare it with."),
        ([Cell([FAILED]), Cell([FAILED], "smote")], NOTHING_YET),
        ([Cell([0.5]), Cell([FAILED], "smote")], NOTHING_YET),
    ],
)  # fmt: skip
def test_nothing_to_compare_is_said(tmp_path: Path, cells: list[Cell], expected: str) -> None:
    """One method, or nothing that succeeded, is a sentence."""
    assert said(stored(tmp_path, cells)) == expected


def test_every_form_says_the_same(tmp_path: Path) -> None:
    """Terminal, Markdown, page and notebook have the same lines, five at most."""
    folder = store(tmp_path, on_sets(0.2, 0.01, tree=0.5, knn=0.6))
    write_report(folder, figures=False)
    console = Console(file=io.StringIO(), width=400, highlight=False, markup=False)
    for part in terminal_answer(folder, "mcc", console):
        console.print(part, soft_wrap=True)
    from oversample_bench.analysis.results import read

    results = read(folder)
    lines = answer_text.lines(results, evidence(results, "mcc"))

    assert 1 <= len(lines) <= 5
    forms = {
        "terminal": console.file.getvalue(),  # type: ignore[attr-defined]  # it is a StringIO
        "Markdown": (folder / "report.md").read_text(encoding="utf-8"),
        "page": (folder / "report.html").read_text(encoding="utf-8"),
        "notebook": notebook_answer(folder),
    }
    for form, text in forms.items():
        for line in lines:
            assert line in text, form

"""One analysis, five forms: every number of every form is in the frames, and no two forms contradict."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

from oversample_bench.analysis import rank_tests
from oversample_bench.analysis.results import Results, read
from oversample_bench.report import terminal_answer, write_report
from oversample_bench.report.contents import Contents, contents
from oversample_bench.report.table import Table
from tests.html_runs import rich, store, varied

NUMBER = re.compile(r"(?<![\w.])[+-]?\d[\d,]*\.\d+(?![\w.%])")
"""A number with decimals: what was worked out, and not counted."""
GAIN = re.compile(r"([+-]\d+\.\d+) \[([+-]\d+\.\d+), ([+-]\d+\.\d+)\]")


@pytest.fixture(scope="module", params=["several sets", "one set", "with gaps", "lower is better"])
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the reports of runs of each shape: several sets, one, with failures, with falling metrics."""
    folder = tmp_path_factory.mktemp("one")
    match request.param:
        case "several sets":
            store(folder, rich(7), {"mcc": True})
        case "one set":
            store(folder, [one for one in rich(1) if one.place[1] == "0.01"], {"mcc": True})
        case "with gaps":
            store(folder, varied(), {"mcc": True}, control="smote")
        case _:
            store(folder, rich(3), {"brier": False})
    write_report(folder)
    return folder


@pytest.fixture(scope="module")
def made(folder: Path) -> Contents:
    """Return what is said of such a run."""
    return contents(read(folder))


@pytest.fixture(scope="module")
def forms(folder: Path, made: Contents) -> dict[str, str]:
    """Return the five forms of a report as plain text."""
    console = Console(width=240, force_terminal=False)
    with console.capture() as capture:
        for part in terminal_answer(folder, next(iter(made.told)), console):
            console.print(part, soft_wrap=True)
    tex = "".join((folder / "tables" / f"{name}.tex").read_text() for name in ("summary", "appendix"))
    return {
        "terminal": capture.get(),
        "markdown": (folder / "report.md").read_text(encoding="utf-8"),
        "page": words_of((folder / "report.html").read_text(encoding="utf-8")),
        "latex": tex.replace("$-$", "-").replace("{[}", "[").replace("{]}", "]").replace(r"$\pm$", "±"),
        "csv": "\n".join(path.read_text() for path in sorted((folder / "tables").glob("*.csv"))),
    }


def words_of(page: str) -> str:
    """Return the texts of a page, those of scripts and styles left out."""
    found: list[str] = []

    class Reader(HTMLParser):
        inside = ""

        def handle_starttag(self, tag: str, _: Any) -> None:
            self.inside = tag

        def handle_data(self, data: str) -> None:
            if self.inside not in ("script", "style"):
                found.append(data)

    Reader().feed(page)
    return " ".join(found)


def known(made: Contents) -> np.ndarray[Any, Any]:
    """Return every number of every frame, and what a table shows of several: means over data sets."""
    frames = [*made.frames.values()]
    numbers = [
        frame.select_dtypes("number").to_numpy(dtype=float, na_value=np.nan).ravel() for frame in frames
    ]
    told = next(iter(made.told.values()))
    whole = told.sets[told.sets["complete"].astype(bool)]
    numbers.append(whole.groupby(["classifier", "method"])["mean"].mean().to_numpy(dtype=float))
    numbers.append(resampled(made.results))
    values = np.concatenate(numbers)
    return values[np.isfinite(values)]


def resampled(results: Results) -> np.ndarray[Any, Any]:
    """Return what tables say of resamples: medians and extremes by method, and the sizes of the data."""
    good = results.resamples[results.resamples["status"] == "ok"]
    by = good.groupby("method")
    columns = ["fit_seconds", "realised_ratio", *(name for name in good if str(name).startswith("fidelity_"))]
    told = [
        getattr(by[columns], how)().to_numpy(dtype=float).ravel() for how in ("median", "min", "max", "mean")
    ]
    sizes = results.splits.select_dtypes("number").to_numpy(dtype=float).ravel()
    return np.concatenate([*told, sizes])


def numbers_of(text: str) -> Iterator[tuple[float, float]]:
    """Yield the numbers of a text, and by how much each may be off for its digits."""
    for found in NUMBER.findall(text):
        digits = len(found.partition(".")[2])
        yield float(found.replace(",", "")), 0.5000001 * 10.0**-digits


def numbers_are_known(text: str, values: np.ndarray[Any, Any]) -> list[float]:
    """Return the numbers of a text that no frame holds, in as many digits as are shown."""
    return [
        number
        for number, slack in numbers_of(text)
        if not (np.abs(values - number) <= slack * (1 + 1e-9) + 1e-12 * abs(number)).any()
    ]


SAID = re.compile(
    r"0\.05\b|0\.8\b|in ten bins|2003|2006|p [=<] 0\.001|critical difference at 5|0\.0.\b(?= of)|Naeini"
    r"|versions?\S*.*|\b\d+\.\d+\.\d+\S*"
)
"""Numbers that are constants of the text: levels, years, versions."""


@pytest.mark.parametrize("form", ["terminal", "markdown", "page", "latex"])
def test_every_number_of_every_form_is_in_the_frames(
    made: Contents, forms: dict[str, str], form: str
) -> None:
    """No writer works anything out: what a table or sentence shows, a frame has in full precision."""
    text = forms[form]
    body = text.partition("Provenance")[0].partition("Suite toy")[0]

    unknown = numbers_are_known(SAID.sub("", body), known(made))

    assert unknown == []
    assert sum(1 for _ in numbers_of(body)) > 10
    assert numbers_are_known("0.98765 and 1.23456", known(made)) == [0.98765, 1.23456]


def test_no_two_forms_have_other_intervals(made: Contents, forms: dict[str, str]) -> None:
    """Every gain with an interval is a row of the comparisons, the pairs or the curves, in every form."""
    told = next(iter(made.told.values()))
    rows = pd.concat([told.compared, told.pairs, told.differences])[["estimate", "low", "high"]]
    values = rows.dropna().to_numpy(dtype=float)

    for form, text in forms.items():
        gains = {tuple(map(float, one)) for one in GAIN.findall(text)}
        assert form in ("csv", "latex") or gains, form
        for one in gains:
            assert (np.abs(values - np.array(one)) <= 0.00051).all(axis=1).any(), (form, one)


def test_no_two_forms_name_another_control(made: Contents, forms: dict[str, str]) -> None:
    """Gains are over one control, whatever is read; sentences and titles say it."""
    (own,) = set(next(iter(made.told.values())).compared["control"])

    for text in forms.values():
        over = set(re.findall(r"[Gg]ain over (\w+)", text)) - {"the"}
        assert over <= {own}
        assert set(re.findall(r"Against (\w+)[: ]", text)) <= {own}


def test_the_answer_is_the_same_in_every_form(made: Contents, forms: dict[str, str]) -> None:
    """Terminal, Markdown and page have the same lines, which are at most five."""
    said = forms

    assert 1 <= len(made.answer) <= 5
    for line in made.answer:
        assert line in said["terminal"]
        assert line in said["page"]
        assert line in said["markdown"].replace("\\", "")


def cells(table: Table) -> dict[tuple[str, str], str]:
    return {
        (row.cells[0].text, column.title): cell.text
        for row in table.rows
        for cell, column in zip(row.cells[1:], table.columns[1:], strict=True)
    }


def test_mean_ranks_are_the_same_wherever_they_stand(made: Contents) -> None:
    """Table of methods, line below the data sets, ranks and diagram: one rank a method; one set has none."""
    name, told = next(iter(made.told.items()))
    tables = {table.name: table for table in made.tables}
    own = rank_tests.of(told.ranked)
    methods = cells(tables[f"methods_{name}"])
    shown = {row: text for (row, title), text in methods.items() if title == "mean rank"}

    if own.empty:
        assert shown == {}
        return
    expected = {row.method: f"{row.mean_rank:.2f}" for row in own.itertuples()}
    below = cells(tables[f"sets_{name}"])
    assert shown == expected
    assert {title: text for (row, title), text in below.items() if row == "mean rank"} == expected

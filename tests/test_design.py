"""A suite against its data: what is refused, where it is said, and that planning says the same."""

from __future__ import annotations

import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oversample_bench.core.errors import UsageError
from oversample_bench.core.outcome import Skip
from oversample_bench.evaluation.split import sizes
from oversample_bench.execution.data_checks import survey_data
from oversample_bench.execution.driver import Options, run
from oversample_bench.execution.forecast import forecast
from oversample_bench.execution.inventory import Inventory, check_data
from oversample_bench.plugins.validation import registry_of
from oversample_bench.store import FILE_NAME
from oversample_bench.suite import Suite, parse_suite

N = 200
HEAVY = {"torch", "ray", "pandas", "altair", "vl_convert", "sklearn", "imblearn", "scipy"}


@pytest.fixture(autouse=True)
def built_ins_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Work with what the host itself offers."""
    monkeypatch.setenv("OVERSAMPLE_BENCH_PLUGINS", "builtin")
    monkeypatch.delenv("OVERSAMPLE_BENCH_DATA", raising=False)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with a table of 160 rows of one class and 40 of the other."""
    rows = [f"{n * 37 % 61 / 7:.3f},{'fraud' if n % 5 == 0 else 'ok'}" for n in range(N)]
    (tmp_path / "t.csv").write_text("\n".join(["m,label", *rows]) + "\n")
    return tmp_path


def suite(folder: Path, data: str, ratios: str = "[natural]", more: str = "") -> Suite:
    text = (
        f"name: s\ndata: [{data}]\nratios: {ratios}\nmethods: [none]\nclassifiers: [knn]\nsplits: 1\n{more}"
    )
    return parse_suite(text, "s.yaml", folder)


def complaints(asked: Suite) -> list[str]:
    """Return what `bench run` refuses, having seen that `bench plan` refuses the same."""
    registry = registry_of(asked)
    with pytest.raises(UsageError) as ran:
        check_data(asked, Inventory(registry, None, {}))
    with pytest.raises(UsageError) as planned:
        survey_data(asked, registry)

    assert str(planned.value) == str(ran.value)
    return str(ran.value).splitlines()


# --- the wrong way round


@pytest.mark.parametrize(
    ("data", "who", "rows"),
    [
        ("{path: t.csv, target: label, minority: ok}", "t", (32, 128)),
        ("{path: t.csv, target: label, minority: ok, majority: fraud}", "t fraud/ok", (32, 128)),
        ("{dataset: ecoli1, minority: 0}", "ecoli1", (62, 208)),
    ],
    ids=["a file", "both classes", "a registered set"],
)
def test_a_minority_that_is_the_larger_class_is_refused(
    folder: Path, data: str, who: str, rows: tuple[int, int]
):
    """With both counts, at the line of the suite, before the first trial, by plan and run alike."""
    (line,) = complaints(suite(folder, data))

    assert line.startswith(
        f"s.yaml:2:{8 + data.index('minority: ') + len('minority: ')}: the data set '{who}': with "
    )
    assert f"the minority would have {rows[1]} training rows and the majority {rows[0]}" in line
    assert "the minority has to be the rarer class: swap the two, or thin it to a ratio" in line


def test_the_larger_class_may_be_thinned_to_be_the_rarer(folder: Path):
    """What counts is the training rows after thinning: at a ratio the suite may turn the classes round."""
    asked = suite(folder, "{path: t.csv, target: label, minority: ok}", "[0.1, 1.0]")

    told = survey_data(asked, registry_of(asked)).told
    assert check_data(asked, Inventory(registry_of(asked), None, {})) == list(told)


@settings(deadline=None, max_examples=300)
@given(
    counts=st.tuples(st.integers(2, 300), st.integers(3, 300)),
    ratio=st.none() | st.floats(0.01, 1),
    test_size=st.floats(0.05, 0.95),
)
def test_no_split_has_more_minority_rows_than_majority_rows(counts, ratio, test_size):
    """Whatever the sizes, the ratio and the test share: either it is refused, or the minority is rarer."""
    found, refused = None, ""
    with suppress(Skip):
        try:
            found = sizes(counts, ratio, test_size)
            found.check_direction()
        except UsageError as error:
            refused = str(error)
    wrong_way_round = found is not None and found.train[1] > found.train[0]

    assert wrong_way_round == ("rarer class" in refused)
    assert not wrong_way_round or (ratio is None and counts[1] > counts[0])
    assert found is None or bool(refused) or 2 <= found.train[1] <= found.train[0]


def test_a_run_that_was_refused_has_done_nothing(folder: Path):
    """Through Python as from the command line: no trial is carried out."""
    asked = suite(folder, "{path: t.csv, target: label, minority: ok}")

    for attempt in (
        lambda: run(asked, folder / "out", Options(runner="serial")),
        lambda: forecast(asked, folder / "out"),
    ):
        with pytest.raises(UsageError, match=r"s\.yaml:2:\d+: the data set 't'.*rarer class"):
            attempt()
    assert not (folder / "out" / FILE_NAME).exists() or not (folder / "out" / "report.md").exists()


# --- all at once, at their places


def test_everything_that_is_wrong_with_the_data_is_told_at_once(folder: Path):
    """Columns, classes and ratios of each set, each at its place: no mistake hides another."""
    rows = [f"{n},{n * 37 % 61 / 7:.3f},{'ab'[n % 5 == 0]}" for n in range(N)]
    (folder / "u.csv").write_text("\n".join(["id,m,label", *rows]) + "\n")
    lines = complaints(
        suite(
            folder,
            "{path: u.csv, target: label, minority: c}, {path: t.csv, target: Label}, "
            "{dataset: ecoli1, minority: 7}",
            "[natural, 0.001]",
        )
    )

    assert [line.partition(": the data set ")[0] for line in lines] == [
        "s.yaml:2:8",
        "s.yaml:2:8",
        "s.yaml:2:51",
        "s.yaml:2:81",
    ]
    assert "column 'id' looks like an identifier" in lines[0]
    assert "there is no class 'c'. There are: a (160 rows), b (40 rows)" in lines[1]
    assert "has no column 'Label'. Did you mean 'label'?" in lines[2]
    assert "there is no class '7'" in lines[3]


def test_a_column_that_gives_two_of_many_classes_away_is_refused(folder: Path):
    """Held against the two classes that are compared, though it says nothing of the others."""
    rows = [f"{n * 37 % 61 / 7:.3f},{'xyzxz'[n % 5]},{'abcac'[n % 5]}" for n in range(N)]
    rows = [row.replace("z,c", f"{'xyz'[n % 3]},c") for n, row in enumerate(rows)]
    (folder / "u.csv").write_text("\n".join(["m,twin,label", *rows]) + "\n")
    data = "{path: u.csv, target: label, majority: a, minority: b%s}"
    asked = suite(folder, data % "")

    with pytest.raises(UsageError, match="column 'twin' is the target under another name"):
        check_data(asked, Inventory(registry_of(asked), None, {}))
    for way_out in (", ignore: [twin]", ", categorical: [twin]"):
        better = suite(folder, data % way_out)
        check_data(better, Inventory(registry_of(better), None, {}))


# --- what is told


@pytest.mark.usefixtures("reports")
def test_plan_and_run_say_how_a_file_is_read(folder: Path):
    """What was recognised, left out and taken for missing is said in plan, run and report."""
    rows = [
        f"{n * 37 % 61 / 7:.3f};".replace(".", ",") + f"2024-01-{n % 28 + 1:02};{'?ab'[n % 3]};{n % 5 == 0}"
        for n in range(N)
    ]
    (folder / "u.csv").write_text("\n".join(["m;when;kind;label", *rows]) + "\n", encoding="utf-16")
    (folder / "s.yaml").write_text(
        'name: s\ndata: [{path: u.csv, target: label, missing: ["?"]}]\nsplits: 1\n'
        "methods: [none]\nclassifiers: [knn]\n"
    )
    notes = [
        "u: utf-16, separated by semicolons, decimal commas",
        "u: features: 1 number (m), 1 category (kind)",
        "u: left out: when (has dates or times",
        "u: missing values (empty cells and '?'): 67 (kind 67)",
    ]

    for command in (["plan"], ["run", "--runner", "serial", "--no-figures"]):
        line = [sys.executable, "-m", "oversample_bench", command[0], "s.yaml", *command[1:]]
        done = subprocess.run(line, cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert all(note in done.stdout for note in notes)
    report = (folder / "reports" / "s" / "report.md").read_text()
    for note in notes:
        assert note.removeprefix("u: ").replace("?", r"?") in report.replace("\\", "")
    row = next(line for line in report.splitlines() if line.startswith("| u ") and "200" in line)
    assert [cell.strip() for cell in row.split("|")][3:6] == ["200", "2", "67"]
    assert "u.csv" in (folder / "reports" / "s" / "report.html").read_text()


@pytest.mark.parametrize("kind", ["csv", "parquet", "npz"])
def test_planning_a_file_imports_no_framework(folder: Path, kind: str):
    """`bench plan` looks at files of every kind without pandas, or anything else that takes seconds."""
    import numpy as np
    import pandas as pd

    frame = pd.read_csv(folder / "t.csv")
    frame["c"] = pd.Categorical(["u", "v"] * (N // 2))
    frame.to_parquet(folder / "t.parquet")
    np.savez(folder / "t.npz", X=frame[["m"]].to_numpy(), label=frame["label"].to_numpy(dtype=str))
    (folder / "s.yaml").write_text(
        f"name: s\ndata: [{{path: t.{kind}, target: label}}]\nmethods: [none]\nclassifiers: [knn]\n"
    )
    program = (
        "import sys; from oversample_bench.cli import bench; "
        "bench(['plan', 's.yaml'], standalone_mode=False); "
        f"print(sorted({HEAVY} & set(sys.modules)))"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], cwd=folder, capture_output=True, text=True, check=False
    )

    assert "features: " in done.stdout, done.stderr
    assert done.stdout.splitlines()[-1] == "[]", done.stdout

"""A run in one Parquet file: the report that is made from it is that of the store, byte by byte."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from hypothesis import given, settings

from oversample_bench.cli import bench
from oversample_bench.core.errors import UsageError
from oversample_bench.report import write_export, write_report
from tests.html_runs import rich, store, varied
from tests.properties.test_report_properties import Outcome, grids, write

ROOT = Path(__file__).resolve().parents[1]
REPORTS = sorted(path.parent for path in (ROOT / "reports").glob("*/trials.parquet"))


@pytest.fixture(scope="session")
def committed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the reports as the repository holds them: `make bench` writes into one of them."""
    made = tmp_path_factory.mktemp("committed")
    listed = subprocess.run(["git", "ls-files", "-z", "reports"], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode:  # sources without their repository
        return ROOT / "reports"
    command = ["git", "checkout-index", "-z", "--stdin", f"--prefix={made}/"]
    subprocess.run(command, cwd=ROOT, input=listed.stdout, check=True)
    return made / "reports"


def content(folder: Path) -> dict[str, bytes]:
    """Return what there is of a report, by name."""
    ours = ("report.md", "report.html", "tables/*", "figures/*")
    files = [path for pattern in ours for path in folder.glob(pattern)]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


@pytest.mark.parametrize("made", [rich, varied])
def test_a_report_from_a_file_is_that_of_the_store(tmp_path: Path, made: object) -> None:
    """Every table, figure and page has the same bytes, with failures and trials that wait, too."""
    folder = store(tmp_path / "run", made(), control="smote", published="")  # type: ignore[operator]
    write_report(folder)
    n = write_export(folder, tmp_path / "trials.parquet")
    line = ["report", str(tmp_path / "again"), "--from", str(tmp_path / "trials.parquet"), "--figures"]
    done = CliRunner().invoke(bench, line, catch_exceptions=False)

    assert done.exit_code == 0
    assert n > 100
    assert content(tmp_path / "again") == content(folder)


@settings(max_examples=5, deadline=None)  # each writes two reports
@given(grid=grids)
def test_whatever_is_in_a_store_is_in_its_file(grid: list[Outcome]) -> None:
    """Any outcomes of a plan come back: scores, failures, empty cells and trials that have not been run."""
    if all(outcome is None for outcome in grid):
        grid = ["failed", *grid[1:]]
    with tempfile.TemporaryDirectory() as name:
        folder = write(Path(name) / "run", grid)
        write_report(folder, figures=False)
        write_export(folder, Path(name) / "a.parquet")
        write_report(Path(name) / "again", figures=False, source=Path(name) / "a.parquet")
        assert content(Path(name) / "again") == content(folder)


def test_scores_are_read_from_the_rows(tmp_path: Path) -> None:
    """Who changes a score in the table of the file changes the report."""
    folder = store(tmp_path / "run", varied(), {"mcc": True})
    write_export(folder, tmp_path / "trials.parquet")
    table = pq.read_table(tmp_path / "trials.parquet")
    rows = table.to_pandas()
    changed = rows.assign(mcc=rows["mcc"].where(rows["method"] != "smote", 0.987))
    other = pa.Table.from_pandas(changed, preserve_index=False)
    pq.write_table(other.replace_schema_metadata(table.schema.metadata), tmp_path / "b.parquet")
    text = write_report(tmp_path / "again", figures=False, source=tmp_path / "b.parquet").read_text()

    assert "0.987" in text


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("absent.parquet", "There is no file"),
        ("text.parquet", "is no Parquet file"),
        ("rows.parquet", "holds rows and nothing else"),
    ],
)
def test_another_file_is_refused_with_a_sentence(tmp_path: Path, name: str, sentence: str) -> None:
    """A file that is absent, no Parquet or of somebody else says what to name instead."""
    (tmp_path / "text.parquet").write_text("a,b\n1,2\n")
    pd.DataFrame({"mcc": [0.5]}).to_parquet(tmp_path / "rows.parquet")

    with pytest.raises(UsageError, match=sentence):
        write_report(tmp_path / "again", source=tmp_path / name)


def _reordered(table: pa.Table) -> pa.Table:
    return table.sort_by([("mcc", "ascending")])


def _renamed(table: pa.Table) -> pa.Table:
    methods = [name.replace("smote", "smite") for name in table["method"].to_pylist()]
    return table.set_column(table.column_names.index("method"), "method", pa.array(methods))


def _infinite(table: pa.Table) -> pa.Table:
    return table.set_column(table.num_columns - 1, "mcc", pa.array([float("inf")] * table.num_rows))


@pytest.mark.parametrize(
    "change",
    [
        _reordered,
        _renamed,
        _infinite,
        lambda table: table.slice(1),
        lambda table: table.slice(0, 0),
        lambda table: pa.concat_tables([table, table]),
        lambda table: table.drop_columns(["mcc"]),
        lambda table: table.drop_columns(["status"]),
        lambda table: table.append_column("more", pa.array([0.0] * table.num_rows)),
        lambda table: table.replace_schema_metadata({**table.schema.metadata, b"oversample_bench": b"{}"}),
        lambda table: table.replace_schema_metadata({**table.schema.metadata, b"oversample_bench": b"{"}),
    ],
)
def test_scores_never_stand_beside_other_trials(
    tmp_path: Path, change: Callable[[pa.Table], pa.Table]
) -> None:
    """Rows in another order, of other trials, too many, too few, or without a column: one sentence."""
    folder = store(tmp_path / "run", varied(), {"mcc": True})
    write_export(folder, tmp_path / "trials.parquet")
    pq.write_table(change(pq.read_table(tmp_path / "trials.parquet")), tmp_path / "b.parquet")

    with pytest.raises(UsageError, match=r"b\.parquet' (are not those|has been changed|has an infinite)"):
        write_report(tmp_path / "again", figures=False, source=tmp_path / "b.parquet")
    assert not (tmp_path / "again" / "report.md").exists()


def test_predictions_are_of_a_folder(tmp_path: Path) -> None:
    """`--metrics` takes the predictions of a folder, which a file has not: both together are refused."""
    done = CliRunner().invoke(bench, ["report", str(tmp_path), "--from", "a.parquet", "--metrics", "mcc"])

    assert "leave out --from" in str(done.exception)


@pytest.mark.parametrize("folder", REPORTS, ids=lambda path: path.name)
def test_a_committed_report_is_made_from_its_trials(tmp_path: Path, committed: Path, folder: Path) -> None:
    """`bench report --from trials.parquet` makes the report in this repository, and each of its figures."""
    folder = committed / folder.name
    write_report(tmp_path / "again", source=folder / "trials.parquet")

    assert (tmp_path / "again" / "report.md").read_bytes() == (folder / "report.md").read_bytes()
    shown = sorted((folder / "figures").glob("*.png"))
    assert shown
    for path in shown:
        assert (tmp_path / "again" / "figures" / path.name).read_bytes() == path.read_bytes(), path.name


def test_reports_in_the_repository_hold_what_is_shown(committed: Path) -> None:
    """Of a run report.md, the pictures in it and the trials are committed, and no others."""
    assert REPORTS
    for folder in (committed / report.name for report in REPORTS):
        text = (folder / "report.md").read_text(encoding="utf-8")
        names = {path.name for path in (folder / "figures").glob("*.png")}
        assert {name for name in names if f"figures/{name}" in text} == names


def test_the_file_is_enough_where_the_store_is_gone(tmp_path: Path) -> None:
    """Nothing else of the folder is read."""
    folder = store(tmp_path / "run", varied(), {"mcc": True})
    write_export(folder, tmp_path / "trials.parquet")
    shutil.rmtree(folder)

    assert write_report(tmp_path / "again", figures=False, source=tmp_path / "trials.parquet").is_file()

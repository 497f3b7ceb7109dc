"""What to send a colleague: `results.sqlite` alone is enough, as reports/README.md says."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

from oversample_bench.cli import bench
from oversample_bench.store import FILE_NAME
from tests.test_diff import carried_out

PAGE = Path(__file__).resolve().parents[1] / "reports" / "README.md"


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with a run of mine, and of another one nothing but its results."""
    carried_out(tmp_path / "mine")
    carried_out(tmp_path / "sent", data="[ecoli1]", methods="[none, smote]")
    (tmp_path / "theirs").mkdir()
    shutil.copy(tmp_path / "sent" / FILE_NAME, tmp_path / "theirs")
    shutil.rmtree(tmp_path / "sent")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def commands() -> list[list[str]]:
    """Return the words of each `bench` line of the section."""
    section = (
        PAGE.read_text(encoding="utf-8").partition("## What to send a colleague")[2].partition("\n## ")[0]
    )
    return [line.partition("#")[0].split() for line in re.findall(r"^\$ bench (.*)$", section, re.MULTILINE)]


def test_the_results_alone_are_enough(desk):
    """Each command of the section works on a folder with `results.sqlite` alone, and leaves its files."""
    said = {}
    for words in commands():
        done = CliRunner().invoke(bench, [*words, *(["--no-figures"] if words[0] == "report" else [])])
        assert done.exit_code == 0, f"{words}\n{done.output}{done.exception}"
        said[words[0]] = done.output

    assert list(said) == ["report", "diff", "merge", "export"]
    assert "smote" in (desk / "theirs" / "report.md").read_text(encoding="utf-8")
    assert "4 only in B" in said["diff"]
    assert "added: 2 runs, 2 data sets" in said["merge"]
    assert len(pd.read_csv(desk / "trials.csv")) == 4


def test_what_was_merged_from_results_alone_has_its_report(desk):
    """The merged folder shows both data sets, and nothing of it differs from what was sent."""
    CliRunner().invoke(bench, ["merge", "both", "mine", "theirs"])
    shown = CliRunner().invoke(bench, ["report", "both", "--no-figures"])
    compared = CliRunner().invoke(bench, ["diff", "both", "theirs"])
    report = (desk / "both" / "report.md").read_text(encoding="utf-8")

    assert shown.exit_code == 0
    assert all(name in report for name in ("glass2", "ecoli1"))
    assert "No difference: 4 pairs of trials with the same scores, bit for bit." in compared.output

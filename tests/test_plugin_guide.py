"""The guide for plugin authors is true: each file that it shows is written, each command run, in order."""

import csv
import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

pytestmark = pytest.mark.usefixtures("reports")

ROOT = Path(__file__).resolve().parents[1]
GUIDE = ROOT / "plugins" / "README.md"

STEP = re.compile(
    r"^File `(?P<path>[^`]+)`:\n\n```\w+\n(?P<text>.*?)^```$|^```console\n(?P<commands>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)

PIP = "install --quiet --disable-pip-version-check --no-deps --no-index --no-build-isolation --target"


@dataclass
class Reader:
    """Somebody who follows the guide to the letter, in an empty folder.

    ``pip install .`` goes to a folder of the reader's own, so that the test leaves the environment as it was.
    """

    home: Path
    folder: Path

    @property
    def site(self) -> Path:
        return self.home / "site"

    def follow(self, text: str) -> dict[str, str]:
        """Take every step of ``text`` and return what each command printed."""
        printed: dict[str, str] = {}
        for step in STEP.finditer(text):
            if step["path"]:
                (self.folder / step["path"]).write_text(step["text"], encoding="utf-8")
            else:
                lines = [line for line in step["commands"].splitlines() if line.startswith("$ ")]
                printed |= {line[2:]: self.type(line[2:]) for line in lines}
        return printed

    def type(self, command: str) -> str:
        words = shlex.split(command)
        if words[0] == "cd":
            self.folder = self.folder / words[1]
            return ""
        done = subprocess.run(
            self.meant(words),
            cwd=self.folder,
            env=self.environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"$ {command}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
        return done.stdout

    def meant(self, words: list[str]) -> list[str]:
        """Return what a word of the guide stands for in this environment."""
        if words == ["pip", "install", "."]:
            return [sys.executable, "-m", "pip", *PIP.split(), str(self.site), "."]
        modules = {"bench": "oversample_bench", "pytest": "pytest"}
        return [sys.executable, "-m", modules[words[0]], *words[1:]] if words[0] in modules else words

    def environment(self) -> dict[str, str]:
        paths = [str(self.site), str(ROOT), os.environ.get("PYTHONPATH", "")]
        return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths)), "COLUMNS": "200"}


@pytest.fixture(scope="module")
def reader(tmp_path_factory):
    home = tmp_path_factory.mktemp("guide")
    return Reader(home, home)


@pytest.fixture(scope="module")
def printed(reader):
    return reader.follow(GUIDE.read_text(encoding="utf-8"))


def test_guide_installs_a_plugin_that_is_listed_as_ok(printed):
    """After ``pip install .`` the list of plugins has the new one with its distribution, and it is ok."""
    lines = [line for line in printed["bench plugins list"].splitlines() if "oversample-bench-jitter" in line]

    assert lines, printed["bench plugins list"]
    assert "ok" in lines[0].split()


def test_guide_puts_the_method_through_the_contract(printed):
    """The contract's tests run and pass; some forty of them, as the guide says."""
    passed = int(re.search(r"(\d+) passed", printed["pytest"])[1])

    assert 30 <= passed <= 50
    assert "failed" not in printed["pytest"]


def test_guide_shows_the_method_in_the_report(printed, reader):
    """The report has a table with the method beside SMOTE, and a mean in each cell."""
    report = (reader.folder / "reports" / "jitter" / "report.md").read_text(encoding="utf-8")
    lines = [[cell.strip() for cell in line.strip("| ").split("|")] for line in report.splitlines()]
    header = next(cells for cells in lines if {"none", "smote", "jitter", "jitter-wide"} <= set(cells))
    row = next(cells for cells in lines if cells[0] == "ecoli1")

    assert len(header) == len(row)
    assert all(re.search(r"\d\.\d+", cell) for cell in row[header.index("none") :])


def test_guide_exports_a_good_row_for_every_trial(printed, reader):
    """Each trial of the guide's suite succeeded and has finite scores; the new method made new rows."""
    with (reader.folder / "scores.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))

    assert len(rows) == 3 * 4 * 2 * 3
    assert {row["status"] for row in rows} == {"ok"}
    assert all(-1 <= float(row["mcc"]) <= 1 for row in rows)
    assert all(float(row["n_new"]) > float(row["n_copies"]) for row in rows if row["method"] == "jitter")


def test_guide_runs_a_loose_file(printed, reader):
    """The data set, the classifier and the metric of one file beside a suite give a report."""
    report = (reader.folder / "reports" / "bits" / "report.md").read_text(encoding="utf-8")

    for name in ("rings", "naive_bayes", "youden"):
        assert name in report


def test_guide_has_no_step_that_this_test_overlooks():
    """Each fenced block with a file or with commands is one that is written or run here."""
    text = GUIDE.read_text(encoding="utf-8")
    steps = list(STEP.finditer(text))

    assert len(re.findall(r"^File `", text, re.MULTILINE)) == sum(step["path"] is not None for step in steps)
    assert len(re.findall(r"^```console", text, re.MULTILINE)) == sum(
        step["commands"] is not None for step in steps
    )

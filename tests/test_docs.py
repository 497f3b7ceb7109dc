"""What the documents say is what happens: commands run, files are there, examples work."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np
import pandas as pd
import pytest

from oversample_bench.cli import bench
from oversample_bench.plugins.builtin import METRICS
from tests.architecture_picture import arrows, picture, reached, reduced

pytestmark = pytest.mark.usefixtures("reports")

ROOT = Path(__file__).resolve().parents[1]
HOST = ROOT / "oversample_bench"
README = (ROOT / "README.md").read_text(encoding="utf-8")
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    """Return the fenced blocks of the README in one language."""
    return re.findall(rf"```{language}\n(.*?)```", README, flags=re.DOTALL)


@pytest.fixture
def fraud(tmp_path: Path) -> Path:
    """Put the README's suite, and a table such as people have, with 1.5 % of fraud, into a folder."""
    generator = np.random.default_rng(42)
    n = 2000
    rare = generator.permutation(n) < n * 0.015
    frame = pd.DataFrame(
        {
            "customer": [f"C{100_000 + number}" for number in generator.permutation(n)],
            "date": [f"{2023 + n % 2}-{n % 12 + 1:02}-{n % 28 + 1:02}" for n in range(n)],
            "amount": np.exp(generator.normal(3.5 + 1.2 * rare)).round(2),
            "age": generator.normal(45 - 4 * rare, 13).round(),
            "country": np.where(rare, generator.choice(["FR", "NG"], n), generator.choice(["DE", "FR"], n)),
            "label": np.where(rare, "fraud", "ok"),
        }
    )
    frame.loc[generator.random(n) < 0.08, "age"] = np.nan
    frame.to_csv(tmp_path / "my.csv", index=False)
    (tmp_path / "fraud.yaml").write_text(blocks("yaml")[0].replace("splits: 10", "splits: 2"))
    return tmp_path


@pytest.mark.slow
def test_the_first_suite_of_the_readme_runs(fraud: Path) -> None:
    """Each `bench` line under "A first suite of your own" ends with 0, and leaves and says what it should."""
    lines = [line for line in blocks("console")[2].splitlines() if line.startswith("$ bench ")]
    said = {}

    assert [line.split()[2] for line in lines] == ["plan", "run", "export"]
    for line in lines:
        words = line.partition("#")[0].split()[2:]
        done = subprocess.run(
            [sys.executable, "-m", "oversample_bench", *words], cwd=fraud, capture_output=True, text=True
        )
        assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
        said[words[0]] = done.stdout
    trials = pd.read_csv(fraud / "fraud.csv")
    assert len(trials) == 2 * 2 * 5 * 2 * 2
    assert set(trials["status"]) == {"ok"}
    assert (fraud / "reports" / "fraud" / "report.md").is_file()
    for told in (said["plan"], said["run"]):
        assert "my: features: 2 numbers (amount, age), 1 category (country)" in told
        assert "my: left out: date (has dates" in told
        assert "my: left out: customer (differs in nearly every row" in told


@pytest.mark.slow
def test_the_advice_of_the_readme_is_given(fraud: Path) -> None:
    """The line under "A table of your own" ends with an answer about the table of a newcomer."""
    (line,) = [line for line in blocks("console")[1].splitlines() if line.startswith("$ bench ")]
    words = line.partition("#")[0].split()[2:]
    few = ["--splits", "1", "--no-figures", "--no-report"]
    done = subprocess.run(
        [sys.executable, "-m", "oversample_bench", *words, *few], cwd=fraud, capture_output=True, text=True
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "left out: customer (differs in nearly every row" in done.stdout
    assert "30 of 30 trials done (100 %), none failed." in done.stdout
    assert (fraud / "reports" / "advice_my" / "suite.yaml").is_file()


@pytest.mark.slow
@pytest.mark.parametrize("code", blocks("python"), ids=["compare", "suite"])
def test_the_python_of_the_readme_runs(tmp_path: Path, code: str) -> None:
    """Each block of Python in the README works as it stands, and leaves its report."""
    (tmp_path / "suites").mkdir()
    quickstart = (ROOT / "suites" / "quickstart.yaml").read_text()
    (tmp_path / "suites" / "quickstart.yaml").write_text(quickstart.replace("splits: 3", "splits: 1"))
    few = code.replace("splits=5", "splits=2")

    done = subprocess.run([sys.executable, "-c", few], cwd=tmp_path, capture_output=True, text=True)

    assert done.returncode == 0, done.stderr
    for folder in re.findall(r'"(reports/\w+)"', code):
        assert (tmp_path / folder / "report.md").is_file()
    if "print(plan(" in code:
        assert done.stdout.startswith("quickstart: 6 splits, 36 fits, 108 trials")


@pytest.mark.slow
def test_the_notebook_runs(tmp_path: Path) -> None:
    """docs/compare.ipynb works from top to bottom, shows the answer and a table, and names no folder."""
    import nbformat
    from nbclient import NotebookClient

    path = ROOT / "docs" / "compare.ipynb"
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(tmp_path)}}).execute()

    shown = "".join(
        str(output) for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs
    )
    assert 5 <= len(notebook.cells) <= 10
    assert '<table class="sortable">' in shown
    assert "report.html" in shown
    assert "/tmp" not in path.read_text(encoding="utf-8")


def test_make_knows_the_targets_of_the_readme() -> None:
    """Every `make` that the README names is a target."""
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))

    assert set(re.findall(r"make ([a-z-]+)", README)) - {"and"} <= targets


def test_links_lead_somewhere() -> None:
    """Every relative link of the Markdown files that we write names a file."""
    pages = [*ROOT.glob("*.md"), *ROOT.glob("*/README.md"), *ROOT.glob("plugins/*/README.md")]
    pages += [ROOT / "reports" / "performance.md", ROOT / "reports" / "gan.md", *ROOT.glob("docs/*.md")]
    for page in pages:
        links = re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8"))
        for link in links:
            if "://" not in link:
                assert (page.parent / link).exists(), f"{page.relative_to(ROOT)}: {link}"


def test_commands_and_options_of_the_readme_exist() -> None:
    """The table of commands is complete; every option that is named is one of `bench run` or `advise`."""
    named = set(re.findall(r"^\| `bench (\w+)", README, flags=re.MULTILINE))
    run, advise = (
        [{*one.opts, *one.secondary_opts} for one in bench.commands[name].params]
        for name in ("run", "advise")
    )
    told = set(re.findall(r"`(--[a-z-]+)", README))

    assert named == set(bench.commands)
    assert told <= set().union(*run, *advise)
    assert all(told & names for names in run if any(name.startswith("--") for name in names))


def test_the_page_on_reports_explains_each_metric() -> None:
    """The table of metrics has the built-in ones, in their order."""
    text = (ROOT / "reports" / "README.md").read_text(encoding="utf-8")
    table = text.partition("| metric ")[2].partition("\n\n")[0]

    assert tuple(re.findall(r"^\| `(\w+)`", table, flags=re.MULTILINE)) == METRICS


def hops(page: str) -> list[tuple[str, str]]:
    """Return the numbered files of a page, each with what is said of it."""
    return re.findall(r"^\d\. \[`(\S+)`\]\([^)]*\)(.*(?:\n   .*)*)", page, flags=re.MULTILINE)


def test_both_pages_name_the_same_seven_files() -> None:
    """The README has the way of a trial in short: the files of docs/architecture.md in the same order."""
    files = [file for file, _ in hops(ARCHITECTURE)]

    assert len(files) == 7
    assert [file for file, _ in hops(README.partition("## The path through the code")[2])] == files


@pytest.mark.slow
def test_a_trial_goes_through_the_seven_files_in_their_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run calls each function that docs/architecture.md names, and enters the files in its order."""
    named = [
        (file, function)
        for file, told in hops(ARCHITECTURE)
        for function in re.findall(r"`([\w.]+)`", told.partition(":")[0])
    ]
    entered: dict[tuple[str, str], None] = {}

    def follow(frame: FrameType, event: str, _: Any) -> None:
        path = frame.f_code.co_filename
        if event == "call" and path.startswith(str(HOST)):
            entered.setdefault((Path(path).relative_to(HOST).as_posix(), frame.f_code.co_qualname))

    suite = "name: s\ndata: [ecoli1]\nmethods: [none]\nclassifiers: [decision_tree]\nsplits: 1\n"
    (tmp_path / "s.yaml").write_text(suite, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    before = sys.getprofile()
    sys.setprofile(follow)
    try:
        bench.main(["run", "s.yaml", "--runner", "serial", "--no-figures"], standalone_mode=False)
    finally:
        sys.setprofile(before)

    assert len(named) == 9
    assert set(named) <= set(entered)
    assert list(dict.fromkeys(file for file, function in entered if (file, function) in named)) == [
        file for file, _ in hops(ARCHITECTURE)
    ]


def test_the_picture_is_that_of_the_imports() -> None:
    """docs/architecture.md shows what `python -m tests.architecture_picture` prints."""
    (drawn,) = re.findall(r"```mermaid\n(.*?)\n```", ARCHITECTURE, flags=re.DOTALL)

    assert drawn == picture()


def test_the_picture_leaves_out_only_what_follows() -> None:
    """Whatever is imported can be reached by the arrows, and no arrow could be left out besides."""
    graph = arrows()
    shown = reduced(graph)

    for name, others in graph.items():
        assert reached(shown, name) == reached(graph, name) >= others
    for name, others in shown.items():
        for other in others:
            assert other not in reached({**shown, name: others - {other}}, name)

"""What the documents say is what happens: commands run, files are there, examples work."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from oversample_bench.cli import bench
from oversample_bench.plugins.builtin import METRICS

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


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
    lines = [line for line in blocks("console")[1].splitlines() if line.startswith("$ bench ")]
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
    assert len(trials) == 2 * 2 * 4 * 2 * 2
    assert set(trials["status"]) == {"ok"}
    assert (fraud / "reports" / "fraud" / "report.md").is_file()
    for told in (said["plan"], said["run"]):
        assert "my: features: 2 numbers (amount, age), 1 category (country)" in told
        assert "my: left out: date (has dates" in told
        assert "my: left out: customer (differs in nearly every row" in told


@pytest.mark.slow
def test_the_notebook_of_the_readme_runs(tmp_path: Path) -> None:
    """The Python of the README works as it stands, beside the quick start."""
    (tmp_path / "suites").mkdir()
    quickstart = (ROOT / "suites" / "quickstart.yaml").read_text()
    (tmp_path / "suites" / "quickstart.yaml").write_text(quickstart.replace("splits: 3", "splits: 1"))

    done = subprocess.run(
        [sys.executable, "-c", blocks("python")[0]], cwd=tmp_path, capture_output=True, text=True
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("quickstart: 6 splits, 30 fits, 90 trials")


def test_make_knows_the_targets_of_the_readme() -> None:
    """Every `make` that the README names is a target."""
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))

    assert set(re.findall(r"make ([a-z-]+)", README)) - {"and"} <= targets


def test_links_lead_somewhere() -> None:
    """Every relative link of the Markdown files that we write names a file."""
    pages = [ROOT / "README.md", *ROOT.glob("*/README.md"), *ROOT.glob("plugins/*/README.md")]
    pages += [ROOT / "reports" / "performance.md"]
    for page in pages:
        links = re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8"))
        for link in links:
            if "://" not in link:
                assert (page.parent / link).exists(), f"{page.relative_to(ROOT)}: {link}"


def test_commands_and_options_of_the_readme_exist() -> None:
    """The table of commands is complete, and every option that is named is one of `bench run`."""
    named = set(re.findall(r"^\| `bench (\w+)", README, flags=re.MULTILINE))
    options = [{*one.opts, *one.secondary_opts} for one in bench.commands["run"].params]
    told = set(re.findall(r"`(--[a-z-]+)", README))

    assert named == set(bench.commands)
    assert told <= set().union(*options)
    assert all(told & names for names in options if any(name.startswith("--") for name in names))


def test_the_page_on_reports_explains_each_metric() -> None:
    """The table of metrics has the built-in ones, in their order."""
    text = (ROOT / "reports" / "README.md").read_text(encoding="utf-8")
    table = text.partition("| metric ")[2].partition("\n\n")[0]

    assert tuple(re.findall(r"^\| `(\w+)`", table, flags=re.MULTILINE)) == METRICS

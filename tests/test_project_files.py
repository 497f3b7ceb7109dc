"""What maintainers rely on: CONTRIBUTING, the version, the workflows and hooks say what is there."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from oversample_bench import __version__

ROOT = Path(__file__).resolve().parents[1]
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
WORKFLOWS = ROOT / ".github" / "workflows"
YAML_FILES = [*WORKFLOWS.glob("*.yml"), ROOT / ".pre-commit-config.yaml", ROOT / "CITATION.cff"]
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE))


def loaded(path: Path) -> Any:
    return YAML(typ="safe").load(path.read_text(encoding="utf-8"))


def answers() -> list[tuple[str, list[str], list[str]]]:
    """Return the table "Where is it decided?": question, files and functions of each row."""
    table = CONTRIBUTING.partition("## Where is it decided?")[2].partition("\n## ")[0]
    rows = [line.strip("| ").split(" | ") for line in table.splitlines() if line.startswith("| ")][2:]
    return [
        (question, re.findall(r"\]\((\S+?)\)", files), re.findall(r"`([\w.]+)`", functions))
        for question, _, files, functions in rows
    ]


def defined(path: Path) -> set[str]:
    """Return the functions and classes of a module, methods after the name of their class."""
    kinds = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    tree = ast.parse(path.read_text(encoding="utf-8"))
    top = [node for node in tree.body if isinstance(node, kinds)]
    inner = {
        f"{node.name}.{one.name}"
        for node in top
        if isinstance(node, ast.ClassDef)
        for one in node.body
        if isinstance(one, kinds)
    }
    return {node.name for node in top} | inner


def test_there_are_ten_answers() -> None:
    """A stranger finds at least ten answers to "where is this decided?"."""
    assert len(answers()) >= 10


@pytest.mark.parametrize(("question", "files", "functions"), answers(), ids=[row[0] for row in answers()])
def test_an_answer_names_what_there_is(question: str, files: list[str], functions: list[str]) -> None:
    """Each file is there, each function is in one of them, and each file has one of the functions."""
    there = [defined(ROOT / file) for file in files]

    assert functions
    assert set(functions) <= set().union(*there), question
    assert all(set(functions) & names for names in there), question


def test_contributing_names_what_there_is() -> None:
    """Whatever is a path in the text or a target of make exists."""
    paths = re.findall(r"`((?:tests|suites|reports|docs|plugins)/[\w/]*[\w.]*)`", CONTRIBUTING)

    assert len(paths) >= 5
    missing = [
        path for path in paths if not ((ROOT / path).exists() or (ROOT / "oversample_bench" / path).exists())
    ]
    assert missing == []
    assert set(re.findall(r"make ([a-z-]+)", CONTRIBUTING)) <= TARGETS


def test_the_version_has_one_source() -> None:
    """The package says its version; the build reads it there, and the citation is of the same."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))

    assert "version" not in project["project"]
    assert project["project"]["dynamic"] == ["version"]
    assert project["tool"]["setuptools"]["dynamic"]["version"] == {"attr": "oversample_bench.__version__"}
    assert loaded(ROOT / "CITATION.cff")["version"] == __version__


def test_what_is_installed_is_this_version() -> None:
    """The metadata of the installed distribution and the package agree; else `make install` is due."""
    assert version("oversample-bench") == __version__


def test_the_version_is_told_without_importing_a_framework() -> None:
    """Asking for the version loads neither numpy nor the metadata of what is installed."""
    program = (
        "import sys, oversample_bench; oversample_bench.__version__; "
        "print(*{'numpy', 'pandas', 'importlib.metadata'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT)

    assert done.stdout.strip() == "", done.stderr


@pytest.mark.parametrize("path", YAML_FILES, ids=lambda path: path.name)
def test_a_yaml_file_can_be_read(path: Path) -> None:
    """Workflows, hooks and citation are YAML with keys at the top."""
    assert isinstance(loaded(path), dict)


@pytest.mark.parametrize("name", ["tests", "scores", "release"])
def test_a_workflow_runs_what_there_is(name: str) -> None:
    """Its targets of make, its suites and its scripts exist, and each job has steps."""
    workflow = loaded(WORKFLOWS / f"{name}.yml")
    text = "\n".join(step.get("run", "") for job in workflow["jobs"].values() for step in job["steps"])

    assert all(job["steps"] for job in workflow["jobs"].values())
    assert set(re.findall(r"\bmake ([a-z-]+)", text)) <= TARGETS
    for path in re.findall(r"(?:suites|\.ci)/[\w.-]+", text):
        assert (ROOT / path).is_file(), path


def test_the_tests_run_on_every_python_that_is_promised() -> None:
    """Lint, types and tests run on the oldest Python of `requires-python`, and on the two after it."""
    workflow = loaded(WORKFLOWS / "tests.yml")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    versions = workflow["jobs"]["tests"]["strategy"]["matrix"]["python"]

    assert versions == ["3.11", "3.12", "3.13"]
    assert project["requires-python"] == f">={versions[0]}"


def test_hooks_need_no_network() -> None:
    """Every hook is local, and runs a target of make or a file that `make install` brings."""
    hooks = [hook for repo in loaded(ROOT / ".pre-commit-config.yaml")["repos"] for hook in repo["hooks"]]
    repos = [repo["repo"] for repo in loaded(ROOT / ".pre-commit-config.yaml")["repos"]]

    assert set(repos) == {"local"}
    assert {"ruff-format", "ruff-check", "mypy"} <= {hook["id"] for hook in hooks}
    for hook in hooks:
        first, second = hook["entry"].split()[:2]
        assert hook["language"] == "system"
        assert second in TARGETS if first == "make" else first.startswith(".venv/bin/")

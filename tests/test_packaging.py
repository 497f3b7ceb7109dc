"""What is installed from a wheel is the whole package: its data too, and nothing of what was built before."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PROJECTS = [ROOT, *sorted(file.parent for file in (ROOT / "plugins").glob("*/pyproject.toml"))]
BUILD = "import sys; from setuptools import build_meta; build_meta.build_wheel(sys.argv[1])"
UNWANTED = shutil.ignore_patterns("__pycache__", "*.egg-info", "build")


def package_of(project: Path) -> Path:
    """Return the folder of the project's one package."""
    (found,) = project.glob("oversample_bench*/__init__.py")
    return found.parent


@pytest.mark.slow
@pytest.mark.parametrize("project", PROJECTS, ids=lambda project: package_of(project).name)
def test_a_wheel_has_every_file_of_its_package(tmp_path: Path, project: Path) -> None:
    """Modules, tables, templates and markers of types are in the wheel; setuptools warns of nothing."""
    source, package = tmp_path / "source", package_of(project)
    shutil.copytree(package, source / package.name, ignore=UNWANTED)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        if (project / name).exists():
            shutil.copy(project / name, source)
    (source / package.name / "__pycache__").mkdir()
    (source / package.name / "__pycache__" / "old.pyc").touch()
    done = subprocess.run(
        [sys.executable, "-c", BUILD, str(tmp_path)], cwd=source, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    (wheel,) = tmp_path.glob("*.whl")
    within = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}

    files = [file for file in (source / package.name).rglob("*") if file.is_file()]
    assert {file.relative_to(source).as_posix() for file in files if file.suffix != ".pyc"} == within
    assert "Warning" not in done.stderr + done.stdout

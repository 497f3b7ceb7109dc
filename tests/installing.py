"""Plugins that a test installs by hand: real metadata and entry points, in each way that people have."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

HOOKS = """
from oversample_bench.api import hookimpl


@hookimpl
def register_oversamplers(register):
    register("shift", "{module}:Shift")
"""
METHOD = """
import numpy as np


class Shift:
    def fit_resample(self, X, y):
        new = X[y == 1] + 0.5
        return np.vstack([X, new]), np.append(y, np.ones(len(new), dtype=y.dtype))
"""


@dataclass(frozen=True)
class Distribution:
    """A distribution with one plugin.

    Parameters
    ----------
    name : str
        Of the distribution and of its entry point.
    files : mapping of str to str
        Its files by their paths from the top.
    hooks : str
        The module of the entry point.
    version : str, default="1.0"
        Of its metadata.
    """

    name: str
    files: Mapping[str, str]
    hooks: str
    version: str = "1.0"

    def into(self, site: Path) -> Path:
        """Install it as a wheel does, with a record of its files."""
        for path, text in self.files.items():
            (site / path).parent.mkdir(parents=True, exist_ok=True)
            (site / path).write_text(text, encoding="utf-8", newline="")
        record = "".join(f"{path},sha256=x,1\n" for path in [*self.files, f"{self._info}/METADATA"])
        self._describe(site, RECORD=record)
        return site

    def editable(self, site: Path, project: Path) -> Path:
        """Install it for editing: the files lie in a project, whose folder stands in a ``.pth`` file."""
        for path, text in self.files.items():
            (project / path).parent.mkdir(parents=True, exist_ok=True)
            (project / path).write_text(text, encoding="utf-8", newline="")
        (project / "pyproject.toml").write_text("", encoding="utf-8")
        site.mkdir(parents=True, exist_ok=True)
        (site / f"_{self.name}.pth").write_text(f"{project}\n", encoding="utf-8")
        url = json.dumps({"url": project.as_uri(), "dir_info": {"editable": True}})
        self._describe(site, **{"RECORD": f"_{self.name}.pth,,\n", "direct_url.json": url})
        return site

    def zipped(self, site: Path, archive: Path) -> Path:
        """Install it into a zip file on the path."""
        self.into(site)
        with zipfile.ZipFile(archive, "w") as file:
            for path in sorted(site.rglob("*")):
                file.write(path, path.relative_to(site))  # folders, too: a namespace is found by them
        shutil.rmtree(site)
        return archive

    @property
    def _info(self) -> str:
        return f"{self.name}-{self.version}.dist-info"

    def _describe(self, site: Path, **files: str) -> None:
        for old in site.glob(f"{self.name}-*.dist-info"):
            shutil.rmtree(old)
        (site / self._info).mkdir(parents=True)
        files["METADATA"] = f"Metadata-Version: 2.1\nName: {self.name}\nVersion: {self.version}\n"
        files["entry_points.txt"] = f"[oversample_bench]\n{self.name} = {self.hooks}\n"
        for name, text in files.items():
            (site / self._info / name).write_text(text, encoding="utf-8")


def in_a_process(program: str, *sites: Path, cwd: Path | None = None) -> str:
    """Run a program in a process of its own that finds what is installed in ``sites``; return its output."""
    added = "".join(f"site.addsitedir({str(site)!r}); sys.path.insert(0, {str(site)!r})\n" for site in sites)
    done = subprocess.run(
        [sys.executable, "-c", f"import site, sys\n{added}{program}"],
        capture_output=True,
        text=True,
        cwd=cwd,
        env={**os.environ, "OVERSAMPLE_BENCH_FIGURES": "0", "PYTHONDONTWRITEBYTECODE": "1"},
    )
    assert done.returncode in (0, 2), done.stdout + done.stderr
    return done.stdout

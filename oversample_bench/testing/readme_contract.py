"""The rules of a plugin's README: its examples run, and what it names in code is there."""

from __future__ import annotations

import re
from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from oversample_bench.testing.imports import fresh_python


class ReadmeContract:
    r"""The README of a plugin: its examples run, and what it names in code is there.

    Attributes
    ----------
    readme : Path
        The file.
    examples : int, default=1
        How many blocks of Python it has; each is run as a program of its own, in an empty folder.
    package : str, default=""
        The package in which the names of ``section`` are looked up; empty: they are not looked up.
    section : str, default=""
        The heading, with its marks, under which names stand; empty: the whole file.
    names : str, default="`(\w+(?:\.\w+)+)`"
        The regular expression whose group is such a name: by default whatever has a dot and stands as code.
    requires : sequence of str, default=()
        Packages without which the rules are skipped.
    install : str, default=""
        What to type when one of them is missing.
    """

    readme: Path
    examples: int = 1
    package: str = ""
    section: str = ""
    names: str = r"`(\w+(?:\.\w+)+)`"
    requires: Sequence[str] = ()
    install: str = ""

    def assert_printed(self, text: str) -> None:
        """Say what an example has to print; by default it may print anything."""

    def text(self) -> str:
        """Return the README, or skip the rule where a package is missing that it speaks of."""
        missing = [name for name in self.requires if find_spec(name) is None]
        if missing:
            pytest.skip(f"{', '.join(missing)} is not installed; {self.install}")
        return self.readme.read_text(encoding="utf-8")

    def test_the_examples_run(self) -> None:
        """Each example runs as it stands, without the bench, and prints what it should."""
        programs = re.findall(r"^```python\n(.*?)^```$", self.text(), re.DOTALL | re.MULTILINE)
        assert len(programs) == self.examples, f"{self.readme} has {len(programs)} blocks of Python"
        for program in programs:
            with TemporaryDirectory() as folder:
                done = fresh_python(program, cwd=Path(folder))
            assert done.returncode == 0, f"{program}\n{done.stderr}"
            self.assert_printed(done.stdout)

    def test_each_function_that_is_named_exists(self) -> None:
        """What the README names beside a step or an equation can be imported and called."""
        text = self.text()
        if not self.package:
            pytest.skip("the contract names no package")
        part = text.split(self.section, 1)[1].split("\n## ")[0] if self.section else text
        named = sorted(set(re.findall(self.names, part)))
        wrong = [name for name in named if not _callable(self.package, name)]

        assert named, f"{self.readme} names no function of {self.package}"
        assert not wrong, f"{self.readme} names {wrong}, which {self.package} has not, or not as a function"


def _callable(package: str, name: str) -> bool:
    module, *path = name.split(".")
    found: Any = import_module(f"{package}.{module}")
    for part in path:
        found = getattr(found, part, None)
    return callable(found)

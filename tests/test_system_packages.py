"""What tests use beside Python is installed where that is allowed; elsewhere the first line says so."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.chromium import NAMES

ROOT = Path(__file__).resolve().parents[1]
SCRIPT = ROOT / ".ci" / "system-packages"
TOOLS = ("bash", "sed", "tail", "tr", "touch", "chmod", "cat", "env")
PROGRAM = {"chromium": "chromium", "texlive-latex-recommended": "pdflatex"}

APT = """#!/usr/bin/env bash
echo "$@" >> calls
case "$*" in *update*) exit 0 ;; esac
package="${@: -1}"
tries=$(grep -c -- "$package$" calls)
HICCUP
case $package in chromium) name=chromium ;; *) name=pdflatex ;; esac
touch "programs/$name" && chmod +x "programs/$name"
"""


class Machine:
    """A folder with the programs that there are, an apt-get of our own, and its calls."""

    def __init__(self, home: Path) -> None:
        self.home, self.programs = home, home / "programs"
        self.programs.mkdir()
        for tool in (*TOOLS, "grep"):
            found = shutil.which(tool)
            assert found
            (self.programs / tool).symlink_to(found)

    def has(self, name: str, text: str = "") -> Machine:
        program = self.programs / name
        program.write_text(text)
        program.chmod(0o755)
        return self

    def user(self, number: int) -> Machine:
        return self.has("id", f"#!/usr/bin/env bash\necho {number}\n")

    def apt(self, hiccup: str = "") -> Machine:
        return self.has("apt-get", APT.replace("HICCUP", hiccup))

    def run(self) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["bash", SCRIPT], cwd=self.home, env={"PATH": str(self.programs)}, capture_output=True, text=True
        )

    def calls(self) -> list[str]:
        return (self.home / "calls").read_text().splitlines() if (self.home / "calls").exists() else []


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


@pytest.mark.parametrize("browser", NAMES)
def test_nothing_is_done_where_all_is_there(machine: Machine, browser: str) -> None:
    """Any browser that the tests know counts; nothing is asked of apt-get."""
    done = machine.has(browser).has("pdflatex").user(0).apt().run()

    assert (0, "System packages: Chromium and pdflatex are there.\n") == (done.returncode, done.stdout)
    assert [] == machine.calls()


def test_root_gets_what_is_missing(machine: Machine) -> None:
    """The first line names what is missing, the lists are fetched once, and each package is installed."""
    done = machine.user(0).apt().run()

    first, *_, last = done.stdout.splitlines()
    assert 0 == done.returncode, done.stderr
    assert "missing Chromium (tests in a browser), pdflatex (the test of LaTeX tables); installing" in first
    assert "System packages: installed." == last
    assert ["update", *PROGRAM] == [call.split()[-1] for call in machine.calls()]
    assert all("--no-install-recommends" in call for call in machine.calls()[1:])


def test_what_is_there_is_not_asked_for(machine: Machine) -> None:
    """Where only the browser is missing, only that is installed."""
    done = machine.has("pdflatex").user(0).apt().run()

    assert 0 == done.returncode, done.stderr
    assert "pdflatex" not in done.stdout
    assert ["update", "chromium"] == [call.split()[-1] for call in machine.calls()]


@pytest.mark.parametrize("who", ["no root", "no apt-get"])
def test_where_it_may_not_install_the_first_line_says_what_is_missing(machine: Machine, who: str) -> None:
    """Without root or apt-get nothing is tried: what is missing, that it is skipped, and the command."""
    done = (machine.user(1000).apt() if who == "no root" else machine.user(0)).run()

    (line,) = done.stdout.splitlines()
    assert 1 == done.returncode
    assert "missing Chromium (tests in a browser), pdflatex (the test of LaTeX tables); skipped" in line
    assert line.endswith("sudo apt-get install chromium texlive-latex-recommended")
    assert [] == machine.calls()


def test_a_mirror_that_hiccups_is_asked_again(machine: Machine) -> None:
    """A package that fails once is tried a second time."""
    done = machine.user(0).apt('[ "$tries" -gt 1 ] || exit 100').run()

    assert 0 == done.returncode, done.stderr
    assert ["update", *[name for name in PROGRAM for _ in range(2)]] == [
        call.split()[-1] for call in machine.calls()
    ]


def test_one_that_cannot_be_had_takes_no_other_along(machine: Machine) -> None:
    """After two failures the last line says what is missing still; the other package is there."""
    broken = '[ "$package" != chromium ] || { echo "E: no such package" >&2; exit 100; }'
    done = machine.user(0).apt(broken).run()

    last = done.stdout.splitlines()[-1]
    assert 1 == done.returncode
    assert "could not install Chromium (tests in a browser); these tests are skipped" in last
    assert "E: no such package" in done.stderr
    assert (machine.programs / "pdflatex").exists()


def test_ci_goes_on_without_them() -> None:
    """`.ci/run` begins with the script, and what it could not install fails nothing."""
    lines = [line for line in (ROOT / ".ci" / "run").read_text().splitlines() if line and line[0] != "#"]
    at = next(place for place, line in enumerate(lines) if "system-packages" in line)

    assert lines[:at] == ["set -euo pipefail", 'cd "$(dirname "$0")/.."']
    assert lines[at].startswith("bash .ci/system-packages || true")
    assert lines[-2:] == ["make check", "make test"]
    assert os.access(ROOT / ".ci" / "run", os.R_OK)

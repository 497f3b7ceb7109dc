"""What a program does, and what importing a module brings along, found out in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

FRAMEWORKS = (
    "imblearn",
    "keras",
    "matplotlib",
    "pandas",
    "ray",
    "scipy",
    "sklearn",
    "tensorflow",
    "torch",
)
"""Packages that cost 0.3 to 6 seconds to import, which a list of plugins must not wait for."""

_PROGRAM = """
import importlib, sys
importlib.import_module(sys.argv[1])
print(*(name for name in sys.argv[2:] if name in sys.modules), sep="\\n")
"""


def fresh_python(program: str, *args: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run a program in a Python of its own, which can import what this one can; it has one thread."""
    return subprocess.run(  # noqa: S603 - this Python, and a program that the caller wrote
        [sys.executable, "-c", program, *args],
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
            "OMP_NUM_THREADS": "1",  # other tests run beside it
        },
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
    )


def frameworks_loaded_by(module: str) -> list[str]:
    """Import ``module`` in a fresh Python and return those of `FRAMEWORKS` that came with it.

    Raises
    ------
    ValueError
        The module cannot be imported; the message ends with the last line that Python wrote.
    """
    done = fresh_python(_PROGRAM, module, *FRAMEWORKS)
    if done.returncode:
        raise ValueError(f"'{module}' cannot be imported: {done.stderr.strip().splitlines()[-1]}")
    return done.stdout.split()

"""What importing a module brings along, found out in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys

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


def frameworks_loaded_by(module: str) -> list[str]:
    """Import ``module`` in a fresh Python and return those of `FRAMEWORKS` that came with it.

    Raises
    ------
    ValueError
        The module cannot be imported; the message ends with the last line that Python wrote.
    """
    done = subprocess.run(  # noqa: S603 - this Python, and a module that the caller names
        [sys.executable, "-c", _PROGRAM, module, *FRAMEWORKS],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise ValueError(f"'{module}' cannot be imported: {done.stderr.strip().splitlines()[-1]}")
    return done.stdout.split()

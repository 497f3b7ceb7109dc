import os
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
STEPS = README.split("## The method, step by step")[1].split("## ")[0]
FUNCTIONS = sorted(set(re.findall(r"`(\w+(?:\.\w+)+)`", STEPS)))


def test_the_example_without_the_bench_runs(tmp_path):
    """The README's example runs as it stands and prints a score."""
    (program,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)

    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=os.environ | {"OMP_NUM_THREADS": "1"},  # other tests run beside it
    )

    assert done.returncode == 0, done.stderr
    assert -1 <= float(done.stdout) <= 1


@pytest.mark.parametrize("name", FUNCTIONS)
def test_each_function_of_the_tables_exists(name):
    """What the README names beside a step is there."""
    module, *path = name.split(".")
    found = import_module(f"oversample_bench_swim.{module}")
    for part in path:
        found = getattr(found, part)

    assert callable(found)

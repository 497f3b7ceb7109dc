import os
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
EQUATIONS = README.split("## The paper, function by function")[1].split("## ")[0]
FUNCTIONS = sorted(set(re.findall(r"`(\w+(?:\.\w+)+)`", EQUATIONS)))
WEIGHTS = re.findall(r"`(\w+)` \((\w\w?)\)", EQUATIONS)


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
def test_each_function_of_the_table_exists(name):
    """What the README names beside an equation is there."""
    module, *path = name.split(".")
    found = import_module(f"oversample_bench_gan.{module}")
    for part in path:
        found = getattr(found, part)

    assert callable(found)


def test_each_weight_of_the_paper_is_a_parameter():
    """The eight weights that the README lists are parameters of GLGAN, and reach the letter that it gives."""
    from oversample_bench_gan.glgan import GLGAN

    values = {name: position + 0.5 for position, (name, _) in enumerate(WEIGHTS)}
    weights = GLGAN(**values)._plan(d=4).weights

    assert 8 == len(WEIGHTS)
    assert values == {name: getattr(weights, letter.lower()) for name, letter in WEIGHTS}

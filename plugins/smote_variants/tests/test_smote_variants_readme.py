import os
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from oversample_bench_smote_variants.known import DETERMINISTIC, REFUSED, REMOVES_ROWS
from oversample_bench_smote_variants.names import INSTALL, NAMES, registered

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
FUNCTIONS = sorted(set(re.findall(r"`(mdo_exact(?:\.\w+)+|samplers\.\w+)`", README)))


def test_the_example_without_the_bench_runs(tmp_path):
    """The README's example runs as it stands and prints a score."""
    pytest.importorskip("smote_variants", reason=INSTALL)
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
    """What the README names beside a step or a name is there."""
    pytest.importorskip("smote_variants", reason=INSTALL)
    module, *path = name.split(".")
    found = import_module(f"oversample_bench_smote_variants.{module}")
    for part in path:
        found = getattr(found, part)

    assert callable(found)


def test_the_names_of_the_rule_are_those_that_are_offered():
    """The examples of the rule follow it, and what to type is what the list of plugins says."""
    for example, name in re.findall(r"`(\w+)` is\s`(sv_\w+)`", README):
        assert (True, name) == (example in NAMES, registered(example))
    assert f"$ {INSTALL}\n" in README


def test_counts_are_those_of_the_tables():
    """Numbers that the text gives are those of what it speaks of."""
    assert "Sixteen samplers remove" in README
    assert "five samplers take `random_state`" in README
    assert (16, 5, {"ISOMAP_Hybrid", "E_SMOTE"}) == (len(REMOVES_ROWS), len(DETERMINISTIC), set(REFUSED))
    assert "the 89 others" in README
    assert 91 == len(NAMES)


def test_eleven_samplers_have_no_proportion():
    """Those that decide by themselves how many rows they make are as many as the text says."""
    library = pytest.importorskip("smote_variants", reason=INSTALL)
    from inspect import signature

    without = [name for name in NAMES if "proportion" not in signature(getattr(library, name)).parameters]

    assert 11 == len(without), without
    assert "Eleven samplers decide by themselves" in README

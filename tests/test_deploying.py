"""The scripts of docs/deploy do what docs/cluster.md says."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from oversample_bench.execution.driver import run
from oversample_bench.execution.merge_folders import merge
from oversample_bench.execution.run_result import Options
from oversample_bench.report import trials
from oversample_bench.suite import load_suite

SCRIPT = Path(__file__).parents[1] / "docs" / "deploy" / "shards.sbatch"
SUITE = "name: array\ndata: [ecoli1]\nmethods: [none, random]\nclassifiers: [decision_tree]\nsplits: 2\n"
MEASURED = ["fit_seconds", "trial_seconds", "peak_mib"]
BASH = shutil.which("bash")


@pytest.mark.skipif(BASH is None, reason="a bash")
def test_the_tasks_of_an_array_are_the_whole_run(tmp_path: Path) -> None:
    """The script, with the variables that Slurm sets, makes the shards; merged they equal one run."""
    suite_file = tmp_path / "suite.yaml"
    suite_file.write_text(SUITE)
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    for task in (1, 2):
        array = {"SLURM_ARRAY_TASK_ID": str(task), "SLURM_ARRAY_TASK_COUNT": "2"}
        subprocess.run(
            [str(BASH), str(SCRIPT), str(suite_file)],
            cwd=tmp_path,
            env=os.environ | {"PATH": path} | array,
            check=True,
        )
    shards = [tmp_path / "reports" / f"array.shard-{task}-of-2" for task in (1, 2)]
    merge(tmp_path / "merged", shards)
    whole = run(load_suite(suite_file), tmp_path / "whole", Options(runner="serial", report=False))
    again = run(load_suite(suite_file), tmp_path / "merged", Options(runner="serial", report=False))

    assert again.computed == 0
    pd.testing.assert_frame_equal(
        whole.trials().drop(columns=MEASURED), trials(tmp_path / "merged").drop(columns=MEASURED)
    )

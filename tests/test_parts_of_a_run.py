"""A suite in parts: shards on machines that know nothing of each other, and runs that end when time is up."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from oversample_bench.cli import main
from oversample_bench.core.errors import UsageError
from oversample_bench.execution.driver import run
from oversample_bench.execution.merge_folders import merge
from oversample_bench.execution.run_result import Options
from oversample_bench.suite import parse_suite
from oversample_bench.suite.plan import first_of, plan

SUITE = """
name: parts
data: [ecoli1, {dataset: glass2, splits: 2}]
methods:
  - none
  - random
  - {name: smote, params: {k_neighbors: 3}}
  - {name: smote, label: again, params: {k_neighbors: 3}}
classifiers: [knn, decision_tree]
splits: 3
seeds: 2
"""
MEASURED = ["fit_seconds", "trial_seconds", "peak_mib"]
SERIAL = Options(runner="serial")


def numbers(frame: pd.DataFrame) -> pd.DataFrame:
    """Return trials without what a clock measured."""
    return frame.drop(columns=MEASURED).reset_index(drop=True)


@given(st.integers(1, 22))
def test_shards_are_disjoint_whole_and_of_one_size(count: int) -> None:
    """Every trial is in one shard, with all trials of its fit; no shard has two fits more than another."""
    whole = plan(parse_suite(SUITE))
    shards = [whole.shard(number, count) for number in range(1, count + 1)]
    fits = [{first_of(trial.spec.resample) for trial in shard.trials} for shard in shards]

    assert sorted(map(repr, whole.trials)) == sorted(
        repr(trial) for shard in shards for trial in shard.trials
    )
    assert sum(map(len, fits)) == len(set().union(*fits)) == len(whole.fits())
    assert max(map(len, fits)) - min(map(len, fits)) <= 1


def test_a_shard_is_the_same_wherever_the_data_lie(tmp_path: Path) -> None:
    """Machines keep a table in different folders, and cut the suite in the same way."""
    text = SUITE.replace("ecoli1,", "{path: t.csv, target: y},")
    found = []
    for name in ("one", "two"):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "t.csv").write_text("x,y\n1,2\n")
        shard = plan(parse_suite(text, folder=folder)).shard(2, 5)
        found.append([(trial.dataset, trial.method, trial.spec.resample.seed) for trial in shard.trials])

    assert found[0] == found[1]


def test_more_shards_than_fits_are_refused() -> None:
    """An empty shard would be a run without anything to do, which nobody means."""
    with pytest.raises(UsageError, match=r"31 shards of 30 fits: some would be empty"):
        plan(parse_suite(SUITE)).shard(1, 31)


def test_merged_shards_are_the_whole_run(tmp_path: Path) -> None:
    """Runs of the parts, merged, have the trials and scores of one run, and nothing is left to do."""
    suite = parse_suite(SUITE)
    whole = run(suite, tmp_path / "whole", SERIAL)
    folders = [tmp_path / f"shard {number}" for number in (1, 2, 3)]
    parts = [
        run(suite, folder, Options(runner="serial", shard=(number, 3)))
        for number, folder in enumerate(folders, 1)
    ]
    merge(tmp_path / "merged", folders)
    merged = run(suite, tmp_path / "merged", SERIAL)

    assert sum(part.computed for part in parts) == whole.computed
    assert merged.computed == 0
    pd.testing.assert_frame_equal(numbers(whole.trials()), numbers(merged.trials()), check_exact=True)


def over_after(seconds: float, runner: str) -> Options:
    return Options(runner=runner, workers=2, max_seconds=seconds)  # type: ignore[arg-type]  # one of them


def check_time_is_up(tmp_path: Path, runner: str) -> None:
    """Begin nothing once time is up, then go on, and hold the whole against a run in one go."""
    suite = parse_suite(SUITE)
    stopped = run(suite, tmp_path / "parts", over_after(1e-6, runner))
    whole = run(suite, tmp_path / "whole", SERIAL)
    done = run(suite, tmp_path / "parts", over_after(600.0, runner))

    assert stopped.counts["pending"] > 0
    assert not stopped.interrupted
    assert stopped.exit_code == 2
    assert stopped.counts.get("ok", 0) + done.computed == whole.computed
    pd.testing.assert_frame_equal(numbers(whole.trials()), numbers(done.trials()), check_exact=True)


def test_a_run_whose_time_is_up_goes_on_later(tmp_path: Path) -> None:
    """Exit code 2 and what is left; the next run does the rest, with the same numbers."""
    check_time_is_up(tmp_path, "serial")


@pytest.mark.usefixtures("ray_cluster")
def test_a_run_whose_time_is_up_goes_on_later_on_ray(tmp_path: Path) -> None:
    """The same as in one process."""
    check_time_is_up(tmp_path, "ray")


def ended(*words: str) -> int | str | None:
    with pytest.raises(SystemExit) as found:
        main(list(words))
    return found.value.code


def test_the_line_that_goes_on_has_shard_and_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is printed can be typed: the shard as it was written, its folder beside that of the whole."""
    monkeypatch.chdir(tmp_path)
    Path("s.yaml").write_text(SUITE)
    code = ended("run", "s.yaml", "--runner", "serial", "--shard", "2/3", "--max-time", "0.000001s")
    told = capsys.readouterr().out
    line = next(line for line in told.splitlines() if "are left. Go on with: " in line)
    again = line.partition("Go on with: ")[2].split()

    assert code == 2
    assert (tmp_path / "reports" / "parts.shard-2-of-3" / "results.sqlite").is_file()
    assert again[:6] == ["bench", "run", "s.yaml", "--runner", "serial", "--shard"]
    assert again[6:8] == ["2/3", "--max-time"]
    assert ended("plan", "s.yaml", "--shard", "2/3") == 0
    assert "10 fits" in capsys.readouterr().out


@pytest.mark.parametrize("text", ["0/3", "4/3", "3", "a/b", "1/0", "-1/3"])
def test_what_is_no_part_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str) -> None:
    """A shard is a number from 1 to how many there are."""
    (tmp_path / "s.yaml").write_text(SUITE)

    assert ended("run", str(tmp_path / "s.yaml"), "--shard", text) == 1
    assert f"--shard is '{text}'; expected a part of how many" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["soon", "0", "-5m", "inf", "5w", ""])
def test_what_is_no_time_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str) -> None:
    """A time is a number above 0 with a unit: seconds, minutes, hours or days."""
    (tmp_path / "s.yaml").write_text(SUITE)

    assert ended("run", str(tmp_path / "s.yaml"), "--max-time", text) == 1
    assert f"--max-time is '{text}'; expected a time such as 90s, 30m, 2h or 1d" in capsys.readouterr().err

"""The score gate: what passes it, what fails it, and what it refuses to judge."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oversample_bench import Options, load_suite, run
from oversample_bench.analysis.gate import Baseline, check, update
from oversample_bench.analysis.gate.baseline import baseline_of, load_baseline, write_baseline
from oversample_bench.analysis.gate.gate_scores import GateCell, GateScores, read_scores
from oversample_bench.analysis.gate.judging import ALL, judge
from oversample_bench.cli import main
from oversample_bench.core.errors import UsageError
from oversample_bench.suite import parse_suite
from oversample_bench.suite.plan import plan

ROOT = Path(__file__).parents[1]
SUITE = """
name: small
data: [ecoli1]
methods: [none, random]
classifiers: [decision_tree, knn]
splits: 3
seeds: 3
metrics: [mcc, brier]
"""

# --- the rule, on numbers made here


def scores(values: Mapping[GateCell, Any], *, higher_is_better: bool = True) -> GateScores:
    """Return scores as a run would give them."""
    rows = {cell: tuple(map(tuple, np.asarray(array).tolist())) for cell, array in values.items()}
    return GateScores("made", "0" * 32, "mcc", higher_is_better, {}, {}, rows, {})


def cell(method: str = "m", classifier: str = "c", dataset: str = "d") -> GateCell:
    return GateCell(dataset, "natural", classifier, method)


def noisy(generator: np.random.Generator, shape: tuple[int, int], sd: float = 0.02) -> Any:
    """Return scores of splits that differ much and seeds that differ by ``sd``."""
    return np.linspace(0.3, 0.8, shape[0])[:, None] + sd * generator.standard_normal(shape)


@settings(deadline=None)  # the first example imports scipy
@given(seed=st.integers(0, 2**32 - 1), shift=st.floats(-0.5, 0.5), higher=st.booleans())
def test_a_shift_is_seen_exactly_when_it_is_beyond_the_band(seed: int, shift: float, higher: bool) -> None:
    """A mean that moved beyond the band is worse or better, as the metric points; within it, the same."""
    before = {cell(): noisy(np.random.default_rng(seed), (8, 3))}
    baseline = baseline_of(scores(before, higher_is_better=higher))
    moved = scores({cell(): before[cell()] + shift}, higher_is_better=higher)

    (row,) = judge(baseline, moved).rows
    expected = "same" if abs(row.difference) <= row.band else "better" if (shift > 0) == higher else "worse"
    assert expected == row.verdict
    assert shift == pytest.approx(row.difference, abs=2e-6)
    assert row.band >= baseline.tolerance


@pytest.mark.parametrize("seeds", [1, 2, 3])
def test_nothing_is_the_same_as_itself(seeds: int) -> None:
    """A rerun that gives the same numbers passes, whatever the noise, also where there is none at all."""
    generator = np.random.default_rng(0)
    values = {cell(): noisy(generator, (8, seeds)), cell("flat"): np.full((8, seeds), 0.5)}
    judgement = judge(baseline_of(scores(values)), scores(values))

    assert judgement.passed
    assert {0.0} == {row.difference for row in judgement.rows}


@pytest.mark.parametrize(("shape", "least", "most"), [((10, 3), 0.1, 0.25), ((20, 2), 0.1, 0.25)])
def test_false_alarms_are_as_rare_as_promised(shape: tuple[int, int], least: float, most: float) -> None:
    """Of runs that differ in seeds alone, about ``false_alarm`` fail: 20 % here, so that few runs tell."""
    generator = np.random.default_rng(7)
    places = [cell(classifier=classifier, dataset=dataset) for classifier in "ab" for dataset in "de"]
    failed = []
    for _ in range(200):
        before, now = (scores({place: noisy(generator, shape) for place in places}) for _ in range(2))
        baseline = baseline_of(before).model_copy(update={"false_alarm": 0.2, "tolerance": 0.0})
        failed.append(not judge(baseline, now).passed)

    assert least <= np.mean(failed) <= most


def test_a_method_that_became_erratic_cannot_hide() -> None:
    """The band is made of the baseline's noise: collapses on some splits fail, widely as splits differ."""
    before = noisy(np.random.default_rng(1), (20, 3), sd=0.01)
    now = before.copy()
    now[[3, 8, 15]] -= 0.4

    (row,) = judge(baseline_of(scores({cell(): before})), scores({cell(): now})).rows
    assert "worse" == row.verdict
    assert row.interval[0] < 0 < row.interval[1] + 0.02
    assert row.band < 0.02


def test_with_one_seed_the_band_is_that_of_the_differences() -> None:
    """Without seeds to learn the noise from, the band is the interval of the differences over splits."""
    generator = np.random.default_rng(2)
    before = noisy(generator, (12, 1))
    baseline = baseline_of(scores({cell(): before}))
    noise, fall = (
        scores({cell(): before + shift + 0.02 * generator.standard_normal((12, 1))}) for shift in (0, -0.2)
    )

    assert judge(baseline, noise).passed
    assert ["worse"] == [row.verdict for row in judge(baseline, fall).rows]


@pytest.mark.parametrize(("shift", "verdict"), [(-0.004, "same"), (0.004, "same"), (-0.006, "worse")])
def test_the_tolerance_holds_where_there_is_no_noise(shift: float, verdict: str) -> None:
    """Of a method that seeds do not move, a mean may still move by 0.005, as another library may have it."""
    baseline = baseline_of(scores({cell(): np.full((8, 3), 0.5)}))

    (row,) = judge(baseline, scores({cell(): np.full((8, 3), 0.5 + shift)})).rows
    assert (verdict, 0.005) == (row.verdict, row.band)


def test_a_small_loss_everywhere_is_seen_over_all_sets() -> None:
    """What no cell shows alone is seen where the cells of a method are taken together."""
    generator = np.random.default_rng(3)
    before = {cell(dataset=str(number)): noisy(generator, (10, 3)) for number in range(30)}
    now = {place: rows - 0.008 for place, rows in before.items()}
    *alone, together = judge(baseline_of(scores(before)), scores(now)).rows

    assert {"same"} == {row.verdict for row in alone}
    assert (GateCell(ALL, ALL, ALL, "m"), "worse", 900) == (together.place, together.verdict, together.n)


def test_band_by_hand() -> None:
    """The band of six splits with two seeds: t of 6 degrees, 0.5 % a side, times the standard error."""
    before = np.array([[0.5, 0.52], [0.6, 0.58], [0.7, 0.72], [0.4, 0.42], [0.3, 0.28], [0.8, 0.82]])

    (row,) = judge(baseline_of(scores({cell(): before})), scores({cell(): before})).rows
    variance = 2 * 0.0002 / 12  # each split: 0.02² / 2
    assert 3.7074280213247794 * variance**0.5 == pytest.approx(row.band)


# --- the file

LABELS = st.text(min_size=1, max_size=8) | st.sampled_from(['"scores": []', "a / b", "[red]", "\n", "ü"])
ROWS = st.integers(1, 3).flatmap(
    lambda seeds: st.lists(
        st.tuples(*[st.floats(-1, 1).map(lambda value: round(value, 6))] * seeds), min_size=6, max_size=8
    )
)


@given(cells=st.dictionaries(st.tuples(LABELS, LABELS, LABELS, LABELS), ROWS, min_size=1, max_size=4))
def test_a_baseline_is_read_as_it_was_written(cells: dict[Any, Any]) -> None:
    """The file gives back every score under its label, whatever the labels hold, and the same bytes again."""
    made = baseline_of(scores({GateCell(*place): rows for place, rows in cells.items()}))
    read = Baseline.model_validate(json.loads(made.text()))

    assert {GateCell(*place): tuple(rows) for place, rows in cells.items()} == read.values()
    assert made.text() == read.text()


def test_a_line_a_split() -> None:
    """A score that changed is one line of a diff."""
    before, now = np.full((6, 2), 0.25), np.full((6, 2), 0.25)
    now[4, 1] = 0.5
    one, two = (baseline_of(scores({cell(): rows})).text().splitlines() for rows in (before, now))

    changed = [pair for pair in zip(one, two, strict=True) if pair[0] != pair[1]]
    assert ['  {"cell": ["d", "natural", "c", "m"], "split": 4, "scores": [0.25, 0.5]},'] == [
        new for _, new in changed
    ]


DAMAGES: dict[str, Callable[[str], str | bytes]] = {
    "cut": lambda text: text[: len(text) // 2],
    "empty": lambda _: "",
    "a list": lambda _: "[]",
    "bytes": lambda _: b"\xff\xfe\x00",
    "a conflict": lambda text: text.replace('"metric"', '<<<<<<< ours\n "metric"'),
    "a line lost": lambda text: "\n".join(line for line in text.splitlines() if '"split": 1' not in line),
    "a line twice": lambda text: text.replace('"split": 1', '"split": 0'),
    "a score lost": lambda text: text.replace("[0.25, 0.25]", "[0.25]", 1),
    "NaN": lambda text: text.replace("[0.25, 0.25]", "[0.25, NaN]", 1),
    "text": lambda text: text.replace("[0.25, 0.25]", '[0.25, "high"]', 1),
    "no metric": lambda text: text.replace('"metric"', '"metrik"'),
    "false_alarm": lambda text: text.replace('"false_alarm": 0.01', '"false_alarm": 0'),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_baseline_is_told(tmp_path: Path, damage: str) -> None:
    """Whatever happened to the file, a sentence says which file and what to do; nothing is judged by it."""
    path = tmp_path / "baseline.json"
    damaged = DAMAGES[damage](baseline_of(scores({cell(): np.full((6, 2), 0.25)})).text())
    path.write_bytes(damaged if isinstance(damaged, bytes) else damaged.encode())

    with pytest.raises(UsageError, match=r"baseline\.json' is damaged \(.*make it anew with --update"):
        load_baseline(path)


def test_a_newer_baseline_is_refused(tmp_path: Path) -> None:
    """A file of a later version is not guessed at."""
    path = tmp_path / "baseline.json"
    path.write_text('{"format": 2, "rows": "in another way"}', encoding="utf-8")

    with pytest.raises(UsageError, match=r"newer oversample-bench \(format 2, this one reads up to 1\)"):
        load_baseline(path)


@pytest.mark.parametrize("shape", [(1, 1), (1, 3), (5, 1), (2, 3)])
def test_too_few_splits_and_seeds_make_no_baseline(shape: tuple[int, int]) -> None:
    """What could tell no change from noise is no gate; the sentence says how many are enough."""
    with pytest.raises(UsageError, match=r"tell too little of the noise.* 5 splits and 2 seeds at least"):
        baseline_of(scores({cell(): np.full(shape, 0.5)}))


def test_a_file_that_cannot_be_written_leaves_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file is replaced as a whole or not at all."""
    path = tmp_path / "baseline.json"
    write_baseline(baseline_of(scores({cell(): np.full((6, 2), 0.25)})), path)
    old = path.read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.replace", full)
    with pytest.raises(OSError, match="No space"):
        write_baseline(baseline_of(scores({cell(): np.full((6, 2), 0.75)})), path)

    assert (old, [path]) == (path.read_bytes(), list(tmp_path.iterdir()))


# --- the commands


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str


@pytest.fixture
def bench(capfd: pytest.CaptureFixture[str]) -> Callable[..., Ended]:
    """Carry out a command line in this process."""

    def carry_out(*words: object) -> Ended:
        capfd.readouterr()
        with pytest.raises(SystemExit) as caught:
            main([str(word) for word in words])
        return Ended(caught.value.code, *capfd.readouterr())

    return carry_out


def carried_out(text: str, folder: Path) -> Path:
    """Run a suite given as text into ``folder``."""
    run(parse_suite(text, "suite.yaml", ROOT / "suites"), folder, Options(runner="serial"))
    return folder


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a finished run of the small suite, with its baseline beside it."""
    folder = carried_out(SUITE, tmp_path_factory.mktemp("gate") / "small")
    update(folder, folder / "baseline.json")
    return folder


@pytest.fixture
def copied(made: Path, tmp_path: Path) -> Path:
    """Return a copy of that run, to be spoilt."""
    return Path(shutil.copytree(made, tmp_path / "copy"))


def spoil(folder: Path, statement: str) -> None:
    """Change the store of a run."""
    connection = sqlite3.connect(folder / "results.sqlite")
    with connection:
        assert connection.execute(statement).rowcount > 0
    connection.close()


def test_a_rerun_passes(made: Path, tmp_path: Path, bench: Callable[..., Ended]) -> None:
    """The same suite in another folder passes with 0; each comparison has its line."""
    again = carried_out(SUITE, tmp_path / "again")
    ended = bench("check", again, "--baseline", made / "baseline.json")

    assert (0, "") == (ended.code, ended.err)
    lines = ended.out.splitlines()
    assert lines[0].split()[:7] == ["data", "set", "ratio", "classifier", "method", "n", "baseline"]
    assert 6 == sum(line.endswith(" same") for line in lines)
    assert "Passed: in none of 6 comparisons is the difference beyond its band." == lines[-1]


def test_worse_scores_fail_with_3(copied: Path, bench: Callable[..., Ended]) -> None:
    """A loss ends with 3 and names the method; the other one is not accused."""
    spoil(
        copied,
        "UPDATE scores SET value = value - 0.4 WHERE metric = 'mcc' AND trial IN"
        " (SELECT trial FROM planned WHERE method = 'random')",
    )
    ended = bench("check", copied)

    assert 3 == ended.code
    assert "Failed: random is worse in 3 of 3 comparisons." in ended.out
    assert "none is worse" not in ended.out
    assert "resamples nothing" not in ended.out


def test_better_scores_are_suspicious_and_anchors_are_told(copied: Path, bench: Callable[..., Ended]) -> None:
    """A gain ends with 3 too; where the method that resamples nothing moves, the cause is elsewhere."""
    spoil(copied, "UPDATE scores SET value = value + 0.4 WHERE metric = 'mcc'")
    ended = bench("check", copied)

    assert 3 == ended.code
    assert "Failed: none is better in 3 of 3 comparisons." in ended.out
    assert "Better is suspicious until somebody knows why" in ended.out
    assert "none has moved too, and it resamples nothing" in ended.out


def test_what_changed_in_the_environment_is_told_with_a_failure(
    copied: Path, bench: Callable[..., Ended]
) -> None:
    """A failure lists the versions that are not those of the baseline."""
    path = copied / "baseline.json"
    old = load_baseline(path)
    environment = {**old.environment, "scikit-learn": "0.1"}
    write_baseline(old.model_copy(update={"environment": environment}), path)
    spoil(copied, "UPDATE scores SET value = value - 0.4 WHERE metric = 'mcc'")

    line = bench("check", copied).out.splitlines()[-1]
    assert line.startswith("Since the baseline: scikit-learn 0.1 -> ")


@pytest.mark.parametrize("value", ["NULL", "9e999"])
def test_a_score_that_is_not_finite_is_lost(copied: Path, bench: Callable[..., Ended], value: str) -> None:
    """One NaN (which SQLite keeps as NULL) or infinity fails the gate, with its cell named."""
    spoil(
        copied,
        f"UPDATE scores SET value = {value} WHERE metric = 'mcc' AND trial ="
        " (SELECT trial FROM planned WHERE method = 'random' AND classifier = 'knn' LIMIT 1)",
    )
    ended = bench("check", copied)

    assert 3 == ended.code
    assert "lost: 1 without a score (no finite score)" in ended.out
    assert "Failed: random has lost scores in 1 of 2 comparisons." in ended.out


def test_a_metric_that_failed_has_lost_its_scores(copied: Path, bench: Callable[..., Ended]) -> None:
    """An empty cell of a metric that failed fails the gate with the reason."""
    spoil(
        copied,
        "UPDATE scores SET value = NULL, reason = 'ValueError: no room' WHERE metric = 'mcc' AND trial ="
        " (SELECT trial FROM planned WHERE method = 'random' AND classifier = 'knn' LIMIT 1)",
    )
    ended = bench("check", copied)

    assert 3 == ended.code
    assert "lost: 1 without a score (ValueError: no room)" in ended.out


def test_a_method_that_fails_has_lost_its_scores(
    made: Path, tmp_path: Path, bench: Callable[..., Ended], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Trials that failed are no gap in a mean: the gate fails and says why they failed."""

    def fails(*_: object) -> None:
        raise ValueError("no rows today")

    monkeypatch.setattr("imblearn.over_sampling.RandomOverSampler._fit_resample", fails)
    folder = carried_out(SUITE, tmp_path / "failed")
    ended = bench("check", folder, "--baseline", made / "baseline.json")

    assert 3 == ended.code
    assert "lost: 9 without a score (upstream: " in ended.out
    assert "no rows today" in ended.out
    with pytest.raises(UsageError, match="a baseline has to be whole, and this run is not: ecoli1 / "):
        update(folder, tmp_path / "new.json")
    assert not (tmp_path / "new.json").exists()


def test_an_unfinished_run_is_not_judged(copied: Path, bench: Callable[..., Ended]) -> None:
    """Trials that are not done yet are neither good nor bad: 1, with what to do."""
    spoil(copied, "DELETE FROM trials WHERE digest = (SELECT trial FROM planned LIMIT 1)")
    ended = bench("check", copied)

    assert (1, "") == (ended.code, ended.out)
    assert "is not finished: 1 of 36 trials are not done. Go on with `bench run`" in ended.err


OTHERS = {
    "method": (("[none, random]", "[none]"), "the run has no method 'random' (it has: none)"),
    "more": (("[none, random]", "[none, random, smote]"), "the baseline has no method 'smote'"),
    "data": (("[ecoli1]", "[ecoli2]"), "the run has no data set 'ecoli1' (it has: ecoli2)"),
    "label": (("[ecoli1]", "[{dataset: ecoli2, label: ecoli1}]"), "data ecoli1 is 'ecoli2, rows "),
    "splits": (("splits: 3", "splits: 4"), "the baseline has 3 splits with 3 seeds, the run 4 splits"),
    "params": (
        ("knn]", "{name: knn, params: {n_neighbors: 1}}]"),
        "classifier knn is 'knn {\"n_neighbors\":1}', in the baseline 'knn {}'",
    ),
    "protocol": (("splits: 3", "protocol: {scale: none}\nsplits: 3"), 'protocol is \'{"scale": "none"'),
    "name": (("name: small", "name: large"), "the baseline is of the suite 'small', the run of 'large'"),
    "metric": (("[mcc, brier]", "[f1_macro]"), "the metric 'mcc', which the run has not. The run has: f1_m"),
}


@pytest.mark.slow
@pytest.mark.parametrize("other", OTHERS)
def test_another_suite_is_not_compared(
    made: Path, tmp_path: Path, bench: Callable[..., Ended], other: str
) -> None:
    """A run that asked for something else ends with 1, in a sentence that names it; --update takes it."""
    (old, new), sentence = OTHERS[other]
    folder = carried_out(SUITE.replace(old, new), tmp_path / "other")
    shutil.copy(made / "baseline.json", tmp_path)
    ended = bench("check", folder, "--baseline", tmp_path / "baseline.json")
    updated = bench("check", folder, "--baseline", tmp_path / "baseline.json", "--update")

    assert (1, "") == (ended.code, ended.out)
    assert sentence in ended.err
    assert "make the baseline anew with --update" in ended.err
    assert (0, "") == (updated.code, updated.err)
    assert "Of something else: " in updated.out
    assert check(folder, tmp_path / "baseline.json").passed


def test_limits_and_titles_are_no_other_suite(made: Path, tmp_path: Path) -> None:
    """What changes no number may change without a new baseline."""
    text = SUITE + 'limits: {fit: 50}\nreport: {title: "Another title", digits: 2}\n'

    assert check(carried_out(text, tmp_path / "titled"), made / "baseline.json").passed


def test_what_is_not_there_is_told(made: Path, tmp_path: Path, bench: Callable[..., Ended]) -> None:
    """No baseline, no run, no folder: 1 and a sentence, never a traceback."""
    no_file = bench("check", made, "--baseline", tmp_path / "none.json")
    no_run = bench("check", tmp_path, "--baseline", made / "baseline.json")
    neither = bench("check", tmp_path)

    assert (1, 1, 1) == (no_file.code, no_run.code, neither.code)
    assert "is not the folder of a run" in neither.err
    assert "there is no baseline '" in no_file.err
    assert "Make it of a run that is good with --update" in no_file.err
    assert "is not the folder of a run" in no_run.err


def test_update_tells_what_changed_and_keeps_the_settings(copied: Path, bench: Callable[..., Ended]) -> None:
    """A new baseline passes, has the old one's tolerance, and the difference to the old one was shown."""
    path = copied / "baseline.json"
    write_baseline(load_baseline(path).model_copy(update={"tolerance": 0.02}), path)
    spoil(
        copied,
        "UPDATE scores SET value = value - 0.4 WHERE metric = 'mcc' AND trial IN"
        " (SELECT trial FROM planned WHERE method = 'random')",
    )
    ended = bench("check", copied, "--update")

    assert 0 == ended.code
    assert "-0.4000" in ended.out
    assert "3 of 6 means changed, 3 of them beyond their band." in ended.out
    assert f"The baseline now holds 36 scores: {path}" in ended.out
    assert 0.02 == load_baseline(path).tolerance
    assert 0 == bench("check", copied).code


def test_update_makes_the_first_baseline_of_the_first_metric(
    made: Path, tmp_path: Path, bench: Callable[..., Ended]
) -> None:
    """Where there is none, --update writes one by the suite's first metric; twice the same bytes."""
    paths = [tmp_path / "new" / "a.json", tmp_path / "new" / "b.json"]
    ended = [bench("check", made, "--baseline", path, "--update") for path in paths]

    assert [f"A new baseline of 36 scores: {path}\n" for path in paths] == [one.out for one in ended]
    assert paths[0].read_bytes() == paths[1].read_bytes()
    assert "mcc" == load_baseline(paths[0]).metric


def test_a_damaged_baseline_is_not_overwritten(copied: Path, bench: Callable[..., Ended]) -> None:
    """--update does not take the place of a file that it cannot read: its settings might be lost."""
    (copied / "baseline.json").write_text("{", encoding="utf-8")

    ended = bench("check", copied, "--update")
    assert (1, "") == (ended.code, ended.out)
    assert "{" == (copied / "baseline.json").read_text(encoding="utf-8")


def test_lower_may_be_better(copied: Path) -> None:
    """The baseline knows its metric's direction: a higher Brier score is worse."""
    path = copied / "brier.json"
    write_baseline(baseline_of(read_scores(copied, "brier")), path)
    spoil(copied, "UPDATE scores SET value = value + 0.4 WHERE metric = 'brier'")

    assert {"worse"} == {row.verdict for row in check(copied, path).rows}


# --- the committed baseline


def test_the_committed_baseline_is_that_of_the_suite() -> None:
    """reports/regression/baseline.json has the cells, splits, seeds, parameters and metric of the suite."""
    suite = load_suite(ROOT / "suites" / "regression.yaml")
    baseline = load_baseline(ROOT / "reports" / "regression" / "baseline.json")
    planned = plan(suite).trials
    cells = {GateCell(one.dataset, one.ratio, one.classifier, one.method) for one in planned}
    meant = {f"classifier {one.classifier}": _meant(one.spec.classifier) for one in planned}
    methods = {f"method {one.method}": _meant(one.spec.resample.method) for one in planned}

    assert (suite.name, suite.metrics[0]) == (baseline.suite, baseline.metric)
    assert cells == set(baseline.values())
    assert {(suite.splits, suite.seeds)} == {(len(rows), len(rows[0])) for rows in baseline.values().values()}
    told = baseline.computed
    assert all(told[key].partition(" in batches")[0] == text for key, text in (meant | methods).items())


def _meant(component: Any) -> str:
    return f"{component.name} {component.params}"

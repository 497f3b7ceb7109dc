"""The figures of a report: the numbers that they show, their bytes, and what they are not drawn for."""

from __future__ import annotations

import struct
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from xml.etree import ElementTree as ET

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oversample_bench.report.figures.palette import looks
from scipy.stats import f as f_distribution
from scipy.stats import t as t_distribution

from oversample_bench.analysis import mean_ranks
from oversample_bench.analysis.results import Results, read
from oversample_bench.analysis.score_cells import cells
from oversample_bench.execution.run_result import Result
from oversample_bench.report.figures import (  # fmt: skip
    Gallery,
    costs,
    critical,
    difference_plots,
    drawn,
    fidelity_plots,
    naming,
    ratio_curves,
    style,
)
from oversample_bench.store import Ledger, PlannedRecord, ResampleRecord, RunRecord, SplitRecord, TrialRecord
from tests.stores import SHARE, SIZES

T1 = float(t_distribution.ppf(0.975, 1))
HOSTILE = (
    "$x_1^2$", "$\\frac{$", "100 % _both_", "a\nb\tc", "<script>&amp;", "_hidden", "-- comment -->",
    "\\frac{1}{2}", "少数类", "a very long name " * 8, "x\x00y", "{braces}", "",
)  # fmt: skip
SIMPLE = ("$m_1$ ", "$x_1^2$", "100 % _both_", "_hidden", "\\frac{1}{2}", "{braces}")
"""Those of them that stand in an SVG file as they are, beside the shapes of their letters."""


@dataclass(frozen=True)
class Cell:
    """The scores of one method, one a split or, in an inner list, one a split and seed.

    None is a failed trial, "" one that has not been run.
    """

    scores: Iterable[float | str | list[float | None] | None]
    method: str = "none"
    dataset: str = "ecoli1"
    ratio: str = "natural"
    classifier: str = "tree"
    seconds: float = 0.1
    mib: float | None = 4.0
    shares: tuple[float, float] | None = None

    def trials(self) -> Iterable[tuple[tuple[int, int], float | str | None]]:
        for split, inner in enumerate(self.scores):
            for seed, score in enumerate(inner if isinstance(inner, list) else [inner]):
                yield (split, seed), score


def stored(
    folder: Path, told: Iterable[Cell], metrics: Mapping[str, bool] | None = None, **options: object
) -> Results:
    """Write a store with these scores under every metric, and read it."""
    metrics = metrics or {"mcc": True}
    ledger = Ledger(folder)
    ledger.begin(RunRecord("toy", "d1g3st", "", options, metrics, "serial", 1, {}))
    planned = [
        _written(ledger, cell, at, dict.fromkeys(metrics, score))
        for cell in told
        for at, score in cell.trials()
    ]
    ledger.set_plan(planned)
    ledger.close()
    return read(folder)


def _written(
    ledger: Ledger, cell: Cell, at: tuple[int, int], scores: Mapping[str, float | str | None]
) -> PlannedRecord:
    place = f"{cell.dataset}/{cell.ratio}/{at[0]}"
    resample = f"{place}/{cell.method}/{at[1]}"
    trial = f"{resample}/{cell.classifier}"
    planned = PlannedRecord(trial, resample, cell.dataset, cell.ratio, cell.method, cell.classifier, *at)
    if "" in scores.values():
        return planned
    good = None not in scores.values()
    common = {"params": "{}", "source": "", "stage": "", "kind": "", "reason": "", "traceback": "", "run": 1}
    made = {"split": place, "method": cell.method, "spec": "{}", "status": "ok", "fallback": "", "flags": ""}
    made |= {"fit_seconds": cell.seconds, "peak_mib": cell.mib}
    if cell.shares:
        made |= {"fidelity_precision": cell.shares[0], "fidelity_coverage": cell.shares[1]}
    split = SplitRecord(place, cell.dataset, 7, *SIZES, 0.25, 0, 0)
    ledger.add_resample(ResampleRecord(resample, {**common, **made}), split)
    columns = {"resample": resample, "classifier": cell.classifier, "status": "ok" if good else "failed"}
    columns |= {"trial_seconds": 0.1}
    sources = dict.fromkeys(scores, "builtin")
    ledger.add_trial(TrialRecord(trial, {**common, **columns}, scores if good else {}, sources))
    return planned


def gallery(results: Results) -> Gallery:
    found = {metric: cells(results, metric) for metric in results.metrics}
    return drawn(results, found, {metric: f"m{at}" for at, metric in enumerate(results.metrics)})


def columns(frame: pd.DataFrame, *names: str) -> list[tuple[object, ...]]:
    return list(frame[list(names)].itertuples(index=False, name=None))


def ranked_sets(extra: Iterable[Cell] = ()) -> list[Cell]:
    """Return five sets in which c is worst, and a is best in all but the last."""
    orders = [(0.9, 0.5, 0.1)] * 4 + [(0.5, 0.9, 0.1)]
    told = [
        Cell([value], method, f"set{at}")
        for at, values in enumerate(orders)
        for method, value in zip("abc", values, strict=True)
    ]
    return [*told, *extra]


def broad(folder: Path, metrics: Mapping[str, bool] | None = None, **options: object) -> Results:
    """Write a store in which every figure has something to show, gaps and incomplete cells too."""
    told = [
        Cell(
            [round(0.3 + 0.05 * ((3 * at + 2 * m + c + s) % 9), 3) for s in range(3)],
            method, f"set{at}", ratio, classifier, 0.001 * 10**m, 3.0 * m, (0.9 - 0.2 * m, 0.3 * m),
        )
        for (at, ratio, (c, classifier), (m, method)) in product(
            range(5), ("0.02", "0.1"), enumerate(["tree", "knn"]), enumerate(["none", "smote", "adasyn"])
        )
    ]  # fmt: skip
    told[1] = replace(told[1], scores=[0.5, None, None])
    told[2] = replace(told[2], scores=[None, None, None])
    return stored(folder, told, metrics or {"mcc": True, "brier": False}, **options)


def test_mean_ranks_bars_and_p_are_those_worked_out_by_hand(tmp_path: Path) -> None:
    """Ranks over five sets give Demšar's critical difference and the bars that it leaves."""
    results = stored(tmp_path, ranked_sets(), {"mcc": True, "brier": False})

    higher, lower = (critical.frame(results, name, cells(results, name)) for name in ("mcc", "brier"))

    assert columns(higher, "method", "mean_rank", "n_sets", "bars") == [
        ("a", 1.2, 5, "1"), ("b", 1.8, 5, "1, 2"), ("c", 3.0, 5, "2"),
    ]  # fmt: skip
    assert lower["mean_rank"].tolist() == pytest.approx([2.8, 2.2, 1.0])
    assert higher["critical_difference"].unique() == pytest.approx([2.343 * np.sqrt(12 / 30)], abs=1e-3)
    assert higher["p"].unique() == pytest.approx([f_distribution.sf(21, 2, 8)])


def test_a_set_with_a_gap_is_left_out_of_ranks_and_counted(tmp_path: Path) -> None:
    """A data set in which a method failed is told as left out; one that still runs is in no count."""
    gaps = [Cell([0.5], m, "gap") for m in "abc"]
    gaps += [Cell([None if m == "c" else 0.5], m, "gap", "0.1") for m in "abc"]
    waits = [Cell([0.5], m, "waits") for m in "ab"] + [Cell([""], "c", "waits")]
    results = stored(tmp_path, ranked_sets([*gaps, *waits]))

    told = critical.frame(results, "mcc", cells(results, "mcc"))
    (drawing,) = critical.drawings(results, "mcc", cells(results, "mcc"))

    assert columns(told, "mean_rank", "n_sets", "n_left_out") == [(1.2, 5, 1), (1.8, 5, 1), (3.0, 5, 1)]
    assert "over 5 data sets" in drawing.title
    assert "1 with tree" in drawing.caption


def test_more_than_four_classifiers_share_a_panel_by_their_mean(tmp_path: Path) -> None:
    """With five classifiers a data set counts once, by its mean over them."""
    told = [replace(cell, classifier=f"c{at}") for cell in ranked_sets() for at in range(4)]
    told += [
        replace(cell, classifier="c4", scores=[9.0 if cell.method == "c" else 0.0]) for cell in ranked_sets()
    ]
    results = stored(tmp_path, told)

    ranked = critical.frame(results, "mcc", cells(results, "mcc"))

    assert columns(ranked, "panel", "method", "mean_rank") == [
        ("mean of 5 classifiers", method, rank) for method, rank in (("a", 2.2), ("b", 2.8), ("c", 1.0))
    ]


def test_a_gain_over_sets_takes_each_set_as_one_value(tmp_path: Path) -> None:
    """Gains are paired by split, averaged in each set, and have Student's interval over the sets."""
    told = [
        Cell([0.2, 0.4], "none", "A"), Cell([0.5, 0.5], "smote", "A"),
        Cell([0.1, 0.3, 0.1], "none", "B"), Cell([0.5, 0.7, None], "smote", "B"),
    ]  # fmt: skip
    results = stored(tmp_path, told)

    over_none = difference_plots.frame(results, "mcc").iloc[0]

    reach = T1 * np.sqrt(0.02) / np.sqrt(2)
    assert over_none[["reference", "method", "n", "n_planned"]].tolist() == ["none", "smote", 2, 2]
    assert over_none[["mean", "low", "high"]].tolist() == pytest.approx([0.3, 0.3 - reach, 0.3 + reach])


def test_a_gain_on_one_set_has_the_corrected_interval_over_splits(tmp_path: Path) -> None:
    """With one data set the values are splits, seeds averaged first, and shared rows widen the interval."""
    results = stored(
        tmp_path, [Cell([[0.2, 0.2], [0.4, 0.4]], "none"), Cell([[0.4, 0.6], [0.4, 0.6]], "smote")]
    )

    told = difference_plots.frame(results, "mcc").iloc[0]

    reach = T1 * np.sqrt(0.02) * np.sqrt(1 / 2 + SHARE)
    assert told[["n", "mean", "low", "high"]].tolist() == pytest.approx([2, 0.2, 0.2 - reach, 0.2 + reach])


def test_a_gain_on_one_split_is_over_seeds(tmp_path: Path) -> None:
    """One split with two seeds has Student's interval, and the caption says what it does not tell."""
    results = stored(tmp_path, [Cell([[0.2, 0.4]], "none"), Cell([[0.5, 0.5]], "smote")])

    told = difference_plots.frame(results, "mcc").iloc[0]
    (drawing,) = difference_plots.drawings(results, "mcc", cells(results, "mcc"))

    assert told[["mean", "high"]].tolist() == pytest.approx([0.2, 0.2 + T1 * 0.1])
    assert "nothing of other rows" in drawing.caption
    assert "2 seeds of one split" in drawing.title


def test_gains_are_opposite_where_method_and_reference_change_places(tmp_path: Path) -> None:
    """The gain of smote over none is minus that of none over smote, and lower metrics turn both around."""
    results = broad(tmp_path, focus="adasyn")

    told = {
        metric: difference_plots.frame(results, metric).set_index(["panel", "reference", "method"])
        for metric in results.metrics
    }
    there, back = (told["mcc"].loc[("tree", *pair)] for pair in (("none", "smote"), ("smote", "none")))
    turned = told["brier"].loc[("tree", "none", "smote")]

    assert there[["mean", "low", "high"]].tolist() == pytest.approx((-back[["mean", "high", "low"]]).tolist())
    assert there["mean"] == pytest.approx(-turned["mean"])
    assert ["none", "smote", "adasyn"] == list(told["mcc"].index.unique("reference"))


def test_curves_ascend_by_ratio_and_leave_out_what_is_no_number(tmp_path: Path) -> None:
    """A line's points stand by their ratio, with the table's mean and the corrected interval over splits."""
    told = [
        Cell([0.6, 0.8], ratio="0.1"), Cell([0.9, 0.9], ratio="natural"), Cell([0.2, 0.4], ratio="0.02"),
        Cell([None, None], ratio="0.5"), Cell([0.5], dataset="short", ratio="0.1"),
    ]  # fmt: skip
    results = stored(tmp_path, told)

    points = ratio_curves.frame(results, "mcc", cells(results, "mcc"))

    reach = T1 * np.sqrt(0.02) * np.sqrt(1 / 2 + SHARE)
    assert columns(points, "dataset", "ratio", "n", "n_planned") == [
        ("ecoli1", 0.02, 2, 2), ("ecoli1", 0.1, 2, 2), ("ecoli1", 0.5, 0, 2),
    ]  # fmt: skip
    assert points["mean"].tolist() == pytest.approx([0.3, 0.7, np.nan], nan_ok=True)
    assert points["low"].tolist() == pytest.approx([0.3 - reach, 0.7 - reach, np.nan], nan_ok=True)


def test_costs_rest_on_whole_rows_and_mark_the_front(tmp_path: Path) -> None:
    """Means and costs are over the same rows; a method that another one beats in both is off the front."""
    scores = {"none": 0.2, "fast": 0.6, "slow": 0.5, "best": 0.8}
    told = [
        Cell([value], name, dataset, seconds=seconds, mib=2.0)
        for dataset in ("A", "B")
        for (name, value), seconds in zip(scores.items(), (0.0, 1.0, 2.0, 3.0), strict=True)
    ]
    told += [Cell([0.0], name, "gap", seconds=99.0) for name in ("none", "fast", "slow")]
    told += [Cell([None], "best", "gap", seconds=99.0)]
    results = stored(tmp_path, told)

    points = costs.frame(results, "mcc", cells(results, "mcc"))

    assert columns(points, "method", "n_rows", "mean", "fit_seconds", "best_for_seconds", "best_for_mib") == [
        ("none", 2, 0.2, 0.0, True, False), ("fast", 2, 0.6, 1.0, True, False),
        ("slow", 2, 0.5, 2.0, False, False), ("best", 2, 0.8, 3.0, True, True),
    ]  # fmt: skip


def test_fidelity_is_the_mean_over_resamples_with_their_spread(tmp_path: Path) -> None:
    """Precision and coverage are numpy's means and deviations (ddof=1) over a ratio's measured resamples."""
    told = [Cell([0.5], ratio="0.1")]
    told += [
        Cell([0.5], "smote", name, "0.1", shares=shares)
        for name, shares in (("A", (0.9, 0.2)), ("B", (0.5, 0.4)))
    ]
    results = stored(tmp_path, told)

    points = fidelity_plots.frame(results)

    assert columns(points, "ratio", "method", "n_resamples", "n_sets") == [("0.1", "smote", 2, 2)]
    assert points[["precision", "coverage"]].to_numpy().tolist() == [pytest.approx([0.7, 0.3])]
    assert points[["precision_sd", "coverage_sd"]].to_numpy().tolist() == [
        pytest.approx([np.std([0.9, 0.5], ddof=1), np.std([0.2, 0.4], ddof=1)])
    ]


def test_figures_of_a_real_run_agree_with_its_tables(runs, tmp_path: Path) -> None:
    """On real sets, ranks in the diagram are those of the rank table, and points those of the score table."""
    names = ["ecoli1", "glass0", "haberman", "new_thyroid1", "pima"]
    text = (
        f"name: real\ndata: [{', '.join(names)}]\nratios: [0.05, 0.2]\nmethods: [none, random, smote]\n"
        "classifiers: [decision_tree]\nsplits: 2\nmetrics: [mcc]\n"
    )
    summary: Result = runs(text)
    assert summary is not None
    results = read(tmp_path / "out")
    found = cells(results, "mcc")
    one = replace_ratio(results, "0.05")

    points = ratio_curves.frame(results, "mcc", found).assign(
        ratio=lambda frame: frame["ratio"].map("{:g}".format)
    )
    both = points.merge(found, on=["dataset", "ratio", "classifier", "method"])
    table = mean_ranks.frame(one, "mcc", cells(one, "mcc")).query("classifier == 'decision_tree'")
    diagram = critical.frame(one, "mcc", cells(one, "mcc"))

    assert len(both) == len(found)
    assert both["mean_x"].tolist() == pytest.approx(both["mean_y"].tolist(), nan_ok=True)
    assert diagram["mean_rank"].tolist() == pytest.approx(table["mean_rank"].tolist())


def replace_ratio(results: Results, ratio: str) -> Results:
    """Return the results at one ratio."""
    kept = results.plan["ratio"] == ratio
    return replace(
        results,
        plan=results.plan[kept],
        scores=results.scores[kept],
        scored=results.scored[kept],
        resamples=results.resamples[results.resamples["ratio"] == ratio],
    )


def test_the_same_store_gives_the_same_bytes(tmp_path: Path) -> None:
    """Every figure has the same PNG and SVG again, in another order, under other settings of the user."""
    first, second = (gallery(broad(tmp_path / name, {"mcc": True})) for name in "ab")
    before = {stem: drawing.images() for stem, drawing in first.drawings.items()}
    with mpl.rc_context({"font.size": 20, "svg.hashsalt": None, "figure.facecolor": "red"}):
        kept = dict(mpl.rcParams)
        after = {stem: drawing.images() for stem, drawing in reversed(second.drawings.items())}
        left = dict(mpl.rcParams)

    assert before == after
    assert kept == left
    assert list(before) == [
        "critical_difference_m0", "gains_m0", "curves_m0", "cost_m0", "heatmap_m0", "fidelity",
    ]  # fmt: skip


def test_files_are_what_their_suffixes_say(tmp_path: Path) -> None:
    """A PNG is as wide as a page at the resolution, and an SVG is well-formed and holds no date."""
    images = gallery(broad(tmp_path)).drawings["gains_m0"].images()

    assert images["png"][:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">I", images["png"][16:20])[0] == round(style.WIDTH * style.DPI)
    assert ET.fromstring(images["svg"]).tag.endswith("svg")
    assert b"dc:date" not in images["svg"]


@pytest.mark.parametrize(
    ("column", "names"), [("method", HOSTILE), ("dataset", HOSTILE[:7]), ("classifier", HOSTILE[5:9])]
)
def test_names_are_shown_as_they_are(tmp_path: Path, column: str, names: tuple[str, ...]) -> None:
    """Names with mathematics, markup, control or foreign letters resample without a warning, literally."""
    told = [
        replace(Cell([0.1, 0.5], method, ratio=ratio, shares=(0.5, 0.5)), **{column: name})
        for name, method, ratio in product(
            names, ["none"] if column == "method" else ["none", "smote", "z"], ["0.1", "0.2"]
        )
    ]
    results = stored(tmp_path, told, {"$m_1$\n<b>": True}, focus=told[0].method)

    images = {stem: drawing.images()["svg"].decode() for stem, drawing in gallery(results).drawings.items()}
    texts = " ".join(images.values())

    assert {"gains_m0", "curves_m0", "cost_m0", "fidelity"} <= set(images)
    assert all(ET.fromstring(image) is not None for image in images.values())
    assert all(name in texts for name in ("$m_1$ ", *names) if name in SIMPLE)
    assert column != "method" or "_hidden" in images["cost_m0"]  # in the legend


def test_many_rows_make_pages_and_none_is_lost(tmp_path: Path) -> None:
    """A heat map of 130 sets and curves of as many panels go over to further pages with the rest."""
    told = [
        Cell([0.5, 0.6], method, f"set {at}", ratio)
        for at, ratio, method in product(range(65), ("0.1", "0.2"), ("none", "smote"))
    ]
    results = stored(tmp_path, told)

    shown = gallery(results).drawings
    maps = [shown[stem].numbers for stem in ("heatmap_m0", "heatmap-2_m0")]
    lines = [drawing.numbers for stem, drawing in shown.items() if stem.startswith("curves")]

    assert [240, 20] == [len(page) for page in maps]
    assert pd.concat(maps).duplicated().sum() == 0
    assert len(pd.concat(lines)[["dataset", "classifier"]].drop_duplicates()) == 65
    assert shown["heatmap_m0"].images()["png"]


def test_nothing_to_compare_is_told_and_not_drawn(tmp_path: Path) -> None:
    """With one method, one data set or no score the figures say why they are not there."""
    alone = gallery(stored(tmp_path / "a", [Cell([0.5, 0.6], dataset=name) for name in "ABCDE"]))
    one_set = gallery(stored(tmp_path / "b", [Cell([0.5, 0.6], name) for name in ("none", "b", "c")]))
    failed = [Cell([None], name, data) for data in "ABCDE" for name in ("none", "smote", "c")]
    lost = gallery(stored(tmp_path / "c", failed))
    waiting = gallery(stored(tmp_path / "d", [replace(cell, scores=[""]) for cell in failed]))

    of_metric = ["critical_difference_m0", "gains_m0", "curves_m0", "cost_m0", "heatmap_m0"]
    everything = [*of_metric, "calibration", "fidelity", "decision_regions"]
    assert everything == list(alone.absent) == list(lost.absent) == list(waiting.absent)
    assert ["gains_m0", "cost_m0"] == list(one_set.drawings)
    assert alone.absent["critical_difference_m0"].reason.endswith("from 3 methods on, and there is 1.")
    assert "one method only" in alone.absent["gains_m0"].reason
    assert one_set.absent["critical_difference_m0"].reason.endswith("from 5 data sets on, and there is 1.")
    assert all(one.reason.endswith(".") for one in lost.absent.values())


def test_a_plan_without_a_known_reference_has_no_forest_plot(tmp_path: Path) -> None:
    """Gains need none, smote or a focus among the methods; a focus alone is enough."""
    told = [Cell([0.5, 0.6], name) for name in ("x", "y")]

    without = gallery(stored(tmp_path / "a", told))
    with_focus = gallery(stored(tmp_path / "b", told, focus="y"))

    assert "nothing to compare with" in without.absent["gains_m0"].reason
    assert "gain of each method over y" in with_focus.drawings["gains_m0"].title


@given(st.lists(st.text(), unique=True, max_size=280), st.integers(0, 280))
def test_a_method_looks_the_same_whatever_follows_it(names: list[str], most: int) -> None:
    """Looks depend on the place alone, and no two of 280 methods share one."""
    found = looks(names)

    assert looks(names[:most]) == dict(list(found.items())[:most])
    assert len(set(found.values())) == len(names)
    assert len({(look.marker, look.dashes) for look in list(found.values())[:35]}) == min(35, len(names))


@given(st.text(), st.integers(1, 60))
def test_a_label_is_one_line_that_fits(text: str, most: int) -> None:
    """A label has no line break and at most so many letters; a short printable name is left as it is."""
    found = naming.label(text, most)

    assert len(found) <= most
    assert not set(found) & set("\n\r\t\x00")
    assert found == text or len(text) > most or not text.isprintable() or text != " ".join(text.split())


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1))
def test_the_front_holds_what_nothing_beats(points: list[tuple[int, int]]) -> None:
    """A point is on the front if and only if no other is as good and cheaper, or better and as cheap."""
    value, cost = np.array(points, dtype=float).T

    found = costs.undominated(value, cost)

    beaten = [any((v >= one[0] and c <= one[1]) and (v, c) != one for v, c in points) for one in points]
    assert found.tolist() == [not lost for lost in beaten]


@pytest.mark.usefixtures("reports")
def test_numbers_are_had_without_matplotlib() -> None:
    """Who wants the frames of figures alone does not pay for the import of a plotting library."""
    program = (
        "import sys; from oversample_bench.report.figures import costs, critical, difference_plots, "
        "fidelity_plots, heat, palette, ratio_curves; print('matplotlib' in sys.modules)"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "False"

"""The figures of a report: the numbers that they show, their bytes, and what they are not drawn for."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import t as t_distribution

from oversample_bench.analysis import costs
from oversample_bench.analysis.results import Results, read
from oversample_bench.analysis.score_cells import cells
from oversample_bench.execution.run_result import Result
from oversample_bench.report.contents import Contents, contents
from oversample_bench.report.figures import Gallery, images
from oversample_bench.report.figures import gallery as hang
from oversample_bench.report.figures.looks import BLACK, looks
from oversample_bench.report.figures.synthetic_chart import points
from oversample_bench.store import Ledger, PlannedRecord, ResampleRecord, RunRecord, SplitRecord, TrialRecord
from tests.html_runs import rich
from tests.html_runs import store as html_store
from tests.stores import SHARE, SIZES

T1 = float(t_distribution.ppf(0.975, 1))
HOSTILE = (
    "$x_1^2$", "$\\frac{$", "100 % _both_", "a\nb\tc", "<script>&amp;", "_hidden", "-- comment -->",
    "\\frac{1}{2}", "少数类", "a very long name " * 8, "x\x00y", "{braces}", "", "datum.method", "a.b[0]",
)  # fmt: skip
OF_METRIC = ["gains", "ranks", "heatmap", "curves", "curve_differences", "cost", "memory"]


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


def both(results: Results) -> tuple[Contents, Gallery]:
    """Return what a report says, and its figures."""
    made = contents(results)
    return made, hang(results, made.told, {metric: f"m{at}" for at, metric in enumerate(results.metrics)})


def gallery(results: Results) -> Gallery:
    return both(results)[1]


def rows_of(spec: Any) -> list[dict[str, Any]]:
    """Return the rows of all data that a specification holds."""
    return [row for rows in spec.get("datasets", {}).values() for row in rows]


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


def test_gains_are_the_overall_comparisons(tmp_path: Path) -> None:
    """A mark a method and classifier, with the numbers of the table; the control stands at 0."""
    made, hung = both(broad(tmp_path, control="adasyn"))

    frame = hung.drawn["gains_m0"].frame
    own = made.told["mcc"].compared.query("scope == 'overall'")

    key = ["classifier", "method"]
    numbers = ["estimate", "low", "high", "n"]
    shown = frame[frame["method"] != "adasyn"].set_index(key)[numbers].astype(float)
    pd.testing.assert_frame_equal(shown, own.set_index(key)[numbers].astype(float), check_like=True)
    assert (frame.loc[frame["method"] == "adasyn", "estimate"] == 0).all()
    assert set(frame["classifier"]) == {"tree", "knn", "(all)"}
    lines = [row for row in rows_of(hung.drawn["gains_m0"].spec) if row.get("method") == "smote"]
    assert {row["classifier"]: row["estimate"] for row in lines} == pytest.approx(
        own[own["method"] == "smote"].set_index("classifier")["estimate"].to_dict(), rel=1e-4
    )


def test_ranks_bars_and_the_critical_difference_are_those_worked_out_by_hand(tmp_path: Path) -> None:
    """Five sets in which c is worst and a best but once: a bar joins a and b, another b and c."""
    made, hung = both(stored(tmp_path, ranked_sets(), {"mcc": True, "brier": False}))

    frame = hung.drawn["ranks_m0"].frame
    ranks = made.told["brier"].ranked.set_index("method")["mean_rank"]

    leads = frame[frame["kind"] == "lead"].drop_duplicates("method")
    assert columns(leads, "method", "x") == [("a", 1.2), ("b", 1.8), ("c", 3.0)]
    assert [text for text in frame["text"].dropna() if "(" in text] == ["a (1.20)", "b (1.80)", "c (3.00)"]
    bars = frame.loc[frame["kind"] == "bar", ["x", "x2"]].to_numpy().tolist()
    assert bars == [pytest.approx([1.16, 1.84]), pytest.approx([1.76, 3.04])]
    critical = frame[frame["kind"] == "critical"].iloc[0]
    assert critical["x2"] - critical["x"] == pytest.approx(2.343 * np.sqrt(12 / 30), abs=1e-3)
    assert "over 5 data sets" in hung.drawn["ranks_m0"].title
    assert ranks.to_dict() == pytest.approx({"a": 2.8, "b": 2.2, "c": 1.0})


def test_the_scale_of_ranks_starts_at_one(tmp_path: Path) -> None:
    """1 is the best that there is; the scale ends at the number of methods."""
    text = json.dumps(gallery(stored(tmp_path, ranked_sets())).drawn["ranks_m0"].spec)

    assert '"domain": [1, 3]' in text


def test_a_heat_map_is_of_the_differences_within_each_set(tmp_path: Path) -> None:
    """A cell is the mean paired difference from the control on a data set and ratio."""
    made, hung = both(broad(tmp_path))

    frame = hung.drawn["heatmap_m0"].frame
    each = made.told["mcc"].compared.query("scope == 'each'").dropna(subset=["estimate"])

    assert set(frame["method"]) == {"smote", "adasyn"}
    assert sorted(frame["estimate"]) == pytest.approx(sorted(each["estimate"]))
    assert set(frame["place"]) == {f"set{at} ({ratio})" for at in range(5) for ratio in ("0.02", "0.1")}


def test_curves_ascend_by_ratio_and_leave_out_what_is_no_number(tmp_path: Path) -> None:
    """A line's points stand by their ratio, with the table's mean and the corrected interval over splits."""
    told = [
        Cell([0.6, 0.8], ratio="0.1"), Cell([0.9, 0.9], ratio="natural"), Cell([0.2, 0.4], ratio="0.02"),
        Cell([None, None], ratio="0.5"), Cell([0.5], dataset="short", ratio="0.1"),
    ]  # fmt: skip
    frame = gallery(stored(tmp_path, told)).drawn["curves_m0"].frame

    reach = T1 * np.sqrt(0.02) * np.sqrt(1 / 2 + SHARE)
    assert columns(frame, "dataset", "ratio", "n", "n_planned") == [
        ("ecoli1", 0.02, 2, 2),
        ("ecoli1", 0.1, 2, 2),
    ]
    assert frame["mean"].tolist() == pytest.approx([0.3, 0.7])
    assert frame["low"].tolist() == pytest.approx([0.3 - reach, 0.7 - reach])


def test_curves_over_sets_are_paired_differences(tmp_path: Path) -> None:
    """A set at another level does not bend the line: gains are averaged, over sets with every ratio."""
    levels = {"A": 0.2, "B": 0.7, "short": 0.1}
    told = [
        Cell([levels[name] + (gain if method == "smote" else 0)], method, name, ratio)
        for name, (ratio, gain) in product(levels, (("0.02", 0.2), ("0.1", 0.05)))
        for method in ("none", "smote")
        if (name, ratio) != ("short", "0.1")
    ]
    frame = gallery(stored(tmp_path, told)).drawn["curve_differences_m0"].frame

    assert columns(frame, "ratio", "n") == [(0.02, 2), (0.1, 2)]
    assert frame["estimate"].tolist() == pytest.approx([0.2, 0.05])


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

    frame = costs.frame(results, "mcc", cells(results, "mcc"))
    hung = gallery(results)

    assert columns(frame, "method", "n_rows", "mean", "fit_seconds", "best_for_seconds", "best_for_mib") == [
        ("none", 2, 0.2, 0.0, True, False), ("fast", 2, 0.6, 1.0, True, False),
        ("slow", 2, 0.5, 2.0, False, False), ("best", 2, 0.8, 3.0, True, True),
    ]  # fmt: skip
    assert hung.drawn["cost_m0"].frame["mean"].tolist() == frame["mean"].tolist()
    assert "memory decides nothing" in hung.absent["memory_m0"]


def test_memory_is_drawn_where_it_decides_something(tmp_path: Path) -> None:
    """From 16 MiB on what a fit takes is worth a figure."""
    told = [
        Cell([0.5 + m / 10], name, data, mib=20.0 * m)
        for m, name in enumerate(("none", "vae"))
        for data in "AB"
    ]

    assert "memory_m0" in gallery(stored(tmp_path, told)).drawn


def test_synthetic_rows_are_shown_by_ratio_in_numerical_order(tmp_path: Path) -> None:
    """Precision and coverage are numpy's means over a ratio's measured resamples; 0.05 stands before 0.1."""
    told = [
        Cell([0.5], "smote", name, ratio, shares=shares)
        for ratio in ("0.1", "0.05")
        for name, shares in (("A", (0.9, 0.2)), ("B", (0.5, 0.4)))
    ]
    frame = points(stored(tmp_path, [*told, Cell([0.5], ratio="0.1")]))

    assert columns(frame, "ratio", "method", "n_resamples", "n_sets") == [
        ("0.05", "smote", 2, 2), ("0.1", "smote", 2, 2),
    ]  # fmt: skip
    assert frame[["precision", "coverage"]].to_numpy().tolist() == [pytest.approx([0.7, 0.3])] * 2


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

    made, hung = both(results)
    levels = hung.drawn["curves_m0"].frame.assign(ratio=lambda frame: frame["ratio"].map("{:g}".format))
    joined = levels.merge(found, on=["dataset", "ratio", "classifier", "method"])
    table = made.told["mcc"].ranked.set_index("method")["mean_rank"]
    leads = (
        hung.drawn["ranks_m0"]
        .frame.query("kind == 'lead'")
        .drop_duplicates("method")
        .set_index("method")["x"]
    )

    assert len(joined) == len(found)
    assert joined["mean_x"].tolist() == pytest.approx(joined["mean_y"].tolist())
    assert leads.to_dict() == pytest.approx(table.to_dict())


def test_the_same_store_gives_the_same_bytes(tmp_path: Path) -> None:
    """Every figure has the same PNG, SVG and PDF again, in another order."""
    first, second = (gallery(broad(tmp_path / name, {"mcc": True})).drawn for name in "ab")

    before = {stem: images(one.spec) for stem, one in first.items()}
    after = {stem: images(one.spec) for stem, one in reversed(second.items())}

    assert before == after
    assert list(before) == [
        "gains_m0", "ranks_m0", "heatmap_m0", "curves_m0", "curve_differences_m0", "cost_m0", "synthetic",
    ]  # fmt: skip


def test_files_are_what_their_suffixes_say_and_specifications_are_of_vega_lite(tmp_path: Path) -> None:
    """PNG, PDF and a well-formed SVG; each specification passes the schema of Vega-Lite."""
    import altair as alt

    drawn = gallery(broad(tmp_path)).drawn
    files = images(drawn["gains_m0"].spec)

    assert files["png"][:8] == b"\x89PNG\r\n\x1a\n"
    assert files["pdf"][:5] == b"%PDF-"
    assert ET.fromstring(files["svg"]).tag.endswith("svg")
    for stem, one in drawn.items():
        assert alt.Chart.from_dict(one.spec).to_dict(), stem


def inner_data(spec: Any) -> list[Any]:
    """Return the data that stand below the top of a specification."""
    if isinstance(spec, list):
        return [found for one in spec for found in inner_data(one)]
    if not isinstance(spec, dict):
        return []
    own = [spec["data"]] if "data" in spec else []
    return own + [found for value in spec.values() for found in inner_data(value)]


def test_each_panel_shows_its_own_rows(tmp_path: Path) -> None:
    """A figure of panels has one table of data, which the panels share out: none shows those of another."""
    drawn = dict(gallery(broad(tmp_path)).drawn)
    drawn |= gallery(read(html_store(tmp_path / "rich", rich()))).drawn

    assert "calibration" in drawn
    for stem, one in drawn.items():
        assert "facet" in one.spec, stem
        assert inner_data(one.spec["spec"]) == [], stem


def test_figures_are_those_of_the_first_metric_unless_all_are_asked_for(tmp_path: Path) -> None:
    """`report: {figures: all}` has those of every metric."""
    first = gallery(broad(tmp_path / "a"))
    every = gallery(broad(tmp_path / "b", figures="all"))

    assert not [stem for stem in first.drawn if stem.endswith("_m1")]
    assert {stem.removesuffix("_m1") for stem in every.drawn if stem.endswith("_m1")} == {
        stem.removesuffix("_m0") for stem in first.drawn if stem.endswith("_m0")
    }


@pytest.mark.parametrize(
    ("column", "names"), [("method", HOSTILE), ("dataset", HOSTILE[:7]), ("classifier", HOSTILE[5:9])]
)
def test_names_are_shown_as_they_are(tmp_path: Path, column: str, names: tuple[str, ...]) -> None:
    """Names with mathematics, markup, control or foreign letters, or like code, are drawn literally."""
    told = [
        replace(Cell([0.1, 0.5], method, ratio=ratio, shares=(0.5, 0.5)), **{column: name})
        for name, method, ratio in product(
            names, ["none"] if column == "method" else ["none", "smote", "z"], ["0.1", "0.2"]
        )
    ]
    results = stored(tmp_path, told, {"$m_1$\n<b>": True}, control=told[0].method)

    drawn = gallery(results).drawn
    svgs = {stem: images(one.spec)["svg"] for stem, one in drawn.items()}

    assert {"gains_m0", "curves_m0", "cost_m0", "synthetic"} <= set(svgs)
    shown = {stem: "".join(ET.fromstring(svg).itertext()) for stem, svg in svgs.items()}
    if column == "method":
        assert all(name in shown["gains_m0"] for name in names if name.isprintable() and len(name) < 20)
        assert "_hidden" in shown["cost_m0"]  # in the legend


def test_many_rows_and_panels_are_cut_and_it_is_said(tmp_path: Path) -> None:
    """A heat map has at most 120 rows and curves 24 panels; the caption tells how many there are."""
    told = [
        Cell([0.5, 0.6], method, f"set {at}", ratio)
        for at, ratio, method in product(range(65), ("0.1", "0.2"), ("none", "smote"))
    ]
    drawn = gallery(stored(tmp_path, told)).drawn

    assert drawn["heatmap_m0"].frame["place"].nunique() == 120
    assert "The first 120 of 130 rows" in drawn["heatmap_m0"].caption
    assert drawn["curves_m0"].frame["panel"].nunique() == 24
    assert "The first 24 panels of 65" in drawn["curves_m0"].caption


def test_nothing_to_compare_is_told_and_not_drawn(tmp_path: Path) -> None:
    """With one method, one data set or no score the figures say why they are not there."""
    alone = gallery(stored(tmp_path / "a", [Cell([0.5, 0.6], dataset=name) for name in "ABCDE"]))
    one_set = gallery(stored(tmp_path / "b", [Cell([0.5, 0.6], name) for name in ("none", "b", "c")]))
    failed = [Cell([None], name, data) for data in "ABCDE" for name in ("none", "smote", "c")]
    lost = gallery(stored(tmp_path / "c", failed))
    waiting = gallery(stored(tmp_path / "d", [replace(cell, scores=[""]) for cell in failed]))

    everything = [*(f"{kind}_m0" for kind in OF_METRIC), "calibration", "synthetic", "decision_regions"]
    assert everything == list(alone.absent) == list(lost.absent) == list(waiting.absent)
    assert ["gains_m0", "cost_m0"] == list(one_set.drawn)
    assert alone.absent["ranks_m0"].endswith("from 3 methods on, and there are 1.")
    assert "one method only" in alone.absent["gains_m0"]
    assert "from 5 data sets on" in one_set.absent["ranks_m0"]
    assert all(reason.endswith(".") for reason in lost.absent.values())


def test_one_reason_for_several_figures_is_told_once(tmp_path: Path) -> None:
    """Figures that are absent for one reason stand in one line, each in one line only."""
    hung = gallery(stored(tmp_path, [Cell([0.5, 0.6])], {"mcc": True, "f1": True}, figures="all"))

    reasons = hung.reasons()

    assert sum("curves_m0, curve_differences_m0, curves_m1" in reason for reason in reasons) == 1
    assert sorted(name for reason in reasons for name in reason.split(": ")[0].split(", ")) == sorted(
        hung.absent
    )


@given(st.lists(st.text(), unique=True, min_size=1, max_size=280), st.integers(0, 279))
def test_a_method_looks_the_same_whatever_follows_it(names: list[str], most: int) -> None:
    """Looks depend on the place alone; the control is black, and no two of 245 methods share one."""
    found = looks(names, names[0])

    assert looks(names[: most + 1], names[0]) == dict(list(found.items())[: most + 1])
    assert found[names[0]].colour == BLACK
    assert BLACK not in [look.colour for name, look in found.items() if name != names[0]]
    others = list(found.values())[1:246]
    assert len(set(others)) == len(others)
    assert len({(look.shape, look.dashes) for look in others[:35]}) == min(35, len(others))


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1))
def test_the_front_holds_what_nothing_beats(points: list[tuple[int, int]]) -> None:
    """A point is on the front if and only if no other is as good and cheaper, or better and as cheap."""
    value, cost = np.array(points, dtype=float).T

    found = costs.undominated(value, cost)

    beaten = [any((v >= one[0] and c <= one[1]) and (v, c) != one for v, c in points) for one in points]
    assert found.tolist() == [not lost for lost in beaten]


def test_the_frames_of_figures_are_had_without_a_library_that_draws() -> None:
    """Who wants numbers alone does not pay for the import of a plotting library."""
    program = (
        "import sys; from oversample_bench.report import contents; "
        "print([name for name in ('altair', 'vl_convert', 'matplotlib') if name in sys.modules])"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"

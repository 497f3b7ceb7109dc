"""The report on predicted probabilities: terms of the Brier score, points of the curves."""

import json
from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import brier_score_loss

from oversample_bench.analysis.reliability import curves, frame, pooled
from oversample_bench.analysis.results import read
from oversample_bench.evaluation.probability_bins import BINS, binned
from oversample_bench.report.calibration_tables import section
from oversample_bench.report.figures import images, probability_chart
from oversample_bench.report.figures.charts import Absent, Drawn
from tests.test_report import Case, store

EMPTY = [[0, 0.0, 0]] * BINS


def probabilities(folder, cells):
    """Write a store with bins for each case and return its results."""
    store(folder, [case for case, _ in cells])
    from oversample_bench.store import Ledger

    ledger = Ledger(folder)
    for case, bins in cells:
        ledger.connection.execute("INSERT INTO calibration VALUES (?, ?)", (case.trial, json.dumps(bins)))
    ledger.close()
    return read(folder)


def bins_with(**filled):
    """Return ten bins, those named (``b0`` to ``b9``) as given."""
    return [list(filled.get(f"b{place}", empty)) for place, empty in enumerate(EMPTY)]


def test_the_terms_are_those_worked_out_by_hand(tmp_path):
    """Reliability, resolution and uncertainty of two filled bins, after Murphy (1973).

    40 rows: 30 predicted 0.05 of which 3 are minority, 10 predicted 0.95 of which 5 are. The share is 8 / 40
    = 0.2; reliability (30 * 0.05^2 + 10 * 0.45^2) / 40 = 0.0525; resolution (30 * 0.1^2 + 10 * 0.3^2) / 40 =
    0.03; uncertainty 0.2 * 0.8 = 0.16; Brier score 0.1825; mean prediction (1.5 + 9.5) / 40 = 0.275.
    """
    results = probabilities(tmp_path, [(Case({"mcc": 0.5}), bins_with(b0=(30, 1.5, 3), b9=(10, 9.5, 5)))])

    (line,) = frame(results).to_dict("records")

    assert (line["n_cells"], line["n_trials"]) == (1, 1)
    found = [line[name] for name in ("prevalence", "mean_probability", "reliability", "resolution")]
    assert found == pytest.approx([0.2, 0.275, 0.0525, 0.03])
    assert [line["uncertainty"], line["brier"]] == pytest.approx([0.16, 0.1825])


def test_trials_are_added_up_and_sets_count_alike(tmp_path):
    """Two splits of one set are one cell; a set with many rows weighs no more than one with few."""
    cells = [
        (Case({"mcc": 0.5}, split=0), bins_with(b0=(10, 0.5, 0))),
        (Case({"mcc": 0.5}, split=1), bins_with(b0=(10, 0.5, 2))),
        (Case({"mcc": 0.5}, dataset="wdbc"), bins_with(b5=(1000, 550.0, 500))),
    ]

    (line,) = frame(probabilities(tmp_path, cells)).to_dict("records")

    assert (line["n_cells"], line["n_trials"]) == (2, 3)
    assert line["prevalence"] == pytest.approx((0.1 + 0.5) / 2)


def test_the_terms_add_up_to_the_brier_score_of_rounded_probabilities(tmp_path):
    """With every probability at the mean of its bin, the terms are scikit-learn's Brier score."""
    generator = np.random.default_rng(1)
    p = generator.integers(0, BINS, 400) / BINS + 0.05
    y = (generator.random(400) < p).astype(int)

    results = probabilities(tmp_path, [(Case({"mcc": 0.5}), binned(y, p))])

    assert frame(results)["brier"].item() == pytest.approx(brier_score_loss(y, p), abs=1e-6)


def test_few_rows_are_no_point_of_a_curve(tmp_path):
    """A share of the minority among nine rows is not drawn; among ten it is."""
    results = probabilities(tmp_path, [(Case({"mcc": 0.5}), bins_with(b2=(9, 2.2, 9), b7=(10, 7.5, 4)))])

    (point,) = curves(results).to_dict("records")

    assert (point["bin"], point["predicted"], point["seen"]) == (7, 0.75, 0.4)


def test_trials_without_probabilities_are_in_nothing(tmp_path):
    """A store whose classifiers predict no probabilities has no such section, figure or row."""
    results = read(store(tmp_path, [Case({"mcc": 0.5})]))

    assert pooled(results).empty
    assert frame(results).empty
    assert section(results).blocks == []
    assert isinstance(probability_chart.figure(results), Absent)


def test_the_figure_shows_every_method_and_is_the_same_twice(tmp_path):
    """One panel a classifier; the same store gives the same bytes; hostile names are drawn as they are."""
    cells = [
        (replace(Case({"mcc": 0.5}), method=name, classifier=classifier), bins_with(b1=(50, 7.0, 5)))
        for name in ("none", "$x_1$ <b>%")
        for classifier in ("knn", "forest")
    ]
    results = probabilities(tmp_path, cells)

    drawn = probability_chart.figure(results)

    assert isinstance(drawn, Drawn)
    assert set(drawn.frame["method"]) == {"none", "$x_1$ <b>%"}
    assert images(drawn.spec) == images(drawn.spec)
    (table,) = section(results).tables
    assert {row.cells[0].text for row in table.rows} == {"knn", "forest"}

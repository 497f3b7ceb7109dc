"""Region plots of resamples: what is shown of the rows, and the regions of a classifier in their plane."""

import json
import sqlite3

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from oversample_bench import Options, run
from oversample_bench.analysis.results import read
from oversample_bench.core.resample import NEW, Resample
from oversample_bench.evaluation.preprocess import Split
from oversample_bench.execution.decision_regions import GRID, MOST, Subject, decision_regions, shown_trials
from oversample_bench.report.figures import gallery, images, region_chart
from oversample_bench.suite import parse_suite
from oversample_bench.suite.plan import plan


def a_split(n_features, n_majority=60, n_minority=6, seed=0):
    generator = np.random.default_rng(seed)
    y = np.repeat([0, 1], [n_majority, n_minority])
    X = generator.normal(size=(len(y), n_features)) + 3.0 * y[:, np.newaxis]
    return Split(X=X, y=y, X_test=X + 0.1, y_test=y.copy(), X_withheld=X[:0].copy(), n_encoded=0, n_imputed=0)


def nothing_new(split):
    return Resample(np.arange(len(split.y)), split.X[:0].copy(), split.y[:0].copy(), None)


def with_copies(split, times):
    """Return a resample that repeats each minority row."""
    X_new = np.repeat(split.X[split.y == 1], times, axis=0)
    origin = np.concatenate([np.arange(len(split.y)), np.full(len(X_new), NEW)])
    return Resample(origin, X_new, np.ones(len(X_new), dtype=np.int64), None)


def painted(split, resample, classifier=None):
    return json.loads(
        decision_regions(Subject(split, resample, classifier or LogisticRegression(), random_state=0))
    )


def test_two_features_are_shown_as_they_are():
    """A plane is not turned: the points of a set of two features are its rows, none added and none lost."""
    split = a_split(2)

    found = painted(split, nothing_new(split))

    assert found["majority"] == np.round(split.X[split.y == 0], 4).tolist()
    assert found["minority"] == np.round(split.X[split.y == 1], 4).tolist()
    assert found["new"] == []


def test_regions_are_the_predictions_of_the_classifier_in_the_plane():
    """The square around a point has the class that the same classifier gives that point."""
    split = a_split(2)

    found = painted(split, nothing_new(split))

    left, right, bottom, top = found["extent"]
    expected = LogisticRegression().fit(split.X, split.y)
    steps = (np.arange(GRID) + 0.5) / GRID
    for row in (0, 17, GRID - 1):
        places = np.column_stack(
            [left + steps * (right - left), np.full(GRID, bottom + steps[row] * (top - bottom))]
        )
        told = np.array([int(label) for label in found["regions"][row]])
        assert (told != expected.predict(places)).sum() <= 1  # the border runs through a square


def test_new_rows_widen_the_region_of_the_minority():
    """Before and after differ by the new rows alone: ten copies of each minority row win ground."""
    split = a_split(2, n_minority=3, seed=3)

    before, after = (
        painted(split, resample)["regions"] for resample in (nothing_new(split), with_copies(split, 10))
    )

    assert sum(row.count("1") for row in after) > sum(row.count("1") for row in before)


@pytest.mark.parametrize("n_features", [1, 3, 40])
def test_any_number_of_features_comes_to_a_plane(n_features):
    """One feature is a line in the plane, more than two are seen along their two widest directions."""
    split = a_split(n_features)

    found = painted(split, with_copies(split, 2))

    assert len(found["axes"]) == 2
    assert np.shape(found["minority"]) == (6, 2)
    assert np.shape(found["new"]) == (12, 2)
    assert {len(row) for row in found["regions"]} == {GRID} == {len(found["regions"])}


def test_many_rows_are_thinned_and_counted():
    """A crowd is shown in part; how many there are is told in full, and the same part is shown each time."""
    split = a_split(3, n_majority=MOST + 50)

    found = painted(split, nothing_new(split))

    assert len(found["majority"]) == MOST
    assert found["counts"] == {"majority": MOST + 50, "minority": 6, "new": 0}
    assert found == painted(split, nothing_new(split))


def test_a_picture_of_regions_that_fails_says_why():
    """A classifier that cannot be fitted in the plane leaves a sentence, not an error."""
    split = a_split(2)

    found = painted(split, nothing_new(split), LogisticRegression(C=-1.0))

    assert list(found) == ["failed"]
    assert "'C'" in found["failed"]


def test_one_trial_of_each_method_sits():
    """A data set, a ratio and a method have one region plot: of the first split, seed and classifier."""
    suite = parse_suite(
        "{name: t, data: [ecoli1, glass1], methods: [none, random], classifiers: [knn, mlp], "
        "splits: 3, seeds: 2}"
    )

    found = list(shown_trials(plan(suite)))

    assert len(found) == 2 * 2
    assert {(one.classifier, one.spec.resample.split.index, one.spec.resample.seed) for one in found} == {
        ("knn", 0, 0)
    }


SUITE = """
name: faces
data: [ecoli1]
methods: [none, smote]
classifiers: [knn, logistic_regression]
splits: 2
metrics: [mcc]
report: {decision_regions: true}
"""


def views(folder):
    return read(folder).decision_regions


def test_a_run_leaves_the_decision_regions_that_its_suite_asks_for(tmp_path):
    """One region plot a data set, ratio and method, of the first split; who does not ask has none."""
    run(parse_suite(SUITE.replace("true", "false")), tmp_path / "a")
    run(parse_suite(SUITE), tmp_path / "b")

    assert views(tmp_path / "a").empty
    results = read(tmp_path / "b")
    subjects = results.plan.loc[results.decision_regions.index, ["method", "classifier", "split"]]
    assert subjects.to_numpy().tolist() == [["none", "knn", 0], ["smote", "knn", 0]]


def test_decision_regions_can_be_asked_for_later(tmp_path):
    """A finished run whose suite now asks for region plots gets them from its resamples, and no trial."""
    run(parse_suite(SUITE.replace("true", "false")), tmp_path)

    summary = run(parse_suite(SUITE), tmp_path)

    assert summary.computed == 0
    assert len(views(tmp_path)) == 2


def test_a_picture_of_regions_that_failed_is_tried_again(tmp_path):
    """The next run makes a failed region plot anew, as it does a failed trial, unless it is not to retry."""
    run(parse_suite(SUITE), tmp_path)
    made = views(tmp_path)
    with sqlite3.connect(tmp_path / "results.sqlite") as connection:
        connection.execute("UPDATE decision_regions SET view = ?", ('{"failed": "no time"}',))

    run(parse_suite(SUITE), tmp_path, Options(retry=False))
    left = views(tmp_path)
    run(parse_suite(SUITE), tmp_path)

    assert set(left) == {'{"failed": "no time"}'}
    assert views(tmp_path).tolist() == made.tolist()


@pytest.mark.parametrize(
    "later", [SUITE.replace("true", "false"), SUITE.replace("methods: [none, smote]", "methods: [none]")]
)
@pytest.mark.usefixtures("reports")
def test_a_failed_decision_regions_that_nobody_asks_for_any_more_is_left_alone(tmp_path, later):
    """A finished run whose suite wants no region plots, or none of that method, is done."""
    run(parse_suite(SUITE), tmp_path)
    with sqlite3.connect(tmp_path / "results.sqlite") as connection:
        connection.execute(
            "UPDATE decision_regions SET view = ? WHERE trial IN"
            " (SELECT trial FROM planned WHERE method = 'smote')",
            ('{"failed": "no time"}',),
        )
    run(parse_suite(later), tmp_path)
    before = (tmp_path / "report.md").read_bytes()
    run(parse_suite(later), tmp_path)

    assert (tmp_path / "report.md").read_bytes() == before


def test_the_figure_has_a_panel_a_method(tmp_path):
    """A figure a data set; its marks are the rows; the same store gives the same bytes."""
    run(parse_suite(SUITE), tmp_path)

    (page,) = region_chart.figures(read(tmp_path))

    new = page.frame[page.frame["kind"] == "made by the method"]
    assert list(page.frame["method"].unique()) == ["none", "smote"]
    assert set(new["method"]) == {"smote"}
    assert images(page.spec) == images(page.spec)


def test_no_decision_regions_are_told_with_what_to_do(tmp_path):
    """A report without region plots says how to have them."""
    run(parse_suite(SUITE.replace("true", "false")), tmp_path)

    absent = gallery(read(tmp_path), {}, {}).absent

    assert "decision_regions: true" in absent["decision_regions"]

from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from imblearn.metrics import geometric_mean_score
from sklearn import metrics as sk
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.svm import LinearSVC

from oversample_bench.core.errors import UsageError
from oversample_bench.evaluation.predictions import predicted
from oversample_bench.evaluation.scoring import computed
from oversample_bench.execution.verify import verify_run
from oversample_bench.plugins import metrics as m
from oversample_bench.plugins.expected_cost import ExpectedCost
from oversample_bench.plugins.registry import load_registry

COUNTS = [m.true_positives, m.false_positives, m.false_negatives, m.true_negatives]
OF_LABELS = [
    m.precision,
    m.recall,
    m.specificity,
    m.mcc,
    m.f1_macro,
    m.f1_micro,
    m.f1_minority,
    m.balanced_accuracy,
    m.g_mean,
]
OF_SCORES = [m.auroc, m.auprc, m.recall_at_precision]
ALL = {
    "mcc": m.MCC,
    "f1_macro": m.F1_MACRO,
    "f1_micro": m.F1_MICRO,
    "f1_minority": m.F1_MINORITY,
    "balanced_accuracy": m.BALANCED_ACCURACY,
    "g_mean": m.G_MEAN,
    "auroc": m.AUROC,
    "auprc": m.AUPRC,
    "brier": m.BRIER,
}


LABEL = st.integers(0, 1)
UNHURRIED = settings(deadline=None)


@st.composite
def labelled(draw, predicted=LABEL):
    """Draw labels in which both classes occur, and as many predictions."""
    y = draw(st.lists(st.integers(0, 1), min_size=2, max_size=40))
    assume(len(set(y)) == 2)
    return np.array(y), np.array(draw(st.lists(predicted, min_size=len(y), max_size=len(y))))


OF_SCIKIT_LEARN = {
    m.mcc: sk.matthews_corrcoef,
    m.f1_macro: partial(sk.f1_score, labels=[0, 1], average="macro", zero_division=0),
    m.f1_micro: partial(sk.f1_score, labels=[0, 1], average="micro", zero_division=0),
    m.f1_minority: partial(sk.f1_score, zero_division=0),
    m.balanced_accuracy: sk.balanced_accuracy_score,
    m.precision: partial(sk.precision_score, zero_division=0),
    m.recall: sk.recall_score,
    m.specificity: partial(sk.recall_score, pos_label=0),
}


@UNHURRIED
@given(labelled())
def test_labels_are_scored_as_scikit_learn_does(case):
    """Each metric of labels equals the library's to 1e-12, with 0 for an undefined quotient."""
    y, p = case

    for metric, expected in OF_SCIKIT_LEARN.items():
        assert metric(y, p) == pytest.approx(expected(y, p), abs=1e-12), metric.__name__


def scores_of(model, X, y, metrics):
    """Predict and compute, as a trial does."""
    values, failed = computed(predicted(model, X, metrics), y, metrics)
    assert not failed
    return values


def test_large_tables_do_not_overflow():
    """A million rows of each cell make a product beyond 64 bits, and still a correlation of 0.5."""
    y = np.repeat([0, 0, 1, 1], [3_000_000, 1_000_000, 1_000_000, 3_000_000])
    p = np.repeat([0, 1, 0, 1], [3_000_000, 1_000_000, 1_000_000, 3_000_000])

    assert m.mcc(y, p) == pytest.approx(0.5)


@pytest.mark.parametrize("metric", OF_LABELS)
def test_foreign_labels_are_refused(metric):
    """A classifier that predicts what it was never given has no score."""
    with pytest.raises(ValueError, match="expected 0 and 1"):
        metric(np.array([0, 1]), np.array([0, 2]))


@UNHURRIED
@given(labelled(predicted=st.floats(0, 1)))
def test_auroc_counts_pairs_in_the_right_order(case):
    """The area equals the share of pairs of a minority and a majority row that are ordered, ties half."""
    y, scores = case
    above = scores[y == 1][:, None] - scores[y == 0][None, :]

    assert m.auroc(y, scores) == pytest.approx(((above > 0) + 0.5 * (above == 0)).mean())


@UNHURRIED
@given(labelled(predicted=st.sampled_from([0.1, 0.2, 0.4, 0.8])))
def test_auprc_sums_precision_over_steps_of_recall(case):
    """Average precision equals the sum over the distinct scores, from the highest down."""
    y, scores = case
    area = reached = 0.0
    for cut in sorted(set(scores), reverse=True):
        chosen = scores >= cut
        recall, precision = (y & chosen).sum() / y.sum(), (y & chosen).sum() / chosen.sum()
        area, reached = area + (recall - reached) * precision, recall

    assert m.auprc(y, scores) == pytest.approx(area)


@UNHURRIED
@given(labelled(predicted=st.floats(0, 1)))
def test_brier_is_a_mean_of_squares(case):
    """The Brier score is the mean squared difference between probability and truth."""
    y, probabilities = case

    assert m.brier(y, probabilities) == pytest.approx(((y - probabilities) ** 2).mean())


@UNHURRIED
@given(labelled())
def test_g_mean_is_that_of_imbalanced_learn(case):
    """The geometric mean equals the library's of the field."""
    assert m.g_mean(*case) == pytest.approx(geometric_mean_score(*case, average="multiclass"))


@UNHURRIED
@given(labelled())
def test_the_truth_scores_best(case):
    """Predicting the truth gives 1, and a Brier score of 0."""
    y, _ = case

    assert [metric(y, y) for metric in OF_LABELS + OF_SCORES] == pytest.approx(
        [1.0] * len(OF_LABELS + OF_SCORES)
    )
    assert m.brier(y, y.astype(float)) == 0.0


@UNHURRIED
@given(labelled())
def test_naming_the_classes_the_other_way_round_changes_no_symmetric_metric(case):
    """MCC, macro and micro F1, balanced accuracy and G-mean treat both classes alike."""
    y, p = case

    for metric in [m.mcc, m.f1_macro, m.f1_micro, m.balanced_accuracy, m.g_mean]:
        assert metric(y, p) == pytest.approx(metric(1 - y, 1 - p), abs=1e-12)


@UNHURRIED
@given(labelled())
def test_every_number_is_a_finite_float(case):
    """No metric of labels warns, returns NaN or a type that JSON does not know."""
    y, p = case
    values = [metric(y, p) for metric in OF_LABELS]

    assert all(type(value) is float and np.isfinite(value) for value in values)


@pytest.mark.parametrize("always", [0, 1])
def test_a_classifier_that_knows_one_class_has_defined_scores(always):
    """One predicted class gives MCC and G-mean 0, and balanced accuracy one half; nobody warns."""
    y = np.array([0, 0, 0, 1])
    p = np.full(4, always)

    assert (m.mcc(y, p), m.g_mean(y, p), m.balanced_accuracy(y, p)) == (0.0, 0.0, 0.5)


def test_directions_and_needs_are_declared():
    """Only the Brier score is better when lower; areas need scores, it needs probabilities."""
    assert [name for name, metric in ALL.items() if not metric.higher_is_better] == ["brier"]
    assert {name: metric.needs for name, metric in ALL.items() if metric.needs != "labels"} == {
        "auroc": "scores",
        "auprc": "scores",
        "brier": "probabilities",
    }


def fitted(model):
    loaded = load_breast_cancer()
    X, y = loaded.data[:, :5], 1 - loaded.target
    return model.fit(X, y), X, y


def test_all_metrics_of_a_classifier_with_probabilities():
    """A classifier with scores and probabilities fills each cell, from its own outputs."""
    model, X, y = fitted(LogisticRegression(max_iter=5000))
    scores = scores_of(model, X, y, ALL)

    assert list(scores) == list(ALL)
    assert scores["mcc"] == m.mcc(y, model.predict(X))
    assert scores["auroc"] == m.auroc(y, model.decision_function(X))
    assert scores["brier"] == m.brier(y, model.predict_proba(X)[:, 1])


def test_scores_come_from_probabilities_where_there_is_no_decision_function():
    """The areas are computed from the minority's probability when the classifier has nothing else."""
    model, X, y = fitted(KNeighborsClassifier())

    assert scores_of(model, X, y, ALL)["auprc"] == m.auprc(y, model.predict_proba(X)[:, 1])


def test_a_metric_without_its_output_is_an_empty_cell():
    """A classifier without probabilities has no Brier score, and keeps all the rest."""
    model, X, y = fitted(LinearSVC())
    scores = scores_of(model, X, y, ALL)

    assert [name for name, value in scores.items() if value is None] == ["brier"]


@UNHURRIED
@given(labelled())
def test_counts_are_the_cells_of_the_table(case):
    """The four counts are scikit-learn's confusion matrix, and cost what their costs say."""
    y, p = case
    tn, fp, fn, tp = sk.confusion_matrix(y, p, labels=[0, 1]).ravel()

    assert [metric(y, p) for metric in COUNTS] == [tp, fp, fn, tn]
    assert ExpectedCost.of(50, 2).compute(y, p) == pytest.approx((50 * fn + 2 * fp) / len(y))


@UNHURRIED
@given(labelled(st.floats(0, 1)))
def test_log_loss_is_that_of_scikit_learn(case):
    """The mean logarithm of what the true class was given, with 0 taken for the least number above it."""
    y, p = case

    assert m.log_loss(y, p) == pytest.approx(sk.log_loss(y, p, labels=[0, 1]))


@UNHURRIED
@given(labelled(st.floats(0, 1)))
def test_the_calibration_error_is_that_of_a_loop(case):
    """Ten bins of equal width, each weighed by its rows: the gap of mean probability and share."""
    y, p = case
    gaps = [
        abs(np.mean(p[own]) - np.mean(y[own])) * own.sum() / len(y)
        for at in range(10)
        if (own := (p * 10).astype(int).clip(max=9) == at).any()
    ]

    assert m.ece(y, p) == pytest.approx(sum(gaps), abs=1e-12)


@UNHURRIED
@given(labelled(st.sampled_from([0.1, 0.2, 0.3, 0.4, 0.5])))
def test_recall_at_precision_is_the_best_of_all_thresholds(case):
    """Of the thresholds at which nine of ten alarms are right, the one that finds most; 0 if none is."""
    y, s = case
    found = [(y[s >= cut] == 1).sum() / y.sum() for cut in np.unique(s) if np.mean(y[s >= cut]) >= 0.9]

    assert m.recall_at_precision(y, s) == pytest.approx(max(found, default=0.0))


def test_names_of_scikit_learn_stand_for_the_same_numbers():
    """f1, accuracy, roc_auc and pr_auc are metrics of this project, unless a plugin offers such a name."""
    registry = load_registry()
    pairs = {"f1": "f1_minority", "accuracy": "f1_micro", "roc_auc": "auroc", "pr_auc": "auprc"}

    for alias, name in pairs.items():
        one, other = registry.entry("metric", alias), registry.entry("metric", name)
        assert one.resolve() is other.resolve()
        assert (one.name, one.source) == (alias, other.source)
        assert alias not in [entry.name for entry in registry.entries("metric")]
        offered = replace(
            registry, known={**registry.known, ("metric", alias): registry.entry("metric", "mcc")}
        )
        assert offered.entry("metric", alias).resolve() is m.MCC


def test_costs_are_told_by_the_suite(runs, tmp_path):
    """`expected_cost` takes `costs`; other costs are other scores, and none is a sentence."""
    text = "name: c\ndata: [ecoli1]\nmethods: [none]\nclassifiers: [decision_tree]\nsplits: 2\n"
    text += "metrics: [false_negatives, false_positives, expected_cost]\n"
    first = runs(text + "costs: {miss: 50, false_alarm: 1}\n").trials()
    other = runs(text + "costs: {miss: 5, false_alarm: 1}\n")

    n_test = 66
    expected = (50 * first["false_negatives"] + first["false_positives"]) / n_test
    assert first["expected_cost"].tolist() == pytest.approx(expected.tolist())
    assert (other.computed, other.scored_again) == (0, 2)
    assert (other.trials()["expected_cost"] < first["expected_cost"]).all()
    with pytest.raises(UsageError, match=r":6:45: The metric 'expected_cost' takes costs"):
        runs(text)


def test_what_costs_gave_can_be_verified(runs):
    """`verify` takes the costs from the store, and finds the same cost of every trial."""
    text = "name: c\ndata: [ecoli1]\nmethods: [none]\nclassifiers: [decision_tree]\nsplits: 1\n"
    done = runs(text + "metrics: [expected_cost]\ncosts: {miss: 50, false_alarm: 1}\n")

    found = verify_run(done.folder, fraction=1.0)
    assert (found.n_compared, found.unverified, found.deviations) == (1, (), ())

"""Labels and scores in, numbers out: the built-in metrics, and how any metric is computed.

Everywhere 1 is the minority and 0 the majority, and both occur in ``y_true``. A quotient whose denominator
is zero counts as 0, without a warning: a classifier that never predicts the minority has a defined score.
No metric is chosen here and none is averaged; suites and reports do that.

Metrics of labels are written out in the four counts of a two-class table: scikit-learn's functions, which the
tests hold them against, take a millisecond or more each, a tenth of what many a trial takes as a whole.
"""

from __future__ import annotations

from math import isfinite, sqrt
from numbers import Real
from textwrap import shorten
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from sklearn import metrics as sk

from oversample_bench.api import Metric

Vector = npt.NDArray[Any]

N_BINS = 10
MOST_LETTERS = 60
"""Of what a metric returned in place of a number."""


class ConfusionCounts(NamedTuple):
    """The four cells of a two-class table, the minority being the positive class."""

    tn: int
    fp: int
    fn: int
    tp: int


def counted(y_true: Vector, y_pred: Vector) -> ConfusionCounts:
    """Count true and false negatives and positives.

    Raises
    ------
    ValueError
        When a prediction is neither 0 nor 1.
    """
    predicted = np.asarray(y_pred)
    if not ((predicted == 0) | (predicted == 1)).all():
        raise ValueError(f"labels {np.unique(predicted)[:5]} were predicted; expected 0 and 1")
    cells = np.bincount(2 * np.asarray(y_true).astype(np.int64) + predicted.astype(np.int64), minlength=4)
    return ConfusionCounts(*map(int, cells))


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


def mcc(y_true: Vector, y_pred: Vector) -> float:
    r"""Correlate true and predicted labels (Matthews correlation coefficient), in [-1, 1].

    :math:`(TP \cdot TN - FP \cdot FN) / \sqrt{(TP+FP)(TP+FN)(TN+FP)(TN+FN)}`, and 0 where all predictions
    are equal. B. W. Matthews, Biochimica et Biophysica Acta 405 (1975), 442-451.
    """
    n = counted(y_true, y_pred)
    whole = sqrt((n.tp + n.fp) * (n.tp + n.fn) * (n.tn + n.fp) * (n.tn + n.fn))
    return _share(n.tp * n.tn - n.fp * n.fn, whole)


def f1_macro(y_true: Vector, y_pred: Vector) -> float:
    """Average the F1 scores of the two classes, each counting half, in [0, 1].

    F1 of a class is ``2 TP / (2 TP + FP + FN)``, 0 where the class is never predicted.
    C. J. van Rijsbergen, Information Retrieval, 2nd edition (1979), chapter 7.
    """
    n = counted(y_true, y_pred)
    wrong = n.fp + n.fn
    return (_share(2 * n.tp, 2 * n.tp + wrong) + _share(2 * n.tn, 2 * n.tn + wrong)) / 2


def f1_micro(y_true: Vector, y_pred: Vector) -> float:
    """Compute F1 from the counts of both classes pooled, which is the share of correct labels, in [0, 1]."""
    n = counted(y_true, y_pred)
    return (n.tp + n.tn) / sum(n)


def f1_minority(y_true: Vector, y_pred: Vector) -> float:
    """Compute F1 of the minority alone, ``2 TP / (2 TP + FP + FN)``, in [0, 1]."""
    n = counted(y_true, y_pred)
    return _share(2 * n.tp, 2 * n.tp + n.fp + n.fn)


def balanced_accuracy(y_true: Vector, y_pred: Vector) -> float:
    """Average the recalls of the two classes, in [0, 1]; 0.5 is chance.

    K. H. Brodersen et al., The balanced accuracy and its posterior distribution, ICPR 2010, 3121-3124.
    """
    return sum(_recalls(y_true, y_pred)) / 2


def g_mean(y_true: Vector, y_pred: Vector) -> float:
    """Take the geometric mean of the recalls of the two classes, in [0, 1]; 0 where one class is missed.

    M. Kubat and S. Matwin, Addressing the curse of imbalanced training sets, ICML 1997, 179-186. Equal to
    imbalanced-learn's ``geometric_mean_score``.
    """
    minority, majority = _recalls(y_true, y_pred)
    return sqrt(minority * majority)


def precision(y_true: Vector, y_pred: Vector) -> float:
    """Return the share of minority rows among those predicted as such, in [0, 1]; 0 where there are none."""
    n = counted(y_true, y_pred)
    return _share(n.tp, n.tp + n.fp)


def recall(y_true: Vector, y_pred: Vector) -> float:
    """Return the share of minority rows that are found (sensitivity), in [0, 1]."""
    return _recalls(y_true, y_pred)[0]


def specificity(y_true: Vector, y_pred: Vector) -> float:
    """Return the share of majority rows that are left alone, in [0, 1]."""
    return _recalls(y_true, y_pred)[1]


def true_positives(y_true: Vector, y_pred: Vector) -> float:
    """Count the minority rows that are found."""
    return float(counted(y_true, y_pred).tp)


def false_positives(y_true: Vector, y_pred: Vector) -> float:
    """Count the majority rows that are taken for the minority: false alarms; lower is better."""
    return float(counted(y_true, y_pred).fp)


def false_negatives(y_true: Vector, y_pred: Vector) -> float:
    """Count the minority rows that are missed; lower is better."""
    return float(counted(y_true, y_pred).fn)


def true_negatives(y_true: Vector, y_pred: Vector) -> float:
    """Count the majority rows that are left alone."""
    return float(counted(y_true, y_pred).tn)


def _recalls(y_true: Vector, y_pred: Vector) -> tuple[float, float]:
    n = counted(y_true, y_pred)
    return _share(n.tp, n.tp + n.fn), _share(n.tn, n.tn + n.fp)


def auroc(y_true: Vector, scores: Vector) -> float:
    """Return how often a minority row is scored above a majority row, ties counting half, in [0, 1].

    The area under the receiver operating characteristic. J. A. Hanley and B. J. McNeil, Radiology 143
    (1982), 29-36.
    """
    return float(sk.roc_auc_score(y_true, scores))


def auprc(y_true: Vector, scores: Vector) -> float:
    r"""Sum up precision over the steps of recall, :math:`\sum_n (R_n - R_{n-1}) P_n`, in [0, 1].

    The area under the precision-recall curve as average precision, without interpolation; the share of the
    minority is chance. J. Davis and M. Goadrich, ICML 2006, 233-240, on why interpolation flatters.
    """
    return float(sk.average_precision_score(y_true, scores))


def brier(y_true: Vector, probabilities: Vector) -> float:
    """Average the squared distance of the minority's probability from the truth, in [0, 1]; lower is better.

    G. W. Brier, Monthly Weather Review 78 (1950), 1-3, in the one-sided form for two classes.
    """
    return float(sk.brier_score_loss(y_true, probabilities, pos_label=1))


def log_loss(y_true: Vector, probabilities: Vector) -> float:
    """Average minus the logarithm of the probability that the true class was given; lower is better.

    I. J. Good, Rational decisions, Journal of the Royal Statistical Society B 14 (1952), 107-114. A
    probability of 0 counts as the smallest number above it, as in scikit-learn.
    """
    return float(sk.log_loss(y_true, np.asarray(probabilities, dtype=np.float64), labels=[0, 1]))


def ece(y_true: Vector, probabilities: Vector) -> float:
    r"""Average how far predicted probabilities are from what came (expected calibration error), in [0, 1].

    :math:`\sum_b n_b / n \, |\bar p_b - \bar y_b|` over ten bins of equal width; lower is better. M. P.
    Naeini, G. F. Cooper and M. Hauskrecht, Obtaining well calibrated probabilities using Bayesian binning,
    AAAI 2015, 2901-2907.
    """
    shares = np.asarray(probabilities, dtype=np.float64)
    bins = np.minimum((shares * N_BINS).astype(np.int64), N_BINS - 1)
    gaps = np.bincount(bins, weights=shares - y_true, minlength=N_BINS)
    return float(np.abs(gaps).sum() / len(shares))


def recall_at_precision(y_true: Vector, scores: Vector, least: float = 0.9) -> float:
    """Return the largest recall of a threshold whose precision is at least 0.9, in [0, 1]; 0 if none has it.

    The answer to "how many of the rare rows are found if at most one alarm in ten may be false?"
    """
    reached, found, _ = sk.precision_recall_curve(y_true, scores)
    return float(found[reached >= least].max())


MCC = Metric(mcc)
F1_MACRO = Metric(f1_macro)
F1_MICRO = Metric(f1_micro)
F1_MINORITY = Metric(f1_minority)
BALANCED_ACCURACY = Metric(balanced_accuracy)
G_MEAN = Metric(g_mean)
AUROC = Metric(auroc, needs="scores")
AUPRC = Metric(auprc, needs="scores")
BRIER = Metric(brier, higher_is_better=False, needs="probabilities")
PRECISION = Metric(precision)
RECALL = Metric(recall)
SPECIFICITY = Metric(specificity)
TRUE_POSITIVES = Metric(true_positives)
FALSE_POSITIVES = Metric(false_positives, higher_is_better=False)
FALSE_NEGATIVES = Metric(false_negatives, higher_is_better=False)
TRUE_NEGATIVES = Metric(true_negatives)
LOG_LOSS = Metric(log_loss, higher_is_better=False, needs="probabilities")
ECE = Metric(ece, higher_is_better=False, needs="probabilities")
RECALL_AT_PRECISION = Metric(recall_at_precision, needs="scores")


class NoNumber(ValueError):  # noqa: N818 - it is told without its name
    """A metric returned something that is no finite number."""


def measured(metric: Metric, y_true: Vector, prediction: Vector) -> float:
    """Compute one metric on copies of its own, so that none disturbs another.

    Parameters
    ----------
    metric : Metric
        Of any plugin.
    y_true : ndarray of shape (n_samples,)
        1 for the minority; both classes occur.
    prediction : ndarray of shape (n_samples,)
        What the metric needs, as `oversample_bench.evaluation.predictions.predicted` returns it.

    Raises
    ------
    NoNumber
        When it returns something else than a finite number; what it raises itself is passed on.
    """
    value = metric.compute(y_true.copy(), prediction.copy())
    if isinstance(value, bool) or not isinstance(value, Real):
        raise NoNumber(f"it returned {_shown(value)}; expected a number")
    number = float(value)
    if not isfinite(number):
        raise NoNumber(f"it returned {number}; expected a finite number")
    return number


def _shown(value: object) -> str:
    shape = getattr(value, "shape", None)
    if shape is not None:
        return f"a {type(value).__name__} of shape {shape}"
    text = shorten(repr(value), MOST_LETTERS, placeholder=" ...")
    return text if value is None else f"the {type(value).__name__} {text}"

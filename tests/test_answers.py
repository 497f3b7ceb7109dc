"""What classifiers answer is scored as it is, or refused with a sentence that says what came."""

from __future__ import annotations

import re
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression

from oversample_bench.evaluation.predictions import BadAnswer, predicted
from oversample_bench.evaluation.scoring import computed
from oversample_bench.plugins import metrics as m

N = 6
X = np.zeros((N, 2))
LABELS = np.array([0, 1, 0, 1, 1, 0])
SHARES = np.array([[0.9, 0.1], [0.2, 0.8], [0.5, 0.5], [0.0, 1.0], [1.0, 0.0], [0.7, 0.3]])
SCORES = np.array([-2.0, 0.5, 0.0, 3.0, -1.5, 1.0])
OF_LABELS, OF_SCORES, OF_PROBABILITIES = {"mcc": m.MCC}, {"auroc": m.AUROC}, {"brier": m.BRIER}


def answering(**answers: Any) -> SimpleNamespace:
    """Return a classifier that answers the same whatever it is asked."""
    methods = {
        name: (lambda _, answer=answer: answer) for name, answer in answers.items() if name != "classes_"
    }
    return SimpleNamespace(classes_=answers.get("classes_", np.array([0, 1])), **methods)


def answer(metrics: dict[str, Any], **answers: Any) -> Any:
    (found,) = predicted(answering(**answers), X, metrics).values()
    return found


# --- what is taken


@pytest.mark.parametrize(
    "answered",
    [
        LABELS.tolist(),
        tuple(LABELS),
        LABELS.astype(np.float32),
        LABELS.astype(bool),
        LABELS.astype(np.uint8),
        LABELS.astype(object),
        pd.Series(LABELS, index=range(N, 0, -1)),
        pd.Series(LABELS).astype("category"),
        pd.Series(LABELS, dtype="Int64"),
        torch.tensor(LABELS),
        np.ma.masked_array(LABELS, mask=False),
        [Fraction(int(label)) for label in LABELS],
    ],
    ids=lambda answered: f"{type(answered).__name__} {getattr(answered, 'dtype', '')}",
)
def test_labels_are_taken_from_whatever_holds_them(answered):
    """The numbers 0 and 1, one a row, are the same labels in any container and of any type of number."""
    found = answer(OF_LABELS, predict=answered)

    assert found.dtype == np.int64
    assert found.tolist() == LABELS.tolist()


@pytest.mark.parametrize(
    "answered",
    [SHARES.tolist(), SHARES.astype(object), pd.DataFrame(SHARES), torch.tensor(SHARES), SHARES[:, :]],
    ids=lambda answered: type(answered).__name__,
)
def test_probabilities_are_taken_from_whatever_holds_them(answered):
    """The minority's column is read from lists, frames, tensors and arrays alike."""
    assert answer(OF_PROBABILITIES, predict_proba=answered).tolist() == SHARES[:, 1].tolist()


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@settings(deadline=None, max_examples=50)
@given(shares=st.lists(st.floats(0, 1), min_size=N, max_size=N))
def test_rounding_is_no_fault(dtype, shares):
    """Probabilities in half, single or double precision are taken, and lie in [0, 1]."""
    minority = np.array(shares).astype(dtype)
    found = answer(OF_PROBABILITIES, predict_proba=np.column_stack([1 - minority, minority]))

    assert found.tolist() == minority.tolist()


def test_a_probability_beyond_its_end_by_rounding_is_taken_for_that_end():
    """What is below 0 or above 1 by less than a millionth is 0 or 1."""
    found = answer(OF_PROBABILITIES, predict_proba=np.tile([1 + 1e-9, -1e-9], (N, 1)))

    assert found.tolist() == [0.0] * N


def test_the_minority_is_found_by_its_label():
    """The order of ``classes_`` decides which column, and which sign, stands for the minority."""
    loaded = load_breast_cancer()
    rows, y = loaded.data[:, :5], 1 - loaded.target
    model = LogisticRegression(max_iter=5000).fit(rows, y)
    mirrored = SimpleNamespace(
        classes_=model.classes_[::-1],
        predict=model.predict,
        predict_proba=lambda X: model.predict_proba(X)[:, ::-1],
        decision_function=lambda X: -model.decision_function(X),
    )
    wanted = OF_LABELS | OF_SCORES | OF_PROBABILITIES

    found, expected = (computed(predicted(one, rows, wanted), y, wanted) for one in (mirrored, model))
    assert found == expected


def test_each_kind_of_output_is_predicted_once():
    """Nine metrics ask a classifier for labels, scores and probabilities once each, and never in vain."""
    calls = []
    model = SimpleNamespace(
        classes_=np.array([0, 1]),
        predict=lambda X: calls.append("labels") or LABELS,
        predict_proba=lambda X: calls.append("probabilities") or SHARES,
        decision_function=lambda X: calls.append("scores") or SCORES,
    )
    of_labels = dict.fromkeys("abc", m.MCC)
    predicted(model, X, of_labels | OF_SCORES | {"auprc": m.AUPRC} | OF_PROBABILITIES)
    predicted(model, X, of_labels)

    assert sorted(calls) == ["labels", "labels", "probabilities", "scores"]


def test_what_is_not_asked_for_is_not_looked_at():
    """A classifier with probabilities that are none is scored by all metrics of labels."""
    assert (
        answer(OF_LABELS, predict=LABELS, predict_proba="nothing", classes_=None).tolist() == LABELS.tolist()
    )


def test_answers_are_copies():
    """A classifier that goes on writing into what it has returned changes no score."""
    held = {"predict": LABELS.copy(), "predict_proba": SHARES.copy(), "decision_function": SCORES.copy()}
    found = predicted(answering(**held), X, OF_LABELS | OF_SCORES | OF_PROBABILITIES)
    before = {needs: values.tolist() for needs, values in found.items()}
    for values in held.values():
        values[:] = 0

    assert before == {needs: values.tolist() for needs, values in found.items()}


# --- what is refused

BAD_LABELS = {
    "none": (None, "predict returned NoneType; expected one label a test row, an array of shape (6,)"),
    "a number": (1, "predict returned int;"),
    "too few": (LABELS[:4], "predict returned an array of shape (4,)"),
    "too many": (np.zeros(9), "predict returned an array of shape (9,)"),
    "a column": (LABELS[:, None], "predict returned an array of shape (6, 1); expected one label a test row"),
    "probabilities": (SHARES, "an array of shape (6, 2)"),
    "a frame": (pd.DataFrame({"label": LABELS}), "an array of shape (6, 1)"),
    "sparse": (sparse.csr_matrix(LABELS), "predict returned csr_matrix;"),
    "a generator": ((label for label in LABELS), "predict returned generator;"),
    "ragged": ([[0], [0, 1], [], [], [], []], "predict returned list, no array"),
    "a tensor with a gradient": (torch.zeros(6, requires_grad=True), "returned Tensor, no array"),
    "masked": (np.ma.masked_array(LABELS, mask=[1, 0, 0, 0, 0, 1]), "predict returned 2 masked values"),
    "texts": (
        LABELS.astype(str),
        "the labels '0', '1' for 6 of 6 test rows; the classifier was given 0 and 1",
    ),
    "names": (np.where(LABELS, "fraud", "usual"), "the labels 'usual', 'fraud' for 6 of 6"),
    "names as objects": (np.where(LABELS, "fraud", "usual").astype(object), "the labels 'usual', 'fraud'"),
    "minus one": (np.where(LABELS, 1, -1), "the labels -1 for 3 of 6"),
    "halves": (LABELS * 0.5, "the labels 0.5 for 3 of 6"),
    "missing": (np.where(LABELS, np.nan, 0.0), "the labels nan"),
    "missing in a series": (pd.Series([0, 1, None, 1, 1, 0], dtype="Int64"), "the labels nan for 1 of 6"),
    "complex": (LABELS.astype(complex), "the labels 0j, (1+0j)"),
    "dates": (LABELS.astype("datetime64[s]"), "the labels datetime"),
    "many": (np.arange(2, 8), "the labels 2, 3, 4, 5, 6, ... for 6 of 6"),
}


@pytest.mark.parametrize("case", BAD_LABELS)
def test_labels_that_are_none_are_refused(case):
    """Anything but the numbers 0 and 1, one a test row, is refused with what came."""
    answered, words = BAD_LABELS[case]
    with pytest.raises(BadAnswer, match=re.escape(words)):
        answer(OF_LABELS, predict=answered)


BAD_SHARES = {
    "one column": (SHARES[:, 1:], "an array of shape (6, 1); expected two probabilities a test row"),
    "a vector": (SHARES[:, 1], "an array of shape (6,); expected two probabilities a test row"),
    "three columns": (np.full((N, 3), 1 / 3), "an array of shape (6, 3)"),
    "too few": (SHARES[:2], "an array of shape (2, 2)"),
    "a list of outputs": ([SHARES, SHARES], "an array of shape (2, 6, 2)"),
    "logarithms": (np.log(SHARES + 0.01), "values from -4.60517 to 0.00995033, outside [0, 1] in 6 of 6"),
    "above one": (SHARES * 2, "values from 0 to 2, outside [0, 1]"),
    "no sum of one": (SHARES / 2, "6 of 6 rows that do not sum to 1, but to values from 0.5 to 0.5"),
    "missing": (np.where(SHARES == 0.3, np.nan, SHARES), "1 of 6 rows with values that are not finite"),
    "infinite": (np.where(SHARES == 0.3, np.inf, SHARES), "1 of 6 rows with values that are not finite"),
    "texts": (SHARES.astype(str), "values of dtype <U"),
    "texts as objects": (SHARES.astype(str).astype(object), "values of dtype object; expected numbers"),
    "complex": (SHARES.astype(complex), "values of dtype complex128"),
    "none": (None, "predict_proba returned NoneType"),
    "sparse": (sparse.csr_matrix(SHARES), "predict_proba returned csr_matrix"),
    "masked": (np.ma.masked_array(SHARES, mask=SHARES == 0.3), "predict_proba returned 1 masked values"),
}


@pytest.mark.parametrize("case", BAD_SHARES)
def test_probabilities_that_are_none_are_refused(case):
    """Anything but a row of two finite shares of 1 a test row is refused with what came."""
    answered, words = BAD_SHARES[case]
    with pytest.raises(BadAnswer, match=re.escape(words)):
        answer(OF_PROBABILITIES, predict_proba=answered)


BAD_SCORES = {
    "a column": (SCORES[:, None], "decision_function returned an array of shape (6, 1); expected one score"),
    "a column a class": (np.column_stack([-SCORES, SCORES]), "an array of shape (6, 2)"),
    "missing": (np.where(SCORES == 0, np.nan, SCORES), "1 of 6 rows with values that are not finite"),
    "infinite": (np.where(SCORES == 0, -np.inf, SCORES), "1 of 6 rows with values that are not finite"),
    "texts": (SCORES.astype(str), "values of dtype <U"),
}


@pytest.mark.parametrize("case", BAD_SCORES)
def test_scores_that_are_none_are_refused(case):
    """Anything but a finite number a test row is refused, also where there are probabilities beside."""
    answered, words = BAD_SCORES[case]
    with pytest.raises(BadAnswer, match=re.escape(words)):
        answer(OF_SCORES, decision_function=answered, predict_proba=SHARES)


@pytest.mark.parametrize("kind", ["predict_proba", "decision_function"])
@pytest.mark.parametrize(
    ("classes", "words"),
    [
        (None, "SimpleNamespace has {kind} and no classes_ that says which class is which"),
        ([0, 1, 2], "classes_ is [0, 1, 2]; the classifier was given 0 and 1"),
        (["no", "yes"], "classes_ is ['no', 'yes']"),
        ([1], "classes_ is [1]"),
        ([[0, 1], [0, 1]], "classes_ is [[0, 1], [0, 1]]"),
        (7, "classes_ is 7"),
    ],
)
def test_classes_that_are_not_ours_are_refused(kind, classes, words):
    """Columns and signs are read by ``classes_``, which has the two labels that the classifier was given."""
    answers = {"predict_proba": SHARES} if kind == "predict_proba" else {"decision_function": SCORES}
    with pytest.raises(BadAnswer, match=re.escape(words.format(kind=kind))):
        answer(OF_SCORES, classes_=classes, **answers)


@settings(deadline=None, max_examples=200)
@given(
    values=st.lists(
        st.one_of(st.integers(-2, 2), st.floats(), st.text(max_size=2), st.none(), st.booleans()),
        min_size=N - 1,
        max_size=N + 1,
    ),
    as_objects=st.booleans(),
)
def test_labels_are_zeros_and_ones_or_refused(values, as_objects):
    """Whatever a classifier returns, it is read as written where it is 0 and 1 a row, and else refused."""
    answered = np.array(values, dtype=object) if as_objects else values
    good = len(values) == N and all(isinstance(one, int | float) and one in (0, 1) for one in values)
    try:
        found = answer(OF_LABELS, predict=answered)
    except BadAnswer:
        assert not good
    else:
        assert found.tolist() == values

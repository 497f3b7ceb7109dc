"""Which two classes of a set are compared, and which of them is the minority."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from oversample_bench.api import Dataset
from oversample_bench.core.errors import UsageError
from oversample_bench.core.labels import class_name
from oversample_bench.core.specs import DataSpec
from oversample_bench.datasets.classes import class_counts, two_classes

ANIMALS = ["cat"] * 5 + ["dog"] * 2 + ["eel"] * 3
COUNTED = "cat (5 rows), dog (2 rows), eel (3 rows)"
SAY_WHICH = "say which is `majority:` and which `minority:`"


def dataset(labels):
    y = np.asarray(labels)
    return Dataset(np.zeros((len(y), 1)), y)


def chosen(labels, majority="", minority=""):
    return two_classes(dataset(labels), DataSpec("any", majority=majority, minority=minority))


@pytest.mark.parametrize(
    "labels", [[2, 8, 2], [2.0, 8.0, 2.0], ["2", "8", "2"], [b"2", b"8", b"2"], ["2.0", "8", " 2"]]
)
def test_text_finds_labels_of_every_type(labels):
    """What a suite calls 2 is found in whole numbers, decimal numbers and text."""
    found = chosen(labels, "2", "8")

    assert (found.majority, found.minority) == ("2", "8")
    assert (found.rows.tolist(), found.y.tolist()) == ([0, 1, 2], [0, 1, 0])


@pytest.mark.parametrize(
    ("labels", "minority"),
    [
        ([0, 1, 1, 1], "0"),
        ([0, 0, 0, 1], "1"),
        ([True, True, False], "false"),
        (["b", "a", "b", "a"], "a"),
        ([10, 9, 10, 9], "10"),
    ],
)
def test_the_rarer_of_two_classes_is_the_minority(labels, minority):
    """Unless the suite says otherwise; of two equally large classes it is the first by its text."""
    found = chosen(labels)

    assert found.minority == minority
    assert found.y.tolist() == [int(class_name(label) == minority) for label in labels]


def test_the_suite_may_turn_it_round():
    """The larger class may be named the minority: the words are the suite's."""
    found = chosen([0, 0, 0, 1], minority="0")

    assert (found.majority, found.minority, found.y.tolist()) == ("1", "0", [1, 1, 1, 0])


def test_of_a_larger_set_only_two_classes_are_taken():
    """Rows of other classes are left out, and the others keep their order."""
    found = chosen(ANIMALS, "cat", "eel")

    assert found.rows.tolist() == [0, 1, 2, 3, 4, 7, 8, 9]
    assert found.y.tolist() == [0] * 5 + [1] * 3


@given(
    data=st.data(),
    labels=st.lists(st.integers(0, 4), min_size=2, max_size=40).filter(lambda y: len(set(y)) > 1),
)
def test_any_two_classes_can_be_chosen(data, labels):
    """The rows are those of the two classes, and no others, each under its own label."""
    majority, minority = data.draw(st.permutations(sorted(set(labels))))[:2]
    found = chosen(labels, str(majority), str(minority))

    assert found.rows.tolist() == [n for n, label in enumerate(labels) if label in (majority, minority)]
    assert found.y.tolist() == [int(label == minority) for label in labels if label in (majority, minority)]


@pytest.mark.parametrize(
    ("labels", "majority", "minority", "told"),
    [
        (ANIMALS, "cat", "dgo", f"there is no class 'dgo'. Did you mean 'dog'? There are: {COUNTED}"),
        (ANIMALS, "fox", "dog", f"there is no class 'fox'. There are: {COUNTED}"),
        (ANIMALS, "", "", f"there are 3 classes ({COUNTED}); {SAY_WHICH}"),
        (ANIMALS, "", "dog", f"there are 3 classes ({COUNTED}); {SAY_WHICH}"),
        ([1, 1], "", "", "there is one class only (1); two are needed"),
        ([1, 1], "0", "1", "there is one class only (1); two are needed"),
        ([0.5, 1, 1], "", "5", "there is no class '5'. There are: 0.5 (1 row), 1 (2 rows)"),
    ],
)
def test_a_class_that_cannot_be_chosen_is_told_with_those_there_are(labels, majority, minority, told):
    """A missing class, one class only, or many without a choice: the sentence lists what there is."""
    with pytest.raises(UsageError) as caught:
        chosen(labels, majority, minority)

    assert str(caught.value) == told


def test_many_classes_are_not_all_listed():
    """A target with a hundred values, perhaps the wrong column, gives a sentence and no page."""
    with pytest.raises(UsageError) as caught:
        chosen(range(100))

    assert "and 88 more" in str(caught.value)
    assert len(str(caught.value)) < 400


def test_counts_are_by_label():
    """Each class is counted under its text."""
    assert class_counts(dataset([1.0, 2.0, 2.0, 0.5])) == {"0.5": 1, "1": 1, "2": 2}

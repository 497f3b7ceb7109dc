"""Rows of a split: how many of each class, and which."""

import numpy as np
import pytest

from oversample_bench.core.errors import UsageError
from oversample_bench.core.outcome import Skip
from oversample_bench.core.specs import DataSpec, Protocol, SplitSpec
from oversample_bench.evaluation.split import kept_minority, thin

LEFT = "left for training, at least 2 are needed"


def spec(ratio=None, test_size=0.2, index=0):
    return SplitSpec(DataSpec("any"), ratio, Protocol(test_size), index)


def labels(n_majority, n_minority):
    """Return labels of both classes, mixed."""
    y = np.repeat([0, 1], [n_majority, n_minority])
    return np.random.default_rng(5).permutation(y)


def sizes(y, rows):
    """Return the rows of the majority and of the minority."""
    return int((y[rows] == 0).sum()), int((y[rows] == 1).sum())


@pytest.mark.parametrize(
    ("classes", "train", "test", "n_withheld"),
    [
        ((929, 708), (744, 7), (185, 141), 560),
        ((5319, 5319), (4256, 42), (1063, 1063), 4214),
        ((1936, 1833), (1549, 15), (387, 366), 1452),
        ((1300, 1300), (1040, 10), (260, 260), 1030),
        ((3500, 3500), (2800, 28), (700, 700), 2772),
    ],
    ids=["usps 2/8", "sensorless", "gas drift 4/6", "madelon", "gisette"],
)
def test_table_1_of_the_paper_is_reproduced(classes, train, test, n_withheld):
    """The class counts alone give the training rows of Table 1 of the GL-GAN paper, and its test rows."""
    y = labels(*classes)
    rows = thin(y, spec(0.01))

    assert (sizes(y, rows.train), sizes(y, rows.test), sizes(y, rows.withheld)) == (
        train,
        test,
        (0, n_withheld),
    )


@pytest.mark.parametrize(
    ("n_majority", "ratio", "kept"),
    [(100, 0.29, 29), (100, 0.07, 7), (1000, 0.057, 57), (300, 0.01, 3), (299, 0.01, 2), (7, 1.0, 7)],
)
def test_a_ratio_is_the_decimal_that_was_written(n_majority, ratio, kept):
    """0.29 of 100 rows are 29 rows, not the 28 of binary rounding; other shares are rounded down."""
    assert kept_minority(n_majority, 10_000, ratio) == kept


@pytest.mark.parametrize(
    ("test_size", "train", "test"),
    [
        (0.29, (71, 71), (29, 29)),
        (0.2, (80, 80), (20, 20)),
        (0.999, (1, 1), (99, 99)),
        (0.5, (50, 50), (50, 50)),
    ],
)
def test_a_test_share_is_the_decimal_that_was_written(test_size, train, test):
    """The same for the rows that are tested on: rounded down in each class, the rest are candidates."""
    y = labels(100, 100)
    if train[1] < 2:
        with pytest.raises(UsageError, match="1 minority rows are left for training"):
            thin(y, spec(test_size=test_size))
        return
    rows = thin(y, spec(test_size=test_size))

    assert (sizes(y, rows.train), sizes(y, rows.test)) == (train, test)


def test_a_natural_set_hides_nothing():
    """Without a ratio every candidate is trained on."""
    y = labels(301, 35)
    rows = thin(y, spec())

    assert (sizes(y, rows.train), sizes(y, rows.test), len(rows.withheld)) == ((241, 28), (60, 7), 0)


def test_a_ratio_that_the_set_just_has_keeps_all():
    """When the ratio asks for every candidate, none is withheld."""
    rows = thin(labels(100, 10), spec(0.1))

    assert len(rows.withheld) == 0


def test_a_set_with_too_few_minority_rows_is_skipped():
    """A ratio above that of the set is no mistake of the suite: the combination does not exist."""
    with pytest.raises(Skip) as caught:
        thin(labels(100, 10), spec(0.5))

    assert (
        str(caught.value) == "ratio 0.5 of 80 majority rows needs 40 minority rows; there are 8 for training"
    )


@pytest.mark.parametrize(
    ("counts", "asked", "told"),
    [
        (
            (100, 50),
            spec(0.01),
            "leaves 0 minority rows, at least 2 are needed; use a ratio of 0.025 or more",
        ),
        ((929, 708), spec(0.001), "leaves 0 minority rows, at least 2 are needed; use a ratio of 0.00269 or"),
        (
            (199, 50),
            spec(0.01),
            "leaves 1 minority rows, at least 2 are needed; use a ratio of 0.0125 or more",
        ),
        ((2, 50), spec(1.0, 0.5), "ratio 1 of 1 majority rows leaves 1 minority rows, at least 2 are needed"),
        ((2, 50), spec(1.0, 0.5), "; use `natural`"),
        (
            (100, 4),
            spec(),
            "a test share of 0.2 of the 4 minority rows leaves none to test on; use test_size 0.25",
        ),
        ((3, 50), spec(), "of the 3 majority rows leaves none to test on; use test_size 0.334 or more"),
        ((100, 3), spec(test_size=0.7), f"1 minority rows are {LEFT}; use a smaller test_size"),
        ((100, 3), spec(0.01, 0.7), f"1 minority rows are {LEFT}; use a smaller test_size"),
        ((100, 2), spec(), "there are 2 minority rows; at least 3 are needed, one of them to test on"),
        ((100, 0), spec(0.1), "there are 0 minority rows; at least 3 are needed, one of them to test on"),
        ((1, 100), spec(), "there is 1 majority row; at least 2 are needed, one of them to test on"),
        ((0, 0), spec(), "there are 0 majority rows; at least 2 are needed, one of them to test on"),
    ],
)
def test_too_few_rows_are_told_with_what_to_do(counts, asked, told):
    """What was asked, what there is and what to do, in one sentence."""
    with pytest.raises(UsageError) as caught:
        thin(labels(*counts), asked)

    assert told in str(caught.value)


def test_the_rows_of_a_split_are_the_same_on_every_machine():
    """Stored results rest on these rows: NumPy's permutation may not change under the same protocol."""
    rows = thin(np.repeat([0, 1], [20, 10]), spec(0.2, index=3))

    assert (rows.test.tolist(), rows.withheld.tolist()) == ([3, 6, 7, 8, 26, 27], [22, 24, 25, 28, 29])


def test_splits_are_independent_of_each_other():
    """Over many splits each row is tested on about as often as the test share says."""
    y = labels(50, 50)
    counts = np.zeros(100)
    for index in range(200):
        counts[thin(y, spec(index=index)).test] += 1

    assert counts.sum() == 200 * 20
    assert 15 < counts.min() <= counts.max() < 70  # 40 on average, standard deviation 5.7

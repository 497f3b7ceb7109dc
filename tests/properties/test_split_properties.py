"""Rules of every split, whatever the sizes of the classes."""

import re
from dataclasses import replace

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from oversample_bench.core.errors import UsageError
from oversample_bench.core.outcome import Skip
from oversample_bench.core.specs import DataSpec, Protocol, SplitSpec
from oversample_bench.evaluation.split import thin

unhurried = settings(deadline=None)
HOPELESS = r"there (is 1|are \d+) (majority|minority) rows?; at least \d are needed, one of them to test on"
ratios = st.none() | st.floats(0.0005, 1).map(lambda ratio: float(f"{ratio:.4g}"))
shares = st.floats(0.001, 0.999).map(lambda share: float(f"{share:.3g}"))


@st.composite
def cases(draw, least=0, most=400, *, either_way=False):
    """Return mixed labels, the minority no larger than the majority unless `either_way`, and a spec."""
    sizes = [draw(st.integers(least, most)), draw(st.integers(least, most))]
    y = np.repeat([0, 1], sizes if either_way else sorted(sizes, reverse=True))
    y = np.random.default_rng(draw(st.integers(0, 99))).permutation(y)
    return y, SplitSpec(DataSpec("any"), draw(ratios), Protocol(draw(shares)), draw(st.integers(0, 10**6)))


def rows_of(y, spec):
    """Return the rows, or None where there are too few."""
    try:
        return thin(y, spec)
    except (UsageError, Skip):
        return None


def parts(rows):
    return rows.train.tolist(), rows.test.tolist(), rows.withheld.tolist()


@unhurried
@given(case=cases())
def test_training_test_and_withheld_rows_are_disjoint_and_complete(case):
    """Each row is trained on, tested on or withheld, and only one of these; each part is in order."""
    y, spec = case
    rows = rows_of(y, spec)
    assume(rows is not None)
    train, test, withheld = parts(rows)

    assert sorted(train + test + withheld) == list(range(len(y)))
    assert [train, test, withheld] == [sorted(train), sorted(test), sorted(withheld)]


@unhurried
@given(case=cases())
def test_the_majority_stays_whole_and_the_ratio_is_kept_within_a_row(case):
    """Only minority rows are withheld; training has at most the ratio, and less than one row below it."""
    y, spec = case
    rows = rows_of(y, spec)
    assume(rows is not None)
    n_majority, n_minority = (int((y[rows.train] == label).sum()) for label in (0, 1))

    assert (y[rows.withheld] == 1).all()
    assert n_majority + (y[rows.test] == 0).sum() == (y == 0).sum()
    assert n_minority >= 2
    if spec.ratio is None:
        assert len(rows.withheld) == 0
    else:
        assert spec.ratio * n_majority - 1 < n_minority <= spec.ratio * n_majority + 1e-9


@unhurried
@given(case=cases())
def test_every_class_is_tested_on_in_its_natural_share(case):
    """The test has the share of each class, rounded down to whole rows, and at least one of each."""
    y, spec = case
    rows = rows_of(y, spec)
    assume(rows is not None)

    for label in (0, 1):
        share, n = (y[rows.test] == label).sum(), (y == label).sum()
        assert spec.protocol.test_size * n - 1 < share <= spec.protocol.test_size * n + 1e-9
        assert share >= 1


@unhurried
@given(case=cases(20), other=ratios)
def test_thinning_is_nested(case, other):
    """At every ratio the test is the same; what a smaller ratio keeps, a larger one keeps too."""
    y, spec = case
    one, two = rows_of(y, spec), rows_of(y, replace(spec, ratio=other))
    assume(one is not None and two is not None)
    small, large = sorted((one, two), key=lambda rows: len(rows.train))

    assert small.test.tolist() == large.test.tolist()
    assert set(small.train) <= set(large.train)
    assert set(large.withheld) <= set(small.withheld)


@unhurried
@given(case=cases(30, 200), other=st.integers(0, 10**6))
def test_each_split_is_its_own_and_always_the_same(case, other):
    """The number of a split decides on its rows: the same number, the same rows; another one, other rows."""
    y, spec = case
    assume(rows_of(y, spec) is not None and 0.1 < spec.protocol.test_size < 0.9)
    again, second = thin(y, spec), thin(y, replace(spec, index=other))

    assert parts(thin(y, spec)) == parts(again)
    assert (parts(second) == parts(again)) == (other == spec.index)


@settings(deadline=None, max_examples=400)
@given(case=cases(0, 60, either_way=True))
def test_who_follows_the_advice_gets_rows(case):
    """Doing what a refusal says, five times at most, leads to rows, unless the set has too few."""
    y, spec = case
    told = ""
    for _ in range(6):
        told = refusal(y, spec)
        y = 1 - y if "swap the two" in told else y
        spec = spec if "swap the two" in told else advised(spec, told)
        if spec is None:
            break

    assert not told or re.fullmatch(HOPELESS, told)
    assert bool(told) == (min((y == 0).sum() - 2, (y == 1).sum() - 3) < 0)


def refusal(y, spec):
    """Return what is said of a spec; nothing where it gives rows, or where the set does not offer it."""
    try:
        thin(y, spec)
    except Skip:
        return ""
    except UsageError as error:
        return str(error)
    return ""


def advised(spec, told):
    """Return the spec as the sentence advises; None where it advises nothing."""
    if found := re.search(r"use test_size (\S+) or more$", told):
        assert spec.protocol.test_size < float(found[1]) < 1
        return replace(spec, protocol=Protocol(float(found[1])))
    if found := re.search(r"use a ratio of (\S+) or more$", told):
        assert spec.ratio < float(found[1]) <= 1
        return replace(spec, ratio=float(found[1]))
    if told.endswith("use `natural`"):
        return replace(spec, ratio=None)
    if told.endswith("use a smaller test_size"):
        return replace(spec, protocol=Protocol(spec.protocol.test_size / 2))
    return None

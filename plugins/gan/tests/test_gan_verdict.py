import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from oversample_bench_gan.verdict import COLLAPSED, MANY, RUNAWAY, complaint, remark

ROWS = np.random.default_rng(0).normal(size=(8, 3))
FALLING = np.linspace(2, 1, 40)


@settings(deadline=None)
@given(arrays(np.float32, st.integers(0, 60), elements=st.floats(-900, 900, width=32)))
def test_finite_losses_that_stay_in_reach_are_no_complaint(losses):
    """A loss may rise and fall, be negative or missing: as long as it is bounded the rows are taken."""
    assert complaint(ROWS, {"generator": losses}) is None


@settings(deadline=None)
@given(st.integers(0, 39), st.sampled_from([np.nan, np.inf, -np.inf]))
def test_a_loss_that_is_not_finite_is_an_error_that_names_its_first_step(step, bad):
    """The sentence says which loss it was, from which step on, and what to do."""
    losses = FALLING.copy()
    losses[step:] = bad
    error = complaint(ROWS, {"generator": FALLING, "clustering": losses})

    assert isinstance(error, FloatingPointError)
    assert f"the loss 'clustering' is not finite from step {step + 1} of 40 on; lower" in str(error)


@settings(deadline=None)
@given(st.floats(1e-6, 1e3), st.sampled_from([1, -1]))
def test_a_loss_that_grows_without_bound_is_an_error(first, sign):
    """A loss that ends at more than a thousand times its beginnings, up or down, has no least value."""
    losses = np.full(40, first)
    losses[-1] = sign * 1.01 * RUNAWAY * max(1, first)
    error = complaint(ROWS, {"clustering": losses})

    assert isinstance(error, FloatingPointError)
    assert "the loss 'clustering' grew from" in str(error)


def test_a_loss_that_begins_near_nothing_may_grow_to_something():
    """What counts is the first ten steps and one: (3.2) begins at 1e-9 where the classes lie together."""
    losses = np.geomspace(1e-9, 500, 40)

    assert complaint(ROWS, {"clustering": losses}) is None


def test_a_loss_that_ran_away_and_came_back_is_no_complaint():
    """The last step is looked at, as it is the last state that makes the rows."""
    losses = FALLING.copy()
    losses[20] = 1e9

    assert complaint(ROWS, {"generator": losses}) is None


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_rows_that_are_not_finite_are_an_error(bad):
    """Sound losses do not excuse rows without numbers: the last step may have spoilt the net."""
    new = ROWS.copy()
    new[3, 1] = bad

    assert str(complaint(new, {"generator": FALLING})).startswith(
        "training diverged: the new rows are not finite"
    )


def test_rows_that_are_all_equal_are_told():
    """A collapsed net is told with the number of its rows."""
    assert remark(np.ones((5, 3)), ROWS) == "the net collapsed: its 5 rows are all but equal"


@settings(deadline=None)
@given(st.floats(1e-9, 1e9), st.floats(0.1, 10))
def test_collapse_is_judged_beside_the_minority(scale, factor):
    """New rows collapsed when their mean distance is below a thousandth of the minority's, in any unit."""
    new = ROWS * scale * COLLAPSED * factor
    collapsed = remark(new, ROWS * scale) != ""

    assert collapsed == (factor < 1) or factor == pytest.approx(1)


@pytest.mark.parametrize(
    ("new", "minority"),
    [
        (np.ones((1, 3)), ROWS),
        (np.ones((0, 3)), ROWS),
        (np.ones((5, 3)), np.ones((4, 3))),
        (np.ones((5, 3)), ROWS[:1]),
        (ROWS, ROWS),
        (np.full((5, 3), np.nan), ROWS),
    ],
)
def test_nothing_is_told_where_nothing_can_be(new, minority):
    """One new row, or a minority that is one point itself, shows no collapse; NaN is the complaint's."""
    assert remark(new, minority) == ""


def test_many_rows_are_judged_by_the_first():
    """Distances are looked at among some hundreds of rows only, however many there are."""
    new = np.vstack([np.ones((MANY, 3)), ROWS])

    assert remark(new, ROWS) == f"the net collapsed: its {MANY + 8} rows are all but equal"

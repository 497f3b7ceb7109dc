import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.preprocessing import StandardScaler

from oversample_bench_swim import rbf
from oversample_bench_swim.rbf import SWIMRBF, log_density, shape_parameter


def problem(n_majority=40, n_minority=6, d=3, seed=0, apart=1.0):
    rng = np.random.default_rng(seed)
    X = np.vstack([rng.normal(size=(n_majority, d)), rng.normal(size=(n_minority, d)) + apart])
    return StandardScaler().fit_transform(X), np.repeat([0, 1], [n_majority, n_minority])


def grown(X, y, **params):
    """Return the new rows and the seeds of each."""
    sampler = SWIMRBF(random_state=0, **params)
    new = sampler.fit_resample(X, y)[0][len(X) :]
    return new, X[sampler.seed_indices_], sampler.fallback_


@settings(max_examples=25, deadline=None)
@given(
    d=st.sampled_from([1, 2, 5, 40]),
    tau=st.sampled_from([0.1, 0.25, 1.0]),
    epsilon=st.sampled_from(["auto", 0.5, 3.0]),
    seed=st.integers(0, 999),
)
def test_new_rows_are_nowhere_denser_than_their_seeds(d, tau, epsilon, seed):
    """The majority is at most as dense at a new row as at its seed, also where f itself would be 0."""
    X, y = problem(d=d, seed=seed)
    new, seeds, _ = grown(X, y, tau=tau, epsilon=epsilon)
    width = shape_parameter(X[y == 0]) if epsilon == "auto" else epsilon
    at_new, at_seeds = (log_density(rows, X[y == 0], width) for rows in (new, seeds))

    assert (at_new <= at_seeds + 1e-9 * np.abs(at_seeds)).all()


def test_density_is_that_of_the_formula():
    """The logarithm is that of the sum of exp(-(epsilon |p - x|)^2) with Manhattan's distance."""
    rng = np.random.default_rng(0)
    points, majority = rng.normal(size=(5, 2)), rng.normal(size=(7, 2))
    f = [sum(np.exp(-((0.7 * np.abs(p - x).sum()) ** 2)) for x in majority) for p in points]

    np.testing.assert_allclose(log_density(points, majority, 0.7), np.log(f))


def test_density_does_not_depend_on_what_is_held_at_once(monkeypatch):
    """Points may be looked at in any portions."""
    rng = np.random.default_rng(0)
    points, majority = rng.normal(size=(5, 2)), rng.normal(size=(7, 2))
    expected = log_density(points, majority, 0.7)
    monkeypatch.setattr(rbf, "CELLS", 15)

    np.testing.assert_array_equal(log_density(points, majority, 0.7), expected)


def test_the_shape_parameter_is_half_of_deviation_times_mean():
    """Distances 3, 4 and 5 have the mean 4 and the deviation sqrt(2 / 3)."""
    corners = np.array([[0.0, 0.0], [3.0, 0.0], [0.0, 4.0]])

    assert shape_parameter(corners) == pytest.approx(0.5 * 4 * np.sqrt(2 / 3))


def test_the_shape_parameter_of_many_rows_is_that_of_some(monkeypatch):
    """Beyond a number of rows evenly spaced ones stand for all."""
    majority = np.random.default_rng(0).normal(size=(10, 2))
    expected = shape_parameter(majority[::3])
    monkeypatch.setattr(rbf, "PAIRED", 4)

    assert expected == shape_parameter(majority)


@pytest.mark.parametrize("n_majority", [1, 2])
def test_without_distances_to_compare_moves_are_not_judged(n_majority):
    """One or two majority rows give the shape parameter 0: rows are made, and that is told."""
    X, y = problem(n_majority)
    new, _, fallback = grown(X, y, sampling_strategy={1: 20})

    assert 14 == len(new)
    assert "moves were not judged: distances in the majority do not differ, so epsilon is 0" == fallback


def test_without_a_deviation_rows_are_copies():
    """A tau of 0 returns the seeds, to the last bit, which needs no telling since it was asked for."""
    new, seeds, fallback = grown(*problem(), tau=0)

    np.testing.assert_array_equal(new, seeds)
    assert "" == fallback


def test_where_no_move_is_fit_the_search_ends_in_told_copies(monkeypatch):
    """Seeds where the majority is least dense cannot move: after their tries they are copied, and counted."""
    X, y = problem()
    monkeypatch.setattr(
        rbf,
        "log_density",
        lambda points, *_: np.arange(len(points)) if len(points) == 6 else 9 + 0 * points[:, 0],
    )
    new, seeds, fallback = grown(X, y, steps=2)

    np.testing.assert_array_equal(new, seeds)
    assert "34 of 34 rows are copies: of 40 moves none was fit" == fallback


def test_a_seed_without_a_fit_move_gives_way_to_another():
    """A seed that is as far as can be from all majority rows around it is left for one that can move."""
    side = np.linspace(0, 1, 20, endpoint=False)
    quarter = np.column_stack([1 - side, side])
    circle = np.vstack(
        [quarter, quarter[:, ::-1] * [-1, 1], -quarter, quarter[:, ::-1] * [1, -1]]
    )  # Manhattan's
    minority = np.array([[0.0, 0.0], [3.0, 3.0], [3.0, -3.0], [-3.0, 3.0], [-3.0, -3.0]])
    y = np.repeat([0, 1], [80, 5])
    sampler = SWIMRBF(random_state=0, tau=0.05, epsilon=20.0)
    sampler.fit_resample(np.vstack([circle, minority]), y)

    assert {81, 82, 83, 84} == set(sampler.seed_indices_.tolist())
    assert "" == sampler.fallback_

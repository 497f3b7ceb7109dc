import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from imblearn.over_sampling import SMOTE

from oversample_bench_gan.latent import between, interpolated

SEEDS = st.integers(0, 2**32 - 1)


def points(n, width=3, seed=0):
    return np.random.default_rng(seed).normal(size=(n, width))


def detour(point, ends):
    """Return how much longer the way over ``point`` is than the straight one, for the best pair of ends."""
    return min(
        np.linalg.norm(point - a) + np.linalg.norm(point - b) - np.linalg.norm(a - b)
        for a in ends
        for b in ends
    )


@settings(max_examples=25, deadline=None)
@given(
    n=st.integers(2, 8), width=st.integers(1, 4), k=st.integers(1, 9), n_new=st.integers(1, 12), seed=SEEDS
)
def test_each_point_lies_on_a_segment_between_two_latents(n, width, k, n_new, seed):
    """Exactly as many points as asked for, each within 1e-6 of a segment between two minority latents."""
    latents = points(n, width, seed % 100)
    new, _ = interpolated(latents, n_new, k, seed)

    assert new.shape == (n_new, width)
    assert all(detour(point, latents) < 1e-6 for point in new)


@settings(max_examples=15, deadline=None)
@given(seed=SEEDS, k=st.integers(1, 6))
def test_points_are_those_of_imbalanced_learn(seed, k):
    """The same rows and the same seed give SMOTE's own points, to the last bit."""
    latents, majority = points(7), points(20, seed=1)
    new, told = interpolated(latents, 13, k, seed)
    expected, _ = SMOTE(k_neighbors=k, random_state=seed).fit_resample(
        np.vstack([majority, latents]), np.repeat([0, 1], [20, 7])
    )

    np.testing.assert_array_equal(new, expected[27:])
    assert told == ""


@pytest.mark.parametrize("n", [2, 3, 5])
def test_neighbours_are_lowered_to_the_minority_and_told(n):
    """With n points there are n - 1 neighbours, which is said and is the same as asking for them."""
    new, told = interpolated(points(n), 9, 5, 0)
    asked, _ = interpolated(points(n), 9, n - 1, 0)

    np.testing.assert_array_equal(new, asked)
    assert told == f"k_neighbors lowered from 5 to {n - 1}: the minority has {n} rows"


@settings(deadline=None)
@given(n_new=st.integers(1, 9), seed=SEEDS)
def test_a_single_point_is_copied_and_told(n_new, seed):
    """One latent point has no neighbour: copies of it, and a sentence."""
    new, told = interpolated(points(1), n_new, 5, seed)

    np.testing.assert_array_equal(new, np.repeat(points(1), n_new, 0))
    assert told == "copies of one latent point: the minority has 1 row, interpolation needs 2"


def test_one_neighbour_never_mixes_two_far_pairs():
    """With k = 1 a point stays within its own pair."""
    pairs = np.array([[0.0, 0.0], [1.0, 0.0], [100.0, 0.0], [101.0, 0.0]])
    new, _ = interpolated(pairs, 50, 1, 0)

    assert ((new[:, 0] <= 1) | (new[:, 0] >= 100)).all()


def test_equal_points_give_equal_points():
    """A latent space that collapsed is interpolated as it is."""
    new, _ = interpolated(np.ones((4, 2)), 5, 3, 0)

    np.testing.assert_array_equal(new, np.ones((5, 2)))


@pytest.mark.parametrize("bad", [np.nan, np.inf])
@pytest.mark.parametrize("n", [1, 4])
def test_latents_of_diverged_training_give_no_number(bad, n):
    """Where a latent is not finite no new point is: nothing is raised, so that other members live on."""
    latents = points(n)
    latents[0, 1] = bad
    new, _ = interpolated(latents, 6, 3, 0)

    assert new.shape == (6, 3)
    assert np.isnan(new).all()


@settings(max_examples=20, deadline=None)
@given(
    n=st.integers(1, 9), width=st.integers(1, 20), k=st.integers(1, 9), n_new=st.integers(1, 12), seed=SEEDS
)
def test_what_lies_between_is_what_smote_draws(n, width, k, n_new, seed):
    """Noting between which points a new one lies changes no point and no sentence, to the last bit."""
    latents = points(n, width, seed % 100)
    made = between(latents, n_new, k, seed)
    expected, said = interpolated(latents, n_new, k, seed)
    a, b = latents[made.first], latents[made.second]

    np.testing.assert_array_equal(made.points, expected)
    assert made.told == said
    assert ((made.eta >= 0) & (made.eta < 1)).all()
    np.testing.assert_allclose(a + made.eta[:, None] * (b - a), expected, atol=1e-12)


def test_nothing_lies_between_what_has_no_number():
    """Where a latent is not finite no point is, and none is raised for."""
    latents = points(4)
    latents[2, 1] = np.nan
    made = between(latents, 6, 3, 0)

    assert made.points.shape == (6, 3)
    assert np.isnan(made.points).all()

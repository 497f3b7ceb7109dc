import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import config_context
from sklearn.datasets import load_wine
from sklearn.preprocessing import StandardScaler

from oversample_bench.fidelity import Fidelity, fidelity

WINE = StandardScaler().fit_transform(load_wine().data)


def by_hand(real, fake, k):
    """Return the four shares by loops over all pairs."""

    def distance(a, b):
        return float(np.sqrt(((a - b) ** 2).sum()))

    def radius(rows, i):
        return sorted(distance(rows[i], other) for j, other in enumerate(rows) if j != i)[k - 1]

    n, m = len(real), len(fake)
    real_radii, fake_radii = [radius(real, i) for i in range(n)], [radius(fake, j) for j in range(m)]
    in_real = np.array([[distance(x, y) < real_radii[i] for y in fake] for i, x in enumerate(real)])
    in_fake = np.array([[distance(x, y) < fake_radii[j] for j, y in enumerate(fake)] for x in real])
    return (
        in_real.any(axis=0).sum() / m,
        in_fake.any(axis=1).sum() / n,
        in_real.sum() / (k * m),
        in_real.any(axis=1).sum() / n,
    )


def values(result):
    return (result.precision, result.recall, result.density, result.coverage)


def cut(seed, n_real, n_fake, noise):
    """Return real rows of wine, and others of it moved a little."""
    generator = np.random.default_rng(seed)
    order = generator.permutation(len(WINE))
    fake = WINE[order[n_real : n_real + n_fake]]
    return WINE[order[:n_real]], fake + noise * generator.normal(size=fake.shape)


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    n_real=st.integers(7, 40),
    n_fake=st.integers(7, 40),
    k=st.integers(1, 6),
    noise=st.sampled_from([0.0, 0.3, 2.0]),
)
def test_the_shares_are_those_of_the_definitions(seed, n_real, n_fake, k, noise):
    """All four equal a count over all pairs, and lie where they must."""
    real, fake = cut(seed, n_real, n_fake, noise)
    result = fidelity(real, fake, k)

    assert values(result) == pytest.approx(by_hand(real, fake, k))
    assert all(0 <= share <= 1 for share in (result.precision, result.recall, result.coverage))
    assert 0 <= result.density <= n_real / k
    assert type(result.precision) is type(result.recall) is float


def test_rows_that_are_the_real_ones_are_perfect():
    """A copy of the real rows has precision, recall and coverage 1, and a density near 1."""
    result = fidelity(WINE, WINE.copy())

    assert (result.precision, result.recall, result.coverage) == (1.0, 1.0, 1.0)
    assert result.density == pytest.approx(1.0, abs=0.2)


def test_rows_far_away_are_worth_nothing():
    """Rows without any real row near have four zeros."""
    assert fidelity(WINE, WINE + 1e3) == Fidelity(0.0, 0.0, 0.0, 0.0)


def test_one_copied_row_is_faithful_and_covers_little():
    """A method that repeats itself keeps its precision and loses recall and coverage."""
    result = fidelity(WINE, np.repeat(WINE[:1], 50, axis=0))

    assert result.precision == 1.0
    assert result.recall == 0.0
    assert result.coverage < 0.2


@pytest.mark.parametrize(("n_real", "n_fake"), [(5, 50), (50, 5), (0, 50), (50, 0)])
def test_too_few_rows_have_no_balls(n_real, n_fake):
    """With k rows or fewer on a side there is no k-th neighbour, and no number."""
    assert fidelity(WINE[:n_real], WINE[:n_fake], k=5) is None


def test_one_row_more_than_k_is_enough():
    """With k + 1 rows on each side the shares are defined."""
    assert fidelity(WINE[:6], WINE[6:12], k=5) is not None


def test_large_sides_are_thinned_by_the_seed():
    """The same seed thins alike, another one differently, and a side that fits is used whole."""
    real, fake = WINE[:100], WINE[50:]
    first = fidelity(real, fake, most=30, random_state=1)

    assert first == fidelity(real, fake, most=30, random_state=1)
    assert first != fidelity(real, fake, most=30, random_state=2)
    assert fidelity(real, fake, random_state=1) == fidelity(real, fake, random_state=2)


def test_distances_come_in_blocks_of_bounded_memory():
    """Cutting the distances into many blocks changes nothing."""
    real, fake = WINE[:100], WINE[50:]
    whole = fidelity(real, fake)
    with config_context(working_memory=0.01):
        pieces = fidelity(real, fake)

    assert pieces == whole


def test_rows_far_from_the_origin_are_told_apart():
    """Moving both sides together changes nothing, even by a million."""
    real, fake = WINE[:100], WINE[50:]

    assert values(fidelity(real + 1e6, fake + 1e6)) == pytest.approx(values(fidelity(real, fake)), abs=0.02)


def test_the_input_is_left_alone():
    """Read-only rows are enough."""
    real, fake = WINE[:50].copy(), WINE[50:].copy()
    real.setflags(write=False)
    fake.setflags(write=False)

    assert fidelity(real, fake) is not None

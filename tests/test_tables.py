"""Tables as people have them: what is asked about, all at once; what is left out, and said; what is read."""

import datetime as dt
import re
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from oversample_bench.core.errors import UsageError
from oversample_bench.core.specs import Reading
from oversample_bench.datasets import csv_reader
from oversample_bench.datasets.sources import card, fingerprint
from oversample_bench.datasets.survey import surveyed
from oversample_bench.datasets.table_files import about, read_file
from oversample_bench.suite import parse_suite

N = 60
LABELS = ["bad" if n % 6 == 0 else "good" for n in range(N)]
MEASURED = [f"{(n * 37 % 61) / 7:.3f}" for n in range(N)]


@pytest.fixture
def write(tmp_path):
    """Return a function that writes columns as a CSV file, beside a measurement and the target ``y``."""

    def written(columns, name="t.csv", separator=",", labels=LABELS):
        header = ["m", *columns, "y"]
        rows = zip(MEASURED, *columns.values(), labels, strict=True)
        lines = [[str(cell) for cell in row] for row in [header, *rows]]
        text = "\n".join(separator.join(_quoted(cell, separator) for cell in line) for line in lines)
        path = tmp_path / name
        path.write_text(text + "\n", encoding="utf-8")
        return path

    return written


def _quoted(cell, separator):
    return f'"{cell}"' if separator in cell or '"' in cell else cell


@pytest.fixture
def parquet(tmp_path):
    """Return a function that writes arrays as a Parquet file of columns whose names may repeat."""

    def written(columns, labels=LABELS, name="t.parquet"):
        names = ["m", *(name for name, _ in columns), "y"]
        arrays = [
            pa.array(map(float, MEASURED)),
            *(pa.array(values) for _, values in columns),
            pa.array(labels),
        ]
        pq.write_table(pa.Table.from_arrays(arrays, names), tmp_path / name)
        return tmp_path / name

    return written


def cycle(*texts):
    """Return the texts over and over, as many as there are rows."""
    return [texts[n * 11 % len(texts)] for n in range(N)]


def numbers(form="{}", *, but=()):
    """Return thirty different numbers, each of them twice, in a form; the last rows are something else."""
    cells = [form.format(n * 13 % 30 + 20) for n in range(N)]
    return [*cells[: N - len(but)], *but]


def told(path, **reading):
    """Return why a table is refused, by `bench run` and by `bench plan` alike."""
    asked = Reading(**reading)
    seen = surveyed(path, "y", asked)
    with pytest.raises(UsageError) as caught:
        read_file(path, "y", asked)

    assert str(caught.value).splitlines() == [about(path, sentence) for sentence in seen.problems]
    return str(caught.value)


def accepted(path, **reading):
    """Return a table that is read, with the notes that `bench plan` has for it as well."""
    asked = Reading(**reading)
    found = read_file(path, "y", asked)

    assert surveyed(path, "y", asked).problems == ()
    assert surveyed(path, "y", asked).notes == found.notes
    return found


# --- what may mean two things is asked about

DOUBTFUL = {
    "a count": (range(N), "looks like an identifier or a count of the rows"),
    "a count from behind": ([1000 - n for n in range(N)], "looks like an identifier or a count of the rows"),
    "a shuffled count": ([n * 7 % 60 + 100_000 for n in range(N)], "looks like an identifier"),
    "a count as decimals": ([f"{n}.0" for n in range(N)], "looks like an identifier"),
    "a key that rises": ([n * n * 1000 + n for n in range(N)], "looks like an identifier"),
    "a question mark": (numbers(but=("?", "?")), "has numbers in nearly all rows, and '?' in others"),
    "several words": (
        numbers(but=("n/a", "-", "n/a")),
        "and 'n/a', '-' in others: write `missing: [\"n/a\", \"-\"]`",
    ),
    "NaN as text": (numbers(but=("nan",)), "and 'nan' in others"),
    "many question marks": ([*numbers()[:15], *["?"] * 30, *numbers()[:15]], "and '?' in others"),
    "thousands or decimals": (numbers("1,2{}"), "numbers like '1,2"),
    "dollars": (numbers("${}"), "numbers with a sign or a unit ('$"),
    "per cent": (numbers("{}%"), "numbers with a sign or a unit ('20%')"),
    "euros": (numbers("{},50 €"), "numbers with a sign or a unit"),
    "kilograms": (numbers("{} kg"), "numbers with a sign or a unit"),
    "debts": (numbers("({})"), "numbers with a sign or a unit"),
    "two ways": (
        [*numbers("{},5")[:30], *numbers("{}.5")[30:]],
        "numbers that are written in several ways ('",
    ),
    "25 digits": (numbers("12345678901234567890{:05}"), "whole numbers of more than 15 digits"),
    "17 digits": (numbers("900719925474099{}"), "whole numbers of more than 15 digits"),
    "17 digits with a gap": ([*numbers("900719925474099{}")[1:], ""], "whole numbers of more than 15 digits"),
    "postcodes": (
        [f"{n % 9 * 613:05}" for n in range(N)],
        "has numbers of one length with zeros in front, like codes",
    ),
    "days as numbers": (
        [f"2024{n % 12 + 1:02}{n % 28 + 1:02}" for n in range(N)],
        "has dates written as whole numbers",
    ),
    "seconds since 1970": (
        [1_700_000_000 + n * 7919 % 60 * 86_399 + n % 2 for n in range(N)],
        "looks like times in seconds or milliseconds since 1970",
    ),
    "the target again": (LABELS, "is the target under another name, with a value for each class"),
    "the target as numbers": (
        [7 if label == "bad" else 3 for label in LABELS],
        "is the target under another name",
    ),
    "a reason for one class": (["late" if label == "bad" else "" for label in LABELS], "is the target under"),
}


@pytest.mark.parametrize("kind", DOUBTFUL)
def test_a_column_that_may_mean_two_things_is_asked_about(write, kind):
    """It never becomes a feature unseen: the sentence names the column and what to write."""
    cells, sentence = DOUBTFUL[kind]
    found = told(write({"x": list(cells)}))

    assert "column 'x' " in found
    assert sentence in found
    assert "`ignore: [x]`" in found


@pytest.mark.parametrize("kind", DOUBTFUL)
def test_who_ignores_a_column_is_not_asked_again(write, kind):
    """Left out as the suite says, whatever is in it, and said."""
    found = accepted(write({"x": list(DOUBTFUL[kind][0])}), ignore=("x",))

    assert found.feature_names == ("m",)
    assert "left out, as the suite says: x" in found.notes


@pytest.mark.parametrize("kind", DOUBTFUL)
def test_who_means_a_column_as_categories_gets_them(write, kind):
    """Listed under `categorical`, a column is one category for each different value."""
    cells = list(DOUBTFUL[kind][0])
    found = accepted(write({"x": cells}), categorical=("x",))
    different = {str(cell).removesuffix(".0") for cell in cells} - {""}

    assert set(found.categories[1]) == different
    assert np.isnan(found.X[:, 1]).sum() == sum(cell == "" for cell in cells)


@pytest.mark.parametrize(
    "kind",
    ["a count", "a shuffled count", "a key that rises", "17 digits", "postcodes", "the target as numbers"],
)
def test_who_means_a_column_as_numbers_gets_them(write, kind):
    """Listed under `numeric`, numbers are features even where they look like an identifier."""
    cells = list(DOUBTFUL[kind][0])

    assert accepted(write({"x": cells}), numeric=("x",)).X[:, 1].tolist() == [float(cell) for cell in cells]


@pytest.mark.parametrize("kind", ["a question mark", "several words", "NaN as text", "many question marks"])
def test_who_names_what_is_missing_gets_numbers(write, kind):
    """The advice, followed to the letter, makes numbers with gaps of the column; the gaps are counted."""
    cells = list(DOUBTFUL[kind][0])
    path = write({"x": cells})
    marks = tuple(mark.strip('"') for mark in re.search(r"`missing: \[(.*?)\]`", told(path))[1].split(", "))
    found = accepted(path, missing=marks)
    gaps = sum(cell in marks for cell in cells)

    assert np.isnan(found.X[:, 1]).tolist() == [cell in marks for cell in cells]
    assert dict(found.categories) == {}
    assert f"): {gaps} (x {gaps})" in found.notes[-1]
    assert card(found)["n_missing"] == gaps


@pytest.mark.parametrize(("decimal", "value"), [(".", 1250.0), (",", 1.25)])
def test_who_says_which_sign_is_decimal_gets_numbers(write, decimal, value):
    """1,250 is what the suite says it is."""
    found = accepted(write({"x": cycle("1,250", "2,125")}), decimal=decimal)

    assert value in found.X[:, 1]
    assert found.X[:, 0].tolist() == [float(cell) for cell in MEASURED]


def test_all_doubtful_columns_are_told_at_once(write):
    """One look at the message is enough to write the suite: a line a reason, each with all its columns."""
    path = write(
        {
            "": range(N),
            "id": [n * 7 % 60 for n in range(N)],
            "key": range(500, 500 + N),
            "age": numbers(but=("?",)),
            "pay": numbers(but=("NA",)),
            "price": numbers("${}"),
            "again": LABELS,
            "m ": MEASURED,
        },
        labels=[*LABELS[:-1], ""],
    )
    lines = told(path, ignore=("a", "sex"), categorical=("colour",)).splitlines()

    assert len(lines) == 8
    assert "has more than one column named 'm'" in lines[0]
    assert "has no column 'a', 'sex', which `ignore` names." in lines[1]
    assert "has no column 'colour', which `categorical` names." in lines[2]
    assert "column 'Unnamed: 1' has no name" in lines[3]
    assert "columns 'id', 'key' look like an identifier" in lines[4]
    assert "leave them out with `ignore: [id, key]`" in lines[4]
    assert "columns 'age', 'pay' have numbers in nearly all rows, and '?', 'NA' in others" in lines[5]
    assert "column 'price' has numbers with a sign" in lines[6]
    assert "has 1 row without a value of 'y'" in lines[7]


@pytest.mark.parametrize("name", ["", " ", "Unnamed: 1", "Unnamed: 0_level_0", "__index_level_0__"])
@pytest.mark.parametrize("cells", [range(N), MEASURED, cycle("a", "b")], ids=["count", "numbers", "words"])
def test_a_column_without_a_name_is_asked_about(write, name, cells):
    """Whatever is in it; once it is named under `ignore` or `categorical`, nothing is asked."""
    path = write({name: cells})
    found = told(path)
    called = re.search(r"column '(.*?)' has no name", found)[1]

    assert f'`ignore: ["{called}"]`' in found or f"`ignore: [{called}]`" in found
    assert accepted(path, ignore=(called,)).feature_names == ("m",)
    assert accepted(path, categorical=(called,)).feature_names == ("m", called)


def test_an_empty_column_without_a_name_is_left_out(write):
    """Rows and header that end with a separator make one, which says nothing."""
    found = accepted(write({"": [""] * N}))

    assert found.feature_names == ("m",)
    assert "left out, without a name and without a value: Unnamed: 1" in found.notes


# --- names that stand twice


def test_a_target_that_stands_twice_is_refused(write, parquet):
    """In a CSV file and in Parquet alike, also where the second one is spelled with a blank."""
    both = [write({"y": LABELS}), write({" y ": LABELS}, "blank.csv"), parquet([("y", LABELS)])]

    assert [told(path) for path in both] == [
        f"'{path}' has 2 columns 'y', the target; keep one of them in the file" for path in both
    ]


def test_another_column_that_stands_twice_is_refused(write, parquet, tmp_path):
    """The sentence names it and the way out: both are left out."""
    path = write({"a": cycle("1.5", "2.5"), " a": cycle("u", "v"), "m": MEASURED})

    assert "has more than one column named 'm', 'a'" in told(path)
    assert "`ignore: [m, a]`" in told(path)
    rest = parquet([("a", [1.5] * N), ("a", [2.5] * N), ("b", [n % 7 for n in range(N)])])
    assert accepted(rest, ignore=("a",)).feature_names == ("m", "b")
    assert "left out, as the suite says: a" in accepted(rest, ignore=("a",)).notes


def test_a_copy_under_the_name_that_pandas_gives_it_is_refused(write):
    """A column that pandas read twice is ``age`` and ``age.1``; other values are another column."""
    age = [n * 13 % 30 for n in range(N)]

    assert "column 'age.1' repeats another column" in told(write({"age": age, "age.1": age}))
    assert accepted(write({"age": age, "age.1": age[::-1]})).feature_names == ("m", "age", "age.1")
    assert "column 'y.1' is the target under another name" in told(write({"y.1": LABELS}))


def test_a_column_that_only_correlates_is_a_feature(write):
    """Three categories that tell two classes apart are information, not the target over again."""
    path = write({"x": ["a" if label == "bad" else "bc"[n % 2] for n, label in enumerate(LABELS)]})

    assert accepted(path).feature_names == ("m", "x")


# --- what no method can use is left out, and said

DATES = {
    "ISO": [f"2024-{n % 12 + 1:02}-{n % 28 + 1:02}" for n in range(N)],
    "German": [f"{n % 28 + 1}.{n % 12 + 1}.2024" for n in range(N)],
    "American": [f"{n % 12 + 1}/{n % 28 + 1}/24" for n in range(N)],
    "with times": [f"2024-01-{n % 28 + 1:02} 12:{n:02}" for n in range(N)],
    "few": cycle("2024-01-01", "2024-02-01"),
    "nearly all": [*[f"2024-01-{n % 28 + 1:02}" for n in range(N - 3)], "?", "", "never"],
    "times of day": [f"{n % 24}:30" for n in range(N)],
}


@pytest.mark.parametrize("kind", DATES)
def test_dates_are_left_out_and_said(write, kind):
    """No method can take a date, and one category a day is nonsense; who wants that can have it."""
    path = write({"when": DATES[kind]})
    found = accepted(path)

    assert found.feature_names == ("m",)
    assert any(note.startswith("left out: when (has dates or times") for note in found.notes)
    assert accepted(path, categorical=("when",)).feature_names == ("m", "when")
    assert "column 'when' should be `numeric`, and has" in told(path, numeric=("when",))


def test_texts_that_differ_in_every_row_are_left_out_and_said(write):
    """An identifier in letters teaches nothing: it is left out, unless the suite says it is a category."""
    path = write({"who": [f"C{100 + n * 7 % 60}" for n in range(N)], "code": cycle("u", "v")})
    found = accepted(path)

    assert found.feature_names == ("m", "code")
    assert any(note.startswith("left out: who (differs in nearly every row") for note in found.notes)
    assert accepted(path, categorical=("who",)).feature_names == ("m", "who", "code")


def test_a_table_of_such_columns_alone_is_refused(write):
    """Where nothing is left to learn from, the sentence says what became of each column."""
    found = told(write({"who": [f"C{n * 7 % 60}" for n in range(N)]}), ignore=("m",))

    assert "has no column to learn from: left out, as the suite says: m; left out: who (differs" in found


def test_the_index_of_a_frame_is_no_feature(tmp_path):
    """What pandas keeps as the index of a frame, with or without a name, is left out and said."""
    frame = pd.DataFrame({"m": map(float, MEASURED), "y": LABELS})
    for name, told_as in (("who", "who"), (None, "__index_level_0__")):
        index = pd.Index([n * 7 % 60 for n in range(N)], name=name)
        frame.set_index(index).to_parquet(tmp_path / "t.parquet")
        found = accepted(tmp_path / "t.parquet")

        assert found.feature_names == ("m",)
        assert f"left out, the index of the frame that was written: {told_as}" in found.notes
    frame.set_index("y").to_parquet(tmp_path / "t.parquet")
    assert accepted(tmp_path / "t.parquet").y.tolist() == LABELS


# --- what is read


def test_words_that_pandas_takes_for_missing_are_categories(write, parquet):
    """NA, None and null are names like others, in CSV as in Parquet, and they are mentioned."""
    cells = cycle("NA", "None", "null", "Pave", "nan", "n/a", "")
    csv = accepted(write({"alley": cells}))
    other = accepted(parquet([("alley", [cell or None for cell in cells])]))

    assert csv.categories == {1: ("NA", "None", "Pave", "n/a", "nan", "null")}
    assert fingerprint(csv) == fingerprint(other)
    for found in (csv, other):
        assert any(note.startswith("taken for a category: 'NA' in alley") for note in found.notes)
    assert accepted(write({"alley": cells}), missing=("NA", "None")).categories == {
        1: ("Pave", "n/a", "nan", "null")
    }


def test_missing_values_are_counted_by_column(write):
    """The note says what was read as missing, and how often in which column."""
    found = accepted(write({"a": cycle("1.5", "", "-999"), "b": cycle("u", "?", "")}), missing=("?", "-999"))

    assert found.notes[-1] == "missing values (empty cells and '?' and '-999'): 80 (a 40, b 40)"
    assert card(found)["n_missing"] == 80


@pytest.mark.parametrize("mark", ["-999", "-999.0", "-9.99e2"])
def test_a_number_that_stands_for_missing_is_missing_however_it_is_written(write, parquet, tmp_path, mark):
    """In CSV, Parquet and npz, in whole columns and decimal ones."""
    values = [-999.0, 1.5, 2.5] * 20
    np.savez(tmp_path / "t.npz", X=np.column_stack([np.sqrt(np.arange(N)), values]), y=np.array(LABELS))
    for path in (write({"a": values}), parquet([("a", values)]), tmp_path / "t.npz"):
        assert np.isnan(accepted(path, missing=(mark,)).X[:, 1]).tolist() == [value < 0 for value in values]


def test_labels_that_are_marked_missing_are_no_labels(write, parquet, tmp_path):
    """What stands for a missing value in features does so in the target."""
    labels = [*LABELS[:-2], "?", " ?"]
    np.savez(tmp_path / "t.npz", X=np.sqrt(np.arange(N)).reshape(-1, 1), y=np.array(labels))

    for path in (write({}, labels=labels), parquet([], labels=labels), tmp_path / "t.npz"):
        assert "has 2 rows without a value of 'y'; remove them or label them" in told(path, missing=("?",))


CLEAR = {
    "decimal commas": (numbers("{},5"), "read as numbers with decimal commas: x", 20.5),
    "German": ([f"1.2{n % 10}0,25" for n in range(N)], "read as numbers with decimal commas: x", 1200.25),
    "English": ([f"1,2{n % 10}0.25" for n in range(N)], "read as numbers with grouped thousands: x", 1200.25),
    "millions": (
        [f"{n % 9 + 1},000,000" for n in range(N)],
        "read as numbers with grouped thousands: x",
        1e6,
    ),
    "blanks": ([f"1 2{n % 10}0" for n in range(N)], "read as numbers with grouped thousands: x", 1200.0),
}


@pytest.mark.parametrize("kind", CLEAR)
def test_numbers_whose_signs_are_clear_are_numbers(write, kind):
    """A column may have a decimal sign of its own, where no cell leaves a doubt; it is said."""
    cells, note, value = CLEAR[kind]
    found = accepted(write({"x": cells}))

    assert note in found.notes
    assert value in found.X[:, 1]
    assert dict(found.categories) == {}


def test_blanks_around_numbers_do_not_make_them_texts(write):
    """A cell of blanks is empty, and a number with blanks around it a number."""
    found = accepted(write({"x": [*cycle(" 1.5", "2.5 ", "  ")[:-1], "\u00a03.5"]}))

    assert set(found.X[:, 1][~np.isnan(found.X[:, 1])]) == {1.5, 2.5, 3.5}


def test_categories_that_differ_in_blanks_are_one_and_it_is_said(write, parquet):
    """So are those that differ in how Unicode composes an accent."""
    cells = cycle("café", "cafe\u0301 ", "tea")

    for path in (write({"x": cells}), parquet([("x", cells)])):
        found = accepted(path)
        assert found.categories == {1: ("café", "tea")}
        assert "texts that differ in blanks at their ends alone are one category: x" in found.notes


def test_numbers_that_parquet_keeps_as_text_are_asked_about(parquet):
    """Whoever wrote them as text may have meant names: the suite says what they are."""
    path = parquet([("x", [f"{n % 7}" for n in range(N)])])

    assert "has numbers that the file keeps as text ('0')" in told(path)
    assert accepted(path, numeric=("x",)).X[:, 1].tolist() == [n % 7 for n in range(N)]
    assert accepted(path, categorical=("x",)).categories == {1: tuple("0123456")}


def test_what_is_declared_a_category_is_one(tmp_path):
    """A file that has a type for categories has said what is meant, also where they are numbers."""
    frame = pd.DataFrame(
        {"m": map(float, MEASURED), "x": pd.Categorical([n % 7 for n in range(N)]), "y": LABELS}
    )
    frame.to_parquet(tmp_path / "t.parquet")

    assert accepted(tmp_path / "t.parquet").categories == {1: tuple("0123456")}


def test_codes_keep_their_zeros_where_they_are_names(write):
    """A postcode under `categorical`, and a label, is what is written: 01234 is no 1234."""
    labels = ["007" if label == "bad" else "7" for label in LABELS]
    found = accepted(write({"post": cycle("01234", "1234")}, labels=labels), categorical=("post",))

    assert found.categories == {1: ("01234", "1234")}
    assert set(found.y) == {"007", "7"}


@pytest.mark.parametrize(
    "labels",
    [
        ([0.0, 1.0], [0, 1]),
        (["0.0", "1.0"], ["0", "1"]),
        ([Decimal("0.0"), Decimal("1.0")], ["0", "1"]),
        ([" 0", "1 "], ["0", "1"]),
        ([False, True], [False, True]),
        (["a\u0308", "ä"], ["ä", "ä"]),
    ],
    ids=["floats", "texts", "decimals", "blanks", "truth", "accents"],
)
def test_labels_are_brought_into_one_form(parquet, labels):
    """Whatever type the file gives them."""
    written, read = labels
    found = accepted(parquet([], labels=[written[label == "bad"] for label in LABELS]))

    assert found.y.tolist() == [read[label == "bad"] for label in LABELS]


def test_labels_that_become_one_are_said(write):
    """Two spellings of a class are one class; the note says which."""
    labels = ["bad " if n == 0 else label for n, label in enumerate(LABELS)]

    assert "classes: 'bad ' are taken for 'bad'" in accepted(write({}, labels=labels)).notes


# --- names of columns and of files


@pytest.mark.parametrize("name", ["y", " y", "y ", "\u00a0y", "\ufeffy", "\u200by"])
def test_blanks_around_a_name_do_not_count(tmp_path, name):
    """In the header or in the suite: no hint can send anybody round in circles."""
    path = tmp_path / "t.csv"
    path.write_text(
        f"a, b,{name}\n" + "".join(f"{n}.5, {n % 7},{n % 3}\n" for n in range(N)), encoding="utf-8"
    )
    (tmp_path / "s.yaml").write_text("")
    suite = parse_suite(
        f'name: s\ndata: [{{path: t.csv, target: "{name}", ignore: [" b "]}}]\nmethods: [none]\n'
        "classifiers: [knn]\n",
        folder=tmp_path,
    )
    spec = suite.data[0].spec()

    assert (spec.target, spec.reading.ignore) == ("y", ("b",))
    assert read_file(path, spec.target, spec.reading).feature_names == ("a",)


def test_names_may_be_numbers(tmp_path):
    """A frame with columns 0, 1, ... is found by them, quoted or not."""
    frame = pd.DataFrame({0: map(float, MEASURED), 1: [n % 7 for n in range(N)], 2: LABELS})
    frame.to_parquet(tmp_path / "t.parquet")
    suite = parse_suite(
        "name: s\ndata: [{path: t.parquet, target: 2, ignore: [0]}, "
        "{path: t.parquet, target: '2', label: b}]\n"
        "methods: [none]\nclassifiers: [knn]\n",
        folder=tmp_path,
    )
    first, second = (
        read_file(tmp_path / "t.parquet", one.spec().target, one.spec().reading) for one in suite.data
    )

    assert (first.feature_names, second.feature_names) == (("1",), ("0", "1"))


def test_names_of_several_levels_are_refused(tmp_path):
    """The sentence says what to do."""
    columns = pd.MultiIndex.from_tuples([("a", "x"), ("a", "y")])
    pd.DataFrame([[1.0, 2.0]], columns=columns).to_parquet(tmp_path / "t.parquet")

    for look in (read_file, surveyed):
        with pytest.raises(UsageError, match="has names of several levels; give each column one name"):
            look(tmp_path / "t.parquet", "y", Reading())


@pytest.mark.parametrize(
    "name", ["t.CSV", "t.Csv.gz", "t.tsv", "t.TSV.GZ", "t.parq", "t.pq", "t.PARQUET", "t.NPZ"]
)
def test_the_case_and_the_length_of_an_ending_do_not_count(tmp_path, name):
    """A file is known by its ending as people write it; the label is the name without it."""
    frame = pd.DataFrame({"m": map(float, MEASURED), "y": LABELS})
    path = tmp_path / name
    kind = name.lower()
    if kind.endswith(("csv", "gz", "tsv")):
        packed = "gzip" if kind.endswith("gz") else None
        frame.to_csv(path, index=False, sep="\t" if "tsv" in kind else ",", compression=packed)
    elif kind.endswith("npz"):
        with path.open("wb") as file:
            np.savez(file, X=frame[["m"]].to_numpy(), y=np.array(LABELS))
    else:
        frame.to_parquet(path)
    text = f"name: s\ndata: [{{path: {name}, target: y}}]\nmethods: [none]\nclassifiers: [knn]\n"
    (item,) = parse_suite(text, folder=tmp_path).data

    assert item.label == "t"
    assert read_file(path, "y").X[:, 0].tolist() == frame["m"].tolist()


def test_a_folder_of_parquet_files_is_one_table(tmp_path):
    """Files in the order of their names, with the columns that folders name; engines' marks do not count."""
    frame = pd.DataFrame({"m": map(float, MEASURED), "y": LABELS})
    for year, part in (("2023", frame[:25]), ("2024", frame[25:])):
        folder = tmp_path / "all" / f"year={year}"
        folder.mkdir(parents=True)
        part.to_parquet(folder / "part-0.parquet", index=False)
    (tmp_path / "all" / "_SUCCESS").write_text("")
    (tmp_path / "all" / "_metadata.parquet").write_text("no table")
    text = "name: s\ndata: [{path: all, target: y}]\nmethods: [none]\nclassifiers: [knn]\n"
    (item,) = parse_suite(text, folder=tmp_path).data
    found = accepted(tmp_path / "all")

    assert item.label == "all"
    assert found.y.tolist() == LABELS
    assert found.feature_names == ("m", "year")
    assert found.categories == {1: ("2023", "2024")}
    assert found.X[:, 1].tolist() == [0] * 25 + [1] * (N - 25)


# --- arrays


def test_the_columns_of_an_npz_are_named_by_number(tmp_path):
    """A count among them is asked about, and left out by its number, which starts at 0."""
    X = np.column_stack([np.sqrt(np.arange(N)), np.arange(N), np.arange(N) % 7])
    np.savez(tmp_path / "t.npz", X=X, y=np.array(LABELS))

    assert "column '1' looks like an identifier or a count" in told(tmp_path / "t.npz")
    assert '`ignore: ["1"]`' in told(tmp_path / "t.npz")
    assert accepted(tmp_path / "t.npz", ignore=("1",)).X.tolist() == X[:, [0, 2]].tolist()
    assert accepted(tmp_path / "t.npz", numeric=("1",)).X.tolist() == X.tolist()
    assert accepted(tmp_path / "t.npz", ignore=("1",), categorical=("2",)).categories == {1: tuple("0123456")}


# --- lines of another length than the first

LINES = [f"{cell},{n % 11},{label}" for n, (cell, label) in enumerate(zip(MEASURED, LABELS, strict=True))]
RAGGED = {
    "a title": (
        ["# exported 2024", "m,n,y", *LINES],
        "first line has 1 field and most others have 3: '# exp",
    ),
    "a title with a comma": (["sales, 2024", "m,n,y", *LINES], "has 2 fields and most others have 3"),
    "a short row": (["m,n,y", *LINES, "1.5,2"], "row 61 has 2 fields and the first line 3"),
    "a line of totals": (["m,n,y", *LINES, "total"], "row 61 has 1 field and the first line 3"),
    "a short row with the labels first": (["y,m,n", *LINES[:9], "1.5,2"], "row 10 has 2 fields"),
    "a long row": (["m,n,y", *LINES, "1.5,2,good,7"], "row 61 has 4 fields and the first line 3"),
}


@pytest.mark.parametrize("kind", RAGGED)
def test_lines_of_another_length_are_refused(tmp_path, kind):
    """What is missing in a short row is not guessed, and a title is no header; said by plan and run alike."""
    lines, sentence = RAGGED[kind]
    path = tmp_path / "t.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with pytest.raises(UsageError, match=re.escape(sentence)) as seen:
        surveyed(path, "y", Reading())
    with pytest.raises(UsageError) as refused:
        read_file(path, "y", Reading())

    assert str(seen.value) == str(refused.value)


def test_separators_at_the_end_of_rows_are_no_fields(tmp_path):
    """Spreadsheets write empty fields behind the last column, and empty cells in it are missing values."""
    path = tmp_path / "t.csv"
    path.write_text("y,m,n\n" + "".join(f"{row % 6 // 5},{row / 7:.2f},{'' if row == 3 else row % 5},,\n"
                                         for row in range(60)))  # fmt: skip

    assert accepted(path).feature_names == ("m", "n")


def test_lists_and_records_in_parquet_are_asked_about(parquet):
    """A cell that holds several values is no category, whatever the suite says of it."""
    nested = {"list": [[n, 1] for n in range(N)], "record": [{"a": n} for n in range(N)]}
    path = parquet(list(nested.items()))

    assert "columns 'list', 'record' hold lists or records" in told(path)
    assert "hold lists or records" in told(path, categorical=("list", "record"))
    assert accepted(path, ignore=("list", "record")).feature_names == ("m",)


# --- `bench plan` and `bench run` see the same

CELLS = st.sampled_from([
    "", "1", "-2.5", "nan", "NA", "x", " y", "y ", "True", "false", "2020-01-01", "31.12.2024", "0x1", " ",
    "1,5", "1.234,5", "1,234", "$5", "12%", "007", "?", "é", "1 000", "+5", "1e5", " 7 ", "9" * 20,
    "9007199254740993",
])  # fmt: skip
COLUMNS = st.one_of(
    st.lists(CELLS, min_size=1, max_size=3).flatmap(
        lambda pool: st.lists(st.sampled_from(pool), min_size=30, max_size=30)
    ),
    st.lists(st.integers(-5, 10**6).map(str), min_size=30, max_size=30),
    st.permutations([*map(str, range(28)), "", "?"]),
    st.just([*map(str, range(30))]),
)
NAMES = st.lists(
    st.sampled_from(["a", "b ", "c", "y", "", "id", "Unnamed: 0", "b.1"]), min_size=1, max_size=4
)
TARGETS = st.sampled_from([["0", "1"] * 15, ["a", "b ", " a"] * 10, ["1.0", "2", "2.0"] * 10, ["", "1"] * 15])


@settings(deadline=None, max_examples=100, suppress_health_check=list(HealthCheck))
@given(data=st.data(), names=NAMES, target=TARGETS, separator=st.sampled_from(",;\t|"))
def test_a_small_file_is_seen_as_it_is_read(tmp_path_factory, data, names, target, separator):
    """Whatever stands in a table, `bench plan` refuses what `bench run` refuses, in the same words."""
    columns = [*(data.draw(COLUMNS) for _ in names), target]
    asked = Reading(
        ignore=data.draw(st.sampled_from([(), ("a",), ("zz",)])),
        missing=data.draw(st.sampled_from([(), ("?",), ("NA", "nan"), ("-2.5",)])),
        categorical=data.draw(st.sampled_from([(), ("c",)])),
        numeric=data.draw(st.sampled_from([(), ("b",)])),
    )
    rows = [[*names, "y"], *zip(*columns, strict=True)]
    path = tmp_path_factory.mktemp("seen") / "t.csv"
    path.write_text(
        "\n".join(separator.join(_quoted(cell, separator) for cell in row) for row in rows) + "\n"
    )
    try:
        seen = surveyed(path, "y", asked)
        expected = [about(path, sentence) for sentence in seen.problems]
    except UsageError as error:
        seen, expected = None, str(error).splitlines()
    try:
        found, refused = read_file(path, "y", asked), []
    except UsageError as error:
        found, refused = None, str(error).splitlines()

    assert expected == refused
    assert found is None or seen.notes == found.notes


def test_of_a_large_file_the_names_are_certain_and_the_rest_is_a_caution(write, monkeypatch):
    """What the first rows look like may change further down, so it is no reason to refuse."""
    monkeypatch.setattr(csv_reader, "WHOLE_BYTES", 500)
    monkeypatch.setattr(csv_reader, "SAMPLE_BYTES", 500)
    path = write({"x": range(N), "m": MEASURED})
    seen = surveyed(path, "y", Reading())

    assert seen.counts is None
    assert [sentence for sentence in seen.problems if "more than one column named 'm'" in sentence] == list(
        seen.problems
    )
    assert any("column 'x' looks like an identifier" in sentence for sentence in seen.cautions)
    assert all(re.search(r"\(in the first \d+ rows\)", line) for line in (*seen.cautions, *seen.notes))


def test_the_date_of_a_file_is_no_part_of_its_rows(write, tmp_path):
    """Read in two ways a file has two identities; in the same way one, whatever it is called."""
    first, second = write({"x": numbers(but=("?",))}), write({"x": numbers(but=("?",))}, "u.csv")
    ways = [Reading(missing=("?",)), Reading(categorical=("x",)), Reading(ignore=("x",))]
    found = [fingerprint(read_file(path, "y", way)) for path in (first, second) for way in ways]

    assert found[:3] == found[3:]
    assert len(set(found)) == 3


def test_times_of_every_type_are_left_out(parquet):
    """Dates and times in a type of their own are known by it."""
    start = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
    columns = [
        ("a", [start + dt.timedelta(days=n) for n in range(N)]),
        ("b", [(start + dt.timedelta(days=n)).date() for n in range(N)]),
        ("c", [dt.time(n % 24) for n in range(N)]),
        ("d", [dt.timedelta(days=n) for n in range(N)]),
    ]

    assert accepted(parquet(columns)).feature_names == ("m",)

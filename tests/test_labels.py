"""Names and labels are text: which spellings are one name, and which are one class."""

import unicodedata
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from oversample_bench.core.labels import class_name, normal
from oversample_bench.suite import parse_suite

BLANKS = st.text(st.sampled_from(" \t\n\u00a0\u2003\u200b\ufeff"), max_size=3)


@given(text=st.text(max_size=12), before=BLANKS, after=BLANKS, form=st.sampled_from(["NFC", "NFD"]))
def test_blanks_at_the_ends_and_the_form_of_accents_do_not_count(text, before, after, form):
    """A name is the same whatever blanks stand around it, seen or not, and however it is composed."""
    assert normal(before + unicodedata.normalize(form, text) + after) == normal(text)
    assert normal(normal(text)) == normal(text) == normal(text).strip()
    assert unicodedata.is_normalized("NFC", normal(text))


def test_blanks_within_a_name_are_part_of_it():
    """Only the ends are cut."""
    assert normal("  total  amount ") == "total  amount"


@pytest.mark.parametrize(
    ("label", "name"),
    [
        *(
            (2, "2"),
            (2.0, "2"),
            ("2", "2"),
            ("2.0", "2"),
            (" 2.00 ", "2"),
            (Decimal("2.0"), "2"),
            ("+2", "2"),
        ),
        *(
            (np.int8(2), "2"),
            (np.float32(2), "2"),
            (np.str_("2.0"), "2"),
            (b"2", "2"),
            (np.bytes_(b"2.0"), "2"),
        ),
        *((-1, "-1"), ("-1.0", "-1"), ("-0", "0"), (-0.0, "0"), (0.5, "0.5"), (".50", "0.5"), ("5.", "5")),
        *((True, "true"), (np.False_, "false"), ("True", "true"), ("FALSE", "false"), ("tRuE", "tRuE")),
        *(("None", "None"), ("NA", "NA"), ("null", "null"), ("nan", "nan"), ("n/a", "n/a"), ("", "")),
        *(
            ("007", "007"),
            ("00", "00"),
            ("0x10", "0x10"),
            ("1_000", "1_000"),
            ("1,000", "1,000"),
            ("\u0662", "\u0662"),
        ),
        *((1e20, "1" + "0" * 20), ("1e3", "1000"), ("1E-2", "0.01"), ("2e", "2e"), (np.float32(0.1), "0.1")),
        *((2**70, str(2**70)), (str(2**70 + 1), str(2**70 + 1)), (f"{2**70 + 1}.0", str(2**70 + 1))),
        *(
            (b"good", "good"),
            ("ä".encode(), "ä"),
            (b"\xff", "\\xff"),
            ("a\u0308", "ä"),
            (" fraud\u00a0", "fraud"),
        ),
    ],
)
def test_a_class_has_one_name_whatever_its_type(label, name):
    """Numbers have no zeros that say nothing, truth values are those of YAML, other texts are as they are."""
    assert class_name(label) == name


@given(number=st.integers(-(2**53), 2**53))
def test_a_whole_number_of_any_type_is_one_class(number):
    """2, 2.0, "2", "2.0", Decimal and NumPy's scalars are the same class."""
    forms = (
        number,
        float(number),
        np.float64(number),
        np.int64(number),
        Decimal(number),
        Decimal(f"{number}.0"),
    )
    texts = (str(number), f"{number}.0", f" {number} ", str(number).encode(), f"{number}.00")

    assert {class_name(form) for form in (*forms, *texts)} == {str(number)}


@given(whole=st.integers(-(10**30), 10**30), places=st.integers(0, 30), zeros=st.integers(0, 3))
def test_no_digit_of_a_number_is_lost(whole, places, zeros):
    """However long a number is, its name stands for the same number: nothing goes through a float."""
    written = format(Decimal(f"{whole}e-{places}"), "f")
    padded = written + "0" * zeros if "." in written else written

    name = class_name(padded)

    assert Fraction(name) == Fraction(whole, 10**places)
    assert class_name(name) == name
    assert not ("." in name and name.endswith("0"))


@given(one=st.text(max_size=6), other=st.text(max_size=6))
def test_a_name_stays_itself(one, other):
    """A class that is named is found by its name, and by that of no other class."""
    assert class_name(class_name(one)) == class_name(one)
    assert (class_name(one) == class_name(other)) == (
        class_name(class_name(one)) == class_name(class_name(other))
    )


@pytest.mark.parametrize("written", ["2", "2.0", "'2'", "'2.0'", "+2", "' 2 '", "2e0"])
def test_the_suite_names_classes_by_the_same_rule(written):
    """What the YAML says of a class, quoted or not, is the name that the data gives it."""
    suite = parse_suite(
        f"name: s\ndata: [{{dataset: usps, majority: {written}, minority: 8}}]\n"
        "methods: [none]\nclassifiers: [knn]\n"
    )

    assert suite.data[0].majority == class_name(2)

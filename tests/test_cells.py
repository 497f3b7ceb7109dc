"""What a cell looks like: which texts are numbers, in whose way of writing, and which are dates."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oversample_bench.datasets.cell_values import decimal_signs, is_number, is_plain, is_time, unit, values

START, END = (dt.datetime.combine(dt.date(year, 1, 1), dt.time()) for year in (1900, 2100))


@given(number=st.decimals(-(10**9), 10**9, places=2, allow_nan=False))
def test_a_number_is_read_back_in_either_way_of_writing(number):
    """With points or commas for decimals, and thousands grouped by the other sign, it is the same number."""
    plain = f"{number:.2f}"
    grouped = f"{number:,.2f}"
    turned = {".": ",", ",": "."}

    for text in (plain, grouped):
        other = "".join(turned.get(char, char) for char in text)
        assert decimal_signs([text]) == ["."]
        assert decimal_signs([other]) == [","]
        assert values([text], ".") == values([other], ",") == [float(number)]


@given(thousands=st.integers(1, 999), rest=st.integers(0, 999))
def test_one_sign_before_three_digits_may_be_either(thousands, rest):
    """1,234 is a thousand and more, or one and more: nobody can tell from the number alone."""
    for sign in ",.":
        assert decimal_signs([f"{thousands}{sign}{rest:03}"]) == [".", ","]
        assert decimal_signs([f"0{sign}{rest:03}"]) == [sign]
        assert decimal_signs([f"1{thousands:03}{sign}{rest:03}"]) == [sign]


@pytest.mark.parametrize(
    ("texts", "signs"),
    [
        (["1,234", "0,5"], [","]),
        (["1,234", "0.5"], ["."]),
        (["1,234,567"], ["."]),
        (["1.234.567"], [","]),
        (["12", "1e3", "-.5"], ["."]),
        (["12", "7"], ["."]),
        (["1 234", "1\u00a0234,5"], [","]),
        (["1'234.5"], ["."]),
        (["0,5", "0.5"], []),
        (["1,23,456"], []),
        (["1,2345,678"], []),
        (["1", "?"], []),
        (["1.2.3"], []),
        (["0x10"], []),
        (["\u0663"], []),
    ],
)
def test_the_decimal_sign_follows_from_all_texts_of_a_column(texts, signs):
    """One text that fits one way of writing alone decides for all; where they contradict each other, none."""
    assert decimal_signs(texts) == signs


@pytest.mark.parametrize("text", ["1", "-1.5", "+.5", "1.", "1e-5", "007"])
def test_plain_numbers_are_those_that_programs_write(text):
    """They need no second look."""
    assert is_plain(text)
    assert is_number(text)


@pytest.mark.parametrize(
    ("text", "dress"),
    [
        *(("$12", "$"), ("$ 1,234.50", "$"), ("12 €", "€"), ("EUR 5", "EUR"), ("12%", "%"), ("5 kg", "kg")),
        *(("<5", "<"), ("(12)", "("), ("-3 °", "°"), ("12A", "A"), ("12", "")),
        *(("Q1", None), ("M0001", None), ("18-25", None), ("1/2", None), ("12 months", None), ("kg", None)),
    ],
)
def test_a_unit_is_told_from_a_word(text, dress):
    """A currency, per cent or a short unit dresses a number; letters before one make it a code."""
    assert unit(text) == dress


@given(
    when=st.datetimes(START, END),
    form=st.sampled_from(
        [
            "%Y-%m-%d",
            "%d.%m.%Y",
            "%m/%d/%Y",
            "%m/%d/%y",
            "%Y/%m/%d",
            "%Y-%m-%dT%H:%M:%SZ",
            "%Y-%m-%d %H:%M:%S.%f",
            "%d %B %Y",
            "%d-%b-%y",
            "%b %d, %Y",
            "%B %Y",
            "%Y-%m",
            "%H:%M",
            "%H:%M:%S",
            "%I:%M %p",
            "%d.%m.%Y %H:%M",
        ]
    ),
)
def test_dates_are_known_in_the_usual_forms(when, form):
    """Whatever country wrote it, with a time of day or without, it is a date."""
    assert is_time(when.strftime(form))
    assert not is_number(when.strftime(form))


@pytest.mark.parametrize(
    "text",
    [
        "12",
        "1.5",
        "1.2.3",
        "2024-13-45",
        "99.99.9999",
        "2020-21",
        "A-1-2",
        "1:2",
        "Mon 2024",
        "12/2024/1",
        "",
    ],
)
def test_what_no_calendar_has_is_no_date(text):
    """Numbers, versions, ranges and impossible days are not taken for dates."""
    assert not is_time(text)

"""The parts of which error sentences are made."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oversample_bench.core.errors import UsageError, counted, listed, nearest
from oversample_bench.core.labels import normal

NAMES = ["smote", "borderline_smote", "adasyn", "none"]
words = st.lists(st.text(max_size=8), max_size=30)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("smoat", " Did you mean 'smote'?"),
        ("adasin", " Did you mean 'adasyn'?"),
        ("smote", ""),
        (" smote", ""),
        ("xgboost", ""),
        ("", ""),
    ],
)
def test_the_nearest_name_is_suggested_where_one_is_near(asked, told):
    """A slip of the pen is answered with the name that was meant; any other name with nothing."""
    assert nearest(asked, NAMES) == told


def test_names_may_come_in_any_form():
    """A generator of names, and a name that is no text, will do; without names there is no suggestion."""
    assert nearest(2, iter(["2", "22"])) == " Did you mean '22'?"
    assert nearest("a", []) == ""


@given(name=st.text(max_size=6), names=words, blanks=st.sampled_from(["", " ", "\u00a0", "\ufeff", "\t"]))
def test_a_hint_never_proposes_what_was_asked(name, names, blanks):
    """Not the name itself, nor one that differs in blanks at its ends or in Unicode's form alone."""
    same = [name, blanks + name, unicodedata.normalize("NFD", name) + blanks]

    told = nearest(name, [*same, *names])

    assert told == "" or normal(told.removeprefix(" Did you mean '").removesuffix("'?")) != normal(name)


@given(names=words, most=st.integers(1, 40))
def test_a_list_shows_the_first_names_and_counts_the_rest(names, most):
    """No name is lost without being counted."""
    shown = listed(names, most)
    rest = len(names) - most

    assert shown == ", ".join(sorted(names)[:most]) + (f" and {rest} more" if rest > 0 else "")


def test_a_list_is_cut_after_twelve():
    """Thirteen names are twelve and one more."""
    assert listed(f"{n:02}" for n in range(13)).endswith("10, 11 and 1 more")
    assert listed(["b", "a"]) == "a, b"
    assert listed([]) == ""


def test_a_usage_error_is_its_sentence():
    """What reaches the command line is printed as it is."""
    assert str(UsageError("no such column")) == "no such column"


@pytest.mark.parametrize(("n", "told"), [(0, "0 rows"), (1, "1 row"), (2, "2 rows"), (2100, "2,100 rows")])
def test_a_noun_follows_its_number(n, told):
    """One is singular, all else plural, and thousands have a comma."""
    assert counted(n, "row") == told

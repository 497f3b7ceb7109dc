"""How a CSV file is written, as far as its bytes show: encoding, separator and decimal sign."""

import gzip

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oversample_bench.core.errors import UsageError
from oversample_bench.core.specs import Reading
from oversample_bench.datasets.csv_dialect import Dialect, content, recognised
from oversample_bench.datasets.table_files import read_file

SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|"}
WORDS = st.text(st.sampled_from("abcdeäöü é-_ñ€"), min_size=1, max_size=6).filter(str.strip)


def table(separator, decimal, n=40, name="größe"):
    rows = [
        [name, "b", "label"],
        *([f"{n / 8:.2f}".replace(".", decimal), f"k{n % 3}", "ab"[n % 4 == 0]] for n in range(n)),
    ]
    return "\n".join(separator.join(row) for row in rows) + "\n"


@pytest.mark.parametrize(
    ("separator", "decimal"),
    [(separator, sign) for separator in SEPARATORS.values() for sign in ".," if separator != sign],
)
@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "utf-16-le", "utf-16-be", "cp1252"]
)
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_what_a_file_is_written_in_makes_no_difference(tmp_path, separator, decimal, encoding, ending):
    """The same rows come out of every encoding, separator, decimal sign and end of line."""
    path = tmp_path / "t.csv"
    path.write_bytes(table(separator, decimal).replace("\n", ending).encode(encoding))

    found = read_file(path, "label")

    assert found.feature_names == ("größe", "b")
    assert found.X[:, 0].tolist() == [round(n / 8, 2) for n in range(40)]
    assert found.y.tolist() == ["ab"[n % 4 == 0] for n in range(40)]
    assert found.notes[0].startswith(encoding.removesuffix("-sig"))
    assert f"decimal {'commas' if decimal == ',' else 'points'}" in found.notes[0]


@settings(deadline=None)
@given(
    separator=st.sampled_from(list(SEPARATORS.values())),
    rows=st.lists(st.tuples(WORDS, WORDS, WORDS), min_size=1, max_size=20),
)
def test_the_separator_is_the_one_that_gives_a_column_of_labels(separator, rows):
    """Other separators in the cells do not lead astray, as long as the target's name stands by itself."""
    others = "".join(sorted(set(SEPARATORS.values()) - {separator}))
    lines = [["x", "label", "y"], *([f"{a}{others}1", b, c] for a, b, c in rows)]
    text = "\n".join(separator.join(f'"{cell}"' for cell in line) for line in lines)

    assert recognised(text.encode(), Reading(), "label").separator == separator


def test_what_the_suite_says_goes_before_what_is_seen():
    """A file may look like another one."""
    raw = b"a;b,label\n1;5,x\n2;5,y\n"

    assert recognised(raw, Reading(), "label") == Dialect("utf-8", ",", ".")
    assert recognised(raw, Reading(separator=";", decimal=",", encoding="latin-1"), "label") == Dialect(
        "latin-1", ";", ","
    )


def test_bytes_that_are_not_in_the_encoding_of_the_suite_are_refused(tmp_path):
    """The sentence says which encoding was asked for and what to do."""
    (tmp_path / "t.csv").write_bytes("é,label\n1,x\n".encode("cp1252"))

    with pytest.raises(UsageError, match=r"cannot be read as utf-8 .*leave `encoding` out or change it"):
        read_file(tmp_path / "t.csv", "label", Reading(encoding="utf-8"))


@pytest.mark.parametrize(
    ("cells", "decimal"),
    [
        (["0,5", "12"], ","),
        (["1,234", "2,345"], "."),
        (["1,234", "0,5"], ","),
        (["0,5", "0.5"], "."),
        (["31.12.2024", "1,5"], ","),
        (["abc", "7"], "."),
    ],
)
def test_a_decimal_comma_is_seen_where_it_is_clear(cells, decimal):
    """Numbers with a comma that groups no thousands, and none with a point."""
    raw = "\n".join(["a;label", *(f"{cell};x" for cell in cells * 3)]).encode()

    assert recognised(raw, Reading(), "label").decimal == decimal


def test_a_table_that_was_cut_wrongly_says_how(tmp_path):
    """Where the target is not found, what was recognised stands beside the columns that there are."""
    (tmp_path / "t.csv").write_text("a~b~label\n1~2~x\n")

    with pytest.raises(UsageError) as caught:
        read_file(tmp_path / "t.csv", "label")

    assert "has no column 'label'." in str(caught.value)
    assert "It has: a~b~label. It was read as utf-8, separated by commas, decimal points." in str(
        caught.value
    )


def test_the_line_that_spreadsheets_put_first_is_no_row(tmp_path):
    """``sep=;`` names the separator, and the table begins below it."""
    path = tmp_path / "t.csv"
    for start in ("sep=|\r\n", "\ufeffsep=|\n", '"sep=|"\n'):
        path.write_text(start + table("|", ","), encoding="utf-8")

        assert read_file(path, "label").feature_names == ("größe", "b")


def test_a_packed_file_is_unpacked_as_far_as_needed(tmp_path):
    """A look at the beginning needs no more than that."""
    path = tmp_path / "t.CSV.GZ"
    path.write_bytes(gzip.compress(b"a,label\n" * 1000))

    assert content(path, 9) == b"a,label\na"
    assert len(content(path)) == 8000


@settings(deadline=None)
@given(raw=st.binary(max_size=200))
def test_any_bytes_have_a_dialect(raw):
    """Recognising raises nothing but the sentence, and the text can be read with what it says."""
    found = recognised(raw, Reading(), "label")

    assert found.separator in SEPARATORS.values()
    assert found.decimal in ".,"

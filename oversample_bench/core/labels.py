"""Names and labels are text: how two spellings of one name, or of one class, are known for the same.

Suites, tables and arrays all go through these two functions, so that what a suite names is found whatever
type the file gives it.
"""

from __future__ import annotations

import re
import string
import unicodedata
from decimal import Decimal

BLANK = (
    string.whitespace
    + "\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    + "\u2028\u2029\u202f\u205f\u3000"
    + "\xad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"  # these have no width, and come with copied text
)
"""Characters at the ends of a text that nobody sees."""

TRUTH = {"true": "true", "True": "true", "TRUE": "true", "false": "false", "False": "false", "FALSE": "false"}
"""Truth values as YAML 1.2 spells them."""

NUMBER = re.compile(r"[+-]?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
"""A number; what begins with further zeros, such as ``007``, is a code and no number."""


def normal(text: str) -> str:
    """Return a text in Unicode's composed form (NFC), without blanks at its ends."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).strip(BLANK))


def class_name(label: object) -> str:
    """Return the name of a class: ``2`` for 2, 2.0, "2", "2.0" and Decimal("2.0"), ``true`` for True.

    Parameters
    ----------
    label : object
        Text, bytes (UTF-8), a number or a truth value, of Python or NumPy.
    """
    text = normal(label.decode(errors="backslashreplace") if isinstance(label, bytes) else str(label))
    if text in TRUTH:
        return TRUTH[text]
    return _plain(text) if NUMBER.fullmatch(text) else text


def _plain(number: str) -> str:
    """Return a number without sign of plus, exponent and zeros at its end; no digit is rounded."""
    digits = format(Decimal(number), "f")
    if "." in digits:
        digits = digits.rstrip("0").rstrip(".")
    return "0" if digits in {"-0", ""} else digits

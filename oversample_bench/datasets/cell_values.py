"""What the text of a cell looks like: a number in some country's way of writing it, a date, or neither.

Pure. Whether a column is taken for what its cells look like is for `oversample_bench.datasets.columns` to
say.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

OTHER = {".": ",", ",": "."}
"""For each decimal sign the other one, which may group thousands."""

GROUPS = "['’ \\u00a0\\u202f_]"
"""What groups thousands besides."""

CURRENCIES = "[$€£¥₹₩₽¢]|USD|EUR|GBP|CHF|JPY|CNY|INR|AUD|CAD|Rs|kr"
DIGITS = "[0-9][0-9.,'’ \\u00a0\\u202f_]*"
DRESSED = re.compile(
    rf"(?P<before>[(<>~≈=]*\s*(?:{CURRENCIES})?)\s*(?P<number>[+-]?\s?{DIGITS}|[+-]?[.,][0-9]+)\s*"
    rf"(?P<after>%|‰|°|(?:{CURRENCIES})|[^\W\d_]{{1,4}}|)\s*[)-]?"
)
"""A number with a sign of its own: a currency, per cent, a unit, brackets or a minus behind it for debts."""

CLOCK = r"[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?(?:\s?[APap]\.?[Mm]\.?)?"
ZONE = r"\s?(?:Z|UTC|GMT|[+-][0-9]{2}:?[0-9]{2})?"
MONTH = r"[^\W\d_]{3,9}\.?"
MONTHS = {"jan", "feb", "mar", "mär", "apr", "may", "mai", "jun", "jul", "aug", "sep", "oct", "okt", "nov"}
MONTHS |= {"dec", "dez", "ene", "fev", "fév", "avr", "abr", "aoû", "ago", "dic", "déc", "gen", "mag", "giu"}
DATES = (
    re.compile(rf"(?P<y>[0-9]{{4}})([-/.])(?P<m>[0-9]{{1,2}})\2(?P<d>[0-9]{{1,2}})(?:[T ]{CLOCK}{ZONE})?"),
    re.compile(
        rf"(?P<d>[0-9]{{1,2}})([-/.])(?P<m>[0-9]{{1,2}})\2(?:[0-9]{{4}}|[0-9]{{2}})(?:[T, ]+{CLOCK}{ZONE})?"
    ),
    re.compile(r"(?P<y>[0-9]{4})[-/](?P<m>[0-9]{2})"),
    re.compile(
        rf"(?:[0-9]{{1,2}})[ .-]+(?P<name>{MONTH})[ .,-]+(?:[0-9]{{4}}|[0-9]{{2}})(?:[T, ]+{CLOCK}{ZONE})?"
    ),
    re.compile(rf"(?P<name>{MONTH})[ .-]+(?:[0-9]{{1,2}},?[ -]+)?[0-9]{{4}}(?:[T, ]+{CLOCK}{ZONE})?"),
    re.compile(CLOCK),
)


def _convention(decimal: str) -> re.Pattern[str]:
    d, group = re.escape(decimal), f"(?:{re.escape(OTHER[decimal])}|{GROUPS})"
    plain = rf"(?:[0-9]+(?:{d}[0-9]*)?|{d}[0-9]+)(?:[eE][+-]?[0-9]+)?"
    grouped = rf"[1-9][0-9]{{0,2}}(?P<group>{group})[0-9]{{3}}(?:(?P=group)[0-9]{{3}})*(?:{d}[0-9]+)?"
    return re.compile(rf"[+-]?(?:{plain}|{grouped})")


CONVENTIONS = {decimal: _convention(decimal) for decimal in OTHER}
"""Numbers with one decimal sign, thousands grouped or not."""

NO_DIGIT = {decimal: re.compile(f"[{re.escape(OTHER[decimal])}'’ \\u00a0\\u202f_]") for decimal in OTHER}


def is_plain(text: str) -> bool:
    """Tell whether a text is a number as programs write it."""
    return CONVENTIONS["."].fullmatch(text) is not None and not NO_DIGIT["."].search(text)


def is_number(text: str) -> bool:
    """Tell whether a text is a number in one of the usual ways of writing it."""
    return any(convention.fullmatch(text) for convention in CONVENTIONS.values())


def is_whole(text: str) -> bool:
    """Tell whether a text is a whole number of digits alone."""
    return text.lstrip("+-").isdecimal() and text.isascii()


def values(texts: Iterable[str], decimal: str) -> list[float]:
    """Return the numbers that texts stand for where ``decimal`` is the decimal sign."""
    return [float(NO_DIGIT[decimal].sub("", text).replace(",", ".")) for text in texts]


def decimal_signs(texts: Sequence[str]) -> list[str]:
    """Return the decimal signs with which every text is a number; one where both give the same numbers."""
    fitting = [d for d, convention in CONVENTIONS.items() if all(map(convention.fullmatch, texts))]
    if len(fitting) > 1 and values(texts, ".") == values(texts, ","):
        return ["."]
    return fitting


def unit(text: str) -> str | None:
    """Return what a number is dressed with, ``"%"`` or ``"$"``; None where the text is no such number."""
    found = DRESSED.fullmatch(text)
    if found is None or not is_number(re.sub(r"\s", "", found["number"])):
        return None
    return f"{found['before'].strip()}{found['after']}"


def is_time(text: str) -> bool:
    """Tell whether a text is a date, a time of day, or both."""
    for form in DATES:
        found = form.fullmatch(text)
        if found is not None:
            return _plausible(found.groupdict())
    return False


def _plausible(parts: dict[str, str | None]) -> bool:
    """Tell whether days and months are numbers that a calendar has."""
    name = parts.get("name")
    if name is not None:
        return name.lower()[:3] in MONTHS
    numbers = sorted(int(part) for key in "md" if (part := parts.get(key)) is not None)
    return not numbers or (numbers[0] >= 1 and numbers[0] <= 12 and numbers[-1] <= 31)

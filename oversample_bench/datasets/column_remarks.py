"""What is said of the columns of a table: why it is refused and what to write, and how it was read.

One sentence a reason, with every column that it holds for.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence

from oversample_bench.core.errors import listed
from oversample_bench.core.specs import Reading
from oversample_bench.datasets.columns import JudgedColumn, Role, Why

BARE = re.compile(r"[A-Za-z_][\w.-]*")
YAML_WORDS = {"true", "false", "null"}
MOST_NAMES = 12
MOST_SHOWN = 8

ABSENT = {"na", "n/a", "#n/a", "<na>", "nan", "null", "none", "nil", "missing", "unknown", "?", "-", "--"}
"""Categories whose name may stand for a missing value, in small letters."""

IGNORE = "leave [it|them] out with `ignore: {names}`"
DOUBTS = {
    Why.NAMELESS: "{columns} [has|have] no name, like a count of the rows, which says nothing of a new "
    "row: {ignore}, or name [it|them] in the file",
    Why.IDENTIFIER: "{columns} [looks|look] like an identifier or a count of the rows, which says nothing of "
    "a new row: {ignore}, or, if [it measures|they measure] something, write `numeric: {names}`",
    Why.LOSSY: "{columns} [has|have] whole numbers of more than 15 digits, like an identifier, which 64-bit "
    "floats cannot tell apart: {ignore}, or, if they name groups, write `categorical: {names}`",
    Why.PADDED: "{columns} [has|have] numbers of one length with zeros in front, like codes: write "
    "`categorical: {names}` if they name groups, `numeric: {names}` if they measure something, or {ignore}",
    Why.DAYS: "{columns} [has|have] dates written as whole numbers, such as 20241231: put a number there "
    "that measures time (an age in days), or write `numeric: {names}`, or {ignore}",
    Why.CLOCK: "{columns} [looks|look] like times in seconds or milliseconds since 1970, which say when a "
    "row was made and not what it is: put a number there that measures time (an age, an hour of the day), or "
    "write `numeric: {names}`, or {ignore}",
    Why.NESTED: "{columns} [holds|hold] lists or records, of which no method can make a feature: spread "
    "[it|them] over columns of their own in the file, or {ignore}",
    Why.TYPED: "{columns} [has|have] numbers that the file keeps as text ({shown}): write `numeric: {names}` "
    "if they measure something, `categorical: {names}` if they name groups, or {ignore}",
    Why.MIXED: "{columns} [has|have] numbers in nearly all rows, and {shown} in others: write `missing: "
    "{values}` if that stands for no value, `categorical: {names}` if they name groups, or {ignore}",
    Why.SIGNS: "{columns} [has|have] numbers that are written in several ways ({shown}): write them alike in "
    "the file, or {ignore}",
    Why.UNCLEAR: "{columns} [has|have] numbers like {shown}, whose comma or point may mark decimals or "
    'thousands: write `decimal: "."` or `decimal: ","` for the sign of decimals, or {ignore}',
    Why.DRESSED: "{columns} [has|have] numbers with a sign or a unit ({shown}): write them without "
    "it in the file, or `categorical: {names}` if they name groups, or {ignore}",
    Why.NO_NUMBERS: "{columns} should be `numeric` and [has|have] {shown}: write `missing: {values}` if that "
    "stands for no value, or {ignore}",
    Why.NO_TIMES: "{columns} should be `numeric`, and [has|have] dates or times: put a number there (an "
    "hour, an age in days), or {ignore}",
    Why.DISGUISED: "{columns} [is|are] the target under another name, with a value for each class: {ignore}, "
    "or, if [it is|they are] known before the class is, write `categorical: {names}`",
    Why.TWICE: "{columns} [repeats|repeat] another column value by value: {ignore}",
}
"""What is wrong and what to write; in brackets the forms for one column and for more."""

NOTES = {
    Why.ASKED: "left out, as the suite says: {plain}",
    Why.EMPTY: "left out, without a name and without a value: {plain}",
    Why.INDEX: "left out, the index of the frame that was written: {plain}",
    Why.TIMES: "left out: {plain} ([has|have] dates or times, which no method can take; a number made of "
    "them, such as an hour or an age in days, could be a column, or `categorical: {names}`)",
    Why.MANY: "left out: {plain} ([differs|differ] in nearly every row, like an identifier; `categorical: "
    "{names}` keeps [it|them])",
    Why.COMMAS: "read as numbers with decimal commas: {plain}",
    Why.GROUPS: "read as numbers with grouped thousands: {plain}",
    Why.BLANKS: "texts that differ in blanks at their ends alone are one category: {plain}",
}


def doubts(found: Sequence[JudgedColumn]) -> list[str]:
    """Return why a table cannot be used as it is: one sentence for each reason, with all its columns."""
    doubtful = [one for one in found if one.role == Role.DOUBTFUL]
    return [_sentence(DOUBTS[why], columns) for why, columns in _by_reason(doubtful).items()]


def notes(found: Sequence[JudgedColumn], reading: Reading) -> list[str]:
    """Return how the columns of a table were read, and which of them were not."""
    told = [_roles(found)]
    for why, columns in _by_reason(found).items():
        if why in NOTES:
            told.append(_sentence(NOTES[why], columns))
    return [*told, *_missing(found, reading), *_absent_words(found)]


def yaml_list(names: Iterable[str]) -> str:
    """Return names as a suite writes them in a list: ``[age, "Unnamed: 0"]``."""
    return f"[{', '.join(_yaml(name) for name in names)}]"


def quoted(names: Iterable[str], most: int = MOST_NAMES) -> str:
    """Return names in quotes, the first of many, with the number of the others."""
    names = list(names)
    shown = ", ".join(f"'{name}'" for name in names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"


def _yaml(name: str) -> str:
    bare = BARE.fullmatch(name) and name.lower() not in YAML_WORDS
    return name if bare else json.dumps(name, ensure_ascii=False)


def _by_reason(found: Sequence[JudgedColumn]) -> dict[Why, list[JudgedColumn]]:
    """Return the columns by reason, the reasons in the order of the enumeration."""
    return {why: columns for why in Why if why and (columns := [one for one in found if one.why == why])}


def _sentence(pattern: str, columns: Sequence[JudgedColumn]) -> str:
    names = [one.name for one in columns]
    shown = list(dict.fromkeys(text for one in columns for text in one.shown))
    form = 0 if len(names) == 1 else 1
    grammar = re.sub(
        r"\[([^|\]{]*)\|([^|\]{]*)\]", lambda forms: forms[form + 1], pattern.replace("{ignore}", IGNORE)
    )
    return grammar.format(
        columns=f"column{'s' if form else ''} {quoted(names)}",
        names=yaml_list(names),
        plain=listed(names, MOST_NAMES),
        shown=quoted(shown, MOST_SHOWN),
        values=yaml_list(shown),
    )


def _roles(found: Sequence[JudgedColumn]) -> str:
    told = []
    for role, noun in ((Role.NUMBER, "number"), (Role.CATEGORY, "category")):
        names = [one.name for one in found if one.role == role]
        if names:
            many = {"number": "numbers", "category": "categories"}[noun] if len(names) > 1 else noun
            told.append(f"{len(names)} {many} ({_in_order(names)})")
    return f"features: {', '.join(told)}"


def _in_order(names: Sequence[str]) -> str:
    rest = len(names) - MOST_NAMES
    return ", ".join(names[:MOST_NAMES]) + (f" and {rest} more" if rest > 0 else "")


def _absent_words(found: Sequence[JudgedColumn]) -> list[str]:
    """Return a remark on categories whose name often stands for a missing value."""
    told: dict[str, list[str]] = {}
    for one in found:
        for text in one.column.texts if one.role == Role.CATEGORY else ():
            if text.lower() in ABSENT:
                told.setdefault(text, []).append(one.name)
    if not told:
        return []
    places = ", ".join(f"'{text}' in {_in_order(names)}" for text, names in told.items())
    return [f"taken for a category: {places}; write `missing: {yaml_list(told)}` if no value is meant"]


def _missing(found: Sequence[JudgedColumn], reading: Reading) -> list[str]:
    gaps = {one.name: one.column.n_missing() for one in found if one.role in (Role.NUMBER, Role.CATEGORY)}
    told = [f"{name} {count:,}" for name, count in gaps.items() if count]
    if not told and not reading.missing:
        return []
    marks = " and ".join(["empty cells", *(f"'{mark}'" for mark in reading.missing)])
    counts = f"{sum(gaps.values()):,} ({_in_order(told)})" if told else "0"
    return [f"missing values ({marks}): {counts}"]

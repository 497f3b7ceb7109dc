"""Tells numbers that name rows from numbers that measure something.

The rule, for a column of whole numbers (2.0 counts as one), 20 of them where nothing else is said:

- **crowded**: all are different although they lie so close together that of measured values some would be
  equal: were they drawn at random from their range, there would be less than one chance in a thousand. A
  count of the rows is such a column, in whatever order, with or without gaps;
- **sorted**: all are different and rise, or fall, from row to row, as a key does that a data base gave out;
- **named so**: more than half are different (of 5 to 19 numbers all), and the name says ``id`` or the like;
- **counted**: five rows or more that say 0, 1, 2 or 1, 2, 3 in this order, however few they are;
- **spread evenly**: at least 200 numbers of up to six digits or more are all different, and no part of their
  range has more of them than another, as with account numbers. Measured values gather somewhere.

Dates are known by their digits, 20241231, and by being seconds or milliseconds since 1970 that all lie
between the years 2000 and 2040.

Numbers with a fraction are measurements, however many differ.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[Any]

LEAST_ROWS = 20
LEAST_COUNTED = 5
LEAST_SPREAD_ROWS, LEAST_SPREAD = 200, 100_000
MOST_DISTANCE = 1.36
"""The distance from an even spread, times the root of the number of rows, that one in twenty exceeds."""

SURPRISE = 7
"""Pairs for each value of the range: the chance that none is equal is exp(-7), below one in a thousand."""

DAYS = (19_000_101, 20_991_231)
LEAST_DAYS = 5
CLOCK = (946_684_800, 2_208_988_800)
"""The first second of the years 2000 and 2040, counted from 1970."""

KEYS = {"id", "ids", "uid", "uuid", "guid", "pk", "rowid", "oid"}
WHOLE_NAMES = {*KEYS, "index", "idx", "row", "rownames", "rownumber", "rownum", "rownr", "key", "nr", "no"}
WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


def is_identifier(name: str, values: Numbers) -> bool:
    """Tell whether a column names its rows, by the rule of this module.

    Parameters
    ----------
    name : str
        Of the column.
    values : ndarray of shape (n,)
        In the order of the rows; NaN where there is none.
    """
    if values.dtype.kind == "b" or not _differ_at_first(values):
        return False
    found = values[~np.isnan(values)] if values.dtype.kind == "f" else values
    if len(found) < LEAST_COUNTED or not _whole(found):
        return False
    different = np.unique(found)
    all_differ = len(different) == len(found)
    if is_key(name):
        return all_differ or (len(found) >= LEAST_ROWS and 2 * len(different) > len(found))
    if not all_differ or len(found) < LEAST_ROWS:
        return _counted(found)
    return _crowded(different) or _sorted(found) or _even(different)


def are_days(values: Numbers) -> bool:
    """Tell whether whole numbers are dates such as 20241231, five different ones or more."""
    found = values[~np.isnan(values)] if values.dtype.kind == "f" else values
    if (
        values.dtype.kind == "b"
        or not len(found)
        or not (found >= DAYS[0]).all()
        or not (found <= DAYS[1]).all()
    ):
        return False
    if not _whole(found) or len(np.unique(found)) < LEAST_DAYS:
        return False
    month, day = found // 100 % 100, found % 100
    return bool(((month >= 1) & (month <= 12) & (day >= 1) & (day <= 31)).all())


def are_clock_times(values: Numbers) -> bool:
    """Tell whether whole numbers are seconds or milliseconds since 1970, in 20 rows or more."""
    found = values[~np.isnan(values)] if values.dtype.kind == "f" else values
    if values.dtype.kind == "b" or len(found) < LEAST_ROWS or not _whole(found):
        return False
    low, high = float(found.min()), float(found.max())
    inside = any(CLOCK[0] * unit <= low and high < CLOCK[1] * unit for unit in (1, 1000))
    return inside and len(np.unique(found)) >= LEAST_DAYS


def is_key(name: str) -> bool:
    """Tell whether a name says that its column names rows: ``id``, ``customer_id``, ``CustomerID``."""
    words = [word.lower() for word in WORD.findall(name)]
    return bool(words) and (words[-1] in KEYS or "".join(words) in WHOLE_NAMES)


def _differ_at_first(values: Numbers) -> bool:
    """Tell whether most of the first rows differ: a cheap look that most columns of codes do not pass."""
    first = values[:256]
    return 2 * len(np.unique(first)) > len(first)


def _whole(found: Numbers) -> bool:
    if found.dtype.kind in "iu":
        return True
    return (
        bool(np.isfinite(found).all())
        and bool((found[:256] == np.floor(found[:256])).all())
        and bool((found == np.floor(found)).all())
    )


def _counted(found: Numbers) -> bool:
    """Tell whether the rows are counted from 0 or 1."""
    return float(found[0]) in (0, 1) and bool((found == found[0] + np.arange(len(found))).all())


def _crowded(different: Numbers) -> bool:
    span = float(different[-1]) - float(different[0]) + 1
    return len(different) * (len(different) - 1) / 2 > SURPRISE * span or _stepped(different)


def _stepped(different: Numbers) -> bool:
    """Tell whether the numbers have one distance from each to the next, such as 10, 20, 30."""
    steps = np.diff(different.astype(np.float64))
    return bool((steps == steps[0]).all())


def _sorted(found: Numbers) -> bool:
    steps = np.diff(found.astype(np.float64))
    return bool((steps > 0).all() or (steps < 0).all())


def _even(different: Numbers) -> bool:
    n, low, high = len(different), float(different[0]), float(different[-1])
    if n < LEAST_SPREAD_ROWS or max(abs(low), abs(high)) < LEAST_SPREAD:
        return False
    share = (different.astype(np.float64) - low) / (high - low)
    distance = np.abs(share - (np.arange(n) + 0.5) / n).max() + 0.5 / n
    return bool(distance * np.sqrt(n) < MOST_DISTANCE)

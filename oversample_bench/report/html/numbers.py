"""Numbers as the page carries them: short, and JSON whatever they are."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any

import pandas as pd
from markupsafe import Markup

DIGITS = 4  # more than the eye tells apart in a figure
LONGEST = 15  # digits of a float
SMALLEST = 1e-100  # what is less is nothing: no power of ten may leave the range of numbers


def number(value: Any) -> float | None:
    """Return a number of few digits, or None where there is none: JSON knows no NaN."""
    if pd.isna(value) or math.isinf(value):
        return None
    return float(f"{value:.{DIGITS}g}")


def shown(value: Any, decimals: int) -> float:
    """Return a number with the decimals that the page shows, rounded as the tables round it.

    Browsers round a half up, and what has been rounded before a second time.
    """
    return float(f"{value:.{decimals}f}")


def steps(values: Sequence[Any]) -> tuple[list[int | None], int]:
    """Return numbers in whole steps, which take less room, and the decimals of a step.

    A step is 0.0001; where even the largest number would not have `DIGITS` digits, or would have more than a
    float, it is such that the largest has `DIGITS`.
    """
    told = [None if pd.isna(value) or math.isinf(value) else float(value) for value in values]
    largest = max((abs(value) for value in told if value is not None), default=0.0)
    exponent = math.ceil(math.log10(largest)) if largest > SMALLEST else 0
    decimals = DIGITS if 0 <= exponent <= LONGEST - DIGITS else DIGITS - exponent
    return [None if value is None else round(value * 10.0**decimals) for value in told], decimals


def script(value: Any) -> Markup:
    """Return ``value`` as JSON that stands in a ``<script>``: no name in it can end the element."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    text = text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    return Markup(text)  # noqa: S704 - without `<` there is no tag, and a script knows no entities

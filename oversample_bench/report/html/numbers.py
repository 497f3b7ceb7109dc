"""Numbers as the page carries them: short, and JSON whatever they are."""

from __future__ import annotations

import json
import math
from typing import Any

import pandas as pd
from markupsafe import Markup

DIGITS = 4  # more than the eye tells apart in a figure


def number(value: Any) -> float | None:
    """Return a number of few digits, or None where there is none: JSON knows no NaN."""
    if pd.isna(value) or math.isinf(value):
        return None
    return float(f"{value:.{DIGITS}g}")


def script(value: Any) -> Markup:
    """Return ``value`` as JSON that stands in a ``<script>``: no name in it can end the element."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    text = text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    return Markup(text)  # noqa: S704 - without `<` there is no tag, and a script knows no entities

"""The numbers behind a table as CSV, in full precision."""

from __future__ import annotations

from pathlib import Path

import pandas as pd


def write(frame: pd.DataFrame, file: Path) -> None:
    """Write a frame; the same numbers give the same bytes on every system."""
    frame.to_csv(file, index=False, lineterminator="\n", encoding="utf-8")

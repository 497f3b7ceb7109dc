"""The committed baseline: scores in a JSON file that people can read in a diff, a line a split.

``false_alarm`` and ``tolerance`` stand in it, so that everybody who checks uses the same; they may be edited
by hand, and a new baseline in the same place keeps them.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, ValidationError, model_validator

from oversample_bench.analysis.gate.gate_scores import GateCell, GateScores, Rows
from oversample_bench.core.atomic_write import replacement
from oversample_bench.core.errors import UsageError, counted

FORMAT = 1
"""The newest that this version reads."""
FALSE_ALARM = 0.01
TOLERANCE = 0.005
LEAST_REPEATS = 5
"""Degrees of freedom under which the quantiles of t are so far out that no gate could fail."""


class Line(BaseModel):
    """The scores of one split of a cell, a score a seed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    cell: tuple[str, str, str, str]
    split: Annotated[int, Field(ge=0)]
    scores: Annotated[tuple[FiniteFloat, ...], Field(min_length=1)]


class Baseline(BaseModel):
    """GateScores that were good enough, what they are of, and how they were made.

    Attributes
    ----------
    format : int
        The version of the file.
    false_alarm : float
        The most that a check may fail with where nothing changed.
    tolerance : float
        In units of the metric; a mean difference up to this is nobody's business.
    suite, suite_digest, metric, higher_is_better, computed, environment
        As in `GateScores`.
    scores : tuple of Line
        Ordered by cell and split.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal[1] = 1
    false_alarm: Annotated[float, Field(gt=0, lt=1)] = FALSE_ALARM
    tolerance: Annotated[FiniteFloat, Field(ge=0)] = TOLERANCE
    suite: str
    suite_digest: str
    metric: str
    higher_is_better: bool
    computed: dict[str, str]
    environment: dict[str, str]
    scores: Annotated[tuple[Line, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _is_whole(self) -> Baseline:
        """Refuse a file from which lines were lost, or in which some stand twice."""
        lines = Counter((line.cell, line.split) for line in self.scores)
        if double := [place for place, count in lines.items() if count > 1]:
            raise ValueError(f"split {double[0][1]} of {' / '.join(double[0][0])} stands in it twice")
        for cell, rows in self.values().items():
            splits = {split for place, split in lines if place == cell}
            if splits != set(range(len(rows))) or len({len(row) for row in rows}) > 1:
                raise ValueError(f"lines or scores of {' / '.join(cell)} are missing")
        return self

    def values(self) -> dict[GateCell, Rows]:
        """Return the scores by cell."""
        found: dict[GateCell, list[tuple[float, ...]]] = {}
        for line in sorted(self.scores, key=lambda line: line.split):
            found.setdefault(GateCell(*line.cell), []).append(line.scores)
        return {cell: tuple(rows) for cell, rows in found.items()}

    def text(self) -> str:
        """Return the file: sorted keys, a line a split, the same bytes for the same scores."""
        head = self.model_dump(mode="json") | {"scores": []}
        lines = sorted(self.scores, key=lambda line: (line.cell, line.split))
        told = ",\n".join(f"  {json.dumps(line.model_dump(), ensure_ascii=False)}" for line in lines)
        text = json.dumps(head, indent=1, sort_keys=True, ensure_ascii=False)
        return text.replace('"scores": []', f'"scores": [\n{told}\n ]') + "\n"


def load_baseline(path: Path) -> Baseline:
    """Read a baseline.

    Raises
    ------
    UsageError
        When there is no such file, when it is damaged, or when it is of a newer version.
    """
    if not path.is_file():
        raise UsageError(f"there is no baseline '{path}'. Make it of a run that is good with --update.")
    anew = f"Restore the file, or delete {path} and make it anew with --update."
    try:
        read = json.loads(path.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise UsageError(f"the baseline '{path}' is damaged ({error}). {anew}") from error
    if isinstance(read, dict) and isinstance(number := read.get("format"), int) and number > FORMAT:
        raise UsageError(
            f"the baseline '{path}' was written by a newer oversample-bench (format {number}, this one reads "
            f"up to {FORMAT}). Upgrade with `pip install -U oversample-bench`."
        )
    try:
        return _telling(Baseline.model_validate(read))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the whole"
        raise UsageError(f"the baseline '{path}' is damaged ({where}: {first['msg']}). {anew}") from error


def baseline_of(scores: GateScores, old: Baseline | None = None) -> Baseline:
    """Make a baseline of a run that is whole.

    Parameters
    ----------
    scores : GateScores
        What the run came to.
    old : Baseline, optional
        The one that is replaced; its ``false_alarm`` and ``tolerance`` are kept.

    Raises
    ------
    UsageError
        When trials have no score, or when there are too few splits and seeds to tell change from noise.
    """
    if scores.lost:
        cell, reason = next(iter(scores.lost.items()))
        raise UsageError(
            f"a baseline has to be whole, and this run is not: {' / '.join(cell)} has {reason}. "
            "Run the suite until all trials succeed, or take out what cannot."
        )
    kept = {"false_alarm": old.false_alarm, "tolerance": old.tolerance} if old else {}
    named = ("suite", "suite_digest", "metric", "higher_is_better", "computed", "environment")
    lines = [
        {"cell": cell, "split": split, "scores": row}
        for cell, rows in scores.values.items()
        for split, row in enumerate(rows)
    ]
    fields = {name: getattr(scores, name) for name in named}
    return _telling(Baseline.model_validate({**kept, **fields, "scores": lines}))


def _telling(baseline: Baseline) -> Baseline:
    """Refuse a baseline that no run could fail."""
    for cell, rows in baseline.values().items():
        splits, seeds = len(rows), len(rows[0])
        repeats = splits * (seeds - 1) if seeds > 1 else splits - 1
        if repeats < LEAST_REPEATS:
            raise UsageError(
                f"{counted(splits, 'split')} with {counted(seeds, 'seed')} ({cell.dataset}) "
                "tell too little of the noise to tell a change from it. "
                f"Ask the suite for {LEAST_REPEATS} splits and 2 seeds at least, better 20 and 3."
            )
    return baseline


def write_baseline(baseline: Baseline, path: Path) -> None:
    """Write the file whole or not at all; its folder is made when it does not exist."""
    with replacement(path) as beside:
        beside.write_text(baseline.text(), encoding="utf-8", newline="\n")

"""Compares a run with a baseline and says of each cell and each method whether it is what it was.

The rule and its false alarms stand in the docstring of the package.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from oversample_bench.analysis.gate import noise
from oversample_bench.analysis.gate.baseline import Baseline
from oversample_bench.analysis.gate.gate_scores import GateCell, GateScores, Rows
from oversample_bench.analysis.gate.noise import Array

ALL = "(all)"
SHOWN = 0.05
"""The interval that is shown leaves out this much."""

Verdict = Literal["same", "worse", "better", "lost"]


@dataclass(frozen=True)
class Pair:
    """The scores of a cell then and now, or of a method over data sets.

    Attributes
    ----------
    place : GateCell
        Its labels.
    before, now : tuple of ndarray of shape (splits, seeds)
        One for each data set and ratio; in the order of the plan, so that what stands at the same place is
        the same split and seed.
    """

    place: GateCell
    before: tuple[Array, ...]
    now: tuple[Array, ...]


@dataclass(frozen=True)
class JudgedCell:
    """One comparison.

    Attributes
    ----------
    place : GateCell
        Its labels; `ALL` where it is over all of them.
    n : int
        Pairs: splits times seeds, of all data sets.
    before, now : float
        Means; of the trials that have a score.
    interval : tuple of float
        Of the difference ``now - before``: 95 % over splits. NaN where there is one split.
    band : float
        What the difference may be.
    verdict : {"same", "worse", "better", "lost"}
        "lost" where trials have no score.
    reason : str
        Why they have none.
    """

    place: GateCell
    n: int
    before: float
    now: float
    interval: tuple[float, float]
    band: float
    verdict: Verdict
    reason: str = ""

    @property
    def difference(self) -> float:
        """Return what the mean has changed by."""
        return self.now - self.before


@dataclass(frozen=True)
class Judgement:
    """All comparisons of a run with a baseline, and what else is not as it was.

    Attributes
    ----------
    rows : tuple of JudgedCell
        The cells in the order of the plan, then the methods.
    anchors : tuple of str
        The labels of methods that resample nothing.
    moved : tuple of str
        What changed in the environment, ``"torch 2.12.0 -> 2.13.0"``.
    """

    rows: tuple[JudgedCell, ...]
    anchors: tuple[str, ...]
    moved: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Tell whether nothing is worse, better or lost."""
        return all(row.verdict == "same" for row in self.rows)

    def methods(self, verdict: Verdict) -> dict[str, tuple[int, int]]:
        """Return the methods of which some comparisons came to this, with how many of how many."""
        labels = dict.fromkeys(row.place.method for row in self.rows)
        own = {label: [row.verdict for row in self.rows if row.place.method == label] for label in labels}
        return {label: (told.count(verdict), len(told)) for label, told in own.items() if verdict in told}


def judge(baseline: Baseline, now: GateScores) -> Judgement:
    """Judge a run that asked for what the baseline is of.

    Parameters
    ----------
    baseline : Baseline
        What was.
    now : GateScores
        What is, with the same cells, splits and seeds.
    """
    before = baseline.values()
    cells = [cell for cell in now.values if cell in before]
    whole = [cell for cell in cells if cell not in now.lost]
    pairs = [Pair(cell, (_array(before[cell]),), (_array(now.values[cell]),)) for cell in whole]
    pairs += _over_sets(cells, before, now)
    chance = baseline.false_alarm / (len(pairs) + len(cells) - len(whole))
    judged = {pair.place: _judged(pair, baseline, chance) for pair in pairs}
    judged |= {cell: _missing(cell, before[cell], now) for cell in cells if cell in now.lost}
    order = [*cells, *(place for place in judged if place not in set(cells))]
    anchors = [label for label, text in _methods(now.computed).items() if text.startswith("none {")]
    moved = _moved(baseline.environment, now.environment)
    return Judgement(tuple(judged[place] for place in order), tuple(anchors), moved)


def _array(rows: Rows) -> Array:
    return np.array(rows, dtype=float)


def _over_sets(cells: Sequence[GateCell], before: Mapping[GateCell, Rows], now: GateScores) -> Iterator[Pair]:
    """Yield a pair a method that has several cells, all of them whole; classifiers are averaged."""
    for method in dict.fromkeys(cell.method for cell in cells):
        own = [cell for cell in cells if cell.method == method]
        if len(own) < 2 or any(cell in now.lost for cell in own):
            continue
        sets: dict[tuple[str, str], list[GateCell]] = {}
        for cell in own:
            sets.setdefault((cell.dataset, cell.ratio), []).append(cell)
        then, today = (
            tuple(np.mean([_array(values[cell]) for cell in group], axis=0) for group in sets.values())
            for values in (before, now.values)
        )
        yield Pair(GateCell(ALL, ALL, ALL, method), then, today)


def _judged(pair: Pair, baseline: Baseline, chance: float) -> JudgedCell:
    differences = [after - then for then, after in zip(pair.before, pair.now, strict=True)]
    has_seeds = all(rows.shape[1] > 1 for rows in pair.before)
    error = noise.of_seeds(pair.before) if has_seeds else noise.of_splits(differences)
    band = max(baseline.tolerance, error.reach(chance))
    before, now = (float(np.mean([rows.mean() for rows in side])) for side in (pair.before, pair.now))
    reach = noise.of_splits(differences).reach(SHOWN)
    gain = now - before if baseline.higher_is_better else before - now
    verdict: Verdict = "worse" if gain < -band else "better" if gain > band else "same"
    n = sum(rows.size for rows in pair.before)
    return JudgedCell(pair.place, n, before, now, (now - before - reach, now - before + reach), band, verdict)


def _missing(cell: GateCell, before: Rows, now: GateScores) -> JudgedCell:
    """Return the verdict on a cell in which trials have no score."""
    then, today = _array(before), _array(now.values[cell])
    left = today[np.isfinite(today)]
    mean = float(left.mean()) if len(left) else np.nan
    unknown = (np.nan, np.nan)
    return JudgedCell(cell, then.size, float(then.mean()), mean, unknown, np.nan, "lost", now.lost[cell])


def _methods(computed: Mapping[str, str]) -> dict[str, str]:
    """Return what the labels of methods stand for."""
    start = "method "
    return {key.removeprefix(start): text for key, text in computed.items() if key.startswith(start)}


def _moved(before: Mapping[str, str], now: Mapping[str, str]) -> tuple[str, ...]:
    keys = sorted({*before, *now})
    return tuple(
        f"{key} {before.get(key, 'absent')} -> {now.get(key, 'absent')}"
        for key in keys
        if before.get(key) != now.get(key)
    )

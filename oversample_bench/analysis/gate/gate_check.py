"""The two things that a gate does: check a run, and take a run as the new baseline."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from oversample_bench.analysis.gate.agreement import disagreements
from oversample_bench.analysis.gate.baseline import Baseline, baseline_of, load_baseline, write_baseline
from oversample_bench.analysis.gate.gate_scores import GateScores, read_scores
from oversample_bench.analysis.gate.judging import Judgement, judge
from oversample_bench.core.errors import UsageError
from oversample_bench.store import connect, last_run


@dataclass(frozen=True)
class Update:
    """What a new baseline changed.

    Attributes
    ----------
    n_scores : int
        How many scores it holds.
    is_new : bool
        Whether there was none before.
    other : tuple of str
        In what it is of something else than the old one.
    judgement : Judgement or None
        The new scores, judged by the old baseline, as far as both have the same cells; None where there was
        none or where nothing can be compared.
    """

    n_scores: int
    is_new: bool
    other: tuple[str, ...]
    judgement: Judgement | None


def check(folder: str | Path, path: str | Path) -> Judgement:
    """Judge the run in ``folder`` by the baseline in ``path``.

    Parameters
    ----------
    folder : Path
        The output folder of `bench run`; the run has to be finished, its trials need not have succeeded.
    path : Path
        A file that `update` has written.

    Raises
    ------
    UsageError
        When one of them is not there or cannot be read, or when the run asked for something else.
    """
    folder, path = Path(folder), Path(path)
    connect(folder).close()  # of two things that are not there, the folder is told first
    baseline = load_baseline(path)
    now = read_scores(folder, baseline.metric)
    if found := disagreements(baseline, now):
        raise UsageError(
            f"the run in '{folder}' and the baseline '{path}' are not of the same suite: {'; '.join(found)}. "
            "Run the suite of the baseline, or make the baseline anew with --update."
        )
    return judge(baseline, now)


def update(folder: Path, path: Path) -> Update:
    """Make the run in ``folder`` the baseline in ``path``.

    The metric is that of the old baseline where the run has it, and else the first of the suite.

    Raises
    ------
    UsageError
        When the run is not whole or has too few splits and seeds; when the old baseline cannot be read. The
        old one is then left as it is.
    """
    old = load_baseline(path) if path.exists() else None
    now = read_scores(folder, old.metric if old and old.metric in _metrics(folder) else "")
    new = baseline_of(now, old)
    write_baseline(new, path)
    n_scores = sum(len(line.scores) for line in new.scores)
    if old is None:
        return Update(n_scores, is_new=True, other=(), judgement=None)
    other = [f"the metric is '{new.metric}' and was '{old.metric}'"] if new.metric != old.metric else []
    other += disagreements(old, now)
    judgement = None if new.metric != old.metric else _comparable(old, now)
    return Update(n_scores, is_new=False, other=tuple(other), judgement=judgement)


def _metrics(folder: Path) -> list[str]:
    connection = connect(folder)
    try:
        run = last_run(connection)
        return list(run["metrics"]) if run else []
    finally:
        connection.close()


def _comparable(old: Baseline, now: GateScores) -> Judgement | None:
    """Judge the cells that are of the same size on both sides."""
    before = old.values()
    same = {
        cell: rows
        for cell, rows in now.values.items()
        if cell in before and [*map(len, before[cell])] == [*map(len, rows)]
    }
    if not same or now.higher_is_better != old.higher_is_better:
        return None
    return judge(old, GateScores(**{**vars(now), "values": same}))

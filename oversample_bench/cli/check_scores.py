"""`bench check`."""

from __future__ import annotations

from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING

import click

from oversample_bench.cli.console import echo

if TYPE_CHECKING:
    from oversample_bench.analysis.gate import JudgedCell, Judgement, Update, Verdict

HEAD = ("data set", "ratio", "classifier", "method", "n", "baseline", "now", "difference", "band", "verdict")
FAILED = 3


@click.command("check", short_help="Compare a run with a committed baseline.")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--baseline",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The scores to compare with.  [default: DIR/baseline.json]",
)
@click.option(
    "--update", "is_update", is_flag=True, help="Make this run the baseline, and show what changed."
)
def check_command(folder: Path, baseline: Path | None, *, is_update: bool) -> int:
    """Compare a run with a committed baseline.

    Exits with 3 if a method is worse or better than before by more than its own noise, or has lost scores;
    with 1 if the two cannot be compared. Write the first baseline with --update.
    """
    from oversample_bench.analysis.gate import check, update

    path = baseline or folder / "baseline.json"
    if is_update:
        _tell_update(update(folder, path), path)
        return 0
    judgement = check(folder, path)
    _show(judgement)
    for line in _conclusion(judgement):
        echo(line)
    return 0 if judgement.passed else FAILED


def _show(judgement: Judgement) -> None:
    from oversample_bench.cli.console_tables import print_table

    print_table(HEAD, map(_row, judgement.rows))
    echo(
        "n: pairs of split and seed. difference: now minus baseline [95 % interval over splits]. "
        "band: what other seeds may do."
    )


def _row(judged: JudgedCell) -> list[str | int]:
    difference = _signed(judged.difference)
    if not isnan(judged.interval[0]):
        difference += f" [{_signed(judged.interval[0])}, {_signed(judged.interval[1])}]"
    numbers = [_number(judged.before), _number(judged.now), difference, f"± {_number(judged.band)}"]
    verdict = f"lost: {judged.reason}" if judged.verdict == "lost" else judged.verdict
    return [*judged.place, judged.n, *numbers, verdict]


def _number(value: float) -> str:
    return "–" if isnan(value) else f"{value:z.4f}"


def _signed(value: float) -> str:
    return "–" if isnan(value) else f"{value:+z.4f}"


def _conclusion(judgement: Judgement) -> list[str]:
    """Say what became of each method, and where to look."""
    if judgement.passed:
        return [f"Passed: in none of {len(judgement.rows)} comparisons is the difference beyond its band."]
    lines = [
        f"Failed: {method} {words} {count} of {total} comparisons."
        for verdict, words in VERDICTS.items()
        for method, (count, total) in judgement.methods(verdict).items()
    ]
    if judgement.methods("better"):
        lines.append(
            "Better is suspicious until somebody knows why: look whether test rows or scaling leak. If the "
            "change is meant, make it the baseline with --update."
        )
    anchors = [row.place.method for row in judgement.rows if row.verdict != "same"]
    if still := [label for label in judgement.anchors if label in anchors]:
        lines.append(
            f"{still[0]} has moved too, and it resamples nothing: look at data, classifiers and versions "
            "first."
        )
    if judgement.moved:
        lines.append(f"Since the baseline: {'; '.join(judgement.moved)}.")
    return lines


VERDICTS: dict[Verdict, str] = {
    "lost": "has lost scores in",
    "worse": "is worse in",
    "better": "is better in",
}


def _tell_update(told: Update, path: Path) -> None:
    if told.is_new:
        echo(f"A new baseline of {told.n_scores:,} scores: {path}")
        return
    for line in told.other:
        echo(f"Of something else: {line}.")
    if told.judgement:
        _show(told.judgement)
        changed = sum(row.difference != 0 for row in told.judgement.rows)
        beyond = sum(row.verdict != "same" for row in told.judgement.rows)
        echo(f"{changed} of {len(told.judgement.rows)} means changed, {beyond} of them beyond their band.")
    echo(f"The baseline now holds {told.n_scores:,} scores: {path}")

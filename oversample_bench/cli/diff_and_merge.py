"""`bench diff` and `bench merge`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from oversample_bench.cli.console import TOLERANCE, echo
from oversample_bench.cli.method_lines import show_methods
from oversample_bench.core.atomic_write import replacement
from oversample_bench.core.errors import UsageError, counted

if TYPE_CHECKING:
    from oversample_bench.analysis.store_diff import Diff
    from oversample_bench.execution.merge_folders import Merged

FOLDER = click.Path(path_type=Path)
MOST_ROWS = 10
"""Of the worst differences, of trials that changed, and of conflicts."""

UNEQUAL = 3

NUMBERED = "="
"""Stands for `--relabel` without a name."""

NOUNS = {"datasets": "data set", "planned": "planned trial"}
"""What a row of a table of the store is called, where that is not the table's name without its s."""


@click.command("diff", short_help="Show how the results of two runs differ.")
@click.argument("a", metavar="A", type=FOLDER)
@click.argument("b", metavar="B", type=FOLDER)
@click.option(
    "--tolerance",
    type=TOLERANCE,
    default=0.0,
    show_default=True,
    help="Largest difference between scores that count as equal.",
)
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="Write every trial to FILE.csv."
)
@click.option("--exit-code", is_flag=True, help="Exit with 3 if anything differs.  [default: with 0]")
def diff_command(a: Path, b: Path, tolerance: float, output: Path | None, *, exit_code: bool) -> int:
    """Show how the results of two runs differ; A and B are their folders.

    Trials are paired by digest. Those without a partner are paired by their labels, with the reason why
    the digests differ. For each method a table says by how much B is better or worse, with an interval.
    """
    from oversample_bench.analysis.store_diff import diff

    if output is not None and output.suffix != ".csv":
        raise UsageError(f"'{output}' does not end in .csv. Choose a name that does.")
    found = diff(a, b, tolerance)
    if output is not None:
        _write(found, output)
    _show(found, tolerance)
    if output is not None:
        echo(f"\n{counted(len(found.trials), 'trial')}: {output}")
    return UNEQUAL if exit_code and not found.is_empty else 0


def _write(found: Diff, path: Path) -> None:
    with replacement(path) as beside:
        found.trials.to_csv(beside, index=False, lineterminator="\n", encoding="utf-8")


def _show(found: Diff, tolerance: float) -> None:
    from oversample_bench.cli.console_tables import print_table

    counts = ", ".join(f"{count:,} {change}" for change, count in found.counts.items() if count)
    echo(f"{counted(len(found.trials), 'trial')}: {counts}.")
    print_table(
        ("metric", "pairs", "differ", "largest difference", "mean difference"),
        found.metrics.to_numpy().tolist(),
        title=f"Scores, B minus A{f', equal within {tolerance:g}' if tolerance else ''}:",
    )
    for side, metrics in found.lone_metrics.items():
        if metrics:
            echo(f"Only in {side}: {', '.join(metrics)}.")
    show_methods(found)
    _show_worst(found)
    _show_statuses(found)
    _show_missing(found)
    _show_reasons(found)
    _show_contradictions(found)


def _show_worst(found: Diff) -> None:
    from oversample_bench.cli.console_tables import print_table

    worst = found.worst(MOST_ROWS)
    if len(worst):
        columns = ["metric", "a", "b", "difference"]
        rows = [(_place(row), *(row[name] for name in columns)) for row in worst.to_dict("records")]
        print_table(("trial", "metric", "A", "B", "B - A"), rows, title="The largest differences:")


def _show_statuses(found: Diff) -> None:
    from oversample_bench.cli.console_tables import print_table

    changed = found.trials[found.trials["change"] == "other status"]
    rows = [
        (_place(row), row["status_a"], row["status_b"], row["reason_b"] or row["reason_a"])
        for row in changed.head(MOST_ROWS).to_dict("records")
    ]
    if rows:
        title = f"Other statuses{_of(len(rows), len(changed))}:"
        print_table(("trial", "A", "B", "reason"), rows, title=title)


def _show_missing(found: Diff) -> None:
    for change in ("only in A", "only in B"):
        missing = found.trials[found.trials["change"] == change]
        if len(missing):
            echo(f"\n{change[0].upper()}{change[1:]}{_of(min(MOST_ROWS, len(missing)), len(missing))}:")
            for row in missing.head(MOST_ROWS).to_dict("records"):
                echo(f"  {_place(row)}")


def _show_reasons(found: Diff) -> None:
    from oversample_bench.cli.console_tables import print_table

    told = found.trials[found.trials["why"] != ""]
    if len(told):
        counts = told.groupby("why", sort=False).size().sort_values(ascending=False, kind="stable")
        rows = [(int(count), why) for why, count in counts.head(MOST_ROWS).items()]
        title = f"Why digests or labels differ, A / B{_of(len(rows), len(counts), 'reasons')}:"
        print_table(("trials", "why"), rows, title=title)


def _show_contradictions(found: Diff) -> None:
    from oversample_bench.cli.console_tables import print_table

    if not found.n_contradictions:
        return
    echo(
        f"\nOne digest and two outcomes: {found.n_contradictions:,}. There the same was computed, and "
        "something else came out."
    )
    rows = [(key, *values) for key, values in found.environments.items()]
    if rows:
        print_table(("of the last runs", "A", "B"), rows)
    else:
        echo("Those of the last runs are the same: a method or classifier may not follow its seed.")


def _of(shown: int, total: int, what: str = "") -> str:
    return f" ({shown} of {total:,}{f' {what}' if what else ''})" if shown < total else ""


def _place(row: Mapping[Any, Any]) -> str:
    from oversample_bench.store import PLACE

    return "/".join(str(row[name]) for name in PLACE)


@click.command("merge", short_help="Merge the results of several runs into one folder.")
@click.argument("target", metavar="TARGET", type=click.Path(path_type=Path, file_okay=False))
@click.argument("sources", metavar="SOURCES", nargs=-1, required=True, type=FOLDER)
@click.option(
    "--prefer",
    type=click.Choice(["target", "source"]),
    default="target",
    show_default=True,
    help="Which row to keep if both succeeded and differ.",
)
@click.option(
    "--relabel",
    metavar="[LABEL=NEW]",
    is_flag=False,
    flag_value=NUMBERED,
    multiple=True,
    help="Give a label that means something else in a later folder another name there: 'LABEL (2)', or NEW.",
)
def merge_command(target: Path, sources: Sequence[Path], prefer: str, relabel: Sequence[str]) -> None:
    """Merge the results of other runs (the folders SOURCES) into the folder TARGET.

    TARGET may be new. Rows that it already has are not duplicated, so merging again changes nothing. Trials
    that succeeded replace those that did not. Either everything is merged or nothing.

    If one label of a method or classifier means two things, such as other parameters or other code, nothing
    is merged unless --relabel, behind the folders, gives that of the later folder another name.
    """
    from oversample_bench.execution.merge_folders import merge

    merged = merge(target, sources, prefer_source=prefer == "source", relabel=_new_labels(relabel))
    _conclude(merged, prefer)
    echo(f"Write the tables with: bench report {target}")


def _new_labels(words: Sequence[str]) -> bool | dict[str, str]:
    """Return the new names by label; whether there is any --relabel where none has a name."""
    named = [word for word in words if word != NUMBERED]
    for word in named:
        if not all(word.rpartition("=")):
            raise UsageError(
                f"--relabel takes LABEL=NEW, not '{word}'. Without a name it stands behind the folders: "
                "bench merge TARGET SOURCES --relabel"
            )
    names = [(label, new) for label, _, new in (word.rpartition("=") for word in named)]
    if len(dict(names)) < len(names):
        raise UsageError("--relabel names one label twice. Give each label one new name.")
    return dict(names) or bool(words)


def _in_words(count: int, table: str) -> str:
    return counted(count, NOUNS.get(table, table.removesuffix("s")))


def _conclude(merged: Merged, prefer: str) -> None:
    from oversample_bench.cli.console_tables import print_table

    for verb, counts in (("added", merged.added), ("replaced", merged.replaced)):
        told = ", ".join(_in_words(count, table) for table, count in counts.items() if count)
        if told or verb == "added":
            echo(f"{verb}: {told or 'nothing, all of it is there already'}")
    rows = [
        (one.table, one.key, one.column, one.target, one.source, str(folder))
        for folder, one in merged.conflicts[:MOST_ROWS]
    ]
    if rows:
        title = f"Conflicts, the {prefer}'s value is kept{_of(len(rows), len(merged.conflicts))}:"
        print_table(("table", "of", "what", "target", "source", "from"), rows, title=title)
    _tell_labels(merged)
    if merged.unshown:
        echo(
            f"The report shows the metrics of the target's last run; there are scores by "
            f"{', '.join(merged.unshown)}, too."
        )


def _tell_labels(merged: Merged) -> None:
    for one in merged.relabeled:
        echo(f"The {one.column} '{one.label}' of {one.folder} is called '{one.name}': {one.meaning}.")
    for (column, label), meant in merged.mixed.items():
        echo(
            f"The {column} '{label}' was several things in one folder already, and still is: "
            f"{', '.join(sorted(map(str, meant)))}. Merge the folders that it was made from with --relabel."
        )

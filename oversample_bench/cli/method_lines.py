"""What `bench diff` says of methods: by how much each differs in B, how surely, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from oversample_bench.cli.console import echo
from oversample_bench.core.errors import counted

if TYPE_CHECKING:
    import pandas as pd

    from oversample_bench.analysis.store_diff import Diff

MOST_ESTIMATES = 20
"""Lines of the table; those with a clear verdict come first where there are more."""

DIGITS = 4


def show_methods(found: Diff) -> None:
    """Print the estimates, what they are over, why digests differ, and which methods are not compared."""
    compared = found.methods[found.methods["n_trials"] > 0]
    if len(compared):
        _show_estimates(compared)
    elif len(found.methods):
        echo("\nNo method can be compared: no pair of trials on the same rows has a score in both.")
    for line in [*_reasons(found.methods), *_left_out(found)]:
        echo(line)


def _show_estimates(compared: pd.DataFrame) -> None:
    from oversample_bench.analysis.method_differences import IDENTICAL

    same = (compared["verdict"] == IDENTICAL).groupby(compared["method"], sort=False).all()
    names = [str(name) for name in same.index[same]]
    if len(names) == len(same):
        count = int(compared.groupby("metric")["n_trials"].sum().max())
        echo(f"\nNo difference: {counted(count, 'pair')} of trials with the same scores, bit for bit.")
        return
    _print_estimates(compared[~compared["method"].isin(names)])
    if names:
        echo(f"No difference, bit for bit: {', '.join(names)}.")


def _print_estimates(told: pd.DataFrame) -> None:
    from oversample_bench.analysis.paired_estimates import BETTER, WORSE
    from oversample_bench.cli.console_tables import print_table
    from oversample_bench.report.number_texts import gain, p_value

    if len(told) > MOST_ESTIMATES:
        told = told.sort_values("verdict", key=lambda one: ~one.isin([BETTER, WORSE]), kind="stable")
    shown = told.head(MOST_ESTIMATES)
    rows = [
        (
            row["method"], row["metric"], gain(row["estimate"], row["low"], row["high"], DIGITS),
            row["verdict"], p_value(row["p_adjusted"]), f"{row['n']} {row['unit']}", _trials(row),
        )
        for row in shown.to_dict("records")
    ]  # fmt: skip
    rest = f" ({len(shown)} of {len(told):,})" if len(shown) < len(told) else ""
    head = ("method", "metric", "gain of B [95 %]", "B is", "p", "over", "trials")
    print_table(head, rows, title=f"Methods, B against A; above 0, B is better{rest}:")
    for line in _basis(told):
        echo(line)


def _trials(row: Mapping[Any, Any]) -> str:
    total = row["n_trials"] + row["n_lost"]
    return f"{row['n_trials']} of {total}" if row["n_lost"] else str(total)


def _basis(told: pd.DataFrame) -> Iterator[str]:
    """Yield what one value is, and which interval follows from that."""
    from oversample_bench.report.comparison_tables import BASES

    meant = {
        "data sets": "Each data set is one value, the mean of its ratios, classifiers, splits and seeds",
        "splits": "Each split is one value, the mean of its ratios, classifiers and seeds",
        "seeds": "Each seed is one value, the mean of its ratios and classifiers",
    }
    for unit in told["unit"].unique():
        yield f"{meant[unit]}. Intervals: {BASES[unit]}."
    yield "p is adjusted by Holm over the methods of a metric."


def _reasons(methods: pd.DataFrame) -> Iterator[str]:
    """Yield why the methods of one label are not the same in both, those of one reason together."""
    own = methods[methods["why"] != ""]
    for why, names in own.groupby("why", sort=False)["method"]:
        yield f"{', '.join(map(str, names.unique()))}: {why}."


def _left_out(found: Diff) -> Iterator[str]:
    for side, names in found.lone_methods.items():
        if names:
            yield f"Only {side} has the {_methods(len(names))} {', '.join(names)}."
    if names := found.unpaired_methods:
        yield f"Not compared, since no two trials are on the same rows: {', '.join(names)}."


def _methods(count: int) -> str:
    return "method" if count == 1 else "methods"

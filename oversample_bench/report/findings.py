"""The comparisons over data sets in words and tables: for Markdown, and as plain text for LaTeX.

Computes nothing; see `oversample_bench.analysis.comparisons`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any

import pandas as pd

from oversample_bench.analysis import comparisons, twins
from oversample_bench.analysis.mean_ranks import ALL
from oversample_bench.analysis.results import PENDING, Results
from oversample_bench.analysis.statistics import bootstrap, nemenyi, reach
from oversample_bench.core.errors import counted
from oversample_bench.report.markdown import escaped, table

NOTHING = "–"
NOWHERE = "there is no data set in which every method has all its trials scored"


def section(results: Results, metric: str, told: pd.DataFrame) -> str:
    """Return the comparisons of one metric as Markdown.

    Parameters
    ----------
    results : Results
        For labels and options.
    metric : str
        What was compared.
    told : DataFrame of shape (n_comparisons * n_methods, 28)
        From `oversample_bench.analysis.comparisons.frame`.

    Returns
    -------
    str
        A table for each classifier and for the mean of all; empty where there is one method only.
    """
    if told.empty:
        return ""
    title = f"### Comparison over data sets by {escaped(metric)}"
    if len(results.names("dataset")) == 1:
        return f"{title}\n\nThere is one data set: nothing can be told over data sets."
    parts = [title, escaped(rules(results))]
    if said := caution(results, told):
        parts.append(f"**Caution.** {escaped(said)}")
    for part in comparisons_of(told):
        parts.append(escaped(sentence(part)))
        if part[0].n_sets_imputed:
            header, rows = grid(results, part)
            parts.append(table(header, [[escaped(row[0]), *row[1:]] for row in rows]))
    return "\n\n".join(parts)


def comparisons_of(told: pd.DataFrame) -> Iterator[list[Any]]:
    """Yield the rows of each comparison, a row a method."""
    for _, part in groupby(told.itertuples(), key=attrgetter("classifier")):
        yield list(part)


def rules(results: Results) -> str:
    """Return in plain words what is compared, and by what."""
    averaged = "its ratios" if len(results.names("ratio")) > 1 else "its splits and seeds"
    control = comparisons.control(results)
    waits = " Sets with trials that have not been run are in neither." if _waits(results) else ""
    return (
        f"Each data set is one value, the mean of {averaged}. A set counts where every method has all its "
        "trials scored, less ratios and classifiers with which none has; columns marked imputed add "
        f"the sets in which some method has not, and give that method the worst rank.{waits} The gain is "
        f"over the method {control}, positive where the other is better, with a 95 % interval by a bootstrap "
        "over data sets, expanded for few of them. The p-values are of Wilcoxon's signed-rank test against "
        f"{control}, as it is and adjusted by Holm; r is its effect size, from -1 to 1 (rank-biserial "
        "correlation). Better, as good and worse are the posterior probabilities of the Bayesian signed-rank "
        f"test that this is most probable on a further set; as good is within {comparisons.rope(results):g}."
    )


def _waits(results: Results) -> bool:
    return bool((results.plan["status"] == PENDING).any())


def caution(results: Results, told: pd.DataFrame) -> str:
    """Say that sets count twice, that there are too few data sets or splits, and what could have been seen.

    It is about the last comparison, which is that of all classifiers where there are several; empty where
    there are enough of both.
    """
    *_, part = comparisons_of(told)
    first = part[0]
    found = reach.Reach(
        control=first.control,
        n_methods=len(part),
        n_sets=first.n_sets,
        alpha=comparisons.ALPHA,
        power=comparisons.POWER,
        ranks=first.critical_difference,
        means={row.method: row.least_gain for row in part if row.method != first.control},
    )
    few = reach.warning(found, int(results.plan.groupby("dataset")["split"].nunique().min()))
    return " ".join(said for said in (twins.caution(results), few) if said)


def sentence(part: Sequence[Any]) -> str:
    """Return what is said of all methods of one comparison: over what, and whether they differ at all."""
    first = part[0]
    n, imputed = first.n_sets, first.n_sets_imputed
    who = "As the mean of all classifiers" if first.classifier == ALL else f"With {first.classifier}"
    left_out = f" (left out: {first.left_out})" if first.left_out else ""
    where = f", over {counted(n, 'data set')}" if n else f" {NOWHERE}"
    said = [f"{who}{where}{left_out}"]
    if n > 1:
        said[0] += f": {_omnibus(first, len(part))}"
        said.append(_apart(part, first.critical_difference))
    if bootstrap.FEWEST <= n < bootstrap.ENOUGH:
        said.append(f"Intervals of gains over {n} data sets are too narrow: they end where these gains end")
    if imputed > max(n, 1):
        p = _told(first.p_iman_davenport_imputed)
        said.append(f"Iman and Davenport's test has, imputed over {imputed} data sets, {p}")
    return ". ".join(said) + "."


def _omnibus(first: Any, k: int) -> str:
    return (
        f"Friedman's χ² = {first.chi2:.2f} with {k - 1} degrees of freedom, {_told(first.p_friedman)}; Iman "
        f"and Davenport's F = {first.f:.2f} with {k - 1} and {(k - 1) * (first.n_sets - 1)}, "
        f"{_told(first.p_iman_davenport)}; Kendall's W = {first.kendall_w:.2f}"
    )


def _apart(part: Sequence[Any], critical: float) -> str:
    mean_ranks = {row.method: row.mean_rank for row in part}
    joined = [", ".join(group) for group in nemenyi.groups(mean_ranks, critical)]
    told = f"does not tell apart: {'; nor '.join(joined)}" if joined else "tells all methods apart"
    return f"Nemenyi's test, with a critical difference of {critical:.2f} ranks at 5 %, {told}"


def grid(results: Results, part: Sequence[Any]) -> tuple[list[str], list[list[str]]]:
    """Return header and rows of one comparison as plain text, with the imputed columns if they add sets."""
    header = ["method", "mean rank", "gain", "p", "p (Holm)", "r", "better", "as good", "worse"]
    imputed = part[0].n_sets_imputed > part[0].n_sets
    if imputed:
        header += ["mean rank, imputed", "p (Holm), imputed"]
    return header, [_line(row, results.digits, imputed=imputed) for row in part]


def _line(row: Any, digits: int, *, imputed: bool) -> list[str]:
    line = [
        row.method,
        _number(row.mean_rank),
        _gain(row, digits),
        *(shown(p) for p in (row.p_wilcoxon, row.p_holm)),
        *(_number(value) for value in (row.rank_biserial, row.p_better, row.p_equivalent, row.p_worse)),
    ]
    return [*line, _number(row.mean_rank_imputed), shown(row.p_holm_imputed)] if imputed else line


def _number(value: float) -> str:
    return NOTHING if math.isnan(value) else f"{value:z.2f}"


def _gain(row: Any, digits: int) -> str:
    if math.isnan(row.gain):
        return NOTHING
    text = f"{row.gain:z.{digits}f}"
    ends = f"{row.gain_low:z.{digits}f}, {row.gain_high:z.{digits}f}"
    return text if math.isnan(row.gain_low) else f"{text} [{ends}]"


def shown(p: float) -> str:
    """Return a p-value as a table shows it: ``0.041``, ``<0.001``, or a dash for none."""
    if math.isnan(p):
        return NOTHING
    return "<0.001" if p < 0.001 else f"{p:.3f}"


def _told(p: float) -> str:
    """Return a p-value as a sentence tells it."""
    return "p below 0.001" if p < 0.001 else f"p = {p:.3f}"

"""The answer in words, at most five lines: the same in the terminal, the Markdown and the page.

What it says is decided by `oversample_bench.analysis.answer`.
"""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from oversample_bench.analysis import comparisons, environments
from oversample_bench.analysis import control as controls
from oversample_bench.analysis.answer import Answer, Decision, answer, n_splits
from oversample_bench.analysis.data_set_blocks import ALL
from oversample_bench.analysis.evidence import Evidence
from oversample_bench.analysis.paired_estimates import BETTER, SETS, UNTESTED, WORSE
from oversample_bench.analysis.results import Results
from oversample_bench.analysis.score_cells import flag_counts, note_counts
from oversample_bench.core.errors import counted, listed
from oversample_bench.report import coverage
from oversample_bench.report.number_texts import gain, metric_name, p_told, score

MOST_NAMES = 4


def lines(results: Results, told: Evidence) -> list[str]:
    """Return what to use and how surely, how methods stand to the control, and what failed."""
    made = answer(told)
    about = [coverage.line(results), *_marked(results), *_cautions(results)]
    return [use(results, made), *_against(results, told), *about]


def use(results: Results, made: Answer) -> str:
    """Return the sentence on what resampling comes to, and how surely."""
    name = metric_name(made.metric)
    if made.best is None or made.reference is None:
        if len(results.names("method")) < 2:
            return f"By {name}: there is one method, and nothing to compare it with."
        return f"By {name}: no two pairs have trials on the same data yet."
    best, held = made.best, made.reference
    by = gain(best["estimate"], best["low"], best["high"], results.digits)
    means = (best["paired_mean"], best["reference_mean"])
    sides = [
        f"{pair_name(results, one)} ({score(mean, results.digits)})"
        for one, mean in zip((best, held), means, strict=True)
    ]
    kind = "the best without resampling" if held["free"] else "the best of the control"
    basis = basis_of(results, best, made.n_compared)
    if made.decision == Decision.USE_METHOD:
        return f"By {name}: use {sides[0]}. It is better by {by} than {sides[1]}, {kind} ({basis})."
    if made.decision == Decision.USE_FREE:
        return (
            f"By {name}: use {sides[1]}, {kind}. The best with resampling, {sides[0]}, is worse by {by} "
            f"({basis})."
        )
    if best["estimate"] == best["low"] == best["high"] == 0:
        return f"By {name}: {sides[0]} and {sides[1]}, {kind}, come to the same everywhere ({basis})."
    return (
        f"By {name}: cannot tell whether resampling helps. The gain of {sides[0]} over {sides[1]}, {kind}, "
        f"is {by} ({basis}).{_least(best)}"
    )


def basis_of(results: Results, row: pd.Series, n_compared: int) -> str:
    """Return on what a comparison of pairs rests, and how sure it is after adjusting."""
    on = _on(results, row)
    if row["verdict"] == UNTESTED:
        return on
    return (
        f"{on}; 95 % interval of this pair alone, {p_told(row['p_adjusted'])} after adjusting for "
        f"{counted(n_compared, 'comparison')}"
    )


def _least(best: pd.Series) -> str:
    if pd.isna(best["least"]):
        return ""
    return f" After adjusting, a true difference of {best['least']:.2g} would be seen with 80 % power."


def pair_name(results: Results, row: pd.Series) -> str:
    """Return the names of a pair of classifier and method."""
    if len(results.names("classifier")) == 1:
        return str(row["method"])
    return f"{row['classifier']} with {row['method']}"


def _on(results: Results, row: pd.Series) -> str:
    low, high = n_splits(results, row["on"])
    splits = counted(low, "split") if low == high else f"{low} to {high} splits"
    ratios = results.names("ratio")
    pooled = f", mean of the ratios {listed(ratios)}" if len(ratios) > 1 else ""
    if row["unit"] == SETS:
        return f"{row['n']} data sets, {splits} each{pooled}"
    return f"{results.names('dataset')[0]}, {counted(row['n'], row['unit'].removesuffix('s'))}{pooled}"


def _against(results: Results, told: Evidence) -> Iterator[str]:
    """Yield which methods are clearly better and worse than the control, over all classifiers."""
    own = comparisons.overall(told.compared)
    if own.empty:
        return
    control = own["control"].iloc[0]
    ranked = own.sort_values("estimate", ascending=False, kind="stable")
    names = {verdict: list(ranked.loc[ranked["verdict"] == verdict, "method"]) for verdict in (BETTER, WORSE)}
    said = [f"clearly {verdict}: {_first(some)}" for verdict, some in names.items() if some]
    n_compared = int((own["n"] > 0).sum())
    n_rest = n_compared - sum(map(len, names.values()))
    if not n_compared:
        said = ["no method has trials on the same data yet"]
    elif n_rest == n_compared:
        said = [f"no method is clearly better or worse ({n_compared} compared)"]
    elif n_rest:
        said.append(f"not clearly different: {n_rest} of {n_compared}")
    who = ", averaged over classifiers" if own["classifier"].iloc[0] == ALL else ""
    yield f"Against {control}{who}: {'; '.join(said)}.{_untried(results)}"


def _untried(results: Results) -> str:
    """Say so where a run resamples and has no method beside ``none`` that costs nothing."""
    there = controls.registered(results)
    if not there.isdisjoint(controls.WITH_ALL_ROWS) or there <= {controls.BASELINE}:
        return ""
    names = ", ".join(controls.WITH_ALL_ROWS)
    return f" Class weights and a moved threshold ({names}) cost nothing and were not tried."


def _first(names: list[str]) -> str:
    """Return the first names, and how many more there are."""
    shown = ", ".join(names[:MOST_NAMES])
    return shown if len(names) <= MOST_NAMES else f"{shown} and {len(names) - MOST_NAMES} more"


def _marked(results: Results) -> Iterator[str]:
    """Yield in how many resamples and trials each flag of the audit stands."""
    kinds = {"resample": flag_counts(results), "trial": note_counts(results)}
    said = [
        f"{flag} in {counted(k, thing)}"
        for thing, counts in kinds.items()
        if len(counts)
        for flag, k in counts.groupby("flag", sort=False)["k"].sum().items()
    ]
    if said:
        yield f"Marked by the audit: {', '.join(said)}."


def _cautions(results: Results) -> Iterator[str]:
    if said := environments.caution(results):
        yield f"Caution: {said[0].lower()}{said[1:]}"

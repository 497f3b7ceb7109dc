"""The first thing on the page: what came out, in sentences, each with what it rests on.

A method is said to raise or to lower a metric where the 95 % interval of its paired differences leaves 0 out,
and else not. No interval is adjusted for the number of sentences, and the page says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup

from oversample_bench.analysis import environments, paired_differences
from oversample_bench.analysis.evidence import Evidence
from oversample_bench.analysis.results import PENDING, Results
from oversample_bench.analysis.score_cells import flag_counts, note_counts
from oversample_bench.core.errors import counted
from oversample_bench.report import coverage
from oversample_bench.report.html.page_cautions import cautions
from oversample_bench.report.html.page_differences import SETS, Gains, gains, over_all, ranking, reference

SHOWN_RANKS = 12
VERBS = {"not converged": "did not converge", "unseeded": "are unseeded and change from run to run"}


@dataclass(frozen=True)
class MetricAnswer:
    """What is said of one metric.

    Parameters
    ----------
    metric : str
        Its label.
    better : str
        Which way it points, in words.
    ranks : str
        The methods by mean rank.
    overall : Markup
        The method in focus, or the best of the others, against the reference; empty where there is but one
        line or one data set.
    tally : str
        In how many of the lines it is above, below and neither; empty of a single line.
    lines : tuple of Markup
        The same, for each ratio and classifier.
    """

    metric: str
    better: str
    ranks: str
    overall: Markup
    tally: str
    lines: tuple[Markup, ...]


@dataclass(frozen=True)
class PageSummary:
    """The sentences on top of the page.

    Parameters
    ----------
    shape : str
        How much was compared.
    done : tuple of str
        How much of it is there, what failed, and what is to be known of resamples and trials.
    verdicts : tuple of MetricAnswer
        One a metric; empty where there is nothing to compare.
    notes : tuple of str
        How to read the intervals, and what could not have been seen.
    """

    shape: str
    done: tuple[str, ...]
    verdicts: tuple[MetricAnswer, ...]
    notes: tuple[str, ...]


def summary(results: Results, told: Mapping[str, Evidence], differing: Mapping[str, Gains]) -> PageSummary:
    """Return the sentences; ``differing`` holds the gains by each metric and is empty for one method."""
    verdicts = [_verdict(results, metric, told[metric].ranked, differing[metric]) for metric in differing]
    return PageSummary(
        shape=_shape(results),
        done=tuple(_done(results)),
        verdicts=tuple(verdicts),
        notes=tuple(cautions(results, told)) if differing else (),
    )


def all_gains(results: Results) -> dict[str, Gains]:
    """Return the gains by each metric, or nothing where there is one method only."""
    if len(results.names("method")) < 2:
        return {}
    return {metric: gains(results, metric) for metric in results.metrics}


def _shape(results: Results) -> str:
    sizes = {
        noun: counted(len(results.names(column)), noun)
        for noun, column in {
            "data set": "dataset", "ratio": "ratio", "method": "method", "classifier": "classifier",
            "split": "split", "seed": "seed",
        }.items()
    }  # fmt: skip
    ratios = results.names("ratio")
    at = f"at ratio {ratios[0]}" if len(ratios) == 1 else f"at {sizes['ratio']}"
    return (
        f"{sizes['method']} with {sizes['classifier']} on {sizes['data set']} {at}, {sizes['split']} and "
        f"{sizes['seed']} each; scored by {', '.join(results.metrics)}."
    )


def _done(results: Results) -> Iterator[str]:
    yield coverage.line(results)
    if said := environments.caution(results):
        yield f"Caution: {said[0].lower()}{said[1:]}"
    status = results.resamples["status"]
    n_resamples, n_tried = len(status), int((status != PENDING).sum())
    n_skipped = int((status == "skipped").sum())
    n_bad = n_tried - int((status == "ok").sum()) - n_skipped
    planned = "" if n_tried == n_resamples else f" ({n_resamples:,} are planned)"
    skipped = f", {n_skipped:,} were skipped" if n_skipped else ""
    yield f"{f'{n_bad:,}' if n_bad else 'None'} of {counted(n_tried, 'resample')} failed{skipped}{planned}."
    flagged = int(((status == "ok") & (results.resamples["flags"] != "")).sum())
    if flagged:
        counts = flag_counts(results).groupby("flag", sort=False)["k"].sum()
        kinds = ", ".join(f"{flag} in {k:,}" for flag, k in counts.items())
        yield f"The audit marks {counted(flagged, 'resample')}: {kinds}."
    noted = note_counts(results)
    for flag, own in noted.groupby("flag", sort=False):
        yield f"{counted(int(own['k'].sum()), 'trial')} {VERBS.get(str(flag), str(flag))}: {_whose(own)}."


def _whose(counts: pd.DataFrame) -> str:
    """Return in how many trials of each classifier a note stands."""
    sums = counts.groupby("classifier", sort=False)["k"].sum()
    return ", ".join(f"{name} in {k:,}" for name, k in sums.items())


def _verdict(results: Results, metric: str, ranks: pd.DataFrame, own: Gains) -> MetricAnswer:
    ranked, n_rows, complete = ranking(ranks)
    method = _subject(results, ranked)
    lines = own.lines[own.lines["other"] == method]
    several = len(lines) > 1 and own.unit == SETS
    overall = over_all(own) if several else lines.iloc[:0]
    return MetricAnswer(
        metric=metric,
        better="higher is better" if own.higher_is_better else "lower is better",
        ranks=_ranks(ranked, n_rows, complete=complete),
        overall=Markup().join(
            _sentence(results, metric, own, line) for line in overall[overall["other"] == method].itertuples()
        ),
        tally=_tally(results, own, lines) if len(lines) > 1 else "",
        lines=tuple(_sentence(results, metric, own, line) for line in lines.itertuples()),
    )


def _tally(results: Results, own: Gains, lines: pd.DataFrame) -> str:
    ends = zip(lines["mean"], lines["low"], lines["high"], strict=True)
    clear = [np.sign(mean) for mean, low, high in ends if paired_differences.excludes(low, high)]
    up, down = clear.count(1), clear.count(-1)
    silent = int((lines["n"] == 0).sum())
    what = "pairs of ratio and classifier" if len(results.names("ratio")) > 1 else "classifiers"
    return (
        f"{len(lines)} {what}, one by one: {lines['other'].iloc[0]} is clearly above {own.reference} in "
        f"{up}, clearly below in {down}, neither in {len(lines) - up - down - silent}"
        f"{f', without scores in {silent}' if silent else ''}."
    )


def _subject(results: Results, ranked: pd.Series[float]) -> str:
    """Return the method in focus, or the best-ranked one besides the reference."""
    focus, held = paired_differences.focused(results), reference(results)
    names = [*map(str, ranked.index), *results.names("method")]
    return focus if focus and focus != held else next(name for name in names if name != held)


def _ranks(ranked: pd.Series[float], n_rows: int, *, complete: bool) -> str:
    if ranked.empty:
        return "In no row does every trial have its score: there are no ranks."
    shown = [f"{name} {rank:.2f}" for name, rank in ranked.items()]
    more = f" and {len(shown) - SHOWN_RANKS} more" if len(shown) > SHOWN_RANKS else ""
    over = counted(n_rows, "row" if complete else "incomplete row")
    last = "" if complete else "; methods that are not whole share the worst ranks"
    return f"Mean ranks over {over} (1 is best): {', '.join(shown[:SHOWN_RANKS])}{more}{last}."


def _sentence(results: Results, metric: str, own: Gains, line: Any) -> Markup:
    """Say what the method of one line does to one metric."""
    words = {
        "where": _where(results, own, line), "method": line.other, "metric": metric, "held": own.reference,
        "whom": _whom(results, line), "counts": _counts(line, own),
    }  # fmt: skip
    if line.n == 0:
        return Markup("{where}, <b>{method}</b>{whom}: no pair has both scores.").format(**words)
    if not paired_differences.excludes(line.low, line.high):
        by = _signed((line.mean, line.low, line.high), results)
        return Markup(
            "{where} <b>{method}</b> and {held} do not differ clearly in {metric}{whom}: {by}{counts}."
        ).format(by=by, **words)
    sign = 1 if line.mean > 0 else -1
    low, high = sorted((sign * line.low, sign * line.high))
    by = "{} [{}, {}]".format(*(_number(value, results) for value in (sign * line.mean, low, high)))
    verb, over = ("raises", "over") if sign > 0 else ("lowers", "against")
    return Markup(
        "{where} <b>{method}</b> {verb} {metric}{whom} by <b>{by}</b> {over} {held}{counts}."
    ).format(verb=verb, over=over, by=by, **words)


def _where(results: Results, own: Gains, line: Any) -> str:
    at = f" at ratio {line.ratio}" if line.ratio and len(results.names("ratio")) > 1 else ""
    n = f"{line.n:.0f}" if line.n == line.n_planned else f"{line.n:.0f} of {line.n_planned:.0f}"
    if own.unit == SETS:
        return f"On {n} set{'' if line.n_planned == 1 else 's'}{at}"
    unit = own.unit.removesuffix("s") if line.n_planned == 1 else own.unit
    return f"On {results.names('dataset')[0]}{at} ({n} {unit})"


def _whom(results: Results, line: Any) -> str:
    if line.classifier:
        return f" of {line.classifier}"
    sizes = {name: len(results.names(name)) for name in ("classifier", "ratio")}
    return f" (mean over {' and '.join(counted(n, name) for name, n in sizes.items() if n > 1)})"


def _counts(line: Any, own: Gains) -> str:
    if own.unit != SETS:
        return ""
    equal = f", equal on {line.equal:.0f}" if line.equal else ""
    return f"; it is better on {line.better:.0f}{equal}, worse on {line.worse:.0f}"


def _signed(values: tuple[float, ...], results: Results) -> str:
    mean, low, high = (f"{value:+z.{results.digits}f}" for value in values)
    return f"{mean}, with no interval of one value" if np.isnan(values[1]) else f"{mean} [{low}, {high}]"


def _number(value: float, results: Results) -> str:
    return f"{value:z.{results.digits}f}"

"""The methods against the control: over data sets, by each classifier, and within each data set."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from oversample_bench.analysis import comparisons, rank_tests
from oversample_bench.analysis.data_set_blocks import ALL, companions, shared
from oversample_bench.analysis.evidence import Evidence
from oversample_bench.analysis.paired_estimates import BETTER, FEW_SETS, SETS, UNTESTED, WORSE
from oversample_bench.analysis.repetitions import SEEDS, SPLITS
from oversample_bench.analysis.results import Results
from oversample_bench.core.errors import counted, listed
from oversample_bench.report.number_texts import falling, gain, metric_name, p_told, p_value, score
from oversample_bench.report.table import Cell, Column, Row, Table, number, titled, words

BASES = {
    SETS: f"Student's t over data sets up to {FEW_SETS} of them, a bootstrap over data sets above",
    SPLITS: "the corrected resampled t over splits (Nadeau and Bengio 2003): it tells of this set alone",
    SEEDS: "Student's t over seeds: there is one split, and it tells of no other rows",
}


def by_method(results: Results, told: Evidence) -> Table:
    """Return one line a method: mean, mean rank, gain over the control, and whether that is clear."""
    own = comparisons.overall(told.compared)
    return _table(results, told, own, f"methods_{told.metric}", "")


def by_classifier(results: Results, told: Evidence) -> list[Table]:
    """Return the same for each classifier; nothing where there is one only."""
    compared = set(told.compared.loc[told.compared["scope"] == comparisons.OVERALL, "classifier"])
    names = [name for name in results.names("classifier") if name in compared]
    if len(names) < 2:
        return []
    return [
        _table(
            results,
            told,
            comparisons.overall(told.compared, name),
            f"methods_{told.metric}_{at}",
            f" with {name}",
        )
        for at, name in enumerate(names, 1)
    ]


def _table(results: Results, told: Evidence, own: pd.DataFrame, name: str, where: str) -> Table:
    control, unit = str(own["control"].iloc[0]), str(own["unit"].iloc[0])
    classifier = str(own["classifier"].iloc[0])
    ranked = rank_tests.of(told.ranked, classifier).set_index("method")
    means = _means(told, classifier)
    titles = [
        "method", f"mean {metric_name(told.metric)}", *(["mean rank"] if len(ranked) else []),
        f"gain over {control} [95 %]", f"against {control}", "p", f"better / equal / worse {unit}",
    ]  # fmt: skip
    by_name = {str(row.method): row for row in own.itertuples()}
    rows = [
        Row(_line(results, method, means, ranked, by_name.get(method)), {"method": method})
        for method in results.names("method")
    ]
    title = f"Methods by {metric_name(told.metric)}{where}"
    return Table(name, title, titled(*titles), rows, tuple(_notes(results, told, own, ranked)))


def _means(told: Evidence, classifier: str) -> pd.Series[float]:
    """Return the mean of each method over the data sets in which every method is whole."""
    own = told.sets[(told.sets["classifier"] == classifier) & told.sets["complete"].astype(bool)]
    return own.groupby("method")["mean"].mean()


def _line(
    results: Results, method: str, means: pd.Series[float], ranked: pd.DataFrame, row: Any
) -> list[Cell]:
    digits = results.digits
    mean = means.get(method)
    cells = [Cell(method), number(mean, score(mean, digits) if mean is not None else "")]
    if len(ranked):
        rank = ranked["mean_rank"].get(method)
        cells.append(number(rank, f"{rank:.2f}" if rank is not None else ""))
    if row is None:
        return [*cells, *words("control", "", "", "")]
    note = "" if row.n == row.n_planned else f"n = {row.n} of {row.n_planned}"
    clear = row.verdict in (BETTER, WORSE)
    return [
        *cells,
        number(
            row.estimate, gain(row.estimate, row.low, row.high, digits), best=row.verdict == BETTER, note=note
        ),
        Cell(f"clearly {row.verdict}" if clear else str(row.verdict), best=clear),
        number(row.p_adjusted, p_value(row.p_adjusted)),
        *words(f"{row.better} / {row.equal} / {row.worse}"),
    ]


def _notes(results: Results, told: Evidence, own: pd.DataFrame, ranked: pd.DataFrame) -> Iterator[str]:
    unit, control = str(own["unit"].iloc[0]), str(own["control"].iloc[0])
    n_tested = int(own["p"].notna().sum())
    lower = falling(higher_is_better=results.metrics[told.metric])
    what = "a data set is one value, the mean of its splits, ratios and classifiers" if unit == SETS else ""
    yield (
        f"A gain above 0 is better{lower}; intervals are by {BASES[unit]}, each of one comparison "
        f"alone{f'; {what}' if what else ''}. p "
        f"is adjusted by Holm for {counted(n_tested, 'comparison')}; a method is clearly better or worse "
        "below 0.05."
    )
    least = own["least"].dropna()
    unclear = own.loc[~own["verdict"].isin([BETTER, WORSE]), "least"].dropna()
    if len(least) and len(unclear):
        ends = sorted({f"{one:.2g}" for one in (unclear.min(), unclear.max())}, key=float)
        yield (
            f"After adjusting, a true difference from {control} of {' to '.join(ends)} would be seen with "
            "80 % power."
        )
    if (own["verdict"] == UNTESTED).any():
        yield "Not tested: fewer than two values with a score of both."
    if own["classifier"].iloc[0] == ALL:
        yield from _fewer_classifiers(results, control)
    if len(ranked):
        yield _omnibus(ranked)


def _fewer_classifiers(results: Results, control: str) -> Iterator[str]:
    """Say over which classifiers means are, where some method does not go with every one."""
    names, goes_with = results.names("classifier"), companions(results)
    partial = {method: own for method, own in goes_with.items() if own and len(own) < len(names)}
    if not partial:
        return
    together = shared(results)
    yield (
        f"Not every method goes with every classifier. Means and ranks are over {listed(together)}; a gain "
        f"is over the classifiers that the method and {control} both go with."
    )
    without: dict[tuple[str, ...], list[str]] = {}
    for method, own in partial.items():
        without.setdefault(tuple(name for name in names if name not in own), []).append(method)
    for apart, methods in without.items():
        yield f"{listed(methods)} {'was' if len(methods) == 1 else 'were'} not run with {listed(apart)}."


def _omnibus(ranked: pd.DataFrame) -> str:
    first = ranked.iloc[0]
    n, out = int(first["n_sets"]), _left_out(first)
    if n < 2:
        return f"Mean ranks take two data sets in which every method is whole.{out}"
    return (
        f"Mean ranks over {n} data sets, 1 is best; whether methods differ at all: "
        f"{p_told(first['p_iman_davenport'])} (Iman and Davenport).{out}"
    )


def _left_out(first: pd.Series) -> str:
    return f" Left out, since some method is not whole: {first['left_out']}." if first["left_out"] else ""


def within(results: Results, told: Evidence) -> list[Table]:
    """Return the gain over the control in each data set, ratio and classifier, if any two compare."""
    own = told.compared[told.compared["scope"] == comparisons.EACH]
    if own.empty:
        return []
    control = str(own["control"].iloc[0])
    methods = [name for name in results.names("method") if name != control]
    keys = ["dataset", "ratio", "classifier"]
    lines: dict[tuple[str, ...], dict[str, Cell]] = {}
    compared: list[Any] = list(own.itertuples())
    for row in compared:
        place = tuple(str(getattr(row, key)) for key in keys)
        note = "" if row.n == row.n_planned else f"n = {row.n} of {row.n_planned}"
        clear = row.verdict in (BETTER, WORSE)
        text = gain(row.estimate, row.low, row.high, results.digits)
        lines.setdefault(place, {})[str(row.method)] = number(row.estimate, text, best=clear, note=note)
    absent = Cell("not planned")
    rows = [
        Row(
            [*words(*place), *(cells.get(name, absent) for name in methods)],
            dict(zip(keys, place, strict=True)),
        )
        for place, cells in lines.items()
    ]
    columns = [
        *titled("data set", "ratio", "classifier", left=3),
        *(Column(name, method=name) for name in methods),
    ]
    units = " and ".join(sorted(own["unit"].unique()))
    note = (
        f"Mean paired difference from {control} over {units}, with its 95 % interval; bold where it is "
        "clear after adjusting by Holm for the methods of the row. Above 0 the method is better."
    )
    title = f"Gain over {control} within each data set by {metric_name(told.metric)}"
    return [Table(f"within_{told.metric}", title, columns, rows, (note,))]


def ranks(results: Results, told: Evidence) -> Table:
    """Return the mean ranks by each classifier, with the tests of all methods."""
    names = list(told.ranked["classifier"].unique())
    wide = {name: rank_tests.of(told.ranked, str(name)).set_index("method") for name in names}
    imputed = any((one["n_sets_imputed"] > one["n_sets"]).any() for one in wide.values())
    kinds = ["mean_rank", *(["mean_rank_imputed"] if imputed else [])]
    columns = [(name, kind) for name in names for kind in kinds]
    rows = [
        Row(
            [
                Cell(method),
                *(
                    number(one := wide[name][kind].get(method), f"{one:.2f}" if one else "")
                    for name, kind in columns
                ),
            ],
            {"method": method},
        )
        for method in results.names("method")
    ]
    titles = [
        f"{'all' if name == ALL else name}{', imputed' if kind != 'mean_rank' else ''} "
        f"({wide[name]['n_sets' if kind == 'mean_rank' else 'n_sets_imputed'].iloc[0]})"
        for name, kind in columns
    ]
    text = (
        "1 is best; ties share their average. A data set is ranked once, by its mean over ratios (and, for "
        "all, classifiers); in brackets how many data sets."
    )
    notes = [text]
    if imputed:
        notes.append(
            "Imputed: with the data sets in which some method is not whole; such methods share the worst "
            "ranks."
        )
    notes += [_tests(str(name), one) for name, one in wide.items()]
    title = f"Mean ranks over data sets by {metric_name(told.metric)}"
    return Table(f"ranks_{told.metric}", title, titled("method", *titles), rows, tuple(notes))


def _tests(name: str, ranked: pd.DataFrame) -> str:
    first, k = ranked.iloc[0], int(ranked["mean_rank"].notna().sum())
    who = "All classifiers" if name == ALL else name
    n, out = int(first["n_sets"]), _left_out(first)
    if n < 2:
        return f"{who}: fewer than two data sets in which every method is whole.{out}"
    return (
        f"{who}: Friedman's χ² = {first['chi2']:.2f} with {k - 1} degrees of freedom, "
        f"{p_told(first['p_friedman'])}; Iman and Davenport's F = {first['f']:.2f} with {k - 1} and "
        f"{(k - 1) * (n - 1)}, {p_told(first['p_iman_davenport'])}; Kendall's W = {first['kendall_w']:.2f}; "
        f"Nemenyi's critical difference at 5 % is {first['critical_difference']:.2f} ranks.{out}"
    )

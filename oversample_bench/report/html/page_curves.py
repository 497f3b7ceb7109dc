"""Means against the ratio: the curves of the drawn figures, and their means over data sets.

Takes the points and the intervals of one data set from `oversample_bench.report.figures.ratio_curves`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from oversample_bench.analysis.results import Results
from oversample_bench.analysis.statistics.resampled import half_width
from oversample_bench.report.figures.ratio_curves import frame
from oversample_bench.report.html.numbers import number

SETS = -1  # stands for the mean over data sets where a curve names one
LINE = ["dataset", "classifier", "method"]


def curves(results: Results, metric: str, found: pd.DataFrame) -> list[list[Any]]:
    """Return one curve a data set, classifier and method, and one over all data sets.

    The mean over data sets takes those that have all ratios and are whole at each and for every method; its
    interval is Student's t with each data set as one value.

    Returns
    -------
    list of [data set, classifier, method, number of data sets, ratios, means, lower ends, upper ends]
        Names as places in the plan, `SETS` for all data sets. Empty where no data set has two ratios that are
        numbers.
    """
    points = frame(results, metric, found)
    if points.empty:
        return []
    at = {column: {name: place for place, name in enumerate(results.names(column))} for column in LINE}
    places = points.assign(**{column: points[column].map(at[column]) for column in LINE})
    return [*_each(places), *_over_sets(places, n_methods=len(at["method"]))]


def _each(points: pd.DataFrame) -> Iterator[list[Any]]:
    for _, part in points.groupby(LINE, sort=False):
        if part["mean"].notna().any():
            yield [*(int(part[name].iloc[0]) for name in LINE), 1, *_lists(part)]


def _over_sets(points: pd.DataFrame, n_methods: int) -> Iterator[list[Any]]:
    for classifier, part in points.groupby("classifier", sort=False):
        own = _whole(part, n_methods * part["ratio"].nunique())
        if own["dataset"].nunique() < 2:
            continue
        grouped = own.groupby(["method", "ratio"])["mean"]
        told = grouped.agg(n="count", mean="mean", sd="std").reset_index()
        reach = half_width(told["sd"], told["n"])
        told = told.assign(low=told["mean"] - reach, high=told["mean"] + reach)
        for method, line in told.groupby("method"):
            yield [SETS, int(str(classifier)), int(str(method)), int(line["n"].iloc[0]), *_lists(line)]


def _whole(part: pd.DataFrame, size: int) -> pd.DataFrame:
    """Return the points of the data sets that have all ``size`` of them, each with all its trials."""
    counts = (part["n"] == part["n_planned"]).groupby(part["dataset"]).sum()
    return part[part["dataset"].isin(counts.index[counts == size])]


def _lists(line: pd.DataFrame) -> list[list[float | None]]:
    return [[number(value) for value in line[name]] for name in ("ratio", "mean", "low", "high")]

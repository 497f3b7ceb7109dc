"""The numbers that the figures of the page are drawn from, and the look of each method.

Gives plain lists for JSON; plotly draws from them in the browser. Cells, not trials: the size of the page
follows the number of its cells.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from oversample_bench.analysis.evidence import Evidence
from oversample_bench.analysis.results import Results
from oversample_bench.analysis.score_cells import PLACE, ROW
from oversample_bench.report.figures.palette import Look, looks
from oversample_bench.report.html.diagrams import diagrams
from oversample_bench.report.html.numbers import number, steps
from oversample_bench.report.html.page_curves import curves
from oversample_bench.report.html.page_differences import Gains
from oversample_bench.report.html.page_scores import places
from oversample_bench.report.html.probabilities import calibrations
from oversample_bench.report.html.synthetic import fidelities

SYMBOLS = {
    "o": "circle", "s": "square", "^": "triangle-up", "D": "diamond", "v": "triangle-down", "P": "cross",
    "X": "x",
}  # fmt: skip
"""What plotly calls matplotlib's markers."""
DASH_WIDTH = 2  # pixels of the line whose width is the unit of the dashes


def model(results: Results, told: Mapping[str, Evidence], differing: Mapping[str, Gains]) -> dict[str, Any]:
    """Return what the scripts of the page know.

    Returns
    -------
    dict
        ``methods`` with their looks; ``datasets``, ``ratios``, ``classifiers``; ``rows`` as places in these,
        in the order of the score tables; for each of ``metrics`` the means row by row in whole steps of so
        many ``decimals``, the places of cells that are not whole (``short``), gains, ranks and curves;
        ``costs``, ``calibration`` and ``fidelity`` of each method.
    """
    first = next(iter(told.values())).found
    names = {column: results.names(column) for column in ROW}
    at = {column: {name: place for place, name in enumerate(own)} for column, own in names.items()}
    return {
        "methods": [_method(name, look) for name, look in looks(results.names("method")).items()],
        "datasets": names["dataset"],
        "ratios": names["ratio"],
        "classifiers": names["classifier"],
        "rows": [[at[column][name] for column, name in zip(ROW, row, strict=True)] for row in places(first)],
        "metrics": [_metric(results, name, told[name], differing.get(name)) for name in results.metrics],
        "costs": _costs(results),
        "calibration": calibrations(results),
        "fidelity": fidelities(results),
    }


def _method(name: str, look: Look) -> dict[str, str]:
    dashes = ",".join(f"{DASH_WIDTH * length:g}px" for length in look.dashes)
    return {"name": name, "colour": look.colour, "symbol": SYMBOLS[look.marker], "dash": dashes or "solid"}


def _metric(results: Results, name: str, evidence: Evidence, own: Gains | None) -> dict[str, Any]:
    found = evidence.found
    keys = found[[*ROW, "method"]].astype(str).itertuples(index=False, name=None)
    keyed = dict(zip(keys, zip(found["mean"], found["n"] == found["n_planned"], strict=True), strict=True))
    wanted = [(*place, method) for place in places(found) for method in results.names("method")]
    told = [keyed.get(key, (None, False)) for key in wanted]
    means, decimals = steps([mean for mean, _ in told])
    return {
        "name": name,
        "higher": results.metrics[name],
        "mean": means,
        "decimals": decimals,
        "short": [at for at, (_, is_whole) in enumerate(told) if not is_whole],
        "gains": _gains(results, own) if own else None,
        "ranks": diagrams(results, evidence.compared),
        "curves": curves(results, name, found),
    }


def _gains(results: Results, own: Gains) -> dict[str, Any]:
    at = {
        column: {name: place for place, name in enumerate(results.names(column))}
        for column in ("ratio", "classifier", "method")
    }
    names = {"ratio": "ratio", "classifier": "classifier", "other": "method"}
    places = [own.lines[column].map(at[name]).tolist() for column, name in names.items()]
    values = [[number(value) for value in own.lines[name]] for name in ("mean", "low", "high")]
    counts = [own.lines[name].astype(int).tolist() for name in ("n", "better", "equal", "worse")]
    lines = [list(line) for line in zip(*places, *values, *counts, strict=True)]
    return {"reference": own.reference, "unit": own.unit, "lines": lines}


def _costs(results: Results) -> list[list[Any]]:
    """Return for each data set and ratio what the good resamples of each method cost together.

    Returns
    -------
    list of [data set, ratio, costs]
        Names as places in the plan; costs a method: seconds of fits, peaks in MiB, how many resamples.
    """
    good = results.resamples[results.resamples["status"] == "ok"]
    grouped = good.groupby([*PLACE, "method"], sort=False)
    sums = grouped.agg(seconds=("fit_seconds", "sum"), n=("method", "size"))
    sums.insert(1, "mib", grouped["peak_mib"].sum(min_count=1))
    places = list(results.plan[PLACE].drop_duplicates().itertuples(index=False, name=None))
    order = pd.MultiIndex.from_product([range(len(places)), results.names("method")])
    keys = [(*places[place], method) for place, method in order]
    rows = [[number(value) for value in row] for row in sums.reindex(keys).itertuples(index=False, name=None)]
    width = len(results.names("method"))
    datasets, ratios = results.names("dataset"), results.names("ratio")
    return [
        [datasets.index(dataset), ratios.index(ratio), rows[at * width : (at + 1) * width]]
        for at, (dataset, ratio) in enumerate(places)
    ]

"""The section of a report that is made of `oversample_bench.analysis.paired_differences`."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from oversample_bench.analysis.paired_differences import TABLE, excludes, focused, over_sets
from oversample_bench.analysis.results import Results
from oversample_bench.analysis.score_cells import whole
from oversample_bench.report.markdown import escaped, table

CORRECTED_TOO = "‡"


def section(results: Results, metric: str, found: pd.DataFrame) -> str:
    """Return the differences of one metric, from `frame`, as Markdown: a table a ratio and classifier."""
    sets = over_sets(found, higher_is_better=results.metrics[metric])
    parts = [
        f"### Paired differences by {escaped(metric)}: {escaped(focused(results))} minus each other method",
        _rules(results, metric),
        whole(found).replace("trials", "pairs"),
    ]
    for key, part in found.groupby(TABLE, sort=False):
        ratio, classifier = map(escaped, key)
        at = f" at ratio {ratio}" if len(results.names("ratio")) > 1 else ""
        parts += [f"With {classifier}{at}:", _table(results, part, sets)]
    return "\n\n".join(parts)


def _rules(results: Results, metric: str) -> str:
    name, lower = escaped(focused(results)), f"worse: lower {escaped(metric)} is better"
    text = (
        f"Above 0 {name} has the higher score, which is {'better' if results.metrics[metric] else lower}. "
        "A pair is one split and seed, and n counts those in which both methods have a score. In brackets is "
        "the 95 % interval of the mean difference by Student's t over the pairs; bold where it excludes 0, "
        f"and {CORRECTED_TOO} where the wider interval by the corrected resampled t (Nadeau and Bengio, "
        "2003), which allows for the rows that splits share, excludes 0 too. No interval is adjusted for the "
        "number of comparisons."
    )
    if len(results.names("split")) == 1:
        text += " There is one split: the intervals tell of other seeds, not of other rows."
    if len(results.names("dataset")) > 1:
        text += (
            " The last two lines of a table take the mean difference of each set as one value, with the "
            f"interval over the sets, and count the sets in which {name} is better / equal / worse."
        )
    return text


def _table(results: Results, found: pd.DataFrame, sets: pd.DataFrame) -> str:
    others = [name for name in results.names("method") if name != focused(results)]
    own = sets.merge(found[TABLE].drop_duplicates(), on=TABLE).set_index("other")
    wide: dict[str, dict[str, str]] = {}
    for cell in found.itertuples():
        wide.setdefault(str(cell.dataset), {})[str(cell.other)] = _cell(cell, results.digits)
    rows = [
        [escaped(name), *(line.get(other, "not planned") for other in others)] for name, line in wide.items()
    ]
    if len(rows) > 1:
        lines = list(own.reindex(others).itertuples())
        rows.append([f"*mean of the {len(rows)} sets*", *(_over(line, results.digits) for line in lines)])
        rows.append(["*better / equal / worse*", *map(_counts, lines)])
    return table(["data set", *map(escaped, others)], rows)


def _cell(cell: Any, digits: int) -> str:
    rest = "" if cell.n == cell.n_planned else f", n = {cell.n} of {cell.n_planned}"
    mark = f" {CORRECTED_TOO}" if excludes(cell.corrected_low, cell.corrected_high) else ""
    return _estimate(cell, digits) + mark + rest


def _over(line: Any, digits: int) -> str:
    rest = "" if line.n == line.n_planned else f", {line.n:.0f} of {line.n_planned:.0f} sets"
    return _estimate(line, digits) + rest


def _counts(line: Any) -> str:
    return f"{line.better:.0f} / {line.equal:.0f} / {line.worse:.0f}"


def _estimate(cell: Any, digits: int) -> str:
    """Return ``+0.093 [+0.051, +0.135]``, bold where the interval excludes 0, or what there is of it."""
    if cell.n == 0:
        return "–"
    if np.isnan(cell.low):
        return _signed(cell.mean, digits)
    text = f"{_signed(cell.mean, digits)} [{_signed(cell.low, digits)}, {_signed(cell.high, digits)}]"
    return f"**{text}**" if excludes(cell.low, cell.high) else text


def _signed(value: float, digits: int) -> str:
    text = f"{value:+z.{digits}f}"
    return text if float(text) else text.lstrip("+")

"""Region plots of resamples: rows in a plane, and a classifier's regions there, before and after a method.

Shows what the store has: one split of each data set and ratio, where the suite asked for region plots. A
plane is an illustration; no score is taken from it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from oversample_bench.analysis.results import Results
from oversample_bench.analysis.score_cells import PLACE
from oversample_bench.report.figures.charts import Absent, Drawn, base, drawn, paneled

KINDS = {"majority": "majority", "minority": "minority", "new": "made by the method"}
LOOKS = {
    "majority": ("#8a8a8a", "circle"),
    "minority": ("#0072B2", "circle"),
    "made by the method": ("#D55E00", "cross"),
}
COLUMNS = ["panel", "method", "kind", "x", "x2", "y", "y2", "text"]
REGION = "region of the minority"
NONE = Absent(
    "The suite asks for no region plots; they are drawn where it says report: {decision_regions: true}."
)


def figures(results: Results) -> list[Drawn]:
    """Return a figure for each data set and ratio, a panel a method."""
    if results.decision_regions.empty:
        return []
    labels = results.plan.loc[results.decision_regions.index]
    views = labels.assign(view=[json.loads(text) for text in results.decision_regions])
    return [_figure(results, part) for _, part in views.groupby(PLACE, sort=False)]


def _figure(results: Results, part: pd.DataFrame) -> Drawn:
    dataset, ratio, classifier = (str(part[name].iloc[0]) for name in (*PLACE, "classifier"))
    marks = [mark for row in part.to_dict("records") for mark in _marks(row["method"], row["view"])]
    frame = pd.DataFrame(marks, columns=COLUMNS)
    first = next((view for view in part["view"] if "axes" in view), None)
    panels = _panels(frame)
    at = f" at ratio {ratio}" if len(results.names("ratio")) > 1 or ratio != "natural" else ""
    plane = "" if first is None else f" Across: {first['axes'][0]}; upwards: {first['axes'][1]}."
    caption = (
        f"The tinted region is where {classifier}, fitted anew in this plane, predicts the minority.{plane} "
        "In brackets: rows of the minority + those that the method made, and of the majority; at most 400 "
        "of a kind are shown."
    )
    title = f"{dataset}{at}: training rows of one split, and the regions of {classifier}"
    return drawn(title, caption, panels, frame)


def _panels(frame: pd.DataFrame) -> Any:
    import altair as alt

    x = alt.X("x:Q", axis=None, scale=alt.Scale(zero=False, nice=False))
    y = alt.Y("y:Q", axis=None, scale=alt.Scale(zero=False, nice=False))
    colours, shapes = zip(*LOOKS.values(), strict=True)
    looks = {
        "color": alt.Color("kind:N", scale=alt.Scale(domain=list(LOOKS), range=list(colours)), title=None),
        "shape": alt.Shape("kind:N", scale=alt.Scale(domain=list(LOOKS), range=list(shapes)), title=None),
    }
    chart = base(frame, *COLUMNS)

    def kind(test: str) -> Any:
        return chart.transform_filter(test)

    layers = alt.layer(
        kind(f"datum.kind == '{REGION}'").mark_rect(color="#dcecf7").encode(x=x, x2="x2:Q", y=y, y2="y2:Q"),
        kind(f"indexof({list(LOOKS)}, datum.kind) >= 0")
        .mark_point(filled=True, size=14)
        .encode(x=x, y=y, **looks),
        kind("datum.kind == 'failed'").mark_text(fontSize=9).encode(x=x, y=y, text="text:N"),
    ).properties(width=200, height=180)
    return paneled(layers, frame, "panel", list(frame["panel"].unique()), x="independent", y="independent")


def _marks(method: str, view: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield what one panel shows: strips of the region, rows of data, or why there is nothing."""
    if "failed" in view:
        yield {
            "panel": method,
            "method": method,
            "kind": "failed",
            "x": 0.0,
            "y": 0.0,
            "text": view["failed"][:40],
        }
        return
    counts = view["counts"]
    panel = f"{method} ({counts['minority']} + {counts['new']}, {counts['majority']})"
    own = {"panel": panel, "method": method}
    yield from ({**own, **strip} for strip in _strips(view))
    for name, words in KINDS.items():
        for x, y in np.reshape(view[name], (-1, 2)).tolist():
            yield {**own, "kind": words, "x": x, "y": y}


def _strips(view: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the region as horizontal strips of cells that follow each other."""
    left, right, bottom, top = view["extent"]
    lines = [[int(label) for label in row] for row in view["regions"]]
    width, height = (right - left) / len(lines[0]), (top - bottom) / len(lines)
    for at, line in enumerate(lines):
        edges = np.flatnonzero(np.diff([0, *line, 0]))
        for start, end in edges.reshape(-1, 2).tolist():
            yield {"kind": REGION, "x": left + start * width, "x2": left + end * width,
                   "y": bottom + at * height, "y2": bottom + (at + 1) * height}  # fmt: skip

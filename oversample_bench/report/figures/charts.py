"""A figure is an Altair chart: one specification, for the files of a report and for its page alike.

What the page filters by are parameters of the specification (`SHOWN`); files are drawn with their defaults,
which show everything. Draws nothing on a display; the same frames give the same specification.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from oversample_bench.analysis import control
from oversample_bench.analysis.data_set_blocks import ALL
from oversample_bench.analysis.results import Results
from oversample_bench.report.figures.looks import Look, looks

if TYPE_CHECKING:
    import altair as alt

FORMATS = ("png", "svg", "pdf")
SHOWN = {"shown_methods": "method", "shown_classifiers": "classifier", "shown_ratios": "ratio"}
"""The parameters of a figure, lists of labels (none: all of them), and the column that each filters."""
DIGITS = 5  # more than the eye tells apart
GREY = "#666666"
LETTERS = 38  # of a line of a title: the narrowest figure has room for no more
NUMBERED = re.compile(r'(id="|url\(#)(gradient_|clip)(\d+)')
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
REFERENCES = re.compile(rb"(?:^ +/\w+ \d+ 0 R\n){2,}", re.MULTILINE)
CONFIG: dict[str, Any] = {
    "font": "Liberation Sans, Arial, Helvetica, sans-serif",
    "background": "white",
    "padding": {"left": 32, "right": 32, "top": 8, "bottom": 8},  # for fonts wider than that of the files
    "view": {"stroke": None},
    "axis": {"grid": True, "gridColor": "#e6e6e6", "domainColor": GREY, "tickColor": GREY, "labelLimit": 170,
             "labelFontSize": 10, "labelSeparation": 8, "titlePadding": 12, "titleLimit": 230,
             "titleFontSize": 11, "titleFontWeight": "normal"},
    "header": {"labelFontSize": 11, "labelFontWeight": "bold", "titleFontSize": 11, "labelLimit": 260},
    "legend": {"orient": "bottom", "columns": 4, "labelLimit": 220, "symbolSize": 60, "title": None,
               "symbolStrokeWidth": 2},
    "title": {"anchor": "start", "fontSize": 13, "limit": 720},
}  # fmt: skip


LINES: dict[str, Any] = {"symbolType": "stroke", "symbolSize": 400}
"""How a legend shows dashed lines: a short one each, since dashes make a gear of a circle."""


@dataclass(frozen=True, eq=False)
class Drawn:
    """A figure.

    Parameters
    ----------
    title : str
        What is shown and with which n.
    caption : str
        How to read it, in sentences.
    spec : dict
        Of Vega-Lite.
    frame : DataFrame
        What is drawn.
    """

    title: str
    caption: str
    spec: dict[str, Any]
    frame: pd.DataFrame


@dataclass(frozen=True)
class Absent:
    """Why there is no such figure, as a sentence."""

    reason: str


def drawn(title: str, caption: str, chart: Any, frame: pd.DataFrame) -> Drawn:
    """Return a chart with its words; filters are added to it, and what they filter by is in its data."""
    import altair as alt

    some = {name: column for name, column in SHOWN.items() if column in frame}
    chart = chart.add_params(*(alt.param(name=name, value=[]) for name in some))
    with alt.data_transformers.enable("default", max_rows=None):
        spec = chart.properties(title=wrap(title, LETTERS)).to_dict(validate=False)
    spec["config"] = CONFIG
    return Drawn(title, caption, spec, frame)


def base(frame: pd.DataFrame, *columns: str) -> alt.Chart:
    """Return a chart over these columns of a frame, filtered by the parameters; numbers have few digits."""
    import altair as alt

    chart = alt.Chart(rounded(frame[list(dict.fromkeys(columns))]))
    for name, column in SHOWN.items():
        if column in columns:
            chart = chart.transform_filter(
                f"length({name}) == 0 || indexof({name}, toString(datum.{column})) >= 0"
            )
    return chart


def rounded(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame whose numbers have `DIGITS` digits."""
    numbers = frame.select_dtypes([np.float64])
    with np.errstate(divide="ignore", invalid="ignore"):
        exponent = np.floor(np.log10(np.abs(numbers.to_numpy())))
    places = np.nan_to_num(DIGITS - 1 - exponent, posinf=0, neginf=0).clip(-15, 15)
    short = np.round(numbers.to_numpy() * 10.0**places) / 10.0**places
    return frame.assign(**{str(name): short[:, at] for at, name in enumerate(numbers.columns)})


def method_looks(results: Results) -> dict[str, Look]:
    """Return the look of each method of a run."""
    return looks(results.names("method"), control.control(results))


def colour(results: Results, *, legend: bool = True, lines: bool = False) -> Any:
    """Return the colours of the methods as an encoding, with a legend of ``lines`` or of marks."""
    import altair as alt

    own = method_looks(results)
    scale = alt.Scale(domain=list(own), range=[look.colour for look in own.values()])
    shown = alt.Legend(**LINES) if lines else alt.Legend()
    return alt.Color("method:N", scale=scale, legend=shown if legend else None, title=None)


def fill(results: Results) -> Any:
    """Return the colours of the methods as what marks are filled with."""
    import altair as alt

    own = method_looks(results)
    scale = alt.Scale(domain=list(own), range=[look.colour for look in own.values()])
    return alt.Fill("method:N", scale=scale, legend=None)


def shape(results: Results, *, legend: bool = True) -> Any:
    """Return the shapes of the methods as an encoding."""
    import altair as alt

    own = method_looks(results)
    scale = alt.Scale(domain=list(own), range=[look.shape for look in own.values()])
    return alt.Shape("method:N", scale=scale, legend=alt.Legend() if legend else None, title=None)


def dash(results: Results, *, lines: bool = True) -> Any:
    """Return the dashes of the methods as an encoding."""
    import altair as alt

    own = method_looks(results)
    scale = alt.Scale(domain=list(own), range=[list(look.dashes) for look in own.values()])
    return alt.StrokeDash(
        "method:N", scale=scale, legend=alt.Legend(**LINES) if lines else alt.Legend(), title=None
    )


def paneled(
    layers: Any, frame: pd.DataFrame, column: str, order: Sequence[str], most: int = 3, **resolve: str
) -> Any:
    """Return layers as panels, one a value of ``column``, at most so many side by side."""
    import altair as alt

    header = alt.Header(title=None)
    facet = alt.Facet(f"{column}:N", sort=list(order), header=header)
    n = frame[column].nunique()
    chart = layers.facet(facet=facet, columns=2 if n == 4 and most > 2 else min(n, most), spacing=24)
    return chart.resolve_scale(**resolve) if resolve else chart


def panel_names(names: Sequence[str]) -> dict[str, str]:
    """Return how the panels of classifiers are called."""
    return {name: "all classifiers" if name == ALL else name for name in names}


def images(spec: Mapping[str, Any]) -> dict[str, bytes]:
    """Return a figure as the bytes of its files, by suffix; no browser is needed.

    The same specification gives the same bytes. vl-convert puts fonts and groups into a PDF in an order that
    differs from call to call: its letters have one weight, and lists of references are sorted. Vega numbers
    the gradients and clips of all figures of a process: here they are those of one figure.
    """
    import vl_convert

    svg = _renumbered(vl_convert.vegalite_to_svg(_printable(spec)))
    return {
        "png": vl_convert.svg_to_png(svg, scale=2),
        "svg": svg.encode(),
        "pdf": REFERENCES.sub(_sorted, vl_convert.svg_to_pdf(svg.replace(' font-weight="bold"', ""))),
    }


def _printable(value: Any) -> Any:
    """Return a specification without characters that XML does not have: vl-convert aborts at them."""
    if isinstance(value, str):
        return NOT_XML.sub("\ufffd", value)
    if isinstance(value, Mapping):
        return {_printable(key): _printable(one) for key, one in value.items()}
    return [_printable(one) for one in value] if isinstance(value, list) else value


def _renumbered(svg: str) -> str:
    """Return an SVG whose gradients and clips are numbered in the order in which they are named."""
    places: dict[str, int] = {}

    def renumber(found: re.Match[str]) -> str:
        return f"{found[1]}{found[2]}{places.setdefault(found[2] + found[3], len(places))}"

    return NUMBERED.sub(renumber, svg)


def _sorted(lines: re.Match[bytes]) -> bytes:
    """Return lines of a PDF in their order; they stay as long together, so that nothing after them moves."""
    return b"".join(sorted(lines[0].splitlines(keepends=True)))

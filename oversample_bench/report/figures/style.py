"""The sheet that every figure is painted on, and its bytes: fonts, sizes and settings, the same everywhere.

Uses no global figure, no display and no settings of the user: what matplotlib is told here holds inside
`styled` only. The same figure gives the same bytes; dates and random identifiers are left out.
"""

from __future__ import annotations

import logging
import textwrap
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from typing import TYPE_CHECKING, Any, Literal

from oversample_bench.report.figures import naming

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.axis import XAxis, YAxis
    from matplotlib.figure import Figure

    from oversample_bench.report.figures.palette import Look

WIDTH = 7.2  # inches: the text width of A4 and letter paper
DPI = 150
FORMATS = ("png", "svg")
GREY = "#666666"
LIGHT = "#dddddd"
PANEL_TITLE = "title of a panel"  # a mark on the text: no reader sees it
TITLE_LETTERS = 90  # in a line of the title
LEGEND_LETTERS, MARK_LETTERS = 108, 9  # in a line of the legend, and what a mark and its margins take
LEGEND_LINE = 0.16  # inches
FALLBACK_FONTS = (
    "Noto Sans", "Noto Sans CJK SC", "Noto Sans CJK JP", "WenQuanYi Zen Hei", "Arial Unicode MS",
)  # fmt: skip
"""Asked, where they are installed, for letters that DejaVu Sans does not have."""
SETTINGS: dict[Any, Any] = {  # its stubs list hundreds of keys, one by one
    "axes.axisbelow": True,
    "axes.edgecolor": GREY,
    "axes.grid": False,
    "axes.labelsize": 8,
    "axes.linewidth": 0.6,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 8,
    "axes.unicode_minus": True,
    "font.size": 8,
    "grid.color": LIGHT,
    "grid.linewidth": 0.5,
    "legend.fontsize": 7.5,
    "legend.frameon": False,
    "lines.linewidth": 1.2,
    "lines.markersize": 4.5,
    "svg.fonttype": "path",  # the same letters on every screen
    "svg.hashsalt": "oversample-bench",
    "text.parse_math": False,  # a name with two dollar signs is a name
    "xtick.color": GREY,
    "xtick.labelcolor": "black",
    "xtick.labelsize": 7,
    "ytick.color": GREY,
    "ytick.labelcolor": "black",
    "ytick.labelsize": 7,
}
METADATA = {"png": {"Software": None}, "svg": {"Date": None, "Creator": None}}


@contextmanager
def styled() -> Iterator[None]:
    """Let the settings of the figures hold, and give back those of the user afterwards."""
    with _quietly():
        import matplotlib as mpl
        from matplotlib import font_manager
    with mpl.rc_context(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph ")  # no font has it: a box is shown
        mpl.rcdefaults()
        installed = set(font_manager.fontManager.get_font_names())
        fonts = ["DejaVu Sans", *(name for name in FALLBACK_FONTS if name in installed)]
        mpl.rcParams.update({**SETTINGS, "font.family": fonts})
        yield


@contextmanager
def _quietly() -> Iterator[None]:
    """Keep to itself what matplotlib says of caches that it makes when it is first used on a machine."""
    logger = logging.getLogger("matplotlib")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)


def sheet(title: str, height: float) -> Figure:
    """Return an empty figure of the width of a page; call it, paint and save inside `styled`.

    Parameters
    ----------
    title : str
        In whole words: it is broken into lines.
    height : float
        Inches, without the title.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    lines = _balanced(title)
    figure = Figure(figsize=(WIDTH, height + 0.16 * len(lines) + 0.1), dpi=DPI, layout="constrained")
    FigureCanvasAgg(figure)
    figure.suptitle("\n".join(lines), x=0.01, ha="left", fontsize=9, fontweight="bold")
    return figure


def _balanced(title: str) -> list[str]:
    """Break a title into as few lines as it takes, about equally long: no word stands alone below."""
    fewest = textwrap.wrap(title, TITLE_LETTERS, max_lines=4, placeholder=" …")
    for width in range(len(title) // max(1, len(fewest)), TITLE_LETTERS):
        lines = textwrap.wrap(title, max(width, 1))
        if len(lines) <= len(fewest):
            return lines
    return fewest


def lay_out_by_largest(axis: XAxis | YAxis) -> None:
    """Let only those labels of fixed ticks take part in the layout that can decide it.

    They are measured once here instead of a dozen times: the first, the last and the largest. Call it when
    the labels have their text, size and rotation.
    """
    labels = [tick.label1 if tick.label1.get_visible() else tick.label2 for tick in axis.get_major_ticks()]
    extents = [text.get_window_extent() for text in labels]
    sizes = [extent.width if axis.axis_name == "y" else extent.height for extent in extents]
    kept = {0, len(labels) - 1, sizes.index(max(sizes))}
    for at, text in enumerate(labels):
        text.set_in_layout(at in kept)


def lay_out(figure: Figure) -> None:
    """Give each panel its place, once and for all: what is painted or measured after it moves nothing."""
    if (engine := figure.get_layout_engine()) is not None:
        engine.execute(figure)
    figure.set_layout_engine(None)  # it is laid out now, and needs not be for each file


def images(figure: Figure) -> dict[str, bytes]:
    """Return a figure that is laid out as the bytes of a PNG and of an SVG file; call it inside `styled`."""
    found = {}
    for axis in (axis for axes in figure.axes for axis in (axes.xaxis, axes.yaxis)):
        if not axis.get_label_text():
            axis.set_label_coords(0, 0)  # an empty label would go on looking for its place
    for kind in FORMATS:
        file = BytesIO()
        figure.savefig(file, format=kind, metadata=METADATA[kind])
        found[kind] = file.getvalue()
    return found


def extent(counts: pd.Series[int]) -> str:
    """Return the numbers of a title: ``5``, or ``5 to 10`` where they differ."""
    low, high = counts.min(), counts.max()
    return f"{low:.0f}" if low == high else f"{low:.0f} to {high:.0f}"


def shown(value: float) -> str:
    """Return a number for a tick: ``0.01``, ``20``, ``1e+06``."""
    return f"{value:g}".replace("-", "\N{MINUS SIGN}")


def legend(figure: Figure, handles: Sequence[Artist], names: Sequence[str]) -> None:
    """Put a legend below the panels, in as many columns as its names leave room for."""
    texts = naming.labels(names)
    columns = -(-len(texts) // _legend_lines(texts))
    made = figure.legend(handles, ["x"] * len(texts), loc="outside lower left", ncols=columns)
    for artist, text in zip(made.get_texts(), texts, strict=True):
        artist.set_text(text)  # as a label of the legend, a name that begins with _ would be hidden


def legend_height(names: Sequence[str]) -> float:
    """Return the inches that the legend of these names takes, with what stands around it."""
    return 0.1 + LEGEND_LINE * _legend_lines(naming.labels(names))


def _legend_lines(texts: Sequence[str]) -> int:
    columns = max(1, LEGEND_LETTERS // (max(map(len, texts)) + MARK_LETTERS))
    return -(-len(texts) // columns)


def handle(look: Look, *, line: bool = True) -> Artist:
    """Return what stands for a method in a legend."""
    from matplotlib.lines import Line2D

    if not line:
        return Line2D([], [], linestyle="none", **seen_through(look))
    return Line2D([], [], color=look.colour, marker=look.marker, linestyle=dashed(look))


def dashed(look: Look) -> Literal["solid"] | tuple[float, tuple[float, ...]]:
    """Return the dashes as matplotlib takes them."""
    return (0, look.dashes) if look.dashes else "solid"


def hollow(look: Look, *, whole: bool) -> dict[str, Any]:
    """Return the keywords of a marker: filled, or hollow for a mean that lacks some of its trials."""
    return {
        "marker": look.marker,
        "markeredgecolor": look.colour,
        "markerfacecolor": look.colour if whole else "white",
        "markeredgewidth": 0.9,
    }


def seen_through(look: Look) -> dict[str, Any]:
    """Return the keywords of a marker that shows what lies under it: points of methods may coincide."""
    return {
        "marker": look.marker,
        "markeredgecolor": look.colour,
        "markerfacecolor": (look.colour, 0.5),
        "markeredgewidth": 0.9,
    }


def wrapped(n_panels: int, most: int = 3) -> int:
    """Return how many panels stand side by side: as many as there are, but no fourth one below three."""
    return n_panels if n_panels <= most else (2 if n_panels == 4 else most)


def last(grid: np.ndarray, n_panels: int) -> list[Axes]:
    """Hide the panels of a grid that nothing is drawn in, and return the lowest ones of its columns."""
    columns = grid.shape[1]
    for axes in grid.flat[n_panels:]:
        axes.set_visible(False)
    return list(grid.flat[max(0, n_panels - columns) : n_panels])


def title(axes: Axes, text: object, *, above_ticks: bool = False) -> None:
    """Put a title on a panel: right above it, or above the labels of ticks where these are on top.

    Its words come when the room for them is known (`oversample_bench.report.figures.fitting`): until then
    one letter holds the place, since a panel would make room for the width of a long title as well.
    """
    axes.set_label(str(text))
    place = None if above_ticks else 1.0  # None looks for the place, which takes time
    axes.set_title("T", y=place).set_label(PANEL_TITLE)


def gridded(axes: Axes, axis: str) -> None:
    """Draw faint lines at the ticks of one axis."""
    axes.grid(visible=True, axis=axis)  # type: ignore[arg-type]  # its stubs ask for a literal

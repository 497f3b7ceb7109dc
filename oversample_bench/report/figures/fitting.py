"""Texts that fit: what becomes of titles, labels and ticks when the layout has given each panel its room.

Measures a text as it is drawn, so that a name is cut only where it does not fit. Moves no panel, and changes
no number: of an axis it thins out the ticks.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from oversample_bench.report.figures import naming
from oversample_bench.report.figures.style import PANEL_TITLE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import XAxis
    from matplotlib.figure import Figure
    from matplotlib.text import Text

POINT = 1 / 72  # inches
GAP, TITLE_GAP = 3.0, 9.0  # points between two labels, and between the titles of two panels
MOST_LETTERS = 120  # of a title, which is as long as the page is wide at most
STEPS = (1, 2, 5, 10)  # of ticks: few digits, where those of 2.5 take one more
MOST_BINS = 6


def fit(figure: Figure) -> None:
    """Shorten the texts of a figure that has been laid out, and thin out ticks whose labels collide.

    Titles of panels may run as far as the next title, labels of axes as far as their axis, and the title of
    the figure, which is never cut, becomes smaller where its lines are longer than the page is wide.
    """
    gap = GAP * POINT * figure.dpi
    panels = [axes for axes in figure.axes if axes.get_visible()]
    _fill_titles(panels, figure.bbox.width, TITLE_GAP * POINT * figure.dpi)
    for axes in panels:
        shorten(axes.xaxis.label, axes.bbox.width)
        shorten(axes.yaxis.label, axes.bbox.height)
        _thin_out(axes.xaxis, gap)
    for text in figure.texts:
        _narrow(text, figure.bbox.width - gap)


def _fill_titles(panels: Sequence[Axes], end: float, gap: float) -> None:
    """Put the words of `style.title` into the titles of panels, as far as there is room for them."""
    titles = [(axes, text) for axes in panels if (text := panel_title(axes)) is not None]
    rooms = _rooms([text for _, text in titles], end)
    for (axes, text), room in zip(titles, rooms, strict=True):
        text.set_text(naming.label(axes.get_label(), MOST_LETTERS))
        shorten(text, room - gap)


def panel_title(axes: Axes) -> Text | None:
    """Return the title that `style.title` gave a panel, None where it has none."""
    from matplotlib.text import Text

    found = axes.findobj(lambda artist: isinstance(artist, Text) and artist.get_label() == PANEL_TITLE)
    return next((text for text in found if isinstance(text, Text)), None)


def shorten(text: Text, room: float) -> None:
    """Take as much out of the middle of a text as it is too long.

    Parameters
    ----------
    text : Text
        Horizontal or upright, in one line or more; each line is cut for itself.
    room : float
        Pixels along the text.
    """
    lines = text.get_text().split("\n")
    text.set_text("\n".join(_shortened(text, line, room) for line in lines))


def _shortened(text: Text, line: str, room: float) -> str:
    most = len(line)
    text.set_text(line)
    while most > 1 and _length(text) > room:
        most -= 1
        text.set_text(naming.label(line, most))
    return text.get_text()


def _length(text: Text) -> float:
    extent = text.get_window_extent()
    return max(extent.width, extent.height)


def _rooms(titles: Sequence[Text], end: float) -> list[float]:
    """Return the pixels from where each title begins to the next one, or to the end of the sheet."""
    extents = [text.get_window_extent() for text in titles]
    rooms = []
    for own in extents:
        beside = [one.x0 for one in extents if one.x0 > own.x0 and one.y0 < own.y1 and one.y1 > own.y0]
        rooms.append(min([*beside, end]) - own.x0)
    return rooms


def _thin_out(axis: XAxis, gap: float) -> None:
    """Let the ticks of a horizontal axis have labels that stand apart; upright ones are left as they are."""
    from matplotlib.ticker import MaxNLocator

    labels = _labels(axis)
    if not labels or labels[0].get_rotation() or _apart(labels, gap):
        return
    if not isinstance(axis.get_major_locator(), MaxNLocator):
        _leave_out(axis, labels, gap)
        return
    for bins in range(MOST_BINS, 0, -1):
        axis.set_major_locator(MaxNLocator(bins, steps=STEPS))
        if _apart(_labels(axis), gap):
            return


def _labels(axis: XAxis) -> list[Text]:
    """Return the labels of the ticks that are seen, from left to right."""
    axis.get_majorticklabels()  # brings the ticks up to date
    low, high = sorted(axis.get_view_interval())
    ticks = [tick for tick in axis.get_major_ticks() if low <= tick.get_loc() <= high]
    texts = [text for tick in ticks for text in (tick.label1, tick.label2)]
    seen = [text for text in texts if text.get_visible() and text.get_text()]
    return sorted(seen, key=lambda text: text.get_window_extent().x0)


def _apart(labels: Sequence[Text], gap: float) -> bool:
    extents = [text.get_window_extent() for text in labels]
    return all(left.x1 + gap <= right.x0 for left, right in pairwise(extents))


def _leave_out(axis: XAxis, labels: Sequence[Text], gap: float) -> None:
    """Blank each label of fixed ticks that comes too close to the last one that was kept; ticks stay."""
    kept: list[Text] = []
    for text in labels:
        if not kept or _apart([kept[-1], text], gap):
            kept.append(text)
    ticks = axis.get_major_ticks()
    names = [
        next((one.get_text() for one in (tick.label1, tick.label2) if one in kept), "") for tick in ticks
    ]
    axis.set_ticks(axis.get_majorticklocs(), names)


def _narrow(text: Text, end: float) -> None:
    """Set a text so small that its lines end on the page."""
    extent = text.get_window_extent()
    if extent.x1 > end:
        text.set_fontsize(text.get_fontsize() * (end - extent.x0) / extent.width)

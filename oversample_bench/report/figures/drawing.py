"""A figure before it is drawn, with its words and numbers, and the reason where there is none.

Draws only when asked, so that one figure at a time is in memory.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from oversample_bench.report.figures import fitting, naming, style

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure


@dataclass(frozen=True, eq=False)
class Drawing:
    """A figure that can be drawn.

    Parameters
    ----------
    title : str
        What is shown and with which n; plain text, names as they are. It stands above the figure.
    caption : str
        How to read it, in sentences; plain text.
    numbers : DataFrame
        What is drawn, for a table beside the figure.
    height : float
        Inches, without the title.
    paint : callable
        Puts the numbers on an empty figure.
    """

    title: str
    caption: str
    numbers: pd.DataFrame
    height: float
    paint: Callable[[Figure], None]

    def images(self) -> dict[str, bytes]:
        """Draw the figure and return the bytes of its files, by suffix: ``png`` and ``svg``."""
        with style.styled():
            return style.images(self.figure())

    def figure(self) -> Figure:
        """Paint the figure, lay it out and fit its texts; call it inside `style.styled`."""
        figure = style.sheet(naming.label(self.title, most=400), self.height)
        self.paint(figure)
        style.lay_out(figure)
        fitting.fit(figure)
        return figure


@dataclass(frozen=True)
class Absent:
    """Why there is no such figure, as a sentence."""

    reason: str


Made = tuple[Drawing, ...] | Absent
"""The pages of a figure, or why there is none."""

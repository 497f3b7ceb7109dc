"""How each method looks in every figure: a colour, a marker and a dash pattern by its place in the plan.

Imports no plotting library, so that other renderers can share it. Colours are those of M. Okabe and K. Ito
("Color universal design", 2008), told apart by nearly everyone; the numbers of colours, markers and dashes
have no common divisor, so that 280 methods differ from each other, and 35 of them in black and white too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

COLOURS = (
    "#000000", "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#9A8F00",
)  # fmt: skip
"""The last is their yellow, darkened: as a thin line on white nobody sees it."""
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
DASHES: tuple[tuple[float, ...], ...] = ((), (5, 1.5), (1.2, 1.2), (5, 1.5, 1.2, 1.5), (8, 2, 3, 2))
"""Lengths of strokes and gaps in widths of the line; the first is solid."""


@dataclass(frozen=True)
class Look:
    """The look of one method.

    Parameters
    ----------
    colour : str
        As ``#rrggbb``.
    marker : str
        As matplotlib names it.
    dashes : tuple of float
        Strokes and gaps, none for a solid line.
    """

    colour: str
    marker: str
    dashes: tuple[float, ...]


def looks(methods: Sequence[str]) -> dict[str, Look]:
    """Return the look of each method, which depends on its place among them and on nothing else.

    Parameters
    ----------
    methods : sequence of str
        All methods of the plan, in its order.

    Returns
    -------
    dict of str to Look
        In the same order.
    """
    return {
        name: Look(COLOURS[at % len(COLOURS)], MARKERS[at % len(MARKERS)], DASHES[at % len(DASHES)])
        for at, name in enumerate(methods)
    }

"""How each method looks in every figure: a colour, a shape and a dash pattern by its place in the plan.

The control is always black, solid and round. Colours are those of M. Okabe and K. Ito ("Color universal
design", 2008), told apart by nearly everyone; the numbers of colours, shapes and dashes have no common
divisor, so that 245 methods differ from each other, and 35 of them in black and white too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

BLACK = "#000000"
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#9A8F00", "#7B3F9E")
"""The seventh is their yellow, darkened: as a thin line on white nobody sees it; the last is ours."""
SHAPES = ("square", "triangle-up", "diamond", "triangle-down", "cross", "triangle-right", "circle")
DASHES: tuple[tuple[float, ...], ...] = ((1, 0), (6, 2), (2, 2), (6, 2, 2, 2), (10, 3))


@dataclass(frozen=True)
class Look:
    """The look of one method: a colour as ``#rrggbb``, a shape and dashes as Vega names them."""

    colour: str
    shape: str
    dashes: tuple[float, ...]


def looks(methods: Sequence[str], control: str) -> dict[str, Look]:
    """Return the look of each method, which depends on its place among them and on nothing else.

    Parameters
    ----------
    methods : sequence of str
        All methods of the plan, in its order.
    control : str
        The one that is black.
    """
    others = [name for name in methods if name != control]
    told = {
        name: Look(COLOURS[at % len(COLOURS)], SHAPES[at % len(SHAPES)], DASHES[at % len(DASHES)])
        for at, name in enumerate(others)
    }
    told[control] = Look(BLACK, "circle", (1, 0))
    return {name: told[name] for name in methods}

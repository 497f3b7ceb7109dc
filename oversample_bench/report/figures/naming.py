"""Names in figures: on one line, cut where they are too long, and still told apart.

Knows nothing of fonts: lengths are numbers of letters.
"""

from __future__ import annotations

from collections.abc import Sequence
from os.path import commonprefix

from oversample_bench.report.markdown import UNPRINTABLE

MOST_LETTERS = 34
CONTEXT = 3  # letters before those in which names differ


def label(text: object, most: int = MOST_LETTERS) -> str:
    """Return a name on one line, a long one without its middle: names often differ at their ends."""
    line = UNPRINTABLE.sub(" ", str(text)).strip()
    if len(line) <= most:
        return line
    tail = (most - 1) // 2
    return f"{line[: most - 1 - tail]}…{line[len(line) - tail :]}"


def labels(names: Sequence[str], most: int = MOST_LETTERS) -> list[str]:
    """Return the label of each name; of those that look alike without their middles, other parts are shown.

    Parameters
    ----------
    names : sequence of str
        What stands side by side in a legend or at an axis.
    most : int, default=34
        Letters of a label.

    Returns
    -------
    list of str
        In the same order. Names that differ in several places far apart may still look alike.
    """
    cut = [label(name, most) for name in names]
    for text in dict.fromkeys(cut):
        alike = [at for at, one in enumerate(cut) if one == text]
        lines = [label(names[at], len(names[at])) for at in alike]
        if len(set(lines)) > 1:
            first = len(commonprefix(lines))  # noqa: RUF071 - of letters, not of folders
            for at, line in zip(alike, lines, strict=True):
                cut[at] = _from(line, first, most)
    return cut


def _from(line: str, first: int, most: int) -> str:
    """Return the beginning of a line and what follows the ``first`` letters that it shares with others."""
    head = most // 3
    start = max(head, first - CONTEXT)
    rest = _cut(line[start:], most - head - 1)
    return f"{line[:head]}{'…' if start > head else ''}{rest}"


def _cut(line: str, most: int) -> str:
    """Return a line without what goes beyond ``most`` letters."""
    return line if len(line) <= most else f"{line[: most - 1]}…"

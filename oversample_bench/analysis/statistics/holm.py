"""The adjustment of p-values for how many of them there are. Knows nothing of the tests they come from."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import accumulate


def holm(p_values: Mapping[str, float]) -> dict[str, float]:
    """Adjust p-values so that the chance of any false finding stays below the level they are read at.

    The step-down procedure of S. Holm ("A simple sequentially rejective multiple test procedure",
    Scandinavian Journal of Statistics 6, 1979, 65-70): the smallest of m is multiplied by m, the next by
    m - 1 and so on; none falls below one before it, and none passes 1.

    Parameters
    ----------
    p_values : mapping of str to float
        One a comparison.

    Returns
    -------
    dict of str to float
        In the same order.
    """
    ordered = sorted(p_values.items(), key=lambda pair: pair[1])
    steps = [min(1.0, (len(ordered) - place) * p) for place, (_, p) in enumerate(ordered)]
    adjusted = dict(zip((name for name, _ in ordered), accumulate(steps, max), strict=True))
    return {name: adjusted[name] for name in p_values}

"""What the map of MOMS is trained by: to be spread as the minority is, and to come near its endangered rows.

The first is the squared maximum mean discrepancy with a Gaussian kernel; the second a triplet loss, by which
a mapped row is nearer to some minority row in danger than to any safe row of the majority.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

# M members, B mapped rows, n minority rows, D rows in danger, S safe rows

SPREAD_WEIGHT = 0.3
"""What the mean distance among the rows in danger adds to the margin."""


def bandwidths(mapped: Tensor, minority: Tensor) -> Tensor:
    """Return each member's median distance between mapped and minority rows, (M,); no gradient runs here."""
    with torch.no_grad():
        distances = torch.cdist(mapped, minority).flatten(1)
        return distances.median(1).values.clamp(min=1e-12)


def squared_mmd(mapped: Tensor, minority: Tensor, bandwidth: Tensor) -> Tensor:
    """Return each member's ``mean K(a, a) + mean K(b, b) - 2 mean K(a, b)``, diagonals included, (M,)."""

    def mean_kernel(one: Tensor, other: Tensor) -> Tensor:
        squared = one.square().sum(-1).unsqueeze(2) + other.square().sum(-1).unsqueeze(1)
        squared = (squared - 2 * torch.bmm(one, other.transpose(1, 2))).clamp(min=0)
        return (squared / (-2 * bandwidth.square()).view(-1, 1, 1)).exp().mean((1, 2))

    return mean_kernel(mapped, mapped) + mean_kernel(minority, minority) - 2 * mean_kernel(mapped, minority)


@dataclass(frozen=True, eq=False)
class Anchors:
    """Rows in danger and safe rows of each member, filled up to the same number.

    Attributes
    ----------
    danger, safe : Tensor of shape (M, D, d), (M, S, d)
        Rows; beyond those that there are, copies of the first.
    there : Tensor of shape (M,)
        1 where there is a row of either, else 0: without them there is no triplet.
    margin : Tensor of shape (M,)
        The margin, with what the spread of the rows in danger adds.
    """

    danger: Tensor
    safe: Tensor
    there: Tensor
    margin: Tensor


def spread(danger: Tensor, n_rows: int) -> float:
    """Return the mean distance between two of the first ``n_rows`` rows, 0 for fewer than two."""
    if n_rows < 2:
        return 0.0
    distances = torch.cdist(danger[:n_rows], danger[:n_rows])
    return float(distances.sum() / (n_rows * (n_rows - 1)))


def triplet(mapped: Tensor, anchors: Anchors) -> Tensor:
    """Return each member's ``mean relu(min |x - danger| - min |x - safe| + margin)``, (M,)."""
    to_danger = torch.cdist(mapped, anchors.danger).amin(2)
    to_safe = torch.cdist(mapped, anchors.safe).amin(2)
    each = (to_danger - to_safe + anchors.margin.view(-1, 1)).clamp(min=0)
    return each.mean(1) * anchors.there

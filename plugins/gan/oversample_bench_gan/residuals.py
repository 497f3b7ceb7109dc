"""What decoding loses of a row, and how much of it a new row gets back; ours, for `adaptive`.

A residual is x - Q(E(x)). A row between two minority rows may have what lies between their residuals (*own*);
a row that was moved towards the majority has that of some majority row, with the mean of the minority's in
place of the majority's as far as the two can be told apart (*pooled*).
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from oversample_bench_gan.latent import Between
from oversample_bench_gan.rows import Rows
from oversample_bench_gan.training import Autoencoder

# M members, n rows, d features

KINDS = {
    "own_and_pooled": ("own", "pooled"),
    "own": ("own", "own"),
    "pooled": ("pooled", "pooled"),
    "none": ("none", "none"),
}
"""Which residual what Q decodes gets, and which one what G decodes."""


def lost(rows: Rows, trained: Autoencoder) -> Tensor:
    """Return x - Q(E(x)) of every real row, (members, rows, features)."""
    with torch.no_grad():
        return rows.X - trained.decoder(trained.encoder(rows.X))  # (M, n, d)


def own(residual: Tensor, made: Between) -> Tensor:
    """Return r_a + eta (r_b - r_a) of each new row, (n_new, n_features).

    Parameters
    ----------
    residual : Tensor of shape (n_minority, n_features)
        Those of the minority rows.
    made : Between
        Between which of them each new row lies.
    """
    first, second = (torch.from_numpy(of).to(residual.device) for of in (made.first, made.second))
    eta = torch.from_numpy(made.eta).to(residual)[:, None]
    return residual[first] + eta * (residual[second] - residual[first])


def pooled(minority: Tensor, majority: Tensor, n_new: int, seed: int) -> Tensor:
    """Return residuals of random majority rows, moved by `class_shift`, (n_new, n_features).

    The rows are drawn from a stream of their own, which no other step of a fit draws from.
    """
    index = np.random.default_rng([seed, 1]).integers(len(majority), size=n_new)
    return majority[torch.from_numpy(index).to(majority.device)] + class_shift(minority, majority)


def class_shift(minority: Tensor, majority: Tensor) -> Tensor:
    """Return s (mean r_min - mean r_maj), the difference of the class means as far as it is no noise.

    s = max(0, 1 - tr Var(r_min) / (n_min ||mean r_min - mean r_maj||^2)), which shrinks after James and
    Stein; Var divides by n_min - 1. A single minority row says nothing of its variance: no shift.
    """
    apart = minority.mean(0) - majority.mean(0)
    n = len(minority)
    squared = float(apart.square().sum())
    if n < 2 or squared == 0:
        return torch.zeros_like(apart)
    noise = float(minority.var(0).sum()) / n
    return max(0.0, 1 - noise / squared) * apart

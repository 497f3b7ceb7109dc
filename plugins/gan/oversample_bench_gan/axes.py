"""Where E and Q start: at the principal axes of the rows, so that training begins with the best linear code.

With as many latent coordinates as features, or axes, nothing is lost from the first step on.
"""

from __future__ import annotations

import numpy as np
import torch
from sklearn.decomposition import PCA
from torch import Tensor

from oversample_bench_gan.nets import Generators, Net

# M members, d features, l latent coordinates

SPREAD = 0.25
"""Root mean square of the latent coordinates at the start: small enough for tanh to be nearly straight."""

MANY = 1000
"""Features beyond which the axes are found by a randomised solver, since a covariance would be large."""


def start_at_axes(E: Net, Q: Net, X: Tensor, generators: Generators) -> None:
    """Set E of one layer to project onto each member's principal axes, and Q to lead back.

    Latent coordinates beyond the number of axes are decoded to nothing.

    Parameters
    ----------
    E, Q : Net
        One layer each, of widths (d, l) and (l, d); changed in place.
    X : Tensor of shape (members, rows, d)
        Real rows.
    generators : sequence of torch.Generator
        One a member, for the randomised solver that many features take.
    """
    encode, decode = E.weights[0].detach(), Q.weights[0].detach()  # (M, d, l), (M, l, d)
    centre = X.mean(1, keepdim=True).cpu()  # (M, 1, d)
    for member, (rows, generator) in enumerate(zip(X.cpu(), generators, strict=True)):
        axes, scale = principal_axes(rows, encode.shape[2], generator)
        encode[member, :, : len(axes)] = axes.T * scale
        decode[member] = 0
        decode[member, : len(axes)] = axes / scale
    E.biases[0].detach().copy_(-centre @ encode)
    Q.biases[0].detach().copy_(centre)


def principal_axes(rows: Tensor, width: int, generator: torch.Generator) -> tuple[Tensor, float]:
    """Return at most ``width`` orthonormal axes, (width, d), and what brings codes to `SPREAD`."""
    seed = int(torch.randint(2**31 - 1, (1,), generator=generator))
    solver = "covariance_eigh" if rows.shape[1] <= MANY else "randomized"
    pca = PCA(min(width, *rows.shape), svd_solver=solver, random_state=seed)
    with np.errstate(invalid="ignore"):  # equal rows have no variance to take a share of
        pca.fit(rows.double().numpy())
    spread = float(pca.explained_variance_.clip(min=0).mean()) ** 0.5
    return torch.from_numpy(pca.components_).to(rows), SPREAD / spread if spread > 0 else 1.0

"""Normal distributions of encoded rows, one a class and member: where BAGAN draws its latent points.

Of any rank, since a rare class has fewer rows than there are latent coordinates; torch.distributions has
normals of full rank only. Knows neither nets nor losses.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from oversample_bench_gan.nets import Generators

# M members, B points, l latent coordinates

CLASSES = 2
"""The class that is to grow, and all other rows."""


@dataclass(frozen=True, eq=False)
class Normal:
    """A normal distribution a member: mean (M, 1, l) and symmetric root of a covariance (M, l, l)."""

    mean: Tensor
    root: Tensor

    @classmethod
    def of(cls, encoded: Tensor, shrink: float = 0.0) -> Normal:
        """Return the normal with the mean and covariance of the encoded rows; that of one row is zero.

        Parameters
        ----------
        encoded : Tensor of shape (members, rows, latent)
            Encoded rows of one class.
        shrink : float, default=0.0
            The a of (1 - a) S + a tr(S) / l I: how much of the variance is given to all directions alike.
        """
        rows = encoded.double()
        mean = rows.mean(1, keepdim=True)
        centred = rows - mean
        S = centred.mT @ centred / max(rows.shape[1] - 1, 1)  # (M, l, l)
        variance = S.diagonal(dim1=1, dim2=2).mean(1)
        S = (1 - shrink) * S + shrink * variance.view(-1, 1, 1) * torch.eye(S.shape[1]).to(S)
        S = torch.nan_to_num(S, 0, 0, 0)  # or a diverged member, whose mean tells, would stop all of them
        values, vectors = torch.linalg.eigh(S)
        root = vectors * values.clamp(min=0).sqrt().unsqueeze(1) @ vectors.mT
        return cls(mean.to(encoded), root.to(encoded))

    def at(self, noise: Tensor) -> Tensor:
        """Return the draws that standard normal noise stands for."""
        return torch.baddbmm(self.mean, noise, self.root)  # (M, B, l) -> (M, B, l)


def wishes(normals: Sequence[Normal], n: int, generators: Generators) -> tuple[Tensor, Tensor]:
    """Draw ``n`` classes a member, each class as likely, and a latent point of each."""
    mean = normals[0].mean
    wanted = torch.stack([torch.randint(CLASSES, (n,), generator=g) for g in generators]).to(mean.device)
    eps = noise(n, normals[0], generators)
    majority, minority = (normal.at(eps) for normal in normals)
    return torch.where(wanted.unsqueeze(-1) == 1, minority, majority), wanted  # (M, B, l), (M, B)


def noise(n: int, normal: Normal, generators: Generators) -> Tensor:
    """Draw standard normal noise of each member's own, as wide as a normal."""
    width = normal.mean.shape[-1]
    return torch.stack([torch.randn(n, width, generator=g) for g in generators]).to(normal.mean.device)

"""The nets and the loss of a conditional variational autoencoder, one set of weights a member.

Encoder: row and class, two hidden layers with LeakyReLU(0.2) and dropout, mean and log variance. Decoder: the
mirror, linear at the end. The loss weighs each row by its class and by how mixed its neighbourhood is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import torch
from torch import Tensor, nn

from oversample_bench_gan.dropout import Masked, Trunk
from oversample_bench_gan.nets import Generators, Net, identity, leaky

# M members, B rows, d features, l latent coordinates

Masks: TypeAlias = Sequence[Tensor]
CLASSES = 2


class Coder(nn.Module):  # type: ignore[misc]  # torch is not read by the type checker
    """Encoder and decoder.

    Parameters
    ----------
    d : int
        Features.
    hidden : int
        Width of the outer hidden layers; the inner ones have half of it.
    latent : int
        Latent coordinates.
    generators : sequence of torch.Generator
        One a member.
    """

    def __init__(self, d: int, hidden: int, latent: int, generators: Generators) -> None:
        super().__init__()
        inner = max(1, hidden // 2)
        self.widths = (hidden, inner)
        self.encoder = Masked(
            Trunk((d + CLASSES, hidden, inner), generators, leaky, leaky),
            Net((inner, 2 * latent), generators, identity, identity),
        )
        self.decoder = Masked(
            Trunk((latent + CLASSES, inner, hidden), generators, leaky, leaky),
            Net((hidden, d), generators, identity, identity),
        )

    def encoded(self, x: Tensor, one_hot: Tensor, masks: Masks = ()) -> tuple[Tensor, Tensor]:
        """Return means and log variances of latent points, (M, B, l) each."""
        mean, log_variance = self.encoder(torch.cat([x, one_hot], -1), masks).chunk(2, -1)
        return mean, log_variance

    def decoded(self, z: Tensor, one_hot: Tensor, masks: Masks = ()) -> Tensor:
        """Return rows, (M, B, d)."""
        rows: Tensor = self.decoder(torch.cat([z, one_hot], -1), masks)
        return rows


def kl(mean: Tensor, log_variance: Tensor) -> Tensor:
    """Return each member's mean over rows of KL(N(mean, variance) || N(0, I))."""
    each = (mean.square() + log_variance.exp() - 1 - log_variance).sum(-1) / 2
    return each.mean(-1)


def loss(made: Tensor, x: Tensor, weights: Tensor, divergence: Tensor, beta: float, floor: float) -> Tensor:
    """Return each member's ``mean_i [w_i |made_i - x_i|^2] + beta max(KL, floor)``.

    Parameters
    ----------
    made, x : Tensor of shape (M, B, d)
        Decoded and real rows.
    weights : Tensor of shape (M, B)
        Class weight times (1 + entropy)^gamma.
    divergence : Tensor of shape (M,)
        KL.
    beta, floor : float
        Its weight, and the least that counts.
    """
    error = (weights * (made - x).square().sum(-1)).mean(-1)
    return error + beta * divergence.clamp(min=floor)

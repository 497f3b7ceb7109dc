"""Nets that forget a share of their hidden values while they are trained, each member by its own generator.

torch's own dropout knows the global generator only.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from oversample_bench_gan.nets import Generators, Headed, Net

# M members, B rows, I inputs, O outputs of a layer


class Trunk(Net):
    """Hidden layers that forget at random what a mask says; without masks they forget nothing."""

    def forward(self, x: Tensor, masks: Sequence[Tensor] = ()) -> Tensor:
        """Apply each member's own layers to its own rows, and a mask after each layer."""
        for depth, (weight, bias) in enumerate(zip(self.weights, self.biases, strict=True)):
            x = self.between(torch.baddbmm(bias, x, weight))  # (M, B, I) -> (M, B, O)
            x = x * masks[depth].to(x.device) if masks else x
        return x


class Masked(Headed):
    """A trunk with masks and an affine layer on top: the encoder, and the discriminator."""

    def forward(self, x: Tensor, masks: Sequence[Tensor] = ()) -> Tensor:
        """Apply the trunk with its masks, then the head."""
        return self.head(self.trunk(x, masks))


def masks(n: int, widths: Sequence[int], share: float, generators: Generators) -> Sequence[Tensor]:
    """Draw a mask a layer for ``n`` rows: 0 where a value is forgotten, elsewhere what keeps the mean.

    Parameters
    ----------
    n : int
        Rows of each member.
    widths : sequence of int
        Widths of the hidden layers.
    share : float
        What share of the values is forgotten; without any there are no masks.
    generators : sequence of torch.Generator
        One a member.
    """
    if share == 0:
        return ()
    drawn = torch.empty(len(generators), n, sum(widths))
    for own, generator in zip(drawn.unbind(), generators, strict=True):
        own.uniform_(generator=generator)  # a third of the time of bernoulli_
    kept: Sequence[Tensor] = drawn.ge_(share).div_(1 - share).split(tuple(widths), -1)
    return kept  # (M, B, O) each

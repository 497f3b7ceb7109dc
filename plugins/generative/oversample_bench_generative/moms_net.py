"""The map of MOMS: an autoencoder with batch normalisation and links across, one set of weights a member.

Encoder: affine, normalised, GELU, for each hidden width; then a latent layer. The decoder mirrors it and adds
the encoder's output of the same width before the activation. Nothing leads from input to output directly, so
that the map does not start at the identity.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn

from oversample_bench_gan.nets import Generators, Net, identity

# M members, B rows, O outputs

MOMENTUM = 0.1
TINY = 1e-5


class Normalised(nn.Module):  # type: ignore[misc]  # torch is not read by the type checker
    """An affine layer whose outputs have mean 0 and variance 1 over the rows of each member.

    In evaluation it goes by running means and variances, as torch's own ``BatchNorm1d`` does.
    """

    def __init__(self, inputs: int, outputs: int, generators: Generators) -> None:
        super().__init__()
        self.affine = Net((inputs, outputs), generators, identity, identity)
        shape = (len(generators), 1, outputs)
        self.gain, self.shift = nn.Parameter(torch.ones(shape)), nn.Parameter(torch.zeros(shape))
        self.register_buffer("mean", torch.zeros(shape))
        self.register_buffer("variance", torch.ones(shape))

    def forward(self, x: Tensor) -> Tensor:
        """Apply each member's layer to its own rows, (M, B, I) -> (M, B, O)."""
        x = self.affine(x)
        mean, variance = self.mean, self.variance
        if self.training:
            mean, variance = x.mean(1, keepdim=True), x.var(1, keepdim=True, correction=0)
            with torch.no_grad():
                unbiased = variance * x.shape[1] / max(1, x.shape[1] - 1)
                self.mean.lerp_(mean, MOMENTUM)
                self.variance.lerp_(unbiased, MOMENTUM)
        return (x - mean) / (variance + TINY).sqrt() * self.gain + self.shift


class Map(nn.Module):  # type: ignore[misc]  # the same
    """The map from rows of the majority to rows of the minority.

    Parameters
    ----------
    d : int
        Features.
    hidden : sequence of int
        Widths of the encoder's hidden layers.
    latent : int
        Width between encoder and decoder.
    generators : sequence of torch.Generator
        One a member.
    """

    def __init__(self, d: int, hidden: Sequence[int], latent: int, generators: Generators) -> None:
        super().__init__()
        down, up = [d, *hidden], [latent, *reversed(hidden)]
        self.encoder = nn.ModuleList([Normalised(one, other, generators) for one, other in pairwise(down)])
        self.latent = Normalised(hidden[-1], latent, generators)
        self.decoder = nn.ModuleList([Normalised(one, other, generators) for one, other in pairwise(up)])
        self.output = Net((hidden[0], d), generators, identity, identity)

    def forward(self, x: Tensor) -> Tensor:
        """Return the rows that ``x`` is mapped to, (M, B, d)."""
        across = []
        for layer in self.encoder:
            x = nn.functional.gelu(layer(x))
            across.append(x)
        x = self.latent(x)
        for layer, link in zip(self.decoder, reversed(across), strict=True):
            x = nn.functional.gelu(layer(x) + link)
        return self.output(x)

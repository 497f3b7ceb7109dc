"""Equations (3.1) to (3.6) of GL-GAN (Wang et al., SDM 2020), one function each.

Each takes what the nets made of the rows and returns a loss a member. A "mean over rows" is a sum with
``share``, the share that each row of a mini-batch has in the whole set: 1 / rows where the batch is the whole
set. The paper writes lambda for several weights; here they have the letters of `plan.Weights`.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from oversample_bench_gan.plan import Weights

# M members, B rows, d features, l latent coordinates

Pair = tuple[Tensor, Tensor]
"""Of real rows and of decoded ones; or of what a net said of rows and of what it should have said."""


def squared(difference: Tensor) -> Tensor:
    """Return the squared Euclidean norm of each row."""
    return difference.square().sum(-1)  # (M, B, d) -> (M, B)


def mean(values: Tensor, share: Tensor) -> Tensor:
    """Return each member's mean over rows, each row counted with its share of the whole."""
    return values @ share  # (M, B), (B,) -> (M,)


def reconstruction(decoded: Tensor, x: Tensor, share: Tensor) -> Tensor:
    """(3.1) L_rec: the mean of ||Q(E(x)) - x||^2 over X_org."""
    return mean(squared(decoded - x), share)


def clustering(z_majority: Tensor, z_minority: Tensor, weights: Weights, margin: float | None) -> Tensor:
    """(3.2) L_clu: each class close around its own mean m0 or m1, the two means far apart.

    mean ||E(x) - m0||^2 + a1 mean ||E(x) - m1||^2 - a2 ||m0 - m1||^2; with a margin M the last term is
    + a2 max(0, M - ||m0 - m1||)^2 instead, which has a least value. The means are part of the graph: held
    constant, the last term would have no gradient.
    """
    m0, m1 = z_majority.mean(1, keepdim=True), z_minority.mean(1, keepdim=True)
    spread0 = squared(z_majority - m0).mean(-1)
    spread1 = squared(z_minority - m1).mean(-1)
    apart = squared(m0 - m1).squeeze(-1)
    separation = -apart if margin is None else _short_of(margin, apart)
    return spread0 + weights.a1 * spread1 + weights.a2 * separation


def _short_of(margin: float, apart: Tensor) -> Tensor:
    """Return the square of what two means lack to be ``margin`` apart, given their squared distance."""
    return (margin - (apart + 1e-12).sqrt()).clamp(min=0).square()  # at 0 the root has no slope


def penalty(matrices: Sequence[Tensor]) -> Tensor:
    """R(theta) of (3.3): the sum of squared weights, biases left out."""
    return torch.stack([matrix.square().sum((1, 2)) for matrix in matrices]).sum(0)


def autoencoder(l_rec: Tensor, l_clu: Tensor, penalised: Tensor, weights: Weights) -> Tensor:
    """(3.3) L_A = L_rec + B1 L_clu + B2 R(theta)."""
    return l_rec + weights.b1 * l_clu + weights.b2 * penalised


def discrimination(p: Pair, share: Pair, weights: Weights) -> Tensor:
    """(3.4) L_D: D is 1 on X_org and 0 on G(Z), the reconstructions of real rows included.

    mean ||D(x) - 1||^2 over X_org + c mean ||D(G(z)) - 0||^2 over Z; D is the probability of a real row.
    """
    return mean((p[0] - 1).square(), share[0]) + weights.c * mean(p[1].square(), share[1])


def classification(real: Pair, fake: Pair, share: Pair, weights: Weights) -> Tensor:
    """(3.5) L_C: C is the one-hot label of a row of X_org, and that of z on G(z).

    mean ||C(x) - label(x)||^2 over X_org + e mean ||C(G(z)) - label(z)||^2 over Z.
    """
    return labelling(real, share[0]) + weights.e * labelling(fake, share[1])


def realism(p: Tensor, share: Tensor) -> Tensor:
    """Return mean ||D(G(z)) - 1||^2 over Z, a term of (3.6)."""
    return mean((p - 1).square(), share)


def labelling(answer: Pair, share: Tensor) -> Tensor:
    """Return mean ||C - label||^2, a term of (3.5) and (3.6)."""
    return mean(squared(answer[0] - answer[1]), share)


def generation(l_rec: Tensor, l_real: Tensor, l_label: Tensor, weights: Weights) -> Tensor:
    """(3.6) L_G = mean ||G(z) - x||^2 over Z_org + f1 ``realism`` + f2 ``labelling``, both over Z."""
    return l_rec + weights.f1 * l_real + weights.f2 * l_label

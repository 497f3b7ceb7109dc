"""GL-GAN's two phases, each a loop to be read from top to bottom.

Algorithm 1 of W. Wang, S. Wang, W. Fan, Z. Liu, J. Tang, "Global-and-Local Aware Data Generation for the
Class Imbalance Problem", SIAM International Conference on Data Mining 2020. E encodes, Q decodes; D tells
real rows from decoded ones, C tells the classes, G is Q trained on against both. The equations stand in
`losses`.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from oversample_bench_gan import losses
from oversample_bench_gan.axes import start_at_axes
from oversample_bench_gan.nets import Descent, Generators, Headed, Net, identity, leaky, softmax
from oversample_bench_gan.plan import Plan
from oversample_bench_gan.rows import Rows, batches, picked

# M members, B rows of a batch, d features, l latent coordinates

ACTIVATIONS = {"linear": identity, "tanh": torch.tanh, "softmax": softmax}
PHASE_ONE = (0.9, 0.999)
"""Adam's betas in the first phase: its own."""
PHASE_TWO = (0.5, 0.999)
"""Adam's betas in the second phase, as in BAGAN and DCGAN: less momentum where the aim moves."""
REAL = 1
"""Which of D's two outputs is the probability of a real row."""


@dataclass(frozen=True, eq=False)
class Autoencoder:
    """What the first phase makes: E, Q and its losses, each of shape (steps, members)."""

    encoder: Net
    decoder: Net
    history: dict[str, Tensor]


@dataclass(frozen=True, eq=False)
class Adversaries:
    """What the second phase makes: D, C, G and its losses, each of shape (rounds, members)."""

    discriminator: Headed
    classifier: Headed
    generator: Net
    history: dict[str, Tensor]


def autoencoder(rows: Rows, plan: Plan, generators: Generators) -> Autoencoder:
    """Return E and Q before their first step."""
    build = plan.architecture
    widths = (rows.X.shape[2], *build.hidden, build.latent)
    E = Net(widths, generators, leaky, ACTIVATIONS[build.bottleneck])
    Q = Net(widths[::-1], generators, leaky, ACTIVATIONS[build.output])
    if build.axes and not build.hidden:
        start_at_axes(E, Q, rows.X, generators)
    return Autoencoder(E.to(rows.X.device), Q.to(rows.X.device), {})


def adversaries(trained: Autoencoder, plan: Plan, generators: Generators) -> Adversaries:
    """Return D, C and G before their first step: D and C are E under a new last layer, G is Q."""
    build, E = plan.architecture, trained.encoder
    heads = [
        Net((build.latent, 2), generators, identity, ACTIVATIONS[last])
        for last in ("softmax", build.class_output)
    ]
    D, C = (Headed(copy.deepcopy(E), head).to(E.weights[0].device) for head in heads)
    return Adversaries(D, C, copy.deepcopy(trained.decoder), {})


def train_autoencoder(rows: Rows, plan: Plan, generators: Generators) -> Autoencoder:
    """Train E and Q on all real rows by (3.3), and return them with their losses.

    Parameters
    ----------
    rows : Rows
        X_org of each member.
    plan : Plan
        Nets, weights and steps.
    generators : sequence of torch.Generator
        One a member.
    """
    start = autoencoder(rows, plan, generators)
    E, Q, weights, schedule = start.encoder, start.decoder, plan.weights, plan.schedule
    per_feature, per_latent = (plan.per_coordinate(w) for w in (rows.X.shape[2], plan.architecture.latent))
    n0 = min(rows.n_majority, schedule.batch_size)
    down = Descent([*E.parameters(), *Q.parameters()], schedule.learning_rate, PHASE_ONE)
    drawn = batches((rows.n_majority, rows.n_minority), schedule.batch_size, schedule.steps, generators)
    share, told = drawn.share.to(rows.X.device), []
    for index in drawn.index.to(rows.X.device):
        x = picked(rows.X, index)  # (M, B, d), the majority first
        z = E(x)  # (M, B, l)
        l_rec = per_feature * losses.reconstruction(Q(z), x, share)
        l_clu = per_latent * losses.clustering(z[:, :n0], z[:, n0:], weights, plan.margin)
        penalty = losses.penalty([*E.weights, *Q.weights])
        down.step(losses.autoencoder(l_rec, l_clu, penalty, weights))
        told.append(torch.stack([l_rec.detach(), l_clu.detach()]))
    return Autoencoder(E, Q, _history(("reconstruction", "clustering"), told, rows))


def play(rows: Rows, Z_syn: Tensor, trained: Autoencoder, plan: Plan, generators: Generators) -> Adversaries:
    """Train D, C and G in turn by (3.4), (3.5) and (3.6), and return them with their losses.

    E is frozen: Z = E(X_org) + Z_syn is worked out once. Z, like X_org, is drawn from class by class, and
    reconstructions of real rows count as decoded ones.

    Parameters
    ----------
    rows : Rows
        X_org of each member.
    Z_syn : Tensor of shape (members, n_new, latent)
        Interpolated latent points of the minority.
    trained : Autoencoder
        What the first phase made.
    plan : Plan
        Nets, weights and rounds.
    generators : sequence of torch.Generator
        One a member.
    """
    start = adversaries(trained, plan, generators)
    D, C, G = start.discriminator, start.classifier, start.generator
    weights, schedule = plan.weights, plan.schedule
    with torch.no_grad():
        Z = torch.cat([trained.encoder(rows.X), Z_syn], 1)  # (M, n0 + n1 + n_syn, l)
    counts = (rows.n_majority, rows.n_minority, Z_syn.shape[1])
    drawn = batches(counts, schedule.batch_size, schedule.rounds, generators)
    n0, n_org = (sum(min(count, schedule.batch_size) for count in counts[:end]) for end in (1, 2))
    fake = drawn.share.to(rows.X.device)
    real, real_D = real_shares(fake[:n_org], n0, plan)
    label = torch.eye(2)[[0] * n0 + [1] * (len(fake) - n0)].to(rows.X.device)  # (B, 2), one-hot
    per_feature = plan.per_coordinate(rows.X.shape[2])
    parameters = (list(net.parameters()) for net in (D, C, G))
    down_D, down_C, down_G = map(Descent, parameters, schedule.rates, [PHASE_TWO] * 3)
    told = []
    for index in drawn.index.to(rows.X.device):
        x, z = picked(rows.X, index[:, :n_org]), picked(Z, index)
        decoded = G(z)  # (M, B, d), those of real rows first
        made = decoded.detach()
        for _ in range(schedule.inner[0]):
            l_d = losses.discrimination((D(x)[..., REAL], D(made)[..., REAL]), (real_D, fake), weights)
            down_D.step(l_d)
        for _ in range(schedule.inner[1]):
            l_c = losses.classification((C(x), label[:n_org]), (C(made), label), (real, fake), weights)
            down_C.step(l_c)
        for step in range(schedule.inner[2]):
            decoded = G(z) if step else decoded
            l_rec = per_feature * losses.reconstruction(decoded[:, :n_org], x, real)
            l_real = losses.realism(D(decoded)[..., REAL], fake)
            l_label = losses.labelling((C(decoded), label), fake)
            l_g = losses.generation(l_rec, l_real, l_label, weights)
            down_G.step(l_g)
        told.append(torch.stack([l_d.detach(), l_c.detach(), l_g.detach()]))
    return Adversaries(D, C, G, _history(("discriminator", "classifier", "generator"), told, rows))


def real_shares(share: Tensor, n0: int, plan: Plan) -> tuple[Tensor, Tensor]:
    """Return what real rows count, the majority's ``n0`` first: for C and G, and for D.

    By the paper that is the same; balanced, each class counts half for D.
    """
    real = share / share.sum()
    halves = [part / (2 * part.sum()) for part in (share[:n0], share[n0:])]
    return real, torch.cat(halves) if plan.balanced else real


def _history(names: Sequence[str], told: Sequence[Tensor], rows: Rows) -> dict[str, Tensor]:
    """Return each loss as (steps, members)."""
    losses_told = torch.stack(told, 1) if told else torch.empty(len(names), 0, len(rows.X))
    return dict(zip(names, losses_told, strict=True))

"""The cGAN oversampler: a generator and a discriminator of one hidden layer each, both told the class.

G. Douzas, F. Bacao, "Effective data generation for imbalanced learning using conditional generative
adversarial networks", Expert Systems with Applications 91 (2018), 464-471. Searches no sizes: the paper chose
them for each data set by the score of a classifier; here they follow from the number of features.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any, ClassVar

import torch
from sklearn.utils._param_validation import Interval, StrOptions
from torch import Tensor, nn
from torch.nn.functional import softplus

from oversample_bench_gan.nets import Descent, Generators, Net, identity
from oversample_bench_gan.rows import Rows, picked
from oversample_bench_gan.sampler import SHARED_CONSTRAINTS, Made, NeuralSampler, most_steps

# M members, B rows of a mini-batch, K mini-batches, d features, l coordinates of the noise

BETAS = (0.9, 0.999)
"""Adam's own, as in the paper."""
DRAWN = 2**16
"""Numbers drawn at once for a member: few enough to stay in the cache, enough to make a draw cheap."""


@dataclass(frozen=True)
class CganPlan:
    """Every number of a training, once the shape of the rows is known."""

    latent: int
    generator_hidden: int
    discriminator_hidden: int
    noise: str
    uniform_labels: bool
    steps: int
    batch_size: int
    learning_rate: float


def discriminator_loss(real: Tensor, fake: Tensor) -> Tensor:
    """J_D = -1/(2m) [sum log D(x, y) + sum log(1 - D(G(z, y), y))], of logits."""
    return (softplus(-real).mean(1) + softplus(fake).mean(1)) / 2  # (M, B), (M, B) -> (M,)


def generator_loss(fake: Tensor) -> Tensor:
    """J_G = -1/m sum log D(G(z, y), y), of logits."""
    return softplus(-fake).mean(1)  # (M, B) -> (M,)


def opponents(d: int, plan: CganPlan, generators: Generators) -> tuple[Net, Net]:
    """Return G, of noise and label to a row in [0, 1], and D, of a row and its label to a logit."""
    G = Net((plan.latent + 1, plan.generator_hidden, d), generators, torch.relu, torch.sigmoid)
    D = Net((d + 1, plan.discriminator_hidden, 1), generators, torch.relu, identity)
    return _xavier(G, generators), _xavier(D, generators)


def mini_batches(rows: Rows, plan: CganPlan, generators: Generators) -> Iterator[tuple[Tensor, Tensor]]:
    """Draw real rows in [0, 1] and codes for each step, both with a label in the last column.

    Rows are drawn uniformly from all rows of a member; a code has the label of its row, or a uniform one.
    """
    pairs = _labelled(rows)
    _, n, width = pairs.shape
    size, steps = plan.batch_size, plan.steps
    at_once = max(1, DRAWN // (size * (plan.latent + width)))
    for drawn in (min(at_once, steps - start) for start in range(0, steps, at_once)):
        index = torch.stack([torch.randint(n, (drawn * size,), generator=g) for g in generators])
        real = picked(pairs, index.to(pairs.device))  # (M, K B, d + 1)
        labels = real[..., -1:]
        if plan.uniform_labels:
            labels = torch.stack([torch.randint(2, (drawn * size, 1), generator=g) for g in generators])
        fed = codes(drawn * size, labels.to(real), plan, generators)
        yield from zip(real.split(size, 1), fed.split(size, 1), strict=True)


def codes(n: int, labels: Tensor, plan: CganPlan, generators: Generators) -> Tensor:
    """Draw what G is fed with: noise of each member's own, with its label in the last column."""
    if plan.noise == "normal":
        drawn = [torch.randn(n, plan.latent, generator=g) for g in generators]
    else:
        drawn = [torch.rand(n, plan.latent, generator=g).mul_(2).sub_(1) for g in generators]
    noise = torch.stack(drawn).to(labels.device)
    return torch.cat([noise, labels], -1)  # (M, B, l + 1)


def train(rows: Rows, plan: CganPlan, generators: Generators) -> tuple[Net, dict[str, Tensor]]:
    """Return a trained G and the losses J_D and J_G of each step: one step of D, then one of G."""
    G, D = (net.to(rows.X.device) for net in opponents(rows.X.shape[2], plan, generators))
    down_G, down_D = (Descent(net.parameters(), plan.learning_rate, BETAS) for net in (G, D))
    losses = []
    for real, fed in mini_batches(rows, plan, generators):
        fake = torch.cat([G(fed), fed[..., -1:]], -1)  # (M, B, d + 1)
        logits = D(torch.cat([real, fake.detach()], 1)).squeeze(-1)  # (M, 2 B)
        j_d = discriminator_loss(*logits.chunk(2, 1))
        down_D.step(j_d)
        j_g = generator_loss(D(fake).squeeze(-1))
        down_G.step(j_g)
        losses.append(torch.stack([j_d.detach(), j_g.detach()]))
    discriminator, generator = torch.stack(losses, 1)  # (2, steps, M)
    return G, {"discriminator": discriminator, "generator": generator}


def _xavier(net: Net, generators: Generators) -> Net:
    for weight, bias in zip(net.weights, net.biases, strict=True):
        for own, generator in zip(weight.detach(), generators, strict=True):
            nn.init.xavier_uniform_(own, generator=generator)
        nn.init.zeros_(bias)
    return net


def _labelled(rows: Rows) -> Tensor:
    """Return rows in [0, 1] with a last column of labels, 1 for the minority."""
    members, n, _ = rows.X.shape
    label = (torch.arange(n, device=rows.X.device) >= rows.n_majority).to(rows.X.dtype)
    return torch.cat([(rows.X + 1) / 2, label.view(1, n, 1).expand(members, n, 1)], -1)


@dataclass(kw_only=True, eq=False, repr=False)
class CGAN(NeuralSampler):
    """Train a conditional GAN on all rows and let it make rows of the minority.

    Parameters
    ----------
    sampling_strategy : float, str, dict or callable, default="auto"
        Which classes grow, and to which size, as everywhere in imbalanced-learn. Of several classes each is
        grown against all other rows.
    random_state : int, RandomState or None, default=None
        Seed of weights, mini-batches and noise.
    latent : int or "auto", default="auto"
        Coordinates of the noise. "auto" is 4 per feature, at most 512; ours. The paper searched 2 to 10 per
        feature.
    generator_hidden : int or "auto", default="auto"
        Width of G's hidden layer. "auto" is 5 per feature, at most 800; ours, within the paper's range.
    discriminator_hidden : int or "auto", default="auto"
        Width of D's hidden layer. "auto" is 2.5 per feature, at most 500; ours, within the paper's range.
    noise : {"normal", "uniform"}, default="normal"
        Standard normal, or uniform within +-1. The paper does not say; the default is ours.
    uniform_labels : bool, default=False
        Draw the labels of made rows uniformly while training, so that a rare class is trained as often as the
        other. False is the paper's: they have the labels of the real mini-batch, imbalanced as these are.
    epochs : int, default=3000
        Passes over as many rows as there are, before ``max_steps``. The paper's are 2000 to 10000.
    max_steps : int or "auto", default="auto"
        Steps after which training ends whatever ``epochs`` says; at the defaults that is nearly always.
        "auto" is a million divided by the number of features, within 500 and 5000. Ours: the epochs come to
        20000 steps and more on most tables, which take many minutes on a CPU.
    batch_size : int or "auto", default="auto"
        Rows of a mini-batch, never more than there are. "auto" is a fiftieth of the rows, within the paper's
        hundredth to twentieth, and at least 16, which is ours.
    learning_rate : float, default=1e-3
        Adam's own default, as in the paper.
    device : str, default="auto"
        A device of torch's, such as "cpu" or "cuda:1". "auto" is a GPU where there is one.
    clip : bool, default=True
        Keep new rows in the range of the real ones. G's sigmoid does so already.
    discrete : int, default=0
        Features with at most as many different values get the nearest of these; ours. None do by default.

    Attributes
    ----------
    fallback_ : str
        What was done differently from what was asked, or what is doubtful about the rows; empty otherwise.
    history_ : dict of str to ndarray of shape (n_steps,)
        The losses "discriminator", J_D, and "generator", J_G.

    Notes
    -----
    The base model is that of M. Mirza and S. Osindero, "Conditional Generative Adversarial Nets", 2014. The
    initial weights are Xavier's, the biases zero, as in the authors' own wrapper. The paper names no scaler;
    since G ends in a sigmoid, each feature is scaled to [0, 1] by its range.
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **SHARED_CONSTRAINTS,
        "latent": [Interval(Integral, 1, None, closed="left"), StrOptions({"auto"})],
        "generator_hidden": [Interval(Integral, 1, None, closed="left"), StrOptions({"auto"})],
        "discriminator_hidden": [Interval(Integral, 1, None, closed="left"), StrOptions({"auto"})],
        "noise": [StrOptions({"normal", "uniform"})],
        "uniform_labels": ["boolean"],
        "epochs": [Interval(Integral, 1, None, closed="left")],
        "max_steps": [Interval(Integral, 1, None, closed="left"), StrOptions({"auto"})],
        "batch_size": [Interval(Integral, 1, None, closed="left"), StrOptions({"auto"})],
        "learning_rate": [Interval(Real, 0, None, closed="neither")],
    }

    latent: int | str = "auto"
    generator_hidden: int | str = "auto"
    discriminator_hidden: int | str = "auto"
    noise: str = "normal"
    uniform_labels: bool = False
    epochs: int = 3000
    max_steps: int | str = "auto"
    batch_size: int | str = "auto"
    learning_rate: float = 1e-3

    def _make(self, rows: Rows, n_new: int, seeds: Sequence[int]) -> Made:
        plan = self._plan(*rows.X.shape[1:])
        generators = [torch.Generator().manual_seed(seed) for seed in seeds]
        G, history = train(rows, plan, generators)
        wanted = torch.ones(len(seeds), n_new, 1, device=rows.X.device)
        with torch.no_grad():
            made = G(codes(n_new, wanted, plan, generators)) * 2 - 1  # (M, n_new, d)
        told = "trained on one minority row, which is all that its rows can resemble"
        return Made(made, history, [told if rows.n_minority == 1 else ""] * len(seeds))

    def _plan(self, n: int, d: int) -> CganPlan:
        batch_size = min(n, _size(self.batch_size, max(16, n // 50)))
        return CganPlan(
            latent=_size(self.latent, min(512, 4 * d)),
            generator_hidden=_size(self.generator_hidden, min(800, 5 * d)),
            discriminator_hidden=_size(self.discriminator_hidden, min(500, 5 * d // 2)),
            noise=self.noise,
            uniform_labels=self.uniform_labels,
            steps=min(most_steps(self.max_steps, d), self.epochs * -(-n // batch_size)),
            batch_size=batch_size,
            learning_rate=self.learning_rate,
        )


def _size(asked: Any, default: int) -> int:
    return default if asked == "auto" else int(asked)

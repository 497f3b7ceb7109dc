"""BAGAN for tables: a GAN that starts from an autoencoder of all rows, and whose discriminator names classes.

G. Mariani, F. Scheidegger, R. Istrate, C. Bekas, C. Malossi, "BAGAN: Data Augmentation with Balancing GAN",
2018, arXiv 1803.09655. Where that has convolutions of images, here are affine layers of rows. Follows what is
said of the authors' settings and copies none of their code.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from numbers import Integral, Real
from typing import Any, ClassVar

import torch
from sklearn.utils._param_validation import Interval, StrOptions
from torch import Tensor, nn

from oversample_bench_gan.dropout import Masked, Trunk, masks
from oversample_bench_gan.nets import Descent, Generators, Net, identity, leaky
from oversample_bench_gan.normals import CLASSES, Normal, noise, wishes
from oversample_bench_gan.rows import Rows, picked
from oversample_bench_gan.sampler import SHARED_CONSTRAINTS, Made, NeuralSampler, most_steps

# M members, B rows of a batch, F made rows among them, d features, l latent coordinates, C classes

FAKE = CLASSES
"""The discriminator's last output: a row that was made."""
BETAS = (0.5, 0.999)
"""Adam's, for all nets, as in the authors' code."""


@dataclass(frozen=True)
class BaganPlan:
    """Every number of a training, once the shape of the rows is known."""

    hidden: tuple[int, ...]
    latent: int
    dropout: float
    autoencoder_steps: int
    steps: int
    batch_size: int
    learning_rate: float


@dataclass(frozen=True, eq=False)
class BaganAutoencoder:
    """What the first phase makes, and its loss (steps, members)."""

    encoder: Masked
    decoder: Net
    loss: Tensor


def train_autoencoder(rows: Rows, plan: BaganPlan, generators: Generators) -> BaganAutoencoder:
    """Train an encoder, with dropout, and a decoder on all rows by the mean squared error."""
    d, device = rows.X.shape[2], rows.X.device
    trunk = Trunk((d, *plan.hidden), generators, leaky, leaky)
    encoder = Masked(trunk, Net((plan.hidden[-1], plan.latent), generators, identity, identity)).to(device)
    decoder = Net((plan.latent, *plan.hidden[::-1], d), generators, leaky, torch.tanh).to(device)
    down = Descent([*encoder.parameters(), *decoder.parameters()], plan.learning_rate, BETAS)
    losses = []
    for index in islice(_batches(rows, plan.batch_size, generators), plan.autoencoder_steps):
        x = picked(rows.X, index)
        kept = masks(x.shape[1], plan.hidden, plan.dropout, generators)
        loss = (decoder(encoder(x, kept)) - x).square().mean((1, 2))
        down.step(loss)
        losses.append(loss.detach())
    return BaganAutoencoder(encoder, decoder, _stacked(losses, rows))


def class_normals(encoder: Masked, rows: Rows, shrink: float) -> list[Normal]:
    """Return a normal for each class, of its rows as the trained encoder sees them."""
    with torch.no_grad():
        encoded = encoder(rows.X)
    parts = encoded.split([rows.n_majority, rows.n_minority], 1)
    return [Normal.of(part, shrink) for part in parts]


def opponents(autoencoder: BaganAutoencoder, plan: BaganPlan, generators: Generators) -> tuple[Net, Masked]:
    """Return G, which is the decoder, and D, which is the encoder's trunk under a new last layer."""
    head = Net((plan.hidden[-1], CLASSES + 1), generators, identity, identity)
    trunk = copy.deepcopy(autoencoder.encoder.trunk)
    return copy.deepcopy(autoencoder.decoder), Masked(trunk, head).to(autoencoder.loss.device)


def cross_entropy(logits: Tensor, labels: Tensor) -> Tensor:
    """Return each member's mean of -log softmax(logits) at the labels."""
    entropy = nn.functional.cross_entropy(logits.flatten(0, 1), labels.flatten(), reduction="none")
    return entropy.view(labels.shape).mean(1)  # (M, B, C + 1), (M, B) -> (M,)


def play(
    rows: Rows, normals: Sequence[Normal], nets: tuple[Net, Masked], plan: BaganPlan, generators: Generators
) -> dict[str, Tensor]:
    """Train D and G in turn and return their losses.

    For each batch of real rows D learns their classes, and half as many made rows as "made"; then G learns to
    make as many rows as D saw so that D takes each for the class that it was drawn from.
    """
    G, D = nets
    down_G, down_D = (Descent(net.parameters(), plan.learning_rate, BETAS) for net in nets)
    losses_D, losses_G = [], []
    for index in islice(_batches(rows, plan.batch_size, generators), plan.steps):
        n_made = -(-index.shape[1] // CLASSES)
        n_seen = index.shape[1] + n_made
        z, wanted = wishes(normals, n_made + n_seen, generators)  # (M, F + B + F, l)
        kept = masks(2 * n_seen, plan.hidden, plan.dropout, generators)
        with torch.no_grad():
            seen = torch.cat([picked(rows.X, index), G(z[:, :n_made])], 1)  # (M, B + F, d)
        labels = nn.functional.pad((index >= rows.n_majority).long(), (0, n_made), value=FAKE)
        l_d = cross_entropy(D(seen, [mask[:, :n_seen] for mask in kept]), labels)
        down_D.step(l_d)
        made = G(z[:, n_made:])
        l_g = cross_entropy(D(made, [mask[:, n_seen:] for mask in kept]), wanted[:, n_made:])
        down_G.step(l_g)
        losses_D.append(l_d.detach())
        losses_G.append(l_g.detach())
    return {"discriminator": _stacked(losses_D, rows), "generator": _stacked(losses_G, rows)}


def _batches(rows: Rows, size: int, generators: Generators) -> Iterator[Tensor]:
    """Draw epochs without end: all rows in a new order each, in batches of which the last may be smaller."""
    n = rows.X.shape[1]
    while True:
        order = torch.stack([torch.randperm(n, generator=g) for g in generators])
        yield from order.to(rows.X.device).split(size, 1)


def _stacked(losses: list[Tensor], rows: Rows) -> Tensor:
    return torch.stack(losses) if losses else rows.X.new_empty(0, len(rows.X))


@dataclass(kw_only=True, eq=False, repr=False)
class BAGAN(NeuralSampler):
    """Train an autoencoder, then a GAN that starts from it, and decode draws of the minority's latent normal.

    Parameters
    ----------
    sampling_strategy : float, str, dict or callable, default="auto"
        Which classes grow, and to which size, as everywhere in imbalanced-learn. Of several classes each is
        grown against all other rows.
    random_state : int, RandomState or None, default=None
        Seed of weights, batches, dropout and latent points.
    latent : int or "auto", default="auto"
        Latent coordinates. "auto" is a quarter of the features, from 2 to 100; ours. The authors' code has
        100.
    hidden : sequence of int or "auto", default="auto"
        Widths of the encoder's hidden layers, which the decoder has the other way round. "auto" is two: one
        a unit per feature, from 32 to 256, and one a unit per four features, from 16 to 64; ours.
    dropout : float, default=0.3
        Share of hidden values that the encoder and the discriminator forget while training, as in the
        authors' code.
    cov_shrink : float, default=0.0
        The a of (1 - a) S + a tr(S) / latent I, the covariance that latent points are drawn with. Ours: with
        fewer minority rows than latent coordinates, S leaves directions out. 0 is the paper's.
    autoencoder_epochs, epochs : int, default=150
        Passes over all rows in either phase, as in the authors' MNIST script. Without any in the second phase
        the rows are those of the autoencoder.
    min_steps : int, default=1000
        Steps that a phase has at least, if it has epochs. Ours: small tables have few batches.
    max_steps : int or "auto", default="auto"
        Steps that a phase has at most, whatever the two above say. "auto" is a million divided by the number
        of features, within 500 and 5000. Ours, for the time that large tables take on a CPU.
    batch_size : int, default=128
        Rows of a batch, as in the authors' code, but never more than there are; the incomplete last batch of
        an epoch, which they leave out, is kept.
    learning_rate : float, default=2e-4
        Adam's, for all nets. Ours: the 5e-5 of the authors' code is slow for small tables.
    device : str, default="auto"
        A device of torch's, such as "cpu" or "cuda:1". "auto" is a GPU where there is one.
    clip : bool, default=True
        Keep new rows in the range of the real ones. G's tanh does so already.
    discrete : int, default=0
        Features with at most as many different values get the nearest of these; ours. None do by default.

    Attributes
    ----------
    fallback_ : str
        What was done differently from what was asked, or what is doubtful about the rows; empty otherwise.
    history_ : dict of str to ndarray of shape (n_steps,)
        The losses "autoencoder", "discriminator" and "generator".

    Notes
    -----
    Activations between layers are LeakyReLU(0.2), in the decoder too, and all layers have biases; both ours.
    The latent normals are not updated in the second phase, and the discriminator forgets while the generator
    learns from it, both as in the authors' code.
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **SHARED_CONSTRAINTS,
        "latent": [Interval(Integral, 1, None, closed="left"), StrOptions({"auto"})],
        "hidden": [list, tuple, StrOptions({"auto"})],
        "dropout": [Interval(Real, 0, 1, closed="left")],
        "cov_shrink": [Interval(Real, 0, 1, closed="both")],
        "autoencoder_epochs": [Interval(Integral, 0, None, closed="left")],
        "epochs": [Interval(Integral, 0, None, closed="left")],
        "min_steps": [Interval(Integral, 0, None, closed="left")],
        "max_steps": [Interval(Integral, 1, None, closed="left"), StrOptions({"auto"})],
        "batch_size": [Interval(Integral, 1, None, closed="left")],
        "learning_rate": [Interval(Real, 0, None, closed="neither")],
    }

    latent: int | str = "auto"
    hidden: Sequence[int] | str = "auto"
    dropout: float = 0.3
    cov_shrink: float = 0.0
    autoencoder_epochs: int = 150
    epochs: int = 150
    min_steps: int = 1000
    max_steps: int | str = "auto"
    batch_size: int = 128
    learning_rate: float = 2e-4

    def _make(self, rows: Rows, n_new: int, seeds: Sequence[int]) -> Made:
        plan = self._plan(*rows.X.shape[1:])
        generators = [torch.Generator().manual_seed(seed) for seed in seeds]
        autoencoder = train_autoencoder(rows, plan, generators)
        normals = class_normals(autoencoder.encoder, rows, self.cov_shrink)
        G, D = opponents(autoencoder, plan, generators)
        history = {"autoencoder": autoencoder.loss} | play(rows, normals, (G, D), plan, generators)
        with torch.no_grad():
            made = G(normals[1].at(noise(n_new, normals[1], generators)))  # (M, n_new, d)
        told = "decoded one latent point only: the minority has 1 row, so that its latent covariance is zero"
        return Made(made, history, [told if rows.n_minority == 1 else ""] * len(seeds))

    def _plan(self, n: int, d: int) -> BaganPlan:
        batch_size = min(n, self.batch_size)
        batches, most = -(-n // batch_size), most_steps(self.max_steps, d)
        auto = (min(max(d, 32), 256), min(max(d // 4, 16), 64))
        hidden = auto if isinstance(self.hidden, str) else tuple(self.hidden)
        if not hidden or not all(isinstance(width, Integral) and width > 0 for width in hidden):
            raise ValueError(f"hidden={self.hidden!r} has to be 'auto' or whole numbers of at least 1")
        return BaganPlan(
            hidden=hidden,
            latent=min(100, max(2, d // 4)) if isinstance(self.latent, str) else self.latent,
            dropout=self.dropout,
            autoencoder_steps=self._steps(self.autoencoder_epochs, batches, most),
            steps=self._steps(self.epochs, batches, most),
            batch_size=batch_size,
            learning_rate=self.learning_rate,
        )

    def _steps(self, epochs: int, batches: int, most: int) -> int:
        return min(most, max(self.min_steps, epochs * batches)) if epochs else 0

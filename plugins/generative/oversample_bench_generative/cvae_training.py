"""Trains conditional autoencoders, each member until its own validation loss no longer falls.

Members stop at different epochs. Training goes on until all have stopped, but a member that has stopped keeps
the weights that it had at its best, so that it is the net that it would be alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from oversample_bench_gan.dropout import masks
from oversample_bench_gan.nets import Generators
from oversample_bench_gan.rows import picked
from oversample_bench_generative.cvae_nets import Coder, kl, loss
from oversample_bench_generative.member_descent import MemberDescent

# M members, n rows, T rows to train on, V rows to validate on, B rows of a batch


@dataclass(frozen=True)
class CvaePlan:
    """What a fit is told; the parameters of `leo_cvae.LEOCVAE` say what each is."""

    hidden: int
    latent: int
    beta: float
    floor: float
    dropout: float
    epochs: int
    patience: int
    min_delta: float
    batch_size: int
    learning_rate: float
    weight_decay: float
    largest_gradient: float


@dataclass(frozen=True, eq=False)
class Labelled:
    """Rows in standard units with their classes one-hot, (M, n, .), and what each counts, (M, n)."""

    X: Tensor
    one_hot: Tensor
    weights: Tensor

    def at(self, index: Tensor) -> Labelled:
        """Return the rows that ``index`` names, (M, B)."""
        weights = self.weights.gather(1, index)
        return Labelled(picked(self.X, index), picked(self.one_hot, index), weights)


@dataclass(eq=False)
class Best:
    """The weights of each member at its best epoch, and how long ago that was."""

    parameters: list[Tensor]
    loss: Tensor
    waited: Tensor

    @classmethod
    def of(cls, coder: Coder, members: int) -> Best:
        """Begin with the weights as they are."""
        own = [parameter.detach().clone() for parameter in coder.parameters()]
        return cls(own, torch.full((members,), torch.inf), torch.zeros(members))

    def look(self, coder: Coder, found: Tensor, plan: CvaePlan) -> bool:
        """Keep the weights of those that have improved; tell whether all have stopped."""
        running = self.waited < plan.patience
        better = running & (found < self.loss - plan.min_delta)
        for kept, parameter in zip(self.parameters, coder.parameters(), strict=True):
            kept[better] = parameter.detach()[better]
        self.loss = torch.where(better, found, self.loss)
        self.waited = torch.where(better, torch.zeros_like(self.waited), self.waited + running)
        return not bool((self.waited < plan.patience).any())

    def restore(self, coder: Coder) -> None:
        """Give each member the weights of its best epoch."""
        with torch.no_grad():
            for kept, parameter in zip(self.parameters, coder.parameters(), strict=True):
                parameter.copy_(kept)


@dataclass(frozen=True, eq=False)
class Trained:
    """A trained coder, its losses by epoch, (epochs, M), and the share of epochs at the floor, (M,)."""

    coder: Coder
    training: Tensor
    validation: Tensor
    at_floor: Tensor


def train(rows: Labelled, parts: tuple[Tensor, Tensor], plan: CvaePlan, generators: Generators) -> Trained:
    """Train a net a member and return it with the weights of its best epoch.

    Parameters
    ----------
    rows : Labelled
        All rows.
    parts : (Tensor of shape (M, T), Tensor of shape (M, V))
        Which rows are trained on, and which are validated on.
    plan : CvaePlan
    generators : sequence of torch.Generator
        One a member.
    """
    train_rows, held = rows.at(parts[0]), rows.at(parts[1])
    coder = Coder(rows.X.shape[-1], plan.hidden, plan.latent, generators).to(rows.X.device)
    down = MemberDescent(coder.parameters(), plan.learning_rate, plan.weight_decay, plan.largest_gradient)
    best, training, validation, floored = Best.of(coder, len(rows.X)), [], [], []
    for _ in range(plan.epochs):
        steps = [
            _step(coder, down, batch, plan, generators) for batch in _batches(train_rows, plan, generators)
        ]
        training.append(torch.stack([losses for losses, _ in steps]).mean(0))
        floored.append(torch.stack([low for _, low in steps]).float().mean(0))
        validation.append(_validated(coder, held, plan))
        if best.look(coder, validation[-1], plan):
            break
    best.restore(coder)
    return Trained(
        coder, torch.stack(training), torch.stack(validation), (torch.stack(floored) > 0.5).float().mean(0)
    )


def _batches(rows: Labelled, plan: CvaePlan, generators: Generators) -> list[Labelled]:
    """Return all rows in a new order, in batches; the last may be smaller."""
    n = rows.X.shape[1]
    order = torch.stack([torch.randperm(n, generator=generator) for generator in generators])
    return [rows.at(part) for part in order.to(rows.X.device).split(plan.batch_size, 1)]


def _step(
    coder: Coder, down: MemberDescent, batch: Labelled, plan: CvaePlan, generators: Generators
) -> tuple[Tensor, Tensor]:
    n = batch.X.shape[1]
    hidden, inner = coder.widths
    kept = masks(n, (hidden, inner, inner, hidden), plan.dropout, generators)
    mean, log_variance = coder.encoded(batch.X, batch.one_hot, kept[:2])
    z = drawn(mean, log_variance, generators)
    made = coder.decoded(z, batch.one_hot, kept[2:])
    divergence = kl(mean, log_variance)
    losses = loss(made, batch.X, batch.weights, divergence, plan.beta, plan.floor)
    down.step(losses)
    return losses.detach(), divergence.detach() <= plan.floor


def _validated(coder: Coder, held: Labelled, plan: CvaePlan) -> Tensor:
    """Return each member's loss on rows that it is not trained on, at the means of their latent points."""
    with torch.no_grad():
        mean, log_variance = coder.encoded(held.X, held.one_hot)
        made = coder.decoded(mean, held.one_hot)
        found = loss(made, held.X, held.weights, kl(mean, log_variance), plan.beta, plan.floor)
    return found.cpu()


def drawn(mean: Tensor, log_variance: Tensor, generators: Generators) -> Tensor:
    """Return a latent point a row, each member's from its own generator."""
    shape = mean.shape[1:]
    noise = torch.stack([torch.randn(shape, generator=generator) for generator in generators])
    return mean + (log_variance / 2).exp() * noise.to(mean.device)

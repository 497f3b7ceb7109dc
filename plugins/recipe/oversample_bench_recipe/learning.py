"""The loop: settings that share a batch size and a width are trained on all folds as one.

A member is a setting on a fold. It has weights, batches and noise of its own, drawn from its own generator,
and its losses are added to those of others, not averaged; so it does not depend on who is trained beside it.
No row is repeated, left out or made: each epoch shows every row once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from oversample_bench_recipe.perceptron import drawn, scores
from oversample_bench_recipe.settings import Setting
from oversample_bench_recipe.sharpness import class_weights, sharpness_aware
from oversample_bench_recipe.smoothing import epsilons, smoothed

# F folds, M members, n rows, B rows of a batch, d features, C classes, S steps

LEAST_STEPS = 300
"""Steps at least: with batches of 512 rows, an epoch of a small table is one step."""


@dataclass(frozen=True, eq=False)
class Rows:
    """Standardised rows of each fold, filled up at the end to the size of the largest.

    Attributes
    ----------
    X : Tensor of shape (F, n, d)
        Features.
    y : Tensor of shape (F, n)
        Classes as 0, 1, ...
    weight : Tensor of shape (F, n)
        What each row counts in the loss; 0 for what only fills up.
    sizes : list of int
        How many rows of each fold are real.
    n_classes : int
        C.
    """

    X: Tensor
    y: Tensor
    weight: Tensor
    sizes: list[int]
    n_classes: int

    @property
    def counts(self) -> Tensor:
        """Rows of each class, of shape (F, C)."""
        own = [torch.bincount(y[:size], minlength=self.n_classes) for y, size in self._real()]
        return torch.stack(own).float()

    def _real(self) -> list[tuple[Tensor, int]]:
        return list(zip(self.y, self.sizes, strict=True))


@dataclass(frozen=True)
class Schedule:
    """How long and how fast: epochs within ``LEAST_STEPS`` and ``max_steps`` steps, and the learning rate."""

    epochs: int
    max_steps: int
    learning_rate: float

    def steps(self, n_rows: int, batch_size: int) -> int:
        """Return how many steps a training on ``n_rows`` takes."""
        per_epoch = -(-n_rows // min(batch_size, n_rows))
        return min(max(self.epochs * per_epoch, LEAST_STEPS), self.max_steps)


@dataclass(eq=False)
class Learner:
    """Members that are trained as one.

    Parameters
    ----------
    settings : sequence of Setting
        One a member; of one batch size and one width.
    rows : Rows
        What there is to learn from.
    folds : sequence of int
        The fold of each member.
    seeds : sequence of int
        One a member.
    learning_rate : float
        AdamW's; its other parameters are torch's.
    """

    settings: Sequence[Setting]
    rows: Rows
    folds: Sequence[int]
    seeds: Sequence[int]
    learning_rate: float

    def __post_init__(self) -> None:
        self.generators = [torch.Generator().manual_seed(seed) for seed in self.seeds]
        self.fold = torch.tensor(list(self.folds)).unsqueeze(1)  # (M, 1)
        width = self.settings[0].width
        self.parameters = drawn((self.rows.X.shape[2], width, self.rows.n_classes), self.generators)
        self.adamw = torch.optim.AdamW(self.parameters, lr=self.learning_rate, fused=True)
        counts = self.rows.counts[self.fold.squeeze(1)]  # (M, C)
        eps_max = torch.tensor([[one.smoothing] for one in self.settings])
        self.targets = smoothed(epsilons(counts, eps_max))  # (M, C, C)
        self.weights = class_weights(counts)  # (M, C)
        self.rho = torch.tensor([one.rho for one in self.settings])

    def batches(self, n_steps: int) -> Tensor:
        """Return positions of rows, of shape (S, M, B): each member's epochs, one after the other."""
        sizes = [self.rows.sizes[fold] for fold in self.folds]
        size = min(self.settings[0].batch_size, *sizes)
        own = [
            _epochs(n_rows, n_steps * size, generator).view(n_steps, size)
            for n_rows, generator in zip(sizes, self.generators, strict=True)
        ]
        return torch.stack(own, 1)

    def step(self, index: Tensor) -> None:
        """Go one step down the loss on rows ``index``, of shape (M, B)."""
        x, y = self._noisy(self.rows.X[self.fold, index]), self.rows.y[self.fold, index]
        weight = self.rows.weight[self.fold, index]
        target = self.targets[torch.arange(len(y)).unsqueeze(1), y]  # (M, B, C)

        def loss(parameters: Sequence[Tensor], of_class: Tensor) -> Tensor:
            losses = -(target * scores(parameters, x).log_softmax(-1)).sum(-1)  # (M, B)
            return (losses * weight * of_class.gather(1, y)).mean(1).sum()

        gradients = sharpness_aware(self.parameters, loss, self.rho, self.weights)
        for parameter, gradient in zip(self.parameters, gradients, strict=True):
            parameter.grad = gradient
        self.adamw.step()

    def _noisy(self, x: Tensor) -> Tensor:
        """Add each member's noise; the rows themselves stay as they are."""
        for member, setting in enumerate(self.settings):
            if setting.noise:
                drawn_noise = torch.randn(x.shape[1:], generator=self.generators[member])
                x[member] += setting.noise * drawn_noise
        return x

    def losses(self, held_out: Rows) -> Tensor:
        """Return the balanced log loss of each member on its fold's held-out rows, of shape (M,).

        A net learns the shares that classes have in its rows. Where all classes count alike, these are taken
        out of its scores first; or the least loss would be that of a net which has hardly begun to learn.
        """
        fold = self.fold.squeeze(1)
        counts = self.rows.counts[fold]  # (M, C)
        shares = counts / counts.sum(1, keepdim=True)
        with torch.no_grad():
            found = scores(self.parameters, held_out.X[fold]) - shares.log().unsqueeze(1)  # (M, n, C)
        own = -found.log_softmax(-1).gather(2, held_out.y[fold].unsqueeze(2)).squeeze(2)  # (M, n)
        return (own * held_out.weight[fold]).sum(1)


def _epochs(n_rows: int, n: int, generator: torch.Generator) -> Tensor:
    """Return the first ``n`` of permutations of all rows, one after the other."""
    drawn_orders = [torch.randperm(n_rows, generator=generator) for _ in range(-(-n // n_rows))]
    return torch.cat(drawn_orders)[:n]


def trained(learner: Learner, n_steps: int) -> list[Tensor]:
    """Train for ``n_steps`` and return the parameters."""
    for index in learner.batches(n_steps):
        learner.step(index)
    return [parameter.detach() for parameter in learner.parameters]


def curves(learner: Learner, n_steps: int, marks: Sequence[int], held_out: Rows) -> Tensor:
    """Train for ``n_steps`` and return the held-out losses after each of ``marks`` steps, (M, marks)."""
    told = []
    for done, index in enumerate(learner.batches(n_steps), start=1):
        learner.step(index)
        told += [learner.losses(held_out)] * marks.count(done)
    return torch.stack(told, 1)

"""Many small nets of one architecture, trained as one: each weight has a first axis of members.

Nothing here mixes members: a batched product multiplies each member's rows by its own weights, each member's
weights come from its own generator, and one optimiser works on all of them element by element. So a member
does not depend on its neighbours, and one member's NaN stays its own. A single net is a batch of one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any, TypeAlias

import torch
from torch import Tensor, nn

# M members, B rows of a batch, I inputs, O outputs of a layer

Activation: TypeAlias = Callable[[Tensor], Tensor]
Generators: TypeAlias = Sequence[torch.Generator]


def identity(x: Tensor) -> Tensor:
    """Return the input: the activation of an affine output."""
    return x


def leaky(x: Tensor) -> Tensor:
    """Return max(x, 0.2 x), the activation between layers."""
    return nn.functional.leaky_relu(x, 0.2)


def softmax(x: Tensor) -> Tensor:
    """Return the shares that sum to one over the last axis."""
    return nn.functional.softmax(x, -1)


class Net(nn.Module):  # type: ignore[misc]  # torch is not read by the type checker
    """Affine layers with an activation between them and another at the end, one set of weights a member.

    Parameters
    ----------
    widths : sequence of int
        Inputs, hidden layers, outputs; two numbers make one affine map.
    generators : sequence of torch.Generator
        One a member; weights and biases are uniform within +-1 / sqrt(inputs), torch's own default.
    between, last : callable
        Activations between the layers and after the last one.
    """

    def __init__(
        self, widths: Sequence[int], generators: Generators, between: Activation, last: Activation
    ) -> None:
        super().__init__()
        shapes = list(pairwise(widths))
        drawn = [[_layer(shape, generator) for shape in shapes] for generator in generators]
        layers = [
            [torch.stack(tensors) for tensors in zip(*layer, strict=True)]
            for layer in zip(*drawn, strict=True)
        ]
        self.weights = nn.ParameterList([weight for weight, _ in layers])
        self.biases = nn.ParameterList([bias for _, bias in layers])
        self.between, self.last = between, last

    def forward(self, x: Tensor) -> Tensor:
        """Apply each member's own net to its own rows."""
        end = len(self.weights) - 1
        for depth, (weight, bias) in enumerate(zip(self.weights, self.biases, strict=True)):
            x = torch.baddbmm(bias, x, weight)  # (M, B, I) -> (M, B, O)
            x = self.last(x) if depth == end else self.between(x)
        return x


class Headed(nn.Module):  # type: ignore[misc]  # the same
    """A trunk and one more layer on top of it."""

    def __init__(self, trunk: Net, head: Net) -> None:
        super().__init__()
        self.trunk, self.head = trunk, head

    def forward(self, x: Tensor) -> Tensor:
        """Apply the trunk, then the head."""
        return self.head(self.trunk(x))


def _layer(shape: tuple[int, int], generator: torch.Generator) -> tuple[Tensor, Tensor]:
    bound = 1 / math.sqrt(shape[0])
    weight = torch.empty(shape).uniform_(-bound, bound, generator=generator)
    bias = torch.empty(1, shape[1]).uniform_(-bound, bound, generator=generator)
    return weight, bias


class Descent:
    """Adam on all members at once, by the gradient of the sum of their losses.

    The sum, not the mean: a member's gradient must not depend on how many others there are. Gradients are
    taken for these parameters alone, so that a loss may run through nets that are not to learn from it.
    """

    def __init__(self, parameters: Any, learning_rate: float, betas: tuple[float, float]) -> None:
        self.parameters = list(parameters)
        self.adam = torch.optim.Adam(self.parameters, lr=learning_rate, betas=betas, fused=True)

    def step(self, losses: Tensor) -> None:
        """Go one step down ``losses``, one a member."""
        gradients = torch.autograd.grad(losses.sum(), self.parameters)
        for parameter, gradient in zip(self.parameters, gradients, strict=True):
            parameter.grad = gradient
        self.adam.step()

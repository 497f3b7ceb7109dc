"""SAM-A: sharpness-aware minimisation whose ascent looks at rare classes the more.

SAM (Foret et al., ICLR 2021) takes the gradient not where the weights are but a step of length rho up the
loss. SAM-A asks for a larger step for minority classes: here the loss of the ascent counts each row with its
class's weight, and the descent counts all rows alike. The step is scaled to the length rho after that, so
that the weights turn it towards the minority and a ratio of 1 : 100 cannot blow it up. Without the ascent
this is the optimiser itself, to the last bit.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

# M members; the first axis of each parameter

Loss = Callable[[Sequence[Tensor], Tensor], Tensor]
"""The sum of all members' losses by parameters and by the weight of each class."""


def class_weights(counts: Tensor) -> Tensor:
    """Return the inverse frequency of each class, scaled so that the largest class has weight 1."""
    return counts.amax(-1, keepdim=True) / counts


def ascent(gradients: Sequence[Tensor], rho: Tensor) -> list[Tensor]:
    """Return rho g / ||g|| of each member, the norm being over all its parameters.

    Parameters
    ----------
    gradients : sequence of Tensor of shape (members, ...)
        One a parameter.
    rho : Tensor of shape (members,)
        Length of each member's step.
    """
    norm = torch.stack([gradient.flatten(1).square().sum(1) for gradient in gradients]).sum(0).sqrt()
    scale = rho / norm.clamp(min=1e-12)  # (M,)
    return [gradient * scale.view(-1, *[1] * (gradient.dim() - 1)) for gradient in gradients]


def sharpness_aware(parameters: Sequence[Tensor], loss: Loss, rho: Tensor, weights: Tensor) -> list[Tensor]:
    """Return the gradients to descend by, taken ``rho`` up the weighted loss; parameters stay where they are.

    Parameters
    ----------
    parameters : sequence of Tensor of shape (members, ...)
        Where the members are; the same to the last bit afterwards.
    loss : callable
        ``loss(parameters, weights)``; see `Loss`.
    rho : Tensor of shape (members,)
        0 for members that use the optimiser alone.
    weights : Tensor of shape (members, C)
        `class_weights`, for the ascent.
    """
    alike = torch.ones_like(weights)
    if not rho.any():
        return list(torch.autograd.grad(loss(parameters, alike), parameters))
    up = ascent(torch.autograd.grad(loss(parameters, weights), parameters), rho)
    above = [(at.detach() + step).requires_grad_() for at, step in zip(parameters, up, strict=True)]
    return list(torch.autograd.grad(loss(above, alike), above))

"""Adam with what these papers add: weight decay, and a bound on each member's own gradient.

A gradient norm over all members would make one depend on its neighbours; here each has its own.
"""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor


class MemberDescent:
    """Adam or AdamW on all members at once, by the gradient of the sum of their losses.

    Parameters
    ----------
    parameters : iterable of Tensor
        Each with a first axis of members.
    learning_rate : float
    weight_decay : float
        Added to the gradient, or, if ``decoupled``, taken off the weights.
    largest : float
        The largest norm of a member's gradient; a longer one is shortened to it.
    decoupled : bool, default=False
        AdamW in place of Adam.
    """

    def __init__(
        self,
        parameters: Iterable[Tensor],
        learning_rate: float,
        weight_decay: float,
        largest: float,
        *,
        decoupled: bool = False,
    ) -> None:
        self.parameters = list(parameters)
        self.largest = largest
        kind = torch.optim.AdamW if decoupled else torch.optim.Adam
        self.adam = kind(self.parameters, lr=learning_rate, weight_decay=weight_decay, fused=True)

    def step(self, losses: Tensor, share: float = 1.0) -> None:
        """Go one step down ``losses``, one a member, at a share of the learning rate."""
        gradients = torch.autograd.grad(losses.sum(), self.parameters)
        shares = shortened(gradients, self.largest)
        for parameter, gradient in zip(self.parameters, gradients, strict=True):
            parameter.grad = gradient * shares.view(-1, *[1] * (gradient.dim() - 1))
        group = self.adam.param_groups[0]
        whole = group["lr"]
        group["lr"] = whole * share
        self.adam.step()
        group["lr"] = whole


def shortened(gradients: Iterable[Tensor], largest: float) -> Tensor:
    """Return what each member's gradient is multiplied with, so that its norm is ``largest`` at most."""
    squares = [gradient.flatten(1).square().sum(1) for gradient in gradients]
    norms = torch.stack(squares).sum(0).sqrt()
    return (largest / (norms + 1e-6)).clamp(max=1.0)

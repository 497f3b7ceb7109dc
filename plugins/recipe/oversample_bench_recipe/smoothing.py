"""Label smoothing that grows as a class gets rarer. Knows no nets."""

from __future__ import annotations

import torch
from torch import Tensor

# C classes; any shape in front


def epsilons(counts: Tensor, eps_max: Tensor | float) -> Tensor:
    """Return eps_c = eps_max (1 - n_c / n_max): 0 for the largest class, the more the rarer a class is.

    Parameters
    ----------
    counts : Tensor of shape (..., C)
        Rows of each class, n_c.
    eps_max : float, or Tensor of shape (..., 1)
        What a class without rows would get.
    """
    return eps_max * (1 - counts / counts.amax(-1, keepdim=True))


def smoothed(eps: Tensor) -> Tensor:
    """Return the target of each class, (1 - eps_c) onehot + eps_c / C, of shape (..., C, C)."""
    n_classes = eps.shape[-1]
    given_away = eps.unsqueeze(-1)  # (..., C, 1)
    return (1 - given_away) * torch.eye(n_classes).to(eps) + given_away / n_classes

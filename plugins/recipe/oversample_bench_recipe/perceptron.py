"""Many perceptrons of one shape as one: each parameter has a first axis of members, which nothing mixes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

# M members, B rows, I inputs, O outputs of a layer

Array = npt.NDArray[Any]


def drawn(widths: Sequence[int], generators: Sequence[torch.Generator]) -> list[Tensor]:
    """Return weights (M, I, O) and biases (M, 1, O) in turn, uniform within +-1 / sqrt(inputs) of a layer."""
    found = []
    for n_inputs, n_outputs in pairwise(widths):
        bound = 1 / math.sqrt(n_inputs)
        for n_rows in (n_inputs, 1):
            shape = (n_rows, n_outputs)
            own = [torch.empty(shape).uniform_(-bound, bound, generator=one) for one in generators]
            found.append(torch.stack(own).requires_grad_())
    return found


def scores(parameters: Sequence[Tensor], x: Tensor) -> Tensor:
    """Apply each member's layers, with rectifiers between them, to its own rows."""
    for depth in range(0, len(parameters), 2):
        x = torch.baddbmm(parameters[depth + 1], x, parameters[depth])  # (M, B, I) -> (M, B, O)
        x = x.relu() if depth + 2 < len(parameters) else x
    return x


def probabilities(parameters: Sequence[Array], X: Array) -> Array:
    """Return the softmax of one net's scores, without torch: parameters as `drawn` has them, less members."""
    for depth in range(0, len(parameters), 2):
        X = X @ parameters[depth] + parameters[depth + 1]
        X = np.maximum(X, 0) if depth + 2 < len(parameters) else X
    shares = np.exp(X - X.max(axis=1, keepdims=True))
    return np.asarray(shares / shares.sum(axis=1, keepdims=True))

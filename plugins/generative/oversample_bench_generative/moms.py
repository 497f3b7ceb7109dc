"""MOMS: rows of the majority, carried over to the minority by a trained map.

S. Cha, H. Kim, "Learning Majority-to-Minority Transformations with MMD and Triplet Loss for Imbalanced
Classification", Information Sciences (2026), 123929, arXiv 2509.11511. The authors' code is public; it was
read, not copied. Widths and optimiser are those that their main script trains with; the listing in their
repository has others. Here the rows that were trained on are mapped (the code maps the first ones), exactly
as many as asked for, and a step looks at a part of them where there are many.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any, ClassVar

import numpy as np
import torch
from sklearn.utils._param_validation import Interval, StrOptions
from torch import Tensor

from oversample_bench_gan.nets import Generators
from oversample_bench_gan.rows import Rows, picked
from oversample_bench_gan.sampler import SHARED_CONSTRAINTS, Made, NeuralSampler
from oversample_bench_generative.member_descent import MemberDescent
from oversample_bench_generative.moms_losses import (
    SPREAD_WEIGHT,
    Anchors,
    bandwidths,
    spread,
    squared_mmd,
    triplet,
)
from oversample_bench_generative.moms_net import Map
from oversample_bench_generative.neighbourhoods import in_danger, safe_majority
from oversample_bench_generative.standard import Standard

WIDEST = 1024


@dataclass(kw_only=True, eq=False, repr=False)
class MOMS(NeuralSampler):
    """Train a map from the majority to the minority, and return where it takes rows of the majority.

    Parameters
    ----------
    sampling_strategy : float, str, dict or callable, default="auto"
        Which classes grow, and to which size, as everywhere in imbalanced-learn. Of several classes each is
        grown against all other rows.
    random_state : int, RandomState or None, default=None
        Seed of weights, of the rows that are mapped, and of those that a step looks at.
    triplet_weight : float, default=0.01
        The weight of the triplet loss; 0 is `MOMSWithoutTriplet`.
    margin : float, default=1.0
        By how much nearer a mapped row is to be to a row in danger than to any safe one.
    k_neighbors : int, default=5
        A minority row is in danger when more than half of so many neighbours are majority, but not all.
    hidden : sequence of int or "auto", default="auto"
        Widths of the hidden layers; "auto" is one of twice the features, 1024 at most.
    latent : int or "auto", default="auto"
        Width in the middle; "auto" is half the features, 2 at least.
    epochs : int, default=1000
        Steps.
    batch_size : int, default=512
        Mapped rows that a step looks at, at most; ours, since a kernel matrix of all of them is slow.
    learning_rate, weight_decay, largest_gradient : float, default=1e-3, 1e-4, 0.5
        AdamW's, whose rate falls by half a cosine, and the norm to which a member's gradient is shortened.
    device : str, default="auto"
        A device of torch's. "auto" is a GPU where there is one.
    clip : bool, default=True
        Keep new rows in the range of the real ones; ours.
    discrete : int, default=0
        Features with at most as many different values get the nearest of these; ours. None do by default.

    Attributes
    ----------
    fallback_ : str
        What was done differently from what was asked, or what is doubtful about the rows; empty otherwise.
    history_ : dict of str to ndarray of shape (n_steps,)
        The losses "mmd" and "triplet".
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **SHARED_CONSTRAINTS,
        "triplet_weight": [Interval(Real, 0, None, closed="left")],
        "margin": [Interval(Real, 0, None, closed="left")],
        "k_neighbors": [Interval(Integral, 1, None, closed="left")],
        "hidden": [list, tuple, StrOptions({"auto"})],
        "latent": [Interval(Integral, 1, None, closed="left"), StrOptions({"auto"})],
        "epochs": [Interval(Integral, 1, None, closed="left")],
        "batch_size": [Interval(Integral, 2, None, closed="left")],
        "learning_rate": [Interval(Real, 0, None, closed="neither")],
        "weight_decay": [Interval(Real, 0, None, closed="left")],
        "largest_gradient": [Interval(Real, 0, None, closed="neither")],
    }

    triplet_weight: float = 0.01
    margin: float = 1.0
    k_neighbors: int = 5
    hidden: Sequence[int] | str = "auto"
    latent: int | str = "auto"
    epochs: int = 1000
    batch_size: int = 512
    learning_rate: float = 1e-3
    weight_decay: float = 1e-4
    largest_gradient: float = 0.5

    def _weight(self) -> float:
        """Return the weight of the triplet loss."""
        return self.triplet_weight

    def _make(self, rows: Rows, n_new: int, seeds: Sequence[int]) -> Made:
        members, d = len(seeds), rows.X.shape[-1]
        if rows.n_minority < 2:
            made = rows.X[:, rows.n_majority :].expand(-1, n_new, -1)
            return Made(made, {}, ["copies: the minority has 1 row, and its spread needs 2"] * members)
        generators = [torch.Generator().manual_seed(seed) for seed in seeds]
        standard = Standard.of(rows.X)
        X = standard.scaled(rows.X)
        anchors = anchors_of(X, rows, self.k_neighbors, self.margin)
        start = picked(X, chosen(rows.n_majority, n_new, generators).to(X.device))
        net = Map(d, self._hidden(d), self._latent(d), generators).to(X.device)
        history = self._train(net, (start, X[:, rows.n_majority :], anchors), generators)
        net.eval()
        with torch.no_grad():
            mapped = net(start)
        nothing = "no triplet: no minority row is in danger, or no majority row is safe"
        told = ["" if there or not self._weight() else nothing for there in anchors.there.tolist()]
        return Made(standard.restored(mapped), history, told)

    def _train(
        self, net: Map, data: tuple[Tensor, Tensor, Anchors], generators: Generators
    ) -> dict[str, Tensor]:
        """Train the map and return its losses."""
        start, minority, anchors = data
        down = MemberDescent(
            net.parameters(),
            self.learning_rate,
            self.weight_decay,
            self.largest_gradient,
            decoupled=True,
        )
        n, size = start.shape[1], max(2, min(self.batch_size, start.shape[1]))
        found: dict[str, list[Tensor]] = {"mmd": [], "triplet": []}
        for step in range(self.epochs):
            batch = start if size >= n else picked(start, chosen(n, size, generators).to(start.device))
            batch = (
                batch if batch.shape[1] > 1 else batch.expand(-1, 2, -1)
            )  # a mean over one row has no spread
            mapped = net(batch)
            mmd = squared_mmd(mapped, minority, bandwidths(mapped, minority))
            pull = triplet(mapped, anchors) if self._weight() else torch.zeros_like(mmd)
            down.step(mmd + self._weight() * pull, share=(1 + math.cos(math.pi * step / self.epochs)) / 2)
            found["mmd"].append(mmd.detach())
            found["triplet"].append(pull.detach())
        return {name: torch.stack(losses) for name, losses in found.items()}

    def _hidden(self, d: int) -> tuple[int, ...]:
        hidden = (min(WIDEST, 2 * d),) if isinstance(self.hidden, str) else tuple(self.hidden)
        if not hidden or not all(isinstance(width, Integral) and width > 0 for width in hidden):
            raise ValueError(f"hidden={self.hidden!r} has to be 'auto' or whole numbers of at least 1")
        return hidden

    def _latent(self, d: int) -> int:
        return max(2, d // 2) if isinstance(self.latent, str) else self.latent


@dataclass(kw_only=True, eq=False, repr=False)
class MOMSWithoutTriplet(MOMS):
    """The ablation of `MOMS` that goes by the discrepancy alone, whatever ``triplet_weight`` says."""

    def _weight(self) -> float:
        return 0.0


def chosen(n: int, count: int, generators: Generators) -> Tensor:
    """Return ``count`` of ``n`` rows for each member: without replacement as far as they go."""
    drawn = [
        torch.cat([torch.randperm(n, generator=generator) for _ in range(-(-count // n))])[:count]
        for generator in generators
    ]
    return torch.stack(drawn)


def anchors_of(X: Tensor, rows: Rows, k: int, margin: float) -> Anchors:
    """Return the rows in danger and the safe rows of each member.

    Parameters
    ----------
    X : Tensor of shape (members, rows, features)
        In standard units, the majority first.
    rows : Rows
        For its counts.
    k : int
        Neighbours that tell who is in danger.
    margin : float
        Of the triplet.
    """
    is_minority = np.arange(X.shape[1]) >= rows.n_majority
    parts = []
    for own in X.cpu().double().numpy():
        danger = in_danger(own, is_minority, k)
        parts.append((np.flatnonzero(danger), np.flatnonzero(safe_majority(own, is_minority))))
    there = torch.tensor([float(len(danger) > 0 and len(safe) > 0) for danger, safe in parts])
    most = (rows.n_minority, rows.n_majority // 4 + 1)  # whatever the members have: shapes change rounding
    danger, safe = (
        picked(X, _filled([part[place] for part in parts], most[place]).to(X.device)) for place in (0, 1)
    )
    spreads = [spread(own, len(part[0])) for own, part in zip(danger, parts, strict=True)]
    margins = margin + SPREAD_WEIGHT * torch.tensor(spreads)
    return Anchors(danger, safe, there.to(X), margins.to(X))


def _filled(parts: Sequence[Any], most: int) -> Tensor:
    """Return row numbers of one length, filled up with the first, or with row 0 where there is none."""
    filled = [
        np.concatenate([part, np.full(most - len(part), part[0] if len(part) else 0, dtype=np.int64)])
        for part in parts
    ]
    return torch.from_numpy(np.stack(filled).astype(np.int64))
